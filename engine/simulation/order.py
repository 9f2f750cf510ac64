"""Reads a step from one line of words: `10 kick ann`, `12 press bob 1#`, `30 end_conference MyConference`."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec

from engine.convert import explained, names_of, nearest
from engine.errors import RequestError
from engine.simulation.words import WORDS, Word

WHOM: tuple[str, ...] = ("members", "call")
ROOM: tuple[str, ...] = ("conference",)


def read_order(text: str) -> Any:
    """Make a step of `AT DO WORDS… NAME=VALUE…`; RequestError where it is none.

    Bare words fill the fields in order: members (or the call) first, then what the word takes;
    more words than fields are one text.
    """
    path = f"--do {text!r}"
    try:
        at, do, *rest = shlex.split(text)
    except ValueError:
        raise RequestError("it needs a time and what to do", field=path, hint="as in '10 kick ann'") from None
    if do not in WORDS:
        raise RequestError(f"there is no {do!r} to do", field=path, hint=nearest(do, WORDS))
    word = WORDS[do]
    given: dict[str, Any] = {"do": do, "at": at}
    bare = []
    names = names_of(word.step)
    for part in rest:
        name, is_named, value = part.partition("=")
        if is_named and name in names:
            given[name] = value
        else:
            bare.append(part)
    given.update(filled(bare, word, given, path))
    if "members" in given and given["members"] != "all":
        given["members"] = given["members"].replace(",", " ").split()
    try:
        return msgspec.convert(given, word.step, strict=False)
    except msgspec.ValidationError as error:
        raise explained(str(error), path, names) from None


def filled(bare: list[str], word: Word, given: dict[str, Any], path: str) -> dict[str, str]:
    """Give bare words to the fields that stand first."""
    open_fields = [name for name in in_order(word) if name not in given]
    if len(bare) > len(open_fields) > 0:
        bare = [*bare[: len(open_fields) - 1], " ".join(bare[len(open_fields) - 1 :])]
    if len(bare) > len(open_fields):
        raise RequestError(f"{word.do} takes no {bare[0]!r}", field=path)
    return dict(zip(open_fields, bare, strict=False))


def in_order(word: Word) -> list[str]:
    """The fields that bare words fill: whom it is about, then what is required, then what the word itself takes."""
    infos = {info.encode_name: info for info in msgspec.structs.fields(word.step)}
    whom = [name for name in WHOM if name in infos] or [name for name in ROOM if name in infos]
    required = [name for name, info in infos.items() if info.default is msgspec.NODEFAULT]
    takes = [name for name, info in infos.items() if word.fields.get(info.name, info.name) != info.name]
    return list(dict.fromkeys((*whom, *required, *takes)))
