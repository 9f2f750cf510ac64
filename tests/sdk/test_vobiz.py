"""Vobiz's Python client (vobiz-python 0.1.1, from the registry) against a live service.

It knows calls, recordings and whose credentials it has, and reads replies leniently; conferences it knows not at all.
They are asked for through its `request`, which every method of it goes through: its headers, addresses and errors.
What is typed strictly in the vendor's generated client, which the registry does not have, is compared key by key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import vobiz
from vobiz.exceptions import AuthenticationError, InvalidRequestError, ResourceNotFoundError
from vobiz.utils import validate_signature, validate_v3_signature

from tests.rest.bench import Asked
from tests.rest.plivo import LIVE_CALL
from tests.sdk.live import Live
from tests.sdk.vendors import LONG, WAIT, Rooms, detour

pytestmark = pytest.mark.xdist_group("sdk-vobiz")
VENDOR = "https://api.vobiz.ai"
MEMBER = {"muted", "member_id", "deaf", "from", "to", "caller_name", "direction", "call_uuid", "join_time"}
CONFERENCE = {"conference_name", "conference_run_time", "conference_member_count", "members", "api_id"}


@pytest.fixture(scope="module")
def rooms(service: Live) -> Rooms:
    return Rooms(service, "vobiz", "+16505550101")


def client_of(service: Live, account: str, token: str) -> vobiz.RestClient:
    """A client as a customer makes it, whose requests come to the service."""
    made = vobiz.RestClient(account, token)
    detour((made.session, made.multipart_session), VENDOR, service)
    return made


@pytest.fixture(scope="module")
def client(service: Live) -> Iterator[vobiz.RestClient]:
    with client_of(service, "MA_ACME", "acme-vobiz") as made:
        yield made


def heard(rooms: Rooms, path: str, nth: int = 1, **params: str) -> Asked:
    """What the application was asked or told, once the signatures have passed the client's checks.

    The client's V3 check takes the parameters along, the vendor signs the address alone (Vobiz 3.3): none are given.
    """
    asked = rooms.app.wait(path, nth, **params)
    v2, v3 = (asked.headers[f"X-Vobiz-Signature-{one}"] for one in ("V2", "V3"))
    n2, n3 = (asked.headers[f"X-Vobiz-Signature-{one}-Nonce"] for one in ("V2", "V3"))
    assert validate_signature(asked.url, n2, v2, "acme-vobiz")
    assert not validate_signature(asked.url, n2, v2, "other-vobiz")
    assert validate_v3_signature("POST", asked.url.partition("?")[0], n3, "acme-vobiz", v3, {})
    return asked


def up(client: vobiz.RestClient, rooms: Rooms, **more: Any) -> str:
    """Place a call, and wait until it asks for its document."""
    document = rooms.page(WAIT)
    made = client.calls.create("16505550101", "14155553333", document, answer_method="POST", **more)
    assert set(vars(made)) == {"api_id", "message", "request_uuid"}
    assert made.message == "Call fired"
    heard(rooms, urlsplit(document).path, CallUUID=made.request_uuid)
    return str(made.request_uuid)


# --- calls -----------------------------------------------------------------------------------------


def test_a_call_is_placed_found_and_hung_up(client: vobiz.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms, hangup_url=f"{rooms.app.url}/over")
    listed = client.calls.list_live()
    assert set(vars(listed)) == {"api_id", "calls"}
    assert call in listed.calls
    live = client.calls.get_live(call)
    assert set(vars(live)) == LIVE_CALL
    assert (live.call_status, live.to, live.request_uuid) == ("in-progress", "14155553333", call)
    assert client.calls.list_queued().calls == []
    with pytest.raises(ResourceNotFoundError, match="call not found"):
        client.calls.get_queued(call)
    assert client.calls.hangup(call) is None
    assert heard(rooms, "/over", CallUUID=call).params["HangupSource"] == "API"
    assert client.calls.get(call).hangup_source == "API"
    with pytest.raises(ResourceNotFoundError, match="call not found"):
        client.calls.get_live(call)


def test_a_transfer_leads_to_the_fetch_of_the_new_document(client: vobiz.RestClient, rooms: Rooms) -> None:
    call, other = up(client, rooms), rooms.page(WAIT)
    assert client.calls.transfer(call, legs="aleg", aleg_url=other).message == "call transferred"
    heard(rooms, urlsplit(other).path, CallUUID=call)


def test_sounds_texts_and_digits_reach_a_call(client: vobiz.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms)
    assert client.calls.play_audio(call, [LONG], length=500, legs="aleg", loop=False, mix=True).message
    assert [sound for _, sound in rooms.hears(call)] == [LONG]
    assert client.calls.stop_audio(call) is None
    assert client.calls.speak_text(call, "Hello", voice="MAN", language="en-GB").message == "speak started"
    assert [sound for _, sound in rooms.hears(call)] == ["Hello"]
    assert client.calls.stop_speak(call) is None
    assert rooms.hears(call) == []
    assert client.calls.send_digits(call, "12#", "aleg").message == "digits sent"


def test_a_recording_of_a_call_is_kept_until_it_is_deleted(client: vobiz.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms)
    url = f"{rooms.app.url}/recorded"
    made = client.calls.start_recording(call, 600, "wav", url, "POST", record_channel_type="stereo")
    assert made.message == "recording started"
    client.calls.stop_recording(call)
    heard(rooms, "/recorded", RecordingID=made.recording_id, CallUUID=call)
    (stored,) = client.recordings.list(limit=5, offset=0, call_uuid=call).objects
    assert (stored.recording_id, stored.recording_format) == (made.recording_id, "wav")
    assert client.recordings.get(made.recording_id).call_uuid == call
    assert client.recordings.delete(made.recording_id) is None
    with pytest.raises(ResourceNotFoundError, match="recording not found"):
        client.recordings.get(made.recording_id)


def test_whose_credentials_they_are_is_told(client: vobiz.RestClient) -> None:
    assert client.accounts.get().auth_id == "MA_ACME"


# --- conferences -----------------------------------------------------------------------------------


def in_room(client: vobiz.RestClient, method: str, name: str, *more: str, body: Any = None) -> Any:
    """Ask for something of a conference."""
    return client.request(method, ("Conference", name, *more), data=body)


def test_a_conference_has_exactly_the_keys_that_clients_take(client: vobiz.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    calls = rooms.let_in(2, name)
    listed = client.request("GET", ("Conference",))
    assert set(vars(listed)) == {"api_id", "conferences"}
    assert name in listed.conferences
    room = in_room(client, "GET", name)
    assert set(vars(room)) == CONFERENCE
    assert [set(vars(one)) for one in room.members] == [MEMBER, MEMBER]
    assert [one.call_uuid for one in room.members] == calls
    texts = {**vars(room), "members": ""} | {key: one for key, one in vars(room.members[0]).items() if key in MEMBER}
    assert {key for key, one in texts.items() if not isinstance(one, str)} == {"muted", "deaf"}


def test_a_kick_resumes_the_next_element_and_a_hangup_does_not(client: vobiz.RestClient, rooms: Rooms) -> None:
    name, after = rooms.name(), rooms.page(WAIT)
    first, second, *_ = rooms.let_in(4, name, f"<Redirect>{after}</Redirect>")
    kicked = in_room(client, "POST", name, "Member", "1", "Kick", body={})
    assert (list(vars(kicked)), kicked.member_id) == (["message", "member_id", "api_id"], "1")
    heard(rooms, urlsplit(after).path, CallUUID=first)
    assert in_room(client, "DELETE", name, "Member", "2") is None
    assert heard(rooms, "/hangup", CallUUID=second).params["HangupSource"] == "API"
    assert in_room(client, "POST", name, "Member", "3,4", "Kick").member_id == ["3", "4"]
    for nth in (2, 3):
        heard(rooms, urlsplit(after).path, nth)
    assert second not in [one.params["CallUUID"] for one in rooms.app.asked if one.path == urlsplit(after).path]


def test_members_are_muted_and_deafened_and_back(client: vobiz.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    rooms.let_in(2, name)
    for place, flag in (("Mute", "muted"), ("Deaf", "deaf")):
        told = in_room(client, "POST", name, "Member", "1", place)
        assert (told.message, told.member_id) == (flag, ["1"])
        assert [one[flag] for one in in_room(client, "GET", name).members] == [True, False]
        assert in_room(client, "DELETE", name, "Member", "all", place) is None
        assert [one[flag] for one in in_room(client, "GET", name).members] == [False, False]


@pytest.mark.parametrize(("place", "body"), [("Play", {"url": LONG}), ("Speak", {"text": "Good morning"})])
def test_one_member_hears_a_sound_until_it_is_stopped(
    client: vobiz.RestClient, rooms: Rooms, place: str, body: dict[str, str]
) -> None:
    name = rooms.name()
    first, second = rooms.let_in(2, name)
    told = in_room(client, "POST", name, "Member", "1", place, body=body)
    assert (told.message, told.member_id) == (f"{place.lower()} queued into conference", ["1"])

    def sounds(call: str) -> list[str]:  # without the beeps of those who came in
        return [sound for purpose, sound in rooms.hears(call) if purpose.startswith("member_")]

    assert (sounds(first), sounds(second)) == (list(body.values()), [])
    assert in_room(client, "DELETE", name, "Member", "1", place) is None
    assert sounds(first) == []


def test_a_conference_is_recorded_and_hung_up(client: vobiz.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    calls = rooms.let_in(2, name)
    told = in_room(client, "POST", name, "Record", body={"callback_url": f"{rooms.app.url}/room-recorded"})
    assert (set(vars(told)), told.message) == ({"message", "api_id"}, "async api spawned")
    assert in_room(client, "DELETE", name, "Record") is None
    assert msgspec.json.decode(heard(rooms, "/room-recorded").body)["conference_name"] == name
    assert in_room(client, "DELETE", name) is None
    for call in calls:
        heard(rooms, "/hangup", CallUUID=call)
    others = rooms.let_in(2, rooms.name())
    assert client.request("DELETE", ("Conference",)) is None
    for call in others:
        heard(rooms, "/hangup", CallUUID=call)
    assert client.request("GET", ("Conference",)).conferences == []


@pytest.mark.parametrize(
    "path", ["account/MA_ACME/conference/{}/member/1/kick/", "Account/MA_ACME/Conference/{}/Member/1/Kick/"]
)
def test_both_addresses_that_the_page_prints_kick(service: Live, rooms: Rooms, path: str) -> None:
    name = f"MyConf-{path[0]}"
    after = rooms.page(WAIT)
    first, _ = rooms.let_in(2, name, f"<Redirect>{after}</Redirect>")
    headers = {"X-Auth-ID": "MA_ACME", "X-Auth-Token": "acme-vobiz", "Content-Type": "application/json"}
    got = service.request("POST", f"/api/v1/{path.format(name)}", body=b"{}", headers=headers)
    assert (got.status, list(got.json)) == (200, ["message", "member_id", "api_id"])
    assert (got.json["message"], got.json["member_id"]) == ("kicked", "1")
    heard(rooms, urlsplit(after).path, CallUUID=first)


# --- problems --------------------------------------------------------------------------------------

# What the client can ask for and this service has not.
ABSENT: list[Callable[[Any], Any]] = [
    lambda client: client.calls.list(),
    lambda client: client.cdrs.list(),
    lambda client: client.recordings.export(["ann@example.com"]),
    lambda client: client.recordings.bulk_delete(conference_name="any"),
    lambda client: client.accounts.get_balance("MA_ACME", "INR"),
    lambda client: client.accounts.get_concurrency("MA_ACME"),
    lambda client: client.subaccounts.list(),
]


@pytest.mark.parametrize("ask", ABSENT)
def test_what_is_not_served_is_not_found(client: vobiz.RestClient, ask: Callable[[Any], Any]) -> None:
    with pytest.raises(ResourceNotFoundError):
        ask(client)


def test_unknown_calls_rooms_and_members_are_not_found(client: vobiz.RestClient, rooms: Rooms) -> None:
    with pytest.raises(ResourceNotFoundError, match="call not found"):
        client.calls.hangup("nobody")
    with pytest.raises(ResourceNotFoundError, match="conference not found"):
        in_room(client, "GET", "nowhere")
    name = rooms.name()
    rooms.let_in(2, name)
    with pytest.raises(ResourceNotFoundError, match="member not found"):
        in_room(client, "POST", name, "Member", "99", "Kick")


def test_what_is_wrong_with_values_is_told_by_field(client: vobiz.RestClient, rooms: Rooms) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        client.calls.create("16505550101", "", rooms.page(WAIT))
    (told,) = caught.value.args
    assert (told.code, vars(told.details)) == ("VALIDATION_ERROR", {"to": "to parameter is missing"})


def test_wrong_credentials_are_an_authentication_error(service: Live) -> None:
    with client_of(service, "MA_ACME", "wrong") as stranger, pytest.raises(AuthenticationError) as caught:
        stranger.calls.list_live()
    (told,) = caught.value.args
    assert told.code == "INVALID_CREDENTIALS"
