"""All sounds that are played, by what they are: a customer's URL, a built-in name, or words.

What is there is found at once (`known`, `known_text`); what is not is fetched, converted or spoken, once for all who
ask for it at the same time. A URL's file is played from our copy while its headers allow that, and asked for again
after that: whoever changes a file is heard with the next play.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from engine.drivers.client import Bounds, Reply, Request
from engine.drivers.sounds import fresh, tones, waves
from engine.drivers.sounds.convert import Converter, beside
from engine.drivers.sounds.process import SoundError
from engine.drivers.sounds.shelf import Shelf, named
from engine.drivers.sounds.speaker import Speaker, Utterance
from engine.errors import RequestError
from engine.settings import VERSION

# Asks for a file of so many bytes at most: Client.download.
Fetch = Callable[[Request, Bounds, int], Awaitable[Reply]]

SCHEMES = ("http://", "https://")
UNCHANGED = 304
# Why a file was not had, where there was no reply (the words of DocumentFetched).
REASONS = {
    "refused": "its address is not one that is asked",
    "connect": "nobody answers there",
    "timeout": "it takes too long",
    "too_large": "it is too large",
    "loop": "it is redirected too often",
}
# With these the file may well be there still: the last copy is played meanwhile.
PASSING = ("connect", "timeout")


class SoundSettings(Struct, frozen=True, kw_only=True):
    """Bounds of the folder and of what is put into it; bytes, counts, characters, and seconds where said.

    `grace`: s for which a file stays after its last use. `fresh`: s for which a file is played unasked where its
    server says nothing, `freshest` s whatever it says. `largest`: bytes of a customer's file (Plivo 2.3: 10 MB).
    `timeout` and `connect`: s of one download; `downloads` at a time, with their conversion: each may hold `largest`
    bytes of memory. `urls`: how many are remembered.
    """

    most_bytes: int = 1024 * 1024 * 1024
    most_files: int = 20_000
    grace: float = 600.0
    fresh: float = 60.0
    freshest: float = 86_400.0
    largest: int = 10 * 1024 * 1024
    timeout: float = 15.0
    connect: float = 3.0
    downloads: int = 64
    urls: int = 20_000
    longest_text: int = 20_000


class Copy(Struct, frozen=True):
    """What a URL gave when it was last asked: the file's name, its headers, and until when (s) it needs no asking."""

    name: str
    keeping: dict[str, str]
    until: float


