"""The sounds of a room's door, and beeps: who hears them, over the talk, and how long they are."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

import pytest

from tests.asterisk.phone.call import Call
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import LOW, tones

ANN, BOB = "+14155550111", "+14155550112"
TEXML = "+16505550102"
BEEP = 1000


def beeps(call: Call, since: float = 0.0, hertz: int = BEEP) -> list[float]:
    """How long each beep was, in seconds; a packet that is missing does not make two of one."""
    loud = [window.level(hertz) > 2000 for window in call.heard(since=since).windows(0.02)]
    runs = [(is_loud, len(list(run))) for is_loud, run in groupby(loud)]
    found, pause = [0.0], 0
    for is_loud, count in runs:
        if is_loud and pause > 2:
            found.append(0.0)
        found[-1] += count * 0.02 * is_loud
        pause = 0 if is_loud else count
    return [seconds for seconds in found if seconds > 0.1]


async def joined(on: Stage, name: str, nth: int, number: str = NUMBER) -> Call:
    """Somebody in the room."""
    call = await on.answered(await on.phones.phone(name), number)
    await on.until("member_joined", nth=nth)
    return call


@pytest.mark.parametrize(("sound", "lengths"), [("beep:1", [0.5]), ("beep:2", [0.2, 0.2])])
def test_a_beep_tells_who_is_there_that_somebody_enters_and_leaves(
    asterisk: Instance, tmp_path: Path, sound: str, lengths: list[float]
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page(f"<Conference waitSound='' enterSound='{sound}' exitSound='{sound}'>room</Conference>")
            ann = await joined(on, ANN, 1)
            await ann.settled(0.8)
            since = ann.pump.horizon
            bob = await joined(on, BOB, 2)
            await ann.settled(0.8)
            assert beeps(ann, since) == pytest.approx(lengths, abs=0.08)
            assert beeps(bob) == pytest.approx(lengths, abs=0.08), "with Plivo the joiner hears it too"
            since = ann.pump.horizon
            assert ann.heard(0.2).level(bob.tone) > 5000, "the talk goes on"
            bob.hang_up()
            await on.until("member_left")
            await ann.settled(0.8)
            assert beeps(ann, since) == pytest.approx(lengths, abs=0.08)

    asyncio.run(story())


def test_who_joins_does_not_hear_the_beep_where_the_rules_say_so(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Dial><Conference beep='onEnter'>room</Conference></Dial>", "/texml/answer")
            ann = await joined(on, ANN, 1, TEXML)
            await ann.settled(0.8)
            since = ann.pump.horizon
            bob = await joined(on, BOB, 2, TEXML)
            await ann.settled(0.8)
            assert beeps(ann, since) == pytest.approx([0.5], abs=0.08)
            assert beeps(bob) == []

    asyncio.run(story())


def test_a_sound_of_the_customers_own_is_played_into_the_room(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play>{web.at(LOW, 0.4)}</Play>", "/enter")
            on.page(f"<Conference waitSound='' enterSound='{on.app.url}/enter'>room</Conference>")
            ann = await joined(on, ANN, 1)
            await ann.until_sound(0.0, frequency=LOW)
            await ann.settled(0.6)
            since = ann.pump.horizon
            await joined(on, BOB, 2)
            await ann.until_sound(since, frequency=LOW)
            await ann.settled(0.6)
            assert beeps(ann, since, LOW) == pytest.approx([0.4], abs=0.08)

    asyncio.run(story())


def test_a_room_plays_without_a_sound_where_none_is_asked_for(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Conference waitSound='' enterSound='' exitSound=''>room</Conference>")
            ann, bob = await joined(on, ANN, 1), await joined(on, BOB, 2)
            await ann.settled(0.3)
            bob.hang_up()
            await on.until("member_left")
            await ann.settled(0.5)
            assert beeps(ann) == []

    asyncio.run(story())


def test_a_recording_of_a_room_begins_with_a_beep_where_that_is_asked_for(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            room = "<Conference beep='false' record='record-from-start' recordBeep='true'>room</Conference>"
            on.page(f"<Dial>{room}</Dial>", "/texml/answer")
            ann = await joined(on, ANN, 1, TEXML)
            await on.until("recording_started")
            await ann.settled(0.8)
            assert beeps(ann) == pytest.approx([0.5], abs=0.08)

    asyncio.run(story())
