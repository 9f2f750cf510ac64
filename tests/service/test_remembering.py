"""What a service remembers of what ended, how it finds ids that faces show, and who may follow its events."""

from __future__ import annotations

import asyncio

import pytest

from engine.dialects.face import RecordingView
from engine.service.history import History
from engine.service.ids import Ids
from engine.service.stream import Line, Stream
from engine.values.commands import InviteMember
from engine.values.effects import CallFacts, RecordConferenceEnd
from engine.values.events import RecordingEnded
from tests.rest.bench import ACME, served
from tests.rest.plivo import NAME, Customer


def call(name: str, account: str = "acme") -> CallFacts:
    return CallFacts(name, account, "+1", "+2", "inbound", "ended")


def room(made: str, name: str, account: str = "acme", at: float = 1.0) -> RecordConferenceEnd:
    return RecordConferenceEnd(made, account, name, "empty", 0.0, None, at)


def test_the_oldest_is_forgotten_first_and_that_is_told() -> None:
    forgotten: list[tuple[str, str]] = []
    history = History(2, lambda what, id: forgotten.append((what, id)))  # noqa: A006
    for name in ("ann", "bob", "cat"):
        history.calls.put(name, call(name))
    assert [one.call for one in history.calls.of("acme")] == ["bob", "cat"]
    assert forgotten == [("call", "ann")]


def test_another_accounts_things_are_not_shown() -> None:
    history = History(5, lambda what, gone: None)
    history.calls.put("ann", call("ann", "other"))
    assert history.calls.get("acme", "ann") is None
    assert history.calls.of("acme") == ()


def test_a_name_means_the_last_room_that_bore_it() -> None:
    history = History(5, lambda what, gone: None)
    history.conference_ended(room("r1", "standup"))
    history.conference_ended(room("r2", "standup", at=9.0))
    found = history.conference("acme", "standup")
    assert found is not None
    assert found.conference == "r2"
    assert history.conference("acme", "r1") == room("r1", "standup")
    assert history.conference("other", "standup") is None


def test_a_forgotten_room_has_no_name_any_more() -> None:
    history = History(1, lambda what, gone: None)
    history.conference_ended(room("r1", "one"))
    history.conference_ended(room("r2", "two"))
    assert history.conference("acme", "one") is None


def test_a_recording_is_completed_by_its_end() -> None:
    history = History(5, lambda what, gone: None)
    history.recordings.put("x", RecordingView(id="x", account="acme", of="r1", started_at=1.0))
    history.recording_ended(RecordingEnded(7.0, "r1", "x", "stored", 5.5, "stopped", "https://rec.example/x"))
    done = history.recordings.get("acme", "x")
    assert done is not None
    assert (done.state, done.seconds, done.ended_at, done.url) == ("completed", 5.5, 7.0, "https://rec.example/x")
    history.recordings.take_away("x")
    assert history.recordings.get("acme", "x") is None


def test_an_id_is_found_by_what_a_face_shows_and_dropped_with_its_thing() -> None:
    spelt: list[str] = []

    def spell(face: str, what: str, made: str) -> str:
        spelt.append(made)
        return f"{face}:{what}:{made}"

    ids = Ids(spell)
    ids.add("call", "ann")
    assert spelt == []  # nobody asked yet
    assert ids.find("texml", "call", "texml:call:ann") == "ann"
    ids.add("call", "bob")
    assert ids.find("texml", "call", "texml:call:bob") == "bob"
    assert ids.find("texml", "conference", "texml:call:bob") == ""
    ids.drop("call", "ann")
    assert ids.find("texml", "call", "texml:call:ann") == ""
    ids.add("call", "cat")
    ids.drop("call", "cat")
    assert ids.find("texml", "call", "texml:call:cat") == ""


def followed(stream: Stream, account: str, after: int, many: int, quiet: float = 5.0) -> list[Line | int]:
    async def story() -> list[Line | int]:
        got: list[Line | int] = []
        follower = stream.follow(account, after, quiet)
        async for line in follower:
            got.append(line)
            if len(got) == many:
                break
        return got

    return asyncio.run(story())


def numbers(lines: list[Line | int]) -> list[int]:
    return [line.number if isinstance(line, Line) else -line for line in lines]


def test_a_follower_gets_its_accounts_lines_from_where_it_was() -> None:
    stream = Stream()
    for account in ("acme", "other", "acme", "acme"):
        stream.add(account, {"what": "call_ended", "at": 1.0})
    assert numbers(followed(stream, "acme", 1, 2)) == [3, 4]


def test_a_follower_that_fell_behind_learns_how_much_it_missed() -> None:
    stream = Stream(kept=2)
    for _ in range(5):
        stream.add("acme", {"what": "call_ended"})
    assert numbers(followed(stream, "acme", 1, 3)) == [-2, 4, 5]


@pytest.mark.parametrize("after", [4, 10**18])
def test_a_follower_of_an_earlier_run_hears_this_one_from_its_beginning(after: int) -> None:
    stream = Stream()
    for _ in range(3):
        stream.add("acme", {"what": "call_ended"})
    assert numbers(followed(stream, "acme", after, 3)) == [1, 2, 3]


def test_a_follower_hears_what_comes_later_and_that_the_stream_ends() -> None:
    async def story() -> list[int]:
        stream, got = Stream(), []
        asyncio.get_running_loop().call_later(0.01, stream.add, "acme", {"what": "call_ended"})
        async for line in stream.follow("acme", 99, 5.0):
            got.append(line)
            stream.close()
        return numbers(got)

    assert asyncio.run(story()) == [1]


def test_a_quiet_stream_gives_a_sign_of_life() -> None:
    assert followed(Stream(), "acme", 0, 1, quiet=0.01) == [0]


def test_a_call_that_is_told_of_twice_counts_once() -> None:
    with served() as bench:
        (call,) = Customer(bench).let_in(1)
        bench.do(lambda service: service.arrive("+14155550101", "+16505550100", call=call))
        assert bench.do(lambda service: service.register.live[ACME]) == 1


def test_of_a_call_that_was_refused_nothing_is_kept() -> None:
    asked = InviteMember(account=ACME, conference=NAME, call="asked-for", to="+1", tongue="texml", coach="nobody")
    with served() as bench:
        (call,) = Customer(bench).let_in(1)
        assert bench.do(lambda service: service.execute(asked).refused) == "coach_unknown"
        assert bench.do(lambda service: set(service.books.timeline._tongues)) == {call}  # noqa: SLF001
