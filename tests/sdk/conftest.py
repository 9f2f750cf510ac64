"""The live service and the clients that the tests of one file share."""

from __future__ import annotations

from collections.abc import Iterator

import plivo
import pytest
import telnyx
from telnyx.resources.texml.accounts import AccountsResource

from tests.rest.bench import ACME
from tests.rest.texml import LINE
from tests.sdk.live import Live, live
from tests.sdk.plivo_account import client_of
from tests.sdk.telnyx_account import telnyx_client_of
from tests.sdk.texml_account import SIGNING, TexmlRooms
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


@pytest.fixture(scope="module")
def texml_rooms(service: Live) -> TexmlRooms:
    return TexmlRooms(service, "texml", LINE)


@pytest.fixture(scope="module")
def telnyx_client(service: Live) -> Iterator[telnyx.Telnyx]:
    with telnyx_client_of(service) as made:
        yield made


@pytest.fixture(scope="module")
def accounts(telnyx_client: telnyx.Telnyx) -> AccountsResource:
    return telnyx_client.texml.accounts
