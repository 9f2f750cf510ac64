"""Commands to calls: make, end, transfer, play and speak on, record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.machines import recording as recordings
from engine.machines.conference import depart, settle
from engine.machines.consequences import EndCall, EndSound, StartSound
from engine.machines.desk.tally import Tally
from engine.machines.dial import let_leg_go
from engine.machines.flow.interpreter import break_off, start_pending
from engine.machines.models import Call
from engine.machines.recording import RECORDING
from engine.machines.telling import tell_status
from engine.machines.turn import Turn, headers_of
from engine.values import commands, effects, verbs
from engine.values.effects import PlaceCall
from engine.values.flow import Hook, Wish


def place(call: Call, command: commands.MakeCall | commands.InviteMember, timeout: float, turn: Turn) -> None:
    """Ring whom a new call is for; what proves it to a SIP address goes to the switch and is kept nowhere."""
    turn.note("call_placed", call.id, "", to=call.called)
    detect = bool(call.machine_detection)
    kind = "sip" if call.called.startswith("sip:") else "number"
    turn.set_timer(call, "ring", turn.at + timeout)
    turn.do(
        PlaceCall(
            call.id,
            call.called,
            call.caller,
            call.caller_name,
            kind,
            timeout,
            headers_of(call, turn),
            call.account,
            "",
            detect,
            command.username,
            command.password,
        )
    )
    tell_status(turn, call, "initiated")


def make_call(command: commands.MakeCall, tally: Tally, turn: Turn) -> None:
    """Place a call whose flow starts with the answer."""
    if command.call in turn.calls:
        tally.refused = "call_exists"
        return
    if command.tongue not in turn.tongues:
        tally.refused = "unknown_dialect"
        return
    rules = turn.rules_of[command.tongue]
    status = command.hangup if command.status_events else None
    call = Call(
        id=command.call,
        account=command.account,
        tongue=command.tongue,
        caller=command.caller,
        called=command.to,
        role="outbound",
        direction="outbound",
        state="queued",
        caller_name=command.caller_name,
        created_at=turn.at,
        answer=command.answer,
        document=command.document,
        fallback=command.fallback,
        ring=command.ring,
        hangup=None if status else command.hangup,
        status=status,
        status_events=command.status_events,
        time_limit=command.time_limit or rules.call_time_limit,
        hangup_on_ring=command.hangup_on_ring,
        send_digits=command.send_digits,
        send_on_preanswer=command.send_on_preanswer,
        machine_detection=command.machine_detection,
        machine_hook=command.machine_hook,
        headers=command.headers,
        record=outbound(command.record),
        application=command.application,
    )
    turn.calls[call.id] = call
    place(call, command, command.ring_timeout or rules.ring_timeout, turn)
    tally.count(call.id, changed=True)


def outbound(wish: Wish | None) -> Wish | None:
    """The wish of a command that places a call, as such."""
    return wish and msgspec.structs.replace(wish, source="outbound")


def known_call(command: commands.CallCommand, tally: Tally, turn: Turn) -> Call | None:
    """The live call of a command; one that is not there, or is ending, is unknown."""
    call = turn.calls.get(command.call)
    if call is None or call.state in ("ending", "ended"):
        tally.unknown.append(command.call)
        return None
    return call


def cancel_call(command: commands.CancelCall, tally: Tally, turn: Turn) -> None:
    """Take a call back that was not answered."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    waiting = call.state in ("queued", "ringing")
    if waiting:
        turn.then(EndCall(call, "api_cancel", "api"))
    tally.count(call.id, changed=waiting)


def hang_up_call(command: commands.HangUpCall, tally: Tally, turn: Turn) -> None:
    """End a call."""
    call = known_call(command, tally, turn)
    if call is not None:
        drop_call(call, turn)
        tally.count(call.id, changed=True)


def drop_call(call: Call, turn: Turn) -> None:
    """End a call by command, through its room where it is in one, so that its leaving has the right cause."""
    room = turn.rooms.get(call.room)
    if room is not None:
        depart(room, room.members[call.id], "hung_up", turn)
    answered = call.answered_at is not None or call.role == "inbound"
    turn.then(EndCall(call, "api" if answered else "api_cancel", "api"))


def hang_up_all(command: commands.HangUpAllCalls, tally: Tally, turn: Turn) -> None:
    """End every call of an account."""
    for call in [c for c in turn.calls.values() if c.account == command.account]:
        changed = call.state not in ("ending", "ended")
        if changed:
            drop_call(call, turn)
        tally.count(call.id, changed=changed)


