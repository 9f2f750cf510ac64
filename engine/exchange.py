"""The exchange: everything that lives, and the one door `handle(event) -> effects`.

The main path: `handle` looks the event's type up in ROUTES, the route finds the owner and drops
what is stale, the owner's machine acts, and what follows from it (FOLLOWS) is drained before the
effects leave. The clock of an exchange is the `at` of its events, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from engine.machines.desk.tally import find_room
from engine.machines.hearing import hearing
from engine.machines.models import Call, Conference, Definition
from engine.machines.queue import view_of
from engine.machines.routing.faults import contain
from engine.machines.routing.follows import FOLLOWS
from engine.machines.routing.routes import ROUTES
from engine.machines.turn import Consequence, Turn, facts_of
from engine.settings import Settings
from engine.values.effects import Effect
from engine.values.events import Event
from engine.values.tongue import Tongue
from engine.values.views import CallView, ConferenceView, MemberView, QueueView


class Exchange:
    """All live calls and conferences, pure and deterministic.

    `tongues` are the dialects by name; `seed` only matters where ids are shown to customers;
    `watched` adds Noted effects, one for each line of a timeline. One thread calls `handle`.
    """

    def __init__(
        self,
        tongues: Mapping[str, Tongue],
        *,
        seed: str = "",
        settings: Settings | None = None,
        watched: bool = False,
    ) -> None:
        """Start with nothing alive, at time zero."""
        self.seed = seed
        self._turn = Turn(tongues, settings or Settings(), watched=watched)
        self._later = self._turn.later

    @property
    def now(self) -> float:
        """The time of the last event, in seconds."""
        return self._turn.at

    @property
    def stale(self) -> int:
        """How many late, doubled or foreign answers were dropped."""
        return self._turn.stale

    def handle(self, event: Event) -> list[Effect]:
        """Take one event and say what is to be done, in order.

        Raises TypeError for what is not an event and ValueError for time going back; nothing else.
        """
        turn = self._turn
        route = ROUTES.get(type(event))
        if route is None:
            raise TypeError(f"{type(event).__name__} is not an event of engine.values.events")
        at = event.at
        if not turn.at <= at < inf:  # also where it is no number
            raise ValueError(f"time cannot go back, nor be without end: {at} after {turn.at}")
        turn.at = at
        turn.begun = 0
        effects: list[Effect] = []
        turn.effects = effects
        turn.do = effects.append
        step: Event | Consequence = event
        try:
            route(event, turn)
            later = self._later
            while later:
                step = later.popleft()
                FOLLOWS[type(step)](step, turn)
        except Exception as error:
            contain(step, error, turn)
        return effects

    # --- looking -------------------------------------------------------------------------------

    def conference(self, account: str, name: str) -> ConferenceView | None:
        """The live room of that name in that account, or of that id; None where there is none."""
        room = find_room(self._turn, account, name)
        return None if room is None else self._view(room)

    def conferences(self, account: str | None = None) -> tuple[ConferenceView, ...]:
        """Every live room (of one account), in the order they were made."""
        rooms = self._turn.rooms.values()
        return tuple(self._view(room) for room in rooms if account is None or room.account == account)

    def call(self, call: str) -> CallView | None:
        """The live call of that id; None where there is none."""
        known = self._turn.calls.get(call)
        return None if known is None else self._view_call(known)

    def calls(self, account: str | None = None) -> tuple[CallView, ...]:
        """Every live call (of one account), in the order they came."""
        known = self._turn.calls.values()
        return tuple(self._view_call(call) for call in known if account is None or call.account == account)

    def hears(self, conference: str) -> frozenset[tuple[str, str]]:
        """Every pair (hearer, speaker) of calls in the room of that id."""
        room = self._turn.rooms.get(conference)
        if room is None:
            return frozenset()
        return hearing(room.members.values(), running=room.state == "running")

    def queues(self, account: str | None = None) -> tuple[QueueView, ...]:
        """Every queue that was defined or used (of one account), in the order they were made."""
        known = self._turn.queues.values()
        return tuple(view_of(queue) for queue in known if account is None or queue.account == account)

    def definitions(self) -> tuple[Definition, ...]:
        """The stored conference definitions."""
        return tuple(self._turn.definitions.values())

    def _view(self, room: Conference) -> ConferenceView:
        members = tuple(
            MemberView(
                m.call,
                m.number,
                m.state,
                m.muted,
                m.deaf,
                m.held,
                m.coaching,
                m.label,
                m.moderator,
                m.starts,
                m.ends,
                m.joined_at,
                facts_of(self._turn.calls[m.call]),
                m.came_at,
            )
            for m in room.members.values()
        )
        return ConferenceView(
            room.id,
            room.account,
            room.name,
            room.state,
            room.locked,
            room.recording,
            room.created_at,
            room.started_at,
            room.definition,
            members,
            room.changed_at,
            room.why or "",
            room.ended_by,
        )

    def _view_call(self, call: Call) -> CallView:
        verb = call.verb
        name, line = (verb.name, verb.line) if verb is not None else ("", 0)
        return CallView(
            facts_of(call), call.state, call.tongue, name, line, call.base, call.room, call.legs, call.far_held
        )
