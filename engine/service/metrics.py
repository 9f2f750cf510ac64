"""What operators measure, in the format that Prometheus reads; each service has a registry of its own.

One thread counts, so counting is an addition here, without the locks of the client library's own
counters; the library is asked at each scrape. Labels have few values: faces, statuses, commands, words of outcome.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, core, generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from engine.values.effects import Receipt

PREFIX = "callflow"
# Upper ends of the histograms, seconds: over the network, in answering a request, in the exchange.
NETWORK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
REQUEST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
EXCHANGE = (0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1)

Count = Callable[[], float]
Labels = tuple[str, ...]


class Times:
    """How often something took how long: counts by upper end (the last: longer), and the seconds in all."""

    __slots__ = ("bounds", "counts", "seconds")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        """Nothing happened yet."""
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.seconds = 0.0

    def observe(self, seconds: float) -> None:
        """It happened once more, and took so long."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.seconds += seconds

    def add_to(self, family: core.HistogramMetricFamily, labels: Labels) -> None:
        """Put it into what is shown, where each count holds the smaller ones."""
        ends = (*(str(bound) for bound in self.bounds), "+Inf")
        family.add_metric(labels, list(zip(ends, accumulate(self.counts), strict=True)), self.seconds)


class Metrics(Collector):
    """The measures of one service."""

    def __init__(self) -> None:
        """Register everything that is counted and timed here."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._gauges: list[tuple[str, str, Count]] = []
        self._stale: Count = lambda: 0
        self._commands: Counter[Labels] = Counter()
        self._requests: Counter[Labels] = Counter()
        self._callbacks: Counter[Labels] = Counter()
        self._fetches: Counter[Labels] = Counter()
        self._faults = 0
        self._dropped = 0
        self._request_times: dict[str, Times] = {}
        self._callback_times = Times(NETWORK)
        self._fetch_times = Times(NETWORK)
        self._exchange_times = Times(EXCHANGE)
        self.handled = self._exchange_times.observe  # the exchange took one event, in so many seconds
        self.registry.register(self)

    def watch(self, calls: Count, rooms: Count, members: Count, stale: Count) -> None:
        """Ask for these at each scrape: live calls, rooms and members, and how many events were stale so far."""
        self._gauges += [
            ("calls", "Live calls.", calls),
            ("rooms", "Live conferences.", rooms),
            ("members", "Members of live conferences, invited ones included.", members),
        ]
        self._stale = stale

    def watch_switch(self, is_up: Count) -> None:
        """Ask at each scrape whether the switch is there."""
        self._gauges.append(("switch_up", "Whether the switch is there: 1, or 0 while it is away.", is_up))

    def command(self, receipt: Receipt) -> None:
        """A command was carried out or refused."""
        self._commands[receipt.command, result(receipt)] += 1

    def fault(self) -> None:
        """Something was given up because of a bug of ours."""
        self._faults += 1

    def dropped(self) -> None:
        """A callback was not sent: too many wait already."""
        self._dropped += 1

    def request(self, face: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests[face, str(status)] += 1
        times = self._request_times.get(face)
        if times is None:
            times = self._request_times[face] = Times(REQUEST)
        times.observe(seconds)

    def fetched(self, seconds: float, outcome: str) -> None:
        """A document was asked for once."""
        self._fetches[outcome,] += 1
        self._fetch_times.observe(seconds)

    def delivered(self, seconds: float, outcome: str) -> None:
        """A callback was delivered or given up."""
        self._callbacks[outcome,] += 1
        self._callback_times.observe(seconds)

    def render(self) -> tuple[bytes, str]:
        """Everything measured, and the media type it is written in."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    # --- what is shown ---------------------------------------------------------------------------

    def collect(self) -> Iterator[core.Metric]:
        """Show everything."""
        for name, what, count in self._gauges:
            yield core.GaugeMetricFamily(f"{PREFIX}_{name}", what, count())
        yield counter("stale_events", "Events that nobody waited for any more.", {(): self._stale()})
        yield counter("faults", "Things given up because of a bug of ours.", {(): self._faults})
        yield counter("callbacks_dropped", "Callbacks for which there was no room.", {(): self._dropped})
        yield counter("commands", "Commands by what came of them.", self._commands, "command", "result")
        yield counter("requests", "Requests answered.", self._requests, "face", "status")
        yield counter("callbacks", "Callbacks delivered or given up.", self._callbacks, "outcome")
        yield counter("fetches", "Documents and sounds fetched.", self._fetches, "outcome")
        by_face: dict[Labels, Times] = {(face,): times for face, times in self._request_times.items()}
        yield histogram("request_seconds", "From a request to its answer.", by_face, "face")
        said = "From a callback to its being delivered or given up."
        yield histogram("callback_seconds", said, {(): self._callback_times})
        yield histogram("fetch_seconds", "Attempts to fetch a document.", {(): self._fetch_times})
        yield histogram("exchange_seconds", "What the exchange takes per event.", {(): self._exchange_times})


def counter(name: str, what: str, counts: dict[Labels, float] | Counter[Labels], *labels: str) -> core.Metric:
    """Counts by the values of their labels."""
    family = core.CounterMetricFamily(f"{PREFIX}_{name}", what, labels=labels)
    for values, count in counts.items():
        family.add_metric(values, count)
    return family


def histogram(name: str, what: str, times: dict[Labels, Times], *labels: str) -> core.Metric:
    """Times by the values of their labels."""
    family = core.HistogramMetricFamily(f"{PREFIX}_{name}", what, labels=labels)
    for values, one in times.items():
        one.add_to(family, values)
    return family


def result(receipt: Receipt) -> str:
    """What came of a command, in a word: why it was refused, or what became of its targets."""
    if receipt.refused or receipt.changed:
        return receipt.refused or "changed"
    return "unknown" if receipt.unknown and not receipt.same else "same"
