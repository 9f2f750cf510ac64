"""Somebody is dialled into a room: visible as connecting, taken back, refused, answered."""

from __future__ import annotations

from typing import Any

import pytest

from engine.journal import dump
from engine.values.effects import (
    CoachMember,
    DeafenMembers,
    HoldMembers,
    JoinConference,
    MuteMembers,
    PlaceCall,
    RecordConferenceEnd,
    StartRecording,
)
from tests.stories.conference.rooms import HOME, XML_DIALECTS, do, meet, visit
from tests.stories.story import Story

NUMBER = "+12125550100"


def invite(at: float = 5, **more: Any) -> dict[str, Any]:
    """Zoe is invited into the room."""
    return {"at": at, "do": "invite", "conference": "Room", "call": "zoe", "to": NUMBER, **more}


def host(
    *steps: dict[str, Any], callee: dict[str, Any] | None = None, mine: dict[str, Any] | None = None, **sections: Any
) -> Story:
    """Ann is in a room of TeXML's, and zoe answers after 2 s unless said otherwise."""
    sections.setdefault("until", 100)
    people = {"ann": visit("texml", **(mine or {}))}
    return meet("texml", people, *steps, callees={NUMBER: callee or {}}, **sections)


def test_who_is_invited_joins_when_it_answers() -> None:
    # TeXML 1.5 dial.
    story = host(invite(), expect=[{"at": 8, "hears": ["ann", "zoe"]}])

    assert story.at("member_invited", call="zoe") == 5
    assert story.at("member_joined", call="zoe") == 7
    assert story.receipt()["results"] == {"zoe": "changed"}


def test_a_room_is_made_for_the_first_who_is_invited() -> None:
    # TeXML 7 A31.
    story = host(invite() | {"conference": "New"})

    assert story.at("conference_created", conference="New") == 5
    assert story.at("conference_started", conference="New") == 7


@pytest.mark.parametrize(
    ("callee", "end"),
    [({"busy": True}, "busy"), ({"rejects": True}, "rejected"), ({"no_answer": True}, "ring_timeout")],
)
def test_an_invitation_that_fails_leaves_no_room(callee: dict[str, Any], end: str) -> None:
    story = host(invite() | {"conference": "New"}, callee=callee)

    assert story.one("call_ended", call="zoe")["cause"] == end
    assert story.simulation.exchange.conference("", "New") is None
    assert story.did(RecordConferenceEnd, name="New") == []
    assert story.never("member_joined", call="zoe")


@pytest.mark.parametrize("callee", [{"busy": True}, {"no_answer": True}], ids=["busy", "no answer"])
def test_a_failed_invitation_leaves_no_room_behind_and_nothing_is_told_of_one(callee: dict[str, Any]) -> None:
    told: dict[str, Any] = {"callback": f"{HOME}/told", "callback_events": ["start", "end", "join", "leave"]}

    story = host(invite(**told) | {"conference": "New"}, callee=callee, until=200)

    assert story.simulation.exchange.conference("", "New") is None
    assert story.never("conference_started", conference="New")
    assert story.callbacks("/told") == []


def test_an_invitation_that_fails_leaves_the_room_it_was_for_alone() -> None:
    told = {"statusCallback": f"{HOME}/told", "statusCallbackEvent": "join leave"}

    story = host(invite(), callee={"busy": True}, mine=told)

    assert len(story.callbacks("/told")) == 1
    assert story.never("member_left")


@pytest.mark.parametrize(
    "step",
    [do(6, "kick", "zoe"), do(6, "hang_up_member", "zoe"), {"at": 6, "do": "cancel_call", "call": "zoe"}],
    ids=lambda step: str(step["do"]),
)
def test_an_invitation_is_taken_back(step: dict[str, Any]) -> None:
    story = host(invite(), step)

    assert story.receipt(nth=1)["results"] == {"zoe": "changed"}
    assert story.one("call_ended", call="zoe")["cause"] == "api_cancel"
    assert story.never("member_joined", call="zoe")


def test_the_end_of_a_room_takes_its_invitations_back() -> None:
    story = host(invite(), {"at": 6, "do": "end_conference", "conference": "Room"})

    assert story.at("call_ended", call="zoe") == 6
    assert story.at("conference_ended") == 6


def test_who_is_invited_keeps_an_empty_room_alive_until_it_answers() -> None:
    story = host(invite(), {"at": 6, "do": "hang_up", "call": "ann"})

    assert story.at("member_joined", call="zoe") == 7
    assert story.never("conference_ended")


def test_who_is_invited_takes_no_place_until_it_answers() -> None:
    # DESIGN 8: the cap never counts invited ones.
    people = {"ann": visit("texml", maxParticipants=2), "bob": visit("texml")}

    story = meet("texml", people, invite(), at={"bob": 6.0}, callees={NUMBER: {}}, until=50)

    assert story.at("member_joined", call="bob") == 6
    assert story.at("call_ended", call="zoe") == 7
    assert story.one("member_refused", call="zoe")["cause"] == "full"
    assert [effect.call for _, effect in story.did(JoinConference)] == ["ann", "bob"]


