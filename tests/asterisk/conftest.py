"""One Asterisk for each process that runs these tests; under CI it is fetched, elsewhere the suite says how to."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.asterisk.provision import Instance, instance, prefix, provided


def pytest_report_header() -> list[str]:
    """Say which Asterisk is used, when these tests alone are asked for."""
    found = provided()
    return [] if found is None else [f"asterisk: {found.version}, packages' sums {found.total}"]


@pytest.fixture(scope="session")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A running Asterisk; a test that leaves something behind in it hears of it through `leftovers`."""
    if provided() is None and os.environ.get("CI") != "true":
        pytest.skip(f"there is no Asterisk: callflow asterisk install {prefix()}")
    with instance(tmp_path_factory.mktemp("asterisk")) as running:
        yield running
