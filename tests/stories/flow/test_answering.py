"""Which elements answer a call that rings, what may happen before, and how a call is refused."""

from __future__ import annotations

import pytest

from engine.values.effects import Answer, HangUp, StartEarlyMedia
from tests.stories.flow.calls import BOB, XML_DIALECTS, hang_up, page, press, says, told, waits
from tests.stories.story import Story

ANSWERING = (
    ("plivo", "<Speak>Hi.</Speak>"),
    ("plivo", "<Play>/tune.mp3</Play>"),
    ("plivo", '<GetDigits action="/a"><Speak>Hi.</Speak></GetDigits>'),
    ("plivo", '<GetInput action="/a" inputType="dtmf"/>'),
    ("plivo", '<Record action="/a"/>'),
    ("plivo", "<Conference>Room</Conference>"),
    ("plivo", "<DTMF>1</DTMF>"),
    ("plivo", "<Redirect>/next</Redirect>"),
    ("plivo", '<Message src="14155550100" dst="14155550101">Hi</Message>'),
    ("vobiz", "<Speak>Hi.</Speak>"),
    ("vobiz", '<Gather action="/a"/>'),
    ("vobiz", "<Record/>"),
    ("vobiz", "<Conference>Room</Conference>"),
    ("texml", "<Say>Hi.</Say>"),
    ("texml", "<Gather/>"),
    ("texml", "<Record/>"),
    ("texml", "<Enqueue>line</Enqueue>"),
    ("texml", "<Dial><Conference>Room</Conference></Dial>"),
    ("texml", "<Dial><Queue>line</Queue></Dial>"),
    ("texml", f"<Dial>{BOB}</Dial>"),
    ("texml", "<Hangup/>"),
)
"""Plivo 2.5: all but Wait, PreAnswer, Hangup and Dial; Vobiz 3.1: rings until answered; TeXML 2.1-2.5."""

SILENT = (
    ("plivo", '<Wait length="3"/>'),
    ("plivo", "<PreAnswer><Wait/></PreAnswer>"),
    ("plivo", f"<Dial><Number>{BOB}</Number></Dial>"),
    ("vobiz", '<Wait length="3"/>'),
    ("vobiz", f"<Dial><Number>{BOB}</Number></Dial>"),
    ("texml", '<Pause length="3"/>'),
    ("texml", f'<Dial answerOnBridge="true">{BOB}</Dial>'),
)
"""What leaves the call ringing for as long as it lasts."""


def was_answered(story: Story) -> bool:
    """Whether Ann's call was ever up."""
    return not story.never("call_answered", call="ann")


@pytest.mark.parametrize(("dialect", "element"), ANSWERING)
def test_the_call_is_answered_before_this_element_runs(dialect: str, element: str) -> None:
    """Plivo 2.5 (inbound call state), Vobiz 3.1, TeXML 2.5."""
    story = told(dialect, element, pages={"/next": page()}, steps=[hang_up(20)], callees={BOB: {"no_answer": True}})

    assert story.at("call_answered", call="ann") == 0
    if not story.never("verb_started", call="ann"):
        assert story.place("call_answered", call="ann") < story.place("verb_started", call="ann")


@pytest.mark.parametrize(("dialect", "element"), SILENT)
def test_the_call_rings_while_this_element_runs(dialect: str, element: str) -> None:
    """Plivo 2.3 Wait, 2.5; TeXML 2.3 answerOnBridge, 2.5 (Pause first)."""
    story = told(dialect, element, steps=[hang_up(1.5)], callees={BOB: {"no_answer": True}})

    assert not was_answered(story)


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_pause_at_the_head_delays_the_answer_by_that_long(dialect: str) -> None:
    """Plivo 2.3 Wait, Vobiz 2.5, TeXML 2.5 Pause first."""
    story = told(dialect, waits(dialect, 7), says(dialect, "Hi."))

    assert story.at("call_answered") == 7
    assert story.at("verb_started", text="Hi.") == 7


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_early_media_is_heard_before_the_answer(dialect: str) -> None:
    """Plivo 2.3 PreAnswer: its children run unanswered; what follows answers."""
    early = f"<PreAnswer>{says(dialect, 'Early.')}{waits(dialect, 2)}</PreAnswer>"
    story = told(dialect, early, says(dialect, "Late."))

    assert len(story.did(StartEarlyMedia, call="ann")) == 1
    assert story.at("verb_started", text="Early.") == 0
    assert story.at("call_answered") == 3
    assert story.at("verb_started", text="Late.") == 3


