"""The journal of a running service is one service's own, and no call depends on it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import RequestError
from engine.journal import header
from engine.service.journaling import Journal
from engine.service.service import Service
from tests.rest.bench import served
from tests.rest.plivo import Customer

FIRST = header(seed="seed")


def test_a_journal_that_another_service_writes_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    theirs = Journal(file, FIRST)
    written = file.read_bytes()

    with pytest.raises(RequestError, match="another service writes it"):
        Journal(file, FIRST)

    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == written
    theirs.close()


def test_a_journal_that_is_closed_may_be_followed_by_another(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    Journal(file, FIRST).close()
    again = Journal(file, FIRST)
    again.close()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    file.touch(0o644)
    Journal(file, FIRST).close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_is_no_journal_and_stays_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    with pytest.raises(RequestError, match="Is a directory"):
        Journal(folder, FIRST)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_journal_on_a_full_disk_is_refused_at_the_start() -> None:
    with pytest.raises(RequestError, match="cannot be written: No space left"):
        Journal(Path("/dev/full"), FIRST)


def test_calls_go_on_when_the_journal_can_be_written_no_more(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    with served(tmp_path, journal=str(file)) as bench:
        bench.do(fill_the_disk)
        Customer(bench).let_in(2)
        (lost,) = bench.errors()
    assert (lost["event"], lost["file"], lost["error"]) == ("journal_lost", str(file), "No space left on device")


def fill_the_disk(service: Service) -> None:
    """Let every further write of the journal fail."""
    journal = service.journal
    assert journal is not None
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, journal._file)  # noqa: SLF001
    os.close(full)
