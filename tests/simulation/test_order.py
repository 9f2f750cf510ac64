"""A step can be said in one line."""

import pytest

from engine.errors import RequestError
from engine.simulation.order import read_order
from engine.simulation.words import carry_out
from engine.values import commands


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("10 kick ann", commands.KickMember(conference="", members=("ann",))),
        ("10 kick ann,bob conference=Room", commands.KickMember(conference="Room", members=("ann", "bob"))),
        ("10 kick all", commands.KickMember(conference="", members=("all",))),
        ("10 coach bob ann", commands.UpdateMember(conference="", members=("bob",), coach="ann")),
        ("10 end_conference Room", commands.EndConference(conference="Room")),
        ("10 speak ann hello there", commands.SpeakToMember(conference="", members=("ann",), text="hello there")),
        ("10 play ann https://a/b?c=d", commands.PlayToMember(conference="", members=("ann",), url="https://a/b?c=d")),
        ("10 record_call ann max_length=5", commands.RecordCall(call="ann", max_length=5.0)),
        (
            "10 set_end_on_exit ann ends=false",
            commands.UpdateMember(conference="", members=("ann",), end_on_exit=False),
        ),
        ("10 shut_down", commands.ShutDown()),
    ],
)
def test_a_line_of_words_is_a_step(text: str, command: commands.Command) -> None:
    step = read_order(text)

    assert step.at == 10.0
    assert carry_out(step, str, str) == command


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10", "as in '10 kick ann'"),
        ("10 kick 'ann", "as in '10 kick ann'"),
        ("10 kik ann", "did you mean kick?"),
        ("soon kick ann", "at"),
        ("10 press ann", "`digits` is missing"),
        ("10 shut_down now", "takes no 'now'"),
    ],
)
def test_what_is_no_step_is_told(text: str, words: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_order(text)

    assert words in str(caught.value)
