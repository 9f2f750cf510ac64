"""Documents that replace each other: action, redirect and answer addresses, failures, fallbacks, and loops."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import FetchDocument
from tests.stories.flow.calls import HOME, XML_DIALECTS, asked, hang_up, page, press, says, told, waits

DOWN: tuple[tuple[dict[str, Any], str], ...] = (
    ({"status": 503}, "fetch_failed"),
    ({"status": 404}, "fetch_failed"),
    ({"status": 0}, "fetch_failed"),
    ({"body": "no XML at all", "content_type": "text/plain"}, "bad_document"),
    ({"body": ""}, "bad_document"),
    ({"xml": "<Response><Speak>unclosed</Response>"}, "bad_document"),
    ({"xml": "<html/>"}, "bad_document"),
)
# Which code stands for an address that fails and for a document that cannot be read (Plivo 2.7).
CODES = {
    "answer": {"fetch_failed": 7011, "bad_document": 8011},
    "action": {"fetch_failed": 7012, "bad_document": 8012},
    "transfer": {"fetch_failed": 7013, "bad_document": 8013},
    "redirect": {"fetch_failed": 7014, "bad_document": 8014},
}
TEXML_CODES = {"fetch_failed": 11200, "bad_document": 12100}
COLLECT = {
    "plivo": f'<GetDigits action="{HOME}/x"/>',
    "vobiz": f'<Gather action="{HOME}/x"/>',
    "texml": f'<Gather action="{HOME}/x"/>',
}


def code(dialect: str, purpose: str, cause: str) -> int:
    """The code that a dialect reports."""
    return TEXML_CODES[cause] if dialect == "texml" else CODES[purpose][cause]


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize(("answer", "cause"), DOWN)
def test_an_answer_address_that_fails_ends_the_call(dialect: str, answer: dict[str, Any], cause: str) -> None:
    """Plivo 2.7 (70xx, 80xx), Vobiz 2.1, TeXML 2.1, 2.6."""
    story = told(dialect, pages={"/answer": answer})

    assert story.end("ann") == (cause, code(dialect, "answer", cause))
    assert story.one("call_ended")["source"] == "error"


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize(("answer", "cause"), DOWN)
def test_an_action_address_that_fails_ends_the_call(dialect: str, answer: dict[str, Any], cause: str) -> None:
    """Plivo 2.5: a bad action document is fatal where its reply is run; 2.7."""
    story = told(dialect, COLLECT[dialect], pages={"/x": answer}, steps=[press(1, "1#")])

    assert story.end("ann") == (cause, code(dialect, "action", cause))


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize(("answer", "cause"), DOWN)
def test_a_redirect_address_that_fails_ends_the_call(dialect: str, answer: dict[str, Any], cause: str) -> None:
    """Plivo 2.7."""
    story = told(dialect, f"<Redirect>{HOME}/x</Redirect>", says(dialect, "Never."), pages={"/x": answer})

    assert story.end("ann") == (cause, code(dialect, "redirect", cause))
    assert story.spoken("ann") == []


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize(("answer", "cause"), DOWN)
def test_a_transfer_address_that_fails_ends_the_call(dialect: str, answer: dict[str, Any], cause: str) -> None:
    """Plivo 2.7."""
    step = {"at": 5, "do": "transfer", "call": "ann", "aleg": f"{HOME}/x"}
    story = told(dialect, says(dialect, "Hi."), waits(dialect, 20), pages={"/x": answer}, steps=[step])

    assert story.end("ann") == (cause, code(dialect, "transfer", cause))


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_an_action_that_fails_is_nothing_where_its_reply_is_ignored(dialect: str) -> None:
    """Plivo 2.5: fatal only when redirect is true."""
    element = COLLECT[dialect].replace("/>", ' redirect="false"/>')
    story = told(dialect, element, says(dialect, "On."), pages={"/x": {"status": 500}}, steps=[press(1, "1#")])

    assert story.spoken("ann") == ["On."]


@pytest.mark.parametrize("url", ["ftp://app.example/x", "mailto:ann@app.example"])
@pytest.mark.parametrize(("dialect", "number"), [("plivo", 7024), ("vobiz", 7024), ("texml", 11100)])
def test_an_address_that_is_none_ends_the_call(dialect: str, number: int, url: str) -> None:
    """Plivo 2.7 (7024, not http or https), TeXML 2.6 (11100)."""
    story = told(dialect, says(dialect, "Hi."), f"<Redirect>{url}</Redirect>")

    assert story.end("ann") == ("bad_url", number)


# --- attempts ------------------------------------------------------------------------------------


def tries(story: Any, path: str) -> list[float]:
    """When each attempt at an address was made."""
    return [at for at, effect in story.did(FetchDocument) if effect.url.endswith(path)]


SLOW = {"after": 1000, "xml": "<Response/>"}


@pytest.mark.parametrize(
    ("dialect", "answer", "times"),
    [
        ("plivo", SLOW, [0, 40]),  # 40 s to read, a minute in all (3.8, 1.6)
        ("plivo", {"status": 500}, [0, 0, 0]),  # three failed tries (1.6)
        ("plivo", {"status": 404}, [0, 0, 0]),
        ("vobiz", SLOW, [0, 10, 20]),  # ten seconds to answer, three tries (2.1, 3.1)
        ("vobiz", {"status": 500}, [0, 0, 0]),
        ("texml", SLOW, [0]),  # about 15 s, no second try (2.1, 3.5)
        ("texml", {"status": 500}, [0]),
    ],
)
def test_how_often_an_answer_address_is_asked(dialect: str, answer: dict[str, Any], times: list[float]) -> None:
    """Plivo 1.6, 3.8; Vobiz 1.6, 2.1, 3.1; TeXML 2.1, 3.5."""
    story = told(dialect, pages={"/answer": answer})

    assert tries(story, "/answer") == times
    assert story.end("ann")[0] == "fetch_failed"


@pytest.mark.parametrize(
    ("dialect", "answer", "times"),
    [
        ("plivo", SLOW, [0, 40]),  # one more try of what gave no reply (3.8)
        ("plivo", {"status": 500}, [0]),
        ("plivo", {"status": 0}, [0, 0]),
        ("vobiz", {"status": 500}, [0, 0, 0]),
        ("texml", {"status": 0}, [0]),
    ],
)
def test_how_often_a_redirect_address_is_asked(dialect: str, answer: dict[str, Any], times: list[float]) -> None:
    """Plivo 3.8 (one retry, of what gave no reply), Vobiz 3.1, TeXML 2.6."""
    story = told(dialect, f"<Redirect>{HOME}/x</Redirect>", pages={"/x": answer})

    assert tries(story, "/x") == times


TUNED = {"ann": {"path": "/answer#rc=3&rp=5xx"}}


@pytest.mark.parametrize(
    ("dialect", "answer", "times"),
    [
        ("plivo", {"status": 500}, [0, 0, 0, 0]),
        ("plivo", {"status": 404}, [0]),
        ("plivo", SLOW, [0]),
        ("vobiz", {"status": 500}, [0, 0, 0]),  # keys that are not described change nothing (3.1)
        ("texml", {"status": 500}, [0]),
    ],
)
def test_an_address_may_say_how_often_it_is_asked(dialect: str, answer: dict[str, Any], times: list[float]) -> None:
    """Plivo 3.8: `rc` retries, of what `rp` names."""
    story = told(dialect, pages={"/answer": answer}, callers=TUNED)

    assert [at for at, effect in story.did(FetchDocument) if effect.kind == "answer"] == times
    assert story.end("ann")[0] == "fetch_failed"


def test_an_address_may_say_how_long_it_is_waited_for() -> None:
    """Plivo 3.8: `rt` for each attempt, `tt` for all."""
    element = f"<Redirect>{HOME}/x#rt=2000&amp;tt=5000&amp;rc=5</Redirect>"
    story = told("plivo", element, pages={"/x": SLOW})

    assert tries(story, "/x") == [0, 2, 4]
    assert story.at("call_ended") == 5


def test_who_cannot_be_reached_is_given_up_sooner_than_who_does_not_reply() -> None:
    """Plivo 3.8: two seconds to connect, or what `ct` says."""
    nobody = {"/x": {"status": 0, "after": 1000}}
    plain = told("plivo", f"<Redirect>{HOME}/x</Redirect>", pages=nobody)
    tuned = told("plivo", f"<Redirect>{HOME}/x#ct=500</Redirect>", pages=nobody)

    assert tries(plain, "/x") == [0, 2]
    assert tries(tuned, "/x") == [0, 0.5]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_an_attempt_that_works_after_one_that_did_not_is_enough(dialect: str) -> None:
    """Plivo 1.6, Vobiz 3.1."""
    pages = {"/answer": [{"nth": 1, "status": 500}, page(says(dialect, "Hello."))]}
    story = told(dialect, pages=pages)

    assert story.spoken("ann") == ["Hello."]
    assert [entry["status"] for entry in story.fetched("/answer")] == [500, 200]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_document_that_cannot_be_read_is_not_asked_for_again(dialect: str) -> None:
    """Plivo 2.7: the sequence goes on with the fallback."""
    story = told(dialect, pages={"/answer": {"body": "{}"}})

    assert len(tries(story, "/answer")) == 1


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_slow_document_is_waited_for(dialect: str) -> None:
    """Plivo 3.8, Vobiz 2.1, TeXML 3.5: within the time, only later."""
    story = told(dialect, pages={"/answer": {"after": 8, **page(says(dialect, "Hello."))}})

    assert story.at("verb_started", text="Hello.") == 8


def test_a_caller_who_hangs_up_before_its_document_came_hears_nothing() -> None:
    """Plivo 2.5: the reply comes late and is dropped."""
    story = told("plivo", pages={"/answer": {"after": 8, **page(says("plivo", "Hello."))}}, steps=[hang_up(3)])

    assert story.end("ann")[0] == "hangup"
    assert story.spoken("ann") == []
    assert story.simulation.exchange.stale == 1


# --- the fallback -------------------------------------------------------------------------------------

FALLBACK = {"ann": {"path": "/answer", "fallback_url": f"{HOME}/fallback"}}


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize(("answer", "_cause"), DOWN)
def test_the_fallback_address_is_asked_when_the_answer_failed(
    dialect: str, answer: dict[str, Any], _cause: str
) -> None:
    """Plivo 2.7, Vobiz 1.6, TeXML 2.1: then its document runs."""
    pages = {"/answer": answer, "/fallback": page(says(dialect, "Sorry."))}
    story = told(dialect, pages=pages, callers=FALLBACK)

    assert story.spoken("ann") == ["Sorry."]
    assert len(asked(story, "/fallback", "fallback")) == 1


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_fallback_that_fails_too_ends_the_call(dialect: str) -> None:
    """Plivo 2.7: answer tries, fallback, hang up."""
    pages = {"/answer": {"status": 500}, "/fallback": {"body": "{}"}}
    story = told(dialect, pages=pages, callers=FALLBACK)

    assert story.end("ann") == ("bad_document", code(dialect, "answer", "bad_document"))


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_whether_later_documents_have_the_fallback_too(dialect: str) -> None:
    """Plivo 1.6 and Vobiz 1.6: answer alone; TeXML 2.6: 11200 and 12100 wherever they happen."""
    pages = {
        "/answer": page(f"<Redirect>{HOME}/x</Redirect>"),
        "/x": {"status": 500},
        "/fallback": page(says(dialect, "Sorry.")),
    }
    story = told(dialect, pages=pages, callers=FALLBACK)

    assert story.spoken("ann") == (["Sorry."] if dialect == "texml" else [])


# --- addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize(
    ("written", "meant"),
    [("/b/next", "/b/next"), ("next", "/a/next"), ("../next?x=1", "/next?x=1"), ("//other.example/n", None)],
)
def test_an_address_is_taken_from_the_documents_own(dialect: str, written: str, meant: str | None) -> None:
    """Plivo 5.20, TeXML 2.1: relative URLs resolve against the current document's."""
    url = HOME + meant if meant is not None else "https://other.example/n"
    pages = {"/a/start": page(f"<Redirect>{written}</Redirect>")}
    story = told(dialect, pages=pages, callers={"ann": {"path": "/a/start"}})

    assert {effect.url for _, effect in story.did(FetchDocument)} == {f"{HOME}/a/start", url}


