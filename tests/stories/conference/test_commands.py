"""What customers ask of members, and the receipts they get."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import DeafenMembers, HoldMembers, LeaveConference, MuteMembers
from tests.stories.conference.rooms import AFTER, LONG, OTHER, PAGES, SOUND, THREE, ask, do, meet, three, visit

# --- targets and receipts (DESIGN 8; Plivo 1.3, 5.4, 5.5, 5.6) ----

TOGGLES = [("mute", "unmute"), ("deafen", "undeafen"), ("hold", "unhold")]
NOTED = {
    "mute": "member_muted", "unmute": "member_unmuted", "deafen": "member_deafened",
    "undeafen": "member_undeafened", "hold": "member_held", "unhold": "member_unheld",
}  # fmt: skip


@pytest.mark.parametrize("word", [word for pair in TOGGLES for word in pair])
@pytest.mark.parametrize("who", [("ann",), ("ann", "carl"), ()])
def test_a_change_of_members_changes_those_who_are_named(word: str, who: tuple[str, ...]) -> None:
    undoes = {undo: word for word, undo in TOGGLES}
    before = [do(4, undoes[word])] if word in undoes else []
    named = who or THREE

    story = three(*before, do(5, word, *who))

    assert story.what("receipt")[-1]["results"] == dict.fromkeys(named, "changed")
    assert [entry["call"] for entry in story.what(NOTED[word], at=5)] == list(named)


@pytest.mark.parametrize("word", [word for word, _ in TOGGLES])
def test_a_change_asked_twice_is_the_same_the_second_time(word: str) -> None:
    # Plivo 5.6.
    story = three(do(5, word, "ann"), do(6, word, "ann", "bob"))

    assert story.receipt(nth=1)["results"] == {"ann": "same", "bob": "changed"}
    assert len(story.what(NOTED[word], call="ann")) == 1


@pytest.mark.parametrize("word", [word for word, _ in TOGGLES])
def test_a_room_wide_change_is_one_effect(word: str) -> None:
    kinds: dict[str, Any] = {"mute": MuteMembers, "deafen": DeafenMembers, "hold": HoldMembers}

    story = three(do(5, word))

    assert [effect.calls for _, effect in story.did(kinds[word])] == [THREE]


def test_unknown_members_are_reported_and_do_not_stop_the_others() -> None:
    story = three(do(5, "mute", "zoe", "ann", "99"))

    assert story.receipt()["results"] == {"ann": "changed", "zoe": "unknown", "99": "unknown"}


def test_a_member_is_also_found_by_its_number() -> None:
    story = three(do(5, "mute", "2"))

    assert story.receipt()["results"] == {"bob": "changed"}


def test_a_member_named_twice_is_meant_once() -> None:
    # Plivo 5.4.
    story = three(do(5, "kick", "2", "bob", "2"))

    assert story.receipt()["results"] == {"bob": "changed"}
    assert len(story.did(LeaveConference)) == 1


def test_a_label_finds_its_member() -> None:
    # TeXML 1.5: call sid or participant label.
    people = {"ann": visit("texml", participantLabel="chair"), "bob": visit("texml")}

    story = meet("texml", people, do(5, "mute", "chair"), until=100)

    assert story.receipt()["results"] == {"ann": "changed"}


@pytest.mark.parametrize(
    "step",
    [
        do(5, "kick"), do(5, "hang_up_member"), do(5, "mute"), do(5, "hold"), do(5, "coach", "ann", target="bob"),
        do(5, "play", url=LONG), do(5, "stop_play"), do(5, "speak", text="Hi."), do(5, "stop_speak"),
        ask(5, "announce", sound=SOUND), ask(5, "lock"), ask(5, "unlock"), ask(5, "start_recording"),
        ask(5, "pause_recording"), ask(5, "resume_recording"), ask(5, "stop_recording"), ask(5, "end_conference"),
    ],
    ids=lambda step: str(step["do"]),
)  # fmt: skip
def test_a_command_to_a_room_that_is_not_there_is_refused(step: dict[str, Any]) -> None:
    story = three(step | {"conference": "Nowhere"})

    assert story.receipt()["refused"] == "unknown_conference"
    assert story.receipt()["results"] == {}
    assert story.never("member_left")


def test_a_label_is_free_again_when_its_member_has_left() -> None:
    # TeXML 2.4 participantLabel.
    people = {name: visit("texml", participantLabel="chair") for name in ("ann", "bob")}
    people["carl"] = visit("texml")

    story = meet("texml", people, do(5, "kick", "chair"), do(11, "mute", "chair"), at={"bob": 10.0}, until=50)

    assert story.receipt(nth=0)["results"] == {"ann": "changed"}
    assert story.receipt(nth=1)["results"] == {"bob": "changed"}


# --- out of the room (Plivo 1.3, 2.6) ----


def test_kick_all_empties_the_room_and_every_flow_goes_on() -> None:
    story = three(do(5, "kick"))

    assert story.receipt()["results"] == dict.fromkeys(THREE, "changed")
    assert [story.spoken(name) for name in THREE] == [[AFTER]] * 3
    assert story.at("conference_ended", why="last_left") == 5


def test_hang_up_all_empties_the_room_and_no_flow_goes_on() -> None:
    story = three(do(5, "hang_up_member"))

    assert [story.spoken(name) for name in THREE] == [[]] * 3
    assert [story.end(name) for name in THREE] == [("api", 4000)] * 3


def test_who_was_kicked_is_unknown_afterwards() -> None:
    story = three(do(5, "kick", "ann"), do(5.5, "kick", "ann"))

    assert story.receipt(nth=1)["results"] == {"ann": "unknown"}


def test_two_kicks_in_the_same_instant_are_one() -> None:
    story = three(do(5, "kick", "ann"), do(5, "kick", "ann"))

    assert [receipt["results"] for receipt in story.what("receipt")] == [{"ann": "changed"}, {"ann": "same"}]
    assert len(story.what("member_left", call="ann")) == 1
    assert story.spoken("ann") == [AFTER]


def test_a_hang_up_after_a_kick_in_the_same_instant_still_ends_the_call() -> None:
    story = three(do(5, "kick", "ann"), do(5, "hang_up_member", "ann"))

    assert story.one("member_left", call="ann")["cause"] == "kicked"
    assert story.end("ann") == ("api", 4000)
    assert story.spoken("ann") == []


# --- mute, deaf, hold (Plivo 1.3; TeXML 4; Audian 5.3) ----


def test_mute_and_deaf_are_independent() -> None:
    expect = [
        {"at": 5.5, "not_hears": ["bob", "ann"]},
        {"at": 5.5, "not_hears": ["ann", "bob"]},
        {"at": 6.5, "hears": ["bob", "ann"]},
        {"at": 6.5, "not_hears": ["ann", "bob"]},
    ]

    three(do(5, "mute", "ann"), do(5, "deafen", "ann"), do(6, "unmute", "ann"), expect=expect)


def test_hold_isolates_both_ways_and_unhold_gives_back_what_was_there_before() -> None:
    # TeXML 4: unhold keeps the mute.
    expect = [
        {"at": 5.5, "not_hears": ["bob", "ann"]},
        {"at": 5.5, "not_hears": ["ann", "bob"]},
        {"at": 6.5, "hears": ["ann", "bob"]},
        {"at": 6.5, "not_hears": ["bob", "ann"]},
        {"at": 7.5, "hears": ["bob", "ann"]},
    ]

    three(do(4, "mute", "ann"), do(5, "hold", "ann"), do(6, "unhold", "ann"), do(7, "unmute", "ann"), expect=expect)


def test_a_change_while_held_counts_after_the_hold() -> None:
    expect = [{"at": 7, "not_hears": ["bob", "ann"]}, {"at": 7, "hears": ["ann", "bob"]}]

    three(do(4, "hold", "ann"), do(5, "mute", "ann"), do(6, "unhold", "ann"), expect=expect)


def test_a_held_member_hears_music_until_it_is_given_back() -> None:
    story = three(do(5, "hold", "ann"), do(8, "unhold", "ann"))

    assert story.one("heard", call="ann", purpose="hold_sound")["media"] == "music"
    assert story.stopped(purpose="hold_sound") == [8]


def test_a_hold_sound_is_fetched_and_played_to_the_held_member_alone() -> None:
    story = three(do(5, "hold", "ann", sound=SOUND), do(8, "unhold", "ann"))

    assert [(one["call"], one["media"]) for one in story.what("heard", purpose="hold_sound")] == [("ann", LONG)]
    assert story.stopped(purpose="hold_sound") == [8]


def test_another_hold_sound_while_held_replaces_the_first_and_is_no_other_event() -> None:
    # TeXML 4, Hold=true on a held leg.
    story = three(do(5, "hold", "ann", sound=SOUND), do(8, "hold", "ann", sound=OTHER))

    assert story.times("heard", call="ann", purpose="hold_sound", text="Another sound.")[0] == 8
    assert story.stopped(purpose="hold_sound", media=LONG) == [8]
    assert story.receipt(nth=1)["results"] == {"ann": "changed"}
    assert len(story.what("member_held")) == 1


def test_a_hold_sound_for_one_who_is_not_held_plays_nothing() -> None:
    # TeXML 4, HoldUrl without Hold.
    story = three(do(5, "set_hold_sound", "ann", sound=SOUND))

    assert story.never("heard", purpose="hold_sound")
    assert story.receipt()["results"] == {"ann": "same"}


def test_who_is_held_while_waiting_hears_the_hold_sound_alone_and_then_the_wait_sound_again() -> None:
    # TeXML 4: hold media only.
    mine: dict[str, Any] = {"startConferenceOnEnter": False, "waitSound": SOUND}

    story = meet(
        "plivo", {"ann": visit("plivo", **mine)}, do(5, "hold", "ann"), do(9, "unhold", "ann"), pages=PAGES,
        media={LONG: 100}, until=50,
    )  # fmt: skip

    assert story.stopped(purpose="wait_sound") == [5]
    assert story.stopped(purpose="hold_sound") == [9]
    assert story.times("heard", call="ann", purpose="wait_sound") == [0, 9]


def test_who_is_held_when_the_room_begins_stays_held() -> None:
    people = {"ann": visit("plivo", startConferenceOnEnter=False), "bob": visit("plivo")}
    expect = [{"at": 6, "not_hears": ["bob", "ann"]}, {"at": 8, "hears": ["bob", "ann"]}]

    story = meet(
        "plivo", people, do(3, "hold", "ann"), do(7, "unhold", "ann"), at={"bob": 5.0}, expect=expect, until=50
    )

    assert story.times("heard", purpose="wait_sound") == [0]
    assert story.stopped(purpose="hold_sound") == [7]


def test_who_leaves_while_held_takes_no_hold_sound_along() -> None:
    story = three(do(5, "hold", "ann", sound=SOUND), do(8, "kick", "ann"))

    assert story.stopped(purpose="hold_sound") == [8]
    assert story.spoken("ann") == [AFTER]


def test_one_update_changes_several_things_at_once_with_one_receipt() -> None:
    # DESIGN 8, TeXML 7 A13.
    story = three(do(5, "update_member", "ann", muted=True, held=True, coach="bob", end_on_exit=True))

    assert [receipt["results"] for receipt in story.what("receipt")] == [{"ann": "changed"}]
    order = ["member_coaching", "member_muted", "member_held", "member_changed"]
    assert [entry["what"] for entry in story.what(at=5.0) if entry["what"] in order] == order


def test_a_bad_part_of_an_update_changes_nothing() -> None:
    # TeXML 7 A13.
    story = three(do(5, "update_member", "ann", muted=True, coach="zoe"))

    assert story.receipt()["refused"] == "coach_unknown"
    assert story.never("member_muted")
