"""The journal: every event as a line of JSON, so that what happened can happen again.

The first line is the header: format, version, seed, epoch, rule options and a digest of the state
tables. A document stands in the journal once; events name it by its digest. Replay is a fold of
`Exchange.handle` over the events. A checkpoint is the exchange itself, written down; a journal that
begins anew has one in its second line, and goes on from there. The last line of a run that ended
says so; a journal without one is of a run that broke off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from engine.errors import RequestError
from engine.exchange import Exchange
from engine.machines.call import CALL
from engine.machines.collect import COLLECT
from engine.machines.conference import CONFERENCE
from engine.machines.dial import DIAL
from engine.machines.door import DOOR
from engine.machines.fetch import FETCH
from engine.machines.flow.sound import SOUND
from engine.machines.member import MEMBER
from engine.machines.models import Call, Conference, Definition, Queue, Recording
from engine.machines.queue import QUEUE
from engine.machines.recording import RECORDING
from engine.machines.table import Table
from engine.settings import VERSION, Settings
from engine.values.effects import Effect
from engine.values.events import AnyEvent, DocumentFetched, Event
from engine.values.tongue import Tongue

T = TypeVar("T")

FORMAT = 1
# How many documents a writer remembers to have written; beyond that it begins anew, and writes them again.
KNOWN = 10_000
TABLES: dict[str, Table[Any]] = {
    table.title: table for table in (CALL, CONFERENCE, MEMBER, DIAL, FETCH, COLLECT, RECORDING, QUEUE, DOOR, SOUND)
}


class Header(Struct, frozen=True, kw_only=True, tag_field="journal", tag="callflow"):
    """The first line: what the run was given besides its events."""

    format: int = FORMAT
    version: str = ""
    seed: str = ""
    epoch: float = 0.0
    rules: dict[str, Any] = field(default_factory=dict)
    tables: str = ""


class Document(Struct, frozen=True, tag_field="journal", tag="document"):
    """A document, once; `digest` is the SHA-256 of its bytes."""

    digest: str
    body: bytes


class Fetched(Struct, frozen=True, tag_field="journal", tag="fetched"):
    """A fetch whose document stands in an earlier line."""

    digest: str
    event: DocumentFetched


class Checkpoint(Struct, frozen=True, tag_field="journal", tag="checkpoint"):
    """How things stood when the journal began anew: the exchange as of `dump`, and what else its writer keeps."""

    exchange: bytes
    kept: dict[str, msgspec.Raw]


class Ended(Struct, frozen=True, tag_field="journal", tag="ended"):
    """The run is over, and nothing of it lives."""


Line = Header | Document | Fetched | Checkpoint | Ended
_LINES = msgspec.json.Decoder(Line)
_EVENTS = msgspec.json.Decoder(AnyEvent)


def header(*, seed: str = "", epoch: float = 0.0, rules: Mapping[str, Any] | None = None) -> Header:
    """A header for a run that starts now; `rules` are the rule options that differ from the dialects' own."""
    return Header(version=VERSION, seed=seed, epoch=epoch, rules=dict(rules or {}), tables=digest_of_tables())


