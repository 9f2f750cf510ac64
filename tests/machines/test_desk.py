"""Which room a command means."""

from __future__ import annotations

from engine.values import commands
from engine.values.events import CallArrived
from tests.machines.hand import ANSWER, Hand, document

ROOM = document("plivo")


def acme() -> Hand:
    """A hand whose account acme has a room: its name is Room, its id r1."""
    hand = Hand()
    tell = hand.tell
    hand.tell = lambda event: tell(  # type: ignore[method-assign]
        CallArrived(event.at, event.call, "+1415", "+1650", "plivo", "acme", ANSWER)
        if isinstance(event, CallArrived)
        else event
    )
    hand.sits("ann", ROOM)
    return hand


def test_where_an_account_is_named_no_name_is_taken_for_an_id() -> None:
    receipt = acme().ask(commands.KickMember(conference="r1", account="acme"))
    assert receipt.refused == "unknown_conference"


def test_a_room_is_named_by_its_id_as_such() -> None:
    receipt = acme().ask(commands.KickMember(room="r1", account="acme"))
    assert receipt.changed == ("ann",)


def test_another_accounts_room_is_not_there() -> None:
    assert acme().ask(commands.KickMember(room="r1", account="other")).refused == "unknown_conference"
    assert acme().ask(commands.KickMember(conference="Room", account="other")).refused == "unknown_conference"
