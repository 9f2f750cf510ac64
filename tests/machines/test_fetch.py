"""Getting a document: replies that are late, doubled or strange."""

from __future__ import annotations

import pytest

from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.phone import ANSWER, Phone, response

HELLO = response("<Speak>Hello.</Speak>")


def asking(tongue: str = "plivo", fallback: Hook | None = None, answer: Hook = ANSWER) -> Phone:
    """Ann has called, and her answer document is being fetched."""
    phone = Phone()
    phone.tell(events.CallArrived(0.0, "ann", "+1", "+2", tongue, answer=answer, fallback=fallback))
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


def test_an_attempt_has_no_more_time_than_is_left_for_all() -> None:
    """Plivo 1.6, 3.8: forty seconds to read, a minute in all."""
    phone = asking()
    assert (phone.fetch().timeout, phone.fetch().connect) == (40.0, 2.0)
    phone.at = 40.0
    phone.fetched(error="timeout")
    assert (phone.fetch().timeout, phone.fetch().connect) == (20.0, 2.0)
    phone.at = 59.0
    phone.fetched(error="connect")

    assert (phone.fetch().timeout, phone.fetch().connect) == (1.0, 1.0)


def test_an_error_of_rounding_is_no_time_for_another_attempt() -> None:
    phone = asking()
    phone.at = 60.0 - 1e-9
    phone.fetched(error="timeout")

    assert phone.hung_up() == [("ann", "fetch_failed")]


def test_an_address_says_how_hard_it_is_tried() -> None:
    """Plivo 3.8: the fragment is stripped before the request."""
    phone = asking(answer=Hook("https://app.example/answer#ct=500&rt=3000&tt=4000&rc=1&rp=rt"))
    asked = phone.fetch()
    assert (asked.url, asked.connect, asked.timeout) == ("https://app.example/answer", 0.5, 3.0)
    phone.at = 3.0
    phone.fetched(error="timeout")
    asked = phone.fetch()
    assert (asked.url, asked.connect, asked.timeout) == ("https://app.example/answer", 0.5, 1.0)

    phone.at = 4.0
    phone.fetched(error="timeout")

    assert phone.hung_up() == [("ann", "fetch_failed")]


def test_what_the_address_does_not_want_retried_is_not() -> None:
    """Plivo 3.8: rp."""
    phone = asking(answer=Hook("https://app.example/answer#rc=5&rp=5xx"))
    phone.fetched(error="connect")

    assert phone.hung_up() == [("ann", "fetch_failed")]


def test_the_fallback_is_tuned_by_its_own_address() -> None:
    """Plivo 3.8: every call-level address."""
    phone = asking(fallback=Hook("https://app.example/fallback#ct=100"), answer=Hook("https://app.example/a#rc=0"))
    phone.fetched(status=500)

    assert (phone.fetch().url, phone.fetch().connect) == ("https://app.example/fallback", 0.1)


def test_an_address_keeps_its_fragment_where_it_tunes_nothing() -> None:
    """Vobiz 3.1."""
    assert asking("vobiz", answer=Hook("https://app.example/answer#rc=0")).fetch().url.endswith("/answer#rc=0")


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
