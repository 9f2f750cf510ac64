"""Enqueue, Leave and Dial on a Queue: waiting in line, being taken out of it, and leaving it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.views import QueueView
from tests.stories.flow.calls import HOME, asked, attributes, hang_up, page, press, says, told
from tests.stories.story import Story

SAY = "texml"
AFTER = {"/after": page(says(SAY, "Back."))}
WAIT = {"/wait": page(says(SAY, "Please wait."), f"<Play>{HOME}/flute.mp3</Play>")}


def enqueue(**given: Any) -> str:
    """An Enqueue with an action."""
    return f"<Enqueue{attributes({'action': '/after', **given})}>line</Enqueue>"


def agent(at: float, *, noun: str = "", path: str = "/agent") -> dict[str, Any]:
    """Somebody who takes calls out of the line."""
    return {"at": at, "from": "+14155550199", "path": path}


def serving(noun: str = "", **given: Any) -> dict[str, str]:
    """The agent's document: a Dial on the queue, and a word after it."""
    return page(f"<Dial{attributes(given)}><Queue{noun}>line</Queue></Dial>", says(SAY, "Next."))


def waits(*, pages: dict[str, Any] | None = None, element: str = "", **more: Any) -> Story:
    """Ann waits in line from 0 on."""
    given = {**AFTER, "/agent": serving(), **(pages or {})}
    return told("texml", element or enqueue(), says(SAY, "Never."), pages=given, **more)


def result(story: Story) -> list[str]:
    """What the action was told of how the waiting ended."""
    return [params["QueueResult"] for params in asked(story, "/after")]


def test_a_call_hears_music_until_it_is_taken_out() -> None:
    """TeXML 2.3 Enqueue: built-in music where no waitUrl is given."""
    story = waits(callers={"amy": agent(10)}, steps=[hang_up(30, "amy")])

    assert story.at("heard", media="music", to="ann") == 0
    assert story.stopped(media="music") == [10]
    assert story.at("calls_connected", call="amy", with_call="ann") == 10


def test_the_action_is_asked_only_when_the_talk_is_over() -> None:
    """TeXML 2.5: dequeued by a Dial, the action waits for the bridge's end; QueueTime is until then."""
    story = waits(callers={"amy": agent(10)}, steps=[hang_up(30, "amy")])

    assert result(story) == ["bridged"]
    assert story.at("document_fetched", url=f"{HOME}/after") == 30
    assert story.spoken("ann") == ["Back."]


def test_the_agents_flow_goes_on_when_the_caller_hangs_up() -> None:
    """TeXML 2.5 Dial: the caller of the Dial is still there."""
    story = waits(callers={"amy": agent(10)}, steps=[hang_up(30)])

    assert story.at("verb_started", call="amy", text="Next.") == 30
    assert result(story) == []


def test_first_come_first_served() -> None:
    """TeXML 1.8: a queue is a line."""
    people = {
        "bea": {"at": 5, "path": "/answer"},
        "amy": agent(10),
        "amos": agent(20),
    }
    story = waits(callers=people, steps=[hang_up(40, "amy"), hang_up(40, "amos")])

    assert [(e["call"], e["with_call"]) for e in story.what("calls_connected")] == [("amy", "ann"), ("amos", "bea")]


def test_an_agent_may_wait_for_a_call() -> None:
    """TeXML 2.2 Queue in Dial: whoever comes next is taken at once."""
    story = told(
        "texml",
        enqueue(),
        pages={**AFTER, "/agent": serving()},
        callers={"amy": agent(0), "bea": {"at": 8, "path": "/late"}},
        steps=[hang_up(5), hang_up(20, "amy")],
    )

    assert story.at("calls_connected", call="amy", with_call="ann") == 0


def test_an_agent_waits_as_long_as_its_dial_says() -> None:
    """TeXML 2.3 Dial timeout: nobody came."""
    pages = {"/agent": serving(timeout=12, action="/done"), "/done": page()}
    story = told("texml", "<Hangup/>", pages=pages, callers={"amy": agent(5)})

    assert [params["DialCallStatus"] for params in asked(story, "/done")] == ["no-answer"]
    assert story.at("document_fetched", url=f"{HOME}/done") == 17


def test_the_wait_document_is_fetched_anew_for_each_round_with_the_place_in_line() -> None:
    """TeXML 2.3 Enqueue (endless), 3.4: QueuePosition, CurrentQueueSize, QueueTime."""
    element = enqueue(waitUrl="/wait")
    story = waits(element=element, pages=WAIT, callers={"bea": {"at": 1, "path": "/answer"}}, steps=[hang_up(9)],
                  media={f"{HOME}/flute.mp3": 5}, until=20)  # fmt: skip

    first, *later = asked(story, "/wait", "queue_wait")
    assert (first["QueueSid"], first["QueuePosition"], first["CurrentQueueSize"]) == ("line", "1", "1")
    bea = [params for params in later if params["CallSid"] == "bea"]
    assert [params["QueuePosition"] for params in bea] == ["2", "2", "1", "1"]
    assert [params["QueueTime"] for params in bea] == ["0", "6", "12", "18"]


