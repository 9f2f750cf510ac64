"""How long a service needs to be where it was: 200 calls in 40 rooms, from journals of several lengths.

The longest is the worst that can be, one event before the journal would begin anew with a checkpoint; the last begins
with one. Much happens in these rooms: mutes, keys, kicks, callers that go and others that come; callbacks tell of it.
Run: python tests/benchmarks/rebuild.py 200 40 99999
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import msgspec

from engine.dialects.tongues import tongues
from engine.drivers.takes import address
from engine.exchange import Exchange
from engine.journal import header
from engine.service.accounts import Accounts
from engine.service.books import Books
from engine.service.config import Config
from engine.service.demo import demo
from engine.service.journaling import Bounds, Journal
from engine.service.recovery import begun, options, taken_up
from engine.values import commands, effects
from engine.values import events as happened
from engine.values.effects import Effect
from engine.values.events import Event
from engine.values.flow import Hook

TARGET = 5.0  # seconds
HOME = "https://app.example"
ACCOUNT = "acme"
TONGUES = tongues()
HEAD = header(seed="rebuild", epoch=1.0, rules=options(demo()))


class Town:
    """People in rooms, and a switch and an application that answer all that they are asked at once."""

    def __init__(self, books: Books, calls: int, rooms: int) -> None:
        """Let everybody in."""
        self.books, self.rooms = books, rooms
        self.at, self.count = 0.0, 0
        self.told: list[Event] = []
        self.people: deque[tuple[str, int]] = deque()
        for number in range(calls):
            self.come(number % rooms)

    def tell(self, event: Event) -> None:
        """Let something happen, and everything that is answered because of it."""
        open_ones = deque([event])
        while open_ones:
            self.at += 0.001
            one = msgspec.structs.replace(open_ones.popleft(), at=self.at)
            self.told.append(one)
            for effect in self.books.take(one, self.books.exchange.handle):
                answer = ANSWERS.get(type(effect))
                if answer is not None:
                    open_ones.append(answer(effect))

    def come(self, room: int) -> None:
        """Somebody calls and joins a room."""
        self.count += 1
        call = f"call-{self.count}"
        self.people.append((call, room))
        people: dict[str, Any] = {"caller": f"+1415{self.count:07}", "called": "+16505550100", "account": ACCOUNT}
        hook = Hook(f"{HOME}/room{room}")
        self.tell(happened.CallArrived(0.0, call, tongue="plivo", answer=hook, hangup=Hook(f"{HOME}/over"), **people))

    def deeds(self) -> Iterator[None]:
        """What goes on in rooms, for ever."""
        while True:
            call, room = self.people[0]
            self.people.rotate(-1)
            there: dict[str, Any] = {"account": ACCOUNT, "conference": f"room{room}", "members": (call,)}
            for muted in (True, False):
                self.command(commands.UpdateMember(muted=muted, **there))
                yield
            self.tell(happened.DigitPressed(0.0, call, "5"))
            yield
            if self.count % 3:
                self.command(commands.KickMember(**there))
            self.tell(happened.CallEnded(0.0, call))
            self.people.remove((call, room))
            self.come(room)
            yield

    def command(self, command: Any) -> None:
        """A customer commands."""
        self.tell(happened.CommandGiven(0.0, f"command-{len(self.told)}", command))


def fetched(effect: effects.FetchDocument) -> Event:
    """The document of a room, or what is heard after it."""
    room = effect.url.rpartition("/")[2]
    attributes = f'callbackUrl="{HOME}/told" digitsMatch="5" enterSound="beep:1"'
    body = f"<Response><Conference {attributes}>{room}</Conference><Speak>bye</Speak></Response>"
    return happened.DocumentFetched(0.0, effect.owner, effect.id, body=body.encode(), location=effect.url)


ANSWERS: dict[type[Effect], Any] = {
    effects.FetchDocument: fetched,
    effects.Answer: lambda effect: happened.CallAnswered(0.0, effect.call),
    effects.HangUp: lambda effect: happened.CallEnded(0.0, effect.call),
    effects.JoinConference: lambda effect: happened.MemberJoined(0.0, effect.call, effect.conference, effect.id),
    effects.LeaveConference: lambda effect: happened.MemberLeft(0.0, effect.call, effect.conference),
    effects.PlayMedia: lambda effect: happened.PlaybackEnded(0.0, effect.owner, effect.id),
    effects.SpeakText: lambda effect: happened.PlaybackEnded(0.0, effect.owner, effect.id),
    effects.SendCallback: lambda effect: happened.CallbackDelivered(0.0, effect.owner, effect.id, 200),
}


def books_of(exchange: Exchange, config: Config) -> Books:
    """Books as the service keeps them."""

    def bug(event: Event) -> None:
        raise AssertionError(f"nobody could take {event}")

    return Books(HEAD, exchange, Accounts(config, {}), config.limits.history, address, bug)


def rebuilt(config: Config, calls: int) -> float:
    """The seconds from opening a journal to standing where its run stood."""
    began = perf_counter()
    journal, _, exchange = begun(config, TONGUES)
    assert journal is not None
    books = books_of(exchange, config)
    taken_up(journal, books)
    took = perf_counter() - began
    journal.close()
    assert len(exchange.calls()) == books.register.live.total() == calls
    return took


def main(calls: int, rooms: int, longest: int) -> float:
    """Print the figures; the seconds that the longest journal took."""
    config = demo()
    town = Town(books_of(Exchange(TONGUES, seed=HEAD.seed, watched=True), config), calls, rooms)
    deeds = town.deeds()
    with TemporaryDirectory() as folder:
        file = Path(folder, "journal.jsonl")
        ours = msgspec.structs.replace(config, journal=str(file))
        journal = Journal(file, Bounds(events=longest + 1))
        journal.begin(HEAD)
        written, slowest = 0, 0.0
        for length in (len(town.told), longest // 10, longest):
            while len(town.told) < length:
                next(deeds)
            journal.keep(town.told[written:])
            written = len(town.told)
            slowest = rebuilt_of(journal, file, ours, calls, f"{written} events")
            journal = Journal(file)
            assert journal.past is not None
            journal.go_on(len(list(journal.past)))
        began = perf_counter()
        journal.begin_anew(HEAD, town.books.exchange, town.books.kept())
        print(f"checkpoint written in {perf_counter() - began:.3f} s")
        rebuilt_of(journal, file, ours, calls, "a checkpoint")
    return slowest


def rebuilt_of(journal: Journal, file: Path, config: Config, calls: int, what: str) -> float:
    """Close a journal and take it up: print what that took."""
    journal.close()
    took = rebuilt(config, calls)
    size = file.stat().st_size / 1_000_000
    print(f"{calls} calls from {what} ({size:.1f} MB): {took:.2f} s (target {TARGET:.0f} s)")
    return took


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given or [200, 40, 99_999]))
