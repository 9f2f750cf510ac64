"""What a member's call does after leaving a room: every cause in every dialect (the exit table)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.dialects.tongues import rules_of
from engine.values.causes import EXIT_CAUSES
from tests.stories.conference.rooms import ACTED, AFTER, XML_DIALECTS, document, meet, says, stay, visit
from tests.stories.story import Story

DIALECTS = (*XML_DIALECTS, "audian")
ACT = {"action": "/acted"}
ACT_AND_GO_ON = {"action": "/acted", "redirect": "false"}
CAP = {"plivo": "maxMembers", "vobiz": "maxParticipants", "texml": "maxParticipants"}

# --- how each cause comes about; ann is the one who leaves ----


def happen(dialect: str, *steps: dict[str, Any], mine: dict[str, Any], bobs: dict[str, Any] | None = None) -> Story:
    """Ann and then bob come to a room; something happens."""
    people = {"ann": document(stay(dialect, **mine), says(dialect, AFTER)), "bob": visit(dialect, **(bobs or {}))}
    pages = {"acted": document(says(dialect, ACTED)), "new": document(says(dialect, "New."))}
    return meet(dialect, people, *steps, at={"bob": 2}, pages=pages)


def by_step(**step: Any) -> Callable[..., Story]:
    """A cause that a step at 10 s brings about."""
    return lambda dialect, **mine: happen(dialect, {"at": 10, **step}, mine=mine)


def with_mine(given: dict[str, Any], **step: Any) -> Callable[..., Story]:
    """The same, where ann's element says something too."""
    return lambda dialect, **mine: happen(dialect, {"at": 10, **step}, mine=given | mine)


def leaving_host(dialect: str, **mine: Any) -> Story:
    """Bob, whose leaving ends the room, hangs up."""
    return happen(dialect, {"at": 10, "do": "hang_up", "call": "bob"}, mine=mine, bobs={"endConferenceOnExit": True})


def full_room(dialect: str, **mine: Any) -> Story:
    """Ann comes as the third to a room for two."""
    cap: dict[str, Any] = {CAP[dialect]: 2}
    people = {"ann": visit(dialect, **cap | mine), "bob": visit(dialect, **cap), "carl": visit(dialect, **cap)}
    return meet(dialect, people, at={"ann": 10}, pages={"acted": document(says(dialect, ACTED))})


def locked_room(dialect: str, **mine: Any) -> Story:
    """Ann comes to a room that was locked."""
    people = {"ann": visit(dialect, **mine), "bob": visit(dialect)}
    step = {"at": 5, "do": "lock", "conference": "Room"}
    return meet(dialect, people, step, at={"ann": 10}, pages={"acted": document(says(dialect, ACTED))})


def taken_label(dialect: str, **mine: Any) -> Story:
    """Ann brings a label that bob bears."""
    people = {"ann": visit(dialect, participantLabel="x", **mine), "bob": visit(dialect, participantLabel="x")}
    return meet(dialect, people, at={"ann": 10}, pages={"acted": document(says(dialect, ACTED))})


def coach_of_nobody(dialect: str, **mine: Any) -> Story:
    """Ann is to coach somebody who is not there."""
    people = {"ann": visit(dialect, coach="zoe", **mine), "bob": visit(dialect)}
    return meet(dialect, people, at={"ann": 10}, pages={"acted": document(says(dialect, ACTED))})


def own_limit(dialect: str, **mine: Any) -> Story:
    """Ann's call, which we placed, may last ten seconds."""
    call = {"at": 0, "do": "make_call", "call": "ann", "to": "+12125550100", "from": "+16505550100"}
    call |= {"answer": "https://app.example/ann_does", "time_limit": 10, "dialect": dialect}
    pages = {"ann_does": visit(dialect, **mine), "acted": document(says(dialect, ACTED))}
    return meet(dialect, {"bob": visit(dialect)}, call, pages=pages, callees={"+12125550100": {"answers_after": 0}})


