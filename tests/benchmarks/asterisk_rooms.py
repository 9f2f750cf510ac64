"""Joining a room and leaving it: a Conference document against Asterisk's own ConfBridge.

A hundred callers at once, from sipp, who stay for 300 ms. Run: python tests/benchmarks/asterisk_rooms.py 500 5
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.asterisk_sides import Compared, Load, compared, sides

NUMBER = "+16505550102"
DOCUMENT = '<Response><Dial><Conference beep="false" waitUrl="">room</Conference></Dial></Response>'
AT_ONCE = 100
TARGET = 0.30


def main(calls: int, rounds: int) -> Compared:
    """Print the rounds and the median."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sides(Path(folder), {NUMBER: "texml"}, {f"/{NUMBER[1:]}": DOCUMENT}) as both,
    ):
        made = compared(both, Load("stays", "bareroom", NUMBER, AT_ONCE), calls, rounds)
    print(
        f"join a room and leave it: {made.ratio:.2f} of ConfBridge's calls/s,"
        f" {made.by_time:.2f} by time (target {TARGET:.2f})"
    )
    return made


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given or [500, 5]))
