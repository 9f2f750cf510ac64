"""The scenario: people, the customer's application, what they do and what is expected, in YAML or JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from engine.convert import convert, nearest
from engine.drivers.documents import SOUNDS, Reply
from engine.drivers.simulated import Callee, Speech
from engine.errors import RequestError
from engine.simulation.expect import Expectation, read_expectation
from engine.simulation.parse import mapping, parse, sequence
from engine.simulation.words import PLACING, WORDS, Talk, of_step
from engine.values.rules import Rules

FIRST_CALLER = "+14155550100"
OUR_NUMBER = "+16505550100"
HOME = "https://app.example/"
# A caller's name is the id of the call, beside the ids of rooms (r1), numbers of members, and `all`.
NUMBER = re.compile(r"\+?\d+$|sip:")
NAME = re.compile(r"(?!all$|r\d+$)[A-Za-z_][\w-]*$")


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer of an address: `xml`, `body` or a `file` beside the scenario; `after` seconds, when it fits.

    `when` names parameters that the request must have, `nth` which request it answers (1-based).
    `status` 0: nobody answers.
    """

    file: str | None = None
    xml: str | None = None
    body: str | None = None
    status: int = 200
    content_type: str = ""
    after: float = 0.0
    when: dict[str, str] = field(default_factory=dict)
    nth: int = 0


class Caller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"caller": "from", "called": "to"}):
    """Somebody who calls at `at` seconds: into a flow (`answer_url`) or a definition (`conference`)."""

    at: float = 0.0
    caller: str = FIRST_CALLER
    called: str = OUR_NUMBER
    answer_url: str = ""
    fallback_url: str = ""
    hangup_url: str = ""
    conference: str = ""
    account: str = ""
    dialect: str = ""
    name: str = ""


class Definition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conference that callers may dial into before anybody is there."""

    name: str
    account: str = ""
    member_pins: tuple[str, ...] = ()
    moderator_pins: tuple[str, ...] = ()
    max_members: int = 0
    profile: str = "default"
    play_entry_tone: bool | None = None
    play_exit_tone: bool | None = None
    wait_for_moderator: bool | None = None


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is said about one run; times in seconds of the run."""

    dialect: str = ""
    documents: dict[str, Page | tuple[Page, ...]] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    callees: dict[str, Callee] = field(default_factory=dict)
    conferences: dict[str, Definition] = field(default_factory=dict)
    steps: tuple[Any, ...] = ()
    expect: tuple[Expectation, ...] = ()
    media: dict[str, float] = field(default_factory=dict)
    speech: Speech = Speech()
    until: float = 3600.0
    seed: str | int = ""
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)


class Play(Struct, frozen=True, kw_only=True):
    """A scenario with everything it names at hand: the replies of every address."""

    scenario: Scenario
    name: str
    replies: Mapping[str, tuple[Reply, ...]]


def load(path: Path) -> Play:
    """Read a scenario and the files it names; RequestError with the path in it where it cannot be."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror}", field=str(path)) from None
    return read(text, path.name, path.parent)


def read(text: bytes, name: str, folder: Path) -> Play:
    """Read a scenario's text; the files that it names are beside it in `folder`."""
    raw = mapping(parse(text, name), name)
    for key in raw:
        if key not in SECTIONS:
            raise RequestError(f"there is no section {key!r}", field=key, hint=nearest(key, SECTIONS))
    sections = {key: SECTIONS[key](value, key) for key, value in raw.items() if value is not None}
    scenario = Scenario(**sections)
    check(scenario)
    return Play(scenario=scenario, name=name, replies=fetched(scenario, folder))


def of_document(text: bytes, name: str, steps: tuple[Any, ...] = (), dialect: str = "") -> Play:
    """Make the scenario of a single document: one caller meets it."""
    url = HOME + "answer"
    caller = Caller(answer_url=url)
    scenario = Scenario(dialect=dialect, callers={"ann": caller}, steps=steps)
    check(scenario)
    return Play(scenario=scenario, name=name, replies={url: (Reply(body=text),)})


