"""The seam between deciding and doing: whoever performs effects is a driver, simulated or real."""

from __future__ import annotations

from typing import Protocol

from engine.values.effects import Effect


class Driver(Protocol):
    """Performs effects and reports what happened as events; it decides nothing.

    `perform` neither blocks nor raises: what goes wrong is told by an event. An effect that is
    answered carries ids, and its answer carries them back.
    """

    def perform(self, effect: Effect) -> None:
        """Do one thing that the exchange asked for."""
