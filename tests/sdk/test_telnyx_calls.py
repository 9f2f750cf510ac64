"""Telnyx's own Python client against a live service: calls and participants are dialled, moved, recorded and ended."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import telnyx
from telnyx import NotFoundError, UnprocessableEntityError
from telnyx.resources.texml.accounts import AccountsResource
from telnyx.types.texml.accounts.conferences import ParticipantParticipantsParams

from tests.rest.texml import APPLICATION, CALLER, SID
from tests.sdk.telnyx_account import FLAGS, participants, room_named, told
from tests.sdk.texml_account import STAY, TexmlRooms, heard

pytestmark = pytest.mark.xdist_group("sdk-telnyx-calls")
CALLED = "+14155553333"
SILENT, REJECTING = "+14155551111", "+14155552222"

# --- dialled participants --------------------------------------------------------------------------


def dialled(accounts: AccountsResource, room: str, **more: Any) -> Any:
    """Dial somebody into a conference."""
    given = {"from_": CALLER, "to": "+14155553333", "application_sid": APPLICATION, **more}
    return accounts.conferences.participants.participants(room, account_sid=SID, **given)


def test_who_is_dialled_makes_the_conference_and_is_connected_when_it_answers(
    accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    name = texml_rooms.name()
    made = dialled(
        accounts,
        name,
        label="guest",
        conference_status_callback=f"{texml_rooms.app.url}/conference",
        conference_status_callback_event="start join",
        status_callback=f"{texml_rooms.app.url}/progress",
        status_callback_event="initiated ringing answered completed",
    )
    assert (made.account_sid, made.status, made.muted, made.coaching) == (SID, "connecting", False, False)
    joined = heard(texml_rooms, "/conference", CallSid=made.call_sid, StatusCallbackEvent="participant-join").params
    assert (joined["FriendlyName"], joined["ParticipantLabel"]) == (name, "guest")
    answered = heard(texml_rooms, "/progress", CallSid=made.call_sid, CallStatus="in-progress").params
    assert (answered["From"], answered["To"]) == (CALLER, "+14155553333")
    assert made.conference_sid == room_named(accounts, name).sid
    one = accounts.conferences.participants.retrieve("guest", account_sid=SID, conference_sid=made.conference_sid)
    assert (one.call_sid, one.status) == (made.call_sid, "connected")


def test_whom_one_dials_into_a_conference_of_a_sid_needs_no_application(
    accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(1, name)
    sid = room_named(accounts, name).sid or ""
    made = dialled(accounts, sid, to=SILENT, application_sid=telnyx.omit, muted=True, end_conference_on_exit=True)
    assert (made.conference_sid, made.status) == (sid, "connecting")
    assert (made.muted, made.end_conference_on_exit) == (True, True)
    assert participants(accounts, sid)[made.call_sid].status == "connecting"


def test_a_failed_invitation_leaves_no_participant(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(1, name)
    sid = room_named(accounts, name).sid or ""
    made = dialled(accounts, sid, to="+14155552222", status_callback=f"{texml_rooms.app.url}/progress")
    ended = heard(texml_rooms, "/progress", CallSid=made.call_sid).params
    assert ended["CallStatus"] in ("busy", "failed")
    assert made.call_sid not in participants(accounts, sid)


def test_a_dialled_participant_may_say_everything(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name, url = texml_rooms.name(), texml_rooms.app.url
    (agent,) = texml_rooms.let_in(1, name)
    given: dict[str, Any] = {
        "amd_status_callback": f"{url}/amd",
        "amd_status_callback_method": "GET",
        "beep": "onExit",
        "caller_id": "Ann B.",
        "call_sid_to_coach": agent,
        "cancel_playback_on_detect_message_end": False,
        "cancel_playback_on_machine_detection": False,
        "coaching": True,
        "conference_record": "record-from-start",
        "conference_recording_status_callback": f"{url}/all-recorded",
        "conference_recording_status_callback_event": "in-progress completed failed",
        "conference_recording_status_callback_method": "GET",
        "conference_recording_timeout": 5,
        "conference_status_callback": f"{url}/conference",
        "conference_status_callback_event": "start end join leave",
        "conference_status_callback_method": "POST",
        "conference_trim": "do-not-trim",
        "custom_headers": [{"name": "X-Colour", "value": "blue"}],
        "early_media": True,
        "end_conference_on_exit": True,
        "label": "everything",
        "machine_detection": "DetectMessageEnd",
        "machine_detection_beep_max_frequency": 2000,
        "machine_detection_beep_min_frequency": 300,
        "machine_detection_beep_min_tone_duration": 120,
        "machine_detection_beep_profile": "freq_only",
        "machine_detection_beep_spectral_confirmation": True,
        "machine_detection_beep_spectral_min_purity": 0.5,
        "machine_detection_beep_spectral_reject_fax_cng": True,
        "machine_detection_beep_spectral_window": 40,
        "machine_detection_silence_timeout": 2000,
        "machine_detection_speech_end_threshold": 900,
        "machine_detection_speech_threshold": 3000,
        "machine_detection_timeout": 1000,
        "max_participants": 8,
        "muted": True,
        "preferred_codecs": "PCMU,PCMA",
        "record": True,
        "recording_channels": "dual",
        "recording_status_callback": f"{url}/leg-recorded",
        "recording_status_callback_event": "in-progress completed absent",
        "recording_status_callback_method": "GET",
        "recording_track": "both",
        "sip_auth_password": "secret",
        "sip_auth_username": "user",
        "start_conference_on_enter": False,
        "status_callback": f"{url}/progress",
        "status_callback_event": "initiated answered",
        "status_callback_method": "GET",
        "time_limit": 600,
        "timeout_seconds": 20,
        "trim": "do-not-trim",
        "wait_url": f"{url}/waiting",
    }
    known = ParticipantParticipantsParams.__annotations__.keys() - {"account_sid", "from_", "to", "application_sid"}
    assert given.keys() == known, "every field that the client knows"
    made = dialled(accounts, room_named(accounts, name).sid or "", **given)
    assert [getattr(made, flag) for flag in FLAGS] == [True, False, True, True]
    assert made.coaching_call_sid == agent
    assert heard(texml_rooms, "/progress", CallSid=made.call_sid, CallStatus="in-progress").method == "GET"
    assert heard(texml_rooms, "/amd", CallSid=made.call_sid).params["AnsweredBy"] == "human"
    assert heard(texml_rooms, "/leg-recorded", CallSid=made.call_sid).params["RecordingStatus"] == "in-progress"


# --- calls -----------------------------------------------------------------------------------------


def placed(accounts: AccountsResource, **body: Any) -> str:
    """Place a call; its sid. The client sends the body as it is given: it turns no names of this into the API's."""
    given: Any = {"From": CALLER, "To": CALLED, "ApplicationSid": APPLICATION, **body}
    made = accounts.calls.calls(SID, body=given)
    assert (made.from_, made.to, made.status) == (CALLER, body.get("To", CALLED), "queued")
    return str(made.to_dict()["call_sid"])


