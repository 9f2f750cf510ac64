"""What Audian's face answers to requests that are none of its own: credentials, addresses, methods, bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rest.audian import BASE, TEAM, WEEKLY, Customer
from tests.rest.bench import Bench, Got, served

MUTE_ALL = f"{BASE}/{WEEKLY}/participants"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with served(**TEAM) as one:
        Customer(one).let_in()
        yield one


def failed(got: Got, status: int, word: str) -> Any:
    """What went wrong, in the one shape that there is; nothing was changed."""
    assert got.status == status
    body = got.json
    assert (body["status"], body["error"], body["message"]) == ("error", str(status), word)
    assert got.headers["X-Request-ID"] == body["request_id"]
    assert set(body) - {"auth_token"} == {"data", "error", "message", "request_id", "status"}
    return body["data"]


@pytest.fixture(autouse=True)
def nothing_changed(bench: Bench) -> Iterator[None]:
    before = bench.request("GET", MUTE_ALL, face="audian").json["data"]
    yield
    assert bench.request("GET", MUTE_ALL, face="audian").json["data"] == before
    assert len(bench.request("GET", BASE, face="audian").json["data"]) == 2


@pytest.mark.parametrize("headers", [{"X-Auth-Token": "acme-audian"}, {"Authorization": "Bearer acme-audian"}])
def test_a_token_is_taken_from_either_header(bench: Bench, headers: dict[str, str]) -> None:
    got = bench.request("GET", BASE, headers=headers)
    assert (got.status, got.json["auth_token"]) == (200, "acme-audian")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Auth-Token": ""},
        {"X-Auth-Token": "wrong"},
        {"X-Auth-Token": "acme-plivo"},
        {"Authorization": "Basic YWNtZTphY21lLWF1ZGlhbg=="},
    ],
)
def test_without_the_right_token_one_is_asked_for_it(bench: Bench, headers: dict[str, str]) -> None:
    got = bench.request("GET", BASE, headers=headers)
    assert failed(got, 401, "unauthorized") == {"message": "invalid credentials"}
    assert got.headers["WWW-Authenticate"] == "Bearer"
    assert "auth_token" not in got.json


def test_a_token_opens_no_other_account(bench: Bench) -> None:
    failed(
        bench.request("PUT", MUTE_ALL, json={"data": {"action": "kick"}}, face="audian", account=1), 403, "forbidden"
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *((method, "") for method in ("GET", "POST", "PUT", "DELETE")),
        ("GET", "/participants"),
        ("PUT", "/participants"),
    ],
)
def test_another_accounts_conference_is_unknown(bench: Bench, method: str, path: str) -> None:
    theirs = f"/v2/accounts/otheraudian/conferences/{WEEKLY}{path}"
    got = bench.request(method, theirs, json={"action": "lock", "data": {"action": "kick"}}, face="audian", account=1)
    assert failed(got, 404, "bad_identifier") == {"message": "bad identifier", "cause": WEEKLY}


def test_another_accounts_participant_is_unknown(bench: Bench) -> None:
    (one,) = bench.request("GET", MUTE_ALL, face="audian").json["data"]
    theirs = "/v2/accounts/otheraudian/conferences"
    made = bench.request("PUT", theirs, json={"data": {"name": "weekly"}}, face="audian", account=1).json["data"]
    path = f"{theirs}/{made['id']}/participants/{one['participant_id']}"
    failed(bench.request("DELETE", path, face="audian", account=1), 404, "bad_identifier")


@pytest.mark.parametrize("path", ["/v2", "/v2/accounts/acmeaudian/devices", "/v2/api_auth", f"{BASE}/{WEEKLY}/x/y/z"])
def test_what_is_not_served_is_not_found(bench: Bench, path: str) -> None:
    failed(bench.request("GET", path, face="audian"), 404, "not_found")


def test_a_wrong_method_names_the_right_ones(bench: Bench) -> None:
    got = bench.request("DELETE", MUTE_ALL, face="audian")
    failed(got, 405, "invalid_method")
    assert got.headers["Allow"] == "GET, PUT"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe", b"{" * 5000, b'{"data": {"name": "\\ud800"}}'])
def test_a_body_that_is_no_object_of_json_is_malformed(bench: Bench, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    failed(bench.request("PUT", BASE, body=body, headers=headers, face="audian"), 400, "bad_request")


def test_a_form_is_not_understood(bench: Bench) -> None:
    failed(bench.request("PUT", BASE, form={"name": "n"}, face="audian"), 415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused(bench: Bench) -> None:
    body = b'{"data": {"name": "' + b"a" * 3_000_000 + b'"}}'
    headers = {"Content-Type": "application/json"}
    failed(bench.request("PUT", BASE, body=body, headers=headers, face="audian"), 413, "request_too_large")
