"""Journals that were written once and are kept for ever: what happened then, happens again.

`callflow simulate tests/journals/workday.yaml --journal tests/journals/workday.journal.jsonl` wrote
the first; after a release it is not written again. A timeline that changes on purpose is recorded by
`python -m tests.samples.record`; one that changes by accident means that old journals are lost.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from engine.cli import main
from engine.dialects.tongues import tongues
from engine.journal import FORMAT, Header, Past, Writer, digest_of_tables, replay
from tests.samples.record import journals, timeline_of

KEPT = journals()
kept = pytest.mark.parametrize("journal", KEPT, ids=[path.name for path in KEPT])


def lines_of(journal: Path) -> list[bytes]:
    return journal.read_bytes().splitlines(keepends=True)


@kept
def test_a_journal_that_was_kept_gives_the_timeline_it_always_gave(journal: Path) -> None:
    result = CliRunner().invoke(main, ["replay", str(journal), "--format", "jsonl"])

    assert result.exit_code == 0, result.stderr
    assert result.stdout_bytes == timeline_of(journal).read_bytes()


@kept
def test_replay_says_so_only_when_the_state_tables_are_others(journal: Path) -> None:
    head = Past(lines_of(journal)).header

    result = CliRunner().invoke(main, ["replay", str(journal)])

    assert bool(result.stderr) is (head.tables != digest_of_tables())


@kept
def test_nothing_of_a_kept_journal_is_stale_or_faulty(journal: Path) -> None:
    past = Past(lines_of(journal))
    exchange = past.exchange(tongues(past.header.rules), watched=True)

    effects = [effect for _, following in replay(exchange, past) for effect in following]

    assert [effect for effect in effects if type(effect).__name__ == "Fault"] == []
    assert exchange.calls() == ()
    assert exchange.conferences() == ()


@kept
def test_a_kept_journal_reads_into_what_writes_it_again(journal: Path) -> None:
    past = Past(lines_of(journal))
    written: list[bytes] = []
    writer = Writer(written.append, past.header)

    for event in past:
        writer.write(event)

    for line, kept in zip(written, lines_of(journal), strict=True):
        assert holds(msgspec.json.decode(line), msgspec.json.decode(kept)), line


def holds(written: object, kept: object) -> bool:
    """Whether everything that was kept is written again; since then structs may have gained fields."""
    if isinstance(written, dict) and isinstance(kept, dict):
        return all(name in written and holds(written[name], value) for name, value in kept.items())
    if isinstance(written, list) and isinstance(kept, list):
        return len(written) == len(kept) and all(map(holds, written, kept))
    return written == kept


def test_there_is_a_journal_of_every_format_there_ever_was() -> None:
    formats = {Past(lines_of(journal)).header.format for journal in KEPT}

    assert formats == set(range(1, FORMAT + 1))


def test_a_kept_journal_holds_each_document_once_and_most_kinds_of_events() -> None:
    lines = [msgspec.json.decode(line) for journal in KEPT for line in lines_of(journal)[1:]]
    digests = [line["digest"] for line in lines if line.get("journal") == "document"]

    assert len(digests) == len(set(digests)) > 0
    assert {line["event"] for line in lines if "journal" not in line} >= {
        "call_arrived", "call_answered", "call_ended", "call_ringing", "command_given", "digit_pressed",
        "machine_detected", "member_joined", "member_left", "playback_ended", "recording_ended", "recording_started",
        "speech_heard", "switch_was_lost", "talk_started", "talk_stopped", "timer_rang",
    }  # fmt: skip


def test_the_header_of_a_kept_journal_holds_what_the_run_was_given() -> None:
    head = Past(lines_of(KEPT[0])).header

    rules = {"plivo": {"max_members": 10}}
    assert head == Header(version="2026.11.0", seed="workday", rules=rules, tables=head.tables)
