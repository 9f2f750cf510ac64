"""What a face sees of one account: live things from the exchange, ended ones from the history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from engine.dialects.face import ApplicationView, RecordingView
from engine.dialects.spelling import moment
from engine.dialects.wording import spell
from engine.machines.models import Definition
from engine.values.effects import CallFacts, RecordConferenceEnd
from engine.values.views import CallView, ConferenceView, QueueView

if TYPE_CHECKING:
    from engine.service.service import Service

MINTED = {"definition": "conf_{}"}


class AccountSight:
    """One account through one face; see engine.dialects.face.Sight."""

    __slots__ = ("_service", "_speller", "account", "face", "observed", "own_name")

    def __init__(self, service: Service, face: str, account: str) -> None:
        """Look at that account with that face's spelling."""
        self._service = service
        self._speller = service.spellers[face]
        self.face = face
        self.account = account
        self.observed: bool = service.observed(face)
        self.own_name: str = service.accounts.name_of(face, account)

    @property
    def now(self) -> float:
        """The present, in seconds of the run."""
        return self._service.now()

    def date(self, at: float) -> datetime:
        """The date (UTC) of a time of the run."""
        return moment(at, self._speller)

    def spell(self, what: str, id: str) -> str:  # noqa: A002
        """Our id as this face shows it."""
        return spell(self.face, what, id, self._speller)

    def find(self, what: str, spelled: str) -> str:
        """Our id of what this face shows so, where it is this account's; empty otherwise."""
        found = self._service.register.ids.find(self.face, what, spelled)
        return found if found and self._service.register.owner(what, found) == self.account else ""

    def mint(self, what: str) -> str:
        """A new id of ours."""
        return MINTED[what].format(uuid4().hex) if what in MINTED else str(uuid4())

    def conference(self, name: str) -> ConferenceView | None:
        """The live room of that name, or of that id of ours."""
        return self._service.exchange.conference(self.account, name)

    def conferences(self) -> tuple[ConferenceView, ...]:
        """The live rooms."""
        return self._service.exchange.conferences(self.account)

    def ended_conferences(self) -> tuple[RecordConferenceEnd, ...]:
        """The rooms that ended."""
        return self._service.register.history.conferences.of(self.account)

    def ended_conference(self, name: str) -> RecordConferenceEnd | None:
        """The last room of that name, or the one of that id, that ended."""
        return self._service.register.history.conference(self.account, name)

    def call(self, id: str) -> CallView | None:  # noqa: A002
        """The live call of that id."""
        view = self._service.exchange.call(id)
        return view if view is not None and view.about.account == self.account else None

    def calls(self) -> tuple[CallView, ...]:
        """The live calls."""
        return self._service.exchange.calls(self.account)

    def ended_calls(self) -> tuple[CallFacts, ...]:
        """The calls that ended."""
        return self._service.register.history.calls.of(self.account)

    def ended_call(self, id: str) -> CallFacts | None:  # noqa: A002
        """The ended call of that id."""
        return self._service.register.history.calls.get(self.account, id)

    def recordings(self) -> tuple[RecordingView, ...]:
        """The recordings."""
        return self._service.register.history.recordings.of(self.account)

    def recording(self, id: str) -> RecordingView | None:  # noqa: A002
        """The recording of that id."""
        return self._service.register.history.recordings.get(self.account, id)

    def queues(self) -> tuple[QueueView, ...]:
        """The queues."""
        return self._service.exchange.queues(self.account)

    def definitions(self) -> tuple[Definition, ...]:
        """The stored conference definitions."""
        return tuple(one for one in self._service.exchange.definitions() if one.account == self.account)

    def application(self, sid: str) -> ApplicationView | None:
        """The configured application of that id."""
        return self._service.accounts.application(self.account, sid)