def test_an_invitation_carries_the_members_flags() -> None:
    # TeXML 1.5 dial parameters.
    flags: dict[str, Any] = {"muted": True, "ends": True, "label": "zed", "beep": "none"}
    expect = [{"at": 8, "not_hears": ["ann", "zoe"]}, {"at": 8, "hears": ["zoe", "ann"]}]

    story = host(invite(**flags), do(9, "unmute", "zed"), {"at": 20, "do": "hang_up", "call": "zoe"}, expect=expect)

    assert story.never("heard", purpose="enter_sound")
    assert story.receipt(nth=1)["results"] == {"zoe": "changed"}
    assert story.at("conference_ended", why="ended_by_member") == 20


def test_an_invitation_may_give_the_rooms_callback_and_ask_for_its_recording() -> None:
    # TeXML 1.5 ConferenceStatusCallback, ConferenceRecord; 7 A20: the first who gives an address fixes it.
    record: dict[str, Any] = {"hook": {"url": f"{HOME}/file"}, "events": ["in-progress", "completed"]}
    more: dict[str, Any] = {"callback": f"{HOME}/told", "callback_events": ["join"], "record_conference": record}

    story = host(
        invite(**more) | {"conference": "New"},
        invite(6, **more) | {"call": "yan", "conference": "New"},
        {"at": 20, "do": "end_conference", "conference": "New"},
    )

    assert [params["StatusCallbackEvent"] for params in story.callbacks("/told")] == ["participant-join"] * 2
    assert story.times("recording_started", source="conference") == [7]
    told = story.callbacks("/file")
    assert [params["RecordingStatus"] for params in told] == ["in-progress", "completed"]
    assert {params["RecordingSource"] for params in told} == {"Conference"}


def test_a_journal_of_old_may_ask_for_the_rooms_recording_in_a_word() -> None:
    # Its file is told to the room's own callback.
    end = {"at": 20, "do": "end_conference", "conference": "New"}
    story = host(invite(callback=f"{HOME}/told", record=True) | {"conference": "New"}, end)

    assert story.times("recording_started", source="conference") == [7]
    assert "RecordingSid" in story.callbacks("/told")[-1]


def test_an_invitation_may_ask_for_the_recording_of_its_own_leg() -> None:
    # TeXML 1.5 Record, RecordingChannels; 1.6 source OutboundAPI.
    wish = {"channels": "stereo", "hook": {"url": f"{HOME}/file"}}

    story = host(invite(record=wish), {"at": 20, "do": "hang_up", "call": "zoe"})

    [(at, started)] = story.did(StartRecording)
    assert (at, started.of, started.channels) == (7, "zoe", "stereo")
    [told] = story.callbacks("/file", call="zoe")
    assert (told["RecordingSource"], told["RecordingDuration"]) == ("OutboundAPI", "13")


def test_an_invitation_that_nobody_takes_is_not_recorded() -> None:
    story = host(invite(record={}, record_conference={}) | {"conference": "New"}, callee={"busy": True})

    assert story.did(StartRecording) == []


def test_what_an_invitation_sends_and_proves_itself_with_goes_to_the_switch_alone() -> None:
    # TeXML 1.5 CustomHeaders, SipAuthUsername, SipAuthPassword.
    proof: dict[str, Any] = {"username": "zoe-sip", "password": "opensesame"}

    story = host(invite(headers=[["Order", "42"]], **proof))

    [(_, placed)] = story.did(PlaceCall)
    assert (placed.headers, placed.username, placed.password) == ((("Order", "42"),), "zoe-sip", "opensesame")
    assert "opensesame" not in str(story)
    assert b"opensesame" not in dump(story.simulation.exchange)


def test_what_was_detected_at_an_invitations_answer_is_told_where_it_was_asked_for() -> None:
    # TeXML 1.5 AmdStatusCallback, 3.3 amd.
    machine: dict[str, Any] = {"machine": True}
    asked: dict[str, Any] = {"machine_detection": "true", "machine_hook": f"{HOME}/amd"}

    story = host(invite(**asked), callee=machine)

    [told] = story.callbacks("/amd", call="zoe")
    assert (told["AnsweredBy"], told["CallSid"], told["To"]) == ("machine", "zoe", NUMBER)
    assert story.at("member_joined", call="zoe") == 7


def test_a_second_invitation_does_not_change_the_rooms_callback() -> None:
    # TeXML 7 A20.
    told = {"statusCallback": f"{HOME}/told", "statusCallbackEvent": "join"}

    story = host(invite(callback=f"{HOME}/late", callback_events=["join"]), mine=told)

    assert len(story.callbacks("/told")) == 2
    assert story.callbacks("/late") == []


