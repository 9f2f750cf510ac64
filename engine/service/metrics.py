"""What operators measure, in the format that Prometheus reads; each service has a registry of its own.

Labels have few values: faces, statuses, commands and words of outcome. The child of each set of labels is looked
up once; after that counting is one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, core, generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from engine.values.effects import Receipt

PREFIX = "callflow"
# Upper ends of the histograms, seconds: over the network, in answering a request, in the exchange.
NETWORK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
REQUEST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
EXCHANGE = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1)

Metric = TypeVar("Metric", Counter, Histogram)
Count = Callable[[], float]


class Counts(Collector):
    """What is not counted here but asked for."""

    def __init__(self, calls: Count, rooms: Count, members: Count, stale: Count) -> None:
        """Keep whom to ask."""
        self._gauges = (
            ("calls", "Live calls.", calls),
            ("rooms", "Live conferences.", rooms),
            ("members", "Members of live conferences, invited ones included.", members),
        )
        self._stale = stale

    def collect(self) -> Iterator[core.Metric]:
        """Ask."""
        for name, what, count in self._gauges:
            yield core.GaugeMetricFamily(f"{PREFIX}_{name}", what, count())
        stale = "Events that nobody waited for any more."
        yield core.CounterMetricFamily(f"{PREFIX}_stale_events", stale, self._stale())


class Labelled(dict[tuple[str, ...], Metric], Generic[Metric]):
    """The children of a metric by the values of its labels, each made when it is first asked for."""

    def __init__(self, metric: Metric) -> None:
        """Keep the metric; it has no children yet."""
        super().__init__()
        self._metric: Metric = metric

    def __missing__(self, labels: tuple[str, ...]) -> Metric:
        child: Metric = self._metric.labels(*labels)
        self[labels] = child
        return child


class Metrics:
    """The measures of one service."""

    def __init__(self) -> None:
        """Register everything that is counted and timed here."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._commands = Labelled(self._counter("commands", "Commands by what came of them.", "command", "result"))
        self._requests = Labelled(self._counter("requests", "Requests answered.", "face", "status"))
        self._callbacks = Labelled(self._counter("callbacks", "Callbacks delivered or given up.", "outcome"))
        self._fetches = Labelled(self._counter("fetches", "Documents and sounds fetched.", "outcome"))
        self._faults = self._counter("faults", "Things given up because of a bug of ours.")
        self._dropped = self._counter("callbacks_dropped", "Callbacks for which there was no room.")
        self._request_seconds = Labelled(
            self._histogram("request_seconds", "From a request to its answer.", REQUEST, "face")
        )
        self._callback_seconds = self._histogram(
            "callback_seconds", "From a callback to its being delivered or given up.", NETWORK
        )
        self._fetch_seconds = self._histogram("fetch_seconds", "Attempts to fetch a document.", NETWORK)
        self._exchange_seconds = self._histogram("exchange_seconds", "What the exchange takes per event.", EXCHANGE)

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(name, what, labels, namespace=PREFIX, registry=self.registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, what, labels, namespace=PREFIX, registry=self.registry, buckets=buckets)

    def watch(self, calls: Count, rooms: Count, members: Count, stale: Count) -> None:
        """Ask for these at each scrape: live calls, rooms and members, and how many events were stale so far."""
        self.registry.register(Counts(calls, rooms, members, stale))

    def command(self, receipt: Receipt) -> None:
        """A command was carried out or refused."""
        self._commands[receipt.command, result(receipt)].inc()

    def handled(self, seconds: float) -> None:
        """The exchange took one event."""
        self._exchange_seconds.observe(seconds)

    def fault(self) -> None:
        """Something was given up because of a bug of ours."""
        self._faults.inc()

    def dropped(self) -> None:
        """A callback was not sent: too many wait already."""
        self._dropped.inc()

    def request(self, face: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests[face, str(status)].inc()
        self._request_seconds[face,].observe(seconds)

    def fetched(self, seconds: float, outcome: str) -> None:
        """A document was asked for once."""
        self._fetches[outcome,].inc()
        self._fetch_seconds.observe(seconds)

    def delivered(self, seconds: float, outcome: str) -> None:
        """A callback was sent, or tried in vain."""
        self._callbacks[outcome,].inc()
        self._callback_seconds.observe(seconds)

    def render(self) -> tuple[bytes, str]:
        """Everything measured, and the media type it is written in."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


def result(receipt: Receipt) -> str:
    """What came of a command, in a word: why it was refused, or what became of its targets."""
    if receipt.refused or receipt.changed:
        return receipt.refused or "changed"
    return "unknown" if receipt.unknown and not receipt.same else "same"
