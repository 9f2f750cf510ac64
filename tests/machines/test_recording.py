"""A recording and what the switch says of it, in every order."""

from __future__ import annotations

import pytest

from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.phone import Phone

FILE = Hook("https://app.example/file")
RECORD = '<Record action="/done" playBeep="false" callbackUrl="https://app.example/file"/>'


def recording(element: str = RECORD, tongue: str = "plivo") -> tuple[Phone, str]:
    """Ann is being recorded: the phone and the recording's id."""
    phone = Phone()
    phone.meets(element, "<Speak>After.</Speak>" if tongue != "texml" else "<Say>After.</Say>", tongue=tongue)
    [started] = phone.did(effects.StartRecording)
    return phone, started.id


def ends(made: str, result: str = "stored", why: str = "stopped", at: float = 0.0) -> events.RecordingEnded:
    """The switch has the file."""
    url = "https://files.example/a.mp3" if result == "stored" else ""
    return events.RecordingEnded(at, "ann", made, result, 5.0, why, url)  # type: ignore[arg-type]


def test_the_flow_waits_for_the_file_and_not_for_the_key() -> None:
    phone, made = recording()
    phone.tell(events.RecordingStarted(0.0, "ann", made))
    phone.press("#")
    assert [effect.id for effect in phone.did(effects.StopRecording)] == [made]
    assert phone.did(effects.FetchDocument) == []

    phone.tell(ends(made))

    [asked] = phone.did(effects.FetchDocument)
    assert (asked.facts["recording_why"], asked.facts["digits"], asked.facts["recording_seconds"]) == ("key", "#", 5.0)


def test_a_second_finish_key_stops_nothing_again() -> None:
    phone, _ = recording()
    phone.press("#")

    assert phone.press("#") == []


def test_a_file_that_comes_before_the_word_that_it_began_is_a_file() -> None:
    phone, made = recording()
    phone.tell(ends(made))
    assert len(phone.did(effects.FetchDocument)) == 1

    assert phone.tell(events.RecordingStarted(0.0, "ann", made)) == []
    assert phone.stale == 1


def test_a_file_that_comes_twice_counts_once() -> None:
    phone, made = recording()
    phone.tell(ends(made))

    assert phone.tell(ends(made)) == []
    assert phone.stale == 1


def test_a_file_that_comes_after_the_call_is_told_with_the_calls_last_facts() -> None:
    phone, made = recording()
    phone.at = 9.0
    phone.ended("ann")

    phone.tell(ends(made, why="hangup", at=9.5))

    [told] = phone.did(effects.SendCallback)
    assert told.kind == "recording"
    assert told.about is not None
    assert (told.about.status, told.about.ended_at, told.about.cause) == ("ended", 9.0, "hangup")


def test_a_file_that_comes_after_a_transfer_is_told_and_changes_nothing() -> None:
    phone, made = recording()
    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))
    assert [effect.id for effect in phone.did(effects.StopRecording)] == [made]

    phone.tell(ends(made))

    assert [effect.kind for effect in phone.did(effects.SendCallback)] == ["recording"]
    assert phone.did(effects.FetchDocument) == []


@pytest.mark.parametrize("result", ["absent", "failed"])
def test_a_recording_that_holds_nothing_asks_no_action(result: str) -> None:
    """TeXML 2.5: an empty recording falls through."""
    phone, made = recording('<Record action="/done" playBeep="false"/>', "texml")

    phone.tell(ends(made, result))

    assert phone.did(effects.FetchDocument) == []
    assert phone.spoken() == ["After."]


def test_a_key_while_the_beep_sounds_ends_nothing() -> None:
    phone = Phone()
    phone.meets('<Record action="/done"/>')
    assert phone.press("#") == []

    phone.played()

    assert len(phone.did(effects.StartRecording)) == 1


def test_the_end_of_a_beep_that_was_broken_off_starts_no_recording() -> None:
    phone = Phone()
    phone.meets('<Record action="/done"/>')
    beep = phone.sound()
    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))

    assert phone.tell(events.PlaybackEnded(0.0, "ann", beep.id)) == []


def test_two_recordings_by_command_are_two() -> None:
    phone = Phone()
    phone.meets('<Wait length="60"/>', "<Speak>Hi.</Speak>")
    phone.ask(commands.RecordCall(call="ann", callback=FILE))
    first = phone.did(effects.StartRecording)[0].id
    phone.ask(commands.RecordCall(call="ann"))

    phone.ask(commands.StopRecordCall(call="ann"))

    stopped = [effect.id for effect in phone.did(effects.StopRecording)]
    assert len(stopped) == 2
    assert stopped[0] == first
    assert phone.ask(commands.StopRecordCall(call="ann")).same == ("ann",)


def test_a_recording_that_is_stopped_before_it_runs_is_still_told_as_running_and_only_once() -> None:
    wish = 'recordingStatusCallback="https://app.example/file" recordingStatusCallbackEvent="in-progress completed"'
    phone, made = recording(f'<Record playBeep="false" {wish}/>', "texml")
    phone.press("#")

    said = [[e.facts["recording_status"] for e in told_running(phone, made)] for _ in range(2)]

    assert said == [["in_progress"], []]


def told_running(phone: Phone, made: str) -> list[effects.SendCallback]:
    """What the customer is told when the switch says that the recording runs."""
    phone.tell(events.RecordingStarted(0.0, "ann", made))
    return phone.did(effects.SendCallback)
