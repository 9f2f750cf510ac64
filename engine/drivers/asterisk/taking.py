"""Records calls and rooms: helpers listen to a channel while the switch writes, and the files are fetched at the end.

A room is recorded in its bridge. A call is recorded through helpers on its channel, so that it may be played to, moved
and joined to rooms meanwhile: both sides mixed, or each on a channel of its own where that is asked for. What the
switch has written becomes the recording's own file in the format that was asked for, and its length is measured there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from math import ceil
from typing import Any, Literal

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import Refused, Reply
from engine.drivers.asterisk.events import RecordingFailed, RecordingFinished
from engine.drivers.asterisk.model import Name, Take
from engine.drivers.recordings import Recordings
from engine.drivers.sounds import waves
from engine.drivers.sounds.convert import Converter
from engine.errors import EngineError
from engine.values.effects import (
    Effect,
    ForgetRecording,
    PauseRecording,
    ResumeRecording,
    StartRecording,
    StopRecording,
)
from engine.values.events import RecordingEnded, RecordingStarted

# Which way helpers listen: to both sides at once, or to each alone where these channels are asked for.
BOTH, EACH = ("both",), ("in", "out")
TWO_CHANNELS = ("dual", "stereo")
# The switch counts whole seconds: we end a recording that is long enough, the switch does where we are gone.
MORE = 1
# What helpers are called that record.
TAP = "tap"


class Takes:
    """All recordings; each is answered once, when its file is there or cannot be."""

    def __init__(
        self, board: Board, recordings: Recordings, converter: Converter, beep: Callable[[str, str], None]
    ) -> None:
        """Nothing is recorded yet; `beep` lets a call or room hear one, under the id of what it tells of."""
        self._board, self._recordings, self._converter, self._beep = board, recordings, converter, beep
        self.performs: dict[type[Effect], Callable[[Any], None]] = {
            StartRecording: self.start,
            PauseRecording: self.pause,
            ResumeRecording: self.resume,
            StopRecording: self.stop,
            ForgetRecording: lambda effect: recordings.drop(effect.id),
        }
        self._takes: dict[Name, Take] = {}
        self._parts: dict[str, Take] = {}
        self._unwanted: set[str] = set()  # parts that are to be deleted when they are written

    # --- what is asked ---------------------------------------------------------------------------

    def start(self, effect: StartRecording) -> None:
        """Begin one."""
        name = (effect.owner, effect.id)
        if name not in self._takes:
            take = self._takes[name] = Take(effect, left=effect.max_length)
            self._board.go(self._start(take))

    def pause(self, effect: PauseRecording) -> None:
        """Write nothing for a while."""
        self._all(effect, "POST", "/pause")
        self._wind(effect, on=False)

    def resume(self, effect: ResumeRecording) -> None:
        """Write on."""
        self._all(effect, "DELETE", "/pause")
        self._wind(effect, on=True)

    def stop(self, effect: StopRecording) -> None:
        """End one."""
        take = self._takes.get((effect.owner, effect.id))
        if take is not None:
            take.why, take.stopped = take.why or "stopped", True
            self._all(effect, "POST", "/stop")

    def _all(self, effect: PauseRecording | ResumeRecording | StopRecording, method: str, what: str) -> None:
        take = self._takes.get((effect.owner, effect.id))
        for part in take.running if take is not None else ():
            self._board.go(self._board.ari.ask(method, f"recordings/live/{part}{what}"))

    def _wind(self, effect: StartRecording | PauseRecording | ResumeRecording, *, on: bool) -> None:
        """Let the clock of a recording that may last so long run, or stand still: only what is recorded counts."""
        take, loop = self._takes.get((effect.owner, effect.id)), asyncio.get_running_loop()
        if take is None:
            return
        if take.clock is not None:
            take.left = take.clock.when() - loop.time()
            take.clock.cancel()
            take.clock = None
        if on and take.left > 0:
            take.clock = loop.call_later(take.left, self._cut, take)

    def _cut(self, take: Take) -> None:
        """It is long enough."""
        take.why = take.why or "max_length"
        self.stop(StopRecording(take.asked.owner, take.asked.id))

    # --- the switch ------------------------------------------------------------------------------

    async def _start(self, take: Take) -> None:
        board, asked = self._board, take.asked
        leg = board.legs.get(asked.of)
        try:
            if leg is None:
                await self._record(take, f"bridges/{await self._room(asked.of)}")
            else:
                for side in EACH if asked.channels in TWO_CHANNELS else BOTH:
                    if take.over:  # before it was all begun
                        return
                    tap = board.fresh(TAP, f"{asked.id}/{len(take.parts)}")
                    await board.snoop(leg.channel, tap, spy=side)
                    await self._record(take, f"channels/{tap}")
        except Refused:
            if not take.over:
                await self._give_up(take)
            return
        board.tell(RecordingStarted(board.now(), asked.owner, asked.id))
        self._wind(asked, on=True)
        if asked.beep:
            self._beep(asked.of, asked.id)
        if take.stopped:  # meanwhile
            self.stop(StopRecording(asked.owner, asked.id))

    async def _room(self, id: str) -> str:  # noqa: A002
        name = self._board.names.name("room", id)
        if name not in self._board.rooms:
            raise Refused(f"nothing is called {id}", Reply(404))
        await self._board.bridge(name)
        return name

    async def _record(self, take: Take, place: str) -> None:
        """Have the switch write what is heard at that place."""
        asked = take.asked
        part = self._part(asked, len(take.parts))
        self._runs(take, part, place)
        await self._board.ari.must(
            "POST",
            f"{place}/record",
            name=part,
            format="wav",
            ifExists="overwrite",
            maxDurationSeconds=str(ceil(asked.max_length) + MORE) if asked.max_length else "0",
            maxSilenceSeconds=str(ceil(asked.silence)),
        )

    def _part(self, asked: StartRecording, side: int) -> str:
        """The switch's name of one side of a recording, found again after a restart."""
        return self._board.names.name("take", f"{asked.id}/{side}")

    def _runs(self, take: Take, part: str, place: str) -> None:
        take.parts[part] = place
        take.running.add(part)
        self._parts[part] = take

    async def _give_up(self, take: Take) -> None:
        asked = take.asked
        for part in take.parts:
            self._parts.pop(part, None)
        self._wind(asked, on=False)
        self._takes.pop((asked.owner, asked.id), None)
        for part, place in take.parts.items():
            await self._discard(part)
            self._release(place)
        self._board.tell(RecordingEnded(self._board.now(), asked.owner, asked.id, "failed", 0.0, "failed"))

    async def _discard(self, part: str) -> None:
        """Have nothing be kept of a part that may run all the same.

        It is stopped, not cancelled: one that is cancelled while its channel ends may be stored, and we are not told.
        """
        self._unwanted.add(part)
        reply = await self._board.ari.ask("POST", f"recordings/live/{part}/stop")
        if reply.status == 404:  # it never ran, or it is written
            self._unwanted.discard(part)
            self._board.drop(f"recordings/stored/{part}")

    def _release(self, place: str) -> None:
        kind, _, name = place.partition("/")
        if kind == "channels":
            self._board.drop_channel(name)

    # --- ends ------------------------------------------------------------------------------------

    def finished(self, said: RecordingFinished | RecordingFailed) -> None:
        """A part is written; the recording is over when all are."""
        name = said.recording.name
        take = self._parts.pop(name, None)
        if take is not None:
            self.over(take, name, failed=isinstance(said, RecordingFailed))
        elif name in self._unwanted:
            self._unwanted.discard(name)
            self._board.drop(f"recordings/stored/{name}")

    def over(self, take: Take, part: str, *, failed: bool = False) -> None:
        """Take note that a part is over."""
        self._parts.pop(part, None)
        take.running.discard(part)
        take.failed = take.failed or failed
        self._release(take.parts[part])
        take.why = take.why or self._why(take)
        if take.running:  # its other side ends with it
            self.stop(StopRecording(take.asked.owner, take.asked.id))
            return
        self._wind(take.asked, on=False)
        self._board.go(self._store(take))

    def _why(self, take: Take) -> str:
        """Say why a recording ended that nobody stopped; its length decides between the bounds (see `_store`)."""
        of = self._board.legs.get(take.asked.of)
        if of is not None and of.dying:
            return "hangup"
        if of is None and self._board.names.name("room", take.asked.of) not in self._board.rooms:
            return "hangup"
        return "max_length" if take.asked.max_length and not take.asked.silence else "silence"

    async def _store(self, take: Take) -> None:
        """Fetch what was written, make the recording's file of it, and tell."""
        asked, board = take.asked, self._board
        await board.back()
        result: Literal["stored", "absent", "failed"] = "failed" if take.failed else "stored"
        seconds = 0.0
        if not take.failed:
            try:
                seconds = await self._make(take)
                result = "stored" if seconds else "absent"
            except (EngineError, OSError):
                result = "failed"
        why = take.why
        if why == "silence" and asked.max_length and seconds >= asked.max_length - 0.1:
            why = "max_length"
        url = self._recordings.address(asked.id, asked.format) if result == "stored" else ""
        for part in take.parts:
            board.drop(f"recordings/stored/{part}")
        self._takes.pop((asked.owner, asked.id), None)
        board.tell(RecordingEnded(board.now(), asked.owner, asked.id, result, seconds, why, url))

    async def _make(self, take: Take) -> float:
        """Bring the parts here, put them together; seconds of sound, 0 where there is none that is of any use."""
        asked, store = take.asked, self._recordings
        target = store.place(asked.id, "wav")
        files = [target.with_name(f"{target.name}.{number}.part") for number in range(len(take.parts))]
        try:
            for part, file in zip(take.parts, files, strict=True):
                await self._board.ari.download(f"recordings/stored/{part}/file", file)
            if len(files) == 2:
                await self._converter.stereo(files[0], files[1], target)
            else:
                files[0].replace(target)
            if asked.trim:
                await self._converter.trim(target, target)
        finally:
            for file in files:
                file.unlink(missing_ok=True)
        if take.why == "silence" and await asyncio.to_thread(waves.is_silent, target):
            store.drop(asked.id)
            return 0.0
        seconds = waves.seconds(target)
        await store.finish(asked.id, asked.format)
        return seconds

    # --- after a restart -------------------------------------------------------------------------

    async def find(self, standing: Iterable[Effect], channels: Iterable[str]) -> None:
        """See which recordings of a run that was broken off still run, or were written: they are not begun again."""
        taps = {known: channel for channel in channels if (known := self._tap(channel))}
        asked = [effect for effect in standing if isinstance(effect, StartRecording)]
        await asyncio.gather(*(self._probe(effect, taps) for effect in asked))

    def _tap(self, channel: str) -> str:
        kind, id = self._board.names.read(channel) or ("", "")  # noqa: A001
        return id.rpartition("/")[0] if kind == TAP else ""

    async def _probe(self, asked: StartRecording, taps: Mapping[str, str]) -> None:
        board, take = self._board, Take(asked)
        for side in range(2):
            part = self._part(asked, side)
            tap = taps.get(f"{asked.id}/{side}", "")
            place = f"channels/{tap}" if tap else ""
            if (await board.ari.ask("GET", f"recordings/live/{part}")).ok:
                self._runs(take, part, place)
            elif (await board.ari.ask("GET", f"recordings/stored/{part}")).ok:
                take.parts[part] = place
                self._release(place)
        if take.parts:
            self._takes[asked.owner, asked.id] = take
            if take.over:
                self.over(take, next(iter(take.parts)))

    def forget_all(self) -> None:
        """Let go of all: the switch that wrote them is gone."""
        for take in self._takes.values():
            self._wind(take.asked, on=False)
        self._takes.clear()
        self._parts.clear()
        self._unwanted.clear()

    # --- after a loss ----------------------------------------------------------------------------

    def helpers(self) -> set[str]:
        """The helper channels that record."""
        places = (place for take in self._takes.values() for place in take.parts.values())
        return {place.partition("/")[2] for place in places if place.startswith("channels/")}

    async def look_again(self) -> None:
        """Take recordings for finished that the switch no longer runs."""
        for part, take in list(self._parts.items()):
            with suppress(KeyError):
                if (await self._board.ari.ask("GET", f"recordings/live/{part}")).status == 404:
                    self.over(take, part)
