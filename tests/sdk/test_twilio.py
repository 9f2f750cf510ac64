"""Twilio's Python client on the TeXML face: most shapes agree, and where they cannot, that is tried here too.

The client's requests go to TeXML's addresses and bear TeXML's key; all else is as the client makes it. What differs:

| Twilio's client expects                         | TeXML's face answers (TeXML 1)                              |
|-------------------------------------------------|-------------------------------------------------------------|
| Basic: account sid and token                    | Bearer: the API key; no header at all is an unknown route   |
| `/2010-04-01/Accounts/AC…`, `CF…`, `CA…` sids   | `/v2/texml/Accounts/{uuid}`, UUIDs, `v3:…` calls            |
| 201 for what is created                         | 200 (the client takes any 2xx)                              |
| errors `{code, message, more_info, status}`     | `{errors: [{code, title, detail}]}`: `code` is the status   |
| participants and calls need no application      | `ApplicationSid` is needed, but for a live conference's sid |
| participant: `label`, `call_sid_to_coach`,      | not told; who is coached is `coaching_call_sid`             |
| `start_conference_on_enter`, `queue_time`       |                                                             |
| dates in the reply to a dialled participant     | none                                                        |
| RFC 2822 dates of recordings                    | ISO 8601, which the client reads as none                    |
| a created call in full                          | `from`, `to`, `status`, `sid`; the rest by a fetch          |
| directions `outbound-api`, `outbound-dial`      | `outbound`                                                  |
| participant status `complete`                   | 404: who left is no participant                             |
| queue: `friendly_name`                          | `sid` is the name                                           |
| delete a call; members of a queue; the account  | not served: 405 or 404                                      |
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.rest.texml import APPLICATION, CALLER, OTHER_SID, SID
from tests.sdk.live import Live
from tests.sdk.texml_account import STAY, TWIML, TexmlRooms, heard
from tests.sdk.vendors import form_of

pytestmark = pytest.mark.xdist_group("sdk-twilio")
VENDOR, TEXML = "https://api.twilio.com", "/v2/texml"
CALLED, SILENT = "+14155553333", "+14155551111"


class Transport(TwilioHttpClient):  # type: ignore[misc]
    """Takes the client's requests to TeXML's addresses, with TeXML's key."""

    def __init__(self, service: Live, key: str) -> None:
        super().__init__()
        self._url, self._key = service.url, key
        self.session.trust_env = False  # a proxy, if any, is for the vendor
        self.statuses: list[int] = []

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Response:
        """Send one request; pages that follow are named by TeXML's own paths."""
        path = url.removeprefix(VENDOR).replace("/2010-04-01", TEXML, 1)
        assert path.startswith(TEXML), url
        headers = {**(more.pop("headers", None) or {}), "Authorization": f"Bearer {self._key}"}
        response = super().request(method, self._url + path, *args, **{**more, "headers": headers, "auth": None})
        self.statuses.append(response.status_code)
        return response


def client_of(service: Live, account: str = SID, key: str = "KEYACME") -> Client:
    """A client as a customer makes it."""
    return Client(account, "a token that is of no use here", http_client=Transport(service, key))


@pytest.fixture(scope="module")
def client(service: Live) -> Client:
    return client_of(service)


def room_named(client: Client, name: str) -> Any:
    """The newest conference of a name."""
    return client.conferences.list(friendly_name=name)[0]


# --- conferences -----------------------------------------------------------------------------------


