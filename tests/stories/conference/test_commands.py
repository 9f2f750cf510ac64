"""What customers ask of a room and its members, and the receipts they get."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import (
    CoachMember,
    DeafenMembers,
    HoldMembers,
    LeaveConference,
    MuteMembers,
    PlayMedia,
    SpeakText,
)
from tests.stories.conference.rooms import AFTER, HOME, XML_DIALECTS, document, meet, visit
from tests.stories.story import Story

SOUND, OTHER = f"{HOME}/sound", f"{HOME}/other"
LONG = f"{HOME}/long.mp3"
THREE = ("ann", "bob", "carl")
PAGES = {
    "sound": document(f"<Play>{LONG}</Play>"),
    "other": document("<Speak>Another sound.</Speak>"),
    "new": document("<Speak>New.</Speak>"),
}


def do(at: float, what: str, *members: str, **more: Any) -> dict[str, Any]:
    """A command to members of the room (all where none is named)."""
    return {"at": at, "do": what, "conference": "Room", "members": list(members) or "all", **more}


def ask(at: float, what: str, **more: Any) -> dict[str, Any]:
    """A command to the room."""
    return {"at": at, "do": what, "conference": "Room", **more}


def three(*steps: dict[str, Any], expect: Any = (), mine: dict[str, Any] | None = None, **sections: Any) -> Story:
    """Ann, bob and carl are in a room of Plivo's."""
    people = {name: visit("plivo", **(mine or {} if name == "ann" else {})) for name in THREE}
    sections.setdefault("until", 100)
    return meet("plivo", people, *steps, pages=PAGES, media={LONG: 30}, expect=list(expect), **sections)


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


# --- play and speak (Plivo 1.3) ----


def heard(story: Story, purpose: str) -> list[str]:
    """To whom a sound was played."""
    return [one["to"] for one in story.what("heard", purpose=purpose)]


@pytest.mark.parametrize(("word", "purpose"), [("play", "member_play"), ("speak", "member_speak")])
def test_a_sound_for_members_is_one_for_each_and_for_all_one_of_the_room(word: str, purpose: str) -> None:
    what: dict[str, Any] = {"url": LONG} if word == "play" else {"text": "Hello."}

    assert heard(three(do(5, word, "ann", "bob", **what)), purpose) == ["ann", "bob"]
    assert heard(three(do(5, word, **what)), purpose) == ["Room"]


@pytest.mark.parametrize("word", ["play", "speak"])
def test_a_sound_is_heard_over_the_talk(word: str) -> None:
    what: dict[str, Any] = {"url": LONG} if word == "play" else {"text": "Hello."}
    expect = [{"at": 5.5, "hears": ["bob", "ann"]}]

    story = three(do(5, word, "ann", **what), expect=expect)

    played: list[Any] = [*story.did(PlayMedia), *story.did(SpeakText)]
    assert [effect.over for _, effect in played if effect.purpose.startswith("member")] == [True]


@pytest.mark.parametrize(
    ("started", "stopped", "stops"),
    [(("ann",), ("ann",), True), (("ann",), (), False), ((), (), True), ((), ("ann",), False)],
)
@pytest.mark.parametrize("word", ["play", "speak"])
def test_a_sound_is_stopped_by_the_same_target_it_was_started_with(
    word: str, started: tuple[str, ...], stopped: tuple[str, ...], *, stops: bool
) -> None:
    # Plivo 1.3, 5.19.
    what: dict[str, Any] = {"url": LONG} if word == "play" else {"text": "word " * 100}

    story = three(do(5, word, *started, **what), do(7, f"stop_{word}", *stopped))

    assert story.stopped(purpose=f"member_{word}") == ([7] if stops else [])
    assert set(story.receipt(nth=1)["results"].values()) == {"changed" if stops else "same"}


def test_stopping_what_has_ended_is_the_same() -> None:
    story = three(do(5, "speak", "ann", text="Hello."), do(20, "stop_speak", "ann"))

    assert story.receipt(nth=1)["results"] == {"ann": "same"}


def test_a_second_sound_replaces_the_first() -> None:
    story = three(do(5, "play", "ann", url=LONG), do(7, "play", "ann", url=SOUND))

    assert story.stopped(purpose="member_play") == [7]


def test_play_and_speak_do_not_stop_each_other() -> None:
    story = three(do(5, "play", "ann", url=LONG), do(6, "speak", "ann", text="Hi."), do(7, "stop_speak", "ann"))

    assert story.stopped(purpose="member_play") == []


def test_the_sound_of_one_who_leaves_ends() -> None:
    story = three(do(5, "play", "ann", url=LONG), do(7, "kick", "ann"))

    assert story.stopped(purpose="member_play") == [7]


# --- announcements (TeXML 4, 7 A17, A18, A19) ----


def test_an_announcement_to_the_room_is_fetched_once_and_heard_by_all() -> None:
    story = three(ask(5, "announce", sound=SOUND))

    assert heard(story, "announce") == ["Room"]
    assert len(story.fetched("/sound")) == 1
    assert list(story.receipt()["results"].values()) == ["changed"]


