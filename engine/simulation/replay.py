"""Lets a journal happen again: the same exchange, the same events, the same timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.dialects.tongues import tongues
from engine.errors import RequestError
from engine.exchange import Exchange
from engine.journal import digest_of_tables, read, replay
from engine.timeline import Entry, Timeline


def replayed(lines: Iterable[bytes], tell: Callable[[str], None]) -> list[Entry]:
    """Make the timeline of a journal; `tell` hears when the engine's tables are not those it was written by.

    RequestError for what is no journal, or one whose time goes back.
    """
    head, events = read(lines)
    if head.tables != digest_of_tables():
        tell(f"the state tables are not those of version {head.version or 'unknown'}, which wrote this")
    exchange = Exchange(tongues(head.rules), seed=head.seed, watched=True)
    timeline = Timeline.of(exchange)
    try:
        for event, effects in replay(exchange, events):
            timeline.happened(event)
            for effect in effects:
                timeline.follows(effect)
    except ValueError as error:
        raise RequestError(str(error), field="the journal", hint="its lines stand in the order of time") from None
    return timeline.entries
