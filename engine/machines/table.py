"""How a state machine is written down here: one table, one row per line, no surprises.

`transitions` owns the table: it holds the states and transitions, refuses what does not fit, and
answers questions about them. One thing is replaced, the walk: the library's own builds an
`EventData`, a `partial` and some ten log calls for every trigger. `tests/machines/test_table.py`
tells the same stories to both and compares every step.

A row reads: in `source`, when `on` arrives and `when` agrees, `do` this and move to `dest`. The
first row that agrees wins; `dest=None` stays. There is deliberately no way to write wildcards,
queues or enter and exit hooks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from transitions import Machine, State
from transitions.core import Event as StockTrigger

from engine.errors import IllegalEvent
from engine.machines.turn import Turn

Guard = Callable[[Any, Any, Turn], bool]
Action = Callable[[Any, Any, Turn], None]


class Stateful(Protocol):
    """Whatever keeps the name of its state."""

    state: str


M = TypeVar("M", bound=Stateful)


class Row(NamedTuple):
    """In `source`, when `on` arrives and `when` agrees: `do`, and move to `dest` (None: stay)."""

    on: str
    source: str | tuple[str, ...]
    dest: str | None
    do: Action | None = None
    when: Guard | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Every state the row stands in."""
        return (self.source,) if isinstance(self.source, str) else self.source


class Trigger(StockTrigger):
    """A trigger that walks its own rows and nothing else."""

    def __init__(self, name: str, machine: Machine) -> None:
        """Start with no rows; `add_transition` files them."""
        super().__init__(name, machine)
        self.walk: dict[str, tuple[tuple[Guard | None, str | None, Action | None], ...]] = {}

    def add_transition(self, transition: Any) -> None:
        """File the transition with the library, and as a bare row under its source state."""
        super().add_transition(transition)
        when = transition.conditions[0].func if transition.conditions else None
        do = transition.after[0] if transition.after else None
        row = (when, transition.dest, do)
        self.walk[transition.source] = (*self.walk.get(transition.source, ()), row)

    def trigger(self, model: Any, *args: Any, **kwargs: Any) -> bool:
        """Fire as the table does."""
        event, out = args
        table: Any = self.machine
        return bool(table.fire(self.name, model, event, out))


class Table(Machine, Generic[M]):
    """A machine that owns no models: each model keeps only its own `state`."""

    event_cls = Trigger
    rows: tuple[Row, ...]
    title: str
    walks: dict[str, dict[str, tuple[tuple[Guard | None, str | None, Action | None], ...]]]

    def fire(self, name: str, model: M, event: Any, out: Turn) -> bool:
        """Tell `model` that `name` happened; False where no guard agreed or its state is final.

        Raises IllegalEvent where the table has no row for it.
        """
        rows = self.walks[name].get(model.state)
        if rows is None:
            if self.get_state(model.state).final:
                return False
            raise IllegalEvent(f"{self.name}{name!r} means nothing in {model.state!r}")
        for when, dest, do in rows:
            if when is None or when(model, event, out):
                if dest is not None:
                    model.state = dest
                if do is not None:
                    do(model, event, out)
                return True
        return False


def table(title: str, *, states: Sequence[str], final: Sequence[str], rows: Sequence[Row]) -> Table[Any]:
    """Build a machine from `rows`, refusing names that are not in `states`.

    A final state lets late events fall to the floor; anywhere else an event without a row is a
    bug, and raises IllegalEvent.
    """
    named = {s for r in rows for s in r.sources} | {r.dest for r in rows if r.dest is not None}
    if unknown := named - set(states):
        raise ValueError(f"{title} names unknown states: {sorted(unknown)}")
    machine: Table[Any] = Table(
        model=None,
        name=title,
        states=[State(s, final=s in final, ignore_invalid_triggers=s in final) for s in states],
        initial=states[0],
        auto_transitions=False,
    )
    machine.title = title
    machine.rows = tuple(rows)
    for row in rows:
        for source in row.sources:
            machine.add_transition(row.on, source, row.dest, conditions=row.when, after=row.do)
    machine.walks = {name: trigger.walk for name, trigger in machine.events.items() if isinstance(trigger, Trigger)}
    return machine
