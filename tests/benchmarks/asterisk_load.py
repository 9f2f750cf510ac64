"""Two hundred callers in forty rooms for a minute, while members are muted, kicked and press keys.

Some rooms hold phones with tones, and who hears whom is compared there with what the service says after every change;
in the others sipp's callers make noise. Everybody who is kicked hears a prompt and joins again. Prints what was wrong
(nothing should be), the memory of the service and the processors' time.
Run: python tests/benchmarks/asterisk_load.py 40 60
"""

from __future__ import annotations

import asyncio
import logging
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from tests.asterisk.phone.ears import hears
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.phone import Phones
from tests.asterisk.phone.rtp import TONES
from tests.benchmarks.asterisk_sides import Sides, sides, sipp, until
from tests.benchmarks.live_rooms import joined, number
from tests.benchmarks.rest import worked
from tests.rest.bench import ACME, Got

MEMBERS = 5  # of a room
PROBES = 3  # rooms with phones: there are tones for so many
AMPLITUDE = 4_000
SETTLING = 0.6  # seconds of sound after a change, of which the last 0.2 are looked at
PER_SECOND = 20  # callers that begin
BETWEEN = 0.2  # seconds between changes in the rooms without phones
PATIENCE = 20.0
KEY = "7"
DOCUMENT = (
    '<Response><Conference waitSound="" enterSound="" exitSound="" digitsMatch="{key}" callbackUrl="{url}/said">'
    "room{room}</Conference><Speak>You are coming back.</Speak><Redirect>{url}/{page}</Redirect></Response>"
)
OVER = "<Response><Hangup/></Response>"


class Outcome(NamedTuple):
    """What came of it: cells of the matrix that were looked at and that were wrong, calls lost, mebibytes grown."""

    cells: int
    wrong: int
    changes: int
    lost: int
    grown: float


class Load:
    """All that goes on; `calls` are the phones' by room and name."""

    def __init__(self, both: Sides, rooms: int, phones: Phones) -> None:
        """Nobody called yet."""
        self.both, self.rooms, self.phones = both, rooms, phones
        probes = min(PROBES, rooms - 1)
        self.others = range(probes, rooms)
        self.calls: dict[int, dict[str, OutgoingCall]] = {room: {} for room in range(probes)}
        self.cells = self.changes = 0
        self.wrong: list[str] = []
        self.over_at = 0.0
        self.chance = random.Random(4)

    def ask(self, method: str, room: int, path: str = "") -> Got:
        """Ask the Plivo face about a room."""
        url = f"/v1/Account/{ACME}/Conference/room{room}/{path}"
        return self.both.ours.request(method, url, json={} if method == "POST" else None, face="plivo")

    def members(self, room: int) -> dict[str, Mapping[str, Any]]:
        """The members of a room, by who they are."""
        got = self.ask("GET", room)
        return {one["from"].lstrip("+"): one for one in got.json["members"]} if got.status == 200 else {}

    # --- people --------------------------------------------------------------------------------------------

    async def fill(self) -> None:
        """Have the phones call."""
        tones = iter(TONES)
        for room, calls in self.calls.items():
            for seat in range(MEMBERS):
                name = f"1212{room:03}{seat:04}"
                phone = await self.phones.phone(name, amplitude=AMPLITUDE, tone=next(tones))
                calls[name] = phone.call(f"sip:{number(room)}@127.0.0.1:{self.both.asterisk.sip_port}")
                await calls[name].until("answered")

    async def all_in(self) -> None:
        """Wait until everybody has joined."""
        everybody = self.rooms * MEMBERS
        patience = PATIENCE + everybody / PER_SECOND
        await asyncio.to_thread(until, lambda: joined(self.both.ours) == everybody, "all have joined", patience)

    # --- rooms with phones -----------------------------------------------------------------------------------

    async def probe(self, room: int) -> None:
        """Change something in a room again and again, and compare."""
        deeds = (self.mute, self.press, self.kick)
        turn = room
        while monotonic() < self.over_at:
            await deeds[turn % len(deeds)](room)
            await self.compare(room, deeds[turn % len(deeds)].__name__)
            turn += 1

    async def mute(self, room: int) -> None:
        """Mute a member, or unmute one that is."""
        member = self.chance.choice(list((await asyncio.to_thread(self.members, room)).values()))
        await self.change("DELETE" if member["muted"] else "POST", room, f"Member/{member['member_id']}/Mute/")

    async def kick(self, room: int) -> None:
        """Kick a member, and wait until it is back."""
        name, member = self.chance.choice(list((await asyncio.to_thread(self.members, room)).items()))
        await self.change("POST", room, f"Member/{member['member_id']}/Kick/")

        def back() -> bool:
            return bool(self.members(room).get(name, member)["member_id"] != member["member_id"])

        await asyncio.to_thread(until, back, f"{name} is back in room {room}")

    async def press(self, room: int) -> None:
        """Have a phone press a key, and wait until the application is told."""
        name, call = self.chance.choice(list(self.calls[room].items()))
        app = self.both.ours.app
        before = sum(
            one.params.get("ConferenceDigitsMatch") == KEY for one in app.asked if one.params.get("From") == name
        )
        call.press(KEY)
        await asyncio.to_thread(app.wait, "/said", before + 1, ConferenceDigitsMatch=KEY, From=name)
        self.changes += 1

    async def change(self, method: str, room: int, path: str) -> None:
        """Command something of a room."""
        got = await asyncio.to_thread(self.ask, method, room, path)
        self.changes += 1
        assert got.status < 300, (method, path, got)

    async def compare(self, room: int, after: str) -> None:
        """Look who hears whom in a room, and who hears somebody of another."""
        calls = self.calls[room]
        members = await asyncio.to_thread(self.members, room)
        heard = {name for name, member in members.items() if not member["muted"]}
        expected = {(hearer, speaker) for hearer in members for speaker in heard if hearer != speaker}
        await self.phones.settled(SETTLING)
        others = {
            name: float(call.tone)
            for elsewhere, people in self.calls.items()
            if elsewhere != room
            for name, call in people.items()
        }
        found = hears(calls, sounds=others)
        self.cells += len(calls) * (len(calls) + len(others))
        self.wrong += [f"room {room} after {after}: {cell}" for cell in sorted(expected ^ found)]

    # --- the other rooms -------------------------------------------------------------------------------------

    async def stir(self) -> None:
        """Change something in one of the other rooms again and again."""
        while monotonic() < self.over_at:
            room = self.chance.choice(self.others)
            members = await asyncio.to_thread(self.members, room)
            if members:
                member = self.chance.choice(list(members.values()))
                deed = self.chance.choice((("POST", "Mute"), ("DELETE", "Mute"), ("POST", "Kick")))
                await asyncio.to_thread(self.ask, deed[0], room, f"Member/{member['member_id']}/{deed[1]}/")
                self.changes += 1
            await asyncio.sleep(BETWEEN)

    async def run(self, seconds: float) -> None:
        """Let it all go on for so long."""
        self.over_at = monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for room in self.calls:
                group.create_task(self.probe(room))
            group.create_task(self.stir())

    async def end(self) -> None:
        """Kick everybody, to where the call ends."""
        for room in range(self.rooms):
            self.both.ours.app.pages[page(room)] = OVER
        for room in range(self.rooms):
            await asyncio.to_thread(self.ask, "POST", room, "Member/all/Kick/")


