"""Plivo's own Python client against `callflow serve` on a real Asterisk: what it orders is what the phones hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import plivo
import pytest
from plivo.exceptions import ResourceNotFoundError

from engine.drivers.sounds import waves
from tests.asterisk.company import AMPLITUDE, HIGH_TONES
from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.provision import HOST, Instance
from tests.asterisk.stage import NUMBER, nothing_left, table_of, until
from tests.asterisk.tones import HIGH, LOW, Tones, tones
from tests.drivers.sounds.sounding import amplitude
from tests.rest.bench import ACME, Asked
from tests.sdk.live import Live, live
from tests.sdk.plivo_account import client_of, heard
from tests.sdk.vendors import Rooms

pytestmark = pytest.mark.xdist_group("asterisk-sdk")

SILENT_DOOR = "waitSound='' enterSound='' exitSound=''"


@pytest.fixture(scope="module")
def service(asterisk: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("service")
    with live(folder, switch="asterisk", speed=1.0, asterisk=table_of(asterisk, folder)) as running:
        yield running


@pytest.fixture(scope="module")
def rooms(service: Live) -> Rooms:
    return Rooms(service, "plivo", NUMBER)


class Desk:
    """A customer with the client, phones, and sounds on a web server; `calls` are by the phones' names."""

    def __init__(self, rooms: Rooms, asterisk: Instance, client: plivo.RestClient, phones: Phones, web: Tones) -> None:
        """Nobody calls yet."""
        self.client, self.web = client, web
        self.rooms = rooms
        self.calls: dict[str, Call] = {}
        self.name = self.rooms.name()
        self._asterisk, self._phones = asterisk, phones

    async def ask(self, method: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """Have the client ask."""
        return await asyncio.to_thread(method, *args, **more)

    async def told(self, path: str, nth: int = 1, **params: str) -> Asked:
        """What the application is told, and its signatures are right."""
        return await asyncio.to_thread(heard, self.rooms, path, nth, **params)

    async def phone(self, name: str, answers: Habit | None = None) -> Phone:
        tone = HIGH_TONES[len(self.calls)]
        return await self._phones.phone(name, tone=tone, amplitude=AMPLITUDE, answers=answers)

    async def joined(self, *names: str, after: str = "") -> list[str]:
        """Have these people in the room; the ids of their calls. `after` is what follows in their documents."""
        room = f"<Conference callbackUrl='{self.rooms.app.url}/conference' {SILENT_DOOR}>{self.name}</Conference>"
        self.rooms.app.pages["/plivo/answer"] = f"<Response>{room}{after}</Response>"
        ids = []
        for name in names:
            phone = await self.phone(name)
            self.calls[name] = phone.call(f"sip:{NUMBER}@{HOST}:{self._asterisk.sip_port}")
            told = await self.told("/conference", ConferenceName=self.name, ConferenceAction="enter", From=name)
            ids.append(told.params["CallUUID"])
        return ids

    async def hear(self, *pairs: tuple[str, str]) -> None:
        """Expect of those in the room that exactly these hear these."""
        await self._phones.settled(0.5)
        assert hears(self.calls) == set(pairs)

    async def members(self) -> dict[str, Any]:
        room = await self.ask(self.client.conferences.get, self.name)
        return {one.member_id: one for one in room.members}


@asynccontextmanager
async def desk(rooms: Rooms, asterisk: Instance, folder: Path) -> AsyncIterator[Desk]:
    """Everything a test needs; in the end nothing may be left at the switch."""
    await until(lambda: rooms.live.request("GET", "/readyz").status == 200)
    async with tones(folder) as web, Phones() as phones:
        with client_of(rooms.live, ACME, "acme-plivo") as client:
            yield Desk(rooms, asterisk, client, phones, web)
    await nothing_left(asterisk)


def test_mute_and_deaf_are_heard_and_shown(rooms: Rooms, asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(rooms, asterisk, tmp_path) as on:
            await on.joined("ann", "bob")
            ask, api = on.ask, on.client.conferences
            assert on.name in (await ask(api.list)).conferences
            assert (await ask(api.get, on.name)).conference_member_count == "2"
            await on.hear(("ann", "bob"), ("bob", "ann"))
            assert (await ask(api.member_mute, on.name, "1")).message == "muted"
            assert (await on.members())["1"].muted is True
            await on.hear(("ann", "bob"))
            await ask(api.member_mute_stop, on.name, "1")
            assert (await ask(api.member_deaf, on.name, "1")).message == "deaf"
            assert (await on.members())["1"].deaf is True
            await on.hear(("bob", "ann"))
            await ask(api.member_deaf_stop, on.name, "1")
            await on.hear(("ann", "bob"), ("bob", "ann"))

    asyncio.run(story())


def test_who_is_kicked_hears_what_follows_and_who_is_hung_up_nothing_more(
    rooms: Rooms, asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with desk(rooms, asterisk, tmp_path) as on:
            ann, bob = await on.joined("ann", "bob", after=f"<Play loop='0'>{on.web.at(LOW, 2)}</Play>")
            since = monotonic()
            assert (await on.ask(on.client.conferences.member_kick, on.name, "1")).message == "kicked"
            await on.calls["ann"].until_sound(since, frequency=LOW)
            await on.told("/conference", CallUUID=ann, ConferenceAction="exit")
            assert list(await on.members()) == ["2"]
            await on.ask(on.client.conferences.member_hangup, on.name, "2")
            await on.calls["bob"].until("ended")
            assert on.calls["bob"].ended_by == "far"
            assert on.calls["bob"].first_sound(0.0, frequency=LOW) is None
            assert (await on.told("/hangup", CallUUID=bob)).params["HangupSource"] == "API Request"
            assert on.calls["ann"].state == "answered"

    asyncio.run(story())


def test_a_member_alone_hears_what_is_played_and_spoken_to_it(
    rooms: Rooms, asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with desk(rooms, asterisk, tmp_path) as on:
            await on.joined("ann", "bob")
            ann, bob = on.calls["ann"], on.calls["bob"]
            api = on.client.conferences
            await on.ask(api.member_play, on.name, "1", on.web.at(LOW, 9))
            await ann.until_sound(0.0, frequency=LOW)
            await on.ask(api.member_play_stop, on.name, "1")
            await on.hear(("ann", "bob"), ("bob", "ann"))
            assert ann.heard(0.2).level(LOW) < 500
            since = monotonic()
            await on.ask(api.member_speak, on.name, "1", "Good morning to all of you.")
            await ann.until_sound(since, above=9000)
            await on.ask(api.member_speak_stop, on.name, "1")
            assert bob.first_sound(0.0, frequency=LOW) is None
            assert bob.heard(since=since).peak < 9000

    asyncio.run(story())


def test_a_recording_of_the_room_holds_who_spoke(rooms: Rooms, asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(rooms, asterisk, tmp_path) as on:
            await on.joined("ann", "bob")
            url = f"{on.rooms.app.url}/recorded"
            made = await on.ask(on.client.conferences.record, on.name, file_format="wav", callback_url=url)
            await on.hear(("ann", "bob"), ("bob", "ann"))
            await on.ask(on.client.conferences.record_stop, on.name)
            told = (await on.told("/recorded", recording_id=made.recording_id)).params
            assert 400 < float(told["recording_duration_ms"]) < 5000
            stored = await on.ask(on.client.recordings.get, made.recording_id)
            assert stored.recording_url == told["record_url"]
            file = tmp_path / "fetched.wav"
            got = await asyncio.to_thread(rooms.live.request, "GET", urlsplit(told["record_url"]).path)
            file.write_bytes(got.body)
            for call in on.calls.values():
                assert amplitude(waves.samples(file), call.tone) > AMPLITUDE / 4

    asyncio.run(story())


def test_a_call_is_placed_found_transferred_and_ended(rooms: Rooms, asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(rooms, asterisk, tmp_path) as on:
            api = on.client.calls
            first, other = (on.rooms.page(f"<Response><Play loop='0'>{on.web.at(hertz, 2)}</Play></Response>")
                            for hertz in (LOW, HIGH))  # fmt: skip
            bob = await on.phone("bob", Habit(after=0.1))
            made = await on.ask(api.create, "16505550100", bob.contact, first, hangup_url=f"{on.rooms.app.url}/over")
            ringing = await bob.incoming()
            call = (await on.told(urlsplit(first).path, RequestUUID=made.request_uuid)).params["CallUUID"]
            await ringing.until_sound(0.0, frequency=LOW)
            assert call in (await on.ask(on.client.live_calls.list_ids)).calls
            assert (await on.ask(api.transfer, call, legs="aleg", aleg_url=other)).message == "call transferred"
            await ringing.until_sound(0.0, frequency=HIGH)
            assert await on.ask(api.delete, call) is None
            await ringing.until("ended")
            assert ringing.ended_by == "far"
            assert (await on.told("/over", CallUUID=call)).params["CallStatus"] == "completed"
            with pytest.raises(ResourceNotFoundError):
                await on.ask(on.client.live_calls.get, call)

    asyncio.run(story())
