"""Calls that we are asked for by REST, and keys that are sent: what the far end sees and hears."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.dialled import ANN, SILENT
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.phone import Phone
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import LOW, tones
from tests.rest.bench import Asked


async def placed(on: Stage, phone: Phone, **more: Any) -> str:
    """A call to a phone that we were asked for; its id as the face shows it."""
    given = {"from": NUMBER, "to": phone.contact, "answer_url": f"{on.app.url}/out", **more}
    got = await on.plivo("POST", "Call/", **given)
    assert got.status == 201, got
    return str(got.json["request_uuid"])


async def ended(on: Stage, id: str) -> Asked:  # noqa: A002
    """What the hang-up address is told of a call."""
    return await on.told("/gone", CallUUID=id)


def test_a_call_by_rest_rings_and_runs_its_document(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play>{web.at(LOW, 0.3)}</Play><GetDigits action='/got' numDigits='1'/>", "/out")
            on.page("<Hangup/>", "/got")
            bob = await on.phones.phone("bob", answers=Habit(after=0.3))
            urls = {"ring_url": f"{on.app.url}/ring", "hangup_url": f"{on.app.url}/gone"}
            id = await placed(on, bob, caller_name="The Shop", sip_headers="Order=42", **urls)  # noqa: A001
            callee = await bob.incoming()
            assert (callee.caller.lstrip("+"), callee.invite.get("X-PH-Order")) == (NUMBER.lstrip("+"), "42")
            await on.told("/ring", CallUUID=id)
            await callee.until_sound(0.0, frequency=LOW)
            callee.press("7")
            assert (await on.told("/got")).params["Digits"] == "7"
            await callee.until("ended")
            assert (await ended(on, id)).params["CallStatus"] == "completed"

    asyncio.run(story())


@pytest.mark.parametrize(("status", "said"), [(486, "busy"), (603, "busy"), (404, "failed")])
def test_a_call_by_rest_that_is_refused_is_told(asterisk: Instance, tmp_path: Path, status: int, said: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(status=status))
            id = await placed(on, bob, hangup_url=f"{on.app.url}/gone")  # noqa: A001
            assert (await ended(on, id)).params["CallStatus"] == said

    asyncio.run(story())


def test_a_call_by_rest_is_cancelled_while_it_rings(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SILENT)
            id = await placed(on, bob, hangup_url=f"{on.app.url}/gone")  # noqa: A001
            callee = await bob.incoming()
            await on.until("call_ringing")
            assert (await on.plivo("DELETE", f"Request/{id}/")).status == 204
            await callee.until("ended")
            assert (callee.ended_by, callee.status) == ("far", 487)
            assert (await ended(on, id)).params["CallStatus"] == "cancel"

    asyncio.run(story())


def test_a_call_by_rest_rings_no_longer_than_it_may(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SILENT)
            id = await placed(on, bob, ring_timeout=1, hangup_url=f"{on.app.url}/gone")  # noqa: A001
            callee = await bob.incoming()
            await callee.until("ended")
            assert callee.times["ended"] - callee.times["ringing"] == pytest.approx(1.0, abs=0.3)
            assert (await ended(on, id)).params["CallStatus"] == "no-answer"

    asyncio.run(story())


def test_keys_are_sent_by_rest_while_a_sound_plays(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='0'>{web.at(LOW, 1)}</Play>")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann)
            await call.until_sound(0.0, frequency=LOW)
            got = await on.plivo("POST", f"Call/{on.shown(on.id_of(ann))}/DTMF/", digits="1w2#*A")
            assert got.status == 202, got
            await on.phones.settled(2.2)
            assert call.keys == "12#*A"
            assert call.heard(0.2).level(LOW) > 4000
            call.hang_up()

    asyncio.run(story())


def test_keys_of_a_document_are_heard_by_the_far_end_before_the_next_element(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<DTMF async='false'>98W7</DTMF><Play>{web.at(LOW, 0.3)}</Play>")
            call = await on.answered(await on.phones.phone(ANN))
            await call.until_sound(0.0, frequency=LOW)
            assert call.keys == "987"
            await call.until("ended")

    asyncio.run(story())
