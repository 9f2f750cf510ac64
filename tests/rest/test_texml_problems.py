"""What TeXML answers to requests that cannot be met: the vendor's error shape, and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.dialects.face import Asked, Problem
from engine.dialects.texml.routes import FACE
from engine.dialects.texml.troubles import CODES, STATUSES, TITLES, Errors, problem
from tests.rest.bench import Bench, served
from tests.rest.texml import BASE, NOT_FOUND, OTHER_SID, Customer, error_of, told


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with served() as one:
        yield one


@pytest.fixture(scope="module")
def texml(bench: Bench) -> Customer:
    return Customer(bench)


def test_a_request_without_credentials_is_answered_like_an_unknown_route(bench: Bench) -> None:
    got = bench.request("GET", f"{BASE}/Conferences")
    assert told(got) == (404, "10005", "")
    assert told(bench.request("GET", f"{BASE}/Nothing")) == (404, "10005", "")


def test_a_wrong_key_fails_authentication(bench: Bench) -> None:
    for key in ("KEYWRONG", "KEYACME2", "acme-plivo"):
        got = bench.request("GET", f"{BASE}/Conferences", headers={"Authorization": f"Bearer {key}"})
        assert told(got) == (401, "10009", "")
        assert error_of(got)["title"] == "Authentication failed"


def test_another_account_is_not_there_for_a_key(bench: Bench) -> None:
    path = f"/v2/texml/Accounts/{OTHER_SID}/Conferences"
    got = bench.request("GET", path, face="texml")
    assert (got.status, got.json) == (404, NOT_FOUND)
    assert bench.request("GET", path, face="texml", account=1).status == 200


def test_another_accounts_room_is_not_found_and_not_changed(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1)
    room = texml.room()["sid"]
    other = f"/v2/texml/Accounts/{OTHER_SID}"
    for method, path, form in (
        ("GET", f"/Conferences/{room}", None),
        ("POST", f"/Conferences/{room}", {"Status": "completed"}),
        ("POST", f"/Conferences/{room}/Participants/{call}", {"Muted": "true"}),
        ("DELETE", f"/Conferences/{room}/Participants/{call}", None),
        ("GET", f"/Calls/{call}", None),
        ("POST", f"/Calls/{call}", {"Status": "completed"}),
        ("POST", f"/Conferences/{room}/Participants",
         {"From": "+1", "To": "+1", "ApplicationSid": "1"}),
    ):  # fmt: skip
        got = bench.request(method, other + path, form=form, face="texml", account=1)
        assert (got.status, got.json) == (404, NOT_FOUND), (method, path)
    assert texml.participant(call)["muted"] is False
    assert bench.request("GET", other + "/Conferences", face="texml", account=1).json["conferences"] == []
    assert bench.request("GET", other + "/Calls", face="texml", account=1).json["calls"] == []


def test_what_is_not_served_is_an_unknown_route(texml: Customer) -> None:
    for path in ("/Calls/v3:x/Streams.json", "/Transcriptions.json", "/Queues/q/Members", "/Calls/v3:x/Siprec.json"):
        assert told(texml.ask("GET", path)) == (404, "10005", "")


def test_a_wrong_method_names_the_right_ones(texml: Customer) -> None:
    got = texml.ask("PUT", "/Conferences")
    assert told(got) == (405, "10015", "")
    assert got.headers["Allow"] == "GET"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe{}"])
def test_a_malformed_body_is_a_bad_request(texml: Customer, body: bytes) -> None:
    got = texml.ask("POST", "/Calls", body=body, headers={"Content-Type": "application/json"})
    assert told(got) == (400, "10015", "")


def test_a_malformed_form_is_a_bad_request(texml: Customer) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert told(texml.ask("POST", "/Calls", body=b"To=%ff", headers=headers)) == (400, "10015", "")


def test_another_media_type_is_not_read(texml: Customer) -> None:
    got = texml.ask("POST", "/Calls", body=b"<To/>", headers={"Content-Type": "text/xml"})
    assert told(got) == (415, "10024", "")


def test_a_body_of_ten_megabytes_is_too_large(texml: Customer) -> None:
    body = b'{"Texml": "' + b"x" * 10_000_000 + b'"}'
    got = texml.ask("POST", "/Calls", body=body, headers={"Content-Type": "application/json"})
    assert told(got) == (413, "10015", "")


def test_a_wrong_type_in_json_is_named(texml: Customer) -> None:
    body = {"From": ["+14155550100"], "To": {"number": "+1"}, "ApplicationSid": "1", "Timeout": True}
    got = texml.ask("POST", "/Calls", json=body)
    assert got.status == 422
    found = [(error["code"], error["source"]["pointer"]) for error in got.json["errors"]]
    assert found == [("10026", "/From"), ("10026", "/To"), ("10026", "/Timeout")]


def test_the_first_prefix_is_the_documented_one() -> None:
    assert FACE.prefixes == ("/v2/texml", "/texml")


@pytest.mark.parametrize("trouble", STATUSES)
def test_every_trouble_has_a_status_and_a_worded_body(trouble: str) -> None:
    one = Problem(trouble=trouble, message="no")  # type: ignore[arg-type]
    status = STATUSES[trouble]  # type: ignore[index]
    reply = problem((one,), status, Asked(account=""))
    assert (reply.status, type(reply.body)) == (status, Errors)
    assert status in FACE.problem_types
    assert trouble in CODES or reply.body.errors[0].code is not reply.body.errors[0].detail


def test_every_code_has_a_title() -> None:
    assert set(CODES.values()) <= TITLES.keys()
    codes = {one.code for row in FACE.routes for one in row.fields if one.code}
    assert codes <= TITLES.keys()


def test_every_row_cites_its_source() -> None:
    assert all(row.spec.startswith("TeXML 1.") and row.doc.endswith(".") for row in FACE.routes)
    assert all(one.doc for row in FACE.routes for one in row.fields)
