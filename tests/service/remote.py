"""A switch far away: it writes down what it is asked, and answers only when a test does so in its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.drivers.agenda import Agenda
from engine.drivers.driver import Home
from engine.drivers.recordings import Recordings
from engine.drivers.simulated import SimulatedSwitch
from engine.drivers.takes import address
from engine.errors import RequestError
from engine.values.effects import Effect, StartRecording
from engine.values.events import Event
from engine.values.views import CallView


class Remote:
    """A Switch without any of its own doing; `refuses` says why it cannot be begun."""

    def __init__(self, refuses: str = "") -> None:
        """Nothing was asked yet."""
        self.away = ""
        self.recordings: Recordings | None = None
        self.asked: list[Effect] = []
        self.heard: list[Event] = []
        self.steps: list[str] = []
        self.standing: Sequence[Effect] = ()
        self.calls: Sequence[CallView] = ()
        self.home: Home | None = None
        self.epoch = ""
        self._refuses = refuses
        every = SimulatedSwitch(Agenda()).performs
        self.performs: dict[type[Effect], Callable[[Any], None]] = dict.fromkeys(every, self.asked.append)

    async def start(self, home: Home, epoch: str) -> None:
        """Be begun, or refuse."""
        self.steps.append("start")
        if self._refuses:
            raise RequestError(self._refuses, field="switch")
        self.home, self.epoch = home, epoch

    async def recover(self, standing: Sequence[Effect], calls: Sequence[CallView]) -> None:
        """Keep what should be there."""
        self.steps.append("recover")
        self.standing, self.calls = standing, calls

    async def stop(self) -> None:
        """Be let go."""
        self.steps.append("stop")

    def happened(self, event: Event) -> None:
        """Keep what happened."""
        self.heard.append(event)

    def address(self, asked: StartRecording) -> str:
        """The same as on the simulated switch."""
        return address(asked)
