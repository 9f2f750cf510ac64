"""What ends a room or thins it out: flagged members, being alone, caps, time, keys."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import JoinConference
from tests.stories.conference.rooms import HOME, XML_DIALECTS, document, hang_up, meet, stay, visit
from tests.stories.story import Story

TOLD = {"callbackUrl": f"{HOME}/told"}


def press(call: str, at: float, digits: str) -> dict[str, Any]:
    """Somebody presses keys."""
    return {"at": at, "do": "press", "call": call, "digits": digits}


# --- endConferenceOnExit (Plivo 5.9, Vobiz 2.4, TeXML 2.4, 7 A4, A32) ----

LEAVINGS: dict[str, dict[str, Any]] = {
    "hung up": hang_up("bob", 9),
    "kicked": {"at": 9, "do": "kick", "conference": "Room", "members": ["bob"]},
    "hung up by command": {"at": 9, "do": "hang_up_member", "conference": "Room", "members": ["bob"]},
    "redirected": {"at": 9, "do": "transfer", "call": "bob", "aleg": f"{HOME}/carl"},
    "lost": {"at": 9, "do": "lose_call", "call": "bob"},
}


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize("leaving", sorted(LEAVINGS))
def test_a_flagged_member_ends_the_room_however_it_leaves(dialect: str, leaving: str) -> None:
    people = {"ann": visit(dialect), "bob": visit(dialect, endConferenceOnExit=True)}
    pages = {"carl": visit(dialect, room="Other")}

    story = meet(dialect, people, LEAVINGS[leaving], pages=pages)

    assert story.one("conference_ended", conference="Room")["why"] == "ended_by_member"
    assert story.at("member_left", call="ann", cause="ended_by_member") == 9


def test_every_member_leaves_before_the_room_ends() -> None:
    people = {name: visit("plivo", endConferenceOnExit=name == "bob") for name in ("ann", "bob", "carl")}

    story = meet("plivo", people, hang_up("bob", 9))

    assert len(story.what("member_left")) == 3
    last = max(i for i, entry in enumerate(story.entries) if entry["what"] == "member_left")
    assert last < story.place("conference_ended")


def test_two_flagged_members_any_of_them_ends_the_room() -> None:
    people = {name: visit("plivo", endConferenceOnExit=name != "ann") for name in ("ann", "bob", "carl")}

    story = meet("plivo", people, hang_up("bob", 9))

    assert story.at("conference_ended") == 9


def test_by_option_only_the_last_flagged_member_ends_the_room() -> None:
    # Plivo 5.9: the framework's way.
    people = {name: visit("plivo", endConferenceOnExit=name != "ann") for name in ("ann", "bob", "carl")}
    rules = {"plivo": {"end_on_exit": "all"}}

    story = meet("plivo", people, hang_up("bob", 9), hang_up("carl", 19), rules=rules)

    assert story.at("conference_ended") == 19


def test_the_name_is_free_as_soon_as_the_room_ends() -> None:
    # TeXML 6: completed, the name becomes free.
    people = {"ann": visit("texml", endConferenceOnExit=True), "bob": visit("texml")}

    story = meet("texml", people, hang_up("ann", 9), at={"bob": 10.0})

    assert story.times("conference_created") == [0, 10]
    assert [one["member"] for one in story.what("member_joined")] == [1, 1]


# --- stayAlone (Plivo 5.8, Vobiz 7.11) ----


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_first_joiner_may_wait_alone(dialect: str) -> None:
    story = meet(dialect, {"ann": visit(dialect, stayAlone=False)}, until=100)

    assert story.never("member_left")


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_who_may_not_stay_alone_leaves_when_the_last_other_does(dialect: str) -> None:
    people = {name: visit(dialect, stayAlone=False) for name in ("ann", "bob", "carl")}

    story = meet(dialect, people, hang_up("bob", 5), hang_up("carl", 9))

    assert story.at("member_left", call="ann") == 9
    assert story.one("member_left", call="ann")["cause"] == "left_alone"


def test_vobiz_lets_nobody_stay_alone_unless_told_and_plivo_does() -> None:
    # Vobiz 2.4: stayAlone is false there; Plivo 2.3: true.
    left = {}
    for dialect in ("plivo", "vobiz"):
        people = {name: visit(dialect) for name in ("ann", "bob")}
        left[dialect] = bool(meet(dialect, people, hang_up("bob", 9), until=100).what("member_left", call="ann"))

    assert left == {"plivo": False, "vobiz": True}


def test_by_option_a_lone_first_joiner_is_dropped_at_once() -> None:
    # Vobiz 7.11, the strict switch.
    story = meet("vobiz", {"ann": visit("vobiz")}, rules={"vobiz": {"alone": "at_once"}})

    assert story.at("member_left", call="ann", cause="left_alone") == 0


def test_who_may_stay_alone_does_so_and_may_have_company_again() -> None:
    people = {"ann": visit("plivo"), "bob": visit("plivo"), "carl": visit("plivo", stayAlone=False)}

    story = meet("plivo", people, hang_up("bob", 9), at={"carl": 20.0}, until=100)

    assert story.never("member_left", call="carl")
    assert story.never("member_left", call="ann")


# --- caps (Plivo 5.12, Vobiz 7.10, TeXML 7 A5, A7) ----


@pytest.mark.parametrize(
    ("dialect", "cap"), [("plivo", "maxMembers"), ("vobiz", "maxParticipants"), ("texml", "maxParticipants")]
)
def test_calls_of_the_same_instant_never_exceed_the_cap(dialect: str, cap: str) -> None:
    mine: dict[str, Any] = {cap: 3}
    people = {f"c{i}": visit(dialect, **mine) for i in range(8)}

    story = meet(dialect, people, until=100)

    assert len(story.what("member_joined")) == 3
    assert len(story.what("member_refused", cause="full")) == 5


def test_a_refused_call_never_reaches_the_switch() -> None:
    people = {name: visit("plivo", maxMembers=1) for name in ("ann", "bob")}

    story = meet("plivo", people, until=100)

    assert [effect.call for _, effect in story.did(JoinConference)] == ["ann"]


def test_a_place_is_free_again_when_a_member_has_left() -> None:
    people = {name: visit("plivo", maxMembers=1) for name in ("ann", "bob")}

    story = meet("plivo", people, hang_up("ann", 9), at={"bob": 10.0}, until=100)

    assert story.at("member_joined", call="bob") == 10


@pytest.mark.parametrize(("dialect", "default"), [("plivo", 20), ("vobiz", 20)])
def test_without_a_cap_the_dialects_own_holds(dialect: str, default: int) -> None:
    # Plivo 2.3 maxMembers, Vobiz 7.10: the account's cap.
    people = {f"c{i}": visit(dialect) for i in range(default + 2)}

    story = meet(dialect, people, until=100)

    assert len(story.what("member_joined")) == default


def test_in_plivo_each_joiner_brings_its_own_cap() -> None:
    # Plivo 5.12.
    people = {
        "ann": visit("plivo", maxMembers=5),
        "bob": visit("plivo", maxMembers=1),
        "carl": visit("plivo", maxMembers=9),
    }

    story = meet("plivo", people, at={"bob": 1.0, "carl": 2.0}, until=100)

    assert story.at("member_refused", call="bob", cause="full") == 1
    assert story.at("member_joined", call="carl") == 2


def test_in_texml_the_cap_is_that_of_who_made_the_room() -> None:
    # TeXML 7 A7.
    people = {
        "ann": visit("texml", maxParticipants=2),
        "bob": visit("texml"),
        "carl": visit("texml", maxParticipants=9),
    }

    story = meet("texml", people, at={"bob": 1.0, "carl": 2.0}, until=100)

    assert story.at("member_joined", call="bob") == 1
    assert story.at("member_refused", call="carl", cause="full") == 2


# --- time (Plivo 5.11, Vobiz 2.4, TeXML 2.3 Dial timeLimit) ----


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_newest_time_limit_counts_from_its_joiner_on(dialect: str) -> None:
    people = {"ann": visit(dialect, timeLimit=10), "bob": visit(dialect, timeLimit=20), "carl": visit(dialect)}

    story = meet(dialect, people, at={"bob": 5.0, "carl": 6.0})

    assert story.at("conference_ended") == 25
    assert story.one("conference_ended")["why"] == "room_time_limit"


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_newer_time_limit_of_nought_is_none(dialect: str) -> None:
    # Plivo 2.3 timeLimit: 0 is none; 5.11: the newest explicit value counts.
    people = {"ann": visit(dialect, timeLimit=10), "bob": visit(dialect, timeLimit=0)}

    story = meet(dialect, people, at={"bob": 5.0}, until=100_000)

    assert story.never("conference_ended")


@pytest.mark.parametrize(("dialect", "limit"), [("plivo", 86400), ("vobiz", 14400)])
def test_without_a_time_limit_the_dialects_own_holds(dialect: str, limit: float) -> None:
    # Plivo 2.3 timeLimit, Vobiz 2.4.
    story = meet(dialect, {"ann": visit(dialect)}, until=100_000)

    assert story.at("conference_ended", why="room_time_limit") == limit


def test_by_option_the_time_limit_is_that_of_who_made_the_room() -> None:
    people = {"ann": visit("plivo", timeLimit=10), "bob": visit("plivo", timeLimit=20)}

    story = meet("plivo", people, at={"bob": 5.0}, rules={"plivo": {"limit_owner": "creator"}})

    assert story.at("conference_ended") == 10


def test_a_dials_time_limit_takes_one_leg_out_and_leaves_the_room() -> None:
    # TeXML 2.3 Dial timeLimit.
    people = {"ann": visit("texml", dial={"timeLimit": 60}), "bob": visit("texml")}

    story = meet("texml", people, at={"bob": 5.0}, until=100)

    assert story.at("member_left", call="ann", cause="leg_time_limit") == 60
    assert story.never("conference_ended")


def test_a_dials_time_limit_does_not_reach_into_the_next_room() -> None:
    limited, free = stay("texml", dial={"timeLimit": 60}), stay("texml", room="Other")
    kick = {"at": 30, "do": "kick", "conference": "Room", "members": ["ann"]}

    story = meet("texml", {"ann": document(limited, free)}, kick, until=100)

    assert story.never("member_left", conference="Other")


# --- keys (Plivo 2.3, 2.6 (c), 3.7; Vobiz 2.4) ----


def keys(*steps: dict[str, Any], **mine: Any) -> Story:
    """Ann presses keys in a room and bob is there too."""
    return meet("plivo", {"ann": visit("plivo", **TOLD, **mine), "bob": visit("plivo")}, *steps, until=100)


def matched(story: Story) -> list[str]:
    """The patterns that were told."""
    return [params["ConferenceDigitsMatch"] for params in story.callbacks("/told", ConferenceAction="digits")]


def test_a_pattern_is_found_at_the_end_of_whatever_was_pressed() -> None:
    story = keys(press("ann", 5, "9912"), digitsMatch="12")

    assert matched(story) == ["12"]


def test_a_match_clears_what_was_pressed() -> None:
    story = keys(press("ann", 5, "111"), digitsMatch="11")

    assert matched(story) == ["11"]


def test_three_seconds_without_a_key_clear_what_was_pressed() -> None:
    # Issue 2, part 4.
    assert matched(keys(press("ann", 5, "1"), press("ann", 8, "2"), digitsMatch="12")) == ["12"]
    assert matched(keys(press("ann", 5, "1"), press("ann", 8.1, "2"), digitsMatch="12")) == []


def test_patterns_are_matched_for_each_member_alone() -> None:
    people = {name: visit("plivo", digitsMatch="12", **TOLD) for name in ("ann", "bob")}

    story = meet("plivo", people, press("ann", 5, "1"), press("bob", 5, "2"), until=100)

    assert matched(story) == []


def test_a_pattern_takes_nobody_out() -> None:
    # Plivo 2.6 (c).
    story = keys(press("ann", 5, "12"), digitsMatch="12")

    assert story.never("member_left")


def test_star_takes_the_member_out_before_any_pattern_is_matched() -> None:
    # Issue 2, part 4: `*` with hangupOnStar wins.
    story = keys(press("ann", 5, "1*"), digitsMatch="1*,*", hangupOnStar=True)

    assert matched(story) == []
    assert story.at("member_left", call="ann", cause="star") == 5


def test_without_hangup_on_star_a_star_is_a_key_like_others() -> None:
    story = keys(press("ann", 5, "1*"), digitsMatch="1*")

    assert matched(story) == ["1*"]
    assert story.never("member_left")


def test_a_key_of_one_who_waits_counts_too() -> None:
    story = keys(press("ann", 5, "*"), hangupOnStar=True, startConferenceOnEnter=False)

    assert story.at("member_left", call="ann", cause="star") == 5


@pytest.mark.parametrize(("dialect", "relays"), [("plivo", True), ("vobiz", False), ("texml", True)])
def test_whether_keys_are_heard_by_others_is_the_dialects_default(dialect: str, *, relays: bool) -> None:
    # Plivo 2.3 relayDTMF, Vobiz 2.4.
    story = meet(dialect, {"ann": visit(dialect)}, until=100)

    assert [effect.relay for _, effect in story.did(JoinConference)] == [relays]


@pytest.mark.parametrize("relays", [True, False])
def test_relay_dtmf_says_whether_keys_are_heard_by_others(*, relays: bool) -> None:
    story = meet("plivo", {"ann": visit("plivo", relayDTMF=relays)}, until=100)

    assert [effect.relay for _, effect in story.did(JoinConference)] == [relays]
