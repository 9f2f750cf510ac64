"""How the end of a call that entered by a definition is reported: the switch's word and its Q.850 number.

Audian publishes no list of its own; its ancestor reports what its switch says (Audian 7).
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.phrase import End
from engine.values.causes import END_SOURCES

CLEAR = "NORMAL_CLEARING"
FAILED = "NORMAL_TEMPORARY_FAILURE"

SOURCES: Mapping[str, str] = {source: source for source in END_SOURCES}
STATUSES: Mapping[str, str] = {"ended": "completed"}

# fmt: off
ENDS: Mapping[str, End] = {
    "hangup":             End(CLEAR,                        16, ""),
    "api":                End(CLEAR,                        16, "", "api"),
    "api_cancel":         End("ORIGINATOR_CANCEL",          16, "", "api"),
    "hangup_verb":        End(CLEAR,                        16, "", "document"),
    "rejected":           End("CALL_REJECTED",              21, "", "callee"),
    "busy":               End("USER_BUSY",                  17, "", "callee"),
    "end_of_document":    End(CLEAR,                        16, "", "platform"),
    "scheduled":          End("ALLOTTED_TIMEOUT",           31, "", "platform"),
    "time_limit":         End("ALLOTTED_TIMEOUT",           31, "", "platform"),
    "ring_timeout":       End("NO_ANSWER",                  19, "", "platform"),
    "unreachable":        End("DESTINATION_OUT_OF_ORDER",   27, "", "carrier"),
    "cancelled":          End("ORIGINATOR_CANCEL",          16, "", "caller"),
    "lost_race":          End("LOSE_RACE",                  26, "", "platform"),
    "not_confirmed":      End(CLEAR,                        16, "", "platform"),
    "dial_ended":         End(CLEAR,                        16, ""),
    "room_ended":         End(CLEAR,                        16, "", "platform"),
    "refused":            End(CLEAR,                        16, "", "platform"),
    "machine":            End(CLEAR,                        16, "", "platform"),
    "fetch_failed":       End(FAILED,                       41, "", "error"),
    "bad_url":            End(FAILED,                       41, "", "error"),
    "bad_method":         End(FAILED,                       41, "", "error"),
    "bad_document":       End(FAILED,                       41, "", "error"),
    "too_many_redirects": End(FAILED,                       41, "", "error"),
    "lost":               End("RECOVERY_ON_TIMER_EXPIRE",  102, "", "unknown"),
    "switch_lost":        End("NETWORK_OUT_OF_ORDER",       38, "", "error"),
    "internal":           End(FAILED,                       41, "", "error"),
    "shutdown":           End(CLEAR,                        16, "", "platform"),
}
# fmt: on