WAYS: dict[str, Callable[..., Story]] = {
    "kicked": by_step(do="kick", conference="Room", members=["ann"]),
    "hung_up": by_step(do="hang_up_member", conference="Room", members=["ann"]),
    "call_time_limit": own_limit,
    "far_end": by_step(do="hang_up", call="ann"),
    "star": with_mine({"hangupOnStar": True}, do="press", call="ann", digits="*"),
    "ended_by_member": leaving_host,
    "ended_by_api": by_step(do="end_conference", conference="Room"),
    "room_time_limit": with_mine({"timeLimit": 10}, do="talk", call="bob", **{"for": 1}),
    "leg_time_limit": with_mine({"dial": {"timeLimit": 60}}, do="talk", call="bob", **{"for": 1}),
    "left_alone": with_mine({"stayAlone": False}, do="hang_up", call="bob"),
    "full": full_room,
    "locked": locked_room,
    "label_taken": taken_label,
    "coach_unknown": coach_of_nobody,
    "redirected": by_step(do="transfer", call="ann", aleg="https://app.example/new"),
    "lost": by_step(do="lose_call", call="ann"),
    "switch_lost": by_step(do="switch_fails"),
    "shutdown": by_step(do="shut_down"),
}
DOORS = ("full", "locked", "label_taken", "coach_unknown", "pin_wrong")
# --- what is expected: DESIGN's table, by rows ----

GOES_ON = {  # cause: the dialects in which the flow goes on at the action, else at the next element
    "kicked": ("plivo", "vobiz", "texml"),  # Plivo 2.6 (a), Vobiz 2.4, TeXML 7 A3
    "star": ("plivo", "vobiz"),  # Plivo 2.6 (c), Vobiz 2.4
    "ended_by_member": ("plivo", "texml"),  # Plivo 2.6 (d), TeXML 2.5; Vobiz 7.12 disconnects
    "room_time_limit": ("plivo",),  # Plivo 2.6 (e); Vobiz 2.4 disconnects
    "leg_time_limit": ("texml",),  # TeXML 2.3 Dial timeLimit
    "left_alone": ("plivo",),  # Plivo 5.8, 5.10; Vobiz 2.4 disconnects
    "full": ("plivo", "vobiz", "texml"),  # Plivo 5.12, TeXML 7 A5
    "locked": ("plivo", "vobiz", "texml"),
    "coach_unknown": ("texml",),  # TeXML 2.4 coach
}
# Cause, dialect: our cause of the call's end and its dialect's code.
ENDS: dict[tuple[str, str], tuple[str, int | None]] = {
    ("hung_up", "plivo"): ("api", 4000),  # Plivo 2.6 (b), 1.6
    ("hung_up", "vobiz"): ("api", 4000),
    ("hung_up", "texml"): ("api", None),
    ("call_time_limit", "plivo"): ("time_limit", 6000),  # Plivo 2.7: ALLOTTED_TIMEOUT
    ("call_time_limit", "vobiz"): ("time_limit", 6000),  # Vobiz 3.1
    ("call_time_limit", "texml"): ("time_limit", None),
    ("far_end", "plivo"): ("hangup", 4000),
    ("far_end", "vobiz"): ("hangup", 4000),
    ("far_end", "texml"): ("hangup", None),
    ("ended_by_member", "vobiz"): ("room_ended", 4000),  # Vobiz 2.4: legs show NORMAL_CLEARING, 4000, Callee
    ("ended_by_api", "plivo"): ("api", 4000),  # Plivo 5.7
    ("ended_by_api", "vobiz"): ("api", 4000),
    ("ended_by_api", "texml"): ("api", None),  # TeXML 7 A2
    ("room_time_limit", "vobiz"): ("room_ended", 4000),
    ("left_alone", "vobiz"): ("room_ended", 4000),
    ("lost", "plivo"): ("lost", 6020),
    ("lost", "vobiz"): ("lost", 6020),
    ("lost", "texml"): ("lost", None),
    ("switch_lost", "plivo"): ("switch_lost", 5000),
    ("switch_lost", "vobiz"): ("switch_lost", 5000),
    ("switch_lost", "texml"): ("switch_lost", 12400),  # TeXML 2.6: internal failure
    ("shutdown", "plivo"): ("shutdown", 4000),
    ("shutdown", "vobiz"): ("shutdown", 4000),
    ("shutdown", "texml"): ("shutdown", None),
}
GOING_ON = [(cause, dialect) for cause, dialects in GOES_ON.items() for dialect in dialects]


