"""Dial: who rings, who wins, how it ends, and what its action and callbacks are told."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import ConnectCalls, PlaceCall
from tests.stories.flow.calls import (
    BOB,
    CAT,
    HOME,
    XML_DIALECTS,
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

DONE = {"/done": page("<Hangup/>")}
STATUS = {"plivo": "DialStatus", "vobiz": "DialStatus", "texml": "DialCallStatus"}


def dial(dialect: str, *numbers: str, inside: str = "", **given: Any) -> str:
    """A Dial of some numbers with an action."""
    nouns = "".join(f"<Number>{number}</Number>" for number in numbers)
    return f"<Dial{attributes({'action': '/done', **given})}>{nouns}{inside}</Dial>"


def meets(dialect: str, *elements: str, **more: Any) -> Story:
    """Ann hears a word of a second and meets the elements; another word follows."""
    return told(dialect, says(dialect, "Hi."), *elements, says(dialect, "After."), **{"pages": DONE, **more})


def status(story: Story, dialect: str) -> list[str]:
    """What the action was told of how the dial went."""
    return [params[STATUS[dialect]] for params in asked(story, "/done")]


# --- who rings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_all_targets_ring_together_and_the_first_answer_wins(dialect: str) -> None:
    """Plivo 2.3 Dial, Vobiz 2.5 (losing leg: LOSE_RACE 9000), TeXML 2.2: the others are cancelled."""
    callees = {BOB: {"answers_after": 9}, CAT: {"answers_after": 4, "hangs_up_after": 20}}
    story = meets(dialect, dial(dialect, BOB, CAT), callees=callees, expect=[{"at": 10, "hears": ["ann", CAT]}])

    assert story.times("call_placed") == [1, 1]
    assert story.at("calls_connected", call="ann", with_call=leg(story, CAT)) == 5
    assert story.end(leg(story, BOB)) == ("lost_race", None if dialect == "texml" else 9000)
    assert story.at("call_ended", call=leg(story, BOB)) == 5
    assert status(story, dialect) == ["completed"]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_of_two_answers_at_once_the_first_wins_and_the_other_is_hung_up(dialect: str) -> None:
    """A race: the first answer that is handled."""
    story = meets(dialect, dial(dialect, BOB, CAT), callees={BOB: {"answers_after": 4}, CAT: {"answers_after": 4}},
                  steps=[hang_up(20)])  # fmt: skip

    assert len(story.did(ConnectCalls)) == 1
    assert story.end(leg(story, CAT))[0] == "lost_race"
    assert story.end(leg(story, BOB))[0] == "dial_ended"


def test_targets_ring_one_after_another() -> None:
    """TeXML 2.3 sequential: each has its own time."""
    callees = {BOB: {"no_answer": True}, CAT: {"answers_after": 3, "hangs_up_after": 10}}
    story = meets("texml", dial("texml", BOB, CAT, sequential=True, timeout=8), callees=callees)

    assert story.times("call_placed") == [1, 9]
    assert story.at("calls_connected") == 12
    assert status(story, "texml") == ["completed"]


def test_when_the_last_of_a_sequence_fails_its_failure_is_the_dials() -> None:
    """TeXML 2.3 sequential, 2.5 DialCallStatus."""
    callees = {BOB: {"no_answer": True}, CAT: {"busy": True}}
    story = meets("texml", dial("texml", BOB, CAT, sequential=True, timeout=8), callees=callees)

    assert status(story, "texml") == ["busy"]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_the_callee_sees_the_caller_or_who_the_document_says(dialect: str) -> None:
    """Plivo 2.3 callerId, Vobiz 2.5, TeXML 2.3: the caller's own number unless another is given."""
    plain = meets(dialect, dial(dialect, BOB), callees={BOB: {"busy": True}})
    other = meets(dialect, dial(dialect, BOB, callerId="+16505550199"), callees={BOB: {"busy": True}})

    assert plain.did(PlaceCall)[0][1].caller == "+14155550100"
    assert other.did(PlaceCall)[0][1].caller.lstrip("+") == "16505550199"


