"""One Dial and its racing legs: the first to answer (and confirm) is joined to the caller.

A leg may be asked first: by a sound and a key, or by a document that it runs as its own flow.

Every leg is a call of its own. The first answer that is handled wins; any other leg, even one that
answers in the same instant or after it was cancelled, is hung up. The caller's own end cancels all
that ring and hangs up whom it talked to. A dial that is *over* has concluded; late ends of its legs
are only told.
"""

from __future__ import annotations

from engine.machines import recording as recordings
from engine.machines.consequences import Conclude, EndCall, EndSound, StartSound
from engine.machines.fetch import resolve
from engine.machines.flow.interpreter import fetch_flow
from engine.machines.models import Call, Confirming, Dialling, Leg, Wish
from engine.machines.queue import take_from_queue
from engine.machines.recording import RECORDING
from engine.machines.table import Row, table
from engine.machines.telling import tell, tell_status
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.causes import EndCause
from engine.values.effects import Answer, ConnectCalls, DisconnectCalls, Facts, PlaceCall, PlayMedia, StopMedia
from engine.values.flow import Hook

RINGABLE = ("number", "user", "sip")
STATUS_OF: dict[EndCause, str] = {
    "busy": "busy",
    "rejected": "busy",
    "ring_timeout": "no_answer",
    "unreachable": "failed",
    "not_confirmed": "no_answer",
    "hangup_verb": "no_answer",
    "hangup": "no_answer",
    "machine": "no_answer",
}


class Line:
    """A dialling call and the leg that something happened to."""

    __slots__ = ("call", "leg", "verb")

    def __init__(self, call: Call, leg: Call | None = None) -> None:
        """Hold the caller, its verb and the leg."""
        self.call = call
        self.leg = leg
        self.verb: verbs.Dial = call.verb  # type: ignore[assignment]


def dial(call: Call, verb: verbs.Dial, turn: Turn) -> bool:
    """Ring the targets, all at once or one after the other."""
    if verb.queue:
        return take_from_queue(call, verb, turn)
    call.doing = state = Dialling()
    line = Line(call)
    ring_more(state, line, turn)
    if not state.legs:
        state.status = "failed"
        state.cause = "unreachable"
        DIAL.fire("nobody_to_ring", state, line, turn)
        return True
    start_music(state, line, turn)
    return True


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
    call.ordinal += 1
    leg = Call(
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
        status=Hook(resolve(call.base, target.callback), target.callback_method) if target.callback else None,
        status_events=target.callback_events,
        base=call.base,
    )
    turn.calls[leg.id] = leg
    state.legs[leg.id] = Leg(leg.id, index)
    call.legs = (*call.legs, leg.id)
    if turn.watched:
        turn.note("call_placed", leg.id, "", to=leg.called, parent=call.id)
    headers = split_headers(target.headers or verb.headers)
    detect = bool(leg.machine_detection)
    turn.do(
        PlaceCall(
            leg.id,
            leg.called,
            leg.caller,
            leg.caller_name,
            target.kind,
            verb.timeout,
            headers,
            leg.account,
            call.id,
            detect,
            target.username,
            target.password,
        )
    )
    tell_status(turn, leg, "initiated")


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


# --- what legs do ---------------------------------------------------------------------------------


def remember_ringing(state: Dialling, line: Line, turn: Turn) -> None:
    """At least one leg rang."""
    state.rang = True


def must_confirm(state: Dialling, line: Line, turn: Turn) -> bool:
    """Whether the callee is asked before it is joined."""
    return bool(line.verb.confirm_sound or screening_of(state, line))


def screening_of(state: Dialling, line: Line) -> Hook | None:
    """The document that is run on this leg before the bridge."""
    if line.leg is None:
        return None
    target = line.verb.targets[state.legs[line.leg.id].target]
    return Hook(target.screening, target.screening_method) if target.screening else None


def ask_to_confirm(state: Dialling, line: Line, turn: Turn) -> None:
    """Play the callee what it is asked."""
    leg, verb = line.leg, line.verb
    if leg is None:
        return
    tell_leg(state, line, "dial_answer", turn)
    state.legs[leg.id].state = "confirming"
    screening = screening_of(state, line)
    if screening is not None:
        leg.running = leg.screening = True
        fetch_flow(leg, "screening", screening.url, screening.method, {}, turn)
        return
    leg.doing = Confirming(line.call.id)
    ask = Hook(resolve(line.call.base, verb.confirm_sound))
    turn.then(StartSound(leg, "confirm_sound", leg.id, leg.id, ask))


