"""The benchmarks of Asterisk run, and nothing goes wrong in them; what the figures are is not a test's affair."""

from __future__ import annotations

import pytest

from tests.benchmarks import asterisk_calls, asterisk_latency, asterisk_load, asterisk_rooms

pytestmark = pytest.mark.usefixtures("asterisk")  # which knows what to do where there is none


def test_calls_are_compared_with_the_bare_dialplan(capsys: pytest.CaptureFixture[str]) -> None:
    assert asterisk_calls.main(40, 1).ratio > 0
    assert "of the bare dialplan's calls/s" in capsys.readouterr().out


def test_rooms_are_compared_with_the_dialplans(capsys: pytest.CaptureFixture[str]) -> None:
    assert asterisk_rooms.main(40, 1).ratio > 0
    assert "of ConfBridge's calls/s" in capsys.readouterr().out


def test_waits_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert asterisk_latency.main(1).prompt > 0
    assert "kick to the next prompt's first packet" in capsys.readouterr().out


def test_no_call_is_lost_and_nobody_heard_who_should_not_be() -> None:
    outcome = asterisk_load.main(2, 1)
    assert outcome.cells > 0
    assert (outcome.wrong, outcome.lost) == (0, 0)
