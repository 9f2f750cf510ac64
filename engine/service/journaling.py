"""Keeps the journal of a running service in a file that only its owner may read: one write a round of events."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import RequestError
from engine.journal import Header, Writer
from engine.values.events import Event


class Journal:
    """The file of one run; an earlier run's is kept beside it, under its date."""

    def __init__(self, path: Path, first: Header) -> None:
        """Begin the file with the header; RequestError where it cannot be written."""
        self.path = path
        self._lines: list[bytes] = []
        self._file = -1
        self.write = Writer(self._lines.append, first).write
        try:
            self._file = ours(path)
            self.flush()
        except BlockingIOError:
            raise RequestError("another service writes it", field=str(path), hint="name another file") from None
        except OSError as error:
            self.close()
            raise RequestError(f"cannot be written: {error.strerror}", field=str(path)) from None

    def keep(self, events: list[Event]) -> None:
        """Write these events down before anything is done because of them."""
        for event in events:
            self.write(event)
        self.flush()

    def flush(self) -> None:
        """Write what was gathered, all at once."""
        text = b"".join(self._lines)
        self._lines.clear()
        while text:
            text = text[os.write(self._file, text) :]

    def close(self) -> None:
        """End the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def ours(path: Path) -> int:
    """The file, empty and locked; what an earlier run left there goes aside, what another still writes to stays."""
    file = locked(path)
    if os.fstat(file).st_size:
        path.rename(aside(path))
        os.close(file)
        file = locked(path)
    if path.is_file():  # that was there before, open to others; a device stays as it is
        os.fchmod(file, 0o600)
    return file


def locked(path: Path) -> int:
    """A file that nobody else may write to now; BlockingIOError where somebody does."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise
    return file


def aside(path: Path) -> Path:
    """Where an earlier journal goes: its own name and the date of its last event."""
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return path.with_name(f"{path.name}.{at:%Y%m%dT%H%M%S.%f}")
