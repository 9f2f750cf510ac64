"""How cost grows: the benchmark with ever more calls, and rooms with ever more members; it should not, for each.

Run: python tests/benchmarks/growth.py
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.values.commands import EndConference
from engine.values.events import CommandGiven
from tests.benchmarks.full_room import NAME, FullRoom
from tests.benchmarks.model import Crowd
from tests.benchmarks.turned_away import simulate

CALLS = (1_000, 3_000, 10_000, 30_000, 100_000)
MEMBERS = (10, 100, 1_000, 10_000)
ROUNDS = 3
MICRO = 1e6


def calls(size: int) -> float:
    """Microseconds of processor time a call of the benchmark."""
    crowd = Crowd(size)
    spent = []
    for _ in range(ROUNDS):
        gc.collect()
        began = time.process_time()
        books = simulate(crowd)
        spent.append(time.process_time() - began)
        assert books.live == 0
        assert books.joined
    return median(spent) / size * MICRO


def members(size: int) -> tuple[float, float]:
    """Microseconds of processor time a member: to let all in one after the other, and to end the room."""
    filled, ended = [], []
    for _ in range(ROUNDS):
        hall = FullRoom()
        gc.collect()
        began = time.process_time()
        hall.fill(size)
        full = time.process_time()
        hall.happen(CommandGiven(hall.agenda.now, "end", EndConference(account="", conference=NAME)))
        filled.append(full - began)
        ended.append(time.process_time() - full)
        assert not hall.exchange.conferences()
    return median(filled) / size * MICRO, median(ended) / size * MICRO


def main(sizes: tuple[int, ...] = CALLS, rooms: tuple[int, ...] = MEMBERS) -> list[float]:
    """Print both tables."""
    figures = []
    print(f"{'calls':>8}{'us a call':>12}")
    for size in sizes:
        figures.append(calls(size))
        print(f"{size:>8}{figures[-1]:>12.1f}")
    print(f"{'members':>8}{'us to join':>12}{'us to leave':>12}")
    for size in rooms:
        joining, leaving = members(size)
        figures += joining, leaving
        print(f"{size:>8}{joining:>12.1f}{leaving:>12.1f}")
    return figures


if __name__ == "__main__":
    main()