def test_the_base_of_addresses_moves_with_the_documents() -> None:
    """TeXML 2.1: the URL of the current document."""
    pages = {
        "/answer": page("<Redirect>/deep/one</Redirect>"),
        "/deep/one": page("<Redirect>two</Redirect>"),
        "/deep/two": page(says("texml", "Here.")),
    }
    assert told("texml", pages=pages).spoken("ann") == ["Here."]


def test_a_redirect_without_an_address_runs_the_document_again() -> None:
    """TeXML 2.5 Redirect: empty text is the current document."""
    pages = {"/answer": [{"nth": 1, **page(says("texml", "One."), "<Redirect/>")}, page(says("texml", "Two."))]}

    assert told("texml", pages=pages).spoken("ann") == ["One.", "Two."]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_asked_with_its_method(dialect: str, method: str) -> None:
    """Plivo 2.3 Redirect, TeXML 2.3; POST where none is given."""
    story = told(dialect, f'<Redirect method="{method}">{HOME}/x</Redirect>', pages={"/x": page()})
    plain = told(dialect, f"<Redirect>{HOME}/x</Redirect>", pages={"/x": page()})

    assert [e.method for _, e in story.did(FetchDocument) if e.kind == "redirect"] == [method]
    assert [e.method for _, e in plain.did(FetchDocument) if e.kind == "redirect"] == ["POST"]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
