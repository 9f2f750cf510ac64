"""The model "turned away" that every engine of the benchmark runs: its inputs, and what a run adds up to.

Calls come to 200 rooms of five places in turn. Each rings, hears a speech, and joins its room if
there is a place; it stays, leaves by `*`, hears another speech and is over. Where there is no place
it goes straight on to the second speech. Times are plain additions in the order of a call's life,
so engines that agree do so to the last digit.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any

ROOMS = 200
PLACES = 5
RINGING = 2.0  # seconds, as all times here
SPEECH = 3.0
MEAN_STAY = 60.0
CALLS_PER_SECOND = 13.333333
SEED = 20240607

Simulate = Callable[["Crowd"], "Books"]


class Crowd:
    """Who calls: instants of arrival and lengths of stay of `size` calls; call `i` goes to room `i` modulo ROOMS."""

    def __init__(self, size: int) -> None:
        """Draw an arrival and a stay for every call in turn."""
        chance = random.Random(SEED)
        self.size = size
        self.arrivals: list[float] = []
        self.stays: list[float] = []
        at = 0.0
        for _ in range(size):
            at += chance.expovariate(CALLS_PER_SECOND)
            self.arrivals.append(at)
            self.stays.append(chance.expovariate(1.0 / MEAN_STAY))


class Books:
    """What a run adds up to: calls, joins, and the runs of each room from its first member to its last."""

    __slots__ = ("ends", "joined", "live", "peak", "ran", "runs", "since", "spent", "there")

    def __init__(self, size: int) -> None:
        """Open the books for `size` calls."""
        self.joined = self.runs = self.live = self.peak = 0
        self.spent = 0.0
        self.ends = [0.0] * size
        self.there = [0] * ROOMS
        self.since = [0.0] * ROOMS
        self.ran = [0.0] * ROOMS

    def arrive(self) -> None:
        """One more call lives."""
        self.live = live = self.live + 1
        if live > self.peak:
            self.peak = live

    def enter(self, room: int, now: float) -> None:
        """Somebody joined a room."""
        self.joined += 1
        if self.there[room] == 0:
            self.runs += 1
            self.since[room] = now
        self.there[room] += 1

    def leave(self, room: int, now: float) -> None:
        """Somebody left a room."""
        self.there[room] -= 1
        if self.there[room] == 0:
            self.ran[room] += now - self.since[room]

    def end(self, call: int, arrived: float, now: float) -> None:
        """A call is over."""
        self.live -= 1
        self.spent += now - arrived
        self.ends[call] = now

    def result(self) -> dict[str, float]:
        """The aggregates, which all engines must print alike."""
        calls = len(self.ends)
        return {
            "calls": calls,
            "joined": self.joined,
            "turned_away": calls - self.joined,
            "mean_in_system": round(self.spent / calls, 6),
            "room_runs": self.runs,
            "room_seconds": round(sum(self.ran), 3),
            "peak_calls": self.peak,
            "last_hang_up": round(max(self.ends), 6),
            "crc": zlib.crc32("".join(f"{end:.6f}," for end in self.ends).encode()),
        }


def measure(engine: str, simulate: Simulate, size: int) -> dict[str, Any]:
    """Run the model once on `size` calls: processor seconds of the run alone, and its result."""
    crowd = Crowd(size)
    gc.collect()
    gc.freeze()  # for every engine alike: what was imported is not looked through again and again
    began = time.process_time()
    books = simulate(crowd)
    spent = time.process_time() - began
    gc.unfreeze()
    return {
        "engine": engine,
        "cpu_s": round(spent, 3),
        "calls_per_s": round(size / spent),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "result": books.result(),
    }


def main(engine: str, simulate: Simulate) -> None:
    """Print one line of JSON for the number of calls that the command line names."""
    print(json.dumps(measure(engine, simulate, int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
