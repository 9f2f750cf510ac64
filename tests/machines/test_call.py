"""A call's life, told late, twice, or in the wrong order."""

from __future__ import annotations

from typing import Any

import pytest

from engine.exchange import Exchange
from engine.settings import Settings
from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.hand import TONGUES
from tests.machines.phone import ANSWER, Phone, response

TOLD = Hook("https://app.example/told")


def placed(**given: Any) -> Phone:
    """Dan is being called."""
    phone = Phone()
    phone.ask(commands.MakeCall(call="dan", to="+1", caller="+2", tongue="plivo", answer=ANSWER, hangup=TOLD, **given))
    return phone


@pytest.mark.parametrize(
    "event",
    [
        events.CallRinging(0.0, "nobody"),
        events.CallAnswered(0.0, "nobody"),
        events.CallEnded(0.0, "nobody"),
        events.DigitPressed(0.0, "nobody", "1"),
        events.SpeechHeard(0.0, "nobody", "hello"),
        events.TalkStarted(0.0, "nobody"),
        events.CallHeldFar(0.0, "nobody", held=True),
        events.MachineDetected(0.0, "nobody", machine=True),
        events.PlaybackEnded(0.0, "nobody", "nobody.1"),
        events.DocumentFetched(0.0, "nobody", "nobody.1"),
        events.RecordingStarted(0.0, "nobody", "nobody.1"),
        events.RecordingEnded(0.0, "nobody", "nobody.1"),
        events.TimerRang(0.0, "nobody:wait", 1),
    ],
)
def test_what_concerns_nobody_is_counted_and_dropped(event: events.Event) -> None:
    phone = Phone()

    assert phone.tell(event) == []
    assert phone.stale == 1


def test_a_call_that_arrives_twice_arrives_once() -> None:
    phone = Phone()
    phone.meets("<Wait/>")

    phone.tell(events.CallArrived(0.0, "ann", "+1", "+2", "plivo", answer=ANSWER))

    assert phone.last == []
    assert phone.stale == 1


def test_what_came_along_with_a_call_is_among_its_facts_to_the_last() -> None:
    # Plivo 3.1: ForwardedFrom, X-PH-.
    phone = Phone()
    came = (("Order", "42"),)
    phone.tell(
        events.CallArrived(0.0, "ann", "+1", "+2", "plivo", answer=ANSWER, headers=came, forwarded_from="+12125550100")
    )
    asked = phone.fetch().about

    phone.ended("ann")

    [last] = phone.did(effects.RecordCallEnd)
    assert asked is not None
    for facts in (asked, last.about):
        assert (facts.headers, facts.forwarded_from) == (came, "+12125550100")


def test_a_second_ringing_tells_nobody_again() -> None:
    phone = placed(ring=TOLD)

    assert len(phone.tell(events.CallRinging(0.0, "dan"))) == 1
    assert phone.tell(events.CallRinging(0.0, "dan")) == []


def test_a_second_answer_does_not_start_the_flow_again() -> None:
    phone = placed()

    phone.answers("dan")
    assert [effect.kind for effect in phone.did(effects.FetchDocument)] == ["answer"]
    assert phone.answers("dan") == []


def test_a_ringing_that_comes_after_the_answer_is_nothing() -> None:
    phone = placed(ring=TOLD)
    phone.answers("dan")

    assert phone.tell(events.CallRinging(0.0, "dan")) == []
    assert phone.calls() == {"dan": "up"}


def test_an_answer_after_the_hang_up_was_asked_for_is_nothing() -> None:
    phone = placed()
    phone.ask(commands.CancelCall(call="dan"))
    assert phone.hung_up() == [("dan", "api_cancel")]

    assert phone.answers("dan") == []
    assert phone.calls() == {"dan": "ending"}


def test_a_call_is_over_only_when_its_channel_is() -> None:
    phone = placed()
    phone.answers("dan")
    phone.ask(commands.HangUpCall(call="dan"))
    assert phone.did(effects.RecordCallEnd) == []

    phone.ended("dan")

    assert [effect.about.cause for effect in phone.did(effects.RecordCallEnd)] == ["api"]
    assert phone.calls() == {}


def test_a_call_ends_once() -> None:
    phone = placed()
    phone.ended("dan")

    assert phone.ended("dan") == []
    assert phone.stale == 1


