"""What a collecting verb plays: its prompts, one after the other, whether the flow or a queue's document asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines.fetch import resolve
from engine.machines.models import Call, Collecting, Sound
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.effects import PlayMedia, SendDigits, SpeakText


class At:
    """A collecting call with what was pressed or said, as the table's actions need them."""

    __slots__ = ("base", "call", "confidence", "final", "key", "sound", "text", "verb")

    def __init__(
        self,
        call: Call,
        key: str = "",
        text: str = "",
        confidence: float = 0.0,
        *,
        final: bool = True,
        sound: Sound | None = None,
    ) -> None:
        """Hold the call, the verb (its own, or the one at hand of a sound program), and the key or words."""
        verb: Any = call.verb
        if sound is not None and sound.flow is not None:
            verb = sound.flow.verbs[sound.pc - 1]
        self.call = call
        self.sound = sound
        self.verb: verbs.Collect = verb
        self.base = call.base if sound is None else sound.base
        self.key = key
        self.text = text
        self.confidence = confidence
        self.final = final


def play_prompt(state: Collecting, at: At, turn: Turn) -> None:
    """Play the next prompt."""
    prompt = at.verb.prompts[state.prompt]
    state.prompt += 1
    PROMPTS[type(prompt)](state, at, prompt, turn)


def say_prompt(state: Collecting, at: At, prompt: verbs.Speak, turn: Turn) -> None:
    """A text."""
    call = at.call
    state.playing = made = turn.await_id(call, "prompt")
    words = (prompt.text, prompt.voice, prompt.language, prompt.loop)
    turn.do(SpeakText(call.id, made, call.id, *words, purpose="prompt", ssml=prompt.ssml))


def play_prompt_file(state: Collecting, at: At, prompt: verbs.Play, turn: Turn) -> None:
    """A file."""
    call = at.call
    state.playing = made = turn.await_id(call, "prompt")
    turn.do(PlayMedia(call.id, made, call.id, resolve(at.base, prompt.url), prompt.loop, purpose="prompt"))


def pause_prompt(state: Collecting, at: At, prompt: verbs.Wait, turn: Turn) -> None:
    """Silence."""
    turn.set_timer(at.call, "wait", turn.at + prompt.length)


def key_prompt(state: Collecting, at: At, prompt: verbs.SendDigits, turn: Turn) -> None:
    """Keys."""
    call = at.call
    state.playing = made = turn.await_id(call, "prompt")
    turn.do(SendDigits(call.id, made, call.id, prompt.digits))


PROMPTS: dict[type[verbs.Verb], Callable[[Collecting, At, Any, Turn], None]] = {
    verbs.Speak: say_prompt,
    verbs.Play: play_prompt_file,
    verbs.Wait: pause_prompt,
    verbs.SendDigits: key_prompt,
}


def more_prompts(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether another prompt follows."""
    return state.prompt < len(at.verb.prompts)
