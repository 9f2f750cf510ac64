"""Keys that are collected while prompts play: the prompt stops at the first of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import HIGH, LOW, tones

ANN = "+14155550111"
TEXML = "+16505550102"
BEEP = 1000


async def called(on: Stage, document: str, number: str = NUMBER) -> OutgoingCall:
    """An answered call to a document; what its action answers ends the call."""
    on.page(document, "/texml/answer" if number == TEXML else "/plivo/answer")
    on.page("<Hangup/>", "/got")
    return await on.answered(await on.phones.phone(ANN), number)


def test_a_prompt_stops_when_the_key_comes(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            prompt = f"<Play>{web.at(LOW, 5)}</Play>"
            call = await called(on, f"<GetDigits action='/got' digitTimeout='1'>{prompt}</GetDigits>")
            await call.until_sound(0.0, frequency=LOW)
            call.press("7")
            await on.until("digit", digit="7")
            await call.settled(0.4)
            assert call.heard(0.2).peak < 200
            assert call.heard(0.4).longest_gap < 0.1
            assert (await on.told("/got")).params["Digits"] == "7"
            await call.until("ended")

    asyncio.run(story())


def test_the_finish_key_ends_the_input_and_is_not_part_of_it(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await called(on, "<GetDigits action='/got' finishOnKey='*' digitTimeout='9'/>")
            call.press("12#*")
            assert (await on.told("/got")).params["Digits"] == "12#"
            await call.until("ended")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("number", "verb"),
    [(NUMBER, "<GetDigits action='/got' numDigits='3'/>"), (TEXML, "<Gather action='/got' numDigits='3'/>")],
)
def test_so_many_keys_are_enough(asterisk: Instance, tmp_path: Path, number: str, verb: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await called(on, verb, number)
            call.press("0459")
            assert (await on.told("/got")).params["Digits"] == "045"
            await call.until("ended")

    asyncio.run(story())


def test_a_pause_after_the_last_key_ends_the_input(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await called(on, "<GetDigits action='/got' digitTimeout='0.6'/>")
            call.press("12")
            await call.pressed()
            pressed = call.pump.horizon
            assert (await on.told("/got")).params["Digits"] == "12"
            assert call.pump.horizon - pressed == pytest.approx(0.6, abs=0.3)
            await call.until("ended")

    asyncio.run(story())


def test_without_a_key_the_prompt_is_played_again_and_then_the_flow_goes_on(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            prompt = f"<Play>{web.at(LOW, 0.4)}</Play>"
            document = f"<GetDigits action='/got' timeout='0.4' retries='2'>{prompt}</GetDigits>"
            call = await called(on, f"{document}<Play>{web.at(HIGH, 0.2)}</Play>")
            await call.until("ended")
            first = await call.until_sound(0.0, frequency=LOW)
            again = await call.until_sound(first + 0.6, frequency=LOW)
            after = await call.until_sound(0.0, frequency=HIGH)
            assert [again - first, after - again] == pytest.approx([0.8, 0.8], abs=0.2)
            assert call.heard().longest_gap < 0.1

    asyncio.run(story())


def test_a_key_that_does_not_count_is_answered_by_its_sound_and_the_prompt(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            attributes = (
                f"action='/got' validDigits='12' retries='2' numDigits='1' invalidDigitsSound='{web.at(HIGH, 0.3)}'"
            )
            call = await called(on, f"<GetDigits {attributes}><Play>{web.at(LOW, 3)}</Play></GetDigits>")
            await call.until_sound(0.0, frequency=LOW)
            call.press("9")
            scolded = await call.until_sound(0.0, frequency=HIGH)
            await call.until_sound(scolded + 0.3, frequency=LOW)
            call.press("2")
            assert (await on.told("/got")).params["Digits"] == "2"
            await call.until("ended")

    asyncio.run(story())


def test_keys_that_are_pressed_ahead_count(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            prompt = f"<Play>{web.at(HIGH, 3)}</Play>"
            document = f"<Play>{web.at(LOW, 0.8)}</Play><GetDigits action='/got' numDigits='2'>{prompt}</GetDigits>"
            call = await called(on, document)
            await call.until_sound(0.0, frequency=LOW)
            call.press("34")
            assert (await on.told("/got")).params["Digits"] == "34"
            await call.until("ended")
            assert call.first_sound(0.0, frequency=HIGH) is None

    asyncio.run(story())


def test_a_beep_says_that_keys_are_waited_for(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            prompt = f"<Play>{web.at(LOW, 0.3)}</Play>"
            call = await called(on, f"<GetDigits action='/got' playBeep='true' numDigits='1'>{prompt}</GetDigits>")
            beep = await call.until_sound(0.0, frequency=BEEP)
            assert beep > await call.until_sound(0.0, frequency=LOW)
            call.press("1")
            await on.told("/got")
            await call.until("ended")

    asyncio.run(story())


def test_keys_with_pauses_between_them_are_heard_as_they_were_pressed(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await called(on, "<GetDigits action='/got' digitTimeout='1'/>")
            keys = "1122334455*0"
            call.press(keys)
            assert (await on.told("/got")).params["Digits"] == keys
            await call.until("ended")

    asyncio.run(story())
