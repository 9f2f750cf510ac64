"""Every row of every face as its OpenAPI document tells of it: whatever is sent, what comes back is documented.

Requests are made up by schemathesis from the document that the live service hands out, the same ones in every run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.dialects.face import Face, Route
from engine.dialects.faces import FACES
from tests.rest.bench import ACCOUNTS, ACME, CREDENTIALS
from tests.rest.texml import APPLICATION, SID
from tests.sdk.live import Live, live
from tests.sdk.vendors import PEOPLE, Rooms

pytestmark = pytest.mark.xdist_group("sdk-openapi")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PARAMETER = re.compile(r"\{([^}]*)\}")
# Nobody out there is asked: made-up addresses are the application's, or a port on which nobody listens.
ADDRESSES = ["http://127.0.0.1:9/nobody", "http://localhost:9/?q=1#tm=1", "https://127.0.0.1:9/%20"]
schemathesis.openapi.format("uri", st.sampled_from(ADDRESSES))
GENERATION = GenerationConfig(with_security_parameters=False)
CONFIG = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=GENERATION)))
BOUNDED = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service with few calls at a time; nothing that it was asked may have been a bug."""
    folder = tmp_path_factory.mktemp("service")
    with live(folder, simulator=PEOPLE, speed=200.0, limits={"calls": 50}) as running:
        yield running
    log = [msgspec.json.decode(line) for line in (folder / "log.jsonl").read_bytes().splitlines()]
    assert [line for line in log if line["level"] == "error"] == []


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False  # a proxy, if any, is not for us
        yield made


@pytest.fixture(scope="module")
def schemas(service: Live) -> Mapping[str, Any]:
    """The documents, as the live service hands them out."""
    return {
        name: schemathesis.openapi.from_dict(service.request("GET", f"/openapi/{name}.json").json, config=CONFIG)
        for name in FACES
    }


@pytest.fixture(scope="module")
def rooms(service: Live) -> Rooms:
    return Rooms(service, "plivo", "+16505550100")


def names(face: Face) -> dict[str, str]:
    """The parameter of paths that names the account, and our name there."""
    return {face.account: ACCOUNTS[0][face.name].get(face.account) or ACME}


def known(service: Live, rooms: Rooms) -> dict[str, list[str]]:
    """What there is to ask about under each parameter of a path, made anew: a room with two in it, and all it has."""
    assert service.request("DELETE", f"/v1/Account/{ACME}/Call/", face="plivo").status == 204
    name = rooms.name().replace(" ", "-")
    calls = rooms.let_in(2, name)
    plivo, texml = f"/v1/Account/{ACME}/Conference/{name}/", f"/v2/texml/Accounts/{SID}"
    audian = "/v2/accounts/acmeaudian/conferences"
    told = {"callback_url": f"{rooms.app.url}/recorded"}
    over = service.request("POST", f"{plivo}Record/", json=told, face="plivo").json["recording_id"]
    assert service.request("DELETE", f"{plivo}Record/", face="plivo").status == 204
    rooms.app.wait("/recorded", recording_id=over)
    room = service.request("GET", f"{texml}/Conferences?FriendlyName={name}", face="texml").json["conferences"][0]
    people = service.request("GET", f"{texml}/Conferences/{room['sid']}/Participants", face="texml").json
    call = people["participants"][0]["call_sid"]
    running = service.request("POST", f"{texml}/Calls/{call}/Recordings.json", face="texml").json
    ended = service.request("GET", f"{texml}/Conferences/{room['sid']}/Recordings.json", face="texml").json
    queue = service.request("POST", f"{texml}/Queues", form={"FriendlyName": name}, face="texml").json
    stored = service.request("PUT", audian, json={"data": {"name": name}}, face="audian").json["data"]
    seated = service.request("GET", f"{audian}/{stored['id']}/participants", face="audian").json["data"]
    return {
        "conference_name": [name],
        "member_id": ["1", "1,2", "all"],
        "call_uuid": calls,
        "request_uuid": calls,
        "recording_id": [over],
        "conference_sid": [room["sid"]],
        "call_sid": [call],
        "connection_id": [APPLICATION],
        "recording_sid": [running["sid"], *(one["sid"] for one in ended["recordings"])],
        "queue_sid": [queue["sid"]],
        "conference_id": [stored["id"]],
        "participant_id": [one["participant_id"] for one in seated],
    }


# What cannot be made up from a document: the numbers of people, and what hangs together.
CALLED = {"from": "+16505550100", "to": "+14155553333"}
NEEDED: Mapping[str, Mapping[str, Any]] = {
    "make_call": CALLED,
    "play_call": {"urls": ADDRESSES[0]},
    "transfer_call": {"legs": "aleg", "aleg_url": ADDRESSES[0]},
    "create_conference": {"name": "Weekly"},
    "act_on_conference": {"action": "lock"},
}


def completed(body: Any, face: Face, row: Route) -> Any:
    """A body with what its row needs."""
    needed = NEEDED.get(row.name)
    if needed is None or not isinstance(body, dict):
        return body
    return {**body, face.within: {**needed}} if face.within else {**body, **needed}


# What is wrong needs something that can be wrong: of a row without fields only its path can be made up.
CASES = {
    f"{face.name}-{row.name}-{mode.value}": (face, row, mode)
    for face in FACES.values()
    for row in face.routes
    for mode in GenerationMode
    if row.fields or mode.is_positive
}


@pytest.mark.parametrize(("face", "row", "mode"), CASES.values(), ids=list(CASES))
def test_whatever_is_asked_is_answered_as_documented(  # noqa: PLR0913, PLR0917
    service: Live,
    session: requests.Session,
    schemas: Mapping[str, Any],
    rooms: Rooms,
    face: Face,
    row: Route,
    mode: GenerationMode,
) -> None:
    there = {name: st.sampled_from(values) for name, values in known(service, rooms).items()}
    operation = schemas[face.name].find_operation_by_id(row.name)
    headers = CREDENTIALS[face.name](ACCOUNTS[0])
    own = names(face)
    seen = set()

    @BOUNDED
    @given(
        case=operation.as_strategy(generation_mode=mode),
        chosen=st.fixed_dictionaries({name: there[name] for name in PARAMETER.findall(row.path) if name in there}),
        lost=st.integers(0, 3),
    )
    def ask(case: Case, chosen: dict[str, str], lost: int) -> None:
        if lost:  # else whatever is made up, where hardly anything is
            case.path_parameters = {**case.path_parameters, **own, **chosen}
            case.body = completed(case.body, face, row) if mode.is_positive else case.body
        answered = case.call_and_validate(base_url=service.url, session=session, headers=headers, checks=CHECKS)
        seen.add(answered.status_code)

    ask()
    assert mode.is_negative or seen & row.answers.keys(), f"none of {sorted(seen)} is what is hoped for"
