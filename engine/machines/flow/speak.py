"""Verbs that make sound or silence on one call: Speak, Play, Wait, digits, early media."""

from __future__ import annotations

from engine.machines.consequences import Proceed
from engine.machines.fetch import resolve
from engine.machines.models import Call, Pausing
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.effects import PlayMedia, SendDigits, SpeakText, StartEarlyMedia


def speak(call: Call, verb: verbs.Speak, turn: Turn) -> bool:
    """Say a text and wait for its end."""
    made = turn.await_id(call, "verb")
    turn.do(
        SpeakText(
            call.id, made, call.id, verb.text, verb.voice, verb.language, verb.loop, purpose="verb", ssml=verb.ssml
        )
    )
    return True


def play(call: Call, verb: verbs.Play, turn: Turn) -> bool:
    """Play a sound and wait for its end."""
    made = turn.await_id(call, "verb")
    media = verb.url if verb.stored else resolve(call.base, verb.url)
    turn.do(PlayMedia(call.id, made, call.id, media, verb.loop))
    return True


def wait(call: Call, verb: verbs.Wait, turn: Turn) -> bool:
    """Stay silent; where silence is listened for, it may end early."""
    if verb.length <= 0:
        return False
    turn.set_timer(call, "wait", turn.at + verb.length)
    if verb.silence:
        call.doing = Pausing(turn.at + verb.length)
        turn.set_timer(call, "silence", turn.at + verb.min_silence)
    return True


def wait_over(call: Call, turn: Turn) -> None:
    """The time is over, or the silence was long enough."""
    turn.cancel_timer(call, "silence")
    turn.cancel_timer(call, "wait")
    turn.then(Proceed(call))


def talk_changed(call: Call, turn: Turn, *, talking: bool) -> None:
    """Somebody talks, or stops, while a Wait listens for silence."""
    verb = call.verb
    if not isinstance(verb, verbs.Wait):
        return
    if talking:
        turn.cancel_timer(call, "silence")
    else:
        turn.set_timer(call, "silence", turn.at + verb.min_silence)


def send_digits(call: Call, verb: verbs.SendDigits, turn: Turn) -> bool:
    """Send keys to the far end."""
    made = turn.await_id(call, "verb" if verb.blocking else "ignored")
    turn.do(SendDigits(call.id, made, call.id, verb.digits))
    return verb.blocking


def pre_answer(call: Call, verb: verbs.PreAnswer, turn: Turn) -> bool:
    """Let sound flow before the answer, for the verbs that belong to it."""
    call.early_until = call.pc + verb.covers
    if call.state == "ringing" and not call.early:
        call.early = True
        turn.do(StartEarlyMedia(call.id))
    return False
