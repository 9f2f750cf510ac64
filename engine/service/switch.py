"""The seam between the service and whatever carries its calls: what it asks of a switch, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from engine.drivers.agenda import Agenda
from engine.drivers.driver import Home
from engine.drivers.recordings import Recordings
from engine.service.asterisk import asterisk
from engine.service.config import Config
from engine.service.logs import Log
from engine.service.simulator import Simulator
from engine.values.effects import Effect, StartRecording
from engine.values.events import Event
from engine.values.views import CallView


class Switch(Protocol):
    """Whatever performs the effects of calls and rooms; made anywhere, then `start`ed and `stop`ped in one loop.

    `start`, then `recover`, both once; what is `give`n or `arrive`s meanwhile is handled after `recover`.
    """

    @property
    def performs(self) -> Mapping[type[Effect], Callable[[Any], None]]:
        """How each effect of calls and rooms is performed; none of these blocks or raises."""

    @property
    def away(self) -> str:
        """Why nothing can be commanded now, in words for whoever asked; empty while the switch is there."""

    @property
    def recordings(self) -> Recordings | None:
        """The folder of its recordings, opened before anything else is asked of it; None where there is no sound."""

    async def start(self, home: Home, epoch: str) -> None:
        """Reach the switch; RequestError where it cannot be begun.

        `epoch` names this run in the switch's own ids; a run that is taken up again has the one it had.
        """

    async def recover(self, standing: Sequence[Effect], calls: Sequence[CallView]) -> None:
        """Compare what the switch has with what it should have; both lists are empty where the run is new.

        `standing`: what was asked and not answered, or still holds, in the order in which it was asked; before that,
        sounds that were stopped lately, perhaps in vain. `calls` are the live ones. What ended meanwhile is told, what
        is missing made real, what nobody asked for taken away.
        """

    async def stop(self) -> None:
        """Let go of the switch, without ending anything on it; also where it could not be begun."""

    def happened(self, event: Event) -> None:
        """Hear of every event before the exchange does."""

    def address(self, asked: StartRecording) -> str:
        """Where a recording will be found."""


Maker = Callable[[Config, Agenda, Log], Switch]


def simulated(config: Config, agenda: Agenda, log: Log) -> Simulator:
    """The switch without telephones."""
    return Simulator(agenda, config.simulator)


SWITCHES: Mapping[str, Maker] = {"simulated": simulated, "asterisk": asterisk}
