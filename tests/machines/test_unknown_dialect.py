"""A dialect that the exchange was not given is refused, and whoever named it is told."""

from __future__ import annotations

import pytest

from engine.dialects.tongues import tongues
from engine.exchange import Exchange
from engine.values import commands, effects, events
from engine.values.effects import Fault, HangUp, Receipt
from engine.values.flow import Hook

ANSWER = Hook("https://app.example/answer")


@pytest.mark.parametrize(
    "command",
    [
        commands.MakeCall(call="zed", to="+1", caller="+2", tongue="klingon", answer=ANSWER),
        commands.InviteMember(call="zed", to="+1", conference="Room", tongue="klingon"),
    ],
    ids=["make_call", "invite"],
)
def test_a_command_that_names_an_unknown_dialect_is_refused_and_changes_nothing(command: commands.AnyCommand) -> None:
    exchange = Exchange(tongues())

    done = exchange.handle(events.CommandGiven(0.0, "c1", command))

    assert [(type(e), getattr(e, "refused", "")) for e in done] == [(Receipt, "unknown_dialect")]
    assert (exchange.calls(), exchange.conferences()) == ((), ())


@pytest.mark.parametrize(
    "command",
    [
        commands.RecordCall(call="zed", tongue="klingon"),
        commands.TransferCall(call="zed", aleg=ANSWER, tongue="klingon"),
        commands.RecordConference(conference="Room", tongue="klingon"),
    ],
    ids=["record_call", "transfer", "record_conference"],
)
def test_what_is_live_is_neither_told_of_nor_led_on_in_an_unknown_dialect(command: commands.AnyCommand) -> None:
    exchange = Exchange(tongues())
    exchange.handle(events.CallArrived(0.0, "zed", "+1", "+2", "plivo", "", ANSWER))
    exchange.handle(events.CommandGiven(0.0, "c1", commands.InviteMember(call="yan", to="+1", conference="Room")))

    done = exchange.handle(events.CommandGiven(0.0, "c2", command))

    assert [(type(e), getattr(e, "refused", "")) for e in done] == [(Receipt, "unknown_dialect")]


@pytest.mark.parametrize(("tongue", "asked"), [("texml", "texml"), ("klingon", "plivo"), ("", "plivo")])
def test_a_sound_is_asked_for_in_its_own_dialect_or_else_in_the_rooms(tongue: str, asked: str) -> None:
    exchange = Exchange(tongues())
    exchange.handle(events.CommandGiven(0.0, "c1", commands.InviteMember(call="yan", to="+1", conference="Room")))

    sound = Hook("https://app.example/sound", tongue=tongue)
    done = exchange.handle(events.CommandGiven(0.0, "c2", commands.Announce(conference="Room", sound=sound)))

    assert [e.tongue for e in done if isinstance(e, effects.FetchDocument)] == [asked]


def test_a_caller_of_an_unknown_dialect_is_hung_up_and_the_fault_is_told() -> None:
    exchange = Exchange(tongues())

    done = exchange.handle(events.CallArrived(0.0, "zed", "+1", "+2", "klingon", "", ANSWER))

    assert [type(e) for e in done] == [Fault, HangUp]
    assert exchange.calls() == ()


@pytest.mark.parametrize("at", [float("inf"), float("nan"), -1.0])
def test_a_time_that_is_none_or_goes_back_is_refused(at: float) -> None:
    exchange = Exchange(tongues())

    with pytest.raises(ValueError, match="time cannot go back"):
        exchange.handle(events.CallRinging(at, "zed"))


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(TypeError, match="is not an event"):
        Exchange(tongues()).handle(effects.Answer("zed"))  # type: ignore[arg-type]
