"""How TeXML's lists are cut into pages and filtered by date, without a service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from engine.dialects.face import Asked, Refused, Sight
from engine.dialects.form import read
from engine.dialects.texml.fields import PAGE
from engine.dialects.texml.pages import Listed, cut, within
from engine.dialects.texml.replies import rfc_date

PATH = "/v2/texml/Accounts/a/Things.json"
DAY = 86_400.0
THINGS = Listed[float](lambda at: at, lambda at: f"t{at:g}", lambda at: at)


class Epoch:
    """Sees nothing but the time: the run began in the last hour of a year."""

    def date(self, at: float) -> datetime:
        return datetime(2025, 12, 31, 23, tzinfo=UTC) + timedelta(seconds=at)


SIGHT = cast(Sight, Epoch())


def page(things: tuple[float, ...], query: Mapping[str, str]) -> dict[str, Any]:
    """A page of things that are named after their times."""
    asked = Asked(account="a", values=read(PAGE, query), query=tuple(query.items()))
    return cut(asked, PATH, things, THINGS)


def token_of(told: dict[str, Any]) -> str:
    """The token of the page that follows."""
    return str(told["next_page_uri"]).rpartition("PageToken=")[2]


def test_a_page_says_where_it_lies() -> None:
    told = page((1.0, 2.0, 3.0), {"PageSize": "2"})
    assert told["items"] == (3.0, 2.0)
    assert (told["page"], told["page_size"], told["start"], told["end"]) == (0, 2, 0, 1)
    rest = page((1.0, 2.0, 3.0), {"Page": "1", "PageSize": "2"})
    assert (rest["items"], rest["start"], rest["end"], "next_page_uri" in rest) == ((1.0,), 2, 2, False)


def test_things_of_one_moment_are_told_apart_by_their_sids() -> None:
    listed = Listed[str](lambda name: 1.0, lambda name: name, lambda name: name)
    asked = Asked(account="a", values=read(PAGE, {"PageSize": "1"}))
    told = cut(asked, PATH, ("one", "two"), listed)
    assert told["items"] == ("two",)
    following = Asked(account="a", values=read(PAGE, {"PageSize": "1", "PageToken": token_of(told)}))
    assert cut(following, PATH, ("one", "two", "three"), listed)["items"] == ("one",)


def test_a_page_begins_where_it_would_though_the_thing_before_it_is_gone() -> None:
    token = token_of(page((1.0, 2.0, 3.0, 4.0), {"PageSize": "2"}))
    assert page((1.0, 2.0, 4.0, 5.0), {"PageSize": "2", "Page": "1", "PageToken": token})["items"] == (2.0, 1.0)
    assert page((4.0, 5.0), {"PageSize": "2", "Page": "1", "PageToken": token})["items"] == ()


def test_the_addresses_keep_the_filters_and_not_the_place() -> None:
    told = page((1.0, 2.0), {"PageSize": "1", "Page": "0", "DateCreated>": "2026-01-01"})
    assert told["first_page_uri"] == f"{PATH}?DateCreated%3E=2026-01-01&Page=0&PageSize=1"
    assert told["next_page_uri"].startswith(f"{PATH}?DateCreated%3E=2026-01-01&Page=1&PageSize=1&PageToken=PT")


@pytest.mark.parametrize("token", ["PT", "x", "PTbmFuIGE", "PTaW5mIGE", "PTMSA", "é", "PT////"])
def test_a_token_of_somebody_else_is_refused(token: str) -> None:
    with pytest.raises(Refused, match="PageToken"):
        page((1.0,), {"PageToken": token})


def test_a_day_is_a_day_of_the_calendar() -> None:
    keep = within({"Date": "2025-12-31"}, "Date", SIGHT)
    assert [at for at in (0.0, 3599.0, 3600.0) if keep(at)] == [0.0, 3599.0]


@pytest.mark.parametrize(
    ("sign", "text", "kept"),
    [
        (">", "2026-01-01", [3600.0, DAY]),
        ("<", "2025-12-31", [0.0, 3599.0]),
        ("<", "2026-01-01", [0.0, 3599.0, 3600.0, DAY]),
        ("", "2026-01-01T00:00:00Z", [3600.0]),
        (">", "2026-01-01T01:00:00+01:00", [3600.0, DAY]),
    ],
)
def test_an_inequality_holds_for_the_day_itself(sign: str, text: str, kept: list[float]) -> None:
    keep = within({f"Date{sign}": text}, "Date", SIGHT)
    assert [at for at in (0.0, 3599.0, 3600.0, DAY) if keep(at)] == kept


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0.9, "Wed, 31 Dec 2025 23:00:00 +0000"),
        (3600.0, "Thu, 01 Jan 2026 00:00:00 +0000"),
        (3600.0 + 95 * DAY, "Mon, 06 Apr 2026 00:00:00 +0000"),
    ],
)
def test_a_date_of_a_resource_is_of_rfc_2822(at: float, text: str) -> None:
    assert rfc_date(at, SIGHT) == text


def test_what_has_no_date_passes_no_filter() -> None:
    assert not within({"Date>": "2025-01-01"}, "Date", SIGHT)(None)
    assert within({}, "Date", SIGHT)(None)


@pytest.mark.parametrize("text", ["2026-13-01", "2026-01-01T99:00", "9999-12-31"])
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="Date"):
        within({"Date": text}, "Date", SIGHT)
