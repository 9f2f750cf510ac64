"""What a server says of its file decides how long ours is played unasked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drivers.sounds.fresh import conditions, lifetime, renewed

DATE = "Mon, 02 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("keeping", "seconds"),
    [
        ({}, 60.0),
        ({"etag": '"a"', "last-modified": DATE}, 60.0),
        ({"cache-control": "public"}, 60.0),
        ({"cache-control": "max-age=300"}, 300.0),
        ({"cache-control": "Public, Max-Age = 300"}, 300.0),
        ({"cache-control": 'max-age="300"'}, 300.0),
        ({"cache-control": "max-age=300", "age": "100"}, 200.0),
        ({"cache-control": "max-age=300", "age": "400"}, 0.0),
        ({"cache-control": "max-age=300, s-maxage=20"}, 20.0),
        ({"cache-control": "max-age=0"}, 0.0),
        ({"cache-control": "max-age=soon"}, 0.0),
        ({"cache-control": "max-age=-1"}, 0.0),
        ({"cache-control": "max-age=31536000"}, 1_000.0),
        ({"cache-control": "no-cache"}, 0.0),
        ({"cache-control": "no-store, max-age=300"}, 0.0),
        ({"date": DATE, "expires": "Mon, 02 Nov 2026 10:01:30 GMT"}, 90.0),
        ({"date": DATE, "expires": "Mon, 02 Nov 2026 09:00:00 GMT"}, 0.0),
        ({"date": DATE, "expires": "0"}, 0.0),
        ({"expires": "Mon, 02 Nov 2026 10:01:30 GMT"}, 0.0),
        ({"date": "Mon, 02 Nov 2026 10:00:00 -0000", "expires": DATE}, 0.0),
        ({"date": DATE, "expires": "Mon, 02 Nov 2026 10:01:30 GMT", "cache-control": "max-age=5"}, 5.0),
    ],
)
def test_a_copy_lives_as_long_as_its_server_says(keeping: dict[str, str], seconds: float) -> None:
    assert lifetime(keeping, 60.0, 1_000.0) == seconds


@given(st.dictionaries(st.sampled_from(["cache-control", "age", "date", "expires"]), st.text()))
def test_no_header_makes_a_copy_live_for_ever(keeping: dict[str, str]) -> None:
    assert 0.0 <= lifetime(keeping, 60.0, 1_000.0) <= 1_000.0


def test_a_file_is_asked_for_by_what_its_server_named_it_by() -> None:
    asked = conditions({"etag": 'W/"a"', "last-modified": DATE, "date": DATE})
    assert asked == (("If-None-Match", 'W/"a"'), ("If-Modified-Since", DATE))
    assert conditions({"date": DATE}) == ()


def test_an_unchanged_copy_is_as_old_as_is_said_now() -> None:
    old = {"etag": '"a"', "cache-control": "max-age=300", "age": "299"}
    assert lifetime(renewed(old, {}), 60.0, 1_000.0) == 300.0
    assert lifetime(renewed(old, {"age": "100"}), 60.0, 1_000.0) == 200.0
    assert conditions(renewed(old, {})) == (("If-None-Match", '"a"'),)