def with_steps(play: Play, steps: tuple[Any, ...], dialect: str) -> Play:
    """Add steps to a scenario, and name its dialect anew."""
    scenario = play.scenario
    changed = msgspec.structs.replace(scenario, steps=(*scenario.steps, *steps), dialect=dialect or scenario.dialect)
    check(changed)
    return msgspec.structs.replace(play, scenario=changed)


# Reading the sections.


def each(kind: Any) -> Any:
    """A section that maps names to structs."""
    return lambda value, path: {
        name: convert(one, kind, f"{path}.{name}") for name, one in mapping(value, path).items()
    }


def one(kind: Any) -> Any:
    """A section that is one value."""
    return lambda value, path: convert(value, kind, path)


def read_documents(value: object, path: str) -> dict[str, Page | tuple[Page, ...]]:
    """Each address has one answer, or several of which the first that fits is given."""
    pages: dict[str, Page | tuple[Page, ...]] = {}
    for url, answer in mapping(value, path).items():
        place = f"{path}.{url}"
        if isinstance(answer, list):
            pages[url] = tuple(convert(page, Page, f"{place}[{i}]") for i, page in enumerate(answer))
        else:
            pages[url] = convert(answer, Page, place)
    return pages


def read_steps(value: object, path: str) -> tuple[Any, ...]:
    """What happens, in any order: each step is at its own time."""
    return tuple(read_step(step, f"{path}[{i}]") for i, step in enumerate(sequence(value, path)))


def read_step(value: object, path: str) -> Any:
    """One step: its `do` decides what else may stand there."""
    step = mapping(value, path)
    do = step.get("do")
    if not isinstance(do, str) or do not in WORDS:
        hint = nearest(str(do), WORDS) if do is not None else "callflow explain do lists them"
        raise RequestError(f"there is no {do!r} to do" if do is not None else "do is missing", field=path, hint=hint)
    return convert(step, WORDS[do].step, path)


def read_expectations(value: object, path: str) -> tuple[Expectation, ...]:
    """What must be true of the timeline."""
    places = {f"{path}[{i}]": entry for i, entry in enumerate(sequence(value, path))}
    return tuple(read_expectation(mapping(entry, place), place) for place, entry in places.items())


def read_rules(value: object, path: str) -> dict[str, dict[str, Any]]:
    """Options by dialect: only names of rules, their values are read against the dialect's own."""
    names = [info.name for info in msgspec.structs.fields(Rules)]
    options = {dialect: dict(mapping(rules, f"{path}.{dialect}")) for dialect, rules in mapping(value, path).items()}
    for dialect, rules in options.items():
        for name in rules:
            if name not in names:
                place = f"{path}.{dialect}.{name}"
                raise RequestError("there is no such rule", field=place, hint=nearest(name, names))
    return options


SECTIONS: dict[str, Any] = {
    "dialect": one(str),
    "documents": read_documents,
    "callers": each(Caller),
    "callees": each(Callee),
    "conferences": each(Definition),
    "steps": read_steps,
    "expect": read_expectations,
    "media": each(float),
    "speech": one(Speech),
    "until": one(float),
    "seed": one(str | int),
    "rules": read_rules,
}


# What no type can say.


def check(scenario: Scenario) -> None:
    """Refuse a scenario whose parts do not fit together."""
    check_times(scenario)
    if not scenario.callers and not any(of_step(step).target in PLACING for step in scenario.steps):
        raise RequestError("nobody calls", field="callers", hint="name at least one caller")
    for name, caller in scenario.callers.items():
        check_caller(name, caller, scenario)
    placed = [step.call for step in scenario.steps if of_step(step).target in PLACING]
    for name in (*scenario.callers, *placed):
        if not NAME.match(name):
            hint = "letters, digits, - and _, not beginning with a digit; not all, r1, r2 …"
            raise RequestError(f"nobody can be called {name!r}", field="callers", hint=hint)
    known = {*scenario.callers, *placed, *scenario.callees}
    for i, step in enumerate(scenario.steps):
        call = getattr(step, "call", "")
        if call and call.partition(".")[0] not in known and not NUMBER.match(call):
            raise RequestError(f"nobody is called {call}", field=f"steps[{i}].call", hint=nearest(call, known))


