"""A service with its faces in this process, and a customer's application beside it, for tests over real HTTP."""

from __future__ import annotations

import asyncio
import base64
import http.client
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import msgspec
import tomli_w
from aiohttp import web
from msgspec import Struct, field

from engine.rest.app import Server
from engine.service.accounts import Accounts
from engine.service.keys import signing_seeds, state_folder
from engine.service.loading import read
from engine.service.logs import Lines, logger
from engine.service.metrics import Metrics
from engine.service.service import Service
from engine.service.simulator import Simulator
from engine.service.switch import Switch

T = TypeVar("T")
PATIENCE = 10.0  # seconds of the world, for what must happen
SPEED = 20.0

ACME = "MAACME00000000000001"
OTHER = "MAOTHER0000000000001"
ACCOUNTS: list[dict[str, Any]] = [
    {
        "id": ACME,
        "plivo": {"auth_token": "acme-plivo"},
        "vobiz": {"auth_id": "MA_ACME", "auth_token": "acme-vobiz"},
        "texml": {"account_sid": "0e7c6a5e-1111-4111-8111-111111111111", "api_key": "KEYACME"},
        "audian": {"account_id": "acmeaudian", "auth_token": "acme-audian"},
    },
    {
        "id": OTHER,
        "plivo": {"auth_token": "other-plivo"},
        "vobiz": {"auth_id": "MA_OTHER", "auth_token": "other-vobiz"},
        "texml": {"account_sid": "0e7c6a5e-2222-4222-8222-222222222222", "api_key": "KEYOTHER"},
        "audian": {"account_id": "otheraudian", "auth_token": "other-audian"},
    },
]


def basic(name: str, secret: str) -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


CREDENTIALS: Mapping[str, Callable[[dict[str, Any]], dict[str, str]]] = {
    "plivo": lambda account: basic(account["id"], account["plivo"]["auth_token"]),
    "vobiz": lambda account: {
        "X-Auth-ID": account["vobiz"]["auth_id"],
        "X-Auth-Token": account["vobiz"]["auth_token"],
    },
    "texml": lambda account: {"Authorization": f"Bearer {account['texml']['api_key']}"},
    "audian": lambda account: {"X-Auth-Token": account["audian"]["auth_token"]},
}


class Got(Struct, frozen=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)


class Asked(Struct, frozen=True):
    """What the customer's application was asked: for a document, or told by a callback.

    `url` is as the wire bore it; `at` when it came, by this process's `perf_counter`.
    """

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    url: str
    at: float = field(default_factory=perf_counter)


class Application:
    """The customer's application: `pages` by path are documents (or a status), all else is a 200 without a body."""

    def __init__(self) -> None:
        """Nobody asked for anything yet."""
        self.pages: dict[str, str | int] = {}
        self.asked: list[Asked] = []
        self.changed = threading.Condition()
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        """Keep what was asked, and answer."""
        body = await request.read()
        params = dict(parse_qsl(request.query_string, keep_blank_values=True))
        if request.content_type == "application/x-www-form-urlencoded":
            params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        page = self.pages.get(request.path, "")
        with self.changed:
            url = self.url + request.raw_path
            self.asked.append(Asked(request.method, request.path, params, dict(request.headers), body, url))
            self.changed.notify_all()
        if isinstance(page, int):
            return web.Response(status=page)
        return web.Response(text=page, content_type="application/xml")

    def wait(self, path: str, nth: int = 1, **params: str) -> Asked:
        """The nth request for a path with these parameters, as soon as it has come."""

        def fitting() -> list[Asked]:
            return [one for one in self.asked if one.path == path and params.items() <= one.params.items()]

        with self.changed:
            assert self.changed.wait_for(lambda: len(fitting()) >= nth, PATIENCE), (
                path,
                params,
                [one.path for one in self.asked],
            )
            return fitting()[nth - 1]


class Bench:
    """Everything a test talks to."""

    def __init__(self, server: Server, app: Application, log: BytesIO) -> None:
        """Keep the parts; `accounts` are those that the service knows, the first is the usual one."""
        loop = asyncio.get_running_loop()
        self.server, self.service, self.app, self.loop = server, server.service, app, loop
        self.accounts = ACCOUNTS
        self.happened: list[tuple[str, dict[str, Any]]] = []
        self.changed = threading.Condition()
        self.following = loop.create_task(self.follow())
        self._log = log

    def errors(self) -> list[dict[str, Any]]:
        """The errors that were logged since this was asked the last time; any that is left at the end fails a test."""
        return taken_from(self._log)

    async def follow(self) -> None:
        """Note everything that happens to the usual account."""
        async for line in self.service.stream.follow(ACME, 0, 60.0):
            if not isinstance(line, int):
                with self.changed:
                    self.happened.append((line.what, msgspec.json.decode(line.text)))
                    self.changed.notify_all()

    def wait(self, what: str, nth: int = 1, **facts: Any) -> dict[str, Any]:
        """The nth entry of the timeline of that kind with these facts, as soon as it has happened."""

        def fitting() -> list[dict[str, Any]]:
            return [entry for word, entry in self.happened if word == what and facts.items() <= entry.items()]

        with self.changed:
            assert self.changed.wait_for(lambda: len(fitting()) >= nth, PATIENCE), (what, facts, self.happened)
            return fitting()[nth - 1]

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Let the service's loop run something."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def do(self, deed: Callable[[Service], T]) -> T:
        """Do something with the service, in its loop."""

        async def done() -> T:
            return deed(self.service)

        return self.run(done())

    def dial_in(self, caller: str = "+14155550100", called: str = "+16505550100") -> str:
        """Let somebody call a number; the call's id."""
        return self.do(lambda service: service.arrive(caller, called))

    def request(self, method: str, path: str, **more: Any) -> Got:
        """Ask the service; see `asked_of`."""
        return asked_of(self.server.url, method, path, **more)


