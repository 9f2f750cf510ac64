"""The websocket that brings Asterisk's events: we connect to Asterisk, or Asterisk connects to us.

The second way is the better one: Asterisk then keeps what happens while nobody is there, and tells it later.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp
import msgspec
from aiohttp import web

from engine.drivers.asterisk.client import Ari
from engine.drivers.asterisk.events import Response, Said, decode
from engine.errors import RequestError

# Seconds between attempts to connect: the first soon, later ones with more patience.
SOONEST, LATEST = 0.1, 2.0

Hear = Callable[[Said], None]


class Socket:
    """Keeps one websocket open; `opened` and `lost` are told of its coming and going, `hear` of every message."""

    def __init__(
        self, ari: Ari, hear: Hear, opened: Callable[[], Awaitable[None]], lost: Callable[[str], None]
    ) -> None:
        """Keep whom to tell."""
        self.ari = ari
        self._hear = hear
        self._opened = opened
        self._lost = lost
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to connect, or to be connected to."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Close it for good."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse | web.WebSocketResponse) -> None:
        """Hear everything that this websocket brings, until it closes."""
        ari = self.ari
        ari.socket = socket
        self._spawn(self._opened())
        try:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                with suppress(msgspec.MsgspecError):
                    said = decode(message.data)
                    if type(said) is Response:
                        ari.answered(said)
                    elif said is not None:
                        self._hear(said)
        finally:
            if ari.socket is socket:  # and no newer one took its place
                ari.lost()
                self._lost("the websocket was closed")


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
                self._lost(f"Asterisk refuses the websocket with {error.status}")
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                self._lost(f"no connection to Asterisk: {type(error).__name__}")
            await asyncio.sleep(wait)
            wait = min(wait * 2, LATEST)


class Outbound(Socket):
    """Asterisk connects to us, with the same user and password as ours, and again whenever it lost us."""

    _runner: web.AppRunner | None = None
    _site: web.TCPSite | None = None

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
            raise RequestError(f"cannot listen for Asterisk: {error}", field="asterisk.listen") from None

    async def stop(self) -> None:
        """Close it for good."""
        if self._site is not None:
            await self._site.stop()  # first: Asterisk comes again at once
        if self.ari.socket is not None:
            await self.ari.socket.close()
        await super().stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _come_in(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), self.ari.settings.authorization.encode()):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="callflow"'})
        socket = web.WebSocketResponse(protocols=("ari",), heartbeat=10.0, max_msg_size=0)
        await socket.prepare(request)
        if (earlier := self.ari.socket) is not None:
            await earlier.close()
        await self._listen(socket)
        return socket
