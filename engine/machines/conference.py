"""A live room: what events do to it, and what follows from how things stand in it.

CONFERENCE is the room's phases: *waiting* until somebody may begin, *running*, *ending* while its
members are being let go, *ended*. SETTLE is the second table: after every change it is asked again
and again what follows (somebody may begin, a flagged member has left, somebody is left alone,
nobody is left), and each of its rows changes a state, so it comes to rest.

The rules of a room (who starts it, who ends it, how many fit) are those of the dialect that made
it; what a member does after leaving is a row of its own document's dialect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines import recording as recordings
from engine.machines.consequences import EndCall, EndSound, MemberOut
from engine.machines.member import MEMBER, PRESENT, Seat, present
from engine.machines.models import Call, Conference, Member
from engine.machines.room import begin_recording, sound_entering, sound_leaving, take_floor
from engine.machines.table import Row, table
from engine.machines.telling import hears_of, room_facts, tell_room, tell_subscriber
from engine.machines.turn import Turn, facts_of
from engine.values.causes import EXIT_OF_END, EndCause, EndSource, ExitCause, Outcome, RoomEnd
from engine.values.effects import (
    RecordConferenceEnd,
    SeatMembers,
    StopMedia,
)

# What a call that may not go on after leaving a room ends with, and who is behind it.
END_OF_EXIT: dict[ExitCause, tuple[EndCause, EndSource]] = {
    "kicked": ("api", "api"),
    "hung_up": ("api", "api"),
    "ended_by_api": ("api", "api"),
    "ended_by_member": ("room_ended", "callee"),
    "room_time_limit": ("room_ended", "platform"),
    "left_alone": ("room_ended", "platform"),
    "leg_time_limit": ("time_limit", "platform"),
    "star": ("hangup", "caller"),
    "redirected": ("api", "api"),
    "full": ("refused", "platform"),
    "locked": ("refused", "platform"),
    "pin_wrong": ("refused", "platform"),
    "label_taken": ("refused", "platform"),
    "coach_unknown": ("refused", "platform"),
    "join_failed": ("refused", "platform"),
    "lost": ("lost", "carrier"),
    "switch_lost": ("switch_lost", "error"),
    "shutdown": ("shutdown", "platform"),
}
# What belongs to a member's being there, and ends with it.
ROOM_SOUNDS = ("wait_sound", "hold_sound", "announce", "member_play", "member_speak")
EXIT_OF_ROOM_END: dict[RoomEnd, ExitCause] = {
    "ended_by_member": "ended_by_member",
    "ended_by_api": "ended_by_api",
    "room_time_limit": "room_time_limit",
    "switch_lost": "switch_lost",
    "internal": "internal",
    "shutdown": "shutdown",
}


PLACED = ("joining", "waiting", "seated", "leaving")

# What a change of a member's state does to the room's counts: who is present, and how many places are taken.
COUNTS: dict[tuple[str, str], tuple[int, int]] = {
    (before, after): ((after in PRESENT) - (before in PRESENT), (after in PLACED) - (before in PLACED))
    for before in MEMBER.states
    for after in MEMBER.states
}


def move(room: Conference, member: Member, trigger: str, seat: Seat, turn: Turn) -> bool:
    """Tell a member that something happened, and keep the room's counts."""
    before = member.state
    acted = MEMBER.fire(trigger, member, seat, turn)
    after = member.state
    if after is not before:
        here, taken = COUNTS[before, after]
        if here:
            room.here += here
            room.fell_to_one = here < 0 and room.here == 1
        if taken:
            room.taken += taken
    return acted


# --- joining ------------------------------------------------------------------------------------


