"""A callee that is asked before it is joined: by a sound and a key, or by a document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.flow.calls import (
    BOB,
    CAT,
    HOME,
    asked,
    attributes,
    hang_up,
    leg,
    page,
    press,
    says,
    told,
)
from tests.stories.story import Story

CLONES = ("plivo", "vobiz")


def dial(*numbers: str, **given: Any) -> str:
    """A Dial of some numbers with an action."""
    nouns = "".join(f"<Number>{number}</Number>" for number in numbers)
    return f"<Dial{attributes({'action': '/done', **given})}>{nouns}</Dial>"


def pages(dialect: str) -> dict[str, Any]:
    """The sound that a callee hears, of a second, and the end."""
    return {"/ask": page(says(dialect, "Press one.")), "/done": page("<Hangup/>")}


def meets(dialect: str, element: str, **more: Any) -> Story:
    """Ann hears a word of a second and meets the Dial."""
    return told(dialect, says(dialect, "Hi."), element, **{"pages": pages(dialect), **more})


KEY = {"confirmSound": f"{HOME}/ask", "confirmKey": "1"}


@pytest.mark.parametrize("dialect", CLONES)
def test_the_two_talk_once_the_callee_pressed_the_key(dialect: str) -> None:
    """Plivo 2.3 confirmSound, confirmKey; Vobiz 2.5."""
    story = meets(dialect, dial(BOB, **KEY), callees={BOB: {"answers_after": 4, "presses": "WWW21"}},
                  steps=[hang_up(20)])  # fmt: skip

    assert story.at("heard", to=leg(story, BOB), text="Press one.") == 5
    assert story.at("calls_connected") == 8


@pytest.mark.parametrize("dialect", CLONES)
def test_the_key_counts_while_the_sound_plays(dialect: str) -> None:
    """Plivo 2.3 confirmKey: barge-in, the sound stops."""
    story = meets(dialect, dial(BOB, **KEY), callees={BOB: {"answers_after": 4, "presses": "w1"}}, steps=[hang_up(20)])

    assert story.at("calls_connected") == 5.5
    assert story.stopped(purpose="confirm_sound") == [5.5]


@pytest.mark.parametrize("dialect", CLONES)
def test_without_a_key_the_callee_only_hears_the_sound(dialect: str) -> None:
    """Plivo 2.3: the key is optional."""
    story = meets(dialect, dial(BOB, confirmSound=f"{HOME}/ask"), callees={BOB: {"answers_after": 4}},
                  steps=[hang_up(20)])  # fmt: skip

    assert story.at("calls_connected") == 6


@pytest.mark.parametrize("dialect", CLONES)
def test_a_callee_that_presses_nothing_is_hung_up(dialect: str) -> None:
    """Plivo 2.3 confirmTimeout (120 s), from the end of the sound; nobody was joined."""
    story = meets(dialect, dial(BOB, confirmTimeout=10, **KEY), callees={BOB: {"answers_after": 4}})

    assert story.at("call_ended", call=leg(story, BOB), cause="not_confirmed") == 16
    assert [params["DialStatus"] for params in asked(story, "/done")] == ["no-answer"]
    assert story.never("calls_connected")


@pytest.mark.parametrize("dialect", CLONES)
def test_the_first_correct_key_wins(dialect: str) -> None:
    """Plivo 2.3: first answer, or first correct confirmKey; the rest are dropped."""
    callees = {BOB: {"answers_after": 3, "presses": "WWWWW1"}, CAT: {"answers_after": 5, "presses": "W1"}}
    story = meets(dialect, dial(BOB, CAT, **KEY), callees=callees, steps=[hang_up(20)])

    assert story.at("calls_connected", with_call=leg(story, CAT)) == 7
    assert story.end(leg(story, BOB))[0] == "lost_race"


@pytest.mark.parametrize("dialect", CLONES)
def test_a_caller_who_is_gone_while_the_callee_is_asked_ends_both(dialect: str) -> None:
    """Plivo 2.5: there is nobody to be joined to."""
    story = meets(dialect, dial(BOB, **KEY), callees={BOB: {"answers_after": 4}}, steps=[hang_up(7)])

    assert story.at("call_ended", call=leg(story, BOB)) == 7
    assert story.never("calls_connected")


@pytest.mark.parametrize("dialect", CLONES)
def test_a_callee_that_hangs_up_while_it_is_asked_did_not_take_the_call(dialect: str) -> None:
    """Plivo 3.5 DialStatus."""
    story = meets(dialect, dial(BOB, **KEY), callees={BOB: {"answers_after": 4, "hangs_up_after": 3}})

    assert [params["DialStatus"] for params in asked(story, "/done")] == ["no-answer"]


@pytest.mark.parametrize("dialect", CLONES)
def test_the_time_to_answer_does_not_cut_off_a_callee_that_is_being_asked(dialect: str) -> None:
    """Plivo 2.3 timeout: ring time; who has answered does not ring, others do."""
    callees = {BOB: {"answers_after": 8, "presses": "WWWWW1"}, CAT: {"answers_after": 60}}
    story = meets(dialect, dial(BOB, CAT, timeout=10, **KEY), callees=callees, steps=[hang_up(30)])

    assert story.at("call_ended", call=leg(story, CAT), cause="ring_timeout") == 11
    assert story.at("calls_connected", with_call=leg(story, BOB)) == 14


@pytest.mark.parametrize("dialect", CLONES)
def test_a_sound_that_cannot_be_had_is_silence(dialect: str) -> None:
    """Plivo 3.6: failure, silently no sound; the key is waited for all the same."""
    story = meets(dialect, dial(BOB, confirmSound=f"{HOME}/none", confirmKey="1"),
                  callees={BOB: {"answers_after": 4, "presses": "WW1"}}, steps=[hang_up(20)])  # fmt: skip

    assert story.at("calls_connected") == 7


@pytest.mark.parametrize("dialect", CLONES)
def test_the_caller_hears_the_ringing_until_the_two_are_joined(dialect: str) -> None:
    """Plivo 2.3 dialMusic."""
    story = meets(dialect, dial(BOB, **KEY), callees={BOB: {"answers_after": 4, "presses": "WWW1"}},
                  steps=[hang_up(20)])  # fmt: skip

    assert story.stopped(purpose="dial_music") == [8]


# --- a document before the bridge ----------------------------------------------------------------------


def screens(*elements: str, steps: Any = (), callee: Any = None, **more: Any) -> Story:
    """Bob's leg runs a document of these elements before it is joined to Ann."""
    number = f'<Number url="/screen">{BOB}</Number>'
    given = {"/screen": page(*elements), "/done": page(says("texml", "Done.")), **more}
    return told("texml", says("texml", "Hi."), f'<Dial action="/done">{number}</Dial>', pages=given, steps=steps,
                callees={BOB: {"answers_after": 4, **(callee or {})}})  # fmt: skip


