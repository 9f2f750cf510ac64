"""How two ways of doing a thing are compared here: in turn, by processor time, by the median of paired ratios.

A machine that others use as well is fast at one moment and slow at the next; rounds that stand side
by side share its mood.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

MICRO = 1e6


class Pair(NamedTuple):
    """Microseconds of processor time of one thing done by ours and by the peer, and the median ratio of the two."""

    ours: float
    peer: float
    ratio: float


def cost(do: Callable[[], object], times: int) -> float:
    """Microseconds of processor time that doing it once takes, over `times` of them."""
    again = range(times)
    began = time.process_time()
    for _ in again:
        do()
    return (time.process_time() - began) / times * MICRO


def compare(ours: Callable[[], object], peer: Callable[[], object], *, times: int, rounds: int = 9) -> Pair:
    """Do ours and the peer's `times` times each in turn, for a number of rounds."""
    gc.collect()
    pairs = [(cost(ours, times), cost(peer, times)) for _ in range(rounds)]
    return Pair(
        median(a for a, _ in pairs),
        median(b for _, b in pairs),
        median(a / b for a, b in pairs if b) if any(b for _, b in pairs) else 0.0,
    )
