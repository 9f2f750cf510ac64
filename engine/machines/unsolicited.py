"""What people do without being asked: keys, words, talk, silence, holding the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines import collect, dial
from engine.machines.conference import depart
from engine.machines.door import DOOR
from engine.machines.flow import record, speak
from engine.machines.flow.interpreter import had_input
from engine.machines.models import (
    Call,
    Conference,
    Confirming,
    Dialling,
    Entering,
    Member,
    Pausing,
    Recorded,
)
from engine.machines.room import take_floor
from engine.machines.telling import tell_room, tell_status
from engine.machines.turn import Turn
from engine.values.events import CallHeldFar, DigitPressed, SpeechHeard, TalkStarted, TalkStopped
from engine.values.verbs import Collect


def digit_pressed(call: Call, event: DigitPressed, turn: Turn) -> None:
    """A key: to the room, to the verb at hand, to the other leg, or kept for what comes."""
    if call.state not in ("ringing", "up"):
        return
    key = event.digit
    if turn.watched:
        turn.note("digit", call.id, "", digit="•" if is_secret(call) else key)
    if call.status is not None:
        tell_status(turn, call, "dtmf", digit=key)
    if call.room:
        room = turn.rooms[call.room]
        member_key(room, room.members[call.id], key, turn)
        return
    hear = collect_key if collect.collecting(call)[0] is not None else KEYS.get(type(call.doing))
    if hear is not None:
        hear(call, key, turn)
    elif call.role == "dialled" and call.partner:
        talk_key_b(call, key, turn)
    elif len(call.keys) < turn.settings.keys_ahead:
        had_input(call)
        call.keys += key


def is_secret(call: Call) -> bool:
    """Whether what is pressed or said may stand nowhere: a PIN, or input not to be kept, now or typed ahead."""
    if isinstance(call.doing, Entering):
        return True
    ahead = () if call.flow is None or call.room or call.doing is not None else call.flow.verbs[call.pc :]
    return any(isinstance(verb, Collect) and not verb.log for verb in (call.verb, *ahead))


def collect_key(call: Call, key: str, turn: Turn) -> None:
    """A key for the collecting verb."""
    collect.event_for(call, "digit_pressed", turn, key=key)


def talk_key_a(call: Call, key: str, turn: Turn) -> None:
    """A key of the caller during a dial."""
    dial.keys_pressed(call, key, turn, by="a")


def talk_key_b(leg: Call, key: str, turn: Turn) -> None:
    """A key of the callee during a dial."""
    call = turn.calls.get(leg.partner)
    if call is not None:
        dial.keys_pressed(call, key, turn, by="b")


def record_key(call: Call, key: str, turn: Turn) -> None:
    """A key while recording."""
    record.digit_pressed(call, key, turn)


def door_key(call: Call, key: str, turn: Turn) -> None:
    """A digit of a PIN."""
    state = call.doing
    if isinstance(state, Entering) and state.state in ("asking", "listening"):
        call.keys += key
        DOOR.fire("digit", state, call, turn)


KEYS: dict[type[Any], Callable[[Call, str, Turn], None]] = {
    Dialling: talk_key_a,
    Confirming: dial.confirm_key,
    Recorded: record_key,
    Entering: door_key,
}


def member_key(room: Conference, member: Member, key: str, turn: Turn) -> None:
    """A key of a member: `*` may take it out; otherwise patterns are matched at the end of what was pressed."""
    if member.state not in ("waiting", "seated"):
        return
    if key == "*" and member.hangup_on_star:
        depart(room, member, "star", turn)
        return
    if not member.digits_match:
        return
    if turn.at - member.keys_at > turn.settings.digits_gap:
        member.keys = ""
    member.keys, member.keys_at = (member.keys + key)[-32:], turn.at
    found = next((p for p in member.digits_match if p and member.keys.endswith(p)), "")
    if found:
        member.keys = ""
        tell_room(turn, room, member, "conference_digits", {"digits_match": found})


def speech_heard(call: Call, event: SpeechHeard, turn: Turn) -> None:
    """Somebody said something: only a collecting verb listens."""
    if turn.watched and event.final:
        turn.note("speech", call.id, "", text="•" if is_secret(call) else event.text)
    collect.event_for(call, "speech_heard", turn, text=event.text, confidence=event.confidence, final=event.final)


def talk_started(call: Call, event: TalkStarted, turn: Turn) -> None:
    """Somebody talks: it may take the floor."""
    talk_changed(call, turn, talking=True)


def talk_stopped(call: Call, event: TalkStopped, turn: Turn) -> None:
    """Somebody stopped talking."""
    talk_changed(call, turn, talking=False)


def talk_changed(call: Call, turn: Turn, *, talking: bool) -> None:
    """Talk begins or ends, in a room or while a Wait listens for silence."""
    if call.room:
        room = turn.rooms[call.room]
        member_talk(room, room.members[call.id], turn, talking=talking)
    elif isinstance(call.doing, Pausing):
        speak.talk_changed(call, turn, talking=talking)


def member_talk(room: Conference, member: Member, turn: Turn, *, talking: bool) -> None:
    """A member's talk counts while it can be heard; what was told as begun is told as ended."""
    counts = not talking or (member.state == "seated" and not member.muted and not member.held)
    if member.talking is talking or not counts:
        return
    member.talking = talking
    tell_room(turn, room, member, "speech_start" if talking else "speech_stop")
    if talking and room.floor != member.call:
        take_floor(room, member, turn)


def held_far(call: Call, event: CallHeldFar, turn: Turn) -> None:
    """The far end holds the line: nothing to do but to know it."""
    call.far_held = event.held
