"""Who owns what, and what became of it: watches events and effects, and decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from engine.dialects.face import RecordingView
from engine.exchange import Exchange
from engine.service.history import History
from engine.service.ids import Ids, Spell
from engine.values.effects import (
    CallFacts,
    Effect,
    ForgetRecording,
    JoinConference,
    Noted,
    PlaceCall,
    Receipt,
    RecordCallEnd,
    RecordConferenceEnd,
    StartRecording,
)
from engine.values.events import CallArrived, Event, RecordingEnded


class Remembered(Struct, frozen=True):
    """A register, written down: who owns what, what ended (oldest first), and the rooms about to be forgotten."""

    owners: tuple[tuple[str, str, str], ...] = ()
    calls: tuple[CallFacts, ...] = ()
    conferences: tuple[RecordConferenceEnd, ...] = ()
    recordings: tuple[RecordingView, ...] = ()
    gone: tuple[str, ...] = ()


class Register:
    """Accounts of calls, rooms and recordings, their ids as faces show them, and those that ended.

    `live` counts each account's live calls. `address` says where a recording will be found.
    """

    def __init__(
        self,
        exchange: Exchange,
        spell: Spell,
        room: int,
        forgotten: Callable[[str], None],
        address: Callable[[StartRecording], str],
    ) -> None:
        """Begin with nothing; `room` bounds each kind of what is remembered, `forgotten` hears what is no more."""
        self.live: Counter[str] = Counter()
        self.ids = Ids(spell)
        self.history = History(room, self._drop)
        self._exchange = exchange
        self._forgotten = forgotten
        self._address = address
        self._owners: dict[tuple[str, str], str] = {}
        self._gone: list[str] = []
        self._of_event: dict[type[Event], Callable[[Any], None]] = {
            CallArrived: lambda event: self._call_came(event.call, event.account),
            RecordingEnded: self.history.recording_ended,
        }
        self._of_effect: dict[type[Effect], Callable[[Any], None]] = {
            PlaceCall: lambda effect: self._call_came(effect.call, effect.account),
            JoinConference: self._room_used,
            StartRecording: self._recording_began,
            ForgetRecording: lambda effect: self.history.recordings.take_away(effect.id),
            Receipt: self._invited,
            RecordCallEnd: self._call_ended,
            RecordConferenceEnd: self._conference_ended,
            Noted: self._noted,
        }

    def happened(self, event: Event, effects: list[Effect]) -> None:
        """Take note of an event and of what followed from it."""
        if self._gone:
            self._forget_gone()
        note = self._of_event.get(type(event))
        if note is not None:
            note(event)
        for effect in effects:
            heed = self._of_effect.get(type(effect))
            if heed is not None:
                heed(effect)

    def dump(self) -> Remembered:
        """Write it down, between two events."""
        return Remembered(
            tuple((what, id, account) for (what, id), account in self._owners.items()),  # noqa: A001
            tuple(self.history.calls),
            tuple(self.history.conferences),
            tuple(self.history.recordings),
            tuple(self._gone),
        )

    def load(self, remembered: Remembered) -> None:
        """Go on where another register stood, beside an exchange that goes on likewise."""
        for what, id, account in remembered.owners:  # noqa: A001
            self._own(what, id, account)
        for about in remembered.calls:
            self.history.calls.put(about.call, about)
        for ended in remembered.conferences:
            self.history.conference_ended(ended)
        for recording in remembered.recordings:
            self.history.recordings.put(recording.id, recording)
        self._gone = list(remembered.gone)
        self.live.update(view.about.account for view in self._exchange.calls() if self.owner("call", view.about.call))

    def owner(self, what: str, id: str) -> str:  # noqa: A002
        """The account that something belongs to; empty where nothing is known of it."""
        return self._owners.get((what, id), "")

    def _own(self, what: str, id: str, account: str) -> None:  # noqa: A002
        if (what, id) not in self._owners:
            self._owners[what, id] = account
            self.ids.add(what, id)

    def _drop(self, what: str, id: str) -> None:  # noqa: A002
        self._owners.pop((what, id), None)
        self.ids.drop(what, id)
        self._forgotten(id)

    def _call_came(self, call: str, account: str) -> None:
        if self._exchange.call(call) is not None and not self.owner("call", call):  # a call may be told of twice
            self.live[account] += 1
            self._own("call", call, account)

    def _room_used(self, effect: JoinConference) -> None:
        self._own("conference", effect.conference, self.owner("call", effect.call))

    def _invited(self, receipt: Receipt) -> None:
        room, call = receipt.facts.get("conference"), receipt.facts.get("call")
        if isinstance(room, str) and isinstance(call, str):
            self._own("conference", room, self.owner("call", call))

    def _recording_began(self, effect: StartRecording) -> None:
        room = self._exchange.conference("", effect.of)
        call = None if room is not None else self._exchange.call(effect.of)
        if room is None and call is None:
            return
        account = room.account if room is not None else call.about.account if call is not None else ""
        view = RecordingView(
            id=effect.id,
            account=account,
            of=effect.of,
            conference=room.name if room is not None else "",
            call=call.about.call if call is not None else "",
            caller=call.about.caller if call is not None else "",
            called=call.about.called if call is not None else "",
            format=effect.format,
            channels=effect.channels,
            source=effect.source,
            started_at=self._exchange.now,
            url=self._address(effect),
        )
        self.history.recordings.put(effect.id, view)
        self._own("recording", effect.id, account)

    def _noted(self, note: Noted) -> None:
        if note.what == "conference_ended":
            self._gone.append(note.conference)

    def _forget_gone(self) -> None:
        """Drop the rooms that nobody was in, as no record of them is kept; one event later, since it was told of."""
        gone, self._gone = self._gone, []
        for room in gone:
            if self.history.conferences.known(room) is None:
                self._drop("conference", room)

    def _call_ended(self, effect: RecordCallEnd) -> None:
        about = effect.about
        if self.owner("call", about.call):
            self.live[about.account] -= 1
            self.history.calls.put(about.call, about)

    def _conference_ended(self, effect: RecordConferenceEnd) -> None:
        if self.owner("conference", effect.conference):
            self.history.conference_ended(effect)
