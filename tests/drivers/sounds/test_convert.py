"""Whatever sound comes in goes out as the one format, with the same tone in it; what is none is refused."""

from __future__ import annotations

import asyncio
import os
import wave
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import uvloop

from engine.drivers.sounds import waves
from engine.drivers.sounds.convert import TOOLS, Converter, Tool
from engine.drivers.sounds.process import Pool, SoundError
from engine.errors import RequestError
from tests.drivers.sounds.sounding import amplitude, loudest, made, tone

FFMPEG, SOX = TOOLS
FORMATS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tone.wav", ("-ar", "48000", "-af", "pan=stereo|c0=c0|c1=c0")),
    ("tone.wav", ("-ar", "8000", "-c:a", "pcm_mulaw")),
    ("tone.wav", ("-c:a", "pcm_f32le")),
    ("tone.ogg", ("-c:a", "libvorbis")),
    ("tone.flac", ()),
    ("tone.au", ("-c:a", "pcm_mulaw", "-ar", "8000")),
    ("tone.aiff", ()),
)
# sox, too, reads mp3 where its module for that is installed; nothing else brings that here.
FFMPEG_ALONE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tone.mp3", ()),
    ("tone.m4a", ()),
    ("tone.aac", ()),
    ("tone.ogg", ("-c:a", "libopus", "-ar", "48000")),
)
CASES = [
    *((tool, name, options) for tool in TOOLS for name, options in FORMATS),
    *((FFMPEG, name, options) for name, options in FFMPEG_ALONE),
]


def described(path: Path) -> tuple[int, int, int]:
    """Channels, bytes a sample and rate of a WAV file."""
    with wave.open(str(path)) as sound:
        return sound.getnchannels(), sound.getsampwidth(), sound.getframerate()


@pytest.mark.parametrize(
    ("tool", "name", "options"), CASES, ids=[f"{tool.program}-{name}-{'-'.join(o)}" for tool, name, o in CASES]
)
def test_a_tone_comes_out_as_the_same_tone(tool: Tool, name: str, options: tuple[str, ...], tmp_path: Path) -> None:
    source = made(tmp_path / name, 650, 1.0, *options)
    target = tmp_path / "out.wav"

    asyncio.run(Converter(tools=(tool,)).wav(source, target))

    sound = waves.samples(target)
    assert described(target) == (1, 2, 8_000)
    assert waves.seconds(target) == pytest.approx(1.0, abs=0.1)
    assert amplitude(sound[800:7200], 650) == pytest.approx(8_000, rel=0.1)
    assert amplitude(sound[800:7200], 1_300) < 200


def test_both_sides_of_a_stereo_file_are_heard(tmp_path: Path) -> None:
    async def story() -> None:
        converter = Converter()
        waves.save(tone(500, 0.5), tmp_path / "left.wav")
        waves.save(tone(800, 0.5), tmp_path / "right.wav")
        await converter.stereo(tmp_path / "left.wav", tmp_path / "right.wav", tmp_path / "both.wav")
        await converter.wav(tmp_path / "both.wav", tmp_path / "mono.wav")

    asyncio.run(story())

    mono = waves.samples(tmp_path / "mono.wav")
    assert amplitude(mono, 500) == pytest.approx(4_000, rel=0.2)
    assert amplitude(mono, 800) == pytest.approx(4_000, rel=0.2)


def test_a_recording_becomes_an_mp3_that_sounds_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        converter = Converter()
        waves.save(tone(650, 2.0), tmp_path / "take.wav")
        await converter.recode(tmp_path / "take.wav", tmp_path / "take.mp3")
        await converter.wav(tmp_path / "take.mp3", tmp_path / "again.wav")

    asyncio.run(story())

    assert (tmp_path / "take.mp3").stat().st_size < 32_000 / 2
    again = waves.samples(tmp_path / "again.wav")
    assert len(again) / 8_000 == pytest.approx(2.0, abs=0.3)
    assert amplitude(again[1600:14400], 650) == pytest.approx(8_000, rel=0.1)


