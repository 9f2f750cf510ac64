"""The Record verb: how long it lasts, when its action is asked, and what is told of the file."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import StartRecording
from tests.stories.flow.calls import BOB, XML_DIALECTS, asked, attributes, hang_up, page, press, says, told
from tests.stories.story import Story

CALLBACK = {"plivo": "callbackUrl", "vobiz": "callbackUrl", "texml": "recordingStatusCallback"}
DONE = {"/done": page("<Hangup/>")}


def record(dialect: str, **given: Any) -> str:
    """A Record element without a beep, so that it runs from its beginning."""
    return f"<Record{attributes({'action': '/done', 'playBeep': False, **given})}/>"


def meets(dialect: str, *elements: str, **more: Any) -> Story:
    """Ann hears a word of a second and meets the elements; another word follows."""
    return told(dialect, says(dialect, "Hi."), *elements, says(dialect, "After."), **{"pages": DONE, **more})


def talk(at: float, length: float) -> dict[str, Any]:
    """Ann talks."""
    return {"at": at, "do": "talk", "call": "ann", "for": length}


@pytest.mark.parametrize("dialect", ["plivo", "texml"])
def test_the_action_is_asked_when_the_recording_is_over(dialect: str) -> None:
    """Plivo 2.5, 3.5; TeXML 2.5: with the file's address, its length and the key that ended it."""
    story = meets(dialect, record(dialect), steps=[talk(1, 5), press(6, "#")])

    [params] = asked(story, "/done")
    assert params["RecordingDuration"] == "5"
    assert params["RecordUrl" if dialect == "plivo" else "RecordingUrl"].endswith(".mp3")
    assert params["Digits"] == "#"
    assert story.spoken("ann") == ["Hi."]


def test_a_beep_is_heard_before_the_recording_begins() -> None:
    """Plivo 2.3 playBeep: true unless it says otherwise."""
    story = meets("plivo", "<Record/>", steps=[press(4, "#")])

    assert story.at("heard", media="beep:1") == 1
    assert story.at("recording_started") == 1.5


ANY_KEY = "1234567890*#"


@pytest.mark.parametrize(
    ("dialect", "default", "other"), [("plivo", "#", "5"), ("vobiz", ANY_KEY, ""), ("texml", ANY_KEY, "")]
)
def test_which_keys_end_it(dialect: str, default: str, other: str) -> None:
    """Plivo 5.24: #; Vobiz 2.5 and TeXML 2.3: any key."""
    for key in "1#*":
        story = meets(dialect, record(dialect), steps=[talk(1, 30), press(4, key)])
        assert (story.times("recording_ended") == [4]) is (key in default)
    if other:
        story = meets(dialect, record(dialect, finishOnKey=other), steps=[talk(1, 30), press(4, other)])
        assert story.at("recording_ended") == 4


@pytest.mark.parametrize(("dialect", "silence"), [("plivo", 15), ("vobiz", 60)])
def test_silence_ends_it(dialect: str, silence: float) -> None:
    """Plivo 2.3 timeout 15 s of silence, Vobiz 2.5 60 s."""
    story = meets(dialect, record(dialect, maxLength=900), steps=[talk(1, 4)])

    assert story.at("recording_ended", why="silence") == 5 + silence


def test_silence_does_not_end_it_where_no_time_is_given() -> None:
    """TeXML 2.3 timeout: 0 is none; maxLength is an hour."""
    story = meets("texml", record("texml"), steps=[talk(1, 4)], until=4000)

    assert story.at("recording_ended", why="max_length") == 1 + 3600


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_its_greatest_length_ends_it(dialect: str) -> None:
    """Plivo 2.3 maxLength, Vobiz 2.5, TeXML 2.3."""
    story = meets(dialect, record(dialect, maxLength=20), steps=[talk(1, 60)])

    assert story.at("recording_ended", why="max_length") == 21


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_the_file_is_told_although_the_caller_is_gone(dialect: str) -> None:
    """Plivo 2.3 callbackUrl (when the file is ready), 2.5: a caller who hangs up asks for no document."""
    story = meets(dialect, record(dialect, **{CALLBACK[dialect]: "/file"}), steps=[talk(1, 9), hang_up(6)])

    [params] = story.callbacks("/file")
    assert params["RecordingDuration"] == "5"
    assert story.at("recording_ended", why="hangup") == 6
    assert asked(story, "/done") == []


def test_redirect_false_tells_the_action_and_goes_on() -> None:
    """Plivo 2.5 Record: action, per redirect."""
    story = meets("plivo", record("plivo", redirect=False), steps=[press(4, "#")])

    [params] = story.callbacks("/done")
    assert params["RecordingDuration"] == "3"
    assert story.at("verb_started", text="After.") == 4


