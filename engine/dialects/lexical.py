"""What values look like in a document, said once: the reader converts by it and the XSD is written from it.

Every lexical's regular expression is used as it stands by Python and by XML Schema, so the two
cannot drift apart: only character classes, groups, `|`, `?`, `*`, `+` and `{m,n}` are written here
(no `.`, `\\d`, `\\s`, anchors or look-around, which the two read differently). Values are collapsed
first (XML's four white-space characters, at the ends and inside), as `xs:token` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import structs

from engine.dialects.dialect import Lexical

WHITE = " \t\r\n"
WHOLE = r"[+\-]?[0-9]{1,9}"
DECIMAL = r"[+\-]?[0-9]{1,9}(\.[0-9]{1,6})?"
NOT_BLANK = r"[^ \t\r\n]"

_SPACES = re.compile(f"[{WHITE}]+")
_SPECIAL = frozenset(r"\|.?*+(){}-[]^")


def collapse(value: str) -> str:
    """Strip a value and make every run of XML white space in it one blank, as `xs:token` does."""
    return _SPACES.sub(" ", value).strip(" ")


def literal(word: str, *, fold: bool = False) -> str:
    """Write a word as an expression of both Python and XML Schema; `fold`: in any letter case."""

    def one(char: str) -> str:
        if fold and char.isascii() and char.isalpha():
            return f"[{char.upper()}{char.lower()}]"
        return f"\\{char}" if char in _SPECIAL else char

    return "".join(map(one, word))


def text(longest: int | None = None, *, doc: str = "Any text.") -> Lexical:
    """Return any text, of at most `longest` characters."""
    name = "text" if longest is None else f"text_{longest}"
    return Lexical(name=name, longest=longest, doc=doc)


def matching(name: str, pattern: str, doc: str, *, longest: int | None = None) -> Lexical:
    """Return a text of a given form; `name` must be the definition's own (it becomes the XSD type's name)."""
    return Lexical(name=name, pattern=pattern, longest=longest, doc=doc)


def integer(low: int | None = None, high: int | None = None) -> Lexical:
    """Return a whole number from `low` to `high`, both included."""
    return Lexical(name=_ranged("integer", low, high), kind="integer", pattern=WHOLE, low=low, high=high)


def number(low: float | None = None, high: float | None = None) -> Lexical:
    """Return a number that may have a fraction, from `low` to `high`, both included."""
    return Lexical(name=_ranged("number", low, high), kind="number", pattern=DECIMAL, low=low, high=high)


def seconds(low: int | None = None, high: int | None = None) -> Lexical:
    """Return whole seconds from `low` to `high`, which become a float as all times of the flow language are."""
    return Lexical(name=_ranged("seconds", low, high), kind="number", pattern=WHOLE, low=low, high=high)


def seconds_from_ms(low: int | None = None, high: int | None = None) -> Lexical:
    """Return whole milliseconds (`low` and `high` too) that become seconds."""
    return Lexical(
        name=_ranged("milliseconds", low, high), kind="number", pattern=WHOLE, low=low, high=high, scale=0.001
    )


def choice(*allowed: str, fold: bool = False) -> Lexical:
    """Return one of several words; `fold`: in any letter case, read as spelled here."""
    return Lexical(name="choice_" + _joined(allowed) + ("_any_case" if fold else ""), choices=allowed, fold=fold)


def mapped(values: Mapping[str, object], *, fold: bool = False) -> Lexical:
    """Return one of several words that each mean a value of the flow language."""
    return structs.replace(choice(*values, fold=fold), values=dict(values))


def either(lexical: Lexical, values: Mapping[str, object]) -> Lexical:
    """Widen a lexical by words that stand for values of their own (`auto`, `none`)."""
    name = f"{lexical.name}_or_{_joined(values)}"
    return structs.replace(
        lexical, name=name, choices=(*lexical.choices, *values), values={**lexical.values, **values}
    )


def words(*allowed: str, separator: str = " ", fold: bool = False) -> Lexical:
    """Return a list of words, cut at `separator`; without `allowed` any words will do."""
    name = {" ": "words", ",": "list"}[separator] + (f"_{_joined(allowed)}" if allowed else "")
    item = None if allowed else r"[^ \t\r\n,]+"
    return Lexical(name=name, kind="words", pattern=item, choices=allowed, separator=separator, fold=fold)


def listed(name: str, pattern: str, doc: str, *, separator: str = ",") -> Lexical:
    """Return a list whose every entry has the form `pattern`, blanks around the separator allowed."""
    return Lexical(name=name, kind="words", pattern=pattern, separator=separator, doc=doc)


def expression(lexical: Lexical) -> str | None:
    """Return the one regular expression that a collapsed value must match whole; None: anything goes."""
    parts = [literal(word, fold=lexical.fold) for word in lexical.choices]
    if lexical.pattern is not None:
        parts.append(lexical.pattern)
    if not parts:
        return None
    one = f"({'|'.join(parts)})"
    if lexical.kind != "words":
        return one
    cut = " " if lexical.separator == " " else f" ?{literal(lexical.separator)} ?"
    return f"({one}({cut}{one})*)?"


def reading(lexical: Lexical) -> Callable[[str], object]:
    """Return the function that turns a value as written into what it means; `ValueError` where it is none."""
    written = expression(lexical)
    fits = None if written is None else re.compile(written).fullmatch
    meaning = _MEANINGS[lexical.kind](lexical)

    def read(value: str) -> object:
        value = collapse(value)
        if fits is not None and fits(value) is None:
            raise ValueError(value)
        if lexical.longest is not None and len(value) > lexical.longest:
            raise ValueError(value)
        return meaning(value)

    return read


def nearest(lexical: Lexical, value: str) -> object | None:
    """Bring a number that is out of its range to the nearest end; None where the value is no number at all."""
    value = collapse(value)
    if lexical.pattern is None or re.fullmatch(lexical.pattern, value) is None:
        return None
    amount = float(value)
    amount = amount if lexical.low is None else max(amount, lexical.low)
    amount = amount if lexical.high is None else min(amount, lexical.high)
    return _amount(lexical, amount)


def describe(lexical: Lexical) -> str:
    """Say in a few words what a value may be: for hints and for `callflow explain`."""
    if lexical.kind == "boolean":
        return "true or false"
    low, high = (None if end is None else f"{end:g}" for end in (lexical.low, lexical.high))
    span = {
        (False, False): "",
        (True, False): f" of at least {low}",
        (False, True): f" of at most {high}",
        (True, True): f" from {low} to {high}",
    }[low is not None, high is not None]
    stem = {"integer": "a whole number", "number": "a number"}.get(lexical.kind, lexical.doc.rstrip("."))
    allowed = ", ".join(word or repr(word) for word in lexical.choices)
    parts = [f"one or more of {allowed}" if lexical.kind == "words" and allowed else allowed, stem + span]
    said = " or ".join(part for part in parts if part) or "words"
    return said + (f", at most {lexical.longest} characters" if lexical.longest is not None else "")


def _ranged(stem: str, low: float | None, high: float | None) -> str:
    ends = ("" if low is None else f"_from_{low:g}") + ("" if high is None else f"_to_{high:g}")
    return (stem + ends).replace("-", "minus_").replace("+", "")


def _joined(allowed: Mapping[str, object] | tuple[str, ...]) -> str:
    return "_".join(re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") or "empty" for word in allowed)


def _amount(lexical: Lexical, amount: float) -> object:
    return int(amount) if lexical.kind == "integer" else round(amount * lexical.scale, 6)


def _boolean(lexical: Lexical) -> Callable[[str], object]:
    yes, no = lexical.values.get("true", True), lexical.values.get("false", False)
    return lambda value: yes if value.lower() == "true" else no


def _text(lexical: Lexical) -> Callable[[str], object]:
    if not lexical.values and not lexical.fold:
        return str
    spelled = {word.lower() if lexical.fold else word: lexical.values.get(word, word) for word in lexical.choices}
    return lambda value: spelled.get(value.lower() if lexical.fold else value, value)


def _number(lexical: Lexical) -> Callable[[str], object]:
    def meaning(value: str) -> object:
        if value in lexical.values:
            return lexical.values[value]
        amount = float(value)
        below = lexical.low is not None and amount < lexical.low
        if below or (lexical.high is not None and amount > lexical.high):
            raise ValueError(value)
        return _amount(lexical, amount)

    return meaning


def _words(lexical: Lexical) -> Callable[[str], object]:
    one = _text(lexical)
    return lambda value: tuple(one(part.strip(" ")) for part in value.split(lexical.separator) if part.strip(" "))


_MEANINGS: Mapping[str, Callable[[Lexical], Callable[[str], object]]] = {
    "boolean": _boolean,
    "integer": _number,
    "number": _number,
    "text": _text,
    "words": _words,
}

BOOLEAN = Lexical(
    name="boolean", kind="boolean", choices=("true", "false"), fold=True, doc="true or false, in any letter case."
)
NEGATED = structs.replace(BOOLEAN, name="boolean_negated", values={"true": False, "false": True})
# A reference without a scheme has no colon before its first slash, question mark or hash.
URL = matching(
    "url",
    rf"[Hh][Tt][Tt][Pp][Ss]?://{NOT_BLANK}+|[^:/?# \t\r\n]*([/?#]{NOT_BLANK}*)?",
    "An http or https URL, or one relative to the document's own; empty: none.",
)
WEBSOCKET = matching("websocket", rf"[Ww][Ss][Ss]?://{NOT_BLANK}+", "A ws or wss URL.")
METHOD = choice("GET", "POST", fold=True)
TEXT = text()
DIGITS = matching("digits", "[0-9*#wW]*", "Keys 0-9, * and #; w waits half a second, W one.")
KEYS = matching("keys", "[0-9*#]*", "Keys 0-9, * and #.")
FINISH_KEYS = either(
    matching("finish_keys", "[0-9*#]*", "Keys that end the input; empty: none of them."), {"none": ""}
)
PATTERNS = listed("digit_patterns", "[0-9*#]+", "Key sequences, with commas between them.")
LANGUAGE = matching("language", "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", "A language tag such as en-US.")
