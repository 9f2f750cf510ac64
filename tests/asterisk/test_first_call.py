"""README's first real call, made as it says: its commands run in a shell, and a soft phone dials in."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest

from tests.asterisk.phone.phone import Phones
from tests.asterisk.provision import HOST, Instance, ports, prefix
from tests.asterisk.stage import until
from tests.laws.outside import ROOT
from tests.laws.readme import README, blocks
from tests.sdk.live import SAID

(BLOCK,) = blocks(README.partition("**Your first real call**")[2].partition("\n- ")[0], {"console"})
LINES = re.findall(r"^\$ (.+?)(?:\s+# .*)?$", BLOCK.text, re.MULTILINE)
PROGRAMS = {
    "callflow": f'exec {sys.executable} -c "from engine.cli import main; main()" "$@"',
    "python": f'exec {sys.executable} "$@"',
    "asterisk": f'exec {prefix()}/asterisk "$@"',
}
ENDED = "--- ended with "


class Terminal:
    """A shell of somebody who has nothing yet; what its background jobs say goes to files."""

    def __init__(self, home: Path, **env: str) -> None:
        """Put on the path what README takes for granted."""
        self.home = home
        (home / "bin").mkdir()
        for name, text in PROGRAMS.items():
            (home / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
            (home / "bin" / name).chmod(0o755)
        path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.shell = subprocess.Popen(
            ["bash", "-m"],
            cwd=ROOT,
            env={"HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT), **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def type(self, line: str) -> str:
        """Type a line, and wait until it has ended well; what it said."""
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        self.shell.stdin.write(f"{line}\necho {ENDED}$?\n")
        self.shell.stdin.flush()
        said = ""
        for answer in self.shell.stdout:
            if answer.startswith(ENDED):
                assert answer == f"{ENDED}0\n", f"{line}\n{said}"
                return said
            said += answer
        raise AssertionError(f"the shell ended in {line}\n{said}")

    def end(self) -> None:
        """End its jobs and itself."""
        try:
            self.type("kill $(jobs -rp) 2>&-; wait")
        finally:
            self.shell.kill()
            self.shell.communicate()


@contextmanager
def terminal(home: Path, **env: str) -> Iterator[Terminal]:
    """A shell; in the end nothing that was started in it is left."""
    made = Terminal(home, **env)
    try:
        yield made
    finally:
        made.end()


class Story:
    """The lines of README as they are typed where ports are taken: by their beginnings, with these options more."""

    def __init__(self, typed: Terminal, first: int, listen: str) -> None:
        """Nothing is typed yet; `first` is the first of many free ports."""
        self.typed, self.sip, self.answers = typed, first + 1, f"{HOST}:{first + 4}"
        config = {
            "prefix": prefix(),
            "http-port": first,
            "sip-port": self.sip,
            "rtp": f"{first + 20}-{first + 99}",
            "answer-url": f"http://{HOST}:{first + 3}/answer",
            "listen": listen.format(HOST, first + 2),
        }
        self.more = {
            "callflow asterisk config": "".join(f" --{name} '{value}'" for name, value in config.items()),
            "python samples/application.py": f" {first + 3}",
            "callflow serve": f" --listen {self.answers}",
        }
        self.lines = iter(LINES)

    async def next(self, start: str) -> str:
        """Type the next line, which begins like this; what it said."""
        line = next(self.lines)
        assert line.startswith(start), f"{start} is next, not {line}"
        line = line.replace(start, start + self.more.get(start, ""), 1)
        if line.endswith("&"):
            line = f"{line.removesuffix('&')} 2>>~/said {'' if '>' in line else '>>~/said'} &"
        return await asyncio.to_thread(self.typed.type, line)

    async def said(self, what: str, where: str = "said") -> None:
        """Wait until a job has said this, in that file of the home."""
        await until(lambda: what in (self.typed.home / where).read_text())


class SoftPhone(NamedTuple):
    """How a soft phone is set up, and what it dials."""

    user: str
    password: str
    registrar: str
    number: str


async def all_is_started(on: Story) -> SoftPhone:
    """Configure, look, and start everything."""
    assert next(on.lines).startswith("sudo apt-get install asterisk espeak-ng ffmpeg")
    told = await on.next("callflow asterisk config")
    folder = on.typed.home / "callflow"
    assert f" {prefix()}/asterisk -C {folder}/asterisk.conf -f\n" in told
    soft = re.search(r"user (\S+), password (\S+), registrar (\S+) \(UDP\); dial (\d+)\n", told)
    assert soft is not None
    await on.next("asterisk")
    checked = (await on.next("callflow asterisk check")).splitlines()
    assert {line[0] for line in checked} <= {"✓", " "}
    await on.next("python samples/application.py")
    await on.next("callflow serve")
    await on.said(SAID)
    await on.said("switch_found", "callflow/log")
    return SoftPhone(*soft.groups())


async def the_call_is_made(on: Story, phones: Phones, soft: SoftPhone) -> None:
    """Register, dial, be kicked out of the room, and hear what follows."""
    phone = await phones.phone(soft.user, password=soft.password)
    assert await phone.register(f"sip:{soft.registrar}") == 200
    call = phone.call(f"sip:{soft.number}@{soft.registrar}")
    await call.until_sound(0.0, within=10.0)  # the beep
    await on.said("enter: member 1 of room")
    await on.next(". ~/callflow/account.sh")
    assert "1 inside" in await on.next("callflow conference room")
    since = monotonic()
    await on.next("callflow kick room 1")
    await call.until_sound(since)
    await call.until("ended")
    assert call.heard(since=since).seconds > 2.0


# Asterisk connects to us, as it does by itself but at another port; and we to it.
@pytest.mark.parametrize("listen", ["{}:{}", ""], ids=["outbound", "inbound"])
def test_first_call(asterisk: Instance, tmp_path: Path, listen: str) -> None:
    async def story(on: Story) -> None:
        async with Phones() as phones:
            await the_call_is_made(on, phones, await all_is_started(on))
        await asyncio.to_thread(on.typed.type, "kill %3; wait %3")
        assert list(on.lines) == []

    with ports() as first, terminal(tmp_path, CALLFLOW_URL=f"http://{HOST}:{first + 4}") as typed:
        asyncio.run(story(Story(typed, first, listen)))
