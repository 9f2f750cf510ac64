"""Cuts lists into TeXML's pages, which stay where they are when something new comes, and filters them by date."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from msgspec import UNSET, Struct

from engine.dialects.face import Asked, Problem, Refused, Sight

T = TypeVar("T")
ROOT = "/v2/texml/Accounts/"
PAGING = ("Page", "PageSize", "PageToken")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class Listed(Struct, Generic[T], frozen=True):
    """How things of one kind are listed: when each came to be (seconds of the run), its sid, its resource."""

    at: Callable[[T], float]
    sid: Callable[[T], str]
    shown: Callable[[T], Any]


def uri(sight: Sight, *parts: str) -> str:
    """The relative address of something of an account."""
    return f"{ROOT}{'/'.join([quote(part, safe=':') for part in (sight.own_name, *parts)])}.json"


def cut(asked: Asked, path: str, things: Iterable[T], listed: Listed[T]) -> dict[str, Any]:
    """One page of a list, the newest first: what it says of itself, and its `items` (TeXML 1.3)."""
    number, size = asked.values["Page"], asked.values["PageSize"]
    rows = sorted(things, key=listed.at)
    rows.reverse()
    token = asked.values.get("PageToken", "")
    start = position(rows, token, listed) if token else number * size
    chosen = rows[start : start + size]
    said: dict[str, Any] = {
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + max(0, len(chosen) - 1),
        "uri": address(path, asked, number, token),
        "first_page_uri": address(path, asked, 0),
        "items": tuple([listed.shown(thing) for thing in chosen]),
    }
    if chosen and start + size < len(rows):
        last = chosen[-1]
        said["next_page_uri"] = address(path, asked, number + 1, encoded(listed.at(last), listed.sid(last)))
    return said


def previous(path: str, asked: Asked) -> Any:
    """The address of the page before, which some lists name; UNSET on the first."""
    number = asked.values["Page"]
    return address(path, asked, number - 1) if number else UNSET


def address(path: str, asked: Asked, number: int, token: str = "") -> str:
    """The address of a page of the same list, with the same filters."""
    kept = [pair for pair in asked.query if pair[0] not in PAGING]
    place = [("Page", str(number)), ("PageSize", str(asked.values["PageSize"]))]
    return f"{path}?{urlencode([*kept, *place, *([('PageToken', token)] if token else [])])}"


def encoded(at: float, sid: str) -> str:
    """The token of a page that begins behind the thing of that sid."""
    return "PT" + base64.urlsafe_b64encode(f"{at!r} {sid}".encode()).decode().rstrip("=")


def position(rows: list[T], token: str, listed: Listed[T]) -> int:
    """Where the page of a token begins, also where the thing that it names is not there any more."""
    at, sid = decoded(token)
    for index, thing in enumerate(rows):
        if listed.at(thing) == at and listed.sid(thing) == sid:
            return index + 1
    return next((index for index, thing in enumerate(rows) if listed.at(thing) < at), len(rows))


def decoded(token: str) -> tuple[float, str]:
    """The time and sid of a token; Refused where it is none of ours."""
    code = token.removeprefix("PT")
    try:
        at, _, sid = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode().partition(" ")
        time = float(at)
    except ValueError:  # of any kind: not ASCII, not base64, not UTF-8, no number
        time, sid = math.nan, ""
    if not sid or not math.isfinite(time):
        raise invalid("PageToken", "must be a token of a next_page_uri")
    return time, sid


def invalid(name: str, message: str) -> Refused:
    """The refusal of a parameter's value."""
    return Refused(Problem(trouble="value", message=f"{name}: {message}", field=name))


def within(values: Mapping[str, Any], name: str, sight: Sight) -> Callable[[float | None], bool]:
    """The filter by a date: that day, then or later, then or earlier; what has no date does not pass (TeXML 1.4)."""
    epoch = sight.date(0.0)
    low, high = -math.inf, math.inf
    for sign in ("", ">", "<"):
        text = values.get(name + sign)
        if text:
            begin, end = span(name + sign, text)
            low = low if sign == "<" else max(low, (begin - epoch).total_seconds())
            high = high if sign == ">" else min(high, (end - epoch).total_seconds())
    if (low, high) == (-math.inf, math.inf):
        return lambda at: True
    return lambda at: at is not None and low <= at < high


def span(name: str, text: str) -> tuple[datetime, datetime]:
    """The day, or the second, that a text names."""
    try:
        begin = datetime.fromisoformat(text)
        begin = begin if begin.tzinfo else begin.replace(tzinfo=UTC)
        return begin, begin + (SECOND if len(text) > len("2026-01-31") else DAY)
    except (ValueError, OverflowError):
        raise invalid(name, "must be a date such as 2026-01-31 or 2026-01-31T13:05:09Z") from None
