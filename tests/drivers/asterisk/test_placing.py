"""Whom a call rings and what goes along with it: nothing that a document says may do anything else at the switch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drivers.asterisk.placing import dial_string, variables
from engine.drivers.asterisk.settings import AriSettings
from engine.values.effects import PlaceCall

SETTINGS = AriSettings(number="PJSIP/{number}@trunk", uri="PJSIP/out/{uri}")


def rings(to: str) -> str:
    """What is rung for somebody."""
    return dial_string(PlaceCall("c", to), SETTINGS)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("+14155550111", "PJSIP/+14155550111@trunk"),
        ("100", "PJSIP/100@trunk"),
        ("*43#", "PJSIP/*43#@trunk"),
        ("sip:bob@example.com", "PJSIP/out/sip:bob@example.com"),
        ("SIP:bob@example.com:5080", "PJSIP/out/sip:bob@example.com:5080"),
        ("sips:bob@[::1]:5061", "PJSIP/out/sips:bob@[::1]:5061"),
        ("sip:bob@example.com;transport=tcp", "PJSIP/out/sip:bob@example.com;transport=tcp"),
    ],
)
def test_numbers_and_addresses_are_rung_as_the_settings_say(to: str, said: str) -> None:
    assert rings(to) == said


@pytest.mark.parametrize(
    "to",
    [
        "",
        "+1 415 555 0111",
        "100&PJSIP/200",
        "100@other",
        "100/200",
        "${SHELL(id)}",
        "sip:",
        "sip:bob@example.com&PJSIP/phone",
        "sip:bob@example.com,30,U(x)",
        "sip:bob@exa mple.com",
        "sip:${SHELL(id)}@example.com",
        "sip:bob@example.com\r\nX-Evil: 1",
        "sip:bob@example.com/x",
        "1" * 41,
    ],
)
def test_what_is_no_number_and_no_address_rings_nobody(to: str) -> None:
    assert rings(to) == ""


@given(to=st.text(max_size=60))
def test_nothing_that_is_special_to_the_switch_gets_into_a_dial_string(to: str) -> None:
    said = rings(to).removeprefix("PJSIP/out/")

    assert not set(said.removeprefix("PJSIP/")) & set("&,/|${}\"'\\ \r\n\t")


def test_the_caller_and_headers_go_along() -> None:
    effect = PlaceCall("c", "100", "+16505550199", "Ann", headers=(("X-PH-Colour", "green"),))

    given = variables(effect)

    assert given["CONNECTEDLINE(num,i)"] == "+16505550199"
    assert given["CONNECTEDLINE(name,i)"] == "Ann"
    assert given["PJSIP_HEADER(add,X-PH-Colour)"] == "green"
    assert "TALK_DETECT(set)" in given


def test_a_call_without_a_caller_or_headers_has_none() -> None:
    assert list(variables(PlaceCall("c", "100"))) == ["TALK_DETECT(set)"]


@pytest.mark.parametrize("name", ["X-A)b", "X A", "X,A", "", "X:A", "X\r\nVia", "Ä", "x" * 81])
def test_a_header_of_a_bad_name_is_left_out(name: str) -> None:
    assert list(variables(PlaceCall("c", "100", headers=((name, "1"),)))) == ["TALK_DETECT(set)"]


@given(text=st.text(max_size=600))
def test_no_value_of_a_header_and_no_name_ends_a_line(text: str) -> None:
    given = variables(PlaceCall("c", "100", text or "1", text, headers=(("X-A", text),)))

    for value in given.values():
        assert not set(value) & set("\r\n\x00\x7f")
        assert len(value) <= 400
