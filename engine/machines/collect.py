"""One collecting verb: prompts, keys and speech, cycles without input, one result.

*prompting* plays the prompts; the first key or word breaks in and counts (barge-in), as do keys
pressed before the verb began (type-ahead). *listening* waits for the first input, *gathering* for
more digits, *hearing* for the end of an utterance; whichever kind of input came first wins.
*scolding* plays the sound for a key that does not count. A cycle without input plays the prompts
again; after the last one the verb ends empty.
"""

from __future__ import annotations

from typing import Any

from engine.machines.consequences import Conclude, Proceed, SoundCollected
from engine.machines.fetch import resolve
from engine.machines.flow.interpreter import fetch_flow, had_input
from engine.machines.models import Call, Collecting, Sound
from engine.machines.prompts import At, more_prompts, play_prompt
from engine.machines.table import Row, table
from engine.machines.telling import tell
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.effects import Facts, PlayMedia, StopMedia
from engine.values.flow import Hook


def collect(call: Call, verb: verbs.Collect, turn: Turn) -> bool:
    """Begin to collect."""
    call.doing = state = Collecting()
    begin(state, At(call), turn)
    return True


def collect_in(sound: Sound, call: Call, turn: Turn) -> None:
    """Begin to collect within a sound program, whose flow goes on with what comes of it."""
    sound.collecting = state = Collecting()
    begin(state, At(call, sound=sound), turn)


def begin(state: Collecting, at: At, turn: Turn) -> None:
    """Keys pressed ahead count at once, otherwise the prompts start."""
    call = at.call
    ahead, call.keys = call.keys, ""
    if ahead and "dtmf" in at.verb.hears and turn.rules_of[call.tongue].type_ahead:
        for position, key in enumerate(ahead):
            COLLECT.fire("digit_pressed", state, At(call, key, sound=at.sound), turn)
            if state.state == "done":
                call.keys = ahead[position + 1 :]
                return
        if state.state == "gathering":
            return
    start_prompts(state, at, turn)


def collecting(call: Call) -> tuple[Collecting | None, Sound | None]:
    """What the call collects at the moment: by its own flow, or by the document that it hears in a queue."""
    if isinstance(call.doing, Collecting):
        return call.doing, None
    sound = (call.sounds or {}).get("queue_wait")
    return (None, None) if sound is None else (sound.collecting, sound)


def start_prompts(state: Collecting, at: At, turn: Turn) -> None:
    """Play the prompts from the first."""
    state.prompt, state.digits = 0, ""
    COLLECT.fire("prompt_over", state, at, turn)


def listen(state: Collecting, at: At, turn: Turn) -> None:
    """The prompts are over: the clocks start."""
    call, verb = at.call, at.verb
    state.playing = ""
    if verb.beep:
        turn.do(PlayMedia(call.id, turn.await_id(call, "ignored"), call.id, "beep:1", 1, purpose="beep"))
    if verb.first_timeout:
        turn.set_timer(call, "first", turn.at + verb.first_timeout)
    if verb.total_timeout:
        turn.set_timer(call, "total", turn.at + verb.total_timeout)


