"""The description of a call's sound (SDP): what a phone offers, what it reads of the other's, how it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from tests.asterisk.phone.rtp import KEY_TYPE, LAWS, Law
from tests.asterisk.phone.sip import BadMessage

TYPE = "application/sdp"

DEAF = ("sendonly", "inactive")  # who says so hears nothing
MUTE = ("recvonly", "inactive")  # who says so sends nothing
# Whether one sends, and hears.
ANSWERS = {(True, True): "sendrecv", (True, False): "sendonly", (False, True): "recvonly", (False, False): "inactive"}

_AUDIO = re.compile(r"^m=audio (\d+) RTP/AVP([ \d]+)\s*$", re.MULTILINE)
_HOST = re.compile(r"^c=IN IP4 (\S+)\s*$", re.MULTILINE)
_KEYS = re.compile(r"^a=rtpmap:(\d+) telephone-event/8000\s*$", re.MULTILINE)
_DIRECTION = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.MULTILINE)


class Media(msgspec.Struct, frozen=True):
    """Where the other end wants its sound, and what it can read."""

    host: str
    port: int
    laws: tuple[Law, ...]
    keys: int  # the payload type of keys; ours where it names none
    direction: str

    @property
    def address(self) -> tuple[str, int]:
        """Where to send."""
        return self.host, self.port

    def common(self, ours: Sequence[Law]) -> Law:
        """The first of its laws that we have too. Raises BadMessage where there is none."""
        for law in self.laws:
            if law in ours:
                return law
        raise BadMessage(f"no codec in common: {[law.name for law in self.laws]} and {[law.name for law in ours]}")


def read(body: str) -> Media:
    """Read a description. Raises BadMessage where it has no sound that we could send, or not on this machine."""
    audio, host = _AUDIO.search(body), _HOST.search(body)
    if not audio or not host:
        raise BadMessage("a description of sound without an m=audio or a c= line")
    if not host[1].startswith("127."):
        raise BadMessage(f"sound for {host[1]}, which is not on 127.0.0.0/8")
    laws = tuple(LAWS[int(number)] for number in audio[2].split() if int(number) in LAWS)
    keys, direction = _KEYS.search(body), _DIRECTION.search(body)
    return Media(
        host=host[1],
        port=int(audio[1]),
        laws=laws,
        keys=int(keys[1]) if keys else KEY_TYPE,
        direction=direction[1] if direction else "sendrecv",
    )


def answer(offered: str, wish: str) -> str:
    """The direction to answer to one that was offered: of our wish what the other takes part in (RFC 3264 6.1)."""
    sends, hears = offered not in DEAF, wish not in DEAF and offered not in MUTE
    return ANSWERS[sends, hears]


def write(host: str, port: int, laws: Sequence[Law], direction: str, version: int) -> str:
    """Describe our sound; `version` grows with each description of a call."""
    types = [str(law.payload_type) for law in laws]
    lines = [
        "v=0",
        f"o=- {port} {version} IN IP4 {host}",
        "s=-",
        f"c=IN IP4 {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {' '.join(types)} {KEY_TYPE}",
        *(f"a=rtpmap:{law.payload_type} {law.name}/8000" for law in laws),
        f"a=rtpmap:{KEY_TYPE} telephone-event/8000",
        f"a=fmtp:{KEY_TYPE} 0-15",
        "a=ptime:20",
        f"a={direction}",
    ]
    return "".join(f"{line}\r\n" for line in lines)
