"""The door of the dialects: bytes in, a flow out, remembered; and which dialect the bytes are of.

A document is read whole before anything is refused, so that `examine` can show all that is wrong with
it; `read` raises for the first error.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping

from engine.dialects import source
from engine.dialects.dialect import Dialect
from engine.dialects.plan import Plans
from engine.dialects.walk import Walk
from engine.errors import DocumentError
from engine.markup import guarded_parser
from engine.values.flow import Flow, Notice

Mark = tuple[str, str | None]


class Reader:
    """Reads documents of several dialects, and remembers the flows of those it has read.

    `capacity_bytes` bounds what is remembered, documents and flows (the least recently used go first),
    `largest` the bytes of one document, `deepest` its nesting, `strange_names` the names that belong to
    no dialect, over all documents. One thread at a time may use it.
    """

    def __init__(
        self,
        dialects: Mapping[str, Dialect],
        *,
        capacity_bytes: int = 16 * 1024 * 1024,
        largest: int = source.LARGEST,
        deepest: int = source.DEEPEST,
        strange_names: int = 20_000,
    ) -> None:
        """Make the dialects ready to be read; nothing is kept outside of the reader."""
        self._plans = {name: Plans(dialect) for name, dialect in dialects.items()}
        self._parser = guarded_parser()
        self._names = source.Names(_names(dialects), strange_names)
        self._capacity = capacity_bytes
        self._largest = largest
        self._deepest = deepest
        self._held = 0
        self._flows: OrderedDict[tuple[str, bool, bytes], Flow] = OrderedDict()

    def read(self, document: bytes, dialect: str, *, strict: bool = False) -> Flow:
        """Read a document into its flow; `DocumentError` where it is refused (`strict`: for any warning, too)."""
        key = (dialect, strict, document)
        flow = self._flows.get(key)
        if flow is not None:
            self._flows.move_to_end(key)
            return flow
        flow = self._read(document, dialect)
        for notice in flow.notices:
            if notice.severity == "error" or (strict and notice.severity == "warning"):
                raise refusal(document, notice)
        self._remember(key, flow)
        return flow

    def examine(self, document: bytes, dialect: str) -> Flow:
        """Read a document without refusing it: all its notices, errors among them, and the verbs that were clear."""
        try:
            return self._read(document, dialect)
        except DocumentError as error:
            notice = Notice("document", error.message, error.line, error.hint, error.code, "error")
            return Flow(dialect, (), (notice,))

    def _read(self, document: bytes, dialect: str) -> Flow:
        plans = self._plans[dialect]
        try:
            source.admit(document, self._largest)
            self._names.check(document)
            return self._walk(document, plans)
        except DocumentError as error:
            # Below, what is wrong is named by a word of ours; the vendor may have a code for it.
            error.code = plans.dialect.codes.get(error.code, "")
            raise

    def _walk(self, document: bytes, plans: Plans) -> Flow:
        walk = Walk(plans, self._deepest)
        clean = False
        try:
            verbs = walk.document(source.parse(document, self._parser))
            clean = not walk.notices and not source.hides_names(document)
        finally:
            if not clean:
                self._names.remember(document)
        return Flow(plans.dialect.name, tuple(verbs), tuple(walk.notices))

    def _remember(self, key: tuple[str, bool, bytes], flow: Flow) -> None:
        self._flows[key] = flow
        self._held += _cost(key[2], flow)
        while self._held > self._capacity and self._flows:
            (_, _, document), forgotten = self._flows.popitem(last=False)
            self._held -= _cost(document, forgotten)


def _cost(document: bytes, flow: Flow) -> int:
    """Return the bytes that a remembered flow takes, roughly: a short document may hold many verbs and faults."""
    return len(document) + 512 + 300 * len(flow.verbs) + 600 * len(flow.notices)


def _names(dialects: Mapping[str, Dialect]) -> Iterator[str]:
    for dialect in dialects.values():
        yield from dialect.opaque
        for element in dialect.elements.values():
            yield element.name
            yield from (attribute.name for attribute in element.attributes)


def refusal(document: bytes, notice: Notice) -> DocumentError:
    """Turn a notice into the error that refuses its document, with the column looked up."""
    column = source.place(document, notice.line, notice.element, notice.attribute)
    return DocumentError(notice.message, line=notice.line, column=column or 1, hint=notice.hint, code=notice.code)


def detect(document: bytes, dialects: Mapping[str, Dialect]) -> tuple[str, Notice | None]:
    """Tell a document's dialect by its marks; the first of `dialects`, with a note, where it bears none.

    A mark that another marked dialect understands as well does not speak against that one; when no
    single dialect understands all marks that were found, they contradict each other: `DocumentError`.
    """
    found = _marks(document, {mark for dialect in dialects.values() for mark in dialect.marks})
    if not found:
        name = next(iter(dialects))
        say = f"nothing in the document tells its dialect: taken as {name}"
        return name, Notice("dialect-assumed", say, hint="name it with --dialect", severity="note")
    marked = [name for name, dialect in dialects.items() if not found.keys().isdisjoint(dialect.marks)]
    if len(marked) > 1:
        marked = [name for name in marked if all(_understands(dialects[name], *mark) for mark in found)]
    if len(marked) == 1:
        return marked[0], None
    spelled = ", ".join(f"<{a}>" if b is None else f"{b} in <{a}>" for a, b in found)
    (element_name, detail), line = max(found.items(), key=lambda item: item[1])
    raise DocumentError(
        f"marks of different dialects: {spelled}",
        line=line,
        column=source.place(document, line, element_name, detail or "") or 1,
        hint="name the dialect, one of " + ", ".join(dialects),
    )


def _marks(document: bytes, wanted: Collection[Mark]) -> dict[Mark, int]:
    """Return the marks that a document bears, each with the line where it does so first."""
    try:
        source.admit(document)
        root = source.parse(document)
    except DocumentError as error:
        error.code = ""  # no vendor's yet
        raise
    found: dict[Mark, int] = {}
    for element in root.iter():
        tag = str(element.tag)
        details = (None, *map(str, element.attrib), *(str(child.tag) for child in element))
        for mark in ((tag, detail) for detail in details):
            if mark in wanted:
                found.setdefault(mark, element.sourceline or 0)
    return found


def _understands(dialect: Dialect, name: str, detail: str | None) -> bool:
    element = dialect.elements.get(name)
    if element is None or detail is None:
        return element is not None or name in dialect.opaque
    known = {attribute.name for attribute in element.attributes if not attribute.foreign}
    return detail in known or detail in element.children
