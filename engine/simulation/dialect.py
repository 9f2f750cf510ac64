"""Which dialect the documents of a run are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.convert import nearest
from engine.dialects import source
from engine.dialects.reader import detect
from engine.dialects.registry import DIALECTS
from engine.dialects.tongues import DEFINED
from engine.errors import DocumentError, RequestError
from engine.simulation.scenario import Caller, Play


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
        for i, step in enumerate(play.scenario.steps):
            if getattr(step, "tongue", ""):
                known_dialect(step.tongue, f"steps[{i}].dialect", (*DIALECTS, DEFINED))

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
        source.admit(document)
        source.parse(document)
    except DocumentError:
        return ""
    try:
        name, assumed = detect(document, DIALECTS)
    except DocumentError as error:
        raise RequestError(str(error), field="dialect") from None
    return "" if assumed is not None else name
