"""What an action may reach: one turn of the exchange, its effects, and the registry of live things.

Actions append effects (`do`) and consequences (`then`), set and cancel timers, and look up other
live things by id; they never call another machine. Consequences are internal events: never
journaled, drained first in, first out before `handle` returns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from msgspec import Struct

from engine.machines.models import Call, Conference, Definition, Queue, Recording
from engine.settings import Settings
from engine.values.effects import CallFacts, CancelTimer, Effect, Fact, Noted, SetTimer
from engine.values.rules import Rules
from engine.values.tongue import Tongue
from engine.values.words import prefixed


class Consequence(Struct, frozen=True):
    """Something that follows inside the exchange from what just happened."""


class Turn:
    """One `handle` at work: `at` seconds, the effects so far, and everything that lives."""

    __slots__ = (
        "_later",
        "at",
        "begun",
        "calls",
        "defined",
        "definitions",
        "do",
        "effects",
        "generation",
        "names",
        "queues",
        "receipts",
        "recordings",
        "rooms",
        "rooms_made",
        "rules_of",
        "settings",
        "stale",
        "then",
        "timers",
        "tongues",
        "watched",
    )

    def __init__(self, tongues: Mapping[str, Tongue], settings: Settings, *, watched: bool) -> None:
        """Start with nothing alive."""
        self.tongues = dict(tongues)
        self.rules_of: dict[str, Rules] = {name: tongue.rules for name, tongue in tongues.items()}
        self.settings = settings
        self.watched = watched
        self.at = 0.0
        self.begun = 0
        self.calls: dict[str, Call] = {}
        self.rooms: dict[str, Conference] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.definitions: dict[str, Definition] = {}
        self.defined: dict[tuple[str, str], str] = {}  # by account and name: the oldest definition that bears it
        self.recordings: dict[str, Recording] = {}
        self.queues: dict[tuple[str, str], Queue] = {}
        self.timers: dict[str, int] = {}
        self.generation = 0
        self.rooms_made = 0
        self.receipts = 0
        self.stale = 0
        self._later: deque[Consequence] = deque()
        self.then: Callable[[Consequence], None] = self._later.append
        self.effects: list[Effect] = []
        self.do: Callable[[Effect], None] = self.effects.append

    @property
    def later(self) -> deque[Consequence]:
        """The consequences that are not drained yet."""
        return self._later

    def open(self, at: float) -> list[Effect]:
        """Begin a turn at `at` seconds with an empty list of effects."""
        self.at = at
        self.begun = 0
        effects: list[Effect] = []
        self.effects = effects
        self.do = effects.append
        return effects

    def note(self, what: str, call: str = "", conference: str = "", /, **facts: Fact) -> None:
        """Put a line into the timeline; callers ask `watched` first where the words cost something."""
        if self.watched:
            self.do(Noted(what, call, conference, facts))

    def set_timer(self, owner: Call | Conference, purpose: str, at: float) -> None:
        """Ring `owner` at `at` for `purpose`; replaces its timer for the same purpose."""
        key = f"{owner.id}:{purpose}"
        self.generation += 1
        self.timers[key] = self.generation
        if owner.timers is None:
            owner.timers = [key]
        elif key not in owner.timers:
            owner.timers.append(key)
        self.do(SetTimer(key, at, self.generation))

    def cancel_timer(self, owner: Call | Conference, purpose: str) -> None:
        """Forget the timer of `owner` for `purpose`, where there is one."""
        key = f"{owner.id}:{purpose}"
        if self.timers.pop(key, None) is not None and owner.timers is not None:
            owner.timers.remove(key)
            self.do(CancelTimer(key))

    def cancel_timers(self, owner: Call | Conference) -> None:
        """Forget every timer of `owner`."""
        for key in owner.timers or ():
            del self.timers[key]
            self.do(CancelTimer(key))
        owner.timers = None

    def await_id(self, owner: Call | Conference, purpose: str) -> str:
        """Derive a new id from `owner` and expect its answer for `purpose`."""
        owner.ordinal = ordinal = owner.ordinal + 1
        made = f"{owner.id}.{ordinal}"
        owner.awaits[made] = purpose
        return made

    def owner(self, name: str) -> Call | Conference | None:
        """The live call or conference of that id."""
        return self.calls.get(name) or self.rooms.get(name)


def facts_of(call: Call) -> CallFacts:
    """A frozen copy of what a customer may learn of `call` now."""
    state = call.state
    return CallFacts(
        call.id,
        call.account,
        call.caller,
        call.called,
        call.direction,
        STATUS[state] if call.answered_at is not None or state != "ending" else "ringing",
        call.role,
        call.caller_name,
        call.parent,
        call.created_at,
        call.answered_at,
        call.ended_at,
        call.cause,
        call.source,
        call.purpose,
        call.machine,
        call.headers,
        call.forwarded_from,
        call.application,
    )


def headers_of(call: Call, turn: Turn) -> tuple[tuple[str, str], ...]:
    """The SIP headers that a call is placed with, under the names that its vendor gives them in the INVITE."""
    prefix = turn.rules_of[call.tongue].header_prefix
    return tuple([(prefixed(prefix, name), text) for name, text in call.headers])


STATUS = {"queued": "queued", "ringing": "ringing", "up": "in_progress", "ending": "in_progress", "ended": "ended"}
