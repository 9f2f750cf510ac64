"""A room with many members in it, made by as many callers whose TeXML documents lead there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.dialects.tongues import tongues
from engine.drivers.agenda import Agenda
from engine.drivers.simulated import SimulatedSwitch
from engine.exchange import Exchange
from engine.values.effects import Effect, FetchDocument, SetTimer
from engine.values.events import CallArrived, DocumentFetched, Event
from engine.values.flow import Hook

NAME = "hall"
QUIET = f"<Response><Dial><Conference>{NAME}</Conference></Dial></Response>".encode()
TOLD = (
    '<Response><Dial><Conference statusCallback="https://app.example/told" statusCallbackEvent="mute">'
    f"{NAME}</Conference></Dial></Response>"
).encode()
ROOMY = {"texml": {"max_members": 1_000_000, "cap_ceiling": 1_000_000}}  # how many fit is a rule
ANSWER = Hook("https://app.example/answer")


class FullRoom:
    """One exchange and one room in it; with `told`, each change of a member is a callback."""

    def __init__(self, *, told: bool = False) -> None:
        """Begin with nobody."""
        self.agenda = Agenda()
        self.exchange = Exchange(tongues(ROOMY))
        self._document = TOLD if told else QUIET
        switch = SimulatedSwitch(self.agenda)
        self._performs: dict[type[Effect], Callable[[Any], None]] = switch.performs | {
            FetchDocument: self._reply,
            SetTimer: lambda effect: None,  # nobody waits for one here
        }

    def fill(self, size: int) -> None:
        """Let `size` members in, one after the other."""
        for number in range(size):
            now = self.agenda.now
            self.happen(CallArrived(now, f"call{number}", "+14155550100", "+16505550100", "texml", "", ANSWER))
        room = self.exchange.conference("", NAME)
        assert room is not None
        assert sum(member.state == "seated" for member in room.members) == size

    def happen(self, event: Event) -> None:
        """Let something happen, and all that comes of it at once."""
        self.agenda.at_once(event)
        while (due := self.agenda.pop()) is not None:
            for effect in self.exchange.handle(due):
                self._performs[type(effect)](effect)

    def _reply(self, effect: FetchDocument) -> None:
        self.agenda.at_once(DocumentFetched(self.agenda.now, effect.owner, effect.id, 200, self._document))
