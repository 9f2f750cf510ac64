"""REST transfer: a live leg gets a new document, whatever it does, and no action is asked."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import ConnectCalls, DisconnectCalls, FetchDocument, StopMedia
from tests.stories.flow.calls import BOB, CAT, HOME, XML_DIALECTS, asked, hang_up, leg, page, press, says, told, waits
from tests.stories.story import Story


def transfer(at: float, call: str = "ann", **given: Any) -> dict[str, Any]:
    """The customer gives legs new documents."""
    return {"at": at, "do": "transfer", "call": call, **given}


TO_NEW = transfer(5, aleg=f"{HOME}/new")
BUSY = {
    "speaking": ("plivo", '<Speak loop="0">One.</Speak>'),
    "waiting": ("plivo", '<Wait length="60"/>'),
    "collecting": ("plivo", '<GetDigits action="/old" timeout="60"><Speak>Hi.</Speak></GetDigits>'),
    "collecting speech": ("texml", '<Gather action="/old" input="speech" timeout="60"><Say>Hi.</Say></Gather>'),
    "recording": ("plivo", '<Record action="/old" timeout="60"/>'),
    "beeping": ("plivo", '<Wait length="4.8"/><Record action="/old" timeout="60"/>'),
    "dialling": ("plivo", f'<Dial action="/old"><Number>{CAT}</Number></Dial>'),
    "talking": ("plivo", f'<Dial action="/old"><Number>{BOB}</Number></Dial>'),
    "in a room": ("plivo", '<Conference action="/old">Room</Conference>'),
    "in a room of texml": ("texml", '<Dial action="/old"><Conference>Room</Conference></Dial>'),
    "in a queue": ("texml", '<Enqueue action="/old">line</Enqueue>'),
    "serving a queue": ("texml", '<Dial action="/old"><Queue>line</Queue></Dial>'),
    "fetching": ("plivo", "<Redirect>/slow</Redirect>"),
}
CALLEES = {BOB: {"answers_after": 1}, CAT: {"no_answer": True}}


@pytest.mark.parametrize("doing", BUSY)
def test_a_transfer_breaks_off_whatever_the_call_does(doing: str) -> None:
    """Plivo 2.5 REST transfer, 2.6; Vobiz 2.4; TeXML 2.5: the action of what is broken off is not asked."""
    dialect, element = BUSY[doing]
    pages = {
        "/new": page(says(dialect, "New.")),
        "/slow": {"after": 9, **page(says(dialect, "Slow."))},
        "/old": page(says(dialect, "Old.")),
    }
    story = told(dialect, element, says(dialect, "Never."), pages=pages, steps=[TO_NEW, press(5.5, "1#")],
                 callees=CALLEES)  # fmt: skip

    assert story.spoken("ann")[-1] == "New."
    assert "Never." not in story.spoken("ann")
    assert story.at("verb_started", text="New.") == 5
    assert asked(story, "/old") == []
    assert story.callbacks("/old") == []
    assert story.at("call_ended", call="ann", cause="end_of_document") == 6


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_the_request_says_that_it_is_a_transfer(dialect: str) -> None:
    """Plivo 2.5, 3.1: Event=Transfer; asked with the method that the command gives."""
    step = transfer(5, aleg={"url": f"{HOME}/new", "method": "GET"})
    story = told(dialect, waits(dialect, 60), pages={"/new": page()}, steps=[step])

    assert [params["Event"] for params in asked(story, "/new", "transfer")] == ["Transfer"]
    assert [e.method for _, e in story.did(FetchDocument) if e.kind == "transfer"] == ["GET"]


def test_what_is_heard_is_stopped() -> None:
    """Plivo 2.5: the current verb is broken off."""
    story = told("plivo", f'<Play loop="0">{HOME}/a.mp3</Play>', pages={"/new": page()}, steps=[TO_NEW])

    assert [at for at, _ in story.did(StopMedia)] == [5]


def test_whoever_rang_for_the_call_rings_no_more() -> None:
    """Plivo 2.5: the Dial is broken off."""
    dialect, element = BUSY["dialling"]
    story = told(dialect, element, pages={"/new": page(says(dialect, "New."))}, steps=[TO_NEW], callees=CALLEES)

    assert story.at("call_ended", call=leg(story, CAT), cause="cancelled") == 5


def test_the_other_leg_of_a_talk_ends() -> None:
    """Plivo 1.6 transfer: aleg alone; nobody is left for the other to talk to."""
    dialect, element = BUSY["talking"]
    story = told(dialect, element, pages={"/new": page(says(dialect, "New."))}, steps=[TO_NEW], callees=CALLEES)

    assert story.at("call_ended", call=leg(story, BOB), cause="dial_ended") == 5


def test_a_recording_that_is_broken_off_is_stored() -> None:
    """Plivo 2.3 Record callbackUrl: when the file is ready."""
    element = '<Record action="/old" playBeep="false" callbackUrl="/file"/>'
    story = told("plivo", element, pages={"/new": page()}, steps=[TO_NEW])

    assert [params["RecordingDuration"] for params in story.callbacks("/file")] == ["5"]
    assert asked(story, "/old") == []


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_call_that_rings_may_be_transferred(dialect: str) -> None:
    """Plivo 2.5: the new document answers, or not, by its own first element."""
    story = told(dialect, waits(dialect, 60), pages={"/new": page(says(dialect, "New."))}, steps=[TO_NEW])

    assert story.at("call_answered") == 5
    assert story.spoken("ann") == ["New."]


def test_a_document_may_come_with_the_command() -> None:
    """TeXML 1.7 Texml: inline, no request."""
    step = transfer(5, document="<Response><Say>Inline.</Say></Response>")
    story = told("texml", waits("texml", 60), steps=[step])

    assert story.at("verb_started", text="Inline.") == 5
    assert len(story.did(FetchDocument)) == 1


def test_a_bad_document_that_comes_with_the_command_ends_the_call() -> None:
    """TeXML 2.6: 12100."""
    story = told("texml", waits("texml", 60), steps=[transfer(5, document="<Nonsense>")])

    assert story.end("ann") == ("bad_document", 12100)


def test_a_new_fallback_comes_with_the_command() -> None:
    """TeXML 1.7 FallbackUrl."""
    step = transfer(5, aleg=f"{HOME}/none", fallback=f"{HOME}/fallback")
    story = told("texml", waits("texml", 60), pages={"/fallback": page(says("texml", "Sorry."))}, steps=[step])

    assert story.spoken("ann") == ["Sorry."]


# --- the legs of a talk -----------------------------------------------------------------------------------

DIAL = f'<Dial action="/done"><Number>{BOB}</Number></Dial>'
PAGES = {
    "/a": page("<Speak>To A.</Speak>", '<Wait length="3"/>'),
    "/b": page("<Speak>To B.</Speak>", '<Wait length="9"/>'),
    "/done": page("<Speak>Done.</Speak>"),
}


def talk(*steps: dict[str, Any]) -> Story:
    """Ann talks to Bob from 2 s on."""
    return told("plivo", "<Speak>Hi.</Speak>", DIAL, pages=PAGES, steps=list(steps), callees=CALLEES)


def test_the_called_leg_may_go_its_own_way() -> None:
    """Plivo 1.6 transfer legs=bleg: the caller's Dial is over, its action is asked."""
    story = talk(transfer(5, legs="bleg", bleg=f"{HOME}/b"))

    assert story.spoken(leg(story, BOB)) == ["To B."]
    assert story.spoken("ann") == ["Hi.", "Done."]
    assert [params["DialStatus"] for params in asked(story, "/done")] == ["completed"]
    assert story.at("call_ended", call=leg(story, BOB), cause="end_of_document") == 15
    assert [at for at, _ in story.did(DisconnectCalls)] == [5]