def test_a_stereo_recording_keeps_its_sides_apart_there_and_back(tmp_path: Path) -> None:
    async def story() -> None:
        converter = Converter()
        waves.save(tone(500, 1.0), tmp_path / "left.wav")
        waves.save(tone(800, 1.0), tmp_path / "right.wav")
        await converter.stereo(tmp_path / "left.wav", tmp_path / "right.wav", tmp_path / "both.wav")
        await converter.recode(tmp_path / "both.wav", tmp_path / "both.mp3")
        await converter.recode(tmp_path / "both.mp3", tmp_path / "back.wav")

    asyncio.run(story())

    with wave.open(str(tmp_path / "back.wav")) as back:
        assert back.getnchannels() == 2
        both = array("h", back.readframes(back.getnframes()))
    assert amplitude(both[0::2][800:], 500) > 7_000 > 200 > amplitude(both[1::2][800:], 500)
    assert amplitude(both[1::2][800:], 800) > 7_000 > 200 > amplitude(both[0::2][800:], 800)


HOSTILE: tuple[tuple[str, bytes], ...] = (
    ("text", b"this is no sound at all, but a text of some length " * 20),
    ("page", b"<!DOCTYPE html><html><body>404</body></html>"),
    ("nothing", b""),
    ("hls", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n"),
    ("concat", b"ffconcat version 1.0\nfile '{secret}'\n"),
    ("sdp", b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 22999 RTP/AVP 0\n"),
    ("header alone", b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00"),
    ("wav without sound", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0"),
)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.program)
@pytest.mark.parametrize("body", [body for _, body in HOSTILE], ids=[name for name, _ in HOSTILE])
def test_what_is_no_sound_is_refused_and_leaves_nothing(tool: Tool, body: bytes, tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    waves.save(tone(650, 0.2), secret)
    body = body.replace(b"{secret}", bytes(secret))

    with pytest.raises(SoundError) as refused:
        asyncio.run(Converter(tools=(tool,)).wav_of(body, tmp_path / "out.wav"))

    assert list(tmp_path.iterdir()) == [secret]
    assert str(tmp_path) not in str(refused.value)


def test_a_cover_picture_is_not_in_the_way(tmp_path: Path) -> None:
    song = made(tmp_path / "song.mp3", 650, 1.0)
    covered = tmp_path / "covered.mp3"
    picture = ("-f", "lavfi", "-i", "color=red:size=64x64:duration=1", "-frames:v", "1", "-map", "0:a", "-map", "1:v")
    made(covered, 650, 1.0, *picture, "-c:v", "mjpeg", "-disposition:v", "attached_pic")

    async def story() -> None:
        await Converter().wav(covered, tmp_path / "out.wav")

    asyncio.run(story())
    assert covered.stat().st_size > song.stat().st_size
    assert amplitude(waves.samples(tmp_path / "out.wav")[800:7200], 650) == pytest.approx(8_000, rel=0.1)


def test_silence_at_the_ends_is_cut_off_but_not_in_between(tmp_path: Path) -> None:
    quiet, loud = tone(650, 1.5, peak=100), tone(650, 0.5)
    waves.save(quiet + loud + quiet + loud + quiet, tmp_path / "take.wav")

    left = asyncio.run(Converter().trim(tmp_path / "take.wav", tmp_path / "cut.wav"))

    cut = waves.samples(tmp_path / "cut.wav")
    assert left == len(cut) / 8_000 == pytest.approx(2.5 + 0.4, abs=0.05)
    assert loudest(cut[:1_000]) <= 100
    assert loudest(cut[1_600:2_400]) > 7_900
    assert loudest(cut[-1_000:]) <= 100


@pytest.mark.parametrize(("peak", "silent"), [(0, True), (waves.QUIET - 8, True), (waves.QUIET + 8, False)])
def test_what_is_too_quiet_to_be_heard_is_silence(tmp_path: Path, peak: int, silent: bool) -> None:
    waves.save(tone(650, 0.5, peak), tmp_path / "sound.wav")

    assert waves.is_silent(tmp_path / "sound.wav") is silent


def test_of_silence_nothing_is_left(tmp_path: Path) -> None:
    waves.save(tone(650, 1.0, peak=100), tmp_path / "take.wav")
    assert asyncio.run(Converter().trim(tmp_path / "take.wav", tmp_path / "cut.wav")) == 0.0
    assert waves.seconds(tmp_path / "cut.wav") == 0.0


def test_two_sides_of_different_length_end_with_the_longer_one(tmp_path: Path) -> None:
    waves.save(tone(500, 9.0), tmp_path / "left.wav")
    waves.save(tone(800, 0.5), tmp_path / "right.wav")
    for target, sides in (("a.wav", ("left.wav", "right.wav")), ("b.wav", ("right.wav", "left.wav"))):
        waves.stereo(tmp_path / sides[0], tmp_path / sides[1], tmp_path / target)
        assert waves.seconds(tmp_path / target) == 9.0
        assert described(tmp_path / target) == (2, 2, 8_000)


def test_only_mono_of_our_rate_becomes_a_side(tmp_path: Path) -> None:
    waves.save(tone(500, 0.5), tmp_path / "left.wav")
    waves.save(tone(500, 0.5), tmp_path / "right.wav", rate=16_000)
    with pytest.raises(SoundError, match=r"right\.wav is not mono of 8000 Hz"):
        waves.stereo(tmp_path / "left.wav", tmp_path / "right.wav", tmp_path / "both.wav")
    assert not (tmp_path / "both.wav").exists()


def test_without_a_tool_we_are_told_what_to_install() -> None:
    def never(source: Path, target: Path) -> Sequence[str]:
        raise AssertionError("it is not there")

    absent = (Tool("no-such-converter", never, never, never), Tool("nor-this-one", never, never, never))
    with pytest.raises(RequestError, match=r"without no-such-converter or nor-this-one.*apt-get install ffmpeg"):
        Converter(tools=absent).ready()
    assert Converter(tools=(absent[0], SOX)).ready() is None  # type: ignore[func-returns-value]


# --- the pool --------------------------------------------------------------------------------------


def test_only_so_many_programs_run_at_a_time() -> None:
    async def story() -> None:
        pool = Pool(2)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.gather(*(pool.run(["sleep", "0.1"]) for _ in range(6)))
        assert loop.time() - began >= 0.3

    asyncio.run(story())


# The service runs on either.
LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
Loop = Callable[[], asyncio.AbstractEventLoop]


@LOOPS
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["sleep", "30"], "sleep took longer than 0.1 s"),
        (["yes"], "yes gave more than 1000 bytes"),
        (["no-such-program"], "no-such-program cannot be run: No such file or directory"),
        (["false"], "false failed: status 1"),
        (["cat", "/no/such/file"], "cat failed: No such file or directory"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
@pytest.mark.parametrize("feed", [b"", bytes(1_000_000)], ids=["unfed", "fed"])
def test_a_program_that_misbehaves_is_ended_and_told_of(
    command: list[str], said: str, feed: bytes, loop: Loop
) -> None:
    patience = 0.1 if command[0] == "sleep" else 10.0
    with asyncio.Runner(loop_factory=loop) as runner, pytest.raises(SoundError) as failed:
        runner.run(Pool().run(command, feed, most=1_000, patience=patience))
    assert str(failed.value) == said


@LOOPS
def test_a_program_gets_its_bytes_and_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, loop: Loop) -> None:
    monkeypatch.setenv("CALLFLOW_TOKEN", "secret")

    async def story() -> None:
        pool = Pool()
        large = bytes(range(256)) * 4_000
        assert await pool.run(["cat"], large, most=len(large)) == large
        assert await pool.run(["true"], large) == b""
        assert b"CALLFLOW_TOKEN" not in await pool.run(["env"])

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(story())


@LOOPS
def test_whoever_stops_waiting_ends_the_program(tmp_path: Path, loop: Loop) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    async def story() -> None:
        pool = Pool(1)
        waiting = asyncio.create_task(pool.run(["sh", "-c", 'echo "$$" >"$0"; exec sleep 30', str(fifo)]))
        process = int(await asyncio.to_thread(fifo.read_text))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
        assert await pool.run(["echo", "free"]) == b"free\n"

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(story())
