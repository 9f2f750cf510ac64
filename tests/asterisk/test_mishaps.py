"""What goes wrong around the switch, and what happens at the same moment, ends in the state that is specified."""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine.values.commands import KickMember
from tests.asterisk.fake import trouble
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance, instance
from tests.asterisk.stage import Stage, stage
from tests.rest.bench import ACME

ROOM = '<Conference waitSound="" enterSound="" exitSound="">room</Conference>'
NEXT = "<Speak>Next.</Speak>"
MANY = 100


async def joined(on: Stage, name: str, document: str = ROOM) -> OutgoingCall:
    """Somebody is in the room."""
    on.page(document)
    phone = await on.phones.phone(name, amplitude=4000)
    call = await on.answered(phone)
    await on.until("member_joined", call=on.id_of(phone))
    return call


# --- at the same moment -------------------------------------------------------------------------------------


def test_who_is_kicked_while_it_is_joined_goes_on(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            host = await joined(on, "+14155550101")
            joining = between.hold("POST", "/addChannel", who="+14155550102")
            on.page(ROOM + NEXT)
            ann = on.dial(phone := await on.phones.phone("+14155550102"))
            await between.until_come(joining)
            on.service.execute(KickMember(account=ACME, conference="room", members=(on.id_of(phone),)))
            joining.open()
            await ann.until_sound(0.0, above=9000)
            await ann.until("ended")
            await on.until("member_left", cause="kicked")
            assert host.state == "answered"
            host.hang_up()

    asyncio.run(story())


def test_who_is_muted_and_unmuted_while_it_is_joined_is_heard(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            joining = between.hold("POST", "/addChannel")
            on.page(ROOM)
            ann = await on.answered(await on.phones.phone("+14155550101", amplitude=4000))
            await between.until_come(joining)
            muting = between.hold("POST", "/mute")
            for method in ("POST", "DELETE"):
                assert (await on.plivo(method, "Conference/room/Member/1/Mute/")).status < 300
            await between.until_come(muting)
            joining.open()
            bob = await joined(on, "+14155550102")
            muting.open()
            await bob.until_sound(0.0, frequency=ann.tone)
            await on.phones.settled()
            assert hears({"ann": ann, "bob": bob}) == {("ann", "bob"), ("bob", "ann")}
            ann.hang_up()
            bob.hang_up()

    asyncio.run(story())


def test_all_leave_at_once(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            calls = [await joined(on, f"+1415555010{number}", ROOM + NEXT) for number in range(5)]
            calls[0].hang_up()
            calls[1].hang_up()
            got = await on.plivo("POST", "Conference/room/Member/all/Kick/")
            assert got.status < 300, got
            for call in calls[2:]:
                await call.until_sound(0.0, above=9000)
                await call.until("ended")
            await on.until("conference_ended")
            await on.until("call_ended", nth=2, cause="hangup")
            await on.until("call_ended", nth=3, cause="end_of_document")

    asyncio.run(story())


def test_a_hundred_call_within_a_second(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page(NEXT)
            phone = await on.phones.phone("crowd", tone=0)
            calls = []
            for number in range(MANY):
                calls.append(on.dial(phone, caller=f"+1415555{number:04}"))
                await asyncio.sleep(1 / MANY)
            for call in calls:
                await call.until("ended", 20)
            await on.until("call_ended", nth=MANY, cause="end_of_document")
            assert all(call.heard().peak > 1000 for call in calls)

    asyncio.run(story())


# --- people and networks ------------------------------------------------------------------------------------


def test_who_vanishes_is_lost(tmp_path: Path) -> None:
    async def story(asterisk: Instance) -> None:
        async with stage(asterisk, tmp_path) as on:
            ann = await joined(on, "+14155550101")
            bob = await joined(on, "+14155550102")
            await bob.until_sound(0.0, frequency=ann.tone)
            ann.vanish()
            await on.until("member_left", cause="lost")
            await on.until("call_ended", cause="lost")
            await on.told("/hangup", From="14155550101")
            assert bob.state == "answered"
            bob.hang_up()

    with instance(tmp_path / "a", rtp_timeout=1) as asterisk:
        asyncio.run(story(asterisk))


def test_callees_who_cannot_be_reached(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            busy = await on.phones.phone("busy", answers=Habit(status=486))
            gone = await on.phones.phone("gone", answers=Habit(status=404))
            slow = await on.phones.phone("slow", answers=Habit(after=None))
            rings = (
                (busy.contact, "busy"),
                (gone.contact, "failed"),
                (slow.contact, "no-answer"),
                ("sip:nobody@127.0.0.1:9", "no-answer"),
                ("sip:nobody@host.invalid", "failed"),
            )
            calls = []
            for number, (address, _) in enumerate(rings):
                more = f'action="{on.app.url}/dialled/{number}" timeout="1"'
                on.page(f"<Dial {more}><User>{address}</User></Dial>")
                on.page(NEXT, f"/dialled/{number}")
                calls.append(on.dial(await on.phones.phone(f"+1415555010{number}")))
                await on.told("/plivo/answer", number + 1)
            for call in calls:
                await call.until("ended")
            said = [(await on.told(f"/dialled/{number}")).params["DialStatus"] for number in range(len(rings))]
            assert said == [status for _, status in rings]

    asyncio.run(story())


# --- documents and sounds -----------------------------------------------------------------------------------


def test_a_document_server_that_fails_in_the_middle_of_rooms(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            spoilt = ("callbackUrl", "waitSound", "enterSound", "action")
            on.app.pages["/spoilt"] = 500
            more = " ".join(f'{name}="{on.app.url}/spoilt"' for name in spoilt)
            room = f"<Conference {more}>room</Conference>"
            ann = await joined(on, "+14155550101", room + NEXT)
            bob = await joined(on, "+14155550102")
            await bob.until_sound(0.0, frequency=ann.tone)
            got = await on.plivo("POST", "Conference/room/Member/1/Kick/")
            assert got.status < 300, got
            await ann.until("ended", 10)
            await on.until("call_ended", cause="fetch_failed")
            assert bob.state == "answered"
            bob.hang_up()

    asyncio.run(story())


def test_sounds_that_are_missing(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.app.pages["/missing.wav"] = 404
            on.app.pages["/broken.mp3"] = "this is no sound"
            missing = ("missing.wav", "broken.mp3", "broken.mp3")
            sounds = "".join(f"<Play>{on.app.url}/{name}</Play>" for name in missing)
            on.page(f"{sounds}<Play>http://127.0.0.1:9/nobody.wav</Play>{NEXT}")
            ann = await on.phones.phone("+14155550101")
            for number in (1, 2):  # the second time what was spoken is known, but somebody has emptied the folder
                call = await on.answered(ann)
                await call.until_sound(0.0)
                await call.until("ended")
                await on.until("call_ended", nth=number, cause="end_of_document")
                for file in (tmp_path / "sounds").rglob("*.wav"):
                    file.unlink()

    asyncio.run(story())
