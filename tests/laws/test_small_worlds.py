"""Small worlds, explored to the end of a stated depth: two calls, one room, every command, every order of answers.

A world's state is the checkpoint of its exchange and the answers that are owed; two states that differ only in how
often something was counted, or in the numbers of ids, are the same. From each state everything that could happen
next does; nothing may break, and everybody can always hang up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from engine import journal
from engine.exchange import Exchange
from engine.values import commands, effects, events
from engine.values.effects import Effect
from engine.values.events import Event
from engine.values.flow import Hook
from tests.laws import watchman
from tests.laws.storms import Telling, look, spoken
from tests.laws.watchman import Watchman

# How many things happen one after the other once both calls are on their way into the room. A fourth takes half a
# minute, and leads to 22,000 states in Plivo instead of 3,000.
DEPTH = 3
HOME = "https://app.example"
CALLS = ("a", "b")

# What the two callers' documents ask for: the first may end the room, the second waits for somebody to start it.
DOCUMENTS = {
    "plivo": (
        '<Response><Conference endConferenceOnExit="true" hangupOnStar="true">A</Conference><Wait/></Response>',
        '<Response><Conference startConferenceOnEnter="false" stayAlone="false" action="/d">A</Conference></Response>',
    ),
    "vobiz": (
        '<Response><Conference endConferenceOnExit="true" hangupOnStar="true">A</Conference><Wait/></Response>',
        '<Response><Conference startConferenceOnEnter="false" stayAlone="false" action="/d">A</Conference></Response>',
    ),
    "texml": (
        '<Response><Dial><Conference endConferenceOnExit="true">A</Conference></Dial><Pause/></Response>',
        '<Response><Dial action="/d"><Conference startConferenceOnEnter="false">A</Conference></Dial></Response>',
    ),
}

# Counts that tell how long something went on, and decide nothing within so few steps.
COUNTS = (
    "ordinal", "sequence", "numbers", "number", "generation", "receipts", "rooms_made", "stale", "replaced", "burst",
)  # fmt: skip
NAMES = re.compile(rf'"(?:[{"".join(CALLS)}]|r\d+)(?:\.\d+)+"|"r\d+"|"(?:r\d+)(?=:)')

LAWS = (
    watchman.no_fault_happens_by_itself,
    watchman.nobody_is_in_two_rooms,
    watchman.no_room_is_empty_or_there_after_its_end,
    watchman.nothing_is_asked_of_a_channel_that_is_gone,
    watchman.everybody_leaves_before_the_room_ends,
    watchman.receipts_tell_what_changed,
)


class State(NamedTuple):
    """A world between two events: the checkpoint, what is owed, and the clocks that run."""

    checkpoint: bytes
    owed: tuple[Effect, ...]
    timers: tuple[effects.SetTimer, ...]


def normal(state: State) -> str:
    """What decides how a world goes on: counts left out, ids numbered in the order in which they stand."""
    plain = msgspec.json.decode(msgspec.json.encode(msgspec.msgpack.decode(state.checkpoint, type=journal.State)))
    plain["timers"] = sorted(plain["timers"])
    text = msgspec.json.encode((without_counts(plain), [without_counts(msgspec.to_builtins(e)) for e in state.owed]))
    seen: dict[str, str] = {}
    return NAMES.sub(lambda found: seen.setdefault(found[0], f"#{len(seen)}"), text.decode())


def without_counts(value: Any) -> Any:
    """A value of JSON without its counts."""
    if isinstance(value, dict):
        return {name: without_counts(inner) for name, inner in value.items() if name not in COUNTS}
    return [without_counts(inner) for inner in value] if isinstance(value, list) else value


def step(state: State, event: Event, answered: Effect | None = None) -> State:
    """Let one thing happen, hold it against the laws, and see what is owed then."""
    exchange = journal.load(state.checkpoint, spoken(), watched=True)
    before = look(exchange)
    made = tuple(exchange.handle(event))
    telling = Telling(event, made, before, look(exchange))
    for law in LAWS:
        law(Watchman(), telling)
    return follow(state, exchange, made, answered)


def follow(state: State, exchange: Exchange, made: tuple[Effect, ...], answered: Effect | None) -> State:
    """The state after these effects."""
    owed = [effect for effect in state.owed if effect is not answered]
    timers = {timer.key: timer for timer in state.timers}
    for effect in made:
        if isinstance(effect, tuple(ANSWERS)):
            owed.append(effect)
        elif isinstance(effect, effects.SetTimer):
            timers[effect.key] = effect
        elif isinstance(effect, effects.CancelTimer):
            timers.pop(effect.key, None)
    living = {view.about.call for view in exchange.calls()} | {view.id for view in exchange.conferences()}
    owed = [effect for effect in owed if getattr(effect, "call", getattr(effect, "owner", "")) in living]
    return State(journal.dump(exchange), tuple(owed), tuple(timers.values()))


ANSWERS: dict[type[Effect], Callable[[Any], tuple[Event, ...]]] = {
    effects.Answer: lambda e: (events.CallAnswered(0.0, e.call),),
    effects.HangUp: lambda e: (events.CallEnded(0.0, e.call),),
    effects.JoinConference: lambda e: (
        events.MemberJoined(0.0, e.call, e.conference, e.id),
        events.JoinFailed(0.0, e.call, e.conference, e.id),
    ),
    effects.LeaveConference: lambda e: (events.MemberLeft(0.0, e.call, e.conference),),
    effects.FetchDocument: lambda e: (
        events.DocumentFetched(0.0, e.owner, e.id, body=b"<Response/>"),
        events.DocumentFetched(0.0, e.owner, e.id, status=503),
    ),
    effects.SpeakText: lambda e: (events.PlaybackEnded(0.0, e.owner, e.id),),
    effects.StartRecording: lambda e: (
        events.RecordingStarted(0.0, e.owner, e.id),
        events.RecordingEnded(0.0, e.owner, e.id),
    ),
}


def told(number: int, command: Any) -> Event:
    """A command given."""
    return events.CommandGiven(0.0, f"command.{number}", command)


TO_ONE: dict[str, Any] = {"conference": "A", "members": ("a",)}
TO_ALL: dict[str, Any] = {"conference": "A"}
UNASKED: tuple[Event, ...] = (
    *(events.CallEnded(0.0, call) for call in CALLS),
    events.CallEnded(0.0, "a", "lost"),
    events.DigitPressed(0.0, "a", "*"),
    events.SwitchWasLost(0.0),
    *(
        told(number, command)
        for number, command in enumerate(
            (
                commands.KickMember(**TO_ONE),
                commands.KickMember(**TO_ALL),
                commands.HangUpMember(**TO_ONE),
                commands.HangUpMember(**TO_ALL),
                commands.UpdateMember(**TO_ONE, muted=True),
                commands.UpdateMember(**TO_ALL, muted=False),
                commands.UpdateMember(**TO_ONE, held=True),
                commands.UpdateMember(**TO_ALL, held=False),
                commands.UpdateMember(**TO_ALL, deaf=True),
                commands.UpdateMember(**TO_ONE, coach="b"),
                commands.UpdateMember(conference="A", members=("b",), end_on_exit=True),
                commands.UpdateMember(**TO_ALL, deaf=False),
                commands.UpdateMember(**TO_ALL, coach=""),
                commands.UpdateMember(**TO_ALL, wait_sound=Hook(f"{HOME}/d"), beep_on_exit=True),
                commands.UpdateMember(**TO_ONE, announce=Hook(f"{HOME}/d")),
                commands.Announce(conference="A", sound=Hook(f"{HOME}/d")),
                commands.PlayToMember(**TO_ALL, url=f"{HOME}/x.mp3"),
                commands.StopPlayToMember(**TO_ALL),
                commands.SpeakToMember(**TO_ONE, text="Hello."),
                commands.StopSpeakToMember(**TO_ONE),
                commands.LockConference(conference="A"),
                commands.LockConference(conference="A", locked=False),
                commands.RecordConference(conference="A"),
                commands.PauseRecording(conference="A"),
                commands.ResumeRecording(conference="A"),
                commands.StopRecording(conference="A"),
                commands.EndConference(conference="A"),
                commands.EndAllConferences(),
                commands.HangUpCall(call="a"),
                commands.TransferCall(call="a", aleg=Hook(f"{HOME}/d")),
                commands.ShutDown(),
            )
        )
    ),
)


def next_states(state: State) -> Iterator[State]:
    """Everything that can happen next."""
    for effect in state.owed:
        for event in ANSWERS[type(effect)](effect):
            yield step(state, event, effect)
    for timer in state.timers:
        left = tuple(other for other in state.timers if other is not timer)
        yield step(state._replace(timers=left), events.TimerRang(0.0, timer.key, timer.generation))
    for event in UNASKED:
        yield step(state, event)


def beginning(tongue: str) -> State:
    """Both callers are answered and on their way into the room."""
    exchange = Exchange(spoken(), watched=True)
    state = State(journal.dump(exchange), (), ())
    for call, document in zip(CALLS, DOCUMENTS[tongue], strict=True):
        answer = Hook(f"{HOME}/{call}")
        state = step(state, events.CallArrived(0.0, call, "+14155550100", "+16505550100", tongue, answer=answer))
        fetch = state.owed[-1]
        assert isinstance(fetch, effects.FetchDocument)
        state = step(state, events.DocumentFetched(0.0, call, fetch.id, body=document.encode()), fetch)
        state = step(state, events.CallAnswered(0.0, call), state.owed[-1])
    return state


def everybody_can_hang_up(state: State) -> None:
    """Whatever the state: when both put the phone down, nobody and no room is left."""
    exchange = journal.load(state.checkpoint, spoken())
    for call in CALLS:
        exchange.handle(events.CallEnded(0.0, call))
    assert (exchange.calls(), exchange.conferences()) == ((), ())


@pytest.mark.parametrize("tongue", DOCUMENTS)
def test_every_order_in_a_small_world_keeps_the_laws(tongue: str, capsys: pytest.CaptureFixture[str]) -> None:
    edge = [beginning(tongue)]
    known = {normal(edge[0])}
    steps = 0

    for _ in range(DEPTH):
        found = []
        for state in edge:
            for following in next_states(state):
                steps += 1
                name = normal(following)
                if name not in known:
                    known.add(name)
                    found.append(following)
                    everybody_can_hang_up(following)
        edge = found

    with capsys.disabled():
        print(f" {tongue}: {len(known)} states, {steps} steps, depth {DEPTH}", end="")  # noqa: T201
    assert len(known) > 100
