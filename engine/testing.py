"""The suite by which a driver proves itself, ours or a stranger's.

A driver is tested on a *bench*: the driver itself, a way to wait for what it reports, and people
who can be made to act. Each story performs a few effects and says what must be told, with which
ids, and what must not. `for story in driver_stories(bench): story.run()` is a whole test run;
a test framework runs them one by one under their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from engine.values import effects, events
from engine.values.effects import Effect
from engine.values.events import Event


class Bench(Protocol):
    """A driver with people at its phones; times in seconds of the driver's own clock."""

    def perform(self, effect: Effect) -> None:
        """Have the driver do one thing; it neither blocks nor raises."""

    def next_event(self) -> Event | None:
        """The next event that the driver reports, in order; None when it has nothing more to say."""

    def call_in(self, call: str) -> None:
        """Let somebody call, under that id; the channel rings until Answer."""

    def press(self, call: str, digits: str) -> None:
        """Let the person press keys."""

    def hang_up(self, call: str) -> None:
        """Let the person put the phone down."""

    @property
    def answering(self) -> str:
        """A number whose phone is answered."""

    @property
    def busy(self) -> str:
        """A number whose phone is busy."""

    @property
    def sound(self) -> str:
        """The URL of a short sound."""


class Story(Struct, frozen=True, eq=False):
    """One thing that a driver must do; `run` raises AssertionError where it does not."""

    name: str
    tell: Callable[[Bench], None]
    bench: Bench

    def run(self) -> None:
        """Tell the story on its bench."""
        self.tell(self.bench)


def driver_stories(bench: Bench) -> Iterator[Story]:
    """Every story, in the order in which a driver is best written; each leaves the bench quiet."""
    for tell in STORIES:
        yield Story((tell.__doc__ or tell.__name__).rstrip("."), tell, bench)


def expect(bench: Bench, kind: type[Event], **fields: object) -> Event:
    """Wait for an event of that kind with these fields; whatever else comes first is looked past."""
    while (event := bench.next_event()) is not None:
        if type(event) is kind and all(getattr(event, name) == value for name, value in fields.items()):
            return event
    raise AssertionError(f"no {kind.__name__} with {fields} was told")


def expect_nothing_of(bench: Bench, kind: type[Event], **fields: object) -> None:
    """Listen until the driver has nothing more to say, and be sure that this was not told."""
    while (event := bench.next_event()) is not None:
        if type(event) is kind and all(getattr(event, name) == value for name, value in fields.items()):
            raise AssertionError(f"{event} should not have been told")


def answered(bench: Bench, call: str) -> None:
    """Bring a call up."""
    bench.call_in(call)
    bench.perform(effects.Answer(call))
    expect(bench, events.CallAnswered, call=call)


def ended(bench: Bench, *names: str) -> None:
    """Bring calls down, and be told of each."""
    for call in names:
        bench.perform(effects.HangUp(call, "api"))
        expect(bench, events.CallEnded, call=call)


def seated(bench: Bench, conference: str, *names: str) -> None:
    """Bring calls up and into a room that has begun."""
    for number, call in enumerate(names):
        answered(bench, call)
        join = effects.JoinConference(call, conference, f"{call}.join", waiting=number == 0)
        bench.perform(join)
        expect(bench, events.MemberJoined, call=call, conference=conference, id=f"{call}.join")
        if number == 0:
            bench.perform(effects.SeatMembers(conference, (call,)))


def answer_is_told(bench: Bench) -> None:
    """An answered call is told once."""
    answered(bench, "t1")
    expect_nothing_of(bench, events.CallAnswered, call="t1")
    ended(bench, "t1")


def hang_up_is_told(bench: Bench) -> None:
    """A hang-up is told when the channel is gone, and nothing of that call after it."""
    answered(bench, "t2")
    ended(bench, "t2")
    expect_nothing_of(bench, events.PlaybackEnded, owner="t2")


def far_end_hangs_up(bench: Bench) -> None:
    """The far end's hang-up is told as hangup."""
    answered(bench, "t3")
    bench.hang_up("t3")
    expect(bench, events.CallEnded, call="t3", why="hangup")


def play_ends_with_its_id(bench: Bench) -> None:
    """A play that ends says so under its own owner and id."""
    answered(bench, "t4")
    bench.perform(effects.PlayMedia("t4", "t4.1", "t4", bench.sound))
    expect(bench, events.PlaybackEnded, owner="t4", id="t4.1", why="ended")
    ended(bench, "t4")


def stopped_play_is_quiet(bench: Bench) -> None:
    """A play that was stopped is never told as ended."""
    answered(bench, "t5")
    bench.perform(effects.PlayMedia("t5", "t5.1", "t5", bench.sound, 0))
    bench.perform(effects.StopMedia("t5", "t5.1"))
    expect_nothing_of(bench, events.PlaybackEnded, owner="t5", id="t5.1", why="ended")
    ended(bench, "t5")


