"""What rings: each purpose of a timer, and what it means for its owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines import collect, conference, dial, queue
from engine.machines import consequences as following
from engine.machines.door import DOOR
from engine.machines.flow import sound, speak
from engine.machines.legs import Line
from engine.machines.models import Call, Conference, Dialling, Entering, Pausing, Queuing
from engine.machines.turn import Turn
from engine.values import events


def timer_rang(event: events.TimerRang, turn: Turn) -> None:
    """A timer ran out: an older generation of its key is stale."""
    if turn.timers.get(event.key) != event.generation:
        turn.stale += 1
        return
    del turn.timers[event.key]
    name, _, purpose = event.key.partition(":")
    owner = turn.owner(name)
    if owner is None:
        turn.stale += 1
        return
    if owner.timers is not None:
        owner.timers.remove(event.key)
    kind, _, rest = purpose.partition(":")
    if kind == "sound":
        sound.timer_rang(owner, rest, turn)
    else:
        RANG[kind](owner, turn)


def ends_with(cause: Any, source: Any = "platform") -> Callable[[Any, Turn], None]:
    """A timer that ends its call."""

    def rang(call: Call, turn: Turn) -> None:
        turn.then(following.EndCall(call, cause, source))

    return rang


def wait_over(call: Call, turn: Turn) -> None:
    """A pause is over: of a collecting verb's prompts, or of the flow."""
    if collect.collecting(call)[0] is not None:
        collect.event_for(call, "prompt_over", turn)
    else:
        speak.wait_over(call, turn)


def silence_long(call: Call, turn: Turn) -> None:
    """A Wait has heard enough silence."""
    if isinstance(call.doing, Pausing):
        speak.wait_over(call, turn)


def collecting_over(trigger: str) -> Callable[[Any, Turn], None]:
    """A clock of a collecting verb."""

    def rang(call: Call, turn: Turn) -> None:
        collect.event_for(call, trigger, turn)

    return rang


def dialling_over(trigger: str) -> Callable[[Any, Turn], None]:
    """A clock of a dial, or of a talk with a queue's call."""

    def rang(call: Call, turn: Turn) -> None:
        if isinstance(call.doing, Dialling):
            dial.DIAL.fire(trigger, call.doing, Line(call), turn)
        elif isinstance(call.doing, Queuing):
            queue.talk_over(call, turn)

    return rang


def queue_over(call: Call, turn: Turn) -> None:
    """The time in a queue is over."""
    queue.asked_to_leave(call, "timeout", turn)


def pin_over(call: Call, turn: Turn) -> None:
    """The time for a PIN is over."""
    if isinstance(call.doing, Entering):
        DOOR.fire("pin_time", call.doing, call, turn)


def leg_over(call: Call, turn: Turn) -> None:
    """This leg's stay in its room is over."""
    room = turn.rooms.get(call.room)
    if room is not None:
        conference.depart(room, room.members[call.id], "leg_time_limit", turn)


def room_over(room: Conference, turn: Turn) -> None:
    """The room's time is over."""
    conference.limit_rang(room, None, turn)


def play_length_over(call: Call, turn: Turn) -> None:
    """A sound that a command started was played long enough."""
    turn.then(following.EndSound(call, "call_play"))


RANG: dict[str, Callable[[Any, Turn], None]] = {
    "limit": ends_with("time_limit"),
    "ring": ends_with("ring_timeout"),
    "scheduled": ends_with("scheduled"),
    "wait": wait_over,
    "silence": silence_long,
    "first": collecting_over("first_over"),
    "digit": collecting_over("digit_over"),
    "total": collecting_over("total_over"),
    "dial": dialling_over("ring_time"),
    "talk": dialling_over("talk_time"),
    "confirm": dial.not_confirmed,
    "queue": queue_over,
    "pin": pin_over,
    "leg": leg_over,
    "room_limit": room_over,
    "play_length": play_length_over,
}