def transfer(command: commands.TransferCall, tally: Tally, turn: Turn) -> None:
    """Give legs of a live call new documents: what they do is broken off first."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    if call.state != "up" and call.role != "inbound":  # whom it is for has not answered (TeXML 1.2, 90034)
        tally.refused = "not_answered"
        return
    legs = legs_of(call, command.legs, turn)
    if not legs:
        tally.refused = "no_such_leg"
        return
    hooks: dict[str, Hook | None] = {"a": command.aleg, "b": command.bleg}
    if any(hooks[side] is None for side in legs) and not command.document:
        tally.refused = "url_missing"
        return
    if is_foreign(command.tongue, tally, turn):
        return
    for side, leg in legs.items():
        hook = hooks[side]
        leg.tongue = command.tongue or leg.tongue
        leg.pending = hook or Hook("")
        leg.document = command.document if hook is None else b""
        leg.fallback = command.fallback or leg.fallback
    for leg in legs.values():
        redirect(leg, turn)
        tally.count(leg.id, changed=True)


def is_foreign(tongue: str, tally: Tally, turn: Turn) -> bool:
    """Whether a command names a dialect that the exchange was not given, which refuses it."""
    if not tongue or tongue in turn.tongues:
        return False
    tally.refused = "unknown_dialect"
    return True


def legs_of(call: Call, which: str, turn: Turn) -> dict[str, Call]:
    """The legs meant by aleg, bleg or both."""
    other = turn.calls.get(call.partner)
    legs = {"a": call} if which in ("aleg", "both") else {}
    if which in ("bleg", "both") and other is not None and other.state == "up":
        legs["b"] = other
    return legs


def redirect(call: Call, turn: Turn) -> None:
    """Break off what the call does and run its pending document as soon as it is free."""
    break_off(call, turn)
    for purpose in tuple(call.sounds or ()):
        turn.then(EndSound(call, purpose))
    for made, purpose in tuple(call.awaits.items()):
        if purpose in ("verb", "prompt", "ignored", "record_beep", "door"):
            turn.do(effects.StopMedia(call.id, made))
        if purpose != "join" and "sound:" not in purpose:  # the end of a sound program forgets its own
            del call.awaits[made]
    room = turn.rooms.get(call.room)
    if room is not None:
        depart(room, room.members[call.id], "redirected", turn)
        return
    if call.role == "dialled":
        let_leg_go(call, turn)
    start_pending(call, turn)


def update(command: commands.UpdateCall, tally: Tally, turn: Turn) -> None:
    """Change where and of what the status of a call is told."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    before = (call.status, call.status_events, call.hangup)
    if command.status is not None:
        call.status, call.hangup = command.status, None  # the end goes to one address
        call.status_events = call.status_events or END_ALONE
    if command.status_events is not None:
        call.status_events = command.status_events
    tally.count(call.id, changed=before != (call.status, call.status_events, call.hangup))


END_ALONE = ("completed",)


def play_on(command: commands.PlayOnCall, tally: Tally, turn: Turn) -> None:
    """Play files on a call's legs."""
    played = tuple(verbs.Play(name="Play", url=url) for url in command.urls)
    sound_on(command, played, "call_play", tally, turn)


def speak_on(command: commands.SpeakOnCall, tally: Tally, turn: Turn) -> None:
    """Speak on a call's legs."""
    spoken = verbs.Speak(name="Speak", text=command.text, voice=command.voice, language=command.language)
    sound_on(command, (spoken,), "call_speak", tally, turn)


def sound_on(
    command: commands.PlayOnCall | commands.SpeakOnCall,
    what: tuple[verbs.Prompt, ...],
    slot: str,
    tally: Tally,
    turn: Turn,
) -> None:
    """Start a sound beside the flow of a call's legs."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    legs = legs_of(call, command.legs, turn)
    if not legs:
        tally.refused = "no_such_leg"
    for leg in legs.values():
        turn.then(StartSound(leg, slot, leg.id, leg.id, loops=command.loop, over=command.mix, verbs=what))
        if isinstance(command, commands.PlayOnCall) and command.length:
            turn.set_timer(leg, "play_length", turn.at + command.length)
        tally.count(leg.id, changed=True)


def stop_on(slot: str) -> Callable[[Any, Tally, Turn], None]:
    """An order that stops a sound on a call's legs."""

    def order(command: commands.CallCommand, tally: Tally, turn: Turn) -> None:
        call = known_call(command, tally, turn)
        if call is None:
            return
        for leg in legs_of(call, "both", turn).values():
            running = slot in (leg.sounds or {})
            if running:
                turn.then(EndSound(leg, slot))
                turn.cancel_timer(leg, "play_length")
            if running or leg is call:
                tally.count(leg.id, changed=running)

    return order


def send_digits(command: commands.SendDigitsOnCall, tally: Tally, turn: Turn) -> None:
    """Send keys on a leg."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    for leg in legs_of(call, command.leg, turn).values():
        turn.do(effects.SendDigits(leg.id, turn.await_id(leg, "ignored"), leg.id, command.digits))
        tally.count(leg.id, changed=True)


def record_call(command: commands.RecordCall, tally: Tally, turn: Turn) -> None:
    """Record a call beside its flow."""
    call = known_call(command, tally, turn)
    if call is None or is_foreign(command.tongue, tally, turn):
        return
    wish = Wish(
        source="api",
        hook=command.callback,
        events=command.callback_events,
        format=command.format,
        channels=command.channels,
        max_length=command.max_length,
        beep=command.beep,
        send_url=command.send_url,
        tongue=command.tongue,
    )
    tally.facts["recording"] = recordings.start(turn, call, call, wish).id
    tally.count(call.id, changed=True)


def stop_record_call(command: commands.StopRecordCall, tally: Tally, turn: Turn) -> None:
    """Stop the recordings of a call that commands asked for."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    made = [turn.recordings[one] for one in call.recorded if one in turn.recordings]
    running = [one for one in made if one.of == call.id and one.source in COMMANDED and one.state != "stopping"]
    for recording in running:
        RECORDING.fire("stop", recording, None, turn)
    tally.count(call.id, changed=bool(running))


COMMANDED = ("api", "outbound")


def forget_recording(command: commands.ForgetRecording, tally: Tally, turn: Turn) -> None:
    """Drop a stored recording; whoever keeps it knows whether there is one."""
    if command.recording in turn.recordings:
        tally.refused = "recording_in_progress"
        return
    turn.do(effects.ForgetRecording(command.recording))
    tally.count(command.recording, changed=True)


def shut_down(command: commands.ShutDown, tally: Tally, turn: Turn) -> None:
    """End everything."""
    for room in tuple(turn.rooms.values()):
        room.why = room.why or "shutdown"
        settle(room, turn)
    for call in tuple(turn.calls.values()):
        changed = call.state not in ("ending", "ended")
        turn.then(EndCall(call, "shutdown", "platform"))
        tally.count(call.id, changed=changed)