def test_an_announcement_to_members_is_heard_by_them_alone() -> None:
    story = three(do(5, "announce_member", "ann", sound=SOUND), expect=[{"at": 6, "hears": ["bob", "ann"]}])

    assert heard(story, "announce") == ["ann"]


def test_announcements_to_the_same_target_queue_up() -> None:
    # TeXML 7 A19.
    steps = [ask(5, "announce", sound=SOUND), ask(6, "announce", sound=OTHER)]

    story = three(*steps)

    assert story.times("heard", purpose="announce") == [5, 35]


def test_announcements_to_different_targets_do_not_wait_for_each_other() -> None:
    steps = [do(5, "announce_member", "ann", sound=SOUND), ask(6, "announce", sound=OTHER)]

    story = three(*steps, do(7, "announce_member", "bob", sound=OTHER))

    assert story.times("heard", purpose="announce") == [5, 6, 7]


def test_an_announcement_that_cannot_be_had_lets_the_next_one_in() -> None:
    steps = [ask(5, "announce", sound=f"{HOME}/nothing"), ask(5, "announce", sound=OTHER)]

    story = three(*steps)

    assert [one["text"] for one in story.what("heard", purpose="announce")] == ["Another sound."]


# --- coaching (TeXML 4, 7 A15, A16) ----


def test_a_coach_is_heard_by_its_target_alone_and_hears_everybody() -> None:
    expect = [
        {"at": 6, "hears": ["bob", "ann"]},
        {"at": 6, "not_hears": ["carl", "ann"]},
        {"at": 6, "hears": ["ann", "bob"]},
        {"at": 6, "hears": ["ann", "carl"]},
        {"at": 8, "hears": ["carl", "ann"]},
    ]

    story = three(do(5, "coach", "ann", target="bob"), do(7, "uncoach", "ann"), expect=expect)

    assert [effect.target for _, effect in story.did(CoachMember)] == ["bob", ""]


def test_a_coach_whose_target_leaves_is_heard_by_nobody() -> None:
    # TeXML 7 A15: never widen.
    expect = [{"at": 8, "not_hears": ["carl", "ann"]}, {"at": 8, "hears": ["ann", "carl"]}]

    story = three(do(5, "coach", "ann", target="bob"), do(7, "kick", "bob"), expect=expect)

    assert story.never("member_uncoached")


def test_two_coaches_of_one_member_do_not_hear_each_other() -> None:
    expect = [{"at": 6, "not_hears": ["ann", "carl"]}, {"at": 6, "not_hears": ["carl", "ann"]}]

    three(do(5, "coach", "ann", "carl", target="bob"), expect=[*expect, {"at": 6, "hears": ["bob", "carl"]}])


@pytest.mark.parametrize("target", ["zoe", "ann"])
def test_nobody_coaches_a_stranger_or_itself(target: str) -> None:
    # TeXML 7 A16.
    story = three(do(5, "coach", "ann", target=target))

    assert story.receipt()["refused"] == "coach_unknown"
    assert story.never("member_coaching")


def test_coaching_the_same_member_twice_is_the_same() -> None:
    story = three(do(5, "coach", "ann", target="bob"), do(6, "coach", "ann", target="2"))

    assert story.receipt(nth=1)["results"] == {"ann": "same"}


def test_a_coach_named_in_the_document_begins_as_one() -> None:
    # TeXML 2.4 coach.
    people = {"ann": visit("texml"), "bob": visit("texml"), "carl": visit("texml", coach="ann")}
    expect = [{"at": 6, "hears": ["ann", "carl"]}, {"at": 6, "not_hears": ["bob", "carl"]}]

    meet("texml", people, at={"carl": 5.0}, expect=expect, until=50)


# --- what follows from leaving, and waiting (TeXML 4) ----


def test_end_on_exit_is_set_and_taken_back() -> None:
    ends = three(do(5, "set_end_on_exit", "ann"), {"at": 9, "do": "hang_up", "call": "ann"})
    stays = three(
        do(5, "set_end_on_exit", "ann"), do(6, "set_end_on_exit", "ann", ends=False),
        {"at": 9, "do": "hang_up", "call": "ann"},
    )  # fmt: skip

    assert ends.at("conference_ended", why="ended_by_member") == 9
    assert stays.never("conference_ended")


def test_end_on_exit_of_a_held_member_counts() -> None:
    # TeXML 7 A14.
    story = three(do(4, "hold", "ann"), do(5, "set_end_on_exit", "ann"), {"at": 9, "do": "hang_up", "call": "ann"})

    assert story.at("conference_ended", why="ended_by_member") == 9


@pytest.mark.parametrize(("beeps", "plays"), [(True, 1), (False, 0)])
def test_beep_on_exit_overrides_the_document(*, beeps: bool, plays: int) -> None:
    mine = {} if beeps else {"exitSound": "beep:2"}

    story = three(do(5, "set_beep_on_exit", "ann", beeps=beeps), {"at": 9, "do": "hang_up", "call": "ann"}, mine=mine)

    assert len(story.what("heard", purpose="exit_sound")) == plays


