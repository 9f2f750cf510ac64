"""What was heard: everything a line received, cut by time, and how loud each tone is in it."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Protocol

from tests.asterisk.phone.rtp import FRAME, LAWS, RATE, TICK

PART = 0.25  # of the amplitude that was sent: what comes in with less was not heard
SOUND_AMPLITUDE = 8000  # of sounds that no phone makes
WINDOW = 0.2  # seconds that one decision takes
LONG = 2.5 * TICK  # seconds between two packets that make a gap


@lru_cache(maxsize=64)
def _hann(count: int) -> tuple[float, ...]:
    """A window that adds up to 2, so that a sine of amplitude A comes out as A."""
    return tuple((1 - math.cos(2 * math.pi * at / count)) * 2 / count for at in range(count))


class Sound:
    """What was heard between two moments (monotonic seconds), as samples of 16 bits and packets."""

    def __init__(self, samples: array[int], arrivals: array[float], since: float, until: float, *, lost: int) -> None:
        """Keep the samples, and when each packet of them came."""
        self.samples = samples
        self.arrivals = arrivals
        self.since = since
        self.until = until
        self.lost = lost

    @property
    def packets(self) -> int:
        """How many packets came."""
        return len(self.arrivals)

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return len(self.samples) / RATE

    @property
    def peak(self) -> int:
        """The largest amplitude of any sample."""
        return max(map(abs, self.samples), default=0)

    @cached_property
    def _smooth(self) -> list[float]:
        return [sample * weight for sample, weight in zip(self.samples, _hann(len(self.samples)), strict=True)]

    def level(self, frequency: float) -> float:
        """The amplitude of a tone in it, in units of a sample: Goertzel's filter behind a Hann window."""
        if not self.samples:
            return 0.0
        turn = 2 * math.cos(2 * math.pi * frequency / RATE)
        last = before = 0.0
        for value in self._smooth:
            last, before = value + turn * last - before, last
        return math.sqrt(max(0.0, last * last + before * before - turn * last * before))

    def gaps(self, longer_than: float = LONG) -> list[tuple[float, float]]:
        """The times when nothing came: (since when, for how many seconds), those at both ends too."""
        moments = [self.since, *self.arrivals, self.until]
        return [(first, second - first) for first, second in pairwise(moments) if second - first > longer_than]

    @property
    def longest_gap(self) -> float:
        """Seconds of the longest time when nothing came."""
        return max((seconds for _, seconds in self.gaps(0.0)), default=0.0)

    def windows(self, seconds: float = WINDOW) -> Iterator[Sound]:
        """It cut into pieces of so many seconds of sound; what is left over at the end is left out."""
        packets = round(seconds / TICK)
        for at in range(0, self.packets - packets + 1, packets):
            arrivals = self.arrivals[at : at + packets]
            samples = self.samples[at * FRAME : (at + packets) * FRAME]
            yield Sound(samples, arrivals, arrivals[0], arrivals[-1] + TICK, lost=0)

    def first(self, above: float, frequency: float | None = None) -> float | None:
        """When the first packet came that is louder than this, or in which a tone is; None if there is none."""
        for window in self.windows(TICK):
            if (window.peak if frequency is None else window.level(frequency)) > above:
                return window.since
        return None


class Tape:
    """All that a line has received, kept small: 180 bytes a packet."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._arrivals = array("d")
        self._sequences = array("H")
        self._laws = bytearray()
        self._payloads = bytearray()

    def add(self, at: float, sequence: int, payload_type: int, payload: bytes) -> bool:
        """Keep a packet of one frame of G.711; False, and nothing kept, if it is something else."""
        if payload_type not in LAWS or len(payload) != FRAME:
            return False
        self._arrivals.append(max(at, self._arrivals[-1]) if self._arrivals else at)
        self._sequences.append(sequence)
        self._laws.append(payload_type)
        self._payloads += payload
        return True

    def between(self, since: float, until: float) -> Sound:
        """What came since a moment and before another; from the first packet on where that moment is 0."""
        first, last = bisect_left(self._arrivals, since), bisect_left(self._arrivals, until)
        samples: array[int] = array("h")
        for at in range(first, last):
            samples.extend(LAWS[self._laws[at]].decode(self._payloads[at * FRAME : (at + 1) * FRAME]))
        arrivals = self._arrivals[first:last]
        since = since or (arrivals[0] if arrivals else until)
        return Sound(samples, arrivals, since, until, lost=self._lost(first, last))

    def count(self, since: float) -> int:
        """How many packets came since a moment."""
        return len(self._arrivals) - bisect_left(self._arrivals, since)

    def _lost(self, first: int, last: int) -> int:
        steps = [(second - before) & 0xFFFF for before, second in pairwise(self._sequences[first:last])]
        return sum(step - 1 for step in steps if 1 < step < 1000)  # a larger one is another stream


class Party(Protocol):
    """Who speaks with a tone of its own, and hears."""

    @property
    def tone(self) -> int:
        """Its tone in Hz; 0 while it is quiet."""

    @property
    def amplitude(self) -> int:
        """How loud its tone is sent."""

    def heard(self, last: float | None = None, *, since: float | None = None, until: float | None = None) -> Sound:
        """What it heard."""


def matrix(
    parties: Mapping[str, Party],
    window: float = WINDOW,
    sounds: Mapping[str, float] | None = None,
    until: float | None = None,
) -> dict[str, dict[str, float]]:
    """How loud each hears each, itself too, and these other sounds (name → Hz): hearer → source → amplitude.

    It looks at the last seconds of what was heard, or at those before `until`.
    """
    tones = {name: float(party.tone) for name, party in parties.items()} | dict(sounds or {})
    heard = {name: party.heard(window, until=until) for name, party in parties.items()}
    return {
        hearer: {source: sound.level(tone) if tone else 0.0 for source, tone in tones.items()}
        for hearer, sound in heard.items()
    }


def hears(
    parties: Mapping[str, Party],
    window: float = WINDOW,
    sounds: Mapping[str, float] | None = None,
    until: float | None = None,
) -> frozenset[tuple[str, str]]:
    """Every pair (hearer, source) of which the hearer hears a quarter of what the source sends, or more."""
    sent = {name: party.amplitude for name, party in parties.items()}
    return frozenset(
        (hearer, source)
        for hearer, levels in matrix(parties, window, sounds, until).items()
        for source, level in levels.items()
        if level >= PART * sent.get(source, SOUND_AMPLITUDE)
    )
