"""What people in a room do besides talking to each other: keys, relayed or not; who talks, and takes the floor."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import LOW, tones

ANN, BOB, CAT = "+14155550111", "+14155550112", "+14155550113"
TEXML = "+16505550102"


async def in_room(on: Stage, *names: str, attributes: str = "", tone: int | None = None) -> list[OutgoingCall]:
    """These people in a room, which tells of them."""
    on.page(f"<Conference waitSound='' callbackUrl='{on.app.url}/room' {attributes}>room</Conference>")
    calls = [await on.answered(await on.phones.phone(name, tone=tone)) for name in names]
    await on.until("member_joined", nth=len(names))
    return calls


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("relayed", [True, False])
def test_keys_reach_the_others_where_they_are_relayed(asterisk: Instance, tmp_path: Path, relayed: bool) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            ann, bob, cat = await in_room(on, ANN, BOB, CAT, attributes=f"relayDTMF='{str(relayed).lower()}'")
            await on.phones.settled(0.3)
            ann.press("15")
            await on.until("digit", digit="5")
            await on.phones.settled(0.4)
            assert [call.keys for call in (ann, bob, cat)] == ["", *["15" if relayed else ""] * 2]

    asyncio.run(story())


@pytest.mark.parametrize("state", ["Mute", "Deaf"])
def test_keys_of_a_muted_or_deaf_member_are_matched_too(asterisk: Instance, tmp_path: Path, state: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            ann, _ = await in_room(on, ANN, BOB, attributes="digitsMatch='12'")
            got = await on.plivo("POST", f"Conference/room/Member/1/{state}/")
            assert got.status == 202, got
            await on.phones.settled(0.3)
            ann.press("12")
            told = await on.told("/room", ConferenceAction="digits")
            assert (told.params["ConferenceDigitsMatch"], told.params["ConferenceMemberID"]) == ("12", "1")

    asyncio.run(story())


def test_star_takes_a_member_out_and_its_flow_goes_on(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            room = "<Conference waitSound='' hangupOnStar='true'>room</Conference>"
            on.page(f"{room}<Play>{web.at(LOW, 0.3)}</Play>")
            call = await on.answered(await on.phones.phone(ANN))
            await on.until("member_joined")
            call.press("*")
            await call.until_sound(0.0, frequency=LOW)
            await call.until("ended")

    asyncio.run(story())


# --- talk -----------------------------------------------------------------------------------------


def test_who_begins_to_talk_takes_the_floor(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            ann, bob = await in_room(on, ANN, BOB, attributes="floorEvent='true'", tone=0)
            for call, number, nth in ((bob, "2", 1), (ann, "1", 2)):  # the first in the room had it at once
                call.say(LOW)
                told = await on.told("/room", nth, ConferenceAction="floor", ConferenceMemberID=number)
                assert told.params["ConferenceName"] == "room"
                call.be_quiet()

    asyncio.run(story())


def test_an_invited_member_that_talks_is_noticed_and_a_muted_one_is_not(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            (ann,) = await in_room(on, ANN, attributes="floorEvent='true'", tone=0)
            bob = await on.phones.phone("bob", tone=0, answers=Habit())
            answer = {"from": NUMBER, "to": bob.contact, "answer_url": f"{on.app.url}/plivo/answer"}
            await on.plivo("POST", "Call/", **answer)
            callee = await bob.incoming()
            await on.until("member_joined", nth=2)
            await on.plivo("POST", "Conference/room/Member/1/Mute/")
            ann.say(LOW)
            await on.phones.settled(0.5)
            callee.say(LOW)
            await on.told("/room", ConferenceAction="floor", ConferenceMemberID="2")
            floors = [
                one.params["ConferenceMemberID"]
                for one in on.app.asked
                if one.params.get("ConferenceAction") == "floor"
            ]
            assert floors == ["1", "2"]  # the first for being the only one

    asyncio.run(story())


def test_speech_that_begins_and_ends_is_told_where_it_is_asked_for(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            told = f"statusCallback='{on.app.url}/room' statusCallbackEvent='speaker join'"
            on.page(f"<Dial><Conference beep='false' {told}>room</Conference></Dial>", "/texml/answer")
            call = await on.answered(await on.phones.phone(ANN, tone=0), TEXML)
            await on.until("member_joined")
            call.say(LOW)
            await on.told("/room", StatusCallbackEvent="participant-speech-start")
            call.be_quiet()
            await on.told("/room", StatusCallbackEvent="participant-speech-stop")

    asyncio.run(story())


def test_a_wait_ends_with_the_silence_it_waits_for(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            wait = "<Wait length='20' silence='true' minSilence='1000'/>"
            on.page(f"<Play>{web.at(LOW, 0.2)}</Play>{wait}<Play>{web.at(LOW, 0.3)}</Play>")
            call = await on.answered(await on.phones.phone(ANN, tone=0))
            await on.until("verb_started", verb="Wait")
            call.say(LOW)
            await call.settled(1.5)
            call.be_quiet()
            quiet = call.pump.horizon
            waited = await on.until("verb_finished", verb="Wait")
            assert call.pump.horizon - quiet > 0.9
            assert waited["why"] == "ended"
            await call.until("ended")

    asyncio.run(story())
