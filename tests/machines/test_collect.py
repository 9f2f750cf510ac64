"""A collecting verb: events that come late, twice, or while it does something else."""

from __future__ import annotations

from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.phone import Phone

PROMPT = '<GetDigits action="/got" retries="2"><Speak>One.</Speak><Speak>Two.</Speak></GetDigits>'
SPEECH = '<GetInput action="/got" inputType="dtmf speech"><Speak>Say.</Speak></GetInput>'


def collecting(element: str = PROMPT, tongue: str = "plivo") -> Phone:
    """Ann is at a collecting element."""
    phone = Phone()
    phone.meets(element, "<Speak>After.</Speak>" if tongue != "texml" else "<Say>After.</Say>", tongue=tongue)
    return phone


def digits(phone: Phone) -> object:
    """What the latest request for an action says was pressed."""
    [asked] = phone.did(effects.FetchDocument)
    return asked.facts["digits"]


def test_prompts_play_one_after_the_other_and_then_the_clock_starts() -> None:
    phone = collecting()
    assert phone.spoken() == ["One."]

    phone.played()
    assert phone.spoken() == ["Two."]
    assert phone.running() == set()

    phone.played()
    assert phone.running() == {"ann:first"}


def test_the_end_of_a_prompt_that_was_broken_off_is_stale() -> None:
    phone = collecting()
    prompt = phone.sound()
    phone.press("1")
    assert [effect.id for effect in phone.did(effects.StopMedia)] == [prompt.id]

    assert phone.tell(events.PlaybackEnded(0.0, "ann", prompt.id)) == []
    assert phone.stale == 1


def test_the_end_of_a_prompt_that_comes_twice_counts_once() -> None:
    phone = collecting()
    prompt = phone.sound()
    phone.played()

    assert phone.tell(events.PlaybackEnded(0.0, "ann", prompt.id)) == []
    assert phone.stale == 1


def test_each_digit_starts_the_clock_between_digits_anew() -> None:
    phone = collecting()
    phone.press("1")
    first = phone.timers["ann:digit"]
    phone.tell(events.DigitPressed(1.5, "ann", "2"))

    phone.tell(events.TimerRang(2.0, first.key, first.generation))
    assert phone.last == []
    assert phone.stale == 1

    phone.rings("digit")
    assert phone.at == 3.5
    assert digits(phone) == "12"


def test_a_key_after_the_result_is_kept_for_the_next_verb() -> None:
    phone = collecting('<GetDigits action="/got" numDigits="1"/>')
    phone.press("1")
    assert digits(phone) == "1"

    phone.press("2")
    phone.fetched('<GetDigits action="/next" numDigits="1"/>')

    assert digits(phone) == "2"


def test_after_the_result_no_clock_runs() -> None:
    phone = collecting('<GetInput action="/got" inputType="dtmf" startInputTimeout="3"/>')
    assert phone.running() == {"ann:first", "ann:total"}
    phone.press("1")
    assert phone.running() == {"ann:digit", "ann:total"}

    phone.press("#")

    assert phone.running() == set()


def test_the_time_for_all_runs_although_the_prompts_were_broken_off() -> None:
    phone = collecting('<GetInput action="/got" inputType="dtmf"><Speak>Long.</Speak></GetInput>')
    assert phone.running() == set()

    phone.press("1")

    assert phone.running() == {"ann:digit", "ann:total"}


def test_keys_that_come_while_somebody_speaks_are_nothing() -> None:
    phone = collecting(SPEECH)
    phone.tell(events.SpeechHeard(0.0, "ann", "yes", final=False))

    assert phone.press("1") == []
    phone.tell(events.SpeechHeard(1.0, "ann", "yes please", 0.5))

    [asked] = phone.did(effects.FetchDocument)
    assert (asked.facts["speech"], asked.facts["digits"], asked.facts["confidence"]) == ("yes please", "", 0.5)


def test_speech_that_comes_after_a_key_is_nothing() -> None:
    phone = collecting(SPEECH)
    phone.press("1")

    assert phone.tell(events.SpeechHeard(0.0, "ann", "yes")) == []


def test_speech_that_comes_when_nobody_collects_is_nothing() -> None:
    phone = collecting("<Wait/>")

    assert phone.tell(events.SpeechHeard(0.0, "ann", "yes")) == []


def test_speech_after_the_result_is_nothing() -> None:
    phone = collecting(SPEECH)
    phone.tell(events.SpeechHeard(0.0, "ann", "yes"))

    assert phone.tell(events.SpeechHeard(0.0, "ann", "yes")) == []


def test_silence_after_the_first_word_ends_with_the_time_for_all() -> None:
    phone = collecting(SPEECH)
    phone.played()
    phone.tell(events.SpeechHeard(1.0, "ann", "yes", final=False))

    phone.rings("total")

    assert phone.spoken() == ["After."]


def test_keys_that_come_while_a_wrong_one_is_answered_are_nothing() -> None:
    wrong = '<GetDigits action="/got" validDigits="1" invalidDigitsSound="https://app.example/w.mp3" retries="2"/>'
    phone = collecting(wrong)
    phone.press("9")
    assert [effect.media for effect in phone.did(effects.PlayMedia)] == ["https://app.example/w.mp3"]

    assert phone.press("1") == []
    phone.played()
    assert phone.running() == {"ann:first"}


def test_a_pause_among_the_prompts_is_broken_off_like_them() -> None:
    phone = collecting('<GetDigits action="/got"><Wait length="30"/><Speak>One.</Speak></GetDigits>')
    assert phone.running() == {"ann:wait"}

    phone.press("1")

    assert phone.running() == {"ann:digit"}


def test_a_prompt_that_fails_is_passed_by() -> None:
    phone = collecting()

    phone.played("failed")

    assert phone.spoken() == ["Two."]


def test_a_call_that_ends_while_it_collects_leaves_no_clock() -> None:
    phone = collecting(SPEECH)
    phone.played()
    phone.press("1")

    phone.ended("ann")

    assert phone.running() == set()
    assert phone.did(effects.FetchDocument) == []


def test_a_transfer_while_it_collects_stops_clocks_and_prompts() -> None:
    phone = collecting()
    prompt = phone.sound()

    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))

    assert [effect.id for effect in phone.did(effects.StopMedia)] == [prompt.id]
    assert [effect.kind for effect in phone.did(effects.FetchDocument)] == ["transfer"]
    assert phone.tell(events.PlaybackEnded(0.0, "ann", prompt.id)) == []


def test_keys_pressed_for_the_old_document_are_not_kept_for_the_new_one() -> None:
    phone = collecting("<Speak>Hi.</Speak>")
    phone.press("1")
    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))

    phone.fetched('<GetDigits action="/got" numDigits="1"/>')

    assert phone.did(effects.FetchDocument) == []
