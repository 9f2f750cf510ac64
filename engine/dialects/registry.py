"""The XML dialects that are spoken here, by name; the first is taken where a document does not tell its own."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.dialect import Dialect
from engine.dialects.plivo.elements import DIALECT as PLIVO
from engine.dialects.texml.elements import DIALECT as TEXML
from engine.dialects.vobiz.elements import DIALECT as VOBIZ

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (PLIVO, VOBIZ, TEXML)}