def up(accounts: AccountsResource, texml_rooms: TexmlRooms, **body: Any) -> str:
    """Place a call, and wait until it asks for its document."""
    url = texml_rooms.page(STAY)
    call = placed(accounts, Url=url, **body)
    heard(texml_rooms, urlsplit(url).path, CallSid=call)
    return call


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_asks_for_its_document_and_is_in_progress(
    accounts: AccountsResource, texml_rooms: TexmlRooms, method: str
) -> None:
    url = texml_rooms.page(STAY)
    call = placed(accounts, Url=url, UrlMethod=method, StatusCallback=f"{texml_rooms.app.url}/progress")
    asked = heard(texml_rooms, urlsplit(url).path, CallSid=call)
    assert (asked.method, asked.params["CallStatus"], asked.params["Direction"]) == (method, "in-progress", "outbound")
    one = accounts.calls.retrieve(call, account_sid=SID)
    assert (one.sid, one.account_sid, one.status, one.direction) == (call, SID, "in-progress", "outbound")
    assert (one.from_, one.to, one.end_time, one.duration) == (CALLER, CALLED, None, None)
    accounts.calls.update(call, account_sid=SID, status="completed")
    assert heard(texml_rooms, "/progress", CallSid=call).params["CallStatus"] == "completed"
    over = accounts.calls.retrieve(call, account_sid=SID)
    assert (over.status, (over.duration or "").isdecimal(), over.end_time is None) == ("completed", True, False)


