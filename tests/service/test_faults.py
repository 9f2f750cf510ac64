"""When the customer's application misbehaves, calls fall back or end, and everybody else goes on."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from engine.service.service import Service
from tests.drivers.network import closed_port, serving, speaking
from tests.rest.bench import ACCOUNTS, ACME, CREDENTIALS, PATIENCE, Application, Looping, listening, served
from tests.rest.plivo import NAME, Customer, document
from tests.sdk.live import Live, live

CROWD = 1_000
# Seconds within which 99 of 100 requests are answered while the application is down. Others use this machine, too:
# the best of so many tries counts.
PROMPT, TRIES = 0.050, 3
# One attempt of 200 ms: long enough for an application that works, and short for a test.
SHORT = "#rt=200&rc=0"
NUMBER = {"number": "+16505550100", "account": ACME, "dialect": "plivo", "answer_method": "POST"}
HELLO = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"


# --- applications that misbehave -------------------------------------------------------------------


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hear the request and never answer."""
    await reader.read()


async def noisy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer in no protocol that there is."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\xff\x16 garbage \r\n\r\n")
    await writer.drain()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with a document that never ends."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HELLO + b"\r\n<Response>")
    while True:
        writer.write(b"<Speak>" + b"on and on " * 1_000 + b"</Speak>")
        await writer.drain()


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin a document and never come to its end."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HELLO + b"Content-Length: 1000\r\n\r\n<Response>")
    await writer.drain()
    await reader.read()


async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Leave in the middle of the document."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HELLO + b"Content-Length: 1000\r\n\r\n<Response>")
    await writer.drain()


def answering(status: int, text: str = "", location: str = "") -> Callable[[web.Request], Awaitable[web.Response]]:
    """An application that always answers so."""

    async def answer(request: web.Request) -> web.Response:
        headers = {"Location": location} if location else {}
        return web.Response(status=status, text=text, content_type="application/xml", headers=headers)

    return answer


FAULTS: dict[str, Callable[[], AbstractAsyncContextManager[str]]] = {
    "does not answer": lambda: speaking(silent),
    "speaks no HTTP": lambda: speaking(noisy),
    "does not come to an end": lambda: speaking(endless),
    "stops in the middle": lambda: speaking(dripping),
    "leaves in the middle": lambda: speaking(hasty),
    "answers 500": lambda: serving(answering(500, document())),
    "answers 404": lambda: serving(answering(404, document())),
    "answers nonsense": lambda: serving(answering(200, "\x01 no < XML & at all")),
    "answers nothing": lambda: serving(answering(200)),
    "answers something else": lambda: serving(answering(200, "<html><body>Welcome</body></html>")),
    "redirects to itself": lambda: serving(answering(302, location="/again")),
    "redirects to everybody": lambda: serving(answering(307, location="http://255.255.255.255/")),
    "redirects to no address": lambda: serving(answering(302, location="file:///etc/passwd")),
}


@contextmanager
def beside(server: AbstractAsyncContextManager[str]) -> Iterator[tuple[str, Application]]:
    """An application that misbehaves, at this address, and one that does not."""
    app = Application()
    stack = AsyncExitStack()

    async def opened() -> str:
        runner = await listening(app)
        stack.push_async_callback(runner.cleanup)
        return await stack.enter_async_context(server)

    with Looping() as looping:
        url = looping.run(opened())
        try:
            yield url, app
        finally:
            looping.run(stack.aclose())


def asking(url: str, app: Application, **more: str) -> dict[str, Any]:
    """A configuration whose number asks that address, and tells of the end of calls."""
    return {"numbers": [{**NUMBER, "answer_url": f"{url}/answer{SHORT}", "hangup_url": f"{app.url}/hangup", **more}]}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_whose_document_cannot_be_had_asks_the_fallback(fault: str) -> None:
    with beside(FAULTS[fault]()) as (url, app):
        app.pages["/fallback"] = document()
        with served(**asking(url, app, fallback_url=f"{app.url}/fallback")) as bench:
            call = bench.dial_in()
            bench.wait("member_joined", call=call)
            assert app.wait("/fallback").params["CallUUID"] == call
            assert Customer(bench).room()["members"][0]["call_uuid"] == call


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_without_a_fallback_ends_and_that_is_told(fault: str) -> None:
    with beside(FAULTS[fault]()) as (url, app), served(**asking(url, app)) as bench:
        call = bench.dial_in()
        cause = bench.wait("call_ended", call=call)["cause"]
        assert cause == ("bad_document" if fault in UNREADABLE else "fetch_failed")
        assert app.wait("/hangup").params["CallUUID"] == call
        assert bench.do(lambda service: service.exchange.calls()) == ()
        told = Customer(bench).ask("GET", f"/Call/{call}/").json
        assert (told["call_uuid"], told["answer_time"]) == (call, None)


