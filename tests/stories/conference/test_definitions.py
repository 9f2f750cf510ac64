"""A conference that is stored before anybody comes: its PINs, its moderators, its cap and tones."""

from __future__ import annotations

from typing import Any

import pytest

from engine.machines.models import Definition
from engine.values.effects import RecordConferenceEnd
from tests.stories.conference.rooms import AFTER, meet, visit
from tests.stories.story import Story

MEMBER, MODERATOR = "5678", "1234"
BOTH: dict[str, Any] = {"member_pins": [MEMBER], "moderator_pins": [MODERATOR]}
# With nobody pressing anything: the welcome lasts 1.6 s, the question 3.6 s, and then there are 5 s for a key.
WELCOMED, ASKED, SILENT = 1.6, 5.2, 10.2


def press(call: str, at: float, digits: str) -> dict[str, Any]:
    """Somebody presses keys."""
    return {"at": at, "do": "press", "call": call, "digits": digits}


def dial_in(*steps: dict[str, Any], at: dict[str, float] | None = None, expect: Any = (), **definition: Any) -> Story:
    """Ann (and whoever `at` names) dials into the conference Weekly."""
    callers = {name: {"at": when, "conference": "weekly"} for name, when in (at or {"ann": 0.0}).items()}
    stored = {"weekly": {"name": "Weekly", **definition}}
    return meet("", {}, *steps, people_in=callers, conferences=stored, expect=list(expect), until=200)


def texts(story: Story, call: str = "ann") -> list[str]:
    """What the door said to a caller, by a word of each sentence."""
    words = ("Welcome", "PIN, followed", "not valid", "Too many", "full", "locked")
    said = [one["text"] for one in story.what("heard", call=call, purpose="door")]
    return [next(word for word in words if word in text) for text in said]


# --- the PIN (Audian 7 steps 1, 4c, 6; 9 B12) ----


def test_without_pins_nobody_is_asked_for_one() -> None:
    story = dial_in()

    assert texts(story) == ["Welcome"]
    assert story.at("member_joined", call="ann") == WELCOMED


@pytest.mark.parametrize("pin", [MEMBER, MODERATOR])
def test_either_pin_lets_its_owner_in(pin: str) -> None:
    story = dial_in(press("ann", 6, pin + "#"), **BOTH)

    assert texts(story) == ["Welcome", "PIN, followed"]
    assert story.at("member_joined", call="ann") == 6


def test_a_pin_counts_without_the_pound_key_when_time_is_over() -> None:
    # Audian 7 step 4: 5 s.
    story = dial_in(press("ann", 6, MEMBER), **BOTH)

    assert story.at("member_joined", call="ann") == 11


def test_a_pin_may_be_pressed_into_the_question() -> None:
    story = dial_in(press("ann", 2, MEMBER + "#"), **BOTH)

    assert story.at("member_joined", call="ann") == 2
    assert story.stopped(purpose="door", to="ann") == [2]


def test_a_pin_has_sixteen_digits_at_most() -> None:
    # Audian 7 step 4.
    story = dial_in(press("ann", 6, "1" * 16), **BOTH)

    assert story.times("pin_refused", call="ann")[0] == 6


def test_three_wrong_pins_end_the_call() -> None:
    # Audian 7 step 6.
    story = dial_in(press("ann", 4, "1#"), press("ann", 8, "2#"), press("ann", 12, "3#"), **BOTH)

    assert texts(story) == ["Welcome", *["PIN, followed", "not valid"] * 2, "PIN, followed", "Too many"]
    assert story.at("member_refused", call="ann", cause="pin_wrong") == 12


def test_the_third_try_may_be_right() -> None:
    story = dial_in(press("ann", 4, "1#"), press("ann", 8, "2#"), press("ann", 12, MEMBER + "#"), **BOTH)

    assert story.at("member_joined", call="ann") == 12


def test_a_wrong_pin_is_one_try_however_long_the_next_question_lasts() -> None:
    story = dial_in(press("ann", 6, "1#"), press("ann", 12, MEMBER + "#"), **BOTH)

    assert story.times("pin_asked", call="ann") == [WELCOMED, 8]
    assert story.times("pin_refused", call="ann") == [6]
    assert story.at("member_joined", call="ann") == 12


def test_an_empty_entry_is_wrong_where_members_have_pins() -> None:
    story = dial_in(press("ann", 6, "#"), **BOTH)

    assert story.times("pin_refused", call="ann")[0] == 6


