"""What came to its end while the service was dead has ended, and what runs out before it is back ends then."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.asterisk.fake import Between
from tests.asterisk.phone.habit import Habit
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER
from tests.asterisk.survivor import survival
from tests.rest.bench import ACME

WAIT = '<Wait length="30"/>'


def test_a_callee_that_hung_up_in_the_gap_is_not_rung_again(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", amplitude=4000, answers=Habit())
            on.service.app.pages["/out"] = f"<Response><Speak>Hello.</Speak>{WAIT}</Response>"
            given = {"from": NUMBER, "to": bob.contact, "answer_url": f"{on.service.app.url}/out"}
            given["hangup_url"] = f"{on.service.app.url}/gone"
            path = f"/v1/Account/{ACME}/Call/"
            got = await asyncio.to_thread(on.service.request, "POST", path, json=given, face="plivo")
            assert got.status == 201, got
            callee = await bob.incoming()
            await callee.until_sound(0.0)

            await on.kill()
            callee.hang_up()
            await on.phones.settled()
            await on.start()

            await on.told("/gone")
            await on.phones.settled(0.5)
            assert len(bob.calls) == 1

    asyncio.run(story())


def test_a_recording_that_ended_in_the_gap_is_kept_and_not_begun_again(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with survival(asterisk, tmp_path) as on:
            record = f'<Record action="{on.service.app.url}/taken" fileFormat="wav" playBeep="false" maxLength="1"/>'
            on.service.app.pages["/taken"] = f"<Response>{WAIT}</Response>"
            ann = await on.call("ann", record)
            await on.so("recording_started", call=await on.id_of("ann"))

            await on.kill()
            await on.phones.settled(2.5)  # the switch ends it by itself
            await on.start()

            taken = await on.told("/taken")
            assert float(taken.params["RecordingDurationMs"]) >= 1000
            assert asterisk.get("recordings/stored") == []
            await on.phones.settled(0.5)
            assert len(asterisk.get("channels")) == 1  # hers: nothing listens to it any more
            assert ann.state == "answered"

    asyncio.run(story())


def test_a_call_whose_time_is_over_before_asterisk_is_back_is_hung_up_then(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with Between(asterisk) as between, survival(asterisk, tmp_path) as on:
            ann = await on.call("ann", '<Speak>Hello.</Speak><Wait length="1"/>')
            await on.so("verb_started", call=await on.id_of("ann"), verb="Wait")
            await on.kill()
            between.shut = True
            on.service.config["asterisk"]["url"] = between.url
            await asyncio.to_thread(on.service.start)  # without Asterisk
            await on.so("verb_finished", call=await on.id_of("ann"), verb="Wait")
            assert ann.state == "answered"
            between.shut = False
            await ann.until("ended")
            await on.told("/hangup", From="ann")

    asyncio.run(story())
