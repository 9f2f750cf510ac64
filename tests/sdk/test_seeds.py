"""The requests that the vendors' pages print, sent as printed, and the replies that they print beside them.

Placeholders have the values of an account of ours, the vendors' hosts are the live service. Replies have the printed
status, keys in the printed order and types; values are the printed ones where the request decides them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.rest.audian import CREATE, LINE, LIST, MUTE, PARTICIPANTS, TEAM, UPDATE, WEEKLY
from tests.rest.bench import ACME, Got
from tests.rest.plivo import GET_CONFERENCE, KICKED, LIST_CONFERENCES, MUTED, UUID, shape
from tests.sdk.live import Live, live
from tests.sdk.vendors import LONG, WAIT, Rooms

pytestmark = pytest.mark.xdist_group("sdk-seeds")
HOSTS = {
    "plivo": "https://api.plivo.com",
    "vobiz": "https://api.vobiz.ai",
    "audian": "https://api.audian.com:8443",
}
KNOWN = {
    "{auth_id}": "MA_ACME",
    "YOUR_AUTH_ID": "MA_ACME",
    "YOUR_AUTH_TOKEN": "acme-vobiz",
    "{ACCOUNT_ID}": "acmeaudian",
    "{AUTH_TOKEN}": "acme-audian",
    "{CONFERENCE_ID}": WEEKLY,
}


def curl(service: Live, face: str, line: str, **places: str) -> Got:
    """Send what a line of curl sends; `places` are what stands for its placeholders besides those known."""
    for name, value in {**KNOWN, **{f"{{{name}}}": value for name, value in places.items()}}.items():
        line = line.replace(name, value)
    asked: dict[str, Any] = {"method": "GET", "url": "", "headers": {}, "body": None}
    words = iter(shlex.split(line.replace("\\\n", " "))[1:])
    for word in words:
        match word:
            case "-X" | "--request":
                asked["method"] = next(words)
            case "-H" | "--header":
                name, _, value = next(words).partition(": ")
                asked["headers"][name] = value
            case "-d":
                asked["body"] = next(words).encode()
            case _:
                asked["url"] = next(words) if word == "--url" else word
    assert asked["url"].startswith(HOSTS[face])
    path = asked["url"].removeprefix(HOSTS[face])
    return service.request(asked["method"], path, body=asked["body"], headers=asked["headers"])


def printed(got: Got, status: int, body: Any) -> None:
    """See that a reply is as the page prints it."""
    assert got.status == status, got
    assert shape(got.json) == shape(body)


# --- Vobiz: seeds 000 and 001 ----------------------------------------------------------------------

KICK = """curl -X POST https://api.vobiz.ai/api/v1/Account/{auth_id}/Conference/MyConf/Member/10/Kick/ \\
  -H "X-Auth-ID: YOUR_AUTH_ID" \\
  -H "X-Auth-Token: YOUR_AUTH_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{}'"""
KICK_BESIDE = """curl --request POST \\
  --url https://api.vobiz.ai/api/v1/account/{auth_id}/conference/{conference_name}/member/{member_id}/kick/ \\
  --header 'X-Auth-ID: YOUR_AUTH_ID' \\
  --header 'X-Auth-Token: YOUR_AUTH_TOKEN'"""
MEMBER = """curl -X {method} https://api.vobiz.ai/api/v1/Account/{auth_id}/Conference/{name}/Member/{member_id}/{do} \\
  -H "X-Auth-ID: YOUR_AUTH_ID" -H "X-Auth-Token: YOUR_AUTH_TOKEN" -H "Content-Type: application/json" -d '{body}'"""


@pytest.fixture(scope="module")
def vobiz(service: Live) -> Rooms:
    return Rooms(service, "vobiz", "+16505550101")


def test_vobizs_kick_as_its_page_prints_it(service: Live, vobiz: Rooms) -> None:
    after = vobiz.page(WAIT)
    calls = vobiz.let_in(10, "MyConf", f"<Redirect>{after}</Redirect>")
    got = curl(service, "vobiz", KICK)
    printed(got, 200, KICKED)
    assert {**got.json, "api_id": ""} == {**KICKED, "api_id": ""}
    assert re.fullmatch(UUID, got.json["api_id"])
    vobiz.app.wait(after.removeprefix(vobiz.app.url), CallUUID=calls[9])


