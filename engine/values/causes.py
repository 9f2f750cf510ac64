"""Why a member left a room and why a call ended: one enumeration each, used by rules, timelines and docs."""

from __future__ import annotations

from typing import Literal, get_args

ExitCause = Literal[
    "kicked",  # taken out by a command; the call lives
    "hung_up",  # the call was ended by a command: member, call, schedule
    "call_time_limit",  # the call's own limit ran out
    "far_end",  # the person put the phone down
    "star",  # `*` with hangupOnStar
    "ended_by_member",  # the room ended because a member with end-on-exit left
    "ended_by_api",  # the room ended by a command
    "room_time_limit",  # the room's own limit ran out
    "leg_time_limit",  # this leg's stay ran out (TeXML Dial timeLimit)
    "left_alone",  # stayAlone=false, and the last other member left
    "full",  # refused at the door: no place
    "locked",  # refused at the door: locked
    "pin_wrong",  # refused at the door: three wrong PINs
    "label_taken",  # refused at the door: participantLabel in use
    "coach_unknown",  # refused at the door: nobody to coach
    "join_failed",  # the switch could not join the call
    "redirected",  # the call got new instructions by a command
    "lost",  # the leg was lost
    "switch_lost",  # the switch was lost
    "internal",  # a fault of ours, contained
    "shutdown",  # the service ends
]
EXIT_CAUSES: tuple[ExitCause, ...] = get_args(ExitCause)

Outcome = Literal["action_or_next", "next", "end", "unreachable"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

# The same in words, for people.
EXIT_WORDS: dict[ExitCause, str] = {
    "kicked": "kicked",
    "hung_up": "hung up by a command",
    "call_time_limit": "the call's time limit",
    "far_end": "the caller hangs up",
    "star": "the * key, with hangupOnStar",
    "ended_by_member": "endConferenceOnExit of another member",
    "ended_by_api": "the room is ended by a command",
    "room_time_limit": "the room's time limit",
    "leg_time_limit": "this member's own time limit",
    "left_alone": "left alone, without stayAlone",
    "full": "not let in: the room is full",
    "locked": "not let in: the room is locked",
    "pin_wrong": "not let in: three wrong PINs",
    "label_taken": "not let in: the label is taken",
    "coach_unknown": "not let in: nobody there to coach",
    "join_failed": "the switch cannot join the call",
    "redirected": "given a new document by a command",
    "lost": "the connection is lost",
    "switch_lost": "the switch is lost",
    "internal": "a fault of the engine",
    "shutdown": "the service ends",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    "action_or_next": "its action URL, else the next element",
    "next": "the next element, the action is not asked",
    "end": "the call ends",
    "unreachable": "cannot happen",
}
# Causes after which something else happens than the flow's going on.
OUTCOME_INSTEAD: dict[tuple[ExitCause, Outcome], str] = {
    ("redirected", "next"): "that document, the action is not asked",
}

EndCause = Literal[
    "hangup",  # a person put the phone down
    "api",  # a command ended the call
    "api_cancel",  # a command ended it before the answer
    "hangup_verb",  # the document said so
    "rejected",  # refused without answer, by document or callee
    "busy",  # refused as busy, by document or callee
    "end_of_document",  # nothing left to run
    "scheduled",  # a scheduled hang-up rang
    "time_limit",  # the call's time limit
    "ring_timeout",  # nobody answered in time
    "unreachable",  # the number cannot be reached
    "cancelled",  # the caller gave up, or the dial ended, before the answer
    "lost_race",  # another leg answered first
    "not_confirmed",  # the callee did not press the confirm key
    "dial_ended",  # the other leg of a dial ended
    "room_ended",  # the room it was in ended, and the rules end the call
    "refused",  # refused at a conference's door, and the rules end the call
    "machine",  # an answering machine, and the command said hang up
    "fetch_failed",  # a document could not be fetched
    "bad_url",  # an address that cannot be asked
    "bad_method",  # a method other than GET and POST
    "bad_document",  # a document that cannot be read
    "too_many_redirects",  # documents that replace each other without end
    "lost",  # the channel vanished
    "switch_lost",  # the switch vanished
    "internal",  # a fault of ours, contained
    "shutdown",  # the service ends
]
END_CAUSES: tuple[EndCause, ...] = get_args(EndCause)

EndSource = Literal["caller", "callee", "platform", "carrier", "api", "document", "error", "unknown"]
END_SOURCES: tuple[EndSource, ...] = get_args(EndSource)

RoomEnd = Literal[
    "last_left",  # nobody is left
    "ended_by_member",  # a member with end-on-exit left
    "ended_by_api",  # a command ended it
    "room_time_limit",  # its own limit ran out
    "switch_lost",  # the switch was lost
    "internal",  # a fault of ours, contained
    "shutdown",  # the service ends
]
ROOM_ENDS: tuple[RoomEnd, ...] = get_args(RoomEnd)

# What the switch may report as the end of a channel, as our cause and who is behind it where the call was answered.
CHANNEL_ENDS: dict[str, EndCause] = {
    "hangup": "hangup",
    "busy": "busy",
    "rejected": "rejected",
    "no_answer": "ring_timeout",
    "unreachable": "unreachable",
    "lost": "lost",
}

# Why a call ended, as the cause its room membership (if any) ends with.
EXIT_OF_END: dict[EndCause, ExitCause] = {
    "hangup": "far_end",
    "time_limit": "call_time_limit",
    "lost": "lost",
    "switch_lost": "switch_lost",
    "internal": "internal",
    "shutdown": "shutdown",
}
