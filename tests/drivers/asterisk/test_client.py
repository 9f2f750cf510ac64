"""Which way requests go to Asterisk: over its websocket, unless it takes too long there over one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import pytest
from aiohttp import web

from engine.drivers.asterisk import client
from engine.drivers.asterisk.client import PATIENCE, Ari, Refused, Reply
from engine.drivers.asterisk.events import Response, decode
from engine.drivers.asterisk.settings import DEADLINE, AriSettings
from tests.drivers.network import closed_port, never, run, serving


class Peer:
    """Asterisk, as far as it takes requests: it answers those of the websocket when it is told to, others at once."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.over_websocket: asyncio.Queue[str] = asyncio.Queue()
        self.over_http: list[str] = []
        self.requests: list[Any] = []
        self._socket = web.WebSocketResponse()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note what comes over the websocket, and answer what comes over HTTP."""
        if request.path != "/events":
            self.over_http.append(request.path.removeprefix("/ari/"))
            body = msgspec.json.decode(await request.read() or b"null")
            self.requests.append({"query": dict(request.query), "body": body})
            return web.Response(status=404 if request.path.endswith("/gone") else 204)
        await self._socket.prepare(request)
        async for message in self._socket:
            asked = msgspec.json.decode(message.data)
            self.requests.append(asked)
            await self.over_websocket.put(asked["uri"])
        return self._socket

    async def answer(self, number: int) -> None:
        """Answer a request of the websocket, by its number."""
        said = {"type": "RESTResponse", "request_id": str(number), "status_code": 204}
        await self._socket.send_str(msgspec.json.encode(said).decode())


async def connected(story: Callable[[Peer, Ari], Awaitable[None]], deadline: float = DEADLINE) -> None:
    """Let a story have a peer, and a client whose websocket is open."""
    peer = Peer()
    async with serving(peer.handle) as url:
        ari = Ari(AriSettings(url=url, deadline=deadline))
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
    async def story(peer: Peer, ari: Ari) -> None:
        slow = await slow_one(peer, ari, monkeypatch)
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


def test_what_the_websocket_says_comes_before_a_refusal_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(peer: Peer, ari: Ari) -> None:
        slow = await slow_one(peer, ari, monkeypatch)
        refused = asyncio.create_task(ari.ask("POST", "gone"))
        assert await peer.over_websocket.get() == "asterisk/ping"
        assert (peer.over_http, refused.done()) == (["gone"], False)
        for number in (1, 2):
            await peer.answer(number)
            await hear(ari)
        assert ((await slow).status, (await refused).status) == (204, 404)

    run(connected(story))


async def slow_one(peer: Peer, ari: Ari, monkeypatch: pytest.MonkeyPatch) -> asyncio.Task[Reply]:
    """A request over the websocket that takes too long."""
    slow = asyncio.create_task(ari.ask("POST", "slow"))
    assert await peer.over_websocket.get() == "slow"
    late = monotonic() + 1.2 * PATIENCE
    monkeypatch.setattr(client, "monotonic", lambda: late)
    return slow


# --- what comes back, and what does not -------------------------------------------------------------


def test_a_request_that_is_not_answered_in_time_has_failed() -> None:
    async def story(peer: Peer, ari: Ari) -> None:
        began = asyncio.get_running_loop().time()
        reply = await ari.ask("POST", "never")
        assert (reply.status, reply.ok) == (0, False)
        assert "no answer within 0.2 s" in str(reply.body)
        assert 0.2 <= asyncio.get_running_loop().time() - began < 1.0

    run(connected(story, deadline=0.2))


def test_a_request_over_http_that_is_not_answered_in_time_has_failed() -> None:
    async def story() -> None:
        async with serving(never) as url:
            ari = Ari(AriSettings(url=url, deadline=0.1))
            assert await ari.ask("GET", "channels") == Reply(0, "TimeoutError")
            await ari.close()

    run(story())


def test_a_request_to_nobody_has_failed() -> None:
    async def story() -> None:
        ari = Ari(AriSettings(url=closed_port()))
        assert (await ari.ask("GET", "channels")).status == 0
        with pytest.raises(Refused, match="GET channels: no answer"):
            await ari.must("GET", "channels")
        await ari.close()

    run(story())


def test_what_waits_on_a_websocket_that_is_lost_has_failed_and_the_next_goes_over_http() -> None:
    async def story(peer: Peer, ari: Ari) -> None:
        waiting = [asyncio.create_task(ari.ask("POST", path)) for path in ("one", "two")]
        await peer.over_websocket.get()
        ari.lost()
        assert [(await one).status for one in waiting] == [0, 0]
        assert (await ari.ask("DELETE", "three")).ok
        assert peer.over_http == ["three"]

    run(connected(story))


def test_a_reply_that_comes_too_late_is_nobodys() -> None:
    async def story(peer: Peer, ari: Ari) -> None:
        assert (await ari.ask("POST", "late")).status == 0
        await peer.over_websocket.get()
        await peer.answer(1)
        await hear(ari)
        following = asyncio.create_task(ari.ask("POST", "next"))
        await peer.over_websocket.get()
        await peer.answer(2)
        await hear(ari)
        assert (await following).ok

    run(connected(story, deadline=0.1))


def test_parameters_and_a_body_go_along_either_way() -> None:
    async def story(peer: Peer, ari: Ari) -> None:
        body = {"variables": {"A": "1"}}
        asked = asyncio.create_task(ari.ask("POST", "channels/create", body, app="callflow", channelId="c 1&"))
        await peer.over_websocket.get()
        pairs = [{"name": "app", "value": "callflow"}, {"name": "channelId", "value": "c 1&"}]
        assert peer.requests[-1]["query_strings"] == pairs
        assert msgspec.json.decode(peer.requests[-1]["message_body"]) == body
        assert peer.requests[-1]["content_type"] == "application/json"
        ari.lost()
        await asked
        await ari.ask("POST", "channels/create", body, app="callflow", channelId="c 1&")
        assert peer.requests[-1] == {"query": {"app": "callflow", "channelId": "c 1&"}, "body": body}

    run(connected(story))


def test_a_refusal_says_what_was_asked_and_why_it_was_not_done(tmp_path: Path) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=409, text='{"message":"it is there already"}')

    async def story() -> None:
        async with serving(refuse) as url:
            ari = Ari(AriSettings(url=url))
            with pytest.raises(Refused, match=r"POST bridges: 409 .*it is there already") as refused:
                await ari.must("POST", "bridges")
            assert refused.value.status == 409
            with pytest.raises(Refused, match="GET recordings/x/file: 409"):
                await ari.download("recordings/x/file", tmp_path / "x.wav")
            assert not (tmp_path / "x.wav").exists()
            await ari.close()

    run(story())
