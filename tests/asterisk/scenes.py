"""Plays a scenario file on a stage with real phones, in step with the simulation of the same file, and compares them.

The simulation goes first. Each moment of the scenario (people call, keys are pressed, commands are given) then happens
on the stage as soon as the stage has told what the simulation had told until then: so the real run takes no longer
than its sounds, and every difference in what a call meets, and in which order, shows. Before the next moment all
listen: the tones that arrive, the service's exchange and the simulation must name the same hearers and speakers.

Compared are each call's own entries and each room's, one after the other. Left out is what differs by nature: times
and lengths, ids, receipts (the service tells none), who has the floor (tones are always loudest somewhere), and later
rounds of what is played or fetched again and again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from difflib import ndiff
from math import inf
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from engine.drivers.agenda import Agenda
from engine.drivers.documents import Documents, Reply
from engine.drivers.simulated import Callee
from engine.exchange import Exchange
from engine.simulation.dialect import Choice
from engine.simulation.run import Simulation, in_its_room
from engine.simulation.scenario import Caller, Play, read
from engine.simulation.words import HangUp, Press, carry_out
from engine.values.effects import FetchDocument
from engine.values.events import DocumentFetched, Event
from tests.asterisk.company import AMPLITUDE, HIGH_TONES
from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import WINDOW, hears, matrix
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.phone import Phone
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage, stage
from tests.asterisk.tones import HIGH, LOW, Tones, tones
from tests.drivers.network import serving
from tests.rest.bench import ACME

SAMPLES = Path(__file__).parents[2] / "samples"
SCENES = Path(__file__).with_name("scenarios")
SETTLING = 0.3  # seconds between a change and the window in which all listen
HOME = "https://app.example"
MOST = 1.0  # seconds that a sound lasts of which the file says more

Pairs = frozenset[tuple[str, str]]
Entry = dict[str, Any]


class Moment(Struct, frozen=True):
    """What happens at one time: who calls, by name, and what is done."""

    at: float
    callers: tuple[str, ...]
    steps: tuple[Any, ...]


class Picture(Struct, frozen=True):
    """How things stand: who hears whom, and what was told, of each call by its name ("" is what is told of rooms)."""

    hears: Pairs
    told: Mapping[str, list[Entry]]


class Rehearsal(Struct, frozen=True):
    """What the simulation showed: a picture after each moment, and what was played again and again, and to whom."""

    pictures: list[Picture]
    rounds: frozenset[str]


def moments(play: Play) -> list[Moment]:
    """Everything that people and customers do, in order."""
    scenario = play.scenario
    times = {one.at for one in (*scenario.callers.values(), *scenario.steps) if one.at <= scenario.until}
    return [
        Moment(
            at,
            tuple(name for name, caller in scenario.callers.items() if caller.at == at),
            tuple(step for step in scenario.steps if step.at == at),
        )
        for at in sorted(times)
    ]


# --- the simulation ----------------------------------------------------------------------------------------------


def rehearse(play: Play, times: Iterable[float]) -> Rehearsal:
    """The simulation's pictures just before each of these times and at its end; what it expects must come true."""
    limits = [*times, inf]
    heard: list[Pairs] = []

    def keep(event: Event) -> None:
        while limits[len(heard)] <= event.at:
            heard.append(hearing(simulation.exchange))

    simulation = Simulation(play, keep=keep)
    run = simulation.run()
    assert run.failures == ()
    heard += [hearing(simulation.exchange)] * (len(limits) - len(heard))
    pictures = [
        Picture(pairs, by_call(entry for entry in run.timeline if entry["at"] < until))
        for pairs, until in zip(heard, limits, strict=True)
    ]
    return Rehearsal(pictures, rounds(run.timeline))


def hearing(exchange: Exchange, callers: Mapping[str, str] | None = None) -> Pairs:
    """Who hears whom in all rooms, by name: `callers` are names by call; who was called is named by its number."""
    names = {view.about.call: view.about.called for view in exchange.calls() if view.about.role != "inbound"}
    names |= callers or {}
    pairs = (pair for room in exchange.conferences() for pair in exchange.hears(room.id))
    return frozenset((names.get(hearer, hearer), names.get(speaker, speaker)) for hearer, speaker in pairs)


# --- what is compared of a timeline ------------------------------------------------------------------------------

LEFT_OUT = ("receipt", "member_floor")
BESIDE = ("document_fetched",)  # what runs beside a call, and has an order of its own
AGAIN = ("heard", *BESIDE)
ROUND = ("wait_sound", "hold_sound")  # purposes of what is played again and again, in its own time
# Parameters that say whose something is, which a simulation does not know; and what is a number, an id or a time.
WHOSE = frozenset(
    ("AccountSid", "CallSid", "CallSidEndingConference", "CallSidLegacy", "CallUUID", "CallerName", "ParentAuthID")
)
DIGIT = re.compile(r"\d")