@pytest.mark.parametrize(("kind", "event"), [("answer", "StartApp"), ("redirect", "Redirect")])
def test_each_request_says_what_it_is_for(dialect: str, kind: str, event: str) -> None:
    """Plivo 3.1, Vobiz 3.1: Event."""
    story = told(dialect, f"<Redirect>{HOME}/x</Redirect>", pages={"/x": page()})

    assert [params["Event"] for params in asked(story, "", kind)] == [event]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_an_address_that_answers_with_sound_is_played(dialect: str) -> None:
    """TeXML 2.1: audio is an implicit Play of that URL; our reading for the others."""
    pages = {"/answer": page(f"<Redirect>{HOME}/tune.mp3</Redirect>")}
    story = told(dialect, pages=pages, media={f"{HOME}/tune.mp3": 7})

    assert story.one("heard")["media"] == f"{HOME}/tune.mp3"
    assert story.at("call_ended") == 7


# --- loops --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_documents_that_replace_each_other_without_end_end_the_call(dialect: str) -> None:
    """Plivo 5.21, TeXML 7 A24: a hundred in a row without input or a second between them."""
    story = told(dialect, "<Redirect>/answer</Redirect>")

    assert story.end("ann")[0] == "too_many_redirects"
    assert len(story.what("flow_started")) == 100
    assert story.at("call_ended") == 0


