"""Requests to Asterisk's REST interface, over its websocket where that is free, else over HTTP.

Asterisk serves the requests of one websocket one after the other, which is the fastest way as long as none has to
wait for a channel. Where one does, the next go over HTTP meanwhile: a slow channel holds up nobody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from msgspec import Struct

from engine.drivers.asterisk.events import Response
from engine.drivers.asterisk.settings import AriSettings
from engine.errors import SwitchError

# A request that Asterisk has been at for so long on the websocket sends the next ones over HTTP; seconds.
PATIENCE = 0.02
# How often unanswered requests are looked through; seconds.
SWEEP = 0.25
# Bytes of a file that are written at a time.
PIECE = 1 << 20
OPEN_ARI = "enabled = yes in http.conf and ari.conf; asterisk.url is where http.conf listens"
# What to do about an Asterisk that gives such an answer to everything; 0 is none.
ADVICE: Mapping[int, str] = {
    0: f"start Asterisk; {OPEN_ARI}",
    401: "asterisk.user and asterisk.password are those of ari.conf",
    404: f"load res_ari; {OPEN_ARI}",
}

_decode = msgspec.json.decode

Connection = aiohttp.ClientWebSocketResponse | web.WebSocketResponse


class Reply(Struct, frozen=True, gc=False):
    """What Asterisk answered: an HTTP status and a body."""

    status: int
    body: bytes | str = b""

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    def read(self) -> Any:
        """The body as data."""
        return _decode(self.body)


class Refused(SwitchError):
    """Asterisk did not do it: `status` is its HTTP status, 0 where no answer came in time."""

    def __init__(self, what: str, reply: Reply) -> None:
        """Keep what was asked and the status."""
        said = reply.body if isinstance(reply.body, str) else reply.body.decode(errors="replace")
        super().__init__(f"{what}: {reply.status or 'no answer'} {said[:200]}".rstrip())
        self.status = reply.status


class Pair(Struct, frozen=True, gc=False):
    """One parameter of a request over the websocket."""

    name: str
    value: str


class Request(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type", tag="RESTRequest"):
    """A request over the websocket."""

    request_id: str
    method: str
    uri: str
    query_strings: tuple[Pair, ...] = ()
    content_type: str = ""
    message_body: str = ""


_encode = msgspec.json.Encoder().encode


class Ari:
    """One Asterisk; `socket` is its open websocket, or None while there is none."""

    def __init__(self, settings: AriSettings) -> None:
        """Ask nothing yet."""
        self.settings = settings
        self.socket: Connection | None = None
        self.session: aiohttp.ClientSession | None = None
        self._waiting: dict[str, tuple[asyncio.Future[Reply], float]] = {}
        self._answered_at = 0.0
        self._count = 0
        self._sweep: asyncio.TimerHandle | None = None

    async def open(self) -> aiohttp.ClientSession:
        """Make what requests over HTTP need."""
        if self.session is None:
            self.session = aiohttp.ClientSession(
                self.settings.url.rstrip("/") + "/",
                headers={"Authorization": self.settings.authorization},
                timeout=aiohttp.ClientTimeout(total=self.settings.deadline),
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=25),
            )
        return self.session

    async def close(self) -> None:
        """Let go of everything; what is still unanswered has failed."""
        self.lost()
        if self.session is not None:
            await self.session.close()
            self.session = None

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """Send one request and wait for its reply, for the deadline at most: status 0 where none came."""
        socket = self.socket
        if socket is None or socket.closed:
            return await self.over_http(method, path, body, **query)
        if self._stuck():
            reply = await self.over_http(method, path, body, **query)
            if reply.status >= 400:  # something may have ended; how, is on its way, and heard first
                await self._over_socket(socket, "GET", "asterisk/ping")
            return reply
        return await self._over_socket(socket, method, path, body, **query)

    async def _over_socket(self, socket: Connection, method: str, path: str, body: Any = None, **query: str) -> Reply:
        self._count += 1
        key = str(self._count)
        request = Request(
            key,
            method,
            path,
            tuple([Pair(name, value) for name, value in query.items()]),
            "" if body is None else "application/json",
            "" if body is None else _encode(body).decode(),
        )
        answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[key] = (answered, monotonic())
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(SWEEP, self._look_through)
        try:
            async with asyncio.timeout(self.settings.deadline):
                await socket.send_str(_encode(request).decode())
        except (ConnectionError, RuntimeError, TimeoutError) as error:
            self._answer(key, Reply(0, f"the websocket takes nothing: {type(error).__name__}"))
        return await answered

    async def must(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """Send one request that has to succeed; Refused where it does not."""
        reply = await self.ask(method, path, body, **query)
        if not reply.ok:
            raise Refused(f"{method} {path}", reply)
        return reply

    async def over_http(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """Send one request by HTTP, whatever the websocket does."""
        session = await self.open()
        try:
            async with session.request(method, f"ari/{path}", params=query, json=body) as response:
                return Reply(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Reply(0, type(error).__name__)

    async def download(self, path: str, file: Path) -> None:
        """Fetch a file into another, however long that takes; Refused where it is not there."""
        session = await self.open()
        try:
            async with session.get(f"ari/{path}", timeout=aiohttp.ClientTimeout(sock_read=10.0)) as response:
                if response.status != 200:
                    raise Refused(f"GET {path}", Reply(response.status, await response.read()))
                with file.open("wb") as target:
                    async for piece in response.content.iter_chunked(PIECE):
                        await asyncio.to_thread(target.write, piece)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Refused(f"GET {path}", Reply(0, type(error).__name__)) from None

    def answered(self, response: Response) -> None:
        """Take the reply to a request that went over the websocket."""
        self._answered_at = monotonic()
        self._answer(response.request_id, Reply(response.status, response.body))

    def lost(self) -> None:
        """The websocket is gone: nothing that waits on it will be answered."""
        self.socket = None
        for key in list(self._waiting):
            self._answer(key, Reply(0, "the websocket was lost"))
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None

    def _answer(self, key: str, reply: Reply) -> None:
        waiting = self._waiting.pop(key, None)
        if waiting is not None and not waiting[0].done():
            waiting[0].set_result(reply)

    def _stuck(self) -> bool:
        """Whether Asterisk takes too long over one request, the oldest: many short ones in a row are no reason."""
        for _, since in self._waiting.values():
            return monotonic() - max(since, self._answered_at) > PATIENCE
        return False

    def _look_through(self) -> None:
        """Give up what was not answered in time, and look again while anything is unanswered."""
        self._sweep = None
        late = monotonic() - self.settings.deadline
        for key, (_, since) in list(self._waiting.items()):
            if since > late:
                break
            self._answer(key, Reply(0, f"no answer within {self.settings.deadline:g} s"))
        if self._waiting:
            self._sweep = asyncio.get_running_loop().call_later(SWEEP, self._look_through)


def advice(status: int) -> str:
    """What to do about an Asterisk that answers like that."""
    return ADVICE.get(status, OPEN_ARI)


def found(reply: Reply) -> list[Mapping[str, Any]]:
    """The list that a request for one was answered with; Refused where it was not."""
    if not reply.ok:
        raise Refused("a list", reply)
    listed: list[Mapping[str, Any]] = reply.read()
    return listed
