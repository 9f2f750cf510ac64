"""Tells what an element or a word of `do` means, from the tables that the engine itself works by."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from textwrap import TextWrapper
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import NODEFAULT

from engine.convert import nearest
from engine.dialects.dialect import Attribute, Dialect, Element
from engine.dialects.lexical import describe
from engine.dialects.registry import DIALECTS
from engine.dialects.tongues import RULES
from engine.errors import RequestError
from engine.simulation.words import WORDS, Word
from engine.values import verbs
from engine.values.causes import EXIT_CAUSES, EXIT_WORDS, OUTCOME_INSTEAD, OUTCOME_WORDS
from engine.values.flow import Hook

# Lines longer than this are hard to read, however wide the terminal is.
WIDEST = 110
# Names longer than this have a line of their own.
NAME_COLUMN = 24

SUPPORT = {
    "executed": "",
    "understood": "Read and validated, but not executed: the flow passes it by.",
    "opaque": "Kept as it is: its attributes are not known here.",
}


def explain_element(name: str, dialects: tuple[str, ...], width: int = 0) -> Iterator[str]:
    """Tell all about an element in each of these dialects, in lines of `width` characters (0: the terminal's).

    Raises RequestError where none of them has it.
    """
    known = [DIALECTS[dialect] for dialect in dialects]
    holders = [dialect for dialect in known if match(name, dialect)]
    if not holders:
        names = {element for dialect in known for element in dialect.elements}
        raise RequestError(f"there is no element {name!r}", field="ELEMENT", hint=nearest(name, names))
    columns = width or min(shutil.get_terminal_size().columns, WIDEST)
    for place, dialect in enumerate(holders):
        if place:
            yield ""
        for begins, hangs, said in of_dialect(dialect.elements[match(name, dialect)], dialect):
            yield from folded(begins, hangs, said, columns)


# How a line begins, by how much those that it is folded into are indented, and what it says.
Line = tuple[str, int, str]


def folded(begins: str, hangs: int, said: str, columns: int) -> list[str]:
    """Fold a line where it is too long; a beginning that leaves no gap has a line of its own."""
    if len(begins) > hangs:
        return [begins.rstrip(), *folded(" " * hangs, hangs, said, columns)]
    wrapper = TextWrapper(
        columns,
        initial_indent=begins.ljust(hangs) if begins.strip() else begins,
        subsequent_indent=" " * hangs,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return wrapper.wrap(said)


def match(name: str, dialect: Dialect) -> str:
    """The element as the dialect spells it, whatever the case; empty where there is none."""
    folded = name.strip("<>/").lower()
    return next((element for element in dialect.elements if element.lower() == folded), "")


def of_dialect(element: Element, dialect: Dialect) -> Iterator[Line]:
    """Tell all about one element."""
    yield "", 2, f"<{element.name}> in {dialect.title}" + (f" ({element.spec})" if element.spec else "")
    yield "  ", 2, element.doc
    yield "  ", 2, SUPPORT[element.support]
    if element.text is not None:
        needed = ", required" if element.text.required else ""
        yield "  ", 4, f"Text: {element.text.doc} {describe(element.text.lexical)}{needed}"
    if element.children:
        yield "  ", 4, f"May hold: {', '.join(element.children)}"
    if element.attributes:
        yield "  ", 4, "Attributes:"
        names = [attribute.name for attribute in element.attributes]
        hangs = 6 + max((len(name) for name in names if len(name) <= NAME_COLUMN), default=0)
        for attribute in element.attributes:
            yield f"    {attribute.name}  ", hangs, of_attribute(attribute)
    if element.what_next:
        yield "  ", 4, f"After it: {element.what_next}"
    if element.verb in AFTER:
        yield from AFTER[element.verb](dialect)


def of_exits(dialect: Dialect) -> Iterator[Line]:
    """Tell what a member does after leaving a room, a line for each cause that the dialect knows."""
    exits = RULES[dialect.name].exits
    for cause in EXIT_CAUSES:
        outcome = exits[cause]
        if outcome != "unreachable":
            yield "    ", 6, f"{EXIT_WORDS[cause]}: {OUTCOME_INSTEAD.get((cause, outcome), OUTCOME_WORDS[outcome])}"


# What the dialect's rules tell beyond an element's own words.
AFTER: Mapping[Any, Callable[[Dialect], Iterator[Line]]] = {verbs.Conference: of_exits}


def of_attribute(attribute: Attribute) -> str:
    """Tell what an attribute takes and means."""
    default = "required" if attribute.required else f"default {attribute.default or 'none'}"
    foreign = " Another vendor's name." if attribute.foreign else ""
    return f"{describe(attribute.lexical)}; {default}. {attribute.doc}{foreign}"


def explain_words() -> Iterator[str]:
    """List every word of `do` with its fields."""
    yield "Steps of a scenario: each has `at` (seconds), `do`, and"
    for word in WORDS.values():
        yield ""
        yield f"{word.do}: {word.doc}"
        for info in msgspec.structs.fields(word.step):
            if info.name != "at":
                yield f"    {info.encode_name}: {of_field(info, word)}"


def of_field(info: Any, word: Word) -> str:
    """Tell a field's type and default."""
    kind = NAMES if word.fields.get(info.name) == "members" else type_name(info.type)
    if info.default is NODEFAULT:
        return kind
    return f"{kind}, else {shown(info.default)}"


NAMES = "a caller, number or label, a list of them, or all"
PLAIN: dict[Any, str] = {
    str: "text",
    float: "seconds",
    int: "a number",
    bool: "true or false",
    Hook: "a URL or {url, method}",
}


def type_name(kind: Any) -> str:
    """Tell a type in the words of a scenario."""
    parts = [part for part in get_args(kind) if part not in (type(None), ...)]
    if not parts:
        return PLAIN.get(kind, str(kind))
    if get_origin(kind) is Literal:
        return " | ".join(part or "nothing" for part in parts)
    if get_origin(kind) is tuple:
        return "a list of pairs" if get_args(parts[0]) else f"a list of {type_name(parts[0])}s"
    if Hook in parts:
        return PLAIN[Hook]
    return " or ".join(type_name(part) for part in parts)


def shown(default: Any) -> str:
    """Tell a default."""
    if default in ("", None, ()):
        return "nothing"
    if isinstance(default, tuple):
        return ", ".join(default)
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)
