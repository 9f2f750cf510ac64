"""Checks what a request's `data` holds as Audian's ancestor does: each fault has a code, and all are told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.dialects.face import Problem, Refused, Trouble

Schema = Mapping[str, Any]

# More faults than this help nobody.
MOST = 100
LONGEST = 64  # characters of a value that is shown again
TYPES: Mapping[str, type] = {"string": str, "array": list, "integer": int, "boolean": bool, "object": dict}
# Of all that is wrong a face only has to tell apart what is missing and what is of another type.
TROUBLES: Mapping[str, Trouble] = {"required": "missing", "type": "type"}

# The codes and what they say (Audian 2.4); {} is what would be right.
MESSAGES: Mapping[str, str] = {
    "required": "this field must be there",
    "type": "this must be of the type {}",
    "minLength": "this must have {} characters or more",
    "maxLength": "this must have {} characters or fewer",
    "minimum": "this must be {} or more",
    "maximum": "this must be {} or less",
    "minItems": "this list must have {} entries or more",
    "maxItems": "this list must have {} entries or fewer",
    "uniqueItems": "no entry may be in this list twice",
    "pattern": "this must match {}",
    "enum": "this must be one of {}",
    "unique": "what is in this list must not be in the other one too",
    "invalid": "this is not valid, or differs from what the same request says elsewhere",
}


def is_distinct(value: list[Any], wanted: bool) -> bool:  # noqa: FBT001
    """Whether no text is in a list twice."""
    texts = [one for one in value if isinstance(one, str)]
    return not wanted or len(set(texts)) == len(texts)


CHECKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minLength": lambda value, bound: len(value) >= bound,
    "maxLength": lambda value, bound: len(value) <= bound,
    "minimum": lambda value, bound: bool(value >= bound),
    "maximum": lambda value, bound: bool(value <= bound),
    "minItems": lambda value, bound: len(value) >= bound,
    "maxItems": lambda value, bound: len(value) <= bound,
    "uniqueItems": is_distinct,
    "pattern": lambda value, bound: re.fullmatch(bound, value) is not None,
    "enum": lambda value, bound: value in bound,
}


def fault(path: str, code: str, target: Any = None, value: Any = None) -> Problem:
    """One fault: `path` is dotted; a short text that is none of the allowed words is shown again, a PIN never is."""
    shown = value if code == "enum" and isinstance(value, str) and len(value) <= LONGEST else None
    right = ", ".join(target) if isinstance(target, list | tuple) else target
    message = MESSAGES[code].format(right)
    trouble = TROUBLES.get(code, "value")
    return Problem(trouble=trouble, message=message, field=path, code=code, target=target, value=shown)


def is_of(value: Any, kind: str) -> bool:
    """Whether a value is of a type; yes and no are no numbers."""
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def faults(path: str, value: Any, schema: Schema, first: int = 0) -> list[Problem]:
    """What is wrong with a value; the entries of a list count from `first`."""
    if not is_of(value, schema["type"]):
        return [fault(path, "type", [schema["type"]])]
    found = [
        fault(path, code, bound if code != "uniqueItems" else None, value)
        for code, bound in schema.items()
        if code in CHECKS and not CHECKS[code](value, bound)
    ]
    if "items" in schema:
        for number, one in enumerate(value, first):
            found += faults(f"{path}.{number}", one, schema["items"])
    return found


def refuse(problems: Iterable[Problem]) -> None:
    """Refuse a request that has faults."""
    found = tuple(problems)[:MOST]
    if found:
        raise Refused(*found)


def nested(problems: Iterable[Problem]) -> dict[str, Any]:
    """Faults under the keys that they are about: `member.pins.0` is three levels, then the code (Audian 2.4)."""
    told: dict[str, Any] = {}
    for one in problems:
        place = told
        for key in one.field.split("."):
            place = place.setdefault(key, {})
        given = {"message": one.message, "target": one.target, "value": one.value}
        place[one.code] = {name: value for name, value in given.items() if value is not None}
    return told