def test_another_wait_sound_is_heard_at_once_by_who_waits_and_kept_for_who_does_not() -> None:
    people = {"ann": visit("plivo", startConferenceOnEnter=False)}

    story = meet("plivo", people, do(5, "set_wait_sound", "ann", sound=SOUND), pages=PAGES, until=20)
    seated = three(do(5, "set_wait_sound", "ann", sound=SOUND))

    assert [one.get("media") for one in story.what("heard", purpose="wait_sound", at=5)] == [LONG]
    assert story.stopped(purpose="wait_sound")[0] == 5
    assert seated.receipt()["results"] == {"ann": "changed"}
    assert seated.never("heard", purpose="wait_sound")


# --- the room (Audian 9 B27; Plivo 1.5, 5.7) ----


def test_a_locked_room_lets_nobody_in_until_it_is_unlocked() -> None:
    people = {name: visit("plivo") for name in THREE}
    steps = [ask(2, "lock"), ask(2.5, "lock"), ask(8, "unlock")]

    story = meet("plivo", people, *steps, at={"bob": 5.0, "carl": 9.0}, until=50)

    assert story.at("member_refused", call="bob", cause="locked") == 5
    assert story.at("member_joined", call="carl") == 9
    assert [list(one["results"].values()) for one in story.what("receipt")] == [["changed"], ["same"], ["changed"]]


def test_a_lock_leaves_those_inside_alone() -> None:
    story = three(ask(5, "lock"), expect=[{"at": 6, "hears": ["ann", "bob"]}])

    assert story.never("member_left")


def test_a_recording_runs_pauses_goes_on_and_stops() -> None:
    steps = [
        ask(5, "start_recording"),
        ask(8, "pause_recording"),
        ask(20, "resume_recording"),
        ask(22, "stop_recording"),
    ]

    story = three(*steps)

    words = ["recording_started", "recording_paused", "recording_resumed", "recording_ended"]
    assert [(one["what"], one["at"]) for one in story.entries if one["what"] in words] == list(
        zip(words, [5, 8, 20, 22], strict=True)
    )
    assert story.one("recording_ended")["seconds"] == 5  # without the pause
    assert [list(one["results"].values()) for one in story.what("receipt")] == [["changed"]] * 4


@pytest.mark.parametrize("word", ["pause_recording", "resume_recording", "stop_recording"])
def test_steering_a_recording_that_does_not_run_is_the_same(word: str) -> None:
    # Vobiz 7.8: stop when idle is no error.
    story = three(ask(5, word))

    assert list(story.receipt()["results"].values()) == ["same"]


def test_a_second_recording_of_a_room_is_the_same_one() -> None:
    story = three(ask(5, "start_recording"), ask(6, "start_recording"))

    assert len(story.what("recording_started")) == 1
    assert list(story.receipt(nth=1)["results"].values()) == ["same"]


def test_the_end_of_a_room_ends_all_its_calls_with_one_cause() -> None:
    story = three(ask(5, "end_conference"))

    assert [one["cause"] for one in story.what("member_left")] == ["ended_by_api"] * 3
    assert story.one("conference_ended")["why"] == "ended_by_api"
    assert [story.end(name) for name in THREE] == [("api", 4000)] * 3


def test_the_end_of_a_room_counts_once() -> None:
    story = three(ask(5, "end_conference"), ask(5, "end_conference"), ask(6, "end_conference"))

    assert len(story.what("conference_ended")) == 1
    assert story.receipt(nth=2)["refused"] == "unknown_conference"


def test_the_end_of_all_rooms_of_an_account_leaves_the_others_alone() -> None:
    people = {"ann": visit("plivo"), "bob": visit("plivo", room="Other"), "carl": visit("plivo")}
    accounts = {"ann": {"account": "one"}, "bob": {"account": "one"}, "carl": {"account": "two"}}
    step = {"at": 5, "do": "end_all_conferences", "account": "one"}

    story = meet("plivo", people, step, callers=accounts, until=50)

    assert len(story.what("conference_ended", why="ended_by_api")) == 2
    assert story.never("member_left", call="carl")


def test_by_option_the_calls_of_an_ended_room_go_on() -> None:
    # TeXML 7 A2.
    rules = {"texml": {"exits": {"ended_by_api": "action_or_next"}}}

    story = meet("texml", {"ann": visit("texml")}, ask(5, "end_conference"), rules=rules)

    assert story.spoken("ann") == [AFTER]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_redirected_member_runs_a_document_that_came_with_the_command(dialect: str) -> None:
    name = "Say" if dialect == "texml" else "Speak"
    given = f"<Response><{name}>Given.</{name}></Response>"
    step = {"at": 5, "do": "transfer", "call": "ann", "document": given}

    story = meet(dialect, {"ann": visit(dialect), "bob": visit(dialect)}, step, until=50)

    assert story.one("member_left", call="ann")["cause"] == "redirected"
    assert story.spoken("ann") == ["Given."]