def sound_over(leg: Call, turn: Turn) -> None:
    """The callee has heard it: join it, or give it time to press the key."""
    asked = leg.doing
    call = turn.calls.get(asked.parent) if isinstance(asked, Confirming) else None
    if call is None or not isinstance(call.doing, Dialling) or not isinstance(call.verb, verbs.Dial):
        return
    if call.verb.confirm_key:
        turn.set_timer(leg, "confirm", turn.at + call.verb.confirm_timeout)
        return
    DIAL.fire("leg_confirmed", call.doing, Line(call, leg), turn)


def screened(leg: Call, turn: Turn) -> None:
    """The document that the callee heard first ran out: join it."""
    call = turn.calls.get(leg.parent)
    if call is not None and isinstance(call.doing, Dialling) and leg.id in call.doing.legs:
        DIAL.fire("leg_confirmed", call.doing, Line(call, leg), turn)
    else:
        turn.then(EndCall(leg, "cancelled", "caller"))


def confirm_key(leg: Call, key: str, turn: Turn) -> None:
    """The callee pressed a key while it was asked."""
    asked = leg.doing
    call = turn.calls.get(asked.parent) if isinstance(asked, Confirming) else None
    if call is None or not isinstance(call.doing, Dialling) or not isinstance(call.verb, verbs.Dial):
        return
    if call.verb.confirm_key and key == call.verb.confirm_key:
        DIAL.fire("leg_confirmed", call.doing, Line(call, leg), turn)


def not_confirmed(leg: Call, turn: Turn) -> None:
    """The callee did not press the key in time."""
    turn.then(EndCall(leg, "not_confirmed", "platform"))


def join(state: Dialling, line: Line, turn: Turn) -> None:
    """This leg wins: drop the others, and let the two talk as soon as the caller is up."""
    call, leg = line.call, line.leg
    if leg is None:
        return
    confirmed = state.legs[leg.id].state == "confirming"
    leg.doing = leg.flow = None
    leg.running = leg.screening = False
    if leg.timers:
        turn.cancel_timer(leg, "confirm")
    for purpose in tuple(leg.sounds or ()):
        turn.then(EndSound(leg, purpose))
    state.winner, state.winner_called = leg.id, leg.called
    state.legs[leg.id].state = "talking"
    if not confirmed:
        tell_leg(state, line, "dial_answer", turn)
    turn.cancel_timer(call, "dial")
    for other in tuple(state.legs):
        if other != leg.id:
            lose(turn.calls[other], turn)
    if call.state == "up":
        bridge(state, call, turn)
    else:
        turn.do(Answer(call.id))


def lose(leg: Call, turn: Turn) -> None:
    """Somebody else answered first."""
    turn.then(EndCall(leg, "lost_race", "platform"))


def lose_race(state: Dialling, line: Line, turn: Turn) -> None:
    """An answer that comes too late."""
    if line.leg is not None and line.leg.id != state.winner:
        lose(line.leg, turn)


def bridge(state: Dialling, call: Call, turn: Turn) -> None:
    """Let the two talk."""
    leg, verb = turn.calls.get(state.winner), call.verb
    if leg is None or leg.state != "up" or not isinstance(verb, verbs.Dial):
        return
    stop_music(state, call, turn)
    state.bridged_at = turn.at
    call.partner, leg.partner = leg.id, call.id
    turn.do(ConnectCalls(call.id, leg.id))
    if turn.watched:
        turn.note("calls_connected", call.id, "", with_call=leg.id)
    tell_leg(state, Line(call, leg), "dial_connected", turn)
    if verb.time_limit:
        turn.set_timer(call, "talk", turn.at + verb.time_limit)
    start_recording(state, call, verb, turn)


