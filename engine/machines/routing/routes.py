"""From an event to its owner: what is stale is dropped here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines import collect, conference, fetch, unsolicited
from engine.machines import consequences as following
from engine.machines import room as rooms
from engine.machines.call import CALL
from engine.machines.desk import desk
from engine.machines.door import DOOR
from engine.machines.flow import interpreter, record, sound
from engine.machines.models import Call, Conference, Entering, Member
from engine.machines.recording import RECORDING
from engine.machines.routing.timers import timer_rang
from engine.machines.turn import Turn
from engine.values import events
from engine.values.effects import Answer, Fault, HangUp


def call_arrived(event: events.CallArrived, turn: Turn) -> None:
    """Somebody calls: a new call, whose flow starts with its answer document."""
    if event.call in turn.calls:
        turn.stale += 1
        return
    if event.tongue not in turn.tongues:
        turn.do(Fault(event.call, f"no dialect {event.tongue!r} was given to this exchange"))
        turn.do(HangUp(event.call, "internal"))
        return
    status = event.hangup if event.status_events else None
    call = Call(
        id=event.call,
        account=event.account,
        tongue=event.tongue,
        caller=event.caller,
        called=event.called,
        caller_name=event.caller_name,
        created_at=turn.at,
        answer=event.answer,
        fallback=event.fallback,
        hangup=None if status else event.hangup,
        status=status,
        status_events=event.status_events,
        headers=event.headers,
        forwarded_from=event.forwarded_from,
        application=event.application,
    )
    turn.calls[call.id] = call
    if turn.watched:
        turn.note("call_arrived", call.id, "", caller=call.caller, called=call.called)
    if event.conference:
        dial_in(call, event.conference, turn)
    else:
        interpreter.start_flow(call, turn)


def dial_in(call: Call, definition: str, turn: Turn) -> None:
    """The number leads into a definition."""
    if definition not in turn.definitions:
        turn.then(following.EndCall(call, "unreachable", "platform"))
        return
    call.running = True
    call.doing = Entering(definition)
    turn.do(Answer(call.id))


def to_call(trigger: str) -> Callable[[Any, Turn], None]:
    """A route to the CALL machine of the event's call; unknown calls are stale."""

    def route(event: Any, turn: Turn) -> None:
        call = turn.calls.get(event.call)
        if call is None:
            turn.stale += 1
        else:
            CALL.fire(trigger, call, event, turn)

    return route


def to_person(hear: Callable[[Call, Any, Turn], None]) -> Callable[[Any, Turn], None]:
    """A route for what a person does on a live call."""

    def route(event: Any, turn: Turn) -> None:
        call = turn.calls.get(event.call)
        if call is None or call.state not in ("ringing", "up"):
            turn.stale += 1
        else:
            hear(call, event, turn)

    return route


def answered(event: Any, turn: Turn) -> tuple[Call | Conference, str] | None:
    """Whose expected answer this is, and for what; None (and counted) for a stale one."""
    owner = turn.calls.get(event.owner) or turn.rooms.get(event.owner)
    purpose = owner.awaits.pop(event.id, None) if owner is not None else None
    if owner is None or purpose is None:
        turn.stale += 1
        return None
    return owner, purpose


def playback_ended(event: events.PlaybackEnded, turn: Turn) -> None:
    """A sound is over."""
    call = turn.calls.get(event.owner)
    if call is not None and call.awaits.get(event.id) == "verb":  # most of all plays, so without detours
        del call.awaits[event.id]
        if turn.watched:
            interpreter.note_finish(call, event.why, turn)
        interpreter.proceed(call, turn)
        return
    found = answered(event, turn)
    if found is None:
        return
    owner, purpose = found
    kind, _, rest = purpose.partition(":")
    if kind == "sound":
        sound.playback_ended(owner, rest, event, turn)
    elif isinstance(owner, Call):
        PLAYED[kind](owner, rest, event, turn)


