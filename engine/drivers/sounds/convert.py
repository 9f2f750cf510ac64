"""Turns whatever sound customers have into the format that switches play, and recordings into mp3.

ffmpeg does it, or sox where that is missing. What they read is hostile: a playlist that names our files or network is
no sound, a cover picture is none either, and nothing may grow without bound.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from msgspec import Struct

from engine.drivers.sounds import waves
from engine.drivers.sounds.process import Pool, SoundError
from engine.errors import RequestError

# Seconds of sound that are taken of a file; what is longer is cut.
LONGEST = 3_600
# Containers that hold sound and nothing that leads elsewhere, as ffmpeg names them. Not one of them is a list.
CONTAINERS = "wav,w64,mp3,ogg,flac,au,aiff,mov,aac,amr,caf,gsm"
# Bytes that ffmpeg may ask for in one piece.
BLOCK = 64 * 1024 * 1024
# What a file begins with, and what sox calls that: it goes by the name of the file otherwise.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"RIFF", "wav"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xfa", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
    (b"\xff\xe3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b".snd", "au"),
    (b"FORM", "aiff"),
)


class Tool(Struct, frozen=True):
    """A program that converts: how its commands are written, source first."""

    program: str
    wav: Callable[[Path, Path], Sequence[str]]
    mp3: Callable[[Path, Path], Sequence[str]]
    unpacked: Callable[[Path, Path], Sequence[str]]


def _ffmpeg(source: Path, containers: str, *output: str) -> Sequence[str]:
    quiet = ("ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y", "-max_alloc", str(BLOCK), "-threads", "1")
    # A path of ours is absolute: nothing in it is taken for an option or a protocol.
    guarded = ("-protocol_whitelist", "file", "-format_whitelist", containers, "-i", f"file:{source}")
    return *quiet, *guarded, "-map", "0:a:0", "-map_metadata", "-1", "-bitexact", *output


def _ffmpeg_wav(source: Path, target: Path) -> Sequence[str]:
    sound = ("-t", str(LONGEST), "-ac", "1", "-ar", str(waves.RATE), "-c:a", "pcm_s16le", "-f", "wav")
    return _ffmpeg(source, CONTAINERS, *sound, f"file:{target}")


def _ffmpeg_mp3(source: Path, target: Path) -> Sequence[str]:
    return _ffmpeg(source, "wav", "-c:a", "libmp3lame", "-q:a", "3", "-f", "mp3", f"file:{target}")


def _ffmpeg_unpacked(source: Path, target: Path) -> Sequence[str]:
    return _ffmpeg(source, "mp3", "-c:a", "pcm_s16le", "-f", "wav", f"file:{target}")


# -D: without dither, whose chance would make every file another one.
def _sox_wav(source: Path, target: Path) -> Sequence[str]:
    sound = ("-t", "wav", "-e", "signed-integer", "-b", "16", "-r", str(waves.RATE), "-c", "1")
    return "sox", "-V1", "-D", "-t", _kind(source), str(source), *sound, str(target), "trim", "0", str(LONGEST)


def _sox_mp3(source: Path, target: Path) -> Sequence[str]:
    return "sox", "-V1", "-t", "wav", str(source), "-t", "mp3", "-C", "-3", str(target)


def _sox_unpacked(source: Path, target: Path) -> Sequence[str]:
    return "sox", "-V1", "-t", "mp3", str(source), "-t", "wav", "-e", "signed-integer", "-b", "16", str(target)


def _kind(source: Path) -> str:
    """What a file holds, as sox calls it; SoundError where that is unknown."""
    with source.open("rb") as file:
        start = file.read(4)
    for magic, kind in MAGIC:
        if start.startswith(magic):
            return kind
    raise SoundError("not a sound that sox reads here; install ffmpeg to have others read")


TOOLS = (
    Tool("ffmpeg", _ffmpeg_wav, _ffmpeg_mp3, _ffmpeg_unpacked),
    Tool("sox", _sox_wav, _sox_mp3, _sox_unpacked),
)


class Converter:
    """Converts files in a bounded pool. Targets appear whole or not at all; paths are absolute.

    SoundError for what is no sound, is too much or takes too long.
    """

    def __init__(self, pool: Pool | None = None, tools: Sequence[Tool] = TOOLS) -> None:
        """Take the first of these tools that is there, the last where speed counts; `pool` is shared with others."""
        self.pool = pool or Pool()
        self._tools = tools

    def ready(self) -> None:
        """Raise RequestError where nothing that converts is installed."""
        self._tool()

    async def wav(self, source: Path, target: Path) -> None:
        """Any sound (mp3, wav, ogg, flac, au, aiff, m4a, …) to mono WAV of 8 kHz; of an hour and more the first."""
        with whole(target) as part:
            if await asyncio.to_thread(waves.is_ours, source):
                await asyncio.to_thread(waves.rewrite, source, part)
            else:
                await self.pool.run(self._tool().wav(source, part))
            _check_heard(part)

    async def resample(self, source: Path, target: Path) -> None:
        """The same for a WAV of our own making: sox, where it is there, has done it before ffmpeg has started."""
        with whole(target) as part:
            await self.pool.run(self._tool(quick=True).wav(source, part))
            _check_heard(part)

    async def wav_of(self, sound: bytes, target: Path) -> None:
        """What `wav` does, for bytes."""
        source = beside(target)
        try:
            await asyncio.to_thread(source.write_bytes, sound)
            await self.wav(source, target)
        finally:
            source.unlink(missing_ok=True)

    async def recode(self, source: Path, target: Path, *, patience: float = 120.0) -> None:
        """A recording, WAV to mp3 or back by the target's suffix, with all its sides and as long as it is."""
        tool = self._tool()
        command = {".mp3": tool.mp3, ".wav": tool.unpacked}[target.suffix]
        with whole(target) as part:
            await self.pool.run(command(source, part), patience=patience)

    async def stereo(self, left: Path, right: Path, target: Path) -> None:
        """Two mono WAVs to one with a side each."""
        with whole(target) as part:
            await asyncio.to_thread(waves.stereo, left, right, part)

    async def trim(self, source: Path, target: Path) -> float:
        """A WAV without the silence at its ends; the seconds that are left."""
        with whole(target) as part:
            return await asyncio.to_thread(waves.trim, source, part)

    def _tool(self, *, quick: bool = False) -> Tool:
        for tool in reversed(self._tools) if quick else self._tools:
            if shutil.which(tool.program):
                return tool
        names = " or ".join(tool.program for tool in self._tools)
        raise RequestError(f"sounds cannot be converted without {names}", hint="apt-get install ffmpeg")


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Where to write a file that gets its name when it is complete, and is gone where something failed."""
    part = beside(target)
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def beside(target: Path) -> Path:
    """A new name in the folder of a file that is to be made."""
    return target.absolute().with_name(f".{token_hex(8)}.part")


def _check_heard(path: Path) -> None:
    """Refuse a conversion that came out empty."""
    if not path.exists() or not waves.seconds(path):
        raise SoundError("there is no sound in it")
