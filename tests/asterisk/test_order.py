"""The order in which the driver commands: nothing is moved while it plays, a mute waits for nobody, all ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic
from typing import Any

from engine.drivers.asterisk.client import Ari
from engine.values.commands import UpdateMember
from tests.asterisk.fake import Between, board_of, trouble
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage
from tests.rest.bench import ACME

ROOM = '<Conference waitSound="" enterSound="" exitSound="">room</Conference>'
NAMES = ("+14155550101", "+14155550102")


class Pair:
    """Two people in a room; the second is the one to whom things are done, on that channel."""

    def __init__(self, on: Stage, calls: dict[str, OutgoingCall]) -> None:
        """Find the second one."""
        self.on, self.calls = on, calls
        self.phone = calls[NAMES[1]]
        self.call = next(view.about.call for view in on.service.exchange.calls() if view.about.caller == NAMES[1])
        self.channel = board_of(on).legs[self.call].channel

    def update(self, **changes: Any) -> None:
        """Change something about the second one."""
        self.on.service.execute(UpdateMember(account=ACME, conference="room", members=(self.call,), **changes))

    def hang_up(self) -> None:
        """Both have enough."""
        for call in self.calls.values():
            call.hang_up()


async def pair(on: Stage) -> Pair:
    """Let two people join."""
    on.page(ROOM)
    calls = {}
    for name in NAMES:
        phone = await on.phones.phone(name, amplitude=4000)
        calls[name] = await on.answered(phone)
        await on.until("member_joined", call=on.id_of(phone))
    return Pair(on, calls)


def asked(between: Between, *words: str) -> list[tuple[str, str]]:
    """The requests so far whose address has all of these words."""
    return [one for one in between.asked if all(word in one[1] for word in words)]


def test_a_channel_is_moved_when_the_end_of_its_playback_has_returned(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            two = await pair(on)
            between.asked.clear()
            two.update(held=True)
            await between.until_asked("POST", f"^channels/{two.channel}/play/")
            await two.phone.until_sound(monotonic(), above=1000)
            leaving, playing = (asked(between, what) for what in ("removeChannel", f"{two.channel}/play/"))
            assert between.asked.index(leaving[0]) < between.asked.index(playing[0])

            stopping = between.hold("DELETE", "^playbacks/")
            two.update(held=False)
            await between.until_come(stopping)
            await on.phones.settled()
            assert asked(between, "addChannel", two.channel) == []
            stopping.open()
            await between.until_asked("POST", f"/addChannel.*{two.channel}")
            await two.phone.until_sound(monotonic(), frequency=two.calls[NAMES[0]].tone)
            two.hang_up()

    asyncio.run(story())


def test_a_sound_is_played_to_a_channel_when_it_is_out_of_its_bridge(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            two = await pair(on)
            leaving = between.hold("POST", "/removeChannel")
            two.update(held=True)
            await between.until_come(leaving)
            await on.phones.settled()
            assert asked(between, two.channel, "/play/") == []
            leaving.open()
            await between.until_asked("POST", f"{two.channel}/play/")
            two.hang_up()

    asyncio.run(story())


def test_a_mute_does_not_wait_for_what_is_under_way(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            two = await pair(on)
            leaving = between.hold("POST", "/removeChannel")
            two.update(deaf=True)
            await between.until_come(leaving)
            two.update(muted=True)
            await between.until_asked("POST", f"{two.channel}/mute")
            await on.phones.settled()
            assert hears(two.calls) == {(NAMES[1], NAMES[0])}  # muted, and not yet deaf
            leaving.open()
            await between.until_asked("POST", f"{two.channel}/silence")
            await on.phones.settled()
            assert hears(two.calls) == set()
            two.hang_up()

    asyncio.run(story())


def test_who_is_given_up_while_its_channel_is_made_is_ended_once_it_is_there(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with trouble(asterisk, tmp_path) as (on, between):
            making = between.hold("POST", "^channels/create")
            bob = await on.phones.phone("bob")
            given = {"from": NUMBER, "to": bob.contact, "answer_url": f"{on.app.url}/out"}
            placed = await on.plivo("POST", "Call/", **given, hangup_url=f"{on.app.url}/gone")
            await between.until_come(making)
            got = await on.plivo("DELETE", f"Request/{placed.json['request_uuid']}/")
            assert got.status == 204, got
            await between.until_asked("DELETE", "^channels/")
            assert asterisk.get("channels") == []
            making.open()
            await between.until_asked("DELETE", "^channels/", 2)
            await on.told("/gone")
            first, second = asked(between, "reason=")
            assert first == second
            assert (asked(between, "/dial"), bob.calls) == ([], {})

    asyncio.run(story())


def test_what_a_test_leaves_behind_is_found(asterisk: Instance) -> None:
    async def story() -> None:
        ari = Ari(asterisk.settings)
        await ari.must("POST", "bridges", bridgeId="left")
        await ari.must("POST", "bridges/left/record", name="left", format="wav", ifExists="overwrite")
        left = await asyncio.to_thread(asterisk.leftovers, ["recordings/live/left"])
        assert (left["bridges"], left["brief"]) == (["left"], ["recordings/live/left"])
        await ari.must("POST", "recordings/live/left/stop")
        await ari.must("DELETE", "bridges/left")
        left = await asyncio.to_thread(asterisk.leftovers, ["recordings/live/left"])
        assert left == {"recordings stored": ["left"]}
        await ari.must("DELETE", "recordings/stored/left")
        await ari.close()
        assert await asyncio.to_thread(asterisk.leftovers) == {}

    asyncio.run(story())
