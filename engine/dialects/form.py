"""Reads the fields of a request: texts of a form or query, or values of JSON, into what rows work with.

Every field is looked at, so that all that is wrong can be told at once. Fields that a row does not
name are ignored: clients repeat what stands in the path.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from yarl import URL

from engine.dialects.face import Field, Problem, Refused, Trouble

LONGEST = 16_384  # characters of any text that its field does not say more of
TRUTH = {"true": True, "false": False}
WEB = ("http", "https")
METHODS = ("GET", "POST")


class Unfit(Exception):
    """A value that is not what its field takes."""

    def __init__(self, trouble: Trouble, message: str, target: Any = None) -> None:
        """Keep what is wrong and what would be right."""
        super().__init__(message)
        self.trouble: Trouble = trouble
        self.message = message
        self.target = target


def read(fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `fields` among what was `given`, by the fields' own names; defaults filled in.

    Raises Refused with one problem for each field that is missing or unfit.
    """
    if not fields:
        return {}
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    folded = {name.lower(): value for name, value in given.items()} if any(f.fold for f in fields) else {}
    for one in fields:
        value = find(one, given, folded)
        if value is None and not (one.nullable and one.name in given):
            if one.required:
                problems.append(missing(one))
            elif one.default is not None:
                values[one.name] = one.default
            continue
        try:
            values[one.name] = None if value is None else fit(one, value)
        except Unfit as unfit:
            problems.append(misfit(one, unfit, value))
    if problems:
        raise Refused(*problems)
    return values


def find(one: Field, given: Mapping[str, Any], folded: Mapping[str, Any]) -> Any:
    """The value of a field under any of its names; an empty text counts as not given, where one is asked for."""
    for name in (one.name, *one.also):
        value = given.get(name, folded.get(name.lower()) if one.fold else None)
        if value is not None and (value != "" or (one.kind == "text" and not one.required)):
            return value
    return None


def missing(one: Field) -> Problem:
    """The problem of a field that must be there."""
    return Problem(trouble="missing", message=f"{one.name} parameter is missing", field=one.name, code=one.code)


def misfit(one: Field, unfit: Unfit, value: Any) -> Problem:
    """The problem of a value that does not fit; it is shown only where it is short and plain."""
    shown = value if isinstance(value, int | float | bool) or (isinstance(value, str) and len(value) < 64) else None
    return Problem(
        trouble=unfit.trouble,
        message=f"{one.name}: {unfit.message}",
        field=one.name,
        target=unfit.target,
        value=shown,
        code=one.code,
    )


def fit(one: Field, value: Any) -> Any:
    """The value as the field takes it."""
    made = FITTERS[one.kind](one, value)
    if one.choices:
        return choose(one, made)
    if one.pattern and not re.fullmatch(one.pattern, str(made)):
        raise Unfit("value", f"must match {one.pattern}", one.pattern)
    bounded = made if isinstance(made, int | float) else len(made) if isinstance(made, str | tuple) else None
    if bounded is not None:
        within(one, bounded, "" if isinstance(made, int | float) else " long")
    return made


def within(one: Field, size: float, what: str) -> None:
    """Hold a number, or the length of a text or list, against the field's bounds."""
    if one.low is not None and size < one.low:
        raise Unfit("range", f"must be {one.low:g} or more{what}", one.low)
    if one.high is not None and size > one.high:
        raise Unfit("range", f"must be {one.high:g} or less{what}", one.high)


def choose(one: Field, value: Any) -> Any:
    """One of the allowed words, in any letter case where the field says so."""
    words = value if isinstance(value, tuple) else (str(value),)
    known = {word.lower() if one.fold else word: word for word in one.choices}
    chosen = tuple(known.get(word.lower() if one.fold else word, "") for word in words)
    if not all(word in known.values() for word in chosen) or (words and not chosen):
        raise Unfit(
            "value", f"must be one of {', '.join(word or 'an empty text' for word in one.choices)}", one.choices
        )
    return chosen if isinstance(value, tuple) else chosen[0]


def as_text(one: Field, value: Any) -> str:
    """A text; numbers are taken as they are written, everything else is no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("type", "must be a text", ["string"])
    text = str(value)
    longest = max(LONGEST, int(one.high or 0)) if one.kind == "text" else LONGEST
    if len(text) > longest:
        raise Unfit("range", f"must be {longest} characters or less", longest)
    if "\0" in text:
        raise Unfit("value", "must not hold a NUL character")
    return text


def as_integer(one: Field, value: Any) -> int:
    """A whole number, also as text or as 5.0."""
    number = as_number(one, value)
    if number != int(number):
        raise Unfit("type", "must be a whole number", ["integer"])
    return int(number)


def as_number(one: Field, value: Any) -> float:
    """A number, also as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("type", "must be a number", ["number"])
    try:
        number = float(value) if len(str(value)) < 40 else math.inf
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Unfit("type", "must be a number", ["number"])
    return number


def as_boolean(one: Field, value: Any) -> bool:
    """True or false, also as text in any letter case."""
    if isinstance(value, bool):
        return value
    known = TRUTH.get(value.lower()) if isinstance(value, str) else None
    if known is None:
        raise Unfit("type", "must be true or false", ["boolean"])
    return known


def as_url(one: Field, value: Any) -> str:
    """An absolute http or https address."""
    text = as_text(one, value).strip()
    try:
        url = URL(text)
        fine = url.scheme in WEB and bool(url.host) and url.port is not None
    except ValueError:
        fine = False
    if not fine:
        raise Unfit("value", "must be an absolute http:// or https:// address", "https://…")
    return text


def as_method(one: Field, value: Any) -> str:
    """GET or POST, in any letter case."""
    word = as_text(one, value).upper()
    if word not in METHODS:
        raise Unfit("value", "must be GET or POST", METHODS)
    return word


def as_texts(one: Field, value: Any) -> tuple[str, ...]:
    """Several texts: a list, or one text cut where the field says."""
    parts = value if isinstance(value, list | tuple) else [as_text(one, value)]
    cut = [piece.strip() for part in parts for piece in as_text(one, part).split(one.cut)]
    return tuple(dict.fromkeys(piece for piece in cut if piece))


def as_object(one: Field, value: Any) -> Any:
    """Something of JSON that the row looks at itself."""
    return value


FITTERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": as_text,
    "integer": as_integer,
    "number": as_number,
    "boolean": as_boolean,
    "url": as_url,
    "method": as_method,
    "texts": as_texts,
    "object": as_object,
}
