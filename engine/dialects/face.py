"""The shape of a face: a vendor's REST API as rows of data that one handler serves.

A row says which requests it takes, what their fields are, and either what it `tells` (a reading
route) or what it `orders` of the exchange and how the receipts are `worded`. All of that is pure:
what a row may see is a Sight, one account as that face spells it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from engine.errors import EngineError
from engine.machines.models import Definition
from engine.values.commands import Command
from engine.values.effects import CallFacts, Receipt, RecordConferenceEnd
from engine.values.flow import Hook
from engine.values.views import CallView, ConferenceView, QueueView

Kind = Literal["text", "integer", "number", "boolean", "url", "method", "texts", "object"]

Trouble = Literal[
    "unauthorized",  # no credentials, or wrong ones
    "forbidden",  # right ones, for another account
    "unknown_route",
    "wrong_method",
    "media_type",
    "malformed",  # the body is not what its type says
    "too_large",
    "missing",  # a field that must be there
    "type",  # a field of the wrong type
    "value",  # a field whose value is none of the allowed ones
    "range",  # a number or text too small or too large
    "unknown",  # a resource that there is not
    "refused",  # understood, and not possible as things stand
    "rate",  # too many requests
    "limit",  # too many calls
    "unavailable",  # the switch is away, or the service is going; nothing was done
    "internal",
]


# The statuses that HTTP itself suggests; a face names those where its vendor answers otherwise.
USUAL: Mapping[Trouble, int] = {
    "unauthorized": 401,
    "forbidden": 403,
    "unknown_route": 404,
    "wrong_method": 405,
    "media_type": 415,
    "malformed": 400,
    "too_large": 413,
    "missing": 400,
    "type": 400,
    "value": 400,
    "range": 400,
    "unknown": 404,
    "refused": 400,
    "rate": 429,
    "limit": 429,
    "unavailable": 503,
    "internal": 500,
}


class Field(Struct, frozen=True, kw_only=True):
    """One field of a request, in its query or body; `also` are other spellings that are understood.

    `url` is an absolute http(s) address, `method` GET or POST; `texts` a list, or one text cut at `cut`.
    `low`/`high` bound a number, or the length of a text or list. `code` is the vendor's word for a bad value.
    `fold`: choices and names in any letter case. `schema` tells (as JSON schema) what an `object` takes that its row
    looks at itself.
    """

    name: str
    doc: str
    kind: Kind = "text"
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    also: tuple[str, ...] = ()
    cut: str = ","
    fold: bool = False
    nullable: bool = False
    code: str = ""
    schema: Mapping[str, Any] = {}


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request cannot be met: `field` names what is wrong, `target` what would be right."""

    trouble: Trouble
    message: str
    field: str = ""
    target: Any = None
    value: Any = None
    code: str = ""


class Refused(EngineError):
    """A request that cannot be met, raised by rows and the handler; worded by the face."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems, the first of which decides the status."""
        super().__init__(problems[0].message)
        self.problems = problems


class Reply(Struct, frozen=True):
    """What a request is answered: the body is encoded as JSON, None sends none."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Asked(Struct, frozen=True, kw_only=True):
    """One request, understood: `path` and `values` by the row's names, absent fields absent.

    `account` is our id of the account; `request` the request's own id; `credential` what proved it;
    `query` and `target` are the request's path and query as they came, for lists that name their next page;
    `came` is when it came (UTC), for problems that say so. `before` is what the row's own `before` kept.
    """

    account: str
    path: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    request: str = ""
    credential: str = ""
    target: str = ""
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    came: datetime | None = None
    before: Any = None


class RecordingView(Struct, frozen=True, kw_only=True):
    """A recording of a call or a room, also after its end; `state` is in_progress, completed, absent or failed.

    `of` names the call or room, `conference` its name; times in seconds of the run. `source` is whose wish it is,
    as in values.flow.
    """

    id: str
    account: str
    of: str
    conference: str = ""
    call: str = ""
    caller: str = ""
    called: str = ""
    format: str = "mp3"
    channels: str = "mono"
    state: str = "in_progress"
    started_at: float = 0.0
    ended_at: float | None = None
    seconds: float = 0.0
    url: str = ""
    source: str = ""


class ApplicationView(Struct, frozen=True, kw_only=True):
    """An application that the account has configured: where its calls' documents and callbacks go."""

    sid: str
    voice: Hook
    fallback: Hook | None = None
    status: Hook | None = None


