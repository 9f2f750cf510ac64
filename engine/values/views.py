"""What a reader may see of live calls and rooms; snapshots, times in seconds of the run."""

from __future__ import annotations

from msgspec import Struct

from engine.values.effects import CallFacts


class MemberView(Struct, frozen=True):
    """One member: `number` counts from 1 in its room; `state` is invited, joining, waiting, seated or leaving.

    `came_at` is when it was put on the room's list, by its document or an invitation.
    """

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
    came_at: float = 0.0


class ConferenceView(Struct, frozen=True):
    """One live room: `state` is waiting, running or ending; `members` in the order they came.

    `why` it ends, and the call that ended it, are empty as long as it goes on.
    `changed_at` is when it was made, began, was locked or opened, or a member came or left, whichever was last.
    """

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
    changed_at: float = 0.0
    why: str = ""
    ended_by: str = ""


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


class QueueView(Struct, frozen=True):
    """One queue: `calls` wait, the first to be served first; `max_size` 0 is no bound; `average_wait` in seconds."""

    account: str
    name: str
    max_size: int
    calls: tuple[str, ...]
    average_wait: float
    created_at: float
    changed_at: float