def test_the_action_hears_of_the_recording_at_its_start_and_the_next_element_runs_at_its_end() -> None:
    """Vobiz 2.5 Record, 7.21: redirect is false unless given; the result goes to callbackUrl with its reason."""
    element = record("vobiz", callbackUrl="/file")
    story = meets("vobiz", element, steps=[talk(1, 9), press(5, "#")])

    assert story.at("callback", kind="action_record") == 1
    assert story.callbacks("/done")[0]["Event"] == "Record"
    [params] = story.callbacks("/file")
    assert (params["Event"], params["RecordingEndReason"], params["RecordingDuration"]) == (
        "RecordStop",
        "FinishedOnKey",
        "4",
    )
    assert story.at("verb_started", text="After.") == 5


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([talk(1, 9), press(5, "#")], "FinishedOnKey"),
        ([talk(1, 90)], "maxLength"),
        ([], "RecordingTimeout"),
        ([talk(1, 9), hang_up(5)], "HungUp"),
    ],
)
def test_why_a_recording_ended_is_told(steps: list[dict[str, Any]], reason: str) -> None:
    """Vobiz 2.5 RecordingEndReason."""
    story = meets("vobiz", record("vobiz", callbackUrl="/file", timeout=10, maxLength=30), steps=steps)

    assert [params["RecordingEndReason"] for params in story.callbacks("/file")] == [reason]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_without_an_action_the_next_element_runs(dialect: str) -> None:
    """Plivo 2.5, TeXML 2.3 Record (no default action, unlike TwiML)."""
    story = meets(dialect, '<Record playBeep="false"/>', steps=[talk(1, 9), press(5, "#")])

    assert story.at("verb_started", text="After.") == 5


def test_a_rule_may_ask_the_document_again_without_an_action() -> None:
    """TeXML 2.3 Record, TwiML's default: the current document's address."""
    pages = {"/answer": [{"nth": 1, **page('<Record playBeep="false"/>')}, page(says("texml", "Again."))]}
    rules = {"texml": {"record_default_action": "document"}}
    story = told("texml", pages=pages, steps=[talk(0, 9), press(5, "#")], rules=rules)

    assert story.spoken("ann") == ["Again."]


def test_plivo_asks_the_action_of_an_empty_recording_too() -> None:
    """Plivo 2.5: a finished Record requests its action; silence is no exception."""
    story = meets("plivo", record("plivo"), steps=[press(1, "#")])

    assert story.one("recording_ended")["result"] == "absent"
    assert len(asked(story, "/done")) == 1


def test_an_empty_recording_asks_nothing() -> None:
    """TeXML 2.5: an empty recording falls through to the next verb."""
    story = meets("texml", record("texml"), steps=[press(1, "#")])

    assert story.one("recording_ended")["result"] == "absent"
    assert asked(story, "/done") == []
    assert story.at("verb_started", text="After.") == 1


def test_the_status_callback_tells_what_it_subscribed_to() -> None:
    """TeXML 2.3, 3.4: in-progress, completed and absent; completed unless it says otherwise."""
    words = {"recordingStatusCallback": "/file", "recordingStatusCallbackEvent": "in-progress completed"}
    story = meets("texml", record("texml", **words), steps=[talk(1, 9), press(5, "#")])

    assert [params["RecordingStatus"] for params in story.callbacks("/file")] == ["in-progress", "completed"]
    assert "RecordingUrl" not in story.callbacks("/file")[0]


def test_the_recording_is_made_as_the_element_says() -> None:
    """Plivo 2.3 fileFormat, recordChannelType."""
    story = meets("plivo", record("plivo", fileFormat="wav", recordChannelType="mono"), steps=[press(5, "#")])

    [(_, started)] = story.did(StartRecording)
    assert (started.format, started.channels, started.max_length, started.silence) == ("wav", "mono", 60, 15)


# --- in the background ------------------------------------------------------------------------------------


def test_a_recording_of_the_session_asks_its_action_at_once_without_lengths() -> None:
    """Plivo 2.5: background recording, durations -1 and empty Digits; the reply is run."""
    recorded = {"/done": page(says("plivo", "Recording."))}
    story = meets("plivo", record("plivo", recordSession=True), pages=recorded)

    [params] = asked(story, "/done")
    assert (params["RecordingDuration"], params["Digits"]) == ("-1", "")
    assert story.at("verb_started", text="Recording.") == 1
    assert story.at("recording_ended", why="hangup") == 2


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_recording_of_the_session_runs_beside_the_flow(dialect: str) -> None:
    """Plivo 2.3 recordSession: keys and silence are nothing to it; the flow goes on at once."""
    element = '<Record recordSession="true" callbackUrl="/file" timeout="3"/>'
    wait = '<Wait length="30"/>'
    story = meets(dialect, element, wait, steps=[press(5, "#")])

    assert story.times("recording_ended") == [32]
    assert [params["RecordingDuration"] for params in story.callbacks("/file")] == ["31"]
    assert story.never("heard", media="beep:1")


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_recording_from_the_dials_answer_begins_when_the_two_talk(dialect: str) -> None:
    """Plivo 2.3 startOnDialAnswer."""
    element = '<Record startOnDialAnswer="true" redirect="false" callbackUrl="/file"/>'
    dial = f"<Dial><Number>{BOB}</Number></Dial>"
    story = meets(dialect, element, dial, callees={BOB: {"answers_after": 5, "hangs_up_after": 10}})

    assert story.at("recording_started") == 6
    assert [params["RecordingDuration"] for params in story.callbacks("/file")] == ["10"]
    assert story.at("verb_started", text="After.") == 16


def test_a_record_inside_a_dial_is_one_from_its_answer() -> None:
    """Vobiz 2.2 Dial: Record among its children; 2.5 RecordingEndReason."""
    dial = f'<Dial><Record callbackUrl="/file" recordChannelType="mono"/><Number>{BOB}</Number></Dial>'
    story = meets("vobiz", dial, callees={BOB: {"answers_after": 5, "hangs_up_after": 10}})

    [params] = story.callbacks("/file")
    assert (params["RecordingDuration"], params["RecordingEndReason"]) == ("10", "HungUp")
    assert story.did(StartRecording)[0][1].channels == "mono"
