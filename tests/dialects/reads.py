"""What the tests of every dialect's tables share: lists written by hand, and reading a document's inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from engine.dialects.dialect import Dialect
from engine.dialects.reader import Reader
from engine.values import verbs
from engine.values.flow import Flow

V = TypeVar("V", bound=verbs.Verb)


def listed(written: str) -> dict[str, str | None]:
    """Names, and behind an equals sign their defaults, as written in one line."""
    pairs = (entry.partition("=") for entry in written.split())
    return {name: default if sign else None for name, sign, default in pairs}


def reader_of(dialect: Dialect) -> Callable[[str], Flow]:
    """Reads what stands inside a Response of that dialect."""

    def read(body: str) -> Flow:
        return Reader({dialect.name: dialect}).read(f"<Response>{body}</Response>".encode(), dialect.name)

    return read


def cleanly(read: Callable[[str], Flow]) -> Callable[[str], tuple[verbs.AnyVerb, ...]]:
    """Reads the same, and insists that nothing was to be said about it."""

    def clean(body: str) -> tuple[verbs.AnyVerb, ...]:
        flow = read(body)
        assert [(notice.rule, notice.message) for notice in flow.notices] == []
        return flow.verbs

    return clean


def only(found: Sequence[verbs.AnyVerb], kind: type[V]) -> V:
    """The one verb there is, which is of that kind."""
    (verb,) = found
    assert isinstance(verb, kind)
    return verb
