"""What a call says and hears: its own tone, keys, recordings; and everything that came in."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from tests.asterisk.phone.ears import Sound
from tests.asterisk.phone.line import Line, Pump
from tests.asterisk.phone.rtp import FRAME, RATE
from tests.asterisk.phone.waiting import wait_until

LOUD = 1000  # amplitude above which something is heard
MOST = 10  # times as long as it should take


class Voice:
    """The sound of a call; times are monotonic seconds, and the kernel's where a packet came."""

    def __init__(self, pump: Pump, line: Line, tone: int, amplitude: int) -> None:
        """Say this tone as soon as there is anybody to say it to."""
        self.pump = pump
        self.line = line
        self.tone = 0
        self.amplitude = amplitude
        self.say(tone)

    def say(self, tone: int, amplitude: int | None = None) -> None:
        """Send this tone from now on, as loud as before unless told otherwise."""
        self.tone = tone
        self.amplitude = self.amplitude if amplitude is None else amplitude
        self.line.say(tone, self.amplitude)

    def be_quiet(self) -> None:
        """Send silence from now on."""
        self.say(0)

    def play(self, samples: Iterable[int]) -> None:
        """Send a recording once (8 kHz, 16 bits), then what was sent before."""
        self.line.play(samples)

    def press(self, keys: str) -> None:
        """Press keys one after another, 0.2 s each (RFC 4733). Raises ValueError for what is no key."""
        self.line.press(keys)

    async def pressed(self, within: float = 10.0) -> None:
        """Return when all keys have been pressed. Raises TimeoutError."""
        line = self.line
        await wait_until(lambda: not line.pressing, self.pump.bell, within, lambda: f"{line.pressing} keys left")

    @property
    def keys(self) -> str:
        """The keys that the far end has pressed."""
        return self.line.keys

    def heard(self, last: float | None = None, *, since: float | None = None, until: float | None = None) -> Sound:
        """What was heard: in the last seconds, or between two moments; all of it by default."""
        end = self.pump.horizon if until is None else until
        if last is not None:
            return self.line.tape.between(end - last, end)
        return self.line.tape.between(0.0 if since is None else since, end)

    def first_sound(self, since: float, above: float = LOUD, frequency: float | None = None) -> float | None:
        """When the first packet came that is louder than this, or that holds this tone; None where there is none.

        In a single packet tones are told apart that are multiples of 50 Hz and no neighbours.
        """
        return self.heard(since=since).first(above, frequency)

    async def until_sound(
        self, since: float, *, above: float = LOUD, frequency: float | None = None, within: float = 5.0
    ) -> float:
        """When the first packet came that is louder than this, or that holds this tone. Raises TimeoutError."""
        found: list[float] = []
        searched = since

        def holds() -> bool:
            nonlocal searched
            first = self.first_sound(searched, above, frequency)
            searched = max(since, self.pump.horizon)  # whatever came before it was there to be found
            found.extend([] if first is None else [first])
            return bool(found)

        def seen() -> str:
            sound = self.heard(since=since)
            return f"{sound.packets} packets with a peak of {sound.peak}"

        await wait_until(holds, self.pump.bell, within, seen)
        return found[0]

    async def settled(self, seconds: float = 0.3) -> None:
        """Let this call hear so many seconds more, of sound and by the clock. Raises TimeoutError if it hears none."""
        since, wanted = monotonic(), seconds * RATE / FRAME
        tape = self.line.tape

        def holds() -> bool:
            return self.pump.horizon >= since + seconds and tape.count(since) >= wanted

        await wait_until(holds, self.pump.bell, MOST * seconds, lambda: f"{tape.count(since)} packets of {wanted:.0f}")
