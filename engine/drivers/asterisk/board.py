"""What all parts of the driver share: the legs and bridges there are, and how to make and drop helpers and bridges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from secrets import token_hex
from typing import Any

from engine.drivers.asterisk.causes import ORDINARY
from engine.drivers.asterisk.client import Ari, Refused, Reply
from engine.drivers.asterisk.model import Leg, Room
from engine.drivers.asterisk.names import Names, call_of
from engine.drivers.bugs import watched
from engine.values.events import Event

# Always mixed: a bridge of two parties of the plain kind sends nothing to somebody who is alone in it or while the
# other sends nothing, and phones and carriers take that for a call that died.
MIXING = "mixing,dtmf_events,proxy_media,video_sfu"
# Seconds between attempts to end something.
PAUSES = (0.2, 0.4, 0.8, 1.6, 3.2)


class Board:
    """The state of one driver; `tell` takes events for the exchange, `now` is the run's time."""

    def __init__(self, ari: Ari, names: Names, tell: Callable[[Event], None], now: Callable[[], float]) -> None:
        """Nothing is there yet."""
        self.ari, self.names, self.tell, self.now = ari, names, tell, now
        self.away = ""
        self._there = asyncio.Event()
        self.lost("Asterisk was not reached yet")
        self.legs: dict[str, Leg] = {}
        self.channels: dict[str, Leg] = {}
        self.rooms: dict[str, Room] = {}
        self.coming: set[str] = set()  # channels of calls that are about to be let in
        self._bridges: dict[str, asyncio.Task[Reply]] = {}
        self._dropping: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._entering: dict[str, asyncio.Future[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._boot = token_hex(2)
        self._made = 0

    def lost(self, why: str) -> None:
        """Take note that the switch cannot be commanded."""
        self.away = why or "Asterisk is away"
        self._there.clear()

    def found(self) -> None:
        """Take note that it can."""
        self.away = ""
        self._there.set()

    async def back(self) -> None:
        """Wait until the switch can be commanded."""
        await self._there.wait()

    async def persist(self, method: str, path: str, **query: str) -> Reply:
        """Ask for something that has to be asked, however long the switch is away."""
        while True:
            await self.back()
            reply = await self.ari.ask(method, path, **query)
            if reply.status or not self.away:
                return reply

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Let something be done beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(watched)
        return task

    def overtake(self, leg: Leg, work: Coroutine[Any, Any, Any]) -> None:
        """Let something be done to a channel out of turn; its lane moves the channel only after that."""
        task = self.spawn(work)
        leg.stops.add(task)
        task.add_done_callback(leg.stops.discard)

    def go(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something be done for which nobody waits."""
        _ = self.spawn(work)

    async def tidy(self) -> None:
        """Let what is being ended be ended, for the deadline at most."""
        if self._ending and not self.away:
            await asyncio.wait(self._ending, timeout=self.ari.settings.deadline)

    async def stop(self) -> None:
        """Give up whatever is still under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def add(self, leg: Leg) -> Leg:
        """Know a leg by its call and its channel."""
        self.legs[leg.call] = self.channels[leg.channel] = leg
        return leg

    def forget(self, leg: Leg) -> None:
        """Know a leg no more."""
        leg.gone = True
        self.legs.pop(leg.call, None)
        self.channels.pop(leg.channel, None)

    def call_of(self, channel: str) -> str:
        """The call that a channel at the switch is, or was, by its name; empty for a helper."""
        known = self.names.read(channel)
        if known is None:
            return call_of(channel)
        return known[1] if known[0] == "call" else ""

    def fresh(self, kind: str, id: str) -> str:  # noqa: A002
        """Make a name that nothing at the switch has or had."""
        self._made += 1
        return self.names.name(kind, f"{id}/{self._boot}{self._made}")

    # --- helpers ---------------------------------------------------------------------------------

    async def snoop(self, of: str, name: str, *, spy: str = "none", whisper: str = "none") -> None:
        """Make a helper channel on a channel, and wait until it can be used; Refused where that fails."""
        try:
            await self.make(name, f"channels/{of}/snoop/{name}", spy=spy, whisper=whisper)
        except Refused:
            self.drop_channel(name)  # it may be there all the same
            raise

    async def make(self, channel: str, path: str, body: Any = None, **query: str) -> None:
        """Ask for a channel, and wait until it is ours to command; Refused where it does not come in time."""
        entering = self._entering[channel] = asyncio.get_running_loop().create_future()
        try:
            await self.ari.must("POST", path, body, app=self.ari.settings.application, **query)
            await asyncio.wait_for(entering, self.ari.settings.deadline)
        except TimeoutError:
            raise Refused(f"{channel} did not come", Reply(0)) from None
        finally:
            self._entering.pop(channel, None)

    def awaits(self, channel: str) -> bool:
        """Whether somebody waits for a channel to be ours to command."""
        return channel in self._entering

    def enter(self, channel: str) -> bool:
        """Take note that a channel is ours to command; False where nobody waited for it."""
        entering = self._entering.pop(channel, None)
        if entering is None:
            return False
        if not entering.done():
            entering.set_result(None)
        return True

    # --- bridges ---------------------------------------------------------------------------------

    async def bridge(self, name: str) -> None:
        """See to it that a bridge is there; Refused where it cannot be."""
        making = self._bridges.get(name)
        if making is None:
            making = self._bridges[name] = self.spawn(self._make(name))
        reply = await asyncio.shield(making)
        if not reply.ok and reply.status != 409:  # it is there already
            if self._bridges.get(name) is making:
                self.drop_bridge(name)  # it may be there all the same
            raise Refused(f"bridge {name}", reply)

    def make_again(self, name: str) -> None:
        """Make a bridge once more that may be gone."""
        if name in self._bridges:
            self._bridges[name] = self.spawn(self._make(name))

    def has_bridge(self, name: str) -> None:
        """Take note that a bridge is there."""
        if name not in self._bridges:
            self._bridges[name] = self.spawn(told(Reply(200)))

    def wants_bridge(self, name: str) -> bool:
        """Whether a bridge is there because it is needed."""
        return name in self._bridges and (name in self.rooms or not self.names.read(name))

    def drop_bridge(self, name: str) -> None:
        """Let a bridge go that nobody needs any more; one that is just being made goes as soon as it is there."""
        making = self._bridges.pop(name, None)
        if making is not None:
            dropping = self._dropping[name] = self._finish(self._drop(name, making))
            dropping.add_done_callback(lambda done: self._dropped(name, done))

    async def _make(self, name: str) -> Reply:
        if name in self._dropping:
            await asyncio.wait((self._dropping[name],))
        return await self.ari.ask("POST", "bridges", type=MIXING, bridgeId=name)

    def _dropped(self, name: str, dropping: asyncio.Task[None]) -> None:
        if self._dropping.get(name) is dropping:  # and it is not dropped once more
            del self._dropping[name]

    async def _drop(self, name: str, making: asyncio.Task[Reply]) -> None:
        await making
        await self.end(f"bridges/{name}")

    def room(self, id: str, kind: str = "room") -> Room:  # noqa: A002
        """The bridge of a room, or of two calls, and who belongs to it."""
        name = self.names.name(kind, id)
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name)
        return room

    def empty(self, room: Room) -> None:
        """Let a room's bridge go when nobody belongs to it."""
        if not room.members:
            self.rooms.pop(room.bridge, None)
            self.drop_bridge(room.bridge)

    def drop_channel(self, name: str, reason: str = ORDINARY) -> None:
        """End a channel; nobody waits for that."""
        self.drop(f"channels/{name}", reason=reason)

    def drop(self, path: str, **query: str) -> None:
        """End something; nobody waits for that but the end of the service."""
        _ = self._finish(self.end(path, **query))

    def _finish(self, ending: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something be ended, also when we are about to stop."""
        task = self.spawn(ending)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    async def end(self, path: str, **query: str) -> None:
        """Ask for the end of something until it is gone; what stays all the same is found by the next look around."""
        for pause in PAUSES:
            reply = await self.persist("DELETE", path, **query)
            if reply.ok or reply.status == 404:
                return
            await asyncio.sleep(pause)


async def told(reply: Reply) -> Reply:
    """A reply that is known already."""
    return reply
