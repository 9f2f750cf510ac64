"""Puts a service on the network: the faces, the operators' addresses, and the simulator's where there is one."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from aiohttp import web

from engine.dialects.faces import FACES
from engine.errors import RequestError
from engine.rest.media import Media
from engine.rest.openapi import Documents
from engine.rest.operations import Operations
from engine.rest.paths import Paths
from engine.rest.serve import Serving
from engine.rest.simulator import Simulating
from engine.rest.strays import Strays
from engine.service.config import Config, address
from engine.service.service import Service
from engine.service.simulator import Simulator

# Names that can be resolved at a time: slow ones must not hold up the others.
RESOLVERS = 32
# Seconds between writings of the buffered log.
FLUSH = 0.25
# Seconds that whoever still reads a reply, or a stream of events, gets at the end (and so many again to notice it).
READING = 1.0


def application(service: Service) -> web.Application:
    """The whole of what is served, as an aiohttp application."""
    app = web.Application(client_max_size=service.config.limits.body)
    app.add_routes(Operations(service).routes())
    app.add_routes(Documents(FACES.values()).routes())
    if isinstance(service.switch, Simulator):
        app.add_routes(Simulating(service, service.switch).routes())
    if service.switch.recordings is not None:
        app.add_routes(Media(service, service.switch.recordings).routes())
    # a dot is no newline, which a path may hold, too
    app.router.add_route("*", r"/{path:[\s\S]*}", Serving(service, Paths(FACES.values())).handle)
    return app


class Server:
    """A service and its listening socket; `url` is where it answers."""

    def __init__(self, service: Service) -> None:
        """Keep the service; nothing listens yet."""
        self.service = service
        self.url = ""
        app = application(service)
        self.strays = Strays(service.log, service.metrics)
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=READING, logger=self.strays.logger
        )

    async def start(self) -> None:
        """Start the service and listen; RequestError where that cannot be, and then all calls are left as they are."""
        host, port = address(self.service.config.listen)
        secure = tls(self.service.config)
        self._answers_at(host, port)  # calls that are up already may be recorded before we listen
        try:
            await self.service.start()
            await self._listen(host, port, secure)
        except BaseException:
            await self.abandon()
            raise
        self._answers_at(host, self._runner.addresses[0][1])

    def _answers_at(self, host: str, port: int) -> None:
        """Tell where we answer, also whoever gives addresses of ours to customers."""
        config, recordings = self.service.config, self.service.switch.recordings
        shown = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if config.tls else 'http'}://{shown}:{port}"
        if recordings is not None:
            recordings.base = config.recordings.public_url.rstrip("/") or self.url

    async def _listen(self, host: str, port: int, secure: ssl.SSLContext | None) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, ssl_context=secure, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            listen = self.service.config.listen
            raise RequestError(f"cannot listen on {listen}: {error.strerror}", field="listen") from None

    async def stop(self, patience: float | None = None) -> None:
        """Drain the service, then stop listening."""
        await self.service.stop(patience)
        await self._runner.cleanup()

    async def abandon(self) -> None:
        """Stop at once and end no call: whoever starts next, here or elsewhere, finds them."""
        await self.service.abandon()
        await self._runner.cleanup()


def tls(config: Config) -> ssl.SSLContext | None:
    """The certificate to show, where one is configured; RequestError where it cannot be read."""
    if config.tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # a pass phrase would be asked for on the terminal: a key that needs one is an error instead
        context.load_cert_chain(config.tls.certificate, config.tls.key, password=lambda: "")
    except (OSError, ssl.SSLError) as error:
        raise RequestError(f"cannot be used: {error.strerror or error}", field="tls") from None
    return context


async def run(service: Service, ready: Callable[[str], None], flush: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then drain; a second signal stops at once.

    RequestError where another service has taken the calls over.
    """
    stop, hurry = asyncio.Event(), asyncio.Event()

    def signalled() -> None:
        (hurry if stop.is_set() else stop).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled)
    server = Server(service)
    loop.set_exception_handler(server.strays.of_loop)
    loop.set_default_executor(ThreadPoolExecutor(RESOLVERS, "resolver"))
    await server.start()
    service.log.info("started", url=server.url, switch=service.config.switch)
    ready(server.url)
    writing = asyncio.create_task(written(flush))
    try:
        with settled():
            await either(stop, service.gone)
            if service.replaced:
                await server.abandon()
                hint = "one service at a time; another one wants an application of its own"
                raise RequestError(service.replaced, field="switch", hint=hint)
            service.log.info("stopping", calls=service.register.live.total(), seconds=service.config.drain)
            await gone(server, hurry)
        service.log.info("stopped", hurried=hurry.is_set())
    finally:
        writing.cancel()
        flush()


@contextmanager
def settled() -> Iterator[None]:
    """Keep what is there at the start out of garbage collections: looking through it stops everything for 50 ms."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def either(*happened: asyncio.Event) -> None:
    """Wait until one of these has happened."""
    waiting = [asyncio.create_task(one.wait()) for one in happened]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()


async def gone(server: Server, hurry: asyncio.Event) -> None:
    """Drain and stop; at once as soon as there is a hurry, which ends what still lives without waiting for anybody."""
    draining, hurried = asyncio.create_task(server.stop()), asyncio.create_task(hurry.wait())
    await asyncio.wait((draining, hurried), return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    if draining.done():
        return draining.result()
    draining.cancel()
    await asyncio.wait((draining,))
    return await server.stop(0.0)


async def written(flush: Callable[[], None]) -> None:
    """Write the buffered log again and again."""
    while True:
        await asyncio.sleep(FLUSH)
        flush()
