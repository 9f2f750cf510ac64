"""Real time: lets what is on an agenda happen when its time has come.

It performs the exchange's timers and wakes whoever runs the exchange; a simulated switch shares its
agenda. With `speed` N, N seconds of the run pass in one second of the world. The loop only wakes us: its own clock may
stand still for a millisecond (uvloop's does), and what is a millisecond apart must not happen at one time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from engine.drivers.agenda import Agenda
from engine.values.effects import CancelTimer, Effect, SetTimer
from engine.values.events import Event

# We are woken so many seconds of the world too late rather than too early, which would be in vain: some loops count
# whole milliseconds. What is due happens at its own time all the same.
LATE = 0.001


class Clock:
    """Paces an agenda; times are seconds of the run, which began at the agenda's present."""

    def __init__(self, agenda: Agenda, *, speed: float = 1.0) -> None:
        """Keep the agenda; time stands still until `start`."""
        self.agenda = agenda
        self.speed = speed
        self.performs: dict[type[Effect], Callable[[Any], None]] = {
            SetTimer: agenda.set_timer,
            CancelTimer: agenda.cancel_timer,
        }
        self._began = monotonic()
        self._wake: Callable[[], None] = lambda: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._armed_for = 0.0

    def start(self, wake: Callable[[], None]) -> None:
        """Let time pass from now on; `wake` is called in the running loop whenever something is due."""
        self._loop = asyncio.get_running_loop()
        self._began = monotonic() - self.agenda.now / self.speed
        self._wake = wake

    def stop(self) -> None:
        """Wake nobody any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._loop = None

    def perform(self, effect: Effect) -> None:
        """Set or cancel a timer; every other effect is somebody else's work."""
        performs = self.performs.get(type(effect))
        if performs is not None:
            performs(effect)

    def now(self) -> float:
        """The present, in seconds of the run."""
        if self._loop is None:
            return self.agenda.now
        return max(self.agenda.now, (monotonic() - self._began) * self.speed)

    def due(self, until: float) -> list[Event]:
        """The events of the next instant that has come by `until`, in order; none where there is no such instant."""
        agenda, events = self.agenda, []
        first = agenda.next_at()
        if first is None or first > until:
            return []
        while agenda.next_at() == first:
            event = agenda.pop()
            if event is not None:
                events.append(event)
        return events

    def arm(self) -> None:
        """See to it that the next thing on the agenda is not missed."""
        at = self.agenda.next_at()
        if at is None or self._loop is None:
            return
        if self._alarm is not None:
            if self._armed_for <= at:
                return  # it rings in time, and looks again
            self._alarm.cancel()
        self._armed_for = at
        left = self._began + at / self.speed - monotonic()
        self._alarm = self._loop.call_later(left + LATE if left > 0 else 0, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self._wake()
