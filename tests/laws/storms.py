"""Storms: random calls, deeds, commands and answers, told to an exchange by a driver that keeps no order.

A story is documents and deeds; a deed is a word and three numbers, which are taken modulo whatever there is to choose
from when its turn comes. So every story can be told, a shorter one is a story too, and the same one always goes the
same way. The driver owes an answer for what the exchange asks, and gives it when a deed says so: in any order, late,
twice, or as a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from engine.dialects.tongues import tongues
from engine.exchange import Exchange
from engine.values import commands, effects, events
from engine.values.effects import Effect
from engine.values.events import Event
from engine.values.flow import Hook
from engine.values.tongue import Tongue
from engine.values.views import CallView, ConferenceView
from tests.laws import flows
from tests.laws.debts import ANSWERS, KEEPS
from tests.laws.flows import ACCOUNT, HOME, MOST_CALLS, SPEAKERS
from tests.laws.orders import COMMANDS

# So few places that rooms are full all the time.
CAP = 3
PIN = "12"
KEYS = "1*2#3"


class Deed(NamedTuple):
    """What happens next: a word of DEEDS, and three numbers that say to whom and how."""

    what: str
    a: int = 0
    b: int = 0
    c: int = 0


class Story(NamedTuple):
    """The documents of the application, and what happens."""

    documents: tuple[tuple[int, ...], ...]
    deeds: tuple[Deed, ...]


class Sight(NamedTuple):
    """What a reader sees of an exchange between two events."""

    calls: dict[str, CallView]
    rooms: dict[str, ConferenceView]


class Telling(NamedTuple):
    """One event with what it led to, seen from outside."""

    event: Event
    effects: tuple[Effect, ...]
    before: Sight
    after: Sight


@cache
def spoken() -> dict[str, Tongue]:
    """Every tongue, with rooms of CAP places."""
    few = {"max_members": CAP, "cap_ceiling": CAP}
    return tongues(dict.fromkeys((*SPEAKERS, "audian"), few))


def look(exchange: Exchange) -> Sight:
    """See all calls and rooms."""
    return Sight(
        {view.about.call: view for view in exchange.calls()}, {view.id: view for view in exchange.conferences()}
    )


class World:
    """An exchange, and a driver that owes it answers; `tellings` is all that was told, `events` the journal of it."""

    def __init__(self, documents: Sequence[Sequence[int]], exchange: Exchange | None = None) -> None:
        """Start with nobody there and one definition stored."""
        self.exchange = exchange or Exchange(spoken(), seed="storm", watched=True)
        self.documents = documents
        self.at = 0.0
        self.owed: list[Effect] = []
        self.ringing: set[str] = set()
        self.timers: dict[str, effects.SetTimer] = {}
        self.old_timers: list[effects.SetTimer] = []
        self.flags: list[Effect] = []
        self.told: list[Event] = []
        self.done: list[Effect] = []
        self.arrived = 0
        self.sight = look(self.exchange)
        self.watchers: list[Callable[[Telling], None]] = []

    def tell(self, event: Event) -> tuple[Effect, ...]:
        """Let the exchange handle one event, perform its effects, and show it to the watchers."""
        before = self.sight
        made = tuple(self.exchange.handle(event))
        self.told.append(event)
        self.done += made
        for effect in made:
            keep = KEEPS.get(type(effect))
            if keep is not None:
                keep(self, effect)
        self.sight = look(self.exchange)
        for watch in self.watchers:
            watch(Telling(event, made, before, self.sight))
        return made

    def play(self, story: Story) -> None:
        """Let the whole story happen, and then let everything come to its end."""
        self.open()
        for deed in story.deeds:
            self.do(deed)
        self.close()

    def open(self) -> None:
        """Store what callers may dial into."""
        define = commands.DefineConference(
            id="weekly", account=ACCOUNT, name="A", member_pins=(PIN,), moderator_pins=("2",), max_members=CAP
        )
        self.tell(events.CommandGiven(self.at, "define", define))

    def do(self, deed: Deed) -> None:
        """Let one deed happen, a moment after the one before."""
        self.at += (deed.c % 8) / 4
        DEEDS[deed.what](self, deed)

    def close(self) -> None:
        """Everybody hangs up and every answer comes; at last every timer rings."""
        for _ in range(100):
            for call in tuple(self.sight.calls):
                if call in self.sight.calls:
                    self.tell(events.CallEnded(self.at, call))
            while self.owed:
                self.answer(0, 0)
            for timer in tuple(self.timers.values()):
                if timer.key in self.timers:
                    self.ring(timer)
            if not (self.sight.calls or self.sight.rooms or self.owed or self.timers):
                return
        raise AssertionError(f"it never comes to rest: {self.sight} {self.owed} {self.timers}")

    def answer(self, which: int, how: int) -> None:
        """Give one of the answers that are owed."""
        effect = self.owed.pop(which % len(self.owed))
        self.tell(ANSWERS[type(effect)](self, effect, how))

    def ring(self, timer: effects.SetTimer) -> None:
        """Let a timer ring, at its time or later."""
        del self.timers[timer.key]
        self.at = max(self.at, timer.at)
        self.tell(events.TimerRang(self.at, timer.key, timer.generation))

    def body(self, fetch: effects.FetchDocument) -> bytes:
        """The document at an address, in the dialect of whoever asks."""
        name = fetch.url.rpartition("/")[2]
        tongue = fetch.tongue if fetch.tongue in SPEAKERS else SPEAKERS[0]
        if name[:1] == "s":
            return flows.sound(tongue, int(name[1:]))
        number = int(name[1:]) if name[:1] == "d" else 0
        return flows.document(tongue, self.documents[number % len(self.documents)])

    def some_call(self, number: int) -> str:
        """One of the live calls, or one that never was."""
        names = tuple(self.sight.calls)
        return names[number % len(names)] if names else "nobody"


# --- deeds ---------------------------------------------------------------------------------------------


def arrive(world: World, deed: Deed) -> None:
    """Somebody calls: a number with an answer document, or one that leads into the definition."""
    if world.arrived >= MOST_CALLS:
        return
    world.arrived += 1
    name = f"c{world.arrived}"
    told = Hook(f"{HOME}/told")
    people: dict[str, Any] = {"caller": f"+1415555{world.arrived:04}", "called": "+16505550100"}
    if deed.b % 8 == 7:
        world.tell(events.CallArrived(world.at, name, tongue="audian", account=ACCOUNT, conference="weekly", **people))
        return
    world.tell(
        events.CallArrived(
            world.at,
            name,
            tongue=SPEAKERS[deed.a % 3],
            account=ACCOUNT,
            answer=Hook(f"{HOME}/d{deed.b % flows.DOCUMENTS}"),
            fallback=Hook(f"{HOME}/d5") if deed.c % 2 else None,
            hangup=told,
            status_events=("answered", "dtmf", "completed") if deed.c % 3 == 0 else (),
            **people,
        )
    )


def answer_one(world: World, deed: Deed) -> None:
    """One answer comes."""
    if world.owed:
        world.answer(deed.a, deed.b)


def answer_all(world: World, deed: Deed) -> None:
    """Everything that is owed comes, in order, and well."""
    for _ in range(len(world.owed)):
        if world.owed:
            world.answer(0, 0)


def ring(world: World, deed: Deed) -> None:
    """A timer rings: mostly the next one."""
    timers = sorted(world.timers.values(), key=lambda timer: (timer.at, timer.generation))
    if timers:
        world.ring(timers[deed.a % len(timers) if deed.b % 4 == 0 else 0])


def ring_late(world: World, deed: Deed) -> None:
    """A timer rings that was cancelled or set anew."""
    if world.old_timers:
        timer = world.old_timers[deed.a % len(world.old_timers)]
        world.tell(events.TimerRang(max(world.at, timer.at), timer.key, timer.generation))
        world.at = max(world.at, timer.at)


def repeat(world: World, deed: Deed) -> None:
    """Something is told again, some time after it was told first: only what carries an id, or ends a call."""
    same = [event for event in world.told if hasattr(event, "owner") or isinstance(event, REPEATABLE)]
    if same:
        again = same[deed.a % len(same)]
        world.tell(msgspec.structs.replace(again, at=world.at))


REPEATABLE = (events.MemberJoined, events.JoinFailed, events.CallEnded, events.CallRinging)


def foreign(world: World, deed: Deed) -> None:
    """An answer to nothing that was ever asked."""
    call, room = world.some_call(deed.a), (*world.sight.rooms, "r99")[deed.b % (len(world.sight.rooms) + 1)]
    made: tuple[Event, ...] = (
        events.PlaybackEnded(world.at, call, f"{call}.999"),
        events.DocumentFetched(world.at, call, f"{call}.998"),
        events.DocumentFetched(world.at, "nobody", "nobody.1", body=b"<Response/>"),
        events.MemberJoined(world.at, call, room, f"{call}.997"),
        events.JoinFailed(world.at, call, room, f"{call}.996"),
        events.MemberLeft(world.at, "nobody", room),
        events.RecordingStarted(world.at, call, f"{call}.995"),
        events.RecordingEnded(world.at, call, f"{call}.994"),
        events.TimerRang(world.at, f"{call}:limit", 10**9),
        events.CallbackDelivered(world.at, call, f"{call}.993", 200),
        events.MemberChangeFailed(world.at, "nobody", room, "mute"),
        events.CallEnded(world.at, "nobody"),
        events.CallAnswered(world.at, call),
    )
    world.tell(made[deed.c % (len(made) - 1)])


def press(world: World, deed: Deed) -> None:
    world.tell(events.DigitPressed(world.at, world.some_call(deed.a), KEYS[deed.b % len(KEYS)]))


def say(world: World, deed: Deed) -> None:
    world.tell(events.SpeechHeard(world.at, world.some_call(deed.a), "yes please", 0.9, final=deed.b % 3 != 0))


def talk(world: World, deed: Deed) -> None:
    kind = events.TalkStarted if deed.b % 2 else events.TalkStopped
    world.tell(kind(world.at, world.some_call(deed.a)))


def hold_far(world: World, deed: Deed) -> None:
    world.tell(events.CallHeldFar(world.at, world.some_call(deed.a), held=deed.b % 2 == 0))


def detect(world: World, deed: Deed) -> None:
    world.tell(events.MachineDetected(world.at, world.some_call(deed.a), machine=deed.b % 2 == 0))


def hang_up(world: World, deed: Deed) -> None:
    why = ("hangup", "hangup", "lost")[deed.b % 3]
    world.tell(events.CallEnded(world.at, world.some_call(deed.a), why))


def fall_out(world: World, deed: Deed) -> None:
    """The switch loses a member from its room, though not the call."""
    members = [(m.call, room.id) for room in world.sight.rooms.values() for m in room.members]
    if members:
        world.tell(events.MemberLeft(world.at, *members[deed.a % len(members)]))


def fail_change(world: World, deed: Deed) -> None:
    """The switch could not make a flag real."""
    if not world.flags:
        return
    effect: Any = world.flags[deed.a % len(world.flags)]
    change = {"MuteMembers": "mute", "DeafenMembers": "deaf", "HoldMembers": "hold", "CoachMember": "coach"}
    calls = getattr(effect, "calls", None) or (effect.call,)
    word = change[type(effect).__name__]
    world.tell(events.MemberChangeFailed(world.at, calls[deed.b % len(calls)], effect.conference, word))


def command(world: World, deed: Deed) -> None:
    """A customer commands."""
    made = COMMANDS[deed.a % len(COMMANDS)](world, deed)
    world.tell(events.CommandGiven(world.at, f"command.{len(world.told)}", made))


def lose_switch(world: World, deed: Deed) -> None:
    """The switch is gone; it owes nothing any more but what is the web's."""
    if deed.a % 16 == 0:
        world.owed = [owed for owed in world.owed if isinstance(owed, effects.FetchDocument)]
        world.tell(events.SwitchWasLost(world.at))


