"""Runs a scenario: agenda, exchange, switch and documents, to the end or until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from engine.dialects.tongues import tongues
from engine.dialects.wording import word
from engine.drivers.agenda import Agenda
from engine.drivers.documents import Documents
from engine.drivers.simulated import SimulatedSwitch, by_number
from engine.exchange import Exchange
from engine.simulation.dialect import Choice
from engine.simulation.expect import SAME, Expectation, Failure, failures
from engine.simulation.scenario import Caller, Play
from engine.simulation.words import HangUp, LoseCall, Press, Say, SwitchFails, Talk, carry_out
from engine.timeline import Entry, Timeline
from engine.values.commands import Command, DefineConference, MemberCommand
from engine.values.effects import Effect, FetchDocument
from engine.values.events import CallArrived, CommandGiven, Event
from engine.values.flow import Hook


class StepDue(Event, frozen=True):
    """It is time for a step of the scenario; never given to the exchange."""

    step: Any
    number: int


class Run(Struct, frozen=True, kw_only=True):
    """What came of a run: its timeline and the expectations that did not come true."""

    timeline: Sequence[Entry]
    failures: tuple[Failure, ...]


class Simulation:
    """One run of a scenario, from its first event to its last."""

    def __init__(
        self,
        play: Play,
        *,
        tell: Callable[[str], None] = lambda _: None,
        keep: Callable[[Event], None] | None = None,
    ) -> None:
        """Set everything up; `tell` hears what had to be assumed, `keep` every event the exchange is given."""
        scenario = play.scenario
        self._scenario = scenario
        self._keep = keep
        self._choice = Choice(play, tell)
        self.tongues = tongues(scenario.rules)
        self.agenda = Agenda()
        self.exchange = Exchange(self.tongues, seed=str(scenario.seed), watched=True)
        self.switch = SimulatedSwitch(
            self.agenda, media=scenario.media, speech=scenario.speech, habits=by_number(scenario.callees)
        )
        self.documents = Documents(self.agenda, play.replies, params, scenario.media)
        self.timeline = Timeline.of(self.exchange)
        self._performs = self.switch.performs | self.documents.performs
        self._heard: dict[int, list[bool]] = {}
        self._deeds: dict[type[Any], Callable[[Any], None]] = {
            Press: lambda deed: self.switch.press(deed.call, deed.digits),
            Say: lambda deed: self.switch.say(deed.call, deed.text),
            Talk: lambda deed: self.switch.talk(deed.call, deed.seconds),
            HangUp: lambda deed: self.switch.hang_up(deed.call),
            LoseCall: lambda deed: self.switch.lose(deed.call),
            SwitchFails: lambda deed: self.switch.fail(),
        }
        self._plan()

    def run(self) -> Run:
        """Let everything happen, and judge it."""
        expectations = self._scenario.expect
        asked = [(number, e) for number, e in enumerate(expectations, 1) if e.pair is not None]
        while (event := self.agenda.pop()) is not None and event.at <= self._scenario.until:
            if asked and event.at > self.timeline.at:
                self._listen(asked, self.timeline.at, event.at)
            self._happen(event)
        if asked:
            self._listen(asked, self.timeline.at, self._scenario.until + 2 * SAME)
        entries = self.timeline.entries
        return Run(timeline=entries, failures=tuple(failures(expectations, entries, self._heard)))

    def _happen(self, event: Event) -> None:
        """Let one event happen: a step is done, everything else is the exchange's."""
        if type(event) is StepDue:
            self.timeline.at = event.at
            self._do(event)
            return
        self.timeline.happened(event)
        if self._keep is not None:
            self._keep(event)
        for effect in self.exchange.handle(event):
            self.timeline.follows(effect)
            self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        self._performs[type(effect)](effect)

    # What the scenario says.

    def _plan(self) -> None:
        """Put on the agenda who calls, what is defined and what is done."""
        scenario, schedule = self._scenario, self.agenda.schedule
        for key, definition in scenario.conferences.items():
            given = {name: getattr(definition, name) for name in definition.__struct_fields__}
            schedule(CommandGiven(0.0, f"define.{key}", DefineConference(id=key, **given)))
        for name, caller in scenario.callers.items():
            schedule(self._arrival(name, caller))
        for number, step in enumerate(scenario.steps, 1):
            schedule(StepDue(step.at, step, number))

    def _arrival(self, name: str, caller: Caller) -> CallArrived:
        """A caller's call; its id is the caller's name."""
        return CallArrived(
            at=caller.at,
            call=name,
            caller=caller.caller,
            called=caller.called,
            tongue=self._choice.of_caller(name, caller),
            account=caller.account,
            answer=hook(caller.answer_url),
            fallback=hook(caller.fallback_url),
            hangup=hook(caller.hangup_url),
            caller_name=caller.name,
            conference=caller.conference,
        )

    def _do(self, due: StepDue) -> None:
        """Do one step: people's deeds are the switch's to tell, commands the exchange's."""
        made: Any = carry_out(due.step, self._resolve, self._choice.common)
        deed = self._deeds.get(type(made))
        if deed is not None:
            deed(made)
            return
        command = in_its_room(made, self.exchange)
        self._happen(CommandGiven(due.at, f"step.{due.number}", command))

    def _resolve(self, name: str) -> str:
        """The call that a name means: a number is the call that was last placed to it."""
        return self.switch.rung(name) or name

    # Who hears whom.

    def _listen(self, asked: list[tuple[int, Expectation]], since: float, until: float) -> None:
        """Note what is heard from `since` on, for the expectations of that time; things change next at `until`."""
        for number, expectation in asked:
            at = expectation.at or 0.0
            if since <= at + expectation.within + SAME and at - expectation.within < until - SAME:
                hearer, speaker = (self._resolve(name) for name in expectation.pair or ("", ""))
                self._heard.setdefault(number, []).append(self._hears(hearer, speaker))

    def _hears(self, hearer: str, speaker: str) -> bool:
        if self.switch.connected.get(hearer) == speaker:
            return True
        view = self.exchange.call(hearer)
        if view is None or not view.conference:
            return False
        return (hearer, speaker) in self.exchange.hears(view.conference)


def in_its_room(command: Any, exchange: Exchange) -> Any:
    """Name the room of a command that leaves it out: its first member's, else the only one there is."""
    if not isinstance(command, Command) or getattr(command, "conference", None) != "":
        return command
    account = getattr(command, "account", "")
    view = exchange.call(command.members[0]) if isinstance(command, MemberCommand) else None
    rooms = [room.name for room in exchange.conferences(account)]
    if view is not None and view.conference:
        return msgspec.structs.replace(command, room=view.conference)
    return msgspec.structs.replace(command, conference=rooms[0] if len(rooms) == 1 else "")


def hook(url: str) -> Hook | None:
    """An address that is asked with POST, where there is one."""
    return Hook(url) if url else None


def params(effect: FetchDocument) -> dict[str, str]:
    """What a fetch sends, as its dialect words it."""
    return dict(word(effect).params)
