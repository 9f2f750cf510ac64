"""The simulated switch as the service runs it, and what each caller hears of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from engine.drivers.agenda import Agenda
from engine.drivers.driver import Home
from engine.drivers.recordings import Recordings
from engine.drivers.simulated import SimulatedSwitch, Speech
from engine.drivers.takes import address
from engine.machines.hearing import audible
from engine.service.config import Simulator as Habits
from engine.values.effects import (
    Answer,
    Effect,
    PlaceCall,
    PlayMedia,
    RecordCallEnd,
    RecordConferenceEnd,
    SpeakText,
    StartRecording,
    StopMedia,
)
from engine.values.events import Event, PlaybackEnded
from engine.values.views import CallView, ConferenceView, MemberView

# What is not done again for a call that is up: nobody has to answer it any more.
RINGING = (PlaceCall, Answer)


class Heard(Struct, frozen=True, kw_only=True):
    """A sound that plays now: a media address or a spoken text, what it is for, and who does not hear it."""

    media: str = ""
    text: str = ""
    purpose: str = ""
    over: bool = False
    but: str = ""


class Simulator:
    """A switch without telephones, on the service's agenda; `playing` holds the sounds of each call and room by id."""

    def __init__(self, agenda: Agenda, habits: Habits) -> None:
        """Nobody has called yet."""
        self.away = ""
        self.recordings: Recordings | None = None  # there is no sound in them
        speech = Speech(words_per_minute=habits.words_per_minute)
        self.switch = SimulatedSwitch(agenda, media=habits.media, speech=speech, habits=habits.callee)
        self.playing: dict[str, dict[str, Heard]] = {}
        self._target: dict[str, str] = {}
        self.performs: dict[type[Effect], Callable[[Any], None]] = {
            **self.switch.performs,
            PlayMedia: self._play,
            SpeakText: self._speak,
            StopMedia: self._stop,
            RecordCallEnd: self._call_over,
            RecordConferenceEnd: self._room_over,
        }

    async def start(self, home: Home, epoch: str) -> None:
        """Nothing has to be reached: all that happens is put on the agenda."""

    async def recover(self, standing: Sequence[Effect], calls: Sequence[CallView]) -> None:
        """Do what still holds once more: its people are gone, and a sound starts from its beginning."""
        up = {view.about.call for view in calls if view.state == "up"}
        for effect in standing:
            if not (isinstance(effect, RINGING) and effect.call in up):
                self.performs[type(effect)](effect)

    async def stop(self) -> None:
        """Nothing is held."""

    def address(self, asked: StartRecording) -> str:
        """Where a recording will be found: nobody serves it there."""
        return address(asked)

    def happened(self, event: Event) -> None:
        """Notice the end of a sound."""
        if isinstance(event, PlaybackEnded):
            self._silence(event.id)

    def sounds_to(self, call: str, room: ConferenceView | None) -> tuple[Heard, ...]:
        """What plays to a call now: its own sounds, and those of its room unless it waits, is deaf or on hold."""
        own = tuple(self.playing.get(call, {}).values())
        me = member_of(call, room)
        if room is None or me is None or me.state != "seated" or me.deaf or me.held:
            return own
        return own + tuple(heard for heard in self.playing.get(room.id, {}).values() if heard.but != call)

    def voices_to(self, call: str, room: ConferenceView | None) -> tuple[str, ...]:
        """The calls that a call hears now: of its room, and whom it is connected to unless a sound drowns them."""
        me = member_of(call, room)
        voices: tuple[str, ...] = ()
        if room is not None and me is not None:
            running = room.state == "running"
            voices = tuple(one.call for one in room.members if audible(one, me, running=running))
        partner = self.switch.connected.get(call)
        drowned = any(not heard.over for heard in self.playing.get(call, {}).values())
        return voices if partner is None or drowned else (*voices, partner)

    def _play(self, effect: PlayMedia) -> None:
        heard = Heard(media=effect.media, purpose=effect.purpose, over=effect.over, but=effect.but)
        self._sounds(effect.to, effect.id, heard)
        self.switch.perform(effect)

    def _speak(self, effect: SpeakText) -> None:
        heard = Heard(text=effect.text, purpose=effect.purpose, over=effect.over, but=effect.but)
        self._sounds(effect.to, effect.id, heard)
        self.switch.perform(effect)

    def _sounds(self, to: str, sound: str, heard: Heard) -> None:
        self._target[sound] = to
        self.playing.setdefault(to, {})[sound] = heard

    def _stop(self, effect: StopMedia) -> None:
        self._silence(effect.id)
        self.switch.perform(effect)

    def _silence(self, sound: str) -> None:
        to = self._target.pop(sound, "")
        sounds = self.playing.get(to)
        if sounds is not None:
            sounds.pop(sound, None)
            if not sounds:
                del self.playing[to]

    def _call_over(self, effect: RecordCallEnd) -> None:
        self._over(effect.about.call)
        self.switch.perform(effect)

    def _room_over(self, effect: RecordConferenceEnd) -> None:
        self._over(effect.conference)
        self.switch.perform(effect)

    def _over(self, to: str) -> None:
        for sound in self.playing.pop(to, ()):
            self._target.pop(sound, None)


def member_of(call: str, room: ConferenceView | None) -> MemberView | None:
    """The member that a call is in a room; None where it is in none."""
    return None if room is None else next((one for one in room.members if one.call == call), None)
