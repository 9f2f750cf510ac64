"""RTP never stops, whatever a call waits for: far ends and carriers take silence without packets for a lost call."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tests.asterisk.company import joined
from tests.asterisk.phone.call import Call
from tests.asterisk.provision import Instance
from tests.asterisk.scenes import SCENES, played
from tests.asterisk.stage import stage

LONGEST = 0.1  # seconds, where the machine has time for everybody


def check_gaps(calls: Mapping[str, Call]) -> None:
    """No call was without a packet for long, from its answer to its end.

    A machine that is late with everything is given what our own sending of sound was late at worst.
    """
    late = max(lateness for call in calls.values() for lateness in call.pump.lateness)
    gaps = {
        name: call.heard(since=call.times["answered"], until=call.times.get("ended")).longest_gap
        for name, call in calls.items()
    }
    print(f"longest gaps: {gaps}; this machine was late by {late}")  # noqa: T201
    assert max(gaps.values()) < LONGEST + late


def test_packets_go_on_while_an_application_takes_its_time(asterisk: Instance, tmp_path: Path) -> None:
    check_gaps(played(asterisk, tmp_path, SCENES / "slow.yaml").calls)


def test_packets_go_on_for_who_waits_alone_in_silence(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page('<Conference startConferenceOnEnter="false" waitSound="" enterSound="">room</Conference>')
            calls = await joined(on, "ann", "bob")
            on.page('<Conference enterSound="">room</Conference><Wait length="1"/>')
            await calls["ann"].settled(0.7)
            calls |= await joined(on, "cat")
            for name, state in (("bob", "Deaf"), ("ann", "Mute"), ("cat", "Deaf")):
                member = 1 + list(calls).index(name)
                got = await on.plivo("POST", f"Conference/room/Member/{member}/{state}/")
                assert got.status < 300, got
                await calls["ann"].settled(0.5)
            got = await on.plivo("POST", "Conference/room/Member/3/Kick/")
            assert got.status < 300, got
            await on.until("call_ended", cause="end_of_document")
            for call in calls.values():
                call.hang_up()
                await call.until("ended")
            check_gaps(calls)

    asyncio.run(story())
