"""What the tests of the web driver share: real servers on loopback, and a driver whose events can be awaited."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from engine.drivers.client import Request, WebSettings
from engine.drivers.outbox import Delivery
from engine.drivers.web import Web
from engine.values.effects import FetchDocument, SendCallback
from engine.values.events import CallbackDelivered, DocumentFetched, Event

PATIENT = 10.0  # seconds after which a story has failed
HOME = WebSettings(allow_private=True)

Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def run(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end, in a loop of its own."""

    async def bounded() -> None:
        async with asyncio.timeout(PATIENT):
            await story

    asyncio.run(bounded())


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """An application that answers every path; its address without a path."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def speaking(raw: Raw) -> AsyncIterator[str]:
    """A server that says what it likes, in bytes; each connection ends with `raw`."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):  # the driver has heard enough
                await raw(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def never(request: web.Request) -> web.StreamResponse:
    """Answer when nobody waits any more."""
    await asyncio.sleep(PATIENT)
    raise AssertionError("nobody waits that long")


def closed_port() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def full_port() -> Iterator[str]:
    """An address that takes no connection and refuses none: more people wait at it than it has room for."""
    with ExitStack() as open_sockets:
        server = open_sockets.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            visitor = open_sockets.enter_context(socket.socket())
            visitor.settimeout(0)
            visitor.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


class Heard:
    """What the driver told whoever watches."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.fetches: list[str] = []
        self.deliveries: list[str] = []
        self.drops: list[str] = []
        self.failures: list[tuple[str, int, int]] = []

    def fetched(self, seconds: float, outcome: str) -> None:
        assert 0 <= seconds < PATIENT
        self.fetches.append(outcome)

    def delivered(self, seconds: float, outcome: str) -> None:
        assert 0 <= seconds < PATIENT
        self.deliveries.append(outcome)

    def dropped(self, callback: str) -> None:
        self.drops.append(callback)

    def failed(self, callback: str, status: int, tries: int) -> None:
        self.failures.append((callback, status, tries))


class Bench:
    """A driver at work: requests say which attempt they are, in the header `Attempt`."""

    def __init__(
        self,
        settings: WebSettings = HOME,
        delivery: Delivery | None = None,
        prepare: Callable[[FetchDocument | SendCallback], Request] | None = None,
    ) -> None:
        """Make the driver; `opened` starts it."""
        self.heard = Heard()
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.prepared = 0
        self._delivery = delivery or Delivery(timeout=2.0, total=5.0)
        give, now = self.events.put_nowait, lambda: 7.0
        self.web = Web(give, now, prepare or self.prepare, lambda _: self._delivery, settings, self.heard)

    def prepare(self, effect: FetchDocument | SendCallback) -> Request:
        """Word one attempt."""
        self.prepared += 1
        body = b"" if effect.method == "GET" else b"a=1"
        headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Attempt", str(self.prepared)))
        return Request(effect.method, effect.url, headers if body else headers[1:], body)

    async def told(self, many: int) -> list[Event]:
        """The next events, in the order in which they were given."""
        return [await self.events.get() for _ in range(many)]

    async def fetch(
        self, url: str, *, method: str = "GET", within: float = 5.0, connect: float = 0.0
    ) -> DocumentFetched:
        """Fetch a document and wait for what came of it."""
        self.web.perform(FetchDocument("call", "f1", url, method, "answer", "plivo", None, {}, within, connect))
        event = await self.events.get()
        assert isinstance(event, DocumentFetched)
        assert (event.owner, event.id, event.at) == ("call", "f1", 7.0)
        return event

    async def delivered(self, many: int) -> list[tuple[str, int]]:
        """The next callbacks that are over: id and status."""
        events = await self.told(many)
        return [(event.id, event.status) for event in events if isinstance(event, CallbackDelivered)]

    def send(self, id: str, url: str, *, conference: str = "", owner: str = "call") -> None:  # noqa: A002
        """Send a callback."""
        self.web.perform(SendCallback(owner, id, url, "POST", "hangup", "plivo", conference=conference))


@asynccontextmanager
async def opened(
    settings: WebSettings = HOME,
    delivery: Delivery | None = None,
    prepare: Callable[[FetchDocument | SendCallback], Request] | None = None,
) -> AsyncIterator[Bench]:
    """A driver that is started, and closed without patience."""
    bench = Bench(settings, delivery, prepare)
    await bench.web.start()
    try:
        yield bench
    finally:
        await bench.web.close(0)
