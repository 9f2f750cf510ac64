"""Audian's rows of stored conferences: what is kept, what is refused and why, and how the list is cut."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rest.audian import CREATE, LIST, UPDATE, Customer, shape
from tests.rest.bench import Bench, served

LIVE = {"members": 0, "moderators": 0, "duration": 0, "is_locked": False}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with served() as one:
        yield one


@pytest.fixture
def audian(bench: Bench) -> Iterator[Customer]:
    one = Customer(bench)
    yield one
    for known in one.data("GET", "?paginate=false"):
        one.data("DELETE", f"/{known['id']}")


# --- create, read, update, delete ---------------------------------------------------------------


def test_the_list_is_answered_as_the_page_prints_it(audian: Customer) -> None:
    audian.create(moderator_pins=["1234"])
    got = audian.ask("GET", "?paginate=false")
    assert (got.status, shape(got.json)) == (200, shape(LIST))
    assert got.json["auth_token"] == audian.bench.accounts[0]["audian"]["auth_token"]
    assert got.headers["X-Request-ID"] == got.json["request_id"]


def test_a_conference_is_created_as_the_page_asks(audian: Customer) -> None:
    got = audian.ask("PUT", "", CREATE)
    data = got.json["data"]
    assert got.status == 201
    assert data["id"].startswith("conf_")
    assert got.headers["Location"] == data["id"]
    tones = {"play_entry_tone": True, "play_exit_tone": True}
    assert data == {"id": data["id"], **CREATE["data"], **tones, "_read_only": LIVE}
    assert audian.data("GET", f"/{data['id']}") == data


def test_what_is_left_out_has_its_default(audian: Customer) -> None:
    made = audian.create()
    assert {name: made[name] for name in ("member_pins", "moderator_pins", "max_members", "profile")} == {
        "member_pins": [],
        "moderator_pins": [],
        "max_members": 0,
        "profile": "default",
    }


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_update_keeps_what_it_does_not_name(audian: Customer, method: str) -> None:
    made = audian.data("PUT", "", CREATE)
    changed = audian.data(method, f"/{made['id']}", UPDATE)
    assert changed == {**made, **UPDATE["data"]}
    assert audian.data("GET", f"/{made['id']}") == changed


def test_null_gives_a_field_its_default_back(audian: Customer) -> None:
    made = audian.create(member_pins=["1"], max_members=5, profile="webinar", play_entry_tone=True, colour="red")
    fields = ("member_pins", "max_members", "profile", "play_entry_tone", "colour")
    changed = audian.data("POST", f"/{made['id']}", {"data": dict.fromkeys(fields)})
    assert "colour" not in changed
    assert changed == {**audian.create(), "id": made["id"]}


def test_a_list_is_replaced_as_a_whole(audian: Customer) -> None:
    made = audian.create(member_pins=["1", "2"])
    assert audian.data("POST", f"/{made['id']}", {"data": {"member_pins": ["3"]}})["member_pins"] == ["3"]


def test_no_limit_may_be_said_by_zero(audian: Customer) -> None:
    made = audian.create(max_members=7)
    assert audian.data("POST", f"/{made['id']}", {"data": {"max_members": 0}})["max_members"] == 0
    assert audian.create(max_members=0)["max_members"] == 0


def test_nested_fields_are_understood_and_answered_flat(audian: Customer) -> None:
    made = audian.create(
        member={"pins": ["1"], "join_deaf": True},
        moderator={"pins": ["2"]},
        max_participants=9,
        profile_name="large",
    )
    assert (made["member_pins"], made["moderator_pins"], made["max_members"], made["profile"]) == (
        *(["1"], ["2"], 9, "large"),
    )
    assert made["member"] == {"join_deaf": True}
    assert not {"moderator", "max_participants", "profile_name"} & set(made)


def test_unknown_fields_are_kept_and_ours_cannot_be_written(audian: Customer) -> None:
    own = {"flags": ["a"], "owner": {"deep": [1, 2.5, None, "ü"]}}
    made = audian.create(**own, id="conf_mine", _read_only={"x": 1}, _id="y", pvt_z=1)
    assert {name: made[name] for name in own} == own
    assert made["id"] != "conf_mine"
    assert (made["_read_only"], "_id" in made, "pvt_z" in made) == (LIVE, False, False)
    changed = audian.data("PATCH", f"/{made['id']}", {"data": {"flags": None, "new": 1}})
    assert ("flags" in changed, changed["owner"], changed["new"]) == (False, own["owner"], 1)


@pytest.mark.parametrize(("profile", "tone"), [("default", True), ("large", False), ("webinar", False)])
def test_tones_follow_the_profile_unless_they_are_set(audian: Customer, profile: str, tone: bool) -> None:
    made = audian.create(profile=profile, play_exit_tone=not tone)
    assert (made["play_entry_tone"], made["play_exit_tone"]) == (tone, not tone)


def test_a_deleted_conference_is_answered_once_more_and_is_gone(audian: Customer) -> None:
    made = audian.create(colour="red")
    got = audian.ask("DELETE", f"/{made['id']}")
    assert (got.status, got.json["data"]) == (200, {**made, "_read_only": {"deleted": True}})
    for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        again = audian.ask(method, f"/{made['id']}", {"action": "lock", "data": {}})
        assert (again.status, again.json["message"]) == (404, "bad_identifier")
        assert again.json["data"] == {"message": "bad identifier", "cause": made["id"]}


# --- validation -----------------------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], str, str, Any]] = [
    ({"name": ""}, "name", "minLength", 1),
    ({"name": " \n"}, "name", "pattern", r"^[\s\S]*\S[\s\S]*$"),
    ({"name": "n" * 129}, "name", "maxLength", 128),
    ({"name": 5}, "name", "type", ["string"]),
    ({"name": None}, "name", "required", None),
    ({"member_pins": "1"}, "member_pins", "type", ["array"]),
    ({"member_pins": [1]}, "member_pins.0", "type", ["string"]),
    ({"member_pins": ["1", "1a"]}, "member_pins.1", "pattern", "^[0-9]+$"),
    ({"member_pins": ["1\n"]}, "member_pins.0", "pattern", "^[0-9]+$"),
    ({"member_pins": ["٣"]}, "member_pins.0", "pattern", "^[0-9]+$"),
    ({"member_pins": [""]}, "member_pins.0", "minLength", 1),
    ({"member_pins": ["1" * 17]}, "member_pins.0", "maxLength", 16),
    ({"member_pins": ["1", "1"]}, "member_pins", "uniqueItems", None),
    ({"member": {"pins": ["x"]}}, "member.pins.0", "pattern", "^[0-9]+$"),
    ({"member": []}, "member", "type", ["object"]),
    ({"member_pins": ["7"], "moderator_pins": ["7"]}, "moderator_pins", "unique", None),
    ({"member_pins": ["7"], "member": {"pins": ["8"]}}, "member.pins", "invalid", None),
    ({"max_members": 5, "max_participants": 6}, "max_participants", "invalid", None),
    ({"max_members": 1}, "max_members", "minimum", 2),
    ({"max_members": -1}, "max_members", "minimum", 2),
    ({"max_members": 10**12}, "max_members", "maximum", 1_000_000),
    ({"max_members": "5"}, "max_members", "type", ["integer"]),
    ({"max_members": True}, "max_members", "type", ["integer"]),
    ({"max_members": False}, "max_members", "type", ["integer"]),
    ({"max_members": 5.5}, "max_members", "type", ["integer"]),
    ({"profile": "loud"}, "profile", "enum", ["default", "large", "webinar"]),
    ({"profile": {"rate": 8000}}, "profile", "type", ["string"]),
    ({"profile_name": "loud"}, "profile_name", "enum", ["default", "large", "webinar"]),
    ({"play_entry_tone": "ding"}, "play_entry_tone", "type", ["boolean"]),
    ({"play_exit_tone": 1}, "play_exit_tone", "type", ["boolean"]),
    ({"wait_for_moderator": "yes"}, "wait_for_moderator", "type", ["boolean"]),
]


@pytest.mark.parametrize(("fields", "path", "code", "target"), WRONG)
def test_each_fault_stands_under_its_field_with_its_code(
    audian: Customer, fields: dict[str, Any], path: str, code: str, target: Any
) -> None:
    made = audian.create()
    for method, at in (("PUT", ""), ("POST", f"/{made['id']}")):
        told = audian.faults(method, at, {"data": {"name": "Fine", **fields}})
        for key in path.split("."):
            told = told[key]
        assert (told[code]["message"] != "", told[code].get("target")) == (True, target)
    assert audian.data("GET", "?paginate=false") == [
        {name: made[name] for name in ("id", "name", "member_pins", "moderator_pins", "max_members", "profile")}
    ]


def test_all_faults_are_told_at_once(audian: Customer) -> None:
    told = audian.faults("PUT", "", {"data": {"member_pins": ["x", 1], "max_members": 1, "profile": "loud"}})
    assert {name: sorted(one) for name, one in told.items()} == {
        "name": ["required"],
        "member_pins": ["0", "1"],
        "max_members": ["minimum"],
        "profile": ["enum"],
    }
    assert told["profile"]["enum"]["value"] == "loud"


def test_a_pin_is_never_told_again_by_a_fault(audian: Customer) -> None:
    for pins in (["98765x"], ["98765", "98765"], ["98765" * 4]):
        got = audian.ask("PUT", "", {"data": {"name": "n", "member_pins": pins}})
        assert (got.status, b"98765" in got.body) == (400, False)


def test_a_pin_of_one_list_is_held_against_the_stored_other_one(audian: Customer) -> None:
    made = audian.create(member_pins=["7"])
    told = audian.faults("POST", f"/{made['id']}", {"data": {"moderator_pins": ["7"]}})
    assert list(told["moderator_pins"]) == ["unique"]
    both = {"member_pins": None, "moderator_pins": ["7"]}
    assert audian.data("POST", f"/{made['id']}", {"data": both})["moderator_pins"] == ["7"]


@pytest.mark.parametrize("body", [{}, {"name": "n"}, {"data": None}, {"data": []}, {"data": "n"}, None])
def test_a_body_without_data_is_refused(audian: Customer, body: Any) -> None:
    assert audian.faults("PUT", "", body) == {"message": "field required: data"}
    assert audian.data("GET") == []


def test_what_goes_too_deep_is_refused(audian: Customer) -> None:
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    assert "deeper" in audian.faults("PUT", "", {"data": {"name": "n", "deep": deep}})["message"]


def test_a_hundred_faults_are_enough(audian: Customer) -> None:
    told = audian.faults("PUT", "", {"data": {"name": "n", "member_pins": ["x"] * 500}})
    assert len(told["member_pins"]) == 100


# --- paging ---------------------------------------------------------------------------------------


def test_pages_go_on_where_the_last_one_ended_newest_first(audian: Customer) -> None:
    made = [audian.create(name=f"Room {number}")["id"] for number in range(5)]
    seen: list[str] = []
    start = ""
    sizes = []
    while True:
        got = audian.ask("GET", f"?page_size=2{start}").json
        seen += [one["id"] for one in got["data"]]
        sizes.append(got["page_size"])
        assert got["start_key"]
        if "next_start_key" not in got:
            break
        start = f"&start_key={got['next_start_key']}"
        audian.data("DELETE", f"/{got['data'][0]['id']}")  # a page does not depend on what was before it
    assert (seen, sizes) == (made[::-1], [2, 2, 1])


def test_a_page_has_25_entries_and_never_more_than_100(audian: Customer) -> None:
    for number in range(101):
        audian.create(name=f"Room {number}")
    assert audian.ask("GET").json["page_size"] == 25
    assert audian.ask("GET", "?page_size=5000").json["page_size"] == 100
    everything = audian.ask("GET", "?paginate=false&page_size=2").json
    assert len(everything["data"]) == 101
    assert not {"page_size", "start_key", "next_start_key"} & set(everything)


def test_an_empty_list_is_one_page(audian: Customer) -> None:
    got = audian.ask("GET").json
    assert (got["data"], got["page_size"], "next_start_key" in got) == ([], 0, False)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("page_size=0", "page_size", "minimum"),
        ("page_size=x", "page_size", "type"),
        ("paginate=maybe", "paginate", "type"),
        ("start_key=%21", "start_key", "invalid"),
        ("start_key=" + base64.urlsafe_b64encode(b'{"a": 1}').decode(), "start_key", "invalid"),
    ],
)
def test_a_page_that_cannot_be_is_refused(audian: Customer, query: str, field: str, code: str) -> None:
    assert list(audian.faults("GET", f"?{query}")[field]) == [code]


def test_conferences_of_one_name_are_two(audian: Customer) -> None:
    first, second = audian.create(), audian.create()
    assert first["id"] != second["id"]
    audian.data("DELETE", f"/{first['id']}")
    assert [one["id"] for one in audian.data("GET")] == [second["id"]]
