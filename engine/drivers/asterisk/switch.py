"""Asterisk as a switch: every effect of the exchange becomes what is wanted there, every event of Asterisk ours.

The main path: `wanting` says by an effect's type what it changes in what is *wanted* of a leg or room; the leg's lane
(`settling`) makes it so, by requests (`client`) to where `wiring` says that the channel belongs; `telling` says by the
type of Asterisk's event what has happened. Between them stand the legs and rooms themselves (`model`, `board`).
Nothing here decides anything that the exchange could decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import Ari, Connection, Refused, advice
from engine.drivers.asterisk.events import TAGS
from engine.drivers.asterisk.keying import Keys
from engine.drivers.asterisk.model import Leg
from engine.drivers.asterisk.names import Names
from engine.drivers.asterisk.playing import Library, Player
from engine.drivers.asterisk.recovery import Living, Recovery
from engine.drivers.asterisk.settings import AriSettings
from engine.drivers.asterisk.settling import ASIDE, Settler
from engine.drivers.asterisk.sockets import Inbound, Outbound
from engine.drivers.asterisk.taking import Takes
from engine.drivers.asterisk.telling import Tells
from engine.drivers.asterisk.wanting import Wants
from engine.drivers.asterisk.wiring import aside
from engine.drivers.bugs import bug
from engine.drivers.driver import Home
from engine.drivers.recordings import Recordings
from engine.drivers.sounds.convert import Converter
from engine.values.effects import Effect, PlaceCall, StartRecording
from engine.values.events import CallEnded, Event, SwitchWasLost

# Seconds for which a start waits for Asterisk where there are calls to be taken up.
COMING = 3.0
# Seconds between one connection that was of no use and the next.
BREATH = 0.5
NO_APPLICATION = 404


class Watch(Protocol):
    """Whoever wants to know how the connection does."""

    def __call__(self, state: str, why: str, hint: str) -> None:
        """`state` is found or lost; `why` it was lost, and what to do about it."""


class Kept(Protocol):
    """What is open as long as the switch is."""

    async def start(self) -> None:
        """Open it; RequestError where that cannot be."""

    async def close(self) -> None:
        """Close it."""


class Asterisk:
    """One Asterisk, commanded over its REST interface; `library` has the sounds, `recordings` is their folder.

    Made anywhere, then started and stopped in one event loop. While `away` is not empty, nothing can be commanded.
    """

    def __init__(
        self,
        settings: AriSettings,
        library: Library,
        recordings: Recordings,
        converter: Converter,
        keep: Sequence[Kept] = (),
        watch: Watch | None = None,
    ) -> None:
        """Reach nothing yet; `keep` is opened and closed with it."""
        self.settings = settings
        self.recordings = recordings
        self.ari = Ari(settings)
        self._kept = tuple(keep)
        self._looking = asyncio.Lock()
        self._watch = watch or (lambda state, why, hint: None)
        self._told: set[str] = set()  # why it is away
        self._home: Home | None = None
        self.board = board = Board(self.ari, Names("0"), self._tell, lambda: 0.0)
        self._settler = settler = Settler(board, self._begin, self._over)
        self._player = player = Player(board, library, settler.touch)
        self._keys = keys = Keys(board, player, settler.touch)
        self._takes = takes = Takes(board, recordings, converter, player.beep)
        self._wants = Wants(board, settler, player, self._over)
        self._tells = Tells(board, settler, player, takes, self._over)
        self._recovery = Recovery(board, settler, player, takes, self._over)
        self._socket = (Outbound if settings.listen else Inbound)(self.ari, self._tells.hear, self._opened, self._lost)
        self._to_take_up: tuple[list[Effect], Sequence[Living]] | None = None  # None: not ready
        self._does = {**self._wants.performs, **player.performs, **keys.performs, **takes.performs}
        self.performs: Mapping[type[Effect], Callable[[Any], None]] = dict.fromkeys(self._does, self._perform)

    @property
    def away(self) -> str:
        """Why nothing can be commanded now; empty while Asterisk is there."""
        return self.board.away

    def address(self, asked: StartRecording) -> str:
        """Where a recording will be found."""
        return self.recordings.address(asked.id, asked.format)

    def happened(self, event: Event) -> None:
        """Hear of an event before the exchange does: nothing depends on it here."""

    async def start(self, home: Home, epoch: str) -> None:
        """Begin to reach Asterisk; it may come later than we. RequestError where we cannot listen for it."""
        for kept in self._kept:
            await kept.start()
        self._home = self._tells.home = home
        self.board.names, self.board.now = Names(epoch, self.settings.application), home.now
        await self._socket.start()

    async def stop(self) -> None:
        """Let go of Asterisk; calls that are there live on."""
        await self.board.tidy()
        self.board.lost("the service has stopped")
        await self._socket.stop()
        await self.board.stop()
        await self.ari.close()
        for kept in reversed(self._kept):
            await kept.close()

    def _perform(self, effect: Effect) -> None:
        """Perform an effect; while there are calls of an earlier run to be found again, it comes after all others."""
        if self._to_take_up is not None and self._to_take_up[1]:
            self._to_take_up[0].append(effect)
        else:
            self._does[type(effect)](effect)

    def _begin(self, leg: Leg) -> None:
        """Begin what waits for a channel, now that it is where it should be."""
        self._keys.begin(leg)
        self._player.begin(leg)

    # --- the connection --------------------------------------------------------------------------

    async def recover(self, standing: Sequence[Effect], calls: Sequence[Living]) -> None:
        """Take up the calls of a run that was broken off: now, or as soon as Asterisk is there.

        It is waited for a little, so that what it tells of the time without us comes first.
        """
        self._to_take_up = (list(standing), calls)
        if self.ari.socket is not None:
            await self._opened()
        elif calls:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.board.back(), COMING)

    async def _opened(self) -> None:
        """Look through everything that is there, now that we can; one that does not answer is connected to again."""
        async with self._looking:
            if self._to_take_up is None:  # the service is not ready for it
                return
            socket = self.ari.socket
            try:
                await self._listen_to_what_matters()
                standing = await self._look_through(*self._to_take_up)
            except Refused as refused:
                self._is_of_no_use(socket, str(refused), advice_on(refused, self.settings))
                return
            except Exception as error:
                self._is_of_no_use(socket, "what Asterisk says makes no sense to us")
                bug("Asterisk could not be looked through", error)
                return
            if self.ari.socket is not socket and standing is not None:  # the next one is looked through again
                return
            self._to_take_up = ([], ())
            self.board.found()
            self._told.clear()
            self._watch("found", "", "")
            if standing is None:
                self._forget_all()
            for effect in sorted(standing or (), key=lambda effect: type(effect) not in self._wants.performs):
                self._perform(effect)  # who is where comes before what is heard there
            self._wants.make_so()
            self.board.go(self._recovery.clear_away())

    async def _look_through(self, standing: Sequence[Effect], calls: Sequence[Living]) -> list[Effect] | None:
        """Compare what is there with what we know; what is left to perform, None where it is another Asterisk."""
        if await self._recovery.restarted():
            return None
        channels = await self._recovery.channels()
        rung = self._recovery.take_up(calls, channels, self._tells.spoken_of())
        self._tells.catch_up()
        await self._player.find(standing, channels)
        await self._takes.find(standing, channels)
        await self._recovery.look()
        return [effect for effect in standing if not (isinstance(effect, PlaceCall) and effect.call in rung)]

    async def _listen_to_what_matters(self) -> None:
        """Have Asterisk tell only what we read: it says much more. Its replies pass the same filter."""
        wanted = [{"type": tag} for tag in TAGS]
        path = f"applications/{self.settings.application}/eventFilter"
        reply = await self.ari.over_http("PUT", path, {"allowed": wanted})
        if not reply.ok:
            raise Refused(f"PUT {path}", reply)

    def _is_of_no_use(self, socket: Connection | None, why: str, hint: str = "") -> None:
        self._lost(why, hint)
        if socket is not None:
            self.board.go(self._begin_again(socket))

    async def _begin_again(self, socket: Connection) -> None:
        """Close a connection that is of no use, and not at once: the next may be none either."""
        await asyncio.sleep(BREATH)
        await socket.close()

    def _lost(self, why: str, hint: str = "") -> None:
        """Take note, and tell each reason once; without one the connection was closed, which may be our own doing."""
        if self.board.away and not why:
            return
        why = why or "the websocket was closed"
        self.board.lost(why)
        self._tells.hold_back()
        if why not in self._told:
            self._told.add(why)
            self._watch("lost", why, hint)

    def _forget_all(self) -> None:
        """Every call is gone, and the switch with it; what the new one has said so far is of new calls."""
        for leg in list(self.board.legs.values()):
            self._let_go(leg)
        self._player.forget()
        self._takes.forget_all()
        self._tell(SwitchWasLost(self.board.now()))
        self._tells.catch_up()

    # --- ends ------------------------------------------------------------------------------------

    def _tell(self, event: Event) -> None:
        if self._home is not None:
            self._home.give(event)

    def _over(self, leg: Leg, why: str) -> None:
        """Tell the end of a call, once."""
        if not leg.gone:
            self._let_go(leg)
            self._tell(CallEnded(self.board.now(), leg.call, why))

    def _let_go(self, leg: Leg) -> None:
        """Forget a leg that is gone, with all that was only there for it."""
        board = self.board
        board.forget(leg)
        if leg.idle is not None:
            leg.idle.cancel()
        self._player.forget(leg.call)
        for kind in ASIDE & leg.snoops.keys():  # one is on another's channel
            board.drop_channel(leg.snoops[kind].name)
        board.drop_bridge(aside(leg.call, board.names))  # nobody else is in there
        self._settler.touch_coaches(leg)
        self._settler.leave(leg)
        partner = board.legs.get(leg.partner)
        if leg.partner:
            self._wants.part(leg)
        if partner is not None and partner.partner == leg.call:
            self._wants.part(partner)
            self._settler.touch(partner)


def advice_on(refused: Refused, settings: AriSettings) -> str:
    """What to do where Asterisk does not let us begin."""
    if refused.status == NO_APPLICATION:
        return f"asterisk.application is {settings.application}: ari.conf has to have it in apps of outbound_websocket"
    return advice(refused.status)
