"""Frames and packets: what is sent is what G.711, RFC 3550 and RFC 4733 say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.asterisk.phone.rtp import (
    EVENT,
    FRAME,
    HEADER,
    KEY_END,
    KEYS,
    LAWS,
    PCMA,
    PCMU,
    SILENCE,
    TONES,
    Law,
    key_of,
    key_payloads,
    tone,
    unpack,
)


def test_codes_stand_for_the_samples_of_the_standard() -> None:
    assert list(PCMU.decode(b"\xff\x80\x00\x7e")) == [0, 32124, -32124, -8]
    assert list(PCMA.decode(b"\xd5\x55\xaa\x2a")) == [8, -8, 32256, -32256]


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_every_code_comes_back(law: Law) -> None:
    every = bytes(range(256))
    assert law.decode(law.encode(law.decode(every))) == law.decode(every)


@given(st.integers(-32768, 32767))
def test_a_sample_comes_back_with_an_error_of_a_few_percent(sample: int) -> None:
    for law in LAWS.values():
        assert abs(law.decode(law.encode([sample]))[0] - sample) <= max(16, abs(sample) * 0.04)


def test_silence_is_the_positive_zero() -> None:
    assert PCMU.encode(SILENCE) == b"\xff" * FRAME
    assert PCMA.encode(SILENCE) == b"\xd5" * FRAME


def test_a_tone_goes_on_without_a_seam() -> None:
    for frequency in TONES:
        frame = tone(frequency, 6000)
        steps = [abs(second - first) for first, second in zip([*frame, *frame], [*frame, *frame][1:], strict=False)]
        assert steps[FRAME - 1] <= max(steps[: FRAME - 1])
        assert max(frame) > 5900


def test_no_tone_is_a_harmonic_of_another() -> None:
    assert not [(low, high) for low in TONES for high in TONES if low < high and high % low == 0]


def test_a_tone_that_does_not_fill_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match=r"333 Hz .*a multiple of 50 Hz"):
        tone(333, 6000)


def test_a_key_begins_lasts_and_ends_three_times() -> None:
    events = [EVENT.unpack(payload) for payload in key_payloads("#")]
    assert [duration for _, _, duration in events] == [160, 320, 480, 640, 800, 800, 800, 800]
    assert [bool(flags & KEY_END) for _, flags, _ in events] == [False] * 5 + [True] * 3
    assert {event for event, _, _ in events} == {11}


def test_a_key_is_read_again() -> None:
    assert "".join(key_of(key_payloads(key)[0]) for key in KEYS) == KEYS
    assert key_of(EVENT.pack(16, 10, 160)) == ""  # a flash is no key
    assert key_of(b"\x01") == ""


def test_a_packet_is_read() -> None:
    packet = unpack(HEADER.pack(0x80, 0x80 | 8, 7, 160, 99) + b"sound")
    assert packet == (8, 7, 160, b"sound")


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"x",
        HEADER.pack(0x80, 0, 1, 2, 3),
        HEADER.pack(0x40, 0, 1, 2, 3) + b"v1",
        HEADER.pack(0x90, 0, 1, 2, 3) + b"e",
    ],
)
def test_what_is_no_packet_is_not_read(datagram: bytes) -> None:
    assert unpack(datagram) is None