def test_vobizs_kick_as_the_sample_beside_it_asks(service: Live, vobiz: Rooms) -> None:
    """The sample beside prints `{"message": "Member kicked from conference"}`: the page's own example goes before."""
    vobiz.let_in(2, "Beside")
    got = curl(service, "vobiz", KICK_BESIDE, conference_name="Beside", member_id="1")
    printed(got, 200, KICKED)
    assert (got.json["message"], got.json["member_id"]) == ("kicked", "1")


@pytest.mark.parametrize(
    ("members", "told"), [("17", 404), ("1", ["1"]), ("1,2", ["1", "2"]), ("all", ["all"])], ids=str
)
def test_vobizs_members_are_one_several_or_all(service: Live, vobiz: Rooms, members: str, told: Any) -> None:
    name = vobiz.name().replace(" ", "-")
    vobiz.let_in(3, name)
    got = curl(service, "vobiz", MEMBER, method="POST", name=name, member_id=members, do="Mute/", body="{}")
    assert (got.json["member_id"] if got.status == 202 else got.status) == told


@pytest.mark.parametrize(
    ("operation", "method", "body", "status"),
    [
        ("Mute/", "POST", "{}", 202),
        ("Mute/", "DELETE", "{}", 204),
        ("Deaf/", "POST", "{}", 202),
        ("Deaf/", "DELETE", "{}", 204),
        ("Play/", "POST", f'{{"url": "{LONG}"}}', 202),
        ("Play/", "DELETE", "{}", 204),
        ("Speak/", "POST", '{"text": "hello"}', 202),
        ("Speak/", "DELETE", "{}", 204),
        ("Kick/", "POST", "{}", 200),
        ("", "DELETE", "{}", 204),
    ],
)
def test_vobizs_operations_on_members_are_all_there(
    service: Live, vobiz: Rooms, operation: str, method: str, body: str, status: int
) -> None:
    name = vobiz.name().replace(" ", "-")
    vobiz.let_in(2, name)
    got = curl(service, "vobiz", MEMBER, method=method, name=name, member_id="1", do=operation, body=body)
    assert got.status == status, got
    assert (got.body == b"") is (status == 204)


# --- Plivo: seed 003 -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plivo(service: Live) -> Rooms:
    return Rooms(service, "plivo", "+16505550100")


def ask(service: Live, method: str, address: str, **places: str) -> Got:
    """Send a request for an address as Plivo's page prints it."""
    for name, value in {"auth_id": ACME, **places}.items():
        address = address.replace(f"{{{name}}}", value)
    return service.request(method, address.removeprefix(HOSTS["plivo"]), face="plivo")


ROOMS = "https://api.plivo.com/v1/Account/{auth_id}/Conference/"
ROOM = ROOMS + "{conference_name}/"
ONE = ROOM + "Member/{member_id}/"
NAMED = {"conference_name": "My%20Conf%20Room", "member_id": "10"}


def test_plivos_conference_is_retrieved_and_listed_as_printed(service: Live, plivo: Rooms) -> None:
    plivo.let_in(1, "My Conf Room")
    got = ask(service, "GET", ROOM, **NAMED)
    printed(got, 200, GET_CONFERENCE)
    assert (got.json["conference_name"], got.json["conference_member_count"]) == ("My Conf Room", "1")
    assert got.json["members"][0]["direction"] == "inbound"
    got = ask(service, "GET", ROOMS)
    printed(got, 200, LIST_CONFERENCES)
    assert "My Conf Room" in got.json["conferences"]
    assert ask(service, "DELETE", ROOM, **NAMED).status == 204


