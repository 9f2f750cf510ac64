"""The journal of a running service is one service's own, and no call depends on it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec
import pytest

from engine.errors import RequestError
from engine.exchange import Exchange
from engine.journal import Past, header
from engine.service.journaling import Bounds, Journal, locked
from engine.service.service import Service
from engine.values.events import DocumentFetched, Event, SwitchWasLost
from tests.rest.bench import served
from tests.rest.plivo import Customer

FIRST = header(seed="seed", epoch=1.0)
SOME: list[Event] = [SwitchWasLost(float(at)) for at in range(3)]


def begun(file: Path, bounds: Bounds | None = None) -> Journal:
    """A journal of a run that has just begun."""
    journal = Journal(file, bounds)
    assert journal.past is None
    journal.begin(FIRST)
    return journal


def broken_off(file: Path) -> bytes:
    """What is left of a run with some events that was killed."""
    journal = begun(file)
    journal.keep(SOME)
    journal.close()
    return file.read_bytes()


def taken(file: Path) -> tuple[Journal, list[Event]]:
    """A journal that goes on where one broke off, and what happened before."""
    journal = Journal(file)
    assert journal.past is not None
    assert journal.past.header == FIRST
    events = list(journal.past)
    journal.go_on(len(events))
    return journal, events


# --- whose it is -----------------------------------------------------------------------------------


def test_a_journal_that_another_service_writes_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    theirs = begun(file)
    written = file.read_bytes()

    with pytest.raises(RequestError, match="another service writes it"):
        Journal(file)

    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == written
    theirs.close()


def test_a_journal_that_begins_anew_is_still_the_same_services(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    theirs = begun(file)
    for _ in range(2):
        theirs.begin_anew(FIRST, Exchange({}, seed="seed"), {})
        with pytest.raises(RequestError, match="another service writes it"):
            Journal(file)
    theirs.close()
    taken(file)[0].close()


@pytest.mark.parametrize("put_back", [True, False])
def test_who_opened_a_file_just_before_it_was_replaced_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_back: bool
) -> None:
    file = tmp_path / "journal.jsonl"
    file.touch()
    looked: list[int] = []

    def flock(opened: int, how: int) -> None:
        if not looked:
            file.rename(tmp_path / "gone")
            if put_back:
                file.touch()
        looked.append(opened)
        real(opened, how)

    real = fcntl.flock
    monkeypatch.setattr("engine.service.journaling.fcntl.flock", flock)
    ours = locked(file)

    assert os.path.samestat(os.fstat(ours), file.stat())
    assert len(looked) == 2
    os.close(ours)


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    file.touch(0o644)
    begun(file).close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_is_no_journal_and_stays_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    with pytest.raises(RequestError, match="Is a directory"):
        Journal(folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_journal_on_a_full_disk_is_refused_at_the_start() -> None:
    with pytest.raises(RequestError, match="cannot be written: No space left"):
        begun(Path("/dev/full"))


def test_a_file_that_is_no_journal_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letters.txt"
    file.write_text("dear ann\n")
    with pytest.raises(RequestError, match=r"letters.txt: line 1: not a journal.*move this one away"):
        Journal(file)
    assert (list(tmp_path.iterdir()), file.read_text()) == ([file], "dear ann\n")


# --- what was there --------------------------------------------------------------------------------


def test_a_run_that_ended_is_kept_beside_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    first = begun(file)
    first.keep(SOME)
    first.end()
    begun(file).close()
    (kept,) = tmp_path.glob("journal.jsonl.*")
    past = Past(kept.read_bytes().splitlines(keepends=True))
    assert (list(past), past.ended) == (SOME, True)


def test_what_a_simulation_wrote_is_kept_beside(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(msgspec.json.encode(header(seed="1")) + b"\n")
    begun(file).close()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_that_broke_off_is_gone_on_with_in_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    written = broken_off(file)
    journal, events = taken(file)
    more = SwitchWasLost(7.0)
    journal.keep([more])
    journal.close()
    assert events == SOME
    assert file.read_bytes().startswith(written)
    assert taken(file)[1] == [*SOME, more]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("cut", range(1, 38))
def test_a_line_that_was_not_written_to_its_end_never_was(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(broken_off(file)[:-cut])
    journal, events = taken(file)
    journal.keep(SOME[2:])
    journal.close()
    assert events == SOME[:2]
    assert taken(file)[1] == SOME


def test_a_file_without_one_whole_line_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(b'{"journal":"callflow","form' + b" " * 70_000)
    begun(file).close()
    assert Past(file.read_bytes().splitlines(keepends=True)).header == FIRST


def test_documents_that_stand_in_the_journal_are_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    fetched = DocumentFetched(0.0, "ann", "f1", body=b"<Response/>")
    first = begun(file)
    first.keep([fetched])
    first.close()
    journal, _ = taken(file)
    journal.keep([fetched])
    journal.close()
    assert file.read_bytes().count(b'"journal":"document"') == 1
    assert taken(file)[1] == [fetched, fetched]


# --- checkpoints -----------------------------------------------------------------------------------


@pytest.mark.parametrize("bounds", [Bounds(events=3), Bounds(bytes=250), Bounds(events=3, fsync=True)])
def test_a_journal_that_is_long_begins_anew_and_is_short_then(tmp_path: Path, bounds: Bounds) -> None:
    file = tmp_path / "journal.jsonl"
    journal = begun(file, bounds)
    assert not journal.is_long()
    journal.keep(SOME)
    assert journal.is_long()
    journal.begin_anew(FIRST, Exchange({}, seed="seed"), {"more": [1, 2]})
    assert not journal.is_long()
    journal.keep(SOME[:1])
    journal.close()
    again = Journal(file)
    assert again.past is not None
    assert again.past.kept("more", list) == [1, 2]
    assert again.past.kept("less", list) is None
    assert list(again.past) == SOME[:1]
    again.close()
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_journal_that_was_taken_up_counts_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    broken_off(file)
    journal = Journal(file, Bounds(events=4))
    assert journal.past is not None
    journal.go_on(len(list(journal.past)))
    assert not journal.is_long()
    journal.keep(SOME[:1])
    assert journal.is_long()
    journal.close()


def test_where_no_fresh_file_can_be_written_the_old_one_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    journal = begun(file, Bounds(events=3))
    journal.keep(SOME)
    (tmp_path / "journal.jsonl.new").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        journal.begin_anew(FIRST, Exchange({}, seed="seed"), {})
    assert not journal.is_long()
    journal.keep(SOME[2:])
    journal.close()
    assert taken(file)[1] == [*SOME, SOME[2]]


def test_what_a_crash_left_of_a_fresh_file_does_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    journal = begun(file, Bounds(events=3))
    (tmp_path / "journal.jsonl.new").write_bytes(b'{"journal":"callflow"\nhalf of it\nand no more')
    journal.begin_anew(FIRST, Exchange({}, seed="seed"), {})
    journal.close()
    assert taken(file)[1] == []


def test_a_device_is_written_and_never_replaced() -> None:
    journal = begun(Path("/dev/null"), Bounds(events=1))
    journal.keep(SOME)
    assert not journal.is_long()
    journal.end()


# --- while calls go on -----------------------------------------------------------------------------


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
