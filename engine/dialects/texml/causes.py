"""How TeXML reports the end of a call: HangupCause words and statuses (TeXML 3.3), error codes (TeXML 2.6)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.phrase import End
from engine.values.causes import END_SOURCES

CLEAR = "normal_clearing"

# Callbacks name caller and callee only (TeXML 3.3); the other words are ours, for timelines.
SOURCES: Mapping[str, str] = {source: source for source in END_SOURCES}

# TeXML 1.7, CallResource status; an answered call that ended is completed.
STATUSES: Mapping[str, str] = {
    "queued": "queued",
    "ringing": "ringing",
    "in_progress": "in-progress",
    "ended": "completed",
}

# fmt: off
ENDS: Mapping[str, End] = {
    #                         word                 code   name                           who         unanswered
    "hangup":             End(CLEAR,               0,     "",                            "unknown",  "canceled"),
    "api":                End(CLEAR,               0,     "",                            "api",      "canceled"),
    "api_cancel":         End("originator_cancel", 0,     "",                            "api",      "canceled"),
    "hangup_verb":        End(CLEAR,               0,     "",                            "document", "completed"),
    "rejected":           End("call_rejected",     0,     "",                            "callee",   "busy"),
    "busy":               End("user_busy",         0,     "",                            "callee",   "busy"),
    "end_of_document":    End(CLEAR,               0,     "",                            "platform", "completed"),
    "scheduled":          End("time_limit",        0,     "",                            "platform", "canceled"),
    "time_limit":         End("time_limit",        0,     "",                            "platform", "canceled"),
    "ring_timeout":       End("timeout",           0,     "",                            "platform", "no-answer"),
    "unreachable":        End("call_rejected",     0,     "",                            "carrier",  "failed"),
    "cancelled":          End("originator_cancel", 0,     "",                            "caller",   "canceled"),
    "lost_race":          End("originator_cancel", 0,     "",                            "platform", "canceled"),
    "not_confirmed":      End(CLEAR,               0,     "",                            "platform", "no-answer"),
    "dial_ended":         End(CLEAR,               0,     "",                            "unknown",  "canceled"),
    "room_ended":         End(CLEAR,               0,     "",                            "platform", "canceled"),
    "refused":            End(CLEAR,               90032, "Too many conference participants", "platform", "failed"),
    "machine":            End(CLEAR,               0,     "",                            "platform", "completed"),
    "fetch_failed":       End(CLEAR,               11200, "HTTP retrieval failure",      "error",    "failed"),
    "bad_url":            End(CLEAR,               11100, "Invalid URL format",          "error",    "failed"),
    "bad_method":         End(CLEAR,               13710, "Invalid method",              "error",    "failed"),
    "bad_document":       End(CLEAR,               12100, "Document parse failure",      "error",    "failed"),
    "too_many_redirects": End(CLEAR,               11215, "Too many redirects",          "error",    "failed"),
    "lost":               End("timeout",           0,     "",                            "unknown",  "failed"),
    "switch_lost":        End("timeout",           12400, "Internal failure",            "error",    "failed"),
    "internal":           End(CLEAR,               12400, "Internal failure",            "error",    "failed"),
    "shutdown":           End(CLEAR,               0,     "",                            "platform", "canceled"),
}
# fmt: on
