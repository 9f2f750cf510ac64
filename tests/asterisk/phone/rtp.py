"""What goes over a media stream: G.711 in both laws, tones that fill one frame, packets, and keys pressed."""

from __future__ import annotations

import math
import struct
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple

RATE = 8000  # samples a second
FRAME = 160  # samples of a packet
TICK = FRAME / RATE  # seconds of a packet

# Primes times 50 Hz: 20 ms hold whole periods, so that one frame is the tone for ever; none is another's harmonic.
TONES = tuple(50 * prime for prime in (7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73))
SILENCE = array("h", bytes(2 * FRAME))

KEYS = "0123456789*#ABCD"  # RFC 4733 3.2: the place of a key is its event
KEY_TYPE = 101  # the payload type of keys, as we offer it
KEY_FRAMES = 5  # how long a key is held down
KEY_ENDS = 3  # its end is told so often
KEY_GAP = 2  # frames of sound between two keys
KEY_END = 0x80  # the flag of the packets that end a key
VOLUME = 10  # of a key, in -dBm0

HEADER = struct.Struct("!BBHII")
EVENT = struct.Struct("!BBH")


def _ulaw_value(code: int) -> int:
    inverted = ~code & 0xFF
    magnitude = ((((inverted & 0x0F) << 3) + 132) << ((inverted & 0x70) >> 4)) - 132
    return -magnitude if inverted & 0x80 else magnitude


def _alaw_value(code: int) -> int:
    toggled = code ^ 0x55
    segment = (toggled & 0x70) >> 4
    magnitude = ((toggled & 0x0F) << 4) + (0x108 if segment else 8)
    magnitude <<= max(segment - 1, 0)
    return magnitude if toggled & 0x80 else -magnitude


class Law:
    """One of the two laws of G.711: 256 codes, each of which stands for a sample."""

    def __init__(self, name: str, payload_type: int, value_of: Callable[[int], int]) -> None:
        """Work out what each code stands for, and the other way round."""
        self.name = name
        self.payload_type = payload_type
        self._values = [value_of(code) for code in range(256)]
        codes = {value: code for code, value in enumerate(self._values)}  # of two zeros the positive one
        self._levels = sorted(codes)
        self._codes = [codes[level] for level in self._levels]
        self._borders = [(low + high) / 2 for low, high in zip(self._levels, self._levels[1:], strict=False)]

    def decode(self, payload: bytes | bytearray) -> array[int]:
        """The samples of a payload, 16 bits each."""
        return array("h", map(self._values.__getitem__, payload))

    def encode(self, samples: Iterable[int]) -> bytes:
        """The payload of samples: for each the code that comes nearest."""
        return bytes(self._codes[bisect_right(self._borders, sample)] for sample in samples)


PCMU = Law("PCMU", 0, _ulaw_value)
PCMA = Law("PCMA", 8, _alaw_value)
LAWS = {law.payload_type: law for law in (PCMU, PCMA)}


def tone(frequency: int, amplitude: int) -> array[int]:
    """One frame of a sine that goes on without a seam when repeated; frequency 0 is silence.

    Raises ValueError for a frequency of which 20 ms do not hold whole periods.
    """
    if frequency * FRAME % RATE:
        raise ValueError(f"a tone of {frequency} Hz does not fill a frame (a multiple of {RATE // FRAME} Hz does)")
    turn = 2 * math.pi * frequency / RATE
    return array("h", (round(amplitude * math.sin(turn * at)) for at in range(FRAME)))


class Packet(NamedTuple):
    """What we read of an RTP packet (RFC 3550 5.1)."""

    payload_type: int
    sequence: int
    timestamp: int
    payload: bytes


def unpack(datagram: bytes) -> Packet | None:
    """Read a packet; None if it is none, or one with extensions, which nobody was offered."""
    if len(datagram) <= HEADER.size:
        return None
    first, second, sequence, timestamp, _ = HEADER.unpack_from(datagram)
    if first != 0x80:  # version 2, no padding, no extension, no contributors
        return None
    return Packet(second & 0x7F, sequence, timestamp, datagram[HEADER.size :])


def key_payloads(key: str) -> list[bytes]:
    """The payloads that are one key pressed, a tick each; the first begins it. Raises ValueError for no key."""
    event = KEYS.index(key)
    down = [EVENT.pack(event, VOLUME, FRAME * (count + 1)) for count in range(KEY_FRAMES)]
    return down + [EVENT.pack(event, KEY_END | VOLUME, FRAME * KEY_FRAMES)] * KEY_ENDS


def key_of(payload: bytes) -> str:
    """The key that a payload of telephone-event is about; empty for another event, or for none."""
    return KEYS[payload[0]] if len(payload) == EVENT.size and payload[0] < len(KEYS) else ""