def test_headers_names_and_digits_go_along_with_the_call() -> None:
    """Plivo 2.3 sipHeaders, callerName, User, sendDigits (sent once the far end answers)."""
    user = '<User sipHeaders="b=2" sendDigits="ww12">sip:bob@example.com</User>'
    element = f'<Dial callerName="Ann" sipHeaders="a=1">{user}<Number>{BOB}</Number></Dial>'
    story = meets("plivo", element, callees={BOB: {"no_answer": True}}, steps=[hang_up(20)])

    rung = [effect for _, effect in story.did(PlaceCall)]
    assert [(p.kind, p.to, p.caller_name, p.headers) for p in rung] == [
        ("user", "sip:bob@example.com", "Ann", (("X-PH-b", "2"),)),
        ("number", BOB, "Ann", (("X-PH-a", "1"),)),
    ]


def test_a_number_may_stand_for_the_noun() -> None:
    """TeXML 2.2, Vobiz 2.5: the Dial's own text is a number."""
    for dialect in ("vobiz", "texml"):
        story = meets(dialect, f"<Dial>{BOB}</Dial>", callees={BOB: {"busy": True}})
        assert story.one("call_placed")["to"] == BOB


def test_a_dial_without_anybody_to_ring_fails() -> None:
    """TeXML 7 A26: a Client is no endpoint, and the Dial fails at once."""
    story = meets("texml", dial("texml", inside="<Client>bob</Client>"))

    assert status(story, "texml") == ["failed"]
    assert story.never("call_placed")


# --- the caller ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_caller_is_answered_only_when_the_callee_answers(dialect: str) -> None:
    """Plivo 2.5: Dial leaves the call unanswered."""
    story = told(dialect, dial(dialect, BOB), callees={BOB: {"answers_after": 6}}, steps=[hang_up(20)])

    assert story.at("call_answered", call="ann") == 6
    assert story.at("calls_connected") == 6


def test_the_caller_is_answered_before_it_rings() -> None:
    """TeXML 2.3 answerOnBridge: false unless given."""
    story = told("texml", dial("texml", BOB), callees={BOB: {"answers_after": 6}}, steps=[hang_up(20)])

    assert story.at("call_answered", call="ann") == 0


def test_answer_on_bridge_lets_the_caller_ring_on() -> None:
    """TeXML 2.3 answerOnBridge."""
    element = dial("texml", BOB, answerOnBridge=True)
    story = told("texml", element, callees={BOB: {"answers_after": 6}}, steps=[hang_up(20)])

    assert story.at("call_answered", call="ann") == 6


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_caller_who_gives_up_cancels_all_that_ring(dialect: str) -> None:
    """Plivo 2.5, TeXML 2.5: nobody rings for a caller who is gone; no document is asked for."""
    callees = {BOB: {"answers_after": 9}, CAT: {"no_answer": True}}
    story = meets(dialect, dial(dialect, BOB, CAT), callees=callees, steps=[hang_up(5)])

    for number in (BOB, CAT):
        assert story.at("call_ended", call=leg(story, number), cause="cancelled") == 5
    assert asked(story, "/done") == []
    assert story.never("calls_connected")


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_caller_who_hangs_up_takes_the_callee_along(dialect: str) -> None:
    """Plivo 2.5: the talk is over for both."""
    story = meets(dialect, dial(dialect, BOB), callees={BOB: {}}, steps=[hang_up(10)])

    assert story.at("call_ended", call=leg(story, BOB), cause="dial_ended") == 10
    assert asked(story, "/done") == []


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_an_answered_caller_hears_the_ringing(dialect: str) -> None:
    """Plivo 2.3 dialMusic real, TeXML 2.3 ringTone; it stops with the answer."""
    story = meets(dialect, dial(dialect, BOB), callees={BOB: {"answers_after": 6}}, steps=[hang_up(20)])

    assert story.at("heard", to="ann", purpose="dial_music") == 1
    assert story.stopped(purpose="dial_music") == [7]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_dial_music_is_a_document_that_is_played_until_the_answer(dialect: str) -> None:
    """Plivo 2.3 dialMusic, 3.6: Play, Speak and Wait, again and again."""
    music = {"/music": page(f"<Play>{HOME}/a.mp3</Play>", says(dialect, "Wait."), "<Hangup/>"), **DONE}
    callees = {BOB: {"answers_after": 9, "hangs_up_after": 5}}
    story = meets(dialect, dial(dialect, BOB, dialMusic=f"{HOME}/music"), pages=music, callees=callees)

    assert story.times("heard", to="ann", media=f"{HOME}/a.mp3") == [1, 5, 9]
    assert story.stopped(media=f"{HOME}/a.mp3") == [10]
    assert status(story, dialect) == ["completed"]


