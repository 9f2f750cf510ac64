"""The folder in which sounds are kept: named by what they are, bounded, and never taken from under whoever plays them.

A file is `<64 hex digits>.wav`. The names say what is there, so a restart finds everything again by looking.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from math import inf
from pathlib import Path

from msgspec import Struct

from engine.drivers.sounds import waves
from engine.drivers.sounds.process import SoundError

NAME = re.compile(r"[0-9a-f]{64}\.wav", re.ASCII)
UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.part", re.ASCII)
READABLE, OPEN = 0o644, 0o755
# How far beyond its bounds the folder may grow for the sake of what plays.
AT_WORST = 2


class Kept(Struct, frozen=True):
    """One file: its size in bytes, and how long it plays."""

    path: Path
    size: int
    seconds: float


class Shelf:
    """Files by name, the least recently used first; `most_bytes` and `most_files` bound them.

    A file stays for `grace` seconds after it was last asked for and could have ended; where all do, the folder may
    reach twice its bounds before the least recently used ones go nevertheless. `now` counts seconds.
    """

    def __init__(self, folder: Path, bounds: tuple[int, int], grace: float, now: Callable[[], float]) -> None:
        """Keep the folder, which `open` makes, and the bounds: bytes and files."""
        self.folder = folder
        self.size = 0
        self._most_bytes, self._most_files = bounds
        self._grace, self._now = grace, now
        self._kept: dict[str, Kept] = {}
        self._used: OrderedDict[str, float] = OrderedDict()  # when each was last asked for, the oldest first
        self._lasting: dict[str, Kept] = {}

    def __len__(self) -> int:
        """How many files are kept, but for lasting ones."""
        return len(self._kept)

    def open(self) -> None:
        """Make the folder, remove what was left unfinished, and take in what is there; OSError where that fails."""
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            self.folder.chmod(OPEN)  # whatever our own mask is: the switch may run as another user
        found: list[tuple[float, Path]] = []
        for path in self.folder.iterdir():
            if UNFINISHED.fullmatch(path.name):
                path.unlink(missing_ok=True)
            elif NAME.fullmatch(path.name):
                found.append((path.stat().st_mtime, path))
        for _, path in sorted(found):
            self._take_in(path)
        self._shrink()

    def find(self, name: str) -> Path | None:
        """The file of that name (64 hex digits), which is in use now; None where it is not kept."""
        kept = self._kept.get(name)
        if kept is not None and not kept.path.exists():  # somebody has emptied the folder
            self._forget(name)
            kept = None
        if kept is None:
            lasting = self._lasting.get(name)
            return None if lasting is None else lasting.path
        self._used[name] = self._now()
        self._used.move_to_end(name)
        return kept.path

    def seconds(self, name: str) -> float:
        """How long the file of that name plays; 0 where it is not kept."""
        kept = self._lasting.get(name) or self._kept.get(name)
        return 0.0 if kept is None else kept.seconds

    def place(self, name: str) -> Path:
        """Where the file of that name belongs."""
        return self.folder / f"{name}.wav"

    def put(self, name: str, part: Path, *, lasting: bool = False) -> Path:
        """Give a finished file its name; a `lasting` one counts for no bound and is never deleted."""
        part.chmod(READABLE)
        path = self.place(name)
        kept = Kept(path, part.stat().st_size, waves.seconds(part))
        part.replace(path)
        self._forget(name)
        if lasting:
            self._lasting[name] = kept
        else:
            self._keep(name, kept, self._now())
            self._shrink()
        return path

    def _take_in(self, path: Path) -> None:
        """Keep a file that was here before us, as one that nobody plays; what is broken goes."""
        try:
            length = waves.seconds(path)
        except SoundError:
            path.unlink(missing_ok=True)
        else:
            self._keep(path.stem, Kept(path, path.stat().st_size, length), -inf)

    def _keep(self, name: str, kept: Kept, used: float) -> None:
        self._kept[name] = kept
        self._used[name] = used
        self.size += kept.size

    def _forget(self, name: str) -> None:
        kept = self._kept.pop(name, None)
        if kept is not None:
            del self._used[name]
            self.size -= kept.size

    def _shrink(self) -> None:
        """Delete the least recently used files while there are too many."""
        for name in self._too_many():
            path = self._kept[name].path
            self._forget(name)
            path.unlink(missing_ok=True)

    def _too_many(self) -> list[str]:
        """The files that have to go: not those in use, unless the folder is at its worst."""
        names: list[str] = []
        size, files, now = self.size, len(self._kept), self._now()
        for name, used in self._used.items():
            at_worst = size > AT_WORST * self._most_bytes or files > AT_WORST * self._most_files
            if not at_worst and (used + self._grace >= now or not self._exceeds(size, files)):
                break
            kept = self._kept[name]
            if at_worst or used + kept.seconds + self._grace < now:
                names.append(name)
                size, files = size - kept.size, files - 1
        return names

    def _exceeds(self, size: int, files: int) -> bool:
        return size > self._most_bytes or files > self._most_files


def named(*parts: bytes | str) -> str:
    """A name that says what these parts are: no other parts have it."""
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
