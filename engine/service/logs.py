"""The log: one line of JSON for each thing worth telling, quickly written and without secrets.

| event | told when |
|---|---|
| `started`, `stopping`, `stopped` | the service comes and goes |
| `taken_up` | a run that broke off goes on |
| `replaced` | another service has taken the calls over |
| `request` | a request was answered: one line each |
| `call`, `conference` | one ended: one line each |
| `callback_failed`, `callback_dropped` | a callback was given up, or not even queued |
| `fault` | the exchange gave something up |
| `bug` | a bug of ours showed somewhere else |
| `malformed` | a client sent what is not HTTP |
| `journal_lost` | the journal cannot be written any more |
| `checkpoint_failed` | the journal could not begin anew, and grows on |
| `unconvertible` | a recording could not be had in the format that somebody asked for |

One processor does what a chain of them usually does: it costs a third (level, time, JSON), and lines that are
filtered out cost next to nothing. Information is buffered until `flush`; a warning is written at once.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger

from engine.errors import RequestError
from engine.values.effects import CallFacts, RecordConferenceEnd

Log = FilteringBoundLogger
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# How many bytes may wait to be written.
BUFFER = 65_536

encode = msgspec.json.Encoder(enc_hook=repr).encode


class Lines:
    """Writes lines to a stream: methods by level, as structlog calls them."""

    def __init__(self, stream: BinaryIO) -> None:
        """Keep the stream; nothing waits."""
        self._stream = stream
        self._waiting: list[bytes] = []
        self._size = 0

    def debug(self, line: bytes) -> None:
        """Keep a line for the next flush, which is now when many wait."""
        self._waiting.append(line)
        self._size += len(line)
        if self._size >= BUFFER:
            self.flush()

    info = debug

    def warning(self, line: bytes) -> None:
        """Write a line, and all before it, at once."""
        self._waiting.append(line)
        self.flush()

    error = critical = warning

    def flush(self) -> None:
        """Write what waits; a stream that takes no more (a full disk, a closed pipe) costs lines, and no call."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        if waiting:
            waiting.append(b"")
            with suppress(OSError):
                self._stream.write(b"\n".join(waiting))
                self._stream.flush()


def logger(lines: Lines, level: str = "info") -> Log:
    """A logger that writes to these lines what is at least of that level.

    Raises RequestError for a level that there is not.
    """
    if level not in LEVELS:
        raise RequestError(f"there is no level {level!r}", field="log_level", hint=f"one of {', '.join(LEVELS)}")
    kind = structlog.make_filtering_bound_logger(LEVELS[level])
    log: Log = structlog.wrap_logger(lines, processors=[as_line], wrapper_class=kind).bind()
    return log


def call_line(about: CallFacts) -> dict[str, Any]:
    """What is told of a call that ended; seconds."""
    answered, ended = about.answered_at, about.ended_at
    return {
        "call": about.call,
        "account": about.account,
        "caller": about.caller,
        "called": about.called,
        "role": about.role,
        "cause": about.cause,
        "source": about.source,
        "seconds": round((ended or 0.0) - about.created_at, 3),
        "talked": None if answered is None else round((ended or answered) - answered, 3),
    }


def conference_line(ended: RecordConferenceEnd) -> dict[str, Any]:
    """What is told of a conference that ended; seconds."""
    return {
        "conference": ended.conference,
        "account": ended.account,
        "name": ended.name,
        "why": ended.why,
        "members": ended.members,
        "seconds": round(ended.ended_at - ended.created_at, 3),
    }


def as_line(logger: Any, method: str, event: EventDict) -> bytes:
    """Make one line: time (UTC), level, event, and then the fields in the order they were given."""
    line = {"time": datetime.now(UTC), "level": method, "event": event.pop("event"), **event}
    if line.get("exc_info"):
        line["exc_info"] = "".join(traceback.format_exception(raised(line["exc_info"])))
    try:
        return encode(line)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return encode({ascii(name): ascii(value) for name, value in line.items()})


def raised(info: Any) -> BaseException | None:
    """The exception that is meant by `exc_info`: itself, or the one that is being handled."""
    return info if isinstance(info, BaseException) else sys.exc_info()[1]
