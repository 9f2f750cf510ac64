"""What a room does when the switch cannot, when the switch is gone, and when the fault is ours."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.values import commands, effects, events
from engine.values.causes import ExitCause
from tests.machines.hand import PLAIN, TOLD, TONGUES, XML_DIALECTS, Hand, actions, document, kick

# --- a flag that the switch cannot make real (DESIGN 8) ----

UPDATES: dict[str, tuple[commands.UpdateMember, type[Any]]] = {
    "mute": (commands.UpdateMember(conference="Room", members=("ann",), muted=True), effects.MuteMembers),
    "deaf": (commands.UpdateMember(conference="Room", members=("ann",), deaf=True), effects.DeafenMembers),
    "hold": (commands.UpdateMember(conference="Room", members=("ann",), held=True), effects.HoldMembers),
    "coach": (commands.UpdateMember(conference="Room", members=("ann",), coach="bob"), effects.CoachMember),
}


@pytest.mark.parametrize("change", sorted(UPDATES))
def test_a_change_that_fails_is_asked_once_more_and_then_the_leg_is_lost(change: str) -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.sits("bob", PLAIN)
    command, kind = UPDATES[change]
    hand.ask(command)
    asked = hand.did(kind)
    failed = events.MemberChangeFailed(0.0, "ann", "r1", change)

    hand.tell(failed)
    assert hand.did(kind) == asked
    hand.tell(failed)
    assert [effect.cause for effect in hand.did(effects.HangUp)] == ["lost"]


# --- the switch cannot join (DESIGN 6) ----


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_join_that_fails_goes_on_at_the_next_element(dialect: str) -> None:
    hand = Hand()
    made = hand.comes("ann", document(dialect), dialect)

    hand.tell(events.JoinFailed(0.0, "ann", "r1", made))

    assert hand.spoken() == ["On."]
    assert hand.exchange.conferences() == ()


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_join_that_fails_asks_the_action_with_empty_ids(dialect: str) -> None:
    hand = Hand()
    made = hand.comes("ann", document(dialect, action="/acted"), dialect)

    hand.tell(events.JoinFailed(0.0, "ann", "r1", made))

    (fetch,) = hand.did(effects.FetchDocument)
    assert (fetch.facts["cause"], fetch.facts["member"]) == ("join_failed", "")


def test_a_join_that_fails_ends_a_call_that_entered_by_a_definition() -> None:
    hand = Hand()
    hand.ask(commands.DefineConference(id="weekly", name="Room"))
    hand.tell(events.CallArrived(0.0, "ann", "+1", "+2", "audian", conference="weekly"))
    hand.tell(events.CallAnswered(0.0, "ann"))
    (welcome,) = hand.did(effects.SpeakText)
    hand.tell(events.PlaybackEnded(0.0, "ann", welcome.id))
    (join,) = hand.did(effects.JoinConference)

    hand.tell(events.JoinFailed(0.0, "ann", "r1", join.id))

    assert [effect.call for effect in hand.did(effects.HangUp)] == ["ann"]


# --- our own faults (DESIGN 5) ----


def broken(dialect: str, cause: ExitCause) -> dict[str, Any]:
    """A tongue that has no row for a cause: a bug of ours."""
    tongue = TONGUES[dialect]
    exits = {name: outcome for name, outcome in tongue.rules.exits.items() if name != cause}
    return {dialect: replace(tongue, rules=replace(tongue.rules, exits=exits))}


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_fault_in_a_room_ends_its_calls_as_internal_and_leaves_other_rooms_alone(dialect: str) -> None:
    hand = Hand(**broken(dialect, "kicked"))
    hand.sits("ann", document(dialect, action="/acted"), dialect)
    other = document(dialect).replace(b"Room", b"Other")
    hand.tell(events.MemberJoined(0.0, "bob", "r2", hand.comes("bob", other, dialect)))

    hand.tell(events.CommandGiven(0.0, "c", kick("ann")))

    assert [effect.owner for effect in hand.did(effects.Fault)] == ["r1"]
    assert [(effect.call, effect.cause) for effect in hand.did(effects.HangUp)] == [("ann", "internal")]
    hand.ended("ann")
    assert hand.did(effects.FetchDocument) == []
    assert [room.name for room in hand.exchange.conferences()] == ["Other"]


def test_a_row_that_cannot_be_reached_ends_the_call_as_internal() -> None:
    # DESIGN 6.
    tongue = TONGUES["plivo"]
    exits: dict[ExitCause, Any] = {**tongue.rules.exits, "kicked": "unreachable"}
    hand = Hand(plivo=replace(tongue, rules=replace(tongue.rules, exits=exits)))
    hand.sits("ann", PLAIN)

    hand.ask(kick("ann"))

    assert [effect.cause for effect in hand.did(effects.HangUp)] == ["internal"]


# --- the switch is gone ----


def test_when_the_switch_is_lost_every_member_leaves_before_the_room_ends() -> None:
    hand = Hand()
    for name in ("ann", "bob"):
        hand.sits(name, document("plivo", **TOLD))

    hand.tell(events.SwitchWasLost(0.0))

    kinds = [type(effect) for effect in hand.last if isinstance(effect, effects.RecordConferenceEnd)]
    assert len(kinds) == 1
    assert actions(hand).count("conference_exit") == 2
    assert hand.did(effects.RecordConferenceEnd)[0].why == "switch_lost"
    assert hand.exchange.calls() == ()
