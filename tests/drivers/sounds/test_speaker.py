"""Words become sound: by espeak-ng, whatever the words are, or by an engine that another package brings."""

from __future__ import annotations

import asyncio
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drivers.sounds import espeak, waves
from engine.drivers.sounds.convert import TOOLS, Converter
from engine.drivers.sounds.espeak import Espeak
from engine.drivers.sounds.process import SoundError
from engine.drivers.sounds.speaker import Speaker, Utterance, speaker
from engine.errors import RequestError
from tests.drivers.sounds.sounding import loudest


def said(utterance: Utterance, folder: Path, engine: Speaker | None = None) -> array[int]:
    """The samples of something that is spoken."""
    target = folder / "said.wav"
    asyncio.run((engine or speaker()).speak(utterance, target))
    assert [path.name for path in folder.iterdir()] == ["said.wav"]
    return waves.samples(target)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.program)
def test_a_sentence_is_spoken_at_the_pace_of_a_telephone(tool: object, tmp_path: Path) -> None:
    engine = Espeak(Converter(tools=[one for one in TOOLS if one is tool]))
    sound = said(Utterance("Welcome to the weekly conference.", "WOMAN", "en-US"), tmp_path, engine)
    assert 1.5 < len(sound) / 8_000 < 4.0
    assert loudest(sound) > 5_000


def test_voices_and_languages_sound_different(tmp_path: Path) -> None:
    voices = [("WOMAN", "en-US"), ("MAN", "en-US"), ("WOMAN", "de-DE"), ("Polly.Brian", "en-US")]
    sounds = [said(Utterance("Information.", *voice), tmp_path).tobytes() for voice in voices]
    assert len(set(sounds)) == len(voices)


def test_a_break_is_as_long_as_the_mark_up_says(tmp_path: Path) -> None:
    without = said(Utterance("one two"), tmp_path)
    with_break = said(Utterance("one two", ssml='one <break time="3s"/> two'), tmp_path)
    assert len(with_break) / 8_000 == pytest.approx(len(without) / 8_000 + 3.0, abs=0.6)


def test_slow_speech_lasts_longer(tmp_path: Path) -> None:
    text = "one two three four five"
    usual = said(Utterance(text, ssml=f"<s>{text}</s>"), tmp_path)
    slow = said(Utterance(text, ssml=f'<prosody rate="50%">{text}</prosody>'), tmp_path)
    assert len(slow) > 1.5 * len(usual)


def test_digits_are_spoken_one_by_one(tmp_path: Path) -> None:
    number = said(Utterance("1000", ssml="<s>1000</s>"), tmp_path)
    digits = said(Utterance("1000", ssml='<say-as interpret-as="digits">1000</say-as>'), tmp_path)
    assert len(digits) > 1.3 * len(number)


def test_mark_up_that_is_no_xml_is_spoken_as_its_text(tmp_path: Path) -> None:
    assert said(Utterance("one two", ssml="one <break> two"), tmp_path) == said(Utterance("one two"), tmp_path)


@pytest.mark.parametrize(
    "text", ["--help", "-w /tmp/x", "[[h@l'oU]]", "<speak>", "a & b < c", "\x01 50P", "\0", "\ud800", "%s%n", "`id`"]
)
def test_what_looks_like_an_order_is_only_spoken(text: str, tmp_path: Path) -> None:
    assert 0 < len(said(Utterance(text), tmp_path)) / 8_000 < 10.0


@pytest.mark.parametrize("text", ["", " \n ", "\x02", "​"])
def test_where_nothing_is_to_be_said_the_file_is_short_and_not_empty(text: str, tmp_path: Path) -> None:
    assert 0 < len(said(Utterance(text), tmp_path)) / 8_000 < 1.0


@settings(max_examples=25)
@given(text=st.text(max_size=60), ssml=st.text(max_size=60), language=st.text(max_size=6))
def test_no_text_stops_the_speaker(
    tmp_path_factory: pytest.TempPathFactory, text: str, ssml: str, language: str
) -> None:
    said(Utterance(text, "WOMAN", language, ssml), tmp_path_factory.mktemp("said"))


@pytest.mark.parametrize("text", ["x" * 5_000, "no " * 1_500, "9" * 3_000, "." * 3_000, "((" * 2_000])
def test_long_texts_are_spoken_to_their_end(text: str, tmp_path: Path) -> None:
    assert len(said(Utterance(text), tmp_path)) > 0


def test_more_speech_than_there_may_be_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(espeak, "MOST", 44_100)
    with pytest.raises(SoundError, match="espeak-ng gave more than 44100 bytes"):
        asyncio.run(speaker().speak(Utterance("This takes longer than a second."), tmp_path / "said.wav"))
    assert list(tmp_path.iterdir()) == []


# --- which engine ----------------------------------------------------------------------------------


def test_without_espeak_we_are_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        RequestError, match=r"speech needs espeak-ng, which is not installed.*apt-get install espeak-ng"
    ):
        speaker().ready()
    with pytest.raises(SoundError, match="espeak-ng cannot be run: No such file or directory"):
        asyncio.run(speaker().speak(Utterance("Hello."), tmp_path / "said.wav"))


def test_espeak_needs_something_that_converts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "espeak-ng").write_text("#!/bin/sh\n")
    (tmp_path / "espeak-ng").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RequestError, match="without ffmpeg or sox"):
        speaker().ready()


def test_espeak_is_ready_here() -> None:
    speaker().ready()
    assert speaker().name == "espeak-ng"


def installed(folder: Path, name: str, source: str) -> None:
    """A package that brings an engine."""
    (folder / f"{name}_engine.py").write_text(source)
    info = folder / f"{name}_engine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[callflow.speakers]\n{name} = {name}_engine:Engine\n")


LOUD = """
class Engine:
    name = "loud"

    def __init__(self, converter):
        self.converter = converter

    def ready(self):
        pass

    async def speak(self, utterance, target):
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=650:duration=1", "-f", "flac", "-"]
        await self.converter.wav_of(await self.converter.pool.run(command, most=10_000_000), target)
"""


def test_another_packages_engine_speaks_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed(tmp_path, "loud", LOUD)
    monkeypatch.syspath_prepend(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    sound = said(Utterance("Whatever."), out, speaker("loud"))
    assert len(sound) == 8_000


def test_an_engine_that_nobody_brings_is_refused_with_those_there_are() -> None:
    with pytest.raises(RequestError, match=r"speech\.engine: no speech engine is called 'hal'.*espeak-ng"):
        speaker("hal", field="speech.engine")


def test_an_engine_that_does_not_load_is_refused_with_the_cause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed(tmp_path, "broken", "import no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RequestError, match="'broken' does not load: ModuleNotFoundError: No module named"):
        speaker("broken")