def test_the_wait_document_may_leave_the_line() -> None:
    """TeXML 2.3 Leave, 2.5 QueueResult leave: the action is asked at once."""
    wait = {"/wait": page(says(SAY, "Too long."), "<Leave/>", says(SAY, "Never."))}
    story = waits(element=enqueue(waitUrl="/wait"), pages=wait)

    assert result(story) == ["leave"]
    assert story.at("left_queue", result="leave") == 1
    assert story.spoken("ann") == ["Back."]


def test_the_wait_document_may_hang_up() -> None:
    """TeXML 2.3 Enqueue: Hangup is among its verbs."""
    wait = {"/wait": page(says(SAY, "Bye."), "<Hangup/>")}
    story = waits(element=enqueue(waitUrl="/wait"), pages=wait)

    assert story.end("ann")[0] == "hangup_verb"
    assert story.at("call_ended", call="ann") == 1


def test_the_wait_document_may_go_elsewhere() -> None:
    """TeXML 2.3 Enqueue: Redirect is among its verbs."""
    wait = {"/wait": page(says(SAY, "One."), "<Redirect>/more</Redirect>"), "/more": page(says(SAY, "Two."))}
    story = waits(element=enqueue(waitUrl="/wait"), pages=wait, steps=[hang_up(1.5)])

    assert [entry["text"] for entry in story.what("heard", to="ann")] == ["One.", "Two."]


def test_a_wait_document_that_cannot_be_had_is_silence() -> None:
    """TeXML 2.5: the call keeps its place."""
    story = waits(element=enqueue(waitUrl="/none"), callers={"amy": agent(10)}, steps=[hang_up(30, "amy")])

    assert story.at("calls_connected", with_call="ann") == 10


def test_the_longest_wait() -> None:
    """TeXML 2.3 maxWaitTimeSecs, 2.5 (call control's word timeout)."""
    story = waits(element=enqueue(maxWaitTimeSecs=15))

    assert result(story) == ["timeout"]
    assert story.at("document_fetched", url=f"{HOME}/after") == 15


def test_a_line_that_is_full_takes_nobody() -> None:
    """TeXML 2.3 maxQueueSize, 2.5 QueueResult queue-full."""
    story = waits(element=enqueue(maxQueueSize=1), callers={"bea": {"at": 5, "path": "/answer"}}, steps=[hang_up(20)])

    assert [(p["CallSid"], p["QueueResult"]) for p in asked(story, "/after")] == [("bea", "queue-full")]
    assert story.spoken("bea") == ["Back."]


def test_without_an_action_the_next_verb_runs() -> None:
    """TeXML 2.5 Enqueue: no action, next verb."""
    story = told("texml", '<Enqueue maxWaitTimeSecs="5">line</Enqueue>', says(SAY, "On."))

    assert story.spoken("ann") == ["On."]


def test_a_caller_who_hangs_up_is_gone_from_the_line() -> None:
    """TeXML 2.5 QueueResult hangup: the next agent finds nobody."""
    story = waits(callers={"amy": agent(10)}, steps=[hang_up(5), hang_up(20, "amy")])

    assert story.at("left_queue", call="ann", result="hangup") == 5
    assert story.never("calls_connected")
    assert result(story) == []


def test_a_call_with_new_instructions_is_gone_from_the_line() -> None:
    """TeXML 2.5: redirected; the action is not asked for a call that has a new document."""
    step = {"at": 5, "do": "transfer", "call": "ann", "aleg": f"{HOME}/new"}
    story = waits(pages={"/new": page(says(SAY, "New."))}, steps=[step])

    assert story.at("left_queue", call="ann", result="redirected") == 5
    assert story.spoken("ann") == ["New."]
    assert result(story) == []


def test_the_waiting_caller_hears_the_agents_document_first() -> None:
    """TeXML 2.3 Queue url: run on the dequeued leg before the bridge."""
    pages = {"/agent": serving(' url="/soon"'), "/soon": page(says(SAY, "One moment."))}
    story = waits(pages=pages, callers={"amy": agent(10)}, steps=[hang_up(30, "amy")])

    assert story.at("heard", to="ann", text="One moment.") == 10
    assert story.at("calls_connected") == 11


@pytest.mark.parametrize("who", ["ann", "amy"])
def test_one_of_the_two_may_be_gone_before_they_are_joined(who: str) -> None:
    """TeXML 2.5: QueueResult error; the agent's Dial found nobody."""
    pages = {"/agent": serving(' url="/soon"'), "/soon": page(says(SAY, "One moment please, there is more."))}
    story = waits(pages=pages, callers={"amy": agent(10)}, steps=[hang_up(11, who), hang_up(60, "amy")])

    assert story.never("calls_connected")
    if who == "amy":
        assert result(story) == ["error"]
    else:
        assert story.at("verb_started", call="amy", text="Next.") == 11