def digest_of_tables() -> str:
    """The SHA-256 of every state table's rows: two engines of one digest decide alike."""
    rows = [
        (title, row.on, row.source, row.dest, getattr(row.do, "__name__", ""), getattr(row.when, "__name__", ""))
        for title, table in sorted(TABLES.items())
        for row in table.rows
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


class Writer:
    """Writes a journal through `write`, which takes one whole line of bytes at a time."""

    def __init__(self, write: Callable[[bytes], object], first: Header | None, known: Iterable[str] = ()) -> None:
        """Write the header; without one, go on with a journal in which the documents of these digests stand."""
        self._write = write
        self._known = set(known)
        self._encode = msgspec.json.Encoder().encode
        if first is not None:
            self._line(first)

    def write(self, event: Event) -> None:
        """Write one event, and before it the document it brings where that is new."""
        if isinstance(event, DocumentFetched) and event.body:
            digest = hashlib.sha256(event.body).hexdigest()
            if digest not in self._known:
                if len(self._known) >= KNOWN:
                    self._known.clear()
                self._known.add(digest)
                self._line(Document(digest, event.body))
            self._line(Fetched(digest, msgspec.structs.replace(event, body=b"")))
        else:
            self._line(event)

    def checkpoint(self, exchange: Exchange, kept: Mapping[str, object]) -> None:
        """Write down how things stand, right after the header; `kept` is what else is needed, by name."""
        self._line(Checkpoint(dump(exchange), {name: msgspec.Raw(self._encode(one)) for name, one in kept.items()}))

    def end(self) -> None:
        """Write that the run is over."""
        self._line(Ended())

    def _line(self, value: Struct) -> None:
        self._write(self._encode(value) + b"\n")


class Past:
    """A journal as it is read: its `header`, the `checkpoint` that it goes on from, if any, and once its events.

    `documents` are those that were read so far, by digest; `ended` is so as soon as the end was read. RequestError
    (field: the line) for what is no journal.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        """Read the header, and the checkpoint."""
        self.documents: dict[str, bytes] = {}
        self.ended = False
        self.checkpoint: Checkpoint | None = None
        self._numbered = iter(enumerate(lines, 1))
        number, first = next(self._numbered, (1, b""))
        try:
            head = _LINES.decode(first)
        except msgspec.MsgspecError as error:
            place, hint = f"line {number}", "its header comes first"
            raise RequestError(f"not a journal: {error}", field=place, hint=hint) from None
        if not isinstance(head, Header) or head.format != FORMAT:
            raise RequestError("not a journal of this format", field="line 1", hint=f"format {FORMAT}")
        self.header = head
        self._next = next(self._numbered, None)
        if self._next is not None and self._next[1].startswith(b'{"journal":"checkpoint"'):
            self.checkpoint = self._decode(*self._next)
            self._next = None

    def exchange(self, tongues: Mapping[str, Tongue], *, watched: bool = False) -> Exchange:
        """The exchange as it stood before the events."""
        if self.checkpoint is None:
            return Exchange(tongues, seed=self.header.seed, watched=watched)
        return load(self.checkpoint.exchange, tongues, watched=watched)

    def kept(self, name: str, kind: type[T]) -> T | None:
        """What the checkpoint keeps under a name; None where there is none."""
        raw = self.checkpoint.kept.get(name) if self.checkpoint is not None else None
        try:
            return None if raw is None else msgspec.json.decode(raw, type=kind)
        except msgspec.MsgspecError as error:
            raise RequestError(f"{name}: {error}", field="line 2", hint="a whole checkpoint") from None

    def __iter__(self) -> Iterator[Event]:
        """The events."""
        if self._next is not None:
            yield from self._events(*self._next)
        for number, line in self._numbered:
            yield from self._events(number, line)

    def _events(self, number: int, line: bytes) -> Iterator[Event]:
        """The event of a line, where it holds one."""
        if not line.strip():
            return
        if not line.startswith(b'{"journal"'):
            yield self._decode(number, line, _EVENTS)
            return
        value = self._decode(number, line)
        if isinstance(value, Document):
            self.documents[value.digest] = value.body
        elif isinstance(value, Fetched):
            yield self._with_body(number, value)
        elif isinstance(value, Ended):
            self.ended = True
        else:
            raise RequestError("this stands at the beginning only", field=f"line {number}", hint="one journal a file")

    def _decode(self, number: int, line: bytes, decoder: msgspec.json.Decoder[Any] = _LINES) -> Any:
        try:
            return decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise RequestError(str(error), field=f"line {number}", hint="a whole line of a journal") from None

    def _with_body(self, number: int, fetched: Fetched) -> Event:
        body = self.documents.get(fetched.digest)
        if body is None:
            message, hint = f"no document {fetched.digest}", "it stands before its first use"
            raise RequestError(message, field=f"line {number}", hint=hint)
        return msgspec.structs.replace(fetched.event, body=body)


def replay(exchange: Exchange, events: Iterable[Event]) -> Iterator[tuple[Event, list[Effect]]]:
    """Let the events happen again, one after the other, each with the effects it led to."""
    for event in events:
        yield event, exchange.handle(event)


# --- checkpoints ------------------------------------------------------------------------------------


class State(Struct, kw_only=True):
    """Everything that an exchange holds, as plain data."""

    format: int = FORMAT
    seed: str
    settings: Settings
    at: float
    calls: list[Call]
    rooms: list[Conference]
    names: list[tuple[str, str, str]]
    definitions: list[Definition]
    queues: list[Queue]
    recordings: list[Recording]
    timers: dict[str, int]
    generation: int
    rooms_made: int
    receipts: int
    stale: int


def dump(exchange: Exchange) -> bytes:
    """Write an exchange down, between two events."""
    turn = exchange._turn  # noqa: SLF001
    state = State(
        seed=exchange.seed,
        settings=turn.settings,
        at=turn.at,
        calls=list(turn.calls.values()),
        rooms=list(turn.rooms.values()),
        names=[(account, name, room) for (account, name), room in turn.names.items()],
        definitions=list(turn.definitions.values()),
        queues=list(turn.queues.values()),
        recordings=list(turn.recordings.values()),
        timers=turn.timers,
        generation=turn.generation,
        rooms_made=turn.rooms_made,
        receipts=turn.receipts,
        stale=turn.stale,
    )
    return msgspec.msgpack.encode(state)


def load(written: bytes, tongues: Mapping[str, Tongue], *, watched: bool = False) -> Exchange:
    """An exchange that goes on where the written one stood; RequestError for what is not a checkpoint."""
    try:
        state = msgspec.msgpack.decode(written, type=State)
    except msgspec.MsgspecError as error:
        raise RequestError(f"not a checkpoint: {error}", field="checkpoint") from None
    exchange = Exchange(tongues, seed=state.seed, settings=state.settings, watched=watched)
    turn = exchange._turn  # noqa: SLF001
    turn.at = state.at
    turn.calls.update((call.id, call) for call in state.calls)
    turn.rooms.update((room.id, room) for room in state.rooms)
    turn.names.update(((account, name), room) for account, name, room in state.names)
    for definition in state.definitions:
        turn.definitions[definition.id] = definition
        turn.defined.setdefault((definition.account, definition.name), definition.id)
    turn.queues.update(((queue.account, queue.name), queue) for queue in state.queues)
    turn.recordings.update((recording.id, recording) for recording in state.recordings)
    turn.timers.update(state.timers)
    turn.generation, turn.rooms_made = state.generation, state.rooms_made
    turn.receipts, turn.stale = state.receipts, state.stale
    return exchange
