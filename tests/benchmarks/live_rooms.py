"""What it costs to hold calls in real time: callers wait in rooms and nothing happens but their wait sounds.

`callflow serve` at real-time speed, journal on. Prints the share of one core over some seconds, and how often the
wait document was fetched: once for each room. Run: python tests/benchmarks/live_rooms.py 1000 200 20
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from time import sleep

from tests.benchmarks.rest import worked
from tests.rest.bench import ACME, Application
from tests.sdk.live import Live, live

WAIT = "<Response><Play>https://sounds.example/wait.mp3</Play></Response>"
FIRST = 16505551000


def number(room: int) -> str:
    """The number that leads into a room."""
    return f"+{FIRST + room}"


def numbers(app: Application, rooms: int) -> list[dict[str, str]]:
    """A number for each room."""
    common = {"account": ACME, "dialect": "plivo"}
    return [{"number": number(room), "answer_url": f"{app.url}/room/{room}", **common} for room in range(rooms)]


def prepare(ours: Live, rooms: int) -> None:
    """Write the documents: each room waits for somebody who never comes."""
    ours.app.pages["/wait"] = WAIT
    for room in range(rooms):
        ours.app.pages[f"/room/{room}"] = (
            f'<Response><Conference startConferenceOnEnter="false" waitSound="{ours.app.url}/wait">'
            f"room{room}</Conference></Response>"
        )


def joined(ours: Live) -> int:
    """How many members there are."""
    text = ours.request("GET", "/metrics").body.decode()
    return int(float(next(line.split()[1] for line in text.splitlines() if line.startswith("callflow_members "))))


def main(calls: int, rooms: int, seconds: float) -> float:
    """Print the figures; the share of one core that the service used."""
    limits = {"calls": calls}
    with tempfile.TemporaryDirectory() as folder:
        journal = str(Path(folder) / "journal")
        with live(
            Path(folder), journal=journal, speed=1.0, limits=limits, numbers=partial(numbers, rooms=rooms)
        ) as ours:
            prepare(ours, rooms)
            for call in range(calls):
                ours.dial_in(f"+1415{call:07}", number(call % rooms))
            while joined(ours) < calls:
                sleep(0.05)
            before = worked(ours.process.pid)
            sleep(seconds)  # what is measured is that nothing happens
            share = (worked(ours.process.pid) - before) / seconds
            fetched = sum(one.path == "/wait" for one in ours.app.asked)
    print(f"{calls} calls in {rooms} rooms: {share:.1%} of one core (target 10 %); {fetched} wait documents fetched")
    return share


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given or [1000, 200, 20]))
