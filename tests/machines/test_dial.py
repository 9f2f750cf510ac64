"""One Dial and its legs: answers and ends that cross, come late, or come twice."""

from __future__ import annotations

import pytest

from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.phone import BOB, CAT, Phone

TWO = f'<Dial action="/done"><Number>{BOB}</Number><Number>{CAT}</Number></Dial>'
ASKED = f'<Dial action="/done" confirmSound="https://app.example/ask" confirmKey="1"><Number>{BOB}</Number></Dial>'


def dialling(element: str = TWO, tongue: str = "plivo") -> Phone:
    """Ann is up, and her Dial rings."""
    phone = Phone()
    phone.meets("<Speak>Hi.</Speak>" if tongue != "texml" else "<Say>Hi.</Say>", element, tongue=tongue)
    phone.played()
    return phone


def talking() -> Phone:
    """Ann talks to Bob; Cat's leg is gone."""
    phone = dialling()
    phone.answers(phone.leg(BOB))
    phone.ended(phone.leg(CAT))
    return phone


def status(phone: Phone) -> list[object]:
    """What the action is told by the latest effects."""
    return [e.facts["dial_status"] for e in phone.did(effects.FetchDocument) if e.kind == "action_dial"]


def test_of_two_answers_the_first_that_is_handled_wins() -> None:
    phone = dialling()
    phone.answers(phone.leg(BOB))
    assert [(c.call, c.other) for c in phone.did(effects.ConnectCalls)] == [("ann", phone.leg(BOB))]
    assert phone.hung_up() == [(phone.leg(CAT), "lost_race")]

    phone.answers(phone.leg(CAT))

    assert phone.last == []


def test_an_answer_after_the_ring_time_is_over_is_hung_up() -> None:
    phone = dialling()
    phone.rings("dial")
    legs = [phone.leg(BOB), phone.leg(CAT)]
    assert phone.hung_up() == [(one, "ring_timeout") for one in legs]
    assert status(phone) == ["timeout"]

    assert phone.answers(legs[0]) == []
    assert phone.calls()[legs[0]] == "ending"


def test_an_answer_after_the_caller_is_gone_is_hung_up() -> None:
    phone = dialling()
    phone.ended("ann")
    assert phone.hung_up() == [(phone.leg(BOB), "cancelled"), (phone.leg(CAT), "cancelled")]

    assert phone.answers(phone.leg(BOB)) == []


def test_late_ends_of_losing_legs_change_nothing() -> None:
    phone = dialling()
    phone.answers(phone.leg(BOB))

    phone.ended(phone.leg(CAT))

    assert [effect.about.cause for effect in phone.did(effects.RecordCallEnd)] == ["lost_race"]
    assert phone.calls() == {"ann": "up", phone.leg(BOB): "up"}


def test_the_dial_is_over_when_the_last_leg_is_gone() -> None:
    phone = dialling()
    phone.ended(phone.leg(BOB), "busy")
    assert status(phone) == []

    phone.ended(phone.leg(CAT), "no_answer")

    assert status(phone) == ["no_answer"]
    assert phone.running() == set()


def test_an_end_that_comes_twice_counts_once() -> None:
    phone = talking()
    phone.ended(phone.leg(BOB))
    assert status(phone) == ["completed"]

    assert phone.ended(phone.leg(BOB)) == []
    assert phone.stale == 1


def test_the_caller_that_is_not_up_is_answered_first_and_then_joined() -> None:
    phone = Phone()
    phone.meets(TWO)
    phone.answers(phone.leg(BOB))
    assert phone.did(effects.ConnectCalls) == []
    assert [effect.call for effect in phone.did(effects.Answer)] == ["ann"]

    phone.answers("ann")

    assert len(phone.did(effects.ConnectCalls)) == 1


def test_a_callee_that_is_gone_before_the_caller_is_up_is_not_joined() -> None:
    phone = Phone()
    phone.meets(TWO, "<Speak>After.</Speak>")
    phone.answers(phone.leg(BOB))
    phone.ended(phone.leg(BOB))
    assert status(phone) == ["completed"]

    phone.answers("ann")

    assert phone.did(effects.ConnectCalls) == []
    assert phone.fetched("<Speak>Gone.</Speak>") != []
    assert phone.spoken() == ["Gone."]


