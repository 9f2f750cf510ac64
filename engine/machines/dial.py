"""One Dial and its racing legs: the first to answer (and confirm) is joined to the caller.

A leg may be asked first: by a sound and a key, or by a document that it runs as its own flow.

Every leg is a call of its own. The first answer that is handled wins; any other leg, even one that
answers in the same instant or after it was cancelled, is hung up. The caller's own end cancels all
that ring and hangs up whom it talked to. A dial that is *over* has concluded; late ends of its legs
are only told.
"""

from __future__ import annotations

from engine.machines.consequences import Conclude, EndCall, EndSound, StartSound
from engine.machines.fetch import resolve
from engine.machines.flow.interpreter import fetch_flow
from engine.machines.legs import (
    Line,
    dial_facts,
    more_to_ring,
    ring_more,
    start_music,
    start_recording,
    stop_music,
    tell_leg,
)
from engine.machines.models import Call, Confirming, Dialling
from engine.machines.queue import take_from_queue
from engine.machines.recording import RECORDING
from engine.machines.table import Row, table
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.causes import EndCause
from engine.values.effects import Answer, ConnectCalls, DisconnectCalls
from engine.values.flow import Hook

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


# --- what legs do ---------------------------------------------------------------------------------


def remember_ringing(state: Dialling, line: Line, turn: Turn) -> None:
    """At least one leg rang; some recordings begin with that."""
    state.rang = True
    if line.verb.record.startswith("ringing") and line.call.state == "up":
        start_recording(state, line.call, line.verb, turn)


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


# --- the end ---------------------------------------------------------------------------------------


def is_winner(state: Dialling, line: Line, turn: Turn) -> bool:
    """Whether it is the leg that the caller talks to."""
    return line.leg is not None and line.leg.id == state.winner


def was_last(state: Dialling, line: Line, turn: Turn) -> bool:
    """Whether nobody else rings, and nobody is left to be rung."""
    alone = line.leg is not None and set(state.legs) == {line.leg.id}
    return alone and not more_to_ring(state, line)


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
    recording = turn.recordings.get(state.recording)
    if recording is not None:
        recording.why = "hangup"
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
