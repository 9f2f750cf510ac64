"""Which dialects a run speaks: the tongues made of them, and which one a document is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

import msgspec

from engine.dialects import source
from engine.dialects.reader import Reader, detect
from engine.dialects.registry import DIALECTS
from engine.errors import DocumentError, RequestError
from engine.simulation.convert import convert, nearest
from engine.simulation.scenario import Caller, Play
from engine.values.flow import Flow
from engine.values.rules import Rules
from engine.values.tongue import Tongue

# What a call speaks that enters a conference by its definition, and so has no document.
DEFINED = "audian"

Options = Mapping[str, Mapping[str, Any]]


def tongues(options: Options) -> dict[str, Tongue]:
    """Make every tongue, its rules changed as the scenario's options say."""
    for name in options:
        known_dialect(name, "rules", (*DIALECTS, DEFINED))
    reader = Reader(DIALECTS)
    made = {name: Tongue(name, reading(reader, name), rules_of(name, options.get(name, {}))) for name in DIALECTS}
    made[DEFINED] = Tongue(DEFINED, no_document, rules_of(DEFINED, options.get(DEFINED, {})))
    return made


def reading(reader: Reader, name: str) -> Callable[[bytes], Flow]:
    """Let a reader read one dialect."""

    def read(document: bytes) -> Flow:
        return reader.read(document, name)

    return read


def no_document(document: bytes) -> Flow:
    """Refuse to read: there are no documents in this dialect."""
    raise DocumentError("a call that entered by a definition has no documents")


def rules_of(name: str, options: Mapping[str, Any]) -> Rules:
    """Take a dialect's rules; an option replaces one, or the named entries of one that is a table."""
    rules: Rules = import_module(f"engine.dialects.{name}.rules").RULES
    types = {info.name: info.type for info in msgspec.structs.fields(Rules)}
    changes: dict[str, Any] = {}
    for field, value in options.items():
        changed = convert(value, types[field], f"rules.{name}.{field}")
        now = getattr(rules, field)
        changes[field] = {**now, **changed} if isinstance(now, Mapping) else changed
    return msgspec.structs.replace(rules, **changes)


def known_dialect(name: str, path: str, names: Iterable[str] = DIALECTS) -> str:
    """Take the name of a dialect that there is."""
    if name not in names:
        raise RequestError(f"there is no dialect {name!r}", field=path, hint=nearest(name, names))
    return name


class Choice:
    """Tells each caller's dialect: its own, the scenario's, else the one whose marks the documents bear."""

    def __init__(self, play: Play, tell: Callable[[str], None]) -> None:
        """Keep the scenario; `tell` hears what had to be assumed, once."""
        self._play = play
        self._tell = tell
        self._assumed: str | None = None
        if play.scenario.dialect:
            known_dialect(play.scenario.dialect, "dialect")

    def of_caller(self, name: str, caller: Caller) -> str:
        """The dialect that one caller's documents are written in."""
        if caller.conference:
            return DEFINED
        if caller.dialect:
            return known_dialect(caller.dialect, f"callers.{name}.dialect")
        if self._play.scenario.dialect:
            return self._play.scenario.dialect
        answer = self._play.replies.get(caller.answer_url, ())
        return self._marked(reply.body for reply in answer) or self.common()

    def common(self) -> str:
        """The dialect of whatever has no caller of its own."""
        if self._play.scenario.dialect:
            return self._play.scenario.dialect
        marked = self._marked(reply.body for replies in self._play.replies.values() for reply in replies)
        if marked:
            return marked
        if self._assumed is None:
            self._assumed = next(iter(DIALECTS))
            self._tell(f"nothing in the documents tells their dialect: taken as {self._assumed}")
        return self._assumed

    def _marked(self, documents: Iterable[bytes]) -> str:
        """The first dialect that one of these documents bears the marks of, if any does."""
        for document in documents:
            found = marks(document)
            if found:
                return found
        return ""


def marks(document: bytes) -> str:
    """The dialect whose marks a document bears; none where it bears none, or cannot be read at all.

    Raises RequestError where its marks contradict each other.
    """
    try:
        source.parse(document, source.parser())
    except DocumentError:
        return ""
    try:
        name, assumed = detect(document, DIALECTS)
    except DocumentError as error:
        raise RequestError(str(error), field="dialect") from None
    return "" if assumed is not None else name
