"""The phones on a real Asterisk that is driven by hand: what they say, hear and report is what Asterisk says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.asterisk.phone.ears import hears, matrix
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.provision import Instance

PATIENCE = 5.0  # seconds, for what must happen
NUMBER = "100"


class Hand:
    """ARI as a person would use it: a request, and a wait for the next event of a kind."""

    def __init__(self, asterisk: Instance, phones: Phones, session: aiohttp.ClientSession) -> None:
        self.asterisk, self.phones = asterisk, phones
        self._session = session
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            self._events.put_nowait(msgspec.json.decode(message.data))

    async def ask(self, method: str, path: str, **params: str) -> None:
        async with self._session.request(method, f"/ari/{path}", params=params) as reply:
            assert reply.status < 300, f"{method} {path}: {reply.status} {await reply.text()}"

    async def event(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while (event := await self._events.get())["type"] != kind:
                pass
        return event

    def dial(self, phone: Phone) -> OutgoingCall:
        return phone.call(f"sip:{NUMBER}@127.0.0.1:{self.asterisk.sip_port}")

    async def call(self, phone: Phone) -> tuple[OutgoingCall, str]:
        """A call that has come to the application, and its channel."""
        call = self.dial(phone)
        channel = str((await self.event("StasisStart"))["channel"]["id"])
        await self.ask("POST", f"applications/callflow/subscription?eventSource=channel:{channel}")
        return call, channel

    async def gone(self) -> None:
        """Wait until a channel that is watched is no more; then nothing may be left."""
        await self.event("ChannelDestroyed")
        assert await asyncio.to_thread(self.asterisk.leftovers) == {}


@asynccontextmanager
async def by_hand(asterisk: Instance) -> AsyncIterator[Hand]:
    """The application, connected, and phones to call it with."""
    headers = {"Authorization": asterisk.settings.authorization}
    async with (
        aiohttp.ClientSession(asterisk.ari_url, headers=headers) as session,
        session.ws_connect("/ari/events", params={"app": "callflow"}) as socket,
        Phones() as phones,
    ):
        hand = Hand(asterisk, phones, session)
        listening = asyncio.create_task(hand.listen(socket))
        yield hand
        listening.cancel()


def with_a_hand(asterisk: Instance, story: Callable[[Hand], Awaitable[None]]) -> None:
    async def told() -> None:
        async with by_hand(asterisk) as hand:
            await story(hand)

    asyncio.run(told())


def test_who_comes_in_and_who_is_called_hear_each_other_in_a_bridge(asterisk: Instance) -> None:
    async def story(hand: Hand) -> None:
        ann, bob = await hand.phones.phone("ann"), await hand.phones.phone("bob", answers=Habit(after=0.05))
        call, first = await hand.call(ann)
        await hand.ask("POST", f"channels/{first}/answer")
        await call.until("answered")
        await hand.ask("POST", "channels", endpoint=f"PJSIP/callflow-out/{bob.contact}", app="callflow", callerId="7")
        second = (await hand.event("StasisStart"))["channel"]["id"]
        await hand.ask("POST", "bridges", type="mixing", bridgeId="by-hand")
        await hand.ask("POST", "bridges/by-hand/addChannel", channel=f"{first},{second}")
        other = await bob.incoming()
        assert other.caller == "7"
        await hand.phones.settled()
        both = {"ann": call, "bob": other}
        assert hears(both) == {("ann", "bob"), ("bob", "ann")}
        levels = matrix(both)
        assert levels["ann"]["bob"] == pytest.approx(6000, rel=0.03)
        assert levels["ann"]["ann"] < 200
        assert call.heard(last=0.2).gaps(0.06) == []
        await hand.ask("DELETE", "bridges/by-hand")
        for channel in (first, second):
            await hand.ask("DELETE", f"channels/{channel}")
        await asyncio.gather(call.until("ended"), other.until("ended"))
        assert (call.ended_by, call.reason) == ("far", 16)

    with_a_hand(asterisk, story)


def test_keys_and_holds_are_what_asterisk_hears_of(asterisk: Instance) -> None:
    async def story(hand: Hand) -> None:
        call, channel = await hand.call(await hand.phones.phone("ann"))
        await hand.ask("POST", f"channels/{channel}/answer")
        await call.until("answered")
        call.press("1*#")
        assert [(await hand.event("ChannelDtmfReceived"))["digit"] for _ in "1*#"] == ["1", "*", "#"]
        await hand.ask("POST", f"channels/{channel}/dtmf", dtmf="42")
        await hand.phones.settled(0.5)
        assert call.keys == "42"
        call.hold()
        assert (await hand.event("ChannelHold"))["channel"]["id"] == channel
        call.unhold()
        await hand.event("ChannelUnhold")
        await call.until("unheld")
        call.hang_up()
        await hand.gone()

    with_a_hand(asterisk, story)


@pytest.mark.parametrize(("reason", "status", "cause"), [("busy", 486, 17), ("congestion", 503, 34)])
def test_a_refusal_is_told_with_its_cause(asterisk: Instance, reason: str, status: int, cause: int) -> None:
    async def story(hand: Hand) -> None:
        call, channel = await hand.call(await hand.phones.phone("ann"))
        await hand.ask("DELETE", f"channels/{channel}", reason=reason)
        await call.until("failed")
        assert (call.status, call.reason) == (status, cause)
        await hand.gone()

    with_a_hand(asterisk, story)


def test_a_call_rings_speaks_early_and_is_cancelled(asterisk: Instance) -> None:
    async def story(hand: Hand) -> None:
        call, channel = await hand.call(await hand.phones.phone("ann"))
        await hand.ask("POST", f"channels/{channel}/ring")
        await call.until("ringing")
        await hand.ask("POST", f"channels/{channel}/play", media="tone:dial")
        await call.until("early")
        await call.until_sound(0.0)
        call.cancel()
        await call.until("ended")
        assert (call.status, call.ended_by) == (487, "us")
        await hand.gone()

    with_a_hand(asterisk, story)


def test_a_soft_phone_registers_is_called_and_calls(asterisk: Instance) -> None:
    async def story(hand: Hand) -> None:
        name, password = asterisk.layout.phone, asterisk.passwords.phone
        soft = await hand.phones.phone(name, password=password, answers=Habit())
        assert await soft.register(f"sip:127.0.0.1:{asterisk.sip_port}") == 200
        await hand.ask("POST", "channels", endpoint=f"PJSIP/{name}", app="callflow")
        channel = (await hand.event("StasisStart"))["channel"]["id"]
        await hand.ask("DELETE", f"channels/{channel}")
        await (await soft.incoming()).until("ended")
        call, channel = await hand.call(soft)
        assert call.statuses[0] == 401  # and then it said who it is
        await hand.ask("DELETE", f"channels/{channel}", reason="busy")
        await call.until("failed")
        await hand.gone()

    with_a_hand(asterisk, story)


def test_while_the_application_is_away_calls_are_refused(asterisk: Instance) -> None:
    async def story() -> None:
        async with Phones() as phones:
            call = (await phones.phone("ann")).call(f"sip:{NUMBER}@127.0.0.1:{asterisk.sip_port}")
            await call.until("failed")
            assert call.status == 503

    asyncio.run(story())
