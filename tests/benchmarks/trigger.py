"""What one transition costs: `Table.fire` against the library's own `Machine`, on one table with guard and action.

Run: python tests/benchmarks/trigger.py
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from transitions import Machine

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.machines.table import Row, table
from engine.machines.turn import Turn
from engine.settings import Settings
from tests.benchmarks.compare import Pair, compare

STATES = ("queued", "ringing", "up", "ending")
CYCLE = ("rings", "answers", "ends", "again")


def allowed(model: Any, event: Any, turn: Any) -> bool:
    """The guard of every row."""
    return True


def count(model: Any, event: Any, turn: Any) -> None:
    """The action of every row."""
    model.done += 1


class Model:
    """What both machines move: nothing but a state and a count."""

    __slots__ = ("done", "state")

    def __init__(self) -> None:
        """Begin at the first state."""
        self.state = STATES[0]
        self.done = 0


def main(times: int = 2000, rounds: int = 9) -> Pair:
    """Print the two costs of one transition, and their ratio."""
    logging.getLogger("transitions").setLevel(logging.WARNING)  # the library logs each step: not counted against it
    steps = list(zip(CYCLE, STATES, (*STATES[1:], STATES[0]), strict=True))
    rows = [Row(on, source, dest, count, allowed) for on, source, dest in steps]
    ours = table("bench", states=STATES, final=(), rows=rows)
    stock = Machine(model=None, states=list(STATES), initial=STATES[0], auto_transitions=False)
    for on, source, dest in steps:
        stock.add_transition(on, source, dest, conditions=allowed, after=count)
    model, other, turn = Model(), Model(), Turn({}, Settings(), watched=False)
    triggers = [stock.events[on].trigger for on in CYCLE]

    def by_ours() -> None:
        for on in CYCLE:
            ours.fire(on, model, None, turn)

    def by_stock() -> None:
        for trigger in triggers:
            trigger(other, other, None, turn)

    found = compare(by_ours, by_stock, times=times, rounds=rounds)
    assert (model.state, model.done) == (other.state, other.done)
    pair = Pair(found.ours / len(CYCLE), found.peer / len(CYCLE), 1 / found.ratio)
    print(f"fire: {pair.ours:.3f} us, transitions {pair.peer:.2f} us a transition: x{pair.ratio:.1f} faster")
    return pair


if __name__ == "__main__":
    main()
