"""The folder of recordings: names that are safe, what is found, and what goes."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drivers.recordings import ABANDONED, NAME, Recordings
from engine.errors import RequestError, SwitchError

SOUND = b"RIFF of ten"


def put(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)


async def shortened(source: Path, target: Path) -> None:
    """Convert, as far as a test can see it."""
    put(target, target.suffix.encode() + SOUND[:4])


async def deaf(source: Path, target: Path) -> None:
    """A converter that can nothing."""
    raise SwitchError("no converter")


def opened(folder: Path, seed: str = "seed", *, room: int = 0) -> Recordings:
    """A folder that is ready."""
    recordings = Recordings(folder, shortened, room)
    recordings.open(seed)
    recordings.base = "https://voice.example"
    return recordings


def stored(recordings: Recordings, made: str, sound: bytes = SOUND) -> Path:
    """A recording that is kept as WAV."""
    recordings.place(made).write_bytes(sound)
    return recordings.keep(made, "wav")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@given(made=st.text(max_size=40))
def test_whatever_an_id_is_its_file_is_in_the_folder(made: str) -> None:
    recordings = Recordings(Path("/somewhere"), shortened)
    recordings._key = b"seed"  # noqa: SLF001 (no folder is needed to name a file)
    assert NAME.fullmatch(recordings.name(made, "mp3"))


def test_ids_that_look_alike_and_runs_that_count_alike_share_no_name(tmp_path: Path) -> None:
    first, second = opened(tmp_path, "one"), opened(tmp_path, "two")
    ids = ("r1.1", "r1/1", "r11", "R1.1", "r1.1 ", "../r1.1")
    assert len({run.name(made, "wav") for run in (first, second) for made in ids}) == 2 * len(ids)


def test_an_address_is_known_before_the_recording_and_stays_after_a_restart(tmp_path: Path) -> None:
    before = opened(tmp_path)
    address = before.address("ann.4", "mp3")
    assert address == f"https://voice.example/recordings/{before.name('ann.4', 'mp3')}"
    assert opened(tmp_path).address("ann.4", "mp3") == address
    assert "ann" not in address


def test_a_recording_is_found_when_it_is_kept_and_not_before(tmp_path: Path) -> None:
    recordings = opened(tmp_path)
    name = recordings.name("ann.4", "wav")
    place = recordings.place("ann.4")
    place.write_bytes(SOUND)
    assert recordings.find(name) is None
    assert recordings.keep("ann.4", "wav") == recordings.find(name)
    assert (tmp_path / name).read_bytes() == SOUND
    assert recordings.find(place.name) is None


def test_only_we_may_read_what_is_kept(tmp_path: Path) -> None:
    recordings = opened(tmp_path / "deep" / "down")
    place = recordings.place("ann.4")
    assert place.stat().st_mode & 0o777 == 0o600
    place.unlink()
    place.write_bytes(SOUND)  # as a converter does that writes a file of its own
    place.chmod(0o644)
    assert recordings.keep("ann.4", "wav").stat().st_mode & 0o777 == 0o600
    assert recordings.folder.stat().st_mode & 0o777 == 0o700


def test_a_finished_recording_has_the_format_that_was_asked_for(tmp_path: Path) -> None:
    recordings = opened(tmp_path)
    for made, format, expected in (("a", "mp3", b".mp3RIFF"), ("b", "wav", SOUND)):  # noqa: A001
        recordings.place(made).write_bytes(SOUND)
        kept = asyncio.run(recordings.finish(made, format))
        assert kept.name == recordings.name(made, format)
        assert kept.read_bytes() == expected
    assert names(tmp_path) == sorted([recordings.name("a", "mp3"), recordings.name("b", "wav")])


def test_a_recording_that_cannot_be_converted_is_not_lost(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path, deaf)
    recordings.open("seed")
    recordings.place("a").write_bytes(SOUND)
    assert asyncio.run(recordings.finish("a", "mp3")).read_bytes() == SOUND
    assert names(tmp_path) == [recordings.name("a", "wav")]
    with pytest.raises(SwitchError, match="no converter"):
        asyncio.run(recordings.file(recordings.name("a", "mp3")))
    later = asyncio.run(opened(tmp_path).file(recordings.name("a", "mp3")))
    assert later is not None
    assert later.read_bytes() == b".mp3RIFF"


def test_the_other_format_is_made_once_for_all_who_ask_for_it_together(tmp_path: Path) -> None:
    made: list[str] = []

    async def counted(source: Path, target: Path) -> None:
        made.append(target.name)
        await asyncio.sleep(0)  # the others may ask now
        await shortened(source, target)

    async def story() -> list[Path | None]:
        return list(await asyncio.gather(*(recordings.file(recordings.name("a", "mp3")) for _ in range(5))))

    recordings = Recordings(tmp_path, counted)
    recordings.open("seed")
    stored(recordings, "a")
    assert asyncio.run(story()) == [tmp_path / recordings.name("a", "mp3")] * 5
    assert len(made) == 1


@pytest.mark.parametrize("name", ["", ".", "..", "../secret.wav", "/etc/passwd", "0" * 32, f"{'0' * 32}.wav", "a\0b"])
def test_of_other_names_there_is_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.wav").write_bytes(SOUND)
    recordings = opened(tmp_path / "folder")
    assert recordings.find(name) is None
    assert asyncio.run(recordings.file(name)) is None


def test_a_dropped_recording_is_gone_in_all_its_formats(tmp_path: Path) -> None:
    recordings = opened(tmp_path)
    stored(recordings, "a")
    stored(recordings, "b")
    asyncio.run(recordings.file(recordings.name("a", "mp3")))
    recordings.place("a")
    recordings.drop("a")
    recordings.drop("nobody")
    assert names(tmp_path) == [recordings.name("b", "wav")]
    assert recordings.bytes == len(SOUND)


def test_what_is_dropped_while_it_is_converted_does_not_come_back(tmp_path: Path) -> None:
    async def slow(source: Path, target: Path) -> None:
        recordings.drop("a")
        put(target, b"late")

    recordings = Recordings(tmp_path, slow)
    recordings.open("seed")
    stored(recordings, "a")
    assert asyncio.run(recordings.file(recordings.name("a", "mp3"))) is None
    assert names(tmp_path) == []


def test_the_oldest_give_room_to_the_newest(tmp_path: Path) -> None:
    recordings = opened(tmp_path, room=25)
    for made in ("a", "b", "c", "d"):
        stored(recordings, made, b"ten bytes.")
    assert names(tmp_path) == sorted([recordings.name("c", "wav"), recordings.name("d", "wav")])
    assert recordings.bytes == 20
    stored(recordings, "e", b"larger than all of the room there is")
    assert names(tmp_path) == [recordings.name("e", "wav")]


@pytest.mark.parametrize("again", [False, True])
def test_a_copy_in_another_format_goes_before_any_recording(tmp_path: Path, again: bool) -> None:
    recordings = opened(tmp_path, room=25)
    for made in ("a", "b"):
        stored(recordings, made, b"ten bytes.")
    copy = asyncio.run(recordings.file(recordings.name("a", "mp3")))  # 8 bytes more
    assert copy is not None
    assert recordings.bytes == 28  # it costs nobody his recording, and is there to be sent
    recordings = opened(tmp_path, room=25) if again else recordings
    stored(recordings, "c", b"5byte")
    assert names(tmp_path) == sorted(recordings.name(made, "wav") for made in ("a", "b", "c"))


def test_a_folder_that_is_opened_again_knows_what_is_older(tmp_path: Path) -> None:
    first = opened(tmp_path)
    for age, made in ((10, "a"), (30, "b"), (20, "c")):
        path = stored(first, made, b"ten bytes.")
        os.utime(path, (time.time() - age, time.time() - age))
    second = opened(tmp_path, room=35)
    assert second.bytes == 30
    stored(second, "d", b"ten bytes.")
    assert second.find(second.name("b", "wav")) is None
    assert len(names(tmp_path)) == 3


def test_what_was_never_finished_is_cleared_away_after_a_day(tmp_path: Path) -> None:
    first = opened(tmp_path)
    old, young = first.place("a"), first.place("b")
    converted, mine = tmp_path / ".0123456789abcdef.part", tmp_path / "part-of-something-else"
    for path in (old, converted, mine):
        path.touch()
        os.utime(path, (time.time() - ABANDONED - 1,) * 2)
    opened(tmp_path)
    assert names(tmp_path) == sorted([young.name, mine.name])


def test_a_folder_that_cannot_be_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match=r"recordings\.folder: .*file: (File exists|Not a directory)"):
        opened(tmp_path / "file")


def test_a_format_that_nobody_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="one of mp3, wav"):
        opened(tmp_path).address("a", "../../ogg")


def test_without_a_seed_there_are_no_names_that_somebody_could_guess(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="not open"):
        Recordings(tmp_path, shortened).address("a", "wav")