def test_a_caller_that_is_gone_before_it_is_up_takes_the_callee_along() -> None:
    phone = Phone()
    phone.meets(TWO)
    phone.answers(phone.leg(BOB))

    phone.ended("ann")

    assert phone.hung_up() == [(phone.leg(BOB), "dial_ended")]


def test_the_talks_time_and_the_callees_end_at_once_conclude_once() -> None:
    phone = talking()
    phone.rings("talk")
    assert status(phone) == ["completed"]
    assert phone.hung_up() == [(phone.leg(BOB), "dial_ended")]

    phone.ended(phone.leg(BOB))

    assert phone.did(effects.FetchDocument) == []


def test_the_confirm_key_after_the_caller_is_gone_joins_nobody() -> None:
    phone = dialling(ASKED)
    phone.answers(phone.leg())
    phone.ended("ann")
    assert phone.hung_up() == [(phone.leg(), "dial_ended")]

    assert phone.press("1", phone.leg()) == []


def test_another_key_than_the_confirm_key_is_nothing() -> None:
    phone = dialling(ASKED)
    phone.answers(phone.leg())

    assert phone.press("2", phone.leg()) == []
    phone.press("1", phone.leg())
    assert len(phone.did(effects.ConnectCalls)) == 1


def test_a_confirm_sound_that_comes_after_the_key_is_stale() -> None:
    phone = dialling(ASKED)
    phone.answers(phone.leg())
    asked = phone.fetch()
    phone.press("1", phone.leg())

    phone.tell(events.DocumentFetched(phone.at, asked.owner, asked.id, body=b"<Response><Speak>A</Speak></Response>"))

    assert phone.last == []
    assert phone.stale == 1


def test_the_time_to_confirm_is_not_counted_once_the_two_talk() -> None:
    phone = dialling(ASKED)
    phone.answers(phone.leg())
    phone.fetched("<Speak>Press.</Speak>")
    phone.played()
    assert f"{phone.leg()}:confirm" in phone.running()

    phone.press("1", phone.leg())

    assert f"{phone.leg()}:confirm" not in phone.running()


@pytest.mark.parametrize("event", [events.CallRinging, events.CallAnswered])
def test_what_a_leg_does_after_its_caller_went_elsewhere_is_nothing(event: type[events.CallAnswered]) -> None:
    phone = dialling()
    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))
    assert [name for name, _ in phone.hung_up()] == [phone.leg(BOB), phone.leg(CAT)]

    assert phone.tell(event(phone.at, phone.leg(BOB))) == []


def test_keys_of_a_talk_are_not_kept_for_what_comes_after_it() -> None:
    phone = dialling(f"<Dial><Number>{BOB}</Number></Dial><GetDigits action='/got' numDigits='1'/>")
    phone.answers(phone.leg())
    phone.press("5")

    phone.ended(phone.leg())

    assert phone.did(effects.FetchDocument) == []


def test_a_leg_that_screens_is_no_part_of_the_talk_until_it_is_joined() -> None:
    phone = dialling(f'<Dial action="/done"><Number url="/screen">{BOB}</Number></Dial>', "texml")
    phone.answers(phone.leg())
    assert [effect.kind for effect in phone.did(effects.FetchDocument)] == ["screening"]
    assert phone.did(effects.ConnectCalls) == []

    phone.fetched()

    assert len(phone.did(effects.ConnectCalls)) == 1
    assert phone.fetched("<Hangup/>") == []


def test_a_leg_that_screens_may_be_given_another_document() -> None:
    phone = dialling(f'<Dial action="/done"><Number url="/screen">{BOB}</Number></Dial>', "texml")
    phone.answers(phone.leg())
    phone.ask(commands.TransferCall(call=phone.leg(), aleg=Hook("https://app.example/new")))
    [asked] = [effect for effect in phone.did(effects.FetchDocument) if effect.kind == "transfer"]
    assert status(phone) == ["no_answer"]

    phone.tell(events.DocumentFetched(phone.at, asked.owner, asked.id, body=b"<Response><Say>New.</Say></Response>"))
    assert phone.spoken() == ["New."]
    phone.played()

    assert phone.did(effects.ConnectCalls) == []
    assert phone.hung_up() == [(phone.leg(), "end_of_document")]