def prompt_played(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """A prompt of a collecting verb has played."""
    collect.prompt_played(call, turn)


def record_beep_played(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """The beep before a recording has played."""
    record.beep_over(call, turn)


def door_played(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """A sentence at a definition's door was said."""
    if isinstance(call.doing, Entering):
        call.doing.playing = ""
        DOOR.fire("said", call.doing, call, turn)


def farewell_played(call: Call, rest: Any, event: events.PlaybackEnded, turn: Turn) -> None:
    """The sentence before a hang-up was said."""
    turn.then(following.EndCall(call, rest, "platform"))


def nobody_waits(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """It is over, and that is all."""


PLAYED: dict[str, Callable[[Call, Any, events.PlaybackEnded, Turn], None]] = {
    "prompt": prompt_played,
    "record_beep": record_beep_played,
    "door": door_played,
    "farewell": farewell_played,
    "ignored": nobody_waits,
}


def document_fetched(event: events.DocumentFetched, turn: Turn) -> None:
    """One attempt to fetch has ended."""
    found = answered(event, turn)
    if found is None:
        return
    owner, purpose = found
    if purpose == "flow":
        ask = owner.fetch if isinstance(owner, Call) else None
    else:
        running = (owner.sounds or {}).get(purpose.removeprefix("sound:"))
        ask = running.fetch if running is not None else None
    if ask is None:
        turn.stale += 1
    else:
        fetch.document_fetched(turn, owner, ask, event)


def seat_of(event: Any, turn: Turn) -> tuple[Conference, Member, Call] | None:
    """The room, member and call that an event of the switch speaks of; None (and counted) where they are gone."""
    room, call = turn.rooms.get(event.conference), turn.calls.get(event.call)
    member = room.members.get(event.call) if room is not None else None
    if room is None or call is None or member is None:
        turn.stale += 1
        return None
    return room, member, call


def join_answered(hear: Callable[[Conference, Member, Call, Turn], None]) -> Callable[[Any, Turn], None]:
    """A route for the switch's answer to a join; one that nobody waits for is stale."""

    def route(event: Any, turn: Turn) -> None:
        found = seat_of(event, turn)
        if found is None:
            return
        room, member, call = found
        if call.awaits.pop(event.id, None) is None:
            turn.stale += 1
        else:
            hear(room, member, call, turn)

    return route


def member_left(event: events.MemberLeft, turn: Turn) -> None:
    """The switch has let a call go from a room."""
    found = seat_of(event, turn)
    if found is None:
        return
    room, member, call = found
    if not member.let_in:
        turn.stale += 1
    else:
        conference.member_left(room, member, call, turn)


def member_change_failed(event: events.MemberChangeFailed, turn: Turn) -> None:
    """The switch could not make an intent real: the leg ends as lost."""
    found = seat_of(event, turn)
    if found is not None:
        rooms.change_failed(*found, event.change, turn)


def recording_event(trigger: str) -> Callable[[Any, Turn], None]:
    """A route to the recording of the event's id."""

    def route(event: Any, turn: Turn) -> None:
        made = turn.recordings.get(event.id)
        if made is None:
            turn.stale += 1
        else:
            RECORDING.fire(trigger, made, event, turn)

    return route


def switch_lost(event: events.SwitchWasLost, turn: Turn) -> None:
    """The switch is gone, and every channel and recording with it."""
    for room in turn.rooms.values():
        room.why = room.why or "switch_lost"
    for call in turn.calls.values():
        if call.cause is None:
            call.cause, call.source = "switch_lost", "error"
        turn.then(following.ChannelLost(call))
    for made in turn.recordings.values():
        turn.then(following.RecordingLost(made))


def command_given(event: events.CommandGiven, turn: Turn) -> None:
    """A customer's command."""
    desk.take(turn, event.id, event.command)


def callback_delivered(event: events.CallbackDelivered, turn: Turn) -> None:
    """A callback arrived, or never will: the exchange only has to know that it was told."""


ROUTES: dict[type[Any], Callable[[Any, Turn], None]] = {
    events.CallArrived: call_arrived,
    events.CallRinging: to_call("call_ringing"),
    events.CallAnswered: to_call("call_answered"),
    events.CallEnded: to_call("call_ended"),
    events.MachineDetected: to_call("machine_detected"),
    events.CallHeldFar: to_person(unsolicited.held_far),
    events.DigitPressed: to_person(unsolicited.digit_pressed),
    events.SpeechHeard: to_person(unsolicited.speech_heard),
    events.TalkStarted: to_person(unsolicited.talk_started),
    events.TalkStopped: to_person(unsolicited.talk_stopped),
    events.PlaybackEnded: playback_ended,
    events.DocumentFetched: document_fetched,
    events.MemberJoined: join_answered(conference.member_joined),
    events.JoinFailed: join_answered(conference.join_failed),
    events.MemberLeft: member_left,
    events.MemberChangeFailed: member_change_failed,
    events.RecordingStarted: recording_event("recording_started"),
    events.RecordingEnded: recording_event("recording_ended"),
    events.TimerRang: timer_rang,
    events.SwitchWasLost: switch_lost,
    events.CommandGiven: command_given,
    events.CallbackDelivered: callback_delivered,
}
