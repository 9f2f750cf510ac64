"""What one event costs: the events of the benchmark, recorded once, given again to a fresh exchange.

Prints microseconds of processor time an event over the whole run, the same by type of event, and
what the world around the exchange (agenda, switch, people) costs a call.
Run: python tests/benchmarks/handle.py 20000
"""

from __future__ import annotations

import gc
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.dialects.tongues import tongues
from engine.exchange import Exchange
from engine.values.effects import Effect
from engine.values.events import Event
from tests.benchmarks.model import Crowd
from tests.benchmarks.turned_away import Town

ROUNDS = 5
MICRO = 1e6


def record(crowd: Crowd) -> tuple[list[Event], list[list[Effect]]]:
    """Every event of a run in order, and the effects that each one had."""
    events: list[Event] = []
    effects: list[list[Effect]] = []
    handle = Exchange(tongues()).handle

    def keep(event: Event) -> list[Effect]:
        events.append(event)
        effects.append(handle(event))
        return effects[-1]

    Town(crowd).live(keep)
    return events, effects


def replay(events: list[Event]) -> float:
    """Processor seconds of a fresh exchange for all events."""
    handle = Exchange(tongues()).handle
    began = time.process_time()
    for event in events:
        handle(event)
    return time.process_time() - began


def by_type(events: list[Event]) -> dict[str, tuple[int, float]]:
    """How many events of each type there are, and seconds for one of them, the stop-watch's own taken off."""
    handle = Exchange(tongues()).handle
    watch = time.perf_counter
    idle = min(-(watch() - watch()) for _ in range(1000))
    spent: dict[str, list[float]] = defaultdict(list)
    for event in events:
        began = watch()
        handle(event)
        spent[type(event).__name__].append(watch() - began - idle)
    return {name: (len(all_of_it), median(all_of_it)) for name, all_of_it in spent.items()}


def world(crowd: Crowd, effects: list[list[Effect]]) -> float:
    """Processor seconds of everything but the exchange, which is replaced by what it said the first time."""
    town = Town(crowd)
    said = partial(next, iter(effects))  # called with the event, which `next` takes for its default
    began = time.process_time()
    town.live(said)
    return time.process_time() - began


def main(size: int) -> dict[str, float]:
    """Print the table; give back the figures."""
    crowd = Crowd(size)
    events, effects = record(crowd)
    gc.collect()
    gc.freeze()
    handled = median(replay(events) for _ in range(ROUNDS)) / len(events) * MICRO
    around = median(world(crowd, effects) for _ in range(ROUNDS)) / size * MICRO
    print(f"handle: {handled:.2f} us an event, {len(events) / size:.2f} events a call")
    print(f"world:  {around:.2f} us a call (agenda, switch, people)")
    for name, (count, seconds) in by_type(events).items():
        print(f"  {name:<18}{count:>9}{seconds * MICRO:>8.2f} us")
    gc.unfreeze()
    return {"events": len(events), "handle_us": handled, "world_us": around}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
