"""While Asterisk is away every face refuses to do anything, with 503 and without any effect, and goes on to tell."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.asterisk.fake import trouble
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, until
from tests.rest.audian import BASE as AUDIAN
from tests.rest.audian import MUTE, WEEKLY
from tests.rest.bench import ACME
from tests.rest.plivo import BASES
from tests.rest.texml import APPLICATION
from tests.rest.texml import BASE as TEXML

NAMES = ("+14155550101", "+14155550102")
ROOM = '<Conference waitSound="" enterSound="" exitSound="">weekly</Conference>'
PLIVO, VOBIZ = BASES["plivo"], BASES["vobiz"]
Request = tuple[str, str, str, dict[str, Any]]  # face, method, path, what is sent


class Weekly:
    """Two people in a room that all faces know; how they name it and the second of them."""

    def __init__(self, on: Stage) -> None:
        """Nobody is there yet."""
        self.on = on
        self.calls: dict[str, OutgoingCall] = {}
        self.call = self.participant = self.audian = ""

    async def gather(self) -> None:
        """Let them join."""
        on = self.on
        on.page(ROOM)
        for name in NAMES:
            phone = await on.phones.phone(name, amplitude=4000)
            self.calls[name] = await on.answered(phone)
            self.call = on.id_of(phone)
            await on.until("member_joined", call=self.call)
        rooms = await on.ask("GET", f"{TEXML}/Conferences", face="texml")
        room = rooms.json["conferences"][0]["sid"]
        self.participant = f"{TEXML}/Conferences/{room}/Participants/{quote(on.shown(self.call, 'texml'))}"
        people = await on.ask("GET", f"{AUDIAN}/{WEEKLY}/participants", face="audian")
        self.audian = f"{AUDIAN}/{WEEKLY}/participants/{people.json['data'][0]['participant_id']}"

    async def told(self) -> list[Any]:
        """What all faces tell of them, but for what differs each time."""
        reads = (
            ("plivo", f"{PLIVO}/Conference/weekly/"),
            ("vobiz", f"{VOBIZ}/Conference/weekly/"),
            ("texml", self.participant),
            ("audian", self.audian),
            ("audian", AUDIAN),
        )
        got = [await self.on.ask("GET", path, face=face) for face, path in reads]
        assert {one.status for one in got} == {200}
        return [steady(one.json) for one in got]

    def commands(self, contact: str) -> tuple[Request, ...]:
        """Some of each kind over each face: calls are placed, moved and ended, members changed and put out."""
        url, call = self.on.app.url, self.on.shown(self.call)
        placed = {"from": NUMBER, "to": contact, "answer_url": url}
        texml = {"From": NUMBER, "To": contact, "ApplicationSid": APPLICATION}
        return (
            ("plivo", "POST", f"{PLIVO}/Call/", {"json": placed}),
            ("plivo", "POST", f"{PLIVO}/Call/{call}/", {"json": {"legs": "aleg", "aleg_url": url}}),
            ("plivo", "DELETE", f"{PLIVO}/Call/{call}/", {}),
            ("plivo", "POST", f"{PLIVO}/Conference/weekly/Member/1/Mute/", {}),
            ("plivo", "POST", f"{PLIVO}/Conference/weekly/Record/", {}),
            ("vobiz", "POST", f"{VOBIZ}/Call/", {"json": {**placed, "answer_method": "POST"}}),
            ("vobiz", "POST", f"{VOBIZ}/Conference/weekly/Member/1/Deaf/", {}),
            ("vobiz", "DELETE", f"{VOBIZ}/Conference/weekly/", {}),
            ("texml", "POST", f"{TEXML}/Calls", {"form": texml}),
            ("texml", "POST", self.participant, {"form": {"Muted": "true"}}),
            ("texml", "DELETE", self.participant, {}),
            ("audian", "POST", self.audian, {"json": MUTE}),
            ("audian", "DELETE", self.audian, {}),
            ("audian", "PUT", AUDIAN, {"json": {"data": {"name": "Sales"}}}),
        )


def steady(told: Any) -> Any:
    """A reply without its times and what names the request."""
    if isinstance(told, dict):
        brief = ("api_id", "request_id", "auth_token", "conference_run_time", "join_time")
        return {name: steady(value) for name, value in told.items() if name not in brief}
    return [steady(one) for one in told] if isinstance(told, list) else told


def test_every_face_refuses_commands_without_effect_and_tells_what_is(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        defined = [{"id": WEEKLY, "account": ACME, "name": "weekly"}]
        journal = tmp_path / "journal.jsonl"
        async with trouble(asterisk, tmp_path, conferences=defined, journal=str(journal)) as (on, between):
            weekly, bob = Weekly(on), await on.phones.phone("bob")
            await weekly.gather()
            before = await weekly.told()
            between.shut = True
            await between.cut()
            await until(lambda: bool(on.service.switch.away))
            between.asked.clear()
            happened, written = list(on.happened), journal.read_bytes()

            got = [
                (face, path, await on.ask(method, path, face, **sent))
                for face, method, path, sent in weekly.commands(bob.contact)
            ]
            assert [one for one in got if one[2].status != 503] == []
            assert await weekly.told() == before
            assert (on.happened, journal.read_bytes()) == (happened, written)

            between.shut = False
            await until(lambda: not on.service.switch.away)
            await on.phones.settled()
            assert await weekly.told() == before
            assert hears(weekly.calls) == {NAMES, NAMES[::-1]}
            assert (on.happened, bob.calls) == (happened, {})
            assert [path for method, path in between.asked if method == "POST"] == []
            for call in weekly.calls.values():
                call.hang_up()

    asyncio.run(story())
