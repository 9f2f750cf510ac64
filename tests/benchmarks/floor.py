"""The floor of the benchmark: the least that plain Python can do, a heap of numbers and no call at all.

Run: python tests/benchmarks/floor.py 100000
"""

from __future__ import annotations

import sys
from heapq import heappop, heappush
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.model import PLACES, RINGING, ROOMS, SPEECH, Books, Crowd, main

ARRIVES, ANSWERED, AT_THE_DOOR, LEAVES, OVER = range(5)


def simulate(crowd: Crowd) -> Books:
    """Move numbered calls from one moment of their lives to the next."""
    books = Books(crowd.size)
    arrivals, stays, there = crowd.arrivals, crowd.stays, books.there
    ahead = [(arrivals[0], 0, ARRIVES, 0)]
    order = 0
    while ahead:
        now, _, moment, call = heappop(ahead)
        order += 1
        room = call % ROOMS
        if moment == ARRIVES:
            books.arrive()
            if call + 1 < crowd.size:
                heappush(ahead, (arrivals[call + 1], -order, ARRIVES, call + 1))
            heappush(ahead, (now + RINGING, order, ANSWERED, call))
        elif moment == ANSWERED:
            heappush(ahead, (now + SPEECH, order, AT_THE_DOOR, call))
        elif moment == AT_THE_DOOR and there[room] < PLACES:
            books.enter(room, now)
            heappush(ahead, (now + stays[call], order, LEAVES, call))
        elif moment == OVER:
            books.end(call, arrivals[call], now)
        else:
            if moment == LEAVES:
                books.leave(room, now)
            heappush(ahead, (now + SPEECH, order, OVER, call))
    return books


if __name__ == "__main__":
    main("floor", simulate)
