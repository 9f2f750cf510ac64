"""The folder of sounds stays within its bounds, and nothing goes that is being played."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.drivers.sounds import waves
from engine.drivers.sounds.convert import beside
from engine.drivers.sounds.shelf import Shelf, named
from tests.drivers.sounds.sounding import tone

SECOND = tone(500, 1.0)
SIZE = 44 + 16_000


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def opened(folder: Path, files: int, clock: Clock, grace: float = 10.0) -> Shelf:
    shelf = Shelf(folder, (1_000_000, files), grace, clock)
    shelf.open()
    return shelf


def put(shelf: Shelf, word: str, *, lasting: bool = False) -> Path:
    """Put a second of sound under a word's name."""
    part = beside(shelf.place(named(word)))
    waves.save(SECOND, part)
    return shelf.put(named(word), part, lasting=lasting)


def test_a_file_that_was_put_is_found_by_its_name_and_can_be_read_by_others(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        shelf = opened(tmp_path / "state" / "sounds", 10, Clock())
        path = put(shelf, "a")
    finally:
        os.umask(old)

    assert shelf.find(named("a")) == path == tmp_path / "state" / "sounds" / f"{named('a')}.wav"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
    assert (len(shelf), shelf.size, shelf.seconds(named("a"))) == (1, SIZE, 1.0)
    assert shelf.find(named("b")) is None
    assert shelf.seconds(named("b")) == 0.0


def test_the_least_recently_used_files_go_first(tmp_path: Path) -> None:
    clock = Clock()
    shelf = opened(tmp_path, 3, clock)
    for word in "abc":
        put(shelf, word)
    clock.time = 100.0
    assert shelf.find(named("a"))

    put(shelf, "d")

    assert [word for word in "abcd" if shelf.find(named(word))] == ["a", "c", "d"]
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(map(named, "acd"))
    assert shelf.size == 3 * SIZE


def test_a_file_stays_until_it_was_played_and_the_grace_is_over(tmp_path: Path) -> None:
    clock = Clock()
    shelf = opened(tmp_path, 1, clock)
    put(shelf, "a")
    clock.time = 10.9  # a second of sound and ten of grace
    put(shelf, "b")
    assert len(shelf) == 2

    clock.time = 11.1
    put(shelf, "b")
    assert len(shelf) == 1
    assert shelf.find(named("b"))


def test_at_twice_its_bounds_even_fresh_files_go(tmp_path: Path) -> None:
    shelf = opened(tmp_path, 2, Clock())
    for word in "abcde":
        put(shelf, word)
    assert [word for word in "abcde" if shelf.find(named(word))] == ["b", "c", "d", "e"]


def test_bytes_are_bounded_as_well(tmp_path: Path) -> None:
    clock = Clock()
    shelf = Shelf(tmp_path, (2 * SIZE, 100), 0.0, clock)
    shelf.open()
    for word in "abc":
        clock.time += 100.0
        put(shelf, word)
    assert [word for word in "abc" if shelf.find(named(word))] == ["b", "c"]


def test_what_lasts_counts_for_no_bound_and_stays(tmp_path: Path) -> None:
    clock = Clock()
    shelf = opened(tmp_path, 1, clock)
    music = put(shelf, "music", lasting=True)
    for word in "abc":
        clock.time += 100.0
        put(shelf, word)
    assert shelf.find(named("music")) == music
    assert music.exists()
    assert len(shelf) == 1


def test_a_restart_finds_what_is_there_and_clears_what_was_left_unfinished(tmp_path: Path) -> None:
    clock = Clock()
    before = opened(tmp_path, 10, clock)
    put(before, "a")
    put(before, "b")
    cut_off = tmp_path / f"{named('cut off')}.wav"
    cut_off.write_bytes(b"RIFF")
    beside(cut_off).write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("somebody's")

    after = opened(tmp_path, 10, clock)

    assert after.find(named("a")) == tmp_path / f"{named('a')}.wav"
    assert (len(after), after.size) == (2, 2 * SIZE)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"{named('a')}.wav", f"{named('b')}.wav", "notes.txt"]
    )


def test_a_restart_with_tighter_bounds_deletes_the_oldest(tmp_path: Path) -> None:
    clock = Clock()
    before = opened(tmp_path, 10, clock)
    for at, word in enumerate("abc"):
        os.utime(put(before, word), (at, at))
    assert [word for word in "abc" if opened(tmp_path, 2, clock).find(named(word))] == ["b", "c"]


@given(st.lists(st.text()), st.lists(st.text()))
def test_no_two_lists_of_parts_have_the_same_name(one: list[str], other: list[str]) -> None:
    assert (named(*one) == named(*other)) == (one == other)