@pytest.mark.parametrize(("steps", "at"), [([press("ann", 6, "#")], 6.0), ([], SILENT)])
def test_where_only_moderators_have_pins_an_empty_entry_is_a_members(steps: list[dict[str, Any]], at: float) -> None:
    # Audian 7 step 4c, 9 B12: the question is asked nevertheless.
    story = dial_in(*steps, moderator_pins=[MODERATOR], wait_for_moderator=True)

    assert texts(story) == ["Welcome", "PIN, followed"]
    assert story.at("member_joined", call="ann") == at
    assert story.never("conference_started")  # a member, not a moderator


def test_a_pin_in_both_lists_is_a_members() -> None:
    # Audian 7 step 4c: the member list is looked at first.
    story = dial_in(press("ann", 6, "1#"), member_pins=["1"], moderator_pins=["1"], wait_for_moderator=True)

    assert story.at("member_joined", call="ann") == 6
    assert story.never("conference_started")


def test_no_pin_is_ever_shown() -> None:
    # DESIGN 10.
    story = dial_in(press("ann", 6, MEMBER + "#"), **BOTH)

    assert MEMBER not in str(story)
    assert {one["digit"] for one in story.what("digit")} == {"•"}


def test_who_is_asked_for_a_pin_is_no_member_yet() -> None:
    # Audian 9 B26.
    kick = {"at": 6, "do": "kick", "conference": "Weekly"}

    story = dial_in(kick, press("ann", 7, MEMBER + "#"), **BOTH)

    assert story.receipt("kick")["refused"] == "unknown_conference"
    assert story.at("member_joined", call="ann") == 7


def test_who_hangs_up_at_the_door_leaves_nothing_behind() -> None:
    story = dial_in({"at": 3, "do": "hang_up", "call": "ann"}, **BOTH)

    assert story.at("call_ended", call="ann") == 3
    assert story.never("conference_created")


# --- places (Audian 7 step 7, 9 B13) ----


def test_moderators_count_and_are_refused_like_others() -> None:
    steps = [press("ann", 6, MEMBER + "#"), press("bob", 7, MODERATOR + "#")]

    story = dial_in(*steps, at={"ann": 0.0, "bob": 0.0}, max_members=1, **BOTH)

    assert story.at("member_refused", call="bob", cause="full") == 7
    assert texts(story, "bob")[-1] == "full"


def test_callers_of_the_same_instant_never_exceed_the_cap() -> None:
    story = dial_in(at={f"c{i}": 0.0 for i in range(6)}, max_members=2)

    assert len(story.what("member_joined")) == 2


def test_without_a_cap_there_is_none() -> None:
    story = dial_in(at={f"c{i}": 0.0 for i in range(300)})

    assert len(story.what("member_joined")) == 300


def test_a_smaller_cap_takes_nobody_out() -> None:
    # Audian 9 B13.
    change = {"at": 5, "do": "define_conference", "id": "weekly", "max_members": 1}

    story = dial_in(change, at={"ann": 0.0, "bob": 0.0, "carl": 6.0})

    assert story.never("member_left")
    assert story.what("member_refused", call="carl", cause="full")


# --- profiles and tones (Audian 4.5, 9 B14, B17, B35) ----


def tones(story: Story) -> int:
    """How many tones were played into the room."""
    return len(story.what("heard", purpose="enter_sound")) + len(story.what("heard", purpose="exit_sound"))


@pytest.mark.parametrize(("profile", "expected"), [("default", 3), ("large", 0), ("webinar", 0)])
def test_tones_follow_the_profile(profile: str, expected: int) -> None:
    story = dial_in({"at": 9, "do": "hang_up", "call": "bob"}, at={"ann": 0.0, "bob": 0.0}, profile=profile)

    assert tones(story) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"profile": "large", "play_entry_tone": True}, 2),
        ({"play_entry_tone": False}, 1),
        ({"play_exit_tone": False}, 2),
    ],
)
def test_tones_that_were_set_win_over_the_profile(given: dict[str, Any], expected: int) -> None:
    story = dial_in({"at": 9, "do": "hang_up", "call": "bob"}, at={"ann": 0.0, "bob": 0.0}, **given)

    assert tones(story) == expected


def test_in_a_webinar_members_listen_and_moderators_speak() -> None:
    steps = [press("ann", 6, MODERATOR + "#"), press("bob", 7, MEMBER + "#")]
    unmute = {"at": 10, "do": "unmute", "conference": "Weekly", "members": ["bob"]}
    expect = [
        {"at": 8, "hears": ["bob", "ann"]},
        {"at": 8, "not_hears": ["ann", "bob"]},
        {"at": 11, "hears": ["ann", "bob"]},  # Audian 9 B14: a command may let a listener speak
    ]

    dial_in(*steps, unmute, at={"ann": 0.0, "bob": 0.0}, expect=expect, profile="webinar", **BOTH)