def test_keys_pressed_on_early_media_count() -> None:
    """Plivo 2.2: builders let GetDigits stand in a PreAnswer."""
    collect = '<GetDigits action="/menu" numDigits="1"><Speak>One or two?</Speak></GetDigits>'
    story = told(
        "plivo",
        f"<PreAnswer>{collect}</PreAnswer>",
        pages={"/menu": [{"when": {"Digits": "2"}, **page(says("plivo", "Two."))}]},
        steps=[press(0.5, "2")],
    )

    assert story.spoken("ann") == ["Two."]
    assert story.at("call_answered") == 0.5


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_an_empty_document_ends_the_call_unanswered(dialect: str) -> None:
    """Plivo 2.1 (4010), Vobiz 2.1, 2.4."""
    story = told(dialect)

    assert not was_answered(story)
    assert story.end("ann") == ("end_of_document", 4010)


def test_an_empty_document_answers_and_hangs_up() -> None:
    """TeXML 2.1, empty Response."""
    story = told("texml")

    assert was_answered(story)
    assert story.end("ann")[0] == "end_of_document"


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
@pytest.mark.parametrize(("reason", "cause", "code"), [("", "rejected", 3020), ("busy", "busy", 3010)])
def test_hangup_as_the_first_element_refuses_the_call(dialect: str, reason: str, cause: str, code: int) -> None:
    """Plivo 2.3 Hangup, 2.7 (3010, 3020 with source Answer XML): never answered, rejected unless it says busy."""
    given = f' reason="{reason}"' if reason else ""
    story = told(dialect, f"<Hangup{given}/>")

    assert not was_answered(story)
    assert story.end("ann") == (cause, code)
    assert story.did(HangUp)[0][1].cause == cause
    [params] = story.callbacks("/hangup")
    assert params["HangupSource"] == "Answer XML"


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_hangup_later_is_a_normal_hangup(dialect: str) -> None:
    """Plivo 2.3 Hangup, Vobiz 2.5, TeXML 2.3: an answered call just ends, and nothing after it runs."""
    story = told(dialect, says(dialect, "Bye."), "<Hangup/>", says(dialect, "Never."))

    assert story.end("ann")[0] == "hangup_verb"
    assert story.at("call_ended") == 1
    assert story.spoken("ann") == ["Bye."]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_scheduled_hangup_lets_the_elements_after_it_run(dialect: str) -> None:
    """Plivo 2.3 Hangup schedule (6000, Scheduled Hangup): a timer, while the flow goes on."""
    story = told(dialect, '<Hangup schedule="5" reason="busy"/>', says(dialect, "Hi."), waits(dialect, 60))

    assert story.end("ann") == ("scheduled", 6000)
    assert story.at("call_ended") == 5
    assert story.spoken("ann") == ["Hi."]


@pytest.mark.parametrize(("reason", "cause"), [("", "rejected"), ("rejected", "rejected"), ("busy", "busy")])
def test_reject_as_the_first_verb_prevents_the_answer(reason: str, cause: str) -> None:
    """TeXML 2.3, 2.5 Reject."""
    given = f' reason="{reason}"' if reason else ""
    story = told("texml", f"<Reject{given}/>", says("texml", "Never."))

    assert not was_answered(story)
    assert story.end("ann")[0] == cause


def test_reject_is_no_word_of_plivos() -> None:
    """Plivo 2.7: Reject at the top of a document gives 8011."""
    story = told("plivo", "<Reject/>")

    assert story.end("ann") == ("bad_document", 8011)


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_call_is_answered_once(dialect: str) -> None:
    """Plivo 2.5: the first element answers, the others find the call up."""
    story = told(dialect, says(dialect, "One."), says(dialect, "Two."), f"<Dial>{BOB}</Dial>", says(dialect, "Three."))

    assert len(story.did(Answer)) == 1
