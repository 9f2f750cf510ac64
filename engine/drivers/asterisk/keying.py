"""Sends keys to the far end, which a channel does only while nothing plays on it.

What plays is silenced meanwhile, and goes on where it was. The switch does not tell when keys are sent, so we count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.model import Leg, Sound
from engine.drivers.asterisk.playing import Player
from engine.values.effects import Effect, SendDigits

# Milliseconds of a key and of the gap after it; seconds of a pause.
KEY, BETWEEN = 100, 100
PAUSE = 0.5  # of `w`; `W` is two


class Keys:
    """The keys that are to be sent, each lot in its turn; `player` knows them as sounds, `touch` wakes a lane."""

    def __init__(self, board: Board, player: Player, touch: Callable[[Leg], None]) -> None:
        """Nothing is to be sent yet."""
        self._board, self._player, self._touch = board, player, touch
        self.performs: dict[type[Effect], Callable[[Any], None]] = {SendDigits: self.send}

    def send(self, effect: SendDigits) -> None:
        """Send keys as soon as the far end can hear them."""
        leg = self._board.legs.get(effect.call)
        if leg is not None:
            sound = Sound((effect.owner, effect.id), effect.call, 1, digits=effect.digits)
            self._player.add(sound)
            leg.keys.append(sound)
            self._touch(leg)

    def begin(self, leg: Leg) -> None:
        """Send what waits for a channel, now that it does what it is told."""
        if leg.keys and not leg.sending and (leg.up or leg.placed is None):
            leg.sending = True
            self._board.go(self._send(leg))

    async def _send(self, leg: Leg) -> None:
        """Send all that is to be sent, while nothing plays."""
        self._player.break_in(leg)
        if leg.stops:
            await asyncio.wait(leg.stops)
        while leg.keys:
            await self._press(leg, leg.keys.pop(0))
        leg.sending = False
        self._touch(leg)

    async def _press(self, leg: Leg, sound: Sound) -> None:
        """Send some keys, with the pauses between them."""
        why = "ended"
        for number, some in enumerate(sound.digits.replace("W", "ww").split("w")):
            if number:
                await asyncio.sleep(PAUSE)
            if some and not sound.stopped:
                reply = await self._board.ari.ask(
                    "POST", f"channels/{leg.channel}/dtmf", dtmf=some, duration=str(KEY), between=str(BETWEEN)
                )
                why = why if reply.ok else "failed"
                await asyncio.sleep(len(some) * (KEY + BETWEEN) / 1000)
        self._player.finish(sound, why)
