"""Both sides of the benchmarks on a real Asterisk: the service that drives it, its own dialplan, and sipp that calls.

One Asterisk serves both in one run, so that ratios hold however busy the machine is. In its dialplan, numbers that
begin with `bare` do what our documents do, without us.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Any, NamedTuple

import msgspec

from tests.asterisk.provision import Instance, instance
from tests.benchmarks.rest import worked
from tests.rest.bench import ACME, Application
from tests.sdk.live import SERVE, Live, live

HERE = Path(__file__).resolve().parent
ANSWERED_HERE = (sys.executable, str(HERE / "asterisk_service.py"))
PATIENCE = 10.0  # seconds for what must happen
AGAIN = 0.02  # seconds between two askings whether it has
LIMIT = 120  # seconds that sipp may take
BARE = """
exten => bare,1,Answer(,i)
 same => n,Hangup()
exten => bareroom,1,Answer(,i)
 same => n,Set(CONFBRIDGE(user,quiet)=yes)
 same => n,ConfBridge(room)
exten => barewait,1,Answer(,i)
 same => n,Wait(5)
"""


class Sides(NamedTuple):
    """An Asterisk, and the service that drives it."""

    asterisk: Instance
    ours: Live

    @property
    def asterisk_process(self) -> int:
        """The process of Asterisk."""
        assert self.asterisk.process is not None
        return self.asterisk.process.pid


class Speed(NamedTuple):
    """Calls a second; processor time of one call in milliseconds, of Asterisk and of the service."""

    rate: float
    asterisk: float
    service: float


class Compared(NamedTuple):
    """Our calls a second as a part of the bare dialplan's, and milliseconds of processor time of a call."""

    ratio: float
    bare: Speed
    ours: Speed

    @property
    def by_time(self) -> float:
        """The same by processor time, which says more where others use the machine."""
        return self.bare.asterisk / (self.ours.asterisk + self.ours.service)


def numbers(app: Application, dialects: Mapping[str, str]) -> list[dict[str, str]]:
    """Numbers by their dialects, each with a page of its own; nobody is told of the end of a call."""
    return [
        {"number": number, "account": ACME, "dialect": dialect, "answer_url": f"{app.url}/{number.lstrip('+')}"}
        for number, dialect in dialects.items()
    ]


@contextmanager
def sides(
    folder: Path, dialects: Mapping[str, str], pages: Mapping[str, str] | None = None, **changes: Any
) -> Iterator[Sides]:
    """Both sides; `dialects` are of our numbers, `changes` of the service's configuration.

    With `pages`, these documents are answered in the service's process; without, its application is asked over HTTP.
    """
    (folder / "pages.json").write_bytes(msgspec.json.encode(pages))
    with ExitStack() as held:
        asterisk = held.enter_context(instance(folder / "asterisk", dialplan=BARE))
        settings = asterisk.settings
        ari = {"url": settings.url, "user": settings.user, "password": settings.password}
        given: dict[str, Any] = {
            "speed": 1.0,
            "switch": "asterisk",
            "journal": str(folder / "journal"),
            "asterisk": {**ari, "listen": settings.listen, "sounds": str(folder / "sounds")},
            "numbers": lambda app: numbers(app, dialects),
        }
        serve = SERVE if pages is None else ANSWERED_HERE
        ours = held.enter_context(live(folder, serve, **{**given, **changes}))
        until(lambda: ours.request("GET", "/readyz").status == 200, "the service reaches Asterisk")
        yield Sides(asterisk, ours)


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Ask again and again until something is so; AssertionError where it takes too long."""
    late = monotonic() + seconds
    while not holds():
        assert monotonic() < late, f"not within {seconds:.0f} s: {what}"
        sleep(AGAIN)


class Load(NamedTuple):
    """What sipp does: the scenario's name, the bare number and ours, and how many calls at once."""

    scenario: str
    bare: str
    ours: str
    at_once: int


def compared(sides: Sides, load: Load, calls: int, rounds: int) -> Compared:
    """Call the bare number and ours in turn and print each round; the median of the ratios, and of the figures.

    A round before these warms both up, and does not count.
    """
    turns: list[tuple[Speed, Speed]] = []
    for number in range(rounds + 1):
        bare, ours = (pressed(sides, load, called, calls) for called in (load.bare, load.ours))
        if number:
            turns.append((bare, ours))
            print(
                f"{number}: {ours.rate:.0f} of {bare.rate:.0f} calls/s: {ours.rate / bare.rate:.2f}; Asterisk"
                f" {ours.asterisk:.2f} and {bare.asterisk:.2f} ms a call, the service {ours.service:.2f} ms"
            )
    middle = [Speed(*(median(figures) for figures in zip(*side, strict=True))) for side in zip(*turns, strict=True)]
    return Compared(median(ours.rate / bare.rate for bare, ours in turns), *middle)


def pressed(sides: Sides, load: Load, called: str, calls: int) -> Speed:
    """Have sipp call a number; AssertionError where a call went wrong."""
    before = (worked(sides.asterisk_process), worked(sides.ours.process.pid))
    rate = rated(sides.asterisk, load, called, calls)
    after = (worked(sides.asterisk_process), worked(sides.ours.process.pid))
    theirs, mine = ((late - soon) * 1000 / calls for soon, late in zip(before, after, strict=True))
    return Speed(rate, theirs, mine)


def rated(asterisk: Instance, load: Load, called: str, calls: int) -> float:
    """Calls a second that sipp brought to their end."""
    figures = asterisk.layout.directory / "sipp.csv"
    many = ("-m", str(calls), "-users", str(load.at_once), "-timer_resol", "1", "-timeout", str(LIMIT))
    said = ("-trace_stat", "-stf", str(figures), "-fd", "1000")
    command = sipp(asterisk, load.scenario, "-s", called, *many, "-timeout_error", *said)
    done = subprocess.run(command, capture_output=True, text=True, cwd=figures.parent, check=False)
    assert done.returncode == 0, f"sipp ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    with figures.open() as lines:
        last = list(csv.DictReader(lines, delimiter=";"))[-1]
    assert (last["SuccessfulCall(C)"], last["FailedCall(C)"]) == (str(calls), "0"), last
    return float(last["CallRate(C)"])


def sipp(asterisk: Instance, scenario: str, *options: str) -> tuple[str, ...]:
    """The command that has sipp play a scenario against this Asterisk."""
    host = asterisk.layout.host
    scene = HERE / "sipp" / f"{scenario}.xml"
    return ("sipp", f"{host}:{asterisk.sip_port}", "-sf", str(scene), "-i", host, "-nostdin", *options)
