"""The driver passes the suite that every driver must pass: alone, without a service, with phones as its people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from queue import Empty, Queue
from time import monotonic
from typing import Any, TypeVar

import msgspec
import pytest

from engine.drivers.asterisk.switch import Asterisk
from engine.drivers.client import Client, WebSettings
from engine.drivers.recordings import Recordings
from engine.drivers.sounds.convert import Converter
from engine.drivers.sounds.library import Sounds
from engine.drivers.sounds.speaker import speaker
from engine.testing import STORIES, driver_stories
from engine.values.effects import Effect
from engine.values.events import Event
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.provision import Instance
from tests.asterisk.stage import until
from tests.asterisk.tones import LOW, tones
from tests.rest.bench import Looping

Value = TypeVar("Value", Effect, Event)
PATIENCE = 4.0  # seconds after which the driver has nothing more to say


class Home:
    """Whoever runs the exchange: keeps what it is told."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.told: Queue[Event] = Queue()
        self.came: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.quits = ""

    def give(self, event: Event) -> None:
        """Keep it."""
        self.told.put(event)

    def arrive(self, caller: str, called: str, *, call: str = "", **more: Any) -> str:
        """Somebody calls; by the caller's name the call is known."""
        self.came.put_nowait((caller, call))
        return call

    def now(self) -> float:
        """The clock's time."""
        return monotonic()

    def quit(self, why: str) -> None:
        """Keep why."""
        self.quits = why


class AsteriskBench:
    """The driver in a loop of its own; the calls of stories have other ids there, which the switch chooses."""

    def __init__(self, looping: Looping, driver: Asterisk, home: Home, phones: Phones, asterisk: Instance) -> None:
        """Keep the parts."""
        self._looping, self._driver, self._home, self._phones = looping, driver, home, phones
        self._sip = f"sip:+16505550100@127.0.0.1:{asterisk.sip_port}"
        self._ids: dict[str, str] = {}
        self._calls: dict[str, OutgoingCall] = {}
        self.answering = self.busy = self.sound = ""

    def perform(self, effect: Effect) -> None:
        known = renamed(effect, self._ids)
        self._looping.loop.call_soon_threadsafe(lambda: self._driver.performs[type(known)](known))

    def next_event(self) -> Event | None:
        try:
            event = self._home.told.get(timeout=PATIENCE)
        except Empty:
            return None
        return renamed(event, {shown: name for name, shown in self._ids.items()})

    def call_in(self, call: str) -> None:
        self._looping.run(self._call_in(call))

    async def _call_in(self, call: str) -> None:
        phone = await self._phones.phone(call)
        self._calls[call] = phone.call(self._sip)
        caller, self._ids[call] = await self._home.came.get()
        assert caller == call

    def press(self, call: str, digits: str) -> None:
        self._looping.loop.call_soon_threadsafe(self._calls[call].press, digits)

    def hang_up(self, call: str) -> None:
        self._looping.loop.call_soon_threadsafe(self._calls[call].hang_up)


def renamed(value: Value, names: dict[str, str]) -> Value:
    """The same effect or event with other names of calls."""

    def other(one: Any) -> Any:
        if isinstance(one, tuple):
            return tuple(map(other, one))
        return names.get(one, one) if isinstance(one, str) else one

    fields = {name: other(getattr(value, name)) for name in value.__struct_fields__}
    return msgspec.structs.replace(value, **fields)


def made(asterisk: Instance, folder: Path) -> Asterisk:
    """The driver, with folders of its own."""
    converter, client = Converter(), Client(WebSettings(allow_private=True))
    sounds = Sounds(folder / "sounds", speaker(), client.download, converter=converter)
    recordings = Recordings(folder / "recordings", converter.recode)
    recordings.open("seed")
    return Asterisk(asterisk.settings, sounds, recordings, converter, keep=(client, sounds))


@asynccontextmanager
async def opened(driver: Asterisk, home: Home, folder: Path) -> AsyncIterator[tuple[Phones, Phone, Phone, str]]:
    """The driver at work, phones, one that answers, one that is busy, and a sound."""
    async with Phones() as phones, tones(folder) as web:
        answering = await phones.phone("bob", answers=Habit(after=0.2))
        busy = await phones.phone("cat", answers=Habit(status=486))
        await driver.start(home, "stories")
        await driver.recover((), ())
        await until(lambda: not driver.away)
        try:
            yield phones, answering, busy, web.at(LOW, 0.5)
        finally:
            await driver.stop()


@contextmanager
def bench_on(asterisk: Instance, folder: Path) -> Iterator[AsteriskBench]:
    """A bench; at the end nothing may be left at the switch."""
    home, driver = Home(), made(asterisk, folder)
    with Looping() as looping:
        held = opened(driver, home, folder)
        phones, answering, busy, sound = looping.run(held.__aenter__())
        bench = AsteriskBench(looping, driver, home, phones, asterisk)
        bench.answering, bench.busy, bench.sound = answering.contact, busy.contact, sound
        try:
            yield bench
            assert (home.quits, left(asterisk)) == ("", {})
        finally:
            looping.run(held.__aexit__(None, None, None))


def left(asterisk: Instance) -> dict[str, list[str]]:
    """What is still at the switch after a while."""
    until = monotonic() + PATIENCE
    while (found := asterisk.leftovers()) and monotonic() < until:
        pass
    return found


@pytest.mark.parametrize("number", range(len(STORIES)), ids=lambda number: STORIES[number].__name__)
def test_the_driver_passes_every_story(asterisk: Instance, tmp_path: Path, number: int) -> None:
    with bench_on(asterisk, tmp_path) as bench:
        list(driver_stories(bench))[number].run()
