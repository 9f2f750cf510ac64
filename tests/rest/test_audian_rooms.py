"""Audian's rows of whole rooms: locked, recorded, dialled into; rooms that nobody stored; one room on two faces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rest.audian import LINE, OTHER, OTHER_LINE, SOUND, TEAM, WEEKLY, Customer
from tests.rest.bench import ACME, Bench, Got, served


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(**TEAM) as one:
        yield one


def act(audian: Customer, body: Any, conference: str = WEEKLY, query: str = "") -> Got:
    """Do something to a whole conference."""
    return audian.ask("PUT", f"/{conference}{query}", body)


def shown(audian: Customer, bench: Bench, name: str) -> str:
    """The id under which the face shows a room."""
    room = bench.do(lambda service: service.exchange.conference(ACME, name))
    assert room is not None
    return bench.do(lambda service: service.sight("audian", ACME).spell("conference", room.definition or room.id))


# --- locked, played to, recorded ------------------------------------------------------------------


@pytest.mark.parametrize("body", [{"action": "lock"}, {"action": "lock", "data": {}}, {"data": {"action": "lock"}}])
def test_nobody_else_comes_into_a_locked_conference(audian: Customer, bench: Bench, body: dict[str, Any]) -> None:
    audian.let_in()
    got = act(audian, body)
    assert (got.status, got.json["data"], got.json["message"]) == (202, "ok", "ok")
    assert audian.data("GET", f"/{WEEKLY}")["_read_only"]["is_locked"]
    refused = bench.dial_in("+14155550100", LINE)
    assert bench.wait("member_refused", call=refused)["cause"] == "locked"
    assert act(audian, {"action": "unlock"}).status == 202
    audian.let_in()
    assert len(audian.people()) == 2


def test_an_action_may_stand_in_the_query(audian: Customer) -> None:
    audian.let_in()
    assert act(audian, None, query="?action=lock").status == 202
    assert audian.data("GET", f"/{WEEKLY}")["_read_only"]["is_locked"]


@pytest.mark.parametrize("where", [{"media_id": SOUND}, {"data": {"media_id": SOUND}}])
def test_a_sound_is_played_to_the_room(audian: Customer, where: dict[str, Any]) -> None:
    audian.let_in()
    assert act(audian, {"action": "play", "data": where}).json["data"] == "ok"
    assert audian.hearers() == {"r1"}


@pytest.mark.parametrize(
    "wish",
    [
        lambda word: {"action": "record", "data": {"action": word}},
        lambda word: {"data": {"action": "record", "data": {"action": word}}},
    ],
)
def test_a_conference_is_recorded_until_it_is_told_to_stop(audian: Customer, bench: Bench, wish: Any) -> None:
    audian.let_in()
    assert act(audian, wish("start")).json["data"] == "starting recording"
    bench.wait("recording_started")
    assert act(audian, wish("stop")).json["data"] == "stopping recording"
    bench.wait("recording_ended")


def test_where_nobody_is_there_is_nothing_to_be_done_to_a_room(audian: Customer, bench: Bench) -> None:
    start = {"action": "record", "data": {"action": "start"}}
    for body in ({"action": "lock"}, start, {"action": "play", "data": {"media_id": SOUND}}):
        assert act(audian, body).status == 202
    assert bench.do(lambda service: service.exchange.conferences()) == ()


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"action": "play", "data": {}}, "media_id", "required"),
        ({"action": "record", "data": {}}, "action", "required"),
        ({"data": {"action": "record"}}, "action", "required"),
        ({"action": "record", "data": {"action": "pause"}}, "action", "enum"),
        ({"action": "dial", "data": {}}, "endpoints", "required"),
        ({"action": "dial", "data": {"endpoints": []}}, "endpoints", "minItems"),
        ({"action": "dial", "data": {"endpoints": "+14155550100"}}, "endpoints", "type"),
        ({"action": "dial", "data": {"endpoints": ["+14155550100"], "timeout": 0}}, "timeout", "minimum"),
    ],
)
def test_an_action_without_what_it_needs_is_refused(
    audian: Customer, bench: Bench, body: dict[str, Any], field: str, code: str
) -> None:
    told = audian.faults("PUT", f"/{WEEKLY}", body)
    assert (list(told), list(told[field])) == ([field], [code])
    assert bench.do(lambda service: service.exchange.calls()) == ()


@pytest.mark.parametrize("action", ["relate", "dance", "mute", 5, ["lock"]])
@pytest.mark.parametrize("where", [lambda action: {"action": action}, lambda action: {"data": {"action": action}}])
def test_any_other_action_on_a_conference_is_faulty(audian: Customer, action: Any, where: Any) -> None:
    got = act(audian, where(action))
    assert (got.status, got.json["error"], got.json["message"]) == (404, "404", "faulty_request")


def test_no_action_at_all_is_faulty_and_no_data_either_is_malformed(audian: Customer) -> None:
    assert act(audian, {"data": {}}).json["message"] == "faulty_request"
    assert audian.faults("PUT", f"/{WEEKLY}", {}) == {"message": "field required: data"}


# --- dialled into ---------------------------------------------------------------------------------


def dial(audian: Customer, *endpoints: str, conference: str = WEEKLY, **more: Any) -> Got:
    """Dial into a conference."""
    return act(audian, {"action": "dial", "data": {"data": {"endpoints": endpoints, **more}}}, conference)


def test_endpoints_are_called_into_the_room(audian: Customer, bench: Bench) -> None:
    got = dial(audian, "+14155550001", "sip:ann@example.com", caller_id_number="+16505550100")
    assert (got.status, got.json["message"]) == (202, "attempted dial")
    first, second = got.json["data"]["endpoint_responses"]
    assert first == {
        "call_id": first["call_id"],
        "endpoint_id": "+14155550001",
        "job_id": got.json["request_id"],
        "message": "dialling",
        "status": "success",
    }
    assert audian.people() == []  # they ring
    bench.wait("member_joined", nth=2)
    assert [(one["participant_id"], one["caller_id_number"]) for one in audian.people()] == [
        (first["call_id"], "+14155550001"),
        (second["call_id"], "sip:ann@example.com"),
    ]


def test_flags_are_so_from_the_beginning(audian: Customer, bench: Bench) -> None:
    dial(audian, "+14155550001", participant_flags=["mute", "deaf", "is_moderator", "ghost"])
    bench.wait("member_joined")
    (one,) = audian.people()
    assert (one["muted"], one["deaf"]) == (True, True)
    assert audian.data("GET", f"/{WEEKLY}")["_read_only"]["moderators"] == 1


def test_who_is_called_into_a_webinar_listens(audian: Customer, bench: Bench) -> None:
    audian.data("POST", f"/{WEEKLY}", {"data": {"profile": "webinar"}})
    dial(audian, "+14155550001")
    dial(audian, "+14155550002", participant_flags=["is_moderator"])
    bench.wait("member_joined", nth=2)
    muted = {one["caller_id_number"]: one["muted"] for one in audian.people()}
    assert muted == {"+14155550001": True, "+14155550002": False}


def test_a_call_that_cannot_be_made_fails_within_a_success(audian: Customer) -> None:
    audian.let_in()
    act(audian, {"action": "lock"})
    (response,) = dial(audian, "+14155550001").json["data"]["endpoint_responses"]
    assert (response["status"], response["message"], response["call_id"]) == ("error", "locked", "")


def test_an_endpoint_is_counted_from_one_in_its_fault(audian: Customer, bench: Bench) -> None:
    body = {"action": "dial", "data": {"endpoints": ["+14155550001", {"id": 1}, "someone"]}}
    told = audian.faults("PUT", f"/{WEEKLY}", body)
    assert {name: list(one) for name, one in told["endpoints"].items()} == {"2": ["type"], "3": ["pattern"]}
    assert bench.do(lambda service: service.exchange.calls()) == ()


def test_a_call_that_nobody_answers_leaves_no_room_behind(audian: Customer, bench: Bench) -> None:
    dial(audian, "+14155551111", timeout=1)
    bench.wait("call_ended")
    assert audian.people() == []
    assert bench.do(lambda service: service.exchange.conferences()) == ()


# --- rooms and definitions ------------------------------------------------------------------------


def test_deleting_a_conference_ends_its_calls(audian: Customer, bench: Bench) -> None:
    calls = [*audian.let_in(1), audian.let_in_by_document("weekly")]
    got = audian.ask("DELETE", f"/{WEEKLY}")
    assert (got.status, got.json["data"]["_read_only"]) == (200, {"deleted": True})
    for call in calls:
        bench.wait("call_ended", call=call)
    assert audian.ask("GET", f"/{WEEKLY}/participants").status == 404


def test_a_room_made_by_a_document_is_addressed_by_an_id_of_its_own(audian: Customer, bench: Bench) -> None:
    call = audian.let_in_by_document("standup")
    room = shown(audian, bench, "standup")
    assert room.startswith("conf_")
    document = audian.data("GET", f"/{room}")
    assert (document["id"], document["name"], document["_read_only"]["members"]) == (room, "standup", 1)
    assert room not in [one["id"] for one in audian.data("GET")]
    (one,) = audian.people(room)
    assert audian.act(room, one["participant_id"], "mute").json["data"]["muted"] is True
    assert act(audian, {"action": "lock"}, room).status == 202
    assert audian.ask("DELETE", f"/{room}/participants/{one['participant_id']}").status == 200
    bench.wait("call_ended", call=call)
    bench.wait("conference_ended")
    assert audian.ask("GET", f"/{room}").status == 404


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_room_made_by_a_document_has_nothing_stored_to_change(audian: Customer, bench: Bench, method: str) -> None:
    audian.let_in_by_document("standup")
    room = shown(audian, bench, "standup")
    got = audian.ask(method, f"/{room}", {"data": {"name": "other"}})
    assert (got.status, got.json["message"]) == (404, "bad_identifier")
    assert len(audian.people(room)) == 1


def test_a_room_that_gets_a_definition_is_known_by_both_ids(audian: Customer, bench: Bench) -> None:
    audian.let_in_by_document("standup")
    room = shown(audian, bench, "standup")
    made = audian.create(name="standup")
    assert [len(audian.people(one)) for one in (room, made["id"])] == [1, 1]
    assert audian.data("GET", f"/{room}")["id"] == made["id"]


def test_a_conference_that_is_renamed_keeps_its_room(audian: Customer) -> None:
    audian.let_in()
    audian.data("POST", f"/{WEEKLY}", {"data": {"name": "daily"}})
    (one,) = audian.people()
    assert audian.act(WEEKLY, one["participant_id"], "mute").json["data"]["muted"] is True


def test_conferences_of_one_name_have_each_a_room_of_their_own(audian: Customer, bench: Bench) -> None:
    audian.data("POST", f"/{OTHER}", {"data": {"name": "weekly"}})
    dial(audian, "+14155550001", conference=OTHER, participant_flags=["deaf"])
    bench.wait("member_joined")
    (first,), (second,) = audian.let_in(), audian.let_in(line=OTHER_LINE)
    audian.data("POST", f"/{OTHER}", {"data": {"max_members": 5}})
    assert [one["deaf"] for one in audian.people(OTHER)] == [True, False]
    assert [one["deaf"] for one in audian.people()] == [False]
    audian.data("PUT", f"/{OTHER}/participants", {"data": {"action": "mute"}})
    assert [one["muted"] for one in audian.people()] == [False]
    audian.data("DELETE", f"/{OTHER}")
    bench.wait("call_ended", call=second)
    assert len(audian.people()) == 1
    assert bench.do(lambda service: service.exchange.call(first)) is not None


def test_a_room_that_bears_anothers_id_as_its_name_is_another_room(audian: Customer, bench: Bench) -> None:
    audian.let_in_by_document("standup")
    room = shown(audian, bench, "standup")
    audian.let_in_by_document("r1")
    assert audian.data("GET", f"/{room}")["name"] == "standup"
    assert len(audian.people(room)) == 1


def test_one_room_is_one_room_on_every_face(audian: Customer, bench: Bench) -> None:
    audian.let_in_by_document("weekly")
    audian.let_in()
    by_document, dialled_in = audian.people()
    audian.act(WEEKLY, by_document["participant_id"], "mute")
    told = bench.request("GET", f"/v1/Account/{ACME}/Conference/weekly/", face="plivo").json
    assert [(one["member_id"], one["muted"]) for one in told["members"]] == [("1", True), ("2", False)]
    bench.request("POST", f"/v1/Account/{ACME}/Conference/weekly/Member/2/Deaf/", face="plivo")
    assert audian.people() == [{**by_document, "muted": True}, {**dialled_in, "deaf": True}]


def test_a_conference_is_full_when_it_has_as_many_as_it_may(audian: Customer, bench: Bench) -> None:
    audian.data("POST", f"/{WEEKLY}", {"data": {"max_members": 2}})
    audian.let_in(2)
    refused = bench.dial_in("+14155550100", LINE)
    assert bench.wait("member_refused", call=refused)["cause"] == "full"
    assert len(audian.people()) == 2
