"""Ears: how loud a tone is in a sound, when it came, and what is missing of it."""

from __future__ import annotations

import math
from array import array

import pytest

from tests.asterisk.phone.ears import Sound, Tape, hears, matrix
from tests.asterisk.phone.rtp import FRAME, PCMA, PCMU, RATE, TICK, TONES, tone


def sound_of(*tones: tuple[float, float], seconds: float = 0.2, phase: float = 0.3) -> Sound:
    """These tones (Hz, amplitude) at once."""
    count = round(seconds * RATE)
    samples = array(
        "h",
        (
            round(sum(size * math.sin(2 * math.pi * hertz * at / RATE + phase) for hertz, size in tones))
            for at in range(count)
        ),
    )
    arrivals = array("d", (at * TICK for at in range(count // FRAME)))
    return Sound(samples, arrivals, 0.0, seconds, lost=0)


@pytest.mark.parametrize("hertz", TONES)
def test_a_tone_is_as_loud_as_it_is(hertz: int) -> None:
    assert sound_of((hertz, 6000)).level(hertz) == pytest.approx(6000, rel=0.001)


def test_its_level_does_not_depend_on_its_phase_or_on_how_long_it_is() -> None:
    levels = [sound_of((550, 5000), seconds=s, phase=p).level(550) for s in (0.1, 0.2, 1.0) for p in (0.0, 1.0, 2.0)]
    assert levels == pytest.approx([5000] * 9, rel=0.001)


def test_five_tones_are_told_apart_from_those_that_are_not_there() -> None:
    mixed = sound_of(*((hertz, 6000) for hertz in TONES[:5]))
    assert [mixed.level(hertz) for hertz in TONES[:5]] == pytest.approx([6000] * 5, rel=0.01)
    assert max(mixed.level(hertz) for hertz in TONES[5:]) < 10


def test_g711_leaves_a_tone_as_loud_as_it_was() -> None:
    for law in (PCMU, PCMA):
        tape = Tape()
        for at in range(10):
            tape.add(at * TICK, at, law.payload_type, law.encode(tone(350, 6000)))
        heard = tape.between(0.0, 1.0)
        assert heard.level(350) == pytest.approx(6000, rel=0.02)
        assert max(heard.level(hertz) for hertz in TONES[1:]) < 100


def test_nothing_holds_no_tone() -> None:
    nothing = Tape().between(1.0, 2.0)
    assert (nothing.level(350), nothing.packets, nothing.seconds, nothing.peak) == (0.0, 0, 0.0, 0)
    assert nothing.gaps() == [(1.0, 1.0)]


def tape_of(*arrivals: float, sequences: list[int] | None = None) -> Tape:
    tape = Tape()
    for at, number in zip(arrivals, sequences or range(len(arrivals)), strict=True):
        assert tape.add(at, number & 0xFFFF, 0, PCMU.encode(tone(350, 6000)))
    return tape


def test_only_what_came_between_two_moments_is_heard() -> None:
    heard = tape_of(1.00, 1.02, 1.04, 1.06).between(1.02, 1.06)
    assert list(heard.arrivals) == [1.02, 1.04]
    assert len(heard.samples) == 2 * FRAME


def test_gaps_are_told_at_both_ends_and_in_between() -> None:
    heard = tape_of(1.1, 1.12, 1.3, 1.32).between(1.0, 1.5)
    assert [pair for gap in heard.gaps() for pair in gap] == pytest.approx([1.0, 0.1, 1.12, 0.18, 1.32, 0.18])
    assert heard.longest_gap == pytest.approx(0.18)


def test_lost_packets_are_counted_over_the_end_of_the_numbers() -> None:
    assert tape_of(1.0, 1.02, 1.04, 1.06, sequences=[65534, 65535, 2, 4]).between(0.0, 2.0).lost == 3


def test_packets_of_something_else_are_not_kept() -> None:
    tape = Tape()
    assert not tape.add(1.0, 1, 13, b"n")
    assert not tape.add(1.0, 1, 0, b"short")
    assert tape.between(0.0, 2.0).packets == 0


def test_windows_are_cut_from_what_came_and_not_from_the_clock() -> None:
    windows = list(tape_of(*(1 + at * TICK for at in range(25))).between(0.5, 9.0).windows(0.2))
    assert [window.packets for window in windows] == [10, 10]
    assert windows[1].since == pytest.approx(1.2)


def test_the_first_packet_with_a_tone_is_found() -> None:
    tape = Tape()
    for at, hertz in enumerate([0, 0, 350, 350, 550]):
        tape.add(at * TICK, at, 0, PCMU.encode(tone(hertz, 6000)))
    heard = tape.between(0.0, 1.0)
    assert heard.first(1000) == pytest.approx(2 * TICK)
    assert heard.first(1000, 550) == pytest.approx(4 * TICK)
    assert heard.first(1000, 1450) is None


class Voice:
    """A party that hears these tones."""

    def __init__(self, own: int, amplitude: int, *heard: tuple[float, float]) -> None:
        self.tone = own
        self.amplitude = amplitude
        self.hears = sound_of(*heard)

    def heard(self, last: float | None = None, *, since: float | None = None, until: float | None = None) -> Sound:
        return self.hears


def test_who_hears_whom_is_decided_at_a_quarter_of_what_was_sent() -> None:
    parties = {
        "ann": Voice(350, 6000, (550, 2000), (450, 2100)),
        "bob": Voice(550, 4000, (350, 1400), (650, 1600)),
        "quiet": Voice(0, 6000, (0, 0)),
    }
    sounds = {"prompt": 450.0}
    assert matrix(parties, sounds=sounds)["ann"] == pytest.approx(
        {"ann": 0, "bob": 2000, "quiet": 0, "prompt": 2100}, abs=10
    )
    assert hears(parties, sounds=sounds) == {("ann", "bob"), ("ann", "prompt")}
