"""What settles an effect and what does not, one by one; the laws test has the storms."""

from __future__ import annotations

import pytest

from engine.ledger import Ledger
from engine.values import effects
from engine.values.effects import CallFacts, Effect
from engine.values.events import (
    CallEnded,
    DigitPressed,
    DocumentFetched,
    Event,
    JoinFailed,
    MemberJoined,
    MemberLeft,
    PlaybackEnded,
    RecordingEnded,
    SwitchWasLost,
    TimerRang,
)

QUIET = DigitPressed(0.0, "nobody", "1")
JOIN = effects.JoinConference("ann", "r1", "ann.1", muted=True, waiting=True)
SOUND = effects.PlayMedia("ann", "ann.2", "r1", "beep:1")
FETCH = effects.FetchDocument("ann", "ann.3", "https://app.example/d", "POST", "answer", "plivo")
TOLD = effects.SendCallback("ann", "ann.4", "https://app.example/t", "POST", "hangup", "plivo")
ROOM_END = effects.RecordConferenceEnd("r1", "acme", "standup", "last_left", 0.0, 0.0, 1.0)
CALL_END = effects.RecordCallEnd(CallFacts("ann", "acme", "+1", "+2", "inbound", "ended"))


def after(asked: list[Effect], *happened: Event | Effect) -> list[Effect]:
    """What stands when this was asked, and then this happened, or followed from something that does not matter."""
    ledger = Ledger()
    ledger.happened(QUIET, asked)
    for one in happened:
        event, followed = (one, []) if isinstance(one, Event) else (QUIET, [one])
        ledger.happened(event, followed)
    return ledger.standing()


@pytest.mark.parametrize(
    ("asked", "settled"),
    [
        (effects.SetTimer("ann:limit", 9.0, 2), TimerRang(9.0, "ann:limit", 2)),
        (effects.SetTimer("ann:limit", 9.0, 2), effects.CancelTimer("ann:limit")),
        (FETCH, DocumentFetched(0.0, "ann", "ann.3")),
        (FETCH, CALL_END),
        (SOUND, PlaybackEnded(0.0, "ann", "ann.2")),
        (SOUND, effects.StopMedia("ann", "ann.2")),
        (SOUND, ROOM_END),
        (SOUND, CallEnded(0.0, "ann")),
        (JOIN, JoinFailed(0.0, "ann", "r1", "ann.1")),
        (effects.HangUp("stranger", "internal"), CallEnded(0.0, "stranger")),
        (effects.ConnectCalls("ann", "bob"), effects.DisconnectCalls("bob", "ann")),
        (effects.ConnectCalls("ann", "bob"), CallEnded(0.0, "bob")),
        (effects.PauseRecording("ann", "ann.5"), effects.ResumeRecording("ann", "ann.5")),
        (effects.StartRecording("ann", "ann.5", "ann"), RecordingEnded(0.0, "ann", "ann.5")),
        (effects.Answer("ann"), SwitchWasLost(0.0)),
    ],
)
def test_what_is_settled_stands_no_more(asked: Effect, settled: Event | Effect) -> None:
    assert after([asked]) == [asked]
    assert after([asked], settled) == []


@pytest.mark.parametrize(
    ("asked", "not_settled"),
    [
        (effects.SetTimer("ann:limit", 9.0, 2), TimerRang(9.0, "ann:limit", 1)),
        (FETCH, DocumentFetched(0.0, "ann", "ann.2")),
        (FETCH, SwitchWasLost(0.0)),
        (TOLD, CALL_END),
        (effects.StartRecording("ann", "ann.5", "ann"), CALL_END),
        (JOIN, JoinFailed(0.0, "ann", "r1", "ann.0")),
        (JOIN, MemberLeft(0.0, "ann", "r1")),
        (JOIN, MemberJoined(0.0, "ann", "r1", "ann.1")),
    ],
)
def test_what_is_about_something_else_settles_nothing(asked: Effect, not_settled: Event | Effect) -> None:
    assert after([asked], not_settled) == [asked]


def test_a_member_that_is_in_cannot_fail_to_join_any_more_but_leaves_with_all_that_was_its_own() -> None:
    joined, muted = MemberJoined(0.0, "ann", "r1", "ann.1"), effects.MuteMembers("r1", ("ann", "bob"), on=False)
    held = effects.HoldMembers("r1", ("ann",), on=True)
    of_ann: list[Effect] = [JOIN, effects.MuteMembers("r1", ("ann",), on=False), held]
    of_bob: list[Effect] = [effects.MuteMembers("r1", ("bob",), on=False)]

    assert after([JOIN], joined, JoinFailed(0.0, "ann", "r1", "ann.1")) == [JOIN]
    assert sorted(map(str, after([JOIN, muted, held], joined))) == sorted(map(str, of_ann + of_bob))
    assert after([JOIN, muted, held], joined, MemberLeft(0.0, "ann", "r1")) == of_bob


def test_the_last_word_stands_and_comes_last() -> None:
    first, second = effects.MuteMembers("r1", ("ann",), on=True), effects.MuteMembers("r1", ("ann",), on=False)
    assert after([first, JOIN, second]) == [JOIN, second]
