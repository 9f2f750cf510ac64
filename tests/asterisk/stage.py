"""Everything a test of the driver needs, in one event loop: the service on a real Asterisk, phones, an application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from engine.rest.app import Server
from engine.service.accounts import Accounts
from engine.service.loading import read
from engine.service.logs import Lines, logger
from engine.service.metrics import Metrics
from engine.service.service import Service
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.provision import Instance
from tests.rest.bench import ACME, SEEDS, Application, Asked, Got, asked_of, config_of, listening, taken_from

PATIENCE = 10.0  # seconds, for what must happen
NUMBER = "+16505550100"  # of the Plivo dialect; …101 of Vobiz, …102 of TeXML


class Stage:
    """The parts of a test on a real switch; `happened` is the usual account's timeline so far."""

    def __init__(self, asterisk: Instance, phones: Phones, server: Server, app: Application, log: BytesIO) -> None:
        """Keep the parts."""
        self.asterisk, self.phones, self.server, self.app = asterisk, phones, server, app
        self.service = server.service
        self.happened: list[dict[str, Any]] = []
        self.people: dict[str, str] = {}  # names by call
        self._log = log
        self._changed = asyncio.Condition()

    def page(self, document: str, path: str = "/plivo/answer") -> None:
        """What the application answers with; `document` is what a Response holds."""
        self.app.pages[path] = f"<Response>{document}</Response>"

    def dial(self, phone: Phone, number: str = NUMBER, **more: Any) -> OutgoingCall:
        """Have a phone call a number of ours."""
        return phone.call(f"sip:{number}@127.0.0.1:{self.asterisk.sip_port}", **more)

    async def answered(self, phone: Phone, number: str = NUMBER, **more: Any) -> OutgoingCall:
        """Have a phone call a number of ours, and wait until it is answered."""
        call = self.dial(phone, number, **more)
        await call.until("answered")
        return call

    def id_of(self, phone: Phone) -> str:
        """Our id of the live call that a phone placed."""
        name = phone.setup.name
        return next(view.about.call for view in self.service.exchange.calls() if view.about.caller == name)

    def shown(self, call: str, face: str = "plivo") -> str:
        """A call's id as a face shows it."""
        return self.service.sight(face, ACME).spell("call", call)

    async def until(self, what: str, nth: int = 1, **facts: Any) -> dict[str, Any]:
        """The nth entry of the timeline of that kind with these facts, as soon as it has happened."""

        def fitting() -> list[dict[str, Any]]:
            return [one for one in self.happened if one["what"] == what and facts.items() <= one.items()]

        await self.so(lambda: len(fitting()) >= nth, f"no {what} {facts}")
        return fitting()[nth - 1]

    async def so(self, holds: Callable[[], bool], wrong: str) -> None:
        """Wait until something is so of all that has happened; AssertionError with what is `wrong` otherwise."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(holds), PATIENCE)
            except TimeoutError:
                seen = "\n".join(map(str, self.happened))
                raise AssertionError(f"{wrong} in\n{seen}") from None

    async def told(self, path: str, nth: int = 1, **params: str) -> Asked:
        """The nth request to the application for a path with these parameters, as soon as it has come."""
        return await asyncio.to_thread(self.app.wait, path, nth, **params)

    async def ask(self, method: str, path: str, face: str = "plivo", **more: Any) -> Got:
        """Ask the service over HTTP, as the usual account."""
        return await asyncio.to_thread(lambda: asked_of(self.server.url, method, path, face=face, **more))

    async def plivo(self, method: str, path: str, **fields: Any) -> Got:
        """Ask the Plivo face."""
        return await self.ask(method, f"/v1/Account/{ACME}/{path}", json=fields or None)

    async def nothing_left(self) -> None:
        """Wait until nothing is at the switch any more; AssertionError with what stays."""
        await nothing_left(self.asterisk)

    def errors(self) -> list[dict[str, Any]]:
        """What was logged as an error since this was asked the last time."""
        return taken_from(self._log)

    async def follow(self) -> None:
        """Note everything that happens."""
        async for line in self.service.stream.follow(ACME, 0, 60.0):
            if not isinstance(line, int):
                async with self._changed:
                    self.happened.append(msgspec.json.decode(line.text))
                    self._changed.notify_all()


def config_on(asterisk: Instance, app: Application, folder: Path, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a service that drives this Asterisk, and keeps everything in a folder."""
    usual = {"speed": 1.0, "drain": 1.0, "switch": "asterisk", "state": str(folder / "state")}
    given = config_of(app, {**usual, **changes})
    return {**given, "asterisk": {**table_of(asterisk, folder), **given.get("asterisk", {})}}


def table_of(asterisk: Instance, folder: Path) -> dict[str, str]:
    """What a configuration says of this Asterisk; sounds are kept in that folder."""
    settings = asterisk.settings
    return {
        "url": settings.url,
        "user": settings.user,
        "password": settings.password,
        "listen": settings.listen,
        "sounds": str(folder / "sounds"),
    }


@asynccontextmanager
async def stage(asterisk: Instance, folder: Path, /, **changes: Any) -> AsyncIterator[Stage]:
    """Everything running; at the end nothing may be left at the switch, and no error logged."""
    app, log = Application(), BytesIO()
    async with AsyncExitStack() as held:
        beside = await listening(app)
        held.push_async_callback(beside.cleanup)
        given = config_on(asterisk, app, folder, changes)
        config = read(tomli_w.dumps(given).encode(), "stage.toml", {})
        server = Server(Service(config, Accounts(config, SEEDS), logger(Lines(log), "error"), Metrics()))
        asyncio.get_running_loop().set_exception_handler(server.strays.of_loop)
        await server.start()
        held.push_async_callback(server.stop, 1.0)
        phones = await held.enter_async_context(Phones())
        set_up = Stage(asterisk, phones, server, app, log)
        following = asyncio.create_task(set_up.follow())
        held.callback(following.cancel)
        await until(lambda: not server.service.switch.away)
        yield set_up
        await server.stop()
        await set_up.nothing_left()
        assert set_up.errors() == []


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something of the service itself is so, of which nobody is told."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def nothing_left(asterisk: Instance, brief: Iterable[str] = ()) -> None:
    """Wait until nothing is at the switch any more, at these paths either; AssertionError with what stays."""
    left: dict[str, list[str]] = {}
    for _ in range(100):
        left = await asyncio.to_thread(asterisk.leftovers, brief)
        if not left:
            return
        await asyncio.sleep(0.05)  # Asterisk tells nobody that it has forgotten something
    raise AssertionError(left)
