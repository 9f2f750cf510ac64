"""Shows a run: one JSON object a line, or a table in which every caller has a colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from engine.simulation.expect import Entry, Failure

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "red")
WIDTH = 120


def as_lines(timeline: Iterable[Entry]) -> Iterator[str]:
    """Spell each entry as one JSON object."""
    encoder = msgspec.json.Encoder()
    for entry in timeline:
        yield encoder.encode(entry).decode()


def as_table(timeline: Sequence[Entry], *, width: int | None = None) -> Any:
    """Lay the timeline out as a table: when, who, what, and the rest in words."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold", width=width)
    table.add_column("at", justify="right", no_wrap=True)
    for heading in ("who", "what"):
        table.add_column(heading, no_wrap=True)
    table.add_column("", overflow="fold")
    colours: dict[str, str] = {}
    for entry in timeline:
        who = str(entry.get("call", ""))
        if who and who not in colours:
            colours[who] = COLOURS[len(colours) % len(COLOURS)]
        style = colours.get(who, "")
        row = (f"{entry['at']:.2f}", who or str(entry.get("conference", "")), entry["what"], detail(entry))
        table.add_row(*(Text(cell, style) for cell in row))
    return table


def detail(entry: Entry) -> str:
    """Say in words what else an entry holds; a verb as it stands in its document."""
    rest = {name: value for name, value in entry.items() if name not in ("at", "call", "what")}
    if not entry.get("call"):
        rest.pop("conference", None)
    rest.pop("params", None)  # long, and the same names again and again: the lines of JSON have them
    said = ""
    if "verb" in rest:
        line = rest.pop("line", 0)
        said = f"<{rest.pop('verb')}>" + (f" line {line}" if line else "")
    parts = [said] if said else []
    parts += [f"{name}={spell(value)}" for name, value in rest.items()]
    return "  ".join(parts)


def spell(value: Any) -> str:
    """Spell one value shortly."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {spell(one)}" for name, one in value.items()) + "}"
    if isinstance(value, str):
        return f'"{value}"' if " " in value else value
    return msgspec.json.encode(value).decode()


def as_failures(failures: Iterable[Failure]) -> Iterator[str]:
    """Say which expectations did not come true, each with what came nearest."""
    for failure in failures:
        yield f"expectation {failure.number} failed: {failure.wanted}"
        yield f"  {failure.found}" + ("; nearest:" if failure.near else "")
        for entry in failure.near:
            who = entry.get("call", entry.get("conference", ""))
            yield f"    {entry['at']:8.2f}  {who}  {entry['what']}  {detail(entry)}"
