"""Where a channel has to be so that everybody hears whom they should: one pure function.

`machines.hearing` says who hears whom; this says how a switch that mixes bridges makes it so. A channel is in its
room's bridge only while it hears all of the room and is heard by all of it, muted at the channel. Any other member is
*alone*, on no bridge, where nothing reaches it but what is played to it, and helper channels carry what it still has
of the room:

- a **mic** spies on what it says and sits in the room's bridge: the deaf have one, and whoever a sound has to itself;
- an **ear** whispers to it what it is given in the room's bridge: a coach hears the room and says nothing there;
- a coach's words (**say**) go to a bridge of its own, where a **whisper** takes them to the one it coaches.

Whoever waits or is on hold has none. Muting a channel silences what spies on it, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from engine.drivers.asterisk.model import Kind, Leg, Seat
from engine.drivers.asterisk.names import Names


class Helper(Struct, frozen=True, gc=False):
    """A helper channel that should be: which channel it is on, which way it carries, which bridge it sits in."""

    of: str
    spy: str
    whisper: str
    bridge: str


class Wiring(Struct, frozen=True):
    """Where a channel should be: its bridge (empty: alone), whether it is muted, its helpers.

    `absorb`: its keys are not passed on to the others in the bridge.
    """

    bridge: str = ""
    muted: bool = False
    helpers: Mapping[Kind, Helper] = {}
    absorb: bool = False


ALONE = Wiring()


def wiring(leg: Leg, legs: Mapping[str, Leg], names: Names) -> Wiring:
    """Where the channel of this leg should be, given what the exchange wants of it and of the others."""
    if leg.seat is not None:
        return seated(leg, leg.seat, legs, names)
    if leg.partner:
        bridge = pair(leg, names)
        return Wiring(helpers={"mic": mic(leg, bridge)}) if leg.sounds else Wiring(bridge)
    return ALONE


def seated(leg: Leg, seat: Seat, legs: Mapping[str, Leg], names: Names) -> Wiring:
    """Where a member should be."""
    if seat.leaving:
        return ALONE
    if seat.waiting or seat.held:
        return Wiring(muted=seat.muted or seat.held)
    room = names.name("room", seat.room)
    if seat.coaching:
        return Wiring(muted=seat.muted, helpers=coach(leg, seat, legs, names))
    if seat.deaf or leg.sounds:
        return Wiring(muted=seat.muted, helpers={} if seat.muted else {"mic": mic(leg, room)})
    return Wiring(room, seat.muted, absorb=not seat.relay)


def mic(leg: Leg, bridge: str) -> Helper:
    """What makes a channel that is alone heard in a bridge."""
    return Helper(leg.channel, "in", "none", bridge)


def coach(leg: Leg, seat: Seat, legs: Mapping[str, Leg], names: Names) -> Mapping[Kind, Helper]:
    """The helpers of a coach: an ear in the room, and a way to the one it coaches while that one can hear it."""
    helpers: dict[Kind, Helper] = {}
    if not (seat.deaf or leg.sounds):
        helpers["ear"] = Helper(leg.channel, "none", "out", names.name("room", seat.room))
    target = legs.get(seat.coaching)
    if not seat.muted and target is not None and can_hear(target, seat.room):
        bridge = aside(leg.call, names)
        helpers["say"] = Helper(leg.channel, "in", "none", bridge)
        helpers["whisper"] = Helper(target.channel, "none", "out", bridge)
    return helpers


def aside(call: str, names: Names) -> str:
    """The bridge of a coach's words."""
    return names.name("aside", call)


def can_hear(target: Leg, room: str) -> bool:
    """Whether somebody hears what is said to it in a room."""
    seat = target.seat
    return (
        seat is not None
        and seat.room == room
        and not (seat.waiting or seat.leaving or seat.held or seat.deaf)
        and not target.gone
    )


def pair(leg: Leg, names: Names) -> str:
    """The bridge of two calls that talk; both find the same name."""
    return names.name("pair", min(leg.call, leg.partner))
