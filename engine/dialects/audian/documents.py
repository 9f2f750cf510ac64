"""Reads what a customer wants of a definition, in plain fields or in the ancestor's nested ones (Audian 4.2, 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.dialects.audian.rules import NO_LIMIT
from engine.dialects.audian.validation import Schema, fault, faults, refuse
from engine.dialects.face import Field, Problem, Refused
from engine.machines.models import Definition

PROFILES = ("default", "large", "webinar")
DEEPEST = 32  # levels of fields that we only keep

FLAG: Schema = {"type": "boolean"}
PINS: Schema = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": 16, "pattern": "^[0-9]+$"},
    "uniqueItems": True,
}
PINNED: Schema = {"type": "object", "properties": {"pins": PINS}}


class Key(Struct, frozen=True):
    """A field of a definition: what it takes, how else it may be spelled, and the value that stands for none."""

    name: str
    doc: str
    schema: Schema
    also: tuple[str, ...] = ()
    nothing: Any = None


# What is known of each field (Audian 9 B9 to B17).
KEYS = (
    Key("name", "Its name; required.", {"type": "string", "minLength": 1, "maxLength": 128,
                                        "pattern": r"^[\s\S]*\S[\s\S]*$"}),
    Key("member_pins", "PINs of those who come as members.", PINS, ("member", "pins")),
    Key("moderator_pins", "PINs of those who come as moderators.", PINS, ("moderator", "pins")),
    Key("max_members", "How many at most; 0: no limit.", {"type": "integer", "minimum": 2, "maximum": NO_LIMIT},
        ("max_participants",), 0),
    Key("profile", "Its profile.", {"type": "string", "enum": PROFILES}, ("profile_name",)),
    Key("play_entry_tone", "Whether a tone is played when somebody comes.", FLAG),
    Key("play_exit_tone", "Whether a tone is played when somebody leaves.", FLAG),
    Key("wait_for_moderator", "Whether members wait until a moderator is there.", FLAG),
)  # fmt: skip
HOLDERS = tuple(key.also[0] for key in KEYS if len(key.also) > 1)
SPELLINGS = {key.name for key in KEYS} | {key.also[0] for key in KEYS if len(key.also) == 1}


def published(key: Key) -> Schema:
    """What a field takes: null gives it its default back."""
    nothing = [] if key.nothing is None else [{"const": key.nothing}]
    return {"anyOf": [key.schema, *nothing, {"type": "null"}]}


FIELDS = (
    *(Field(name=key.name, doc=key.doc, kind="object", schema=published(key)) for key in KEYS),
    *(
        Field(name=key.also[0], doc=f"Another spelling of {key.name}.", kind="object", schema=published(key))
        for key in KEYS
        if len(key.also) == 1
    ),
    *(Field(name=name, doc=f"{name}_pins in another spelling.", kind="object", schema=PINNED) for name in HOLDERS),
)


class Wanted(Struct, frozen=True):
    """What a request wants: values of fields, fields that get their default back, and fields that are only kept."""

    values: dict[str, Any]
    reset: tuple[str, ...]
    more: dict[str, Any]


def read_document(data: Mapping[str, Any], known: Definition | None) -> Wanted:
    """Read a definition's `data`; without a `known` one it must have a name. Refused tells all that is wrong."""
    problems: list[Problem] = [
        fault(name, "type", ["object"]) for name in HOLDERS if not isinstance(data.get(name), dict | None)
    ]
    values: dict[str, Any] = {}
    reset = []
    for key in KEYS:
        found = spelled(key, data)
        value = next(iter(found.values()), None)
        problems += faults_of(key, found, new=known is None)
        if found and is_nothing(key, value):
            reset.append(key.name)
        elif found:
            values[key.name] = value
    refuse(problems)
    refuse(shared_pins(values, reset, known))
    values |= {name: tuple(values[name]) for name in ("member_pins", "moderator_pins") if name in values}
    return Wanted(values, tuple(reset), kept_only(data))


def spelled(key: Key, data: Mapping[str, Any]) -> dict[str, Any]:
    """A field's values by the paths that the request has it under: the plain name first."""
    found = {key.name: data[key.name]} if key.name in data else {}
    place: Any = data
    for part in key.also:
        if not isinstance(place, dict) or part not in place:
            return found
        place = place[part]
    return {**found, ".".join(key.also): place} if key.also else found


def is_nothing(key: Key, value: Any) -> bool:
    """Whether a value stands for the field's default."""
    return value is None or (value == key.nothing and type(value) is type(key.nothing))


def faults_of(key: Key, found: Mapping[str, Any], *, new: bool) -> list[Problem]:
    """What is wrong with a field; only the name has no default (Audian 9 B5, B9)."""
    path, value = next(iter(found.items()), (key.name, None))
    if value is None:
        return [fault(path, "required")] if key.name == "name" and (found or new) else []
    problems = [] if is_nothing(key, value) else faults(path, value, key.schema)
    return problems + [fault(other, "invalid") for other, again in found.items() if again != value]


def shared_pins(values: Mapping[str, Any], reset: list[str], known: Definition | None) -> list[Problem]:
    """A PIN in both lists would never make a moderator (Audian 9 B11); stored ones are left alone."""
    if not values.keys() & {"member_pins", "moderator_pins"}:
        return []
    held = {name: getattr(known, name, ()) for name in ("member_pins", "moderator_pins") if name not in reset}
    held |= values
    both = set(held.get("member_pins", ())) & set(held.get("moderator_pins", ()))
    return [fault("moderator_pins", "unique")] if both else []


def kept_only(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that mean nothing to us; some names are ours alone (Audian 9 B4)."""
    more = {
        name: value
        for name, value in data.items()
        if name not in SPELLINGS and name != "id" and not name.startswith(("_", "pvt_"))
    }
    for name in HOLDERS:
        if isinstance(more.get(name), dict):
            more[name] = {inner: value for inner, value in more[name].items() if inner != "pins"}
            if not more[name]:
                del more[name]
    if is_too_deep(more):
        raise Refused(Problem(trouble="malformed", message=f"data goes deeper than {DEEPEST} levels"))
    return more


def is_too_deep(value: Any) -> bool:
    """Whether lists and objects stand in each other too often."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return bool(level)


def merged(known: str, changes: Mapping[str, Any]) -> str | None:
    """The JSON of what is kept, with changes: null takes a field out; None where there are no changes."""
    if not changes:
        return None
    kept: dict[str, Any] = {**(msgspec.json.decode(known) if known else {}), **changes}
    return msgspec.json.encode({name: value for name, value in kept.items() if value is not None}).decode()
