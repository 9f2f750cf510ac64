"""What can be said of documents without running them: what their reader found, and what follows from their verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from engine.dialects import source
from engine.dialects.reader import Reader, detect
from engine.dialects.registry import DIALECTS
from engine.dialects.tongues import rules_of
from engine.errors import DocumentError
from engine.values import verbs
from engine.values.flow import Flow, Notice
from engine.values.rules import Rules
from engine.values.verbs import Verb


class Paper(Struct, frozen=True, kw_only=True):
    """One document to look at: its `name` for people, and the addresses it is known by."""

    name: str
    text: bytes
    urls: tuple[str, ...] = ()
    dialect: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """One thing to say about a document, with its place (1-based) and the line as it stands there."""

    file: str
    line: int
    column: int
    severity: str
    message: str
    hint: str = ""
    code: str = ""
    rule: str = ""
    source: str = ""


class Read(Struct, frozen=True, kw_only=True):
    """A paper with its flow and its dialect's rules; `complete` when the reader refused nothing of it."""

    paper: Paper
    flow: Flow
    rules: Rules
    complete: bool


def check(papers: Sequence[Paper]) -> list[Finding]:
    """Look at documents one by one and together; in the order of files and lines."""
    reader = Reader(DIALECTS)
    found: list[Finding] = []
    read: list[Read] = []
    for paper in papers:
        name, notices = dialect_of(paper)
        flow = reader.examine(paper.text, name)
        found += [finding(paper, notice) for notice in (*notices, *flow.notices)]
        complete = all(notice.severity != "error" for notice in flow.notices)
        read.append(Read(paper=paper, flow=flow, rules=rules_of(name, {}), complete=complete))
    for one in read:
        found += [finding(one.paper, notice) for notice in look_at(one)]
    found += rooms_nobody_starts(read)
    found += redirect_cycles(read)
    order = {paper.name: place for place, paper in enumerate(papers)}
    return sorted(found, key=lambda one: (order[one.file], one.line, one.column))


def dialect_of(paper: Paper) -> tuple[str, list[Notice]]:
    """Tell a paper's dialect; what has to be said about that are notices."""
    if paper.dialect:
        return paper.dialect, []
    try:
        name, assumed = detect(paper.text, DIALECTS)
    except DocumentError as error:
        name = next(iter(DIALECTS))
        if readable(paper.text):
            return name, [Notice("dialect", error.message, error.line, error.hint, "", "error")]
        return name, []
    return name, [assumed] if assumed is not None else []


def readable(text: bytes) -> bool:
    """Whether a document is XML at all, and so what is wrong is said about its dialect."""
    try:
        source.parse(text, source.parser())
    except DocumentError:
        return False
    return True


def finding(paper: Paper, notice: Notice) -> Finding:
    """Place a notice in its file."""
    rows = text_lines(paper.text)
    shown = rows[notice.line - 1] if 0 < notice.line <= len(rows) else ""
    column = 0
    if notice.line:
        column = place_of(paper.text, notice) or len(shown) - len(shown.lstrip()) + 1
    return Finding(
        file=paper.name,
        line=notice.line,
        column=column,
        severity=notice.severity,
        message=notice.message,
        hint=notice.hint,
        code=notice.code,
        rule=notice.rule,
        source=shown,
    )


def text_lines(text: bytes) -> list[str]:
    """The lines of a document, however it is encoded."""
    try:
        return source.lines(text)
    except DocumentError:
        return text.decode("utf-8", "replace").splitlines()


def place_of(text: bytes, notice: Notice) -> int:
    """The column of what a notice speaks of; 0 where it is not known."""
    if not notice.element:
        return 0
    try:
        return source.place(text, notice.line, notice.element, notice.attribute)
    except DocumentError:
        return 0


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


def rooms_nobody_starts(read: Sequence[Read]) -> Iterator[Finding]:
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
            yield finding(one.paper, Notice("never-starts", say, verb.line, hint, element=verb.name))


def redirect_cycles(read: Sequence[Read]) -> Iterator[Finding]:
    """Documents that redirect to each other in a ring; where nothing in it takes time, the call ends soon."""
    leads: dict[int, tuple[int, Verb]] = {}
    for place, one in enumerate(read):
        target = redirection(one)
        if target is not None:
            verb, url = target
            found = next((other for other, it in enumerate(read) if known_as(it.paper, url, one.paper)), None)
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
        yield finding(read[start].paper, notice)


def redirection(one: Read) -> tuple[Verb, str] | None:
    """Where a document leads when it runs to its end: its first Redirect, if that can be reached."""
    for verb in one.flow.verbs:
        if isinstance(verb, verbs.Redirect):
            return verb, verb.url
        if is_last(verb, one.rules):
            return None
    return None


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