def test_a_room_waits_for_a_moderator_where_it_was_asked_to() -> None:
    # Audian 9 B17.
    steps = [press("ann", 6, MEMBER + "#"), press("bob", 16, MODERATOR + "#")]
    expect = [{"at": 15, "not_hears": ["ann", "carl"]}, {"at": 17, "hears": ["ann", "bob"]}]

    story = dial_in(
        *steps, press("carl", 6, MEMBER + "#"), at={"ann": 0.0, "bob": 10.0, "carl": 0.0}, expect=expect,
        wait_for_moderator=True, **BOTH,
    )  # fmt: skip

    assert story.at("conference_started") == 16
    assert story.stopped(purpose="wait_sound") == [16, 16]


def test_moderator_pins_alone_make_nobody_wait() -> None:
    # Audian 9 B17.
    story = dial_in(press("ann", 6, MEMBER + "#"), **BOTH)

    assert story.at("conference_started") == 6


def test_when_the_last_moderator_leaves_nothing_ends() -> None:
    # Audian 9 B17.
    steps = [
        press("ann", 6, MEMBER + "#"),
        press("bob", 7, MODERATOR + "#"),
        {"at": 9, "do": "hang_up", "call": "bob"},
    ]

    story = dial_in(*steps, at={"ann": 0.0, "bob": 0.0}, wait_for_moderator=True, **BOTH)

    assert story.never("member_left", call="ann")


def test_a_room_that_needs_no_moderator_any_more_begins() -> None:
    change = {"at": 12, "do": "define_conference", "id": "weekly", "wait_for_moderator": False}

    story = dial_in(press("ann", 6, MEMBER + "#"), change, wait_for_moderator=True, **BOTH)

    assert story.at("conference_started") == 12


def test_a_change_that_changes_nothing_is_the_same() -> None:
    steps = [{"at": at, "do": "define_conference", "id": "weekly", "max_members": 5} for at in (5, 6)]

    story = dial_in(*steps)

    assert [one["results"]["weekly"] for one in story.what("receipt")] == ["changed", "changed", "same"]


# --- the definition goes (Audian 9 B23) ----


def test_the_end_of_a_definition_ends_its_room_and_turns_its_callers_away() -> None:
    forget = {"at": 9, "do": "forget_conference", "id": "weekly"}

    story = dial_in(press("ann", 6, MEMBER + "#"), forget, at={"ann": 0.0, "bob": 5.0}, **BOTH)

    assert story.at("member_left", call="ann", cause="ended_by_api") == 9
    assert story.at("call_ended", call="bob", cause="api") == 9
    assert story.receipt("forget_conference")["results"] == {"weekly": "changed"}


def test_a_definition_that_is_not_there_is_unknown() -> None:
    story = dial_in({"at": 5, "do": "forget_conference", "id": "yearly"})

    assert story.receipt("forget_conference")["results"] == {"yearly": "unknown"}


# --- a room of the definition's name (issue 2, part 4) ----


def named(*steps: dict[str, Any], callers: dict[str, Any], **definition: Any) -> Story:
    """Ann and bob come to Weekly by documents of Plivo's; others as said."""
    people = {name: visit("plivo", room="Weekly") for name in ("ann", "bob")}
    stored = {"weekly": {"name": "Weekly", **definition}}
    return meet("plivo", people, *steps, at={"bob": 3.0}, people_in=callers, conferences=stored, until=200)


def test_a_document_that_names_a_defined_room_meets_its_cap_and_is_not_asked_for_a_pin() -> None:
    story = named(callers={}, max_members=1, **BOTH)

    assert story.never("pin_asked")
    assert story.at("member_refused", call="bob", cause="full") == 3
    assert story.spoken("bob") == [AFTER]


def test_a_document_that_names_a_defined_room_meets_its_tones() -> None:
    story = named({"at": 9, "do": "hang_up", "call": "bob"}, callers={}, play_exit_tone=True)

    assert tones(story) == 3


def test_a_live_room_adopts_a_definition_that_comes_later() -> None:
    define = {"at": 2, "do": "define_conference", "id": "late", "name": "Weekly", "max_members": 1}
    people = {name: visit("plivo", room="Weekly") for name in ("ann", "bob")}

    story = meet("plivo", people, define, at={"bob": 3.0}, until=50)

    assert story.at("member_refused", call="bob", cause="full") == 3


