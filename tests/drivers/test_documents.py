"""The customer's application answers as the scenario says."""

from collections.abc import Mapping

from engine.drivers.agenda import Agenda
from engine.drivers.documents import Documents, Reply
from engine.values.effects import FetchDocument
from engine.values.events import DocumentFetched

URL = "https://app.example/menu"


def params(effect: FetchDocument) -> Mapping[str, str]:
    return {"Digits": str(effect.facts.get("digits", ""))}


def fetch(replies: Mapping[str, list[Reply]], *urls: str, digits: str = "") -> list[DocumentFetched]:
    agenda = Agenda()
    documents = Documents(agenda, replies, params, {"https://app.example/tune": 4.0})
    for ordinal, url in enumerate(urls):
        documents.perform(
            FetchDocument("ann", f"f{ordinal}", url, "POST", "answer", "plivo", facts={"digits": digits})
        )
    fetched = []
    while (event := agenda.pop()) is not None:
        assert isinstance(event, DocumentFetched)
        fetched.append(event)
    return fetched


def test_a_known_address_answers_when_it_is_said_to() -> None:
    (event,) = fetch({URL: [Reply(body=b"<Response/>", after=2.5)]}, URL)

    assert (event.at, event.status, event.body, event.location) == (2.5, 200, b"<Response/>", URL)


def test_an_unknown_address_is_not_found() -> None:
    assert [event.status for event in fetch({}, URL)] == [404]


def test_a_sound_is_found_without_being_described() -> None:
    events = fetch({}, "https://app.example/a.mp3?x=1", "https://app.example/tune")

    assert [(event.status, event.content_type) for event in events] == [(200, "audio/mpeg"), (200, "audio/mpeg")]


def test_an_answer_that_takes_too_long_is_a_time_out() -> None:
    (event,) = fetch({URL: [Reply(after=16.0)]}, URL)

    assert (event.at, event.status, event.error) == (15.0, 0, "timeout")


def test_status_zero_is_nobody_there() -> None:
    (event,) = fetch({URL: [Reply(status=0)]}, URL)

    assert (event.status, event.error) == (0, "connect")


def test_the_first_answer_whose_parameters_fit_is_given() -> None:
    replies = {URL: [Reply(when={"Digits": "1"}, body=b"one"), Reply(body=b"else")]}

    assert [event.body for event in fetch(replies, URL, digits="1")] == [b"one"]
    assert [event.body for event in fetch(replies, URL, digits="2")] == [b"else"]


def test_answers_may_differ_by_the_number_of_the_request() -> None:
    replies = {URL: [Reply(nth=2, body=b"second"), Reply(body=b"other")]}

    assert [event.body for event in fetch(replies, URL, URL + "?again", URL)] == [b"other", b"second", b"other"]


def test_no_answer_that_fits_is_not_found() -> None:
    assert [event.status for event in fetch({URL: [Reply(nth=2)]}, URL)] == [404]
