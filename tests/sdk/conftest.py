"""The live service and the clients that the tests of one file share."""

from __future__ import annotations

from collections.abc import Iterator

import plivo
import pytest

from tests.rest.bench import ACME
from tests.sdk.live import Live, live
from tests.sdk.plivo_account import client_of
from tests.sdk.texml_account import SIGNING
from tests.sdk.vendors import PEOPLE, Rooms


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("service"), simulator=PEOPLE, accounts=SIGNING) as running:
        yield running


@pytest.fixture(scope="module")
def rooms(service: Live) -> Rooms:
    return Rooms(service, "plivo", "+16505550100")


@pytest.fixture(scope="module")
def client(service: Live) -> Iterator[plivo.RestClient]:
    with client_of(service, ACME, "acme-plivo") as made:
        yield made