def rest(world: World, deed: Deed) -> None:
    """Nothing happens: what a deed that does not matter shrinks to."""


DEEDS: dict[str, Callable[[World, Deed], None]] = {
    "rest": rest,
    "arrive": arrive,
    "answer_one": answer_one,
    "answer_all": answer_all,
    "ring": ring,
    "ring_late": ring_late,
    "repeat": repeat,
    "foreign": foreign,
    "press": press,
    "say": say,
    "talk": talk,
    "hold_far": hold_far,
    "detect": detect,
    "hang_up": hang_up,
    "fall_out": fall_out,
    "fail_change": fail_change,
    "command": command,
    "lose_switch": lose_switch,
}
OFTEN = {"answer_one": 10, "answer_all": 8, "command": 12, "arrive": 4, "ring": 2, "press": 3}
WORDS = tuple(word for word in DEEDS for _ in range(OFTEN.get(word, 1)))


# --- drawing -------------------------------------------------------------------------------------------

SMALL = st.integers(0, 47)


def stories(deeds_at_least: int = 30) -> st.SearchStrategy[Story]:
    """Stories of so many deeds or more, with somebody there from the beginning.

    The least number is high because hypothesis would draw few otherwise; what does not matter shrinks to `rest`.
    """
    numbers = st.one_of(st.integers(0, 6), st.integers(0, 24))  # the first ones are conferences
    bodies = st.lists(numbers, min_size=1, max_size=4).map(tuple)
    documents = st.tuples(*(bodies for _ in range(flows.DOCUMENTS)))
    deed = st.builds(Deed, st.sampled_from(WORDS), SMALL, SMALL, SMALL)
    deeds = st.lists(deed, min_size=deeds_at_least, max_size=3 * deeds_at_least)
    beginning = st.lists(st.builds(Deed, st.just("arrive"), SMALL, SMALL, SMALL), min_size=1, max_size=4)
    return st.builds(lambda d, first, rest: Story(d, (*first, *rest)), documents, beginning, deeds)
