"""Callbacks on their way: in order within a lane, lanes independent of each other, tried again with growing pauses.

A lane is whatever must stay in order: one destination's callbacks about one call or room. One task serves a lane
while something is in it. The first callback of a lane is tried until it is delivered or given up, so those behind it
wait for its own `total` at most. The outbox knows no HTTP: a parcel brings its attempt along.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol

from msgspec import Struct

from engine.drivers.client import Bounds, Reply

DELIVERED = "2xx"
Attempt = Callable[[Bounds], Awaitable[Reply]]


class Delivery(Struct, frozen=True, kw_only=True):
    """How hard to try: `tries` attempts of `timeout` s (`connect` of them to reach somebody), within `total` s.

    `gap` is the pause before the second attempt, in seconds, doubled before each further one. `retry` names what is
    worth another attempt: `timeout`, `connect`, `4xx`, `5xx`.
    """

    tries: int = 1
    timeout: float = 15.0
    connect: float = 0.0
    total: float = 60.0
    gap: float = 0.0
    retry: tuple[str, ...] = ("timeout", "connect", "5xx")


class Told(Protocol):
    """Who wants to know what becomes of callbacks."""

    def delivered(self, seconds: float, outcome: str, /) -> None:
        """A callback is over, `seconds` after it was posted: `2xx`, or how its last attempt failed."""

    def dropped(self, callback: str, /) -> None:
        """A callback was not sent: too many wait already."""

    def failed(self, callback: str, status: int, tries: int, /) -> None:
        """A callback was given up after so many tries; `status` of the last reply, 0 where there was none."""


class Parcel(Struct, eq=False):
    """One callback: `done` takes the last status (0: no reply), once. `tries` and `posted_at` are the outbox's own."""

    id: str
    attempt: Attempt
    delivery: Delivery
    done: Callable[[int], None]
    tries: int = 0
    posted_at: float = 0.0


class Outbox:
    """Delivers parcels; at most `bound` of them are under way or waiting at a time."""

    def __init__(self, bound: int, told: Told) -> None:
        """Keep the bound; nothing is sent before `open`."""
        self._room = bound
        self._told = told
        self._is_open = False
        self._lanes: dict[Hashable, deque[Parcel]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Take parcels from now on."""
        self._is_open = True

    def post(self, lane: Hashable, parcel: Parcel) -> None:
        """Put a parcel at the end of its lane; where there is no room it is dropped, which is told at once."""
        if not self._room or not self._is_open:
            self._told.dropped(parcel.id)
            parcel.done(0)
            return
        self._room -= 1
        parcel.posted_at = asyncio.get_running_loop().time()
        queue = self._lanes.get(lane)
        if queue is not None:
            queue.append(parcel)
            return
        self._lanes[lane] = queue = deque((parcel,))
        task = asyncio.create_task(self._serve(lane, queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience: float) -> None:
        """Go on for `patience` s at most while something is under way, then give up the rest and take nothing more."""
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while self._tasks and (left := end - loop.time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        self._is_open = False
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for queue in self._lanes.values():
            for parcel in queue:
                self._over(parcel, Reply(error="shutdown"))
        self._lanes.clear()

    async def _serve(self, lane: Hashable, queue: deque[Parcel]) -> None:
        while queue:
            reply = await self._deliver(queue[0])
            self._over(queue.popleft(), reply)
        del self._lanes[lane]

    async def _deliver(self, parcel: Parcel) -> Reply:
        """Try until it is delivered, or not worth another try."""
        delivery, gap = parcel.delivery, parcel.delivery.gap
        time = asyncio.get_running_loop().time
        end = time() + delivery.total
        reply = Reply(error="timeout")
        while (left := end - time()) > 0:
            parcel.tries += 1
            reply = await parcel.attempt(Bounds(min(delivery.timeout or left, left), delivery.connect))
            if parcel.tries >= delivery.tries or reply.outcome not in delivery.retry or time() + gap >= end:
                break
            await asyncio.sleep(gap)
            gap *= 2
        return reply

    def _over(self, parcel: Parcel, reply: Reply) -> None:
        self._room += 1
        outcome = reply.outcome
        if outcome != DELIVERED:
            self._told.failed(parcel.id, reply.status, parcel.tries)
        self._told.delivered(asyncio.get_running_loop().time() - parcel.posted_at, outcome)
        parcel.done(reply.status)
