"""The samples are true: what they expect holds, their timelines are those recorded, and each expects what matters."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from engine.cli import main
from engine.simulation.scenario import Play, load
from tests.samples.record import ROOT, SAMPLES, TIMELINES, disappointments, scenarios, timeline_of

NAMES = [path.stem for path in scenarios()]
CITED = re.compile(r"\b(Plivo|Vobiz|TeXML|Audian) \d")


def play_of(name: str) -> Play:
    return load(SAMPLES / f"{name}.yaml")


def changed(play: Play, **sections: Any) -> Play:
    """The same scenario with some sections replaced."""
    return msgspec.structs.replace(play, scenario=msgspec.structs.replace(play.scenario, **sections))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_does_what_it_expects_and_what_was_recorded(name: str) -> None:
    result = CliRunner().invoke(main, ["simulate", str(SAMPLES / f"{name}.yaml"), "--format", "jsonl"])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes == timeline_of(SAMPLES / f"{name}.yaml").read_bytes(), (
        "the timeline has changed; if it should have: python -m tests.samples.record"
    )


@pytest.mark.parametrize("seed", ["1", "4711"])
def test_the_timelines_are_the_same_under_another_hash_seed(seed: str) -> None:
    command = [sys.executable, "-m", "tests.samples.record", "--check"]
    env = {**os.environ, "PYTHONHASHSEED": seed}

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_a_sample_matters_to_what_it_expects(name: str) -> None:
    play = play_of(name)
    steps = play.scenario.steps

    without = {i: changed(play, steps=steps[:i] + steps[i + 1 :]) for i in range(len(steps))}

    assert [steps[i] for i, rest in without.items() if not disappointments(rest)] == []


# The rule that a sample is about, broken: its expectations must notice.
BROKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("kick", "plivo", {"exits": {"kicked": "end"}}),
    ("kick", "plivo", {"exits": {"hung_up": "action_or_next"}}),
    ("moderated_start", "plivo", {"start_requires": 9}),
    ("moderated_start", "plivo", {"wait_loops": False}),
    ("end_on_exit", "texml", {"exits": {"ended_by_member": "end"}}),
    ("left_alone", "vobiz", {"exits": {"left_alone": "action_or_next"}}),
    ("left_alone", "vobiz", {"alone": "at_once"}),
    ("time_limit", "plivo", {"exits": {"room_time_limit": "end"}}),
    ("room_full", "plivo", {"exits": {"full": "end"}}),
    ("star", "plivo", {"exits": {"star": "end"}}),
    ("menu", "plivo", {"type_ahead": False}),
    ("menu", "plivo", {"no_input": "action"}),
    ("hold", "texml", {"sound_verbs": ["speak", "play"]}),
    ("announce", "texml", {"sound_verbs": ["play"]}),
    ("record", "vobiz", {"record_action": "end"}),
    ("fallback", "plivo", {"fallback_kinds": []}),
    ("slow_server", "texml", {"fallback_kinds": ["answer"]}),
    ("pin", "audian", {"exits": {"pin_wrong": "next"}}),
    ("pin", "audian", {"exits": {"kicked": "next"}}),
    ("two_dialects", "plivo", {"exits": {"ended_by_member": "end"}}),
    ("two_dialects", "vobiz", {"exits": {"ended_by_member": "action_or_next"}}),
    ("mixed_room", "plivo", {"exits": {"room_time_limit": "end"}}),
    ("mixed_room", "texml", {"exits": {"room_time_limit": "end"}}),
    ("mixed_room", "vobiz", {"exits": {"room_time_limit": "action_or_next"}}),
    ("accounts", "plivo", {"exits": {"ended_by_api": "action_or_next"}}),
    ("callbacks", "texml", {"subscriber": "member"}),
    ("queue", "texml", {"queue_verbs": ["speak", "play"]}),
    ("speech", "vobiz", {"no_input": "action"}),
]


@pytest.mark.parametrize(("name", "dialect", "rules"), BROKEN, ids=[f"{n}-{d}-{'-'.join(r)}" for n, d, r in BROKEN])
def test_a_sample_notices_when_its_rule_is_broken(name: str, dialect: str, rules: dict[str, Any]) -> None:
    assert disappointments(changed(play_of(name), rules={dialect: rules}))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_says_first_what_it_shows_and_by_which_rule(name: str) -> None:
    text = (SAMPLES / f"{name}.yaml").read_text("utf-8")
    said = text[: text.index("\n", text.rindex("\n#", 0, text.index(":\n")) + 1)]

    assert all(line.startswith("# ") for line in said.splitlines())
    assert CITED.search(said)


def test_the_table_lists_every_sample_and_nothing_else() -> None:
    text = (SAMPLES / "README.md").read_text("utf-8")

    listed = re.findall(r"^\| \[(\w+)\]\((\w+)\.yaml\) \|", text, re.MULTILINE)

    assert sorted(listed) == [(name, name) for name in sorted(NAMES)]


def test_every_timeline_and_document_belongs_to_a_sample() -> None:
    named = "".join((SAMPLES / f"{name}.yaml").read_text("utf-8") for name in NAMES)

    assert sorted(path.stem for path in TIMELINES.iterdir()) == sorted(NAMES)
    assert [path.name for path in SAMPLES.glob("*.xml") if f"file: {path.name}" not in named] == []


def test_a_customer_would_be_told_of_nothing_wrong_with_the_documents() -> None:
    broken_on_purpose = SAMPLES / "fallback.yaml"
    files = [str(path) for path in (*scenarios(), *sorted(SAMPLES.glob("*.xml"))) if path != broken_on_purpose]

    result = CliRunner().invoke(main, ["check", *files])

    assert result.exit_code == 0, result.stdout


def test_samples_speak_every_dialect() -> None:
    flows = "".join(path.read_text("utf-8") for path in sorted(TIMELINES.iterdir()))

    assert {name for name in ("plivo", "vobiz", "texml") if f'"dialect":"{name}"' not in flows} == set()
    assert Path(SAMPLES / "kick.xml").read_text("utf-8").split() == DOCUMENT_OF_KICK.split()


# The document by which the vendors explain a kick.
DOCUMENT_OF_KICK = """
<Response>
    <Conference enterSound="beep:1">MyConference</Conference>
    <Speak>You have been disconnected from the conference</Speak>
</Response>
"""