def test_both_legs_may_go_their_own_ways() -> None:
    """Plivo 1.6 transfer legs=both: two documents, no action."""
    story = talk(transfer(5, legs="both", aleg=f"{HOME}/a", bleg=f"{HOME}/b"))

    assert story.spoken("ann") == ["Hi.", "To A."]
    assert story.spoken(leg(story, BOB)) == ["To B."]
    assert asked(story, "/done") == []
    assert [at for at, _ in story.did(DisconnectCalls)] == [5]
    assert story.one("receipt")["results"] == {"ann": "changed", leg(story, BOB): "changed"}


def test_a_called_leg_that_went_its_own_way_may_meet_its_caller_again() -> None:
    """Plivo 1.6: two legs of a former talk in one room."""
    room = page('<Conference endConferenceOnExit="true">Room</Conference>')
    story = told("plivo", "<Speak>Hi.</Speak>", DIAL, pages={"/room": room}, callees=CALLEES,
                 steps=[transfer(5, legs="both", aleg=f"{HOME}/room", bleg=f"{HOME}/room"), hang_up(20)],
                 expect=[{"at": 10, "hears": ["ann", BOB]}, {"at": 10, "hears": [BOB, "ann"]}])  # fmt: skip

    assert len(story.did(ConnectCalls)) == 1
    assert story.times("member_joined") == [5, 5]


