"""TeXML's rows of recordings: of calls, of conferences, of an account."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.dialects.face import Asked
from engine.dialects.form import read
from engine.dialects.texml.call_orders import start_recording
from engine.dialects.texml.fields import START_RECORDING
from engine.values.commands import RecordCall
from tests.rest.bench import ACME, Bench, served
from tests.rest.texml import BASE, ISO_DATE, NOT_FOUND, PEOPLE, RFC_DATE, SID, SILENT, UUID, Customer, told

COMMON = {
    "sid", "account_sid", "call_sid", "conference_sid", "channels", "date_created", "date_updated", "start_time",
    "duration", "error_code", "source", "uri",
}  # fmt: skip
NEW = COMMON | {"price", "price_unit", "track"}
ITEM = COMMON | {"media_url", "status", "subresources_uris"}
OLD_ITEM = COMMON | {"media_url", "status", "subresource_uris"}
ENVELOPE = {"page", "page_size", "start", "end", "uri", "first_page_uri", "recordings"}
WAIT = "<Response><Pause length='180'/></Response>"
RECORDED = "<Response><Dial><Conference record='record-from-start'>My Room</Conference></Dial></Response>"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(simulator={"callees": PEOPLE}) as one:
        one.app.pages["/texml/answer"] = WAIT
        yield one


@pytest.fixture
def call(texml: Customer, bench: Bench) -> str:
    """An answered call."""
    sid = str(texml.call().json["sid"])
    bench.wait("verb_started")
    return sid


def begun(texml: Customer, call: str, **form: str) -> str:
    """Record a call; the recording's sid as soon as it runs."""
    got = texml.ask("POST", f"/Calls/{call}/Recordings.json", form=form)
    assert got.status == 200, got
    texml.bench.wait("recording_started")
    return str(got.json["sid"])


def stopped(texml: Customer, call: str) -> str:
    """Record a call and stop that; the recording's sid as soon as it is stored."""
    sid = begun(texml, call)
    texml.ask("POST", f"/Calls/{call}/Recordings/{sid}.json", form={"Status": "stopped"})
    texml.bench.wait("recording_ended")
    return sid


def test_a_begun_recording_has_the_documented_keys(texml: Customer, call: str) -> None:
    got = texml.ask("POST", f"/Calls/{call}/Recordings.json")
    assert got.status == 200
    assert got.json.keys() == NEW
    assert re.fullmatch(UUID, got.json["sid"])
    assert (got.json["account_sid"], got.json["call_sid"], got.json["conference_sid"]) == (SID, call, None)
    assert (got.json["channels"], got.json["source"], got.json["track"]) == (2, "StartCallRecordingAPI", "both")
    assert (got.json["duration"], got.json["error_code"]) == (None, None)
    assert re.fullmatch(ISO_DATE, got.json["start_time"])
    assert got.json["uri"] == f"{BASE}/Recordings/{got.json['sid']}.json"


def test_a_recording_runs_until_it_is_stopped(texml: Customer, call: str, bench: Bench) -> None:
    sid = begun(texml, call, RecordingChannels="single")
    running = texml.get(f"/Recordings/{sid}")
    assert running.keys() == ITEM
    assert (running["status"], running["channels"], running["duration"]) == ("in-progress", 1, None)
    got = texml.ask("POST", f"/Calls/{call}/Recordings/{sid}.json", form={"Status": "stopped"})
    assert (got.status, got.json["sid"]) == (200, sid)
    assert got.json.keys() == NEW
    bench.wait("recording_ended")
    stored = texml.get(f"/Recordings/{sid}.json")
    assert stored["status"] == "completed"
    assert stored["duration"].isdecimal()
    assert stored["media_url"]


def test_stopping_again_and_going_on_change_nothing(texml: Customer, call: str) -> None:
    sid = stopped(texml, call)
    for status in ("stopped", "in-progress"):
        got = texml.ask("POST", f"/Calls/{call}/Recordings/{sid}.json", form={"Status": status})
        assert (got.status, got.json["sid"]) == (200, sid)


def test_a_calls_recording_cannot_be_paused(texml: Customer, call: str) -> None:
    sid = begun(texml, call)
    got = texml.ask("POST", f"/Calls/{call}/Recordings/{sid}.json", form={"Status": "paused"})
    assert told(got) == (422, "10027", "/Status")
    assert texml.get(f"/Recordings/{sid}")["status"] == "in-progress"


def test_a_recording_begins_with_a_tone_unless_that_is_declined(call: str, bench: Bench) -> None:
    def ordered(**given: str) -> list[object]:
        asked = Asked(account=ACME, path={"call_sid": call}, values=read(START_RECORDING, given))
        made = bench.do(lambda service: start_recording(asked, service.sight("texml", ACME)))
        assert isinstance(made, tuple)
        return [(one.beep, one.max_length, one.channels) for one in made if isinstance(one, RecordCall)]

    assert ordered() == [(True, 0.0, "dual")]
    assert ordered(PlayBeep="false") == [(False, 0.0, "dual")]


def test_a_recordings_state_is_told_where_it_was_asked_for(texml: Customer, call: str, bench: Bench) -> None:
    form = {"RecordingStatusCallback": f"{bench.app.url}/rec", "RecordingStatusCallbackEvent": "in-progress completed"}
    sid = begun(texml, call, SendRecordingUrl="false", **form)
    asked = bench.app.wait("/rec", RecordingStatus="in-progress")
    assert (asked.params["RecordingSid"], asked.params["RecordingSource"]) == (sid, "StartCallRecordingAPI")
    texml.ask("POST", f"/Calls/{call}/Recordings/{sid}", form={"Status": "stopped"})
    assert "RecordingUrl" not in bench.app.wait("/rec", RecordingStatus="completed").params


