"""What is spoken to callers: heard in full, by the voice that was asked for, with its pauses, and stopped."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path
from statistics import median

import pytest

from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import Sound
from tests.asterisk.phone.rtp import RATE
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import HIGH, LOW, tones

ANN = "+14155550111"
TEXML = "+16505550102"


async def heard(on: Stage, document: str, number: str = NUMBER) -> Sound:
    """All that the caller of a document heard."""
    on.page(document, "/texml/answer" if number == TEXML else "/plivo/answer")
    call = await on.answered(await on.phones.phone(ANN), number)
    await call.until("ended", 10.0)
    return call.heard()


def silences(sound: Sound) -> list[float]:
    """How long each silence between two sounds was, in seconds."""
    runs = [(loud, len(list(run))) for loud, run in groupby(window.peak > 300 for window in sound.windows(0.02))]
    return [count * 0.02 for number, (loud, count) in enumerate(runs) if not loud and 0 < number < len(runs) - 1]


def pitch(sound: Sound) -> float:
    """How high a voice is: the median of where its loud parts repeat best, between 70 and 320 Hz."""
    found = []
    for window in sound.windows(0.06):
        if window.peak < 4000:
            continue
        samples = window.samples
        likeness = {
            lag: sum(a * b for a, b in zip(samples[lag:], samples[: 480 - lag], strict=True)) / (480 - lag)
            for lag in range(RATE // 320, RATE // 70)
        }
        found.append(RATE / max(likeness, key=likeness.__getitem__))
    return median(found)


@pytest.mark.parametrize(("number", "verb"), [(NUMBER, "Speak"), (TEXML, "Say")])
def test_a_longer_text_is_spoken_longer(asterisk: Instance, tmp_path: Path, number: str, verb: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            short = await heard(on, f"<{verb}>Hello.</{verb}>", number)
            long = await heard(on, f"<{verb}>Hello, and welcome to all of you.</{verb}>", number)
            assert short.peak > 4000
            assert long.seconds > short.seconds + 0.5

    asyncio.run(story())


def test_a_man_is_deeper_than_a_woman(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            man = await heard(on, "<Speak voice='MAN'>One, two, three.</Speak>")
            woman = await heard(on, "<Speak voice='WOMAN'>One, two, three.</Speak>")
            assert pitch(woman) > 1.2 * pitch(man)

    asyncio.run(story())


def test_a_break_of_the_mark_up_is_silence(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            sound = await heard(on, "<Speak voice='Polly.Joanna'>One <break time='900ms'/> two</Speak>")
            assert max(silences(sound)) == pytest.approx(0.9, abs=0.3)
            assert sound.longest_gap < 0.1

    asyncio.run(story())


def test_a_text_is_spoken_as_often_as_it_says_and_the_flow_goes_on(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            once = await heard(on, f"<Speak>Stop.</Speak><Play>{web.at(LOW, 0.3)}</Play>")
            thrice = await heard(on, f"<Speak loop='3'>Stop.</Speak><Play>{web.at(LOW, 0.3)}</Play>")
            spoken, often = spoken_before(once), spoken_before(thrice)
            assert 2.3 * spoken < often < 3.7 * spoken

    asyncio.run(story())


def spoken_before(sound: Sound) -> float:
    """The seconds from the first word to the low tone."""
    first, after = sound.first(500), sound.first(5000, LOW)
    assert first is not None
    assert after is not None
    return after - first


def test_speech_by_rest_is_heard_over_what_plays_and_can_be_stopped(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='0'>{web.at(HIGH, 2)}</Play>")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann)
            await call.until_sound(0.0, frequency=HIGH)
            path = f"Call/{on.shown(on.id_of(ann))}/Speak/"
            got = await on.plivo("POST", path, text="This is a long text that nobody wants to hear at all.")
            assert got.status == 202, got
            await call.until_sound(0.0, above=9500)  # louder than the tone alone
            assert (await on.plivo("DELETE", path)).status == 204
            await call.settled(0.4)
            assert quiet_but_for_the_tone(call)

    asyncio.run(story())


def quiet_but_for_the_tone(call: Call) -> bool:
    """Whether nothing but the high tone was heard at the end."""
    last = call.heard(0.2)
    return last.peak < 8600 and last.level(HIGH) > 7000
