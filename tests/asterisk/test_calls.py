"""Calls through real documents: how they come in, are answered, refused, moved and ended, on either side."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.phone.phone import Phone
from tests.asterisk.phone.rtp import PCMA, PCMU, Law
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage, until
from tests.asterisk.tones import HIGH, LOW, tones
from tests.rest.bench import ACCOUNTS

ANN = "+14155550111"
VOBIZ, TEXML = "+16505550101", "+16505550102"
STAY = "<GetDigits timeout='60'/>"  # answered, and nothing is heard


def test_a_call_runs_its_document_to_its_end(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Speak>Hello there, this is a call.</Speak>")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann, NUMBER)
            await call.until("ended", 10)
            assert (call.ended_by, call.reason) == ("far", 16)
            assert call.heard().peak > 2000
            await on.until("call_ended", cause="end_of_document")
            told = await on.told("/hangup")
            assert (told.params["HangupCauseName"], told.params["CallStatus"]) == (
                "End Of XML Instructions",
                "completed",
            )

    asyncio.run(story())


# --- before the answer ----------------------------------------------------------------------------


def test_early_media_is_heard_before_the_answer(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<PreAnswer><Play>{web.at(LOW, 0.5)}</Play></PreAnswer><Play>{web.at(HIGH, 0.3)}</Play>")
            call = on.dial(await on.phones.phone(ANN))
            await call.until("ended")
            assert 183 in call.statuses
            assert await call.until_sound(0.0, frequency=LOW) < call.times["answered"]
            assert await call.until_sound(0.0, frequency=HIGH) > call.times["answered"]

    asyncio.run(story())


def test_keys_of_early_media_are_collected(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            prompt = f"<GetDigits action='/got' numDigits='2'><Play>{web.at(LOW, 3)}</Play></GetDigits>"
            on.page(f"<PreAnswer>{prompt}</PreAnswer>{STAY}")
            on.page("<Hangup/>", "/got")
            call = on.dial(await on.phones.phone(ANN))
            await call.until("early")
            await call.until_sound(0.0, frequency=LOW)
            call.press("42")
            assert (await on.told("/got")).params["Digits"] == "42"
            await call.until("failed")
            assert "answered" not in call.times

    asyncio.run(story())


def test_a_caller_who_waits_for_an_answer_hears_that_it_rings(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Wait length='0.6'/><Speak>Hello</Speak>")
            call = on.dial(await on.phones.phone(ANN))
            await call.until("answered")
            assert call.statuses == [100, 180, 200]
            assert call.times["ringing"] - call.times["calling"] < 0.5

    asyncio.run(story())


@pytest.mark.parametrize(
    ("number", "document", "status", "cause"),
    [
        (NUMBER, "<Hangup reason='busy'/>", 486, 17),
        (NUMBER, "<Hangup reason='rejected'/>", 403, 21),
        (TEXML, "<Reject reason='busy'/>", 486, 17),
        (TEXML, "<Reject/>", 403, 21),
    ],
)
def test_a_call_is_refused_with_its_reason(
    asterisk: Instance, tmp_path: Path, number: str, document: str, status: int, cause: int
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page(document)
            on.page(document, "/texml/answer")
            call = on.dial(await on.phones.phone(ANN), number)
            await call.until("failed")
            assert (call.status, call.reason) == (status, cause)

    asyncio.run(story())


def test_a_number_that_is_nobodys_is_unallocated(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = on.dial(await on.phones.phone(ANN), "+19998887777")
            await call.until("failed")
            assert (call.status, call.reason) == (404, 1)

    asyncio.run(story())


def test_calls_beyond_the_limit_and_while_draining_are_sent_away(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        accounts: list[dict[str, Any]] = [{**ACCOUNTS[0], "limits": {"calls": 1}}, ACCOUNTS[1]]
        async with stage(asterisk, tmp_path, accounts=accounts) as on:
            on.page(STAY)
            await on.answered(await on.phones.phone(ANN))
            second = on.dial(await on.phones.phone("+14155550112"))
            await second.until("failed")
            on.service.draining = True
            third = on.dial(await on.phones.phone("+14155550113"))
            await third.until("failed")
            assert (second.status, third.status) == (503, 503)

    asyncio.run(story())


def test_a_caller_who_gives_up_while_it_rings_ends_the_call(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Wait length='30'/><Speak>Hello</Speak>")
            call = on.dial(await on.phones.phone(ANN))
            await call.until("ringing")
            call.cancel()
            await call.until("ended")
            assert call.status == 487
            ended = await on.until("call_ended")
            assert (ended["cause"], ended["source"]) == ("hangup", "caller")

    asyncio.run(story())


# --- what comes with a call -----------------------------------------------------------------------


def test_headers_of_the_invite_arrive_as_each_dialect_words_them(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            for dialect, number, name in (("plivo", NUMBER, "X-PH-Colour"), ("vobiz", VOBIZ, "X-VH-Colour")):
                on.page("<Hangup/>", f"/{dialect}/answer")
                headers = {name: "deep green; 100%", "Subject": "not ours"}
                await on.dial(await on.phones.phone(ANN), number, headers=headers).until("failed")
                params = (await on.told(f"/{dialect}/answer")).params
                assert params[name] == "deep green; 100%"
                assert "not ours" not in params.values()

    asyncio.run(story())


def test_who_calls_whom_is_told(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Hangup/>")
            await on.dial(await on.phones.phone(ANN)).until("failed")
            params = (await on.told("/plivo/answer")).params
            assert (params["From"], params["To"]) == (ANN.lstrip("+"), NUMBER.lstrip("+"))
            assert params["Direction"] == "inbound"

    asyncio.run(story())


@pytest.mark.parametrize("law", [PCMA, PCMU], ids=lambda law: law.name)
def test_sound_goes_both_ways_in_each_law(asterisk: Instance, tmp_path: Path, law: Law) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play>{web.at(LOW, 0.5)}</Play><Conference waitSound='' enterSound=''>room</Conference>")
            ann, bob = await on.phones.phone(ANN, laws=(law,)), await on.phones.phone("+14155550112", laws=(PCMU,))
            calls = [await on.answered(phone) for phone in (ann, bob)]
            await calls[0].until_sound(0.0, frequency=LOW)
            await on.until("member_joined", nth=2)
            await on.phones.settled(0.5)
            levels = [calls[0].heard(0.2).level(calls[1].tone), calls[1].heard(0.2).level(calls[0].tone)]
            assert levels == pytest.approx([6000, 6000], rel=0.2)

    asyncio.run(story())


def test_a_far_end_that_holds_the_line_is_noted(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page(STAY)
            call = await on.answered(await on.phones.phone(ANN))
            await on.until("verb_started")

            def held() -> bool:
                return on.service.exchange.calls()[0].held_far

            call.hold()
            await until(held)
            assert await of(on) == "in-progress"
            call.unhold()
            await until(lambda: not held())

    async def of(on: Stage) -> Any:
        (view,) = on.service.exchange.calls()
        return (await on.plivo("GET", f"Call/{on.shown(view.about.call)}/?status=live")).json["call_status"]

    asyncio.run(story())


# --- the end --------------------------------------------------------------------------------------


def test_a_caller_who_hangs_up_is_told_of(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page(STAY)
            call = await on.answered(await on.phones.phone(ANN))
            await on.until("verb_started")
            call.hang_up()
            params = (await on.told("/hangup")).params
            assert (params["HangupSource"], params["HangupCauseName"]) == ("Caller", "Normal Hangup")

    asyncio.run(story())


def test_a_hang_up_by_rest_is_a_bye_and_a_callback(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='0'>{web.at(LOW, 0.5)}</Play>")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann)
            await call.until_sound(0.0, frequency=LOW)
            assert (await on.plivo("DELETE", f"Call/{on.shown(on.id_of(ann))}/")).status == 204
            await call.until("ended", 1.0)
            assert (call.ended_by, call.reason) == ("far", 16)
            params = (await on.told("/hangup")).params
            assert (params["HangupSource"], params["HangupCauseName"]) == ("API Request", "Normal Hangup")

    asyncio.run(story())


# --- new instructions -----------------------------------------------------------------------------


async def moved(on: Stage, phone: Phone, url: str) -> None:
    """Send a call to another document."""
    got = await on.plivo("POST", f"Call/{on.shown(on.id_of(phone))}/", legs="aleg", aleg_url=url)
    assert got.status == 202, got


def test_a_transfer_stops_the_sound_and_the_next_one_is_heard(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='0'>{web.at(LOW, 5)}</Play>")
            on.page(f"<Play loop='0'>{web.at(HIGH, 5)}</Play>", "/new")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann)
            await call.until_sound(0.0, frequency=LOW)
            await moved(on, ann, f"{on.app.url}/new")
            since = await call.until_sound(0.0, frequency=HIGH)
            await call.settled(0.5)
            heard = call.heard(since=since + 0.1)
            assert heard.level(HIGH) > 6000
            assert heard.level(LOW) < 200

    asyncio.run(story())


def test_a_member_is_transferred_out_of_its_room_and_hears_the_new_document(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page("<Conference waitSound='' enterSound=''>room</Conference>")
            on.page(f"<Play loop='0'>{web.at(LOW, 5)}</Play>", "/new")
            ann, bob = [await on.phones.phone(name) for name in (ANN, "+14155550112")]
            calls = [await on.answered(phone) for phone in (ann, bob)]
            await on.until("member_joined", nth=2)
            await calls[0].until_sound(0.0, frequency=calls[1].tone)
            await moved(on, ann, f"{on.app.url}/new")
            await calls[0].until_sound(0.0, frequency=LOW)
            await on.phones.settled(0.4)
            assert calls[0].heard(0.2).level(calls[1].tone) < 200
            assert calls[1].heard(0.2).level(calls[0].tone) < 200

    asyncio.run(story())


def test_after_a_kick_the_next_element_is_heard(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Conference waitSound='' enterSound=''>room</Conference><Play>{web.at(LOW, 0.5)}</Play>")
            call = await on.answered(await on.phones.phone(ANN))
            await on.until("member_joined")
            assert (await on.plivo("POST", "Conference/room/Member/1/Kick/")).status == 202
            await call.until_sound(0.0, frequency=LOW)
            await call.until("ended")

    asyncio.run(story())
