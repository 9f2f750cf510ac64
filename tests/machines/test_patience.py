"""How hard an address is tried: what its dialect says, and what the address itself may change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from engine.dialects.tongues import RULES
from engine.machines.patience import tuned
from engine.values.rules import Patience

TUNING = RULES["plivo"].tuning
BASE = Patience(tries=2, connect=2.0, timeout=40.0, total=55.0)
HOME = "https://app.example/a?b=1"


def changed(fragment: str) -> dict[str, object]:
    """What a fragment changes."""
    patience, url = tuned(BASE, f"{HOME}#{fragment}", TUNING)
    assert url == HOME
    before = asdict(BASE)
    return {name: value for name, value in asdict(patience).items() if value != before[name]}


@pytest.mark.parametrize(
    ("fragment", "changes"),
    [
        ("ct=500", {"connect": 0.5}),
        ("rt=700", {"timeout": 0.7}),
        ("tt=20000", {"total": 20.0}),
        ("rc=3", {"tries": 4}),
        ("rc=0", {"tries": 1}),
        ("rp=5xx", {"retry": ("5xx",)}),
        ("rp=rt,ct", {}),
        ("rp=4xx,ct", {"retry": ("connect", "4xx")}),
        ("rp=4xx%2C%205xx", {"retry": ("4xx", "5xx")}),
        ("rp=all", {"retry": ("timeout", "connect", "4xx", "5xx")}),
        ("ct=1000&rc=5&rp=rt", {"connect": 1.0, "tries": 6, "retry": ("timeout",)}),
    ],
)
def test_each_key_sets_what_plivo_says(fragment: str, changes: dict[str, object]) -> None:
    """Plivo 3.8."""
    assert changed(fragment) == changes


@pytest.mark.parametrize(
    ("fragment", "changes"),
    [
        ("ct=1", {"connect": 0.1}),
        ("ct=60000", {"connect": 10.0}),
        ("rt=1", {"timeout": 0.1}),
        ("rt=60000", {}),  # forty seconds, as it is
        ("tt=0", {"total": 0.1}),
        ("tt=60000", {}),
        ("rc=6", {"tries": 6}),
        ("rc=-1", {"tries": 1}),
        ("rc=" + "9" * 5000, {"tries": 6}),
    ],
)
def test_a_number_out_of_range_is_held_to_the_range(fragment: str, changes: dict[str, object]) -> None:
    """Plivo 3.8: 100 to 10000, 40000, 55000 ms; 0 to 5 retries."""
    assert changed(fragment) == changes


@pytest.mark.parametrize(
    "fragment",
    ["top", "rc", "rc=", "rc=many", "rc=1.5", "rc=\u0663", "rc=1_0", "RC=3", "rp=", "rp=6xx", "er=mumbai", "ct=&&=="],
)
def test_what_makes_no_sense_changes_nothing(fragment: str) -> None:
    assert changed(fragment) == {}


def test_sense_is_kept_beside_nonsense() -> None:
    assert changed("x=1&rc=many&rp=6xx,5xx&ct=500") == {"connect": 0.5, "retry": ("5xx",)}


def test_without_a_fragment_everything_stays() -> None:
    assert tuned(BASE, HOME, TUNING) == (BASE, HOME)


def test_where_the_rules_know_no_tuning_the_address_is_left_alone() -> None:
    """Vobiz 3.1: keys are hinted at and not described."""
    assert tuned(BASE, f"{HOME}#rc=3", RULES["vobiz"].tuning) == (BASE, f"{HOME}#rc=3")


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(["ct=", "rc=", "rp=", "9", "-", "&", "all", "%2C"])).map("".join)
)
def test_whatever_is_written_patience_stays_within_the_ranges(fragment: str) -> None:
    patience, url = tuned(BASE, f"{HOME}#{fragment}", TUNING)

    assert url == HOME
    assert 1 <= patience.tries <= 6
    assert 0.1 <= patience.connect <= 10
    assert 0.1 <= patience.timeout <= 40
    assert 0.1 <= patience.total <= 55
    assert set(patience.retry) <= {"timeout", "connect", "4xx", "5xx"}
    assert patience.retry


@pytest.mark.parametrize("dialect", RULES)
def test_every_dialect_says_how_callbacks_are_delivered(dialect: str) -> None:
    """Each try and each pause before it has its time within the whole (one lane waits that long, not longer)."""
    told = RULES[dialect].patience["callback"]
    pauses = sum(told.gap * 2**n for n in range(told.tries - 1))

    assert told.tries > 1
    assert told.gap > 0
    assert told.timeout <= told.total
    assert pauses < told.total


def test_callbacks_are_delivered_as_the_vendors_say() -> None:
    """Plivo 3.8, Vobiz 3.1, TeXML 3.5."""
    plivo, vobiz, texml = (RULES[name].patience["callback"] for name in ("plivo", "vobiz", "texml"))

    assert (plivo.tries, plivo.connect, plivo.timeout, plivo.total) == (2, 2.0, 40.0, 55.0)
    assert plivo.retry == ("timeout", "connect")
    assert (vobiz.tries, vobiz.timeout) == (4, 3.0)
    assert texml.timeout == 2.0
    assert texml.tries > 1
