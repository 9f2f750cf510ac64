"""Makes a customer's text harmless to espeak-ng, and of its mark-up the SSML that is understood there.

espeak-ng reads files that an `audio` element names, phonemes in double brackets and commands behind a control
character: none of them gets through. What is kept is a table; of everything else the words remain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

from lxml import etree
from msgspec import Struct

from engine.drivers.sounds import voices
from engine.markup import guarded_parser

# Seconds of one pause, at most (as at Amazon Polly, whose SSML it is: Plivo 2.4).
LONGEST_BREAK = 10.0
# Letters in a row that are taken for a word.
LONGEST_WORD = 100

_UNSPEAKABLE = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_WORD = re.compile(rf"(\S{{{LONGEST_WORD}}})(?=\S)")
_BRACKET = re.compile(r"\[(?=\[)")
_TIME = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s)", re.ASCII)
_PERCENT = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,2})?%", re.ASCII)
_DECIBEL = re.compile(r"([+-]?\d{1,2}(?:\.\d{1,2})?)dB", re.ASCII)

Clean = Callable[[str], str]


class Mark(Struct, frozen=True):
    """What becomes of an element: its name there, and its attributes: the old name, the new one, the value's check.

    A check returns the value as espeak-ng takes it, or nothing. `needs` is set where the element means nothing
    without an attribute.
    """

    name: str
    attributes: tuple[tuple[str, str, Clean], ...] = ()
    needs: bool = True


def plain(text: str) -> str:
    """A text that says what it said, with nothing in it that is not said."""
    return _BRACKET.sub("[ ", _WORD.sub(r"\1 ", _UNSPEAKABLE.sub(" ", text)))


def clean(markup: str) -> str:
    """The SSML of a mark-up as it stands in a document: a `speak` with what is kept; empty where it is no XML."""
    try:
        # An element around it: what is inside of one can declare no type and no entity.
        root = etree.fromstring(f"<speak>{_UNSPEAKABLE.sub(' ', markup)}</speak>", guarded_parser())
    except (etree.LxmlError, ValueError):
        return ""
    parts: list[str] = []
    _write(root, parts)
    # Brackets may meet where an element between them is gone.
    return f"<speak>{_BRACKET.sub('[ ', ''.join(parts))}</speak>"


def _write(element: etree._Element, parts: list[str]) -> None:
    """Write what an element holds, each child as its mark says."""
    parts.append(_words(element.text))
    for child in element:
        before, after = _tags(child)
        parts.append(before)
        if not _says_another(child, parts):
            _write(child, parts)
        parts.append(after)
        parts.append(_words(child.tail))


def _says_another(element: etree._Element, parts: list[str]) -> bool:
    """Write an alias in place of the words that it stands for."""
    alias = element.get("alias") if element.tag == "sub" else None
    if alias:
        parts.append(_words(alias))
    return bool(alias)


def _tags(element: etree._Element) -> tuple[str, str]:
    """The tags around an element's words; empty ones where they are all that is kept."""
    mark = MARKS.get(str(element.tag))
    if mark is None:
        return "", ""
    values = ((new, check(element.get(old, "").strip())) for old, new, check in mark.attributes)
    attributes = "".join(f' {name}="{value}"' for name, value in values if value)
    if mark.needs and not attributes:
        return "", ""
    return f"<{mark.name}{attributes}>", f"</{mark.name}>"


def _words(text: str | None) -> str:
    return escape(plain(text), quote=False) if text else ""


# --- what values may be ----------------------------------------------------------------------------


def _among(*allowed: str) -> Clean:
    return lambda value: value if value in allowed else ""


def _called(names: Mapping[str, str]) -> Clean:
    return lambda value: names.get(value, "")


def _pause(value: str) -> str:
    found = _TIME.fullmatch(value)
    if found is None:
        return ""
    seconds = float(found[1]) * (0.001 if found[2] == "ms" else 1.0)
    return f"{round(1_000 * min(seconds, LONGEST_BREAK))}ms"


def _relative(*allowed: str, least: float, most: float) -> Clean:
    """A word, or a percentage of what is usual, within bounds."""

    def check(value: str) -> str:
        if value in allowed:
            return value
        if _PERCENT.fullmatch(value) is None:
            return ""
        number = float(value[:-1])
        percent = 100 + number if value[0] in "+-" else number
        return f"{round(min(max(percent, least), most))}%"

    return check


_LOUD = _relative("silent", "x-soft", "soft", "medium", "loud", "x-loud", "default", least=0, most=200)


def _volume(value: str) -> str:
    found = _DECIBEL.fullmatch(value)
    return _LOUD(f"{100 * 10 ** (float(found[1]) / 20):.0f}%" if found and float(found[1]) <= 12 else value)


_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

# What espeak-ng understands of what Plivo 2.4 lists; TeXML 2.1 takes SSML as well and lists nothing.
MARKS: Mapping[str, Mark] = {
    "break": Mark(
        "break",
        (
            ("time", "time", _pause),
            ("strength", "strength", _among("none", "x-weak", "weak", "medium", "strong", "x-strong")),
        ),
        needs=False,
    ),
    "emphasis": Mark("emphasis", (("level", "level", _among("strong", "moderate", "reduced", "none")),), needs=False),
    "lang": Mark("voice", ((_XML_LANG, "xml:lang", lambda tag: voices.language(tag) if tag else ""),)),
    "p": Mark("p", needs=False),
    "prosody": Mark(
        "prosody",
        (
            (
                "rate",
                "rate",
                _relative("x-slow", "slow", "medium", "fast", "x-fast", "default", least=20, most=200),
            ),
            (
                "pitch",
                "pitch",
                _relative("x-low", "low", "medium", "high", "x-high", "default", least=50, most=200),
            ),
            ("volume", "volume", _volume),
        ),
    ),
    "s": Mark("s", needs=False),
    "say-as": Mark(
        "say-as",
        (
            (
                "interpret-as",
                "interpret-as",
                _called(
                    {
                        "characters": "characters",
                        "spell-out": "characters",
                        "digits": "tts:digits",
                        "telephone": "telephone",
                    }
                ),
            ),
        ),
    ),
}
