"""A queue and its agents: what crosses, what comes late, and who is left behind."""

from __future__ import annotations

from engine.journal import dump, load
from engine.values import commands, effects, events
from engine.values.flow import Hook
from engine.values.views import QueueView
from tests.machines.hand import TONGUES
from tests.machines.phone import Phone

LINE = '<Enqueue action="/after">line</Enqueue>'
AGENT = "<Dial><Queue>line</Queue></Dial>"
AGENT_FIRST = '<Dial><Queue url="/soon">line</Queue></Dial>'


def queued(*agents: str) -> Phone:
    """Ann waits in line; agents come with these documents."""
    phone = Phone()
    phone.meets(LINE, tongue="texml")
    for number, element in enumerate(agents):
        phone.meets(element, "<Say>Next.</Say>", tongue="texml", call=f"amy{number}")
    return phone


def joined(phone: Phone) -> list[tuple[str, str]]:
    """Who is joined by the latest effects."""
    return [(effect.call, effect.other) for effect in phone.did(effects.ConnectCalls)]


def actions(phone: Phone) -> list[tuple[str, object]]:
    """Whose queue's action is asked by the latest effects, with its result."""
    asked = [effect for effect in phone.did(effects.FetchDocument) if effect.kind == "action_enqueue"]
    return [(effect.owner, effect.facts["queue_result"]) for effect in asked]


def test_of_two_agents_one_is_served() -> None:
    phone = queued(AGENT, AGENT)

    assert joined(phone) == []
    assert phone.calls() == {"ann": "up", "amy0": "up", "amy1": "up"}
    phone.ended("amy0")
    assert actions(phone) == [("ann", "bridged")]


def test_the_music_that_was_stopped_is_stale() -> None:
    phone = queued()
    music = phone.sound()
    phone.meets(AGENT, tongue="texml", call="amy")
    assert joined(phone) == [("amy", "ann")]

    assert phone.tell(events.PlaybackEnded(0.0, "ann", music.id)) == []
    assert phone.stale == 1


def test_both_may_end_in_the_same_instant() -> None:
    phone = queued(AGENT)
    phone.ended("ann")
    assert phone.spoken() == ["Next."]

    phone.ended("amy0")

    assert actions(phone) == []
    assert phone.calls() == {}


def test_a_caller_hung_up_by_command_is_not_taken_out_of_the_line_while_it_is_ending() -> None:
    phone = queued()
    phone.ask(commands.HangUpCall(call="ann"))

    phone.meets(AGENT, tongue="texml", call="amy")

    assert joined(phone) == []


def test_an_agent_hung_up_by_command_is_given_nobody_while_it_is_ending() -> None:
    phone = Phone()
    phone.meets(AGENT, tongue="texml", call="amy")
    phone.ask(commands.HangUpCall(call="amy"))

    phone.meets(LINE, tongue="texml")

    assert joined(phone) == []


def test_an_agents_time_is_not_counted_once_it_has_a_call() -> None:
    phone = Phone()
    phone.meets(AGENT, tongue="texml", call="amy")
    assert "amy:queue" in phone.running()

    phone.meets(LINE, tongue="texml")

    assert "amy:queue" not in phone.running()
    assert joined(phone) == [("amy", "ann")]


def test_a_document_for_a_caller_that_was_given_elsewhere_is_stale() -> None:
    phone = queued(AGENT_FIRST)
    asked = phone.fetch()
    assert asked.kind == "queue_url"
    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))

    phone.tell(events.DocumentFetched(0.0, "ann", asked.id, body=b"<Response/>"))

    assert phone.last == []
    assert phone.stale == 1


def test_an_agent_with_new_instructions_lets_its_caller_go() -> None:
    phone = queued(AGENT)
    phone.ask(commands.TransferCall(call="amy0", aleg=Hook("https://app.example/new")))

    assert [(effect.call, effect.other) for effect in phone.did(effects.DisconnectCalls)] == [("amy0", "ann")]
    assert actions(phone) == [("ann", "bridged")]


def test_a_caller_with_new_instructions_lets_its_agent_go_on() -> None:
    phone = queued(AGENT)
    phone.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))

    assert phone.spoken() == ["Next."]
    assert actions(phone) == []


def test_the_longest_wait_is_not_counted_for_who_is_served() -> None:
    phone = Phone()
    phone.meets('<Enqueue maxWaitTimeSecs="9">line</Enqueue>', tongue="texml")
    assert phone.running() == {"ann:queue"}

    phone.meets(AGENT, tongue="texml", call="amy")

    assert phone.running() == {"amy:talk"}


def test_a_caller_that_is_asked_for_keys_and_taken_out_is_asked_no_more() -> None:
    phone = Phone()
    phone.meets('<Enqueue waitUrl="/wait">line</Enqueue>', tongue="texml")
    phone.fetched("<Gather><Say>Star to leave.</Say></Gather>")
    prompt = phone.sound()

    phone.meets(AGENT, tongue="texml", call="amy")

    assert [effect.id for effect in phone.did(effects.StopMedia)] == [prompt.id]
    assert phone.tell(events.PlaybackEnded(0.0, "ann", prompt.id)) == []
    assert phone.press("*") == []
    assert phone.running() == {"ann:queue", "amy:talk"} - {"ann:queue"}


def test_a_checkpoint_keeps_a_queue_with_its_bound_and_its_line() -> None:
    phone = Phone()
    phone.at = 2.0
    phone.ask(commands.DefineQueue(name="line", max_size=1))
    phone.at = 3.0
    phone.meets(LINE, tongue="texml")

    phone.exchange = load(dump(phone.exchange), TONGUES)

    assert phone.exchange.queues() == (QueueView("", "line", 1, ("ann",), 0.0, 2.0, 2.0),)
    phone.meets(LINE, tongue="texml", call="bob")
    assert actions(phone) == [("bob", "queue_full")]
