"""Lets a journal happen again: the same exchange, the same events, the same timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.dialects.tongues import tongues
from engine.errors import RequestError
from engine.journal import Past, digest_of_tables, replay
from engine.timeline import Entry, Timeline, Told


def replayed(lines: Iterable[bytes], tell: Callable[[str], None]) -> list[Entry]:
    """Make the timeline of a journal; `tell` hears when the engine's tables are not those it was written by.

    Where the journal goes on from a checkpoint, so does the timeline. RequestError for what is no journal, or one
    whose time goes back.
    """
    past = Past(lines)
    head = past.header
    if head.tables != digest_of_tables():
        tell(f"the state tables are not those of version {head.version or 'unknown'}, which wrote this")
    exchange = past.exchange(tongues(head.rules), watched=True)
    timeline = Timeline.of(exchange)
    timeline.load(past.kept("timeline", Told) or Told())
    try:
        for event, effects in replay(exchange, past):
            timeline.happened(event)
            for effect in effects:
                timeline.follows(effect)
    except ValueError as error:
        raise RequestError(str(error), field="the journal", hint="its lines stand in the order of time") from None
    return timeline.entries