def check_caller(name: str, caller: Caller, scenario: Scenario) -> None:
    """A caller meets a document or a definition, and not both."""
    place = f"callers.{name}"
    if bool(caller.answer_url) == bool(caller.conference):
        raise RequestError("it needs an answer_url or a conference", field=place, hint="one of the two")
    if caller.conference and caller.conference not in scenario.conferences:
        hint = nearest(caller.conference, scenario.conferences) if scenario.conferences else "conferences: is empty"
        raise RequestError("there is no such definition", field=f"{place}.conference", hint=hint)


def check_times(scenario: Scenario) -> None:
    """Refuse times that are none, and a speech that never ends."""
    for place, seconds in times(scenario):
        check_time(place, seconds)
    if scenario.speech.words_per_minute == 0:
        raise RequestError("nobody speaks that slowly", field="speech.words_per_minute", hint="more than 0")


def times(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """When things happen, and how long they take, each with its path."""
    yield "until", scenario.until
    for name, caller in scenario.callers.items():
        yield f"callers.{name}.at", caller.at
    for i, step in enumerate(scenario.steps):
        yield f"steps[{i}].at", step.at
        if of_step(step).target is Talk:
            yield f"steps[{i}].for", step.seconds
    yield from lengths(scenario)


def lengths(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """How long documents, callees and sounds take, each with its path."""
    for url, pages in scenario.documents.items():
        for page in pages if isinstance(pages, tuple) else (pages,):
            yield f"documents.{url}.after", page.after
    for number, callee in scenario.callees.items():
        yield f"callees.{number}.answers_after", callee.answers_after
        yield f"callees.{number}.hangs_up_after", callee.hangs_up_after
    for section, known in (("media", scenario.media), ("speech.lengths", scenario.speech.lengths)):
        for what, length in known.items():
            yield f"{section}.{what}", length
    yield "speech.words_per_minute", scenario.speech.words_per_minute


def check_time(place: str, seconds: float) -> None:
    """Refuse what is before the beginning, or no time at all."""
    if math.isnan(seconds) or (math.isinf(seconds) and place != "until"):
        raise RequestError("that is no number of seconds", field=place, hint="at least 0")
    if seconds < 0:
        before = place.endswith(".at")
        raise RequestError("nothing happens before 0 s" if before else "nothing lasts less than 0 s", field=place)


# The customer's application.


def fetched(scenario: Scenario, folder: Path) -> dict[str, tuple[Reply, ...]]:
    """Make the replies of every address, with the files read."""
    replies = {}
    for url, pages in scenario.documents.items():
        several = pages if isinstance(pages, tuple) else (pages,)
        replies[url] = tuple(reply(page, folder, f"documents.{url}") for page in several)
    return replies


def reply(page: Page, folder: Path, place: str) -> Reply:
    """Make one reply; its body is in the scenario or in a file."""
    given = [name for name in ("file", "xml", "body") if getattr(page, name) is not None]
    if len(given) > 1:
        raise RequestError(f"{' and '.join(given)} exclude each other", field=place)
    body, kind = (page.xml or page.body or "").encode(), "application/xml"
    if page.file is not None:
        try:
            body = (folder / page.file).read_bytes()
        except OSError as error:
            raise RequestError(f"{page.file} cannot be read: {error.strerror}", field=f"{place}.file") from None
        kind = SOUNDS.get(Path(page.file).suffix.lower(), kind)
    return Reply(
        body=body,
        status=page.status,
        content_type=page.content_type or kind,
        after=page.after,
        when=page.when,
        nth=page.nth,
    )


def documents(play: Play) -> Iterator[tuple[str, bytes, tuple[str, ...]]]:
    """Every XML document of a scenario: its file or address, its text, and the addresses that give it."""
    given: dict[str, tuple[bytes, list[str]]] = {}
    for url, pages in play.scenario.documents.items():
        several = pages if isinstance(pages, tuple) else (pages,)
        for number, (page, answer) in enumerate(zip(several, play.replies[url], strict=True), 1):
            if page.file is None and page.xml is None:
                continue
            if answer.content_type.startswith("audio/"):
                continue
            where = page.file or (f"{url}#{number}" if len(several) > 1 else url)
            given.setdefault(where, (answer.body, []))[1].append(url)
    for where, (text, urls) in given.items():
        yield where, text, tuple(urls)
