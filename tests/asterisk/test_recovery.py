"""The service is killed with -9 while calls are up on a real Asterisk, and started again on its journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.asterisk.fake import free_port
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.provision import HOST, Instance, instance
from tests.asterisk.stage import NUMBER, nothing_left
from tests.rest.bench import ACME, Asked, Got
from tests.service.mortal import Mortal, mortal

ROOM = '<Conference waitSound="" enterSound="" exitSound="" hangupOnStar="false">room</Conference>'
NEXT = "<Speak>Next.</Speak>"
LONG = "<Speak>This is a text of some length, so that it is being spoken while the service dies and lives again.</Speak>"


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An Asterisk that connects to the service, and keeps events while it is away."""
    with instance(tmp_path_factory.mktemp("calling"), websocket=f"{HOST}:{free_port()}") as running:
        yield running


class Scene:
    """A service that can die, its Asterisk, and phones."""

    def __init__(self, asterisk: Instance, service: Mortal, phones: Phones) -> None:
        """Nobody calls yet."""
        self.asterisk, self.service, self.phones = asterisk, service, phones
        self.calls: list[OutgoingCall] = []

    async def phone(self, name: str) -> Phone:
        return await self.phones.phone(name, amplitude=4000)

    def dial(self, phone: Phone, document: str) -> OutgoingCall:
        """Call, and be answered by this document."""
        self.service.app.pages["/plivo/answer"] = f"<Response>{document}</Response>"
        call = phone.call(f"sip:{NUMBER}@{HOST}:{self.asterisk.sip_port}")
        self.calls.append(call)
        return call

    async def call(self, name: str, document: str) -> OutgoingCall:
        """Call, be answered by this document, and hear something."""
        call = self.dial(await self.phone(name), document)
        await call.until("answered")
        return call

    async def join(self, name: str, document: str = ROOM) -> OutgoingCall:
        """Be in the room."""
        call = await self.call(name, document)
        await self.so("member_joined", call=await self.id_of(name))
        return call

    async def id_of(self, name: str) -> str:
        arrived = await self.so("call_arrived", caller=name)
        return str(arrived["call"])

    async def so(self, what: str, **facts: Any) -> dict[str, Any]:
        """What the timeline says of it, as soon as it has happened."""
        return await asyncio.to_thread(self.service.wait, what, **facts)

    async def told(self, path: str, nth: int = 1, **params: str) -> Asked:
        """What the application is told."""
        return await asyncio.to_thread(self.service.app.wait, path, nth, **params)

    async def plivo(self, method: str, path: str) -> Got:
        return await asyncio.to_thread(
            self.service.request, method, f"/v1/Account/{ACME}/Conference/room/{path}", face="plivo"
        )

    async def member(self, number: int, method: str, what: str) -> None:
        """Have something done to a member."""
        got = await self.plivo(method, f"Member/{number}/{what}/")
        assert got.status < 300, got

    async def members(self) -> list[dict[str, Any]]:
        """The members as REST tells of them, but for how long they have been there."""
        return [{**one, "join_time": ""} for one in (await self.plivo("GET", "")).json["members"]]

    async def kill(self) -> None:
        await asyncio.to_thread(self.service.kill)

    async def start(self) -> None:
        await asyncio.to_thread(self.service.start)

    async def hears(self, calls: Mapping[str, OutgoingCall]) -> frozenset[tuple[str, str]]:
        """Who hears whom."""
        await self.phones.settled()
        return hears(calls)


@asynccontextmanager
async def scene(asterisk: Instance, folder: Path) -> AsyncIterator[Scene]:
    """A service on an Asterisk, in a process of its own; in the end nothing may be left there."""
    settings = asterisk.settings
    table = {
        "url": settings.url,
        "user": settings.user,
        "password": settings.password,
        "listen": settings.listen,
        "sounds": str(folder / "sounds"),
    }
    with ExitStack() as held:
        service = await asyncio.to_thread(
            held.enter_context, mortal(folder, switch="asterisk", speed=1.0, asterisk=table)
        )
        try:
            async with Phones() as phones:
                on = Scene(asterisk, service, phones)
                yield on
                for call in on.calls:
                    call.hang_up()
                await nothing_left(asterisk)
        finally:
            await asyncio.to_thread(held.close)


def test_a_room_goes_on(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(calling, tmp_path) as on:
            calls = {name: await on.join(name, ROOM + NEXT) for name in ("ann", "bob", "cat", "dan", "eve")}
            await on.member(2, "POST", "Mute")
            await on.member(3, "POST", "Deaf")
            await calls["ann"].until_sound(0.0, frequency=calls["dan"].tone)
            before, heard = await on.members(), await on.hears(calls)
            keys = f'<GetDigits action="{on.service.app.url}/keys" numDigits="2" timeout="30">{NEXT}</GetDigits>'
            fay = await on.call("fay", keys)
            await fay.until_sound(0.0)

            await on.kill()
            since = monotonic()
            assert await on.hears(calls) == heard
            fay.press("42")
            calls["eve"].hang_up()
            gus = on.dial(await on.phone("gus"), NEXT)
            await on.phones.settled()
            await on.start()

            assert (await on.told("/keys")).params["Digits"] == "42"
            await on.told("/hangup", From="eve")
            await gus.until("answered")
            await gus.until_sound(0.0)
            del calls["eve"]
            assert await on.members() == before[:4]
            assert await on.hears(calls) == {pair for pair in heard if "eve" not in pair}
            assert calls["ann"].heard(since=since).longest_gap < 0.2

            await on.member(2, "DELETE", "Mute")
            await on.member(3, "DELETE", "Deaf")
            names = list(calls)
            assert await on.hears(calls) == {(one, other) for one in names for other in names if one != other}
            await on.member(1, "POST", "Kick")
            await calls["ann"].until_sound(monotonic(), above=9000)
            await on.told("/hangup", From="ann")

    asyncio.run(story())
