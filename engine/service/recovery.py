"""How a run begins: anew, or where one broke off that left its journal.

The service was killed, or its machine: the calls may still be up, at the switch. Its journal holds all that happened;
the same books come to where it stood, and what still stands then is asked of the switch and the web once more.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from time import time
from typing import Any, NamedTuple

import msgspec

from engine.dialects.tongues import RULES
from engine.errors import RequestError
from engine.exchange import Exchange
from engine.journal import Header, Past, digest_of_tables, header
from engine.ledger import Ledger
from engine.service.books import Books
from engine.service.config import Config
from engine.service.journaling import HINT, Bounds, Journal
from engine.service.stream import KEPT
from engine.values.effects import Effect, FetchDocument, ForgetRecording, SendCallback, SetTimer, StopMedia
from engine.values.tongue import Tongue

# So many sounds were stopped in the last rounds, at most, whose end the switch may not have heard of.
LATELY = 500
# What is ours to do once more; all else is the switch's.
TIMED, SENT = (SetTimer,), (FetchDocument, SendCallback)


class Run(NamedTuple):
    """What a run begins with: its journal where it has one, its header, and the exchange before any event."""

    journal: Journal | None
    head: Header
    exchange: Exchange


class Standing(NamedTuple):
    """What is to be asked once more: of the switch, of the clock (by time), and of the web."""

    switch: list[Effect]
    clock: list[Effect]
    web: list[Effect]


def begun(config: Config, tongues: Mapping[str, Tongue]) -> Run:
    """A new run, or the one that its journal tells of; RequestError where that cannot be taken up."""
    rules = options(config)
    anew = header(seed=secrets.token_hex(16), epoch=time(), rules=rules)
    if not config.journal:
        return Run(None, anew, Exchange(tongues, seed=anew.seed, watched=True))
    path = Path(config.journal)
    bounds = Bounds(events=config.checkpoint_events, bytes=config.checkpoint_bytes, fsync=config.fsync)
    journal = Journal(path, bounds)
    try:
        if journal.past is None:
            journal.begin(anew)
            return Run(journal, anew, Exchange(tongues, seed=anew.seed, watched=True))
        head = journal.past.header
        check(head, anew, path)
        return Run(journal, head, loaded(journal.past, tongues, path))
    except RequestError:
        journal.close()
        raise


def loaded(past: Past, tongues: Mapping[str, Tongue], path: Path) -> Exchange:
    """The exchange as its checkpoint says, if there is one; RequestError for a broken one."""
    try:
        return past.exchange(tongues, watched=True)
    except RequestError as error:
        raise RequestError(str(error), field=str(path), hint=HINT) from None


def check(head: Header, ours: Header, path: Path) -> None:
    """Refuse a run that we would not take up as it was: other tables or rules decide otherwise."""
    if head.tables != digest_of_tables():
        message = f"version {head.version or 'unknown'} broke off here, whose state tables are not ours"
        raise RequestError(message, field=str(path), hint=f"start that version to end its calls; {HINT}")
    if head.rules != msgspec.json.decode(msgspec.json.encode(ours.rules)):
        message = "a run broke off here under other rules of dialects"
        raise RequestError(message, field=str(path), hint=f"give it its [rules] and limits.members back; {HINT}")


class Again(NamedTuple):
    """What nobody confirms, does no harm when it is done twice, and may not have been done: for us, for the switch."""

    ours: list[Effect]
    switch: deque[Effect]


NOTHING = Again([], deque())


def taken_up(journal: Journal, books: Books) -> Again:
    """Let all events of the past happen; what is to be done once more to be sure.

    RequestError for a journal that cannot be read to its end.
    """
    assert journal.past is not None
    again = Again([], deque(maxlen=LATELY))
    count, handle, recent = 0, books.exchange.handle, journal.lines - KEPT
    try:
        books.load(journal.past)
        for count, event in enumerate(journal.past, 1):
            books.old = count < recent
            for effect in books.take(event, handle):
                if type(effect) is ForgetRecording:
                    again.ours.append(effect)
                elif type(effect) is StopMedia:
                    again.switch.append(effect)
    except (RequestError, ValueError) as error:
        raise RequestError(str(error), field=str(journal.path), hint=HINT) from None
    books.old = False
    journal.go_on(count)
    return again


def standing(ledger: Ledger) -> Standing:
    """What still stands, by whose it is to do."""
    every = ledger.standing()
    timers = sorted((effect for effect in every if isinstance(effect, TIMED)), key=lambda timer: timer.at)
    return Standing(
        [effect for effect in every if not isinstance(effect, TIMED + SENT)],
        list(timers),
        [effect for effect in every if isinstance(effect, SENT)],
    )


def options(config: Config) -> dict[str, dict[str, Any]]:
    """The rule options of a configuration; a bound of members bounds every dialect's rooms."""
    given = {name: dict(options) for name, options in config.rules.items()}
    if config.limits.members:
        for name in RULES:
            given.setdefault(name, {}).setdefault("cap_ceiling", min(config.limits.members, RULES[name].cap_ceiling))
    return given
