"""Somebody hangs up, or is hung up, in the middle of everything: the call ends at once, and nothing stays behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from engine.values.commands import RecordCall, RecordConference, SendDigitsOnCall, SpeakToMember, UpdateMember
from tests.asterisk.fake import Between, Fault, trouble
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage
from tests.drivers.network import serving
from tests.rest.bench import ACME

ROOM = '<Conference waitSound="" enterSound="" exitSound="">room</Conference>'
BEEP = 1000  # Hz
LONG = "This is a long text that is still being spoken when the call comes to its end, whoever brings that about."


class Scene:
    """A call that is brought into a situation, and ended there; `held` is what waits until the end was asked for."""

    def __init__(self, on: Stage, between: Between, name: str) -> None:
        """Nobody calls yet."""
        self.on, self.between, self.name = on, between, name
        self.call = ""
        self.held: Fault | None = None
        self.others: list[OutgoingCall] = []
        self.kept = AsyncExitStack()  # what is open until the end

    async def dial(self, document: str, name: str = "") -> OutgoingCall:
        self.on.page(document)
        phone = await self.on.phones.phone(name or self.name)
        call = self.on.dial(phone)
        arrived = await self.on.until("call_arrived", caller=phone.setup.name)
        self.call = arrived["call"]
        return call

    async def in_room(self) -> OutgoingCall:
        """Be in a room with somebody else."""
        self.others.append(await self.dial(ROOM, f"{self.name}1"))
        await self.on.until("member_joined", call=self.call)
        call = await self.dial(ROOM)
        await self.on.until("member_joined", call=self.call)
        return call

    def update(self, **more: Any) -> None:
        """Change the call as a member."""
        self.on.service.execute(UpdateMember(account=ACME, conference="room", members=(self.call,), **more))

    async def changed(self, method: str, path: str, **more: Any) -> None:
        """Change the call as a member, and have asked for this on its way."""
        self.update(**more)
        await self.between.until_asked(method, path)

    async def changing(self, method: str, path: str, **more: Any) -> None:
        """Change the call as a member, and be held up at this on its way."""
        held = self.hold(method, path)
        self.update(**more)
        await self.between.until_come(held)

    def hold(self, method: str, path: str) -> Fault:
        """Have such requests wait until the end was asked for."""
        self.held = self.between.hold(method, path)
        return self.held


async def is_answered(scene: Scene) -> OutgoingCall:
    answering = scene.hold("POST", "/answer")
    call = await scene.dial(f"<Speak>{LONG}</Speak>")
    await scene.between.until_come(answering)
    return call


async def gets_early_media(scene: Scene) -> OutgoingCall:
    progress = scene.hold("POST", "/progress")
    call = await scene.dial(f"<PreAnswer><Speak>{LONG}</Speak></PreAnswer>")
    await scene.between.until_come(progress)
    return call


async def hears_early_media(scene: Scene) -> OutgoingCall:
    call = await scene.dial(f"<PreAnswer><Speak>{LONG}</Speak></PreAnswer>")
    await call.until_sound(0.0)
    assert call.state == "early"
    return call


async def is_spoken_to(scene: Scene) -> OutgoingCall:
    call = await scene.dial(f"<Speak>{LONG}</Speak>")
    await call.until_sound(0.0)
    return call


async def waits_for_speech(scene: Scene) -> OutgoingCall:
    call = await scene.dial(f"<Speak>{LONG * 5} {scene.name}.</Speak>")
    await scene.on.until("heard", call=scene.call)
    return call


async def is_asked_for_keys(scene: Scene) -> OutgoingCall:
    call = await scene.dial(
        f'<GetDigits action="{scene.on.app.url}/keys" numDigits="4"><Speak>{LONG}</Speak></GetDigits>'
    )
    await call.until_sound(0.0)
    call.press("1")
    return call


async def sends_keys(scene: Scene) -> OutgoingCall:
    call = await is_spoken_to(scene)
    scene.on.service.execute(SendDigitsOnCall(call=scene.call, digits="12w34w56"))
    await scene.between.until_asked("POST", "/dtmf")
    return call


async def is_transferred(scene: Scene) -> OutgoingCall:
    """The new document is being fetched, and never comes."""
    asked = asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    url = await scene.kept.enter_async_context(serving(never))
    call = await is_spoken_to(scene)
    path = f"Call/{scene.on.shown(scene.call)}/"
    got = await scene.on.plivo("POST", path, legs="aleg", aleg_url=url)
    assert got.status == 202, got
    await asked.wait()
    return call


async def hears_the_beep_of_a_recording(scene: Scene) -> OutgoingCall:
    call = await scene.dial(f'<Record action="{scene.on.app.url}/recorded"/>')
    await call.until_sound(0.0, frequency=BEEP)
    return call


async def is_beeped_to_over_the_talk(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    beeping = scene.hold("POST", "/snoop/.*whisper=out")
    scene.on.service.execute(RecordCall(call=scene.call, beep=True))
    await scene.between.until_come(beeping)
    return call


async def is_recorded(scene: Scene) -> OutgoingCall:
    call = await scene.dial(f'<Record action="{scene.on.app.url}/recorded" playBeep="false"/>')
    await scene.between.until_asked("POST", "/record")
    return call


async def rings_somebody(scene: Scene) -> OutgoingCall:
    phone = await scene.on.phones.phone(f"{scene.name}2")
    call = await scene.dial(f"<Dial><User>{phone.contact}</User></Dial>")
    (await phone.incoming()).ring()
    return call


async def rings_somebody_soon(scene: Scene) -> OutgoingCall:
    making = scene.hold("POST", "^channels/create")
    call = await scene.dial("<Dial><User>sip:nobody@127.0.0.1:9</User></Dial>")
    await scene.between.until_come(making)
    return call


async def talks_to_somebody(scene: Scene) -> OutgoingCall:
    phone = await scene.on.phones.phone(f"{scene.name}2")
    call = await scene.dial(f"<Dial><User>{phone.contact}</User></Dial>")
    (await phone.incoming()).answer()
    await call.until_sound(0.0, frequency=phone.setup.tone)
    return call


async def is_joined(scene: Scene) -> OutgoingCall:
    joining = scene.hold("POST", "/addChannel")
    call = await scene.dial(ROOM)
    await scene.between.until_come(joining)
    return call


async def is_a_member(scene: Scene) -> OutgoingCall:
    return await scene.in_room()


async def is_held(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    await scene.changed("POST", "/removeChannel", held=True)
    return call


async def is_unheld(scene: Scene) -> OutgoingCall:
    call = await is_held(scene)
    await scene.changing("POST", "/addChannel", held=False)
    return call


async def is_being_muted(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    await scene.changing("POST", "/mute", muted=True)
    return call


async def is_muted(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    await scene.changed("POST", "/mute", muted=True)
    return call


async def is_deaf(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    await scene.changing("POST", "/snoop/", deaf=True)
    return call


async def is_made_deaf(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    await scene.changed("POST", "/addChannel.*mic", deaf=True)
    return call


async def coaches(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    await scene.changed("POST", "/addChannel.*whisper", coach="1")
    return call


async def coaches_no_more(scene: Scene) -> OutgoingCall:
    call = await coaches(scene)
    await scene.changing("DELETE", r"^channels/.*\.(say|whisper)\.", coach="")
    return call


async def is_coached(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    target = scene.call
    scene.call = next(one.call for one in scene.on.service.exchange.conferences()[0].members if one.call != target)
    scene.update(coach="2")
    scene.call = target
    await scene.between.until_asked("POST", "/addChannel.*whisper")
    return call


async def is_announced_to(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    scene.on.service.execute(SpeakToMember(account=ACME, conference="room", members=(scene.call,), text=LONG))
    await scene.between.until_asked("POST", "/play/")
    return call


async def hears_an_announcement(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    scene.on.service.execute(SpeakToMember(account=ACME, conference="room", text=LONG))
    await scene.between.until_asked("POST", "^bridges/.*/play/")
    return call


async def is_in_a_recorded_room(scene: Scene) -> OutgoingCall:
    call = await scene.in_room()
    scene.on.service.execute(RecordConference(account=ACME, conference="room"))
    await scene.between.until_asked("POST", "^bridges/.*/record")
    return call


SITUATIONS: tuple[Callable[[Scene], Awaitable[OutgoingCall]], ...] = (
    is_answered,
    gets_early_media,
    hears_early_media,
    is_spoken_to,
    waits_for_speech,
    is_asked_for_keys,
    sends_keys,
    is_transferred,
    hears_the_beep_of_a_recording,
    is_beeped_to_over_the_talk,
    is_recorded,
    rings_somebody,
    rings_somebody_soon,
    talks_to_somebody,
    is_joined,
    is_a_member,
    is_held,
    is_unheld,
    is_being_muted,
    is_muted,
    is_deaf,
    is_made_deaf,
    coaches,
    coaches_no_more,
    is_coached,
    is_announced_to,
    hears_an_announcement,
    is_in_a_recorded_room,
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_a_call_ends_at_once_while_it(
    asterisk: Instance, tmp_path: Path, situation: Callable[[Scene], Awaitable[OutgoingCall]]
) -> None:
    async def by_the_caller(on: Stage, between: Between) -> None:
        scene = Scene(on, between, "+1415555011")
        async with scene.kept:
            call = await situation(scene)
            call.hang_up()
            await ended(scene, call, "hangup")

    async def by_a_command(on: Stage, between: Between) -> None:
        scene = Scene(on, between, "+1415555022")
        async with scene.kept:
            call = await situation(scene)
            asked = await on.told("/plivo/answer", From=scene.name.removeprefix("+"))
            got = await on.plivo("DELETE", f"Call/{asked.params['CallUUID']}/")
            assert got.status == 204, got
            await ended(scene, call, "api")

    async def ended(scene: Scene, call: OutgoingCall, cause: str) -> None:
        if scene.held is not None:
            scene.held.open()
        end = await scene.on.until("call_ended", call=scene.call)
        assert end["cause"] == cause
        await scene.on.told("/hangup", From=scene.name.removeprefix("+"))
        for other in scene.others:
            other.hang_up()
        await scene.on.nothing_left()

    async def story() -> None:
        for by in (by_the_caller, by_a_command):
            async with trouble(asterisk, tmp_path) as (on, between):
                await by(on, between)

    asyncio.run(story())
