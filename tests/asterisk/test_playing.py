"""Sounds from a customer's address, as they arrive at the caller's ear: how long, how often, and what comes next."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.asterisk.phone.call import Call
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage, stage
from tests.asterisk.tones import HIGH, LOW, tones

ANN = "+14155550111"
STAY = "<GetDigits timeout='60'/>"  # answered, and nothing is heard


def length(call: Call, hertz: int) -> float:
    """For how many seconds a tone was heard; the last packet of a sound is a short one and does not count."""
    return sum(0.02 for window in call.heard().windows(0.02) if window.level(hertz) > 2000)


async def ended(on: Stage) -> Call:
    """A call whose document ran to its end."""
    call = await on.answered(await on.phones.phone(ANN))
    await call.until("ended", 8.0)
    return call


@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_a_file_is_played_for_as_long_as_it_is(asterisk: Instance, tmp_path: Path, kind: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play>{web.at(LOW, 0.8, kind)}</Play>")
            call = await ended(on)
            assert length(call, LOW) == pytest.approx(0.8, abs=0.1)
            first = await call.until_sound(0.0, frequency=LOW)
            assert call.heard(since=first + 0.1, until=first + 0.5).level(LOW) == pytest.approx(8000, rel=0.1)

    asyncio.run(story())


def test_sounds_follow_each_other_without_a_gap_of_sound(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play>{web.at(LOW, 0.4)}</Play><Play>{web.at(HIGH, 0.4)}</Play>")
            call = await ended(on)
            first, second = call.first_sound(0.0, frequency=LOW), call.first_sound(0.0, frequency=HIGH)
            assert first is not None
            assert second is not None
            assert second - first == pytest.approx(0.4, abs=0.1)
            assert call.heard().longest_gap < 0.1

    asyncio.run(story())


def test_a_loop_plays_as_often_as_it_says(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='3'>{web.at(LOW, 0.3)}</Play>")
            call = await ended(on)
            assert length(call, LOW) == pytest.approx(0.9, abs=0.1)
            assert len(web.asked) == 1

    asyncio.run(story())


def test_more_rounds_than_are_asked_for_at_a_time_are_all_played(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='25'>{web.at(LOW, 0.1)}</Play>")
            call = await ended(on)
            assert length(call, LOW) == pytest.approx(25 * 0.08, abs=0.15)

    asyncio.run(story())


def test_an_endless_loop_plays_until_the_call_is_sent_elsewhere(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='0'>{web.at(LOW, 0.05)}</Play>")
            on.page(f"<Play>{web.at(HIGH, 0.2)}</Play>", "/new")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann)
            await call.until_sound(0.0, frequency=LOW)
            await call.settled(1.5)  # more rounds than are asked for at a time
            assert call.heard(0.3).level(LOW) > 6000
            await on.plivo("POST", f"Call/{on.shown(on.id_of(ann))}/", legs="aleg", aleg_url=f"{on.app.url}/new")
            await call.until_sound(0.0, frequency=HIGH)
            await call.until("ended")

    asyncio.run(story())


@pytest.mark.parametrize("missing", ["/nothing.wav", "/750/text", ""])
def test_what_is_not_there_is_passed_by(asterisk: Instance, tmp_path: Path, missing: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            address = f"{web.url}{missing}" if missing else "http://127.0.0.1:9/nobody.wav"
            on.page(f"<Play>{address}</Play><Play>{web.at(LOW, 0.3)}</Play>")
            call = await ended(on)
            assert length(call, LOW) == pytest.approx(0.3, abs=0.1)
            await on.until("verb_finished", why="failed")

    asyncio.run(story())


def test_a_file_that_has_changed_is_heard_with_the_next_play(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play>{web.at(LOW, 0.3)}</Play>")
            await ended(on)
            web.serves(web.at(LOW, 0.3), web.at(HIGH, 0.3))
            call = await ended(on)
            assert length(call, HIGH) == pytest.approx(0.3, abs=0.1)
            assert length(call, LOW) < 0.1

    asyncio.run(story())


# --- by REST --------------------------------------------------------------------------------------


def test_a_sound_by_rest_is_heard_over_the_flows_own_until_it_is_stopped(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='0'>{web.at(LOW, 2)}</Play>")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann)
            await call.until_sound(0.0, frequency=LOW)
            path = f"Call/{on.shown(on.id_of(ann))}/Play/"
            got = await on.plivo("POST", path, urls=web.at(HIGH, 1), loop=True)
            assert got.status == 202, got
            await call.until_sound(0.0, frequency=HIGH)
            await call.settled(1.3)  # beyond the sound's end
            assert (call.heard(0.2).level(HIGH) > 4000, call.heard(0.2).level(LOW) > 4000) == (True, True)
            assert (await on.plivo("DELETE", path)).status == 204
            await call.settled(0.5)
            assert (call.heard(0.2).level(HIGH) < 200, call.heard(0.2).level(LOW) > 4000) == (True, True)

    asyncio.run(story())


def test_a_list_by_rest_is_played_one_after_the_other_for_so_long(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(STAY)
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann)
            await on.until("verb_started")
            urls = f"{web.at(LOW, 0.3)},{web.at(HIGH, 3)}"
            await on.plivo("POST", f"Call/{on.shown(on.id_of(ann))}/Play/", urls=urls, length=1)
            first = await call.until_sound(0.0, frequency=LOW)
            second = await call.until_sound(0.0, frequency=HIGH)
            assert second - first == pytest.approx(0.3, abs=0.15)
            await call.settled(1.4)
            assert call.heard(0.2).peak < 200
            assert length(call, HIGH) <= 1.1

    asyncio.run(story())


def test_one_leg_of_a_talk_is_played_to_and_the_other_hears_nothing_of_it(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page("<Conference waitSound='' enterSound=''>room</Conference>")
            ann, bob = await on.phones.phone(ANN), await on.phones.phone("+14155550112")
            calls = [await on.answered(phone) for phone in (ann, bob)]
            await on.until("member_joined", nth=2)
            got = await on.plivo("POST", "Conference/room/Member/1/Play/", url=web.at(LOW, 1))
            assert got.status == 202, got
            await calls[0].until_sound(0.0, frequency=LOW)
            await calls[0].settled(0.4)
            assert calls[0].heard(0.2).level(LOW) > 4000
            assert calls[0].heard(0.2).level(calls[1].tone) > 4000
            assert calls[1].heard(0.2).level(LOW) < 200
            assert calls[1].heard(0.2).level(calls[0].tone) > 4000

    asyncio.run(story())
