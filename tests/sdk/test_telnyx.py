"""Telnyx's own Python client against a live service: conferences and their participants.

The client reads replies strictly: a value that its models do not have is an error.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from telnyx import BadRequestError, NotFoundError
from telnyx.resources.texml.accounts import AccountsResource
from telnyx.types.texml.accounts.conferences import (
    ParticipantResource,
    ParticipantUpdateParams,
)

from tests.rest.texml import SID
from tests.sdk.telnyx_account import FLAGS, participants, room_named, told
from tests.sdk.texml_account import STAY, TexmlRooms, heard
from tests.sdk.vendors import LONG

pytestmark = pytest.mark.xdist_group("sdk-telnyx")
JINGLE = "<Response><Play>https://media.example/jingle.mp3</Play></Response>"
SILENT = "+14155551111"
NOBODY = "6dc6cc1a-1ba1-4351-86b8-4c22c95cd98f"


# --- conferences -----------------------------------------------------------------------------------


def test_a_conference_is_listed_and_retrieved(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(1, name)
    room = room_named(accounts, name)
    assert room.sid is not None
    assert accounts.conferences.retrieve(room.sid, account_sid=SID) == room
    assert (room.account_sid, room.api_version, room.friendly_name) == (SID, "v2/texml", name)
    assert (room.status, room.reason_conference_ended, room.call_sid_ending_conference) == ("in-progress", None, None)
    assert parsedate_to_datetime(room.date_created or "") <= parsedate_to_datetime(room.date_updated or "")
    path = f"/v2/texml/Accounts/{SID}/Conferences/{room.sid}"
    assert room.uri == path + ".json"
    assert room.subresource_uris == {
        "participants": path + "/Participants.json",
        "recordings": path + "/Recordings.json",
    }


def test_conferences_are_listed_page_by_page(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    for _ in range(3):
        texml_rooms.let_in(1, name)
        accounts.conferences.update(room_named(accounts, name).sid or "", account_sid=SID, status="completed")
    listed = accounts.conferences.retrieve_conferences
    whole = listed(SID, friendly_name=name, status="completed").conferences or []
    first = listed(SID, friendly_name=name, status="completed", page_size=2)
    assert (first.page, first.page_size, first.start, first.end) == (0, 2, 0, 1)
    token = (first.next_page_uri or "").partition("PageToken=")[2]
    second = listed(SID, friendly_name=name, status="completed", page=1, page_size=2, page_token=token)
    assert (second.page, second.start, second.end, second.next_page_uri) == (1, 2, 2, None)
    assert [*(first.conferences or []), *(second.conferences or [])] == whole
    assert len({room.sid for room in whole}) == 3


def test_conferences_are_filtered_by_state_and_date(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(1, name)

    def found(**filters: Any) -> int:
        page = accounts.conferences.retrieve_conferences(SID, friendly_name=name, **filters)
        return len(page.conferences or [])

    assert (found(status="in-progress"), found(status="completed")) == (1, 0)
    assert (found(date_created="2020-01-31"), found(date_updated="2020-01-31")) == (0, 0)
    assert found(extra_query={"DateCreated>": "2020-01-31"}) == 1
    assert found(extra_query={"DateUpdated<": "2020-01-31"}) == 0


def test_a_conference_is_completed_and_its_calls_end(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    calls = texml_rooms.let_in(2, name, f"<Redirect>{texml_rooms.page(STAY)}</Redirect>")
    sid = room_named(accounts, name).sid or ""
    over = accounts.conferences.update(sid, account_sid=SID, status="completed")
    assert (over.sid, over.status, over.reason_conference_ended) == (sid, "completed", "conference-ended-via-api")
    for call in calls:
        assert heard(texml_rooms, "/hangup", CallSid=call).params["CallStatus"] == "completed"
    ended = heard(texml_rooms, "/conference", ConferenceSid=sid, StatusCallbackEvent="conference-end").params
    assert ended["ReasonConferenceEnded"] == "conference-ended-via-api"
    assert participants(accounts, sid) == {}
    assert accounts.conferences.retrieve(sid, account_sid=SID).status == "completed"
    with pytest.raises(BadRequestError) as refused:
        accounts.conferences.update(sid, account_sid=SID, status="completed")
    assert told(refused.value) == ("90019", None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_conference_is_announced_to(accounts: AccountsResource, texml_rooms: TexmlRooms, method: Any) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(2, name)
    sid, url = room_named(accounts, name).sid or "", texml_rooms.page(JINGLE)
    same = accounts.conferences.update(sid, account_sid=SID, announce_url=url, announce_method=method)
    assert (same.sid, same.status) == (sid, "in-progress")
    asked = heard(texml_rooms, urlsplit(url).path)
    assert (asked.method, asked.params["ConferenceSid"]) == (method, sid)
    heard(texml_rooms, "/conference", ConferenceSid=sid, StatusCallbackEvent="announcement-end", AnnounceUrl=url)


def test_the_recordings_of_a_conference_are_listed_in_both_forms(
    accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    name = texml_rooms.name()
    told_at = f"recordingStatusCallback='{texml_rooms.app.url}/recorded'"
    texml_rooms.let_in(1, name, attributes=f"record='record-from-start' {told_at}")
    sid = room_named(accounts, name).sid or ""
    conferences = accounts.conferences
    old = conferences.retrieve_recordings(sid, account_sid=SID)
    (running,) = old.recordings or []
    assert (running.conference_sid, running.channels, running.status) == (sid, 1, "processing")
    conferences.update(sid, account_sid=SID, status="completed")
    done = heard(texml_rooms, "/recorded", ConferenceSid=sid).params
    assert (done["RecordingSid"], done["RecordingStatus"]) == (running.sid, "completed")
    new = conferences.retrieve_recordings_json(sid, account_sid=SID)
    (stored,) = new.recordings or []
    assert (stored.sid, stored.status, stored.source) == (running.sid, "completed", "Conference")
    assert (stored.media_url, stored.duration) == (done["RecordingUrl"], done["RecordingDuration"])
    (old_one,) = conferences.retrieve_recordings(sid, account_sid=SID).recordings or []
    assert str(old_one.duration) == stored.duration


# --- participants ----------------------------------------------------------------------------------


def test_participants_are_listed_and_retrieved_by_call_and_label(
    accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    name = texml_rooms.name()
    (first,) = texml_rooms.let_in(1, name, attributes="participantLabel='the agent'")
    (second,) = texml_rooms.let_in(1, name, attributes="muted='true' endConferenceOnExit='true'")
    sid = room_named(accounts, name).sid or ""
    page = accounts.conferences.participants.retrieve_participants(sid, account_sid=SID)
    assert [one.call_sid for one in page.participants or []] == [second, first]
    assert (page.page, page.start, page.end, page.next_page_uri) == (0, 0, 1, None)
    for named in (first, "the agent"):
        one = accounts.conferences.participants.retrieve(named, account_sid=SID, conference_sid=sid)
        assert (one.call_sid, one.call_sid_legacy, one.conference_sid, one.status) == (first, first, sid, "connected")
        assert [getattr(one, flag) for flag in FLAGS] == [False, False, False, False]
        assert one.uri == f"/v2/texml/Accounts/{SID}/Conferences/{sid}/Participants/{first}.json"
    assert [getattr(participants(accounts, sid)[second], flag) for flag in FLAGS] == [True, False, False, True]


def changed(accounts: AccountsResource, name: str, call: str, **changes: Any) -> ParticipantResource:
    """Update a participant; the answer is what is retrieved then."""
    sid = room_named(accounts, name).sid or ""
    participant = accounts.conferences.participants
    told = participant.update(call, account_sid=SID, conference_sid=sid, **changes)
    assert told == participant.retrieve(call, account_sid=SID, conference_sid=sid)
    return told


@pytest.mark.parametrize(
    ("field", "flag", "events"),
    [
        ("muted", "muted", ("participant-mute", "participant-unmute")),
        ("hold", "hold", ("participant-hold", "participant-unhold")),
        ("end_conference_on_exit", "end_conference_on_exit", ("participant-modify",)),
    ],
)
def test_a_flag_of_a_participant_is_set_and_taken_back(
    accounts: AccountsResource, texml_rooms: TexmlRooms, field: str, flag: str, events: tuple[str, ...]
) -> None:
    name = texml_rooms.name()
    first, _ = texml_rooms.let_in(2, name)
    for value, event in ((True, events[0]), (False, events[-1])):
        assert getattr(changed(accounts, name, first, **{field: value}), flag) is value
        nth = 1 + (value is False and len(events) == 1)
        told = heard(texml_rooms, "/conference", nth, CallSid=first, StatusCallbackEvent=event).params
        assert told["FriendlyName"] == name
    assert [getattr(one, flag) for one in participants(accounts, room_named(accounts, name).sid or "").values()] == [
        False,
        False,
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_held_hears_its_hold_sound(accounts: AccountsResource, texml_rooms: TexmlRooms, method: Any) -> None:
    name, url = texml_rooms.name(), texml_rooms.page(f"<Response><Play>{LONG}</Play></Response>")
    first, second = texml_rooms.let_in(2, name, attributes="beep='false'")
    assert changed(accounts, name, first, hold=True, hold_url=url, hold_method=method).hold is True
    asked = heard(texml_rooms, urlsplit(url).path, CallSid=first)
    assert (asked.method, asked.params["FriendlyName"]) == (method, name)
    changed(accounts, name, first, hold=False)
    assert (texml_rooms.hears(first), texml_rooms.hears(second)) == ([], [])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_participant_alone_is_announced_to(accounts: AccountsResource, texml_rooms: TexmlRooms, method: Any) -> None:
    name, url = texml_rooms.name(), texml_rooms.page(JINGLE)
    first, _ = texml_rooms.let_in(2, name)
    changed(accounts, name, first, announce_url=url, announce_method=method)
    assert heard(texml_rooms, urlsplit(url).path, CallSid=first).method == method
    told = heard(texml_rooms, "/conference", StatusCallbackEvent="announcement-end", AnnounceUrl=url).params
    assert (told["CallSid"], told["FriendlyName"]) == (first, name)


def test_who_waits_for_the_start_hears_another_sound(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name, url = texml_rooms.name(), texml_rooms.page(f"<Response><Play>{LONG}</Play></Response>")
    (first,) = texml_rooms.let_in(1, name, attributes="startConferenceOnEnter='false'")
    assert room_named(accounts, name).status == "init"
    changed(accounts, name, first, wait_url=url)
    assert heard(texml_rooms, urlsplit(url).path, CallSid=first).params["FriendlyName"] == name


@pytest.mark.parametrize(("beeps", "sounds"), [(True, ["exit_sound"]), (False, [])])
def test_a_tone_tells_of_who_leaves_or_not(
    accounts: AccountsResource, texml_rooms: TexmlRooms, beeps: bool, sounds: list[str]
) -> None:
    name = texml_rooms.name()
    first, second = texml_rooms.let_in(2, name, attributes="beep='false'")
    changed(accounts, name, first, beep_on_exit=beeps)
    sid = room_named(accounts, name).sid or ""
    accounts.conferences.participants.delete(first, account_sid=SID, conference_sid=sid)
    assert [purpose for purpose, _ in texml_rooms.hears(second)] == sounds


def test_a_coach_coaches_one_then_another_then_nobody(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    agent, other, coach = texml_rooms.let_in(3, name)
    told = changed(accounts, name, coach, coaching=True, call_sid_to_coach=agent)
    assert (told.coaching, told.coaching_call_sid, told.coaching_call_sid_legacy) == (True, agent, agent)
    assert changed(accounts, name, coach, call_sid_to_coach=other).coaching_call_sid == other
    told = changed(accounts, name, coach, coaching=False)
    assert (told.coaching, told.coaching_call_sid) == (False, None)


def test_every_field_of_an_update_at_once(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name, hold, announce, wait = (
        texml_rooms.name(),
        texml_rooms.page(JINGLE),
        texml_rooms.page(JINGLE),
        texml_rooms.page(JINGLE),
    )
    agent, one = texml_rooms.let_in(2, name)
    given: dict[str, Any] = {
        "muted": True,
        "hold": True,
        "hold_url": hold,
        "hold_method": "GET",
        "announce_url": announce,
        "announce_method": "GET",
        "wait_url": wait,
        "beep_on_exit": False,
        "end_conference_on_exit": True,
        "coaching": True,
        "call_sid_to_coach": agent,
    }
    fields = ParticipantUpdateParams.__annotations__.keys() - {"account_sid", "conference_sid"}
    assert given.keys() == fields, "every field that the client knows"
    told = changed(accounts, name, one, **given)
    assert [getattr(told, flag) for flag in FLAGS] == [True, True, True, True]
    assert told.coaching_call_sid == agent
    for url in (hold, announce):
        assert heard(texml_rooms, urlsplit(url).path, CallSid=one).method == "GET"


def test_who_is_deleted_is_gone_and_its_call_ends(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    name, after = texml_rooms.name(), texml_rooms.page(STAY)
    first, second = texml_rooms.let_in(2, name, f"<Redirect>{after}</Redirect>")
    sid = room_named(accounts, name).sid or ""
    participant = accounts.conferences.participants
    participant.delete(first, account_sid=SID, conference_sid=sid)
    assert list(participants(accounts, sid)) == [second]
    left = heard(texml_rooms, "/conference", CallSid=first, StatusCallbackEvent="participant-leave").params
    assert left["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert heard(texml_rooms, "/hangup", CallSid=first).params["CallStatus"] == "completed"
    with pytest.raises(NotFoundError):
        participant.retrieve(first, account_sid=SID, conference_sid=sid)
    with pytest.raises(NotFoundError):
        participant.delete(first, account_sid=SID, conference_sid=sid)
    assert [one.path for one in texml_rooms.app.asked if one.path == urlsplit(after).path] == []
