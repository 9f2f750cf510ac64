"""What the tests of sounds share: tones, made and measured, and files of every kind that ffmpeg makes of them."""

from __future__ import annotations

import math
import subprocess
from array import array
from pathlib import Path

from engine.drivers.sounds import waves
from engine.drivers.sounds.waves import RATE, Samples


def tone(hertz: float, seconds: float, peak: int = 8_000, rate: int = RATE) -> Samples:
    """A pure tone."""
    step = 2 * math.pi * hertz / rate
    return array("h", (round(peak * math.sin(step * at)) for at in range(round(seconds * rate))))


def amplitude(sound: Samples, hertz: float) -> float:
    """How strong a frequency is in a sound of 8 kHz (Goertzel): the peak of the tone of that frequency."""
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in sound:
        last, before = sample + turn * last - before, last
    power = last * last + before * before - turn * last * before
    return 2 * math.sqrt(max(0.0, power)) / len(sound)


def loudest(sound: Samples) -> int:
    """The highest peak."""
    return max(map(abs, sound), default=0)


def made(target: Path, hertz: float, seconds: float, *options: str, rate: int = 44_100) -> Path:
    """A tone in whatever format the file's name and ffmpeg's options say."""
    source = target.with_suffix(".source.wav")
    waves.save(tone(hertz, seconds, rate=rate), source, rate=rate)
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, *options, target], check=True)
    source.unlink()
    return target
