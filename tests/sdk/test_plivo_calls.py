"""Plivo's own Python client against a live service: calls are placed, found, moved, heard, recorded and ended."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
import plivo
import pytest
from plivo.exceptions import ResourceNotFoundError, ValidationError

from tests.sdk.plivo_account import heard
from tests.sdk.vendors import LONG, WAIT, Rooms

pytestmark = pytest.mark.xdist_group("sdk-plivo-calls")
SPAWNED = "async api spawned"


def called(client: plivo.RestClient, rooms: Rooms, to: str = "14155553333", **more: Any) -> str:
    """Place a call whose document makes it wait; its id."""
    made = client.calls.create(from_="16505550100", to_=to, answer_url=rooms.page(WAIT), **more)
    assert made.message == "call fired"
    return str(made.request_uuid)


def up(client: plivo.RestClient, rooms: Rooms, **more: Any) -> str:
    """Place a call, and wait until it asks for its document."""
    document = rooms.page(WAIT)
    made = client.calls.create(from_="16505550100", to_="14155553333", answer_url=document, **more)
    heard(rooms, urlsplit(document).path, CallUUID=made.request_uuid)
    return str(made.request_uuid)


def test_a_call_asks_for_its_document_and_is_live(client: plivo.RestClient, rooms: Rooms) -> None:
    document = rooms.page(WAIT)
    asked = {"answer_url": f"{document}?who=ann&n=1", "answer_method": "GET", "caller_name": "Ann"}
    made = client.calls.create(from_="16505550100", to_="14155553333", ring_url=f"{rooms.app.url}/ring", **asked)
    rung = heard(rooms, "/ring", RequestUUID=made.request_uuid).params
    assert (rung["Event"], rung["CallStatus"]) == ("Ring", "ringing")
    fetched = heard(rooms, urlsplit(document).path, RequestUUID=made.request_uuid)
    assert (fetched.method, fetched.params["who"], fetched.params["To"]) == ("GET", "ann", "14155553333")
    call = fetched.params["CallUUID"]
    assert call in client.live_calls.list_ids(call_direction="outbound").calls
    live = client.live_calls.get(call)
    assert (live.call_status, live.direction, live.to) == ("in-progress", "outbound", "14155553333")
    assert (live["from"], live.caller_name) == ("16505550100", "Ann")


def test_several_numbers_are_several_calls(client: plivo.RestClient, rooms: Rooms) -> None:
    made = client.calls.create("16505550100", "14155553331<14155553332", rooms.page(WAIT))
    assert len(set(made.request_uuid)) == 2
    for one in made.request_uuid:
        assert client.live_calls.get(one).call_uuid == one


def test_a_call_that_rings_is_live_and_not_queued_until_it_is_cancelled(
    client: plivo.RestClient, rooms: Rooms
) -> None:
    """The simulated switch lets every phone ring at once: nothing is queued for longer than a moment."""
    call = called(client, rooms, "14155551111", ring_url=f"{rooms.app.url}/ring", hangup_url=f"{rooms.app.url}/over")
    heard(rooms, "/ring", CallUUID=call)
    assert client.live_calls.get(call).call_status == "ringing"
    assert call not in client.queued_calls.list_ids().calls
    with pytest.raises(ResourceNotFoundError, match="call not found"):
        client.queued_calls.get(call)
    assert client.calls.cancel(call) is None
    assert heard(rooms, "/over", CallUUID=call).params["CallStatus"] == "cancel"
    with pytest.raises(ResourceNotFoundError):
        client.calls.cancel(call)


@pytest.mark.parametrize("method", ["update", "transfer"])
def test_a_transfer_leads_to_the_fetch_of_the_new_document(
    client: plivo.RestClient, rooms: Rooms, method: str
) -> None:
    call, name = up(client, rooms), rooms.name()
    other = rooms.page(f"<Response><Conference>{name}</Conference></Response>")
    told = getattr(client.calls, method)(call, legs="aleg", aleg_url=other, aleg_method="GET")
    assert told.message == "call transferred"
    asked = heard(rooms, urlsplit(other).path, CallUUID=call)
    assert (asked.method, asked.params["Event"]) == ("GET", "Transfer")


def test_sounds_play_on_a_call_until_they_are_stopped(client: plivo.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms)
    for start, stop in (("play", "play_stop"), ("start_playing", "stop_playing")):
        assert getattr(client.calls, start)(call, LONG, legs="aleg", loop=True).message == "play started"
        assert [sound for _, sound in rooms.hears(call)] == [LONG]
        assert getattr(client.calls, stop)(call) is None
        assert rooms.hears(call) == []


def test_a_text_is_spoken_on_a_call_until_it_is_stopped(client: plivo.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms)
    for start, stop in (("speak", "speak_stop"), ("start_speaking", "stop_speaking")):
        assert getattr(client.calls, start)(call, "Hello", voice="MAN", mix=False).message == "speak started"
        assert [text for _, text in rooms.hears(call)] == ["Hello"]
        assert getattr(client.calls, stop)(call) is None
        assert rooms.hears(call) == []


def test_digits_are_sent(client: plivo.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms)
    assert client.calls.send_digits(call, "12#", leg="aleg").message == "digits sent"
    with pytest.raises(ValidationError, match="digits"):
        client.calls.send_digits(call, "hello")


def test_a_recording_of_a_call_is_told_of_and_kept(client: plivo.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms)
    for record, stop in (("record", "record_stop"), ("start_recording", "stop_recording")):
        started = getattr(client.calls, record)(call, file_format="wav", callback_url=f"{rooms.app.url}/recorded")
        assert started.message == "call recording started"
        getattr(client.calls, stop)(call, callback_url=f"{rooms.app.url}/later", callback_method="POST")
        told = heard(rooms, "/recorded", recording_id=started.recording_id).params
        assert told["call_uuid"] == call
        assert client.recordings.get(started.recording_id).recording_url == told["record_url"]
    assert len(client.recordings.list(call_uuid=call)) == 2


@pytest.mark.parametrize("method", ["hangup", "delete"])
def test_a_hangup_leads_to_its_callback_and_leaves_a_record(
    client: plivo.RestClient, rooms: Rooms, method: str
) -> None:
    call = up(client, rooms, hangup_url=f"{rooms.app.url}/over", hangup_method="GET")
    assert getattr(client.calls, method)(call) is None
    over = heard(rooms, "/over", CallUUID=call)
    assert (over.method, over.params["CallStatus"], over.params["HangupCauseCode"]) == ("GET", "completed", "4000")
    with pytest.raises(ResourceNotFoundError):
        client.live_calls.get(call)
    record = client.calls.get(call)
    assert (record.call_uuid, record.call_state, record.hangup_cause_code) == (call, "ANSWER", 4000)
    assert (record.hangup_source, record.to_number) == ("API Request", "14155553333")


def test_the_records_of_more_calls_than_a_page_holds_are_walked_through(
    client: plivo.RestClient, rooms: Rooms
) -> None:
    numbers = [f"141555522{n}" for n in range(10, 33)]  # they reject
    made = client.calls.create("16505550100", "<".join(numbers), rooms.page(WAIT), hangup_url=f"{rooms.app.url}/no")
    for call in made.request_uuid:
        heard(rooms, "/no", CallUUID=call)
    page = client.calls.list(limit=20, hangup_cause_code=3020)
    assert (len(page), page.meta.total_count) == (20, len(numbers))
    walked = [one.call_uuid for one in client.calls if one.call_uuid in made.request_uuid]
    assert sorted(walked) == sorted(made.request_uuid)


def test_with_a_callback_url_the_replies_come_later(client: plivo.RestClient, rooms: Rooms) -> None:
    def later(path: str) -> Any:
        return msgspec.json.decode(heard(rooms, path).body)

    url, document = f"{rooms.app.url}/later", rooms.page(WAIT)
    assert client.calls.create("16505550100", "14155553333", document, callback_url=f"{url}/call").message == SPAWNED
    call = later("/later/call")["request_uuid"]
    heard(rooms, urlsplit(document).path, CallUUID=call)
    assert client.live_calls.list_ids(callback_url=f"{url}/ids").message == SPAWNED
    assert call in later("/later/ids")["calls"]
    assert client.live_calls.get(call, callback_url=f"{url}/get").message == SPAWNED
    assert later("/later/get")["call_uuid"] == call
    assert client.calls.delete(call, callback_url=f"{url}/delete").message == SPAWNED
    heard(rooms, "/later/delete")


def test_what_a_call_lacks_is_a_validation_error(client: plivo.RestClient, rooms: Rooms) -> None:
    call = up(client, rooms)
    with pytest.raises(ValidationError, match="aleg_url parameter is missing"):
        client.calls.update(call, legs="aleg")
    with pytest.raises(ValidationError, match="send_digits"):
        client.calls.create("16505550100", "14155553333", rooms.page(WAIT), send_digits="hello")
    with pytest.raises(ResourceNotFoundError, match="call not found"):
        client.calls.hangup("nobody")
