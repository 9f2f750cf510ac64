"""The service is killed with -9 while calls are up on a real Asterisk, and started again on its journal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.asterisk.company import times_of
from tests.asterisk.fake import free_port
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.rtp import RATE, TICK
from tests.asterisk.provision import HOST, Instance, instance
from tests.asterisk.survivor import ROOM, survival
from tests.asterisk.test_recording import loudness, sides
from tests.asterisk.tones import LOW, tones
from tests.sdk.live import address, started

KEY = "Idempotency-Key"
NEXT = "<Speak>Next.</Speak>"
WAIT = '<Wait length="30"/>'
WAITS = NEXT + WAIT
LASTS = 2.0  # seconds of an announcement: longer than a restart, where the machine is not busy
LONG = "<Speak>This is still being spoken while the service dies and lives again.</Speak>"


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An Asterisk that connects to the service, and keeps events while it is away."""
    with instance(tmp_path_factory.mktemp("calling"), websocket=f"{HOST}:{free_port()}") as running:
        yield running


def test_a_room_goes_on(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            calls = {name: await on.join(name, ROOM + NEXT) for name in ("ann", "bob", "cat", "dan")}
            await on.member(2, "POST", "Mute")
            await on.member(3, "POST", "Deaf")
            await calls["ann"].until_sound(0.0, frequency=calls["dan"].tone)
            members, heard = await on.members(), await on.hears(calls)

            await on.kill()
            since = monotonic()
            assert await on.hears(calls) == heard
            await on.start()

            assert await on.members() == members
            assert await on.hears(calls) == heard
            assert calls["ann"].heard(since=since).longest_gap < 0.2
            await on.member(2, "DELETE", "Mute")
            await on.member(3, "DELETE", "Deaf")
            assert await on.hears(calls) == {(one, other) for one in calls for other in calls if one != other}
            since = monotonic()
            await on.member(1, "POST", "Kick")
            await calls["ann"].until_sound(since, above=9000)
            await on.told("/hangup", From="ann")

    asyncio.run(story())


def test_keys_hang_ups_and_calls_of_the_gap_take_effect(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            bob, cat = await on.join("bob"), await on.join("cat")
            keys = f'<GetDigits action="{on.service.app.url}/keys" numDigits="2" timeout="30">{NEXT}</GetDigits>'
            ann = await on.call("ann", keys)
            await ann.until_sound(0.0)

            await on.kill()
            ann.press("42")
            cat.hang_up()
            dan = on.dial(await on.phone("dan"), NEXT)
            await on.phones.settled(0.7)
            await on.start()

            assert (await on.told("/keys")).params["Digits"] == "42"
            await on.told("/hangup", From="cat")
            assert [one["member_id"] for one in await on.members()] == ["1"]
            await dan.until_sound(0.0)
            await on.told("/hangup", From="dan")
            assert bob.state == "answered"

    asyncio.run(story())


def test_a_coach_and_whoever_is_on_hold_stay_so(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            calls = {name: await on.join(name) for name in ("ann", "bob", "cat")}
            texml = await on.participants()
            await on.participant(texml[0], Hold="true")
            await on.participant(texml[2], Coaching="true", CallSidToCoach=texml[1])
            await on.phones.settled(0.5)
            heard = await on.hears(calls)
            assert heard == {("bob", "cat"), ("cat", "bob")}

            await on.kill()
            assert await on.hears(calls) == heard
            await on.start()

            assert await on.hears(calls) == heard
            await on.participant(texml[0], Hold="false")
            await on.phones.settled(0.5)
            assert await on.hears(calls) == heard | {("ann", "bob"), ("bob", "ann"), ("cat", "ann")}

    asyncio.run(story())


def test_a_sound_goes_on_and_is_not_begun_again(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            ann = await on.call("ann", LONG + WAIT)
            bob = await on.call("bob", WAITS)
            await ann.until_sound(0.0)
            await bob.until_sound(0.0)

            await on.kill()
            await quiet(bob)  # what was said to bob came to its end meanwhile
            since = monotonic()
            await on.start()

            await on.so("verb_finished", call=await on.id_of("ann"), verb="Speak", why="ended")
            await on.so("verb_finished", call=await on.id_of("bob"), verb="Speak", why="ended")
            assert bob.heard(since=since).peak < 1000
            said = ann.heard()
            assert said.longest_gap < 0.2

    asyncio.run(story())


async def quiet(call: OutgoingCall) -> None:
    """Wait until nothing is heard for a while."""
    async with asyncio.timeout(10):
        while call.heard(0.3).peak > 500 or call.heard(0.3).packets < 10:
            await call.pump.bell.rung()


def test_who_calls_while_the_service_is_dead_or_hangs_up_then(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            ann = await on.call("ann", WAITS)
            on.service.app.hold("/plivo/answer")
            bob = on.dial(await on.phone("bob"), NEXT)
            await on.told("/plivo/answer", 2)  # killed while it fetches
            await on.kill()
            ann.hang_up()
            cat = on.dial(await on.phone("cat"), NEXT)
            await on.phones.settled()
            await on.start()

            ended = await on.told("/hangup", From="ann")
            assert ended.params["HangupCauseName"] == "Normal Hangup"
            await asyncio.to_thread(on.service.app.release)
            for call in (bob, cat):
                await call.until_sound(0.0)
                await call.until("ended")
                await on.told("/hangup", From=call.name)

    asyncio.run(story())


def test_a_callback_comes_again_only_where_it_may_not_have_arrived(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            ann = await on.call("ann", WAITS)
            on.service.app.hold("/hangup")
            ann.hang_up()
            first = await on.told("/hangup")
            await asyncio.to_thread(on.service.freeze)  # the answer is on its way, and is never read
            await asyncio.to_thread(on.service.app.release)
            await on.kill()
            await on.start()
            second = await on.told("/hangup", 2)
            assert (second.params, second.headers[KEY]) == (first.params, first.headers[KEY])
            await on.kill()
            await on.start()
            bob = await on.call("bob", NEXT)
            await bob.until("ended")
            await on.told("/hangup", From="bob")
            assert [one.params["From"] for one in on.service.app.asked if one.path == "/hangup"] == [
                "ann",
                "ann",
                "bob",
            ]

    asyncio.run(story())


def test_a_recording_and_a_dial_go_on(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            bob = await on.phone("bob")
            ann = on.dial(await on.phone("ann"), f"<Dial><User>{bob.contact}</User></Dial>{NEXT}")
            ringing = await bob.incoming()
            ringing.ring()
            cat = await on.call(
                "cat", f'<Record action="{on.service.app.url}/taken" fileFormat="wav" playBeep="false"/>'
            )
            await on.so("recording_started", call=await on.id_of("cat"))

            await on.kill()
            ringing.answer()
            await on.phones.settled(0.5)
            await on.start()

            await ann.until_sound(0.0, frequency=ringing.tone)
            await ringing.until_sound(0.0, frequency=ann.tone)
            cat.press("#")
            taken = await on.told("/taken")
            assert float(taken.params["RecordingDurationMs"]) > 500
            ringing.hang_up()
            await ann.until_sound(monotonic(), above=9000)
            await on.told("/hangup", From="ann")

    asyncio.run(story())


@pytest.mark.parametrize(("to", "hear"), [("1", {"ann"}), ("all", {"ann", "bob"})], ids=["a member", "the room"])
def test_an_announcement_over_the_talk_is_heard_once_and_to_its_end(
    calling: Instance, tmp_path: Path, to: str, hear: set[str]
) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on, tones(tmp_path) as web:
            calls = {name: await on.join(name) for name in ("ann", "bob")}
            since = monotonic()
            await on.plivo("POST", f"Member/{to}/Play/", url=web.at(LOW, LASTS))
            await calls["ann"].until_sound(since, frequency=LOW)

            await on.kill()
            await on.start()
            assert await on.hears(calls) == {("ann", "bob"), ("bob", "ann")}

            await on.phones.settled(LASTS + 0.1)  # time enough for another one
            heard = {name: times_of(call, LOW, since, monotonic()) for name, call in calls.items()}
            assert {name for name, times in heard.items() if times} == hear
            for name in hear:
                assert len(heard[name]) * TICK == pytest.approx(LASTS, abs=0.1)
                assert heard[name][-1] - heard[name][0] == pytest.approx(LASTS, abs=0.1)
            assert len(calling.get("channels")) == len(calls)

    asyncio.run(story())


def test_a_recording_of_a_room_ends_with_all_its_sound(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            calls = [await on.join(name) for name in ("ann", "bob")]
            since = monotonic()
            await on.plivo("POST", "Record/", file_format="wav", callback_url=f"{on.service.app.url}/file")
            await on.so("recording_started")
            await on.phones.settled(0.5)

            await on.kill()
            await on.phones.settled(0.5)
            await on.start()

            await on.phones.settled(0.5)
            await on.plivo("DELETE", "Record/")
            lasted = monotonic() - since
            told = (await on.told("/file")).params
            (sound,) = await sides(told["record_url"], tmp_path)
            seconds = len(sound) / RATE
            assert seconds == pytest.approx(lasted, abs=0.4)
            assert int(told["recording_duration_ms"]) / 1000 == pytest.approx(seconds, abs=0.01)
            for at in range(1, int(seconds * 5) - 1):  # each of them is in every fifth of a second
                levels = [loudness(sound, call.tone, at / 5, at / 5 + 0.2) for call in calls]
                assert min(levels) > 2500, (at / 5, levels)

    asyncio.run(story())


def test_asterisk_and_the_service_die(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(calling, tmp_path) as on:
            calls = [await on.join(name) for name in ("ann", "bob")]
            await on.kill()
            await asyncio.to_thread(calling.restart)
            for call in calls:
                call.vanish()
            await on.start()
            for name in ("ann", "bob"):
                await on.told("/hangup", From=name)
            cat = await on.call("cat", NEXT)
            await cat.until_sound(0.0)
            await on.told("/hangup", From="cat")

    asyncio.run(story())


def test_an_asterisk_that_keeps_no_events(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(asterisk, tmp_path) as on:
            calls = {name: await on.join(name) for name in ("ann", "bob", "cat")}
            await on.member(2, "POST", "Mute")
            await on.kill()
            calls.pop("cat").hang_up()
            await on.phones.settled()
            await on.start()
            await on.told("/hangup", From="cat")
            assert await on.hears(calls) == {("bob", "ann")}
            await on.member(2, "DELETE", "Mute")
            assert await on.hears(calls) == {("bob", "ann"), ("ann", "bob")}

    asyncio.run(story())


def test_a_second_service_on_the_same_application_takes_it_over(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(asterisk, tmp_path) as on:
            ann = await on.call("ann", WAITS)
            (tmp_path / "b").mkdir()
            second = await asyncio.to_thread(started, tmp_path / "b", on.service.config | {"journal": ""})
            try:
                await asyncio.to_thread(address, second, [])
                assert await asyncio.to_thread(on.service.gone) == 2
                assert ann.state == "answered"
            finally:
                second.kill()
                second.wait()
                assert second.stderr is not None
                second.stderr.close()
            await on.start()
            ann.hang_up()
            await on.told("/hangup", From="ann")

    asyncio.run(story())
