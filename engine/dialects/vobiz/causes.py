"""How Vobiz reports the end of a call: Plivo's codes (Vobiz 3.1), with other words for who did it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.phrase import End
from engine.dialects.plivo.causes import CLEAR, STATUSES
from engine.dialects.plivo.causes import ENDS as CODES

__all__ = ["ENDS", "SOURCES", "STATUSES"]

# Vobiz 4.18; a hang-up by API is observed as `API` where the documentation says `API Request` (Vobiz 1.6).
SOURCES: Mapping[str, str] = {
    "caller": "Caller",
    "callee": "Callee",
    "platform": "Vobiz",
    "carrier": "Carrier",
    "api": "API",
    "document": "Answer XML",
    "error": "Error",
    "unknown": "Unknown",
}

ENDS: Mapping[str, End] = {
    **CODES,
    # Vobiz 2.4, endConferenceOnExit: where nobody else did it, it looks as if the person called had hung up
    "room_ended": End(CLEAR, 4000, "Normal Hangup", "callee", "failed"),
}