def left_for(story: Story, cause: str) -> bool:
    """Whether ann left, or was refused, for that cause, and once only."""
    what = "member_refused" if cause in DOORS else "member_left"
    return story.one(what, call="ann")["cause"] == cause and len(story.what("member_left", call="ann")) <= 1


@pytest.mark.parametrize(("cause", "dialect"), GOING_ON)
def test_without_an_action_the_next_element_runs(cause: str, dialect: str) -> None:
    story = WAYS[cause](dialect)

    assert left_for(story, cause)
    assert story.spoken("ann") == [AFTER]
    assert story.end("ann")[0] == "end_of_document"


@pytest.mark.parametrize(("cause", "dialect"), GOING_ON)
def test_with_an_action_its_document_replaces_the_rest(cause: str, dialect: str) -> None:
    story = WAYS[cause](dialect, action=ACT)

    assert left_for(story, cause)
    assert story.spoken("ann") == [ACTED]


@pytest.mark.parametrize(("cause", "dialect"), [(c, d) for c, d in GOING_ON if d == "plivo"])
def test_with_redirect_false_the_action_is_told_and_the_next_element_runs(cause: str, dialect: str) -> None:
    # Plivo 5.13. Only Plivo's Conference has the attribute (Vobiz 2.4 lists none, TeXML 2.3 neither).
    story = WAYS[cause](dialect, action=ACT_AND_GO_ON)

    assert len(story.callbacks("/acted", call="ann")) == 1
    assert not story.fetched("/acted")
    assert story.spoken("ann") == [AFTER]


@pytest.mark.parametrize(("cause", "dialect"), sorted(ENDS))
def test_where_the_table_says_so_the_call_ends_and_no_action_is_asked(cause: str, dialect: str) -> None:
    story = WAYS[cause](dialect, action=ACT)

    assert left_for(story, cause)
    assert story.end("ann") == ENDS[cause, dialect]
    assert not story.fetched("/acted")
    assert story.spoken("ann") == []


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_redirected_member_runs_its_new_document_and_no_action(dialect: str) -> None:
    # Plivo 2.6 (REST transfer), Vobiz 2.4 (call transfer), TeXML 2.5 (call update).
    story = WAYS["redirected"](dialect, action=ACT)

    assert left_for(story, "redirected")
    assert story.spoken("ann") == ["New."]
    assert not story.fetched("/acted")


def test_a_label_that_is_taken_goes_on_at_the_next_verb_and_asks_no_action() -> None:
    # TeXML 2.4 participantLabel, 7 A6.
    story = taken_label("texml", action=ACT)

    assert left_for(story, "label_taken")
    assert story.spoken("ann") == [AFTER]
    assert not story.fetched("/acted")


@pytest.mark.parametrize(("cause", "code"), [("label_taken", "16025"), ("coach_unknown", "13240"), ("full", "90032")])
def test_texml_warns_of_a_refusal_with_its_own_code(cause: str, code: str) -> None:
    # TeXML 2.4, 7 A5, A6.
    story = WAYS[cause]("texml")

    assert story.one("warning", call="ann")["code"] == code