def start_recording(state: Dialling, call: Call, verb: verbs.Dial, turn: Turn) -> None:
    """Record the talk, where the Dial or a Record before it said so."""
    waiting = call.record_dial
    if isinstance(waiting, verbs.Record):
        hook = Hook(resolve(call.base, waiting.callback), waiting.callback_method) if waiting.callback else None
        wish = Wish(
            source="record_verb",
            hook=hook,
            events=waiting.callback_events,
            format=waiting.format,
            max_length=waiting.max_length,
        )
        call.record_dial = None
    elif verb.record and verb.record != "do-not-record":
        hook = Hook(resolve(call.base, verb.record_callback), verb.record_callback_method)
        wish = Wish(
            source="dial",
            hook=hook if verb.record_callback else None,
            events=verb.record_callback_events,
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


# --- the end ---------------------------------------------------------------------------------------


def is_winner(state: Dialling, line: Line, turn: Turn) -> bool:
    """Whether it is the leg that the caller talks to."""
    return line.leg is not None and line.leg.id == state.winner


def was_last(state: Dialling, line: Line, turn: Turn) -> bool:
    """Whether nobody else rings, and nobody is left to be rung."""
    alone = line.leg is not None and set(state.legs) == {line.leg.id}
    return alone and not more_to_ring(state, line)


def more_to_ring(state: Dialling, line: Line) -> bool:
    """Whether somebody is left to be rung, one after the other."""
    return any(target.kind in RINGABLE for target in line.verb.targets[state.next_target :])


def may_still_come(state: Dialling, line: Line, turn: Turn) -> bool:
    """Whether the dial goes on when the time to answer is over: somebody is being asked, or is left to be rung."""
    return more_to_ring(state, line) or any(leg.state == "confirming" for leg in state.legs.values())


def silence_phones(state: Dialling, line: Line, turn: Turn) -> None:
    """Whoever still rings did not answer in time."""
    for leg in state.legs.values():
        if leg.state == "ringing":
            turn.then(EndCall(turn.calls[leg.call], "ring_timeout", "platform"))


def drop(state: Dialling, line: Line, turn: Turn) -> None:
    """One leg less; its own failure is remembered, and the next target is rung."""
    leg = line.leg
    if leg is None:
        return
    if state.state == "ringing" and leg.cause is not None:
        state.cause, state.status = leg.cause, STATUS_OF.get(leg.cause, "failed")
    tell_leg(state, line, "dial_hangup", turn)
    state.legs.pop(leg.id, None)
    if line.verb.sequential and not state.legs and state.state == "ringing":
        ring_more(state, line, turn)


def drop_last(state: Dialling, line: Line, turn: Turn) -> None:
    """Nobody took the call."""
    leg = line.leg
    if leg is not None and leg.cause is not None:
        state.cause, state.status = leg.cause, STATUS_OF.get(leg.cause, "failed")
    tell_leg(state, line, "dial_hangup", turn)
    state.legs.clear()
    finish(state, line, turn)


def talk_over(state: Dialling, line: Line, turn: Turn) -> None:
    """The leg that the caller talked to is gone."""
    state.status = "completed"
    tell_leg(state, line, "dial_hangup", turn)
    if line.leg is not None:
        state.cause = line.leg.cause
        state.legs.pop(line.leg.id, None)
    finish(state, line, turn)


def give_up(state: Dialling, line: Line, turn: Turn) -> None:
    """Nobody answered in time: cancel all."""
    state.status, state.cause = "timeout", "ring_timeout"
    for name in state.legs:
        turn.then(EndCall(turn.calls[name], "ring_timeout", "platform"))
    finish(state, line, turn)


def cut(state: Dialling, line: Line, turn: Turn) -> None:
    """The talk's time is over, or the caller pressed `*`: drop the leg."""
    state.status = "completed"
    leg = turn.calls.get(state.winner)
    if leg is not None:
        state.cause = "dial_ended"
        tell_leg(state, Line(line.call, leg), "dial_hangup", turn)
        turn.then(EndCall(leg, "dial_ended", "platform"))
    finish(state, line, turn)


def finish(state: Dialling, line: Line, turn: Turn) -> None:
    """The dial has its result."""
    call = line.call
    clear_up(state, call, turn)
    facts = dial_facts(state, Line(call), turn)
    turn.then(Conclude(call, "action_dial", facts, state.status))


def clear_up(state: Dialling, call: Call, turn: Turn) -> None:
    """No more clocks, music or recording; the caller is nobody's partner."""
    for purpose in ("dial", "talk"):
        turn.cancel_timer(call, purpose)
    stop_music(state, call, turn)
    recording = turn.recordings.get(state.recording)
    if recording is not None:
        RECORDING.fire("stop", recording, None, turn)
    call.partner = ""
    call.legs = ()


def abandon(state: Dialling, line: Line, turn: Turn) -> None:
    """The caller is gone, or has other things to do: nobody rings, nobody stays on the line."""
    call = line.call
    clear_up(state, call, turn)
    for name in tuple(state.legs):
        leg = turn.calls.get(name)
        if leg is not None and leg.pending is None:
            turn.then(EndCall(leg, "dial_ended" if leg.state == "up" else "cancelled", "caller"))
        elif leg is not None:
            if leg.partner and call.state == "up":
                turn.do(DisconnectCalls(call.id, leg.id))
            leg.partner = ""


def broken_off(call: Call, turn: Turn) -> bool:
    """New instructions came for the caller."""
    if isinstance(call.doing, Dialling):
        DIAL.fire("caller_gone", call.doing, Line(call), turn)
    return False


def let_leg_go(leg: Call, turn: Turn) -> None:
    """A called leg got new instructions of its own: its caller's dial is over."""
    call = turn.calls.get(leg.parent)
    if leg.partner:
        turn.do(DisconnectCalls(leg.partner, leg.id))
    leg.partner, leg.screening = "", False
    if call is not None and isinstance(call.doing, Dialling) and leg.id in call.doing.legs:
        DIAL.fire("leg_left", call.doing, Line(call, leg), turn)


def let_go(state: Dialling, line: Line, turn: Turn) -> None:
    """A leg that was not joined yet went its own way: one less."""
    if line.leg is not None:
        del state.legs[line.leg.id]
    if not state.legs:
        ring_more(state, line, turn)


def let_last_go(state: Dialling, line: Line, turn: Turn) -> None:
    """The last leg went its own way before it was joined: nobody took the call."""
    state.legs.clear()
    state.status = "no_answer"
    finish(state, line, turn)


def leave_talk(state: Dialling, line: Line, turn: Turn) -> None:
    """The leg that the caller talked to went its own way."""
    if line.leg is not None:
        del state.legs[line.leg.id]
    state.status = "completed"
    finish(state, line, turn)


def keys_pressed(call: Call, key: str, turn: Turn, *, by: str) -> None:
    """A key during the talk, by the caller (`a`) or the callee (`b`): `*` may drop the leg, patterns are told."""
    state, verb = call.doing, call.verb
    if not isinstance(state, Dialling) or not isinstance(verb, verbs.Dial) or state.state != "talking":
        return
    if by == "a" and key == "*" and verb.hangup_on_star:
        DIAL.fire("star", state, Line(call), turn)
        return
    kept = (state.keys_a if by == "a" else state.keys_b) + key
    patterns = verb.digits_match if by == "a" else verb.digits_match_b
    found = next((p for p in patterns if p and kept.endswith(p)), "")
    if found:
        line = Line(call, turn.calls.get(state.winner))
        tell_leg(state, line, "dial_digits", turn, digits_match=found, pressed_by=by)
        kept = ""
    kept = kept[-32:]
    if by == "a":
        state.keys_a = kept
    else:
        state.keys_b = kept


DIAL = table(
    "dial",
    states=("ringing", "talking", "over"),
    final=("over",),
    rows=(
        #   on               source                  dest       do                when
        Row("nobody_to_ring", "ringing",             "over",    finish),
        Row("leg_rang",      "ringing",              None,      remember_ringing),
        Row("leg_rang",      "talking",              None),
        Row("leg_answered",  "ringing",              None,      ask_to_confirm,   must_confirm),
        Row("leg_answered",  "ringing",              "talking", join),
        Row("leg_answered",  "talking",              None,      lose_race),
        Row("leg_confirmed", "ringing",              "talking", join),
        Row("leg_confirmed", "talking",              None,      lose_race),
        Row("leg_ended",     "ringing",              "over",    drop_last,        was_last),
        Row("leg_ended",     "ringing",              None,      drop),
        Row("leg_ended",     "talking",              "over",    talk_over,        is_winner),
        Row("leg_ended",     "talking",              None,      drop),
        Row("leg_left",      "ringing",              "over",    let_last_go,      was_last),
        Row("leg_left",      "ringing",              None,      let_go),
        Row("leg_left",      "talking",              "over",    leave_talk),
        Row("ring_time",     "ringing",              None,      silence_phones,   may_still_come),
        Row("ring_time",     "ringing",              "over",    give_up),
        Row("talk_time",     "talking",              "over",    cut),
        Row("star",          "talking",              "over",    cut),
        Row("caller_gone",   ("ringing", "talking"), "over",    abandon),
    ),
)  # fmt: skip