def test_the_callee_hears_the_document_before_it_is_joined() -> None:
    """TeXML 2.3 Number url: run on the callee before the bridge."""
    story = screens(says("texml", "A call."), steps=[hang_up(20)])

    assert story.spoken(leg(story, BOB)) == ["A call."]
    assert story.at("calls_connected") == 6


def test_a_callee_that_chooses_in_the_document_is_joined() -> None:
    """TeXML 2.3: prompts and Gather; its reply runs on the callee as well."""
    gather = '<Gather numDigits="1" action="/choice"><Say>One?</Say></Gather>'
    choice = {"/choice": [{"when": {"Digits": "1"}, **page()}, page("<Hangup/>")]}
    taken = screens(gather, "<Hangup/>", callee={"presses": "W1"}, steps=[hang_up(20)], **choice)
    declined = screens(gather, "<Hangup/>", callee={"presses": "W2"}, **choice)
    silent = screens(gather, "<Hangup/>", **choice)

    assert taken.at("calls_connected") == 6
    for story in (declined, silent):
        assert story.never("calls_connected")
        assert [params["DialCallStatus"] for params in asked(story, "/done")] == ["no-answer"]
        assert story.spoken("ann") == ["Hi.", "Done."]


def test_other_verbs_play_no_part_in_the_document() -> None:
    """TeXML 2.3 Number url: limited to prompts and Gather."""
    story = screens("<Dial><Conference>Room</Conference></Dial>", says("texml", "Hello."), steps=[hang_up(20)])

    assert story.at("calls_connected") == 6
    assert story.never("member_joined")
    assert [entry["message"] for entry in story.what("warning")] == ["<Conference> plays no part here"]


def test_a_document_that_cannot_be_had_ends_the_callees_leg() -> None:
    """TeXML 2.1: fetch failure without a fallback hangs up; nobody is joined unscreened."""
    number = f'<Number url="/none">{BOB}</Number>'
    story = told("texml", f'<Dial action="/done">{number}</Dial>', pages={"/done": page()}, callees={BOB: {}})

    assert story.end(leg(story, BOB))[0] == "fetch_failed"
    assert [params["DialCallStatus"] for params in asked(story, "/done")] == ["failed"]


def test_a_caller_who_is_gone_ends_the_callees_document() -> None:
    """TeXML 2.3 Number url."""
    story = screens(says("texml", "A call for you, please hold on to the line."), steps=[hang_up(6)])

    assert story.at("call_ended", call=leg(story, BOB)) == 6


def test_keys_of_the_caller_are_nothing_to_the_callees_document() -> None:
    """TeXML 2.3 Number url: run on the callee."""
    gather = '<Gather numDigits="1" action="/choice"/>'
    story = screens(gather, "<Hangup/>", steps=[press(6, "1")], **{"/choice": page()})

    assert story.never("calls_connected")