def is_finish_key(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the key ends the input."""
    return at.key in at.verb.finish_on


def does_not_count(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the key is none of those asked for."""
    return at.key not in at.verb.valid


def hears_no_keys(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the verb listens to speech alone."""
    return "dtmf" not in at.verb.hears


def hears_no_speech(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the verb listens to keys alone."""
    return "speech" not in at.verb.hears


def fills_it(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether this digit is the last that fits."""
    return len(state.digits) + 1 >= at.verb.max_digits


def is_not_over(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the words are only an interim result."""
    return not at.final


def has_enough(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether what was pressed is an input."""
    return len(state.digits) >= max(1, at.verb.min_digits)


def another_cycle(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the prompts are played again."""
    return state.cycle < at.verb.retries


def finishes_enough(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the key ends what is an input."""
    return is_finish_key(state, at, turn) and has_enough(state, at, turn)


def finishes_a_cycle(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether the key ends a cycle without input, and another one follows."""
    return is_finish_key(state, at, turn) and another_cycle(state, at, turn)


def has_sound_for_it(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether a wrong key has a sound of its own."""
    return does_not_count(state, at, turn) and bool(at.verb.invalid_sound)


def goes_elsewhere(state: Collecting, at: At, turn: Turn) -> bool:
    """Whether a wrong key leads to another document."""
    return does_not_count(state, at, turn) and bool(at.verb.invalid_action)


def hush(state: Collecting, at: At, turn: Turn) -> None:
    """Break in: silence the prompts and stop the clocks of the first input."""
    call = at.call
    if state.playing and call.awaits.pop(state.playing, None) is not None:
        turn.do(StopMedia(call.id, state.playing))
    state.playing = ""
    turn.cancel_timer(call, "wait")
    turn.cancel_timer(call, "first")


def keep_digit(state: Collecting, at: At, turn: Turn) -> None:
    """Keep the digit and give time for the next."""
    hush(state, at, turn)
    had_input(at.call)
    state.digits += at.key
    state.input = "dtmf"
    turn.set_timer(at.call, "digit", turn.at + at.verb.digit_timeout)
    if at.verb.total_timeout and f"{at.call.id}:total" not in turn.timers:
        turn.set_timer(at.call, "total", turn.at + at.verb.total_timeout)


def keep_last_digit(state: Collecting, at: At, turn: Turn) -> None:
    """Keep the digit that fills the input, and be done."""
    hush(state, at, turn)
    had_input(at.call)
    state.digits += at.key
    state.input = "dtmf"
    finish(state, at, turn)


def scold(state: Collecting, at: At, turn: Turn) -> None:
    """Play the sound for a wrong key; what was pressed so far is lost."""
    hush(state, at, turn)
    turn.cancel_timer(at.call, "digit")
    state.digits = ""
    call = at.call
    state.playing = turn.await_id(call, "prompt")
    media = resolve(at.base, at.verb.invalid_sound)
    turn.do(PlayMedia(call.id, state.playing, call.id, media, 1, purpose="prompt"))


def go_elsewhere(state: Collecting, at: At, turn: Turn) -> None:
    """A wrong key leads to its own document."""
    stop_clocks(state, at, turn)
    state.input, state.digits = "dtmf", state.digits + at.key
    facts, verb = input_facts(state, at), at.verb
    if at.sound is None:
        fetch_flow(at.call, "action_invalid_digits", verb.invalid_action, verb.action_method, facts, turn)
    else:
        hook = Hook(verb.invalid_action, verb.action_method)
        turn.then(SoundCollected(at.sound, at.call, "action_invalid_digits", hook, facts))


def try_again(state: Collecting, at: At, turn: Turn) -> None:
    """Another cycle of prompts."""
    hush(state, at, turn)
    turn.cancel_timer(at.call, "digit")
    turn.cancel_timer(at.call, "total")
    state.cycle += 1
    start_prompts(state, at, turn)


def stop_clocks(state: Collecting, at: At, turn: Turn) -> None:
    """No more prompts, no more clocks."""
    hush(state, at, turn)
    for purpose in ("digit", "total"):
        turn.cancel_timer(at.call, purpose)


def finish(state: Collecting, at: At, turn: Turn) -> None:
    """There is an input: its action is asked."""
    stop_clocks(state, at, turn)
    call = at.call
    facts = input_facts(state, at)
    if state.input == "speech":
        facts["confidence"] = state.confidence
    if turn.watched:
        shown: dict[str, Any] = {"digits": state.digits, "speech": state.speech}
        turn.note("input_collected", call.id, "", **(shown if at.verb.log else {"hidden": True}))
    conclude(at, facts, "input", turn)


def conclude(at: At, facts: Facts, why: str, turn: Turn) -> None:
    """Hand the result to the action."""
    if at.sound is None:
        turn.then(Conclude(at.call, "action_collect", facts, why))
    else:
        hook = Hook(at.verb.action, at.verb.action_method)
        turn.then(SoundCollected(at.sound, at.call, "action_collect", hook, facts))


def input_facts(state: Collecting, at: At) -> Facts:
    """What the action is told: by which element, which kind of input, and the input."""
    return {
        "verb": at.verb.name,
        "input": state.input,
        "digits": state.digits,
        "speech": state.speech,
        "final": True,
    }


def finish_empty(state: Collecting, at: At, turn: Turn) -> None:
    """There is no input: the flow goes on, or the action hears of it, as the dialect says."""
    stop_clocks(state, at, turn)
    state.input = state.digits = state.speech = ""
    call = at.call
    if at.verb.action_on_empty or turn.rules_of[call.tongue].no_input == "action":
        conclude(at, input_facts(state, at), "no_input", turn)
    elif at.sound is None:
        turn.then(Proceed(call, "no_input"))
    else:
        turn.then(SoundCollected(at.sound, call))


def begin_speech(state: Collecting, at: At, turn: Turn) -> None:
    """Words come: silence the prompts and tell the interim result."""
    hush(state, at, turn)
    had_input(at.call)
    state.input = "speech"
    tell_interim(state, at, turn)


def tell_interim(state: Collecting, at: At, turn: Turn) -> None:
    """Tell what was understood so far."""
    if at.verb.interim:
        hook = Hook(resolve(at.base, at.verb.interim), at.verb.interim_method)
        facts: Facts = {"speech": at.text, "final": at.final, "sequence": state.interims}
        state.interims += 1
        tell(turn, at.call, hook, "collect_interim", facts)


def keep_speech(state: Collecting, at: At, turn: Turn) -> None:
    """The utterance is over: be done."""
    had_input(at.call)
    state.input, state.speech, state.confidence = "speech", at.text, at.confidence
    tell_interim(state, at, turn)
    finish(state, at, turn)


def broken_off(call: Call, turn: Turn) -> bool:
    """New instructions came: stop collecting."""
    state, sound = collecting(call)
    if state is not None:
        stop_clocks(state, At(call, sound=sound), turn)
        state.state = "done"
    return False


def event_for(call: Call, trigger: str, turn: Turn, **more: Any) -> None:
    """Tell the collecting verb of `call` that something happened."""
    state, sound = collecting(call)
    if state is not None:
        COLLECT.fire(trigger, state, At(call, sound=sound, **more), turn)


def prompt_played(call: Call, turn: Turn) -> None:
    """A prompt is over."""
    state, _ = collecting(call)
    if state is not None:
        state.playing = ""
        event_for(call, "prompt_over", turn)


OPEN = ("prompting", "listening")
ALL = ("prompting", "listening", "gathering", "hearing", "scolding")

COLLECT = table(
    "collect",
    states=(*ALL, "done"),
    final=("done",),
    rows=(
        #   on             source                       dest         do               when
        Row("prompt_over", "prompting",                 None,        play_prompt,     more_prompts),
        Row("prompt_over", "prompting",                 "listening", listen),
        Row("prompt_over", "scolding",                  "prompting", try_again,       another_cycle),
        Row("prompt_over", "scolding",                  "done",      finish_empty),
        Row("prompt_over", ("listening", "gathering", "hearing"), None),
        Row("digit_pressed", ("hearing", "scolding"),   None),
        Row("digit_pressed", (*OPEN, "gathering"),      None,        None,            hears_no_keys),
        Row("digit_pressed", "gathering",               "done",      finish,          finishes_enough),
        Row("digit_pressed", (*OPEN, "gathering"),      "prompting", try_again,       finishes_a_cycle),
        Row("digit_pressed", (*OPEN, "gathering"),      "done",      finish_empty,    is_finish_key),
        Row("digit_pressed", (*OPEN, "gathering"),      "done",      go_elsewhere,    goes_elsewhere),
        Row("digit_pressed", (*OPEN, "gathering"),      "scolding",  scold,           has_sound_for_it),
        Row("digit_pressed", (*OPEN, "gathering"),      None,        None,            does_not_count),
        Row("digit_pressed", (*OPEN, "gathering"),      "done",      keep_last_digit, fills_it),
        Row("digit_pressed", (*OPEN, "gathering"),      "gathering", keep_digit),
        Row("speech_heard",  ("gathering", "scolding"), None),
        Row("speech_heard",  (*OPEN, "hearing"),        None,        None,            hears_no_speech),
        Row("speech_heard",  (*OPEN, "hearing"),        "hearing",   begin_speech,    is_not_over),
        Row("speech_heard",  (*OPEN, "hearing"),        "done",      keep_speech),
        Row("first_over",    "listening",               "prompting", try_again,       another_cycle),
        Row("first_over",    "listening",               "done",      finish_empty),
        Row("digit_over",    "gathering",               "done",      finish,          has_enough),
        Row("digit_over",    "gathering",               "prompting", try_again,       another_cycle),
        Row("digit_over",    "gathering",               "done",      finish_empty),
        Row("total_over",    "gathering",               "done",      finish,          has_enough),
        Row("total_over",    ("listening", "hearing", "gathering"), "prompting", try_again, another_cycle),
        Row("total_over",    ("listening", "hearing", "gathering"), "done", finish_empty),
    ),
)  # fmt: skip
