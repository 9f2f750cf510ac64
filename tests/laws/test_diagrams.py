"""The diagrams that newcomers read have exactly the edges that the engine runs by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.simulation.diagram import MACHINES, mermaid

README = Path(__file__).parents[2] / "engine" / "README.md"


def drawn(name: str) -> list[str]:
    """The lines of the diagram under that heading."""
    found = re.search(rf"^### {name}\n\n```mermaid\n(.*?)\n```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None, f"no diagram of {name}"
    return found[1].splitlines()


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_diagram_in_the_readme_is_the_one_drawn_from_the_table(name: str) -> None:
    assert drawn(name) == list(mermaid(MACHINES[name]))


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_diagram_has_an_edge_for_every_row_that_moves(name: str) -> None:
    edges = {
        (source, row.dest, row.on) for row in MACHINES[name].rows if row.dest is not None for source in row.sources
    }
    lines = (re.match(r" +(\w+) --> (\w+): (\w+)", line) for line in mermaid(MACHINES[name]))

    shown = {(m[1], m[2], m[3]) for m in lines if m is not None}

    assert edges <= shown
