"""A service in a process of its own that can be killed while people talk on its Asterisk, and started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.provision import HOST, Instance
from tests.asterisk.stage import NUMBER, nothing_left, table_of
from tests.rest.bench import ACME, Asked, Got
from tests.rest.texml import BASE
from tests.sdk.live import PATIENCE
from tests.service.mortal import Mortal, mortal

ROOM = '<Conference waitSound="" enterSound="" exitSound="">room</Conference>'


class Survival:
    """A service that can die, its Asterisk, and phones."""

    def __init__(self, asterisk: Instance, service: Mortal, phones: Phones) -> None:
        """Nobody calls yet."""
        self.asterisk, self.service, self.phones = asterisk, service, phones
        self.calls: list[OutgoingCall] = []
        self.room = ""

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

    async def plivo(self, method: str, path: str, **fields: str) -> Got:
        """Ask the Plivo face something about the room; AssertionError where that is refused."""
        at = f"/v1/Account/{ACME}/Conference/room/{path}"
        got = await asyncio.to_thread(self.service.request, method, at, json=fields or None, face="plivo")
        assert got.status < 300, got
        return got

    async def member(self, number: int, method: str, what: str) -> None:
        """Have something done to a member."""
        await self.plivo(method, f"Member/{number}/{what}/")

    async def members(self) -> list[dict[str, Any]]:
        """The members as REST tells of them, but for how long they have been there."""
        return [{**one, "join_time": ""} for one in (await self.plivo("GET", "")).json["members"]]

    async def participants(self) -> list[str]:
        """The members as the TeXML face names them, in the order in which they came."""
        rooms = await asyncio.to_thread(self.service.request, "GET", f"{BASE}/Conferences", face="texml")
        self.room = rooms.json["conferences"][0]["sid"]
        path = f"{BASE}/Conferences/{self.room}/Participants"
        listed = await asyncio.to_thread(self.service.request, "GET", path, face="texml")
        return [one["call_sid"] for one in reversed(listed.json["participants"])]

    async def participant(self, sid: str, **form: str) -> None:
        """Change a member over the TeXML face."""
        path = f"{BASE}/Conferences/{self.room}/Participants/{quote(sid)}"
        got = await asyncio.to_thread(self.service.request, "POST", path, form=form, face="texml")
        assert got.status == 200, got

    async def kill(self) -> None:
        await asyncio.to_thread(self.service.kill)

    async def start(self) -> None:
        await asyncio.to_thread(self.service.start)
        await self.ready()

    async def ready(self) -> None:
        """Wait until the service has Asterisk."""
        async with asyncio.timeout(PATIENCE):
            while (await asyncio.to_thread(self.service.request, "GET", "/readyz")).status != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def hears(self, calls: Mapping[str, OutgoingCall]) -> frozenset[tuple[str, str]]:
        """Who hears whom."""
        await self.phones.settled()
        return hears(calls)


@asynccontextmanager
async def survival(asterisk: Instance, folder: Path) -> AsyncIterator[Survival]:
    """A service on an Asterisk, in a process of its own; in the end nothing may be left there."""
    with ExitStack() as held:
        service = await asyncio.to_thread(
            held.enter_context, mortal(folder, switch="asterisk", speed=1.0, asterisk=table_of(asterisk, folder))
        )
        try:
            async with Phones() as phones:
                on = Survival(asterisk, service, phones)
                await on.ready()
                yield on
                for call in on.calls:
                    call.hang_up()
                await nothing_left(asterisk)
        finally:
            await asyncio.to_thread(held.close)