def test_the_time_limit_of_the_agents_dial_parts_the_two() -> None:
    """TeXML 2.3 Dial timeLimit: both go on with their flows."""
    story = waits(pages={"/agent": serving(timeLimit=60)}, callers={"amy": agent(10)})

    assert story.at("verb_started", call="amy", text="Next.") == 70
    assert story.at("verb_started", call="ann", text="Back.") == 70


def test_the_same_name_in_two_accounts_is_two_lines() -> None:
    """TeXML 1.8: a queue belongs to an account."""
    story = waits(callers={"amy": {**agent(10), "account": "other"}}, steps=[hang_up(20), hang_up(20, "amy")])

    assert story.never("calls_connected")


def test_a_key_may_take_the_caller_out_of_the_line() -> None:
    """TeXML 2.3 Enqueue: Gather is among the verbs of its document; what its action answers runs there too."""
    wait = {
        "/wait": page('<Gather numDigits="1" action="/key"><Say>Star to leave.</Say></Gather>', says(SAY, "Music.")),
        "/key": [{"when": {"Digits": "*"}, **page("<Leave/>")}, page(says(SAY, "Go on."))],
    }
    story = waits(element=enqueue(waitUrl="/wait"), pages=wait, steps=[press(3, "1"), press(12, "*")])

    assert [params["Digits"] for params in asked(story, "/key")] == ["1", "*"]
    assert story.at("heard", text="Go on.") == 3
    assert result(story) == ["leave"]
    assert story.at("left_queue") == 12


# --- queues by command ----


def define(at: float, size: int, name: str = "line") -> dict[str, Any]:
    """The customer says how many may wait."""
    return {"at": at, "do": "define_queue", "name": name, "max_size": size}


def forget(at: float, name: str = "line") -> dict[str, Any]:
    """The customer has no more need of the queue."""
    return {"at": at, "do": "forget_queue", "name": name}


BOTH: dict[str, Any] = {"bob": {"at": 5, "from": "+14155550102"}}


@pytest.mark.parametrize(("defined", "given", "results"), [
    (1, 0, ["queue-full"]), (1, 5, ["queue-full"]), (5, 1, ["queue-full"]), (0, 0, []), (2, 0, []), (0, 2, []),
])  # fmt: skip
def test_the_smaller_of_a_queues_bound_and_its_documents_counts(defined: int, given: int, results: list[str]) -> None:
    """TeXML 1.8 MaxSize, 2.5 maxQueueSize."""
    element = enqueue(maxQueueSize=given) if given else enqueue()

    story = waits(element=element, callers=BOTH, steps=[define(1, defined)], until=8)

    assert result(story) == results


def test_a_queue_is_made_changed_and_removed_by_command() -> None:
    """TeXML 1.8."""
    story = told("texml", steps=[define(1, 3), define(2, 3), define(3, 4), forget(4), forget(5)])

    results = [entry["results"]["line"] for entry in story.what("receipt")]
    assert results == ["changed", "same", "changed", "changed", "unknown"]
    assert story.simulation.exchange.queues() == ()


def test_a_queue_in_which_somebody_waits_is_not_removed() -> None:
    story = waits(steps=[forget(5), hang_up(10), forget(15)])

    assert [entry.get("refused", "") for entry in story.what("receipt")] == ["queue_in_use", ""]


def test_a_queue_at_which_an_agent_waits_is_not_removed() -> None:
    story = waits(callers={"amy": agent(10)}, steps=[hang_up(5), forget(11)])

    assert story.receipt("forget_queue")["refused"] == "queue_in_use"


def test_a_queue_that_was_removed_while_its_call_talked_does_not_come_back_when_the_talk_ends() -> None:
    story = waits(callers={"amy": agent(10)}, steps=[forget(20), hang_up(30, "amy")])

    assert story.receipt("forget_queue")["results"] == {"line": "changed"}
    assert result(story) == ["bridged"]
    assert story.simulation.exchange.queues() == ()


def test_a_queue_shows_who_waits_and_how_long_others_did() -> None:
    late = {"bob": {"at": 12, "from": "+14155550102"}}

    story = waits(callers={"amy": agent(10), **late}, steps=[define(20, 7)], until=25)

    assert story.simulation.exchange.queues("") == (QueueView("", "line", 7, ("bob",), 10.0, 0.0, 20.0),)
    assert story.simulation.exchange.queues("other") == ()


def test_the_wait_document_is_told_the_smaller_bound() -> None:
    """TeXML 2.5 MaxQueueSize."""
    late = {"bob": {"at": 5, "from": "+14155550102"}}

    story = waits(element=enqueue(waitUrl="/wait", maxQueueSize=9), pages=WAIT, callers=late, steps=[define(1, 4)],
                  until=6)  # fmt: skip

    assert [params["MaxQueueSize"] for params in asked(story, "/wait")] == ["9", "4", "4"]
