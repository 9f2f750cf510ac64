"""Hold with a customer's sound: between its files, in its pauses and while it is fetched again, nobody is heard."""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import monotonic

from engine.values.commands import UpdateMember
from engine.values.flow import Hook
from tests.asterisk.company import joined, leaks, times_of
from tests.asterisk.phone.ears import hears
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage, stage
from tests.asterisk.tones import tones
from tests.rest.bench import ACME

TEXML = "+16505550102"
ROOM = '<Dial><Conference beep="false">room</Conference></Dial>'
FIRST, SECOND = 500, 700  # Hz
LOOPS = 3
SETTLED = 0.3  # seconds within which a command is heard


def update(on: Stage, name: str, **changes: object) -> None:
    """Change what a member may hear or say."""
    call = next(call for call, known in on.people.items() if known == name)
    on.service.execute(UpdateMember(conference="room", account=ACME, members=(call,), **changes))  # type: ignore[arg-type]


def test_who_is_held_hears_nobody_over_three_loops_and_is_muted_after_it_as_before(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as sounds:
            on.page(ROOM, "/texml/answer")
            first, second = sounds.at(FIRST, 0.3), sounds.at(SECOND, 0.3)
            on.page(f'<Play>{first}</Play><Pause length="1"/><Play>{second}</Play><Redirect>/hold</Redirect>', "/hold")
            calls = await joined(on, "ann", "bob", "cat", number=TEXML)
            ann, bob, cat = calls.values()
            update(on, "bob", muted=True)
            update(on, "bob", held=True, hold_sound=Hook(f"{on.app.url}/hold"))
            held = monotonic() + SETTLED
            await on.until("heard", nth=LOOPS + 1, purpose="hold_sound", media=first)
            over = monotonic()
            update(on, "bob", held=False)
            for hertz in (FIRST, SECOND):  # a loop is one packet more or less than 15
                assert LOOPS * 13 <= len(times_of(bob, hertz, held - SETTLED, over)) <= (LOOPS + 1) * 17
                assert times_of(ann, hertz, held, over) == times_of(cat, hertz, held, over) == []
            assert leaks(bob, ann, held, over) == leaks(bob, cat, held, over) == []
            assert leaks(ann, bob, held, over) == leaks(cat, bob, held, over) == []
            assert bob.heard(since=held, until=over).longest_gap < 0.1 + max(bob.pump.lateness)
            await on.phones.settled(0.5)
            assert hears(calls) == {("ann", "cat"), ("cat", "ann"), ("bob", "ann"), ("bob", "cat")}
            assert leaks(ann, bob, over, monotonic()) == []
            update(on, "bob", muted=False)
            await ann.until_sound(over, frequency=bob.tone)

    asyncio.run(story())
