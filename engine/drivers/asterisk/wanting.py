"""Effects become what is wanted of legs and rooms; their lanes make it so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.causes import ORDINARY, REASONS, TROUBLE
from engine.drivers.asterisk.client import Refused
from engine.drivers.asterisk.model import Leg, Seat
from engine.drivers.asterisk.placing import dial, make
from engine.drivers.asterisk.playing import Player
from engine.drivers.asterisk.settling import ATTEMPTS, BETWEEN, Settler
from engine.values import effects
from engine.values.effects import Effect
from engine.values.events import CallEnded, JoinFailed, MemberLeft

Change = Literal["mute", "deaf", "hold", "coach"]


class Wants:
    """What each effect on calls and rooms changes: `performs`. Effects for what is not there change nothing."""

    def __init__(self, board: Board, settler: Settler, player: Player, over: Callable[[Leg, str], None]):
        """Nothing is wanted yet."""
        self._board, self._settler, self._player, self._over = board, settler, player, over
        self.performs: dict[type[Effect], Callable[[Any], None]] = {
            effects.Answer: self._answer,
            effects.StartEarlyMedia: self._start_early_media,
            effects.HangUp: self._hang_up,
            effects.PlaceCall: self._place_call,
            effects.ConnectCalls: self._connect_calls,
            effects.DisconnectCalls: self._disconnect_calls,
            effects.JoinConference: self._join,
            effects.LeaveConference: self._leave,
            effects.SeatMembers: self._seat,
            effects.MuteMembers: self._mute,
            effects.DeafenMembers: self._deafen,
            effects.HoldMembers: self._hold,
            effects.CoachMember: self._coach,
        }

    # --- calls -----------------------------------------------------------------------------------

    def _answer(self, effect: effects.Answer) -> None:
        leg = self._board.legs.get(effect.call)
        if leg is not None:
            leg.answer = True
            self._player.break_in(leg)
            self._settler.touch(leg)

    def _start_early_media(self, effect: effects.StartEarlyMedia) -> None:
        leg = self._board.legs.get(effect.call)
        if leg is not None and not leg.up:
            leg.early = True
            self._settler.touch(leg)

    def _hang_up(self, effect: effects.HangUp) -> None:
        leg = self._board.legs.get(effect.call)
        if leg is None:  # the exchange waits for its end
            self._board.tell(CallEnded(self._board.now(), effect.call))
        elif not leg.ending:
            leg.ending = ORDINARY if leg.up else REASONS.get(effect.cause, ORDINARY)
            self._player.forget(leg.call)
            self._board.go(self.end(leg))

    async def end(self, leg: Leg) -> None:
        """End a channel; one that cannot be ended soon is over for us, and ended as soon as it can be."""
        board = self._board
        for _ in range(ATTEMPTS):
            reply = await board.ari.ask("DELETE", f"channels/{leg.channel}", reason=leg.ending)
            if reply.ok or leg.gone or board.away:
                return
            if reply.status == 404:
                if leg.created:  # one in the making is ended when it is made
                    self._over(leg, "hangup")
                return
            await asyncio.sleep(BETWEEN)
        self._over(leg, "lost")
        board.drop_channel(leg.channel, leg.ending)

    def _place_call(self, effect: effects.PlaceCall) -> None:
        board = self._board
        leg = board.legs.get(effect.call)  # where it is there, a run that was broken off made it
        if leg is None:
            channel = board.names.name("call", effect.call)
            leg = board.add(Leg(effect.call, channel, placed=effect, created=False))
        board.go(self._place(leg, effect))

    async def _place(self, leg: Leg, effect: effects.PlaceCall) -> None:
        try:
            if not leg.created:
                await make(self._board, effect, leg.channel)
                leg.created = True
            if leg.ending:  # while it was made
                await self.end(leg)
                return
            await dial(self._board, effect, leg.channel)
        except Refused:
            self._board.drop_channel(leg.channel)
            self._over(leg, "hangup" if leg.ending else TROUBLE)
            return
        if leg.stale:
            self._settler.touch(leg)

    def _connect_calls(self, effect: effects.ConnectCalls) -> None:
        one, other = self._board.legs.get(effect.call), self._board.legs.get(effect.other)
        if one is None or other is None:
            return
        room = self._board.room(min(one.call, other.call), "pair")
        for leg, partner in ((one, other), (other, one)):
            leg.partner = partner.call
            room.members[leg.call] = None
            self._settler.touch(leg)

    def _disconnect_calls(self, effect: effects.DisconnectCalls) -> None:
        for call, other in ((effect.call, effect.other), (effect.other, effect.call)):
            leg = self._board.legs.get(call)
            if leg is not None and leg.partner == other:
                self.part(leg)
                self._settler.touch(leg)

    def make_so(self) -> None:
        """See to everything that is wanted, since nothing could be done about it for a while."""
        for leg in list(self._board.legs.values()):
            if leg.ending:
                self._board.go(self.end(leg))
            else:
                self._settler.touch(leg)

    def part(self, leg: Leg) -> None:
        """Forget whom a leg talks to."""
        room = self._board.room(min(leg.call, leg.partner), "pair")
        leg.partner = ""
        room.members.pop(leg.call, None)
        self._board.empty(room)

    # --- rooms -----------------------------------------------------------------------------------

    def _join(self, effect: effects.JoinConference) -> None:
        board = self._board
        leg = board.legs.get(effect.call)
        if leg is None:
            board.tell(JoinFailed(board.now(), effect.call, effect.conference, effect.id))
            return
        leg.seat = Seat(
            effect.conference,
            effect.id,
            muted=effect.muted,
            deaf=effect.deaf,
            waiting=effect.waiting,
            coaching=effect.coach,
            relay=effect.relay,
        )
        room = board.room(effect.conference)
        room.members[leg.call] = None
        if effect.coach:
            room.coaches[leg.call] = None
        self._settler.touch(leg)
        self._settler.touch_coaches(leg)

    def _leave(self, effect: effects.LeaveConference) -> None:
        board = self._board
        leg = board.legs.get(effect.call)
        if leg is None or leg.seat is None or leg.seat.room != effect.conference:
            board.tell(MemberLeft(board.now(), effect.call, effect.conference))
            return
        leg.seat.leaving = True
        self._settler.touch_coaches(leg)
        self._settler.touch(leg)

    def _seat(self, effect: effects.SeatMembers) -> None:
        for call in effect.calls:
            self._change(effect.conference, call, "", waiting=False)

    def _mute(self, effect: effects.MuteMembers) -> None:
        for call in effect.calls:
            self._change(effect.conference, call, "mute", muted=effect.on)

    def _deafen(self, effect: effects.DeafenMembers) -> None:
        for call in effect.calls:
            self._change(effect.conference, call, "deaf", deaf=effect.on)

    def _hold(self, effect: effects.HoldMembers) -> None:
        for call in effect.calls:
            self._change(effect.conference, call, "hold", held=effect.on)

    def _coach(self, effect: effects.CoachMember) -> None:
        leg = self._board.legs.get(effect.call)
        if leg is not None:
            room = self._board.room(effect.conference)
            if effect.target:
                room.coaches[leg.call] = None
            else:
                room.coaches.pop(leg.call, None)
            self._change(effect.conference, effect.call, "coach", coaching=effect.target)

    def _change(self, conference: str, call: str, change: Change | Literal[""], **values: Any) -> None:
        """Want something else of a member; whoever must not be heard any more is muted at once, out of turn."""
        leg = self._board.legs.get(call)
        seat = leg.seat if leg is not None else None
        if leg is None or seat is None or seat.room != conference:
            return
        for name, value in values.items():
            setattr(seat, name, value)
        if change:
            leg.changes.add(change)
        if leg.runner is not None and leg.bridge and (seat.muted or seat.held) and leg.muted is not True:
            self._mute_now(leg)
        self._settler.touch_coaches(leg)
        self._settler.touch(leg)

    def _mute_now(self, leg: Leg) -> None:
        leg.muted = None
        self._board.overtake(leg, self._board.ari.ask("POST", f"channels/{leg.channel}/mute", direction="in"))
