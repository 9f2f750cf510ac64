"""What a reader may see of live calls and rooms; snapshots, times in seconds of the run."""

from __future__ import annotations

from msgspec import Struct

from engine.values.effects import CallFacts


class MemberView(Struct, frozen=True):
    """One member: `number` counts from 1 in its room; `state` is invited, joining, waiting, seated or leaving."""

    call: str
    number: int
    state: str
    muted: bool
    deaf: bool
    held: bool
    coaching: str
    label: str
    moderator: bool
    starts: bool
    ends: bool
    joined_at: float | None
    about: CallFacts


class ConferenceView(Struct, frozen=True):
    """One live room: `state` is waiting, running or ending; `members` in the order they came."""

    id: str
    account: str
    name: str
    state: str
    locked: bool
    recording: str
    created_at: float
    started_at: float | None
    definition: str
    members: tuple[MemberView, ...]


class CallView(Struct, frozen=True):
    """One live call: its facts, its machine's state, the verb it is at, and where it is."""

    about: CallFacts
    state: str
    tongue: str
    verb: str
    line: int
    url: str
    conference: str
    legs: tuple[str, ...]
    held_far: bool = False
