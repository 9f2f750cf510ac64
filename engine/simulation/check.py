"""What can be said of documents without running them: what their reader found, and what follows from their verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, structs

from engine.dialects import source
from engine.dialects.diagnostics import excerpt
from engine.dialects.reader import Reader, detect
from engine.dialects.registry import DIALECTS
from engine.dialects.tongues import rules_of
from engine.errors import DocumentError
from engine.values import verbs
from engine.values.flow import Flow, Notice
from engine.values.rules import Rules
from engine.values.verbs import Verb


class Paper(Struct, frozen=True, kw_only=True):
    """One document to look at in one dialect: its `name` for people, and the addresses it is known by.

    Papers of one `group` meet in the same run: they redirect to each other, and enter the same rooms.
    """

    name: str
    text: bytes
    urls: tuple[str, ...] = ()
    dialect: str = ""
    group: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """One thing to say about a document, with its place (1-based) and what stands there.

    `source` is the line, or of a long one a part; `caret` is the place's column in it. `dialects`
    names those in which it is so, where the document is read in others too.
    """

    file: str
    line: int
    column: int
    severity: str
    message: str
    hint: str = ""
    code: str = ""
    rule: str = ""
    source: str = ""
    caret: int = 0
    dialects: tuple[str, ...] = ()


class Read(Struct, frozen=True, kw_only=True):
    """A paper with its flow and its dialect's rules; `complete` when the reader refused nothing of it."""

    paper: Paper
    flow: Flow
    rules: Rules
    complete: bool
    dialect: str


class Sheet:
    """A document as it is shown: its lines and the columns of its elements, worked out once for all findings."""

    def __init__(self, text: bytes) -> None:
        """Look at a document; what is no XML has lines all the same."""
        self._rows = source.lines(text)
        self._text = text
        self._places: source.Places | None = None

    def finding(self, file: str, notice: Notice, column: int) -> Finding:
        """Place a notice in its file; at `column` where that is known, else at what the notice speaks of."""
        shown = self._rows[notice.line - 1] if 0 < notice.line <= len(self._rows) else ""
        if notice.line:
            column = column or self._column(notice) or len(shown) - len(shown.lstrip()) + 1
        part, caret = excerpt(shown, column) if shown else ("", 0)
        return Finding(
            file=file,
            line=notice.line,
            column=column,
            severity=notice.severity,
            message=notice.message,
            hint=notice.hint,
            code=notice.code,
            rule=notice.rule,
            source=part,
            caret=caret,
        )

    def _column(self, notice: Notice) -> int:
        """The column of what a notice speaks of; 0 where it is not known."""
        if not notice.element:
            return 0
        self._places = self._places or source.Places(self._text)
        return self._places.column(notice.line, notice.element, notice.attribute)


# What is found in a paper, the dialect it was read in, and the column where it is known already.
Found = tuple[Paper, Notice, str, int]


def check(papers: Sequence[Paper]) -> list[Finding]:
    """Look at documents one by one and together; in the order of files and lines, and nothing twice."""
    reader = Reader(DIALECTS)
    found: list[Found] = []
    read: list[Read] = []
    for paper in not_assumed(papers):
        name, notices, column = dialect_of(paper)
        flow = reader.examine(paper.text, name)
        found += [(paper, notice, name, column) for notice in notices]
        column = column_of_refusal(reader, paper.text, name) if not flow.verbs else 0
        found += [(paper, notice, name, 0 if notice.element else column) for notice in flow.notices]
        complete = all(notice.severity != "error" for notice in flow.notices)
        read.append(Read(paper=paper, flow=flow, rules=rules_of(name, {}), complete=complete, dialect=name))
    for one in read:
        found += [(one.paper, notice, one.dialect, 0) for notice in look_at(one)]
    groups: dict[str, list[Read]] = {}
    for one in read:
        groups.setdefault(one.paper.group, []).append(one)
    for together in groups.values():
        found += rooms_nobody_starts(together)
        found += redirect_cycles(together)
    order = {name: place for place, name in enumerate(dict.fromkeys(paper.name for paper in papers))}
    return sorted(merged(placed(found), read), key=lambda one: (order[one.file], one.line, one.column))


