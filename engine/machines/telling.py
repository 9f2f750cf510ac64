"""What the customer is told: callbacks as effects with vendor-neutral content."""

from __future__ import annotations

from engine.machines.models import Call, Conference, Member
from engine.machines.turn import Turn, facts_of
from engine.values.effects import CallFacts, Facts, SendCallback
from engine.values.flow import Hook


def tell(
    turn: Turn, call: Call, hook: Hook | None, kind: str, facts: Facts | None = None, room: Conference | None = None
) -> None:
    """Tell `hook`, where there is one, something about `call`; of `room`, else of the room it is in."""
    if hook is None or not hook.url:
        return
    call.ordinal += 1
    made, where = f"{call.id}.{call.ordinal}", call.room if room is None else room.id
    turn.do(
        SendCallback(
            call.id, made, hook.url, hook.method, kind, call.tongue, facts_of(call), facts or {}, where, turn.at
        )
    )


def tell_status(turn: Turn, call: Call, event: str, **facts: str | bool | float | None) -> None:
    """Tell the status URL of `call` of one step of its life, where it subscribed to it."""
    if call.status is not None and event in call.status_events:
        tell(turn, call, call.status, "call_status", {"event": event, "sequence": call.sequence, **facts})
        call.sequence += 1


def room_facts(room: Conference) -> Facts:
    """What callbacks say of the room alone."""
    return {"conference": room.id, "conference_name": room.name, "account": room.account}


def member_facts(room: Conference, member: Member) -> Facts:
    """What callbacks say of a room and one of its members."""
    return {
        "conference": room.id,
        "conference_name": room.name,
        "account": room.account,
        "member": member.number,
        "label": member.label,
        "muted": member.muted,
        "deaf": member.deaf,
        "held": member.held,
        "coaching": member.coaching != "",
        "coaching_call": member.coaching,
        "starts": member.starts,
        "ends": member.ends,
    }


def tell_room(turn: Turn, room: Conference, member: Member, kind: str, more: Facts | None = None) -> None:
    """Tell of something in a room: the member's own callback URL, and the room's subscriber."""
    if member.callback is None and room.subscriber is None:
        return
    call = turn.calls.get(member.call)
    if call is None:
        return
    facts = member_facts(room, member)
    if more:
        facts.update(more)
    if member.callback is not None:
        rules = turn.rules_of[call.tongue]
        # A member that left is in no room any more; what it is told is still in the order of that room's callbacks.
        if kind in rules.subscriptions and rules.subscriber == "member":
            tell(turn, call, member.callback, kind, facts.copy(), room)
    if room.subscriber is not None:
        tell_subscriber(turn, room, kind, facts_of(call), facts)


def hears_of(room: Conference, kind: str, turn: Turn) -> bool:
    """Whether the room's subscriber asked for this kind: its dialect has a word for it, empty where none is needed."""
    word = turn.rules_of[room.subscriber_tongue or room.tongue].subscriptions.get(kind)
    return word is not None and (not word or word in room.events)


def tell_subscriber(turn: Turn, room: Conference, kind: str, about: CallFacts | None, facts: Facts) -> None:
    """Tell the room's subscriber, where it asked for this kind; each telling counts the room's sequence on.

    `facts` are this telling's own, and are completed here.
    """
    hook = room.subscriber
    if hook is None or not hears_of(room, kind, turn):
        return
    room.ordinal = ordinal = room.ordinal + 1
    made = f"{room.id}.{ordinal}"
    facts["sequence"] = sequence = room.sequence
    room.sequence = sequence + 1
    turn.do(
        SendCallback(
            room.id,
            made,
            hook.url,
            hook.method,
            kind,
            room.subscriber_tongue or room.tongue,
            about,
            facts,
            room.id,
            turn.at,
        )
    )
