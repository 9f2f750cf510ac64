"""Reads and writes the one format that every sound of ours has: WAV of 8 kHz and 16 bits, mono but for recordings.

Samples are `array('h')`. Nothing here waits; long files belong into a thread.
"""

from __future__ import annotations

import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import TypeAlias

from engine.drivers.sounds.process import SoundError

RATE = 8_000
WIDTH = 2
# Samples that are looked at together: 20 ms, as in a packet of sound.
WINDOW = 160
# Samples that are copied together.
PIECE = 64 * 1024
# What counts as silence: peaks of less than 1 % of the full scale.
QUIET = 328
# Samples that are left standing before and after what is heard: 0.2 s.
MARGIN = 10 * WINDOW

Samples: TypeAlias = "array[int]"


def seconds(path: Path) -> float:
    """How long a WAV file plays, by its header; SoundError where it is none."""
    with _opened(path) as sound:
        return sound.getnframes() / sound.getframerate()


def samples(path: Path) -> Samples:
    """All samples of a mono file of ours; SoundError for another."""
    with _mono(path) as sound:
        return array("h", sound.readframes(sound.getnframes()))


def is_ours(path: Path) -> bool:
    """Whether a file, by its header, is what switches play already."""
    try:
        with _mono(path):
            return True
    except SoundError:
        return False


def rewrite(source: Path, target: Path) -> None:
    """Copy a mono file of ours, whatever else stood in it or was wrong with its lengths."""
    with _mono(source) as sound, wave.open(str(target), "wb") as file:
        _describe(file, 1, RATE)
        for piece in _pieces(sound):
            file.writeframes(piece.tobytes())


def save(sound: Samples, target: Path, *, rate: int = RATE) -> None:
    """Write mono samples into a file."""
    with wave.open(str(target), "wb") as file:
        _describe(file, 1, rate)
        file.writeframes(sound.tobytes())


def stereo(left: Path, right: Path, target: Path) -> None:
    """Write two mono files side by side; the shorter one is silent at its end. SoundError for what is no WAV."""
    with _mono(left) as one, _mono(right) as other, wave.open(str(target), "wb") as file:
        _describe(file, 2, RATE)
        for left_piece, right_piece in zip_longest(_pieces(one), _pieces(other), fillvalue=array("h")):
            length = max(len(left_piece), len(right_piece))
            both = array("h", bytes(2 * WIDTH * length))
            both[0 : 2 * len(left_piece) : 2] = left_piece
            both[1 : 2 * len(right_piece) + 1 : 2] = right_piece
            file.writeframes(both.tobytes())


def trim(source: Path, target: Path) -> float:
    """Write a mono or stereo file without the silence at its ends; the seconds that are left, 0 for silence alone."""
    with _opened(source) as sound, wave.open(str(target), "wb") as file:
        _describe(file, sound.getnchannels(), sound.getframerate())
        first, end = _heard(sound)
        sound.setpos(first)
        while sound.tell() < end:
            file.writeframes(sound.readframes(min(PIECE, end - sound.tell())))
        return (end - first) / sound.getframerate()


def is_silent(path: Path) -> bool:
    """Whether nothing is heard in a mono or stereo file; SoundError for what is no WAV."""
    with _opened(path) as sound:
        return _heard(sound) == (0, 0)


def _heard(sound: wave.Wave_read) -> tuple[int, int]:
    """The frames from the first sound to the last, with a margin; from 0 to 0 where nothing is heard."""
    length = sound.getnframes()
    windows = range(0, length, WINDOW)
    first = next((at for at in windows if _is_loud(sound, at)), None)
    if first is None:
        return 0, 0
    last = next(at for at in reversed(windows) if _is_loud(sound, at))
    return max(0, first - MARGIN), min(length, last + WINDOW + MARGIN)


def _is_loud(sound: wave.Wave_read, at: int) -> bool:
    sound.setpos(at)
    window = array("h", sound.readframes(WINDOW))
    return bool(window) and (max(window) >= QUIET or min(window) <= -QUIET)


def _pieces(sound: wave.Wave_read) -> Iterator[Samples]:
    while piece := sound.readframes(PIECE):
        yield array("h", piece[: len(piece) - len(piece) % WIDTH])  # a file may be cut off within a sample


def _describe(file: wave.Wave_write, channels: int, rate: int) -> None:
    file.setnchannels(channels)
    file.setsampwidth(WIDTH)
    file.setframerate(rate)


@contextmanager
def _mono(path: Path) -> Iterator[wave.Wave_read]:
    with _opened(path) as sound:
        if (sound.getnchannels(), sound.getframerate()) != (1, RATE):
            raise SoundError(f"{path.name} is not mono of {RATE} Hz")
        yield sound


@contextmanager
def _opened(path: Path) -> Iterator[wave.Wave_read]:
    try:
        sound = wave.open(str(path), "rb")  # noqa: SIM115  # closed below; only its opening may fail like this
    except (OSError, EOFError, wave.Error) as error:
        raise SoundError(f"{path.name} is not a WAV file: {str(error) or 'it is cut off'}") from None
    with sound:
        if sound.getsampwidth() != WIDTH or not sound.getframerate():
            raise SoundError(f"{path.name} is not a WAV file of 16 bits")
        yield sound
