"""Storms: whatever happens, in whatever order, the laws hold after every event, and everything comes to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import journal
from engine.errors import DocumentError
from engine.machines.table import Table
from engine.values import effects, events
from tests.laws import flows
from tests.laws.flows import SPEAKERS
from tests.laws.storms import Deed, Story, Telling, World, spoken, stories
from tests.laws.watchman import Watchman

QUEUEING = ("Enqueue", "Dial")
STORMS = 600
SABOTAGES = 600


def books_balance(world: World) -> None:
    """What an exchange keeps twice agrees: names, counts, labels, queues, clocks."""
    state = msgspec.msgpack.decode(journal.dump(world.exchange), type=journal.State)
    rooms = {room.id: room for room in state.rooms}
    calls = {call.id: call for call in state.calls}
    for account, name, room in state.names:
        assert (rooms[room].account, rooms[room].name) == (account, name)
    for made in rooms.values():
        members = made.members.values()
        assert made.taken == sum(1 for m in members if m.state != "invited")
        assert made.here == sum(1 for m in members if m.state in ("waiting", "seated"))
        assert set(made.labels) == {m.label for m in members if m.label}
    for queue in state.queues:
        assert all(name in calls for name in (*queue.calls, *queue.agents))
    kept = [key for call in calls.values() for key in call.timers or ()]
    kept += [key for room in rooms.values() for key in room.timers or ()]
    assert sorted(kept) == sorted(state.timers), "an owner and the registry disagree on its clocks"
    assert state.timers == {key: timer.generation for key, timer in world.timers.items()}


def nothing_is_left(world: World) -> None:
    """After the end of everything an exchange holds definitions and empty queues, and nothing else."""
    state = msgspec.msgpack.decode(journal.dump(world.exchange), type=journal.State)
    left = (state.calls, state.rooms, state.names, state.recordings, state.timers)
    assert not any(left), f"this is left: {left}"
    assert not any(queue.calls or queue.agents for queue in state.queues)


@settings(max_examples=STORMS)
@given(stories())
def test_in_any_storm_the_laws_hold_after_every_event(story: Story) -> None:
    world, man = World(story.documents), Watchman()
    world.watchers += [man.watch, lambda telling: books_balance(world)]

    world.play(story)

    placed = {e.call for e in world.done if isinstance(e, effects.Noted) and e.what in ("call_arrived", "call_placed")}
    assert placed == set(man.ends), "every call that came or was placed ended, once"
    nothing_is_left(world)


@pytest.mark.parametrize("tongue", SPEAKERS)
def test_the_documents_of_storms_are_what_their_dialects_expect(tongue: str) -> None:
    read = spoken()[tongue].read
    bodies = [flows.document(tongue, [number]) for number in range(len(flows.ELEMENTS[tongue]))]

    assert [notice for body in bodies for notice in read(body).notices] == []
    assert all(read(flows.sound(tongue, number)) for number in range(len(flows.SOUNDS)))


# --- faults on purpose ---------------------------------------------------------------------------------


class SabotageError(Exception):
    """A bug of ours, made on purpose."""


def rows_with_actions() -> list[tuple[Table[Any], str, str, int]]:
    """Every action that a table may perform: table, trigger, state and position of its row."""
    return [
        (table, name, state, position)
        for table in journal.TABLES.values()
        for name, trigger in table.events.items()
        for state, rows in trigger.walk.items()  # type: ignore[attr-defined]
        for position, row in enumerate(rows)
        if row[2] is not None
    ]


ROWS = rows_with_actions()


@contextmanager
def sabotaged(which: int, *, after: bool) -> Iterator[list[str]]:
    """Let one row's action raise the first time it is performed: before it does anything, or after all of it."""
    table, name, state, position = ROWS[which]
    walk: dict[str, Any] = table.events[name].walk  # type: ignore[attr-defined]
    rows = walk[state]
    when, dest, do = rows[position]
    raised: list[str] = []

    def fail_once(model: Any, event: Any, turn: Any) -> None:
        if raised:
            do(model, event, turn)
            return
        raised.append(f"{table.title}: {name} in {state}")
        if after:
            do(model, event, turn)
        raise SabotageError(raised[0])

    walk[state] = (*rows[:position], (when, dest, fail_once), *rows[position + 1 :])
    try:
        yield raised
    finally:
        walk[state] = rows


def related(telling: Telling, owner: str) -> set[str]:
    """Whom the end of a call or room may touch: who shares its room, its dial, or its queue."""
    calls, rooms = telling.before.calls, telling.before.rooms
    near = {owner}
    if owner in calls and calls[owner].verb in QUEUEING:
        near |= {name for name, view in calls.items() if view.verb in QUEUEING}  # no view shows who serves whom
    for _ in range(3):
        for room in rooms.values():
            inside = {member.call for member in room.members}
            near |= inside if near & {room.id, *inside} else set()
        near |= {name for name, view in calls.items() if near & {view.about.parent, *view.legs}}
        near |= {leg for name in near & calls.keys() for leg in (*calls[name].legs, calls[name].about.parent) if leg}
    return near


class Inspector:
    """Sees to it that a fault is contained: whoever has nothing to do with it goes on as if nothing had happened."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.near: set[str] = set()

    def watch(self, telling: Telling) -> None:
        for effect in telling.effects:
            if isinstance(effect, effects.Fault):
                assert "SabotageError" in effect.error, effect
                self.faults.append(effect.owner)
                self.near |= related(telling, effect.owner)
                self.compare(telling, effect.owner)
            elif isinstance(effect, effects.RecordCallEnd) and effect.about.cause == "internal":
                assert effect.about.call in self.near, f"{effect.about.call} ended for the fault of {self.faults}"

    def compare(self, telling: Telling, owner: str) -> None:
        victim = telling.after.calls.get(owner)
        assert victim is None or victim.state == "ending", f"{owner} goes on after its fault"
        if isinstance(telling.event, events.CommandGiven | events.SwitchWasLost):
            return  # which touch others by themselves
        for name, view in telling.before.calls.items():
            assert name in self.near or telling.after.calls.get(name) == view, f"{name} suffered with {owner}"


@settings(max_examples=SABOTAGES)
@given(stories(), st.integers(0, len(ROWS) - 1), st.booleans())
def test_a_fault_in_any_action_ends_its_call_or_room_alone(story: Story, which: int, after: bool) -> None:
    world, inspector = World(story.documents), Inspector()
    world.watchers.append(inspector.watch)

    with sabotaged(which, after=after) as raised:
        world.play(story)

    assert len(inspector.faults) == len(raised)
    nothing_is_left(world)


def test_a_reader_that_breaks_ends_only_the_call_that_it_read_for() -> None:
    def read(document: bytes) -> Any:
        raise DocumentError("no") if b"Speak" in document else SabotageError(document)

    tongue = msgspec.structs.replace(spoken()["plivo"], read=read)
    world, inspector = World([(7,), (8,)]), Inspector()
    world.exchange = type(world.exchange)({**spoken(), "plivo": tongue}, watched=True)
    world.watchers.append(inspector.watch)

    arrivals = (Deed("arrive", 0, 0), Deed("arrive", 0, 1), Deed("arrive", 1, 0))

    world.play(Story(((7,), (8,)), (*arrivals, Deed("answer_all"))))

    assert inspector.faults == ["c2"]
    ends = {e.about.call: e.about.cause for e in world.done if isinstance(e, effects.RecordCallEnd)}
    assert (ends["c1"], ends["c2"]) == ("bad_document", "internal")
    assert ends["c3"] not in ("internal", "bad_document")
