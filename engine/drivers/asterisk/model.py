"""What the driver knows: what the exchange wants of each channel and room, and how things are at the switch."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.values.effects import PlaceCall, StartRecording

Kind = Literal["mic", "ear", "say", "whisper"]
Name = tuple[str, str]  # owner and id, as effects and events carry them


@dataclass(slots=True, eq=False)
class Seat:
    """A call's place in a room, as the exchange wants it."""

    room: str
    join: str  # the id that MemberJoined answers
    muted: bool = False
    deaf: bool = False
    held: bool = False
    waiting: bool = False
    coaching: str = ""
    relay: bool = True
    joined: bool = False  # told
    leaving: bool = False  # to be told, once the channel is out


@dataclass(slots=True, eq=False)
class Snoop:
    """A helper channel as it is: its name, the channel that it is on, the bridge that it sits in (empty: not yet)."""

    name: str
    of: str
    wanted: str = ""
    bridge: str = ""


@dataclass(slots=True, eq=False)
class Sound:
    """One play or speech; `name` is its effect's owner and id, `loops` how many rounds are left (0: without end)."""

    name: Name
    to: str
    loops: int
    over: bool = False
    but: str = ""
    seconds: float = 0.0
    purpose: str = ""
    file: Path | None = None
    playback: str = ""  # the switch's name of the rounds that play
    asked: int = 0  # how many rounds these are
    rounds: int = 0  # how often rounds were asked for
    stopped: bool = False
    began: float = 0.0  # when the rounds did that play, by the loop's clock
    skip: float = 0.0  # seconds of the first of them that were heard already
    digits: str = ""  # keys that are sent, in place of a sound
    place: str = ""  # what plays it at the switch
    snoop: str = ""  # the helper that it goes through
    room: Room | None = None  # where it plays into a bridge
    cut: asyncio.TimerHandle | None = None


@dataclass(slots=True, eq=False)
class Leg:
    """A channel: what the exchange wants of it, and how it is."""

    call: str
    channel: str
    placed: PlaceCall | None = None
    # wanted
    answer: bool = False
    early: bool = False
    ending: str = ""  # the reason to give
    seat: Seat | None = None
    partner: str = ""
    sounds: list[Sound] = field(default_factory=list)  # those that have the channel to themselves
    keys: list[Sound] = field(default_factory=list)  # that are to be sent
    changes: set[str] = field(default_factory=set)  # intents that were not yet made real
    # how it is
    created: bool = True
    up: bool = False
    bridge: str = ""
    doubtful: bool = False  # whether it got into that bridge is not known
    muted: bool | None = False  # None: not known
    quiet: bool = False  # silence is sent
    snoops: dict[Kind, Snoop] = field(default_factory=dict)
    stops: set[asyncio.Task[None]] = field(default_factory=set)  # ends of playbacks, mutes out of turn
    sending: bool = False  # keys
    dying: bool = False  # it is about to be gone: what ends on it now ends because of that
    hung_up: int = 0  # the cause of a hang-up that was asked for
    gone: bool = False
    # its lane
    stale: bool = False
    runner: asyncio.Task[None] | None = None
    idle: asyncio.TimerHandle | None = None


@dataclass(slots=True, eq=False)
class Room:
    """A bridge, of a conference or of two calls that talk."""

    bridge: str
    members: dict[str, None] = field(default_factory=dict)
    coaches: dict[str, None] = field(default_factory=dict)
    sounds: int = 0  # that play into it now


@dataclass(slots=True, eq=False)
class Take:
    """One recording: `parts` are its files at the switch, each with what records it there."""

    asked: StartRecording
    parts: dict[str, str] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    why: str = ""
    failed: bool = False
    stopped: bool = False
    left: float = 0.0  # seconds that it may still last; 0: without end
    clock: asyncio.TimerHandle | None = None  # that ends it then

    @property
    def over(self) -> bool:
        """Whether all that was begun of it is written."""
        return bool(self.parts) and not self.running
