"""Every state table walked: nothing in it is out of reach, nothing has no end, and every word in it is known."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from engine.journal import TABLES
from engine.machines.call import CALL
from engine.machines.routing.routes import ROUTES
from engine.machines.table import Table
from engine.values import events

# In which states a model is made or put by those who own it, where that is not the first of its table: a caller rings
# already, an agent serves a queue, and a queue that is full is left at once. A sound program keeps its own state.
PUT = {
    "call": ("queued", "ringing"),
    "member": ("invited", "joining"),
    "queue": ("waiting", "serving"),
    "sound": ("fetching", "playing", "pacing", "over"),
}

# Triggers that are no events: what one machine's owner, a clock, a command or the situation says to it.
INTERNAL = {
    "call": {"end_call"},
    "conference": {"begin", "thin_out", "end", "close"},
    "member": {"join", "leave", "room_began", "call_gone"},
    "dial": {
        "nobody_to_ring", "leg_rang", "leg_answered", "leg_confirmed", "leg_ended", "leg_left",
        "ring_time", "talk_time", "star", "caller_gone",
    },
    "fetch": {"document_read", "attempt_failed"},
    "collect": {"prompt_over", "first_over", "digit_over", "total_over"},
    "recording": {"pause", "resume", "stop"},
    "queue": {"served", "leave"},
    "door": {"said", "digit", "pin_time", "pin_entered"},
    "sound": {"sound_over", "time_over", "pause", "resume"},
}  # fmt: skip

# Rows whose guards may all refuse: then nothing happens, and that is meant. None so far.
MAY_REFUSE: set[tuple[str, str, str]] = set()

EVENTS = {str(kind.__struct_config__.tag): kind for kind in get_args(events.AnyEvent)}
NAMES = sorted(TABLES)


def edges(table: Table[Any]) -> set[tuple[str, str]]:
    """From where to where the rows lead."""
    return {(source, row.dest) for row in table.rows if row.dest is not None for source in row.sources}


def reached(start: set[str], pairs: set[tuple[str, str]]) -> set[str]:
    """Every state that is reached from `start` along these pairs."""
    found = set(start)
    while more := {dest for source, dest in pairs if source in found} - found:
        found |= more
    return found


def final(table: Table[Any]) -> set[str]:
    """The states that nothing leaves."""
    return {name for name, state in table.states.items() if state.final}


def live(table: Table[Any]) -> set[str]:
    """All others."""
    return set(table.states) - final(table)


@pytest.mark.parametrize("name", NAMES)
def test_every_state_is_reached(name: str) -> None:
    table = TABLES[name]
    start = set(PUT.get(name, (next(iter(table.states)),)))

    assert reached(start, edges(table)) == set(table.states)


@pytest.mark.parametrize("name", ["call", "member", "conference"])
def test_every_live_state_can_be_ended(name: str) -> None:
    table = TABLES[name]

    backwards = {(dest, source) for source, dest in edges(table)}

    assert reached(final(table), backwards) == set(table.states)


@pytest.mark.parametrize("name", NAMES)
def test_every_trigger_is_an_event_or_a_word_that_is_known_here(name: str) -> None:
    triggers = {row.on for row in TABLES[name].rows}

    assert triggers - EVENTS.keys() == INTERNAL[name]


@pytest.mark.parametrize("name", NAMES)
def test_somebody_agrees_to_every_row_or_is_named_here(name: str) -> None:
    last = {(row.on, source): row for row in TABLES[name].rows for source in row.sources}

    refusing = {(name, on, state) for (on, state), row in last.items() if row.when is not None}

    assert refusing == {known for known in MAY_REFUSE if known[0] == name}


@pytest.mark.parametrize("name", NAMES)
def test_no_row_stands_behind_one_that_always_agrees(name: str) -> None:
    always: set[tuple[str, str]] = set()
    hidden = []
    for row in TABLES[name].rows:
        hidden += [(row.on, source) for source in row.sources if (row.on, source) in always]
        always |= {(row.on, source) for source in row.sources if row.when is None}

    assert hidden == []


@pytest.mark.parametrize("name", NAMES)
def test_no_row_leaves_a_final_state(name: str) -> None:
    table = TABLES[name]

    assert [row for row in table.rows if final(table) & set(row.sources)] == []


def test_every_event_has_a_route() -> None:
    assert set(ROUTES) == set(EVENTS.values())


@pytest.mark.parametrize("trigger", ["call_ringing", "call_answered", "call_ended", "machine_detected"])
def test_what_a_switch_says_unasked_has_a_row_in_every_live_state_of_a_call(trigger: str) -> None:
    states = {source for row in CALL.rows if row.on == trigger for source in row.sources}

    assert states == live(CALL)


def test_a_recording_takes_its_end_in_every_live_state() -> None:
    table = TABLES["recording"]

    states = {source for row in table.rows if row.on == "recording_ended" for source in row.sources}

    assert states == live(table)


def test_a_member_takes_its_calls_end_in_every_live_state() -> None:
    table = TABLES["member"]

    states = {source for row in table.rows if row.on == "call_gone" for source in row.sources}

    assert states == live(table)
