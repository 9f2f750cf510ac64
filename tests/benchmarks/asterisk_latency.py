"""How long callers wait: from INVITE to 200 beside the bare dialplan, and from a kick to the prompt that follows.

The document is fetched over HTTP as ever; the prompt is at hand. A kick's clock runs from before the request is sent
until the first packet with the prompt's tone arrives. Run: python tests/benchmarks/asterisk_latency.py 50
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from time import monotonic
from typing import NamedTuple

from aiohttp import web

from engine.drivers.sounds.tones import tone
from engine.drivers.sounds.waves import save
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phone, Phones
from tests.benchmarks.asterisk_sides import Sides, sides, until
from tests.benchmarks.live_rooms import joined
from tests.rest.bench import ACME

NUMBER = "+16505550100"
ROOM = f"/v1/Account/{ACME}/Conference/room/"
DOCUMENT = (
    '<Response><Conference waitSound="" enterSound="" exitSound="">room</Conference><Play>{prompt}</Play></Response>'
)
PROMPT = 2_000  # Hz of its tone
TARGETS = (10, 60)


class Waits(NamedTuple):
    """Milliseconds, medians: how much later we answer than the dialplan, and from a kick to the next prompt."""

    answer: float
    prompt: float


@asynccontextmanager
async def prompt(folder: Path) -> AsyncIterator[str]:
    """Where the prompt is found: one second of a tone."""
    save(tone((PROMPT,), 1.0, 8_000), folder / "prompt.wav")
    site = web.Application()
    site.router.add_static("/", folder)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/prompt.wav"
    finally:
        await runner.cleanup()


async def answered(both: Sides, phone: Phone, number: str) -> tuple[OutgoingCall, float]:
    """A call, and the milliseconds until it was answered."""
    call = phone.call(f"sip:{number}@127.0.0.1:{both.asterisk.sip_port}")
    await call.until("answered")
    return call, (call.times["answered"] - call.times["calling"]) * 1000


async def kicked(both: Sides, call: OutgoingCall) -> float:
    """Milliseconds from a member's kick to its next prompt."""
    ask = both.ours.request
    await asyncio.to_thread(until, lambda: joined(both.ours) == 1, "the caller joins")
    await call.settled(0.1)  # it hears the room
    began = monotonic()
    got = await asyncio.to_thread(ask, "POST", ROOM + "Member/all/Kick/", json={}, face="plivo")
    assert got.status == 202, got
    return (await call.until_sound(began, frequency=PROMPT) - began) * 1000


async def measured(both: Sides, times: int, url: str) -> list[tuple[float, float, float]]:
    """Of each round: the dialplan's answer, ours, and the prompt after a kick."""
    both.ours.app.pages["/" + NUMBER.lstrip("+")] = DOCUMENT.format(prompt=url)
    rounds = []
    async with Phones() as phones:
        phone = await phones.phone("+14155550111")
        for _ in range(times + 1):
            bare, theirs = await answered(both, phone, "barewait")
            bare.hang_up()
            call, mine = await answered(both, phone, NUMBER)
            rounds.append((theirs, mine, await kicked(both, call)))
            call.hang_up()
    return rounds[1:]  # the first warms up, and fetches the prompt


async def told(folder: Path, times: int) -> list[tuple[float, float, float]]:
    """Both sides and the prompt's server, for as long as it takes."""
    async with prompt(folder) as url:
        with sides(folder, {NUMBER: "plivo"}) as both:
            return await measured(both, times, url)


def main(times: int) -> Waits:
    """Print the medians and the slowest tenths."""
    with tempfile.TemporaryDirectory() as folder:
        rounds = asyncio.run(told(Path(folder), times))
    theirs, mine, prompts = (list(column) for column in zip(*rounds, strict=True))
    later = [ours - bare for bare, ours, _ in rounds]
    print(
        f"INVITE to 200: {median(mine):.1f} ms, bare {median(theirs):.1f} ms; added {median(later):.1f} ms,"
        f" nine tenths within {slow(later):.1f} ms (target {TARGETS[0]} ms)"
    )
    print(
        f"kick to the next prompt's first packet: {median(prompts):.1f} ms, nine tenths within {slow(prompts):.1f} ms"
        f" (target {TARGETS[1]} ms)"
    )
    return Waits(median(later), median(prompts))


def slow(figures: list[float]) -> float:
    """What nine tenths stay below."""
    return quantiles(figures, n=10)[-1] if len(figures) > 1 else figures[0]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
