"""The peer of the benchmark: the same model in SimPy, written as its guide teaches, one process a call.

It knows nothing of documents, verbs, rooms with rules or causes. Run: python tests/benchmarks/peer_simpy.py 100000
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from heapq import heappush
from pathlib import Path

import simpy
from simpy.events import NORMAL

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.model import PLACES, RINGING, ROOMS, SPEECH, Books, Crowd, main

Life = Generator[simpy.Event, object, None]


def at(env: simpy.Environment, instant: float) -> simpy.Event:
    """An event of exactly that instant: a timeout's now + (instant - now) would round."""
    event = env.event()
    event._ok, event._value = True, None  # noqa: SLF001
    heappush(env._queue, (instant, NORMAL, next(env._eid), event))  # noqa: SLF001
    return event


def simulate(crowd: Crowd) -> Books:
    """Let every call live as a process."""
    env = simpy.Environment()
    books = Books(crowd.size)

    def call(number: int) -> Life:
        books.arrive()
        yield env.timeout(RINGING)
        yield env.timeout(SPEECH)
        room = number % ROOMS
        if books.there[room] < PLACES:
            books.enter(room, env.now)
            yield env.timeout(crowd.stays[number])
            books.leave(room, env.now)
        yield env.timeout(SPEECH)
        books.end(number, crowd.arrivals[number], env.now)

    def callers() -> Life:
        for number, instant in enumerate(crowd.arrivals):
            yield at(env, instant)
            env.process(call(number))

    env.process(callers())
    env.run()
    return books


if __name__ == "__main__":
    main("simpy", simulate)