def test_a_change_of_one_who_is_invited_counts_when_it_joins() -> None:
    # DESIGN 8: targets are resolved once, invited ones included.
    story = host(invite(), do(6, "mute", "zoe"), expect=[{"at": 8, "not_hears": ["ann", "zoe"]}])

    assert story.did(JoinConference, call="zoe")[0][1].muted


def test_who_is_invited_hears_nothing_that_is_played_to_members() -> None:
    story = host(invite(), do(6, "speak", "zoe", text="Hello."))

    assert story.receipt(nth=1)["results"] == {"zoe": "same"}
    assert story.never("heard", purpose="member_speak")


@pytest.mark.parametrize(
    ("more", "refused"),
    [({"label": "chair"}, "label_taken"), ({"coach": "nobody"}, "coach_unknown"), ({"call": "ann"}, "call_exists")],
)
def test_an_invitation_that_cannot_be_is_refused_before_anybody_is_rung(more: dict[str, Any], refused: str) -> None:
    # TeXML 7 A6, A16.
    story = host(invite(), invite(6) | {"call": "yan"} | more, mine={"participantLabel": "chair"})

    assert story.receipt(nth=1)["refused"] == refused
    assert len(story.what("call_placed")) == 1


def test_an_invited_coach_is_heard_by_its_target_alone() -> None:
    expect = [{"at": 8, "hears": ["ann", "zoe"]}, {"at": 8, "not_hears": ["bob", "zoe"]}]

    meet(
        "texml", {"ann": visit("texml"), "bob": visit("texml")}, invite(coach="ann"),
        callees={NUMBER: {}}, expect=expect, until=50,
    )  # fmt: skip


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_an_invited_member_that_is_kicked_has_nothing_to_go_on_with(dialect: str) -> None:
    # TeXML 7 A3: a leg dialled by REST has no document.
    story = meet(dialect, {"ann": visit(dialect)}, invite(), do(9, "kick", "zoe"), callees={NUMBER: {}}, until=50)

    assert story.at("call_ended", call="zoe") == 9
    assert story.never("fault")


def test_an_invited_member_waits_like_others_in_a_room_that_has_not_begun() -> None:
    story = host(invite(starts=False), mine={"startConferenceOnEnter": False})

    assert story.never("conference_started")
    assert story.at("heard", call="zoe", purpose="wait_sound") == 7


def test_the_time_limit_of_an_invitation_counts_from_its_answer() -> None:
    # TeXML 1.5 TimeLimit.
    story = host(invite(time_limit=10))

    assert story.at("member_left", call="zoe", cause="call_time_limit") == 17


def test_who_is_held_while_it_rings_hears_the_hold_sound_alone_when_it_joins() -> None:
    # DESIGN 8: invited members are targets too; the switch hears of the hold when there is somebody to hold.
    story = host(
        invite(), do(6, "hold", "zoe", sound=f"{HOME}/tune"), do(20, "unhold", "zoe"),
        pages={"tune": {"xml": "<Response><Say>Please hold on.</Say></Response>"}},
        expect=[{"at": 8, "not_hears": ["ann", "zoe"]}, {"at": 21, "hears": ["ann", "zoe"]}],
    )  # fmt: skip

    assert [(at, effect.on) for at, effect in story.did(HoldMembers)] == [(7, True), (20, False)]
    assert story.times("heard", call="zoe", purpose="hold_sound") == [7]


@pytest.mark.parametrize(("word", "more"), [("mute", {}), ("deafen", {}), ("hold", {}), ("coach", {"target": "ann"})])
def test_a_change_of_one_who_rings_asks_nothing_of_the_switch_before_it_joins(word: str, more: dict[str, Any]) -> None:
    # DESIGN 8: a switch that cannot make a change real ends the leg as lost; here there is no leg to change yet.
    story = host(invite(), do(6, word, "zoe", **more))

    asked = (MuteMembers, DeafenMembers, HoldMembers, CoachMember)
    assert story.receipt(nth=1)["results"] == {"zoe": "changed"}
    assert [at for kind in asked for at, _ in story.did(kind) if at < 7] == []


@pytest.mark.parametrize("word", ["transfer", "transfer both"])
def test_who_has_not_answered_cannot_be_given_a_document(word: str) -> None:
    # TeXML 1.2, 90034.
    legs = {"legs": "both"} if word.endswith("both") else {}
    story = host(invite(), {"at": 6, "do": "transfer", "call": "zoe", "aleg": f"{HOME}/ann", **legs})

    assert story.receipt(nth=1)["refused"] == "not_answered"
    assert story.at("member_joined", call="zoe") == 7


def test_a_room_that_was_made_by_an_invitation_has_its_dialects_time_limit() -> None:
    # Plivo 2.3 timeLimit: a room's default holds whoever was the first.
    steps = [invite(1, dialect="plivo")]
    people = {"ann": visit("plivo")}
    story = meet(
        "plivo", people, *steps, at={"ann": 5}, callees={NUMBER: {}}, rules={"plivo": {"room_time_limit": 30}}
    )

    assert story.at("conference_ended", why="room_time_limit") == 31
