"""What is played to members and rooms by command, and who coaches whom."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import CoachMember, PlayMedia, SpeakText
from tests.stories.conference.rooms import HOME, LONG, OTHER, SOUND, ask, do, meet, three, visit
from tests.stories.story import Story

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


def test_an_announcement_pauses_the_hold_sound_of_who_hears_it() -> None:
    # DESIGN 7, TeXML 7 A17.
    story = three(do(5, "hold", "ann"), do(8, "announce_member", "ann", sound=OTHER))

    assert story.stopped(purpose="hold_sound") == [8]
    assert story.times("heard", call="ann", purpose="announce") == [8]
    assert story.times("heard", call="ann", purpose="hold_sound") == [5, 9]


def test_announcements_that_queue_up_are_heard_before_the_hold_sound_goes_on() -> None:
    steps = [do(8, "announce_member", "ann", sound=OTHER), do(8.5, "announce_member", "ann", sound=OTHER)]

    story = three(do(5, "hold", "ann", sound=SOUND), *steps)

    assert story.times("heard", call="ann", purpose="announce") == [8, 9]
    assert story.times("heard", call="ann", purpose="hold_sound")[:2] == [5, 10]


def test_who_is_held_during_an_announcement_hears_it_to_its_end_first() -> None:
    story = three(do(5, "announce_member", "ann", sound=SOUND), do(8, "hold", "ann"))

    assert story.stopped(purpose="announce") == []
    assert story.times("heard", call="ann", purpose="hold_sound") == [35]


def test_an_announcement_that_cannot_be_had_pauses_nothing() -> None:
    story = three(do(5, "hold", "ann"), do(8, "announce_member", "ann", sound=f"{HOME}/nothing"))

    assert story.stopped(purpose="hold_sound") == []


def test_an_announcement_to_the_room_leaves_the_hold_sounds_of_its_members_alone() -> None:
    # TeXML 7 A17: heard by those who are not held.
    story = three(do(5, "hold", "ann"), ask(8, "announce", sound=OTHER))

    assert story.stopped(purpose="hold_sound") == []
