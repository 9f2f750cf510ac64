"""What the callee of a Dial sees, hears and is asked, and what the caller hears meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.asterisk.dialled import ANN, SOON, dials, over, user
from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.phone import Phones
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage, stage
from tests.asterisk.tones import HIGH, LOW, Tones, tones

TEXML = "+16505550102"
RINGBACK = 440


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
