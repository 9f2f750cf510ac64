"""Turns plain data, as a file gave it, into structs, with errors that name the path and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import inspect

from engine.errors import RequestError

PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
STEP = re.compile(r"\.([^.\[]+)|\[[^\]]*\]")
UNKNOWN = re.compile(r"unknown field `(?P<name>.*)`|nvalid enum value '(?P<value>.*)'")
PLAINLY = (
    (re.compile("^Object missing required field (`.*`)"), r"\1 is missing"),
    (re.compile("^Object contains unknown field (`.*`)"), r"there is no field \1"),
    (re.compile("^Expected"), "expected"),
    (re.compile("^Invalid"), "invalid"),
)
QUOTES = "write it in quotes"


def convert(
    value: object,
    kind: Any,
    path: str,
    names: Iterable[str] = (),
    *,
    hook: Callable[[type, Any], Any] | None = None,
) -> Any:
    """Make `kind` of plain data; `path` and `names` (what may stand there) are for the error.

    `hook` makes the values of types that msgspec does not know; its ValueError says what is wrong.
    """
    try:
        return msgspec.convert(value, kind, dec_hook=hook)
    except msgspec.ValidationError as error:
        found = PLACE.match(str(error))
        raise explained(str(error), path, names or names_at(kind, (found and found["path"]) or "")) from None


def explained(message: str, path: str, names: Iterable[str]) -> RequestError:
    """Say where in the file it is and what would be right."""
    found = PLACE.match(message)
    what, inner = (found["what"], found["path"] or "") if found else (message, "")
    hint = ""
    if unknown := UNKNOWN.search(what):
        hint = nearest(unknown["name"] or unknown["value"], names)
    elif "Expected `str" in what and "got `int`" in what:
        hint = QUOTES
    for said, plain in PLAINLY:
        what = said.sub(plain, what)
    return RequestError(what, field=(path + inner).lstrip("."), hint=hint)


def names_of(kind: Any) -> tuple[str, ...]:
    """The names that a struct has in a file."""
    return names_at(kind, "") if isinstance(kind, type) else ()


def names_at(kind: Any, path: str) -> tuple[str, ...]:
    """The names of fields, or the words, that may stand at a path (`.accounts[0].plivo`) inside `kind`."""
    found = list(alternatives(inspect.type_info(kind)))
    for step in STEP.finditer(path):
        found = [deeper for info in found for below in inside(info, step[1]) for deeper in alternatives(below)]
    return tuple(name for info in found for name in words(info))


def alternatives(info: inspect.Type) -> Iterator[inspect.Type]:
    """The types that a type allows, each by itself."""
    if isinstance(info, inspect.UnionType):
        yield from info.types
    elif isinstance(info, inspect.Metadata):
        yield from alternatives(info.type)
    else:
        yield info


def inside(info: inspect.Type, name: str | None) -> Iterator[inspect.Type]:
    """What stands under a field's name in a type, or (None) under any index or key."""
    if isinstance(info, inspect.StructType):
        yield from (field.type for field in info.fields if field.encode_name == name)
    elif isinstance(info, inspect.CollectionType):
        yield info.item_type
    elif isinstance(info, inspect.DictType):
        yield info.value_type


def words(info: inspect.Type) -> Iterator[str]:
    """The names of a struct's fields, or the words of a choice."""
    if isinstance(info, inspect.StructType):
        yield from (field.encode_name for field in info.fields)
    elif isinstance(info, inspect.LiteralType):
        yield from map(str, info.values)


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest what was meant, or list what there is."""
    known = list(names)
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"one of {', '.join(sorted(known))}"
