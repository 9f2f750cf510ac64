"""The sounds that every switch has, made by arithmetic: no file is shipped, and each is the same everywhere."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping, Sequence

from engine.drivers.sounds.waves import RATE, Samples

BEEP_HERTZ = 1_000.0
BEEP_PEAK = 8_000
# Ringing as it sounds in North America: two tones for two seconds, then four of silence.
RINGING = ((440.0, 480.0), 2.0, 4.0)
RINGING_PEAK = 5_000
# Seconds over which a tone comes and goes, so that it does not click.
FADE = 0.005

# Music: chords of two seconds, broken into eight notes each; the loop's end flows into its beginning.
CHORDS: tuple[tuple[float, ...], ...] = (
    (261.63, 329.63, 392.00, 523.25),  # C
    (220.00, 261.63, 329.63, 440.00),  # A minor
    (174.61, 220.00, 261.63, 349.23),  # F
    (196.00, 246.94, 293.66, 392.00),  # G
)
PATTERN = (0, 1, 2, 3, 2, 1, 2, 3)
STEP = RATE // 4
MUSIC_PEAK = 4_000
# Seconds that a note rings, and in which it falls to a third.
RINGS, FALLS = 1.5, 0.4


def tone(hertz: Sequence[float], seconds: float, peak: int) -> Samples:
    """Frequencies sounding together, coming and going without a click."""
    length = round(seconds * RATE)
    steps = [2 * math.pi * one / RATE for one in hertz]
    fade = FADE * RATE
    return array(
        "h",
        (
            round(
                peak
                / len(steps)
                * min(1.0, at / fade, (length - at) / fade)
                * sum(math.sin(step * at) for step in steps)
            )
            for at in range(length)
        ),
    )


def silence(seconds: float = 1.0) -> Samples:
    """Nothing to hear."""
    return array("h", bytes(2 * round(seconds * RATE)))


def single_beep() -> Samples:
    """One beep, half a second long."""
    return tone((BEEP_HERTZ,), 0.5, BEEP_PEAK)


def double_beep() -> Samples:
    """Two short beeps, half a second in all."""
    short = tone((BEEP_HERTZ,), 0.2, BEEP_PEAK)
    return short + silence(0.1) + short


def ringback() -> Samples:
    """One ring and the silence after it: 6 s."""
    hertz, sounds, rests = RINGING
    return tone(hertz, sounds, RINGING_PEAK) + silence(rests)


def music() -> Samples:
    """Quiet broken chords of 8 s that may be looped."""
    notes = {hertz: _note(hertz) for chord in CHORDS for hertz in chord}
    length = len(CHORDS) * len(PATTERN) * STEP
    mix = [0.0] * length
    start = 0
    for chord in CHORDS:
        for string in PATTERN:
            for at, value in enumerate(notes[chord[string]], start):
                mix[at % length] += value
            start += STEP
    scale = MUSIC_PEAK / max(map(abs, mix))
    return array("h", (round(scale * value) for value in mix))


def _note(hertz: float) -> list[float]:
    """A plucked string, more or less: the tone and a little of its octave, dying away."""
    step, falls, length = 2 * math.pi * hertz / RATE, FALLS * RATE, round(RINGS * RATE)
    return [
        (math.sin(step * at) + 0.3 * math.sin(2 * step * at)) * math.exp(-at / falls) * min(1.0, at / 40)
        for at in range(length)
    ]


# By the names that PlayMedia has for them.
BUILT_IN: Mapping[str, Callable[[], Samples]] = {
    "beep:1": single_beep,
    "beep:2": double_beep,
    "music": music,
    "ringback": ringback,
    "silence": silence,
}
