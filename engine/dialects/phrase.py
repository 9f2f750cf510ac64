"""The shape of a wording: which parameters a callback or fetch carries, as rows of data that one function reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Literal

from msgspec import Struct, field

from engine.dialects.spelling import (
    Speller,
    bare_number,
    billed_seconds,
    decimal,
    epoch_milliseconds,
    fine_date,
    iso_date,
    local_date,
    milliseconds,
    seconds,
    spell_id,
)
from engine.values.causes import EndCause, EndSource
from engine.values.effects import Fact
from engine.values.words import prefixed

Sheet = Mapping[str, Fact]


class Param(Struct, frozen=True):
    """One parameter: its `name` on the wire, the `source` on the sheet of facts, and how it is written.

    A source that begins with `=` is a fixed text. `form` is a word of FORMS, or `id:` and what
    is named. `words` replaces a value by the vendor's word (a value without one counts as
    absent). An absent or empty value leaves the parameter out, or gives `default`. `when` names a fact that must
    be true, `!` before it one that must not. A row whose source is HEADERS stands for one parameter for each
    SIP header of the call, its `name` before the header's where that does not begin with it.
    """

    name: str
    source: str
    form: str = "text"
    words: Mapping[str, str] | None = None
    default: str | None = None
    when: str = ""


Rows = tuple[Param, ...]

HEADERS = "about.headers"


class End(Struct, frozen=True):
    """How a vendor reports one end of a call: machine word, code, name, who did it, and the unanswered call's status.

    `source` stands for whoever the exchange says ended the call, where that is one of `over` or nobody.
    """

    cause: str
    code: int
    name: str
    source: EndSource = "unknown"
    status: str = "failed"
    over: tuple[EndSource, ...] = ("unknown",)


class EndWords(Struct, frozen=True):
    """The end of a call in a vendor's words: the machine's word, `code` (0: none), `name`, who did it, the status."""

    cause: str
    code: int
    name: str
    source: str
    status: str


class Outgoing(Struct, frozen=True):
    """A worded request: parameters in a stable order; `sign` where the vendor signs; `body` form or json.

    `whole` is what a JSON body says instead of the parameters, where it has more than texts.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...]
    sign: bool
    body: Literal["form", "json"] = "form"
    whole: Any = None


class Wording(Struct, frozen=True, kw_only=True):
    """All that a vendor says to its customers, as data.

    `rows` are keyed by the kind of effect, or by kind and variant (`recording:conference`), where `variants`
    names the fact that tells the variant. `common` words a kind that the vendor does not
    know. `unsent` says of every other kind why the vendor never sends it. `ends` are keyed by cause, or by cause and
    purpose (`fetch_failed:answer`). `ids` says how each kind of id is spelt; `offset` is the local time's distance
    from UTC in seconds.
    """

    name: str
    rows: Mapping[str, Rows]
    ends: Mapping[str, End]
    sources: Mapping[str, str]
    common: Rows = ()
    variants: Mapping[str, str] = field(default_factory=dict)
    unsent: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    json_kinds: tuple[str, ...] = ()
    offset: int = 0
    sign: bool = True


Former = Callable[[Fact, Wording, Speller], str]


def amount(value: Fact) -> float:
    """Read a fact as a number."""
    return float(value or 0)


# How a fact is written; each takes the fact, the wording and the speller.
FORMS: Mapping[str, Former] = {
    "text": lambda value, wording, speller: str(value),
    "number": lambda value, wording, speller: bare_number(str(value)),
    "yes_no": lambda value, wording, speller: "true" if value else "false",
    "dashed": lambda value, wording, speller: str(value).replace("_", "-"),
    "decimal": lambda value, wording, speller: decimal(amount(value)),
    "seconds": lambda value, wording, speller: seconds(amount(value)),
    "billed": lambda value, wording, speller: billed_seconds(amount(value)),
    "milliseconds": lambda value, wording, speller: milliseconds(amount(value)),
    "epoch_ms": lambda value, wording, speller: epoch_milliseconds(amount(value), speller),
    "local": lambda value, wording, speller: local_date(amount(value), speller, wording.offset),
    "utc": lambda value, wording, speller: fine_date(amount(value), speller),
    "iso": lambda value, wording, speller: iso_date(amount(value), speller),
    "end_word": lambda value, wording, speller: end_row(wording, str(value)).cause,
    "end_code": lambda value, wording, speller: str(end_row(wording, str(value)).code),
    "end_name": lambda value, wording, speller: end_row(wording, str(value)).name,
    "source": lambda value, wording, speller: source_word(wording, str(value)),
}


def source_word(wording: Wording, source: str) -> str:
    """Who ended a call, in the vendor's word."""
    return wording.sources.get(source) or wording.sources["unknown"]


def end_row(wording: Wording, cause: EndCause | str, purpose: str = "") -> End:
    """Find how the vendor reports that end."""
    exact = wording.ends.get(f"{cause}:{purpose}") if purpose else None
    return exact or wording.ends[cause]


def ended_by(row: End, source: EndSource | None) -> EndSource:
    """Who ended the call, after the vendor's own way of looking at it."""
    return row.source if source is None or source in row.over else source


def holds(when: str, sheet: Sheet) -> bool:
    """Whether a row's condition is met."""
    if not when:
        return True
    return not sheet.get(when[1:]) if when.startswith("!") else bool(sheet.get(when))


def value_of(row: Param, sheet: Sheet, wording: Wording, speller: Speller) -> str | None:
    """Write one parameter's value; None leaves the parameter out."""
    if row.source.startswith("="):
        return row.source[1:]
    fact = sheet.get(row.source)
    if fact is not None and row.words is not None:
        fact = row.words.get(str(fact))
    if fact is None or fact == "":
        return row.default
    if row.form.startswith("id:"):
        what = row.form[3:]
        return spell_id(wording.ids.get(what, "plain"), what, str(fact), speller)
    return FORMS[row.form](fact, wording, speller)


def rows_for(wording: Wording, kind: str, sheet: Sheet) -> Rows:
    """The rows of a kind of effect: of its variant, of the kind itself, or what all requests have in common."""
    variant = wording.variants.get(kind)
    exact = wording.rows.get(f"{kind}:{sheet.get(variant)}") if variant else None
    return exact if exact is not None else wording.rows.get(kind, wording.common)


def spread(rows: Rows, headers: tuple[tuple[str, str], ...]) -> Rows:
    """Put a parameter for each SIP header where a row stands for all of them; of one name, the first counts."""
    each: dict[str, str] = {}
    for name, text in headers:
        each.setdefault(name, text)

    def of(row: Param) -> Rows:
        return tuple(Param(prefixed(row.name, name), "=" + text) for name, text in each.items())

    return tuple(chain.from_iterable(of(row) if row.source == HEADERS else (row,) for row in rows))


def phrase(rows: Rows, sheet: Sheet, wording: Wording, speller: Speller) -> tuple[tuple[str, str], ...]:
    """Write the parameters of one request, in the order of the rows."""
    said = []
    for row in rows:
        text = value_of(row, sheet, wording, speller) if holds(row.when, sheet) else None
        if text is not None:
            said.append((row.name, text))
    return tuple(said)
