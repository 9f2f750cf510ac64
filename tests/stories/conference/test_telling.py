"""What customers are told of a room: to whom, in which order, in which words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.conference.rooms import HOME, do, document, hang_up, meet, stay, visit
from tests.stories.flow.calls import asked
from tests.stories.story import Story

TOLD = {"callbackUrl": f"{HOME}/told"}
EVENTS = "start end join leave speaker mute hold modify announcement"
STATUS = {"statusCallback": f"{HOME}/told", "statusCallbackEvent": EVENTS}


def actions(story: Story, call: str = "") -> list[str]:
    """The ConferenceActions that were told, in order."""
    return [params["ConferenceAction"] for params in story.callbacks("/told", call=call)]


def events(story: Story) -> list[str]:
    """The StatusCallbackEvents that were told, in order."""
    return [params["StatusCallbackEvent"] for params in story.callbacks("/told")]


# --- each member's own callback (Plivo 3.3, Vobiz 3.2) ----


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_member_tells_the_address_of_its_own_document(dialect: str) -> None:
    people = {"ann": visit(dialect, **TOLD, stayAlone=True), "bob": visit(dialect)}

    story = meet(dialect, people, hang_up("bob", 5), hang_up("ann", 9))

    assert actions(story) == ["enter", "exit"]
    assert {one["call"] for one in story.what("callback")} == {"ann"}


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_first_and_the_last_member_are_told_apart(dialect: str) -> None:
    # Plivo 3.3, Vobiz 3.2: ConferenceFirstMember, ConferenceLastMember.
    people = {name: visit(dialect, **TOLD, stayAlone=True) for name in ("ann", "bob")}

    story = meet(dialect, people, hang_up("ann", 5), hang_up("bob", 9))

    first = [params["ConferenceFirstMember"] for params in story.callbacks("/told", ConferenceAction="enter")]
    last = [params["ConferenceLastMember"] for params in story.callbacks("/told", ConferenceAction="exit")]
    assert (first, last) == (["true", "false"], ["false", "true"])


def test_when_all_are_kicked_at_once_only_the_last_to_go_is_the_last_member() -> None:
    people = {name: visit("plivo", **TOLD) for name in ("ann", "bob", "carl")}

    story = meet("plivo", people, do(5, "kick"))

    last = [params["ConferenceLastMember"] for params in story.callbacks("/told", ConferenceAction="exit")]
    assert last == ["false", "false", "true"]


def test_a_refused_call_tells_neither_enter_nor_exit() -> None:
    # Plivo 2.6 (f).
    people = {name: visit("plivo", **TOLD, maxMembers=1) for name in ("ann", "bob")}

    story = meet("plivo", people, until=50)

    assert actions(story, "bob") == []


def test_the_floor_is_told_of_the_first_member_unless_it_is_muted() -> None:
    # Plivo 2.6: enter, then floor for a first member that is not muted.
    mine = {**TOLD, "floorEvent": "true"}

    assert actions(meet("plivo", {"ann": visit("plivo", **mine)}, until=9)) == ["enter", "floor"]
    assert actions(meet("plivo", {"ann": visit("plivo", **mine, muted=True)}, until=9)) == ["enter"]


def test_the_floor_goes_to_whoever_talks_and_is_told_where_asked() -> None:
    mine = {**TOLD, "floorEvent": "true"}
    people = {"ann": visit("plivo", **mine), "bob": visit("plivo", **mine), "carl": visit("plivo", **TOLD)}
    steps = [{"at": at, "do": "talk", "call": name, "for": 1} for at, name in ((5, "bob"), (8, "bob"), (11, "carl"))]

    story = meet("plivo", people, *steps, until=50)

    assert [one["call"] for one in story.what("member_floor")] == ["ann", "bob", "carl"]
    assert actions(story, "bob") == ["enter", "floor"]
    assert actions(story, "carl") == ["enter"]


def test_the_floor_is_free_when_its_member_leaves() -> None:
    stays = [stay("plivo"), stay("plivo")]
    people = {"ann": document(*stays), "bob": visit("plivo")}
    talk = [{"at": at, "do": "talk", "call": "ann", "for": 1} for at in (2, 9)]

    story = meet("plivo", people, talk[0], do(5, "kick", "ann"), talk[1], until=50)

    assert story.times("member_floor", call="ann") == [2, 9]


def test_who_is_muted_or_held_takes_no_floor_by_talking() -> None:
    people = {name: visit("plivo") for name in ("ann", "bob", "carl")}
    talk = [{"at": 5, "do": "talk", "call": name, "for": 1} for name in ("ann", "bob")]

    story = meet("plivo", people, do(2, "mute", "ann"), do(2, "hold", "bob"), *talk, until=50)

    assert story.never("member_floor")


def test_vobiz_tells_neither_floor_nor_recording() -> None:
    # Vobiz 3.2, 7.14.
    story = meet("vobiz", {"ann": visit("vobiz", **TOLD, record=True)}, hang_up("ann", 9))

    assert actions(story) == ["enter", "exit"]


def test_a_recording_of_the_room_is_told_at_its_start_and_at_its_end() -> None:
    # Plivo 5.16.
    story = meet("plivo", {"ann": visit("plivo", **TOLD, record=True)}, hang_up("ann", 9))

    told = story.callbacks("/told", ConferenceAction="record")
    assert [params["RecordingDuration"] for params in told] == ["-1", "9"]
    assert len({params["RecordingID"] for params in told}) == 1


def test_plivo_has_no_event_for_mute_or_hold() -> None:
    story = meet("plivo", {"ann": visit("plivo", **TOLD)}, do(2, "mute"), do(3, "hold"), until=9)

    assert actions(story) == ["enter"]


# --- the room's subscriber (TeXML 3.1, 7 A9, A20) ----


def test_a_room_tells_join_before_start_and_every_leave_before_its_end() -> None:
    # TeXML 6, 7 A9.
    people = {"ann": visit("texml", **STATUS, endConferenceOnExit=True), "bob": visit("texml")}

    story = meet("texml", people, hang_up("ann", 9), at={"bob": 1.0})

    assert events(story) == [
        "participant-join", "conference-start", "participant-join",
        "participant-leave", "participant-leave", "conference-end",
    ]  # fmt: skip


def test_the_sequence_of_a_room_counts_from_nought() -> None:
    # TeXML 3.1 SequenceNumber.
    people = {"ann": visit("texml", **STATUS), "bob": visit("texml", room="Other", **STATUS)}

    story = meet("texml", people, hang_up("ann", 9), at={"bob": 20.0}, until=50)

    by_room = {
        name: [params["SequenceNumber"] for params in story.callbacks("/told", FriendlyName=name)]
        for name in ("Room", "Other")
    }
    assert by_room == {"Room": ["0", "1", "2", "3"], "Other": ["0", "1"]}


def test_only_events_that_were_asked_for_are_told() -> None:
    mine = {"statusCallback": f"{HOME}/told", "statusCallbackEvent": "end leave"}

    story = meet("texml", {"ann": visit("texml", **mine)}, hang_up("ann", 9))

    assert events(story) == ["participant-leave", "conference-end"]


def test_without_a_list_of_events_nothing_is_told() -> None:
    # TeXML 2.4 statusCallbackEvent: none.
    story = meet("texml", {"ann": visit("texml", statusCallback=f"{HOME}/told")}, hang_up("ann", 9))

    assert events(story) == []


def test_the_first_who_gives_an_address_fixes_it_for_the_room() -> None:
    # TeXML 7 A20.
    other = {"statusCallback": f"{HOME}/late", "statusCallbackEvent": "join leave"}
    people = {"ann": visit("texml"), "bob": visit("texml", **STATUS), "carl": visit("texml", **other)}

    story = meet("texml", people, hang_up("carl", 9), at={"bob": 1.0, "carl": 2.0}, until=50)

    assert events(story) == ["participant-join", "participant-join", "participant-leave"]
    assert story.callbacks("/late") == []


@pytest.mark.parametrize(
    ("step", "why", "ending"),
    [
        (hang_up("ann", 9), "participant-with-end-conference-on-exit-left", True),
        (do(9, "kick", "ann"), "participant-with-end-conference-on-exit-left", True),  # TeXML 7 A4
        ({"at": 9, "do": "end_conference", "conference": "Room"}, "conference-ended-via-api", False),
    ],
)
def test_the_end_of_a_room_says_why_and_by_whom(step: dict[str, Any], why: str, *, ending: bool) -> None:
    # TeXML 1.4, 3.1, 7 A23.
    people = {name: visit("texml", **STATUS, endConferenceOnExit=True) for name in ("ann", "bob")}

    story = meet("texml", people, step)

    (end,) = story.callbacks("/told", StatusCallbackEvent="conference-end")
    anns = {params["CallSid"] for params in story.callbacks("/told", call="ann")}
    assert end["ReasonConferenceEnded"] == why
    assert end["CallSid"]
    assert (end.get("CallSidEndingConference") in anns) is ending


def test_the_end_by_the_last_who_leaves_names_it() -> None:
    people = {name: visit("texml", **STATUS) for name in ("ann", "bob")}

    story = meet("texml", people, hang_up("ann", 5), hang_up("bob", 9))

    (end,) = story.callbacks("/told", StatusCallbackEvent="conference-end")
    bobs = {params["CallSid"] for params in story.callbacks("/told", call="bob")}
    assert end["ReasonConferenceEnded"] == "last-participant-left"
    assert end["CallSid"] in bobs


def test_changes_of_a_member_are_told_once_each() -> None:
    # TeXML 3.1, 4.
    steps = [
        do(2, "mute", "ann"), do(3, "mute", "ann"), do(4, "unmute", "ann"), do(5, "hold", "ann"),
        do(6, "hold", "ann", sound=f"{HOME}/other"), do(7, "unhold", "ann"), do(8, "set_end_on_exit", "ann"),
        do(9, "set_beep_on_exit", "ann"), do(10, "coach", "ann", target="bob"), do(11, "uncoach", "ann"),
    ]  # fmt: skip
    people = {"ann": visit("texml", **STATUS), "bob": visit("texml")}

    story = meet("texml", people, *steps, until=50)

    assert events(story)[3:] == [
        "participant-mute", "participant-unmute", "participant-hold", "participant-unhold", "participant-modify",
        "participant-modify", "participant-modify", "participant-modify",
    ]  # fmt: skip


def test_a_coach_whose_target_leaves_is_told_as_modified() -> None:
    # TeXML 7 A15.
    people = {name: visit("texml", **STATUS) for name in ("ann", "bob", "carl")}

    story = meet("texml", people, do(2, "coach", "ann", target="bob"), hang_up("bob", 5), until=50)

    assert events(story)[-2:] == ["participant-leave", "participant-modify"]
    assert story.what("callback")[-1]["call"] == "ann"
    assert story.what("callback")[-1]["params"]["Coaching"] == "true"


def test_speech_is_told_where_it_was_asked_for() -> None:
    # TeXML 3.1 speaker.
    people = {"ann": visit("texml", **STATUS), "bob": visit("texml", muted=True)}
    talk = [{"at": 5, "do": "talk", "call": name, "for": 2} for name in ("ann", "bob")]

    story = meet("texml", people, *talk, until=50)

    said = [(one["at"], one["call"], one["params"]["StatusCallbackEvent"]) for one in story.what("callback", at=5)]
    assert said == [(5, "ann", "participant-speech-start")]
    assert events(story)[-1] == "participant-speech-stop"


def test_the_end_and_the_failure_of_an_announcement_are_told() -> None:
    # TeXML 3.1 announcement.
    steps = [
        do(2, "announce_member", "ann", sound=f"{HOME}/sound"),
        {"at": 5, "do": "announce", "conference": "Room", "sound": f"{HOME}/nothing"},
    ]
    pages = {"sound": {"xml": "<Response><Say>Hello.</Say></Response>"}}

    story = meet("texml", {"ann": visit("texml", **STATUS)}, *steps, pages=pages, until=50)

    (end,) = story.callbacks("/told", StatusCallbackEvent="announcement-end")
    (fail,) = story.callbacks("/told", StatusCallbackEvent="announcement-fail")
    assert end["AnnounceUrl"] == f"{HOME}/sound"
    assert fail["AnnounceUrl"] == f"{HOME}/nothing"


def test_what_is_told_is_how_things_stood_when_it_happened() -> None:
    # DESIGN 8: a frozen copy of the facts.
    story = meet("texml", {"ann": visit("texml", **STATUS)}, do(2, "mute"), do(2, "unmute"), until=9)

    muted = [params["Muted"] for params in story.callbacks("/told")[-2:]]
    assert muted == ["true", "false"]


@pytest.mark.parametrize(
    ("dialect", "names"),
    [("plivo", ("RecordUrl", "RecordingID")), ("vobiz", ("RecordingID", "RecordUrl", "RecordFile"))],
)
def test_the_action_names_the_recording_of_a_room_that_is_recorded(dialect: str, names: tuple[str, ...]) -> None:
    # Plivo 3.4, Vobiz 2.4: only if recorded; the file's address is known when the file is.
    acts: dict[str, Any] = {"action": {"action": "/acted"}}
    pages = {"acted": document("<Hangup/>")}
    people = {"ann": document(stay(dialect, **acts, record=True)), "bob": visit(dialect)}
    recorded = meet(dialect, people, do(9, "kick", "ann"), pages=pages, until=20)
    plain = meet(dialect, {"ann": document(stay(dialect, **acts))}, do(9, "kick", "ann"), pages=pages, until=20)

    [params] = asked(recorded, "/acted")
    assert params["RecordingID"] == recorded.one("recording_started")["recording"]
    assert all(name in params for name in names)
    [params] = asked(plain, "/acted")
    assert not any(name in params for name in names)


def test_the_end_of_a_callers_call_is_told_as_completed() -> None:
    # TeXML 3.3, completed: a caller's address for the end says how long the call was and why it ended.
    people = {"ann": visit("texml")}
    calls = {"ann": {"hangup_url": f"{HOME}/end"}}
    story = meet("texml", people, hang_up("ann", 9), callers=calls, until=20)

    [params] = story.callbacks("/end")
    named = ("CallStatus", "CallDuration", "HangupCause", "HangupSource", "CallbackSource")
    assert [params[name] for name in named] == [
        "completed", "9", "normal_clearing", "caller", "call-progress-events",
    ]  # fmt: skip
    assert {"AnsweredTime", "EndTime", "SequenceNumber", "Timestamp"} <= set(params)
