"""Fields of requests: what is taken, in which spellings, and how what is wrong is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dialects.face import Field, Problem, Refused
from engine.dialects.form import FITTERS, read

TEXT = Field(name="text", doc="")


def problems(field: Field, **values: Any) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as caught:
        read((field,), values)
    return caught.value.problems


def test_what_a_row_does_not_name_is_ignored() -> None:
    assert read((TEXT,), {"text": "hello", "member_id": "10"}) == {"text": "hello"}


def test_an_absent_field_is_absent_or_has_its_default() -> None:
    fields = (TEXT, Field(name="loop", doc="", kind="boolean", default=False))
    assert read(fields, {}) == {"loop": False}


def test_all_that_is_wrong_is_told_at_once() -> None:
    fields = (Field(name="url", doc="", kind="url", required=True), Field(name="length", doc="", kind="integer"))
    with pytest.raises(Refused) as caught:
        read(fields, {"length": "soon"})
    assert [(one.trouble, one.field) for one in caught.value.problems] == [("missing", "url"), ("type", "length")]


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("integer", "12", 12),
        ("integer", 12.0, 12),
        ("number", "0.5", 0.5),
        ("boolean", "True", True),
        ("boolean", False, False),
        ("method", "get", "GET"),
        ("url", " https://app.example/a?b=c#d ", "https://app.example/a?b=c#d"),
        ("texts", "10, 11,,10", ("10", "11")),
        ("texts", ["a", "b,c"], ("a", "b", "c")),
        ("text", 17, "17"),
        ("object", {"a": [1]}, {"a": [1]}),
    ],
)
def test_a_value_is_taken_as_a_form_or_json_writes_it(kind: Any, given: Any, taken: Any) -> None:
    assert read((Field(name="it", doc="", kind=kind),), {"it": given}) == {"it": taken}


@pytest.mark.parametrize(
    ("kind", "given", "trouble"),
    [
        ("integer", "1.5", "type"),
        ("integer", True, "type"),
        ("integer", "9" * 50, "type"),
        ("number", "nan", "type"),
        ("number", [], "type"),
        ("boolean", "yes", "type"),
        ("boolean", 1, "type"),
        ("method", "PUT", "value"),
        ("url", "ftp://app.example", "value"),
        ("url", "http://", "value"),
        ("url", "http://app.example:99999/", "value"),
        ("url", "//app.example", "value"),
        ("text", {"a": 1}, "type"),
        ("text", "x" * 20_000, "range"),
        ("text", "a\0b", "value"),
        ("texts", [{"a": 1}], "type"),
    ],
)
def test_a_value_that_does_not_fit_is_told(kind: Any, given: Any, trouble: str) -> None:
    (problem,) = problems(Field(name="it", doc="", kind=kind), it=given)
    assert (problem.trouble, problem.field) == (trouble, "it")


def test_choices_and_names_may_come_in_any_letter_case_where_the_field_folds() -> None:
    field = Field(name="HoldUrl", doc="", also=("HoldURL",), choices=("On", "Off"), fold=True)
    assert read((field,), {"holdurl": "on"}) == {"HoldUrl": "On"}
    strict = Field(name="legs", doc="", choices=("aleg", "bleg"))
    assert problems(strict, legs="ALEG")[0].target == ("aleg", "bleg")


def test_bounds_hold_for_numbers_and_for_lengths() -> None:
    assert problems(Field(name="n", doc="", kind="integer", low=5, high=120), n=4)[0].target == 5
    assert problems(Field(name="n", doc="", high=3), n="four")[0].target == 3
    assert problems(Field(name="n", doc="", kind="texts", low=1), n=[])[0].trouble == "range"


def test_a_null_is_kept_only_where_the_field_may_be_reset() -> None:
    assert read((Field(name="name", doc="", nullable=True),), {"name": None}) == {"name": None}
    assert read((TEXT,), {"text": None}) == {}


def test_a_pattern_must_match_the_whole_value() -> None:
    field = Field(name="digits", doc="", pattern="[0-9*#wW]+")
    assert read((field,), {"digits": "12#w"}) == {"digits": "12#w"}
    assert problems(field, digits="12x")[0].target == "[0-9*#wW]+"


def test_a_long_value_is_not_repeated_in_the_problem() -> None:
    assert problems(Field(name="n", doc="", kind="integer"), n="x" * 1000)[0].value is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(kind=st.sampled_from(sorted(FITTERS)), value=JSON)
def test_whatever_comes_is_taken_or_refused(kind: Any, value: Any) -> None:
    named = "it"
    try:
        read((Field(name="it", doc="", kind=kind),), {"it": value})
    except Refused as refused:
        named = refused.problems[0].field
    assert named == "it"
