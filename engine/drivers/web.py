"""Fetches documents and delivers callbacks over HTTP, for real; it knows no vendor and decides nothing.

How an effect is worded and signed, how hard a callback is tried and who watches is injected. What comes of a fetch
is told by DocumentFetched, of a callback by CallbackDelivered; `client` speaks HTTP, `outbox` keeps the order.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Protocol
from urllib.parse import urlsplit

from msgspec.structs import replace

from engine.drivers.addresses import ForbiddenAddress
from engine.drivers.bugs import bug
from engine.drivers.client import Bounds, Client, Reply, Request, WebSettings
from engine.drivers.outbox import DELIVERED, Delivery, Outbox, Parcel, Told
from engine.values.effects import Effect, FetchDocument, SendCallback
from engine.values.events import CallbackDelivered, DocumentFetched, Event

IDEMPOTENCY = "Idempotency-Key"
# Documents of rooms that are kept, at most.
KEPT = 1_000

RoomDocument = tuple[str, str, str]  # room, URL, method


class Watch(Told, Protocol):
    """Who measures and logs what is sent; every method returns at once and raises nothing."""

    def fetched(self, seconds: float, outcome: str, /) -> None:
        """One attempt to fetch a document is over: the class of its status (`2xx`), or the error."""


class Web:
    """Performs FetchDocument and SendCallback; made anywhere, then `start`ed and `close`d in one loop.

    `give` takes events, `now` is the time of the run. `prepare` words and signs one attempt at an effect, and is asked
    anew for each. Before `start` and after `close` nothing goes out: callbacks count as dropped, fetches end as
    `connect`.
    """

    def __init__(
        self,
        give: Callable[[Event], None],
        now: Callable[[], float],
        prepare: Callable[[FetchDocument | SendCallback], Request],
        delivery: Callable[[SendCallback], Delivery],
        settings: WebSettings,
        watch: Watch,
    ) -> None:
        """Keep everything; nothing is opened yet."""
        self.performs: dict[type[Effect], Callable[[Any], None]] = {
            FetchDocument: self._fetch,
            SendCallback: self._send,
        }
        self._give, self._now, self._prepare, self._delivery, self._watch = give, now, prepare, delivery, watch
        self._client, self._shared = Client(settings), settings.shared
        self._outbox = Outbox(settings.queue, watch)
        self._is_open = False
        self._fetches: set[asyncio.Task[None]] = set()
        # Documents that a room's members share: kept ones, and who waits for those under way.
        self._kept: OrderedDict[RoomDocument, Reply] = OrderedDict()
        self._asked: dict[RoomDocument, list[FetchDocument]] = {}

    async def start(self) -> None:
        """Open the session and begin to perform."""
        await self._client.start()
        self._outbox.open()
        self._is_open = True

    async def close(self, patience: float) -> None:
        """Give callbacks under way `patience` s, break everything else off, and leave nothing open."""
        await self._outbox.close(patience)
        self._is_open = False
        fetches = tuple(self._fetches)
        for fetch in fetches:
            fetch.cancel()
        await asyncio.gather(*fetches, return_exceptions=True)
        await self._client.close()

    def perform(self, effect: Effect) -> None:
        """Fetch or send; every other effect is somebody else's work."""
        performs = self.performs.get(type(effect))
        if performs is not None:
            performs(effect)

    def post(
        self,
        lane: Hashable,
        key: str,
        prepare: Callable[[], Request],
        delivery: Delivery,
        done: Callable[[int], None] = lambda status: None,
    ) -> None:
        """Deliver what `prepare` words, behind what is already in that lane, under that idempotency key.

        `done` takes the status of the last reply, 0 where there was none.
        """

        async def attempt(bounds: Bounds) -> Reply:
            return await self._attempt(key, prepare, bounds)

        self._outbox.post(lane, Parcel(key, attempt, delivery, done))

    def conference_over(self, conference: str) -> None:
        """Forget what was fetched for that room."""
        for key in [key for key in self._kept if key[0] == conference]:
            del self._kept[key]
        for key in [key for key in self._asked if key[0] == conference]:
            del self._asked[key]  # those who wait get it, but it is not kept

    # --- callbacks -------------------------------------------------------------------------------

    def _send(self, effect: SendCallback) -> None:
        def done(status: int) -> None:
            self._give(CallbackDelivered(self._now(), effect.owner, effect.id, status))

        lane = (origin(effect.url), effect.conference or effect.owner)
        self.post(lane, effect.id, lambda: self._prepare(effect), self._delivery(effect), done)

    async def _attempt(self, key: str, prepare: Callable[[], Request], bounds: Bounds) -> Reply:
        try:
            request = prepare()
            request = replace(request, headers=(*request.headers, (IDEMPOTENCY, key)))
            return await self._client.deliver(request, bounds)
        except Exception as error:
            return unsent(error)

    # --- documents -------------------------------------------------------------------------------

    def _fetch(self, effect: FetchDocument) -> None:
        room = str(effect.facts.get("room") or "") if effect.kind in self._shared else ""
        if not self._is_open:
            self._tell(effect, Reply(error="connect"))
        elif room:
            self._share((room, effect.url, effect.method), effect)
        else:
            self._spawn(self._answer(effect))

    def _share(self, key: RoomDocument, effect: FetchDocument) -> None:
        """Answer with what the room has, or wait for it; whoever comes first has it fetched."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            self._tell(effect, kept)
        elif key in self._asked:
            self._asked[key].append(effect)
        else:
            self._asked[key] = waiting = [effect]
            self._spawn(self._answer_all(key, waiting))

    async def _answer(self, effect: FetchDocument) -> None:
        self._tell(effect, await self._ask(effect))

    async def _answer_all(self, key: RoomDocument, waiting: list[FetchDocument]) -> None:
        reply = await self._ask(waiting[0])
        if self._asked.get(key) is waiting:
            del self._asked[key]
            if reply.outcome == DELIVERED:
                self._keep(key, reply)
        for effect in waiting:
            self._tell(effect, reply)

    def _keep(self, key: RoomDocument, reply: Reply) -> None:
        self._kept[key] = reply
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    async def _ask(self, effect: FetchDocument) -> Reply:
        time = asyncio.get_running_loop().time
        began = time()
        try:
            reply = await self._client.fetch(self._prepare(effect), Bounds(effect.timeout, effect.connect))
        except Exception as error:
            reply = unsent(error)
        self._watch.fetched(time() - began, reply.outcome)
        return reply

    def _tell(self, effect: FetchDocument, reply: Reply) -> None:
        self._give(
            DocumentFetched(
                self._now(),
                effect.owner,
                effect.id,
                reply.status,
                reply.body,
                reply.content_type,
                reply.error,
                reply.location or effect.url,
            )
        )

    def _spawn(self, fetch: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(fetch)
        self._fetches.add(task)
        task.add_done_callback(self._fetches.discard)


def unsent(error: Exception) -> Reply:
    """What came of a request that could not be made: of a bug of ours the loop's handler of exceptions hears, too."""
    if not isinstance(error, ForbiddenAddress):
        bug("a request could not be made", error)
    return Reply(error="refused")


def origin(url: str) -> str:
    """Where a URL leads: scheme, host and port; the URL itself where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
