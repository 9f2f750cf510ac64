"""Setting up and ending calls: a document that answers and ends, against Asterisk's own Answer and Hangup.

Twenty calls at once, from sipp. Run: python tests/benchmarks/asterisk_calls.py 1000 5
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks.asterisk_sides import Compared, Load, compared, sides

NUMBER = "+16505550102"
DOCUMENT = "<Response></Response>"  # TeXML 2.1: the call is answered, and ends
AT_ONCE = 20
TARGET = 0.30


def main(calls: int, rounds: int) -> Compared:
    """Print the rounds and the median."""
    with (
        tempfile.TemporaryDirectory() as folder,
        sides(Path(folder), {NUMBER: "texml"}, {f"/{NUMBER[1:]}": DOCUMENT}) as both,
    ):
        made = compared(both, Load("answered", "bare", NUMBER, AT_ONCE), calls, rounds)
    print(
        f"answer and hang up: {made.ratio:.2f} of the bare dialplan's calls/s,"
        f" {made.by_time:.2f} by time (target {TARGET:.2f}, goal 0.45)"
    )
    return made


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given or [1000, 5]))
