"""Notices worded for people: file, line and column, the line itself with a caret, and what would be right."""

from __future__ import annotations

from engine.dialects.source import lines, place
from engine.errors import DocumentError
from engine.values.flow import Notice

_WIDEST = 100  # a document may be one line of 100 KB


def located(notice: Notice, document: bytes) -> tuple[int, int]:
    """Return a notice's line and column, both 1-based; 0 where it is about no place."""
    if not notice.line:
        return 0, 0
    return notice.line, place(document, notice.line, notice.element, notice.attribute) or 1


def worded(notice: Notice, document: bytes, file: str) -> str:
    """Word a notice for a terminal: its place and message, the line with a caret, and the hint."""
    return _worded(notice, located(notice, document), document, file)


def worded_error(error: DocumentError, document: bytes, file: str) -> str:
    """Word the error that refused a document, as `worded` does a notice."""
    notice = Notice("", error.message, error.line, error.hint, error.code, "error")
    return _worded(notice, (error.line, error.column), document, file)


def _worded(notice: Notice, at: tuple[int, int], document: bytes, file: str) -> str:
    line, column = at
    where = f"{file}:{line}:{column}" if line else file
    code = f" [{notice.code}]" if notice.code else ""
    said = [f"{where}: {notice.severity}: {notice.message}{code}"]
    said.extend(_picture(document, line, column))
    if notice.hint:
        said.append(f"  hint: {notice.hint}")
    return "\n".join(said)


def _picture(document: bytes, line: int, column: int) -> list[str]:
    source = lines(document)
    if not 1 <= line <= len(source) or column < 1:
        return []
    shown = "".join(
        char if char.isprintable() or char == "\t" else "\N{REPLACEMENT CHARACTER}" for char in source[line - 1]
    )
    start = max(0, column - 1 - _WIDEST // 2) if len(shown) > _WIDEST else 0
    # The caret's line repeats the tabs, so that it stands right whatever their width.
    before = "".join("\t" if char == "\t" else " " for char in shown[start : column - 1])
    gutter = f"{line:>5} | "
    return [gutter + shown[start : start + _WIDEST].rstrip(), " " * (len(gutter) - 2) + "| " + before + "^"]
