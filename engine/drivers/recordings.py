"""The folder of recordings: names that are safe in it, addresses that nobody guesses, and room that is bounded.

A file is named after a keyed digest of its recording's id, the run's seed being the key. So no id leads out of the
folder, two runs never share a name, a restarted run finds its files again, and whoever was not given an address has
none. Any recording can be had in each of FORMATS: the other one is made of what is there when it is first asked for.
"""

from __future__ import annotations

import asyncio
import errno
import hmac
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import time
from weakref import WeakValueDictionary

from engine.errors import EngineError, RequestError

# Writes the sound of the first file into the second, in the format that its suffix names; EngineError where it cannot.
Encode = Callable[[Path, Path], Awaitable[None]]

PATH = "/recordings/"  # what an address has between the base and the name
FORMATS = {"mp3": "audio/mpeg", "wav": "audio/wav"}
NAME = re.compile(rf"([0-9a-f]{{32}})\.({'|'.join(FORMATS)})")
UNFINISHED = "part-"
LEFT = re.compile(rf"{UNFINISHED}{NAME.pattern}|\.[0-9a-f]+\.part")  # ours and a converter's, when they were killed
ABANDONED = 86_400.0  # seconds after which nobody writes on what is still unfinished


class Recordings:
    """Recordings as files of `folder`, mode 0600; the oldest go when they have more than `room` bytes (0: never).

    `base` begins addresses. Nothing may be asked before `open`. Of a folder that cannot be written, methods that
    change something raise OSError.
    """

    def __init__(self, folder: Path, encode: Encode, room: int = 0) -> None:
        """Keep the folder, which need not be there, and who converts."""
        self.folder = folder
        self.base = ""
        self.bytes = 0
        self._encode = encode
        self._room = room
        self._key = b""
        self._sizes: dict[str, int] = {}
        self._copies: dict[str, None] = {}  # those that can be made again
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def open(self, seed: str) -> None:
        """Make the folder and look what is there; RequestError where that cannot be. `seed` is the run's own."""
        self._key = seed.encode()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._look()
            if not os.access(self.folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            place, hint = "recordings.folder", "name a folder that can be written"
            raise RequestError(f"{self.folder}: {error.strerror}", field=place, hint=hint) from None

    # --- names ------------------------------------------------------------------------------------

    def name(self, id: str, format: str) -> str:  # noqa: A002
        """The name of a recording's file; RequestError for a format that is none of FORMATS."""
        if format not in FORMATS:
            hint = f"one of {', '.join(FORMATS)}"
            raise RequestError(f"recordings cannot be {format[:16]!r}", field="format", hint=hint)
        if not self._key:
            raise RequestError("the folder of recordings is not open", field="recordings", status=503)
        return f"{hmac.digest(self._key, id.encode(), 'sha256').hex()[:32]}.{format}"

    def address(self, id: str, format: str) -> str:  # noqa: A002
        """Where a recording will be found, known before it is there."""
        return f"{self.base}{PATH}{self.name(id, format)}"

    def find(self, name: str) -> Path | None:
        """The file of that name; None where there is none, whatever the name is."""
        path = self.folder / name
        return path if NAME.fullmatch(name) and path.is_file() else None

    # --- what comes -------------------------------------------------------------------------------

    def place(self, id: str, format: str = "wav") -> Path:  # noqa: A002
        """A new empty file to write a recording into; nobody finds it until it is kept or finished."""
        return self._new(self.name(id, format))

    def keep(self, id: str, format: str) -> Path:  # noqa: A002
        """Let what was written into its place be found."""
        return self._keep(self.name(id, format))

    async def finish(self, id: str, format: str) -> Path:  # noqa: A002
        """Keep what was written as WAV into its place, in the format that was asked for.

        Where it cannot be converted it is kept as it is: the sound is not lost, and whoever asks for it tries again.
        """
        sound, name = self._unfinished(self.name(id, "wav")), self.name(id, format)
        if format == "wav":
            return self._keep(name)
        try:
            await self._convert(sound, name)
        except EngineError:
            return self.keep(id, "wav")
        kept = self._keep(name)
        sound.unlink(missing_ok=True)
        return kept

    async def file(self, name: str) -> Path | None:
        """The file of that name, made of its other format where only that is there; EngineError where it cannot be."""
        if not NAME.fullmatch(name):
            return None
        async with self._making.setdefault(name, asyncio.Lock()):  # who asks meanwhile gets the same file
            return self.find(name) or await self._copy(name)

    async def _copy(self, name: str) -> Path | None:
        source = next(filter(None, map(self.find, others(name))), None)
        if source is None:
            return None
        await self._convert(source, name)
        if source.exists():
            return self._keep(name)
        self._unfinished(name).unlink(missing_ok=True)  # it was dropped meanwhile
        return None

    # --- what goes --------------------------------------------------------------------------------

    def drop(self, id: str) -> None:  # noqa: A002
        """Delete a recording in all its formats."""
        for name in (self.name(id, format) for format in FORMATS):  # noqa: A001
            self._unfinished(name).unlink(missing_ok=True)
            self._delete(name)

    def _delete(self, name: str) -> None:
        self.bytes -= self._sizes.pop(name, 0)
        self._copies.pop(name, None)
        (self.folder / name).unlink(missing_ok=True)

    def _make_room(self, newest: str) -> None:
        """Delete until the rest fits: copies, then the oldest. The newest stays, and as a copy costs no recording."""
        if not self._room or self.bytes <= self._room:
            return
        for name in (*self._copies, *(() if newest in self._copies else self._sizes)):
            if self.bytes <= self._room:
                return
            if name != newest:
                self._delete(name)

    # --- files ------------------------------------------------------------------------------------

    def _unfinished(self, name: str) -> Path:
        return self.folder / (UNFINISHED + name)

    def _new(self, name: str) -> Path:
        path = self._unfinished(name)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        return path

    async def _convert(self, source: Path, name: str) -> None:
        part = self._new(name)
        try:
            await self._encode(source, part)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _keep(self, name: str) -> Path:
        part, path = self._unfinished(name), self.folder / name
        part.chmod(0o600)  # whoever wrote it may have put a file of its own there
        part.replace(path)
        self._count(name, path.stat().st_size)
        self._make_room(name)
        return path

    def _count(self, name: str, size: int) -> None:
        self.bytes += size - self._sizes.pop(name, 0)
        self._sizes[name] = size
        if any(other in self._sizes for other in others(name)):
            self._copies[name] = None

    def _look(self) -> None:
        """Count what is there, the oldest first, and clear away what was never finished."""
        self._sizes, self._copies, self.bytes = {}, {}, 0
        with os.scandir(self.folder) as entries:
            there = [(entry.stat(), entry.name) for entry in entries if entry.is_file()]
        for stat, name in sorted(there, key=lambda pair: (pair[0].st_mtime_ns, pair[1])):
            if NAME.fullmatch(name):
                self._count(name, stat.st_size)
            elif LEFT.fullmatch(name) and stat.st_mtime < time() - ABANDONED:
                (self.folder / name).unlink(missing_ok=True)


def others(name: str) -> tuple[str, ...]:
    """The names that the same recording has in other formats."""
    stem, _, format = name.partition(".")  # noqa: A001
    return tuple(f"{stem}.{other}" for other in FORMATS if other != format)