def test_an_unanswered_call_cannot_be_recorded(texml: Customer) -> None:
    ringing = texml.call(To=SILENT).json["sid"]
    assert told(texml.ask("POST", f"/Calls/{ringing}/Recordings.json")) == (422, "90034", "")


def test_an_ended_call_cannot_be_recorded(texml: Customer, call: str, bench: Bench) -> None:
    texml.ask("POST", f"/Calls/{call}", form={"Status": "completed"})
    bench.wait("call_ended")
    assert told(texml.ask("POST", f"/Calls/{call}/Recordings.json")) == (422, "90018", "")


def test_a_recording_belongs_to_its_call(texml: Customer, call: str, bench: Bench) -> None:
    sid = begun(texml, call)
    other = texml.call().json["sid"]
    got = texml.ask("POST", f"/Calls/{other}/Recordings/{sid}", form={"Status": "stopped"})
    assert (got.status, got.json) == (404, NOT_FOUND)


def test_a_deleted_recording_is_gone(texml: Customer, call: str) -> None:
    sid = stopped(texml, call)
    got = texml.ask("DELETE", f"/Recordings/{sid}.json")
    assert (got.status, got.body) == (204, b"")
    for method in ("GET", "DELETE"):
        got = texml.ask(method, f"/Recordings/{sid}.json")
        assert (got.status, got.json) == (404, NOT_FOUND)
    assert texml.get("/Recordings.json")["recordings"] == []


def test_a_recording_in_progress_is_not_deleted(texml: Customer, call: str) -> None:
    sid = begun(texml, call)
    assert told(texml.ask("DELETE", f"/Recordings/{sid}")) == (422, "10027", "")
    assert texml.get(f"/Recordings/{sid}")["status"] == "in-progress"


def test_recordings_are_listed_by_account_and_by_call(texml: Customer, call: str) -> None:
    sid = stopped(texml, call)
    other = texml.call().json["sid"]
    page = texml.get("/Recordings.json?DateCreated%3E=2001-01-01T00:00:00Z")
    assert page.keys() == ENVELOPE
    assert [one["sid"] for one in page["recordings"]] == [sid]
    assert page["recordings"][0].keys() == ITEM
    assert texml.get("/Recordings?DateCreated=2001-01-01")["recordings"] == []
    assert [one["sid"] for one in texml.get(f"/Calls/{call}/Recordings.json")["recordings"]] == [sid]
    assert texml.get(f"/Calls/{other}/Recordings.json")["recordings"] == []


def test_a_second_page_names_the_one_before(texml: Customer, call: str) -> None:
    first = begun(texml, call)
    texml.ask("POST", f"/Calls/{call}/Recordings.json")
    page = texml.get("/Recordings.json?PageSize=1")
    assert "previous_page_uri" not in page
    following = texml.get(page["next_page_uri"].removeprefix(BASE))
    assert [one["sid"] for one in following["recordings"]] == [first]
    assert following["previous_page_uri"] == f"{BASE}/Recordings.json?Page=0&PageSize=1"


def test_a_conferences_recordings_have_an_older_and_a_newer_list(texml: Customer, bench: Bench) -> None:
    bench.app.pages["/texml/answer"] = RECORDED
    texml.come()
    bench.wait("recording_started")
    room = texml.room()["sid"]
    old = texml.get(f"/Conferences/{room}/Recordings")
    new = texml.get(f"/Conferences/{room}/Recordings.json")
    assert old.keys() == ENVELOPE | {"participants"}
    assert new.keys() == ENVELOPE
    (was,), (item,) = old["recordings"], new["recordings"]
    assert was.keys() == OLD_ITEM
    assert item.keys() == ITEM
    assert (was["status"], item["status"], was["source"]) == ("processing", "in-progress", "Conference")
    assert (was["conference_sid"], item["conference_sid"]) == (room, room)
    assert re.fullmatch(RFC_DATE, was["date_created"])
    assert re.fullmatch(ISO_DATE, item["date_created"])
    assert old["uri"] == f"{BASE}/Conferences/{room}/Recordings?Page=0&PageSize=20"


def test_the_length_of_a_conferences_recording_is_a_number_in_the_older_list(texml: Customer, bench: Bench) -> None:
    bench.app.pages["/texml/answer"] = RECORDED
    texml.come()
    bench.wait("recording_started")
    room = texml.room()["sid"]
    texml.ask("POST", f"/Conferences/{room}", form={"Status": "completed"})
    bench.wait("recording_ended")
    (was,) = texml.get(f"/Conferences/{room}/Recordings")["recordings"]
    (item,) = texml.get(f"/Conferences/{room}/Recordings.json")["recordings"]
    assert was["status"] == "completed"
    assert (type(was["duration"]), type(item["duration"])) == (int, str)


def test_recordings_of_nothing_are_not_found(texml: Customer) -> None:
    for path in ("/Recordings/x.json", "/Calls/v3:x/Recordings.json", "/Conferences/x/Recordings"):
        got = texml.ask("GET", path)
        assert (got.status, got.json) == (404, NOT_FOUND)
