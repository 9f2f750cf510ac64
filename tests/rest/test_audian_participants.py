"""Audian's rows of participants: who is shown, what is done to one of them, and what to all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rest.audian import MUTE, OTHER, PARTICIPANTS, SOUND, TEAM, WEEKLY, Customer, shape
from tests.rest.bench import Bench, served


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(**TEAM) as one:
        yield one


def flags(people: list[dict[str, Any]]) -> list[tuple[bool, bool]]:
    return [(one["muted"], one["deaf"]) for one in people]


# --- who is there ---------------------------------------------------------------------------------


def test_participants_are_answered_as_the_page_prints_them(audian: Customer) -> None:
    audian.let_in()
    got = audian.ask("GET", f"/{WEEKLY}/participants")
    printed = [(key, kind) for key, kind in shape(got.json) if key != "request_id"]  # which is always sent
    assert (got.status, printed) == (200, shape(PARTICIPANTS))
    (one,) = got.json["data"]
    assert re.fullmatch(r"part_[A-Za-z0-9_-]{24}", one["participant_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["join_time"])
    assert one["caller_id_number"] == "+14155550101"


def test_one_participant_is_answered_as_in_the_list(audian: Customer) -> None:
    audian.let_in(2)
    for one in audian.people():
        assert audian.data("GET", f"/{WEEKLY}/participants/{one['participant_id']}") == one


def test_nobody_is_in_a_conference_that_does_not_run(audian: Customer) -> None:
    assert audian.people() == []
    assert audian.data("GET", f"/{WEEKLY}")["_read_only"]["members"] == 0


def test_who_was_called_is_known_by_the_number_that_was_called(audian: Customer) -> None:
    audian.let_in_by_document("weekly")
    assert [one["caller_id_number"] for one in audian.people()] == ["+14155550101"]


def test_who_still_enters_a_pin_is_not_shown(audian: Customer, bench: Bench) -> None:
    audian.data("POST", f"/{WEEKLY}", {"data": {"member_pins": ["918273"]}})
    call = bench.dial_in("+14155550100", "+16505550103")
    bench.wait("pin_asked", call=call)
    assert audian.people() == []
    audian.let_in(1, "918273#")
    assert len(audian.people()) == 1
    assert "918273" not in str(bench.happened)


def test_who_waits_for_a_moderator_is_shown(audian: Customer) -> None:
    changes = {"wait_for_moderator": True, "moderator_pins": ["99"]}
    assert audian.data("POST", f"/{WEEKLY}", {"data": changes})["wait_for_moderator"]
    audian.let_in(1, "#")
    live = audian.data("GET", f"/{WEEKLY}")["_read_only"]
    assert (len(audian.people()), live["members"], live["moderators"]) == (1, 1, 0)
    audian.let_in(1, "99#")
    live = audian.data("GET", f"/{WEEKLY}")["_read_only"]
    assert (live["members"], live["moderators"]) == (1, 1)


def test_listeners_of_a_webinar_come_muted_and_can_be_given_the_word(audian: Customer) -> None:
    audian.data("POST", f"/{WEEKLY}", {"data": {"profile": "webinar", "moderator_pins": ["99"]}})
    audian.let_in(1, "99#")
    audian.let_in(1, "#")
    moderator, listener = audian.people()
    assert (moderator["muted"], listener["muted"]) == (False, True)
    assert audian.act(WEEKLY, listener["participant_id"], "unmute").json["data"]["muted"] is False


# --- one participant ------------------------------------------------------------------------------


def test_a_mute_as_the_page_asks_is_answered_with_the_participant(audian: Customer) -> None:
    audian.let_in(2)
    first, second = audian.people()
    got = audian.ask("POST", f"/{WEEKLY}/participants/{first['participant_id']}", MUTE)
    assert (got.status, got.json["data"]) == (200, {**first, "muted": True})
    assert audian.people() == [{**first, "muted": True}, second]


@pytest.mark.parametrize(
    ("actions", "after"),
    [
        (["mute", "mute"], (True, False)),
        (["mute", "unmute", "unmute"], (False, False)),
        (["deaf"], (False, True)),
        (["deaf", "mute", "undeaf"], (True, False)),
    ],
)
def test_muted_and_deaf_are_two_bits(audian: Customer, actions: list[str], after: tuple[bool, bool]) -> None:
    audian.let_in()
    (one,) = audian.people()
    told = [audian.act(WEEKLY, one["participant_id"], action).json["data"] for action in actions]
    assert flags(told[-1:]) == flags(audian.people()) == [after]


@pytest.mark.parametrize(("method", "action"), [("DELETE", ""), ("POST", "kick"), ("PUT", "kick")])
def test_a_kick_ends_the_call(audian: Customer, bench: Bench, method: str, action: str) -> None:
    first, _ = audian.let_in(2)
    one, other = audian.people()
    path = f"/{WEEKLY}/participants/{one['participant_id']}"
    got = audian.ask(method, path, {"data": {"action": action}} if action else None)
    expected = {"DELETE": (200, one), "POST": (200, one), "PUT": (202, "ok")}
    assert (got.status, got.json["data"]) == expected[method]
    assert bench.wait("call_ended", call=first)["cause"] == "api"
    assert audian.people() == [other]
    again = audian.ask(method, path, {"data": {"action": action}} if action else None)
    assert (again.status, again.json["data"]["cause"]) == (404, one["participant_id"])


def test_a_kick_ends_a_call_that_came_by_a_document_too(audian: Customer, bench: Bench) -> None:
    call = audian.let_in_by_document("weekly", "<Speak>You are out</Speak>")
    (one,) = audian.people()
    assert audian.ask("DELETE", f"/{WEEKLY}/participants/{one['participant_id']}").status == 200
    bench.wait("call_ended", call=call)
    assert ("verb_started", "Speak") not in [(what, entry.get("verb")) for what, entry in bench.happened]


@pytest.mark.parametrize("where", [{"media_id": SOUND}, {"data": {"media_id": SOUND}}])
def test_a_sound_is_played_to_one_participant(audian: Customer, where: dict[str, Any]) -> None:
    first, _ = audian.let_in(2)
    one, _ = audian.people()
    path = f"/{WEEKLY}/participants/{one['participant_id']}"
    assert audian.data("POST", path, {"data": {"action": "play", **where}}) == one
    assert audian.hearers() == {first}


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({}, "action", "required"),
        ({"action": None}, "action", "required"),
        ({"action": "dance"}, "action", "enum"),
        ({"action": ["mute"]}, "action", "type"),
        ({"action": "play"}, "media_id", "required"),
        ({"action": "play", "media_id": 5}, "media_id", "type"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_action_that_cannot_be_is_refused(
    audian: Customer, method: str, data: dict[str, Any], field: str, code: str
) -> None:
    audian.let_in()
    (one,) = audian.people()
    told = audian.faults(method, f"/{WEEKLY}/participants/{one['participant_id']}", {"data": data})
    assert (list(told), list(told[field])) == ([field], [code])
    assert audian.people() == [one]


def test_a_sound_that_is_no_address_is_unknown(audian: Customer) -> None:
    audian.let_in()
    (one,) = audian.people()
    body = {"data": {"action": "play", "media_id": "0123456789abcdef0123456789abcdef"}}
    got = audian.ask("POST", f"/{WEEKLY}/participants/{one['participant_id']}", body)
    assert (got.status, got.json["message"], got.json["data"]["cause"]) == (
        *(404, "bad_identifier", "0123456789abcdef0123456789abcdef"),
    )


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_participant_is_a_bad_identifier(audian: Customer, method: str) -> None:
    call, _ = audian.let_in(2)
    for unknown in ("part_nobody", "1", call):
        got = audian.ask(method, f"/{WEEKLY}/participants/{unknown}", MUTE)
        assert (got.status, got.json["message"], got.json["data"]["cause"]) == (404, "bad_identifier", unknown)
    assert flags(audian.people()) == [(False, False)] * 2


def test_a_participant_of_another_conference_is_unknown(audian: Customer) -> None:
    audian.let_in()
    audian.let_in_by_document("other")
    (one,) = audian.people(OTHER)
    assert audian.ask("DELETE", f"/{WEEKLY}/participants/{one['participant_id']}").status == 404
    assert audian.people(OTHER) == [one]


# --- all of them ----------------------------------------------------------------------------------


def test_all_but_moderators_are_muted(audian: Customer) -> None:
    audian.data("POST", f"/{WEEKLY}", {"data": {"moderator_pins": ["99"]}})
    audian.let_in(1, "99#")
    audian.let_in(2, "#")
    got = audian.ask("PUT", f"/{WEEKLY}/participants", MUTE)
    assert (got.status, got.json["data"]["id"]) == (200, WEEKLY)
    assert [one["muted"] for one in audian.people()] == [False, True, True]
    for action in ("deaf", "unmute", "undeaf"):
        audian.data("PUT", f"/{WEEKLY}/participants", {"data": {"action": action}})
    assert flags(audian.people()) == [(False, False)] * 3


def test_a_kick_of_all_spares_no_moderator(audian: Customer, bench: Bench) -> None:
    audian.data("POST", f"/{WEEKLY}", {"data": {"moderator_pins": ["99"]}})
    calls = audian.let_in(1, "99#") + audian.let_in(1, "#")
    assert audian.ask("PUT", f"/{WEEKLY}/participants", {"data": {"action": "kick"}}).status == 200
    for call in calls:
        assert bench.wait("call_ended", call=call)["cause"] == "api"
    assert audian.people() == []


def test_a_sound_is_played_to_all(audian: Customer) -> None:
    audian.let_in(2)
    got = audian.ask("PUT", f"/{WEEKLY}/participants", {"data": {"action": "play", "data": {"media_id": SOUND}}})
    assert (got.status, got.json["data"], got.json["message"]) == (202, "ok", "ok")
    assert audian.hearers() == {"r1"}


def test_where_nobody_is_an_action_on_all_changes_nothing(audian: Customer) -> None:
    for action in ("mute", "kick"):
        assert audian.data("PUT", f"/{WEEKLY}/participants", {"data": {"action": action}})["id"] == WEEKLY
    assert audian.bench.do(lambda service: service.exchange.conferences()) == ()


@pytest.mark.parametrize("action", ["relate", "dance", "lock", None, 5, ["mute"]])
def test_any_other_action_on_all_is_faulty(audian: Customer, action: Any) -> None:
    audian.let_in()
    got = audian.ask("PUT", f"/{WEEKLY}/participants", {"data": {"action": action}})
    assert (got.status, got.json["error"], got.json["message"]) == (404, "404", "faulty_request")
