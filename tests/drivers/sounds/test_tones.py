"""The built-in sounds are what their names say, and never loud."""

from __future__ import annotations

import pytest

from engine.drivers.simulated import BUILT_IN as SIMULATED
from engine.drivers.sounds import tones
from tests.drivers.sounds.sounding import amplitude, loudest


def test_every_built_in_sound_of_the_simulated_switch_is_here() -> None:
    assert set(tones.BUILT_IN) == set(SIMULATED)


@pytest.mark.parametrize("name", ["beep:1", "beep:2"])
def test_a_beep_lasts_as_long_as_the_simulated_one(name: str) -> None:
    assert len(tones.BUILT_IN[name]()) / 8_000 == SIMULATED[name]


@pytest.mark.parametrize("name", sorted(tones.BUILT_IN))
def test_each_sound_is_the_same_every_time_and_leaves_room(name: str) -> None:
    sound = tones.BUILT_IN[name]()
    assert sound == tones.BUILT_IN[name]()
    assert loudest(sound) <= 8_000


def test_one_beep_is_one_tone_and_two_are_two_with_a_gap() -> None:
    one, two = tones.single_beep(), tones.double_beep()
    assert amplitude(one, 1_000) == pytest.approx(8_000, rel=0.02)
    assert loudest(two[1_600:2_400]) == 0
    for part in (two[:1_600], two[2_400:]):
        assert amplitude(part, 1_000) == pytest.approx(8_000, rel=0.05)


def test_ringback_rings_two_seconds_of_six() -> None:
    ring = tones.ringback()
    assert len(ring) == 48_000
    assert amplitude(ring[:16_000], 440) == pytest.approx(2_500, rel=0.02)
    assert amplitude(ring[:16_000], 480) == pytest.approx(2_500, rel=0.02)
    assert loudest(ring[16_000:]) == 0


def test_tones_come_and_go_without_a_click() -> None:
    for sound in (tones.single_beep(), tones.ringback()):
        assert abs(sound[0]) < 100
        assert abs(sound[1] - sound[0]) < 300
    assert abs(tones.single_beep()[-1]) < 300


def test_music_goes_on_quietly_and_its_loop_has_no_seam() -> None:
    music = tones.music()
    assert len(music) == 64_000
    assert loudest(music) == 4_000
    windows = [loudest(music[at : at + 1_600]) for at in range(0, 64_000, 1_600)]
    assert min(windows) > 400
    bends = [abs(music[at] - 2 * music[at - 1] + music[at - 2]) for at in range(64_000)]  # two go round the end
    assert max(bends[:2]) < 0.2 * max(bends)


def test_silence_is_silent() -> None:
    assert loudest(tones.silence()) == 0
    assert len(tones.silence()) == 8_000
