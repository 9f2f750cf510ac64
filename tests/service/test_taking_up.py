"""Wherever a run broke off: who takes its journal up stands where it stood, and goes on as it would have."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drivers.takes import address
from engine.errors import RequestError
from engine.exchange import Exchange
from engine.journal import dump, header
from engine.service.accounts import Accounts
from engine.service.books import Books
from engine.service.config import Config
from engine.service.demo import demo
from engine.service.journaling import Journal
from engine.service.recovery import begun, options, standing, taken_up
from engine.values import commands, effects
from engine.values.effects import Effect, FetchDocument, ForgetRecording, SendCallback, SetTimer
from engine.values.events import CallArrived, CallEnded, CommandGiven, DigitPressed, Event, SwitchWasLost
from tests.laws.flows import ACCOUNT, SPEAKERS
from tests.laws.storms import CAP, Story, World, spoken, stories

STORMS = 60
FEW = {"max_members": CAP, "cap_ceiling": CAP}
REMEMBERED = 5
DEMO = demo()
RULED = msgspec.structs.replace(DEMO, rules=dict.fromkeys((*SPEAKERS, "audian"), FEW))


class Run(NamedTuple):
    """A run whose journal is being written."""

    journal: Journal
    books: Books
    exchange: Exchange

    def take(self, events: Iterable[Event]) -> list[Effect]:
        """Let events happen as the service does; what followed."""
        followed = []
        for event in events:
            followed += self.books.take(event, self.exchange.handle)
            self.journal.keep([event])
            if self.journal.is_long():
                self.journal.begin_anew(HEAD, self.exchange, self.books.kept())
        return followed

    def stands(self) -> tuple[Any, ...]:
        """All that is known, as of a checkpoint."""
        live = sorted((+self.books.register.live).items())
        return dump(self.exchange), live, *map(msgspec.json.encode, self.books.kept().values())


HEAD = header(seed="storm", epoch=1.0, rules=options(RULED))


def config(file: Path, **changes: Any) -> Config:
    return msgspec.structs.replace(RULED, journal=str(file), **changes)


def bug(about: Event) -> None:
    raise AssertionError(f"nobody could take {about}")


def run(given: Config) -> Run:
    """A run as the service begins it; one that broke off is taken up."""
    journal, head, exchange = begun(given, spoken())
    assert journal is not None
    books = Books(head, exchange, Accounts(given, {}), REMEMBERED, address, bug)
    if journal.past is not None:
        try:
            taken_up(journal, books)
        except RequestError:
            journal.close()
            raise
    return Run(journal, books, exchange)


def fresh(given: Config) -> Run:
    """A new run with the header of all these."""
    journal = Journal(Path(given.journal))
    journal.begin(HEAD)
    journal.close()
    return run(given)


@settings(max_examples=STORMS)
@given(stories(), st.integers(0, 300), st.integers(1, 60), st.integers(0, 60))
def test_a_run_that_breaks_off_anywhere_goes_on_as_if_it_had_not(story: Story, at: int, every: int, torn: int) -> None:
    world = World(story.documents)
    world.play(story)
    told = world.told
    at %= len(told)
    with TemporaryDirectory() as folder:
        given = config(Path(folder, "journal.jsonl"), checkpoint_events=every)
        whole, broken = fresh(config(Path(folder, "whole.jsonl"))), fresh(given)
        broken.take(told[:at])
        broken.journal.close()
        if at % every and torn:  # the last event was written, but not to its end
            file = Path(given.journal)
            text = file.read_bytes()
            last = len(text) - text.rstrip(b"\n").rfind(b"\n") - 1
            file.write_bytes(text[: -min(torn, last)])
            at -= 1
        whole.take(told[:at])

        again = run(given)

        assert again.stands() == whole.stands()
        assert again.take(told[at:]) == whole.take(told[at:])
        assert again.stands() == whole.stands()
        for one in (whole, again):
            one.journal.close()


def test_storms_are_long_enough_for_checkpoints(tmp_path: Path) -> None:
    one = fresh(config(tmp_path / "journal.jsonl", checkpoint_events=2))
    one.take([DigitPressed(0.0, "nobody", "1"), DigitPressed(1.0, "nobody", "2")])
    assert b'"journal":"checkpoint"' in (tmp_path / "journal.jsonl").read_bytes()
    one.journal.close()


def test_events_so_old_that_nobody_can_follow_them_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = config(tmp_path / "journal.jsonl")
    one = fresh(given)
    one.take([CallArrived(float(at), f"c{at}", "+1", "+2", "plivo", ACCOUNT) for at in range(9)])
    one.journal.close()
    monkeypatch.setattr("engine.service.recovery.KEPT", 3)

    again = run(given)

    again.journal.close()
    assert again.books.stream.last == one.books.stream.last >= 9
    kept, all_of_them = list(again.books.stream._lines), list(one.books.stream._lines)  # noqa: SLF001
    assert kept == all_of_them[-len(kept) :]
    assert 3 <= len(kept) < len(all_of_them)


def test_a_room_that_nobody_came_into_is_forgotten_across_a_checkpoint(tmp_path: Path) -> None:
    given = config(tmp_path / "journal.jsonl", checkpoint_events=2)
    one = fresh(given)
    asked = commands.InviteMember(call="bob", to="+1", account=ACCOUNT, conference="A", tongue="texml")
    one.take([CommandGiven(0.0, "c1", asked), CallEnded(1.0, "bob", "busy")])
    one.journal.close()

    again = run(given)
    owned = [what for what, _, _ in again.books.register.dump().owners]
    again.take([DigitPressed(2.0, "nobody", "1")])
    again.journal.close()

    assert owned == ["call", "conference"]
    assert [what for what, _, _ in again.books.register.dump().owners] == ["call"]


# --- what stands -----------------------------------------------------------------------------------


def test_what_stands_is_the_switchs_the_clocks_by_time_or_the_webs(tmp_path: Path) -> None:
    one = fresh(config(tmp_path / "journal.jsonl"))
    asked: list[Effect] = [
        SetTimer("ann:limit", 9.0, 1),
        effects.Answer("ann"),
        SendCallback("ann", "ann.1", "https://app.example/told", "POST", "ring", "plivo"),
        SetTimer("bob:wait", 3.0, 2),
        FetchDocument("ann", "ann.2", "https://app.example/answer", "POST", "answer", "plivo"),
        effects.PlayMedia("ann", "ann.3", "ann", "music"),
    ]
    one.books.ledger.happened(SwitchWasLost(0.0), asked)
    found = standing(one.books.ledger)
    assert (found.switch, found.clock, found.web) == (
        [asked[1], asked[5]], [asked[3], asked[0]], [asked[2], asked[4]],
    )  # fmt: skip
    one.journal.close()


def test_a_recording_that_was_to_be_dropped_is_dropped_once_more(tmp_path: Path) -> None:
    given = config(tmp_path / "journal.jsonl")
    one = fresh(given)
    dropped = one.take([CommandGiven(0.0, "c1", commands.ForgetRecording(recording="ann.1"))])
    one.journal.close()
    journal, head, exchange = begun(given, spoken())
    assert journal is not None
    again = taken_up(journal, Books(head, exchange, Accounts(given, {}), REMEMBERED, address, bug))
    assert again.ours == [effect for effect in dropped if isinstance(effect, ForgetRecording)] != []
    journal.close()


# --- what is not taken up --------------------------------------------------------------------------


def refused(given: Config) -> str:
    """Why a run is not taken up; its journal stays as it is, and is let go."""
    file = Path(given.journal)
    before, said = file.read_bytes(), set()
    for _ in range(2):
        with pytest.raises(RequestError) as caught:
            run(given)
        said.add(str(caught.value))
    assert file.read_bytes() == before
    (only,) = said
    return only


def test_other_rules_than_the_runs_own_are_refused(tmp_path: Path) -> None:
    given = config(tmp_path / "journal.jsonl")
    fresh(given).journal.close()
    other = msgspec.structs.replace(given, rules={})
    assert refused(other) == (
        f"{given.journal}: a run broke off here under other rules of dialects "
        "(give it its [rules] and limits.members back; name another file, or move this one away)"
    )
    run(given).journal.close()


def test_other_tables_than_the_runs_own_are_refused(tmp_path: Path) -> None:
    given = config(tmp_path / "journal.jsonl")
    older = msgspec.structs.replace(HEAD, tables="0" * 64, version="2026.10.0")
    journal = Journal(Path(given.journal))
    journal.begin(older)
    journal.close()
    assert "version 2026.10.0 broke off here, whose state tables are not ours (start that version" in refused(given)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"\xff\n", "line 2: "),
        (b'{"event":"digit_pressed","at":1.0,"call":"a"}\n', "line 2: Object missing required field `digit`"),
        (b'{"event":"switch_was_lost","at":-1.0}\n', "time cannot go back"),
        (b'{"journal":"checkpoint","exchange":"AAAA","kept":{}}\n', "not a checkpoint"),
        (msgspec.json.encode(HEAD) + b"\n", "line 2: this stands at the beginning only"),
    ],
)
def test_a_journal_that_cannot_be_read_to_its_end_is_refused(tmp_path: Path, line: bytes, why: str) -> None:
    given = config(tmp_path / "journal.jsonl")
    fresh(given).journal.close()
    with Path(given.journal).open("ab") as file:
        file.write(line)
    got = refused(given)
    assert got.startswith(f"{given.journal}: ")
    assert why in got