# --- how it ends ------------------------------------------------------------------------------------


ENDS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"busy": True}, "busy", "busy"),
    ({"no_answer": True}, "ring_timeout", "no-answer"),
    ({"answers_after": 3, "hangs_up_after": 7}, "hangup", "completed"),
)


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize(("callee", "cause", "word"), ENDS)
def test_the_action_is_told_how_the_dial_went(dialect: str, callee: dict[str, Any], cause: str, word: str) -> None:
    """Plivo 3.5 DialStatus, Vobiz 2.5, TeXML 2.5 DialCallStatus; once, and its document replaces the flow."""
    story = meets(dialect, dial(dialect, BOB, timeout=20), callees={BOB: callee})

    assert status(story, dialect) == [word]
    assert story.end(leg(story, BOB))[0] == cause
    assert story.spoken("ann") == ["Hi."]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_callee_may_refuse(dialect: str) -> None:
    """Plivo 2.7 (3020), TeXML 3.3 call_rejected."""
    story = meets(dialect, dial(dialect, BOB), callees={BOB: {"rejects": True}})

    assert story.end(leg(story, BOB))[0] == "rejected"
    assert status(story, dialect) == ["busy"]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_without_an_action_the_next_element_runs_whatever_came(dialect: str) -> None:
    """Plivo 2.5: a Dial that was answered and ended still goes on; Vobiz 7.22; TeXML 2.5."""
    for callee in ({"busy": True}, {"answers_after": 3, "hangs_up_after": 7}):
        story = meets(dialect, f"<Dial><Number>{BOB}</Number></Dial>", callees={BOB: callee})
        assert story.spoken("ann") == ["Hi.", "After."]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_redirect_false_tells_the_action_and_goes_on(dialect: str) -> None:
    """Plivo 2.5 Dial: then per redirect."""
    story = meets(dialect, dial(dialect, BOB, redirect=False), callees={BOB: {"busy": True}})

    assert [params["DialStatus"] for params in story.callbacks("/done")] == ["busy"]
    assert story.spoken("ann") == ["Hi.", "After."]


@pytest.mark.parametrize(("dialect", "seconds"), [("plivo", 120), ("vobiz", 120), ("texml", 30)])
def test_how_long_it_rings_at_most(dialect: str, seconds: float) -> None:
    """Vobiz 2.5: 120 s effective (so Plivo 2.3); TeXML 2.3: 30 s."""
    story = meets(dialect, dial(dialect, BOB), callees={BOB: {"no_answer": True}})

    assert story.at("call_ended", call=leg(story, BOB), cause="ring_timeout") == 1 + seconds


