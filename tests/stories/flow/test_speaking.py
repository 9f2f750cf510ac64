"""What a call hears from its own document: texts, sounds, silence and keys, one after the other."""

from __future__ import annotations

import pytest

from engine.values.effects import PlayMedia, SendDigits, SpeakText
from tests.stories.flow.calls import XML_DIALECTS, hang_up, says, told, waits

TUNE = "https://cdn.example/tune.mp3"


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_elements_run_one_after_the_other_and_then_the_call_ends(dialect: str) -> None:
    """Plivo 2.1, Vobiz 2.1, TeXML 2.1: top to bottom, one at a time; running out of elements hangs up."""
    story = told(dialect, says(dialect, "One."), waits(dialect, 2), says(dialect, "Two."))

    assert story.times("verb_started", call="ann") == [0, 1, 3]
    assert story.times("verb_finished", call="ann") == [1, 3, 4]
    assert story.one("call_ended", call="ann") | {"at": 4, "cause": "end_of_document"} == story.one("call_ended")


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_text_is_said_as_often_as_loop_says(dialect: str) -> None:
    """Plivo 2.3 Speak, Vobiz 2.5 Speak, TeXML 2.3 Say: loop."""
    story = told(dialect, says(dialect, "One.", loop=3), says(dialect, "Two."))

    assert story.times("verb_started", text="Two.") == [3]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_loop_zero_plays_until_the_call_ends(dialect: str) -> None:
    """Plivo 2.3 Play, Vobiz 2.5 Play, TeXML 2.3 Play: 0 is for ever."""
    story = told(dialect, f'<Play loop="0">{TUNE}</Play>', says(dialect, "Never."), steps=[hang_up(300)])

    assert story.did(PlayMedia)[0][1].loop == 0
    assert story.spoken("ann") == []
    assert story.end("ann")[0] == "hangup"


def test_a_sound_lasts_as_long_as_its_file_and_its_address_is_taken_from_the_documents() -> None:
    """Plivo 5.20: relative addresses are resolved against the document's own."""
    story = told("plivo", "<Play>/sounds/tune.mp3</Play>", media={"https://app.example/sounds/tune.mp3": 12})

    assert story.one("heard")["media"] == "https://app.example/sounds/tune.mp3"
    assert story.at("call_ended") == 12


def test_a_media_name_is_played_as_it_stands() -> None:
    """TeXML 2.3 Play: with mediaStorage the text is a name, not an address."""
    story = told("texml", '<Play mediaStorage="true">welcome</Play>')

    assert story.one("heard")["media"] == "welcome"


def test_voice_language_and_markup_reach_whoever_speaks() -> None:
    """Plivo 2.3 Speak, 2.4."""
    story = told("plivo", '<Speak voice="Polly.Amy" language="en-GB">Hello <break time="1s"/>there.</Speak>')

    [(_, spoken)] = story.did(SpeakText)
    assert (spoken.voice, spoken.language) == ("Polly.Amy", "en-GB")
    assert "<break" in spoken.ssml
    assert spoken.text.split() == ["Hello", "there."]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_wait_with_silence_ends_early_once_it_was_silent(dialect: str) -> None:
    """Plivo 2.3 Wait, Vobiz 2.5 Wait: minSilence milliseconds of silence end it."""
    wait = waits(dialect, 20, silence=True, minSilence=3000)
    talk = {"at": 2, "do": "talk", "call": "ann", "for": 5}
    story = told(dialect, says(dialect, "Talk."), wait, says(dialect, "Done."), steps=[talk])

    assert story.at("verb_started", text="Done.") == 10


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_wait_with_silence_lasts_its_length_at_most(dialect: str) -> None:
    """Plivo 2.3 Wait."""
    talk = {"at": 2, "do": "talk", "call": "ann", "for": 50}
    story = told(dialect, says(dialect, "Talk."), waits(dialect, 6, silence=True), says(dialect, "X"), steps=[talk])

    assert story.at("verb_started", text="X") == 7


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_wait_without_silence_lasts_its_whole_length(dialect: str) -> None:
    """Plivo 2.3 Wait: silence false."""
    story = told(dialect, says(dialect, "One."), waits(dialect, 9), says(dialect, "Two."))

    assert story.at("verb_started", text="Two.") == 10


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_digits_are_sent_while_the_next_element_runs(dialect: str) -> None:
    """Plivo 2.3 DTMF, Vobiz 2.5 DTMF: async is true unless it says otherwise."""
    story = told(dialect, says(dialect, "Hi."), "<DTMF>1w2W3</DTMF>", says(dialect, "Two."))

    assert story.did(SendDigits)[0][1].digits == "1w2W3"
    assert story.at("verb_started", text="Two.") == 1


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_next_element_waits_for_digits_that_are_not_async(dialect: str) -> None:
    """Plivo 2.3 DTMF: async false; w is half a second, W a second."""
    story = told(dialect, says(dialect, "Hi."), '<DTMF async="false">1w2W3</DTMF>', says(dialect, "Two."))

    assert story.at("verb_started", text="Two.") == pytest.approx(1 + 3 * 0.2 + 0.5 + 1.0)


def test_play_with_digits_sends_them_and_waits() -> None:
    """TeXML 2.3 Play: digits, w is half a second; Play blocks (TeXML 2.2)."""
    story = told("texml", says("texml", "Hi."), '<Play digits="1w2"/>', says("texml", "Two."))

    assert story.did(SendDigits)[0][1].digits == "1w2"
    assert story.at("verb_started", text="Two.") == pytest.approx(1.9)


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_caller_who_hangs_up_hears_no_more_and_no_more_is_fetched(dialect: str) -> None:
    """Plivo 2.5, caller hangs up mid-verb: no further document, hangup_url is called."""
    redirect = "<Redirect>/next</Redirect>"
    story = told(dialect, says(dialect, "One."), redirect, steps=[hang_up(0.5)])

    assert story.fetched("/next") == []
    assert len(story.callbacks("/hangup")) == 1
    assert story.at("call_ended") == 0.5
