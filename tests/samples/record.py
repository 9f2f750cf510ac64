"""Records what the samples do: `python -m tests.samples.record` writes every timeline anew, `--check` only compares.

The timelines of the journals in `tests/journals` are written anew as well, from the journals as they
stand. A sample whose expectations do not hold is not recorded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.simulation.replay import replayed
from engine.simulation.run import Simulation
from engine.simulation.scenario import Play, load
from engine.simulation.show import as_failures, as_lines

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
TIMELINES = SAMPLES / "timelines"
JOURNALS = ROOT / "tests" / "journals"


def scenarios() -> list[Path]:
    """Every sample that can be simulated, by name."""
    return sorted(SAMPLES.glob("*.yaml"))


def journals() -> list[Path]:
    """Every journal that is kept."""
    return sorted(JOURNALS.glob("*.journal.jsonl"))


def timeline_of(path: Path) -> Path:
    """Where the timeline of a sample or journal is recorded."""
    if path.parent == SAMPLES:
        return TIMELINES / f"{path.stem}.jsonl"
    return path.with_name(path.name.replace(".journal.", ".timeline."))


def disappointments(play: Play) -> list[str]:
    """Play a scenario; the expectations that did not come true, as the command line words them."""
    return list(as_failures(Simulation(play).run().failures))


def as_text(timeline: Iterable[Mapping[str, Any]]) -> str:
    """Spell a timeline as `callflow simulate --format jsonl` prints it."""
    return "".join(f"{line}\n" for line in as_lines(timeline))


def replay_of(journal: Path) -> str:
    """Let a journal happen again; its timeline. That the state tables have changed since is no surprise here."""
    return as_text(replayed(journal.read_bytes().splitlines(keepends=True), lambda _: None))


def present() -> Iterator[tuple[Path, str]]:
    """Each timeline's file, and what it would hold if it were recorded now."""
    for path in scenarios():
        run = Simulation(load(path)).run()
        if run.failures:
            raise SystemExit("\n".join([f"{path.name} is not as it expects:", *as_failures(run.failures)]))
        yield timeline_of(path), as_text(run.timeline)
    for path in journals():
        yield timeline_of(path), replay_of(path)


def differing() -> list[tuple[Path, str]]:
    """The files that are not as they would be recorded now, with what they would hold; nothing for those to remove."""
    now = dict(present())
    changed = [(path, text) for path, text in now.items() if not path.exists() or path.read_text("utf-8") != text]
    return changed + [(path, "") for path in sorted(TIMELINES.glob("*.jsonl")) if path not in now]


def main(arguments: list[str]) -> int:
    """Record, or with `--check` only tell what differs (exit status 1)."""
    changed = differing()
    for path, text in changed:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
        if arguments == ["--check"]:
            continue
        if text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        else:
            path.unlink()
    return 1 if changed and arguments == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