def placed(found: Sequence[Found]) -> Iterator[tuple[Finding, str]]:
    """Place everything that was found, each with the dialect in which it is so."""
    sheets: dict[bytes, Sheet] = {}
    for paper, notice, dialect, column in found:
        if paper.text not in sheets:
            sheets[paper.text] = Sheet(paper.text)
        yield sheets[paper.text].finding(paper.name, notice, column), dialect


def column_of_refusal(reader: Reader, text: bytes, dialect: str) -> int:
    """Where the reader gave up on a document; 0 where it did not."""
    try:
        reader.read(text, dialect)
    except DocumentError as error:
        return error.column
    return 0


def not_assumed(papers: Sequence[Paper]) -> Iterator[Paper]:
    """Give a document that names no dialect those in which it is read elsewhere."""
    told: dict[str, list[str]] = {}
    for paper in papers:
        if paper.dialect:
            told.setdefault(paper.name, []).append(paper.dialect)
    for paper in papers:
        for dialect in [paper.dialect] if paper.dialect else dict.fromkeys(told.get(paper.name, [""])):
            yield structs.replace(paper, dialect=dialect)


def merged(found: Iterable[tuple[Finding, str]], read: Sequence[Read]) -> Iterator[Finding]:
    """Say a thing once for all dialects; what is not so in every one names those in which it is.

    An element that only some of them never reach is no mistake, and so only noted.
    """
    readers: dict[str, dict[str, None]] = {}
    for one in read:
        readers.setdefault(one.paper.name, {})[one.dialect] = None
    alike: dict[object, tuple[Finding, dict[str, None]]] = {}
    for it, dialect in found:
        same = (it.file, it.line, it.column, it.rule, it.severity, it.message)
        alike.setdefault(same, (it, {}))[1][dialect] = None
    for it, so_in in alike.values():
        if len(so_in) == len(readers[it.file]):
            yield it
        else:
            severity = "note" if it.rule == "unreachable" else it.severity
            yield structs.replace(it, dialects=tuple(so_in), severity=severity)


def dialect_of(paper: Paper) -> tuple[str, list[Notice], int]:
    """Tell a paper's dialect; what has to be said about that are notices, and the column they speak of."""
    if paper.dialect:
        return paper.dialect, [], 0
    try:
        name, assumed = detect(paper.text, DIALECTS)
    except DocumentError as error:
        name = next(iter(DIALECTS))
        if readable(paper.text):
            return name, [Notice("dialect", error.message, error.line, error.hint, "", "error")], error.column
        return name, [], 0
    return name, [assumed] if assumed is not None else [], 0


def readable(text: bytes) -> bool:
    """Whether a document is XML at all, and so what is wrong is said about its dialect."""
    try:
        source.parse(text)
    except DocumentError:
        return False
    return True


# One document.


def look_at(read: Read) -> Iterator[Notice]:
    """What follows from one document's verbs."""
    last: Verb | None = None
    for verb in read.flow.verbs:
        if last is not None:
            say = f"<{verb.name}> is never reached: <{last.name}> in line {last.line} {WHY_LAST[type(last)]}"
            yield Notice("unreachable", say, verb.line, element=verb.name)
            break
        if is_last(verb, read.rules):
            last = verb
    for verb in read.flow.verbs:
        if isinstance(verb, verbs.Collect) and not verb.action and read.rules.default_action == "none":
            say = f"<{verb.name}> has no action: what is pressed or said goes nowhere"
            yield Notice("no-action", say, verb.line, "give it an action URL", element=verb.name)
        if isinstance(verb, verbs.Unperformed):
            say = f"<{verb.name}> is understood but not executed here: the flow passes it by"
            yield Notice("not-executed", say, verb.line, element=verb.name, severity="note")


def is_last(verb: Verb, rules: Rules) -> bool:
    """Whether nothing after this verb can run."""
    rule = LAST.get(type(verb))
    return rule is not None and rule(verb, rules)


def replies(verb: Any, rules: Rules) -> bool:
    """Whether the verb's action always replaces the flow."""
    return bool(verb.action) and bool(verb.redirect)


