"""A customer's web server for sounds: any tone by its address (`/750/1.5.wav`), wav or mp3; nothing else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from engine.drivers.sounds import waves
from tests.drivers.network import serving
from tests.drivers.sounds.sounding import made, tone

NAME = re.compile(r"/(?P<hertz>\d+)/(?P<seconds>\d+(?:\.\d+)?)\.(?P<kind>wav|mp3)")
# Told apart from each other and from every phone's tone, also in 20 ms.
LOW, HIGH = 750, 1300


class Tones:
    """Where it is, and the paths that it was asked for."""

    def __init__(self, url: str) -> None:
        """Nobody asked yet."""
        self.url = url
        self.asked: list[str] = []
        self._instead: dict[str, str] = {}

    def at(self, hertz: int, seconds: float, kind: str = "wav") -> str:
        """The address of a tone."""
        return f"{self.url}/{hertz}/{seconds}.{kind}"

    def serves(self, address: str, other: str) -> None:
        """From now on what is at one address is what another one has."""
        self._instead[address.removeprefix(self.url)] = other.removeprefix(self.url)

    def path(self, asked: str) -> str:
        """The path whose tone is sent where one is asked for."""
        self.asked.append(asked)
        return self._instead.get(asked, asked)


@asynccontextmanager
async def tones(folder: Path) -> AsyncIterator[Tones]:
    """The server; what it made is kept in a folder. Nothing may be kept by those who ask."""

    async def handle(request: web.Request) -> web.StreamResponse:
        found = NAME.fullmatch(server.path(request.path))
        if found is None:
            raise web.HTTPNotFound
        path = folder / f"{found['hertz']}-{found['seconds']}.{found['kind']}"
        if not path.exists():
            await asyncio.to_thread(make, path, int(found["hertz"]), float(found["seconds"]))
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async with serving(handle) as url:
        server = Tones(url)
        yield server


def make(path: Path, hertz: int, seconds: float) -> None:
    """A file with a tone."""
    if path.suffix == ".wav":
        waves.save(tone(hertz, seconds), path)
    else:
        made(path, hertz, seconds)