def by_call(entries: Iterable[Mapping[str, Any]]) -> dict[str, list[Entry]]:
    """What can be compared of a timeline in order, by call."""
    told: dict[str, list[Entry]] = {}
    for entry in entries:
        what, call = entry["what"], entry.get("call", "")
        if what in LEFT_OUT or entry.get("purpose") in ROUND:
            continue
        of_call = told.setdefault(f"{call} asks" if what in BESIDE else call, [])
        plain = comparable(entry)
        if what not in AGAIN or plain not in of_call:
            of_call.append(plain)
    return told


def comparable(entry: Mapping[str, Any]) -> Entry:
    """What of an entry is the same in every run: of a callback's parameters those that hold no number."""
    plain = {name: fact for name, fact in entry.items() if name != "at" and not isinstance(fact, float)}
    if "params" in plain:
        params = ((name, value) for name, value in plain["params"].items() if name not in WHOSE)
        plain["params"] = {name: "…" if DIGIT.search(str(value)) else value for name, value in params}
    return plain


def difference(told: Mapping[str, list[Entry]], expected: Mapping[str, list[Entry]]) -> list[str]:
    """What was told and should not have been (+), and what is missing (-), call by call."""
    lines = []
    for call in dict.fromkeys([*expected, *told]):
        was, ought = ([str(entry) for entry in some.get(call, ())] for some in (told, expected))
        lines += [line for line in ndiff(ought, was) if line[0] in "+-"]
    return lines


