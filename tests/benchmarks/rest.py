"""How much of a bare application's speed is left: mute, unmute and GET through the Plivo face, under wrk, in turn.

`callflow serve` (journal on, log on) with a room of ten members, and `bare_rest.py`, each in a process of its own.
Prints requests per second a round and the median ratios; needs wrk. Run: python tests/benchmarks/rest.py 5 3
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.rest.bench import ACCOUNTS, ACME
from tests.sdk.live import Live, live

HERE = Path(__file__).resolve().parent
TOKEN = ACCOUNTS[0]["plivo"]["auth_token"]
BASIC = base64.b64encode(f"{ACME}:{TOKEN}".encode()).decode()
ROOM = f"/v1/Account/{ACME}/Conference/room/"
MEMBERS = 10
DOCUMENT = "<Response><Conference>room</Conference><Speak>Goodbye.</Speak></Response>"
# What wrk sends: two requests in turn, the first with a body as the vendors' clients send one.
PAIR = """
local requests = {}
init = function(args)
  requests[0] = wrk.format("%s", "%s", nil, '{}')
  requests[1] = wrk.format("%s", "%s", nil, '{}')
end
local turn = 0
request = function() turn = 1 - turn; return requests[turn] end
"""
LOADS: Mapping[str, tuple[str, str, str, str]] = {
    "mute and unmute": ("POST", ROOM + "Member/3/Mute/", "DELETE", ROOM + "Member/3/Mute/"),
    "get": ("GET", ROOM, "GET", ROOM),
}
TARGETS = {"mute and unmute": 0.70, "get": 0.60}


class Speed(NamedTuple):
    """Requests a second, and processor time of one in microseconds."""

    rate: float
    cost: float


def pressed(url: str, load: tuple[str, str, str, str], seconds: int) -> float:
    """Requests a second under 16 connections; AssertionError where anything but success came back."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(PAIR % load)
        script.flush()
        headers = ("-H", f"Authorization: Basic {BASIC}", "-H", "Content-Type: application/json")
        command = ("wrk", "-t1", "-c16", f"-d{seconds}s", "-s", script.name, *headers, url)
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    assert found is not None, said
    return float(found[1])


def worked(process: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(url: str, process: int, load: tuple[str, str, str, str], seconds: int) -> Speed:
    """Requests a second, and processor time of a request in microseconds."""
    before = worked(process)
    rate = pressed(url, load, seconds)
    return Speed(rate, (worked(process) - before) / (rate * seconds) * 1e6)


@contextmanager
def bare() -> Iterator[tuple[str, int]]:
    """The bare application; its address and process."""
    command = (sys.executable, str(HERE / "bare_rest.py"))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield process.stderr.readline().split()[-1], process.pid
        finally:
            process.kill()


def fill(ours: Live) -> None:
    """Let ten callers join a room."""
    ours.app.pages["/plivo/answer"] = DOCUMENT
    for number in range(MEMBERS):
        ours.dial_in(f"+1415555{number:04}")
    while ours.request("GET", ROOM, face="plivo").json.get("conference_member_count") != str(MEMBERS):
        pass


def main(rounds: int, seconds: int) -> dict[str, float]:
    """Print the rounds and their medians: of the rates, and of the processor time where the machine is shared."""
    rates: dict[str, list[float]] = {name: [] for name in LOADS}
    costs: dict[str, list[float]] = {name: [] for name in LOADS}
    with tempfile.TemporaryDirectory() as folder:
        journal = str(Path(folder) / "journal")
        with live(Path(folder), journal=journal, speed=1.0) as ours, bare() as (limit, process):
            fill(ours)
            for number in range(rounds):
                for name, load in LOADS.items():
                    floor = measured(limit, process, load, seconds)
                    mine = measured(ours.url, ours.process.pid, load, seconds)
                    rates[name].append(mine.rate / floor.rate)
                    costs[name].append(floor.cost / mine.cost)
                    print(
                        f"{number + 1}: {name}: {mine.rate:.0f} of {floor.rate:.0f} requests/s: {rates[name][-1]:.2f};"
                        f" {mine.cost:.0f} and {floor.cost:.0f} us each: {costs[name][-1]:.2f}"
                    )
    medians = {name: round(median(of), 3) for name, of in rates.items()}
    for name, value in medians.items():
        by_time = median(costs[name])
        print(f"{name}: {value:.2f} of the bare application, {by_time:.2f} by time (target {TARGETS[name]:.2f})")
    return medians


if __name__ == "__main__":
    arguments = [int(one) for one in sys.argv[1:]]
    print(json.dumps(main(*(arguments or [5, 3]))))
