"""Vobiz's rows of calls, and its problems in three shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rest.bench import ACCOUNTS, Bench, Got, served
from tests.rest.plivo import LIVE_CALL, Customer

WAIT = "<Response><Wait length='600'/></Response>"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served() as one:
        one.app.pages["/out"] = WAIT
        yield one


@pytest.fixture
def vobiz(bench: Bench) -> Customer:
    return Customer(bench, "vobiz")


def call(vobiz: Customer, **more: Any) -> Got:
    """Ask for a call."""
    answer = {"from": "16505550101", "to": "14155552222", "answer_url": f"{vobiz.bench.app.url}/out"}
    return vobiz.ask("POST", "/Call/", {**answer, "answer_method": "POST", **more})


def up(vobiz: Customer) -> str:
    """Place a call and wait until its document runs; its id."""
    made = str(call(vobiz).json["request_uuid"])
    vobiz.bench.wait("verb_started", call=made)
    return made


def test_a_call_is_fired_with_the_exact_keys_and_the_id_of_the_call(vobiz: Customer, bench: Bench) -> None:
    got = call(vobiz)
    assert (got.status, set(got.json)) == (200, {"api_id", "message", "request_uuid"})
    assert got.json["message"] == "Call fired"
    assert bench.app.wait("/out").params["CallUUID"] == got.json["request_uuid"]


def test_without_a_hangup_url_the_answer_url_hears_of_the_end(vobiz: Customer, bench: Bench) -> None:
    made = up(vobiz)
    assert vobiz.ask("DELETE", f"/Call/{made}").status == 204
    told = bench.app.wait("/out", Event="Hangup")
    assert (told.method, told.params["CallUUID"], told.params["CallStatus"]) == ("POST", made, "completed")
    named = str(call(vobiz, hangup_url=f"{bench.app.url}/over").json["request_uuid"])
    bench.wait("verb_started", call=named)
    vobiz.ask("DELETE", f"/Call/{named}")
    assert bench.app.wait("/over").params["CallUUID"] == named
    assert [one.params["CallUUID"] for one in bench.app.asked if one.params.get("Event") == "Hangup"] == [made, named]


def test_a_limit_is_told_with_what_it_is_and_how_much_there_was() -> None:
    bounded = [{**ACCOUNTS[0], "limits": {"calls": 1, "rate": 0.001, "burst": 2}}, ACCOUNTS[1]]
    with served(accounts=bounded) as bench:
        vobiz = Customer(bench, "vobiz")
        assert call(vobiz).status == 200
        over, again = call(vobiz), vobiz.ask("GET", "/Conference/")
    assert (over.status, over.json["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert over.json["error"]["details"] == {"limitType": "calls", "limit": 1, "current": 1, "retryAfter": 1}
    assert again.status == 429
    assert again.json["error"]["details"] == {
        "limitType": "requests", "limit": 0.001, "current": None, "retryAfter": 1,
    }  # fmt: skip


def test_a_live_call_has_the_exact_keys(vobiz: Customer) -> None:
    made = up(vobiz)
    for slash in ("", "/"):
        got = vobiz.ask("GET", f"/Call/{made}{slash}?status=live")
        assert (got.status, set(got.json)) == (200, LIVE_CALL)
        assert got.json["request_uuid"] == got.json["call_uuid"] == made
    listed = vobiz.ask("GET", "/Call?status=live")
    assert (listed.status, set(listed.json), listed.json["calls"]) == (200, {"api_id", "calls"}, [made])
    assert set(vobiz.ask("GET", "/Call/?status=queued").json) == {"api_id", "calls"}


def test_the_record_of_an_ended_call_is_in_the_vendors_own_time(vobiz: Customer, bench: Bench) -> None:
    made = up(vobiz)
    assert vobiz.ask("DELETE", f"/Call/{made}").status == 204
    bench.wait("call_ended", call=made)
    got = vobiz.ask("GET", f"/Call/{made}/")
    assert (got.status, got.json["hangup_source"]) == (200, "API")
    assert got.json["end_time"].endswith("+05:30")
    assert got.json["resource_uri"] == f"/api/v1/Account/MA_ACME/Call/{made}/"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/Call/"), ("DELETE", "/Request/acfbf0b5-12e0-4d74-85f7-fce15f8f07ec/")]
)
def test_what_vobiz_does_not_have_is_an_unknown_route(vobiz: Customer, method: str, path: str) -> None:
    got = vobiz.ask(method, path)
    assert (got.status, got.json) == (404, {"message": "Not Found"})


def test_all_calls_cannot_be_hung_up(vobiz: Customer) -> None:
    made = up(vobiz)
    got = vobiz.ask("DELETE", "/Call/")
    assert (got.status, got.json) == (405, {"message": "Method Not Allowed"})
    assert vobiz.ask("GET", f"/Call/{made}?status=live").status == 200


def test_operations_on_a_live_call_answer_as_plivo_does(vobiz: Customer, bench: Bench) -> None:
    made = up(vobiz)
    for path, body, message in (
        ("Play/", {"urls": ["https://example.com/a.mp3"]}, "play started"),
        ("Speak/", {"text": "hello"}, "speak started"),
        ("DTMF/", {"digits": "1", "leg": "aleg"}, "digits sent"),
        ("Record/", {"record_channel_type": "stereo"}, "recording started"),
        ("", {"legs": "aleg", "aleg_url": f"{bench.app.url}/out"}, "call transferred"),
    ):
        got = vobiz.ask("POST", f"/Call/{made}/{path}", body)
        assert (got.status, got.json["message"]) == (202, message)


def test_who_one_is_can_be_asked(bench: Bench) -> None:
    got = bench.request("GET", "/api/v1/auth/me", face="vobiz")
    assert (got.status, got.json["auth_id"]) == (200, "MA_ACME")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Auth-ID": "MA_ACME", "X-Auth-Token": "wrong"},
        {"X-Auth-ID": "MA_ACME", "Authorization": "Bearer acme-vobiz"},
    ],
)
def test_wrong_credentials_are_told_of_by_the_gateway(bench: Bench, headers: dict[str, str]) -> None:
    got = bench.request("GET", "/api/v1/Account/MA_ACME/Conference/", headers=headers)
    assert (got.status, list(got.json)) == (401, ["error", "timestamp", "requestId", "status"])
    assert (got.json["status"], got.json["error"]["code"]) == ("error", "INVALID_CREDENTIALS")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", got.json["timestamp"])


def test_a_bearer_beside_the_pair_is_ignored(bench: Bench) -> None:
    headers = {"X-Auth-ID": "MA_ACME", "X-Auth-Token": "acme-vobiz", "Authorization": "Bearer something"}
    assert bench.request("GET", "/api/v1/auth/me", headers=headers).status == 200


def test_what_is_wrong_with_values_is_told_by_field(vobiz: Customer) -> None:
    got = call(vobiz, to="", time_limit="soon")
    assert (got.status, got.json["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert got.json["error"]["details"] == {
        "to": "to parameter is missing",
        "time_limit": "time_limit: must be a number",
    }
    assert vobiz.ask("GET", "/Call?status=queued").json["calls"] == []


def test_an_unknown_route_and_an_unknown_call_are_told_of_differently(vobiz: Customer) -> None:
    assert vobiz.ask("GET", "/Nothing/").json == {"message": "Not Found"}
    got = vobiz.ask("DELETE", "/Call/acfbf0b5-12e0-4d74-85f7-fce15f8f07ec")
    assert (got.status, list(got.json), got.json["error"]) == (404, ["api_id", "error"], "call not found")


def test_a_body_that_is_not_json_is_told_of_in_the_structured_shape(vobiz: Customer) -> None:
    headers = {"Content-Type": "application/json"}
    got = vobiz.ask("POST", "/Conference/a/Member/1/Mute/", body=b"{", headers=headers)
    assert (got.status, got.json["error"]["code"]) == (400, "VALIDATION_ERROR")
