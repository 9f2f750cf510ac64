"""How the names of classes are spelt as words on the wire, and the words of a timeline."""

from __future__ import annotations


def snake(name: str) -> str:
    """Spell a class name as a wire tag: `DigitPressed` becomes `digit_pressed`."""
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


def prefixed(prefix: str, name: str) -> str:
    """Name a SIP header as a vendor does: with its prefix, which it may have already, in any letter case."""
    return name if name.lower().startswith(prefix.lower()) else prefix + name


# What a line of the timeline may tell of.
WHATS: dict[str, str] = {
    "call_arrived": "somebody calls",
    "call_placed": "the exchange rings somebody",
    "call_ringing": "a placed call rings",
    "call_answered": "the call is up",
    "call_ended": "the call is over: cause, code, source",
    "calls_connected": "two legs of a dial talk to each other",
    "machine_detected": "an answering machine, or a person, was recognised",
    "document_fetched": "one attempt to fetch ended: url, status",
    "flow_started": "a document was read and its flow begins: url, dialect",
    "verb_started": "a verb begins: verb, line, text, url",
    "verb_finished": "a verb is over: verb, line, why",
    "verb_skipped": "a verb that is understood but not executed was passed by",
    "digit": "a key was pressed",
    "speech": "a person said something",
    "input_collected": "a collecting verb has its result: digits or speech",
    "member_refused": "a call was refused at a conference's door: cause",
    "member_invited": "somebody is being dialled into a room",
    "member_joined": "a member is in the room",
    "member_left": "a member left the room: cause",
    "member_muted": "a member cannot be heard",
    "member_unmuted": "a member can be heard again",
    "member_deafened": "a member cannot hear",
    "member_undeafened": "a member hears again",
    "member_held": "a member is on hold",
    "member_unheld": "a member is back from hold",
    "member_coaching": "a member coaches another: target",
    "member_uncoached": "a member coaches nobody any more",
    "member_changed": "what follows from a member's leaving was changed",
    "member_floor": "a member has the floor",
    "conference_created": "the first call came to a room's door",
    "conference_started": "the room began",
    "conference_locked": "nobody else may enter",
    "conference_unlocked": "the room is open again",
    "conference_ended": "the room is over: why",
    "recording_started": "a recording runs",
    "recording_paused": "a recording pauses",
    "recording_resumed": "a recording goes on",
    "recording_ended": "a recording is stored, absent or failed",
    "queued": "a call waits in a queue",
    "left_queue": "a call left its queue: result",
    "pin_asked": "a caller is asked for a PIN",
    "pin_refused": "a PIN was wrong",
    "heard": "somebody hears a sound: media or text, to",
    "callback": "the customer is told something: url, method, params",
    "warning": "something is wrong with a document: code, message, line",
    "receipt": "what a command changed",
    "fault": "a bug of ours was contained",
}