def test_a_caller_by_pin_and_callers_by_document_meet_in_one_room() -> None:
    callers = {"carl": {"at": 0, "conference": "weekly"}}

    story = named(press("carl", 6, MEMBER + "#"), callers=callers, **BOTH)

    assert len(story.what("conference_created")) == 1
    assert story.simulation.exchange.hears("r1") >= {("carl", "ann"), ("ann", "carl"), ("bob", "carl")}


def test_a_definition_of_another_account_is_another_room() -> None:
    callers = {"carl": {"at": 0, "conference": "weekly"}}

    story = named(press("carl", 6, MEMBER + "#"), callers=callers, account="other", max_members=1, **BOTH)

    assert len(story.what("conference_created")) == 2
    assert story.never("member_refused")


# --- what is stored, and how it is found ----


def define(at: float, made: str = "weekly", **given: Any) -> dict[str, Any]:
    """The customer stores or changes a definition."""
    return {"at": at, "do": "define_conference", "id": made, **given}


def stored(story: Story) -> dict[str, Definition]:
    """The definitions in the end."""
    return {one.id: one for one in story.simulation.exchange.definitions()}


def test_a_field_that_is_reset_has_its_default_again_and_others_stay() -> None:
    # Audian 4: null resets.
    change = define(1, reset=["member_pins", "max_members", "play_entry_tone", "name"], wait_for_moderator=True)

    story = dial_in(change, max_members=5, play_entry_tone=True, play_exit_tone=False, **BOTH)

    found = stored(story)["weekly"]
    assert (found.member_pins, found.max_members, found.play_entry_tone, found.name) == ((), 0, None, "weekly")
    assert (found.moderator_pins, found.play_exit_tone, found.wait_for_moderator) == ((MODERATOR,), False, True)


def test_a_field_that_is_reset_and_given_is_given() -> None:
    story = dial_in(define(1, reset=["max_members"], max_members=7), max_members=5)

    assert stored(story)["weekly"].max_members == 7


def test_what_no_definition_has_cannot_be_reset() -> None:
    story = dial_in(define(1, reset=["max_members", "id"]), max_members=5)

    assert story.receipt("define_conference", 1)["refused"] == "unknown_field"
    assert stored(story)["weekly"].max_members == 5


def test_what_only_the_customer_understands_is_kept_as_it_came() -> None:
    story = dial_in(define(1, "daily", more='{"owner":"ops"}'), define(2, "daily", max_members=3))

    found = stored(story)["daily"]
    assert (found.more, found.max_members, found.created_at) == ('{"owner":"ops"}', 3, 1.0)


def test_a_definition_that_was_renamed_rules_the_room_of_its_new_name_and_no_more_that_of_the_old() -> None:
    # A document's room belongs to the definition that bears its name when it is made.
    steps = [define(0.5, "daily", name="Daily"), define(1, "daily", name="Nightly")]
    at = {"old": 2.0, "new": 3.0}

    story = meet("plivo", {"old": visit("plivo", "Daily"), "new": visit("plivo", "Nightly")}, *steps, at=at, until=9)

    view = {room.name: room.definition for room in story.simulation.exchange.conferences()}
    assert view == {"Daily": "", "Nightly": "daily"}


@pytest.mark.parametrize(
    ("steps", "owner"),
    [
        ([define(0, "one", name="Room"), define(0, "two", name="Room")], "one"),
        ([define(0, "one", name="Other"), define(0, "two", name="Room"), define(1, "one", name="Room")], "one"),
        ([define(0, "one", name="Room"), define(0, "two", name="Room"), define(1, "one", name="Other")], "two"),
        ([define(0, "one", name="Room"), define(0, "two", name="Room"),
          {"at": 1, "do": "forget_conference", "id": "one"}], "two"),
        ([define(0, "one", name="Room"), {"at": 1, "do": "forget_conference", "id": "one"}], ""),
    ],
    ids=["stored", "renamed to it", "renamed from it", "forgotten", "forgotten alone"],
)  # fmt: skip
def test_of_two_definitions_of_one_name_the_older_counts(steps: list[dict[str, Any]], owner: str) -> None:
    story = meet("plivo", {"ann": visit("plivo")}, *steps, at={"ann": 2.0}, until=9)

    [room] = story.simulation.exchange.conferences()
    assert room.definition == owner


def test_a_room_that_ended_says_which_definition_it_belonged_to() -> None:
    story = dial_in({"at": 10, "do": "hang_up", "call": "ann"})

    assert [effect.definition for _, effect in story.did(RecordConferenceEnd)] == ["weekly"]
