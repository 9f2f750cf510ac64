"""Getting a document: replies that are late, doubled or strange."""

from __future__ import annotations

import pytest

from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.phone import ANSWER, Phone, response

HELLO = response("<Speak>Hello.</Speak>")


def asking(tongue: str = "plivo", fallback: Hook | None = None) -> Phone:
    """Ann has called, and her answer document is being fetched."""
    phone = Phone()
    phone.tell(events.CallArrived(0.0, "ann", "+1", "+2", tongue, answer=ANSWER, fallback=fallback))
    return phone


def test_a_reply_that_comes_twice_counts_once() -> None:
    phone = asking()
    asked = phone.fetch()
    reply = events.DocumentFetched(0.0, "ann", asked.id, body=HELLO, location=ANSWER.url)
    assert phone.tell(reply) != []

    assert phone.tell(reply) == []
    assert phone.stale == 1


def test_the_reply_to_an_attempt_that_was_given_up_is_stale() -> None:
    phone = asking()
    first = phone.fetch()
    phone.fetched(error="timeout")
    assert phone.fetch().id != first.id

    assert phone.tell(events.DocumentFetched(0.0, "ann", first.id, body=HELLO)) == []
    phone.fetched("<Speak>Second.</Speak>")
    phone.answers("ann")
    assert phone.spoken() == ["Second."]


def test_the_reply_for_a_flow_that_was_replaced_is_stale() -> None:
    phone = asking()
    first = phone.fetch()
    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))

    assert phone.tell(events.DocumentFetched(0.0, "ann", first.id, body=HELLO)) == []
    assert phone.fetch().url == "https://app.example/new"


def test_the_address_that_finally_answered_is_the_base_of_others() -> None:
    phone = asking()
    phone.fetched("<Redirect>next</Redirect>", location="https://other.example/a/b")
    phone.answers("ann")

    assert phone.fetch().url == "https://other.example/a/next"


@pytest.mark.parametrize("status", [200, 201, 299])
def test_every_success_is_one(status: int) -> None:
    phone = asking()
    phone.fetched("<Speak>Hello.</Speak>", status=status)

    assert [effect.call for effect in phone.did(effects.Answer)] == ["ann"]


@pytest.mark.parametrize("status", [100, 199, 300, 302, 404, 500, 599])
def test_nothing_else_is_a_success(status: int) -> None:
    phone = asking("texml")
    asked = phone.fetch()

    phone.tell(events.DocumentFetched(0.0, "ann", asked.id, status, HELLO))

    assert phone.hung_up() == [("ann", "fetch_failed")]


@pytest.mark.parametrize("error", ["timeout", "connect", "too_large", "refused", "loop"])
def test_every_word_for_no_reply_is_a_failure(error: str) -> None:
    phone = asking("texml")
    phone.fetched(error=error)

    assert phone.hung_up() == [("ann", "fetch_failed")]


@pytest.mark.parametrize("error", ["too_large", "refused", "loop"])
def test_what_would_fail_again_is_not_asked_again(error: str) -> None:
    """Plivo 3.8: a retry is for what gave no reply."""
    phone = asking()
    phone.fetched(error=error)

    assert phone.did(effects.FetchDocument) == []


def test_the_whole_time_bounds_the_attempts() -> None:
    """Plivo 1.6: three failed tries or 60 s, whichever is first."""
    phone = asking()
    phone.at = 40.0
    phone.fetched(error="timeout")
    assert len(phone.did(effects.FetchDocument)) == 1
    phone.at = 80.0

    phone.fetched(error="timeout")

    assert phone.hung_up() == [("ann", "fetch_failed")]


def test_the_fallback_has_attempts_of_its_own() -> None:
    """Plivo 1.6, 2.7."""
    phone = asking(fallback=Hook("https://app.example/fallback", "GET"))
    phone.fetched(status=500)
    phone.fetched(status=500)
    phone.fetched(status=500)
    asked = phone.fetch()
    assert (asked.url, asked.method, asked.kind) == ("https://app.example/fallback", "GET", "fallback")

    phone.fetched(status=500)

    assert phone.fetch().url == "https://app.example/fallback"
    assert phone.hung_up() == []


def test_an_address_that_cannot_be_asked_is_not() -> None:
    """Plivo 2.7: 7033 and 7023 for a transfer."""
    for hook, cause in ((Hook("ftp://x"), "bad_url"), (Hook("https://x", "PUT"), "bad_method")):
        phone = Phone()
        phone.meets('<Wait length="60"/>')
        phone.ask(commands.TransferCall(call="ann", aleg=hook))
        assert phone.hung_up() == [("ann", cause)]
        assert phone.did(effects.FetchDocument) == []


def test_sound_is_known_by_its_type_and_not_by_its_address() -> None:
    phone = asking()
    asked = phone.fetch()

    phone.tell(events.DocumentFetched(0.0, "ann", asked.id, 200, b"", "audio/wav; rate=8000", location="https://x/y"))
    phone.answers("ann")

    assert [effect.media for effect in phone.did(effects.PlayMedia)] == ["https://x/y"]


def test_a_hostile_document_is_a_bad_document() -> None:
    """DESIGN 10: entities refuse the document."""
    phone = asking()
    asked = phone.fetch()
    body = b'<!DOCTYPE Response [<!ENTITY a "b">]><Response><Speak>&a;</Speak></Response>'

    phone.tell(events.DocumentFetched(0.0, "ann", asked.id, body=body))

    assert phone.hung_up() == [("ann", "bad_document")]