def test_a_conference_is_listed_and_fetched(client: Client, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(1, name)
    listed = room_named(client, name)
    room = client.conferences(listed.sid).fetch()
    assert (room.sid, room.account_sid, room.friendly_name, room.status) == (listed.sid, SID, name, "in-progress")
    assert (room.api_version, room.reason_conference_ended, room.call_sid_ending_conference) == (
        "v2/texml",
        None,
        None,
    )
    assert room.date_created == listed.date_created
    assert room.date_created.tzinfo is not None
    assert room.uri.removeprefix(TEXML) == f"/Accounts/{SID}/Conferences/{room.sid}.json"
    assert set(room.subresource_uris) == {"participants", "recordings"}


def test_conferences_are_streamed_over_their_pages(client: Client, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    for _ in range(3):
        texml_rooms.let_in(1, name)
        room_named(client, name).update(status="completed")
    whole = [room.sid for room in client.conferences.list(friendly_name=name, status="completed")]
    assert len(set(whole)) == 3
    assert [room.sid for room in client.conferences.stream(friendly_name=name, page_size=1)] == whole
    assert client.conferences.list(friendly_name=name, date_created_before=date(2020, 1, 31)) == []
    assert len(client.conferences.list(friendly_name=name, date_updated_after=date(2020, 1, 31))) == 3


def test_a_conference_is_announced_to_and_completed(client: Client, texml_rooms: TexmlRooms) -> None:
    name, url = texml_rooms.name(), texml_rooms.page(STAY)
    calls = texml_rooms.let_in(2, name)
    room = room_named(client, name)
    room.update(announce_url=url, announce_method="GET")
    assert heard(texml_rooms, urlsplit(url).path, ConferenceSid=room.sid).method == "GET"
    over = room.update(status="completed")
    assert (over.status, over.reason_conference_ended) == ("completed", "conference-ended-via-api")
    for call in calls:
        assert heard(texml_rooms, "/hangup", CallSid=call).params["CallStatus"] == "completed"
    assert room.participants.list() == []


def test_the_recordings_of_a_conference_are_listed(client: Client, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(1, name, attributes="record='record-from-start'")
    room = room_named(client, name)
    (recording,) = room.recordings.list()
    assert (recording.conference_sid, recording.channels, recording.status) == (room.sid, 1, "in-progress")
    assert (recording.source, recording.start_time) == ("Conference", None)


# --- participants ----------------------------------------------------------------------------------


def test_participants_are_listed_fetched_changed_and_removed(client: Client, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    first, second = texml_rooms.let_in(2, name)
    people = room_named(client, name).participants
    assert [one.call_sid for one in people.list()] == [second, first]
    one = people(first).fetch()
    assert (one.call_sid, one.status, one.muted, one.hold, one.coaching) == (first, "connected", False, False, False)
    one = one.update(muted=True, hold=True, end_conference_on_exit=True)
    assert (one.muted, one.hold, one.end_conference_on_exit) == (True, True, True)
    assert [one.call_sid for one in people.list(muted=True)] == [first]
    assert [one.call_sid for one in people.list(hold=False)] == [second]
    people(first).update(muted=False, hold=False, end_conference_on_exit=False, beep_on_exit=False)
    assert people(first).delete() is True
    assert heard(texml_rooms, "/hangup", CallSid=first).params["CallStatus"] == "completed"
    assert [one.call_sid for one in people.list()] == [second]
    with pytest.raises(TwilioRestException) as missing:
        people(first).fetch()
    assert missing.value.status == 404


def test_hold_and_announcement_are_asked_for(client: Client, texml_rooms: TexmlRooms) -> None:
    name, hold, announce = texml_rooms.name(), texml_rooms.page(STAY), texml_rooms.page(STAY)
    first, _ = texml_rooms.let_in(2, name)
    one = room_named(client, name).participants(first)
    one.update(hold=True, hold_url=hold, hold_method="GET")
    one.update(announce_url=announce, announce_method="POST")
    assert heard(texml_rooms, urlsplit(hold).path, CallSid=first).method == "GET"
    assert heard(texml_rooms, urlsplit(announce).path, CallSid=first).method == "POST"


def test_who_is_coached_is_told_under_telnyxs_name(client: Client, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    agent, coach = texml_rooms.let_in(2, name)
    one = room_named(client, name).participants(coach).update(coaching=True, call_sid_to_coach=agent)
    assert (one.coaching, one.call_sid_to_coach) == (True, None)


def test_somebody_is_dialled_into_a_live_conference_of_a_sid(client: Client, texml_rooms: TexmlRooms) -> None:
    name = texml_rooms.name()
    texml_rooms.let_in(1, name)
    people = room_named(client, name).participants
    made = people.create(
        from_=CALLER,
        to=CALLED,
        label="guest",
        muted=True,
        beep="onEnter",
        status_callback=f"{texml_rooms.app.url}/progress",
        status_callback_event=["initiated", "ringing", "answered"],
    )
    assert (made.status, made.muted, made.date_created, made.label) == ("connecting", True, None, None)
    for status in ("initiated", "ringing", "in-progress"):
        heard(texml_rooms, "/progress", CallSid=made.call_sid, CallStatus=status)
    assert heard(texml_rooms, "/conference", CallSid=made.call_sid).params["ParticipantLabel"] == "guest"
    assert people("guest").fetch().call_sid == made.call_sid


def test_a_conference_is_not_made_by_dialling_a_name(client: Client, texml_rooms: TexmlRooms) -> None:
    """Twilio's client has no `application_sid` to give."""
    name = texml_rooms.name()
    with pytest.raises(TwilioRestException) as refused:
        client.conferences(name).participants.create(from_=CALLER, to=CALLED)
    assert refused.value.status == 422
    assert client.conferences.list(friendly_name=name) == []


# --- calls -----------------------------------------------------------------------------------------


def placed(client: Client, **more: Any) -> Any:
    """Place a call."""
    return client.calls.create(**{"from_": CALLER, "to": CALLED, "application_sid": APPLICATION, **more})


def up(client: Client, texml_rooms: TexmlRooms, **more: Any) -> Any:
    """Place a call, and wait until it asks for its document."""
    url = texml_rooms.page(STAY)
    call = placed(client, url=url, **more)
    heard(texml_rooms, urlsplit(url).path, CallSid=call.sid)
    return call


def test_a_call_is_placed_with_200_fetched_and_completed(client: Client, texml_rooms: TexmlRooms) -> None:
    call = up(client, texml_rooms, status_callback=f"{texml_rooms.app.url}/progress")
    transport: Any = client.http_client
    assert transport.statuses[-1] == 200
    assert (call.status, call.to, call.direction, call.date_created) == ("queued", CALLED, None, None)
    one = call.fetch()
    assert (one.sid, one.status, one.direction, one.end_time) == (call.sid, "in-progress", "outbound", None)
    call.update(status="completed")
    assert heard(texml_rooms, "/progress", CallSid=call.sid).params["CallStatus"] == "completed"
    over = call.fetch()
    assert (over.status, over.duration.isdecimal(), over.end_time >= over.start_time) == ("completed", True, True)


def test_a_call_brings_its_document_as_twiml(client: Client, texml_rooms: TexmlRooms) -> None:
    url = texml_rooms.page(STAY)
    redirect = f"<Response><Redirect>{url}</Redirect></Response>"
    call = placed(client, twiml=redirect)
    heard(texml_rooms, urlsplit(url).path, CallSid=call.sid)
    assert call.update(twiml=redirect).status == "in-progress"
    heard(texml_rooms, urlsplit(url).path, 2, CallSid=call.sid)
    assert call.update(url=url, method="GET").sid == call.sid
    assert heard(texml_rooms, urlsplit(url).path, 3, CallSid=call.sid).method == "GET"


def test_a_call_needs_an_application(client: Client, texml_rooms: TexmlRooms) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(from_=CALLER, to=CALLED, url=texml_rooms.page(STAY))
    assert refused.value.status == 422


def test_a_call_that_rings_is_canceled(client: Client, texml_rooms: TexmlRooms) -> None:
    progress = {
        "status_callback": f"{texml_rooms.app.url}/progress",
        "status_callback_event": ["ringing", "completed"],
    }
    call = placed(client, to=SILENT, **progress)
    heard(texml_rooms, "/progress", CallSid=call.sid, CallStatus="ringing")
    assert call.update(status="canceled").status == "canceled"
    heard(texml_rooms, "/progress", CallSid=call.sid, CallStatus="canceled")


def test_calls_are_listed_over_their_pages(client: Client, texml_rooms: TexmlRooms) -> None:
    to = "+14155554444"
    made = [up(client, texml_rooms, to=to).sid for _ in range(3)]
    assert [call.sid for call in client.calls.list(to=to)] == made[::-1]
    assert [call.sid for call in client.calls.stream(to=to, page_size=2)] == made[::-1]
    assert [call.sid for call in client.calls.list(to=to, limit=2, page_size=1)] == [made[2], made[1]]
    assert client.calls.list(to=to, start_time_before=datetime(2020, 1, 31, tzinfo=UTC)) == []


def test_a_call_is_recorded_until_that_is_stopped(client: Client, texml_rooms: TexmlRooms) -> None:
    call = up(client, texml_rooms)
    begun = call.recordings.create(recording_status_callback=f"{texml_rooms.app.url}/recorded")
    assert (begun.call_sid, begun.source, begun.channels) == (call.sid, "StartCallRecordingAPI", 2)
    assert [(one.sid, one.status) for one in call.recordings.list()] == [(begun.sid, "in-progress")]
    assert call.recordings(begun.sid).update(status="stopped").sid == begun.sid
    heard(texml_rooms, "/recorded", RecordingSid=begun.sid, RecordingStatus="completed")
    assert client.recordings(begun.sid).fetch().status == "completed"
    assert client.recordings(begun.sid).delete() is True
    assert begun.sid not in [one.sid for one in client.recordings.list()]


# --- queues, problems, signatures ------------------------------------------------------------------


def test_a_queue_is_made_changed_listed_and_removed(client: Client) -> None:
    made = client.queues.create(friendly_name="support", max_size=3)
    assert (made.sid, made.friendly_name, made.max_size, made.current_size) == ("support", None, 3, 0)
    assert made.update(max_size=4).max_size == 4
    assert [queue.sid for queue in client.queues.list()] == ["support"]
    assert client.queues("support").delete() is True
    assert client.queues.list() == []


PROBLEMS: list[tuple[int, Callable[[Client], Any]]] = [
    (405, lambda client: client.calls("v3:x").delete()),
    (404, lambda client: client.calls("v3:x").siprec.create()),
    (404, lambda client: client.api.v2010.account.fetch()),
    (404, lambda client: client.conferences("nowhere").fetch()),
    (404, lambda client: client.conferences("nowhere").recordings("none").fetch()),
    (404, lambda client: client.calls("v3:x").update(status="completed")),
]


@pytest.mark.parametrize(("status", "ask"), PROBLEMS)
def test_an_error_has_its_status_for_a_code(client: Client, status: int, ask: Callable[[Client], Any]) -> None:
    with pytest.raises(TwilioRestException) as refused:
        ask(client)
    assert (refused.value.status, refused.value.code) == (status, status)


def test_the_members_of_a_queue_are_not_served(client: Client) -> None:
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        client.queues("support").members.list()


@pytest.mark.parametrize(("account", "key", "status"), [(SID, "KEYWRONG", 401), (OTHER_SID, "KEYACME", 404)])
def test_whose_key_it_is_not_gets_nothing(
    service: Live, client: Client, texml_rooms: TexmlRooms, account: str, key: str, status: int
) -> None:
    name = texml_rooms.name()
    (call,) = texml_rooms.let_in(1, name)
    room = room_named(client, name)
    stranger = client_of(service, account, key)
    with pytest.raises(TwilioRestException) as refused:
        stranger.conferences(room.sid).participants(call).update(muted=True)
    assert refused.value.status == status
    assert room.participants(call).fetch().muted is False


def test_a_callback_passes_twilios_check_as_it_came_and_no_other_way(texml_rooms: TexmlRooms) -> None:
    (call,) = texml_rooms.let_in(1, texml_rooms.name())
    asked = texml_rooms.app.wait("/conference", CallSid=call)
    signature, fields = asked.headers["X-Twilio-Signature"], form_of(asked)
    check = RequestValidator(TWIML).validate
    assert check(asked.url, fields, signature)
    assert not check(asked.url, {**fields, "CallSid": "v3:other"}, signature)
    assert not check(f"{asked.url}?more=1", fields, signature)
    assert not check(asked.url, fields, signature[::-1])
