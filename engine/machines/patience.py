"""How hard to try an address: what its dialect says, tuned by the address itself where the dialect allows that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec.structs import replace

from engine.values.rules import Patience, Tune

NUMBER = re.compile(r"-?[0-9]+")
RETRIED = ("timeout", "connect", "4xx", "5xx")


def tuned(patience: Patience, url: str, tuning: Mapping[str, Tune]) -> tuple[Patience, str]:
    """Patience as the address's fragment tunes it, and the address without fragment.

    A number out of range is held to the range; unknown keys and values that make no sense change nothing. Where the
    rules know no tuning, both are as they were given. Plivo 3.8.
    """
    bare, _, fragment = url.partition("#")
    if not tuning:
        return patience, url
    if not fragment:
        return patience, bare
    changes: dict[str, Any] = {}
    for key, text in parse_qsl(fragment):
        tune = tuning.get(key)
        value = READS[tune.reads](text, tune) if tune is not None else None
        if tune is not None and value is not None:
            changes[tune.sets] = value
    return replace(patience, **changes), bare


def within(text: str, tune: Tune) -> int | None:
    """The whole number, held to the range; None where it is none."""
    if not NUMBER.fullmatch(text):
        return None
    return int(max(tune.least, min(tune.most, float(text))))  # float: any number of digits will do


def milliseconds(text: str, tune: Tune) -> float | None:
    """Milliseconds as seconds."""
    value = within(text, tune)
    return None if value is None else value / 1000


def retries(text: str, tune: Tune) -> int | None:
    """So many further tries as tries in all."""
    value = within(text, tune)
    return None if value is None else value + 1


def words(text: str, tune: Tune) -> tuple[str, ...] | None:
    """A list with commas between, of words that the dialect knows; None where it knows none of them."""
    meant = [word for given in text.split(",") for word in tune.words.get(given.strip(), ())]
    return tuple(word for word in RETRIED if word in meant) or None


READS: Mapping[str, Callable[[str, Tune], Any]] = {"milliseconds": milliseconds, "retries": retries, "words": words}
