"""What Asterisk says becomes events of the exchange, or ends what one of us waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from engine.drivers.asterisk import events as ari
from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.causes import NO_ROOM, NOBODY, why_over, why_requested, why_unanswered
from engine.drivers.asterisk.model import Leg
from engine.drivers.asterisk.names import call_of
from engine.drivers.asterisk.playing import Player
from engine.drivers.asterisk.settling import Settler
from engine.drivers.asterisk.taking import Takes
from engine.drivers.driver import Home
from engine.errors import EngineError, RequestError
from engine.values.events import (
    CallHeldFar,
    CallRinging,
    DigitPressed,
    Event,
    TalkStarted,
    TalkStopped,
)

# A call that comes in and is not answered at once hears ringing after so many seconds.
RING_AFTER = 0.2
# The dialplan hands a call over with a word and the names of its SIP headers; so many of them are read.
HEADERS = 32
# What is told of a call's channel.
OF_CHANNELS = (ari.ChannelDtmfReceived, ari.ChannelHangupRequest, ari.StasisEnd, ari.ChannelDestroyed)


class Tells:
    """What each message means; `told` is the table."""

    def __init__(self, board: Board, settler: Settler, player: Player, takes: Takes, over: Callable[[Leg, str], None]):
        """Nobody is told yet: `home` is given at the start."""
        self._board, self._settler, self._player, self._over = board, settler, player, over
        self.home: Home | None = None
        self._missed: list[ari.Said] | None = []  # what was said before any call was known; None: they are
        self.told: dict[type[ari.Said], Callable[[Any], None]] = {
            ari.StasisStart: self._started,
            ari.StasisEnd: self._ended,
            ari.ChannelDestroyed: self._destroyed,
            ari.ChannelHangupRequest: self._hang_up_requested,
            ari.ChannelDtmfReceived: self._key,
            ari.ChannelTalkingStarted: self._talks,
            ari.ChannelTalkingFinished: self._talked,
            ari.ChannelHold: self._held,
            ari.ChannelUnhold: self._unheld,
            ari.Dial: self._dial,
            ari.PlaybackFinished: player.finished,
            ari.RecordingFinished: takes.finished,
            ari.RecordingFailed: takes.finished,
            ari.ApplicationReplaced: self._replaced,
        }

    def hear(self, said: ari.Said) -> None:
        """Take one message; while no call is known yet, keep it."""
        if self._missed is not None:
            self._missed.append(said)
            return
        heed = self.told.get(type(said))
        if heed is not None:
            heed(said)

    def hold_back(self) -> None:
        """Keep what is said from now on until `catch_up`: the connection was lost, and much may have changed."""
        if self._missed is None:
            self._missed = []

    def spoken_of(self) -> list[str]:
        """The channels that something was said of before any call was known."""
        return [said.channel.id for said in self._missed or () if isinstance(said, OF_CHANNELS)]

    def catch_up(self) -> None:
        """Take what was said before, now that the calls are known."""
        missed, self._missed = self._missed or (), None
        for said in missed:
            if isinstance(said, ari.PlaybackFinished):  # whose it was is known later
                self._player.missed(said)
            else:
                self.hear(said)

    # --- calls that come in ------------------------------------------------------------------------

    def _started(self, said: ari.StasisStart) -> None:
        channel = said.channel
        if self._board.enter(channel.id) or channel.id in self._board.channels:
            return
        if channel.id.startswith(self._board.names.house):
            self._came_late(channel.id)
        elif said.args[1:] and said.args[1]:
            self._board.coming.add(channel.id)
            self._board.go(self._read_headers(said))
        else:
            self._arrive(said, ())

    def _came_late(self, name: str) -> None:
        """End a channel of ours that nobody waits for any more; after a loss that is for the look around to say."""
        if not self._board.away and self._board.names.read(name) is not None:
            self._board.drop_channel(name)

    async def _read_headers(self, said: ari.StasisStart) -> None:
        """Ask for what the caller's INVITE said in headers of its own, and let the call in then."""
        names = said.args[1 : 1 + HEADERS]
        path = f"channels/{said.channel.id}/variable"
        replies = await asyncio.gather(
            *(self._board.ari.ask("GET", path, variable=f"PJSIP_HEADER(read,{name})") for name in names)
        )
        pairs = zip(names, replies, strict=True)
        if said.channel.id in self._board.coming:  # still
            self._board.coming.discard(said.channel.id)
            self._arrive(said, tuple([(name, str(reply.read()["value"])) for name, reply in pairs if reply.ok]))

    def _arrive(self, said: ari.StasisStart, headers: tuple[tuple[str, str], ...]) -> None:
        channel, board = said.channel, self._board
        if self.home is None:
            return
        leg = board.add(Leg(call_of(channel.id), channel.id, up=channel.state == "Up"))
        try:
            self.home.arrive(
                channel.caller.number,
                channel.dialplan.exten,
                call=leg.call,
                name=channel.caller.name,
                headers=headers,
            )
        except EngineError as error:
            board.forget(leg)
            reason = NOBODY if isinstance(error, RequestError) else NO_ROOM
            board.drop_channel(channel.id, reason)
            return
        if not (leg.answer or leg.gone):
            asyncio.get_running_loop().call_later(RING_AFTER, self._ring, leg)

    def _ring(self, leg: Leg) -> None:
        """Let somebody who still waits for an answer hear that it rings."""
        if not (leg.up or leg.answer or leg.gone or leg.ending or leg.sounds):
            self._board.go(self._board.ari.ask("POST", f"channels/{leg.channel}/ring"))

    # --- calls ---------------------------------------------------------------------------------------

    def _dial(self, said: ari.Dial) -> None:
        leg = self._board.channels.get(said.peer.id)
        if leg is None or leg.gone:
            return
        if said.dialstatus in ("RINGING", "PROGRESS"):
            self._board.tell(CallRinging(self._board.now(), leg.call, said.dialstatus == "PROGRESS"))
        elif said.dialstatus == "ANSWER":
            self._settler.answered(leg)
            self._settler.touch(leg)

    def _hang_up_requested(self, said: ari.ChannelHangupRequest) -> None:
        leg = self._board.channels.get(said.channel.id)
        if leg is not None:
            leg.dying, leg.hung_up = True, leg.hung_up or why_requested(said.cause, soft=said.soft)

    def _ended(self, said: ari.StasisEnd) -> None:
        leg = self._board.channels.get(said.channel.id)
        if leg is None:
            self._board.coming.discard(said.channel.id)
            self._helper_gone(said.channel.id)
        elif leg.placed is None or leg.up:  # a placed call that was not answered says why when it is destroyed
            self._over(leg, why_over(leg.hung_up))

    def _destroyed(self, said: ari.ChannelDestroyed) -> None:
        leg = self._board.channels.get(said.channel.id)
        if leg is not None:
            self._over(leg, why_over(said.cause) if leg.up else why_unanswered(said.cause))

    def _helper_gone(self, name: str) -> None:
        """See to it that a helper that ended by itself is made again, where it still is wanted."""
        known = self._board.names.read(name)
        leg = self._board.legs.get(known[1].partition("/")[0]) if known is not None else None
        if leg is None:
            return
        for kind, snoop in list(leg.snoops.items()):
            if snoop.name == name:
                del leg.snoops[kind]
                self._settler.touch(leg)

    # --- people --------------------------------------------------------------------------------------

    def _key(self, said: ari.ChannelDtmfReceived) -> None:
        self._of(said.channel.id, lambda at, call: DigitPressed(at, call, said.digit))

    def _talks(self, said: ari.ChannelTalkingStarted) -> None:
        self._of(said.channel.id, TalkStarted)

    def _talked(self, said: ari.ChannelTalkingFinished) -> None:
        self._of(said.channel.id, TalkStopped)

    def _held(self, said: ari.ChannelHold) -> None:
        self._of(said.channel.id, lambda at, call: CallHeldFar(at, call, held=True))

    def _unheld(self, said: ari.ChannelUnhold) -> None:
        self._of(said.channel.id, lambda at, call: CallHeldFar(at, call, held=False))

    def _of(self, channel: str, event: Callable[[float, str], Event]) -> None:
        leg = self._board.channels.get(channel)
        if leg is not None and not leg.gone:
            self._board.tell(event(self._board.now(), leg.call))

    def _replaced(self, said: ari.ApplicationReplaced) -> None:
        if self.home is not None:
            self.home.quit("another program has taken over the application at Asterisk")
