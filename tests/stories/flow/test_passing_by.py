"""Elements that are read and understood but not executed: the timeline says so, and the flow goes on."""

from __future__ import annotations

import pytest

from tests.stories.flow.calls import asked, page, says, told

PASSED = (
    ("plivo", "MultiPartyCall", '<MultiPartyCall role="agent">room</MultiPartyCall>', True),
    ("plivo", "Stream", "<Stream>wss://app.example/audio</Stream>", False),
    ("plivo", "Stream", '<Stream keepCallAlive="true">wss://app.example/audio</Stream>', True),
    ("plivo", "Message", '<Message src="14155550100" dst="14155550101">Hi</Message>', False),
    ("vobiz", "Stream", "<Stream>wss://app.example/audio</Stream>", False),
    ("texml", "Connect", '<Connect><Stream url="wss://app.example/audio"/></Connect>', True),
    ("texml", "Stream", '<Start><Stream url="wss://app.example/audio"/></Start>', False),
    ("texml", "Transcription", "<Start><Transcription/></Start>", False),
    ("texml", "Siprec", '<Start><Siprec connectorName="a"/></Start>', False),
    ("texml", "Suppression", "<Start><Suppression/></Start>", False),
    ("texml", "Stop", "<Stop><Suppression/></Stop>", False),
    ("texml", "Refer", "<Refer><Sip>sip:bob@example.com</Sip></Refer>", True),
    ("texml", "HttpRequest", '<HttpRequest url="https://app.example/x"/>', True),
    ("texml", "AIAssistant", '<AIAssistant id="a"/>', True),
)
"""Plivo 2.3, 2.5 (Stream keepCallAlive); TeXML 2.2, 2.5 (which block)."""


@pytest.mark.parametrize(("dialect", "name", "element", "blocking"), PASSED)
def test_the_timeline_says_that_it_was_passed_by_and_the_flow_goes_on(
    dialect: str, name: str, element: str, blocking: bool
) -> None:
    """The vendor's word for whether the flow would wait is kept; here nothing is there to wait for."""
    story = told(dialect, says(dialect, "Hi."), element, says(dialect, "On."))

    passed = story.one("verb_skipped")
    assert (passed["verb"], passed["blocking"], passed["at"]) == (name, blocking, 1)
    assert story.spoken("ann") == ["Hi.", "On."]


def test_the_action_of_a_blocking_verb_is_asked_as_if_its_service_had_ended() -> None:
    """TeXML 2.5 Refer: action when finished."""
    element = '<Refer action="/done"><Sip>sip:bob@example.com</Sip></Refer>'
    story = told("texml", element, says("texml", "Never."), pages={"/done": page(says("texml", "Done."))})

    assert len(asked(story, "/done", "action_other")) == 1
    assert story.spoken("ann") == ["Done."]


def test_leave_outside_a_queue_is_nothing() -> None:
    """TeXML 2.3 Leave: it belongs to the document of a queue."""
    story = told("texml", says("texml", "Hi."), "<Leave/>", says("texml", "On."))

    assert story.spoken("ann") == ["Hi.", "On."]


def test_an_unknown_verb_is_left_out_with_the_vendors_code() -> None:
    """TeXML 2.6: 12200, the offending part is ignored and the rest runs."""
    story = told("texml", "<Dance/>", says("texml", "On."))

    assert story.spoken("ann") == ["On."]
    assert [entry["code"] for entry in story.what("warning")] == ["12200"]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_an_unknown_element_refuses_the_document(dialect: str) -> None:
    """Plivo 5.17: the 8011 family."""
    assert told(dialect, "<Dance/>", says(dialect, "On.")).end("ann") == ("bad_document", 8011)
