"""Makes channels be where they should be: isolate first, connect second, tell last.

Each leg has a lane: one task at a time, which runs while what is wanted of the leg differs from how it is. Whatever
changes what is wanted only marks the leg; the lane looks at how things stand before each step, so that a kick that
comes while a member is being joined is heeded at the next step. Lanes never wait for each other.

A channel does what it is told only when no playback runs on it, so playbacks are ended, and their end awaited, before
it is moved. Muting, ending playbacks and hanging up overtake everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.causes import ORDINARY, REASONS
from engine.drivers.asterisk.client import Refused
from engine.drivers.asterisk.model import Kind, Leg, Snoop
from engine.drivers.asterisk.wiring import Helper, Wiring, wiring
from engine.values.events import CallAnswered, JoinFailed, MemberChangeFailed, MemberJoined, MemberLeft

# A channel that stays alone without a sound for so many seconds is sent silence: far ends want to hear something.
GAP = 0.01
# Attempts to take a channel out of a bridge, or to end it, before it is given up as lost; seconds between them.
ATTEMPTS, BETWEEN = 3, 0.2
# The two helpers of a coach that meet in a bridge of their own.
ASIDE: frozenset[Kind] = frozenset(("say", "whisper"))
# What the switch says where there is nothing to undo: not found, not in that bridge, not in our application.
UNDONE = frozenset((400, 404, 409, 422))


class ChangedMeanwhileError(Exception):
    """What is wanted of a leg has changed: its lane looks again."""


class Settler:
    """The lanes of all legs; `begin` starts what waits to be played to a channel, `over` takes a leg that is gone."""

    def __init__(self, board: Board, begin: Callable[[Leg], None], over: Callable[[Leg, str], None]) -> None:
        """Keep the board."""
        self._board = board
        self._begin = begin
        self._over = over

    def touch(self, leg: Leg) -> None:
        """See to it that a leg is, or soon will be, as it is wanted."""
        leg.stale = True
        if leg.runner is None and not leg.gone:
            leg.runner = self._board.spawn(self._run(leg))

    def touch_coaches(self, leg: Leg) -> None:
        """Who coaches this leg is heard by it, or not, as it now stands."""
        room = self._board.rooms.get(self._board.names.name("room", leg.seat.room)) if leg.seat is not None else None
        for call in room.coaches if room is not None else ():
            coach = self._board.legs.get(call)
            if coach is not None and coach.seat is not None and coach.seat.coaching == leg.call:
                self.touch(coach)

    async def _run(self, leg: Leg) -> None:
        attempts = 0
        try:
            while leg.stale and leg.created and not (leg.gone or leg.ending or self._board.away):
                leg.stale = False
                try:
                    await self._settle(leg)
                    attempts = 0
                except ChangedMeanwhileError:
                    continue
                except Refused as refused:
                    attempts += 1
                    await self._failed(leg, refused, attempts)
        except Exception:  # a bug: of this leg we know nothing any more, and the others go on
            self._give_up(leg)
            raise
        finally:
            leg.runner = None

    async def _settle(self, leg: Leg) -> None:
        board = self._board
        wanted = wiring(leg, board.legs, board.names)
        await self._isolate(leg, wanted)
        if leg.answer and not leg.up:
            await board.ari.must("POST", f"channels/{leg.channel}/answer")
            self.answered(leg)
        elif leg.early:
            leg.early = False
            await board.ari.must("POST", f"channels/{leg.channel}/progress")
        await self._connect(leg, wanted)
        self._confirm(leg)
        self._begin(leg)
        self.rest(leg)

    def answered(self, leg: Leg) -> None:
        """Take note that a channel is up, and tell it once."""
        if not leg.up:
            leg.up = True
            self._board.tell(CallAnswered(self._board.now(), leg.call))

    # --- isolate ---------------------------------------------------------------------------------

    async def _isolate(self, leg: Leg, wanted: Wiring) -> None:
        ari = self._board.ari
        if wanted.muted and leg.muted is not True:
            await ari.must("POST", f"channels/{leg.channel}/mute", direction="in")
            leg.muted = True
        for kind, snoop in list(leg.snoops.items()):
            wish = wanted.helpers.get(kind)
            if wish is None or (wish.of, wish.bridge) != (snoop.of, snoop.wanted):
                await self._take_away(leg, kind, snoop)
        if leg.stops:
            await asyncio.wait(leg.stops)
        if leg.bridge and leg.bridge != wanted.bridge:
            reply = await ari.ask("POST", f"bridges/{leg.bridge}/removeChannel", channel=leg.channel)
            if not reply.ok and (reply.status not in UNDONE or await self._is_in(leg)):
                raise Refused("removeChannel", reply)
            leg.bridge = ""

    async def _is_in(self, leg: Leg) -> bool:
        """Whether Asterisk still has a channel in its bridge."""
        reply = await self._board.ari.ask("GET", f"bridges/{leg.bridge}")
        return reply.ok and leg.channel in reply.read()["channels"]

    async def _take_away(self, leg: Leg, kind: Kind, snoop: Snoop) -> None:
        reply = await self._board.ari.ask("DELETE", f"channels/{snoop.name}")
        if not reply.ok and reply.status != 404:
            raise Refused(f"DELETE {kind}", reply)
        leg.snoops.pop(kind, None)
        if kind in ASIDE and not ASIDE & leg.snoops.keys():  # nobody else is in there
            self._board.drop_bridge(snoop.wanted)

    # --- connect ---------------------------------------------------------------------------------

    async def _connect(self, leg: Leg, wanted: Wiring) -> None:
        board = self._board
        if wanted.bridge and (leg.bridge != wanted.bridge or leg.doubtful):
            self._look_again(leg)  # a bridge for somebody who is gone would stay for ever
            await board.bridge(wanted.bridge)
            await self._be_loud(leg)
            await self._unmute(leg, wanted)
            self._look_again(leg)
            await self._enter(leg, wanted)
        await self._unmute(leg, wanted)
        for kind, wish in wanted.helpers.items():
            await self._help(leg, kind, wish)

    async def _enter(self, leg: Leg, wanted: Wiring) -> None:
        """Put a channel into its bridge; one that Asterisk does not find is made once more for the next attempt."""
        board, absorb = self._board, "true" if wanted.absorb else "false"
        leg.bridge, leg.doubtful = wanted.bridge, True  # from now on it may be in there
        try:
            await board.ari.must("POST", f"bridges/{wanted.bridge}/addChannel", channel=leg.channel, absorbDTMF=absorb)
        except Refused as refused:
            if refused.status == 404:
                board.make_again(wanted.bridge)
            raise
        leg.doubtful = False

    async def _unmute(self, leg: Leg, wanted: Wiring) -> None:
        if leg.muted is not False and not wanted.muted:
            self._look_again(leg)
            leg.muted = None
            await self._board.ari.must("DELETE", f"channels/{leg.channel}/mute", direction="in")
            if not leg.stale:  # or it may have been muted out of turn
                leg.muted = False

    async def _help(self, leg: Leg, kind: Kind, wish: Helper) -> None:
        """Make a helper, and put it into its bridge."""
        board, snoop = self._board, leg.snoops.get(kind)
        if snoop is None:
            self._look_again(leg)
            name = board.fresh(kind, leg.call)
            await board.snoop(wish.of, name, spy=wish.spy, whisper=wish.whisper)
            snoop = leg.snoops[kind] = Snoop(name, wish.of, wish.bridge)
        if not snoop.bridge:
            self._look_again(leg)
            await board.bridge(wish.bridge)
            self._look_again(leg)
            await board.ari.must("POST", f"bridges/{wish.bridge}/addChannel", channel=snoop.name)
            snoop.bridge = wish.bridge

    def _look_again(self, leg: Leg) -> None:
        """Do nothing further for what was wanted before."""
        if leg.stale or leg.ending or leg.gone:
            raise ChangedMeanwhileError

    # --- tell ------------------------------------------------------------------------------------

    def _confirm(self, leg: Leg) -> None:
        """Tell what has come true; what changed during the last step is looked at again first."""
        if leg.stale or leg.gone or leg.ending:
            return
        board, seat = self._board, leg.seat
        leg.changes.clear()
        if seat is None:
            return
        if seat.leaving:
            self.leave(leg)
            board.tell(MemberLeft(board.now(), leg.call, seat.room))
        elif not seat.joined:
            seat.joined = True
            board.tell(MemberJoined(board.now(), leg.call, seat.room, seat.join))

    def leave(self, leg: Leg) -> None:
        """Forget a leg's place in its room, and the room's bridge where nobody is left."""
        seat, leg.seat = leg.seat, None
        if seat is not None:
            room = self._board.room(seat.room)
            room.members.pop(leg.call, None)
            room.coaches.pop(leg.call, None)
            self._board.empty(room)

    async def _failed(self, leg: Leg, refused: Refused, attempts: int) -> None:
        """Report what could not be made real; whoever cannot be isolated, or is not there, is ended."""
        board, seat = self._board, leg.seat
        if leg.gone or board.away:  # everything is looked at when the switch is back
            return
        if refused.status == 404 and (await board.ari.ask("GET", f"channels/{leg.channel}")).status == 404:
            board.go(self._lose(leg))
        elif seat is not None and not (seat.joined or seat.leaving):
            self.leave(leg)
            board.tell(JoinFailed(board.now(), leg.call, seat.room, seat.join))
            leg.stale = True
        elif leg.changes and seat is not None and not seat.leaving:
            changes, leg.changes = sorted(leg.changes), set()
            for change in changes:
                board.tell(MemberChangeFailed(board.now(), leg.call, seat.room, change))
        elif attempts < ATTEMPTS:
            leg.stale = True
            await asyncio.sleep(BETWEEN)
        else:
            self._give_up(leg)

    async def _lose(self, leg: Leg) -> None:
        """Take a leg for lost whose channel is gone, unless Asterisk still tells how it ended."""
        await asyncio.sleep(self._board.ari.settings.deadline)
        self._over(leg, "lost")

    def _give_up(self, leg: Leg) -> None:
        """Take a leg for lost, and end its channel."""
        self._over(leg, "lost")
        self._board.drop_channel(leg.channel, ORDINARY if leg.up else REASONS["internal"])

    # --- silence ---------------------------------------------------------------------------------

    def rest(self, leg: Leg) -> None:
        """See to it that somebody to whom nothing is played hears silence, not nothing at all."""
        if leg.idle is None and self._is_idle(leg):
            leg.idle = asyncio.get_running_loop().call_later(GAP, self._hush, leg)

    def _is_idle(self, leg: Leg) -> bool:
        return leg.up and not (leg.quiet or leg.bridge or leg.sounds or leg.gone or leg.ending)

    def _hush(self, leg: Leg) -> None:
        leg.idle = None
        if self._is_idle(leg) and leg.runner is None:
            leg.quiet = True
            self._board.overtake(leg, self._silence(leg))

    async def _silence(self, leg: Leg) -> None:
        if not (await self._board.ari.ask("POST", f"channels/{leg.channel}/silence")).ok:
            leg.quiet = False

    async def _be_loud(self, leg: Leg) -> None:
        """End the silence that is sent: it would drown the room."""
        if leg.quiet:
            await self._board.ari.ask("DELETE", f"channels/{leg.channel}/silence")
            leg.quiet = False