class Sounds:
    """Files for a switch to play, in one folder that it can read; `start` and `close` in the same loop.

    `fetch` is Client.download, whose client somebody else starts and closes. SoundError where a sound cannot be had.
    A file that is played again is asked for again: what nobody asks for may go.
    """

    def __init__(
        self,
        folder: Path,
        speaker: Speaker,
        fetch: Fetch,
        settings: SoundSettings | None = None,
        converter: Converter | None = None,
    ) -> None:
        """Keep everything; nothing is made yet."""
        self.settings = settings = settings or SoundSettings()
        self._speaker, self._fetch, self._converter = speaker, fetch, converter or Converter()
        self._time: Callable[[], float] = lambda: 0.0
        bounds = (settings.most_bytes, settings.most_files)
        self._shelf = Shelf(folder.absolute(), bounds, settings.grace, lambda: self._time())
        self._built_in: dict[str, Path] = {}
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._flights: dict[str, asyncio.Task[Path]] = {}
        self._downloads = asyncio.Semaphore(settings.downloads)
        self._is_open = False

    async def start(self) -> None:
        """Make the folder and the built-in sounds; RequestError where those or speech cannot be had."""
        self._speaker.ready()
        self._converter.ready()
        self._time = asyncio.get_running_loop().time
        try:
            self._built_in = await asyncio.to_thread(self._prepare)
        except OSError as error:
            said = f"sounds cannot be kept in {self._shelf.folder}: {error.strerror}"
            raise RequestError(said, hint="name a folder that the service may write and the switch may read") from None

        self._is_open = True

    async def close(self) -> None:
        """Break off what is under way: SoundError for whoever waits for it, and for whoever asks from now on."""
        self._is_open = False
        flights = tuple(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    # --- what is there -------------------------------------------------------------------------------

    def known(self, media: str) -> Path | None:
        """The file of a built-in name or URL, if it may be played as it is; it counts as used."""
        built_in = self._built_in.get(media)
        if built_in is not None:
            return built_in
        copy = self._copies.get(media)
        if copy is None or copy.until <= self._time():
            return None
        self._copies.move_to_end(media)
        return self._shelf.find(copy.name)

    def known_text(self, utterance: Utterance) -> Path | None:
        """The file of words, if they were spoken before; it counts as used."""
        return self._shelf.find(self._name(utterance))

    def playing(self, path: Path) -> bool:
        """Whether a file of ours is still there; as it is played again, it counts as used."""
        return self._shelf.find(path.stem) is not None

    def seconds(self, path: Path) -> float:
        """How long a file of ours plays; SoundError where it is none."""
        return self._shelf.seconds(path.stem) or waves.seconds(path)

    # --- what is got ---------------------------------------------------------------------------------

    async def file(self, media: str) -> Path:
        """The file of a built-in name or URL, fetched where that must be; SoundError where it cannot be had."""
        known = self.known(media)
        if known is not None:
            return known
        if not media.lower().startswith(SCHEMES):
            what = shown(media) if "://" in media else media[:60]
            raise SoundError(f"no sound is called {what!r} (an http or https URL, or {', '.join(tones.BUILT_IN)})")
        return await self._together(media, lambda: self._download(media))

    async def spoken(self, utterance: Utterance) -> Path:
        """The file of words, spoken where they were not; SoundError where that fails."""
        known = self.known_text(utterance)
        if known is not None:
            return known
        longest = self.settings.longest_text
        if max(len(utterance.text), len(utterance.ssml)) > longest:
            raise SoundError(f"a text of more than {longest} characters is not spoken")
        name = self._name(utterance)
        return await self._together(name, lambda: self._made(name, lambda part: self._speaker.speak(utterance, part)))

    async def _together(self, key: str, make: Callable[[], Coroutine[Any, Any, Path]]) -> Path:
        """What one flight brings to all who ask meanwhile; it goes on when one of them no longer waits."""
        if not self._is_open:
            raise SoundError("sounds are closed")
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(make())
            flight.add_done_callback(lambda done: self._landed(key, done))
        await asyncio.wait((flight,))
        if flight.cancelled():
            raise SoundError("sounds are closed")
        return flight.result()

    def _landed(self, key: str, flight: asyncio.Task[Path]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # whoever waited has it; where nobody did, nobody misses it

    async def _made(self, name: str, make: Callable[[Path], Awaitable[None]]) -> Path:
        """Have a file made beside its place, and put it there."""
        part = beside(self._shelf.place(name))
        try:
            await make(part)
            return self._shelf.put(name, part)
        except OSError as error:
            raise SoundError(f"a sound cannot be kept: {error.strerror}") from None
        finally:
            part.unlink(missing_ok=True)

    # --- URLs ----------------------------------------------------------------------------------------

    async def _download(self, url: str) -> Path:
        async with self._downloads:
            old = self._copies.get(url)
            kept = self._shelf.find(old.name) if old is not None else None
            reply = await self._ask(url, old if kept is not None else None)
            if old is not None and kept is not None and (reply.status == UNCHANGED or _may_pass(reply)):
                self._renew(url, old, reply)
                return kept
            if reply.status not in range(200, 300):
                self._copies.pop(url, None)
                raise SoundError(f"{shown(url)} gave no sound: {REASONS.get(reply.error) or f'status {reply.status}'}")
            return await self._converted(url, reply)

    async def _ask(self, url: str, old: Copy | None) -> Reply:
        headers = fresh.conditions(old.keeping) if old is not None else ()
        bounds = Bounds(self.settings.timeout, self.settings.connect)
        return await self._fetch(Request("GET", url, headers), bounds, self.settings.largest)

    def _renew(self, url: str, old: Copy, reply: Reply) -> None:
        """Keep a copy: as its server says now; for a while, so that not every play waits, where that is unwell."""
        if reply.status == UNCHANGED:
            self._remember(url, old.name, fresh.renewed(old.keeping, dict(reply.keeping)))
        else:
            self._copies[url] = replace(old, until=self._time() + self.settings.fresh)

    async def _converted(self, url: str, reply: Reply) -> Path:
        """Convert what came, unless the same was converted before, from wherever."""
        name = await asyncio.to_thread(named, "file", VERSION, reply.body)
        kept = self._shelf.find(name)
        if kept is None:
            try:
                kept = await self._made(name, lambda part: self._converter.wav_of(reply.body, part))
            except SoundError as error:
                raise SoundError(f"{shown(url)} cannot be played: {error}") from None
        self._remember(url, name, dict(reply.keeping))
        return kept

    def _remember(self, url: str, name: str, keeping: dict[str, str]) -> None:
        lasts = fresh.lifetime(keeping, self.settings.fresh, self.settings.freshest)
        self._copies[url] = Copy(name, keeping, self._time() + lasts)
        self._copies.move_to_end(url)
        if len(self._copies) > self.settings.urls:
            self._copies.popitem(last=False)

    # --- what is always there ------------------------------------------------------------------------

    def _prepare(self) -> dict[str, Path]:
        self._shelf.open()
        return {name: self._built(name, make()) for name, make in tones.BUILT_IN.items()}

    def _built(self, name: str, sound: waves.Samples) -> Path:
        part = beside(self._shelf.place(name))
        waves.save(sound, part)
        return self._shelf.put(named("built in", sound.tobytes()), part, lasting=True)

    def _name(self, utterance: Utterance) -> str:
        words = (utterance.voice, utterance.language, utterance.text, utterance.ssml)
        return named("spoken", self._speaker.name, VERSION, *words)


def _may_pass(reply: Reply) -> bool:
    """Whether a server that gave nothing may only be unwell at the moment."""
    return reply.status >= 500 or reply.error in PASSING


def shown(url: str) -> str:
    """A URL without what may be secret in it: no password, no query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "a URL that is none"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
