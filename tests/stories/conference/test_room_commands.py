"""What customers ask of a room, and what is to follow from leaving it."""

from __future__ import annotations

import pytest

from tests.stories.conference.rooms import (
    AFTER,
    HOME,
    LONG,
    PAGES,
    SOUND,
    THREE,
    XML_DIALECTS,
    ask,
    do,
    meet,
    three,
    visit,
)

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
    assert (story.times("conference_locked"), story.times("conference_unlocked")) == ([2], [8])


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


def test_a_recording_by_command_tells_its_own_address_at_the_end() -> None:
    # Plivo 1.5.
    story = three(ask(5, "start_recording", callback=f"{HOME}/recorded"), ask(9, "stop_recording"))

    (params,) = story.callbacks("/recorded")
    assert params["conference_name"] == "Room"
    assert story.at("callback", url=f"{HOME}/recorded") == 9


def test_the_end_of_a_room_ends_all_its_calls_with_one_cause() -> None:
    story = three(ask(5, "end_conference"))

    assert [one["cause"] for one in story.what("member_left")] == ["ended_by_api"] * 3
    assert story.one("conference_ended")["why"] == "ended_by_api"
    assert story.receipt()["results"] == {"Room": "changed"}
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


def test_a_recording_asked_for_while_another_stops_is_a_new_one() -> None:
    # What is stopping records nothing any more: to call it the same would leave the room unrecorded.
    story = three(ask(5, "start_recording"), ask(8, "stop_recording"), ask(8, "start_recording"))

    assert story.receipt(nth=2)["results"] == {"Room": "changed"}
    assert story.times("recording_started") == [5, 8]
    assert [one["seconds"] for one in story.what("recording_ended")] == [3]