def test_a_call_brings_its_document_or_has_its_applications(
    accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    url = texml_rooms.page(STAY)
    call = placed(accounts, Texml=f"<Response><Redirect>{url}</Redirect></Response>")
    heard(texml_rooms, urlsplit(url).path, CallSid=call)
    texml_rooms.app.pages["/texml/answer"] = STAY
    call = placed(accounts)
    heard(texml_rooms, "/texml/answer", CallSid=call)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_older_address_places_a_call_too(
    telnyx_client: telnyx.Telnyx, texml_rooms: TexmlRooms, method: Any
) -> None:
    url = texml_rooms.page(STAY)
    made = telnyx_client.texml.calls.create(APPLICATION, from_=CALLER, to=CALLED, url=url, method=method)
    assert (made.from_, made.to, made.status) == (CALLER, CALLED, "queued")
    assert heard(texml_rooms, urlsplit(url).path, CallSid=made.call_sid).method == method


def test_a_new_document_takes_a_call_out_of_its_conference(
    accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    name, url = texml_rooms.name(), texml_rooms.page(STAY)
    first, second = texml_rooms.let_in(2, name)
    moved = accounts.calls.update(first, account_sid=SID, url=url, method="GET")
    assert (moved.sid, moved.status) == (first, "in-progress")
    assert heard(texml_rooms, urlsplit(url).path, CallSid=first).method == "GET"
    assert list(participants(accounts, room_named(accounts, name).sid or "")) == [second]
    accounts.calls.update(second, account_sid=SID, texml=f"<Response><Redirect>{url}</Redirect></Response>")
    heard(texml_rooms, urlsplit(url).path, CallSid=second)


def test_a_calls_fallback_and_the_address_of_its_progress_are_changed(
    accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    call, fallback = up(accounts, texml_rooms), texml_rooms.page(STAY)
    texml_rooms.app.pages["/broken"] = 500
    accounts.calls.update(
        call,
        account_sid=SID,
        url=f"{texml_rooms.app.url}/broken",
        fallback_url=fallback,
        fallback_method="GET",
        status_callback=f"{texml_rooms.app.url}/other",
        status_callback_method="GET",
    )
    assert heard(texml_rooms, urlsplit(fallback).path, CallSid=call).method == "GET"
    accounts.calls.update(call, account_sid=SID, status="completed")
    assert heard(texml_rooms, "/other", CallSid=call).method == "GET"


def test_a_call_that_rings_is_canceled(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    progress = {"StatusCallback": f"{texml_rooms.app.url}/progress", "StatusCallbackEvent": "ringing completed"}
    call = placed(accounts, To=SILENT, **progress)
    heard(texml_rooms, "/progress", CallSid=call, CallStatus="ringing")
    assert accounts.calls.retrieve(call, account_sid=SID).status == "ringing"
    assert accounts.calls.update(call, account_sid=SID, status="canceled").status == "canceled"
    heard(texml_rooms, "/progress", CallSid=call, CallStatus="canceled")


def test_calls_are_listed_by_number_state_and_date(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    to = {"To": "+14155554444"}
    gone, live = up(accounts, texml_rooms, **to), up(accounts, texml_rooms, **to)
    accounts.calls.update(gone, account_sid=SID, status="completed")

    def found(**filters: Any) -> list[str | None]:
        return [one.sid for one in accounts.calls.retrieve_calls(SID, to=to["To"], **filters).calls or []]

    assert found() == [live, gone]
    assert (found(from_=CALLER), found(from_="+14155550000")) == ([live, gone], [])
    assert found(status="completed") == [gone]
    assert (found(start_time="2020-01-31"), found(end_time_gt="2020-01-31")) == ([], [gone])
    assert (found(start_time_gt="2020-01-31"), found(start_time_lt="2020-01-31")) == ([live, gone], [])
    page = accounts.calls.retrieve_calls(SID, to=to["To"], page_size=1)
    assert [one.sid for one in page.calls or []] == [live]
    token = (page.next_page_uri or "").partition("PageToken=")[2]
    page = accounts.calls.retrieve_calls(SID, to=to["To"], page=1, page_size=1, page_token=token)
    assert ([one.sid for one in page.calls or []], page.start, page.end) == ([gone], 1, 1)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"Url": "http://a.example/", "Texml": STAY}, ("10027", "/Texml")),
        ({"To": "somebody"}, ("10016", "/To")),
        ({"Timeout": 4}, ("10033", "/Timeout")),
        ({"Timeout": "soon"}, ("10026", "/Timeout")),
        ({"UrlMethod": "PUT"}, ("10032", "/UrlMethod")),
        ({"ApplicationSid": None}, ("10004", "/ApplicationSid")),
    ],
)
def test_what_is_wrong_with_a_call_is_told(
    accounts: AccountsResource, body: dict[str, Any], error: tuple[str, str]
) -> None:
    with pytest.raises(UnprocessableEntityError) as refused:
        placed(accounts, **body)
    assert told(refused.value) == error


def test_a_call_that_is_over_takes_nothing_more(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    call = up(accounts, texml_rooms, StatusCallback=f"{texml_rooms.app.url}/progress")
    accounts.calls.update(call, account_sid=SID, status="completed")
    heard(texml_rooms, "/progress", CallSid=call)
    with pytest.raises(UnprocessableEntityError) as refused:
        accounts.calls.update(call, account_sid=SID, url=texml_rooms.page(STAY))
    assert told(refused.value) == ("90018", None)


# --- recordings ------------------------------------------------------------------------------------


def test_a_call_is_recorded_until_that_is_stopped(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    call = up(accounts, texml_rooms)
    begun = accounts.calls.recordings_json.recordings_json(
        call,
        account_sid=SID,
        play_beep=False,
        recording_channels="single",
        recording_status_callback=f"{texml_rooms.app.url}/recorded",
        recording_status_callback_event="in-progress completed",
        recording_status_callback_method="GET",
        recording_track="both",
        send_recording_url=True,
    )
    sid = begun.sid or ""
    assert (begun.call_sid, begun.channels, begun.source, begun.track) == (call, 1, "StartCallRecordingAPI", "both")
    (running,) = accounts.calls.recordings_json.retrieve_recordings_json(call, account_sid=SID).recordings or []
    assert (running.sid, running.status) == (sid, "in-progress")
    stopped = accounts.calls.recordings.recording_sid_json(sid, account_sid=SID, call_sid=call, status="stopped")
    assert (stopped.sid, stopped.call_sid) == (sid, call)
    done = heard(texml_rooms, "/recorded", RecordingSid=sid, RecordingStatus="completed")
    assert (done.method, done.params["CallSid"]) == ("GET", call)
    stored = accounts.recordings.json.retrieve_recording_sid_json(sid, account_sid=SID)
    assert (stored.status, stored.media_url) == ("completed", done.params["RecordingUrl"])
    assert stored in (accounts.retrieve_recordings_json(SID).recordings or [])
    accounts.recordings.json.delete_recording_sid_json(sid, account_sid=SID)
    with pytest.raises(NotFoundError):
        accounts.recordings.json.retrieve_recording_sid_json(sid, account_sid=SID)
    assert stored not in (accounts.retrieve_recordings_json(SID).recordings or [])


def test_recordings_are_listed_page_by_page(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    call = up(accounts, texml_rooms)
    for _ in range(2):
        begun = accounts.calls.recordings_json.recordings_json(call, account_sid=SID)
        accounts.calls.recordings.recording_sid_json(begun.sid or "", account_sid=SID, call_sid=call, status="stopped")
    first, second = (accounts.retrieve_recordings_json(SID, page=page, page_size=1) for page in (0, 1))
    assert (first.previous_page_uri, bool(second.previous_page_uri)) == (None, True)
    assert first.recordings != second.recordings
    assert accounts.retrieve_recordings_json(SID, date_created="2020-01-31").recordings == []
