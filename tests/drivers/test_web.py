"""What the driver does for rooms, at its beginning and its end, and when very many ask at once."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from engine.drivers.client import Request
from engine.values.effects import Answer, FetchDocument, SendCallback
from engine.values.events import CallbackDelivered, DocumentFetched, Event
from tests.drivers.network import Bench, closed_port, never, opened, run, serving


def test_a_thousand_fetches_to_nobody_are_all_answered() -> None:
    async def story() -> None:
        async with opened() as bench:
            url = closed_port()
            for number in range(1_000):
                bench.web.perform(FetchDocument(f"c{number}", "f", url, "POST", "answer", "plivo"))
            events = await bench.told(1_000)
        assert {(event.owner, event.error) for event in events if isinstance(event, DocumentFetched)} == {
            (f"c{number}", "connect") for number in range(1_000)
        }

    run(story())


def test_a_request_that_cannot_be_made_is_refused_and_told_to_the_loop() -> None:
    def broken(effect: FetchDocument | SendCallback) -> Request:
        raise KeyError("no such wording")

    async def story() -> None:
        told: list[BaseException] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["exception"]))
        async with opened(prepare=broken) as bench:
            bench.web.perform(FetchDocument("call", "f1", "http://app.example", "GET", "answer", "plivo"))
            bench.send("c1", "http://app.example")
            events = await bench.told(2)
        assert [getattr(event, "error", None) or getattr(event, "status", None) for event in events] == ["refused", 0]
        assert [str(error) for error in told] == ["'no such wording'"] * 2

    run(story())


# --- what a room shares ------------------------------------------------------------------------------


def wait(owner: str, url: str, *, conference: str = "room", kind: str = "wait_sound") -> FetchDocument:
    return FetchDocument(owner, f"{owner}-f", url, "POST", kind, "plivo", None, {"room": conference})


class Music:
    """An application with a wait document; counts how often it was asked."""

    def __init__(self, *statuses: int) -> None:
        self.asked = 0
        self.statuses = statuses

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        status = self.statuses[self.asked - 1] if self.asked <= len(self.statuses) else 200
        return web.Response(status=status, body=b"%d" % self.asked)


def bodies(events: list[Event]) -> list[bytes]:
    return [event.body for event in events if isinstance(event, DocumentFetched)]


def test_a_wait_document_is_fetched_once_for_fifty_who_ask_at_the_same_time() -> None:
    async def story() -> None:
        music = Music()
        async with serving(music.answer) as home, opened() as bench:
            for number in range(50):
                bench.web.perform(wait(f"c{number}", home))
            events = await bench.told(50)
            bench.web.perform(wait("late", home))
            events += await bench.told(1)
        assert music.asked == 1
        assert bodies(events) == [b"1"] * 51
        assert [(event.owner, event.id) for event in events if isinstance(event, DocumentFetched)] == [
            (name, f"{name}-f") for name in (*(f"c{number}" for number in range(50)), "late")
        ]
        assert bench.heard.fetches == ["2xx"]

    run(story())


@pytest.mark.parametrize(
    "other",
    [{"conference": "another"}, {"path": "/other"}, {"conference": ""}, {"kind": "hold_sound"}],
    ids=lambda other: next(iter(other.items())),
)
def test_another_room_address_or_kind_is_fetched_for_itself(other: dict[str, str]) -> None:
    async def story() -> None:
        music = Music()
        async with serving(music.answer) as home, opened() as bench:
            more = dict(other)
            bench.web.perform(wait("ann", home))
            await bench.told(1)
            bench.web.perform(wait("bob", home + more.pop("path", ""), **more))
            assert bodies(await bench.told(1)) == [b"2"]

    run(story())


def test_a_failure_is_not_kept() -> None:
    async def story() -> None:
        async with serving(Music(503).answer) as home, opened() as bench:
            for owner in ("ann", "bob"):
                bench.web.perform(wait(owner, home))
            first = await bench.told(2)
            bench.web.perform(wait("cat", home))
            assert [event.status for event in first if isinstance(event, DocumentFetched)] == [503, 503]
            assert bodies(await bench.told(1)) == [b"2"]

    run(story())


def test_a_room_that_is_over_is_forgotten() -> None:
    async def story() -> None:
        music = Music()
        async with serving(music.answer) as home, opened() as bench:
            for owner, room in (("ann", "room"), ("bob", "another")):
                bench.web.perform(wait(owner, home, conference=room))
                await bench.told(1)
            bench.web.conference_over("room")
            for owner, room in (("ann", "room"), ("bob", "another")):
                bench.web.perform(wait(owner, home, conference=room))
            assert sorted(bodies(await bench.told(2))) == [b"2", b"3"]

    run(story())


def test_a_document_that_comes_after_its_room_is_told_but_not_kept() -> None:
    async def story() -> None:
        music = Music()
        async with serving(music.answer) as home, opened() as bench:
            bench.web.perform(wait("ann", home))
            bench.web.conference_over("room")
            assert bodies(await bench.told(1)) == [b"1"]
            bench.web.perform(wait("bob", home))
            assert bodies(await bench.told(1)) == [b"2"]

    run(story())


def test_only_so_many_documents_are_kept_and_the_least_used_goes_first() -> None:
    async def story() -> None:
        music = Music()

        async def asked_for(room: str) -> bool:
            before = music.asked
            bench.web.perform(wait("ann", home, conference=room))
            await bench.told(1)
            return music.asked > before

        async with serving(music.answer) as home, opened() as bench:
            assert [await asked_for(room) for room in ("used", "left")] == [True, True]
            for number in range(998):
                bench.web.perform(wait("ann", home, conference=f"r{number}"))
            await bench.told(998)
            rooms = ("used", "new", "used", "left")  # with `new` there is one too many
            assert [await asked_for(room) for room in rooms] == [False, True, False, True]

    run(story())


# --- beginning and end -----------------------------------------------------------------------------


@pytest.mark.parametrize("ended", [False, True])
def test_nothing_goes_out_before_the_start_and_after_the_end(ended: bool) -> None:
    async def story() -> None:
        bench = Bench()
        if ended:
            await bench.web.start()
            await bench.web.close(0)
        bench.web.perform(FetchDocument("call", "f1", "http://app.example", "GET", "answer", "plivo"))
        bench.send("c1", "http://app.example")
        events = await bench.told(2)
        assert isinstance(events[0], DocumentFetched)
        assert events[0].error == "connect"
        assert events[1] == CallbackDelivered(7.0, "call", "c1", 0)
        assert bench.heard.drops == ["c1"]
        assert bench.prepared == 0

    run(story())


def test_a_driver_can_be_made_and_asked_where_no_loop_runs() -> None:
    bench = Bench()
    bench.web.perform(FetchDocument("call", "f1", "http://app.example", "GET", "answer", "plivo"))
    assert bench.events.get_nowait() == DocumentFetched(7.0, "call", "f1", 0, b"", "", "connect", "http://app.example")


def test_other_effects_are_somebody_elses_work() -> None:
    bench = Bench()
    bench.web.perform(Answer("call"))
    assert bench.events.empty()


def test_closing_breaks_fetches_off_and_leaves_nothing_running() -> None:
    async def story() -> None:
        asked = asyncio.Event()

        async def app(request: web.Request) -> web.StreamResponse:
            asked.set()
            return await never(request)

        async with serving(app) as home, opened() as bench:
            for kind in ("answer", "wait_sound"):
                bench.web.perform(wait("ann", home, kind=kind))
            await asked.wait()
            await bench.web.close(0)
            assert bench.events.empty()
            running = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
            assert [name for name in running if name.startswith(("Web.", "Outbox."))] == []

    run(story())