def asked_of(  # noqa: PLR0913 (as many as a request has parts)
    url: str,
    method: str,
    path: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    face: str = "",
    account: int = 0,
) -> Got:
    """Ask the service at a URL; with `face`, as that account (0 is acme) with its credentials there."""
    sent: dict[str, str] = {}
    if json is not None:
        body, sent["Content-Type"] = msgspec.json.encode(json), "application/json"
    if form is not None:
        body, sent["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
    sent |= CREDENTIALS[face](ACCOUNTS[account]) if face else {}
    sent |= headers or {}
    host, _, port = url.removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    try:
        connection.request(method, path, body=body, headers=sent)
        reply = connection.getresponse()
        return Got(reply.status, dict(reply.getheaders()), reply.read())
    finally:
        connection.close()


def config_of(app: Application, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a bench: two accounts, and numbers for each dialect that lead to the application.

    A change that is a function is asked with the application, for what must know where it answers.
    """
    numbers = [
        {"number": number, "account": ACME, "dialect": dialect, "answer_url": f"{app.url}/{dialect}/answer"}
        for number, dialect in (("+16505550100", "plivo"), ("+16505550101", "vobiz"), ("+16505550102", "texml"))
    ]
    base: dict[str, Any] = {
        "listen": "127.0.0.1:0",
        "speed": SPEED,
        "drain": 0.0,
        "accounts": ACCOUNTS,
        "numbers": [{**one, "hangup_url": f"{app.url}/hangup"} for one in numbers],
        "applications": [{"sid": "1700000001", "account": ACME, "voice_url": f"{app.url}/texml/answer"}],
        "web": {"allow_private": True},
    }
    return {**base, **{name: change(app) if callable(change) else change for name, change in changes.items()}}


def simulator(service: Service) -> Simulator:
    """The simulated switch of a service."""
    assert isinstance(service.switch, Simulator)
    return service.switch


def taken_from(log: BytesIO) -> list[dict[str, Any]]:
    """The lines of a log, which is empty after that."""
    lines = log.getvalue().splitlines()
    log.seek(0)
    log.truncate()
    return [msgspec.json.decode(line) for line in lines]


class Looping:
    """An event loop in a thread of its own, for servers beside a test."""

    def __init__(self) -> None:
        """Make the loop; it runs between enter and exit."""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Looping:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.run(self.loop.shutdown_asyncgens())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Let the loop run something, and wait for what comes of it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)


@contextmanager
def served(tmp: Any = None, /, by: Switch | None = None, **changes: Any) -> Iterator[Bench]:
    """A bench whose configuration has these tables and values instead; keys are kept in `tmp` where one is given.

    Calls are carried `by` that switch, where one is given.
    """
    app, log = Application(), BytesIO()
    with Looping() as looping:
        beside = looping.run(listening(app))
        try:
            bench = looping.run(made(app, tmp, changes, log, by))
            try:
                yield bench
                assert bench.errors() == []
            finally:
                looping.run(bench.server.stop(0.0))
        finally:
            looping.run(beside.cleanup())


async def listening(app: Application) -> web.AppRunner:
    """Let the application listen."""
    site = web.Application()
    site.router.add_route("*", "/{path:.*}", app.handle)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


async def made(app: Application, tmp: Any, changes: Mapping[str, Any], log: BytesIO, by: Switch | None) -> Bench:
    """Make and start the service; errors are logged there, and any of them fails the test."""
    given = config_of(app, changes)
    config = read(tomli_w.dumps(given).encode(), "bench.toml", {})
    seeds = signing_seeds(config, state_folder(config, {"XDG_STATE_HOME": str(tmp)})) if tmp else SEEDS
    server = Server(Service(config, Accounts(config, seeds), logger(Lines(log), "error"), Metrics(), by))
    await server.start()
    return Bench(server, app, log)


SEEDS = {ACME: bytes(range(32)), OTHER: bytes(range(1, 33))}
