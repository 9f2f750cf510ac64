"""Calls that we place: for a Dial, and by REST. What the callees see and hear, who wins, and how it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import HIGH, LOW, Tones, tones
from tests.rest.bench import Asked

ANN = "+14155550111"
TEXML = "+16505550102"
RINGBACK = 440
SOON = Habit(after=0.1)
SILENT = Habit(after=None)


def user(phone: Phone, attributes: str = "") -> str:
    """A phone as somebody whom a Dial rings."""
    return f"<User {attributes}>{phone.contact}</User>"


def dials(on: Stage, attributes: str, *users: str, before: str = "", after: str = "") -> None:
    """Have callers be dialled on to these, and the action end the call."""
    on.page(f"{before}<Dial action='/over' {attributes}>{''.join(users)}</Dial>{after}")
    on.page("<Hangup/>", "/over")


async def over(on: Stage, call: Call) -> dict[str, str]:
    """What the action of a Dial is told; the call is over then."""
    told = dict((await on.told("/over")).params)
    await call.until("ended" if "answered" in call.times else "failed")
    return told


# --- the talk -------------------------------------------------------------------------------------


def test_two_talk_until_the_callee_hangs_up_and_then_the_flow_goes_on(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            bob = await on.phones.phone("bob", answers=SOON)
            on.page(f"<Dial>{user(bob)}</Dial><Play>{web.at(LOW, 0.3)}</Play>")
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await call.until("answered")
            await on.phones.settled(0.5)
            assert hears({"ann": call, "bob": callee}) == {("ann", "bob"), ("bob", "ann")}
            callee.hang_up()
            await call.until_sound(0.0, frequency=LOW)
            await call.until("ended")
            assert call.heard(since=call.times["answered"] + 0.3).longest_gap < 0.1

    asyncio.run(story())


def test_a_caller_who_hangs_up_ends_the_callees_call_too(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SOON)
            dials(on, "", user(bob))
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await call.until("answered")
            await on.until("calls_connected")
            call.hang_up()
            await callee.until("ended")
            assert (callee.ended_by, callee.reason) == ("far", 16)

    asyncio.run(story())


def test_star_and_a_time_limit_drop_the_callee_alone(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SOON)
            dials(on, "hangupOnStar='true' timeLimit='1'", user(bob))
            for press in ("*", ""):
                call = on.dial(await on.phones.phone(ANN))
                callee = await bob.incoming()
                await call.until("answered")
                call.press(press)
                await callee.until("ended")
                assert callee.ended_by == "far"
                told = await over(on, call)
                assert told["DialStatus"] == "completed"

    asyncio.run(story())


def test_keys_of_either_side_are_told_and_reach_the_other(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SOON)
            dials(on, f"digitsMatch='12' digitsMatchBLeg='34' callbackUrl='{on.app.url}/keys'", user(bob))
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await on.until("calls_connected")
            await on.phones.settled(0.3)
            call.press("12")
            assert (await on.told("/keys", DialDigitsMatch="12")).params["DialDigitsPressedBy"] == "ALeg"
            callee.press("34")
            assert (await on.told("/keys", DialDigitsMatch="34")).params["DialDigitsPressedBy"] == "BLeg"
            await on.phones.settled(0.3)
            assert (callee.keys, call.keys) == ("12", "34")
            callee.hang_up()
            await over(on, call)

    asyncio.run(story())


# --- several --------------------------------------------------------------------------------------


def test_the_first_to_answer_wins_and_the_others_are_cancelled(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob, cat, dan = [
                await on.phones.phone(name, answers=Habit(after=after))
                for name, after in (("bob", None), ("cat", 0.4), ("dan", None))
            ]
            dials(on, "", user(bob), user(cat), user(dan))
            call = on.dial(await on.phones.phone(ANN))
            losers = [await phone.incoming() for phone in (bob, dan)]
            winner = await cat.incoming()
            for loser in losers:
                await loser.until("ended")
                assert (loser.ended_by, loser.status) == ("far", 487)
            await call.until("answered")
            await on.phones.settled(0.4)
            assert hears({"ann": call, "cat": winner}) == {("ann", "cat"), ("cat", "ann")}
            winner.hang_up()
            assert (await over(on, call))["DialStatus"] == "completed"

    asyncio.run(story())


def test_two_who_answer_at_once_do_not_both_stay(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            both = [await on.phones.phone(name, answers=Habit(after=0.2, rings=False)) for name in ("bob", "cat")]
            dials(on, "", *map(user, both))
            call = on.dial(await on.phones.phone(ANN))
            callees = [await phone.incoming() for phone in both]
            await call.until("answered")
            await on.until("calls_connected")
            await on.until("call_ended", cause="lost_race")
            await on.phones.settled(0.4)
            (winner,) = [callee for callee in callees if callee.state == "answered"]
            assert hears({"ann": call, "other": winner}) == {("ann", "other"), ("other", "ann")}
            winner.hang_up()
            await over(on, call)

    asyncio.run(story())


def test_others_answer_when_one_is_busy(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(status=486))
            cat = await on.phones.phone("cat", answers=Habit(after=0.3, hangs_up_after=0.3))
            dials(on, "", user(bob), user(cat))
            call = on.dial(await on.phones.phone(ANN))
            await call.until("answered")
            assert (await over(on, call))["DialStatus"] == "completed"

    asyncio.run(story())


# --- nobody ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "said", "ended"),
    [
        (486, "busy", "busy"),
        (603, "busy", "rejected"),
        (404, "failed", "unreachable"),
        (480, "no-answer", "ring_timeout"),
        (503, "failed", "unreachable"),
        (500, "failed", "unreachable"),
    ],
)
def test_why_nobody_answered_is_told(asterisk: Instance, tmp_path: Path, status: int, said: str, ended: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(status=status))
            dials(on, "", user(bob))
            call = on.dial(await on.phones.phone(ANN))
            assert (await over(on, call))["DialStatus"] == said
            placed = await on.until("call_placed")
            assert (await on.until("call_ended", call=placed["call"]))["cause"] == ended

    asyncio.run(story())


def test_who_does_not_answer_in_time_is_cancelled(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SILENT)
            dials(on, "timeout='1'", user(bob))
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await callee.until("ended")
            assert (callee.ended_by, callee.status) == ("far", 487)
            assert callee.times["ended"] - callee.times["ringing"] == pytest.approx(1.0, abs=0.3)
            told = await over(on, call)
            assert (told["DialStatus"], told["DialRingStatus"]) == ("no-answer", "true")

    asyncio.run(story())


def test_a_caller_who_gives_up_cancels_whoever_rings(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SILENT)
            dials(on, "", user(bob))
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await call.until("ringing")
            call.cancel()
            await callee.until("ended")
            assert (callee.ended_by, callee.status) == ("far", 487)
            await call.until("ended")

    asyncio.run(story())


@pytest.mark.parametrize("address", ["sip:bob@127.0.0.1:9/x", "sip:bob@127.0.0.1&amp;PJSIP/phone", "sip:bob@[::1"])
def test_what_is_no_address_is_not_rung(asterisk: Instance, tmp_path: Path, address: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            dials(on, "", f"<User>{address}</User>")
            call = on.dial(await on.phones.phone(ANN))
            assert (await over(on, call))["DialStatus"] == "failed"

    asyncio.run(story())


def test_an_address_where_nobody_is_rings_out(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            dials(on, "timeout='1'", "<User>sip:bob@127.0.0.1:9</User>")
            call = on.dial(await on.phones.phone(ANN))
            told = await over(on, call)
            assert (told["DialStatus"], told["DialRingStatus"]) == ("no-answer", "false")

    asyncio.run(story())


# --- what a callee sees and is asked ----------------------------------------------------------------


def test_a_callee_sees_who_calls_and_the_headers(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=SOON)
            attributes = (
                "callerId='+16505550199' callerName='Ann Ä. &quot;A&quot;' sipHeaders='Colour=green,Ticket=4711'"
            )
            dials(on, attributes, user(bob))
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            invite = callee.invite
            assert callee.caller == "+16505550199"
            assert "Ann" in invite.get("From") + invite.get("P-Asserted-Identity") + invite.get("Remote-Party-ID")
            assert (invite.get("X-PH-Colour"), invite.get("X-PH-Ticket")) == ("green", "4711")
            await callee.until("answered")
            callee.hang_up()
            await over(on, call)

    asyncio.run(story())


def test_a_callee_without_a_caller_id_of_its_own_sees_the_caller(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(status=486))
            dials(on, "", user(bob))
            call = on.dial(await on.phones.phone(ANN))
            assert (await bob.incoming()).caller == ANN
            await over(on, call)

    asyncio.run(story())


def test_a_number_is_rung_as_the_configuration_says(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with Phones() as phones:
            bob = await phones.phone("+14155559999", answers=Habit(status=486))
            number = f"PJSIP/callflow-out/sip:{{number}}@127.0.0.1:{bob.address[1]}"
            async with stage(asterisk, tmp_path, asterisk={"number": number}) as on:
                dials(on, "", "<Number>+14155559999</Number>")
                call = on.dial(await on.phones.phone(ANN))
                assert (await bob.incoming()).invite.uri == bob.contact
                assert (await over(on, call))["DialStatus"] == "busy"

    asyncio.run(story())


async def asked(on: Stage, web: Tones, key: str, **more: Any) -> tuple[Call, Call]:
    """A caller, and a callee that is asked to press a key."""
    on.page(f"<Play>{web.at(LOW, 0.3)}</Play>", "/confirm")
    bob = await on.phones.phone("bob", answers=Habit(after=0.0, **more))
    dials(on, f"confirmSound='/confirm' confirmKey='{key}' confirmTimeout='1'", user(bob))
    call = on.dial(await on.phones.phone(ANN))
    return call, await bob.incoming()


def test_a_callee_that_presses_the_key_is_joined(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            call, callee = await asked(on, web, "5")
            await callee.until_sound(0.0, frequency=LOW)
            assert "answered" not in call.times
            callee.press("5")
            await call.until("answered")
            await on.phones.settled(0.4)
            assert hears({"ann": call, "bob": callee}) == {("ann", "bob"), ("bob", "ann")}
            assert call.first_sound(0.0, frequency=LOW) is None
            callee.hang_up()
            await over(on, call)

    asyncio.run(story())


def test_a_callee_that_presses_another_key_is_not_joined(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            call, callee = await asked(on, web, "5", presses="6")
            await callee.until("ended", 4.0)
            assert callee.ended_by == "far"
            assert (await over(on, call))["DialStatus"] == "no-answer"
            assert "answered" not in call.times

    asyncio.run(story())


def test_keys_are_sent_to_a_callee_that_answers(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(after=0.1, hangs_up_after=2.0))
            dials(on, "", user(bob, "sendDigits='12w#'"))
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            assert (await over(on, call))["DialStatus"] == "completed"
            assert callee.keys == "12#"

    asyncio.run(story())


def test_keys_for_early_media_are_sent_as_soon_as_the_switch_can(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(after=0.3, early=True, rings=False))
            dials(on, "", user(bob, "sendDigits='34' sendOnPreanswer='true'"))
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await callee.until("answered")
            await on.phones.settled(0.8)
            assert callee.keys == "34"
            callee.hang_up()
            await over(on, call)

    asyncio.run(story())


# --- what the caller hears meanwhile ----------------------------------------------------------------


def test_a_caller_who_is_not_answered_hears_that_it_rings(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(after=0.5, hangs_up_after=0.2))
            dials(on, "", user(bob))
            call = on.dial(await on.phones.phone(ANN))
            await call.until("ringing")
            await call.until("answered")
            assert call.times["answered"] - call.times["calling"] > 0.4
            await over(on, call)

    asyncio.run(story())


def test_a_caller_who_is_answered_hears_ringing_until_the_callee_is(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(after=0.8))
            on.page(f"<Dial><Sip>{bob.contact}</Sip></Dial>", "/texml/answer")
            call = await on.answered(await on.phones.phone(ANN), TEXML)
            await call.until_sound(0.0, frequency=RINGBACK, above=1000)
            callee = await bob.incoming()
            await callee.until("answered")
            await on.phones.settled(0.5)
            assert call.heard(0.2).level(RINGBACK) < 200
            assert call.heard(0.2).level(callee.tone) > 5000
            callee.hang_up()
            await call.until("ended")

    asyncio.run(story())


def test_music_is_heard_in_place_of_ringing(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play>{web.at(HIGH, 1.5)}</Play>", "/music")
            bob = await on.phones.phone("bob", answers=Habit(after=1.2))
            dials(on, "dialMusic='/music'", user(bob), before=f"<Play>{web.at(LOW, 0.2)}</Play>")
            call = await on.answered(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await callee.until("answered")
            heard = call.heard(since=callee.times["incoming"] + 0.3, until=callee.times["answered"])
            assert heard.level(HIGH) > 5000
            assert heard.longest_gap < 0.1
            await on.phones.settled(0.4)
            assert (call.heard(0.2).level(HIGH) < 200, call.heard(0.2).level(callee.tone) > 5000) == (True, True)
            callee.hang_up()
            await over(on, call)

    asyncio.run(story())


def test_a_caller_whose_early_media_still_plays_is_answered_with_the_callee(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            on.page(f"<Play loop='0'>{web.at(HIGH, 1.5)}</Play>", "/music")
            bob = await on.phones.phone("bob", answers=Habit(after=0.8))
            early = f"<PreAnswer><Play>{web.at(LOW, 0.2)}</Play></PreAnswer>"
            dials(on, "dialMusic='/music'", user(bob), before=early)
            call = on.dial(await on.phones.phone(ANN))
            callee = await bob.incoming()
            await callee.until("answered")
            await call.until("answered")
            assert call.times["answered"] - callee.times["answered"] < 0.5
            await on.phones.settled(0.4)
            assert (call.heard(0.2).level(HIGH) < 200, call.heard(0.2).level(callee.tone) > 5000) == (True, True)
            callee.hang_up()
            await over(on, call)

    asyncio.run(story())


# --- by REST --------------------------------------------------------------------------------------


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