@pytest.mark.parametrize(("dialect", "limit"), [("plivo", 30), ("vobiz", 30), ("texml", 60)])
def test_the_time_limit_counts_from_the_bridge_and_drops_the_callee_alone(dialect: str, limit: int) -> None:
    """Plivo 2.3 timeLimit, Vobiz 2.5, TeXML 2.3: the caller's flow goes on."""
    story = meets(dialect, dial(dialect, BOB, timeLimit=limit), callees={BOB: {"answers_after": 4}})

    assert story.at("call_ended", call=leg(story, BOB), cause="dial_ended") == 5 + limit
    assert status(story, dialect) == ["completed"]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_the_callers_star_drops_the_callee(dialect: str) -> None:
    """Plivo 2.3 hangupOnStar, Vobiz 2.5, TeXML 2.3; without it the key is only a tone."""
    star = meets(dialect, dial(dialect, BOB, hangupOnStar=True), callees={BOB: {}}, steps=[press(10, "1*")])
    tone = meets(dialect, dial(dialect, BOB), callees={BOB: {}}, steps=[press(10, "*"), hang_up(20)])

    assert star.at("call_ended", call=leg(star, BOB)) == 10
    assert status(star, dialect) == ["completed"]
    assert tone.at("call_ended", call=leg(tone, BOB)) == 20


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_callees_star_is_a_tone(dialect: str) -> None:
    """Plivo 2.3 hangupOnStar: of the A leg."""
    story = meets(dialect, dial(dialect, BOB, hangupOnStar=True), callees={BOB: {}},
                  steps=[press(10, "*", BOB), hang_up(20)])  # fmt: skip

    assert story.at("call_ended", call=leg(story, BOB)) == 20


# --- what is told ------------------------------------------------------------------------------------


def test_the_action_names_both_legs_and_whether_it_rang() -> None:
    """Plivo 3.5 Dial action."""
    talk = meets("plivo", dial("plivo", BOB), callees={BOB: {"hangs_up_after": 3}})
    busy = meets("plivo", dial("plivo", BOB), callees={BOB: {"busy": True}})

    [params] = asked(talk, "/done")
    assert params["DialALegUUID"] == "ann"
    assert params["DialBLegUUID"] == leg(talk, BOB)
    assert (params["DialRingStatus"], params["DialHangupCause"]) == ("true", "NORMAL_CLEARING")
    [params] = asked(busy, "/done")
    assert (params["DialBLegUUID"], params["DialRingStatus"]) == ("", "false")
    assert params["DialHangupCause"] == "USER_BUSY"


def test_the_action_names_the_leg_and_its_length() -> None:
    """TeXML 2.5 Dial action: DialCallSid, DialCallDuration, DialBridged."""
    story = meets("texml", dial("texml", BOB), callees={BOB: {"hangs_up_after": 7}})

    [params] = asked(story, "/done")
    assert params["DialCallSid"] == leg(story, BOB)
    assert (params["DialCallDuration"], params["DialBridged"]) == ("7", "true")


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_callback_follows_the_callee(dialect: str) -> None:
    """Plivo 3.5 Dial callbackUrl, Vobiz 2.5: answer, connected, hangup."""
    element = dial(dialect, BOB, callbackUrl="/events")
    story = meets(dialect, element, callees={BOB: {"answers_after": 4, "hangs_up_after": 6}})

    events = story.callbacks("/events")
    assert [params["DialAction"] for params in events] == ["answer", "connected", "hangup"]
    assert {params["DialBLegUUID"] for params in events} == {leg(story, BOB)}
    assert {params["DialBLegTo"] for params in events} == {BOB.lstrip("+")}
    assert events[2]["DialBLegDuration"] == "6"
    assert (events[2]["DialBLegHangupCauseCode"], events[2]["DialBLegHangupSource"]) == ("4000", "Callee")