def member_joined(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """The switch has put the call into the room."""
    others = room.here
    if not move(room, member, "member_joined", Seat(room, call), turn):
        return
    if turn.watched:
        turn.note("member_joined", call.id, room.id, member=member.number)
    room.used = True
    if member.callback is not None or room.subscriber is not None:
        tell_room(turn, room, member, "conference_enter", {"first": others == 0})
    if member.state == "leaving":
        return
    if member.leg_time_limit:
        turn.set_timer(call, "leg", turn.at + member.leg_time_limit)
    if member.floor_event and others == 0 and not member.muted:
        take_floor(room, member, turn)
    sound_entering(room, member, turn)
    settle(room, turn)
    if member.record is not None:
        begin_recording(room, member, turn)


def join_failed(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """The switch could not put the call into the room."""
    move(room, member, "join_failed", Seat(room, call, "join_failed"), turn)
    be_gone(room, member, call, turn)


# --- leaving ------------------------------------------------------------------------------------


def depart(room: Conference, member: Member, cause: ExitCause, turn: Turn) -> bool:
    """Have a member leave, or its call end, as its own dialect's row for `cause` says; False if it was leaving."""
    call = turn.calls[member.call]
    if member.state in ("leaving", "left") or call.state == "ending":
        return False
    outcome = turn.rules_of[call.tongue].exits[cause]
    ends = outcome in ("end", "unreachable") and call.pending is None
    invited = member.state == "invited"
    move(room, member, "leave", Seat(room, call, cause, ends), turn)
    if call.sounds or call.timers:
        stop_sounds(room, member, call, turn)
    if ends or invited:
        end, source = end_of(cause, outcome)
        turn.then(EndCall(call, "api_cancel" if invited and end == "api" else end, source))
    if invited:
        be_gone(room, member, call, turn)
    return True


def end_of(cause: ExitCause, outcome: Outcome) -> tuple[EndCause, EndSource]:
    """Why a call ends that leaves a room and may not go on; a row that cannot be reached is a fault of ours."""
    nowhere: tuple[EndCause, EndSource] = ("internal", "error")
    return nowhere if outcome == "unreachable" else END_OF_EXIT.get(cause, nowhere)


def stop_sounds(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """End the sound programs that belonged to the member's being there."""
    if call.sounds:
        for purpose in ROOM_SOUNDS:
            if purpose in call.sounds:
                turn.then(EndSound(call, purpose))
    if call.timers:
        turn.cancel_timer(call, "leg")


def member_left(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """The switch has let the call go."""
    move(room, member, "member_left", Seat(room, call, "lost"), turn)
    be_gone(room, member, call, turn)


def call_ending(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """The member's call is being hung up: it is leaving, and the switch lets it go with its channel."""
    if member.state in ("joining", *PRESENT):
        cause = EXIT_OF_END.get(call.cause or "lost", "hung_up")
        move(room, member, "leave", Seat(room, call, cause, ends=True), turn)


def call_gone(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """The member's call ended."""
    cause = EXIT_OF_END.get(call.cause or "lost", "hung_up")
    move(room, member, "call_gone", Seat(room, call, cause), turn)
    be_gone(room, member, call, turn)


def be_gone(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """Take the member off the room's list; tell, settle, and let its flow know."""
    del room.members[member.call]
    room.changed_at = turn.at
    call.room = ""
    if member.label:
        room.labels.pop(member.label, None)
    if member.let_in:
        be_missed(room, member, call, turn)
    elif turn.watched:
        unanswered = call.cause if call.role == "invited" else None
        turn.note("member_refused", call.id, room.id, cause=unanswered or member.cause)
    if call.sounds or call.timers:
        stop_sounds(room, member, call, turn)
    turn.then(MemberOut(call, member.cause or "lost", room, member))
    settle(room, turn)
    if room.here and member.let_in and room.state != "ending":
        sound_leaving(room, member, turn)
        if room.subscriber is not None:
            tell_coaches(room, member, turn)


def be_missed(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """Somebody who was in the room is out: tell, and mark what may follow from it."""
    if turn.watched:
        turn.note("member_left", call.id, room.id, cause=member.cause, member=member.number)
    if room.floor == member.call:
        room.floor = ""
    if member.callback is not None or room.subscriber is not None:
        tell_room(
            turn,
            room,
            member,
            "conference_exit",
            {"last": not any(m.let_in for m in room.members.values()), "cause": member.cause},
        )
    if member.ends and room.why is None:
        flagged_gone(room, turn)
    if room.ended_by == "" and (room.why == "ended_by_member" or (room.why is None and not room.members)):
        room.ended_by, room.ended_by_label = member.call, member.label
    if room.subscriber is not None and room.ended_by in ("", member.call):
        room.ender = facts_of(call)


def tell_coaches(room: Conference, gone: Member, turn: Turn) -> None:
    """Whoever coached the one that left is heard by nobody from now on (TeXML 7 A15)."""
    if not hears_of(room, "member_modify", turn):
        return
    for member in room.members.values():
        if member.coaching == gone.call and present(member):
            tell_room(turn, room, member, "member_modify")


def flagged_gone(room: Conference, turn: Turn) -> None:
    """End the room for the leaving of a member with end-on-exit, as its rule says: any, or the last of them."""
    rule = turn.rules_of[room.tongue].end_on_exit
    if rule == "any" or not any(m.ends for m in room.members.values()):
        room.why = room.why or "ended_by_member"


# --- what follows -------------------------------------------------------------------------------


def someone_may_begin(room: Conference, turn: Turn) -> bool:
    """Whether enough are there, and one of them may start the room."""
    if room.here < turn.rules_of[room.tongue].start_requires:
        return False
    here = [m for m in room.members.values() if m.state == "waiting"]
    if room.wants_moderator:
        return any(m.moderator for m in here)
    return any(m.starts for m in here)


def a_flagged_member_left(room: Conference, turn: Turn) -> bool:
    """Whether the room has a reason to end."""
    return room.why is not None


def someone_is_left_alone(room: Conference, turn: Turn) -> bool:
    """Whether a lone member may not stay: it had company, or the rules do not wait for it."""
    if room.here != 1 or not (room.fell_to_one or turn.rules_of[room.tongue].alone == "at_once"):
        return False
    return any(present(m) and not m.stay_alone for m in room.members.values())


def nobody_is_left(room: Conference, turn: Turn) -> bool:
    """Whether the room is empty."""
    return not room.members


Follows = Callable[[Conference, Turn], bool]
SETTLE: tuple[tuple[tuple[str, ...], Follows, str], ...] = (
    #  in                               if                     then
    (("waiting", "running", "ending"),  nobody_is_left,        "close"),
    (("waiting", "running"),            a_flagged_member_left, "end"),
    (("waiting", "running"),            someone_is_left_alone, "thin_out"),
    (("waiting",),                      someone_may_begin,     "begin"),
)  # fmt: skip


# The same rows by the state they stand in: what is asked after every change.
ASKED: dict[str, tuple[tuple[Follows, str], ...]] = {
    state: tuple((holds, then) for states, holds, then in SETTLE if state in states)
    for state in ("waiting", "running", "ending", "ended")
}


def settle(room: Conference, turn: Turn) -> None:
    """Apply whatever follows from how things now stand, until nothing more follows."""
    follows = True
    while follows:
        follows = False
        for holds, then in ASKED[room.state]:
            if holds(room, turn):
                CONFERENCE.fire(then, room, None, turn)
                follows = True
                break


def begin(room: Conference, event: Any, turn: Turn) -> None:
    """The room begins: whoever waits is seated and hears the others."""
    room.started_at = room.changed_at = turn.at
    waiting = [m for m in room.members.values() if m.state == "waiting"]
    # Whoever is on the way in was joined as one who waits, too.
    coming = [m for m in room.members.values() if m.state in ("waiting", "joining")]
    for member in waiting:
        move(room, member, "room_began", Seat(room, None), turn)
    for member in coming:
        if turn.calls[member.call].sounds:
            turn.then(EndSound(turn.calls[member.call], "wait_sound"))
    turn.do(SeatMembers(room.id, tuple([m.call for m in coming])))
    for member in waiting:
        begin_recording(room, member, turn)
    if turn.watched:
        turn.note("conference_started", "", room.id, conference=room.name)
    if room.subscriber is not None:
        starter = facts_of(turn.calls[waiting[-1].call])
        tell_subscriber(turn, room, "conference_start", starter, room_facts(room))


def thin_out(room: Conference, event: Any, turn: Turn) -> None:
    """Somebody is left alone who may not stay."""
    for member in [m for m in room.members.values() if present(m)]:
        depart(room, member, "left_alone", turn)


def end(room: Conference, event: Any, turn: Turn) -> None:
    """The room ends: everybody leaves by the row of their dialect."""
    free_name(room, turn)
    cause = EXIT_OF_ROOM_END[room.why or "internal"]
    for member in tuple(room.members.values()):
        depart(room, member, cause, turn)


def free_name(room: Conference, turn: Turn) -> None:
    """Give the name back: whoever comes now makes a new room."""
    if turn.names.get((room.account, room.name)) == room.id:
        del turn.names[room.account, room.name]


def close(room: Conference, event: Any, turn: Turn) -> None:
    """Nobody is left: say so, and leave the exchange."""
    free_name(room, turn)
    why = room.why or "last_left"
    if room.timers:
        turn.cancel_timers(room)
    recording = turn.recordings.get(room.recording)
    if recording is not None:
        recordings.RECORDING.fire("stop", recording, None, turn)
    for sound in (room.sounds or {}).values():
        if sound.playing and room.awaits.pop(sound.playing, None) is not None:
            turn.do(StopMedia(room.id, sound.playing))
    if turn.watched:
        turn.note("conference_ended", "", room.id, conference=room.name, why=why)
    if room.subscriber is not None and room.used:
        facts = {**room_facts(room), "why": why, "ending_call": room.ended_by, "ending_label": room.ended_by_label}
        tell_subscriber(turn, room, "conference_end", room.ender, facts)
    turn.rooms.pop(room.id, None)
    if room.used:
        turn.do(last_words(room, why, turn))


def last_words(room: Conference, why: RoomEnd, turn: Turn) -> RecordConferenceEnd:
    """What is kept of a room that is over."""
    return RecordConferenceEnd(
        room.id,
        room.account,
        room.name,
        why,
        room.created_at,
        room.started_at,
        turn.at,
        room.ended_by,
        room.numbers,
        room.definition,
    )


def limit_rang(room: Conference, event: Any, turn: Turn) -> None:
    """The room's own time is over."""
    room.why = room.why or "room_time_limit"
    settle(room, turn)


CONFERENCE = table(
    "conference",
    states=("waiting", "running", "ending", "ended"),
    final=("ended",),
    rows=(
        #   on         source                           dest       do
        Row("begin",    "waiting",                       "running", begin),
        Row("thin_out", ("waiting", "running"),          None,      thin_out),
        Row("end",      ("waiting", "running"),          "ending",  end),
        Row("end",      "ending",                        None),
        Row("close",    ("waiting", "running", "ending"), "ended",  close),
    ),
)  # fmt: skip
