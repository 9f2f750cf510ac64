"""Plays and speaks: to a channel that it then has to itself, over the talk, or into a whole room.

A sound that leaves the talk audible goes through a helper that whispers to the channel; one that does not has the
channel to itself, which its wiring takes out of the room meanwhile. A room's sounds go to its bridge; where one member
shall not hear it, a helper speaks with that member's voice, which everybody hears but itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import Refused
from engine.drivers.asterisk.events import Playback, PlaybackFinished
from engine.drivers.asterisk.model import Leg, Name, Room, Sound
from engine.drivers.sounds.speaker import Utterance
from engine.errors import EngineError
from engine.values.effects import PlayMedia, SendDigits, SpeakText, StopMedia
from engine.values.events import PlaybackEnded

# Rounds that are asked for at a time: between two askings there is a gap of a few milliseconds.
AT_ONCE = 20
# Sounds that are dropped rather than played late: what a room plays goes one after the other.
BRIEF = ("enter_sound", "exit_sound")
# Keys that are sent: milliseconds of a key and of the gap after it; seconds of the pauses.
KEY, BETWEEN = 100, 100
PAUSES = {"w": 0.5, "W": 1.0}


class Library(Protocol):
    """Where the files come from that the switch can play."""

    def known(self, media: str) -> Path | None:
        """The file of a URL or a built-in sound, where it is at hand."""

    def known_text(self, utterance: Utterance) -> Path | None:
        """The file of a text, where it is at hand."""

    async def file(self, media: str) -> Path:
        """The file of a URL or a built-in sound; EngineError where it cannot be had."""

    async def spoken(self, utterance: Utterance) -> Path:
        """The file of a text; EngineError where it cannot be spoken."""


class Player:
    """All sounds; `touch` has a leg's lane look at it again."""

    def __init__(self, board: Board, library: Library, touch: Callable[[Leg], None]) -> None:
        """Nothing is played yet."""
        self._board, self._library, self._touch = board, library, touch
        self.sounds: dict[Name, Sound] = {}
        self.playing: dict[str, Sound] = {}
        self._to: dict[str, dict[Name, Sound]] = {}

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

    def send_digits(self, effect: SendDigits) -> None:
        """Send keys to the far end; the switch does not tell when it is done, so we count."""
        leg = self._board.legs.get(effect.call)
        if leg is not None:
            sound = Sound((effect.owner, effect.id), effect.call, 1)
            self._add(sound)
            self._board.go(self._send(leg, sound, effect.digits))

    def stop(self, effect: StopMedia) -> None:
        """Stop a sound; nothing is told."""
        sound = self.sounds.get((effect.owner, effect.id))
        if sound is not None:
            self._end(sound)

    # --- files -----------------------------------------------------------------------------------

    def _take(self, sound: Sound, file: Path | None, get: Callable[..., Awaitable[Path]], what: object) -> None:
        if sound.name in self.sounds:  # asked again after a restart
            return
        self._add(sound)
        if file is not None:
            self._ready(sound, file)
        else:
            self._board.go(self._prepare(sound, get, what))

    def _add(self, sound: Sound) -> None:
        self.sounds[sound.name] = sound
        self._to.setdefault(sound.to, {})[sound.name] = sound

    async def _prepare(self, sound: Sound, get: Callable[..., Awaitable[Path]], what: object) -> None:
        try:
            file = await get(what)
        except EngineError:
            self._finish(sound, "failed")
        else:
            self._ready(sound, file)

    def _ready(self, sound: Sound, file: Path) -> None:
        if sound.stopped:
            return
        sound.file = file
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
        if leg.sounds and not leg.bridge and not leg.sounds[0].playback:
            leg.quiet = False
            leg.sounds[0].playback = "asked"  # at most once
            self._board.go(self._play_at(leg.sounds[0], f"channels/{leg.channel}"))

    async def _whisper(self, sound: Sound, leg: Leg, to: str) -> None:
        """Play over what the channel hears, or with its voice."""
        board = self._board
        sound.snoop = board.fresh("over", sound.name[1])
        try:
            await board.snoop(leg.channel, sound.snoop, whisper=to)
        except Refused:
            self._finish(sound, "failed")
            return
        if sound.stopped:
            board.drop_channel(sound.snoop)
        else:
            await self._play_at(sound, f"channels/{sound.snoop}")

    def _play_into(self, sound: Sound, room: Room | None) -> None:
        if room is None or (room.sounds and sound.purpose.partition(":")[0] in BRIEF):
            self._finish(sound, "failed" if room is None else "ended")
            return
        sound.room = room
        room.sounds += 1
        spared = self._board.legs.get(sound.but)
        if spared is not None and spared.bridge == room.bridge and spared.muted is False:
            self._board.go(self._whisper(sound, spared, "in"))
        else:
            self._board.go(self._into_bridge(sound, room))

    async def _into_bridge(self, sound: Sound, room: Room) -> None:
        try:
            await self._board.bridge(room.bridge)
        except Refused:
            self._finish(sound, "failed")
            return
        await self._play_at(sound, f"bridges/{room.bridge}")

    async def _play_at(self, sound: Sound, place: str) -> None:
        """Begin a sound at that channel or bridge."""
        sound.place = place
        await self._round(sound)

    async def _round(self, sound: Sound) -> None:
        """Ask for the next rounds of a sound."""
        board = self._board
        if sound.stopped or sound.file is None:
            return
        sound.asked = min(sound.loops, AT_ONCE) if sound.loops else AT_ONCE
        sound.playback = playback = board.fresh("play", sound.name[1])
        self.playing[playback] = sound
        if sound.seconds and sound.cut is None:
            sound.cut = asyncio.get_running_loop().call_later(sound.seconds, self._cut, sound)
        media = ",".join([f"sound:{sound.file.with_suffix('')}"] * sound.asked)
        reply = await board.ari.ask("POST", f"{sound.place}/play/{playback}", media=media)
        if sound.name not in self.sounds:  # stopped before the switch knew of it
            await board.ari.ask("DELETE", f"playbacks/{playback}")
        elif not reply.ok and self.playing.pop(playback, None) is not None:
            self._finish(sound, "failed")

    async def _send(self, leg: Leg, sound: Sound, digits: str) -> None:
        """Send keys, with the pauses between them."""
        why = "ended"
        keys = digits.replace("W", "ww").split("w")
        for number, some in enumerate(keys):
            if number:
                await asyncio.sleep(PAUSES["w"])
            if some and not sound.stopped:
                reply = await self._board.ari.ask(
                    "POST", f"channels/{leg.channel}/dtmf", dtmf=some, duration=str(KEY), between=str(BETWEEN)
                )
                why = why if reply.ok else "failed"
                await asyncio.sleep(len(some) * (KEY + BETWEEN) / 1000)
        self._finish(sound, why)

    # --- ends ------------------------------------------------------------------------------------

    def finished(self, said: PlaybackFinished) -> None:
        """Some rounds are over: on with the next ones, or the sound is."""
        sound = self.playing.pop(said.playback.id, None)
        if sound is None or sound.stopped:
            return
        if said.playback.state == "failed":
            self._finish(sound, "failed")
            return
        if sound.loops:
            sound.loops -= sound.asked
            if not sound.loops:
                self._finish(sound, "ended")
                return
        self._board.go(self._round(sound))

    def helpers(self) -> set[str]:
        """The helper channels that sounds go through."""
        return {sound.snoop for sound in self.sounds.values() if sound.snoop}

    async def look_again(self) -> None:
        """Take playbacks for finished that the switch no longer knows."""
        for playback in list(self.playing):
            if (await self._board.ari.ask("GET", f"playbacks/{playback}")).status == 404:
                self.finished(PlaybackFinished(Playback(playback)))

    def forget(self, call: str) -> None:
        """Let go of all sounds to a call that is gone; nothing is told."""
        for sound in list(self._to.get(call, {}).values()):
            self._let_go(sound)

    def _cut(self, sound: Sound) -> None:
        """End a sound whose time is over, and tell."""
        if sound.name in self.sounds:
            self._end(sound)
            self._board.tell(PlaybackEnded(self._board.now(), *sound.name))

    def _finish(self, sound: Sound, why: str) -> None:
        """Tell that a sound is over."""
        if sound.name in self.sounds:
            self._let_go(sound)
            self._board.tell(PlaybackEnded(self._board.now(), *sound.name, why))

    def _end(self, sound: Sound) -> None:
        """Silence a sound at the switch; a channel is moved only after that."""
        leg = self._board.legs.get(sound.to)
        if sound.playback and not sound.snoop:
            ending = self._board.spawn(self._board.ari.ask("DELETE", f"playbacks/{sound.playback}"))
            if leg is not None and sound in leg.sounds:
                leg.stops.add(ending)
                ending.add_done_callback(leg.stops.discard)
        self._let_go(sound)

    def _let_go(self, sound: Sound) -> None:
        sound.stopped = True
        self.sounds.pop(sound.name, None)
        mates = self._to.get(sound.to, {})
        mates.pop(sound.name, None)
        if not mates:
            self._to.pop(sound.to, None)
        self.playing.pop(sound.playback, None)
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
