"""What is common to all that is served."""

from __future__ import annotations

import base64
import socket
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from tests.rest.bench import ACCOUNTS, ACME, CREDENTIALS, PATIENCE, served
from tests.sdk.live import live

CONFERENCES = f"/v1/Account/{ACME}/Conference/"


@pytest.mark.parametrize("name", ["a%0Ab", "%0A", "a%0D%0Ab", "%E2%80%A8", "%7Ba%7D"])
def test_whatever_a_path_holds_is_answered_by_its_face(name: str) -> None:
    with served() as bench:
        got = bench.request("GET", CONFERENCES + f"{name}/", face="plivo")

    assert (got.status, got.json["error"]) == (404, "conference not found")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_is_not_packed_as_it_says_is_the_clients_fault(coding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    with served() as bench:
        got = bench.request("POST", f"/v1/Account/{ACME}/Call/", body=b"not packed", headers=headers, face="plivo")

    assert (got.status, got.json["error"]) == (400, "the body cannot be read to its end")


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.rest.body.LONGEST", 0.05)
    head = f"POST /v1/Account/{ACME}/Call/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
    (name, value), *_ = CREDENTIALS["plivo"](ACCOUNTS[0]).items()
    with served() as bench:
        answer = said_to(bench.server.url, f"{head}{name}: {value}\r\nConnection: close\r\n\r\n{{".encode(), 1)
    assert answer.startswith(b"HTTP/1.1 400 ")


SECRET = base64.b64encode(b"name:open-sesame")


NOT_HTTP = (
    b"GET /v1/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + SECRET + b"\x00\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: " + SECRET * 1_000 + b"\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
)


def test_what_is_not_http_is_refused_and_told_in_a_line_without_what_it_was(tmp_path: Path) -> None:
    with live(tmp_path) as service:  # which fails where a traceback is written
        answers = [said_to(service.url, raw) for raw in NOT_HTTP]
    log = (tmp_path / "log.jsonl").read_bytes()
    assert [answer[:12] for answer in answers] == [b"HTTP/1.0 400"] * len(NOT_HTTP)
    told = [line["error"] for line in map(msgspec.json.decode, log.splitlines()) if line["event"] == "malformed"]
    assert told == ["InvalidURLError", "BadHttpMessage", "LineTooLong", "BadHttpMessage"]
    assert SECRET not in log


def test_a_stream_of_events_has_no_head_to_ask_for() -> None:
    with served() as bench:
        got = bench.request("HEAD", "/events", headers=CREDENTIALS["plivo"](ACCOUNTS[0]))
    assert got.status == 404


def said_to(url: str, raw: bytes, pieces: int = 0) -> bytes:
    """All that is answered to some bytes, or only the first pieces of it."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(raw)
        heard = iter(lambda: connection.recv(65_536), b"")
        return b"".join(islice(heard, pieces or None))
