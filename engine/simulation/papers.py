"""Which documents are to be looked at, and in which dialects: in those of the callers that are given them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os.path import normpath
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import msgspec

from engine.dialects.reader import Reader
from engine.dialects.registry import DIALECTS
from engine.errors import RequestError
from engine.simulation.check import Paper
from engine.simulation.dialect import Choice
from engine.simulation.scenario import Play, documents
from engine.simulation.words import PLACING, of_step
from engine.values.flow import Hook
from engine.values.verbs import Verb

# Fields of verbs, and of the targets of a Dial, that name a document which is run.
LEADS = (
    *("invalid_action", "wait_sound", "enter_sound", "exit_sound", "confirm_sound", "music"),
    *("queue_url", "wait_url", "screening"),
)


def alone(name: str, text: bytes, dialect: str) -> Paper:
    """The paper of a document that is given by itself."""
    return Paper(name=normpath(name), text=text, dialect=dialect)


def of_scenario(play: Play, path: Path) -> list[Paper]:
    """The papers of a scenario: each document once for every dialect that it is read in.

    A file has its own name, however many scenarios hold it. Where nobody is seen to be given a
    document, it is read in the scenario's dialect, or in the one that its own marks tell.
    """
    scenario = play.scenario
    given = list(documents(play))
    readers = read_in(play, given)
    several = (page if isinstance(page, tuple) else (page,) for page in scenario.documents.values())
    files = {page.file for pages in several for page in pages}
    return [
        Paper(
            name=normpath(path.parent / where) if where in files else f"{path}:{where}",
            text=text,
            urls=urls,
            dialect=dialect,
            group=str(path),
        )
        for where, text, urls in given
        for dialect in readers[where] or (scenario.dialect,)
    ]


def read_in(play: Play, given: Iterable[tuple[str, bytes, tuple[str, ...]]]) -> dict[str, list[str]]:
    """Follow every caller from document to document: the dialects that each is read in, in the order of callers."""
    found: dict[str, list[str]] = {where: [] for where, _, _ in given}
    at: dict[str, list[tuple[str, bytes]]] = {}
    for where, text, urls in given:
        for url in urls:
            at.setdefault(url, []).append((where, text))
    reader = Reader(DIALECTS)
    todo = [(url, dialect) for url, dialect in beginnings(play) if dialect]
    done: set[tuple[str, str]] = set()
    for url, dialect in todo:  # which grows as documents lead to others
        key = (url if url in at else url.partition("#")[0].partition("?")[0], dialect)
        if key in done:
            continue
        done.add(key)
        for where, text in at.get(key[0], ()):
            if dialect not in found[where]:
                found[where].append(dialect)
            for verb in reader.examine(text, dialect).verbs:
                todo += [(urljoin(key[0], led), dialect) for led in led_to(verb)]
    return found


def led_to(verb: Any) -> Iterator[str]:
    """The addresses of documents that a verb may have run."""
    if getattr(verb, "redirect", False):
        yield verb.action
    if isinstance(verb, Verb) and verb.__struct_config__.tag == "redirect":
        yield getattr(verb, "url", "")
    for name in LEADS:
        yield getattr(verb, name, "")
    for target in getattr(verb, "targets", ()):
        yield from led_to(target)


def beginnings(play: Play) -> Iterator[tuple[str, str]]:
    """The addresses that calls begin with, or are sent to by a step, each with the dialect of the call."""
    callers = play.scenario.callers
    spoken = {name: dialect for name, dialect in dialects(play).items() if dialect}
    for name, caller in callers.items():
        for url in (caller.answer_url, caller.fallback_url):
            yield url, spoken.get(name, "")
    for step in play.scenario.steps:
        named = named_in(step, spoken)
        for url in addresses(step):
            for dialect in named:
                yield url, dialect


def dialects(play: Play) -> dict[str, str]:
    """The dialect of each caller, as a run chooses it, and under no name that of new calls; empty where none is told.

    Raises RequestError for a dialect that there is not.
    """
    assumed: list[str] = []
    choice = Choice(play, assumed.append)
    found = {}
    for name, caller in (*play.scenario.callers.items(), ("", None)):
        told = play.scenario.dialect or (caller is not None and caller.dialect)
        try:
            dialect = choice.common() if caller is None else choice.of_caller(name, caller)
        except RequestError:
            if told:
                raise
            dialect = ""  # the marks of a document contradict each other: that is said of the document
        found[name] = dialect if dialect in DIALECTS and (told or not assumed) else ""
    return found


def named_in(step: Any, spoken: dict[str, str]) -> list[str]:
    """The dialects of the calls that a step is about; everybody's where it names nobody that we know."""
    if of_step(step).target in PLACING:
        return [getattr(step, "tongue", "") or spoken.get("", "")]
    members = getattr(step, "members", ())
    names = (getattr(step, "call", ""), *(members if isinstance(members, tuple) else (members,)))
    return list(dict.fromkeys([spoken[name] for name in names if name in spoken] or spoken.values()))


def addresses(step: Any) -> Iterator[str]:
    """Every address that a step holds."""
    for info in msgspec.structs.fields(step):
        value = getattr(step, info.name)
        if isinstance(value, Hook):
            yield value.url
        elif isinstance(value, str):
            yield value
