"""A bug of a driver's own is told to the event loop's handler, and the rest goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import Ari
from engine.drivers.asterisk.events import Playback, PlaybackFinished, Said
from engine.drivers.asterisk.model import Leg
from engine.drivers.asterisk.names import Names
from engine.drivers.asterisk.settings import AriSettings
from engine.drivers.asterisk.settling import Settler
from engine.drivers.asterisk.sockets import Inbound

FINISHED = '{{"type": "PlaybackFinished", "playback": {{"id": "{}", "state": "done"}}}}'


def told_of(story: Coroutine[Any, Any, None]) -> list[str]:
    """What the loop's handler hears of in a story."""
    heard: list[str] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: heard.append(repr(context["exception"]))
        )
        await story

    asyncio.run(run())
    return heard


def board() -> Board:
    """A driver's state, of a switch that is not there."""
    return Board(Ari(AriSettings(url="http://127.0.0.1:9")), Names("1"), lambda event: None, lambda: 0.0)


def test_a_task_that_fails_is_told_at_once() -> None:
    async def story() -> None:
        shared = board()
        shared.go(broken())
        shared.go(asyncio.sleep(60))
        await asyncio.sleep(0)
        await shared.stop()

    assert told_of(story()) == ["KeyError('of ours')"]


async def broken() -> None:
    raise KeyError("of ours")


def test_a_leg_whose_lane_fails_is_lost() -> None:
    over: list[tuple[str, str]] = []

    def begin(leg: Leg) -> None:
        raise KeyError(leg.call)

    async def story() -> None:
        shared = board()
        shared.found()
        leg = shared.add(Leg("a", "1.0", up=True))
        Settler(shared, begin, lambda leg, why: over.append((leg.call, why))).touch(leg)
        await asyncio.sleep(0.01)
        assert leg.runner is None
        await shared.stop()
        await shared.ari.close()

    assert told_of(story()) == ["KeyError('a')"]
    assert over == [("a", "lost")]


def test_a_message_that_cannot_be_taken_spares_the_connection() -> None:
    taken: list[Said] = []
    both = asyncio.Event()

    def hear(said: Said) -> None:
        taken.append(said)
        if len(taken) == 1:
            raise KeyError("first")
        both.set()

    async def opened() -> None:
        pass

    async def story() -> None:
        async with says(FINISHED.format("one"), "nonsense", FINISHED.format("two")) as url:
            ari = Ari(AriSettings(url=url))
            socket = Inbound(ari, hear, opened, lambda why, hint="": None)
            await socket.start()
            await asyncio.wait_for(both.wait(), 5.0)
            await socket.stop()
            await ari.close()

    assert told_of(story()) == ["KeyError('first')"]
    assert taken == [PlaybackFinished(Playback(name, "done")) for name in ("one", "two")]


@asynccontextmanager
async def says(*messages: str) -> AsyncIterator[str]:
    """Somebody who takes a websocket, says this, and then nothing more."""

    async def speak(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for message in messages:
            await socket.send_str(message)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/ari/events", speak)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
