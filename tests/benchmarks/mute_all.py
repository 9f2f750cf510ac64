"""What one command to everybody in a room costs a member, alone and with a callback for each; and a call's memory.

The floor beside it sets a flag on as many plain objects where it differs, and notes which ones.
Run: python tests/benchmarks/mute_all.py
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.values.commands import UpdateMember
from engine.values.effects import MuteMembers, Receipt, SendCallback
from engine.values.events import CommandGiven
from tests.benchmarks.compare import Pair, compare
from tests.benchmarks.full_room import NAME, FullRoom

SIZES = (10, 100, 1_000, 10_000)
NANO = 1000.0
MUTE, UNMUTE = (UpdateMember(account="", conference=NAME, members=("all",), muted=on) for on in (True, False))


class Plain:
    """The least that a member can be."""

    __slots__ = ("muted", "name")

    def __init__(self, name: str) -> None:
        """Begin audible."""
        self.name = name
        self.muted = False


def muting(size: int, rounds: int, *, told: bool) -> Pair:
    """Mute and unmute all, against the floor; microseconds of one command."""
    hall = FullRoom(told=told)
    hall.fill(size)
    handle = hall.exchange.handle
    effects = handle(CommandGiven(hall.agenda.now, "first", MUTE))
    assert [type(effect) for effect in effects] == [MuteMembers, *[SendCallback] * (size * told), Receipt]
    handle(CommandGiven(hall.agenda.now, "second", UNMUTE))
    members = {str(number): Plain(str(number)) for number in range(size)}
    at = hall.agenda.now

    def ours() -> None:
        handle(CommandGiven(at, "mute", MUTE))
        handle(CommandGiven(at, "unmute", UNMUTE))

    def floor() -> None:
        for wanted in (True, False):
            changed = []
            for member in members.values():
                if member.muted is not wanted:
                    member.muted = wanted
                    changed.append(member.name)

    found = compare(ours, floor, times=max(1, 20_000 // size), rounds=rounds)
    return Pair(found.ours / 2, found.peer / 2, found.ratio)


def memory(size: int) -> float:
    """Bytes that one more live call in a room takes, of all that was allocated for it."""
    hall = FullRoom()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    hall.fill(size)
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(hall.exchange.calls()) == size
    return used / size


def main(sizes: tuple[int, ...] = SIZES, rounds: int = 9) -> dict[int, float]:
    """Print the table, nanoseconds a member."""
    print(f"{'members':>8}{'ns each':>10}{'floor':>8}{'ratio':>8}{'ns each with a callback':>26}")
    figures = {}
    for size in sizes:
        alone = muting(size, rounds, told=False)
        told = muting(size, rounds, told=True)
        each, least, loud = (us / size * NANO for us in (alone.ours, alone.peer, told.ours))
        print(f"{size:>8}{each:>10.0f}{least:>8.0f}{alone.ratio:>8.1f}{loud:>26.0f}")
        figures[size] = each
    print(f"memory: {median(memory(max(sizes)) for _ in range(3)):.0f} bytes a live call in a room")
    return figures


if __name__ == "__main__":
    main()
