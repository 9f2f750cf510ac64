"""From a kick request to the fetch of the next document: how long, as the customer's application sees it.

A caller comes into a room and is kicked, which leads to a Redirect. The clock runs from before the request is sent
until the application is asked. Run: python tests/benchmarks/kick.py 200
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from tests.rest.bench import ACME
from tests.sdk.live import Live, live

ROOM = f"/v1/Account/{ACME}/Conference/room/"


def kicked(ours: Live, nth: int) -> float:
    """Seconds from the nth caller's kick to the fetch that follows."""
    ours.dial_in()
    while ours.request("GET", ROOM, face="plivo").json.get("conference_member_count") != "1":
        pass
    began = perf_counter()
    got = ours.request("POST", ROOM + "Member/all/Kick/", json={}, face="plivo")
    assert got.status == 202, got
    return ours.app.wait("/next", nth).at - began


def main(kicks: int) -> float:
    """Print the median and the slowest tenth, in milliseconds."""
    with (
        tempfile.TemporaryDirectory() as folder,
        live(Path(folder), journal=f"{folder}/journal", speed=1.0) as ours,
    ):
        ours.app.pages["/plivo/answer"] = (
            f"<Response><Conference>room</Conference><Redirect>{ours.app.url}/next</Redirect></Response>"
        )
        ours.app.pages["/next"] = "<Response><Hangup/></Response>"
        taken = [kicked(ours, nth) * 1000 for nth in range(1, kicks + 1)]
    middle = median(taken)
    slow = quantiles(taken, n=10)[-1] if kicks > 1 else middle
    print(f"kick to the next document's fetch: median {middle:.2f} ms, nine tenths within {slow:.2f} ms (target 2 ms)")
    return middle


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
