"""What a phone does by itself with a call that comes: it answers after a while, rings for ever, is busy, hangs up."""

from __future__ import annotations

import asyncio

import msgspec

from tests.asterisk.phone.call import OVER
from tests.asterisk.phone.incoming import IncomingCall


class Habit(msgspec.Struct, frozen=True, kw_only=True):
    """How a phone takes calls; the default answers at once."""

    after: float | None = 0.0  # seconds until it answers or refuses; None rings for ever
    status: int = 200  # another one refuses the call
    rings: bool = True  # it says 180 first
    early: bool = False  # it speaks before it answers (183)
    presses: str = ""  # keys, when it has answered
    presses_after: float = 0.2  # seconds
    hangs_up_after: float | None = None  # seconds from its answer

    async def take(self, call: IncomingCall) -> None:
        """Do so with this call, until it is over."""
        if self.rings:
            call.ring()
        if self.early:
            call.early()
        if self.after is None:
            return
        await asyncio.sleep(self.after)
        if call.state in OVER:
            return
        if self.status >= 300:
            call.reject(self.status)
        else:
            call.answer()
            await asyncio.gather(self._press(call), self._hang_up(call))

    async def _press(self, call: IncomingCall) -> None:
        if self.presses:
            await asyncio.sleep(self.presses_after)
            call.press(self.presses)

    async def _hang_up(self, call: IncomingCall) -> None:
        if self.hangs_up_after is not None:
            await asyncio.sleep(self.hangs_up_after)
            call.hang_up()
