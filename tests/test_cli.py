"""The command line: what it prints, and its exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import main

KICK = """
dialect: plivo
documents: {https://app.example/answer: {file: kick.xml}}
callers: {ann: {answer_url: https://app.example/answer}}
steps: [{at: 10, do: kick, conference: Room, members: [ann]}]
expect: [{at: 10, what: member_left, cause: CAUSE}]
"""
DOCUMENT = """<Response>
  <Conference>Room</Conference>
  <Speak>Goodbye.</Speak>
</Response>
"""


def callflow(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kick.xml").write_text(DOCUMENT)
    (tmp_path / "kick.yaml").write_text(KICK.replace("CAUSE", "kicked"))
    (tmp_path / "wrong.yaml").write_text(KICK.replace("CAUSE", "hung_up"))
    return tmp_path


def test_a_scenario_whose_expectations_hold_ends_with_0(folder: Path) -> None:
    result = callflow("simulate", folder / "kick.yaml")

    assert result.exit_code == 0, result.output
    assert "member_left" in result.stdout
    assert "cause=kicked" in result.stdout
    assert result.stderr == ""


def test_a_timeline_can_be_lines_of_json(folder: Path) -> None:
    result = callflow("simulate", folder / "kick.yaml", "--format", "jsonl")

    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert entries[0] == {
        "at": 0.0,
        "call": "ann",
        "what": "call_arrived",
        "caller": "+14155550100",
        "called": "+16505550100",
    }
    assert callflow("simulate", folder / "kick.yaml", "--format", "jsonl").stdout == result.stdout


def test_a_failed_expectation_is_shown_with_what_was_near_and_ends_with_1(folder: Path) -> None:
    result = callflow("simulate", folder / "wrong.yaml")

    assert result.exit_code == 1
    assert "expectation 1 failed: at: 10, what: member_left, cause: hung_up" in result.stderr
    assert "cause=kicked" in result.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("caller: {}", "caller: there is no section 'caller' (did you mean callers?)"),
        (KICK.replace("kick.xml", "none.xml"), "none.xml cannot be read"),
    ],
)
def test_a_scenario_that_cannot_be_run_ends_with_2(folder: Path, text: str, words: str) -> None:
    (folder / "bad.yaml").write_text(text)
    result = callflow("simulate", folder / "bad.yaml")

    assert result.exit_code == 2
    assert words in result.stderr


def test_a_missing_file_ends_with_2(folder: Path) -> None:
    assert callflow("simulate", folder / "none.yaml").exit_code == 2
    assert callflow("simulate", folder / "none.xml").exit_code == 2


def test_a_single_document_runs_with_one_caller_and_steps_from_the_command_line(folder: Path) -> None:
    result = callflow("simulate", folder / "kick.xml", "--do", "10 kick ann", "--format", "jsonl")

    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert (10.0, "kicked") in [(entry["at"], entry.get("cause")) for entry in entries]
    assert "taken as plivo" in result.stderr


def test_a_journal_replays_to_the_same_timeline(folder: Path) -> None:
    lived = callflow("simulate", folder / "kick.yaml", "--journal", folder / "journal", "--format", "jsonl")
    replayed = callflow("replay", folder / "journal", "--format", "jsonl")

    assert replayed.exit_code == 0, replayed.output
    assert replayed.stdout == lived.stdout
    assert replayed.stderr == ""
    assert (folder / "journal").stat().st_mode & 0o777 == 0o600


def test_what_is_no_journal_is_told(folder: Path) -> None:
    assert callflow("replay", folder / "kick.yaml").exit_code == 2
    assert callflow("replay", folder / "none").exit_code == 2
    assert callflow("simulate", folder / "kick.yaml", "--journal", folder / "none" / "journal").exit_code == 2


def test_a_journal_that_was_there_before_is_closed_to_others(folder: Path) -> None:
    (folder / "journal").touch(0o644)
    callflow("simulate", folder / "kick.yaml", "--journal", folder / "journal")

    assert (folder / "journal").stat().st_mode & 0o777 == 0o600


def test_a_journal_whose_time_goes_back_is_told(folder: Path) -> None:
    callflow("simulate", folder / "kick.yaml", "--journal", folder / "journal")
    head, *events = (folder / "journal").read_text().splitlines(keepends=True)
    (folder / "journal").write_text("".join((head, *reversed(events))))
    replayed = callflow("replay", folder / "journal")

    assert replayed.exit_code == 2
    assert "order of time" in replayed.stderr


def test_a_finding_is_shown_without_what_would_move_the_terminal(folder: Path) -> None:
    (folder / "bad.xml").write_text('<Response><Speak voice="\x9b31m">x</Speak></Response>')
    checked = callflow("check", folder / "bad.xml", "--dialect", "plivo")

    assert "WOMAN" in checked.stdout
    assert "\x9b" not in checked.stdout


def test_a_journal_of_other_tables_is_replayed_with_a_note(folder: Path) -> None:
    callflow("simulate", folder / "kick.yaml", "--journal", folder / "journal")
    head, _, rest = (folder / "journal").read_text().partition("\n")
    (folder / "journal").write_text(json.dumps({**json.loads(head), "tables": "other"}) + "\n" + rest)

    assert "the state tables are not those" in callflow("replay", folder / "journal").stderr


def test_an_unreadable_single_document_is_what_its_caller_meets(folder: Path) -> None:
    (folder / "bad.xml").write_text("<Response>")
    result = callflow("simulate", folder / "bad.xml", "--dialect", "plivo")

    assert result.exit_code == 0
    assert "cause=bad_document" in result.stdout


def test_a_sample_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = callflow("simulate", "samples/kick.yaml")

    assert result.exit_code == 0, result.output
    assert result.stderr == ""


def test_check_points_at_what_is_wrong(folder: Path) -> None:
    (folder / "bad.xml").write_text("<Response>\n  <Speak loop='x'>Hello.</Speak>\n  <Speek/>\n</Response>\n")
    result = callflow("check", folder / "bad.xml", "--dialect", "plivo")

    assert result.exit_code == 1
    assert f"{folder / 'bad.xml'}:2:10: warning: " in result.stdout
    assert f"{folder / 'bad.xml'}:3:3: error: " in result.stdout
    assert "    <Speek/>\n      ^\n" in result.stdout.replace("      <Speek/>", "    <Speek/>")


def test_check_ends_with_1_for_errors_and_when_strict_for_warnings(folder: Path) -> None:
    (folder / "warned.xml").write_text("<Response><GetDigits><Speak>One?</Speak></GetDigits></Response>")

    assert callflow("check", folder / "kick.yaml", "--strict").exit_code == 0
    assert callflow("check", folder / "warned.xml").exit_code == 0
    assert callflow("check", folder / "warned.xml", "--strict").exit_code == 1
    assert callflow("check", folder / "none.xml").exit_code == 2


def test_check_can_answer_in_json(folder: Path) -> None:
    (folder / "warned.xml").write_text("<Response>\n<GetDigits/></Response>")
    findings = json.loads(callflow("check", folder / "warned.xml", "--format", "json").stdout)

    assert [(one["line"], one["rule"], one["severity"]) for one in findings] == [(2, "no-action", "warning")]


def test_explain_tells_an_element_in_every_dialect_that_has_it() -> None:
    both = callflow("explain", "conference").stdout

    assert "<Conference> in Plivo XML" in both
    assert "startConferenceOnEnter" in both
    assert len(callflow("explain", "Conference", "--dialect", "plivo").stdout) < len(both)


def test_explain_do_lists_every_step() -> None:
    told = callflow("explain", "do").stdout

    for word in ("kick: ", "talk: ", "set_end_on_exit: ", "    for: seconds\n", "    from: text\n"):
        assert word in told


def test_explain_suggests_what_was_meant() -> None:
    result = callflow("explain", "Conferance")

    assert result.exit_code == 2
    assert "did you mean Conference?" in result.stderr


@pytest.mark.parametrize("machine", ["call", "conference", "member", "dial"])
def test_a_machine_is_drawn_from_its_table(machine: str) -> None:
    drawn = callflow("diagram", machine).stdout

    assert drawn.startswith("stateDiagram-v2\n    [*] --> ")
    assert " --> [*]" in drawn


def test_a_schema_is_printed_for_a_dialect_and_for_scenarios() -> None:
    assert callflow("schema", "plivo").stdout.startswith("<?xml")
    scenario = json.loads(callflow("schema", "scenario").stdout)
    assert {"KickStep", "TalkStep", "Expectation"} <= set(scenario["$defs"])
    assert callflow("schema", "plivi").exit_code == 2


def test_a_wrong_dialect_is_told(folder: Path) -> None:
    result = callflow("simulate", folder / "kick.xml", "--dialect", "plivi")

    assert result.exit_code == 2
    assert "did you mean plivo?" in result.stderr
