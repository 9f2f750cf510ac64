"""What cannot be had is said where people read."""

from __future__ import annotations

from pathlib import Path

from engine.drivers.asterisk.limits import LIMITS

README = Path(__file__).parents[3] / "README.md"


def test_readme_has_every_limit_of_the_driver() -> None:
    told = [f"| {limit.what} | {limit.why} |" for limit in LIMITS]
    assert [line for line in README.read_text().splitlines() if line in told] == told
