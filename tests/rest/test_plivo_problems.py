"""What Plivo's face answers to requests that are none of its own: credentials, addresses, bodies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rest.bench import ACME, OTHER, Bench, Got, basic, served
from tests.rest.plivo import Customer

LIST = f"/v1/Account/{ACME}/Conference/"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with served() as one:
        yield one


def failed(got: Got, status: int) -> str:
    """What went wrong, in the one shape that there is."""
    assert got.status == status
    assert list(got.json) == ["api_id", "error"]
    assert got.headers["Content-Type"].startswith("application/json")
    return str(got.json["error"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(ACME, "wrong"),
        basic("MANOBODY000000000001", "acme-plivo"),
        basic(OTHER, "acme-plivo"),
        {"Authorization": "Basic !"},
        {"Authorization": "Bearer acme-plivo"},
        {"X-Auth-ID": ACME, "X-Auth-Token": "acme-plivo"},
    ],
)
def test_without_the_right_credentials_one_is_asked_for_them(bench: Bench, headers: dict[str, str]) -> None:
    got = bench.request("GET", LIST, headers=headers)
    error = failed(got, 401)
    assert got.headers["WWW-Authenticate"].startswith("Basic")
    assert "acme-plivo" not in error


def test_credentials_open_no_other_account(bench: Bench) -> None:
    failed(bench.request("GET", LIST, face="plivo", account=1), 403)


@pytest.mark.parametrize(
    "path", ["", "/Nothing/", "/Conference/a/Member/1/Dance/", "/Call/x/Stream/", "/MultiPartyCall/"]
)
def test_what_is_not_served_is_not_found(bench: Bench, path: str) -> None:
    failed(bench.request("GET", f"/v1/Account/{ACME}{path}", face="plivo"), 404)


def test_a_wrong_method_names_the_right_ones(bench: Bench) -> None:
    got = bench.request("PUT", LIST, face="plivo")
    failed(got, 405)
    assert got.headers["Allow"] == "DELETE, GET"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe", b"{" * 5000])
def test_a_body_that_is_no_object_of_json_is_malformed(bench: Bench, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    failed(bench.request("POST", f"{LIST}a/Member/1/Mute/", body=body, headers=headers, face="plivo"), 400)


def test_bodies_are_json(bench: Bench) -> None:
    failed(bench.request("POST", f"{LIST}a/Member/1/Play/", form={"url": "http://x.example/"}, face="plivo"), 400)


def test_a_body_that_is_too_large_is_refused(bench: Bench) -> None:
    huge = b'{"text": "' + b"a" * 3_000_000 + b'"}'
    headers = {"Content-Type": "application/json"}
    failed(bench.request("POST", f"{LIST}a/Member/1/Speak/", body=huge, headers=headers, face="plivo"), 413)


def test_all_that_is_wrong_is_told_at_once(bench: Bench) -> None:
    got = Customer(bench).ask("POST", "/Call/", {"time_limit": "x"})
    error = failed(got, 400)
    assert [part.split(" ")[0].rstrip(":") for part in error.split("; ")] == ["from", "to", "answer_url", "time_limit"]
