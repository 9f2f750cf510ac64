"""Turns what the web driver tells into measures and lines of the log."""

from __future__ import annotations

from engine.service.logs import Log
from engine.service.metrics import Metrics


class Watch:
    """See engine.drivers.web.Watch."""

    def __init__(self, log: Log, metrics: Metrics) -> None:
        """Keep who logs and who measures."""
        self._log, self._metrics = log, metrics

    def fetched(self, seconds: float, outcome: str) -> None:
        """One attempt to fetch a document is over."""
        self._metrics.fetched(seconds, outcome)

    def delivered(self, seconds: float, outcome: str) -> None:
        """A callback was delivered or given up."""
        self._metrics.delivered(seconds, outcome)

    def dropped(self, callback: str) -> None:
        """A callback was not sent: too many wait already."""
        self._metrics.dropped()
        self._log.warning("callback_dropped", callback=callback)

    def failed(self, callback: str, status: int, tries: int) -> None:
        """A callback was given up."""
        self._log.warning("callback_failed", callback=callback, status=status, tries=tries)
