"""What most tests of the faces begin with: a service that is served, and a customer of each vendor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rest import audian as audians
from tests.rest import plivo as plivos
from tests.rest import texml as texmls
from tests.rest.bench import Bench, served


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A service of its own for each test."""
    with served() as one:
        yield one


@pytest.fixture
def plivo(bench: Bench) -> plivos.Customer:
    """A customer of the Plivo face."""
    return plivos.Customer(bench)


@pytest.fixture
def texml(bench: Bench) -> texmls.Customer:
    """A customer of the TeXML face."""
    return texmls.Customer(bench)


@pytest.fixture
def audian(bench: Bench) -> audians.Customer:
    """A customer of the Audian face."""
    return audians.Customer(bench)
