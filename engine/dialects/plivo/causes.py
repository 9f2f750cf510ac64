"""How Plivo reports the end of a call: our cause, and the purpose of a document that failed, to word, code and name.

Codes and names: Plivo 2.7. What that section leaves out (2010, 5000, 5010, 6020, 9100, 9110) is from the vendor's
public list of hang-up causes.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.phrase import End
from engine.values.causes import END_SOURCES

CLEAR = "NORMAL_CLEARING"

# Plivo 2.7, hang-up sources.
SOURCES: Mapping[str, str] = {
    "caller": "Caller",
    "callee": "Callee",
    "platform": "Plivo",
    "carrier": "Carrier",
    "api": "API Request",
    "document": "Answer XML",
    "error": "Error",
    "unknown": "Unknown",
}

# Plivo 3.1, CallStatus of a live call; an answered call that ended is completed.
STATUSES: Mapping[str, str] = {
    "queued": "queued",
    "ringing": "ringing",
    "in_progress": "in-progress",
    "ended": "completed",
}


def ours(word: str, code: int, name: str, status: str = "failed") -> End:
    """Report an end that the platform always takes upon itself."""
    return End(word, code, name, "platform", status, END_SOURCES)


def fault(code: int, name: str, word: str = CLEAR) -> End:
    """Report an end that is always an error's."""
    return End(word, code, name, "error", "failed", END_SOURCES)


# fmt: off
ENDS: Mapping[str, End] = {
    "hangup":                End(CLEAR, 4000, "Normal Hangup", "unknown", "cancel"),
    "api":                   End(CLEAR, 4000, "Normal Hangup", "api", "cancel"),
    "api_cancel":            End("ORIGINATOR_CANCEL", 1000, "Canceled", "api", "cancel"),
    "hangup_verb":           End(CLEAR, 4000, "Normal Hangup", "document", "failed", END_SOURCES),
    "rejected":              End("CALL_REJECTED", 3020, "Rejected", "callee", "busy"),
    "busy":                  End("USER_BUSY", 3010, "Busy Line", "callee", "busy"),
    "end_of_document":       ours(CLEAR, 4010, "End Of XML Instructions"),
    "scheduled":             ours("ALLOTTED_TIMEOUT", 6000, "Scheduled Hangup", "timeout"),
    "time_limit":            ours("ALLOTTED_TIMEOUT", 6000, "Scheduled Hangup", "timeout"),
    "ring_timeout":          ours("NO_ANSWER", 6010, "Ring Timeout Reached", "no-answer"),
    "unreachable":           End("DESTINATION_OUT_OF_ORDER", 2010, "Destination Out Of Service", "carrier", "failed"),
    "cancelled":             End("ORIGINATOR_CANCEL", 1000, "Canceled", "caller", "cancel"),
    "lost_race":             ours("LOSE_RACE", 9000, "Lost Race", "cancel"),
    "not_confirmed":         ours(CLEAR, 9110, "Confirm Key Challenge Failed", "no-answer"),
    "dial_ended":            End(CLEAR, 4000, "Normal Hangup", "unknown", "cancel"),
    "room_ended":            End(CLEAR, 4000, "Normal Hangup", "platform", "failed"),
    "refused":               End(CLEAR, 4000, "Normal Hangup", "platform", "failed"),
    "machine":               ours(CLEAR, 9100, "Machine Detected"),
    "fetch_failed":          fault(7011, "Error Reaching Answer URL"),
    "fetch_failed:action":   fault(7012, "Error Reaching Action URL"),
    "fetch_failed:transfer": fault(7013, "Error Reaching Transfer URL"),
    "fetch_failed:redirect": fault(7014, "Error Reaching Redirect URL"),
    # an answer address is looked at when it is given: there is no 7021 and no 7031
    "bad_url":               fault(7011, "Error Reaching Answer URL"),
    "bad_url:action":        fault(7022, "Invalid Action URL"),
    "bad_url:transfer":      fault(7023, "Invalid Transfer URL"),
    "bad_url:redirect":      fault(7024, "Invalid Redirect URL"),
    "bad_method":            fault(7011, "Error Reaching Answer URL"),
    "bad_method:action":     fault(7032, "Invalid Method For Action URL"),
    "bad_method:transfer":   fault(7033, "Invalid Method For Transfer URL"),
    "bad_method:redirect":   fault(7034, "Invalid Method For Redirect URL"),
    "bad_document":          fault(8011, "Invalid Answer XML"),
    "bad_document:action":   fault(8012, "Invalid Action XML"),
    "bad_document:transfer": fault(8013, "Invalid Transfer XML"),
    "bad_document:redirect": fault(8014, "Invalid Redirect XML"),
    # a limit of ours (Plivo 5.21): the next redirect is not reached
    "too_many_redirects":    fault(7014, "Error Reaching Redirect URL"),
    "lost":                  End("MEDIA_TIMEOUT", 6020, "Media Timeout", "platform", "failed"),
    "switch_lost":           fault(5000, "Network Error", "NETWORK_OUT_OF_ORDER"),
    "internal":              fault(5010, "Internal Error", "NORMAL_TEMPORARY_FAILURE"),
    "shutdown":              End(CLEAR, 4000, "Normal Hangup", "platform", "failed"),
}
# fmt: on
