"""A room begins: who may start it, what is heard until then, and the sounds of coming and going."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import JoinConference, PlayMedia, SeatMembers, StartRecording
from tests.stories.conference.rooms import HOME, XML_DIALECTS, document, meet, says, visit
from tests.stories.story import Story

LATE = {"bob": 5.0}
SOUND = "https://app.example/sound"


def waits(
    dialect: str, *steps: dict[str, Any], page: Any = None, bobs: dict[str, Any] | None = None, **mine: Any
) -> Story:
    """Ann, who may not start the room, waits from 0 s; bob comes at 5 s."""
    people = {"ann": visit(dialect, startConferenceOnEnter=False, **mine), "bob": visit(dialect, **(bobs or {}))}
    pages = {} if page is None else {"sound": page}
    return meet(dialect, people, *steps, at=LATE, pages=pages, media={f"{HOME}/a.mp3": 2, f"{HOME}/b.mp3": 30})


# --- who starts the room (Plivo 2.3 startConferenceOnEnter, Vobiz 2.4, TeXML 7 A1) ----


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_the_room_waits_for_somebody_who_may_start_it(dialect: str) -> None:
    story = waits(dialect)

    assert story.at("member_joined", call="ann") == 0
    assert story.at("conference_started") == 5
    assert story.place("member_joined", call="bob") < story.place("conference_started")  # TeXML 7 A9


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_one_who_may_start_it_starts_it_alone(dialect: str) -> None:
    story = meet(dialect, {"ann": visit(dialect)})

    assert story.at("conference_started") == 0
    assert story.never("heard", purpose="wait_sound")


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_room_in_which_nobody_may_start_never_begins(dialect: str) -> None:
    story = waits(dialect, bobs={"startConferenceOnEnter": False})

    assert story.never("conference_started")


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_room_that_began_goes_on_without_its_starter(dialect: str) -> None:
    # TeXML 7 A1: once started it never waits again.
    people = {
        "ann": visit(dialect, startConferenceOnEnter=False, stayAlone=True),
        "bob": visit(dialect, stayAlone=True),
        "carl": visit(dialect, startConferenceOnEnter=False, stayAlone=True),
    }
    if dialect == "texml":
        people = {name: visit(dialect, startConferenceOnEnter=name == "bob") for name in people}
    steps = [{"at": 10, "do": "hang_up", "call": "bob"}]
    expect = [{"at": 21, "hears": ["ann", "carl"]}]

    story = meet(dialect, people, *steps, at={"bob": 5.0, "carl": 20.0}, expect=expect)

    assert story.at("conference_started") == 5


def test_texml_may_ask_for_two_before_a_room_begins() -> None:
    # TeXML 7 A1, the option; a lone starter hears wait music too (A33).
    people = {"ann": visit("texml"), "bob": visit("texml")}

    story = meet("texml", people, at=LATE, rules={"texml": {"start_requires": 2}})

    assert story.at("conference_started") == 5
    assert story.at("heard", call="ann", purpose="wait_sound") == 0
    assert story.stopped(purpose="wait_sound") == [5]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_whoever_waits_neither_hears_nor_is_heard(dialect: str) -> None:
    expect = [
        {"at": 3, "not_hears": ["ann", "carl"]},
        {"at": 3, "not_hears": ["carl", "ann"]},
        {"at": 6, "hears": ["ann", "carl"]},
        {"at": 6, "hears": ["carl", "bob"]},
    ]
    people = {name: visit(dialect, startConferenceOnEnter=name == "bob") for name in ("ann", "bob", "carl")}

    meet(dialect, people, at=LATE, expect=expect)


def test_the_switch_joins_whoever_waits_as_waiting_and_seats_all_at_once() -> None:
    story = waits("plivo")

    assert [effect.waiting for _, effect in story.did(JoinConference)] == [True, True]
    assert [(at, effect.calls) for at, effect in story.did(SeatMembers)] == [(5, ("ann", "bob"))]


# --- what is heard until then (Plivo 3.6, 5.15; Vobiz 7.16; TeXML 2.4 waitUrl, 7 A8) ----


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_without_a_wait_sound_there_is_music_until_the_room_begins(dialect: str) -> None:
    story = waits(dialect)

    assert story.one("heard", purpose="wait_sound") == {
        "at": 0.0, "call": "ann", "what": "heard", "media": "music", "purpose": "wait_sound", "to": "ann",
    }  # fmt: skip
    assert story.stopped(purpose="wait_sound") == [5]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_wait_document_runs_round_and_round_until_the_room_begins(dialect: str) -> None:
    page = document("<Play>https://app.example/a.mp3</Play>")

    story = waits(dialect, page=page, waitSound=SOUND)

    assert story.times("heard", call="ann", purpose="wait_sound") == [0, 2, 4]
    assert story.stopped(purpose="wait_sound") == [5]
    assert len(story.fetched("/sound")) == 1


def test_in_texml_a_wait_document_runs_once_and_then_there_is_silence() -> None:
    story = waits("texml", page=document("<Play>https://app.example/a.mp3</Play>"), waitUrl=SOUND)

    assert story.times("heard", call="ann", purpose="wait_sound") == [0]


def test_in_texml_a_wait_document_goes_round_by_redirecting_to_itself() -> None:
    page = document("<Play>https://app.example/a.mp3</Play>", "<Redirect>/sound</Redirect>")

    story = waits("texml", page=page, waitUrl=SOUND)

    assert story.times("heard", call="ann", purpose="wait_sound") == [0, 2, 4]


@pytest.mark.parametrize(("dialect", "attribute"), [("plivo", "waitSound"), ("texml", "waitUrl")])
def test_a_wait_address_that_gives_a_sound_plays_it_for_ever(dialect: str, attribute: str) -> None:
    # TeXML 7 A8.
    mine: dict[str, Any] = {attribute: SOUND}

    story = waits(dialect, page={"body": "sound", "content_type": "audio/mpeg"}, **mine)

    heard = story.times("heard", call="ann", purpose="wait_sound")

    assert story.what("heard", call="ann", purpose="wait_sound")[0]["media"] == SOUND
    assert heard[0] == 0
    assert story.did(PlayMedia, purpose="wait_sound")[0][1].loop == 0 or len(heard) > 1


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_wait_sound_is_asked_by_post_with_empty_ids(dialect: str) -> None:
    # Plivo 5.15, Vobiz 3.2. The page answers only the request that words it so.
    says_so = {"ConferenceAction": "waitSound", "Event": "ConferenceRemoteSounds", "ConferenceUUID": ""}
    page = [{"when": says_so, **document(says(dialect, "Wait."))}]

    story = waits(dialect, page=page, waitSound=SOUND)

    assert story.what("heard", call="ann", text="Wait.")


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_wait_sound_that_cannot_be_had_leaves_silence_and_the_stay_goes_on(dialect: str) -> None:
    story = waits(dialect, page={"status": 404}, waitSound=SOUND)

    assert story.what("warning", call="ann", code="fetch_failed")
    assert story.at("conference_started") == 5


def test_in_a_wait_document_other_verbs_are_passed_by() -> None:
    # Plivo 3.6.
    page = document("<GetDigits/>", "<Hangup/>", "<Speak>Wait.</Speak>")

    story = waits("plivo", page=page, waitSound=SOUND)

    assert story.what("heard", call="ann", text="Wait.", purpose="wait_sound")
    assert story.at("conference_started") == 5


def test_whoever_comes_to_a_room_that_runs_hears_no_wait_sound() -> None:
    story = meet("plivo", {"ann": visit("plivo"), "bob": visit("plivo", startConferenceOnEnter=False)}, at=LATE)

    assert story.never("heard", purpose="wait_sound")


def test_whoever_leaves_while_waiting_hears_no_more_of_the_wait_sound() -> None:
    kick = {"at": 3, "do": "kick", "conference": "Room", "members": ["ann"]}

    story = waits("plivo", kick, page=document("<Play>https://app.example/b.mp3</Play>"), waitSound=SOUND)

    assert story.stopped(purpose="wait_sound") == [3]


def test_whoever_is_redirected_while_waiting_hears_no_more_of_the_wait_sound() -> None:
    transfer = {"at": 3, "do": "transfer", "call": "ann", "aleg": "https://app.example/bob"}

    story = waits("plivo", transfer, page=document("<Play>https://app.example/b.mp3</Play>"), waitSound=SOUND)

    assert story.stopped(purpose="wait_sound", owner="ann")[0] == 3


# --- sounds of coming and going (Plivo 2.3, 3.6; Vobiz 2.4; TeXML 2.4 beep) ----


def sounds(story: Story, purpose: str) -> list[tuple[float, str]]:
    """When which sound was played into the room."""
    return [(one["at"], one.get("media") or one["text"]) for one in story.what("heard", to="Room", purpose=purpose)]


def test_plivo_plays_no_sounds_unless_asked() -> None:
    story = meet("plivo", {"ann": visit("plivo"), "bob": visit("plivo")}, {"at": 9, "do": "hang_up", "call": "bob"})

    assert sounds(story, "enter_sound") + sounds(story, "exit_sound") == []


def test_a_joiner_of_plivo_hears_its_own_enter_sound() -> None:
    # Plivo 3.6: played into the whole room, be it empty but for the one who comes.
    story = meet("plivo", {"ann": visit("plivo", enterSound="beep:2")})

    assert sounds(story, "enter_sound") == [(0, "beep:2")]


def test_a_joiner_of_texml_never_hears_its_own_beep() -> None:
    # TeXML 2.4 beep.
    story = meet("texml", {"ann": visit("texml"), "bob": visit("texml")}, at=LATE)

    assert sounds(story, "enter_sound") == [(5, "beep:1")]


@pytest.mark.parametrize(
    ("beep", "enters", "exits"), [("true", 1, 1), ("false", 0, 0), ("onEnter", 1, 0), ("onExit", 0, 1)]
)
def test_texml_beeps_as_its_attribute_says(beep: str, enters: int, exits: int) -> None:
    # TeXML 2.4 beep.
    people = {"ann": visit("texml", beep="false"), "bob": visit("texml", beep=beep)}

    story = meet("texml", people, {"at": 9, "do": "hang_up", "call": "bob"}, at=LATE)

    assert len(sounds(story, "enter_sound")) == enters
    assert len(sounds(story, "exit_sound")) == exits


def test_an_exit_sound_is_heard_by_those_who_stay() -> None:
    people = {"ann": visit("plivo"), "bob": visit("plivo", exitSound="beep:1")}

    story = meet("plivo", people, {"at": 9, "do": "hang_up", "call": "bob"}, at=LATE)

    assert sounds(story, "exit_sound") == [(9, "beep:1")]


@pytest.mark.parametrize("ends", ["last", "flagged"])
def test_no_exit_sound_is_played_when_the_room_ends(ends: str) -> None:
    # DESIGN 8: none when the room ends.
    bobs = visit("plivo", exitSound="beep:1", endConferenceOnExit=True)
    people = {"bob": bobs} if ends == "last" else {"ann": visit("plivo", exitSound="beep:1"), "bob": bobs}

    story = meet("plivo", people, {"at": 9, "do": "hang_up", "call": "bob"})

    assert story.at("conference_ended") == 9
    assert sounds(story, "exit_sound") == []


def test_no_exit_sounds_are_played_when_a_command_ends_the_room() -> None:
    people = {name: visit("plivo", exitSound="beep:1") for name in ("ann", "bob")}

    story = meet("plivo", people, {"at": 9, "do": "end_conference", "conference": "Room"})

    assert sounds(story, "exit_sound") == []


def test_a_sound_address_is_asked_by_post_and_its_document_played_into_the_room() -> None:
    # Plivo 3.6.
    people = {"ann": visit("plivo"), "bob": visit("plivo", enterSound=SOUND)}
    pages = {"sound": document("<Speak>Bob.</Speak>", "<Hangup/>")}

    story = meet("plivo", people, at=LATE, pages=pages)

    assert sounds(story, "enter_sound") == [(5, "Bob.")]
    assert story.at("member_joined", call="bob") == 5


@pytest.mark.parametrize(("after", "plays"), [(0.9, 1), (1.1, 0)])
def test_a_sound_that_cannot_start_within_a_second_is_dropped(after: float, plays: int) -> None:
    # DESIGN 8.
    people = {"ann": visit("plivo"), "bob": visit("plivo", enterSound=SOUND)}
    pages = {"sound": document("<Speak>Bob.</Speak>") | {"after": after}}

    story = meet("plivo", people, at=LATE, pages=pages)

    assert len(sounds(story, "enter_sound")) == plays
    assert story.at("member_joined", call="bob") == 5


def test_a_sound_that_cannot_be_had_is_silence() -> None:
    people = {"ann": visit("plivo"), "bob": visit("plivo", enterSound=SOUND)}

    story = meet("plivo", people, at=LATE, pages={"sound": {"status": 500}})

    assert sounds(story, "enter_sound") == []
    assert story.at("member_joined", call="bob") == 5


def test_a_sound_of_leaving_whose_document_comes_after_the_room_is_not_played() -> None:
    people = {"ann": visit("plivo"), "bob": visit("plivo", exitSound=SOUND)}
    steps = [{"at": 9, "do": "hang_up", "call": "bob"}, {"at": 9.2, "do": "hang_up", "call": "ann"}]

    story = meet("plivo", people, *steps, pages={"sound": document("<Speak>Bob.</Speak>") | {"after": 0.5}})

    assert sounds(story, "exit_sound") == []


# --- muted, and recording (Plivo 2.3 muted, record; TeXML 2.4 record) ----


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_who_joins_muted_hears_and_is_not_heard(dialect: str) -> None:
    expect = [{"at": 6, "hears": ["ann", "bob"]}, {"at": 6, "not_hears": ["bob", "ann"]}]

    story = meet(dialect, {"ann": visit(dialect, muted=True), "bob": visit(dialect)}, at=LATE, expect=expect)

    assert [effect.muted for _, effect in story.did(JoinConference)] == [True, False]


def test_who_waits_muted_stays_muted_when_the_room_begins() -> None:
    # TeXML 4: a muted waiting leg stays muted after the start.
    people = {"ann": visit("texml", muted=True, startConferenceOnEnter=False), "bob": visit("texml")}

    meet("texml", people, at=LATE, expect=[{"at": 6, "not_hears": ["bob", "ann"]}, {"at": 6, "hears": ["ann", "bob"]}])


@pytest.mark.parametrize(("dialect", "record"), [("plivo", "true"), ("texml", "record-from-start")])
def test_a_room_is_recorded_from_its_beginning_and_never_while_it_waits(dialect: str, record: str) -> None:
    # TeXML 2.4 record: wait music is never recorded.
    story = waits(dialect, record=record)

    assert [(at, effect.of) for at, effect in story.did(StartRecording)] == [(5, "r1")]
    assert story.at("recording_started") == 5


def test_a_room_is_recorded_once_however_many_ask_for_it() -> None:
    people = {name: visit("plivo", record=True) for name in ("ann", "bob")}

    story = meet("plivo", people, at=LATE)

    assert story.times("recording_started") == [0]


def test_a_room_that_runs_is_recorded_from_when_the_first_comes_who_asks_for_it() -> None:
    story = meet("plivo", {"ann": visit("plivo"), "bob": visit("plivo", record=True)}, at=LATE, until=50)

    assert story.times("recording_started") == [5]


def test_a_recording_that_was_stopped_is_not_begun_again_by_who_comes_next() -> None:
    people = {"ann": visit("plivo", record=True), "bob": visit("plivo")}

    story = meet("plivo", people, {"at": 3, "do": "stop_recording", "conference": "Room"}, at=LATE)

    assert story.times("recording_started") == [0]
    assert story.at("recording_ended") == 3


def test_a_recording_ends_with_the_room() -> None:
    story = meet("plivo", {"ann": visit("plivo", record=True)}, {"at": 30, "do": "hang_up", "call": "ann"})

    assert story.one("recording_ended")["seconds"] == 30
