"""Signs requests as each vendor does, so that an application's own check of its vendor accepts them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.plivo.signing import SEALS as PLIVO
from engine.dialects.seal import Keys, Seal, Signed, headers_of
from engine.dialects.texml.signing import SEALS as TEXML
from engine.dialects.vobiz.signing import SEALS as VOBIZ

__all__ = ["SEALS", "Keys", "Signed", "sign"]

# Audian signs nothing that is known of (Audian 7).
SEALS: Mapping[str, tuple[Seal, ...]] = {"plivo": PLIVO, "vobiz": VOBIZ, "texml": TEXML, "audian": ()}


def sign(dialect: str, request: Signed, keys: Keys) -> tuple[tuple[str, str], ...]:
    """The signature headers of a request, always in the same order; none where the dialect does not sign.

    A header whose key is empty is left out. Plivo 3.9, Vobiz 3.3, TeXML 3.6; each vendor's `signing.py` says what it
    covers and where receivers disagree. KeyError for a dialect that there is not.
    """
    return tuple(header for seal in SEALS[dialect] for header in headers_of(seal, request, keys))