def test_the_first_cause_of_an_end_stands() -> None:
    phone = placed(time_limit=5)
    phone.answers("dan")
    phone.ask(commands.HangUpCall(call="dan"))
    phone.ask(commands.HangUpAllCalls())
    assert phone.hung_up() == []

    phone.ended("dan", "lost")

    assert [effect.about.cause for effect in phone.did(effects.RecordCallEnd)] == ["api"]


@pytest.mark.parametrize(
    ("why", "cause", "source"),
    [
        ("hangup", "hangup", "callee"),
        ("busy", "busy", "callee"),
        ("rejected", "rejected", "callee"),
        ("no_answer", "ring_timeout", "platform"),
        ("unreachable", "unreachable", "carrier"),
        ("lost", "lost", "carrier"),
    ],
)
def test_the_switchs_word_for_an_end_is_our_cause(why: str, cause: str, source: str) -> None:
    phone = placed()
    phone.ended("dan", why)

    [end] = phone.did(effects.RecordCallEnd)
    assert (end.about.cause, end.about.source) == (cause, source)


def test_an_ended_call_leaves_no_timer_behind() -> None:
    phone = placed(time_limit=100)
    phone.answers("dan")
    phone.fetched('<Hangup schedule="50"/>', '<Wait length="9" silence="true"/>')
    assert phone.running() == {"dan:limit", "dan:scheduled", "dan:wait", "dan:silence"}

    phone.ended("dan")

    assert phone.running() == set()


def test_a_timer_of_an_older_generation_is_dropped() -> None:
    phone = Phone()
    phone.meets('<Wait length="9"/>', '<Wait length="9"/>')
    first = phone.timers["ann:wait"]
    phone.rings("wait")

    late = events.TimerRang(phone.at, first.key, first.generation)

    assert phone.tell(late) == []
    assert phone.stale == 1
    assert phone.timers["ann:wait"].at == 18


def test_a_machine_is_told_once_although_two_say_so() -> None:
    phone = placed(machine_detection="true", machine_hook=TOLD)
    phone.tell(events.CallAnswered(0.0, "dan", machine=True))
    assert [effect.kind for effect in phone.did(effects.SendCallback)] == ["machine_detection"]

    assert phone.tell(events.MachineDetected(0.0, "dan", machine=True)) == []


def test_a_machine_found_after_the_end_was_asked_for_is_nothing() -> None:
    phone = placed(machine_detection="hangup", machine_hook=TOLD)
    phone.answers("dan")
    phone.ask(commands.HangUpCall(call="dan"))

    assert phone.tell(events.MachineDetected(0.0, "dan", machine=True)) == []


def test_what_a_call_waited_for_is_stale_once_it_is_ending() -> None:
    phone = Phone()
    phone.meets("<Speak>Hi.</Speak>", "<Speak>Never.</Speak>")
    phone.ask(commands.HangUpCall(call="ann"))

    assert phone.played() == []
    assert phone.press("1") == []
    assert phone.stale == 2


def test_a_document_for_a_call_that_rings_and_is_gone_is_stale() -> None:
    phone = Phone()
    phone.tell(events.CallArrived(0.0, "ann", "+1", "+2", "plivo", answer=ANSWER))
    asked = phone.fetch()
    phone.ended("ann")

    assert phone.tell(events.DocumentFetched(0.0, "ann", asked.id, body=response("<Speak>Hi.</Speak>"))) == []
    assert phone.stale == 1


def test_the_far_ends_hold_changes_nothing() -> None:
    phone = Phone()
    phone.meets("<Speak>Hi.</Speak>")

    assert phone.tell(events.CallHeldFar(0.0, "ann", held=True)) == []
    assert phone.played() != []


def test_only_so_many_keys_are_kept_for_what_comes() -> None:
    phone = Phone()
    phone.meets("<Speak>Hi.</Speak>", '<GetDigits action="/got" numDigits="99" finishOnKey="none"/>')
    for _ in range(300):
        phone.press("1")

    phone.played()

    assert phone.fetch().facts["digits"] == "1" * 99


def test_a_document_that_begins_too_much_at_once_ends_the_call() -> None:
    """DESIGN 5: one event begins so many verbs and no more."""
    phone = Phone()
    phone.exchange = Exchange(TONGUES, settings=Settings(verbs_per_turn=50))

    phone.meets(*["<DTMF>1</DTMF>"] * 60)

    assert len(phone.did(effects.SendDigits)) == 50
    assert phone.hung_up() == [("ann", "too_many_redirects")]
