"""Vobiz's rows of conferences and members: Plivo's with other words, statuses and shapes."""

from __future__ import annotations

import pytest

from tests.rest.bench import Bench, served
from tests.rest.plivo import GET_CONFERENCE, KICKED, LIST_CONFERENCES, NAME, Customer, shape

POSTS = {
    "Mute/": (None, "muted"),
    "Deaf/": (None, "deaf"),
    "Play/": ({"url": "https://example.com/a.mp3"}, "play queued into conference"),
    "Speak/": ({"text": "hello"}, "speak queued into conference"),
}


@pytest.fixture
def vobiz(bench: Bench) -> Customer:
    return Customer(bench, "vobiz")


def test_a_kick_is_answered_as_the_page_prints_it_and_resumes_the_next_element(vobiz: Customer, bench: Bench) -> None:
    first, _ = vobiz.let_in(2)
    got = vobiz.to_members("POST", "1", "Kick/", {})
    assert (got.status, shape(got.json)) == (200, shape(KICKED))
    assert (got.json["message"], got.json["member_id"]) == ("kicked", "1")
    bench.wait("verb_started", call=first, verb="Speak")


def test_the_kick_of_a_list_or_of_all_is_answered_with_an_array(vobiz: Customer) -> None:
    vobiz.let_in(4)  # nobody is left alone: that would end the room
    for ids, shown in (("1,2", ["1", "2"]), ("all", ["all"])):
        got = vobiz.to_members("POST", ids, "Kick/")
        assert (got.status, got.json["member_id"]) == (200, shown)


def test_the_page_prints_paths_in_lower_case_too(vobiz: Customer, bench: Bench) -> None:
    vobiz.let_in(1)
    path = "/api/v1/account/MA_ACME/conference/My%20Conf%20Room/member/1/kick/"
    assert bench.request("POST", path, face="vobiz").status == 200


@pytest.mark.parametrize("place", POSTS)
def test_whom_the_other_operations_reach_stands_in_an_array(vobiz: Customer, place: str) -> None:
    vobiz.let_in(2)
    body, message = POSTS[place]
    for ids, shown in (("1", ["1"]), ("1,2", ["1", "2"]), ("all", ["all"])):
        got = vobiz.to_members("POST", ids, place, body)
        assert (got.status, list(got.json)) == (202, ["message", "member_id", "api_id"])
        assert (got.json["message"], got.json["member_id"]) == (message, shown)


@pytest.mark.parametrize("place", ["", "Mute/", "Deaf/", "Play/", "Speak/"])
def test_a_delete_has_no_body_even_where_nothing_is_undone(vobiz: Customer, place: str) -> None:
    vobiz.let_in(1)
    got = vobiz.to_members("DELETE", "1", place)
    assert (got.status, got.body) == (204, b"")


def test_live_systems_answer_a_kick_with_another_status_and_an_array() -> None:
    with served(faces={"vobiz": {"replies": "observed"}}) as bench:
        vobiz = Customer(bench, "vobiz")
        vobiz.let_in(1)
        got = vobiz.to_members("POST", "1", "Kick/")
        assert (got.status, got.json["member_id"]) == (202, ["1"])


def test_a_conference_has_exactly_the_keys_that_its_clients_accept(vobiz: Customer) -> None:
    vobiz.let_in(1)
    got = vobiz.ask("GET", "/Conference/My%20Conf%20Room/")
    assert (got.status, shape(got.json)) == (200, shape(GET_CONFERENCE))
    got = vobiz.ask("GET", "/Conference/")
    assert (got.status, shape(got.json)) == (200, shape(LIST_CONFERENCES))


def test_a_recording_begins_without_an_id(vobiz: Customer) -> None:
    vobiz.let_in(1)
    got = vobiz.ask("POST", "/Conference/My%20Conf%20Room/Record/", {"file_format": "mp3"})
    assert (got.status, list(got.json)) == (200, ["message", "api_id"])
    assert got.json["message"] == "async api spawned"
    assert vobiz.ask("DELETE", "/Conference/My%20Conf%20Room/Record/").status == 204
    assert vobiz.ask("DELETE", "/Conference/My%20Conf%20Room/Record/").status == 204, "quiet where none runs"


def test_unknown_conferences_and_members_are_told_of_flat(vobiz: Customer) -> None:
    got = vobiz.ask("GET", "/Conference/nowhere/")
    assert (got.status, list(got.json), got.json["error"]) == (404, ["api_id", "error"], "conference not found")
    vobiz.let_in(1)
    got = vobiz.to_members("DELETE", "99")
    assert (got.status, list(got.json), got.json["error"]) == (404, ["api_id", "error"], "member not found")


def test_one_room_is_one_room_for_both_faces(vobiz: Customer, bench: Bench) -> None:
    vobiz.let_in(2)
    plivo = Customer(bench, "plivo")
    assert plivo.to_members("POST", "2", "Mute/").json["member_id"] == "2"
    assert [one["muted"] for one in vobiz.room(NAME)["members"]] == [False, True]
