"""Draws the machines: Mermaid from the very rows that they run by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.machines.call import CALL
from engine.machines.conference import CONFERENCE
from engine.machines.dial import DIAL
from engine.machines.member import MEMBER
from engine.machines.table import Row, Table

MACHINES: dict[str, Table[Any]] = {"call": CALL, "conference": CONFERENCE, "member": MEMBER, "dial": DIAL}


def mermaid(machine: Table[Any]) -> Iterator[str]:
    """Draw a machine line by line; a row that stays where it is and does nothing is left out."""
    yield "stateDiagram-v2"
    yield f"    [*] --> {machine.initial}"
    for row in machine.rows:
        if row.dest is None and row.do is None:
            continue
        for source in row.sources:
            yield f"    {source} --> {row.dest or source}: {label(row)}"
    for name, state in machine.states.items():
        if state.final:
            yield f"    {name} --> [*]"


def label(row: Row) -> str:
    """Say what makes the step, when, and what is done."""
    when = f" [{named(row.when)}]" if row.when is not None else ""
    do = f" / {named(row.do)}" if row.do is not None else ""
    return f"{row.on}{when}{do}"


def named(function: Any) -> str:
    """The function's name in words."""
    return str(function.__name__).replace("_", " ").strip("<>")
