"""Asterisk goes and comes back: the connection alone, or all of it; calls go on, or end as they have to."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.asterisk.fake import board_of, free_port, trouble
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import HOST, Instance, instance
from tests.asterisk.stage import Stage, stage, until

ROOM = '<Conference waitSound="" enterSound="" exitSound="">room</Conference>'
NEXT = "<Speak>Next.</Speak>"
NAMES = ("+14155550101", "+14155550102")


async def two_talk(on: Stage, document: str = ROOM) -> list[OutgoingCall]:
    """Two people hear each other in a room."""
    on.page(document)
    calls = []
    for name in NAMES:
        phone = await on.phones.phone(name, amplitude=4000)
        calls.append(await on.answered(phone))
        await on.until("member_joined", call=on.id_of(phone))
    await calls[0].until_sound(0.0, frequency=calls[1].tone)
    await talk(on, calls)
    return calls


async def talk(on: Stage, calls: list[OutgoingCall]) -> None:
    await on.phones.settled()
    assert hears(dict(zip(NAMES, calls, strict=True))) == {NAMES, NAMES[::-1]}


async def is_away(on: Stage) -> None:
    await until(lambda: bool(on.service.switch.away))


async def is_back(on: Stage) -> None:
    await until(lambda: not on.service.switch.away)


async def all_are_lost(on: Stage, calls: list[OutgoingCall]) -> None:
    """Who talked has lost the switch, and is told; who calls next is answered."""
    for nth, name in enumerate(NAMES, 1):
        await on.until("call_ended", nth=nth, cause="switch_lost")
        await on.told("/hangup", From=name.removeprefix("+"))
    await on.until("conference_ended", why="switch_lost")
    await is_back(on)
    for call in calls:
        call.vanish()
    on.page(NEXT)
    call = await on.answered(await on.phones.phone("+14155550103"))
    await call.until_sound(0.0)
    await on.until("call_ended", cause="end_of_document")


def keys_asked_for(on: Stage) -> str:
    return f'<GetDigits action="{on.app.url}/keys" numDigits="2" timeout="30"><Speak>Hi.</Speak></GetDigits>'


def test_calls_go_on_while_the_connection_is_lost(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            ann, bob = await two_talk(on, ROOM + NEXT)
            on.page(keys_asked_for(on))
            cat = await on.answered(await on.phones.phone("+14155550103"))
            between.shut = True
            await between.cut()
            await is_away(on)
            await talk(on, [ann, bob])

            assert (await on.plivo("GET", "Conference/room/")).json["conference_member_count"] == "2"
            for method, path in (("POST", "Conference/room/Member/1/Kick/"), ("DELETE", "Conference/room/")):
                assert (await on.plivo(method, path)).status == 503
            assert (await on.ask("GET", "/readyz")).status == 503
            assert (await on.plivo("GET", "Conference/room/")).json["conference_member_count"] == "2"

            between.shut = False
            await is_back(on)
            assert (await on.ask("GET", "/readyz")).status == 200
            cat.press("42")
            assert (await on.told("/keys")).params["Digits"] == "42"
            got = await on.plivo("POST", "Conference/room/Member/1/Kick/")
            assert got.status < 300, got
            await ann.until_sound(0.0, above=9000)
            await ann.until("ended")
            assert bob.state == "answered"
            bob.hang_up()

    asyncio.run(story())


def test_who_hung_up_while_the_connection_was_lost_is_found_out(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            ann, bob = await two_talk(on)
            between.shut = True
            await between.cut()
            await is_away(on)
            ann.hang_up()
            await until(lambda: len(asterisk.get("channels")) == 1)
            between.shut = False
            await is_back(on)
            await on.told("/hangup", From=NAMES[0].removeprefix("+"))
            await on.until("member_left", member=1)
            assert bob.state == "answered"
            bob.hang_up()

    asyncio.run(story())


def test_asterisk_killed_and_started_again(tmp_path: Path) -> None:
    async def story(asterisk: Instance) -> None:
        async with stage(asterisk, tmp_path) as on:
            calls = await two_talk(on)
            await asyncio.to_thread(asterisk.restart)
            await all_are_lost(on, calls)

    with instance(tmp_path / "a") as asterisk:
        asyncio.run(story(asterisk))


@pytest.mark.parametrize("list_asked_for", ["^asterisk/info", "^channels", "^bridges"])
def test_who_calls_or_hangs_up_while_everything_is_looked_through(
    asterisk: Instance, tmp_path: Path, list_asked_for: str
) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            ann, bob = await two_talk(on)
            looking = between.hold("GET", list_asked_for)
            await between.cut()
            await between.until_come(looking)
            cat = on.dial(await on.phones.phone("+14155550103"))
            await between.until_said("StasisStart", "", 3)
            ann.hang_up()
            await between.until_said("StasisEnd", "")
            assert on.service.switch.away
            looking.open()
            await cat.until("answered")
            await on.until("member_joined", member=3)
            await on.until("member_left", member=1)
            assert not on.service.switch.away
            bob.hang_up()
            cat.hang_up()

    asyncio.run(story())


def test_the_connection_is_lost_again_while_everything_is_looked_through(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            calls = await two_talk(on)
            first, second = between.hold("GET", "^asterisk/info"), between.hold("GET", "^bridges")
            for looking in (first, second):
                await between.cut()
                await between.until_come(looking)
            await between.cut()
            await is_back(on)
            for looking in (first, second):
                looking.open()
            await talk(on, calls)
            for call in calls:
                call.hang_up()

    asyncio.run(story())


@pytest.mark.parametrize("list_asked_for", ["^asterisk/info", "^bridges"])
def test_asterisk_is_killed_while_it_is_looked_through(tmp_path: Path, list_asked_for: str) -> None:
    async def story(asterisk: Instance) -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            calls = await two_talk(on)
            looking = between.hold("GET", list_asked_for)
            await between.cut()
            await between.until_come(looking)
            await asyncio.to_thread(asterisk.restart)
            looking.open()
            await all_are_lost(on, calls)

    with instance(tmp_path / "a") as asterisk:
        asyncio.run(story(asterisk))


def test_what_happens_while_asterisk_cannot_reach_us_is_told_later(tmp_path: Path) -> None:
    async def story(asterisk: Instance) -> None:
        async with stage(asterisk, tmp_path) as on:
            ann, bob = await two_talk(on)
            on.page(keys_asked_for(on))
            cat = await on.answered(await on.phones.phone("+14155550103"))
            await cat.until_sound(0.0)
            board = board_of(on)
            assert board.ari.socket is not None
            await board.ari.socket.close()
            await is_away(on)
            cat.press("42")
            ann.hang_up()
            dan = on.dial(await on.phones.phone("+14155550104"))
            await is_back(on)
            assert (await on.told("/keys")).params["Digits"] == "42"
            await on.told("/hangup", From=NAMES[0].removeprefix("+"))
            await dan.until("answered")
            dan.hang_up()
            bob.hang_up()

    with instance(tmp_path / "a", websocket=f"{HOST}:{free_port()}") as asterisk:
        asyncio.run(story(asterisk))


def test_another_program_that_takes_the_application_over(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            calls = await two_talk(on)
            headers = {"Authorization": asterisk.settings.authorization}
            async with (
                aiohttp.ClientSession(asterisk.ari_url, headers=headers) as session,
                session.ws_connect("/ari/events", params={"app": asterisk.settings.application}),
            ):
                await asyncio.wait_for(on.service.gone.wait(), 5)
                assert "application" in on.service.replaced
                assert [one["event"] for one in on.errors()] == ["replaced"]
                await on.server.abandon()
                await talk(on, calls)
                for call in calls:
                    call.hang_up()
                bridges = asterisk.get("bridges")
                assert len(bridges) == 1
                (await session.delete(f"/ari/bridges/{bridges[0]['id']}")).release()

    asyncio.run(story())
