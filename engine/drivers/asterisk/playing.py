"""Plays and speaks: to a channel that it then has to itself, over the talk, or into a whole room.

A sound that leaves the talk audible goes through a helper that whispers to the channel; one that does not has the
channel to itself, which its wiring takes out of the room meanwhile. A room's sounds go to its bridge; where one member
shall not hear it, a helper speaks with that member's voice, which everybody hears but itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import Refused
from engine.drivers.asterisk.events import Playback, PlaybackFinished
from engine.drivers.asterisk.model import Leg, Name, Room, Sound
from engine.drivers.sounds.speaker import Utterance
from engine.errors import EngineError
from engine.values.effects import Effect, PlayMedia, SpeakText, StopMedia
from engine.values.events import PlaybackEnded

# Rounds that are asked for at a time: between two askings there is a gap of a few milliseconds.
AT_ONCE = 20
# Sounds that are dropped rather than played late: what a room plays goes one after the other.
BRIEF = ("enter_sound", "exit_sound")
# What helpers are called that sounds go through.
OVER = "over"
BEEP = "beep:1"


class Library(Protocol):
    """Where the files come from that the switch can play."""

    def known(self, media: str) -> Path | None:
        """The file of a URL or a built-in sound, where it is at hand."""

    def known_text(self, utterance: Utterance) -> Path | None:
        """The file of a text, where it is at hand."""

    def seconds(self, path: Path) -> float:
        """How long a file plays."""

    def playing(self, path: Path) -> bool:
        """Keep a file that is being played; whether it is still there."""

    async def file(self, media: str) -> Path:
        """The file of a URL or a built-in sound; EngineError where it cannot be had."""

    async def spoken(self, utterance: Utterance) -> Path:
        """The file of a text; EngineError where it cannot be spoken."""


class Player:
    """All sounds; `touch` has a leg's lane look at it again."""

    def __init__(self, board: Board, library: Library, touch: Callable[[Leg], None]) -> None:
        """Nothing is played yet."""
        self._board, self._library, self._touch = board, library, touch
        self.performs: dict[type[Effect], Callable[[Any], None]] = {
            PlayMedia: self.play,
            SpeakText: self.speak,
            StopMedia: self.stop,
        }
        self.sounds: dict[Name, Sound] = {}
        self.playing: dict[str, Sound] = {}
        self._to: dict[str, dict[Name, Sound]] = {}
        self._found: dict[Name, str] = {}  # what plays since before a restart
        self._missed: dict[str, PlaybackFinished] = {}  # what ended since then
        self._helpers: dict[str, str] = {}  # and the helpers that it goes through, by a sound's id

    # --- what is asked ---------------------------------------------------------------------------

    def play(self, effect: PlayMedia) -> None:
        """Play a file or a built-in sound."""
        name = (effect.owner, effect.id)
        sound = Sound(name, effect.to, effect.loop, effect.over, effect.but, effect.seconds, effect.purpose)
        self._take(sound, self._library.known(effect.media), self._library.file, effect.media)

    def speak(self, effect: SpeakText) -> None:
        """Speak a text."""
        name = (effect.owner, effect.id)
        sound = Sound(name, effect.to, effect.loop, effect.over, effect.but, purpose=effect.purpose)
        said = Utterance(text=effect.text, voice=effect.voice, language=effect.language, ssml=effect.ssml)
        self._take(sound, self._library.known_text(said), self._library.spoken, said)

    def beep(self, to: str, why: str) -> None:
        """Let a call or room hear a beep over everything else, of which nothing is told; `why` is an id."""
        sound = Sound(("", f"{why}/beep"), to, 1, over=True, purpose="beep")
        self._take(sound, self._library.known(BEEP), self._library.file, BEEP)

    def stop(self, effect: StopMedia) -> None:
        """Stop a sound; nothing is told."""
        sound = self.sounds.get((effect.owner, effect.id))
        if sound is not None:
            self._end(sound)

    # --- files -----------------------------------------------------------------------------------

    def _take(self, sound: Sound, file: Path | None, get: Callable[..., Awaitable[Path]], what: object) -> None:
        if sound.name in self.sounds:  # asked again after a restart
            return
        self.add(sound)
        if sound.name in self._found:
            self._go_on(sound, self._found.pop(sound.name))
        if file is not None:
            self._ready(sound, file)
        else:
            self._board.go(self._prepare(sound, get, what))

    def add(self, sound: Sound) -> None:
        """Know a sound until it is over."""
        self.sounds[sound.name] = sound
        self._to.setdefault(sound.to, {})[sound.name] = sound

    async def _prepare(self, sound: Sound, get: Callable[..., Awaitable[Path]], what: object) -> None:
        try:
            file = await get(what)
        except EngineError:
            self.finish(sound, "failed")
        else:
            self._ready(sound, file)

    def _ready(self, sound: Sound, file: Path) -> None:
        if sound.stopped:
            return
        sound.file = file
        if sound.playback:  # it plays already
            if (missed := self._missed.pop(sound.playback, None)) is not None:
                self.finished(missed)
            return
        leg = self._board.legs.get(sound.to)
        if leg is None:
            name = self._board.names.name("room", sound.to)
            self._play_into(sound, self._board.rooms.get(name))
        elif sound.over:
            self._board.go(self._whisper(sound, leg, "out"))
        else:
            leg.sounds.append(sound)
            self._touch(leg)

    # --- ways to play ----------------------------------------------------------------------------

    def begin(self, leg: Leg) -> None:
        """Play what has the channel to itself, now that it is alone."""
        if leg.sounds and not (leg.bridge or leg.sounds[0].playback or leg.sending or (leg.answer and not leg.up)):
            leg.quiet = False
            self._play_at(leg.sounds[0], f"channels/{leg.channel}")

    def break_in(self, leg: Leg) -> None:
        """Silence what plays on a channel, which does nothing else meanwhile; `begin` goes on where it was."""
        sound = leg.sounds[0] if leg.sounds else None
        if sound is None or sound.file is None or sound.playback not in self.playing:
            return
        lasts, heard = self._library.seconds(sound.file), asyncio.get_running_loop().time() - sound.began
        if sound.loops:
            sound.loops -= min(int(heard // lasts), sound.asked - 1)
        sound.skip = heard % lasts
        self._silence(sound, leg)
        del self.playing[sound.playback]
        sound.playback = ""

    async def _whisper(self, sound: Sound, leg: Leg, to: str) -> None:
        """Play over what the channel hears, or with its voice."""
        board = self._board
        sound.snoop = board.fresh(OVER, sound.name[1])
        try:
            await board.snoop(leg.channel, sound.snoop, whisper=to)
        except Refused:
            self.finish(sound, "failed")
            return
        if sound.stopped:
            board.drop_channel(sound.snoop)
        else:
            self._play_at(sound, f"channels/{sound.snoop}")

    def _play_into(self, sound: Sound, room: Room | None) -> None:
        if room is None or (room.sounds and sound.purpose.partition(":")[0] in BRIEF):
            self.finish(sound, "failed" if room is None else "ended")
            return
        sound.room = room
        room.sounds += 1
        spared = self._board.legs.get(sound.but)
        if spared is not None and spared.bridge == room.bridge and spared.muted is False:
            self._board.go(self._whisper(sound, spared, "in"))
        else:
            self._board.go(self._into_bridge(sound, room))

    async def _into_bridge(self, sound: Sound, room: Room) -> None:
        if room.bridge not in self._board.rooms:  # everybody has left meanwhile
            self.finish(sound, "failed")
            return
        try:
            await self._board.bridge(room.bridge)
        except Refused:
            self.finish(sound, "failed")
            return
        self._play_at(sound, f"bridges/{room.bridge}")

    def _play_at(self, sound: Sound, place: str) -> None:
        """Begin a sound at that channel or bridge."""
        sound.place = place
        self._round(sound)

    def _round(self, sound: Sound) -> None:
        """Begin the next rounds of a sound."""
        if sound.stopped or sound.file is None:
            return
        sound.asked = min(sound.loops, AT_ONCE) if sound.loops else AT_ONCE
        sound.rounds += 1
        sound.playback = self._name(sound.name, sound.rounds)
        self.playing[sound.playback] = sound
        if sound.seconds and sound.cut is None:
            sound.cut = asyncio.get_running_loop().call_later(sound.seconds, self._cut, sound)
        self._library.playing(sound.file)
        media = ",".join([f"sound:{sound.file.with_suffix('')}"] * sound.asked)
        self._board.go(self._ask_for(sound, sound.playback, media))

    async def _ask_for(self, sound: Sound, playback: str, media: str) -> None:
        """Have the switch play some rounds."""
        board, skip = self._board, str(round(sound.skip * 1000))
        sound.began, sound.skip = asyncio.get_running_loop().time() - sound.skip, 0.0
        reply = await board.persist("POST", f"{sound.place}/play/{playback}", media=media, offsetms=skip)
        failed = not reply.ok and self.playing.pop(playback, None) is not None
        if failed or sound.playback != playback:  # it may play all the same; it was stopped before it was there
            await board.end(f"playbacks/{playback}")
        if failed:
            self.finish(sound, "failed")

    def _name(self, sound: Name, rounds: int) -> str:
        """The switch's name of some rounds: two take turns, so that they are found again after a restart."""
        return self._board.names.name("play", f"{sound[1]}/{rounds % 2}")

    # --- after a restart -------------------------------------------------------------------------

    def missed(self, said: PlaybackFinished) -> None:
        """Take note of what ended before we know whose it was, unless we do."""
        if said.playback.id in self.playing:
            self.finished(said)
        else:
            self._missed[said.playback.id] = said

    async def find(self, standing: Iterable[Effect], channels: Iterable[str]) -> None:
        """See which sounds of a run that was broken off still play: they go on, but for those that were stopped."""
        self._helpers.clear()
        self._found.clear()
        for channel in channels:
            kind, id = self._board.names.read(channel) or ("", "")  # noqa: A001
            if kind == OVER:
                self._helpers[id.partition("/")[0]] = channel
        asked = [effect for effect in standing if isinstance(effect, PlayMedia | SpeakText)]
        stopped = [effect for effect in standing if isinstance(effect, StopMedia)]
        await asyncio.gather(
            *(self._probe((effect.owner, effect.id)) for effect in asked),
            *(self._stop_for_good((effect.owner, effect.id)) for effect in stopped),
        )

    async def _stop_for_good(self, name: Name) -> None:
        for rounds in (0, 1):
            await self._board.ari.ask("DELETE", f"playbacks/{self._name(name, rounds)}")

    async def _probe(self, name: Name) -> None:
        for playback in (self._name(name, 0), self._name(name, 1)):
            if playback in self._missed or (await self._board.ari.ask("GET", f"playbacks/{playback}")).ok:
                self._found[name] = playback

    def _go_on(self, sound: Sound, playback: str) -> None:
        """Take note of a sound that plays already; when its rounds are over it begins anew, or is over."""
        sound.playback, sound.rounds = playback, int(playback[-1])
        sound.asked = min(sound.loops, AT_ONCE) if sound.loops else AT_ONCE
        sound.snoop = self._helpers.pop(sound.name[1], "")
        self.playing[playback] = sound
        leg = self._board.legs.get(sound.to)
        if leg is None:
            sound.room = self._board.rooms.get(self._board.names.name("room", sound.to))
            if sound.room is None:  # nobody is left to hear it
                self.finish(sound, "failed")
                return
            sound.room.sounds += 1
            sound.place = f"bridges/{sound.room.bridge}"
        else:
            sound.place = f"channels/{sound.snoop or leg.channel}"
            if not sound.over:
                leg.sounds.append(sound)
        if sound.seconds:
            sound.cut = asyncio.get_running_loop().call_later(sound.seconds, self._cut, sound)

    # --- ends ------------------------------------------------------------------------------------

    def finished(self, said: PlaybackFinished) -> None:
        """Some rounds are over: on with the next ones, or the sound is."""
        sound = self.playing.pop(said.playback.id, None)
        if sound is None or sound.stopped or self._is_dying(sound):
            return
        if said.playback.state == "failed":
            self.finish(sound, "failed")
            return
        if sound.loops:
            sound.loops -= sound.asked
            if not sound.loops:
                self.finish(sound, "ended")
                return
        self._round(sound)

    def _is_dying(self, sound: Sound) -> bool:
        leg = self._board.legs.get(sound.to)
        return leg is not None and leg.dying

    def helpers(self) -> set[str]:
        """The helper channels that sounds go through."""
        return {sound.snoop for sound in self.sounds.values() if sound.snoop}

    async def look_again(self) -> None:
        """Take playbacks for finished that the switch no longer knows."""
        for playback in list(self.playing):
            if (await self._board.ari.ask("GET", f"playbacks/{playback}")).status == 404:
                self.finished(PlaybackFinished(Playback(playback)))

    def forget(self, call: str = "") -> None:
        """Let go of all sounds to a call that is gone, or of all where the switch is; nothing is told."""
        for sound in list(self._to.get(call, {}).values() if call else self.sounds.values()):
            self._let_go(sound)

    def _cut(self, sound: Sound) -> None:
        """End a sound whose time is over, and tell."""
        if sound.name in self.sounds:
            self._end(sound)
            self._board.tell(PlaybackEnded(self._board.now(), *sound.name))

    def finish(self, sound: Sound, why: str) -> None:
        """Tell that a sound is over, where anybody waits for that."""
        if sound.name not in self.sounds:
            return
        self._let_go(sound)
        if sound.name[0]:
            self._board.tell(PlaybackEnded(self._board.now(), *sound.name, why))

    def _end(self, sound: Sound) -> None:
        """Silence a sound at the switch, and forget it."""
        if sound.playback in self.playing and not sound.snoop:
            self._silence(sound, self._board.legs.get(sound.to))
        self._let_go(sound)

    def _silence(self, sound: Sound, leg: Leg | None) -> None:
        """End what plays of a sound; a channel is moved only after that."""
        ending = self._board.end(f"playbacks/{sound.playback}")
        if leg is not None and sound in leg.sounds:
            self._board.overtake(leg, ending)
        else:
            self._board.go(ending)

    def _let_go(self, sound: Sound) -> None:
        sound.stopped = True
        self.sounds.pop(sound.name, None)
        mates = self._to.get(sound.to, {})
        mates.pop(sound.name, None)
        if not mates:
            self._to.pop(sound.to, None)
        self.playing.pop(sound.playback, None)
        sound.playback = ""
        if sound.cut is not None:
            sound.cut.cancel()
        if sound.snoop:
            self._board.drop_channel(sound.snoop)
        if sound.room is not None:
            sound.room.sounds -= 1
        leg = self._board.legs.get(sound.to)
        if leg is not None and sound in leg.sounds:
            leg.sounds.remove(sound)
            self._touch(leg)
