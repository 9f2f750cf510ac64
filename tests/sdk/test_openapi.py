"""Every row of every face as its OpenAPI document tells of it: whatever is sent, what comes back is documented.

Requests are made up by schemathesis from the document that the live service hands out, the same ones in every run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import Struct
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
from tests.rest.bench import ACCOUNTS, ACME, CREDENTIALS, Got
from tests.rest.texml import APPLICATION, CALLER, SID
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
    max_examples=12,
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


def known(rooms: Rooms) -> dict[str, list[str]]:
    """What there is to ask about under each parameter of a path, made anew: a room with two in it, and all it has."""
    service = rooms.live
    assert service.request("DELETE", f"/v1/Account/{ACME}/Call/", face="plivo").status == 204
    name = rooms.name().replace(" ", "-")
    calls = rooms.let_in(2, name)
    plivo, texml = f"/v1/Account/{ACME}/Conference/{name}/", f"/v2/texml/Accounts/{SID}"
    audian = "/v2/accounts/acmeaudian/conferences"
    told = {"callback_url": f"{rooms.app.url}/recorded"}
    over = service.request("POST", f"{plivo}Record/", json=told, face="plivo").json["recording_id"]
    room = service.request("GET", f"{texml}/Conferences?FriendlyName={name}", face="texml").json["conferences"][0]
    people = service.request("GET", f"{texml}/Conferences/{room['sid']}/Participants", face="texml").json
    call = people["participants"][0]["call_sid"]
    running = service.request("POST", f"{texml}/Calls/{call}/Recordings.json", face="texml").json
    queue = service.request("POST", f"{texml}/Queues", form={"FriendlyName": name}, face="texml").json
    stored = service.request("PUT", audian, json={"data": {"name": name}}, face="audian").json["data"]
    seated = service.request("GET", f"{audian}/{stored['id']}/participants", face="audian").json["data"]
    assert service.request("DELETE", f"{plivo}Record/", face="plivo").status == 204
    rooms.app.wait("/recorded", recording_id=over)
    ended = service.request("GET", f"{texml}/Conferences/{room['sid']}/Recordings.json", face="texml").json
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


# What can hardly be made up from a document: the numbers of people, and what belongs together.
PLACED = {"from": "+16505550100", "to": "+14155553333", "answer_url": ADDRESSES[0]}
NEEDED: Mapping[str, Any] = {
    "get_call": {"status": "live"},
    "make_call": PLACED,
    "play_call": {"urls": ADDRESSES[0]},
    "transfer_call": {"legs": "aleg", "aleg_url": ADDRESSES[0]},
    "dial_call": {"From": CALLER, "To": CALLER, "ApplicationSid": APPLICATION},
    "create_conference": {"name": "Weekly"},
    "update_conference": {"max_members": 100},
    "patch_conference": {"max_members": 100},
    "act_on_conference": {"action": "lock"},
    "act_on_participant": {"action": "mute"},
    "act_on_participants": {"action": "mute"},
    "put_on_participant": {"action": "mute"},
}


def needed(case: Case[Any], face: Face, row: Route) -> None:
    """Let a request say what its row needs and nothing else."""
    given = NEEDED.get(row.name, {})
    if row.method == "GET":
        case.query = {**given}
    elif given:
        case.media_type, case.body = "application/json", {face.within: given} if face.within else given


# Whose path is asked in turn: ours that are there, ours that hardly are, and whatever is made up.
TURNS: tuple[Callable[[dict[str, str], dict[str, str]], dict[str, str]], ...] = (
    *[lambda own, chosen: own | chosen] * 3,
    lambda own, chosen: own,
    lambda own, chosen: {},
)
# What is wrong needs something that can be wrong: of a row without fields only its path can be made up.
CASES = {
    f"{face.name}-{row.name}-{mode.value}": (face, row, mode)
    for face in FACES.values()
    for row in face.routes
    for mode in GenerationMode
    if row.fields or mode.is_positive
}


@pytest.mark.parametrize(("face", "row", "mode"), CASES.values(), ids=list(CASES))
def test_whatever_is_asked_is_answered_as_documented(
    session: requests.Session,
    schemas: Mapping[str, Any],
    rooms: Rooms,
    face: Face,
    row: Route,
    mode: GenerationMode,
) -> None:
    there = {name: st.sampled_from(values) for name, values in known(rooms).items()}
    operation = schemas[face.name].find_operation_by_id(row.name)
    headers = CREDENTIALS[face.name](ACCOUNTS[0])
    own = names(face)
    seen: set[int] = set()
    turns: dict[str, int] = {}

    @BOUNDED
    @given(
        case=operation.as_strategy(generation_mode=mode),
        chosen=st.fixed_dictionaries({name: there[name] for name in PARAMETER.findall(row.path) if name in there}),
    )
    def ask(case: Case[Any], chosen: dict[str, str]) -> None:
        asked = repr((case.path_parameters, case.query, case.body, chosen))
        turn = turns.setdefault(asked, len(turns)) % len(TURNS)  # the same where a failure is tried again
        case.path_parameters = {**case.path_parameters, **TURNS[turn](own, chosen)}
        if turn == 0 and mode.is_positive:
            needed(case, face, row)
        answered = case.call_and_validate(base_url=rooms.live.url, session=session, headers=headers, checks=CHECKS)
        seen.add(answered.status_code)

    ask()
    assert mode.is_negative or seen & row.answers.keys(), f"none of {sorted(seen)} is what is hoped for"


# --- what every face refuses ------------------------------------------------------------------------


class Door(Struct, frozen=True):
    """Where a face's account is, what lists things there and what makes some, and how it says no to strangers."""

    base: str
    lists: str
    makes: str
    method: str = "POST"
    nobody: int = 401
    other: int = 403


