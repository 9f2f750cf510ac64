"""The recordings of the simulated switch: how long each one runs and what ends it."""

from __future__ import annotations

from engine.drivers.agenda import Agenda
from engine.values.effects import PauseRecording, ResumeRecording, StartRecording, StopRecording
from engine.values.events import RecordingEnded, RecordingStarted

Name = tuple[str, str, str]


def address(asked: StartRecording) -> str:
    """Where a recording will be found: an address that nobody serves, known from the start as on a real switch."""
    return f"https://recordings.example/{asked.id}.{asked.format}"


class Take:
    """One recording: `seconds` counted so far, `since` when it runs again (None: it pauses)."""

    __slots__ = ("asked", "bounded", "seconds", "since")

    def __init__(self, asked: StartRecording, now: float) -> None:
        """Begin to count at `now`."""
        self.asked = asked
        self.seconds = 0.0
        self.since: float | None = now
        self.bounded = False

    def counted(self, now: float) -> float:
        """Say how many seconds of sound there are at `now`."""
        return self.seconds if self.since is None else self.seconds + now - self.since


class Takes:
    """All recordings of a switch; every one is answered exactly once, with its length and why it ended.

    `of` names the calls and rooms of which anything is known.
    """

    def __init__(self, agenda: Agenda) -> None:
        """Begin without any."""
        self._agenda = agenda
        self._takes: dict[Name, Take] = {}
        self.of: dict[str, list[Name]] = {}
        self._talks_until: dict[str, float] = {}

    def start(self, effect: StartRecording) -> None:
        """Begin one."""
        agenda = self._agenda
        name = (effect.owner, effect.id, "take")
        self._takes[name] = take = Take(effect, agenda.now)
        self.of.setdefault(effect.of, []).append(name)
        agenda.schedule(RecordingStarted(agenda.now, effect.owner, effect.id))
        self._bound(name, take)

    def pause(self, effect: PauseRecording) -> None:
        """Stop counting for a while."""
        name = (effect.owner, effect.id, "take")
        if (take := self._running(name)) is not None:
            take.seconds, take.since = take.counted(self._agenda.now), None
            self._bound(name, take)

    def resume(self, effect: ResumeRecording) -> None:
        """Count on."""
        name = (effect.owner, effect.id, "take")
        if (take := self._running(name)) is not None and take.since is None:
            take.since = self._agenda.now
            self._bound(name, take)

    def stop(self, effect: StopRecording) -> None:
        """End one on the exchange's word."""
        self._end((effect.owner, effect.id, "take"), "stopped")

    def ended(self, of: str) -> None:
        """End what records a call or a room that is gone."""
        self._talks_until.pop(of, None)
        for name in self.of.pop(of, ()):
            self._end(name, "hangup")

    def talking(self, call: str, until: float) -> None:
        """Count silence on that call only from `until` on."""
        self._talks_until[call] = until
        for name in self.of.setdefault(call, []):
            take = self._running(name)
            if take is not None and take.asked.silence:
                self._bound(name, take)

    def forget_all(self) -> None:
        """Lose every recording, as a switch does that vanishes."""
        for name in self._takes:
            self._agenda.cancel(name)
        self._takes.clear()
        self.of.clear()
        self._talks_until.clear()

    def _running(self, name: Name) -> Take | None:
        """Find a take that is not over; forget one whose end came by itself."""
        take = self._takes.get(name)
        if take is not None and take.bounded and not self._agenda.holds(name):
            del self._takes[name]
            return None
        return take

    def _bound(self, name: Name, take: Take) -> None:
        """Put the end on the agenda that the take comes to by itself, if any."""
        agenda, asked = self._agenda, take.asked
        agenda.cancel(name)
        take.bounded = False
        if take.since is None:
            return
        bounds: list[tuple[float, str]] = []
        if asked.max_length:
            bounds.append((agenda.now + asked.max_length - take.seconds, "max_length"))
        if asked.silence:
            quiet = max(agenda.now, self._talks_until.get(asked.of, 0.0))
            bounds.append((quiet + asked.silence, "silence"))
        if bounds:
            at, why = min(bounds)
            take.bounded = True
            agenda.schedule(self._told(take, at, why), name)

    def _end(self, name: Name, why: str) -> None:
        """End a take that is not over now."""
        take = self._running(name)
        if take is not None:
            del self._takes[name]
            self._agenda.cancel(name)
            self._agenda.schedule(self._told(take, self._agenda.now, why))

    def _told(self, take: Take, at: float, why: str) -> RecordingEnded:
        asked, seconds = take.asked, take.counted(at)
        if seconds <= 0.0:
            return RecordingEnded(at, asked.owner, asked.id, "absent", 0.0, why)
        url = address(asked)
        return RecordingEnded(at, asked.owner, asked.id, "stored", round(seconds, 6), why, url)
