"""Rooms whose members speak different dialects, and rooms of the same name in different accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.conference.rooms import AFTER, HOME, hang_up, meet, visit
from tests.stories.story import Story


def mixed(*steps: dict[str, Any], people: dict[str, tuple[str, dict[str, Any]]], **sections: Any) -> Story:
    """Everybody has a dialect and attributes of their own; they come a second apart, in this order."""
    pages = {name: visit(dialect, **given) for name, (dialect, given) in people.items()}
    callers = {name: {"dialect": dialect} for name, (dialect, _) in people.items()}
    at = {name: float(i) for i, name in enumerate(people)}
    sections.setdefault("until", 200)
    return meet("", pages, *steps, at=at, callers=callers, **sections)


def test_after_the_same_end_each_member_does_what_its_own_dialect_says() -> None:
    # DESIGN 6: Plivo and TeXML go on, Vobiz ends.
    people: dict[str, tuple[str, dict[str, Any]]] = {
        "host": ("plivo", {"endConferenceOnExit": True}),
        "pat": ("plivo", {}),
        "vic": ("vobiz", {}),
        "tess": ("texml", {}),
    }

    story = mixed(hang_up("host", 9), people=people)

    assert {one["cause"] for one in story.what("member_left", at=9) if one["call"] != "host"} == {"ended_by_member"}
    assert (story.spoken("pat"), story.spoken("tess"), story.spoken("vic")) == ([AFTER], [AFTER], [])
    assert story.end("vic") == ("room_ended", 4000)


def test_after_the_rooms_own_time_limit_each_member_does_what_its_own_dialect_says() -> None:
    # Plivo 2.6 (e), Vobiz 2.4, TeXML 2.5.
    people: dict[str, tuple[str, dict[str, Any]]] = {
        "pat": ("plivo", {"timeLimit": 30}),
        "vic": ("vobiz", {}),
        "tess": ("texml", {}),
    }

    story = mixed(people=people)

    assert story.times("member_left", cause="room_time_limit") == [30] * 3
    assert (story.spoken("pat"), story.spoken("tess"), story.spoken("vic")) == ([AFTER], [AFTER], [])


def test_a_member_by_definition_ends_with_a_room_that_another_dialect_made() -> None:
    callers = {"dora": {"at": 5, "conference": "weekly"}}
    stored = {"weekly": {"name": "Room"}}
    people = {"pat": visit("plivo", endConferenceOnExit=True)}

    story = meet("plivo", people, hang_up("pat", 20), people_in=callers, conferences=stored)

    assert story.one("member_left", call="dora")["cause"] == "ended_by_member"
    assert story.end("dora")[0] == "room_ended"


def test_a_room_is_ruled_by_the_dialect_that_made_it() -> None:
    # DESIGN 6: start, end, cap and time limit are fixed by the creating member's dialect.
    rules = {"texml": {"start_requires": 2}}
    by_texml = mixed(people={"tess": ("texml", {}), "pat": ("plivo", {})}, rules=rules)
    by_plivo = mixed(people={"pat": ("plivo", {}), "tess": ("texml", {})}, rules=rules)

    assert by_texml.at("conference_started") == 1
    assert by_plivo.at("conference_started") == 0


@pytest.mark.parametrize(("maker", "limit"), [("plivo", 86400), ("vobiz", 14400)])
def test_the_length_of_a_room_is_that_of_its_makers_dialect(maker: str, limit: float) -> None:
    # Plivo 2.3, Vobiz 2.4 timeLimit.
    story = mixed(people={"first": (maker, {"stayAlone": True}), "tess": ("texml", {})}, until=100_000)

    assert story.at("conference_ended") == limit


def test_members_of_all_dialects_hear_each_other() -> None:
    people: dict[str, tuple[str, dict[str, Any]]] = {"pat": ("plivo", {}), "vic": ("vobiz", {}), "tess": ("texml", {})}

    story = mixed(people=people)

    assert len(story.simulation.exchange.hears("r1")) == 6


def test_each_member_is_told_in_its_own_dialects_words() -> None:
    told = {"callbackUrl": f"{HOME}/told", "stayAlone": True}

    story = mixed(hang_up("pat", 9), hang_up("vic", 10), people={"pat": ("plivo", told), "vic": ("vobiz", told)})

    plivo, vobiz = story.callbacks("/told", call="pat"), story.callbacks("/told", call="vic")
    assert [params["ConferenceAction"] for params in (*plivo, *vobiz)] == ["enter", "exit", "enter", "exit"]
    assert "From" in plivo[1]
    assert "From" not in vobiz[1]  # Vobiz 3.2, 7.15


def test_equal_names_in_two_accounts_are_two_rooms() -> None:
    people = {"ann": visit("plivo"), "bob": visit("plivo"), "carl": visit("plivo")}
    callers = {"ann": {"account": "one"}, "bob": {"account": "two"}, "carl": {"account": "two"}}
    kick = {"at": 5, "do": "kick", "conference": "Room", "account": "two"}
    expect = [{"at": 4, "not_hears": ["ann", "bob"]}, {"at": 4, "hears": ["bob", "carl"]}]

    story = meet("plivo", people, kick, callers=callers, expect=expect, until=50)

    assert len(story.what("conference_created")) == 2
    assert story.receipt()["results"] == {"bob": "changed", "carl": "changed"}
    assert story.never("member_left", call="ann")


def test_a_room_of_another_account_is_not_found() -> None:
    people = {"ann": visit("plivo")}
    kick = {"at": 5, "do": "kick", "conference": "Room", "account": "two", "members": ["ann"]}

    story = meet("plivo", people, kick, callers={"ann": {"account": "one"}}, until=50)

    assert story.receipt()["refused"] == "unknown_conference"
    assert story.never("member_left")


def test_names_of_rooms_are_told_apart_by_capitals() -> None:
    # Vobiz 2.4, Plivo 2.3: case-sensitive.
    story = meet("plivo", {"ann": visit("plivo"), "bob": visit("plivo", room="room")}, until=50)

    assert len(story.what("conference_created")) == 2
