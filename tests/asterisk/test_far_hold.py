"""A member whose own phone puts us on hold: the room hears what that phone sends, and nothing in its place."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

import pytest

from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage, stage, until

ROOM = '<Conference waitSound="" enterSound="" exitSound="">room</Conference>'
ANN, BOB, CAT = NAMES = ("+14155550101", "+14155550102", "+14155550103")
LOUD = 4000
QUIET = 300  # what nobody's tone is louder than


async def joined(on: Stage) -> list[OutgoingCall]:
    """Three people in a room; the last one says nothing."""
    on.page(ROOM)
    calls = []
    for name in NAMES:
        phone = await on.phones.phone(name, amplitude=LOUD, tone=0 if name == CAT else None)
        calls.append(await on.answered(phone))
        await on.until("member_joined", call=on.id_of(phone))
    await calls[1].until_sound(0.0, frequency=calls[0].tone)
    return calls


async def is_held(on: Stage, *, held: bool) -> None:
    """Wait until the service knows that a phone holds it, or that none does."""
    await until(lambda: any(view.held_far for view in on.service.exchange.calls()) == held)


@pytest.mark.parametrize("silent", [False, True], ids=["sendonly", "inactive"])
def test_the_room_hears_only_what_a_phone_sends_that_holds_it(
    asterisk: Instance, tmp_path: Path, silent: bool
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            ann, bob, cat = await joined(on)
            tone = bob.tone
            bob.be_quiet()
            ann.hold(silent=silent)
            await ann.until("held")
            await is_held(on, held=True)
            await on.phones.settled(0.3)
            since = monotonic()
            await on.phones.settled(0.8)
            for hearer in (bob, cat):
                sound = hearer.heard(since=since)
                levels = [part.level(ann.tone) for part in sound.windows()]
                assert sound.longest_gap < 0.2
                assert levels == pytest.approx([0 if silent else LOUD] * len(levels), rel=0.25, abs=QUIET)
                assert sound.peak < (QUIET if silent else LOUD * 1.1)

            ann.unhold()
            await ann.until("unheld")
            await is_held(on, held=False)
            bob.say(tone)
            await on.phones.settled(0.3)
            assert hears({ANN: ann, BOB: bob}) == {(ANN, BOB), (BOB, ANN)}

    asyncio.run(story())