def test_a_second_between_documents_is_enough() -> None:
    """Plivo 5.21: a loop with something to hear in it is a flow like any other, up to a thousand documents."""
    story = told("plivo", says("plivo", "Hi."), "<Redirect>/answer</Redirect>", until=5000)

    assert story.end("ann")[0] == "too_many_redirects"
    assert len(story.what("flow_started")) == 1000


def test_input_lets_documents_replace_each_other_anew() -> None:
    """TeXML 7 A24: fetches per call without new input; each round of this menu has a key."""
    pages = {"/answer": page('<Gather numDigits="1" action="/answer" timeout="3"/>')}
    story = told("texml", pages=pages, steps=[press(0.001 * n, "1") for n in range(1, 151)])

    assert story.end("ann")[0] == "end_of_document"
    assert len(story.what("flow_started")) == 151


def test_two_documents_that_send_each_other_the_call_are_a_loop_too() -> None:
    """Plivo 5.21."""
    pages = {"/answer": page("<Redirect>/other</Redirect>"), "/other": page("<Redirect>/answer</Redirect>")}

    assert told("plivo", pages=pages).end("ann") == ("too_many_redirects", 7014)


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_redirect_is_over_when_it_asks_for_its_document(dialect: str) -> None:
    """Plivo 2.3, TeXML 2.5 Redirect: nothing after it runs; the timeline tells its end like any verb's."""
    story = told(dialect, f"<Redirect>{HOME}/x</Redirect>", pages={"/x": page(says(dialect, "There."))})

    assert [entry["why"] for entry in story.what("verb_finished", verb="Redirect")] == ["redirected"]
