"""The benchmarks run, and the engines that they compare do the same; what the figures are is not a test's affair."""

import subprocess
import sys

import pytest

from tests.benchmarks import (
    floor,
    growth,
    handle,
    kick,
    live_rooms,
    mute_all,
    peer_simpy,
    reading,
    rebuild,
    rest,
    trigger,
    turned_away,
)
from tests.benchmarks.model import Crowd, Simulate
from tests.benchmarks.ratio import HERE, run

CALLS = 2_500  # so many that rooms fill and callers are turned away


@pytest.mark.parametrize("peer", [floor.simulate, peer_simpy.simulate])
def test_all_engines_agree_to_the_last_digit(peer: Simulate) -> None:
    ours = turned_away.simulate(Crowd(CALLS)).result()

    assert ours == peer(Crowd(CALLS)).result()
    assert ours["calls"] == CALLS
    assert ours["turned_away"] > 0


@pytest.mark.parametrize("engine", ["floor", "peer_simpy", "turned_away"])
def test_an_engine_prints_one_line_of_json_when_run_as_a_file(engine: str) -> None:
    said = run(engine, 50)

    assert list(said) == ["engine", "cpu_s", "calls_per_s", "peak_mib", "result"]


def test_the_figures_are_printed_by_every_script(capsys: pytest.CaptureFixture[str]) -> None:
    assert handle.main(50)["events"] > 50
    assert set(reading.main(0.01, 1)) == {"400 B", "4 KB", "100 KB", "cached 400 B", "cached 4 KB"}
    assert trigger.main(2, 1).ratio > 0
    assert set(mute_all.main((10,), 1)) == {10}
    assert len(growth.main((50,), (10,))) == 3

    printed = capsys.readouterr().out
    assert "us an event" in printed
    assert "bytes a live call" in printed


def test_the_ratio_is_the_median_of_runs_in_turn() -> None:
    command = [sys.executable, str(HERE / "ratio.py"), "200", "1"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert "of SimPy" in said
    assert "equal aggregates" in said.splitlines()[-1]


def test_the_figures_of_the_service_are_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert kick.main(3) > 0
    assert 0 <= live_rooms.main(6, 3, 0.5) < 1
    assert set(rest.main(1, 1)) == set(rest.LOADS)
    assert rebuild.main(6, 3, 300) > 0

    printed = capsys.readouterr().out
    assert "kick to the next document's fetch: median" in printed
    assert "; 3 wait documents fetched" in printed
    assert "of the bare application" in printed
    assert "6 calls from a checkpoint" in printed
