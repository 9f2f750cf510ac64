"""Callbacks arrive in order and are tried again; a dead address delays those behind it alone, and not for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from engine.drivers.client import Bounds, Reply, Request, WebSettings
from engine.drivers.outbox import Delivery, Outbox, Parcel
from engine.values.events import CallbackDelivered
from tests.drivers.network import PATIENT, Heard, closed_port, never, opened, run, serving, speaking

PLAIN = Delivery(timeout=2.0, total=5.0)


class Application:
    """Takes callbacks: what came, by idempotency key; the first replies have these statuses."""

    def __init__(self, *statuses: int) -> None:
        self.keys: list[str] = []
        self.attempts: list[str] = []
        self.statuses = list(statuses)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.keys.append(request.headers["Idempotency-Key"])
        self.attempts.append(request.headers["Attempt"])
        assert await request.read() == b"a=1"
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)


# --- over HTTP --------------------------------------------------------------------------------------


def test_a_callback_is_delivered_under_its_key_and_that_is_told() -> None:
    async def story() -> None:
        app = Application()
        async with serving(app.answer) as home, opened() as bench:
            bench.send("c1", f"{home}/hangup#rc=3")
            assert await bench.told(1) == [CallbackDelivered(7.0, "call", "c1", 204)]
        assert app.keys == ["c1"]
        assert (bench.heard.deliveries, bench.heard.failures) == (["2xx"], [])

    run(story())


def test_another_attempt_has_the_same_key_and_is_signed_anew() -> None:
    async def story() -> None:
        app = Application(503, 500)
        patient = Delivery(tries=3, timeout=2.0, total=5.0, gap=0.001, retry=("5xx",))
        async with serving(app.answer) as home, opened(delivery=patient) as bench:
            bench.send("c1", home)
            assert await bench.delivered(1) == [("c1", 204)]
        assert app.keys == ["c1"] * 3
        assert app.attempts == ["1", "2", "3"]
        assert bench.heard.deliveries == ["2xx"]

    run(story())


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_what_is_not_worth_another_try_is_given_up(status: int) -> None:
    async def story() -> None:
        app = Application(status, 200)
        async with (
            serving(app.answer) as home,
            opened(delivery=Delivery(tries=3, retry=("timeout", "connect"))) as bench,
        ):
            bench.send("c1", home)
            assert await bench.delivered(1) == [("c1", status)]
        assert len(app.keys) == 1
        assert bench.heard.failures == [("c1", status, 1)]
        assert bench.heard.deliveries == [f"{status // 100}xx"]

    run(story())


def test_a_redirect_of_a_callback_is_not_followed() -> None:
    asked: list[str] = []

    async def app(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        raise web.HTTPFound("/there")

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            bench.send("c1", f"{home}/here")
            assert await bench.delivered(1) == [("c1", 302)]

    run(story())
    assert asked == ["/here"]


def test_callbacks_of_a_room_arrive_in_the_order_in_which_they_were_sent() -> None:
    arrived: list[str] = []

    async def app(request: web.Request) -> web.StreamResponse:
        key = request.headers["Idempotency-Key"]
        await asyncio.sleep(0.01 if key == "c0" else 0)  # the first takes longest
        arrived.append(key)
        return web.Response()

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            for number in range(10):
                bench.send(f"c{number}", f"{home}/{number % 2}", conference="room", owner=f"call{number}")
            await bench.delivered(10)

    run(story())
    assert arrived == [f"c{number}" for number in range(10)]


@pytest.mark.parametrize("other", [{"owner": "bob"}, {"conference": "room"}, {"home": "localhost"}], ids=str)
def test_another_call_room_or_destination_does_not_wait(other: dict[str, str]) -> None:
    async def story() -> None:
        released = asyncio.Event()

        async def app(request: web.Request) -> web.StreamResponse:
            if request.headers["Idempotency-Key"] == "stuck":
                await released.wait()
            return web.Response()

        async with serving(app) as home, opened() as bench:
            more = dict(other)
            elsewhere = home.replace("127.0.0.1", more.pop("home", "127.0.0.1"))
            bench.send("stuck", home)
            bench.send("behind", home)
            bench.send("free", elsewhere, **more)
            assert await bench.delivered(1) == [("free", 200)]
            released.set()
            assert await bench.delivered(2) == [("stuck", 200), ("behind", 200)]

    run(story())


def test_a_dead_address_delays_those_behind_it_by_its_own_total_at_most() -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        return await never(request) if request.path == "/dead" else web.Response()

    async def story() -> None:
        stubborn = Delivery(tries=100, timeout=0.05, total=0.2, gap=0.01, retry=("timeout",))
        async with serving(app) as home, opened(delivery=stubborn) as bench:
            time = asyncio.get_running_loop().time
            began = time()
            bench.send("dead", f"{home}/dead")
            bench.send("behind", f"{home}/alive")
            assert await bench.delivered(2) == [("dead", 0), ("behind", 200)]
            assert time() - began < 2.5  # not the 5 s that a hundred tries take
        ((key, status, tries),) = bench.heard.failures
        assert (key, status) == ("dead", 0)
        assert 1 <= tries <= 4
        assert bench.heard.deliveries == ["timeout", "2xx"]

    run(story())


def test_nobody_at_the_address_is_a_failure_without_status() -> None:
    async def story() -> None:
        async with opened(delivery=Delivery(tries=2)) as bench:
            bench.send("c1", closed_port())
            assert await bench.delivered(1) == [("c1", 0)]
        assert bench.heard.failures == [("c1", 0, 2)]

    run(story())


def test_a_status_counts_whatever_comes_after_it() -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"a=1")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"thanks " * 1_000)
            await writer.drain()

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"a=1")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok")

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"a=1")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok")
        await reader.read()  # until the driver hangs up

    async def story() -> None:
        for server in (chatter, cut, drip):
            async with speaking(server) as home, opened(delivery=Delivery(timeout=0.5)) as bench:
                bench.send("c1", home)
                assert await bench.delivered(1) == [("c1", 200)]

    run(story())


def test_a_reply_to_a_customer_goes_the_same_way() -> None:
    async def story() -> None:
        app = Application(500)
        done: asyncio.Queue[int] = asyncio.Queue()
        async with serving(app.answer) as home, opened() as bench:
            request = Request("POST", home, (("Attempt", "x"),), b"a=1")
            again = Delivery(tries=2, retry=("5xx",))
            bench.web.post(("account", "request"), "r1", lambda: request, again, done.put_nowait)
            assert await done.get() == 204
            assert bench.events.empty()
        assert app.keys == ["r1", "r1"]

    run(story())


def test_what_does_not_fit_is_dropped_and_told_and_there_is_room_again_later() -> None:
    async def story() -> None:
        app = Application()
        settings = WebSettings(allow_private=True, queue=2)
        async with serving(app.answer) as home, opened(settings) as bench:
            for key in ("c1", "c2", "c3"):
                bench.send(key, home)
            assert await bench.delivered(3) == [("c3", 0), ("c1", 204), ("c2", 204)]
            assert bench.heard.drops == ["c3"]
            bench.send("c4", home)
            assert await bench.delivered(1) == [("c4", 204)]
        assert app.keys == ["c1", "c2", "c4"]
        assert bench.heard.failures == []

    run(story())


def test_closing_waits_for_what_is_under_way() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.02)
        return web.Response()

    async def story() -> None:
        async with serving(slow) as home, opened() as bench:
            for number in range(6):
                bench.send(f"c{number}", home, owner=f"call{number % 2}")
            await bench.web.close(5.0)
            assert {status for _, status in await bench.delivered(6)} == {200}

    run(story())


def test_closing_gives_up_what_takes_too_long_and_tells_so() -> None:
    async def story() -> None:
        async with serving(never) as home, opened() as bench:
            for key in ("c1", "c2"):
                bench.send(key, home)
            time = asyncio.get_running_loop().time
            began = time()
            await bench.web.close(0.05)
            assert time() - began < PATIENT / 2
            assert await bench.delivered(2) == [("c1", 0), ("c2", 0)]
        assert bench.heard.failures == [("c1", 0, 1), ("c2", 0, 0)]
        assert bench.heard.deliveries == ["shutdown"] * 2

    run(story())


# --- the outbox alone -------------------------------------------------------------------------------


class Post:
    """An outbox whose attempts end as they are told to: words or statuses, the last one again and again."""

    def __init__(self, *outcomes: str | int) -> None:
        self.outbox = Outbox(10, Heard())
        self.outbox.open()
        self.outcomes = list(outcomes)
        self.bounds: list[Bounds] = []
        self.times: list[float] = []
        self.over: asyncio.Queue[int] = asyncio.Queue()

    async def attempt(self, bounds: Bounds) -> Reply:
        self.bounds.append(bounds)
        self.times.append(asyncio.get_running_loop().time())
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        return Reply(outcome) if isinstance(outcome, int) else Reply(error=outcome)

    async def deliver(self, delivery: Delivery) -> int:
        self.outbox.post("lane", Parcel("c1", self.attempt, delivery, self.over.put_nowait))
        status = await self.over.get()
        await self.outbox.close(1.0)
        return status


@pytest.mark.parametrize(
    ("outcome", "retry", "tried"),
    [
        ("timeout", ("timeout",), 3),
        ("connect", ("connect",), 3),
        (404, ("4xx",), 3),
        (500, ("timeout", "connect", "5xx"), 3),
        ("timeout", ("connect", "5xx"), 1),
        ("refused", ("timeout", "connect", "4xx", "5xx"), 1),
        (302, ("timeout", "connect", "4xx", "5xx"), 1),
        (200, ("timeout", "connect", "4xx", "5xx"), 1),
    ],
)
def test_only_what_is_worth_it_is_tried_again(outcome: str | int, retry: tuple[str, ...], tried: int) -> None:
    async def story() -> None:
        post = Post(outcome)
        await post.deliver(Delivery(tries=3, retry=retry))
        assert len(post.bounds) == tried

    run(story())


def test_the_last_status_is_told() -> None:
    async def story() -> None:
        assert await Post(500, 503, "timeout").deliver(Delivery(tries=2, retry=("5xx",))) == 503
        assert await Post(500, "timeout").deliver(Delivery(tries=2, retry=("5xx",))) == 0
        assert await Post(500, 202, 500).deliver(Delivery(tries=9, retry=("5xx",))) == 202

    run(story())


def test_pauses_double() -> None:
    async def story() -> None:
        post = Post("connect")
        await post.deliver(Delivery(tries=4, gap=0.02, total=5.0, retry=("connect",)))
        gaps = [after - before for before, after in zip(post.times, post.times[1:], strict=False)]
        for gap, least in zip(gaps, (0.02, 0.04, 0.08), strict=True):
            assert gap > least - 0.005

    run(story())


def test_a_pause_that_would_outlast_the_total_is_not_begun() -> None:
    async def story() -> None:
        post = Post("connect")
        await post.deliver(Delivery(tries=9, gap=60.0, total=30.0, retry=("connect",)))
        assert len(post.times) == 1

    run(story())


@pytest.mark.parametrize(
    ("delivery", "least", "most"),
    [
        (Delivery(timeout=3.0, connect=1.0, total=60.0), 3.0, 3.0),
        (Delivery(timeout=15.0, connect=1.0, total=4.0), 3.9, 4.0),
        (Delivery(timeout=0.0, connect=1.0, total=4.0), 3.9, 4.0),
    ],
)
def test_an_attempt_may_take_what_is_left_at_most(delivery: Delivery, least: float, most: float) -> None:
    async def story() -> None:
        post = Post(200)
        await post.deliver(delivery)
        assert least <= post.bounds[0].timeout <= most
        assert post.bounds[0].connect == 1.0

    run(story())


@pytest.mark.parametrize("lanes", [("a", "a", "a"), ("a", "b", "c")])
def test_what_is_posted_while_closing_is_delivered_in_whatever_lane(lanes: tuple[str, ...]) -> None:
    async def story() -> None:
        told: list[int] = []
        outbox = Outbox(10, Heard())
        outbox.open()

        async def attempt(bounds: Bounds) -> Reply:
            await asyncio.sleep(0.01)
            return Reply(200)

        def parcel(done: Callable[[int], None]) -> Parcel:
            return Parcel("c", attempt, PLAIN, done)

        def again(status: int) -> None:  # whoever hears of it posts the next one
            told.append(status)
            if len(told) < 3:
                outbox.post(lanes[len(told)], parcel(again))

        outbox.post(lanes[0], parcel(again))
        await outbox.close(5.0)
        assert told == [200] * 3

    run(story())
