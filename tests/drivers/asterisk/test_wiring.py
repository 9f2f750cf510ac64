"""Where a channel has to be, worked out for every state of a member and checked against who is to hear whom."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from msgspec import Struct

from engine.drivers.asterisk.model import Kind, Leg, Seat, Sound
from engine.drivers.asterisk.names import Names
from engine.drivers.asterisk.wiring import ALONE, Wiring, wiring
from engine.machines.hearing import hearing

NAMES = Names("1")
ROOM = NAMES.name("room", "r")


def leg(call: str, **flags: Any) -> Leg:
    """A member of the room with these flags."""
    return Leg(call, f"ch-{call}", up=True, seat=Seat("r", f"{call}.join", **flags))


def sound(to: str) -> Sound:
    """Something that has a channel to itself."""
    return Sound((to, f"{to}.1"), to, 1)


def wired(*legs: Leg) -> dict[str, Wiring]:
    """Where everybody is."""
    known = {one.call: one for one in legs}
    return {call: wiring(one, known, NAMES) for call, one in known.items()}


def helpers(wiring: Wiring, *kinds: Kind) -> list[str]:
    """The bridges in which these helpers sit."""
    return [wiring.helpers[kind].bridge for kind in kinds if kind in wiring.helpers]


def heard(*legs: Leg) -> set[tuple[str, str]]:
    """Who hears whom by the bridges alone: as Asterisk mixes them."""
    where = wired(*legs)
    speaks = {call: {*helpers(w, "mic", "say"), *([w.bridge] if w.bridge else [])} for call, w in where.items()}
    listens = {call: {*helpers(w, "ear"), *([w.bridge] if w.bridge else [])} for call, w in where.items()}
    for call, w in where.items():
        if w.muted:
            speaks[call] = set()  # a muted channel is silent for what spies on it, too
        for other in where.values():
            whisper = other.helpers.get("whisper")
            if whisper is not None and whisper.of == f"ch-{call}":
                listens[call].add(whisper.bridge)
    return {(one, two) for one, two in product(where, where) if one != two and listens[one] & speaks[two]}


class Member(Struct, frozen=True):
    """A member as hearing sees it."""

    call: str
    state: str
    muted: bool
    deaf: bool
    held: bool
    coaching: str


def wanted(*legs: Leg) -> set[tuple[str, str]]:
    """Who is to hear whom."""
    members = []
    for one in legs:
        assert one.seat is not None
        seat = one.seat
        state = "waiting" if seat.waiting else "seated"
        members.append(Member(one.call, state, seat.muted, seat.deaf, seat.held, seat.coaching))
    return set(hearing(members, running=True))


FLAGS: list[dict[str, Any]] = [
    dict(zip(("muted", "deaf", "held", "waiting"), flags, strict=True)) for flags in product((False, True), repeat=4)
]


@pytest.mark.parametrize("coach", ["", "b", "c", "gone"])
def test_bridges_let_everybody_hear_exactly_whom_they_should(coach: str) -> None:
    for ann, bob in product(FLAGS, FLAGS):
        people = (leg("a", coaching=coach, **ann), leg("b", **bob), leg("c"), leg("d", coaching="b"))
        assert heard(*people) == wanted(*people), (ann, bob, coach)


def test_an_ordinary_member_is_in_the_bridge_without_a_helper() -> None:
    assert wired(leg("a"))["a"] == Wiring(ROOM)


def test_a_coach_is_never_in_the_rooms_bridge_and_nothing_of_it_is() -> None:
    for flags in FLAGS:
        where = wired(leg("a", coaching="b", **flags), leg("b"))["a"]
        assert where.bridge == ""
        assert ROOM not in helpers(where, "mic", "say", "whisper")


@pytest.mark.parametrize("flag", ["waiting", "held"])
def test_who_waits_or_is_held_has_nothing_of_the_room(flag: str) -> None:
    where = wired(leg("a", **{flag: True}), leg("b"))["a"]

    assert (where.bridge, where.helpers) == ("", {})


def test_who_leaves_is_alone_whatever_else_is_wanted() -> None:
    assert wired(leg("a", leaving=True, muted=True, coaching="b"), leg("b"))["a"] == ALONE


def test_a_sound_of_its_own_takes_a_member_out_and_it_is_heard_all_the_same() -> None:
    ann = leg("a")
    ann.sounds.append(sound("a"))

    where = wired(ann, leg("b"))["a"]

    assert (where.bridge, helpers(where, "mic")) == ("", [ROOM])


@pytest.mark.parametrize("relay", [True, False])
def test_keys_are_absorbed_where_they_are_not_relayed(relay: bool) -> None:
    assert wired(leg("a", relay=relay))["a"].absorb is not relay


def test_two_who_talk_share_a_bridge_that_both_find() -> None:
    one, other = Leg("x", "ch-x", up=True, partner="y"), Leg("y", "ch-y", up=True, partner="x")

    where = wired(one, other)

    assert where["x"] == where["y"] == Wiring(NAMES.name("pair", "x"))


def test_one_of_two_who_is_played_to_is_still_heard_by_the_other() -> None:
    one, other = Leg("x", "ch-x", up=True, partner="y"), Leg("y", "ch-y", up=True, partner="x")
    one.sounds.append(sound("x"))

    where = wired(one, other)

    assert (where["x"].bridge, helpers(where["x"], "mic")) == ("", [where["y"].bridge])


def test_who_is_in_no_room_and_talks_to_nobody_is_alone() -> None:
    assert wired(Leg("x", "ch-x", up=True))["x"] == ALONE
