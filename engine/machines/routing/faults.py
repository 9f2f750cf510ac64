"""A bug of ours ends one call or one room, and nothing else.

What was done before the exception stays done, with its effects: nothing could take the changes back, and a change
whose effect is dropped leaves somebody, often somebody else, waiting for an answer that never comes. So only the
step that broke is given up: its call, or everybody in its room, is ended as internal, what had followed until then
is still drained, and what the broken step left in disorder is put right (`tidy`). Slow, and never run otherwise.
"""

from __future__ import annotations

from typing import Any

from engine.machines import call as calls
from engine.machines import conference
from engine.machines.consequences import EndCall
from engine.machines.desk.tally import find_room
from engine.machines.member import PRESENT
from engine.machines.models import Call, Conference, Dialling, Queuing
from engine.machines.routing.follows import FOLLOWS
from engine.machines.turn import Consequence, Turn, facts_of
from engine.values.effects import Fault, HangUp, RecordCallEnd
from engine.values.events import Event

LIVE = ("queued", "ringing", "up")


def contain(step: Event | Consequence, error: Exception, turn: Turn) -> None:
    """Give up the step that broke, end its call or room, and let everything else go on."""
    blame(step, error, turn)
    while True:
        while turn.later:
            step = turn.later.popleft()
            try:
                FOLLOWS[type(step)](step, turn)
            except Exception as another:
                blame(step, another, turn)
        tidy(turn)
        if not turn.later:
            return


def blame(step: Event | Consequence, error: Exception, turn: Turn) -> None:
    """Say what happened, and have the owner of the broken step end."""
    owner = subject(step) if isinstance(step, Consequence) else owner_of(step, turn)
    name = owner.id if owner is not None else ""
    turn.do(Fault(name, f"{type(error).__name__}: {error}"))
    turn.note("fault", name if isinstance(owner, Call) else "", error=type(error).__name__)
    if isinstance(owner, Call):
        end(owner, step, turn)
    elif owner is not None:
        owner.why = owner.why or "internal"
        conference.free_name(owner, turn)
        for member in tuple(owner.members):
            if member in turn.calls:
                end(turn.calls[member], step, turn)


def end(call: Call, step: Event | Consequence, turn: Turn) -> None:
    """End a call through its machine, or by force where that is what broke."""
    if call.state == "ending" or isinstance(step, EndCall):
        calls.quieten(call, turn)
        call.state, call.cause, call.source = "ending", call.cause or "internal", call.source or "error"
        turn.do(HangUp(call.id, "internal"))
    elif call.state in LIVE:
        turn.then(EndCall(call, "internal", "error"))


def subject(step: Consequence) -> Call | Conference | None:
    """Whom a consequence is about."""
    for name in ("call", "leg", "owner"):
        found = getattr(step, name, None)
        if isinstance(found, Call | Conference):
            return found
    return None


def owner_of(event: Any, turn: Turn) -> Call | Conference | None:
    """Whom an event is about."""
    command = getattr(event, "command", event)
    for name in ("call", "owner", "room", "conference"):
        key = getattr(command, name, None)
        if isinstance(key, str) and key:
            room = find_room(turn, getattr(command, "account", ""), key) if name == "conference" else None
            owner = turn.owner(key) or room
            if owner is not None:
                return owner
    made = turn.recordings.get(getattr(event, "id", ""))
    key = getattr(event, "key", made.of if made is not None else "")
    return turn.owner(key.partition(":")[0]) if key else None


# --- putting right -------------------------------------------------------------------------------------


def tidy(turn: Turn) -> None:
    """Let go of what the broken step left half done."""
    for call in [c for c in turn.calls.values() if c.state == "ended"]:
        forget(call, turn)
    for room in tuple(turn.rooms.values()):
        tidy_room(room, turn)
    for queue in turn.queues.values():
        queue.calls = [name for name in queue.calls if name in turn.calls]
        queue.agents = [name for name in queue.agents if name in turn.calls]
    for made in [r for r in turn.recordings.values() if r.state in ("stored", "absent", "failed")]:
        del turn.recordings[made.id]
    for call in turn.calls.values():
        if call.state in LIVE and is_stuck(call, turn):
            turn.then(EndCall(call, "internal", "error"))


def forget(call: Call, turn: Turn) -> None:
    """Let a call leave that is over, without any of the words that may have broken."""
    turn.cancel_timers(call)
    del turn.calls[call.id]
    if call.cause is None:
        call.cause, call.source = "internal", "error"
    turn.note("call_ended", call.id, "", cause=call.cause, source=call.source, purpose=call.purpose)
    turn.do(RecordCallEnd(facts_of(call)))


def tidy_room(room: Conference, turn: Turn) -> None:
    """Keep the members that are there, count them anew, and close a room that is empty."""
    here = turn.calls
    gone = [
        m for m in room.members.values() if m.call not in here or m.state == "left" or here[m.call].room != room.id
    ]
    for member in gone:
        del room.members[member.call]
        if member.call in here:
            here[member.call].room = ""
        if member.let_in:
            turn.note("member_left", member.call, room.id, cause=member.cause or "internal", member=member.number)
    members = room.members.values()
    room.taken = sum(1 for m in members if m.state != "invited")
    room.here = sum(1 for m in members if m.state in PRESENT)
    room.labels = {m.label: m.call for m in members if m.label}
    if not room.members:
        close(room, turn)


def close(room: Conference, turn: Turn) -> None:
    """Let a room leave that is empty, as above."""
    conference.free_name(room, turn)
    turn.cancel_timers(room)
    room.state = "ended"
    del turn.rooms[room.id]
    turn.note("conference_ended", "", room.id, conference=room.name, why=room.why or "internal")
    if room.used:
        turn.do(conference.last_words(room, room.why or "internal", turn))


def is_stuck(call: Call, turn: Turn) -> bool:
    """Whether a call waits for what will never come: a room, a leg, a caller or a partner that is not there."""
    if call.room and (call.room not in turn.rooms or call.id not in turn.rooms[call.room].members):
        call.room = ""
        return True
    if isinstance(call.doing, Dialling):
        legs, nobody_won = call.doing.legs, call.doing.state == "talking" and not call.doing.winner
        return call.doing.state == "over" or nobody_won or not legs or any(name not in turn.calls for name in legs)
    if isinstance(call.doing, Queuing):
        return bool(call.doing.partner) and call.doing.partner not in turn.calls
    return call.role == "dialled" and not call.running and call.parent not in turn.calls
