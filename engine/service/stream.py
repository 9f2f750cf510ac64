"""The stream of events: the latest lines of the timeline by number, for whoever follows and comes back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from msgspec import Struct

KEPT = 10_000


class Line(Struct, frozen=True, gc=False):
    """One line: its number, whose it is, the word for what happened, and the entry as JSON."""

    number: int
    account: str
    what: str
    text: bytes


class Stream:
    """The last `kept` lines; a follower that fell behind them is told how many it missed."""

    def __init__(self, kept: int = KEPT) -> None:
        """Begin at number 1."""
        self._lines: deque[Line] = deque(maxlen=kept)
        self._next = 1
        self._more: asyncio.Event | None = None
        self._encode = msgspec.json.Encoder(enc_hook=str).encode
        self.closed = False

    def skip(self, last: int) -> None:
        """Go on after that number, whose line and those before it are gone."""
        self._next = last + 1

    def add(self, account: str, entry: dict[str, Any]) -> None:
        """Put one line at the end."""
        self._lines.append(Line(self._next, account, entry["what"], self._encode(entry)))
        self._next += 1
        if self._more is not None:
            self._more.set()
            self._more = None

    def close(self) -> None:
        """Let every follower come to its end."""
        self.closed = True
        if self._more is not None:
            self._more.set()

    @property
    def last(self) -> int:
        """The number of the latest line; 0 where there is none."""
        return self._next - 1

    async def follow(self, account: str, after: int, quiet: float) -> AsyncIterator[Line | int]:
        """Every line of an account with a number beyond `after`, as they come; it ends when the stream is closed.

        A number that was not given out yet is an earlier run's: its follower has heard nothing of this one. A count
        stands for so many lines that are gone; 0 says that nothing came for `quiet` seconds.
        """
        at = after + 1 if after <= self.last else 1
        while True:
            oldest = self._lines[0].number if self._lines else self._next
            if at < oldest:
                yield oldest - at
                at = oldest
            while at < self._next and self._lines[0].number <= at:
                line = self._lines[at - self._lines[0].number]
                at += 1
                if line.account == account:
                    yield line
            if at < self._next:
                continue
            if self.closed:
                return
            if not await self._comes(quiet):
                yield 0

    async def _comes(self, quiet: float) -> bool:
        """Wait for more; whether it came in time."""
        if self._more is None:
            self._more = asyncio.Event()
        try:
            await asyncio.wait_for(self._more.wait(), quiet)
        except TimeoutError:
            return False
        return True
