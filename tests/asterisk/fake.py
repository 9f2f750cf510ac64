"""Stands between the service and its Asterisk, and spoils, delays or swallows chosen requests, or the connection."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp import web
from yarl import URL

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.names import call_of
from engine.drivers.asterisk.switch import Asterisk
from tests.asterisk.provision import HOST, Instance
from tests.asterisk.stage import Stage, nothing_left, stage, until

PATIENCE = 10.0  # seconds, for a request that must come
NEVER = 0  # the status of a request that is not answered
HELD = -1  # of one that has to wait
# What Asterisk makes that it has no list of, and where one finds it by its name.
BRIEF = re.compile(r"/(?P<kind>play/|record\?name=)(?P<name>[^?&]+)")
BRIEF_AT = {"play/": "playbacks", "record?name=": "recordings/live"}
PASSED = ("Authorization", "Content-Type")


class Fault:
    """What becomes of some requests: they get this status, or wait until they may pass.

    Only those of one caller's call where `who` names one, and only the first `times`. With `done`, Asterisk does what
    was asked, and its reply is what is lost. `come` counts those that have come.
    """

    def __init__(
        self, method: str, path: str, status: int, *, who: str = "", times: int = 1, done: bool = False
    ) -> None:
        """Keep what it is about; `path` is a pattern."""
        self.status, self.who, self.times, self.done = status, who, times, done
        self.come = 0
        self._method, self._path = method, re.compile(path)
        self._passes = asyncio.Event()

    def meets(self, method: str, address: str) -> bool:
        """Whether a request is one of these, whoever's it is."""
        return self.come < self.times and method == self._method and self._path.search(address) is not None

    def open(self) -> None:
        """Let those pass that wait, and all that follow."""
        self.times = 0
        self._passes.set()

    async def opened(self) -> None:
        """Wait until they may pass."""
        await self._passes.wait()


