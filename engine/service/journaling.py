"""Keeps the journal of a running service in a file that only its owner may read: one write a round of events.

A run that broke off left a journal without an end: it is `past`, and the next service takes it up and goes on in the
same file. When that has become long enough it begins anew with a checkpoint: a fresh file beside it is written whole,
locked, and put in its place, so that there is a whole journal at every moment.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from engine.errors import RequestError
from engine.exchange import Exchange
from engine.journal import Header, Past, Writer
from engine.values.events import Event

END = b'\n{"journal":"ended"}\n'
PIECE = 65_536
HINT = "name another file, or move this one away"


class Bounds(Struct, frozen=True, kw_only=True):
    """How long a journal may become before it begins anew, and whether each write waits for the disk."""

    events: int = 100_000
    bytes: int = 64 * 1024 * 1024
    fsync: bool = False


class Journal:
    """The file of one run; the journal of an earlier one that ended is kept beside it, under its date.

    `past` is what was there of a run that broke off: read it to its end, and then `go_on`; where it is None, `begin`.
    """

    def __init__(self, path: Path, bounds: Bounds | None = None) -> None:
        """Take the file; RequestError where it is another service's, cannot be written, or is no journal."""
        self.path = path
        self.past: Past | None = None
        self._bounds = bounds or Bounds()
        self.lines = 0  # of the past
        self._events = self._bytes = 0
        self._lines: list[bytes] = []
        self._file = -1
        self._writer = Writer(self._lines.append, None)
        try:
            self._file, self._is_file = taken(path)
            if self._is_file and os.fstat(self._file).st_size:
                self._look()
        except BlockingIOError:
            hint = "stop that one, or name another file as journal"
            raise RequestError("another service writes it", field=str(path), hint=hint) from None
        except OSError as error:
            self.close()
            raise RequestError(f"cannot be written: {error.strerror}", field=str(path)) from None
        except RequestError as error:
            self.close()
            raise RequestError(str(error), field=str(path), hint=HINT) from None

    def _look(self) -> None:
        """Find out what is there: a journal that ended goes aside, and so does one that no service wrote."""
        lines = lines_of(self._file)
        self.lines, past = len(lines), Past(lines)
        if past.header.epoch and not ended(self._file):
            self.past = past
            return
        self.path.rename(aside(self.path))
        os.close(self._file)
        self._file, self._is_file = taken(self.path)

    def begin(self, first: Header) -> None:
        """Write the header; RequestError where nothing can be written."""
        self._writer = Writer(self._lines.append, first)
        try:
            self._flush()
        except OSError as error:
            self.close()
            raise RequestError(f"cannot be written: {error.strerror}", field=str(self.path)) from None

    def go_on(self, events: int) -> None:
        """Go on behind the past, of which so many events were read."""
        assert self.past is not None
        self._writer = Writer(self._lines.append, None, self.past.documents)
        self._events, self._bytes = events, os.fstat(self._file).st_size
        self.past = None

    def keep(self, events: list[Event]) -> None:
        """Write these events down before anything is done because of them."""
        for event in events:
            self._writer.write(event)
        self._events += len(events)
        self._flush()

    def is_long(self) -> bool:
        """Whether it is time to begin anew."""
        too_long = self._events >= self._bounds.events or self._bytes >= self._bounds.bytes
        return too_long and self._is_file

    def begin_anew(self, first: Header, exchange: Exchange, kept: Mapping[str, object]) -> None:
        """Go on in a fresh file that starts from how things stand; OSError where that cannot be, and all stays."""
        self._events = self._bytes = 0  # also where it fails: the next try is as far away
        lines: list[bytes] = []
        writer = Writer(lines.append, first)
        writer.checkpoint(exchange, kept)
        place = self.path.resolve()
        file, _ = taken(fresh := place.with_name(f"{place.name}.new"))
        try:
            os.ftruncate(file, 0)
            write(file, b"".join(lines), fsync=self._bounds.fsync)
            fresh.rename(place)
        except OSError:
            os.close(file)
            raise
        if self._bounds.fsync:
            sync(place.parent)
        os.close(self._file)
        self._file, self._writer = file, writer
        lines.clear()
        self._lines = lines

    def end(self) -> None:
        """Write that the run is over, and let the file go."""
        self._writer.end()
        self._flush()
        self.close()

    def give_up(self) -> None:
        """Let go of a file that can be written no more; it goes aside, as nothing can be taken up from it."""
        self.close()
        if self._is_file:
            with suppress(OSError):
                self.path.rename(aside(self.path))

    def close(self) -> None:
        """Let the file go as it is."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _flush(self) -> None:
        """Write what was gathered, all at once."""
        text = b"".join(self._lines)
        self._lines.clear()
        self._bytes += len(text)
        write(self._file, text, fsync=self._bounds.fsync)


# --- files ------------------------------------------------------------------------------------------


def taken(path: Path) -> tuple[int, bool]:
    """A file that is ours alone, to be read and written at its end, and whether it is one: a device stays as it is."""
    file = locked(path)
    try:
        is_file = stat.S_ISREG(os.fstat(file).st_mode)
        if is_file:
            os.fchmod(file, 0o600)  # it may have been there before, open to others
            cut(file)
    except OSError:
        os.close(file)
        raise
    return file, is_file


def locked(path: Path) -> int:
    """A file that nobody else may write to now; BlockingIOError where somebody does."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except FileNotFoundError:
            pass  # it was moved away between the two, or another put in its place: look again
        except OSError:
            os.close(file)
            raise
        os.close(file)


def cut(file: int) -> None:
    """Take away a last line that was not written to its end."""
    size = end = os.fstat(file).st_size
    while end:
        start = max(0, end - PIECE)
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != size:
        os.ftruncate(file, end)


def lines_of(file: int) -> list[bytes]:
    """The lines of a file."""
    with os.fdopen(os.dup(file), "rb") as text:
        text.seek(0)
        return text.readlines()


def ended(file: int) -> bool:
    """Whether the last line says that the run was over."""
    size = os.fstat(file).st_size
    return size > len(END) and os.pread(file, len(END), size - len(END)) == END


def write(file: int, text: bytes, *, fsync: bool) -> None:
    """Write all of a text; with `fsync`, until it is on the disk."""
    while text:
        text = text[os.write(file, text) :]
    if fsync:
        os.fdatasync(file)


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def aside(path: Path) -> Path:
    """Where an earlier journal goes: its own name and the date of its last event."""
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return path.with_name(f"{path.name}.{at:%Y%m%dT%H%M%S.%f}")
