"""People in a room for tests of what they hear: each joins with a high tone; every single packet is looked at."""

from __future__ import annotations

from tests.asterisk.phone.call import Call
from tests.asterisk.phone.ears import PART, SOUND_AMPLITUDE
from tests.asterisk.phone.rtp import TICK, TONES
from tests.asterisk.stage import NUMBER, Stage
from tests.asterisk.tones import HIGH

# Above the sounds that are played, and above most of what speech is made of.
HIGH_TONES = [tone for tone in TONES if tone > HIGH]
AMPLITUDE = 4000


async def joined(on: Stage, *names: str, number: str = NUMBER) -> dict[str, Call]:
    """Have these people call, one after the other, until each is a member of a room; their ids are in `on.people`."""
    calls: dict[str, Call] = {}
    for tone, name in zip(HIGH_TONES[len(on.people) :], names, strict=False):
        phone = await on.phones.phone(name, tone=tone, amplitude=AMPLITUDE)
        calls[name] = await on.answered(phone, number)
        call = on.id_of(phone)
        await on.until("member_joined", call=call)
        on.people[call] = name
    return calls


def times_of(hearer: Call, hertz: float, since: float, until: float, sent: int = SOUND_AMPLITUDE) -> list[float]:
    """When packets came that hold a tone, with a quarter of what was sent or more: seconds after `since`."""
    packets = hearer.heard(since=since, until=until).windows(TICK)
    return [packet.since - since for packet in packets if packet.level(hertz) >= PART * sent]


def leaks(hearer: Call, speaker: Call, since: float, until: float) -> list[float]:
    """When a speaker was heard, be it for a packet: seconds after `since`."""
    return times_of(hearer, speaker.tone, since, until, speaker.amplitude)