def test_the_called_leg_may_be_named_itself() -> None:
    """Plivo 1.6: every leg is a call with an id of its own."""
    story = talk(transfer(5, BOB, aleg=f"{HOME}/b"))

    assert story.spoken(leg(story, BOB)) == ["To B."]
    assert story.spoken("ann") == ["Hi.", "Done."]


@pytest.mark.parametrize("at", [1.5, 20])
def test_without_a_second_leg_there_is_none_to_transfer(at: float) -> None:
    """Plivo 1.6: nobody answered yet, or nobody was rung."""
    step = transfer(at, legs="bleg", bleg=f"{HOME}/b")
    story = told("plivo", "<Speak>Hi.</Speak>", f"<Dial><Number>{CAT}</Number></Dial>", steps=[step, hang_up(30)],
                 callees=CALLEES, pages=PAGES)  # fmt: skip

    assert story.one("receipt")["refused"] == "no_such_leg"


def test_the_address_of_each_selected_leg_is_needed() -> None:
    """Plivo 1.6: aleg_url, bleg_url; a refused command changes nothing."""
    story = talk(transfer(5, legs="both", aleg=f"{HOME}/a"), hang_up(9))

    assert story.one("receipt")["refused"] == "url_missing"
    assert story.at("call_ended", call="ann", cause="hangup") == 9


def test_a_call_that_is_not_there_is_unknown() -> None:
    """Plivo 1.6."""
    story = told("plivo", "<Speak>Hi.</Speak>", steps=[transfer(5, "ann", aleg=f"{HOME}/a")])

    assert story.one("receipt")["results"] == {"ann": "unknown"}


def test_of_two_transfers_the_later_counts() -> None:
    """Late answers are dropped: the first document comes when nobody waits for it any more."""
    pages = {"/slow": {"after": 4, **page("<Speak>Slow.</Speak>")}, "/new": page("<Speak>New.</Speak>")}
    steps = [transfer(5, aleg=f"{HOME}/slow"), transfer(6, aleg=f"{HOME}/new")]
    story = told("plivo", "<Speak>Hi.</Speak>", '<Wait length="60"/>', pages=pages, steps=steps)

    assert story.spoken("ann") == ["Hi.", "New."]


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_placed_call_that_still_rings_is_not_transferred_and_not_answered_for_its_callee(dialect: str) -> None:
    """TeXML 1.2, 90034: only the person called can answer; its own document runs when it does."""
    placed = {"at": 1, "do": "make_call", "call": "eve", "to": BOB, "from": "+16505550100", "answer": f"{HOME}/own"}
    pages = {"/own": page(says(dialect, "Own.")), "/new": page(says(dialect, "New."))}
    steps = [placed, transfer(3, "eve", aleg=f"{HOME}/new")]
    story = told(dialect, waits(dialect, 1), pages=pages, steps=steps, callees={BOB: {"answers_after": 5}})

    assert story.receipt(nth=1)["refused"] == "not_answered"
    assert story.at("call_answered", call="eve") == 6
    assert story.spoken("eve") == ["Own."]
