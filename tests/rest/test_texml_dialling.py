"""TeXML's row that dials somebody into a conference: where to, with what, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine.dialects.face import Asked, Refused
from engine.dialects.form import read
from engine.dialects.texml.fields import DIAL_PARTICIPANT
from engine.dialects.texml.orders import BEEPS, custom_headers, dial_participant, outgoing
from engine.values.commands import InviteMember
from engine.values.flow import Hook, Wish
from tests.rest.bench import ACME, Bench, served
from tests.rest.texml import (
    APPLICATION,
    BASE,
    BUSY,
    CALL_SID,
    CALLED,
    CALLER,
    MACHINE,
    NAME,
    NOT_FOUND,
    PEOPLE,
    SID,
    SILENT,
    UUID,
    Customer,
    document,
    told,
)

KEYS = {
    "account_sid", "call_sid", "conference_sid", "status", "muted", "hold", "coaching", "end_conference_on_exit",
    "uri",
}  # fmt: skip


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(simulator={"callees": PEOPLE}) as one:
        yield one


def values(**given: Any) -> dict[str, Any]:
    """What the row makes of a request."""
    return read(DIAL_PARTICIPANT, {"From": CALLER, "To": CALLED, **given})


def test_a_dialled_participant_has_the_documented_keys_and_is_connecting(texml: Customer) -> None:
    got = texml.dial(To=SILENT)
    assert got.status == 200
    assert got.json.keys() == KEYS
    assert re.fullmatch(CALL_SID, got.json["call_sid"])
    assert re.fullmatch(UUID, got.json["conference_sid"])
    assert (got.json["account_sid"], got.json["status"], got.json["muted"]) == (SID, "connecting", False)
    people = texml.people(got.json["conference_sid"])
    assert got.json["uri"] == f"{BASE}{people}/{got.json['call_sid']}.json"
    assert texml.get(f"{people}/{got.json['call_sid']}")["status"] == "connecting"
    assert texml.room()["status"] == "init"


def test_a_dialled_participant_that_answers_is_connected_and_the_conference_starts(
    texml: Customer, bench: Bench
) -> None:
    got = texml.dial()
    bench.wait("member_joined")
    assert texml.participant(got.json["call_sid"])["status"] == "connected"
    assert texml.room()["status"] == "in-progress"
    call = texml.get(f"/Calls/{got.json['call_sid']}")
    assert (call["direction"], call["from"], call["to"]) == ("outbound", CALLER, CALLED)


def test_a_live_conference_is_joined_by_its_sid_and_by_its_name(texml: Customer) -> None:
    texml.let_in(1)
    room = texml.room()["sid"]
    by_sid = texml.dial(room, ApplicationSid="")
    assert (by_sid.status, by_sid.json["conference_sid"]) == (200, room)
    assert texml.dial(NAME).json["conference_sid"] == room
    assert len(texml.get("/Conferences")["conferences"]) == 1


def test_a_name_needs_an_application_and_a_live_sid_does_not(texml: Customer) -> None:
    texml.let_in(1)
    assert told(texml.dial(NAME, ApplicationSid="")) == (422, "10004", "/ApplicationSid")


def test_an_ended_conference_is_not_dialled_into_by_its_sid(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1)
    room = texml.room()["sid"]
    texml.ask("POST", f"/Calls/{call}", form={"Status": "completed"})
    bench.wait("conference_ended")
    assert told(texml.dial(room)) == (400, "90019", "")
    again = texml.dial(NAME)
    assert again.json["conference_sid"] != room


def test_a_sid_of_nothing_makes_no_conference(texml: Customer, bench: Bench) -> None:
    got = texml.dial("8f9f0dbb-0000-4000-8000-000000000000")
    assert (got.status, got.json) == (404, NOT_FOUND)
    assert texml.get("/Conferences")["conferences"] == []


def test_a_failed_invitation_leaves_no_conference_behind(texml: Customer, bench: Bench) -> None:
    got = texml.dial(To=BUSY)
    assert got.status == 200
    bench.wait("call_ended")
    assert texml.get("/Conferences")["conferences"] == []
    assert texml.ask("GET", f"/Conferences/{got.json['conference_sid']}").json == NOT_FOUND
    assert texml.get(f"/Calls/{got.json['call_sid']}")["status"] == "busy"


def test_a_label_is_unique_in_its_conference(texml: Customer) -> None:
    assert texml.dial(Label="agent", To=SILENT).status == 200
    assert told(texml.dial(Label="agent")) == (422, "10027", "/Label")
    assert texml.dial("another room", Label="agent").status == 200
    assert len(texml.get(texml.people(texml.room()["sid"]))["participants"]) == 1


def test_the_flags_of_the_dial_are_the_participants(texml: Customer, bench: Bench) -> None:
    got = texml.dial(Muted="true", EndConferenceOnExit="true", StartConferenceOnEnter="false")
    assert (got.json["muted"], got.json["end_conference_on_exit"]) == (True, True)
    bench.wait("member_joined")
    assert texml.room()["status"] == "init"


def test_a_coach_is_dialled_to_a_connected_participant(texml: Customer) -> None:
    (agent,) = texml.let_in(1)
    got = texml.dial(CallSidToCoach=agent)
    assert (got.json["coaching"], got.json["coaching_call_sid"]) == (True, agent)


def test_a_coach_is_not_dialled_without_anybody_to_coach(texml: Customer) -> None:
    (agent,) = texml.let_in(1)
    assert told(texml.dial(Coaching="true")) == (422, "10004", "/CallSidToCoach")
    assert told(texml.dial("new room", CallSidToCoach=agent)) == (422, "10027", "/CallSidToCoach")
    assert [room["friendly_name"] for room in texml.get("/Conferences")["conferences"]] == [NAME]


def test_the_progress_of_the_call_and_of_the_conference_is_told(texml: Customer, bench: Bench) -> None:
    url = bench.app.url
    texml.dial(
        StatusCallback=f"{url}/status", StatusCallbackEvent="initiated answered completed",
        ConferenceStatusCallback=f"{url}/room", ConferenceStatusCallbackEvent="start join", Label="agent",
    )  # fmt: skip
    for number, status in enumerate(("initiated", "in-progress"), 1):
        assert bench.app.wait("/status", nth=number).params["CallStatus"] == status
    bench.app.wait("/room", StatusCallbackEvent="conference-start")
    joined = bench.app.wait("/room", StatusCallbackEvent="participant-join").params
    assert (joined["FriendlyName"], joined["ParticipantLabel"]) == (NAME, "agent")


def test_events_may_be_repeated_keys_too(texml: Customer, bench: Bench) -> None:
    body = {"From": CALLER, "To": CALLED, "ApplicationSid": APPLICATION, "StatusCallback": f"{bench.app.url}/status"}
    got = texml.ask("POST", texml.people("room"), json={**body, "StatusCallbackEvent": ["initiated", "ringing"]})
    assert got.status == 200
    assert bench.app.wait("/status", nth=2).params["CallStatus"] == "ringing"


def test_what_answered_is_told(texml: Customer, bench: Bench) -> None:
    texml.dial(To=MACHINE, MachineDetection="Enable", AmdStatusCallback=f"{bench.app.url}/amd")
    assert bench.app.wait("/amd").params["AnsweredBy"] == "machine"


def test_the_participant_waits_with_the_sound_it_was_given(texml: Customer, bench: Bench) -> None:
    texml.dial(StartConferenceOnEnter="false", WaitUrl=f"{bench.app.url}/wait")
    assert bench.app.wait("/wait").method == "POST"


def test_the_conference_is_recorded_where_that_is_asked_for(texml: Customer, bench: Bench) -> None:
    got = texml.dial(ConferenceRecord="record-from-start")
    bench.wait("recording_started")
    page = texml.get(f"/Conferences/{got.json['conference_sid']}/Recordings.json")
    assert [one["source"] for one in page["recordings"]] == ["Conference"]


def test_the_leg_is_recorded_where_that_is_asked_for(texml: Customer, bench: Bench) -> None:
    got = texml.dial(Record="true", RecordingChannels="dual")
    bench.wait("recording_started")
    (one,) = texml.get(f"/Calls/{got.json['call_sid']}/Recordings.json")["recordings"]
    assert (one["source"], one["channels"], one["conference_sid"]) == ("OutboundAPI", 2, None)


@pytest.mark.parametrize(
    ("form", "code", "pointer"),
    [
        ({"To": ""}, "10004", "/To"),
        ({"From": ""}, "10004", "/From"),
        ({"To": "4155550100"}, "10016", "/To"),
        ({"From": "nobody"}, "10016", "/From"),
        ({"Timeout": "4"}, "10033", "/Timeout"),
        ({"Timeout": "121"}, "10033", "/Timeout"),
        ({"Timeout": "soon"}, "10026", "/Timeout"),
        ({"MaxParticipants": "1"}, "10033", "/MaxParticipants"),
        ({"MaxParticipants": "801"}, "10033", "/MaxParticipants"),
        ({"Beep": "often"}, "10032", "/Beep"),
        ({"Muted": "1"}, "10026", "/Muted"),
        ({"StatusCallbackEvent": "answered born"}, "10032", "/StatusCallbackEvent"),
        ({"StatusCallbackMethod": "PUT"}, "10032", "/StatusCallbackMethod"),
        ({"WaitUrl": "ftp://example.com/a"}, "10003", "/WaitUrl"),
        ({"RecordingChannels": "stereo"}, "10032", "/RecordingChannels"),
        ({"MachineDetection": "Perhaps"}, "10032", "/MachineDetection"),
        ({"CallerId": "a;b"}, "10032", "/CallerId"),
        ({"CustomHeaders": "X-A: 1"}, "10027", "/CustomHeaders"),
    ],
)
def test_a_bad_field_is_named_and_nobody_is_dialled(
    texml: Customer, form: dict[str, str], code: str, pointer: str
) -> None:
    assert told(texml.dial(**form)) == (422, code, pointer)
    assert texml.get("/Calls")["calls"] == []


def test_sip_addresses_are_dialled(texml: Customer) -> None:
    assert texml.dial(To="sip:ann@example.com", From="sip:me@example.com").status == 200


def test_sip_credentials_and_headers_are_handed_on() -> None:
    given = values(
        SipAuthUsername="ann", SipAuthPassword="secret", CustomHeaders=[{"name": "X-Team", "value": "blue 1"}],
        CallerId="Acme Inc.", MachineDetection="DetectMessageEnd",
    )  # fmt: skip
    command = outgoing(given)
    assert (command["username"], command["password"]) == ("ann", "secret")
    assert command["headers"] == (("X-Team", "blue 1"),)
    assert (command["caller_name"], command["machine_detection"]) == ("Acme Inc.", "true")


def test_what_the_exchange_decides_is_handed_on(bench: Bench) -> None:
    given = values(
        ApplicationSid="1", Timeout="7", TimeLimit="90", Beep="onExit", EarlyMedia="true", MaxParticipants="12",
        WaitUrl="https://example.com/w", ConferenceRecord="true", ConferenceRecordingTimeout="5",
    )  # fmt: skip
    asked = Asked(account=ACME, path={"conference_sid": "new"}, values=given)
    made = bench.do(lambda service: dial_participant(asked, service.sight("texml", ACME)))
    assert isinstance(made, tuple)
    (command,) = made
    assert isinstance(command, InviteMember)
    assert (command.conference, command.timeout, command.time_limit) == ("new", 7, 90)
    assert (command.beep, command.early_media, command.max_members) == ("exit", True, 12)
    assert (command.starts, command.ends, command.muted) == (True, False, False)
    assert command.wait_sound == Hook("https://example.com/w")
    assert command.record_conference == Wish(silence=5, trim=True)


@pytest.mark.parametrize(
    ("word", "beep"), [("true", "both"), ("false", "none"), ("onEnter", "enter"), ("onExit", "exit")]
)
def test_every_beep_has_its_meaning(word: str, beep: str) -> None:
    assert BEEPS[values(Beep=word)["Beep"]] == beep


def test_headers_are_a_list_of_names_and_values_that_keep_to_their_line() -> None:
    assert custom_headers('[{"name": "X-A", "value": "1"}]') == (("X-A", "1"),)
    for bad in ({"name": "X-A"}, [{"name": "X-A"}], [{"name": "X A", "value": ""}], "[", 5):
        with pytest.raises(Refused, match="must be a list"):
            custom_headers(bad)
    with pytest.raises(Refused, match="must be a list"):
        custom_headers([{"name": "X-A", "value": "1\r\nX-B: 2"}])


def test_a_recording_of_the_leg_is_told_as_it_was_asked_for() -> None:
    given = values(
        Record="true", RecordingStatusCallback="https://example.com/r", RecordingStatusCallbackMethod="GET",
        RecordingStatusCallbackEvent="in-progress failed absent", Trim="do-not-trim",
    )  # fmt: skip
    hook = Hook("https://example.com/r", "GET")
    assert outgoing(given)["record"] == Wish(hook=hook, events=("in-progress", "absent"), trim=False)
    assert outgoing(values())["record"] is None


def test_a_refusal_shows_no_secret(texml: Customer) -> None:
    got = texml.dial(SipAuthPassword="s" * 300)
    assert told(got) == (422, "10033", "/SipAuthPassword")
    assert b"sss" not in got.body


def test_the_documents_row_and_the_dialled_row_meet_in_one_room(texml: Customer, bench: Bench) -> None:
    bench.app.pages["/texml/answer"] = document()
    dialled = texml.dial()
    bench.wait("member_joined")
    texml.come()
    assert len(texml.get(texml.people(dialled.json["conference_sid"]))["participants"]) == 2


def test_asked_values_have_the_documented_defaults() -> None:
    given = values()
    asked = Asked(account="", values=given)
    assert asked.values["Timeout"] == 30
    assert (given["Beep"], given["StatusCallbackEvent"], given["Trim"]) == ("true", ("completed",), "trim-silence")
    assert (given["ConferenceRecord"], given["ConferenceStatusCallbackEvent"]) == ("do-not-record", ())