class Sight(Protocol):
    """What a face may see of one account; ids go in and out as that face spells them where it is said."""

    @property
    def now(self) -> float:
        """The present, in seconds of the run."""

    @property
    def observed(self) -> bool:
        """Whether replies are as live systems give them, instead of as the vendor's pages print them."""

    @property
    def own_name(self) -> str:
        """The account as this face names it."""

    def date(self, at: float) -> datetime:
        """The date (UTC) of a time of the run."""

    def spell(self, what: str, id: str) -> str:  # noqa: A002
        """Our id of a call, conference, member, recording as this face shows it."""

    def find(self, what: str, spelled: str) -> str:
        """Our id of what this face shows under that one; empty where it shows nothing so."""

    def mint(self, what: str) -> str:
        """A new id of ours for a call or definition that is to be made."""

    def conference(self, name: str) -> ConferenceView | None:
        """The live room of that name, or of that id of ours."""

    def conferences(self) -> tuple[ConferenceView, ...]:
        """The live rooms, oldest first."""

    def ended_conferences(self) -> tuple[RecordConferenceEnd, ...]:
        """The rooms that ended, oldest first, as far as they are remembered."""

    def ended_conference(self, name: str) -> RecordConferenceEnd | None:
        """The last room of that name, or the one of that id of ours, that ended."""

    def call(self, id: str) -> CallView | None:  # noqa: A002
        """The live call of that id of ours."""

    def calls(self) -> tuple[CallView, ...]:
        """The live calls, oldest first."""

    def ended_calls(self) -> tuple[CallFacts, ...]:
        """The calls that ended, oldest first, as far as they are remembered."""

    def ended_call(self, id: str) -> CallFacts | None:  # noqa: A002
        """The ended call of that id of ours."""

    def recordings(self) -> tuple[RecordingView, ...]:
        """The recordings, oldest first, as far as they are remembered."""

    def recording(self, id: str) -> RecordingView | None:  # noqa: A002
        """The recording of that id of ours."""

    def queues(self) -> tuple[QueueView, ...]:
        """The queues, oldest first."""

    def definitions(self) -> tuple[Definition, ...]:
        """The stored conference definitions, oldest first."""

    def application(self, sid: str) -> ApplicationView | None:
        """The configured application of that id."""


Tell = Callable[[Asked, Sight], Reply]
Order = Callable[[Asked, Sight], tuple[Command, ...] | Reply]
Worded = Callable[[Asked, tuple[Receipt, ...], Sight], Reply]
Before = Callable[[Asked, Sight], Any]


class Route(Struct, frozen=True, kw_only=True):
    """One row: a method and path, its fields, what it does and what it answers.

    A reading row has `tells`; any other `orders` commands (or a reply at once) and is `worded` from their
    receipts; what is to be said of things that the commands end is kept `before` them. `answers` gives the type
    of each successful status's body (None: no body; a tuple: one of these).
    `deferred`: a `callback_url` gets the reply later and the request an acknowledgement now. `places` calls:
    refused while the service drains.
    """

    name: str
    method: str
    path: str
    doc: str
    answers: Mapping[int, Any]
    fields: tuple[Field, ...] = ()
    tells: Tell | None = None
    orders: Order | None = None
    worded: Worded | None = None
    before: Before | None = None
    deferred: bool = False
    places: bool = False
    unavailable: tuple[int, ...] = ()
    spec: str = ""


class Face(Struct, frozen=True, kw_only=True):
    """A vendor's REST API: rows, how requests prove who they are, and how problems are worded.

    `auth` is basic, pair (two headers: `proof`), bearer or token (one header); the path's parameter `account` names
    the account. `prefixes` may stand before every path, the first is the documented one. `within` names
    the key of a JSON body that holds the fields. `suffix` may follow a path. `troubles` maps what can go
    wrong to the status it is answered with; `problem` words it; `problem_types` gives the bodies' types by status
    (a tuple: one of these).
    `acknowledged` words a deferred request's first reply.
    """

    name: str
    title: str
    routes: tuple[Route, ...]
    auth: Literal["basic", "pair", "bearer", "token"]
    account: str
    troubles: Mapping[Trouble, int]
    problem: Callable[[tuple[Problem, ...], int, Asked], Reply]
    problem_types: Mapping[int, Any]
    prefixes: tuple[str, ...] = ("",)
    proof: tuple[str, ...] = ()
    forms: bool = False
    within: str = ""
    suffix: str = ""
    acknowledged: Callable[[Asked], Reply] | None = None
    spec: str = ""


def refusal(trouble: Trouble, message: str, target: Any = None, *, field: str = "", code: str = "") -> Refused:
    """The refusal for one reason; `target` is what would be right."""
    return Refused(Problem(trouble=trouble, message=message, field=field, target=target, code=code))


def unknown(message: str, field: str = "", value: Any = None) -> Refused:
    """The refusal of a resource that there is not."""
    return Refused(Problem(trouble="unknown", message=message, field=field, value=value))