def keys_are_told_in_order(bench: Bench) -> None:
    """Keys are told one by one, in the order they were pressed, also while something plays."""
    answered(bench, "t6")
    bench.perform(effects.PlayMedia("t6", "t6.1", "t6", bench.sound, 0))
    bench.press("t6", "12#")
    for key in "12#":
        told = expect(bench, events.DigitPressed, call="t6")
        if getattr(told, "digit", "") != key:
            raise AssertionError(f"{told} where {key!r} was pressed")
    ended(bench, "t6")


def join_and_leave_are_told(bench: Bench) -> None:
    """Joining is told under its id, and a call that left its room lives on."""
    seated(bench, "room", "t7")
    bench.perform(effects.LeaveConference("t7", "room"))
    expect(bench, events.MemberLeft, call="t7", conference="room")
    bench.perform(effects.SpeakText("t7", "t7.1", "t7", "Still here."))
    expect(bench, events.PlaybackEnded, owner="t7", id="t7.1")
    ended(bench, "t7")


def member_that_hangs_up(bench: Bench) -> None:
    """A member whose call ends is told as ended; the others stay."""
    seated(bench, "room", "t8", "t9")
    bench.hang_up("t8")
    expect(bench, events.CallEnded, call="t8")
    expect_nothing_of(bench, events.CallEnded, call="t9")
    ended(bench, "t9")


def flags_are_taken(bench: Bench) -> None:
    """Muting, deafening, holding and coaching are taken without an answer, and undone."""
    seated(bench, "room", "t10", "t11")
    for on in (True, False):
        for change in (effects.MuteMembers, effects.DeafenMembers, effects.HoldMembers):
            bench.perform(change("room", ("t10", "t11"), on))
    bench.perform(effects.CoachMember("room", "t10", "t11"))
    bench.perform(effects.CoachMember("room", "t10", ""))
    expect_nothing_of(bench, events.MemberChangeFailed)
    ended(bench, "t10", "t11")


def placed_call_rings_and_answers(bench: Bench) -> None:
    """A placed call rings, and then is answered."""
    bench.perform(effects.PlaceCall("t12", bench.answering))
    expect(bench, events.CallRinging, call="t12")
    expect(bench, events.CallAnswered, call="t12")
    ended(bench, "t12")


def busy_is_told(bench: Bench) -> None:
    """A busy callee is told as the end of the placed call."""
    bench.perform(effects.PlaceCall("t13", bench.busy))
    expect(bench, events.CallEnded, call="t13", why="busy")


def cancelled_call_ends(bench: Bench) -> None:
    """A placed call that is hung up before its answer ends, and is never told as answered after that."""
    bench.perform(effects.PlaceCall("t14", bench.answering))
    expect(bench, events.CallRinging, call="t14")
    ended(bench, "t14")
    expect_nothing_of(bench, events.CallAnswered, call="t14")


def recording_is_stored(bench: Bench) -> None:
    """A recording is told as running, and as stored when it was stopped."""
    answered(bench, "t15")
    bench.perform(effects.StartRecording("t15", "t15.r", "t15"))
    expect(bench, events.RecordingStarted, owner="t15", id="t15.r")
    bench.perform(effects.SpeakText("t15", "t15.1", "t15", "One two three."))
    expect(bench, events.PlaybackEnded, owner="t15", id="t15.1")
    bench.perform(effects.StopRecording("t15", "t15.r"))
    expect(bench, events.RecordingEnded, owner="t15", id="t15.r", result="stored")
    ended(bench, "t15")


def unknown_things_are_ignored(bench: Bench) -> None:
    """Effects for calls, sounds and rooms that are not there neither raise nor disturb anybody."""
    answered(bench, "t16")
    bench.perform(effects.StopMedia("nobody", "nobody.1"))
    bench.perform(effects.LeaveConference("nobody", "nowhere"))
    bench.perform(effects.StopRecording("nobody", "nobody.2"))
    bench.perform(effects.SpeakText("t16", "t16.1", "t16", "Hello."))
    expect(bench, events.PlaybackEnded, owner="t16", id="t16.1")
    ended(bench, "t16")


STORIES: tuple[Callable[[Bench], None], ...] = (
    answer_is_told,
    hang_up_is_told,
    far_end_hangs_up,
    play_ends_with_its_id,
    stopped_play_is_quiet,
    keys_are_told_in_order,
    join_and_leave_are_told,
    member_that_hangs_up,
    flags_are_taken,
    placed_call_rings_and_answers,
    busy_is_told,
    cancelled_call_ends,
    recording_is_stored,
    unknown_things_are_ignored,
)
