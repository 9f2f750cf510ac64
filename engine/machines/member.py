"""One call in a conference: from the door to having left.

A member is *joining* until the switch has put it into the room, *waiting* until the room begins,
*seated* while it takes part, and *leaving* until the switch has let it go; only then does its flow
go on. A member that is to leave while joining is taken out as soon as the join is answered. The
first cause of leaving stands. What a member says and hears is intent: flags that nothing but a
command, the document or the room's rules changes.
"""

from __future__ import annotations

from engine.machines.models import Call, Conference, Member
from engine.machines.table import Row, table
from engine.machines.turn import Consequence, Turn
from engine.values.causes import ExitCause
from engine.values.effects import LeaveConference


class Seat(Consequence, frozen=True, gc=False):
    """A member and its room, with why (leaving), as the member's table needs them."""

    room: Conference
    call: Call | None
    cause: ExitCause = "kicked"
    ends: bool = False  # the call is being hung up: the switch will let it go by itself


def room_is_on(member: Member, seat: Seat, turn: Turn) -> bool:
    """Whether the room has begun."""
    return seat.room.state == "running"


def settle_in(member: Member, seat: Seat, turn: Turn) -> None:
    """The switch has the member."""
    member.joined_at = turn.at
    member.let_in = True


def take_out(member: Member, seat: Seat, turn: Turn) -> None:
    """Ask the switch to let the member go, unless its call is ending anyway."""
    member.cause = member.cause or seat.cause
    if not seat.ends:
        turn.do(LeaveConference(member.call, seat.room.id))


def take_out_later(member: Member, seat: Seat, turn: Turn) -> None:
    """It is to leave before it has joined: remember why until the join is answered."""
    member.cause = member.cause or seat.cause


def take_out_now(member: Member, seat: Seat, turn: Turn) -> None:
    """The join of a member that is to leave was answered."""
    member.let_in = True
    turn.do(LeaveConference(member.call, seat.room.id))


def let_go(member: Member, seat: Seat, turn: Turn) -> None:
    """The member is out; whoever did not say why lost it."""
    member.cause = member.cause or seat.cause


PRESENT = ("waiting", "seated")

MEMBER = table(
    "member",
    states=("invited", "joining", "waiting", "seated", "leaving", "left"),
    final=("left",),
    rows=(
        #   on               source                              dest       do              when
        Row("join",          "invited",                          "joining"),
        Row("member_joined", "joining",                          "seated",  settle_in,      room_is_on),
        Row("member_joined", "joining",                          "waiting", settle_in),
        Row("member_joined", "leaving",                          None,      take_out_now),
        Row("join_failed",   ("joining", "leaving"),             "left",    let_go),
        Row("room_began",    "waiting",                          "seated"),
        Row("room_began",    ("invited", "joining", "leaving"),  None),
        Row("leave",         "joining",                          "leaving", take_out_later),
        Row("leave",         PRESENT,                            "leaving", take_out),
        Row("leave",         "invited",                          "left",    let_go),
        Row("leave",         "leaving",                          None),
        Row("member_left",   ("waiting", "seated", "leaving"),   "left",    let_go),
        Row("call_gone",     ("invited", "joining", "waiting", "seated", "leaving"), "left", let_go),
    ),
)  # fmt: skip


def present(member: Member) -> bool:
    """Whether the member is in the room: waiting or seated."""
    return member.state in PRESENT
