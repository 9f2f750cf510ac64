"""What operators see of a running service: its log, its health, its measures and its stream of events."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.rest.bench import ACCOUNTS, ACME, CREDENTIALS, PATIENCE, Bench, basic, served
from tests.rest.plivo import Customer
from tests.sdk.live import live

Event = tuple[int, str, dict[str, Any]]  # number, kind, facts
OPERATOR = CREDENTIALS["plivo"](ACCOUNTS[0])
CONFERENCES = f"/v1/Account/{ACME}/Conference/"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served() as one:
        yield one


# --- the log ---------------------------------------------------------------------------------------

KEY = base64.b64encode(b"sealed-seed-of-thirty-two-bytes!").decode()
SECRETS = (
    *("acme-plivo", "acme-vobiz", "KEYACME", "acme-audian", "other-plivo", "other-vobiz", "KEYOTHER", "other-audian"),
    *(KEY, "twiml-secret", "parent-secret", "271828", "314159", "url-password", "query-secret"),
    *("guessed-secret", "body-secret", "path-secret", "sip-secret"),
)


def secretive(app_url: str) -> dict[str, Any]:
    """A configuration with a secret in every place that takes one."""
    acme, other = ACCOUNTS
    acme = {
        **acme,
        "plivo": {**acme["plivo"], "parent_token": "parent-secret"},
        "texml": {**acme["texml"], "private_key": KEY, "twiml_token": "twiml-secret"},
    }
    number = {"account": ACME, "dialect": "plivo", "hangup_url": f"{app_url}/hangup?token=query-secret"}
    answer = app_url.replace("http://", "http://ann:url-password@") + "/answer?token=query-secret"
    room = {"id": "conf_board", "account": ACME, "name": "board", "member_pins": ["271828"]}
    return {
        "accounts": [acme, other],
        "numbers": [
            {**number, "number": "+16505550100", "answer_url": answer},
            {"number": "+16505550103", "account": ACME, "conference": "conf_board"},
        ],
        "conferences": [room],
        "log_level": "debug",
    }


def test_the_log_has_a_line_for_each_call_and_request_and_no_secret_in_any(tmp_path: Path) -> None:
    with live(tmp_path, **secretive("http://127.0.0.1:1")) as service:
        calls = [service.dial_in(), service.dial_in("+14155550101", "+16505550103")]
        for digit in "314159#":
            body = {"digits": digit}
            service.request("POST", f"/simulator/calls/{calls[1]}/press", json=body, face="plivo")
        answered = service.request("GET", CONFERENCES, face="plivo").json["api_id"]
        troubled = ask_wrongly(service)
    log = (tmp_path / "log.jsonl").read_bytes()
    lines = [msgspec.json.decode(line) for line in log.splitlines()]
    found = [secret for secret in SECRETS if secret.encode() in log]
    assert found == []
    ended = {line["call"]: line["cause"] for line in lines if line["event"] == "call"}
    assert ended == {calls[0]: "fetch_failed", calls[1]: "shutdown"}
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) == len({line["request"] for line in requests}) == 2 + 7 + 1 + len(troubled)
    (mine,) = (line for line in requests if line["request"] == answered)
    assert (mine["face"], mine["route"], mine["method"]) == ("plivo", "list_conferences", "GET")
    assert (mine["account"], mine["status"]) == (ACME, 200)
    assert mine["ms"] > 0
    assert [line["status"] for line in requests[-len(troubled) :]] == troubled
    assert {line["event"] for line in lines} == {
        "started",
        "request",
        "call",
        "callback_failed",
        "stopping",
        "stopped",
    }


def ask_wrongly(service: Any) -> list[int]:
    """Ask for what cannot be, with secrets in it; the statuses."""
    call = {"from": "1415", "to": "nobody", "answer_url": "ftp://x", "sip_headers": "sip-secret"}
    return [
        service.request("GET", CONFERENCES, headers=basic(ACME, "guessed-secret")).status,
        service.request(
            "GET", "/v2/accounts/acmeaudian/conferences", headers={"X-Auth-Token": "guessed-secret"}
        ).status,
        service.request("POST", f"/v1/Account/{ACME}/Call/", face="plivo", body=b'{"body-secret').status,
        service.request("POST", f"/v1/Account/{ACME}/Call/", face="plivo", json=call).status,
        service.request("GET", "/path-secret?token=query-secret").status,
    ]


def test_a_request_is_known_by_one_id_in_the_log_and_in_the_reply(tmp_path: Path) -> None:
    with live(tmp_path) as service:
        told = {
            service.request("GET", CONFERENCES, face="plivo").json["api_id"]: "plivo",
            service.request("GET", "/api/v1/Account/MA_ACME/Conference/", face="vobiz").json["api_id"]: "vobiz",
            service.request("GET", "/v2/accounts/acmeaudian/conferences", face="audian").json["request_id"]: "audian",
        }
    lines = [msgspec.json.decode(line) for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    assert {line["request"]: line["face"] for line in lines if line["event"] == "request"} == told


# --- health ----------------------------------------------------------------------------------------


def test_who_is_well_and_ready_says_so_without_credentials(bench: Bench) -> None:
    health, ready = bench.request("GET", "/healthz"), bench.request("GET", "/readyz")
    assert (health.status, health.json) == (200, {"status": "ok"})
    assert (ready.status, ready.json) == (200, {"status": "ready"})


# --- measures --------------------------------------------------------------------------------------


def measured(bench: Bench) -> dict[tuple[str, ...], float]:
    """Every sample of ours: its name and the values of its labels."""
    text = bench.request("GET", "/metrics").body.decode()
    return {
        (sample.name.removeprefix("callflow_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("callflow_")
    }


def test_the_measures_move_with_what_happens(bench: Bench) -> None:
    before = measured(bench)
    assert [before[name,] for name in ("calls", "rooms", "members")] == [0, 0, 0]
    customer = Customer(bench)
    calls = customer.let_in(2)
    customer.to_members("POST", "1", "Mute/")
    customer.to_members("POST", "1", "Mute/")
    assert customer.to_members("POST", "99", "Mute/").status == 404

    now = measured(bench)
    assert [now[name,] for name in ("calls", "rooms", "members")] == [2, 1, 2]
    assert [now["commands_total", "update_member", result] for result in ("changed", "same")] == [1, 1]
    assert now["requests_total", "plivo", "202"] == 2
    assert now["requests_total", "plivo", "404"] == 1
    assert now["request_seconds_count", "plivo"] == 3
    assert now["fetches_total", "2xx"] == now["fetch_seconds_count",] == 2
    assert now["exchange_seconds_count",] > before["exchange_seconds_count",]
    assert now["faults_total",] == now["callbacks_dropped_total",] == 0

    customer.ask("DELETE", f"/Call/{calls[0]}/")
    bench.app.wait("/hangup")
    customer.ask("DELETE", f"/Call/{calls[1]}/")
    bench.app.wait("/hangup", nth=2)
    customer.ask("GET", "/Conference/")  # another turn of the loop: both deliveries are counted
    after = measured(bench)
    assert [after[name,] for name in ("calls", "rooms", "members")] == [0, 0, 0]


def test_callbacks_are_measured_by_what_came_of_them(bench: Bench) -> None:
    customer = Customer(bench)
    calls = customer.let_in(1)
    customer.ask("DELETE", f"/Call/{calls[0]}/")
    bench.app.wait("/hangup")
    bench.run(bench.service.web.close(PATIENCE))
    assert measured(bench)["callbacks_total", "2xx"] == measured(bench)["callback_seconds_count",] == 1


# --- events ----------------------------------------------------------------------------------------


def followed(bench: Bench, many: int, headers: Mapping[str, str], query: str = "") -> list[Event]:
    """The next events of a stream."""
    host, _, port = bench.server.url.removeprefix("http://").rpartition(":")
    connection = HTTPConnection(host, int(port), timeout=PATIENCE)
    found: list[Event] = []
    try:
        connection.request("GET", f"/events{query}", headers=dict(headers))
        reply = connection.getresponse()
        assert (reply.status, reply.headers["Content-Type"]) == (200, "text/event-stream")
        while len(found) < many:
            entry = {}
            while line := reply.readline().decode().rstrip("\n"):
                name, _, value = line.partition(": ")
                entry[name] = value
            found.append((int(entry["id"]), entry["event"], msgspec.json.decode(entry["data"])))
    finally:
        connection.close()
    return found


def test_the_stream_tells_what_happened_in_order_with_numbers(bench: Bench) -> None:
    (call,) = Customer(bench).let_in(1)
    events = followed(bench, 4, OPERATOR, "?after=0")
    assert [event for _, event, _ in events][:2] == ["call_arrived", "document_fetched"]
    numbers = [number for number, _, _ in events]
    assert numbers == sorted(set(numbers))
    assert all(facts["call"] == call for _, _, facts in events)
    assert (events[0][2]["caller"], events[0][2]["called"]) == ("+14155550101", "+16505550100")


def test_a_follower_that_comes_back_goes_on_where_it_was(bench: Bench) -> None:
    customer = Customer(bench)
    customer.let_in(1)
    whole = followed(bench, 6, OPERATOR, "?after=0")
    cut = whole[2][0]
    assert followed(bench, 3, {**OPERATOR, "Last-Event-ID": str(cut)}) == whole[3:6]
    assert followed(bench, 3, {**OPERATOR, "Last-Event-ID": str(cut)}, "?after=0") == whole[3:6]


def test_the_password_of_an_address_is_in_no_event() -> None:
    number = {"number": "+16505550100", "account": ACME, "dialect": "plivo"}
    with served(numbers=[{**number, "answer_url": "http://ann:url-password@127.0.0.1:1/answer"}]) as bench:
        call = bench.dial_in()
        bench.wait("call_ended", call=call)
        fetched = bench.wait("document_fetched", call=call)
    assert fetched["url"] == "http://•@127.0.0.1:1/answer"
    assert "url-password" not in str(bench.happened)


def test_another_accounts_events_are_not_seen() -> None:
    number = {"number": "+16505550109", "account": ACCOUNTS[1]["id"], "dialect": "plivo"}
    mine = {"number": "+16505550100", "account": ACME, "dialect": "plivo"}
    url = "http://127.0.0.1:1/answer"
    with served(numbers=[{**number, "answer_url": url}, {**mine, "answer_url": url}]) as bench:
        theirs = bench.dial_in("+14155550100", "+16505550109")
        ours = bench.dial_in("+14155550101", "+16505550100")
        bench.wait("call_ended", call=ours)
        seen = {
            account["id"]: {
                facts.get("call") for _, _, facts in followed(bench, 2, CREDENTIALS[face](account), "?after=0")
            }
            for account, face in zip(ACCOUNTS, ("texml", "plivo"), strict=True)
        }
    assert seen == {ACME: {ours}, ACCOUNTS[1]["id"]: {theirs}}


@pytest.mark.parametrize("headers", [{}, basic(ACME, "wrong"), {"Authorization": "Bearer wrong"}])
def test_without_credentials_there_are_no_events(bench: Bench, headers: dict[str, str]) -> None:
    got = bench.request("GET", "/events", headers=headers)
    assert got.status == 401
    assert got.headers["WWW-Authenticate"] == 'Basic realm="callflow"'
