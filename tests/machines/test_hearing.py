"""Who hears whom, over all combinations of flags, against a second statement of the rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from msgspec import Struct

from engine.machines.hearing import audible, hearing

BOTH = (False, True)
STATES = ("invited", "joining", "waiting", "seated", "leaving", "left")


class One(Struct, frozen=True):
    """A member, as far as hearing goes."""

    call: str
    state: str = "seated"
    muted: bool = False
    deaf: bool = False
    held: bool = False
    coaching: str = ""


def mixes(members: Sequence[One], *, running: bool) -> frozenset[tuple[str, str]]:
    """The rule told the other way round (DESIGN 7, TeXML 4, Audian 5.3): as what is sent and who takes it off.

    Whoever sits in a running room sends to all others at first. A whisper goes to its target only. Then
    mouths are shut (muted, held) and ears are shut (deaf, held). What is left is heard.
    """
    if not running:
        return frozenset()
    seated = {member.call: member for member in members if member.state == "seated"}
    sent = {speaker: [call for call in seated if call != speaker] for speaker in seated}
    for speaker, member in seated.items():
        if member.coaching != "":
            sent[speaker] = [call for call in sent[speaker] if call == member.coaching]
        if member.muted:
            sent[speaker] = []
        if member.held:
            sent[speaker] = []
    shut = [call for call, member in seated.items() if member.deaf] + [c for c, m in seated.items() if m.held]
    return frozenset((hearer, speaker) for speaker, takers in sent.items() for hearer in takers if hearer not in shut)


def everyone(call: str, others: Sequence[str], states: Sequence[str]) -> list[One]:
    """One member with every combination of flags, coaching nobody, one of the others or somebody who is gone."""
    return [
        One(call, state, muted, deaf, held, coaching)
        for state, muted, deaf, held, coaching in product(states, BOTH, BOTH, BOTH, ("", *others, "gone"))
    ]


def rooms_of_two() -> Iterator[tuple[One, ...]]:
    """Two members, in all their states."""
    return product(everyone("a", "b", STATES), everyone("b", "a", STATES))


def rooms_of_three() -> Iterator[tuple[One, ...]]:
    """Three members, seated or waiting (the states that rooms of two do not tell apart are left to them)."""
    yield from product(
        everyone("a", "bc", ("seated",)), everyone("b", "ac", ("seated",)), everyone("c", "ab", ("seated",))
    )


@pytest.mark.parametrize("running", BOTH)
def test_two_members_hear_each_other_as_the_rule_says(*, running: bool) -> None:
    for members in rooms_of_two():
        assert hearing(members, running=running) == mixes(members, running=running), members


def test_three_members_hear_each_other_as_the_rule_says() -> None:
    for members in rooms_of_three():
        assert hearing(members, running=True) == mixes(members, running=True), members


def test_the_rule_does_tell_rooms_apart() -> None:
    # The comparison above would also hold if nobody ever heard anybody.
    found = {len(hearing(members, running=True)) for members in rooms_of_three()}

    assert found == set(range(7))


def test_nobody_hears_itself() -> None:
    member = One("a", coaching="a")

    assert not audible(member, member, running=True)


def test_a_third_member_changes_nothing_between_two() -> None:
    for pair in product(everyone("a", "b", ("seated",)), everyone("b", "a", ("seated",))):
        heard = {(h, s) for h, s in hearing((*pair, One("c")), running=True) if "c" not in (h, s)}

        assert heard == hearing(pair, running=True)


@pytest.mark.parametrize(
    ("a", "heard_by_all", "heard_by_target", "hears"),
    [  # TeXML 4: one member's flags, the coached one being x; what it hears is what x and y say
        (One("a"), True, True, True),
        (One("a", muted=True), False, False, True),
        (One("a", held=True), False, False, False),
        (One("a", held=True, muted=True), False, False, False),
        (One("a", coaching="x"), False, True, True),
        (One("a", coaching="x", muted=True), False, False, True),
        (One("a", coaching="x", held=True), False, False, False),
        (One("a", state="waiting"), False, False, False),
    ],
)
def test_the_vendors_own_table_holds(a: One, *, heard_by_all: bool, heard_by_target: bool, hears: bool) -> None:
    heard = hearing((a, One("x"), One("y")), running=True)

    assert (("y", "a") in heard) is heard_by_all
    assert (("x", "a") in heard) is heard_by_target
    assert ({("a", "x"), ("a", "y")} <= heard) is hears
    assert {("x", "y"), ("y", "x")} <= heard