class Between:
    """A place to reach an Asterisk by; everything passes, but for what is spoilt."""

    def __init__(self, asterisk: Instance) -> None:
        """Not open yet."""
        self.asked: list[tuple[str, str]] = []  # method and address of all requests
        self.said: list[tuple[str, str]] = []  # type and channel of all events
        self.shut = False  # nobody is let through any more
        self.url = ""
        self._asterisk = asterisk
        self._faults: list[Fault] = []
        self._callers: dict[str, str] = {}  # by what names their calls: channel or call
        self._changed = asyncio.Condition()
        self._sockets: set[web.WebSocketResponse] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Open."""
        app = web.Application()
        app.router.add_get("/ari/events", self._pass_events)
        app.router.add_route("*", "/ari/{path:.*}", self._pass)
        self._session = aiohttp.ClientSession(self._asterisk.ari_url)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close for good."""
        self._over.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.cut()
        await self._runner.cleanup()
        await self._session.close()

    # --- what a test asks ----------------------------------------------------------------------------------

    def spoil(self, method: str, path: str, status: int, **more: Any) -> Fault:
        """Answer such requests with this status, or NEVER."""
        fault = Fault(method, path, status, **more)
        self._faults.append(fault)
        return fault

    def hold(self, method: str, path: str, **more: Any) -> Fault:
        """Let such requests wait until the fault is opened."""
        return self.spoil(method, path, HELD, **more)

    async def until_come(self, fault: Fault, count: int = 1) -> None:
        """Wait until so many requests have met a fault."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: fault.come >= count)

    async def until_asked(self, method: str, path: str, count: int = 1) -> None:
        """Wait until so many such requests have come."""
        await self._until(self.asked, method, path, count)

    async def until_said(self, kind: str, channel: str, count: int = 1) -> None:
        """Wait until Asterisk has said so of so many such channels."""
        await self._until(self.said, kind, channel, count)

    async def _until(self, happened: list[tuple[str, str]], kind: str, of: str, count: int) -> None:
        pattern = re.compile(of)

        def there() -> bool:
            return sum(1 for how, what in happened if how == kind and pattern.search(what)) >= count

        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(there)

    def brief(self) -> set[str]:
        """Where the playbacks and running recordings are, or were, that were asked for."""
        found = (BRIEF.search(address) for method, address in self.asked if method == "POST")
        return {f"{BRIEF_AT[one['kind']]}/{one['name']}" for one in found if one is not None}

    async def cut(self) -> None:
        """Cut the connections that there are."""
        for one in list(self._sockets):
            await one.close()

    # --- requests ------------------------------------------------------------------------------------------

    async def _fault_of(self, method: str, address: str) -> Fault | None:
        """Take note of a request; the fault that it meets, but none that it only had to wait for."""
        who = {"", *(caller for name, caller in self._callers.items() if name in address)}
        async with self._changed:
            self.asked.append((method, address))
            met = (fault for fault in self._faults if fault.who in who and fault.meets(method, address))
            found = next(met, None)
            if found is not None:
                found.come += 1
            self._changed.notify_all()
        if found is None or found.status != HELD:
            return found
        await found.opened()
        return None

    async def _pass(self, request: web.Request) -> web.Response:
        """A request over HTTP."""
        if self.shut:
            raise web.HTTPServiceUnavailable
        fault = await self._fault_of(request.method, request.path_qs.removeprefix("/ari/"))
        if fault is None:
            return await self._forward(request)
        if fault.done:
            await self._forward(request)
        if fault.status == NEVER:
            await self._over.wait()
        return web.Response(status=fault.status or 503)

    async def _forward(self, request: web.Request) -> web.Response:
        headers = {name: request.headers[name] for name in PASSED if name in request.headers}
        address = URL(request.raw_path, encoded=True)
        body = await request.read()
        async with self._session.request(request.method, address, headers=headers, data=body or None) as reply:
            return web.Response(status=reply.status, body=await reply.read())

    # --- the websocket -------------------------------------------------------------------------------------

    async def _pass_events(self, request: web.Request) -> web.StreamResponse:
        if self.shut:
            raise web.HTTPServiceUnavailable
        headers = {"Authorization": request.headers["Authorization"]}
        async with self._session.ws_connect(URL(request.raw_path, encoded=True), headers=headers) as far:
            near = web.WebSocketResponse()
            await near.prepare(request)
            self._sockets.add(near)
            hearing = asyncio.create_task(self._tell(far, near))
            try:
                async for message in near:
                    self._spawn(self._pass_on(message.data, near, far))
            finally:
                self._sockets.discard(near)
                hearing.cancel()
            return near

    async def _tell(self, far: aiohttp.ClientWebSocketResponse, near: web.WebSocketResponse) -> None:
        """Everything that Asterisk says is told."""
        async for message in far:
            said = msgspec.json.decode(message.data)
            if said["type"] == "StasisStart":
                channel = said["channel"]
                for name in (channel["id"], call_of(channel["id"])):
                    self._callers[name] = channel["caller"]["number"]
            async with self._changed:
                self.said.append((said["type"], said.get("channel", {}).get("id", "")))
                self._changed.notify_all()
            with suppress(ConnectionError):
                await near.send_str(message.data)
        await near.close()

    async def _pass_on(self, text: str, near: web.WebSocketResponse, far: aiohttp.ClientWebSocketResponse) -> None:
        """A request over the websocket."""
        asked = msgspec.json.decode(text)
        query = "&".join(f"{pair['name']}={pair['value']}" for pair in asked.get("query_strings", ()))
        fault = await self._fault_of(asked["method"], f"{asked['uri']}?{query}")
        with suppress(ConnectionError):  # cut meanwhile
            if fault is None:
                await far.send_str(text)
                return
            if fault.done:
                await far.send_str(msgspec.json.encode({**asked, "request_id": "of nobody"}).decode())
            if fault.status != NEVER:
                reply = {"type": "RESTResponse", "request_id": asked["request_id"], "status_code": fault.status}
                await near.send_str(msgspec.json.encode(reply).decode())

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@asynccontextmanager
async def trouble(asterisk: Instance, folder: Path, **changes: Any) -> AsyncIterator[tuple[Stage, Between]]:
    """A stage whose Asterisk is reached through somebody who spoils requests; the driver remembers nobody after it."""
    async with Between(asterisk) as between, stage(asterisk, folder, asterisk={"url": between.url}, **changes) as on:
        yield on, between
        await nothing_left(asterisk, between.brief())
        board = board_of(on)
        await until(lambda: not (board.legs or board.channels or board.rooms))


def board_of(on: Stage) -> Board:
    """What the driver knows."""
    assert isinstance(on.service.switch, Asterisk)
    return on.service.switch.board


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