def page(room: int) -> str:
    """Where a room's document is."""
    return "/" + number(room).lstrip("+")


@contextmanager
def crowd(both: Sides, rooms: range) -> Iterator[subprocess.Popen[bytes]]:
    """Callers of sipp in these rooms, who stay until we end their calls."""
    folder = both.asterisk.layout.directory
    chance = random.Random(1)
    (folder / "noise.ulaw").write_bytes(bytes(chance.choices(range(0xF0, 0x100), k=8_000)))
    (folder / "called.csv").write_text("SEQUENTIAL\n" + "".join(f"{number(room)};\n" for room in rooms))
    calls = str(MEMBERS * len(rooms))
    options = ("-inf", "called.csv", "-m", calls, "-l", calls, "-r", str(PER_SECOND), "-trace_err")
    command = sipp(both.asterisk, "talks", *options)
    with (folder / "sipp.out").open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def resident(process: int) -> float:
    """Mebibytes of memory that a process has."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def ended(folder: Path) -> int:
    """How many calls have ended, by the service's log."""
    return (folder / "log.jsonl").read_text().count('"event":"call"')


async def loaded(folder: Path, both: Sides, rooms: int, seconds: float) -> Outcome:
    """Fill the rooms, let everything happen, and print what came of it."""
    ours, asterisk = both.ours.process.pid, both.asterisk_process
    async with Phones() as phones:
        load = Load(both, rooms, phones)
        with crowd(both, load.others) as callers:
            await load.fill()
            await load.all_in()
            before, memory = (worked(ours), worked(asterisk)), resident(ours)
            await load.run(seconds)
            shares = [
                (late - soon) / seconds for soon, late in zip(before, (worked(ours), worked(asterisk)), strict=True)
            ]
            await load.all_in()
            grown, lost = resident(ours) - memory, ended(folder)
            await load.end()
            assert await asyncio.to_thread(callers.wait, PATIENCE) == 0, "sipp had trouble"
    print(
        f"{rooms * MEMBERS} calls in {rooms} rooms, {load.changes} changes in {seconds:.0f} s: {lost} calls lost,"
        f" {len(load.wrong)} of {load.cells} cells wrong; the service {shares[0]:.1%} of a core and"
        f" {memory:.1f} {grown:+.1f} MiB, Asterisk {shares[1]:.1%}"
    )
    for cell in load.wrong[:20]:
        print(f"  wrong: {cell}")
    return Outcome(load.cells, len(load.wrong), load.changes, lost, grown)


def main(rooms: int, seconds: float) -> Outcome:
    """Print what was wrong, and the figures."""
    logging.getLogger("phone").setLevel(logging.ERROR)  # it tells of every last packet of a prompt, a shorter one
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dialects = {number(room): "plivo" for room in range(rooms)}
        with sides(folder, dialects) as both:
            app = both.ours.app
            for room in range(rooms):
                at = page(room)
                app.pages[at] = DOCUMENT.format(url=app.url, room=room, page=at.lstrip("/"), key=KEY)
            return asyncio.run(loaded(folder, both, rooms, seconds))


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given or [40, 60]))
