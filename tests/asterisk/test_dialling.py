"""Whom a Dial rings: who wins, who is cancelled, who talks to whom, and what is told of nobody answering."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.asterisk.dialled import ANN, SILENT, SOON, dials, over, user
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.habit import Habit
from tests.asterisk.provision import Instance
from tests.asterisk.stage import stage
from tests.asterisk.tones import LOW, tones

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
