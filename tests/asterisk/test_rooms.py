"""Who hears whom in real rooms, by the tones that phones send, compared with the exchange's hearing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

from engine.machines.hearing import hearing
from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import hears
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage, stage

ROOM = '<Conference waitSound="" enterSound="" exitSound="" callbackUrl="">room</Conference>'


async def in_room(on: Stage, *names: str) -> dict[str, Call]:
    """Have these people in the room, seated."""
    calls: dict[str, Call] = {}
    for name in names:
        phone = await on.phones.phone(name, amplitude=4000)
        calls[name] = await on.answered(phone)
        await on.until("member_joined", call=on.id_of(phone))
        on.people[on.id_of(phone)] = name
    return calls


async def compare(on: Stage, calls: dict[str, Call]) -> None:
    """Who is heard is who should be."""
    await on.phones.settled(0.6)
    room = on.service.exchange.conferences()[0]
    expected = frozenset(
        (on.people[hearer], on.people[speaker])
        for hearer, speaker in hearing(room.members, running=room.state == "running")
    )
    assert hears(calls) == expected


def test_flags_are_made_real(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page(ROOM + "<Speak>You are out.</Speak><Wait length='5'/>")
            calls = await in_room(on, "ann", "bob", "cat", "dan")
            await compare(on, calls)
            for method, what in (("POST", "Mute"), ("DELETE", "Mute"), ("POST", "Deaf"), ("DELETE", "Deaf")):
                got = await on.plivo(method, f"Conference/room/Member/2/{what}/")
                assert got.status < 300, got
                await compare(on, calls)
            since = monotonic()
            got = await on.plivo("POST", "Conference/room/Member/3/Kick/")
            assert got.status < 300, got
            await calls["cat"].until_sound(since)
            await compare(on, {name: call for name, call in calls.items() if name != "cat"})

    asyncio.run(story())
