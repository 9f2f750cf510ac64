"""Plivo's own Python client against a live service: rooms and their members, recordings, and problems."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
import plivo
import pytest
from plivo.exceptions import AuthenticationError, InvalidRequestError, ResourceNotFoundError, ValidationError

from tests.rest.bench import ACME, OTHER
from tests.sdk.live import Live
from tests.sdk.plivo_account import client_of, heard
from tests.sdk.vendors import LONG, WAIT, Rooms

pytestmark = pytest.mark.xdist_group("sdk-plivo")
SPAWNED = "async api spawned"


def members(client: plivo.RestClient, name: str) -> dict[str, Any]:
    """The members of a room by their ids."""
    return {one.member_id: one for one in client.conferences.get(name).members}


# --- rooms -----------------------------------------------------------------------------------------


def test_a_conference_is_listed_and_shows_who_is_in_it(client: plivo.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    assert name not in client.conferences.list().conferences
    call, _ = rooms.let_in(2, name)
    assert name in client.conferences.list().conferences
    room = client.conferences.get(name)
    assert (room.conference_name, room.conference_member_count) == (name, "2")
    assert room.conference_run_time.isdecimal()
    first = room.members[0]
    assert (first.member_id, first.muted, first.deaf) == ("1", False, False)
    assert (first.call_uuid, first.direction, first.to) == (call, "inbound", "16505550100")
    assert heard(rooms, "/plivo/answer", CallUUID=call).params["Event"] == "StartApp"
    assert heard(rooms, "/conference", CallUUID=call).params["ConferenceFirstMember"] == "true"


@pytest.mark.parametrize("method", ["delete", "hangup"])
def test_deleting_a_conference_ends_the_calls_of_its_members(
    client: plivo.RestClient, rooms: Rooms, method: str
) -> None:
    name, kept = rooms.name(), rooms.name()
    calls = rooms.let_in(2, name)
    rooms.let_in(1, kept)
    assert getattr(client.conferences, method)(name) is None
    for call in calls:
        assert heard(rooms, "/hangup", CallUUID=call).params["HangupSource"] == "API Request"
    listed = client.conferences.list().conferences
    assert name not in listed
    assert kept in listed
    over = client.conferences.get(name)
    assert (over.conference_member_count, over.members) == ("0", [])


@pytest.mark.parametrize("method", ["delete_all", "hangup_all"])
def test_deleting_all_conferences_leaves_none(client: plivo.RestClient, rooms: Rooms, method: str) -> None:
    calls = rooms.let_in(1, rooms.name()) + rooms.let_in(1, rooms.name())
    getattr(client.conferences, method)()
    for call in calls:
        heard(rooms, "/hangup", CallUUID=call)
    assert client.conferences.list().conferences == []


def test_the_recording_of_a_conference_is_named_told_of_listed_and_deleted(
    client: plivo.RestClient, rooms: Rooms
) -> None:
    name = rooms.name()
    rooms.let_in(1, name)
    made = client.conferences.record(name, file_format="wav", callback_url=f"{rooms.app.url}/recorded")
    assert made.message == "conference recording started"
    client.conferences.record_stop(name)
    told = heard(rooms, "/recorded", recording_id=made.recording_id).params
    assert (told["conference_name"], told["api_id"]) == (name, made.api_id)
    (listed,) = client.recordings.list(conference_name=name)
    assert (listed.id, listed.recording_format, listed.recording_type) == (made.recording_id, "wav", "conference")
    stored = client.recordings.get(made.recording_id)
    assert (stored.conference_name, stored.recording_url) == (name, told["record_url"])
    client.recordings.delete(made.recording_id)
    with pytest.raises(ResourceNotFoundError, match="recording not found"):
        client.recordings.get(made.recording_id)


# --- members ---------------------------------------------------------------------------------------


def test_a_kick_resumes_the_next_element_whose_document_is_fetched(client: plivo.RestClient, rooms: Rooms) -> None:
    name, after = rooms.name(), rooms.page(WAIT)
    first, second, third = rooms.let_in(3, name, f"<Redirect>{after}</Redirect>")
    kicked = client.conferences.member_kick(name, "1")
    assert (kicked.message, kicked.member_id) == ("kicked", "1")
    asked = heard(rooms, urlsplit(after).path, CallUUID=first)
    assert (asked.params["Event"], asked.params["CallStatus"]) == ("Redirect", "in-progress")
    assert list(members(client, name)) == ["2", "3"]
    assert client.live_calls.get(first).call_status == "in-progress"
    assert client.conferences.member_kick(name, "2,3").member_id == ["2", "3"]
    for call in (second, third):
        heard(rooms, urlsplit(after).path, CallUUID=call)


def test_who_is_kicked_hears_what_is_spoken_next(client: plivo.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    first, _ = rooms.let_in(2, name, "<Speak>You have been disconnected</Speak>")
    client.conferences.member_kick(name, "1")
    heard(rooms, "/conference", CallUUID=first, ConferenceAction="exit")
    assert rooms.hears(first) == [("verb", "You have been disconnected")]


def test_a_hangup_leads_to_its_callback_and_to_no_fetch(client: plivo.RestClient, rooms: Rooms) -> None:
    name, after = rooms.name(), rooms.page(WAIT)
    first, second = rooms.let_in(2, name, f"<Redirect>{after}</Redirect>")
    client.conferences.member_hangup(name, "1")
    told = heard(rooms, "/hangup", CallUUID=first).params
    assert (told["Event"], told["HangupCauseCode"], told["HangupSource"]) == ("Hangup", "4000", "API Request")
    assert list(members(client, name)) == ["2"]
    client.conferences.member_kick(name, "all")  # the other's fetch is a sign that all fetches before it are out
    heard(rooms, urlsplit(after).path, CallUUID=second)
    assert [one.params["CallUUID"] for one in rooms.app.asked if one.path == urlsplit(after).path] == [second]


@pytest.mark.parametrize(("done", "undone", "flag"), [("mute", "mute_stop", "muted"), ("deaf", "deaf_stop", "deaf")])
def test_a_member_is_muted_or_deafened_and_back(
    client: plivo.RestClient, rooms: Rooms, done: str, undone: str, flag: str
) -> None:
    name = rooms.name()
    rooms.let_in(3, name)

    def flagged() -> list[str]:
        return [number for number, one in members(client, name).items() if one[flag]]

    told = getattr(client.conferences, f"member_{done}")(name, "2")
    assert (told.message, told.member_id, flagged()) == (flag, "2", ["2"])
    assert getattr(client.conferences, f"member_{done}")(name, "all").member_id == ["all"]
    assert flagged() == ["1", "2", "3"]
    assert getattr(client.conferences, f"member_{undone}")(name, "1,2") is None
    assert flagged() == ["3"]


def test_a_sound_is_played_to_one_member_until_it_is_stopped(client: plivo.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    first, second = rooms.let_in(2, name)
    told = client.conferences.member_play(name, "1", LONG)
    assert (told.message, told.member_id) == ("play queued into conference", "1")
    assert (rooms.hears(first), rooms.hears(second)) == ([("member_play", LONG)], [])
    client.conferences.member_play_stop(name, "1")
    assert rooms.hears(first) == []


def test_a_text_is_spoken_to_one_member_until_it_is_stopped(client: plivo.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    first, second = rooms.let_in(2, name)
    told = client.conferences.member_speak(name, "2", "Good morning", voice="MAN", language="en-GB")
    assert (told.message, told.member_id) == ("speak queued into conference", "2")
    assert (rooms.hears(first), rooms.hears(second)) == ([], [("member_speak", "Good morning")])
    client.conferences.member_speak_stop(name, "2")
    assert rooms.hears(second) == []


# --- replies that come later -----------------------------------------------------------------------

# Every method of the client that takes a callback_url, and what its reply says then.
LATER: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "list": ((), {}),
    "get": (("NAME",), {"conference_member_count": "2"}),
    "member_mute": (("NAME", "1"), {"message": "muted", "member_id": "1"}),
    "member_mute_stop": (("NAME", "1"), {}),
    "member_deaf": (("NAME", "1,2"), {"message": "deaf", "member_id": ["1", "2"]}),
    "member_deaf_stop": (("NAME", "1"), {}),
    "member_play": (("NAME", "1", LONG), {"message": "play queued into conference", "member_id": "1"}),
    "member_play_stop": (("NAME", "1"), {}),
    "member_speak": (("NAME", "1", "Hello"), {"message": "speak queued into conference", "member_id": "1"}),
    "member_speak_stop": (("NAME", "1"), {}),
    "record_stop": (("NAME",), {}),
    "member_kick": (("NAME", "1"), {"message": "kicked", "member_id": "1"}),
    "delete": (("NAME",), {}),
    "delete_all": ((), {}),
    "hangup_all": ((), {}),
}


def later_ones(resource: Any) -> set[str]:
    """The methods of a resource that answer at once and send their reply later, where they are asked to."""
    methods = inspect.getmembers(resource, inspect.ismethod)
    return {name for name, method in methods if "callback_url" in inspect.signature(method).parameters}


def test_every_method_of_conferences_that_can_answer_later_is_tried_here(client: plivo.RestClient) -> None:
    assert later_ones(client.conferences) - {"record"} == set(LATER), "of record the address is the recording's own"


@pytest.mark.parametrize("method", LATER)
def test_with_a_callback_url_the_reply_comes_later(client: plivo.RestClient, rooms: Rooms, method: str) -> None:
    name = rooms.name()
    rooms.let_in(2, name)
    arguments, reply = LATER[method]
    path = f"/later/{method}"
    spelled = [name if one == "NAME" else one for one in arguments]
    told = getattr(client.conferences, method)(*spelled, callback_url=rooms.app.url + path)
    assert told.message == SPAWNED
    came = heard(rooms, path)
    body = msgspec.json.decode(came.body)
    assert {key: body[key] for key in reply} == reply
    assert body.get("api_id", told.api_id) == told.api_id


def test_what_has_no_texts_comes_later_as_it_is(client: plivo.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    rooms.let_in(1, name)
    client.conferences.get(name, callback_url=f"{rooms.app.url}/later/whole")
    (member,) = msgspec.json.decode(heard(rooms, "/later/whole").body)["members"]
    assert (member["member_id"], member["muted"]) == ("1", False)
    client.conferences.list(callback_url=f"{rooms.app.url}/later/query", callback_method="GET")
    assert name in msgspec.json.decode(heard(rooms, "/later/query").params["conferences"])


# --- problems --------------------------------------------------------------------------------------

NOWHERE: list[Callable[[Any], Any]] = [
    lambda conferences: conferences.get("nowhere"),
    lambda conferences: conferences.delete("nowhere"),
    lambda conferences: conferences.hangup("nowhere"),
    lambda conferences: conferences.record("nowhere"),
    lambda conferences: conferences.record_stop("nowhere"),
    lambda conferences: conferences.member_kick("nowhere", "1"),
    lambda conferences: conferences.member_hangup("nowhere", "all"),
]


@pytest.mark.parametrize("ask", NOWHERE)
def test_a_conference_that_is_not_there_is_not_found(client: plivo.RestClient, ask: Callable[[Any], Any]) -> None:
    with pytest.raises(ResourceNotFoundError, match="conference not found"):
        ask(client.conferences)


def test_a_member_that_is_not_there_is_not_found(client: plivo.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    rooms.let_in(1, name)
    for method in ("kick", "hangup", "mute", "mute_stop"):
        with pytest.raises(ResourceNotFoundError, match="member not found"):
            getattr(client.conferences, f"member_{method}")(name, "99")
    assert list(members(client, name)) == ["1"]


def test_what_is_missing_or_wrong_is_a_validation_error(client: plivo.RestClient, rooms: Rooms) -> None:
    name = rooms.name()
    (call,) = rooms.let_in(1, name)
    with pytest.raises(ValidationError, match="text parameter is missing"):
        client.conferences.member_speak(name, "1", "")
    with pytest.raises(ValidationError, match="url"):
        client.conferences.member_play(name, "1", "not an address")
    with pytest.raises(ValidationError, match="file_format: must be one of mp3, wav"):
        client.conferences.record(name, file_format="ogg")
    assert rooms.hears(call) == []


def test_wrong_credentials_are_an_authentication_error_and_change_nothing(
    client: plivo.RestClient, service: Live, rooms: Rooms
) -> None:
    name = rooms.name()
    rooms.let_in(1, name)
    with client_of(service, ACME, "wrong") as stranger, pytest.raises(AuthenticationError):
        stranger.conferences.member_mute(name, "1")
    assert members(client, name)["1"].muted is False


def test_another_accounts_conference_is_not_found(client: plivo.RestClient, service: Live, rooms: Rooms) -> None:
    name = rooms.name()
    rooms.let_in(1, name)
    with client_of(service, OTHER, "other-plivo") as other:
        assert other.conferences.list().conferences == []
        with pytest.raises(ResourceNotFoundError, match="conference not found"):
            other.conferences.member_mute(name, "1")
        other.conferences.delete_all()
    assert members(client, name)["1"].muted is False


def test_a_method_that_is_not_taken_is_an_invalid_request(client: plivo.RestClient) -> None:
    with pytest.raises(InvalidRequestError):
        client.request("PUT", ("Conference",), {}, is_voice_request=True)
