"""Expectations are met or told, with what came nearest."""

from typing import Any

import pytest

from engine.simulation.expect import failures, read_expectation

TIMELINE: list[dict[str, Any]] = [
    {"at": 1.0, "call": "ann", "what": "call_answered"},
    {"at": 5.0, "call": "ann", "what": "member_left", "cause": "kicked"},
    {"at": 5.0, "call": "bob", "what": "digit", "digit": "1"},
    {"at": 8.0, "call": "ann", "what": "callback", "url": "u", "params": {"Event": "exit", "Digits": "1"}},
    {"at": 9.3, "call": "ann", "what": "call_ended", "code": 4010},
]


def fault(**expectation: Any) -> str:
    return next((failure.found for failure in failures([read_expectation(expectation, "e")], TIMELINE, {})), "")


@pytest.mark.parametrize(
    "expectation",
    [
        {"at": 5, "what": "member_left", "cause": "kicked"},
        {"at": 9, "within": 0.5, "what": "call_ended"},
        {"at": 9.3000000001, "what": "call_ended", "code": 4010},
        {"what": "callback", "params": {"Event": "exit"}},
        {"call": "bob", "what": "call_ended", "never": True},
        {"call": "ann", "count": 4},
    ],
)
def test_what_happened_is_expected(expectation: dict[str, Any]) -> None:
    assert fault(**expectation) == ""


@pytest.mark.parametrize(
    ("expectation", "found"),
    [
        ({"at": 5, "what": "member_left", "cause": "hung_up"}, "there is none"),
        ({"at": 9, "what": "call_ended"}, "there is none"),
        ({"what": "callback", "params": {"Event": "enter"}}, "there is none"),
        ({"what": "call_ended", "never": True}, "there are 1"),
        ({"call": "ann", "count": 1}, "there are 4"),
        ({"what": "call_ended", "no_such_field": 1}, "there is none"),
    ],
)
def test_what_did_not_happen_is_told(expectation: dict[str, Any], found: str) -> None:
    assert fault(**expectation) == found


@pytest.mark.parametrize(
    ("word", "heard", "found"),
    [
        ("hears", [True], ""),
        ("hears", [False], "ann does not hear bob"),
        ("not_hears", [False], ""),
        ("not_hears", [True], "ann hears bob"),
        ("hears", [], "the run was over by then"),
    ],
)
def test_hearing_is_judged_by_what_was_found(word: str, heard: list[bool], found: str) -> None:
    expectation = read_expectation({"at": 5, word: ["ann", "bob"]}, "e")
    told = [failure.found for failure in failures([expectation], TIMELINE, {1: heard})]

    assert told == ([found] if found else [])


def test_the_nearest_entries_share_most_fields_and_come_in_order() -> None:
    expectation = read_expectation({"at": 6, "call": "bob", "what": "digit", "digit": "2"}, "e")

    (failure,) = failures([expectation], TIMELINE, {})

    assert failure.number == 1
    assert failure.wanted == "at: 6, call: bob, what: digit, digit: 2"
    assert TIMELINE[2] in failure.near
    assert [entry["at"] for entry in failure.near] == sorted(entry["at"] for entry in failure.near)