def test_plivos_members_are_kicked_muted_and_hung_up_as_printed(service: Live, plivo: Rooms) -> None:
    calls = plivo.let_in(10, "My Conf Room")
    got = ask(service, "POST", ONE + "Mute/", **NAMED)
    printed(got, 202, MUTED)
    assert {**got.json, "api_id": ""} == {**MUTED, "api_id": ""}
    got = ask(service, "POST", ONE + "Kick/", **NAMED)
    printed(got, 202, KICKED)
    assert {**got.json, "api_id": ""} == {**KICKED, "api_id": ""}
    got = ask(service, "DELETE", ONE, **{**NAMED, "member_id": "9"})
    assert (got.status, got.body) == (204, b"")
    plivo.app.wait("/hangup", CallUUID=calls[8])
    assert ask(service, "DELETE", ONE, **{**NAMED, "member_id": "all"}).status == 204
    assert ask(service, "GET", ROOM, **NAMED).json["conference_member_count"] == "0"


@pytest.mark.parametrize("address", [ROOM, ROOMS])
def test_plivos_conferences_are_hung_up_without_a_body(service: Live, plivo: Rooms, address: str) -> None:
    """The page prints a body under its 204, which HTTP does not let through."""
    (call,) = plivo.let_in(1, "My Conf Room")
    got = ask(service, "DELETE", address, **NAMED)
    assert (got.status, got.body) == (204, b"")
    plivo.app.wait("/hangup", CallUUID=call)


# --- Audian: seed 004 ------------------------------------------------------------------------------

BASE = '"https://api.audian.com:8443/v2/accounts/{ACCOUNT_ID}/conferences'
READ = ' -H "X-Auth-Token: {AUTH_TOKEN}" -H "Accept: application/json"'
WRITE = ' -H "X-Auth-Token: {AUTH_TOKEN}" -H "Content-Type: application/json" -d '
ANY = ' -H "X-Auth-Token: {AUTH_TOKEN}"'
LISTED = f'curl -X GET {BASE}"{READ}'
LISTED_WHOLE = f'curl -X GET {BASE}?paginate=false"{READ}'
CREATED = f"""curl -X PUT {BASE}"{WRITE}'{{
"data": {{
"name": "Sales Meeting",
"member_pins": ["5678"],
"moderator_pins": ["1234"],
"max_members": 50,
"profile": "default"
}}
}}'"""
GOT = f'curl -X GET {BASE}/{{CONFERENCE_ID}}"{READ}'
UPDATED = f"""curl -X POST {BASE}/{{CONFERENCE_ID}}"{WRITE}'{{
"data": {{
"name": "Updated Meeting Name",
"max_members": 100
}}
}}'"""
DELETED = f'curl -X DELETE {BASE}/{{CONFERENCE_ID}}"{ANY}'
PEOPLE = f'curl -X GET {BASE}/{{CONFERENCE_ID}}/participants"{READ}'
MUTING = f"""curl -X POST {BASE}/{{CONFERENCE_ID}}/participants/{{PARTICIPANT_ID}}"{WRITE}'{{
"data": {{
"action": "mute"
}}
}}'"""
KICKING = f'curl -X DELETE {BASE}/{{CONFERENCE_ID}}/participants/{{PARTICIPANT_ID}}"{ANY}'
PRINTED: Any = LIST["data"]


@pytest.fixture(scope="module")
def audian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    definitions = [*TEAM["conferences"], {**PRINTED[0], "account": ACME}]
    with live(tmp_path_factory.mktemp("audian"), **{**TEAM, "conferences": definitions}) as running:
        yield running


def people(audian: Live) -> list[dict[str, Any]]:
    """Who is in the conference."""
    told: list[dict[str, Any]] = curl(audian, "audian", PEOPLE).json["data"]
    return told


def let_in(audian: Live, caller: str) -> dict[str, Any]:
    """Let somebody dial into the conference; the participant."""
    audian.wait("member_joined", call=audian.dial_in(caller, LINE))
    (found,) = (one for one in people(audian) if one["caller_id_number"] == caller)
    return found


