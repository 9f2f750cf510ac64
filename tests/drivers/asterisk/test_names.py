"""Names of what we make at the switch: safe in an address, read back, and of one run alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drivers.asterisk.names import Names, call_of

NAMES = Names("1a1ff0")


@given(id=st.text(min_size=1, max_size=40))
def test_any_id_comes_back_from_a_name_that_may_stand_in_an_address(id: str) -> None:  # noqa: A002
    name = NAMES.name("room", id)

    assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    assert NAMES.read(name) == ("room", id)


def test_two_ids_never_share_a_name() -> None:
    ids = ["a b", "a_20_b", "a_20b", "a/b", "a_2f_b", "ä", "_", "__", "_5f_"]

    assert len({NAMES.name("room", id) for id in ids}) == len(ids)  # noqa: A001


@pytest.mark.parametrize("name", ["", "1795280184.0", "callflow.other.room.1", "callflow.1a1ff.room.1", "callflow."])
def test_a_name_of_another_run_or_of_somebody_else_is_not_ours(name: str) -> None:
    assert NAMES.read(name) is None


def test_services_with_an_application_each_know_their_own_names() -> None:
    other = Names("1a1ff0", "other")

    assert NAMES.read(other.name("room", "1")) is None
    assert not other.name("room", "1").startswith(NAMES.house)
    assert Names("2").name("room", "1").startswith(NAMES.house)


def test_a_call_that_comes_in_has_one_id_as_long_as_its_channel_lives() -> None:
    assert call_of("1795280184.0") == call_of("1795280184.0")
    assert call_of("1795280184.0") != call_of("1795280184.1")
