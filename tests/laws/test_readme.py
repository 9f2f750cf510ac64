"""README stays true: its first command sets up and runs the main job, its other blocks run as they stand.

A block of Python or Bash is run when `<!-- run -->` stands on the line above it, and all but the two set-up commands
must be marked. Each runs by itself, at the top of the checkout, and must succeed; in Python, warnings are errors.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from engine.settings import VERSION
from tests.laws.outside import ROOT, run
from tests.laws.readme import README, Block, blocks

RUNNERS = {"python": (sys.executable, "-W", "error", "-c"), "bash": ("bash", "-euo", "pipefail", "-c")}

# What the first command needs of a clone.
CLONE = ("pyproject.toml", "README.md", "LICENSE", "engine", "samples", "xml_schemas")

SET_UP, GATE, *OTHERS = blocks(README, RUNNERS)


def test_first_command_sets_up_a_fresh_clone_and_runs_the_main_job(tmp_path: Path) -> None:
    for name in CLONE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)

    said = run("bash", "-c", SET_UP.text, cwd=tmp_path)

    assert (tmp_path / ".venv" / "bin" / "callflow").exists()
    assert "kick" in said


def test_first_command_leaves_the_system_python_alone() -> None:
    assert SET_UP.text.rstrip().endswith("callflow simulate samples/kick.yaml")
    assert len(SET_UP.text.replace("\\\n", "").splitlines()) == 1
    assert "git python3-venv" in SET_UP.text
    assert re.findall(r"\S*pip3? ", SET_UP.text) == [".venv/bin/pip "]


def test_second_command_is_the_gate() -> None:
    assert GATE.text == "./.ci/run\n"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    run("bash", "-n", ".ci/run", cwd=ROOT)


def test_every_other_block_is_run() -> None:
    assert [block.line for block in OTHERS if not block.marked] == []


def test_readme_shows_python_that_runs() -> None:
    assert "python" in {block.language for block in OTHERS}


@pytest.mark.parametrize("block", OTHERS, ids=lambda block: f"line {block.line}")
def test_block_runs_as_it_stands(block: Block) -> None:
    run(*RUNNERS[block.language], block.text, cwd=ROOT, first_on_path=Path(sys.executable).parent)


def test_newest_entry_of_the_changes_is_the_version() -> None:

    assert re.findall(r"^### (\S+)", README.partition("\n## Changes\n")[2], re.MULTILINE)[0] == VERSION


def test_a_marked_block_and_an_unmarked_one_are_told_apart() -> None:
    text = "a\n\n<!-- run -->\n```python\n1\n```\n\n```bash\nls\n```\n\n```xml\n<a/>\n```\n"

    assert blocks(text, RUNNERS) == [Block(3, "python", "1\n", marked=True), Block(8, "bash", "ls\n", marked=False)]
