"""The websocket that brings Asterisk's events: we connect to Asterisk, or Asterisk connects to us.

The second way is the better one: Asterisk then keeps what happens while nobody is there, and tells it later.
"""

from __future__ import annotations

import asyncio
import hmac
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol

import aiohttp
import msgspec
from aiohttp import web

from engine.drivers.asterisk.client import Ari, Connection, advice
from engine.drivers.asterisk.events import Response, Said, decode
from engine.drivers.bugs import bug, watched
from engine.errors import RequestError

# Seconds between attempts to connect: the first soon, later ones with more patience.
SOONEST, LATEST = 0.1, 2.0
# Seconds after which it is said that Asterisk does not come.
COMES_WITHIN = 3.0

Hear = Callable[[Said], None]


class Lost(Protocol):
    """Whoever wants to know why there is no connection, and what to do about it."""

    def __call__(self, why: str, hint: str = "") -> None:
        """Both in words, the hint for operators alone; no `why` where it was just closed."""


class Socket(ABC):
    """Keeps one websocket open; `opened` and `lost` are told of its coming and going, `hear` of every message."""

    def __init__(self, ari: Ari, hear: Hear, opened: Callable[[], Awaitable[None]], lost: Lost) -> None:
        """Keep whom to tell."""
        self.ari = ari
        self._hear = hear
        self._opened = opened
        self._lost = lost
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def start(self) -> None:
        """Begin to connect, or to be connected to."""

    async def stop(self) -> None:
        """Close it for good."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(watched)

    async def _listen(self, socket: Connection) -> None:
        """Hear everything that this websocket brings, until it closes."""
        ari = self.ari
        ari.socket = socket
        self._spawn(self._opened())
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            if ari.socket is socket:  # and no newer one took its place
                ari.lost()
                self._lost("")

    def _take(self, message: str) -> None:
        """Take one message; a bug of ours in it spares the connection."""
        try:
            said = decode(message)
        except msgspec.MsgspecError:
            return
        try:
            if type(said) is Response:
                self.ari.answered(said)
            elif said is not None:
                self._hear(said)
        except Exception as error:
            bug(f"a {type(said).__name__} could not be taken", error)


class Inbound(Socket):
    """We connect to Asterisk, and again whenever the connection is lost."""

    async def start(self) -> None:
        """Connect in the background; what is wrong is told by `lost` until it works."""
        self._spawn(self._keep())

    async def _keep(self) -> None:
        wait = SOONEST
        settings = self.ari.settings
        while True:
            session = await self.ari.open()
            try:
                async with session.ws_connect(
                    "ari/events", params={"app": settings.application}, max_msg_size=0, heartbeat=10.0
                ) as socket:
                    wait = SOONEST
                    await self._listen(socket)
            except aiohttp.WSServerHandshakeError as error:
                self._lost(f"Asterisk refuses the websocket with {error.status}", advice(error.status))
            except (aiohttp.ClientError, TimeoutError, OSError):
                self._lost(f"no connection to Asterisk at {settings.url}", advice(0))
            await asyncio.sleep(wait)
            wait = min(wait * 2, LATEST)


class Outbound(Socket):
    """Asterisk connects to us, with the same user and password as ours, and again whenever it lost us."""

    _runner: web.AppRunner | None = None
    _site: web.TCPSite | None = None
    _came = False

    async def start(self) -> None:
        """Listen; RequestError where that cannot be."""
        host, _, port = self.ari.settings.listen.rpartition(":")
        app = web.Application()
        app.router.add_get("/{path:.*}", self._come_in)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            self._site = web.TCPSite(self._runner, host.strip("[]"), int(port))
            await self._site.start()
        except (OSError, ValueError) as error:
            await self._runner.cleanup()
            self._site = None
            said = error.strerror if isinstance(error, OSError) else error
            hint = "a free port of this machine; each service wants its own, and its own application"
            raise RequestError(f"cannot listen for Asterisk: {said}", field="asterisk.listen", hint=hint) from None
        self._spawn(self._expect())

    async def stop(self) -> None:
        """Close it for good."""
        if self._site is not None:
            await self._site.stop()  # first: Asterisk comes again at once
        if self.ari.socket is not None:
            await self.ari.socket.close()
        await super().stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _expect(self) -> None:
        """Say that Asterisk does not come, where it does not."""
        await asyncio.sleep(COMES_WITHIN)
        if not self._came:
            listen = self.ari.settings.listen
            hint = f"start Asterisk; its websocket_client.conf has to say uri = ws://{listen}/…"
            self._lost(f"Asterisk has not connected to {listen}", hint)

    async def _come_in(self, request: web.Request) -> web.StreamResponse:
        self._came = True
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), self.ari.settings.authorization.encode()):
            if self.ari.socket is None:
                self._lost("Asterisk shows another user or password than ours", advice(HTTPStatus.UNAUTHORIZED))
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="callflow"'})
        socket = web.WebSocketResponse(protocols=("ari",), heartbeat=10.0, max_msg_size=0)
        await socket.prepare(request)
        if (earlier := self.ari.socket) is not None:
            await earlier.close()
        await self._listen(socket)
        return socket
