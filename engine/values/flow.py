"""A flow: what one fetched document was read into, immutable, with places and notices."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.values.verbs import AnyVerb

Severity = Literal["error", "warning", "note"]


class Notice(Struct, frozen=True):
    """What the reader found: `code` is the vendor's own where it has one, `rule` our word for the rule broken."""

    rule: str
    message: str
    line: int = 0
    hint: str = ""
    code: str = ""
    severity: Severity = "warning"
    element: str = ""
    attribute: str = ""


class Flow(Struct, frozen=True):
    """The verbs of one document in order, and what the reader had to say about it."""

    dialect: str
    verbs: tuple[AnyVerb, ...]
    notices: tuple[Notice, ...] = ()


class Hook(Struct, frozen=True, gc=False):
    """An address of the customer's application and the HTTP method to ask it with.

    `tongue` is the dialect of a sound's document there, where that is not the dialect of who hears it.
    """

    url: str
    method: str = "POST"
    tongue: str = ""


class Wish(Struct, frozen=True, kw_only=True):
    """How something is to be recorded: format, channels, limits in seconds (0: none), and who is told.

    `source` is whose wish it is: record_verb, dial, conference, api (a command on a live call) or outbound (the
    command that placed the call); a command leaves it out. `tongue` is the dialect in which it is told, where that is
    not the one of what is recorded.
    """

    source: str = ""
    hook: Hook | None = None
    events: tuple[str, ...] = ("completed",)
    format: str = "mp3"
    channels: str = "mono"
    max_length: float = 0.0
    silence: float = 0.0
    beep: bool = False
    trim: bool = False
    send_url: bool = True
    tongue: str = ""
