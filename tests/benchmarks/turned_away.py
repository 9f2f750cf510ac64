"""Ours: the model as Plivo documents, read, run as calls and rooms by the whole exchange, in virtual time.

The switch is the simulated one; only the people are added (a member presses `*` when its stay is
over), and the customer's application, which takes the two seconds of ringing to answer. What is
counted is what the exchange itself records of every call and room that is over.
Run: python tests/benchmarks/turned_away.py 100000
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.dialects.tongues import tongues
from engine.drivers.agenda import Agenda
from engine.drivers.simulated import SimulatedSwitch, Speech
from engine.exchange import Exchange
from engine.values.effects import Effect, FetchDocument, JoinConference, RecordCallEnd, RecordConferenceEnd
from engine.values.events import CallArrived, DigitPressed, DocumentFetched, Event
from engine.values.flow import Hook
from tests.benchmarks.model import PLACES, RINGING, ROOMS, SPEECH, Books, Crowd, main

HELLO, GOODBYE = "One moment, please.", "Thank you. Goodbye."
DOCUMENT = """<Response>
  <Speak>{hello}</Speak>
  <Conference maxMembers="{places}" hangupOnStar="true">room-{room}</Conference>
  <Speak>{goodbye}</Speak>
</Response>"""
APPLICATION = {
    f"https://app.example/rooms/{room}": DOCUMENT.format(
        hello=HELLO, goodbye=GOODBYE, places=PLACES, room=room
    ).encode()
    for room in range(ROOMS)
}


class Town:
    """The world around one exchange: a switch, an application that answers, and a crowd of callers."""

    def __init__(self, crowd: Crowd) -> None:
        """Nobody has called yet."""
        self.crowd = crowd
        self.books = Books(crowd.size)
        self.agenda = Agenda()
        self.switch = SimulatedSwitch(self.agenda, speech=Speech(lengths={HELLO: SPEECH, GOODBYE: SPEECH}))
        self.performs: dict[type[Effect], Callable[[Any], None]] = self.switch.performs | {
            FetchDocument: self.reply,
            JoinConference: self.join,
            RecordCallEnd: self.call_over,
            RecordConferenceEnd: self.room_over,
        }
        self._join = self.switch.performs[JoinConference]
        self._call_over = self.switch.performs[RecordCallEnd]
        self._hooks = [Hook(url) for url in APPLICATION]

    def arrive(self, call: int) -> None:
        """Let a call arrive at its time; calls are named by their numbers."""
        hook = self._hooks[call % ROOMS]
        self.agenda.schedule(
            CallArrived(self.crowd.arrivals[call], str(call), "+14155550100", "+16505550100", "plivo", "", hook)
        )

    def reply(self, effect: FetchDocument) -> None:
        """Answer with the document of that address once it has rung; who asks has just arrived, and the next may."""
        agenda, call = self.agenda, effect.owner
        agenda.schedule(DocumentFetched(agenda.now + RINGING, call, effect.id, 200, APPLICATION[effect.url]))
        self.books.arrive()
        if int(call) + 1 < self.crowd.size:
            self.arrive(int(call) + 1)

    def join(self, effect: JoinConference) -> None:
        """Let the switch do it, and the person leave when its stay is over."""
        self._join(effect)
        agenda, call = self.agenda, effect.call
        agenda.schedule(DigitPressed(agenda.now + self.crowd.stays[int(call)], call, "*"))

    def call_over(self, effect: RecordCallEnd) -> None:
        """Count a call."""
        self._call_over(effect)
        about = effect.about
        self.books.end(int(about.call), about.created_at, self.agenda.now)

    def room_over(self, effect: RecordConferenceEnd) -> None:
        """Count a room's run."""
        books = self.books
        books.runs += 1
        books.joined += effect.members
        books.ran[int(effect.name[5:])] += effect.ended_at - (effect.started_at or 0.0)

    def live(self, handle: Callable[[Event], list[Effect]]) -> None:
        """Let everything happen until nothing is left."""
        pop, performs = self.agenda.pop, self.performs
        self.arrive(0)
        while (event := pop()) is not None:
            for effect in handle(event):
                performs[type(effect)](effect)


def simulate(crowd: Crowd) -> Books:
    """Let the crowd live in a town with a new exchange."""
    town = Town(crowd)
    town.live(Exchange(tongues()).handle)
    return town.books


if __name__ == "__main__":
    main("ours", simulate)
