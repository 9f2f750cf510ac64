"""Notices worded for people: file, line and column, the line itself with a caret, and what would be right."""

from __future__ import annotations

from engine.dialects.source import Places, lines
from engine.errors import DocumentError
from engine.values.flow import Notice

_WIDEST = 100  # a document may be one line of 100 KB


class Diagnostics:
    """Words what the reader found in one document; columns are worked out once, for all of it."""

    def __init__(self, document: bytes, file: str) -> None:
        """Keep a document that is called `file`."""
        self._document = document
        self._file = file
        self._lines = lines(document)
        self._places: Places | None = None

    def located(self, notice: Notice) -> tuple[int, int]:
        """Return a notice's line and column, both 1-based; 0 where it is about no place."""
        if not notice.line:
            return 0, 0
        if not notice.element:  # of the whole document, which may not even be well-formed
            return notice.line, 1
        self._places = self._places or Places(self._document)
        return notice.line, self._places.column(notice.line, notice.element, notice.attribute) or 1

    def worded(self, notice: Notice) -> str:
        """Word a notice for a terminal: its place and message, the line with a caret, and the hint."""
        return self._worded(notice, *self.located(notice))

    def refused(self, error: DocumentError) -> str:
        """Word the error that refused the document, as a notice is."""
        notice = Notice("", error.message, error.line, error.hint, error.code, "error")
        return self._worded(notice, error.line, error.column)

    def _worded(self, notice: Notice, line: int, column: int) -> str:
        where = f"{self._file}:{line}:{column}" if line else self._file
        code = f" [{notice.code}]" if notice.code else ""
        said = [f"{where}: {notice.severity}: {notice.message}{code}"]
        said.extend(self._picture(line, column))
        if notice.hint:
            said.append(f"  hint: {notice.hint}")
        return "\n".join(said)

    def _picture(self, line: int, column: int) -> list[str]:
        if not 1 <= line <= len(self._lines) or column < 1:
            return []
        shown, caret = excerpt(self._lines[line - 1], column)
        gutter = f"{line:>5} | "
        return [gutter + shown.rstrip(), " " * (len(gutter) - 2) + "| " + pointer(shown, caret)]


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