def rounds(entries: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """What was played again and again, and to whom."""
    return frozenset(str(comparable(entry)) for entry in entries if entry.get("purpose") in ROUND)


# --- the customer's side -----------------------------------------------------------------------------------------


class Customer:
    """The application of a scenario: it answers as the simulation's does, at `url`."""

    def __init__(self) -> None:
        """It knows no page yet."""
        self.url = ""
        self._agenda = Agenda()
        self.serve({})

    def serve(self, pages: Mapping[str, tuple[Reply, ...]]) -> None:
        """Answer with these pages."""
        self._documents = Documents(
            self._agenda, pages, lambda effect: {name: str(value) for name, value in effect.facts.items()}
        )

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, when the scenario says so."""
        params: dict[str, Any] = {**request.query, **await request.post()}
        began, url = self._agenda.now, f"{self.url}{request.path_qs}"
        self._documents.perform(FetchDocument("", "", url, "", "", "", facts=params, timeout=0.0))
        reply = self._agenda.pop()
        assert isinstance(reply, DocumentFetched)
        await asyncio.sleep(reply.at - began)
        body = reply.body.replace(HOME.encode(), self.url.encode())  # a file's is read as it is
        return web.Response(body=body, status=reply.status, headers={"Content-Type": reply.content_type})


@asynccontextmanager
async def customer() -> AsyncIterator[Customer]:
    """A customer's application that listens."""
    one = Customer()
    async with serving(one.handle) as url:
        one.url = url
        yield one


def translated(text: str, url: str, sounds: Tones) -> str:
    """A scenario whose addresses are those of this machine; each sound of which it says how long it is, is a tone."""
    media = read(text.encode(), "scene.yaml", SAMPLES).scenario.media
    for hertz, (sound, seconds) in zip(range(LOW, HIGH, 100), media.items(), strict=False):
        text = text.replace(sound, sounds.at(hertz, min(seconds, MOST)))
    return text.replace(HOME, url)


# --- the stage ---------------------------------------------------------------------------------------------------


class Scene:
    """One run of a scenario on a stage: `calls` are people's, by name; `names` tells whose a call's id is."""

    def __init__(self, on: Stage, numbers: Mapping[str, str]) -> None:
        """Nobody called yet; `numbers` are those that people call, by name."""
        self.on, self.numbers = on, numbers
        self.calls: dict[str, Call] = {}
        self.names: dict[str, str] = {}
        self._callees: dict[str, Phone] = {}  # by address, which is their name
        self._callers: Mapping[str, Caller] = {}
        self._tones = iter(HIGH_TONES)
        self._deeds: dict[type[Any], Callable[[Any], None]] = {
            Press: lambda deed: self.calls[self.names[deed.call]].press(deed.digits),
            HangUp: lambda deed: self.calls[self.names[deed.call]].hang_up(),
        }

    async def answer(self, number: str, callee: Callee) -> str:
        """Have a phone that behaves as a callee does; its address."""
        habit = Habit(
            after=None if callee.no_answer else 0.0 if callee.busy else callee.answers_after,
            status=486 if callee.busy else 603 if callee.rejects else 200,
            rings=not callee.busy,
            early=callee.early_media,
            presses=callee.presses,
            hangs_up_after=callee.hangs_up_after or None,
        )
        phone = await self._phone(number, habit)
        self._callees[phone.contact] = phone
        return phone.contact

    async def _phone(self, name: str, habit: Habit | None = None) -> Phone:
        return await self.on.phones.phone(name, tone=next(self._tones), amplitude=AMPLITUDE, answers=habit)

    async def run(self, play: Play) -> None:
        """Let everything happen in step with the simulation, and compare."""
        self._callers = play.scenario.callers
        choice = Choice(play, lambda _: None)
        happening = moments(play)
        simulated = rehearse(play, [moment.at for moment in happening[1:]])
        for moment, picture in zip(happening, simulated.pictures, strict=True):
            for name in moment.callers:
                await self._call(name)
            for step in moment.steps:
                self._do(carry_out(step, self._id, choice.common))
            await self._keep_pace(picture, f"after {moment.at:g} s")
            await self._listen(picture, f"after {moment.at:g} s")
        assert rounds(self.happened()) <= simulated.rounds

    # --- what happens ----------------------------------------------------------------------------------------

    async def _call(self, name: str) -> None:
        phone = await self._phone(self._callers[name].caller)
        self.calls[name] = self.on.dial(phone, self.numbers[name])
        entry = await self.on.until("call_arrived", caller=phone.setup.name)
        self.names[entry["call"]] = name

    def _do(self, made: Any) -> None:
        deed = self._deeds.get(type(made))
        if deed is not None:
            deed(made)
        else:
            receipt = self.on.service.execute(in_its_room(made, self.on.service.exchange))
            assert not receipt.unknown, receipt

    def _id(self, name: str) -> str:
        """The id of the call that a name means."""
        ids = {known: call for call, known in self.names.items()}
        return ids.get(name, name)

    # --- what came of it -------------------------------------------------------------------------------------

    def happened(self) -> list[Entry]:
        """What was told so far, as the simulation would put it."""
        text = msgspec.json.encode(self.on.happened).decode()
        for call, name in self.names.items():
            text = text.replace(call, name).replace(self.numbers[name], self._callers[name].called)
        entries: list[Entry] = msgspec.json.decode(text)
        return entries

    async def _keep_pace(self, picture: Picture, when: str) -> None:
        """Wait until everything was told that the simulation had told; nothing else may have been."""

        def caught_up() -> bool:
            told = by_call(self.happened())
            return all(len(told.get(call, ())) >= len(entries) for call, entries in picture.told.items())

        try:
            await self.on.so(caught_up, when)
        finally:
            wrong = difference(by_call(self.happened()), picture.told)
            assert not wrong, "\n".join([when, *wrong])

    async def _listen(self, picture: Picture, when: str) -> None:
        """Who is heard is who should be, says the service's exchange as well as the simulation's."""
        await self.on.phones.settled(SETTLING + WINDOW)
        assert hearing(self.on.service.exchange, self.names) == picture.hears, when
        called = {name: call for name, phone in self._callees.items() for call in phone.calls.values()}
        talking = {name: call for name, call in (self.calls | called).items() if call.state == "answered"}
        heard = hears(talking)
        wrong = {(hearer, source): matrix(talking)[hearer][source] for hearer, source in heard ^ picture.hears}
        assert not wrong, f"{when}: wrong are {wrong}"


def played(asterisk: Instance, folder: Path, path: Path) -> Scene:
    """Play a scenario file on a stage of its own, and compare; the calls' sound is there to be listened to."""
    return asyncio.run(_played(asterisk, folder, path, path.read_text("utf-8")))


async def _played(asterisk: Instance, folder: Path, path: Path, text: str) -> Scene:
    async with customer() as theirs, tones(folder) as sounds:
        text = translated(text, theirs.url, sounds)
        play = ours(text, path)
        numbers = {name: f"+165055502{place:02}" for place, name in enumerate(play.scenario.callers)}
        config = {"numbers": rows(play, numbers), "conferences": definitions(play), "rules": play.scenario.rules}
        async with stage(asterisk, folder, **config) as on:
            scene = Scene(on, numbers)
            for number, callee in play.scenario.callees.items():
                text = text.replace(number, await scene.answer(number, callee))
            play = ours(text, path)
            theirs.serve(play.replies)
            await scene.run(play)
    return scene


def ours(text: str, path: Path) -> Play:
    """A scenario whose callers' and commands' account is that of the stage."""
    play = read(text.encode(), path.name, path.parent)
    scenario = play.scenario
    callers, conferences = (
        {name: msgspec.structs.replace(one, account=ACME) for name, one in some.items()}
        for some in (scenario.callers, scenario.conferences)
    )
    steps = tuple(
        msgspec.structs.replace(step, account=ACME) if "account" in step.__struct_fields__ else step
        for step in scenario.steps
    )
    changed = msgspec.structs.replace(scenario, callers=callers, conferences=conferences, steps=steps)
    return msgspec.structs.replace(play, scenario=changed)


def rows(play: Play, numbers: Mapping[str, str]) -> list[dict[str, str]]:
    """The configuration of the numbers that people call, each with its own document or definition."""
    choice = Choice(play, lambda _: None)
    return [
        {
            "number": numbers[name],
            "account": ACME,
            "conference": caller.conference,
            "dialect": "" if caller.conference else choice.of_caller(name, caller),
            "answer_url": caller.answer_url,
            "fallback_url": caller.fallback_url,
            "hangup_url": caller.hangup_url,
        }
        for name, caller in play.scenario.callers.items()
    ]


def definitions(play: Play) -> list[dict[str, Any]]:
    """The configuration of the conferences that people may call."""
    given = {name: msgspec.structs.asdict(one) for name, one in play.scenario.conferences.items()}
    return [
        {"id": name, **{key: value for key, value in one.items() if value is not None}} for name, one in given.items()
    ]