LAST: Mapping[type[Verb], Callable[[Any, Rules], bool]] = {
    verbs.Redirect: lambda verb, rules: True,
    verbs.Reject: lambda verb, rules: True,
    verbs.Hangup: lambda verb, rules: not verb.schedule,
    verbs.Speak: lambda verb, rules: verb.loop == 0,
    verbs.Play: lambda verb, rules: verb.loop == 0,
    verbs.Dial: replies,
    verbs.Record: lambda verb, rules: not verb.background and replies(verb, rules),
}
WHY_LAST: Mapping[type[Verb], str] = {
    verbs.Redirect: "replaces the document",
    verbs.Reject: "ends the call",
    verbs.Hangup: "ends the call",
    verbs.Speak: "goes on for ever",
    verbs.Play: "goes on for ever",
    verbs.Dial: "goes on with the reply of its action",
    verbs.Record: "goes on with the reply of its action",
}


# Several documents.


def rooms_nobody_starts(read: Sequence[Read]) -> Iterator[Found]:
    """Rooms that every given document enters as a guest."""
    entered: dict[str, list[tuple[Read, verbs.Conference]]] = {}
    for one in read:
        for verb in one.flow.verbs:
            if isinstance(verb, verbs.Conference):
                entered.setdefault(verb.room, []).append((one, verb))
    for room, places in entered.items():
        if any(verb.starts for _, verb in places):
            continue
        for one, verb in places:
            say = f"nobody can start the room {room}: every document given enters it as a guest"
            hint = "let one member enter with startConferenceOnEnter true"
            notice = Notice("never-starts", say, verb.line, hint, element=verb.name)
            yield one.paper, notice, one.dialect, 0


def redirect_cycles(read: Sequence[Read]) -> Iterator[Found]:
    """Documents that redirect to each other in a ring; where nothing in it takes time, the call ends soon."""
    leads: dict[int, tuple[int, Verb]] = {}
    for place, one in enumerate(read):
        target = redirection(one)
        if target is not None:
            verb, url = target
            found = next((other for other, it in enumerate(read) if follows(one, it, url)), None)
            if found is not None:
                leads[place] = (found, verb)
    told: set[int] = set()
    for start in leads:
        ring = ring_from(start, leads)
        if not ring or told & set(ring):
            continue
        told.update(ring)
        idle = not any(takes_time(read[place]) for place in ring)
        names = " → ".join(read[place].paper.name for place in (*ring, ring[0]))
        say = f"redirects go round in a ring: {names}" + ("; nothing in it takes time or input" if idle else "")
        hint = "such a call is ended after a number of documents" if idle else ""
        verb = leads[start][1]
        severity: Any = "warning" if idle else "note"
        notice = Notice("redirect-cycle", say, verb.line, hint, severity=severity, element=verb.name)
        yield read[start].paper, notice, read[start].dialect, 0


def redirection(one: Read) -> tuple[Verb, str] | None:
    """Where a document leads when it runs to its end: its first Redirect, if that can be reached."""
    for verb in one.flow.verbs:
        if isinstance(verb, verbs.Redirect):
            return verb, verb.url
        if is_last(verb, one.rules):
            return None
    return None


def follows(one: Read, other: Read, url: str) -> bool:
    """Whether this address, written in the one, leads a call to the other: it keeps its dialect."""
    return one.dialect == other.dialect and known_as(other.paper, url, one.paper)


def known_as(paper: Paper, url: str, of: Paper) -> bool:
    """Whether an address written in one paper leads to this one: by its URL, else by the file's name."""
    if not url:
        return paper is of
    if any(urljoin(base, url) in paper.urls for base in of.urls or ("",)):
        return True
    name = paper.name.rpartition("/")[2]
    return not paper.urls and urlsplit(url).path.rpartition("/")[2] in (name, name.rpartition(".")[0])


def ring_from(start: int, leads: Mapping[int, tuple[int, Verb]]) -> list[int]:
    """The ring that begins and ends at this document, if there is one."""
    ring, place = [start], leads[start][0]
    while place != start:
        if place in ring or place not in leads:
            return []
        ring.append(place)
        place = leads[place][0]
    return ring


def takes_time(one: Read) -> bool:
    """Whether anything before the redirect waits for time or for somebody."""
    for verb in one.flow.verbs:
        if isinstance(verb, verbs.Redirect):
            return False
        if not isinstance(verb, verbs.PreAnswer | verbs.Unperformed | verbs.Hangup):
            return True
    return False
