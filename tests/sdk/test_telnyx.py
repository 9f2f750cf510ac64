"""Telnyx's own Python client against a live service: conferences, participants, recordings, queues, and problems.

The client reads replies strictly: a value that its models do not have is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import telnyx
from telnyx import APIStatusError, AuthenticationError, BadRequestError, NotFoundError, UnprocessableEntityError
from telnyx.types.texml.accounts import ConferenceResource
from telnyx.types.texml.accounts.conferences import ParticipantResource

from tests.rest.texml import APPLICATION, CALLER, LINE, OTHER_SID, SID
from tests.sdk.live import Live
from tests.sdk.telnyx_account import client_of, participants, room_named, told
from tests.sdk.texml_account import TexmlRooms, heard
from tests.sdk.vendors import LONG

pytestmark = pytest.mark.xdist_group("sdk-telnyx")
PAUSE = "<Response><Pause length='600'/></Response>"
SILENT = "+14155551111"
NOBODY = "6dc6cc1a-1ba1-4351-86b8-4c22c95cd98f"
FLAGS = ("muted", "hold", "coaching", "end_conference_on_exit")


@pytest.fixture(scope="module")
def rooms(service: Live) -> TexmlRooms:
    return TexmlRooms(service, "texml", LINE)


@pytest.fixture(scope="module")
def client(service: Live) -> Iterator[telnyx.Telnyx]:
    with client_of(service) as made:
        yield made


def sound(text: str) -> str:
    """A document that says something."""
    return f"<Response><Say>{text}</Say></Response>"


# --- conferences -----------------------------------------------------------------------------------


def test_a_conference_is_listed_and_retrieved(client: telnyx.Telnyx, rooms: TexmlRooms) -> None:
    name = rooms.name()
    rooms.let_in(1, name)
    room = room_named(client, name)
    assert room.sid is not None
    assert client.texml.accounts.conferences.retrieve(room.sid, account_sid=SID) == room
    assert (room.account_sid, room.api_version, room.friendly_name) == (SID, "v2/texml", name)
    assert (room.status, room.reason_conference_ended, room.call_sid_ending_conference) == ("in-progress", None, None)
    assert parsedate_to_datetime(room.date_created or "") <= parsedate_to_datetime(room.date_updated or "")
    path = f"/v2/texml/Accounts/{SID}/Conferences/{room.sid}"
    assert room.uri == path + ".json"
    assert room.subresource_uris == {
        "participants": path + "/Participants.json",
        "recordings": path + "/Recordings.json",
    }


def test_conferences_are_listed_page_by_page(client: telnyx.Telnyx, rooms: TexmlRooms) -> None:
    name = rooms.name()
    for _ in range(3):
        rooms.let_in(1, name)
        client.texml.accounts.conferences.update(
            room_named(client, name).sid or "", account_sid=SID, status="completed"
        )
    listed = client.texml.accounts.conferences.retrieve_conferences
    whole = listed(SID, friendly_name=name, status="completed").conferences or []
    first = listed(SID, friendly_name=name, status="completed", page_size=2)
    assert (first.page, first.page_size, first.start, first.end) == (0, 2, 0, 1)
    token = (first.next_page_uri or "").partition("PageToken=")[2]
    second = listed(SID, friendly_name=name, status="completed", page=1, page_size=2, page_token=token)
    assert (second.page, second.start, second.end, second.next_page_uri) == (1, 2, 2, None)
    assert [*(first.conferences or []), *(second.conferences or [])] == whole
    assert len({room.sid for room in whole}) == 3


def test_conferences_are_filtered_by_state_and_date(client: telnyx.Telnyx, rooms: TexmlRooms) -> None:
    name = rooms.name()
    rooms.let_in(1, name)

    def found(**filters: Any) -> int:
        page = client.texml.accounts.conferences.retrieve_conferences(SID, friendly_name=name, **filters)
        return len(page.conferences or [])

    assert (found(status="in-progress"), found(status="completed")) == (1, 0)
    assert (found(date_created="2020-01-31"), found(date_updated="2020-01-31")) == (0, 0)
    assert found(extra_query={"DateCreated>": "2020-01-31"}) == 1
    assert found(extra_query={"DateUpdated<": "2020-01-31"}) == 0


def test_a_conference_is_completed_and_its_calls_end(client: telnyx.Telnyx, rooms: TexmlRooms) -> None:
    name = rooms.name()
    calls = rooms.let_in(2, name, f"<Redirect>{rooms.page(PAUSE)}</Redirect>")
    sid = room_named(client, name).sid or ""
    over = client.texml.accounts.conferences.update(sid, account_sid=SID, status="completed")
    assert (over.sid, over.status, over.reason_conference_ended) == (sid, "completed", "conference-ended-via-api")
    for call in calls:
        assert heard(rooms, "/hangup", CallSid=call).params["CallStatus"] == "completed"
    ended = heard(rooms, "/conference", ConferenceSid=sid, StatusCallbackEvent="conference-end").params
    assert ended["ReasonConferenceEnded"] == "conference-ended-via-api"
    assert participants(client, sid) == {}
    assert client.texml.accounts.conferences.retrieve(sid, account_sid=SID).status == "completed"
    with pytest.raises(BadRequestError) as refused:
        client.texml.accounts.conferences.update(sid, account_sid=SID, status="completed")
    assert told(refused.value) == ("90019", None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_conference_is_announced_to(client: telnyx.Telnyx, rooms: TexmlRooms, method: Any) -> None:
    name, text = rooms.name(), f"All {method} rise"
    calls = rooms.let_in(2, name)
    sid, url = room_named(client, name).sid or "", rooms.page(sound(text))
    client.texml.accounts.conferences.update(sid, account_sid=SID, announce_url=url, announce_method=method)
    asked = heard(rooms, urlsplit(url).path)
    assert (asked.method, asked.params["ConferenceSid"]) == (method, sid)
    over = client.texml.accounts.conferences.retrieve_recordings(sid, account_sid=SID)
    assert over.recordings == []
    assert [rooms.hears(call) for call in calls] == [[("announcement", text)]] * 2


def test_the_recordings_of_a_conference_are_listed_in_both_forms(client: telnyx.Telnyx, rooms: TexmlRooms) -> None:
    name = rooms.name()
    told_at = f"recordingStatusCallback='{rooms.app.url}/recorded'"
    rooms.let_in(1, name, attributes=f"record='record-from-start' {told_at}")
    sid = room_named(client, name).sid or ""
    conferences = client.texml.accounts.conferences
    old = conferences.retrieve_recordings(sid, account_sid=SID)
    (running,) = old.recordings or []
    assert (running.conference_sid, running.channels, running.status) == (sid, 1, "processing")
    conferences.update(sid, account_sid=SID, status="completed")
    done = heard(rooms, "/recorded", ConferenceSid=sid).params
    assert (done["RecordingSid"], done["RecordingStatus"]) == (running.sid, "completed")
    new = conferences.retrieve_recordings_json(sid, account_sid=SID)
    (stored,) = new.recordings or []
    assert (stored.sid, stored.status, stored.source) == (running.sid, "completed", "Conference")
    assert (stored.media_url, stored.duration) == (done["RecordingUrl"], done["RecordingDuration"])
    (old_one,) = conferences.retrieve_recordings(sid, account_sid=SID).recordings or []
    assert str(old_one.duration) == stored.duration