@pytest.mark.parametrize(("dialect", "a", "b"), [("plivo", "ALeg", "BLeg"), ("vobiz", "aleg", "bleg")])
def test_key_patterns_of_both_legs_are_told(dialect: str, a: str, b: str) -> None:
    """Plivo 2.3 digitsMatch, digitsMatchBLeg; 3.5, Vobiz 4.16: who pressed."""
    element = dial(dialect, BOB, callbackUrl="/events", digitsMatch="12,9", digitsMatchBLeg="77")
    steps = [press(10, "3129"), press(12, "1277", BOB), hang_up(20)]
    story = meets(dialect, element, callees={BOB: {}}, steps=steps)

    found = story.callbacks("/events", DialAction="digits")
    assert [(params["DialDigitsMatch"], params["DialDigitsPressedBy"]) for params in found] == [
        ("12", a),
        ("9", a),
        ("77", b),
    ]


def test_the_status_callback_follows_the_callees_call() -> None:
    """TeXML 2.3 Number statusCallback, 3.3: numbered from 0, with the caller as parent."""
    events = "initiated ringing answered dtmf completed"
    number = f'<Number statusCallback="/status" statusCallbackEvent="{events}">{BOB}</Number>'
    callees = {BOB: {"answers_after": 4, "hangs_up_after": 6, "presses": "W5"}}
    story = meets("texml", f"<Dial>{number}</Dial>", callees=callees)

    told_of = story.callbacks("/status")
    assert [params["CallStatus"] for params in told_of] == ["initiated", "ringing", "in-progress", "dtmf", "completed"]
    assert [params["SequenceNumber"] for params in told_of] == ["0", "1", "2", "3", "4"]
    assert {params["ParentCallSid"] for params in told_of} == {"ann"}
    assert told_of[-1]["CallDuration"] == "6"


def test_only_the_end_of_the_callees_call_is_told_unless_more_is_asked_for() -> None:
    """TeXML 2.3 statusCallbackEvent: completed."""
    number = f'<Number statusCallback="/status">{BOB}</Number>'
    story = meets("texml", f"<Dial>{number}</Dial>", callees={BOB: {"busy": True}})

    assert [params["CallStatus"] for params in story.callbacks("/status")] == ["busy"]


def test_the_talk_is_recorded() -> None:
    """TeXML 2.3 Dial record, 3.4, 1.6 source DialVerb; the action gets the address."""
    element = dial("texml", BOB, record="record-from-answer", recordingStatusCallback="/file")
    story = meets("texml", element, callees={BOB: {"answers_after": 4, "hangs_up_after": 6}})

    [params] = story.callbacks("/file")
    assert (params["RecordingSource"], params["RecordingDuration"]) == ("DialVerb", "6")
    assert params["RecordingChannels"] == "1"


def test_the_talk_may_be_recorded_from_the_ringing_on() -> None:
    """TeXML 2.3 Dial record: record-from-ringing, -dual: each side has its own channel."""
    element = dial("texml", BOB, record="record-from-ringing-dual", recordingStatusCallback="/file")
    story = meets("texml", element, callees={BOB: {"answers_after": 4, "hangs_up_after": 6}})

    [params] = story.callbacks("/file")
    assert (params["RecordingChannels"], params["RecordingDuration"]) == ("2", "10")


def test_the_recording_has_the_channels_that_the_dial_asks_for() -> None:
    """TeXML 2.3 Dial recordingChannels: single unless it says dual."""
    wish = {"record": "record-from-answer", "recordingStatusCallback": "/file", "recordingChannels": "dual"}
    story = meets("texml", dial("texml", BOB, **wish), callees={BOB: {"hangs_up_after": 6}})

    assert [params["RecordingChannels"] for params in story.callbacks("/file")] == ["2"]


def test_a_machine_is_told_and_may_be_hung_up_on() -> None:
    """TeXML 2.3 Number machineDetection: the amd event."""
    number = f'<Number machineDetection="Enable" statusCallback="/status" statusCallbackEvent="amd">{BOB}</Number>'
    story = meets("texml", f"<Dial>{number}</Dial>", callees={BOB: {"machine": True, "hangs_up_after": 5}})

    assert [params["AnsweredBy"] for params in story.callbacks("/status")] == ["machine"]
