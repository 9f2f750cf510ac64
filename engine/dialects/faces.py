"""The vendors' REST APIs that are served here, by name."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.audian.routes import FACE as AUDIAN
from engine.dialects.face import Face
from engine.dialects.plivo.routes import FACE as PLIVO
from engine.dialects.texml.routes import FACE as TEXML
from engine.dialects.vobiz.routes import FACE as VOBIZ

FACES: Mapping[str, Face] = {face.name: face for face in (PLIVO, VOBIZ, TEXML, AUDIAN)}
