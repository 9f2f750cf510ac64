"""Sending again over a network that may lose: at growing distances, until it is heeded (RFC 3261 17.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

T1 = 0.5  # seconds before the first repetition; then twice as many, and so on
T2 = 4.0  # but never more than this
PATIENCE = 32.0  # seconds after which nothing is repeated any more


class Repeats:
    """Does something at once and again and again, until stopped or until there is no hope left."""

    def __init__(self, does: Callable[[], None], give_up: Callable[[], None] | None = None) -> None:
        """Do it for the first time; `give_up` is called when it was never heeded."""
        self._does = does
        self._give_up = give_up
        self._pause = T1
        self._waited = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._do()

    def _do(self) -> None:
        self._does()
        self._alarm = asyncio.get_running_loop().call_later(self._pause, self._again)

    def _again(self) -> None:
        self._alarm = None
        self._waited += self._pause
        self._pause = min(2 * self._pause, T2)
        if self._waited < PATIENCE:
            self._do()
        elif self._give_up is not None:
            self._give_up()

    @property
    def goes_on(self) -> bool:
        """Whether it is not heeded yet."""
        return self._alarm is not None

    def stop(self) -> None:
        """It was heeded."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
