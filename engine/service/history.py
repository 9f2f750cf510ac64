"""What has ended, remembered for a while: calls, rooms and recordings, the oldest forgotten first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import msgspec

from engine.dialects.face import RecordingView
from engine.values.effects import CallFacts, RecordConferenceEnd
from engine.values.events import RecordingEnded

T = TypeVar("T")

RESULTS = {"stored": "completed", "absent": "absent", "failed": "failed"}


class Shelf(Generic[T]):
    """At most `room` things by id, oldest first; `dropped` is told the id of each that is pushed out."""

    def __init__(self, room: int, account: Callable[[T], str], dropped: Callable[[str, T], None]) -> None:
        """Begin with nothing; `account` says whose a thing is."""
        self._room = room
        self._account = account
        self._dropped = dropped
        self._things: dict[str, T] = {}

    def put(self, id: str, thing: T) -> None:  # noqa: A002
        """Remember something, or what it has become."""
        self._things[id] = thing
        while len(self._things) > self._room:
            oldest = next(iter(self._things))
            self._dropped(oldest, self._things.pop(oldest))

    def take_away(self, id: str) -> None:  # noqa: A002
        """Forget something now."""
        thing = self._things.pop(id, None)
        if thing is not None:
            self._dropped(id, thing)

    def get(self, account: str, id: str) -> T | None:  # noqa: A002
        """The thing of that id, where it is that account's."""
        thing = self._things.get(id)
        return thing if thing is not None and self._account(thing) == account else None

    def known(self, id: str) -> T | None:  # noqa: A002
        """The thing of that id, whosever it is."""
        return self._things.get(id)

    def of(self, account: str) -> tuple[T, ...]:
        """All that is an account's, oldest first."""
        return tuple(thing for thing in self._things.values() if self._account(thing) == account)

    def __iter__(self) -> Iterator[T]:
        """All of it, oldest first."""
        return iter(tuple(self._things.values()))


class History:
    """The calls, rooms and recordings that a service remembers; `dropped(what, id)` hears what it forgets."""

    def __init__(self, room: int, dropped: Callable[[str, str], None]) -> None:
        """Begin with nothing; `room` bounds each kind."""
        self._dropped = dropped
        self._by_name: dict[tuple[str, str], str] = {}
        self.calls: Shelf[CallFacts] = Shelf(room, lambda call: call.account, lambda gone, _: dropped("call", gone))
        self.conferences: Shelf[RecordConferenceEnd] = Shelf(room, lambda ended: ended.account, self._forget)
        self.recordings: Shelf[RecordingView] = Shelf(
            room, lambda recording: recording.account, lambda gone, _: dropped("recording", gone)
        )

    def conference_ended(self, ended: RecordConferenceEnd) -> None:
        """Remember a room, also as the last one of its name."""
        self.conferences.put(ended.conference, ended)
        self._by_name[ended.account, ended.name] = ended.conference

    def _forget(self, id: str, ended: RecordConferenceEnd) -> None:  # noqa: A002
        if self._by_name.get((ended.account, ended.name)) == id:
            del self._by_name[ended.account, ended.name]
        self._dropped("conference", id)

    def conference(self, account: str, name: str) -> RecordConferenceEnd | None:
        """The last room of that name, or the one of that id, that ended."""
        return self.conferences.get(account, self._by_name.get((account, name), name))

    def recording_ended(self, event: RecordingEnded) -> None:
        """Complete what is known of a recording."""
        known = self.recordings.known(event.id)
        if known is not None:
            done = msgspec.structs.replace(
                known, state=RESULTS[event.result], ended_at=event.at, seconds=event.seconds, url=event.url
            )
            self.recordings.put(event.id, done)
