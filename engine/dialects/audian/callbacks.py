"""What Audian tells its customers: nothing that is known; conferences have no webhooks of their own (Audian 7)."""

from __future__ import annotations

from engine.dialects.audian.causes import ENDS, SOURCES, STATUSES
from engine.dialects.phrase import Wording

WORDING = Wording(name="audian", rows={}, ends=ENDS, sources=SOURCES, statuses=STATUSES, sign=False)
