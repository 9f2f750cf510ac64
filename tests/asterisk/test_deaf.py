"""What is played to a room, and to one member of it: who hears that, and who does not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from engine.values.commands import Announce, Command, PlayToMember, UpdateMember
from engine.values.flow import Hook
from tests.asterisk.company import joined, times_of
from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import hears
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import tones
from tests.rest.bench import ACME

TEXML = "+16505550102"
BEEP, SOUND = 1000, 700  # Hz; the second is none of the music's
LENGTH = 0.6  # seconds of a sound
SOME = 10  # packets of it
# Who is what in the room of these tests.
STATES: Mapping[str, dict[str, Any]] = {
    "ann": {},
    "bob": {"deaf": True},
    "cat": {"held": True},
    "dan": {"muted": True},
    "eve": {"muted": True, "deaf": True},
}


async def company(on: Stage) -> dict[str, Call]:
    """A room with somebody in each state."""
    on.page('<Dial><Conference beep="false">room</Conference></Dial>', "/texml/answer")
    calls = await joined(on, *STATES, number=TEXML)
    for name, state in STATES.items():
        update(on, name, **state)
    await on.phones.settled(0.3)
    return calls


def update(on: Stage, name: str, **changes: Any) -> None:
    """Change something about a member."""
    on.service.execute(UpdateMember(conference="room", account=ACME, members=(id_of(on, name),), **changes))


def id_of(on: Stage, name: str) -> str:
    """The call of a member."""
    return next(call for call, known in on.people.items() if known == name)


async def hearers(on: Stage, calls: Mapping[str, Call], command: Command) -> set[str]:
    """Who hears the sound of a command."""
    since = monotonic()
    on.service.execute(command)
    await on.phones.settled(LENGTH + 0.3)
    return who_heard(calls, SOUND, since)


def who_heard(calls: Mapping[str, Call], hertz: float, since: float) -> set[str]:
    """Who has heard a tone since then."""
    return {name for name, call in calls.items() if len(times_of(call, hertz, since, monotonic())) >= SOME}


def test_a_rooms_announcement_is_heard_by_all_but_the_deaf_and_the_held(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as sounds:
            calls = await company(on)
            sound = sounds.at(SOUND, LENGTH)
            announce = Announce(conference="room", account=ACME, sound=Hook(sound))
            assert await hearers(on, calls, announce) == {"ann", "dan"}
            to_all = PlayToMember(conference="room", account=ACME, url=sound)
            assert await hearers(on, calls, to_all) == {"ann", "dan"}

    asyncio.run(story())


def test_an_announcement_to_members_is_heard_by_them_alone_whatever_they_are(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as sounds:
            calls = await company(on)
            await on.phones.settled(0.3)
            usual = hears(calls)
            assert usual == {("ann", "bob"), ("dan", "ann"), ("dan", "bob")}
            for names in (("bob",), ("cat", "dan"), tuple(STATES)):
                members = tuple(id_of(on, name) for name in names)
                sound = Hook(sounds.at(SOUND, LENGTH))
                since = monotonic()
                on.service.execute(UpdateMember(conference="room", account=ACME, members=members, announce=sound))
                for name in names:
                    await calls[name].until_sound(since, frequency=SOUND)
                await on.phones.settled(0.3)
                assert hears(calls) == usual  # over the talk
                await on.phones.settled(LENGTH)
                assert who_heard(calls, SOUND, since) == set(names)

    asyncio.run(story())


def test_who_waits_hears_its_own_announcement_and_not_the_rooms(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as sounds:
            on.page('<Conference startConferenceOnEnter="false" enterSound="">room</Conference>')
            calls = await joined(on, "ann", "bob")
            sound = sounds.at(SOUND, LENGTH)
            members = (id_of(on, "bob"),)
            assert await hearers(on, calls, PlayToMember(conference="room", account=ACME, url=sound)) == set()
            own = PlayToMember(conference="room", account=ACME, url=sound, members=members)
            assert await hearers(on, calls, own) == {"bob"}

    asyncio.run(story())


def room(attributes: str) -> str:
    """The document that leads into the room."""
    return f"<Dial><Conference {attributes}>room</Conference></Dial>"


@pytest.mark.parametrize(
    ("number", "document", "hear"),
    [
        (NUMBER, '<Conference enterSound="beep:1">room</Conference>', {"ann", "cat"}),
        (TEXML, room(""), {"ann"}),
        (TEXML, room('coach="ann"'), {"ann", "cat"}),  # a limit
        (TEXML, room('muted="true"'), {"ann", "cat"}),  # a limit
    ],
    ids=["Plivo 3.6", "TeXML 2.4", "a coach", "muted"],
)
def test_an_enter_sound_is_heard_by_those_who_should(
    number: str, document: str, hear: set[str], asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page('<Conference enterSound="">room</Conference>')
            on.page(room('beep="false" participantLabel="ann"'), "/texml/answer")
            calls = await joined(on, "ann", number=number)
            on.page(room('beep="false"'), "/texml/answer")
            calls |= await joined(on, "bob", number=number)
            update(on, "bob", deaf=True)
            on.page(document, "/texml/answer")
            on.page(document)
            since = monotonic()
            calls |= await joined(on, "cat", number=number)
            await on.phones.settled(LENGTH + 0.3)
            assert who_heard(calls, BEEP, since) == hear
            pairs = on.service.exchange.hears(on.service.exchange.conferences()[0].id)
            assert hears(calls) == {(on.people[hearer], on.people[speaker]) for hearer, speaker in pairs}

    asyncio.run(story())
