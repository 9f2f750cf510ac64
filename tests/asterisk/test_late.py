"""What Asterisk does too late, or for somebody who is gone meanwhile, leaves nothing behind; what is others' stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.drivers.asterisk.client import Ari
from engine.drivers.asterisk.names import Names
from tests.asterisk.fake import trouble
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER


def test_a_callee_whose_channel_comes_too_late_is_not_rung(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            late = between.hold("POST", "channels/create")
            bob = await on.phones.phone("bob")
            given = {"from": NUMBER, "to": bob.contact, "answer_url": f"{on.app.url}/out"}
            await on.plivo("POST", "Call/", **given, hangup_url=f"{on.app.url}/gone")
            await on.told("/gone")  # it was waited for
            late.open()
            await between.until_asked("DELETE", "^channels/callflow.*call", 2)
            assert bob.calls == {}

    asyncio.run(story())


def test_a_caller_who_is_gone_before_its_headers_are_read_is_no_call(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            late = between.hold("GET", "/variable", times=99)
            ann = await on.phones.phone("ann")
            call = on.dial(ann, headers={"X-PH-Colour": "green"})
            await between.until_come(late)
            call.hang_up()
            await between.until_said("StasisEnd", "")
            late.open()
            await on.nothing_left()
            assert (on.happened, on.service.exchange.calls()) == ([], ())

    asyncio.run(story())


@pytest.mark.parametrize(("second", "helpers"), [("/snoop/.*spy=out", 1), ("/record.*_1&", 2)])
def test_a_recording_whose_first_side_ends_before_its_second_is_begun_ends_once(
    asterisk: Instance, tmp_path: Path, second: str, helpers: int
) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            late = between.hold("POST", second)
            on.page(f'<Record action="{on.app.url}/recorded" playBeep="false"/>')
            call = on.dial(await on.phones.phone("ann"))
            await between.until_come(late)
            call.hang_up()
            await between.until_said("StasisEnd", r"\.tap\.", helpers)
            late.open()
            await on.until("recording_ended")
            await on.nothing_left()
            assert [event["what"] for event in on.happened].count("recording_ended") == 1

    asyncio.run(story())


def test_what_a_run_before_left_is_taken_away_and_another_services_is_not(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (_, between):
            before, others = Names("1").name("room", "1"), Names("1", "other").name("room", "1")
            ari = Ari(asterisk.settings)
            for bridge in (before, others):
                await ari.must("POST", "bridges", bridgeId=bridge)
            await between.cut()
            await between.until_asked("DELETE", f"^bridges/{before}")
            await ari.must("DELETE", f"bridges/{others}")
            await ari.close()
            assert ("DELETE", f"bridges/{others}?") not in between.asked

    asyncio.run(story())
