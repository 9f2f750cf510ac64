"""Our walk through a state table goes where the library's own walk goes: the same stories, told to both."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import MachineError
from transitions.core import Event as StockTrigger

from engine.errors import IllegalEvent
from engine.machines.table import Row, Table, table

STATES = ("asleep", "awake", "busy", "gone")
FINAL = ("gone",)
TRIGGERS = ("wake", "work", "rest", "leave")


class Model:
    """Something in a state that remembers what was done to it, in order."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.done: list[str] = []


class Told(NamedTuple):
    """An event of a story: a trigger, and what each of the guards says when it is asked."""

    on: str
    agrees: tuple[bool, bool]


class Asked(NamedTuple):
    """One row as drawn: `guard` and `action` are which of the named ones it has."""

    on: str
    sources: tuple[str, ...]
    dest: str | None
    guard: int | None
    action: int | None


def act(name: str) -> Any:
    """An action that leaves its name, and the state that it finds."""

    def action(model: Model, event: Told, out: list[str]) -> None:
        model.done.append(f"{name} in {model.state}")
        out.append(name)

    return action


def ask(number: int) -> Any:
    """A guard that says what the event lets it say, and leaves that it was asked."""

    def guard(model: Model, event: Told, out: list[str]) -> bool:
        model.done.append(f"asked {number} in {model.state}")
        return event.agrees[number]

    return guard


ACTIONS = tuple(act(name) for name in ("sing", "dance", "yawn"))
GUARDS = (ask(0), ask(1))


def built(asked: list[Asked]) -> Table[Model]:
    """The table of these rows."""
    rows = [
        Row(
            a.on,
            a.sources if len(a.sources) > 1 else a.sources[0],
            a.dest,
            None if a.action is None else ACTIONS[a.action],
            None if a.guard is None else GUARDS[a.guard],
        )
        for a in asked
    ]
    return table("day", states=STATES, final=FINAL, rows=rows)


def ours(day: Table[Model], model: Model, told: Told) -> Any:
    """What our walk makes of an event."""
    try:
        return day.fire(told.on, model, told, model.done)  # type: ignore[arg-type]
    except IllegalEvent:
        return "illegal"


def by_trigger(day: Table[Model], model: Model, told: Told) -> Any:
    """What the replaced trigger makes of it, which the library itself would call."""
    try:
        return day.events[told.on].trigger(model, told, model.done)
    except IllegalEvent:
        return "illegal"


def stock(day: Table[Model], model: Model, told: Told) -> Any:
    """What the library's own walk makes of it."""
    try:
        return StockTrigger.trigger(day.events[told.on], model, model, told, model.done)
    except MachineError:
        return "illegal"


def tell(story: list[Told], day: Table[Model], start: str, walk: Any) -> list[Any]:
    """Tell a whole story: after each event the result, the state, and all that was asked and done so far."""
    model = Model(start)
    kept = []
    for told in story:
        if told.on in day.events:
            result = walk(day, model, told)
            kept.append((told.on, result, model.state, tuple(model.done)))
    return kept


LIVE = st.sampled_from([state for state in STATES if state not in FINAL])
ROWS = st.lists(
    st.builds(
        Asked,
        st.sampled_from(TRIGGERS),
        st.lists(LIVE, min_size=1, max_size=3, unique=True).map(tuple),
        st.none() | st.sampled_from(STATES),
        st.none() | st.sampled_from([0, 1]),
        st.none() | st.sampled_from([0, 1, 2]),
    ),
    min_size=1,
    max_size=12,
)
STORIES = st.lists(st.builds(Told, st.sampled_from(TRIGGERS), st.tuples(st.booleans(), st.booleans())), max_size=12)


@given(ROWS, STORIES, LIVE)
def test_any_story_told_to_the_stock_machine_and_to_ours_goes_the_same(
    asked: list[Asked], story: list[Told], start: str
) -> None:
    day = built(asked)

    expected = tell(story, day, start, stock)

    assert tell(story, day, start, ours) == expected
    assert tell(story, day, start, by_trigger) == expected


DAY = [
    Asked("wake", ("asleep",), "awake", None, 2),
    Asked("work", ("awake",), "busy", 0, 0),
    Asked("work", ("awake",), None, None, 1),
    Asked("rest", ("awake", "busy"), "asleep", None, None),
    Asked("leave", ("asleep", "awake", "busy"), "gone", None, None),
]


@given(STORIES)
def test_a_day_told_to_the_stock_machine_and_to_ours_goes_the_same(story: list[Told]) -> None:
    day = built(DAY)

    assert tell(story, day, "asleep", ours) == tell(story, day, "asleep", stock)


def test_a_mutant_with_two_swapped_rows_is_told_apart() -> None:
    mutant = built([DAY[0], DAY[2], DAY[1], *DAY[3:]])
    story = [Told("wake", (True, True)), Told("work", (True, True))]

    assert tell(story, mutant, "asleep", ours) != tell(story, built(DAY), "asleep", stock)


def test_the_first_row_that_agrees_wins_and_no_later_guard_is_asked() -> None:
    day = built([Asked("work", ("awake",), "busy", 0, 0), Asked("work", ("awake",), "gone", 1, 1)])
    model = Model("awake")

    assert ours(day, model, Told("work", (True, True))) is True
    assert model.state == "busy"
    assert model.done == ["asked 0 in awake", "sing in busy", "sing"]


def test_guards_that_all_refuse_leave_everything_as_it_was() -> None:
    day = built([Asked("work", ("awake",), "busy", 0, 0)])
    model = Model("awake")

    assert ours(day, model, Told("work", (False, False))) is False
    assert model.state == "awake"


def test_an_event_without_a_row_is_illegal_and_says_where() -> None:
    with pytest.raises(IllegalEvent, match=r"day: 'work' means nothing in 'asleep'"):
        built(DAY).fire("work", Model("asleep"), Told("work", (True, True)), [])  # type: ignore[arg-type]


def test_a_final_state_lets_late_events_fall() -> None:
    model = Model("gone")

    assert ours(built(DAY), model, Told("wake", (True, True))) is False
    assert (model.state, model.done) == ("gone", [])


@pytest.mark.parametrize(
    "row", [Row("wake", "aslep", "awake"), Row("wake", "asleep", "awaek"), Row("wake", ("asleep", "bussy"), None)]
)
def test_a_misspelt_state_is_refused(row: Row) -> None:
    with pytest.raises(ValueError, match="unknown states"):
        table("day", states=STATES, final=FINAL, rows=[row])


def test_a_trigger_that_no_row_has_cannot_be_fired() -> None:
    with pytest.raises(KeyError):
        built(DAY).fire("sleepwalk", Model("asleep"), Told("sleepwalk", (True, True)), [])  # type: ignore[arg-type]