DOORS = {
    "plivo": Door(f"/v1/Account/{ACME}", "/Conference/", "/Call/"),
    "vobiz": Door("/api/v1/Account/MA_ACME", "/Conference/", "/Call/"),
    "texml": Door(f"/v2/texml/Accounts/{SID}", "/Conferences", "/Calls", nobody=404, other=404),
    "audian": Door("/v2/accounts/acmeaudian", "/conferences", "/conferences", "PUT"),
}
# The keys of a problem's body; Vobiz's gateway has two shapes (Vobiz 1.4).
SHAPES = {
    "plivo": ({"api_id", "error"},),
    "vobiz": ({"message"}, {"error", "timestamp", "requestId", "status"}),
    "texml": ({"errors"},),
    "audian": ({"data", "error", "message", "request_id", "status"},),
}
AS_JSON = {"Content-Type": "application/json"}
MALFORMED = {
    "cut off": b'{"a": ',
    "nothing but a brace": b"{",
    "no text": b"\xff\xfe",
    "a list": b"[1, 2]",
    "a text": b'"text"',
    "too deep": b'{"a": ' + b"[" * 100_000,
}
every_face = pytest.mark.parametrize("face", FACES.values(), ids=list(FACES))


def refused(got: Got, face: Face) -> int:
    """The status of a problem, whose body must be of the face's own shape for it."""
    assert got.json.keys() - {"auth_token"} in SHAPES[face.name]
    assert got.headers["Content-Type"].startswith("application/json")
    assert b"Traceback" not in got.body
    return got.status


@every_face
@pytest.mark.parametrize("body", MALFORMED.values(), ids=list(MALFORMED))
def test_a_body_that_is_no_object_of_json_is_a_bad_request(service: Live, face: Face, body: bytes) -> None:
    door = DOORS[face.name]
    got = service.request(door.method, door.base + door.makes, body=body, headers=AS_JSON, face=face.name)
    assert refused(got, face) == 400


@every_face
def test_a_body_of_ten_megabytes_is_too_large(service: Live, face: Face) -> None:
    door, body = DOORS[face.name], b'{"name": "' + b"x" * 10_000_000 + b'"}'
    got = service.request(door.method, door.base + door.makes, body=body, headers=AS_JSON, face=face.name)
    assert refused(got, face) == 413


@every_face
def test_a_method_that_is_not_taken_is_told(service: Live, face: Face) -> None:
    door = DOORS[face.name]
    got = service.request("OPTIONS", door.base + door.lists, face=face.name)
    assert refused(got, face) == 405
    assert "GET" in got.headers["Allow"]


@every_face
@pytest.mark.parametrize("path", ["/nothing", "/conference/a/b/c/d/e/f", "/%00", "/%FF", "/..%2f..%2fetc"])
def test_an_unknown_address_is_not_found(service: Live, face: Face, path: str) -> None:
    assert refused(service.request("GET", DOORS[face.name].base + path, face=face.name), face) == 404


@every_face
def test_without_credentials_nothing_is_told(service: Live, face: Face) -> None:
    door = DOORS[face.name]
    assert refused(service.request("GET", door.base + door.lists), face) == door.nobody


@every_face
def test_with_wrong_credentials_nothing_is_told(service: Live, face: Face) -> None:
    door = DOORS[face.name]
    stranger = {**ACCOUNTS[0], face.name: dict.fromkeys(ACCOUNTS[0][face.name], "wrong")}
    got = service.request("GET", door.base + door.lists, headers=CREDENTIALS[face.name](stranger))
    assert refused(got, face) == 401
    assert not [secret for secret in ACCOUNTS[0][face.name].values() if secret.encode() in got.body]


@every_face
def test_another_accounts_credentials_open_nothing(service: Live, face: Face) -> None:
    door = DOORS[face.name]
    for method, path in (("GET", door.lists), (door.method, door.makes)):
        assert refused(service.request(method, door.base + path, face=face.name, account=1), face) == door.other


def test_what_is_nobodys_address_is_told_in_plain_json(service: Live) -> None:
    got = service.request("GET", "/nowhere")
    assert (got.status, list(got.json)) == (404, ["error"])
