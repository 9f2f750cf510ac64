"""How a place in a document is shown to people: a part of its line, and a caret below."""

from __future__ import annotations

_WIDEST = 100  # a document may be one line of 100 KB


def excerpt(line: str, column: int) -> tuple[str, int]:
    """Return what can be shown of a line around a column, and the column therein (both 1-based)."""
    start = max(0, column - 1 - _WIDEST // 2) if len(line) > _WIDEST else 0
    return printable(line[start : start + _WIDEST]), column - start


def pointer(shown: str, caret: int) -> str:
    """Return the line below, with a caret at that column; it repeats the tabs, so that it stands right."""
    return "".join("\t" if char == "\t" else " " for char in shown[: caret - 1]) + "^"


def printable(text: str) -> str:
    """Return a text without what would move or colour a terminal."""
    return "".join(char if char.isprintable() or char == "\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