UNREADABLE = ("answers nonsense", "answers nothing", "answers something else")


def test_a_redirect_to_a_private_address_is_refused_and_nobody_is_asked() -> None:
    inside = Application()
    with Looping() as looping:
        runner = looping.run(listening(inside))
        port = inside.url.rpartition(":")[2]
        for location in (f"http://127.0.0.1:{port}/inside", f"http://localhost:{port}/inside"):
            with beside(serving(answering(302, location=location))) as (url, _):
                number = {**NUMBER, "answer_url": url.replace("127.0.0.1", "app.example") + f"/answer{SHORT}"}
                with served(numbers=[number], web={"allow_private": False}) as bench:
                    bench.do(lambda service: resolve_publicly(service, "app.example"))
                    call = bench.dial_in()
                    assert bench.wait("call_ended", call=call)["cause"] == "fetch_failed"
                    fetched = bench.wait("document_fetched", call=call)
                    assert (fetched["error"], fetched["status"]) == ("refused", 0)
        looping.run(runner.cleanup())
    assert inside.asked == []


def resolve_publicly(service: Service, name: str) -> None:
    """Let a name stand for this machine as if that were a public address; any other is judged as ever."""
    session = service.web._client._session  # noqa: SLF001
    assert session is not None
    connector = session.connector
    assert isinstance(connector, aiohttp.TCPConnector)
    connector._resolver = Publicly(name, connector._resolver)  # noqa: SLF001


class Publicly(AbstractResolver):
    """Knows one name, and asks another resolver for all others."""

    def __init__(self, name: str, others: AbstractResolver) -> None:
        self._name, self._others = name, others

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host != self._name:
            return await self._others.resolve(host, port, family)
        row = ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
        return [row]

    async def close(self) -> None:
        """Others close what they opened."""


def test_a_private_address_is_refused_where_none_are_allowed() -> None:
    with served(web={"allow_private": False}) as bench:
        call = bench.dial_in()
        assert bench.wait("call_ended", call=call)["cause"] == "fetch_failed"
        assert bench.wait("document_fetched", call=call)["error"] == "refused"
        assert bench.app.asked == []


def test_a_sound_that_cannot_be_had_leaves_the_caller_waiting_in_silence() -> None:
    with beside(speaking(silent)) as (url, _), served() as bench:
        waiting = f'startConferenceOnEnter="false" waitSound="{url}/wait{SHORT}"'.replace("&", "&amp;")
        (call,) = Customer(bench).let_in(1, attributes=waiting)
        bench.wait("warning", call=call)
        hears = bench.request("GET", f"/simulator/calls/{call}/hears", face="plivo").json
        assert (hears["conference"], hears["sounds"]) == (NAME, [])


# --- callbacks -------------------------------------------------------------------------------------


def test_a_callback_that_nobody_takes_holds_up_neither_calls_nor_others() -> None:
    with beside(speaking(silent)) as (url, _), served() as bench:
        customer = Customer(bench)
        deaf = customer.let_in(1, "deaf", f'callbackUrl="{url}/told"')
        heard = customer.let_in(1, "heard", f'callbackUrl="{bench.app.url}/told"')
        assert bench.app.wait("/told").params["CallUUID"] == heard[0]

        assert customer.to_members("POST", "1", "Kick/", name="deaf").status == 202
        assert bench.wait("member_left", call=deaf[0])["cause"] == "kicked"
        bench.wait("call_ended", call=deaf[0])
        assert bench.app.wait("/hangup").params["CallUUID"] == deaf[0]


def test_a_callback_that_is_dead_delays_those_behind_it_by_its_own_time_at_most() -> None:
    came: list[tuple[str, float]] = []
    both = threading.Event()

    async def busy(request: web.Request) -> web.Response:
        came.append((str((await request.post())["ConferenceAction"]), perf_counter()))
        if len(came) == 1:
            await asyncio.Event().wait()
        both.set()
        return web.Response()

    with beside(serving(busy)) as (url, _), served() as bench:
        told = f'callbackUrl="{url}/told#rt=300&amp;rc=0"'
        (call,) = Customer(bench).let_in(1, attributes=told)
        Customer(bench).ask("DELETE", f"/Call/{call}/")
        assert both.wait(PATIENCE)
    (first, began), (second, ended) = came
    assert (first, second) == ("enter", "exit")
    assert 0.2 < ended - began < 2.0


# --- very many callers -----------------------------------------------------------------------------


