"""What Audian tells its customers: nothing that is known; conferences have no webhooks of their own (Audian 7)."""

from __future__ import annotations

from engine.dialects.audian.causes import ENDS, SOURCES, STATUSES
from engine.dialects.phrase import Wording

WORDING = Wording(
    name="audian",
    rows={},
    ends=ENDS,
    sources=SOURCES,
    statuses=STATUSES,
    # A call is only ever shown as a participant, so one index of calls finds participants too (Audian 9 B24).
    ids={"conference": "conf", "call": "part", "member": "part"},
    sign=False,
)
