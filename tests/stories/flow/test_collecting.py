"""GetDigits, GetInput and Gather: keys and speech, what counts as input, and where it goes."""

from __future__ import annotations

from typing import Any

import pytest

from engine.dialects.wording import word
from engine.values.effects import PlayMedia, SendCallback
from tests.stories.flow.calls import HOME, XML_DIALECTS, asked, attributes, hang_up, page, press, says, told
from tests.stories.story import Story

ELEMENT = {"plivo": "GetDigits", "vobiz": "Gather", "texml": "Gather"}
# The time to the first key, where nothing is said; GetInput and Gather of Vobiz count all in one (2.3).
NOTHING = {"plivo": 5, "vobiz": 15, "texml": 5}
GOT = {"/got": page("<Hangup/>")}


def collect(dialect: str, element: str = "", prompt: str = "Press.", **given: Any) -> str:
    """A collecting element with one prompt of a second."""
    name = element or ELEMENT[dialect]
    inside = says(dialect, prompt) if prompt else ""
    return f"<{name}{attributes({'action': '/got', 'method': 'POST', **given})}>{inside}</{name}>"


def meets(dialect: str, *elements: str, **more: Any) -> Story:
    """Ann meets a document that goes on with a word after these elements."""
    return told(dialect, *elements, says(dialect, "After."), **{"pages": GOT, **more})


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_digits_end_with_the_finish_key_which_is_not_sent(dialect: str) -> None:
    """Plivo 2.3, 3.5 GetDigits; Vobiz 2.3; TeXML 2.3 Gather: # unless another is named."""
    story = meets(dialect, collect(dialect), steps=[press(2, "12w3#")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["123"]
    assert story.at("document_fetched", url=f"{HOME}/got") == 2.5
    assert story.spoken("ann") == []


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_another_finish_key_ends_the_digits(dialect: str) -> None:
    """Plivo 2.3 finishOnKey."""
    story = meets(dialect, collect(dialect, finishOnKey="*"), steps=[press(2, "1#2*")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["1#2"]


@pytest.mark.parametrize(("dialect", "none"), [("plivo", "none"), ("plivo", ""), ("vobiz", "none"), ("texml", "")])
def test_without_a_finish_key_the_time_between_digits_ends_them(dialect: str, none: str) -> None:
    """Plivo 2.3 finishOnKey none or empty, digitTimeout 2 s; TeXML 2.3: timeout between inputs, 5 s."""
    story = meets(dialect, collect(dialect, finishOnKey=none), steps=[press(2, "1#")])

    [params] = asked(story, "/got")
    assert params["Digits"] == "1#"
    assert story.at("document_fetched", url=f"{HOME}/got") == {"plivo": 4, "vobiz": 4, "texml": 7}[dialect]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_num_digits_ends_the_input_at_once(dialect: str) -> None:
    """Plivo 2.3 numDigits, Vobiz 2.3, TeXML 2.3."""
    story = meets(dialect, collect(dialect, numDigits=4), steps=[press(2, "12345")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["1234"]
    assert story.at("document_fetched", url=f"{HOME}/got") == 2


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_the_time_to_the_first_key_begins_when_the_prompts_are_over(dialect: str) -> None:
    """Plivo 2.3 timeout 5 s, Vobiz 2.3 executionTimeout 15 s, TeXML 2.3 timeout 5 s."""
    story = meets(dialect, collect(dialect))

    assert story.at("verb_started", text="After.") == 1 + NOTHING[dialect]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_without_input_the_action_is_not_asked_and_the_next_element_runs(dialect: str) -> None:
    """Plivo 2.5, 5.22; Vobiz 7.18; TeXML 2.5: falls through, no request."""
    story = meets(dialect, collect(dialect))

    assert story.fetched("/got") == []
    assert story.spoken("ann") == ["After."]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_finish_key_alone_is_no_input(dialect: str) -> None:
    """TeXML 2.5: finishOnKey pressed first falls through; Plivo 2.5: no input, next sibling."""
    story = meets(dialect, collect(dialect), steps=[press(2, "#")])

    assert story.fetched("/got") == []
    assert story.at("verb_started", text="After.") == 2


def test_the_empty_result_may_be_reported() -> None:
    """TeXML 2.3 actionOnEmptyResult."""
    story = meets("texml", collect("texml", actionOnEmptyResult="true"))

    assert len(story.fetched("/got")) == 1


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_rule_may_ask_the_action_without_input(dialect: str) -> None:
    """Plivo 2.5 (Vobiz's other text), Vobiz 7.18: a switch for the empty post."""
    story = meets(dialect, collect(dialect), rules={dialect: {"no_input": "action"}})

    assert [params.get("Digits", "") for params in asked(story, "/got")] == [""]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_key_breaks_the_prompt_off_and_counts(dialect: str) -> None:
    """Plivo 2.3: the digit that interrupts is kept."""
    long = "This is a long prompt that nobody wants to hear to its very end, so Ann presses."
    story = meets(dialect, collect(dialect, prompt=long, numDigits=1), steps=[press(1, "7")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["7"]
    assert story.at("document_fetched", url=f"{HOME}/got") == 1
    assert story.stopped(purpose="prompt") == [1]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_keys_pressed_before_the_element_count_for_it(dialect: str) -> None:
    """Type-ahead: keys that no element takes wait for the next that collects; its prompts are not played."""
    story = meets(dialect, says(dialect, "Hello."), collect(dialect, numDigits=2), steps=[press(0.5, "42")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["42"]
    assert story.never("heard", text="Press.")
    assert story.at("document_fetched", url=f"{HOME}/got") == 1


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_too_few_keys_pressed_ahead_are_waited_for(dialect: str) -> None:
    """Type-ahead: what is missing is gathered without the prompts."""
    story = meets(
        dialect,
        says(dialect, "Hello."),
        collect(dialect, numDigits=2),
        steps=[press(0.5, "4"), press(2.0, "2")],
    )

    assert [params["Digits"] for params in asked(story, "/got")] == ["42"]
    assert story.at("document_fetched", url=f"{HOME}/got") == 2


def test_a_rule_may_forget_keys_pressed_ahead() -> None:
    """Type-ahead is an option of the dialect."""
    story = meets(
        "plivo",
        says("plivo", "Hello."),
        collect("plivo", numDigits=2),
        steps=[press(0.5, "42")],
        rules={"plivo": {"type_ahead": False}},
    )

    assert story.fetched("/got") == []


def test_keys_left_over_count_for_the_next_collecting_element() -> None:
    """Type-ahead: the second menu is answered while the first is."""
    second = page(collect("plivo", numDigits=1, action="/second"))
    story = told(
        "plivo",
        collect("plivo", numDigits=1),
        pages={"/got": second, "/second": page()},
        steps=[press(2, "12")],
    )

    assert [params["Digits"] for params in asked(story, "/second")] == ["2"]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_redirect_false_tells_the_action_and_goes_on(dialect: str) -> None:
    """Plivo 2.5, Vobiz 2.3: the reply is ignored, the next sibling runs."""
    story = meets(dialect, collect(dialect, redirect="false"), steps=[press(2, "5#")])

    assert [params["Digits"] for params in story.callbacks("/got")] == ["5"]
    assert story.at("verb_started", text="After.") == 2


def test_without_an_action_the_next_element_runs_either_way() -> None:
    """Plivo 2.5: no action attribute, next sibling."""
    story = told(
        "plivo", "<GetDigits><Speak>Press.</Speak></GetDigits>", says("plivo", "After."), steps=[press(2, "5#")]
    )

    assert story.at("verb_started", text="After.") == 2


def test_gather_without_an_action_asks_the_documents_own_address() -> None:
    """TeXML 2.3, 7 A24."""
    again = [{"when": {"Digits": "5"}, **page(says("texml", "Five."))}, page("<Gather/>", says("texml", "After."))]
    story = told("texml", pages={"/answer": again}, steps=[press(2, "5#")])

    assert story.spoken("ann") == ["Five."]


def test_gather_in_a_document_without_an_address_falls_through() -> None:
    """TeXML 7 A24: an inline document has no URL to ask."""
    step = {
        "at": 0,
        "do": "make_call",
        "call": "dan",
        "to": "+12125550100",
        "from": "+16505550100",
        "document": "<Response><Gather/><Say>After.</Say></Response>",
    }
    story = told("texml", "<Hangup/>", steps=[step, press(3, "5#", "dan")])

    assert story.spoken("dan") == ["After."]


# --- GetDigits of Plivo ------------------------------------------------------------------------------


def test_get_digits_sends_digits_alone() -> None:
    """Plivo 3.5: GetDigits has no InputType."""
    story = meets("plivo", collect("plivo"), steps=[press(2, "5#")])

    [params] = asked(story, "/got")
    assert params["Digits"] == "5"
    assert not {"InputType", "Speech", "SpeechConfidenceScore"} & set(params)


def test_retries_play_the_prompt_again() -> None:
    """Plivo 2.3 retries: prompt cycles without input; a cycle lasts a second and the timeout."""
    story = meets("plivo", collect("plivo", retries=3, timeout=4))

    assert story.times("heard", text="Press.") == [0, 5, 10]
    assert story.at("verb_started", text="After.") == 15


def test_input_in_a_later_cycle_counts() -> None:
    """Plivo 2.3 retries."""
    story = meets("plivo", collect("plivo", retries=3, timeout=4), steps=[press(7, "9#")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["9"]


def test_the_time_between_digits_may_be_set() -> None:
    """Plivo 2.3 digitTimeout."""
    story = meets("plivo", collect("plivo", digitTimeout=6), steps=[press(2, "1"), press(7, "2")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["12"]
    assert story.at("document_fetched", url=f"{HOME}/got") == 13


def test_keys_that_are_not_asked_for_do_not_count() -> None:
    """Plivo 2.3 validDigits."""
    story = meets("plivo", collect("plivo", validDigits="12"), steps=[press(2, "91#")])

    assert [params["Digits"] for params in asked(story, "/got")] == ["1"]


def test_a_wrong_key_is_answered_by_a_sound_and_another_cycle() -> None:
    """Plivo 2.3 invalidDigitsSound, retries: cycles without valid input."""
    element = collect("plivo", validDigits="12", invalidDigitsSound=f"{HOME}/wrong.mp3", retries=2)
    story = meets("plivo", element, steps=[press(2, "9"), press(7, "1#")])

    assert story.at("heard", media=f"{HOME}/wrong.mp3") == 2
    assert story.times("heard", text="Press.") == [0, 5]
    assert [params["Digits"] for params in asked(story, "/got")] == ["1"]


def test_a_wrong_key_in_the_last_cycle_is_no_input() -> None:
    """Plivo 2.3 retries."""
    element = collect("plivo", validDigits="12", invalidDigitsSound=f"{HOME}/wrong.mp3")
    story = meets("plivo", element, steps=[press(2, "9")])

    assert story.fetched("/got") == []
    assert story.at("verb_started", text="After.") == 5


def test_the_finish_key_alone_is_a_cycle_without_input() -> None:
    """Plivo 2.3 retries: the prompt is played again at once."""
    story = meets("plivo", collect("plivo", retries=2), steps=[press(2, "#")])

    assert story.times("heard", text="Press.") == [0, 2]
    assert story.at("verb_started", text="After.") == 8


def test_a_beep_follows_the_prompts() -> None:
    """Plivo 2.3 playBeep."""
    story = meets("plivo", collect("plivo", playBeep="true"))

    assert [at for at, play in story.did(PlayMedia) if play.media == "beep:1"] == [1]


# --- keys and speech ------------------------------------------------------------------------------------


def say(at: float, text: str) -> dict[str, Any]:
    """Ann says something."""
    return {"at": at, "do": "say", "call": "ann", "text": text}


SPEECH = (("plivo", "GetInput", "inputType"), ("vobiz", "Gather", "inputType"), ("texml", "Gather", "input"))


@pytest.mark.parametrize(("dialect", "element", "kind"), SPEECH)
def test_speech_is_sent_when_it_was_said_to_the_end(dialect: str, element: str, kind: str) -> None:
    """Plivo 3.5 GetInput, Vobiz 2.3, TeXML 3.2: the text and how sure it is."""
    gather = collect(dialect, element, **{kind: "speech"})
    story = meets(dialect, gather, steps=[say(3, "one two three four five")])

    [params] = asked(story, "/got")
    speech, sure = ("SpeechResult", "Confidence") if dialect == "texml" else ("Speech", "SpeechConfidenceScore")
    assert params[speech] == "one two three four five"
    assert float(params[sure]) == 1.0
    assert story.at("document_fetched", url=f"{HOME}/got") == 5


@pytest.mark.parametrize(("dialect", "element", "kind"), SPEECH)
def test_the_kind_of_input_that_comes_first_wins(dialect: str, element: str, kind: str) -> None:
    """Plivo 2.3 inputType, Vobiz 2.3: the first detected wins."""
    gather = collect(dialect, element, **{kind: "dtmf speech"})
    keys = meets(dialect, gather, steps=[press(2, "1"), say(2.5, "two words here and more"), press(3, "2#")])
    words = meets(dialect, gather, steps=[say(2, "two words here and more"), press(2.5, "1")])

    assert [params["Digits"] for params in asked(keys, "/got")] == ["12"]
    assert [params.get("Digits", "") for params in asked(words, "/got")] == [""]


@pytest.mark.parametrize(("dialect", "element", "kind"), SPEECH)
def test_keys_are_nothing_to_an_element_that_hears_speech_alone(dialect: str, element: str, kind: str) -> None:
    """Plivo 2.3 inputType speech."""
    story = meets(dialect, collect(dialect, element, **{kind: "speech"}), steps=[press(2, "12#")])

    assert story.fetched("/got") == []


@pytest.mark.parametrize(("dialect", "element", "kind"), SPEECH)
def test_speech_is_nothing_to_an_element_that_hears_keys_alone(dialect: str, element: str, kind: str) -> None:
    """Plivo 2.3 inputType dtmf."""
    story = meets(dialect, collect(dialect, element, **{kind: "dtmf"}), steps=[say(2, "hello there")])

    assert story.fetched("/got") == []


@pytest.mark.parametrize(("dialect", "element", "kind"), SPEECH)
def test_the_first_word_breaks_the_prompt_off(dialect: str, element: str, kind: str) -> None:
    """Barge-in by voice: what was said from the first word on counts."""
    long = "This is a long prompt that nobody wants to hear to its very end, so Ann talks."
    story = meets(dialect, collect(dialect, element, prompt=long, **{kind: "speech"}), steps=[say(2, "stop it now")])

    assert story.stopped(purpose="prompt") == [2]
    assert len(asked(story, "/got")) == 1


INTERIM = (
    ("plivo", "GetInput", {"inputType": "speech", "interimSpeechResultsCallback": "/so-far"}, "StableSpeech"),
    ("vobiz", "Gather", {"inputType": "speech", "interimSpeechResultsCallback": "/so-far"}, "StableSpeech"),
    ("texml", "Gather", {"input": "speech", "partialResultCallback": "/so-far"}, "StableSpeechResult"),
)


@pytest.mark.parametrize(("dialect", "element", "given", "stable"), INTERIM)
def test_what_was_understood_so_far_is_told(dialect: str, element: str, given: dict[str, str], stable: str) -> None:
    """Plivo 2.3, 3.5 interimSpeechResultsCallback; TeXML 2.3 partialResultCallback: numbered from 0."""
    story = meets(dialect, collect(dialect, element, **given), steps=[say(2, "hello there my friends")])

    heard = story.callbacks("/so-far")
    assert [params["SequenceNumber"] for params in heard] == ["0", "1"]
    assert heard[-1][stable] == "hello there my friends"


def test_get_input_sends_which_kind_it_was() -> None:
    """Plivo 3.5: InputType, and both texts."""
    element = collect("plivo", "GetInput", inputType="dtmf speech")
    [params] = asked(meets("plivo", element, steps=[press(2, "12#")]), "/got")

    assert (params["InputType"], params["Digits"], params["Speech"]) == ("dtmf", "12", "")


@pytest.mark.parametrize(("dialect", "element"), [("plivo", "GetInput"), ("vobiz", "Gather")])
def test_the_whole_time_is_counted_from_the_prompts_end(dialect: str, element: str) -> None:
    """Plivo 2.3 GetInput and Vobiz 2.3 Gather: executionTimeout ends what is still being pressed."""
    given: dict[str, Any] = {"inputType": "dtmf", "executionTimeout": 6, "digitEndTimeout": 5, "finishOnKey": "none"}
    presses = [press(2 + second, "1") for second in range(10)]
    story = meets(dialect, collect(dialect, element, **given), steps=presses)

    assert [params["Digits"] for params in asked(story, "/got")] == ["1" * 5]
    assert story.at("document_fetched", url=f"{HOME}/got") == 7


# --- Gather of TeXML -----------------------------------------------------------------------------------------


def test_fewer_keys_than_min_digits_are_no_input() -> None:
    """TeXML 2.3 minDigits."""
    story = meets("texml", collect("texml", minDigits=3), steps=[press(2, "12")])

    assert story.fetched("/got") == []
    assert story.at("verb_started", text="After.") == 7


def test_fewer_keys_than_min_digits_are_no_input_even_with_the_finish_key() -> None:
    """TeXML 2.3 minDigits, finishOnKey."""
    story = meets("texml", collect("texml", minDigits=3), steps=[press(2, "12#")])

    assert story.fetched("/got") == []


def test_a_key_that_is_not_valid_leads_to_its_own_document() -> None:
    """TeXML 2.5: invalidDigitsAction where it is set."""
    element = collect("texml", validDigits="12", invalidDigitsAction="/wrong")
    story = meets("texml", element, pages={"/wrong": page(says("texml", "Wrong."))}, steps=[press(2, "19")])

    assert story.spoken("ann") == ["Wrong."]
    assert [params["Digits"] for params in asked(story, "/wrong")] == ["19"]


# --- what is kept secret ------------------------------------------------------------------------------------

PRESSED = "4711"


@pytest.mark.parametrize(("dialect", "element"), [("plivo", "GetDigits"), ("plivo", "GetInput"), ("vobiz", "Gather")])
@pytest.mark.parametrize("at", [0.5, 2.0])
def test_input_that_is_not_logged_stands_nowhere_but_in_the_request(dialect: str, element: str, at: float) -> None:
    """Plivo 2.3 log, Vobiz 2.3 log: also not where the keys were pressed ahead."""
    given = {} if element == "GetDigits" else {"inputType": "dtmf speech"}
    story = meets(
        dialect,
        says(dialect, "Hello."),
        collect(dialect, element, log="false", redirect="false", numDigits=4, **given),
        steps=[press(at, PRESSED)],
    )

    [sent] = [effect for _, effect in story.did(SendCallback) if effect.kind == "action_collect"]
    assert dict(word(sent).params)["Digits"] == PRESSED
    assert [entry["digit"] for entry in story.what("digit")] == ["•"] * 4
    assert not any(PRESSED in str(entry) for entry in story.entries)


def test_speech_that_is_not_logged_stands_nowhere_but_in_the_request() -> None:
    """Plivo 2.3 log."""
    element = collect("plivo", "GetInput", log="false", inputType="speech")
    story = meets("plivo", element, steps=[say(2, "my secret word")])

    assert [params["Speech"] for params in asked(story, "/got")] == ["my secret word"]
    assert not any("secret" in str(entry) for entry in story.entries)


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_caller_who_hangs_up_while_collecting_asks_no_action(dialect: str) -> None:
    """Plivo 2.5: no further document."""
    story = meets(dialect, collect(dialect), steps=[press(2, "12"), hang_up(2.5)])

    assert story.fetched("/got") == []
    assert story.at("call_ended") == 2.5
