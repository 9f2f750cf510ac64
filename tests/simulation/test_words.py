"""Every command can be said in a scenario, and every word is a command or a deed."""

from typing import Any, get_args

import msgspec
import pytest

from engine.simulation.words import DEEDS, SHORTHANDS, WORDS, AnyStep, carry_out, tag_of
from engine.values import commands
from engine.values.commands import AnyCommand
from engine.values.flow import Hook


def made(**step: Any) -> Any:
    return carry_out(msgspec.convert(step, AnyStep), lambda name: f"<{name}>", lambda: "plivo")


def test_there_is_a_word_for_every_command_every_shorthand_and_every_deed() -> None:
    tags = {tag_of(kind) for kind in get_args(AnyCommand)}

    assert set(WORDS) == tags | {short.do for short in SHORTHANDS} | set(DEEDS)
    assert not tags & {short.do for short in SHORTHANDS}


def test_every_field_of_every_command_can_be_said() -> None:
    for kind in get_args(AnyCommand):
        assert set(WORDS[tag_of(kind)].fields) == set(kind.__struct_fields__)


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("mute", {"muted": True}),
        ("unmute", {"muted": False}),
        ("deafen", {"deaf": True}),
        ("undeafen", {"deaf": False}),
        ("hold", {"held": True}),
        ("unhold", {"held": False}),
        ("uncoach", {"coach": ""}),
        ("set_end_on_exit", {"end_on_exit": True}),
        ("set_beep_on_exit", {"beep_on_exit": True}),
    ],
)
def test_a_shorthand_is_an_update_of_members(do: str, fields: dict[str, Any]) -> None:
    assert made(do=do, conference="Room", members=["ann"]) == commands.UpdateMember(
        conference="Room", members=("<ann>",), **fields
    )


@pytest.mark.parametrize(
    ("do", "field"),
    [
        ("hold", "hold_sound"),
        ("set_hold_sound", "hold_sound"),
        ("set_wait_sound", "wait_sound"),
        ("announce_member", "announce"),
    ],
)
def test_a_sound_is_an_address(do: str, field: str) -> None:
    plain = made(do=do, conference="Room", sound="https://app.example/a")
    full = made(do=do, conference="Room", sound={"url": "https://app.example/a", "method": "GET"})

    assert getattr(plain, field) == Hook("https://app.example/a")
    assert getattr(full, field) == Hook("https://app.example/a", "GET")


def test_a_coach_names_whom_it_coaches() -> None:
    assert made(do="coach", conference="Room", members="bob", target="ann") == commands.UpdateMember(
        conference="Room", members=("<bob>",), coach="<ann>"
    )


def test_a_room_is_unlocked() -> None:
    assert made(do="unlock", conference="Room") == commands.LockConference(conference="Room", locked=False)


def test_a_new_call_keeps_its_name_and_speaks_the_scenario_s_dialect() -> None:
    command = made(do="make_call", call="cleo", to="+1", **{"from": "+2"}, answer="https://app.example/a")

    assert command == commands.MakeCall(
        call="cleo", to="+1", caller="+2", tongue="plivo", answer=Hook("https://app.example/a")
    )


def test_a_transferred_call_keeps_its_dialect_unless_the_step_names_another() -> None:
    assert made(do="transfer", call="ann", aleg="https://app.example/a").tongue == ""
    assert made(do="transfer", call="ann", aleg="https://app.example/a", dialect="texml").tongue == "texml"


def test_an_inline_document_is_bytes() -> None:
    assert made(do="transfer", call="ann", document="<Response/>") == commands.TransferCall(
        call="<ann>", document=b"<Response/>"
    )
