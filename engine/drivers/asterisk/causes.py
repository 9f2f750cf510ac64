"""Why calls end, in the words of both sides: ours, and Q.850's numbers as Asterisk tells and takes them."""

from __future__ import annotations

from engine.values.causes import EndCause

# How a call that is not answered is refused: Asterisk's words, and the SIP status that they become.
REASONS: dict[EndCause, str] = {
    "busy": "busy",  # 486
    "rejected": "rejected",  # 403
    "unreachable": "unallocated",  # 404
    "ring_timeout": "no_answer",  # 480
    "shutdown": "congestion",  # 503
    "switch_lost": "congestion",
    "internal": "failure",  # 500
    "fetch_failed": "failure",
    "bad_url": "failure",
    "bad_method": "failure",
    "bad_document": "failure",
    "too_many_redirects": "failure",
    "refused": "rejected",
}
ORDINARY = "normal"
# Before anything was made of a call that came in: nobody has the number; there is no room for it.
NOBODY, NO_ROOM = "unallocated", "congestion"

# Q.850 causes of a placed call that ended without an answer, as the exchange's words (values.events.CallEnded).
UNANSWERED: dict[int, str] = {
    1: "unreachable",  # unallocated number
    2: "unreachable",
    3: "unreachable",  # no route
    16: "no_answer",  # cancelled by us, which the exchange knows
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    20: "unreachable",
    21: "rejected",
    22: "unreachable",
    27: "unreachable",
    28: "unreachable",
    31: "no_answer",
}
# What is left: the network or a server is in trouble.
TROUBLE = "unreachable"
# A channel that fell silent: no RTP, or a transport that is gone.
NO_MEDIA = 44
VANISHED = frozenset((NO_MEDIA, 27, 41, 38, 102))
# The flag of a soft hang-up that a channel's own driver asks for, which it does when no RTP comes any more.
DEVICE = 1


def why_unanswered(cause: int) -> str:
    """Say why a placed call was not answered."""
    return UNANSWERED.get(cause, TROUBLE)


def why_over(cause: int) -> str:
    """Say why an answered call, or one that came in, is over."""
    return "lost" if cause in VANISHED else "hangup"


def why_requested(cause: int, *, soft: bool) -> int:
    """The Q.850 cause of a request to hang up: a soft one by the device itself is a caller who vanished."""
    if not soft:
        return cause
    return NO_MEDIA if cause & DEVICE else 0