def test_what_is_kept_of_a_thousand_calls_that_fail_is_bounded() -> None:
    nobody = closed_port()
    number = {**NUMBER, "answer_url": f"{nobody}/answer", "hangup_url": f"{nobody}/hangup#rc=0"}
    with served(numbers=[number], limits={"history": 100}, web={"allow_private": True, "queue": 50}) as bench:
        bench.run(arrive(bench.service, CROWD))
        bench.wait("call_ended", nth=CROWD)
        bench.run(bench.service.web._outbox.close(PATIENCE))  # noqa: SLF001
        sizes = bench.do(kept)
        counted = bench.service.metrics.render()[0].decode()
    assert sizes == {
        "live": 0, "calls": 100, "owners": 100, "ids": 100, "exchange": 0, "agenda": 0,
        "fetches": 0, "lanes": 0, "room": 50, "playing": 0, "timeline": 0,
    }  # fmt: skip
    assert (
        sample(counted, "callflow_callbacks_dropped_total")
        + sample(counted, 'callflow_callbacks_total{outcome="connect"}')
        == CROWD
    )


def sample(measured: str, name: str) -> float:
    """One sample of the measures."""
    return next(float(line.rpartition(" ")[2]) for line in measured.splitlines() if line.startswith(f"{name} "))


async def arrive(service: Service, many: int) -> None:
    """Let so many people call, each at its own turn of the loop."""
    for number in range(many):
        service.arrive(f"+1415555{number:04}", NUMBER["number"])
        await asyncio.sleep(0)


def kept(service: Service) -> dict[str, int]:
    """How much a service holds on to."""
    register, exchange = service.register, service.exchange
    return {
        "live": register.live.total(),
        "calls": len(tuple(register.history.calls)),
        "owners": len(register._owners),  # noqa: SLF001
        "ids": len(register.ids._known),  # noqa: SLF001
        "exchange": len(exchange.calls()),
        "agenda": len(service.agenda),
        "fetches": len(service.web._fetches),  # noqa: SLF001
        "lanes": len(service.web._outbox._lanes),  # noqa: SLF001
        "room": service.web._outbox._room,  # noqa: SLF001
        "playing": len(service.simulator.playing),
        "timeline": len(service.timeline._tongues) + len(service.timeline._names),  # noqa: SLF001
    }


def crowd(service: Live) -> None:
    """Let very many people call, one after the other."""
    with connected(service.url) as ask:
        for number in range(CROWD):
            body = msgspec.json.encode({"from": f"+1415555{number:04}", "to": NUMBER["number"]})
            assert ask("POST", "/simulator/calls", body)[0] == 201


@contextmanager
def connected(url: str) -> Iterator[Callable[[str, str, bytes], tuple[int, bytes]]]:
    """How to ask the service again and again over one connection."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    connection = HTTPConnection(host, int(port), timeout=PATIENCE)
    headers = {**CREDENTIALS["plivo"](ACCOUNTS[0]), "Content-Type": "application/json"}

    def ask(method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        connection.request(method, path, body or None, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()

    try:
        yield ask
    finally:
        connection.close()


def meet(service: Live) -> None:
    """Let somebody be in a room whose documents can be had."""
    service.app.pages["/plivo/answer"] = document()
    call = {"from": "14155550100", "to": "14155550101", "answer_url": f"{service.app.url}/plivo/answer"}
    assert service.request("POST", f"/v1/Account/{ACME}/Call/", json=call, face="plivo").status == 201
    service.app.wait("/plivo/answer")


def asked_while(service: Live, going: threading.Thread) -> list[float]:
    """The seconds that each request for a room took, while something goes on and until its calls have ended."""
    took: list[float] = []
    with connected(service.url) as ask:
        while ask("GET", ROOM, b"")[0] != 200:
            assert service.process.poll() is None
        going.start()
        while going.is_alive() or b"callflow_calls 1.0" not in ask("GET", "/metrics", b"")[1]:
            for _ in range(50):
                began = perf_counter()
                status, _ = ask("GET", ROOM, b"")
                took.append(perf_counter() - began)
                assert status == 200
    going.join()
    return took


ROOM = f"/v1/Account/{ACME}/Conference/{quote(NAME)}/"


@pytest.mark.parametrize("down", ["nobody listens", "nobody answers"])
def test_while_a_thousand_call_and_the_application_is_down_others_are_answered(tmp_path: Path, down: str) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=2 * CROWD) as listener:
        url = closed_port() if down == "nobody listens" else f"http://127.0.0.1:{listener.getsockname()[1]}"
        number = {**NUMBER, "answer_url": f"{url}/answer#rt=1000&rc=0", "hangup_url": f"{url}/hangup#rt=500&rc=0"}
        with live(tmp_path, numbers=[number], drain=0.1) as service:
            meet(service)
            slowest: list[float] = []
            while len(slowest) < TRIES and min(slowest, default=PROMPT) >= PROMPT:
                took = asked_while(service, threading.Thread(target=crowd, args=(service,)))
                slowest.append(quantiles(took, n=100)[98])
    log = [msgspec.json.decode(line) for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    causes = [line["cause"] for line in log if line["event"] == "call" and line["cause"] != "shutdown"]
    assert causes == ["fetch_failed"] * CROWD * len(slowest)
    assert min(slowest) < PROMPT, slowest
