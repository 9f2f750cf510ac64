"""A sound is fetched, converted or spoken once, played from its copy, and asked for again when it may have changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from engine.drivers.client import Client, WebSettings
from engine.drivers.sounds import waves
from engine.drivers.sounds.library import Sounds, SoundSettings, shown
from engine.drivers.sounds.process import SoundError
from engine.drivers.sounds.speaker import Utterance, speaker
from engine.drivers.sounds.tones import BUILT_IN
from engine.errors import RequestError
from tests.drivers.network import closed_port, never, run, serving
from tests.drivers.sounds.sounding import amplitude, made, tone

ALWAYS_ASKED = SoundSettings(fresh=0.0)


class Customer:
    """A customer's server: what it has at `/`, the headers it sends, and what it was asked."""

    def __init__(self, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.body, self.headers, self.status = body, headers or {}, 200
        self.asked: list[tuple[str, str | None]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        match = request.headers.get("If-None-Match")
        self.asked.append((request.path, match))
        if match is not None and match == self.headers.get("ETag"):
            return web.Response(status=304, headers=self.headers)
        return web.Response(status=self.status, body=self.body, headers={"Content-Type": "audio/wav", **self.headers})


class Counting:
    """The real engine, and what it was told to say."""

    def __init__(self) -> None:
        self.real = speaker()
        self.name = "counting"
        self.spoken: list[str] = []

    def ready(self) -> None:
        self.real.ready()

    async def speak(self, utterance: Utterance, target: Path) -> None:
        self.spoken.append(utterance.text)
        await self.real.speak(utterance, target)


@asynccontextmanager
async def opened(
    folder: Path, settings: SoundSettings | None = None, engine: Counting | None = None, web: WebSettings | None = None
) -> AsyncIterator[Sounds]:
    """Sounds that are started, with a client that may ask here."""
    client = Client(web or WebSettings(allow_private=True))
    await client.start()
    sounds = Sounds(folder, engine or speaker(), client.download, settings)
    try:
        await sounds.start()
        yield sounds
    finally:
        await sounds.close()
        await client.close()


def hertz(path: Path) -> int:
    """Which of the tones of these tests a file holds."""
    sound = waves.samples(path)[:4_000]
    return max((500, 650, 800, 1_000), key=lambda one: amplitude(sound, one))


def wav(folder: Path, tone_hertz: float) -> bytes:
    path = folder / "customer.wav"
    waves.save(tone(tone_hertz, 0.5, rate=16_000), path, rate=16_000)
    return path.read_bytes()


def files(folder: Path) -> list[Path]:
    """Everything in a folder."""
    return list(folder.iterdir())


Story = Callable[[Sounds, Customer, str], Coroutine[Any, Any, None]]


def told(tmp_path: Path, customer: Customer, story: Story, settings: SoundSettings | None = None) -> None:
    """Tell a story of sounds and a customer's server, whose address it gets."""

    async def whole() -> None:
        async with serving(customer.answer) as home, opened(tmp_path / "sounds", settings) as sounds:
            await story(sounds, customer, home)

    run(whole())


# --- what is always there ---------------------------------------------------------------------------


def test_the_built_in_sounds_are_there_from_the_start(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as sounds:
            for name, make in BUILT_IN.items():
                path = sounds.known(name)
                assert path is not None
                assert path == await sounds.file(name)
                assert waves.samples(path) == make()
                assert sounds.seconds(path) == len(make()) / 8_000
                assert sounds.playing(path)

    run(story())


@pytest.mark.parametrize(
    ("media", "said"),
    [
        ("my-song", "no sound is called 'my-song' (an http or https URL, or beep:1, beep:2"),
        ("file:///etc/passwd", "no sound is called 'file:///etc/passwd'"),
        ("ftp://me:secret@example.com/x.wav?key=secret", "no sound is called 'ftp://example.com/x.wav'"),
        ("", "no sound is called ''"),
        ("/etc/passwd", "no sound is called '/etc/passwd'"),
        ("http://[bad", "a URL that is none gave no sound: its address is not one that is asked"),
    ],
)
def test_what_is_neither_built_in_nor_a_url_is_refused(media: str, said: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as sounds:
            with pytest.raises(SoundError) as refused:
                await sounds.file(media)
        assert said in str(refused.value)
        assert "secret" not in str(refused.value)

    run(story())


def test_a_folder_that_cannot_be_written_is_told_of_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def story() -> None:
        sounds = Sounds(tmp_path / "file" / "sounds", speaker(), Client(WebSettings()).download)
        with pytest.raises(RequestError, match=r"sounds cannot be kept in .*: Not a directory"):
            await sounds.start()

    run(story())


# --- customers' files -------------------------------------------------------------------------------


def test_a_customers_mp3_is_heard_as_it_is(tmp_path: Path) -> None:
    customer = Customer(made(tmp_path / "song.mp3", 650, 1.0).read_bytes())

    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        assert sounds.known(f"{home}/song.mp3") is None
        path = await sounds.file(f"{home}/song.mp3")
        assert path.parent == tmp_path / "sounds"
        assert len(path.stem) == 64
        assert amplitude(waves.samples(path)[800:7_200], 650) == pytest.approx(8_000, rel=0.1)
        assert sounds.seconds(path) == pytest.approx(1.0, abs=0.1)
        assert sounds.known(f"{home}/song.mp3") == path
        assert await sounds.file(f"{home}/song.mp3") == path
        assert customer.asked == [("/song.mp3", None)]

    told(tmp_path, customer, story)


def test_a_changed_file_is_heard_with_the_next_play(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        first = await sounds.file(home)
        customer.body = wav(tmp_path, 800)
        second = await sounds.file(home)
        assert (hertz(first), hertz(second)) == (500, 800)
        assert sounds.playing(first)

    told(tmp_path, Customer(wav(tmp_path, 500)), story, ALWAYS_ASKED)


def test_an_unchanged_file_is_asked_for_by_its_etag_and_not_sent_again(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        first = await sounds.file(home)
        assert sounds.known(home) is None
        assert await sounds.file(home) == first
        customer.headers, customer.body = {"ETag": '"b"'}, wav(tmp_path, 800)
        assert hertz(await sounds.file(home)) == 800
        assert [match for _, match in customer.asked] == [None, '"a"', '"a"']

    told(tmp_path, Customer(wav(tmp_path, 500), {"ETag": '"a"', "Cache-Control": "no-cache"}), story)


def test_an_unchanged_file_is_fresh_again(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        first = await sounds.file(home)
        customer.headers = {"ETag": '"a"', "Cache-Control": "max-age=300"}
        assert await sounds.file(home) == first
        assert sounds.known(home) == first
        assert len(customer.asked) == 2

    told(tmp_path, Customer(wav(tmp_path, 500), {"ETag": '"a"', "Cache-Control": "max-age=0"}), story)


def test_the_same_sound_from_two_addresses_is_one_file(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        assert await sounds.file(f"{home}/a.wav?key=1") == await sounds.file(f"{home}/b.wav")
        assert [path for path, _ in customer.asked] == ["/a.wav", "/b.wav"]

    told(tmp_path, Customer(wav(tmp_path, 500)), story)


def test_many_who_ask_at_once_share_one_request(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        paths = await asyncio.gather(*(sounds.file(home) for _ in range(20)))
        assert len(set(paths)) == len(customer.asked) == 1

    told(tmp_path, Customer(wav(tmp_path, 500)), story, ALWAYS_ASKED)


def test_whoever_no_longer_waits_takes_nothing_from_the_others(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        impatient = asyncio.create_task(sounds.file(home))
        patient = asyncio.create_task(sounds.file(home))
        await asyncio.sleep(0)
        impatient.cancel()
        assert hertz(await patient) == 500
        assert impatient.cancelled()
        assert len(customer.asked) == 1

    told(tmp_path, Customer(wav(tmp_path, 500)), story)


@pytest.mark.parametrize("status", [404, 403, 410, 204])
def test_a_missing_file_is_told_of_without_what_is_secret(status: int, tmp_path: Path) -> None:
    customer = Customer()
    customer.status = status

    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        with pytest.raises(SoundError) as missing:
            await sounds.file(home.replace("//", "//me:secret@") + "/gone.mp3?key=secret#secret")
        assert f"{home}/gone.mp3" in str(missing.value)
        assert "secret" not in str(missing.value)
        assert sounds.known(home) is None

    told(tmp_path, customer, story)


def test_a_file_that_is_gone_is_no_longer_played(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        await sounds.file(home)
        customer.status = 404
        with pytest.raises(SoundError, match="gave no sound: status 404"):
            await sounds.file(home)

    told(tmp_path, Customer(wav(tmp_path, 500)), story, ALWAYS_ASKED)


def test_a_server_that_is_unwell_lets_the_last_copy_be_played(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        first = await sounds.file(home)
        customer.status = 503
        assert await sounds.file(home) == first
        assert sounds.known(home) == first  # for a while, so that not every play waits for it
        assert len(customer.asked) == 2

    headers = {"Cache-Control": "no-cache"}
    told(tmp_path, Customer(wav(tmp_path, 500), headers), story, SoundSettings(fresh=60.0))


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"<html>not found</html>" * 50, "cannot be played: "), (b"", "cannot be played: "), (b"x" * 3_000, "too large")],
)
def test_what_is_no_sound_is_refused(body: bytes, said: str, tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        with pytest.raises(SoundError, match=said):
            await sounds.file(f"{home}/song.mp3")
        assert sounds.known(f"{home}/song.mp3") is None
        assert len(files(tmp_path / "sounds")) == len(BUILT_IN)

    told(tmp_path, Customer(body), story, SoundSettings(largest=2_000))


def test_nobody_there_a_late_answer_and_an_address_inside_are_told_apart(tmp_path: Path) -> None:
    async def story() -> None:
        async with serving(never) as late, opened(tmp_path, SoundSettings(timeout=0.05)) as sounds:
            with pytest.raises(SoundError, match="it takes too long"):
                await sounds.file(late)
            with pytest.raises(SoundError, match="nobody answers there"):
                await sounds.file(closed_port())
        async with serving(Customer(wav(tmp_path, 500)).answer) as home, opened(tmp_path, web=WebSettings()) as sounds:
            with pytest.raises(SoundError, match="its address is not one that is asked"):
                await sounds.file(home)

    run(story())


def test_a_restart_converts_nothing_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with serving(Customer(wav(tmp_path, 500)).answer) as home:
            async with opened(tmp_path / "sounds") as sounds:
                first = await sounds.file(home)
            before = first.stat().st_ino
            async with opened(tmp_path / "sounds") as sounds:
                assert await sounds.file(home) == first
            assert first.stat().st_ino == before

    run(story())


def test_no_more_urls_are_remembered_than_may_be(tmp_path: Path) -> None:
    async def story(sounds: Sounds, customer: Customer, home: str) -> None:
        for number in range(4):
            await sounds.file(f"{home}/{number}")
        assert [sounds.known(f"{home}/{number}") is not None for number in range(4)] == [False, False, True, True]

    told(tmp_path, Customer(wav(tmp_path, 500)), story, SoundSettings(urls=2))


# --- words ------------------------------------------------------------------------------------------


def test_words_are_spoken_once(tmp_path: Path) -> None:
    engine = Counting()
    hello = Utterance("Hello.", "WOMAN", "en-US")

    async def story() -> None:
        async with opened(tmp_path, engine=engine) as sounds:
            assert sounds.known_text(hello) is None
            paths = await asyncio.gather(*(sounds.spoken(hello) for _ in range(10)))
            assert set(paths) == {sounds.known_text(hello)}
            assert await sounds.spoken(Utterance("Hello.", "MAN", "en-US")) not in paths
            assert 0.2 < sounds.seconds(paths[0]) < 2.0
        async with opened(tmp_path, engine=engine) as sounds:
            assert sounds.known_text(hello) == paths[0]
        assert engine.spoken == ["Hello.", "Hello."]

    run(story())


@pytest.mark.parametrize("utterance", [Utterance("x" * 101), Utterance("x", ssml="<s>x</s>" * 20)])
def test_a_text_that_is_too_long_is_not_spoken(utterance: Utterance, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, SoundSettings(longest_text=100)) as sounds:
            with pytest.raises(SoundError, match="a text of more than 100 characters is not spoken"):
                await sounds.spoken(utterance)

    run(story())


def test_the_cache_stays_within_its_bounds(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path, SoundSettings(most_files=3, grace=0.0)) as sounds:
            for number in range(10):
                await sounds.spoken(Utterance(str(number)))
            assert len(files(tmp_path)) <= 2 * 3 + len(BUILT_IN)
            assert sounds.known_text(Utterance("9")) is not None
            assert sounds.known_text(Utterance("0")) is None
            assert sounds.known("music") is not None

    run(story())


# --- the end ----------------------------------------------------------------------------------------


def test_whoever_waits_at_the_end_is_told_and_nothing_is_left_open(tmp_path: Path) -> None:
    async def story() -> None:
        asked = asyncio.Event()

        async def slow(request: web.Request) -> web.StreamResponse:
            asked.set()
            return await never(request)

        async with serving(slow) as late:
            async with opened(tmp_path) as sounds:
                speaking = asyncio.create_task(sounds.spoken(Utterance("word " * 2_000)))
                waiting = asyncio.create_task(sounds.file(late))
                await asked.wait()
            for task in (waiting, speaking):
                with pytest.raises(SoundError, match="sounds are closed"):
                    await task
            with pytest.raises(SoundError, match="sounds are closed"):
                await sounds.file(f"{late}/other")
        assert [path for path in files(tmp_path) if path.suffix != ".wav"] == []

    run(story())


@given(st.text())
def test_what_is_shown_of_a_url_never_fails(url: str) -> None:
    assert "\x00secret" not in shown(f"http://me:\x00secret@example.com/?{url}")
    shown(url)
