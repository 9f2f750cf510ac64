"""Keeps the journal of a running service in a file that only its owner may read: one write a round of events."""

from __future__ import annotations

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
        try:
            if path.exists() and path.stat().st_size:
                path.rename(aside(path))
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise RequestError(f"cannot be written: {error.strerror}", field=str(path)) from None
        self.write = Writer(self._lines.append, first).write
        self.flush()

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


def aside(path: Path) -> Path:
    """Where an earlier journal goes: its own name and the date of its last event."""
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return path.with_name(f"{path.name}.{at:%Y%m%dT%H%M%S.%f}")