def test_audians_conference_is_created_read_updated_and_deleted_as_printed(audian: Live) -> None:
    made = curl(audian, "audian", CREATED)
    assert (made.status, made.json["status"], made.json["auth_token"]) == (201, "success", "acme-audian")
    data = made.json["data"]
    assert {name: data[name] for name in CREATE["data"]} == CREATE["data"]
    assert data["id"].startswith("conf_")
    assert (data["play_entry_tone"], data["play_exit_tone"]) == (True, True)
    got = curl(audian, "audian", GOT.replace("{CONFERENCE_ID}", data["id"]))
    assert (got.status, got.json["data"]) == (200, data)
    got = curl(audian, "audian", UPDATED.replace("{CONFERENCE_ID}", data["id"]))
    assert (got.status, got.json["data"]) == (200, {**data, **UPDATE["data"]})
    got = curl(audian, "audian", DELETED.replace("{CONFERENCE_ID}", data["id"]))
    assert (got.status, got.json["data"]["id"]) == (200, data["id"])
    assert curl(audian, "audian", GOT.replace("{CONFERENCE_ID}", data["id"])).status == 404


@pytest.mark.parametrize("line", [LISTED, LISTED_WHOLE])
def test_audians_conferences_are_listed_as_printed(audian: Live, line: str) -> None:
    got = curl(audian, "audian", line)
    assert (got.status, got.json["status"], got.json["auth_token"]) == (200, "success", "acme-audian")
    assert LIST.keys() <= got.json.keys()
    assert [one for one in got.json["data"] if one["id"] == PRINTED[0]["id"]] == PRINTED


def test_audians_participants_are_listed_muted_and_kicked_as_printed(audian: Live) -> None:
    first, second = let_in(audian, "+14155559999"), let_in(audian, "+14155559998")
    got = curl(audian, "audian", PEOPLE)
    shown = dict(shape(got.json))
    assert (got.status, {name: shown[name] for name in PARTICIPANTS}) == (200, dict(shape(PARTICIPANTS)))
    assert (first["muted"], first["deaf"], first["caller_id_number"]) == (False, False, "+14155559999")
    assert first["participant_id"].startswith("part_")
    assert datetime.fromisoformat(first["join_time"]) <= datetime.fromisoformat(second["join_time"])
    got = curl(audian, "audian", MUTING, PARTICIPANT_ID=first["participant_id"])
    assert (got.status, got.json["data"], MUTE) == (200, {**first, "muted": True}, {"data": {"action": "mute"}})
    got = curl(audian, "audian", KICKING, PARTICIPANT_ID=first["participant_id"])
    assert (got.status, got.json["status"]) == (200, "success")
    assert people(audian) == [second]


@pytest.mark.parametrize(
    ("caller", "actions", "flags"),
    [
        ("+14155557001", ["mute"], {"muted": True}),
        ("+14155557002", ["mute", "unmute"], {"muted": False}),
        ("+14155557003", ["deaf"], {"deaf": True}),
        ("+14155557004", ["deaf", "undeaf"], {"deaf": False}),
    ],
)
def test_audians_actions_are_all_there(audian: Live, caller: str, actions: list[str], flags: dict[str, bool]) -> None:
    one = let_in(audian, caller)
    lines = [MUTING.replace('"mute"', f'"{action}"') for action in actions]
    told = [curl(audian, "audian", line, PARTICIPANT_ID=one["participant_id"]) for line in lines]
    assert {got.status for got in told} == {200}
    assert told[-1].json["data"] == {**one, **flags}


def test_audians_kick_may_be_an_action(audian: Live) -> None:
    one = let_in(audian, "+14155557005")
    got = curl(audian, "audian", MUTING.replace('"mute"', '"kick"'), PARTICIPANT_ID=one["participant_id"])
    assert got.status == 200
    assert one not in people(audian)


@pytest.mark.parametrize("line", [LISTED, CREATED, GOT, UPDATED, DELETED, PEOPLE])
def test_audian_answers_nobody_without_the_token(audian: Live, line: str) -> None:
    got = curl(audian, "audian", line.replace("{AUTH_TOKEN}", "wrong"))
    assert (got.status, got.json["status"]) == (401, "error")
