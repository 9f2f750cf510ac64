"""The legs of a Dial: who is rung, what the caller hears meanwhile, and what is told of each of them."""

from __future__ import annotations

from engine.machines import recording as recordings
from engine.machines.consequences import EndSound, StartSound
from engine.machines.fetch import hook_at, resolve
from engine.machines.models import Call, Dialling, Leg
from engine.machines.telling import tell, tell_status
from engine.machines.turn import Turn, headers_of
from engine.values import verbs
from engine.values.effects import Facts, PlaceCall, PlayMedia, StopMedia
from engine.values.flow import Hook, Wish

RINGABLE = ("number", "user", "sip")


class Line:
    """A dialling call and the leg that something happened to."""

    __slots__ = ("call", "leg", "verb")

    def __init__(self, call: Call, leg: Call | None = None) -> None:
        """Hold the caller, its verb and the leg."""
        self.call = call
        self.leg = leg
        self.verb: verbs.Dial = call.verb  # type: ignore[assignment]


def ring_more(state: Dialling, line: Line, turn: Turn) -> None:
    """Ring the next target, or all that are left; each round has the whole time to answer."""
    verb = line.verb
    while state.next_target < len(verb.targets):
        ring(state, line, state.next_target, turn)
        state.next_target += 1
        if verb.sequential and state.legs:
            break
    if verb.timeout and state.legs:
        turn.set_timer(line.call, "dial", turn.at + verb.timeout)


def ring(state: Dialling, line: Line, index: int, turn: Turn) -> None:
    """Place one leg."""
    call, verb, target = line.call, line.verb, line.verb.targets[index]
    if target.kind not in RINGABLE:
        turn.note(
            "warning", call.id, "", code="target", message=f"a {target.kind} cannot be dialled", line=target.line
        )
        return
    leg = new_leg(call, verb, target, turn)
    turn.calls[leg.id] = leg
    state.legs[leg.id] = Leg(leg.id, index)
    call.legs = (*call.legs, leg.id)
    if turn.watched:
        turn.note("call_placed", leg.id, "", to=leg.called, parent=call.id)
    turn.do(
        PlaceCall(
            leg.id,
            leg.called,
            leg.caller,
            leg.caller_name,
            target.kind,
            verb.timeout,
            headers_of(leg, turn),
            leg.account,
            call.id,
            bool(leg.machine_detection),
            target.username,
            target.password,
        )
    )
    tell_status(turn, leg, "initiated")


def new_leg(call: Call, verb: verbs.Dial, target: verbs.Target, turn: Turn) -> Call:
    """The call that rings one target."""
    call.ordinal += 1
    return Call(
        id=f"{call.id}.{call.ordinal}",
        account=call.account,
        tongue=call.tongue,
        caller=target.caller_id or verb.caller_id or call.caller,
        called=target.address,
        role="dialled",
        direction="outbound",
        state="queued",
        caller_name=target.caller_name or verb.caller_name or call.caller_name,
        parent=call.id,
        created_at=turn.at,
        send_digits=target.send_digits,
        send_on_preanswer=target.send_on_preanswer,
        machine_detection=target.machine_detection,
        status=hook_at(call, target.callback, target.callback_method),
        status_events=target.callback_events,
        base=call.base,
        headers=split_headers(target.headers or verb.headers),
        application=call.application,
    )


def split_headers(written: str) -> tuple[tuple[str, str], ...]:
    """`a=1,b=2` as pairs."""
    pairs = (part.partition("=") for part in written.split(",") if "=" in part)
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def start_music(state: Dialling, line: Line, turn: Turn) -> None:
    """What the caller hears while it rings: the ringing tone, or a document's music."""
    call, music = line.call, line.verb.music
    if call.state != "up" and not call.early:
        return
    if music.startswith(("http://", "https://", "/")):
        ask = Hook(resolve(call.base, music), "POST")
        turn.then(StartSound(call, "dial_music", call.id, call.id, ask, loops=True))
    elif music:
        state.music = turn.await_id(call, "ignored")
        turn.do(PlayMedia(call.id, state.music, call.id, "ringback", 0, purpose="dial_music"))


def stop_music(state: Dialling, call: Call, turn: Turn) -> None:
    """Silence it."""
    if state.music and call.awaits.pop(state.music, None) is not None:
        turn.do(StopMedia(call.id, state.music))
    state.music = ""
    if call.sounds:
        turn.then(EndSound(call, "dial_music"))


def more_to_ring(state: Dialling, line: Line) -> bool:
    """Whether somebody is left to be rung, one after the other."""
    return any(target.kind in RINGABLE for target in line.verb.targets[state.next_target :])


def start_recording(state: Dialling, call: Call, verb: verbs.Dial, turn: Turn) -> None:
    """Record the talk, where the Dial or a Record before it said so and it is not recorded since the ringing."""
    if state.recording:
        return
    waiting = call.record_dial
    if isinstance(waiting, verbs.Record):
        wish = recordings.wish_of(call, waiting)
        call.record_dial = None
    elif verb.record and verb.record != "do-not-record":
        wish = Wish(
            source="dial",
            hook=hook_at(call, verb.record_callback, verb.record_callback_method),
            events=verb.record_callback_events,
            channels="stereo" if verb.record.endswith("-dual") else verb.record_channels,
            max_length=verb.record_max_length,
            send_url=verb.send_url,
        )
    else:
        return
    state.recording = recordings.start(turn, call, call, wish).id


def dial_facts(state: Dialling, line: Line, turn: Turn) -> Facts:
    """What a dial's action and callbacks are told."""
    leg, seconds = line.leg, 0.0
    if state.bridged_at is not None:
        seconds = turn.at - state.bridged_at
    facts: Facts = {
        "dial_status": state.status,
        "dial_call": leg.id if leg is not None else state.winner,
        "dial_called": leg.called if leg is not None else state.winner_called,
        "dial_caller": leg.caller if leg is not None else line.call.caller,
        "dial_seconds": seconds,
        "dial_billed_seconds": seconds,
        "dial_cause": state.cause,
        "dial_ringing": state.rang,
        "dial_bridged": state.bridged_at is not None,
    }
    if leg is not None and leg.cause is not None:
        facts["dial_cause"], facts["dial_source"] = leg.cause, leg.source
    if state.recording:
        facts["recording"] = state.recording
    return facts


def tell_leg(state: Dialling, line: Line, kind: str, turn: Turn, **more: str) -> None:
    """Tell the dial's callback of something that happened to a leg."""
    call, verb = line.call, line.verb
    if verb.callback:
        hook = Hook(resolve(call.base, verb.callback), verb.callback_method)
        status = {"dial_status": "answered"} if kind in ("dial_answer", "dial_connected") else {}
        tell(turn, call, hook, kind, {**dial_facts(state, line, turn), **status, **more})
