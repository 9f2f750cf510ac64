"""Which way requests go to Asterisk: over its websocket, unless it takes too long there over one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from aiohttp import web

from engine.drivers.asterisk import client
from engine.drivers.asterisk.client import PATIENCE, Ari, Reply
from engine.drivers.asterisk.events import Response, decode
from engine.drivers.asterisk.settings import AriSettings
from tests.drivers.network import run, serving


class Peer:
    """Asterisk, as far as it takes requests: it answers those of the websocket when it is told to, others at once."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.over_websocket: asyncio.Queue[str] = asyncio.Queue()
        self.over_http: list[str] = []
        self._socket = web.WebSocketResponse()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note what comes over the websocket, and answer what comes over HTTP."""
        if request.path != "/events":
            self.over_http.append(request.path.removeprefix("/ari/"))
            return web.Response(status=204)
        await self._socket.prepare(request)
        async for message in self._socket:
            await self.over_websocket.put(msgspec.json.decode(message.data)["uri"])
        return self._socket

    async def answer(self, number: int) -> None:
        """Answer a request of the websocket, by its number."""
        said = {"type": "RESTResponse", "request_id": str(number), "status_code": 204}
        await self._socket.send_str(msgspec.json.encode(said).decode())


async def connected(story: Callable[[Peer, Ari], Awaitable[None]]) -> None:
    """Let a story have a peer, and a client whose websocket is open."""
    peer = Peer()
    async with serving(peer.handle) as url:
        ari = Ari(AriSettings(url=url))
        try:
            session = await ari.open()
            async with session.ws_connect("events") as ari.socket:
                await story(peer, ari)
        finally:
            await ari.close()


async def hear(ari: Ari) -> None:
    """Take one reply from the websocket."""
    assert ari.socket is not None
    said = decode(await ari.socket.receive_str())
    assert isinstance(said, Response)
    ari.answered(said)


def test_short_requests_that_wait_for_each_other_stay_on_the_websocket(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(client, "monotonic", lambda: now)

    async def story(peer: Peer, ari: Ari) -> None:
        nonlocal now
        first, second = (asyncio.create_task(ari.ask("POST", path)) for path in ("first", "second"))
        assert [await peer.over_websocket.get(), await peer.over_websocket.get()] == ["first", "second"]
        now += 0.8 * PATIENCE
        await peer.answer(1)
        await hear(ari)
        assert await first == Reply(204, "")
        now += 0.8 * PATIENCE  # the second was sent longer ago than that, but is not at it for so long
        third = asyncio.create_task(ari.ask("POST", "third"))
        assert await peer.over_websocket.get() == "third"
        await peer.answer(2)
        await peer.answer(3)
        await hear(ari)
        await hear(ari)
        assert [await second, await third] == [Reply(204, ""), Reply(204, "")]
        assert peer.over_http == []

    run(connected(story))


def test_a_slow_request_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(client, "monotonic", lambda: now)

    async def story(peer: Peer, ari: Ari) -> None:
        nonlocal now
        slow = asyncio.create_task(ari.ask("POST", "slow"))
        assert await peer.over_websocket.get() == "slow"
        now += 1.2 * PATIENCE
        assert await ari.ask("POST", "other") == Reply(204, b"")
        assert peer.over_http == ["other"]
        await peer.answer(1)
        await hear(ari)
        assert await slow == Reply(204, "")
        after = asyncio.create_task(ari.ask("POST", "after"))
        assert await peer.over_websocket.get() == "after"
        await peer.answer(2)
        await hear(ari)
        assert (await after).ok

    run(connected(story))
