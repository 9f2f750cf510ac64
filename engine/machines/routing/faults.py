"""A bug of ours ends one call or one room, and nothing else."""

from __future__ import annotations

from typing import Any

from engine.machines import conference
from engine.machines import consequences as following
from engine.machines.desk.tally import find_room
from engine.machines.models import Call, Conference
from engine.machines.routing.follows import FOLLOWS
from engine.machines.turn import Turn
from engine.values.effects import Fault, HangUp
from engine.values.events import Event


def contain(event: Event, error: Exception, turn: Turn) -> None:
    """A bug of ours: drop what the event had led to, end its call or room, and let all others go on."""
    turn.later.clear()
    effects = turn.open(turn.at)
    owner = owner_of(event, turn)
    name = owner.id if owner is not None else ""
    effects.append(Fault(name, f"{type(error).__name__}: {error}"))
    turn.note("fault", name if isinstance(owner, Call) else "", error=type(error).__name__)
    victims = [owner] if isinstance(owner, Call) else []
    if isinstance(owner, Conference):
        owner.why = owner.why or "internal"
        conference.free_name(owner, turn)
        victims = [turn.calls[m] for m in owner.members if m in turn.calls]
    for call in victims:
        try_to_end(call, turn)


def try_to_end(call: Call, turn: Turn) -> None:
    """End a call as internal, through its machine if that still works, else by force."""
    try:
        if call.state == "ending":
            turn.do(HangUp(call.id, "internal"))
        turn.then(following.EndCall(call, "internal", "error"))
        while turn.later:
            consequence = turn.later.popleft()
            FOLLOWS[type(consequence)](consequence, turn)
        if call.state == "ended":
            turn.calls.pop(call.id, None)
    except Exception:
        turn.later.clear()
        turn.do(HangUp(call.id, "internal"))
        call.state, call.cause, call.source = "ending", "internal", "error"


def owner_of(event: Any, turn: Turn) -> Call | Conference | None:
    """Whom an event is about."""
    command = getattr(event, "command", event)
    for name in ("call", "owner", "conference"):
        key = getattr(command, name, None)
        if isinstance(key, str) and key:
            room = find_room(turn, getattr(command, "account", ""), key) if name == "conference" else None
            owner = turn.owner(key) or room
            if owner is not None:
                return owner
    key = getattr(event, "key", "")
    return turn.owner(key.partition(":")[0]) if key else None
