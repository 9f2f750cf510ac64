"""Two phones that call each other, and nobody between them: what a call can do, and what is heard of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from time import monotonic

import pytest

from tests.asterisk.phone import repeats
from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.incoming import IncomingCall
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phone, Phones
from tests.asterisk.phone.rtp import PCMA, PCMU, TICK, tone
from tests.asterisk.phone.sip import BadMessage, address_of

BOTH = {("ann", "bob"), ("bob", "ann")}


def with_phones(story: Callable[[Phones], Awaitable[None]]) -> None:
    """Let a story have phones, and close them."""

    async def told() -> None:
        async with Phones() as phones:
            await story(phones)

    asyncio.run(told())


async def ann_and_bob(phones: Phones, answers: Habit | None = None) -> tuple[Phone, Phone]:
    """Two phones, of which one takes calls like this."""
    return await phones.phone("ann"), await phones.phone("bob", answers=answers)


async def a_talk(phones: Phones) -> tuple[OutgoingCall, IncomingCall]:
    """An answered call, seen from both ends."""
    ann, bob = await ann_and_bob(phones, Habit())
    call = ann.call(bob.contact)
    await call.until("answered")
    other = await bob.incoming()
    await other.until("acknowledged")
    return call, other


def heard_by(call: Call, other: Call) -> frozenset[tuple[str, str]]:
    return hears({"ann": call, "bob": other})


def test_both_ends_of_a_call_hear_each_other_without_a_gap() -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        await phones.settled()
        assert heard_by(call, other) == BOTH
        assert call.statuses == [100, 180, 200]
        heard = other.heard(last=0.2)
        assert heard.level(call.tone) == pytest.approx(6000, rel=0.02)
        assert heard.gaps(0.1) == []
        assert heard.lost == 0
        assert not call.waits  # everything was heeded, nothing is sent again
        assert not other.waits
        assert heard.packets == pytest.approx(10, abs=1)

    with_phones(story)


def test_an_invite_carries_its_headers_and_its_caller() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones)
        ann.call(bob.contact, headers={"X-PH-Test": "1"})
        ann.call(bob.contact, caller="+4930", headers={"P-Asserted-Identity": "<sip:+4940@127.0.0.1>"})
        first, second = await bob.incoming(), await bob.incoming()
        assert (first.invite.get("X-PH-Test"), first.caller) == ("1", "ann")
        assert second.invite.get("From").startswith('"+4930" <sip:+4930@')
        assert second.caller == "+4940"

    with_phones(story)


def test_a_call_that_is_handed_out_rings_speaks_and_is_answered_as_the_test_says() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones)
        call = ann.call(bob.contact)
        other = await bob.incoming()
        other.ring()
        await call.until("ringing")
        other.early()
        await call.until("early")
        assert call.state == "early"
        await phones.settled()
        assert await call.until_sound(0.0, frequency=other.tone) > call.times["ringing"]
        other.answer()
        await call.until("answered")
        assert call.statuses == [100, 180, 183, 200]

    with_phones(story)


def test_a_habit_speaks_early_answers_presses_and_hangs_up() -> None:
    async def story(phones: Phones) -> None:
        habit = Habit(after=0.1, early=True, rings=False, presses="5#", presses_after=0.05, hangs_up_after=0.7)
        ann, bob = await ann_and_bob(phones, habit)
        call = ann.call(bob.contact)
        await call.until("ended")
        assert call.statuses == [100, 183, 200]
        assert call.times["answered"] - call.times["early"] > 0.09
        assert (call.keys, call.ended_by) == ("5#", "far")

    with_phones(story)


@pytest.mark.parametrize("status", [486, 603])
def test_a_refusal_fails_the_call(status: int) -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones, Habit(status=status))
        call = ann.call(bob.contact)
        await call.until("failed")
        assert (call.status, call.ended_by, call.reason) == (status, "far", 0)
        assert (await bob.incoming()).ended_by == "us"

    with_phones(story)


def test_a_refusal_tells_its_cause() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones)
        call = ann.call(bob.contact)
        (await bob.incoming()).reject(486, cause=17)
        await call.until("failed")
        assert call.reason == 17

    with_phones(story)


def test_a_cancelled_call_is_over_at_both_ends() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones, Habit(after=None))
        call = ann.call(bob.contact)
        await call.until("ringing")
        call.cancel()
        await call.until("ended")
        other = await bob.incoming()
        assert (call.status, call.ended_by) == (487, "us")
        assert (other.state, other.ended_by) == ("ended", "far")

    with_phones(story)


def test_a_call_is_cancelled_as_soon_as_it_was_heard_of() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones, Habit(after=None))
        call = ann.call(bob.contact)
        call.cancel()
        await call.until("ended")
        assert call.statuses[0] == 100
        assert call.statuses[-1] == 487

    with_phones(story)


def test_keys_are_heard_once_each_and_the_tone_goes_on_after_them() -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        call.press("12")
        call.press("2#")
        await call.pressed()
        await phones.settled()
        assert (other.keys, call.keys) == ("122#", "")
        assert heard_by(call, other) == BOTH

    with_phones(story)


def test_what_is_no_key_is_refused() -> None:
    async def story(phones: Phones) -> None:
        call, _ = await a_talk(phones)
        with pytest.raises(ValueError, match="'x' is no key"):
            call.press("1x")

    with_phones(story)


def test_who_is_held_hears_but_is_not_heard() -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        call.hold()
        await call.until("held")
        await other.until("far_held")
        await other.settled()
        assert heard_by(call, other) == {("bob", "ann")}
        assert call.heard(last=0.2).packets == 0
        call.unhold()
        await call.until("unheld")
        await other.until("far_unheld")
        await call.settled()
        assert heard_by(call, other) == BOTH

    with_phones(story)


def test_both_ends_can_hold_at_once() -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        call.hold()
        await call.until("held")
        other.hold()
        await other.until("held")
        await phones.settled()
        assert heard_by(call, other) == frozenset()
        call.unhold()
        await call.until("unheld")
        await call.settled()
        assert heard_by(call, other) == {("ann", "bob")}

    with_phones(story)


def test_of_two_changes_of_mind_the_last_one_counts() -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        call.hold()
        call.unhold()
        await call.until("held")
        await call.until("unheld")
        await other.until("far_unheld")
        await call.settled()
        assert heard_by(call, other) == BOTH

    with_phones(story)


def test_a_phone_changes_its_tone_plays_once_and_is_quiet() -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        since = monotonic()
        call.play(list(tone(2650, 6000)) * 20)
        call.say(3050)
        began = await other.until_sound(since, frequency=2650)
        ended = await other.until_sound(since, frequency=3050)
        assert ended - began == pytest.approx(20 * TICK, abs=2.5 * TICK)
        call.be_quiet()
        await phones.settled()
        sound = other.heard(last=0.2)
        assert (sound.peak, call.tone) == (0, 0)
        assert sound.packets == pytest.approx(10, abs=1)
        assert other.first_sound(other.pump.horizon - 0.2) is None

    with_phones(story)


@pytest.mark.parametrize("who", [0, 1])
def test_a_call_is_hung_up_from_either_end_with_its_cause(who: int) -> None:
    async def story(phones: Phones) -> None:
        ends = await a_talk(phones)
        ends[who].hang_up(cause=16)
        await ends[1 - who].until("ended")
        assert (ends[who].ended_by, ends[1 - who].ended_by) == ("us", "far")
        assert (ends[who].reason, ends[1 - who].reason) == (0, 16)

    with_phones(story)


def test_who_vanishes_sends_nothing_and_heeds_nothing() -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        call.vanish()
        await phones.settled(0.2)
        assert other.heard(last=0.1).packets == 0
        other.hang_up()
        await phones.settled(0.1)
        call.hang_up()
        await phones.settled(0.1)
        assert call.state == "answered"
        assert (other.state, other.ended_by) == ("ended", "us")
        assert other.waits  # for a reply to its BYE

    with_phones(story)


def test_both_laws_are_spoken() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = (
            await phones.phone("ann", laws=[PCMA, PCMU]),
            await phones.phone("bob", laws=[PCMA], answers=Habit()),
        )
        call = ann.call(bob.contact)
        await call.until("answered")
        await phones.settled()
        assert heard_by(call, await bob.incoming()) == BOTH

    with_phones(story)


def test_a_call_without_a_law_in_common_is_not_acceptable() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await phones.phone("ann", laws=[PCMA]), await phones.phone("bob", laws=[PCMU])
        call = ann.call(bob.contact)
        await call.until("failed")
        assert call.status == 488

    with_phones(story)


def test_waiting_for_what_cannot_be_any_more_says_at_once_what_happened() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones, Habit(status=486))
        call = ann.call(bob.contact)
        with pytest.raises(TimeoutError, match=r"never be answered: ann \(calling at 0.000, 100 at .* failed at"):
            await call.until("answered", within=60)

    with_phones(story)


def test_waiting_for_what_does_not_happen_says_what_did() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones, Habit(after=None))
        call = ann.call(bob.contact)
        with pytest.raises(TimeoutError, match=r"not within 0.1 s: answered: ann .* ringing at"):
            await call.until("answered", within=0.1)
        with pytest.raises(TimeoutError, match="nobody called ann"):
            await ann.incoming(within=0.05)

    with_phones(story)


def test_nobody_but_this_machine_is_called() -> None:
    async def story(phones: Phones) -> None:
        ann = await phones.phone("ann")
        with pytest.raises(BadMessage, match="nobody else is called"):
            ann.call("sip:bob@192.0.2.1")

    with_phones(story)


def test_phones_get_tones_of_their_own() -> None:
    async def story(phones: Phones) -> None:
        tones = [(await phones.phone("ann")).setup.tone, (await phones.phone("bob", tone=550)).setup.tone]
        tones.append((await phones.phone("cid")).setup.tone)
        assert tones == [350, 550, 650]

    with_phones(story)


def test_hostile_datagrams_are_ignored_and_told(caplog: pytest.LogCaptureFixture) -> None:
    async def story(phones: Phones) -> None:
        call, other = await a_talk(phones)
        line = ("127.0.0.1", call.line.port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"no packet", line)
            stranger.sendto(b"\x80\x00" + bytes(10) + b"\x00" * 160, line)
            bob = address_of(call.invite.uri)
            stranger.sendto(b"\x00\xff", bob)
            stranger.sendto(b"SIP/2.0 200 OK\r\n\r\n", bob)
        await phones.settled()
        assert heard_by(call, other) == BOTH

    with_phones(story)
    told = caplog.text
    assert "are no RTP packet: 6e6f207061636b6574" in told
    assert "an RTP packet from ('127.0.0.1'," in told
    assert "not UTF-8" in told
    assert "Call-ID, CSeq missing" in told


def test_what_nobody_heard_is_sent_again() -> None:
    async def story(phones: Phones) -> None:
        ann = await phones.phone("ann")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.settimeout(0)
            loop = asyncio.get_running_loop()
            call = ann.call(f"sip:bob@127.0.0.1:{deaf.getsockname()[1]}")
            first, second = await loop.sock_recv(deaf, 4096), await loop.sock_recv(deaf, 4096)
            assert first == second
            assert first.startswith(b"INVITE sip:bob@127.0.0.1:")
            call.vanish()

    with_phones(story)


def test_a_call_that_nobody_replies_to_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "PATIENCE", repeats.T1)

    async def story(phones: Phones) -> None:
        ann = await phones.phone("ann")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            call = ann.call(f"sip:bob@127.0.0.1:{deaf.getsockname()[1]}")
            await call.until("failed")
            assert call.statuses == []

    with_phones(story)


def test_phones_that_are_closed_hang_up() -> None:
    async def story(phones: Phones) -> None:
        bob, cid = await phones.phone("bob", answers=Habit()), await phones.phone("cid", answers=Habit(after=None))
        async with Phones() as others:
            ann = await others.phone("ann")
            await ann.call(bob.contact).until("answered")
            await ann.call(cid.contact).until("ringing")
        for phone in (bob, cid):
            other = await phone.incoming()
            await other.until("ended")
            assert other.ended_by == "far"

    with_phones(story)


def test_a_call_that_is_not_answered_yet_is_hung_up_by_a_refusal() -> None:
    async def story(phones: Phones) -> None:
        ann, bob = await ann_and_bob(phones)
        call = ann.call(bob.contact)
        (await bob.incoming()).hang_up(cause=21)
        await call.until("failed")
        assert (call.status, call.reason) == (603, 21)

    with_phones(story)


def test_requests_outside_of_any_call_are_replied_to() -> None:
    async def story(phones: Phones) -> None:
        bob = await phones.phone("bob")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            other.settimeout(0)
            loop = asyncio.get_running_loop()
            for method, status in (("OPTIONS", b"200"), ("BYE", b"481")):
                named = "Via: SIP/2.0/UDP 127.0.0.1\r\nFrom: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:bob@127.0.0.1>\r\n"
                asked = f"{method} {bob.contact} SIP/2.0\r\n{named}Call-ID: 9\r\nCSeq: 1 {method}\r\n\r\n"
                await loop.sock_sendto(other, asked.encode(), bob.address)
                assert (await loop.sock_recv(other, 4096)).startswith(b"SIP/2.0 " + status)

    with_phones(story)