def test_star_is_ignored_in_a_room_of_texml() -> None:
    # TeXML 2.3 Dial hangupOnStar: not applied to a Conference.
    story = with_mine({"dial": {"hangupOnStar": True}}, do="press", call="ann", digits="*")("texml")

    assert story.never("member_left", call="ann", cause="star")
    assert story.what("digit", call="ann", digit="*")


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_a_scheduled_hang_up_takes_the_member_out_and_ends_the_call(dialect: str) -> None:
    people = {"ann": document('<Hangup schedule="10"/>', stay(dialect, action=ACT), says(dialect, AFTER))}

    story = meet(dialect, people, pages={"acted": document(says(dialect, ACTED))})

    assert story.at("member_left", call="ann", cause="hung_up") == 10
    assert story.end("ann")[0] == "scheduled"
    assert story.spoken("ann") == []


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize("command", ["hang_up_call", "hang_up_all_calls"])
def test_a_call_hung_up_by_command_leaves_its_room_as_hung_up(dialect: str, command: str) -> None:
    who = {"call": "ann"} if command == "hang_up_call" else {}
    story = by_step(do=command, **who)(dialect, action=ACT)

    assert left_for(story, "hung_up")
    assert story.end("ann")[0] == "api"
    assert not story.fetched("/acted")


# --- what the action is told ----


def asked(story: Story) -> dict[str, str]:
    """The parameters of the only request to the action (redirect=false: a callback)."""
    (params,) = story.callbacks("/acted", call="ann")
    return params


def test_the_action_names_the_room_and_the_member() -> None:
    # Plivo 3.4.
    params = asked(WAYS["kicked"]("plivo", action=ACT_AND_GO_ON))

    assert params["ConferenceName"] == "Room"
    assert params["ConferenceUUID"]
    assert params["ConferenceMemberID"]


@pytest.mark.parametrize("cause", ["full", "locked"])
def test_the_action_of_a_refused_call_has_empty_ids(cause: str) -> None:
    # Plivo 2.6 (f), 5.12: it never joined.
    params = asked(WAYS[cause]("plivo", action=ACT_AND_GO_ON))

    assert params["ConferenceName"] == "Room"
    assert (params["ConferenceUUID"], params["ConferenceMemberID"]) == ("", "")


@pytest.mark.parametrize(
    ("cause", "status"), [("kicked", "answered"), ("ended_by_member", "answered"), ("full", "failed")]
)
def test_texml_words_the_dial_as_answered_or_failed(cause: str, status: str) -> None:
    # TeXML 2.5 Dial action parameters, 7 A5. The page answers only the request that words it so.
    page = [{"when": {"DialCallStatus": status}, **document(says("texml", ACTED))}]
    mine: dict[str, Any] = {"action": ACT}
    people = {"ann": visit("texml", **mine), "bob": visit("texml", endConferenceOnExit=True)}
    steps: dict[str, list[dict[str, Any]]] = {
        "kicked": [{"at": 10, "do": "kick", "conference": "Room", "members": ["ann"]}],
        "ended_by_member": [{"at": 10, "do": "hang_up", "call": "bob"}],
        "full": [],
    }
    at = {"bob": 2.0}
    if cause == "full":
        people = {name: visit("texml", maxParticipants=2, **mine) for name in ("ann", "bob", "carl")}
        at = {"ann": 9.0}

    story = meet("texml", people, *steps[cause], at=at, pages={"acted": page})

    assert story.spoken("ann") == [ACTED]


# --- Audian: whoever entered by a definition has no document to go on with ----

AUDIAN: dict[
    str, tuple[list[dict[str, Any]], str, int]
] = {  # cause: steps, and the call's end (Audian 5.2, 9 B21, B23, B27)
    "kicked": ([{"at": 10, "do": "kick", "conference": "Weekly", "members": ["ann"]}], "api", 16),
    "hung_up": ([{"at": 10, "do": "hang_up_member", "conference": "Weekly", "members": ["ann"]}], "api", 16),
    "far_end": ([{"at": 10, "do": "hang_up", "call": "ann"}], "hangup", 16),
    "ended_by_api": ([{"at": 10, "do": "end_conference", "conference": "Weekly"}], "api", 16),
    "lost": ([{"at": 10, "do": "lose_call", "call": "ann"}], "lost", 102),
    "switch_lost": ([{"at": 10, "do": "switch_fails"}], "switch_lost", 38),
    "shutdown": ([{"at": 10, "do": "shut_down"}], "shutdown", 16),
}


