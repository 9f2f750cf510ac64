"""When the customer's application misbehaves, calls fall back or end, and everybody else goes on."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from time import perf_counter
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from engine.service.service import Service
from tests.drivers.network import serving, speaking
from tests.rest.bench import ACME, PATIENCE, Application, Looping, listening, served
from tests.rest.plivo import NAME, Customer, document

# One attempt of 200 ms: long enough for an application that works, and short for a test.
SHORT = "#rt=200&rc=0"
NUMBER = {"number": "+16505550100", "account": ACME, "dialect": "plivo"}
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
    "redirects to no URL": lambda: serving(answering(302, location="http://[::1/x")),
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


def test_an_address_that_is_none_is_refused_and_is_no_bug_of_ours() -> None:
    bugs: list[Any] = []
    with served() as bench:
        bench.do(lambda service: asyncio.get_running_loop().set_exception_handler(lambda _, bug: bugs.append(bug)))
        bench.app.pages["/plivo/answer"] = "<Response><Redirect>http://[::1/x</Redirect></Response>"
        call = bench.dial_in()
        assert bench.wait("call_ended", call=call)["cause"] == "fetch_failed"
        assert bench.app.wait("/hangup").params["CallUUID"] == call
    assert bugs == []


def test_a_texml_call_asks_its_fallback_at_once() -> None:
    with beside(serving(answering(503))) as (url, app):
        app.pages["/fallback"] = "<Response><Dial><Conference>standup</Conference></Dial></Response>"
        with served(**asking(url, app, dialect="texml", fallback_url=f"{app.url}/fallback")) as bench:
            call = bench.dial_in()
            bench.wait("member_joined", call=call)
            fetched = [entry["status"] for what, entry in bench.happened if what == "document_fetched"]
            assert fetched == [503, 200]
            assert app.wait("/fallback").params["From"] == "+14155550100"


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
