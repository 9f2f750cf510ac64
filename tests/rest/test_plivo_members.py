"""Plivo's rows of members: whom they reach, what they answer, and what they do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.dialects.plivo.orders import member_ids
from engine.values.commands import InviteMember
from tests.rest.bench import ACME, Bench, served
from tests.rest.plivo import KICKED, MUTED, NAME, Customer, shape

POSTS = {
    "Kick/": (None, "kicked"),
    "Mute/": (None, "muted"),
    "Deaf/": (None, "deaf"),
    "Play/": ({"url": "https://example.com/a.mp3"}, "play queued into conference"),
    "Speak/": ({"text": "hello"}, "speak queued into conference"),
}
UNDOES = ("Mute/", "Deaf/", "Play/", "Speak/")
EVERY = [("POST", place) for place in POSTS] + [("DELETE", place) for place in ("", *UNDOES)]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(simulator={"callees": {"+14155551111": {"no_answer": True}}}) as one:
        yield one


def test_a_kick_is_answered_as_the_page_prints_it_and_resumes_the_next_element(plivo: Customer, bench: Bench) -> None:
    first, second = plivo.let_in(2)
    got = plivo.to_members("POST", "1", "Kick/")
    assert (got.status, shape(got.json)) == (202, shape(KICKED))
    assert (got.json["message"], got.json["member_id"]) == ("kicked", "1")
    bench.wait("verb_started", call=first, verb="Speak")
    assert [one["member_id"] for one in plivo.room()["members"]] == ["2"]
    assert plivo.ask("GET", f"/Call/{second}/?status=live").status == 200


def test_a_mute_is_answered_as_the_page_prints_it_and_can_be_seen(plivo: Customer) -> None:
    plivo.let_in(2)
    got = plivo.to_members("POST", "2", "Mute/")
    assert (got.status, shape(got.json)) == (202, shape(MUTED))
    assert got.json["member_id"] == "2"
    assert (plivo.member(1)["muted"], plivo.member(2)["muted"]) == (False, True)


@pytest.mark.parametrize("place", POSTS)
def test_one_id_is_answered_as_a_text_and_a_list_or_all_as_an_array(plivo: Customer, place: str) -> None:
    plivo.let_in(4)
    body, message = POSTS[place]
    for ids, shown in (("1", "1"), ("2,3", ["2", "3"]), ("all", ["all"])):
        got = plivo.to_members("POST", ids, place, body)
        assert (got.status, got.json["message"], got.json["member_id"]) == (202, message, shown)


def test_the_commas_of_a_list_may_be_encoded(plivo: Customer) -> None:
    plivo.let_in(3)
    assert plivo.to_members("POST", "1%2C3", "Mute/").json["member_id"] == ["1", "3"]
    assert [one["muted"] for one in plivo.room()["members"]] == [True, False, True]


@pytest.mark.parametrize("place", ["", *UNDOES])
def test_a_delete_has_no_body_even_where_nothing_is_undone(plivo: Customer, place: str) -> None:
    plivo.let_in(1)
    got = plivo.to_members("DELETE", "1", place)
    assert (got.status, got.body) == (204, b"")
    assert "Content-Type" not in got.headers


def test_mute_and_deaf_are_independent_and_can_be_repeated(plivo: Customer) -> None:
    plivo.let_in(1)
    for operation in ("Mute/", "Deaf/", "Mute/"):
        assert plivo.to_members("POST", "1", operation).status == 202
    assert (plivo.member(1)["muted"], plivo.member(1)["deaf"]) == (True, True)
    assert plivo.to_members("DELETE", "1", "Mute/").status == 204
    assert plivo.to_members("DELETE", "1", "Mute/").status == 204
    assert (plivo.member(1)["muted"], plivo.member(1)["deaf"]) == (False, True)
    assert plivo.to_members("DELETE", "all", "Deaf/").status == 204
    assert plivo.member(1)["deaf"] is False


def test_hanging_up_a_member_ends_its_call(plivo: Customer, bench: Bench) -> None:
    first, second = plivo.let_in(2)
    assert plivo.to_members("DELETE", "1").status == 204
    assert bench.wait("call_ended", call=first)["code"] == 4000
    told = bench.app.wait("/hangup", CallUUID=first).params
    assert told["HangupSource"] == "API Request"
    assert plivo.ask("GET", f"/Call/{second}/?status=live").status == 200


def test_of_a_list_those_that_exist_are_reached_and_named(plivo: Customer) -> None:
    plivo.let_in(2)
    got = plivo.to_members("POST", "99,2,nobody,%202", "Mute/")
    assert (got.status, got.json["member_id"]) == (202, ["2"])
    assert (plivo.member(1)["muted"], plivo.member(2)["muted"]) == (False, True)


@pytest.mark.parametrize(("method", "place"), EVERY)
def test_where_no_member_is_known_nothing_is_done(plivo: Customer, method: str, place: str) -> None:
    plivo.let_in(1)
    before = plivo.room()
    for ids in ("99", "98,99", "nobody", "1x", ","):
        got = plivo.to_members(method, ids, place, POSTS.get(place, (None, ""))[0])
        assert (got.status, got.json["error"]) == (404, "member not found")
        assert list(got.json) == ["api_id", "error"]
    after = plivo.room()
    assert [{**one, "join_time": ""} for one in before["members"]] == [
        {**one, "join_time": ""} for one in after["members"]
    ]


@pytest.mark.parametrize(("method", "place"), EVERY)
def test_in_a_conference_that_is_not_there_nobody_is_found(plivo: Customer, method: str, place: str) -> None:
    for ids in ("1", "all", "nobody"):
        got = plivo.to_members(method, ids, place, POSTS.get(place, (None, ""))[0], name="nowhere")
        assert (got.status, got.json["error"]) == (404, "conference not found")


@pytest.mark.parametrize(("place", "field"), [("Play/", "url"), ("Speak/", "text")])
def test_what_is_played_or_spoken_must_be_given(plivo: Customer, place: str, field: str) -> None:
    plivo.let_in(1)
    for body in (None, {}, {field: ""}, {field: None}):
        got = plivo.to_members("POST", "1", place, body)
        assert (got.status, got.json["error"]) == (400, f"{field} parameter is missing")


def test_a_member_hears_what_is_played_and_spoken_to_it_alone(plivo: Customer, bench: Bench) -> None:
    first, _ = plivo.let_in(2)
    plivo.to_members("POST", "1", "Play/", {"url": "https://example.com/a.mp3"})
    assert bench.wait("heard", media="https://example.com/a.mp3")["to"] == first
    plivo.to_members("POST", "all", "Speak/", {"text": "to all", "voice": "MAN", "language": "de-DE"})
    assert bench.wait("heard", text="to all")["to"] == NAME


def invite(bench: Bench, call: str, to: str, label: str = "") -> None:
    """Dial somebody into the room, as another face does."""
    wish = InviteMember(
        conference=NAME, account=ACME, call=call, to=to, caller="+16505550100", tongue="texml", label=label
    )
    assert bench.do(lambda service: service.execute(wish)).changed == (call,)


def test_an_id_means_the_number_and_not_somebody_elses_label(plivo: Customer, bench: Bench) -> None:
    invite(bench, "guest", "+14155552222", label="2")
    bench.wait("member_joined", call="guest")
    plivo.let_in(1)
    assert plivo.to_members("POST", "2", "Mute/").json["member_id"] == "2"
    assert [(one["member_id"], one["muted"]) for one in plivo.room()["members"]] == [("1", False), ("2", True)]


def test_somebody_whose_phone_still_rings_is_not_inside(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    invite(bench, "guest", "+14155551111")
    bench.wait("call_ringing", call="guest")
    assert plivo.room()["conference_member_count"] == "1"
    assert [one["member_id"] for one in plivo.room()["members"]] == ["1"]


def test_keys_that_repeat_the_path_and_unknown_ones_are_ignored(plivo: Customer) -> None:
    plivo.let_in(1)
    repeated = {"conference_name": "other", "member_id": "9", "length": "MAN"}
    assert plivo.to_members("POST", "1", "Mute/", repeated).status == 202
    assert plivo.to_members("POST", "1", "Speak/", {"text": "hi", **repeated}).status == 202
    assert plivo.to_members("DELETE", "1", "Mute/", repeated).status == 204
    assert plivo.ask("GET", "/Conference/My%20Conf%20Room/?conference_name=other").json["conference_name"] == NAME


def test_live_systems_answer_one_id_as_an_array_too() -> None:
    with served(faces={"plivo": {"replies": "observed"}}) as bench:
        plivo = Customer(bench)
        plivo.let_in(1)
        for place, (body, message) in POSTS.items():
            if place != "Kick/":
                got = plivo.to_members("POST", "1", place, body)
                assert (got.status, got.json["message"], got.json["member_id"]) == (202, message, ["1"])
        assert plivo.to_members("POST", "all", "Kick/").json["member_id"] == ["all"]


def test_member_ids_are_numbers_without_blanks_and_doubles() -> None:
    assert member_ids("all") == ("all",)
    assert member_ids(" 10 ,11,,10") == ("10", "11")
    assert member_ids("r1,all,-1,\u0661") == ()