def dial_in(*steps: dict[str, Any], anns: float = 0.0, **definition: Any) -> Story:
    """Ann and bob dial into a definition."""
    callers = {"ann": {"at": anns, "conference": "weekly"}, "bob": {"at": 1, "conference": "weekly"}}
    return meet("", {}, *steps, conferences={"weekly": {"name": "Weekly", **definition}}, people_in=callers)


@pytest.mark.parametrize("cause", sorted(AUDIAN))
def test_whoever_entered_by_a_definition_ends_with_the_stay(cause: str) -> None:
    steps, *end = AUDIAN[cause]

    story = dial_in(*steps)

    assert left_for(story, cause)
    assert story.end("ann") == tuple(end)


def test_whoever_entered_by_a_definition_may_be_given_a_document_of_a_named_dialect() -> None:
    # Audian has no documents of its own: the transfer says which dialect its document is written in.
    aleg = {"url": "https://app.example/aside", "method": "POST"}
    step = {"at": 10, "do": "transfer", "call": "ann", "aleg": aleg, "dialect": "plivo"}
    pages = {"aside": {"xml": "<Response><Speak>A word aside.</Speak></Response>"}}

    callers = {"ann": {"at": 0, "conference": "weekly"}, "bob": {"at": 1, "conference": "weekly"}}
    story = meet("", {}, step, conferences={"weekly": {"name": "Weekly"}}, people_in=callers, pages=pages)

    assert left_for(story, "redirected")
    assert story.spoken("ann")[-1] == "A word aside."
    assert story.end("ann")[0] == "end_of_document"


def test_a_full_definition_says_so_and_hangs_up() -> None:
    # Audian 7 step 7, 9 B13.
    story = dial_in(anns=10, max_members=1)

    assert left_for(story, "full")
    assert "full" in story.what("heard", call="ann")[-1]["text"]
    assert story.end("ann")[0] == "refused"


def test_a_locked_definition_says_so_and_hangs_up() -> None:
    # Audian 9 B27.
    story = dial_in({"at": 5, "do": "lock", "conference": "Weekly"}, anns=10)

    assert left_for(story, "locked")
    assert "locked" in story.what("heard", call="ann")[-1]["text"]
    assert story.end("ann")[0] == "refused"


def test_three_wrong_pins_say_so_and_hang_up() -> None:
    # Audian 7 step 6.
    wrong = [{"at": at, "do": "press", "call": "ann", "digits": "9#"} for at in (4, 8, 12)]

    story = dial_in(*wrong, member_pins=["1"])

    assert left_for(story, "pin_wrong")
    assert len(story.what("pin_refused", call="ann")) == 3
    assert story.end("ann")[0] == "refused"


# --- totality ----

# Not of this file: the switch that cannot join and our own faults are told by hand-made events (machine tests).
BY_HAND = {"join_failed", "internal", "call_time_limit"}
ONLY_BY_A_ROOM_OF_ANOTHER_DIALECT = {
    ("audian", "ended_by_member"),
    ("audian", "room_time_limit"),
    ("texml", "room_time_limit"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_cause_that_a_dialect_can_meet_has_its_story(dialect: str) -> None:
    told = {cause for cause, one in GOING_ON if one == dialect} | {cause for cause, one in ENDS if one == dialect}
    told |= (
        {"redirected"} | BY_HAND | {"pin_wrong"} | {c for d, c in ONLY_BY_A_ROOM_OF_ANOTHER_DIALECT if d == dialect}
    )
    if dialect == "texml":
        told |= {"label_taken"}
    if dialect == "audian":
        told |= {*AUDIAN, "full", "locked", "pin_wrong"}
    exits = rules_of(dialect, {}).exits

    assert set(exits) == set(EXIT_CAUSES)
    assert {cause for cause, outcome in exits.items() if outcome != "unreachable"} <= told
