"""How a test waits for what others will do: until something holds, woken by a bell, and never longer than it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    """Wakes all who wait for it, each time that it is rung."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._waiting: list[asyncio.Future[None]] = []

    def ring(self) -> None:
        """Wake whoever waits."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)

    async def rung(self) -> None:
        """Return when it is rung next."""
        rung = asyncio.get_running_loop().create_future()
        self._waiting.append(rung)
        await rung


async def wait_until(holds: Callable[[], bool], bell: Bell, within: float, seen: Callable[[], str]) -> None:
    """Return as soon as it holds; looks whenever the bell rings.

    Raises TimeoutError after `within` seconds, with what was `seen` instead.
    """
    limit = asyncio.timeout(within)
    try:
        async with limit:
            while not holds():
                await bell.rung()
    except TimeoutError:
        if not limit.expired():  # it was raised by what was to hold
            raise
        raise TimeoutError(f"not within {within} s: {seen()}") from None
