"""Turns what a YAML or JSON file says into structs, with errors that name the path and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec
import yaml

from engine.errors import RequestError

PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
UNKNOWN = re.compile(r"unknown field `(?P<name>.*)`")
PLAINLY = (
    (re.compile("^Object missing required field (`.*`)"), r"\1 is missing"),
    (re.compile("^Object contains unknown field (`.*`)"), r"there is no field \1"),
    (re.compile("^Expected"), "expected"),
    (re.compile("^Invalid"), "invalid"),
)
QUOTES = "write it in quotes"


class UniqueKeys(yaml.SafeLoader):
    """Reads YAML as usual, but refuses a key that stands twice: one of them would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Build one mapping."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{key.value!r} stands here twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse(text: bytes, name: str) -> Any:
    """Read YAML (and JSON, which is YAML) into plain data; RequestError with line and column where it is neither."""
    if Path(name).suffix == ".json":
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise RequestError(str(error), field=name) from None
    try:
        return yaml.load(text, UniqueKeys)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name
        raise RequestError(error.problem or "this is no YAML", field=place) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RequestError(f"this is no YAML: {str(error).splitlines()[0]}", field=name) from None


def convert(value: object, kind: Any, path: str, names: Iterable[str] = ()) -> Any:
    """Make `kind` of plain data; `path` and `names` (what may stand there) are for the error."""
    try:
        return msgspec.convert(value, kind, dec_hook=None)
    except msgspec.ValidationError as error:
        raise explained(str(error), path, names or names_of(kind)) from None


def explained(message: str, path: str, names: Iterable[str]) -> RequestError:
    """Say where in the file it is and what would be right."""
    found = PLACE.match(message)
    what, inner = (found["what"], found["path"] or "") if found else (message, "")
    hint = ""
    if unknown := UNKNOWN.search(what):
        hint = nearest(unknown["name"], names)
    elif "Expected `str" in what and "got `int`" in what:
        hint = QUOTES
    for said, plain in PLAINLY:
        what = said.sub(plain, what)
    return RequestError(what, field=(path + inner).lstrip("."), hint=hint)


def names_of(kind: Any) -> tuple[str, ...]:
    """The names that a struct has in a file."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return tuple(info.encode_name for info in msgspec.structs.fields(kind))
    return ()


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest what was meant, or list what there is."""
    known = list(names)
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"one of {', '.join(sorted(known))}"


def mapping(value: object, path: str) -> Mapping[str, Any]:
    """Take a mapping whose keys are text, or nothing at all."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RequestError(f"expected a mapping, got {type(value).__name__}", field=path)
    for key in value:
        if not isinstance(key, str):
            raise RequestError(f"expected text as a key, got {key!r}", field=path, hint=QUOTES)
    return value


def sequence(value: object, path: str) -> list[Any]:
    """Take a list, or nothing at all."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RequestError(f"expected a list, got {type(value).__name__}", field=path, hint="begin each entry with -")
    return value
