"""The seam between deciding and doing: whoever performs effects is a driver, simulated or real."""

from __future__ import annotations

from typing import Protocol

from engine.values.effects import Effect
from engine.values.events import Event


class Driver(Protocol):
    """Performs effects and reports what happened as events; it decides nothing.

    `perform` neither blocks nor raises: what goes wrong is told by an event. An effect that is
    answered carries ids, and its answer carries them back.
    """

    def perform(self, effect: Effect) -> None:
        """Do one thing that the exchange asked for."""


Headers = tuple[tuple[str, str], ...]


class Home(Protocol):
    """Whoever runs the exchange in real time: what a switch may ask of it, in its event loop."""

    def give(self, event: Event) -> None:
        """Take what has happened; it is handled before the loop goes on to wait."""

    def arrive(
        self,
        caller: str,
        called: str,
        *,
        call: str = "",
        name: str = "",
        headers: Headers = (),
        forwarded_from: str = "",
    ) -> str:
        """Let a call come in for one of our numbers; its id, which is `call` where that is given.

        RequestError for a number that is nobody's, another EngineError where the call may not come in now.
        """

    def now(self) -> float:
        """The present, in seconds of the run."""

    def quit(self, why: str) -> None:
        """Have the service stop at once and leave all calls as they are: another one has taken its place."""
