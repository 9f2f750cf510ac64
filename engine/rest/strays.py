"""What goes wrong where no handler of ours is: told as lines of our log, instead of tracebacks beside it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

from engine.service.logs import Log
from engine.service.metrics import Metrics

# What a client sent is not HTTP: the client's fault, and no more of it is told, as it may hold a password.
THEIRS = (HttpProcessingError, RequestPayloadError)


class Strays(logging.Handler):
    """Hears what aiohttp and the event loop report: `malformed` for a client's fault, `bug` for ours."""

    def __init__(self, log: Log, metrics: Metrics) -> None:
        """Keep who logs and who counts."""
        super().__init__()
        self._log, self._metrics = log, metrics
        # not from the registry: each server tells its own log
        self.logger = logging.Logger("callflow.http", logging.ERROR)  # noqa: LOG001
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Tell what aiohttp reports."""
        self._tell(record.getMessage(), record.exc_info[1] if record.exc_info else None)

    def of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell what nobody caught in the event loop."""
        self._tell(context["message"], context.get("exception"))

    def _tell(self, what: str, error: BaseException | None) -> None:
        if isinstance(error, THEIRS):
            self._log.info("malformed", error=type(error).__name__)
            return
        self._metrics.fault()
        self._log.error("bug", about=what, trace="".join(traceback.format_exception(error)) if error else "")
