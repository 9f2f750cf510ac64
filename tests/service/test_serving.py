"""`callflow serve` as a process: how it starts, what it refuses, and how it goes when it is told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import pytest
import tomli_w
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from engine.cli import main
from engine.rest.app import READING
from tests.rest.bench import ACCOUNTS, ACME, Got, asked_of, basic, served
from tests.sdk.live import Live, live

PATIENCE = 20.0  # seconds of the world, for what must happen
FOREVER = 300.0  # a drain that a test would not outlast
ROOM = "<Response><Conference>standup</Conference></Response>"
DEMO = (sys.executable, "-c", "from engine.cli import main; main()", "serve", "--listen", "127.0.0.1:0")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody who takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one


def callflow(*words: str, **environ: str) -> Result:
    return CliRunner(env=environ).invoke(main, list(words))


def in_a_room(service: Live, called: str = "+16505550100") -> str:
    """A call that stays in a room until somebody ends it."""
    service.app.pages["/plivo/answer"] = ROOM
    call = service.dial_in(called=called)
    until(lambda: standup(service).status == 200)
    return call


def standup(service: Live) -> Got:
    return service.request("GET", f"/v1/Account/{ACME}/Conference/standup/", face="plivo")


def until(happened: Any) -> None:
    """Ask again and again until it is so."""
    end = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < end, "it has not happened"


def told_to_stop(service: Live) -> None:
    """Send SIGTERM, and wait until the service has heard it."""
    service.process.send_signal(signal.SIGTERM)
    until(lambda: service.request("GET", "/readyz").status == 503)


def lines(folder: Path, event: str) -> list[dict[str, Any]]:
    """The lines of the log of one kind."""
    log = [msgspec.json.decode(line) for line in (folder / "log.jsonl").read_bytes().splitlines()]
    return [line for line in log if line["event"] == event]


# --- the end ---------------------------------------------------------------------------------------


def test_live_calls_get_their_seconds_and_end_as_shutdown_with_their_callbacks(tmp_path: Path) -> None:
    with live(tmp_path, drain=1.0) as service:
        call = in_a_room(service)
        began = monotonic()
        told_to_stop(service)
        assert standup(service).json["conference_member_count"] == "1"

        assert service.process.wait(PATIENCE) == 0
        assert monotonic() - began >= 1.0
        hangup = service.app.wait("/hangup", CallStatus="completed")
    (ended,) = lines(tmp_path, "call")
    assert (ended["call"], ended["cause"]) == (call, "shutdown")
    assert hangup.params["CallUUID"] == call
    assert [line["calls"] for line in lines(tmp_path, "stopping")] == [1]
    assert [line["hurried"] for line in lines(tmp_path, "stopped")] == [False]


def test_who_hangs_up_while_it_drains_ends_it_early(tmp_path: Path) -> None:
    with live(tmp_path, drain=FOREVER) as service:
        call = in_a_room(service)
        told_to_stop(service)
        got = service.request("DELETE", f"/v1/Account/{ACME}/Call/{call}/", face="plivo")
        assert got.status == 204
        assert service.process.wait(PATIENCE) == 0
        assert service.app.wait("/hangup").params["CallUUID"] == call
    (ended,) = lines(tmp_path, "call")
    assert ended["cause"] == "api"


def test_without_calls_it_is_gone_at_once(tmp_path: Path) -> None:
    with live(tmp_path, drain=FOREVER) as service:
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(PATIENCE) == 0


def test_a_callback_is_delivered_though_calls_get_no_time_to_drain(tmp_path: Path) -> None:
    with live(tmp_path, drain=0.0) as service:
        call = in_a_room(service)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(PATIENCE) == 0
        assert service.app.wait("/hangup").params["CallUUID"] == call


def test_a_second_signal_ends_the_calls_at_once(tmp_path: Path) -> None:
    with live(tmp_path, drain=FOREVER) as service:
        call = in_a_room(service)
        told_to_stop(service)
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(PATIENCE) == 0
    assert [(line["call"], line["cause"]) for line in lines(tmp_path, "call")] == [(call, "shutdown")]
    assert [line["hurried"] for line in lines(tmp_path, "stopped")] == [True]


def test_a_second_signal_waits_for_no_callback(tmp_path: Path, listener: socket.socket) -> None:
    deaf = f"http://127.0.0.1:{listener.getsockname()[1]}/hangup"
    with live(tmp_path, drain=FOREVER) as service:
        service.app.pages["/plivo/answer"] = (
            f'<Response><Conference callbackUrl="{deaf}">standup</Conference></Response>'
        )
        call = service.dial_in()
        until(lambda: standup(service).status == 200)
        told_to_stop(service)
        service.request("DELETE", f"/v1/Account/{ACME}/Call/{call}/", face="plivo")
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(PATIENCE) == 0
    assert lines(tmp_path, "callback_failed")
    assert [line["hurried"] for line in lines(tmp_path, "stopped")] == [True]


def test_who_never_answers_callbacks_does_not_hold_the_end_up(listener: socket.socket) -> None:
    deaf = f"http://127.0.0.1:{listener.getsockname()[1]}/hangup"
    number = {"number": "+16505550100", "account": ACME, "dialect": "plivo", "hangup_url": deaf}
    with served(numbers=[{**number, "answer_url": deaf}]) as bench:
        bench.dial_in()
        began = monotonic()
        bench.run(bench.server.stop(0.5))
        assert 0.5 <= monotonic() - began < 5.0
        assert b'callflow_callbacks_total{outcome="shutdown"} 1.0' in bench.service.metrics.render()[0]


def test_a_follower_who_does_not_read_does_not_hold_the_end_up() -> None:
    with served() as bench, following(bench.server.url) as follower:
        assert follower.recv(12) == b"HTTP/1.1 200"
        long = {"what": "noise", "text": "x" * 1_000_000}
        for _ in range(40):
            bench.do(lambda service: service.stream.add(ACME, long))
        began = monotonic()
        bench.run(bench.server.stop(0.0))
        assert monotonic() - began < 4 * READING


@contextmanager
def following(url: str) -> Iterator[socket.socket]:
    """A connection on which somebody asked for the events."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    proof = basic(ACME, ACCOUNTS[0]["plivo"]["auth_token"])["Authorization"]
    with socket.create_connection((host, int(port)), PATIENCE) as one:
        one.sendall(f"GET /events HTTP/1.1\r\nHost: {host}\r\nAuthorization: {proof}\r\n\r\n".encode())
        yield one


# --- new calls while it drains ---------------------------------------------------------------------

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "plivo": (
        f"/v1/Account/{ACME}/Call/",
        {"json": {"from": "14155550100", "to": "14155550199", "answer_url": "http://127.0.0.1:9/answer"}},
    ),
    "vobiz": (
        "/api/v1/Account/MA_ACME/Call/",
        {"json": {"from": "14155550100", "to": "14155550199", "answer_url": "http://127.0.0.1:9/answer"}},
    ),
    "texml": (
        f"/v2/texml/Accounts/{ACCOUNTS[0]['texml']['account_sid']}/Calls",
        {"form": {"From": "+14155550100", "To": "+14155550199", "ApplicationSid": "1700000001"}},
    ),
    "audian": (
        "/v2/accounts/acmeaudian/conferences/conf_weekly",
        {"json": {"data": {"action": "dial", "data": {"endpoints": ["+14155550199"]}}}},
    ),
}
WEEKLY = {"id": "conf_weekly", "account": ACME, "name": "weekly"}


def test_new_calls_are_refused_while_it_drains_and_leave_no_trace(tmp_path: Path) -> None:
    with live(tmp_path, drain=FOREVER, conferences=[WEEKLY]) as service:
        call = in_a_room(service)
        told_to_stop(service)
        for face, (path, sent) in CALLS.items():
            got = service.request("PUT" if "data" in sent.get("json", {}) else "POST", path, face=face, **sent)
            assert (face, got.status) == (face, 503)
            assert got.json
        dialled = {"from": "+14155550100", "to": "+16505550100"}
        assert service.request("POST", "/simulator/calls", json=dialled, face="plivo").status == 503
        room = standup(service).json
        invited = invite(service)
        assert invited.status == 503
        assert (room["conference_member_count"], room["members"][0]["call_uuid"]) == ("1", call)
        live_calls = service.request("GET", f"/v1/Account/{ACME}/Call/?status=live", face="plivo").json["calls"]
        assert live_calls == [call]
        assert len(service.app.asked) == 1  # for the one document; nobody was told of anything
        service.request("DELETE", f"/v1/Account/{ACME}/Call/{call}/", face="plivo")
        assert service.process.wait(PATIENCE) == 0
    assert len(lines(tmp_path, "call")) == 1


def invite(service: Live) -> Got:
    """Ask for somebody to be dialled into the room, as the account on another face."""
    account = ACCOUNTS[0]["texml"]["account_sid"]
    form = {"From": "+14155550100", "To": "+14155550199", "ApplicationSid": "1700000001"}
    path = f"/v2/texml/Accounts/{account}/Conferences/standup/Participants"
    return service.request("POST", path, form=form, face="texml")


# --- the start -------------------------------------------------------------------------------------


def banner(folder: Path) -> tuple[dict[str, dict[str, str]], str]:
    """Start without a configuration, try the credentials that are shown, and stop: these by face, and the log."""
    environ = {**os.environ, "XDG_STATE_HOME": str(folder)}
    with subprocess.Popen(DEMO, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stderr is not None
        said: list[str] = []
        while not said or not said[-1].startswith("Calls to"):
            said.append(process.stderr.readline())
            assert said[-1], said
        url = said[0].removeprefix("callflow answers at ").split()[0]
        shown = {words[0]: dict(zip(words[1::2], words[2::2], strict=True)) for words in map(str.split, said[2:-1])}
        plivo = basic(shown["plivo"]["auth_id"], shown["plivo"]["auth_token"])
        path = f"/v1/Account/{shown['plivo']['auth_id']}/Conference/"
        assert asked_of(url, "GET", path, headers=plivo).status == 200
        assert asked_of(url, "GET", path).status == 401
        process.send_signal(signal.SIGTERM)
        log, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    return shown, log


def test_credentials_for_trying_out_are_made_at_every_start_and_are_not_in_the_log(tmp_path: Path) -> None:
    first, log = banner(tmp_path)
    second, _ = banner(tmp_path)
    assert list(first) == list(second) == ["plivo", "vobiz", "texml", "audian"]
    secrets = {
        face: [value for name, value in shown.items() if re.search("token|key", name)] for face, shown in first.items()
    }
    for face, values in secrets.items():
        assert values
        for value in values:
            assert value not in second[face].values()
            assert value not in log
    assert '"event":"started"' in log


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080"])
def test_credentials_for_trying_out_are_refused_beyond_this_machine(listen: str) -> None:
    result = callflow("serve", "--listen", listen)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: listen: demo credentials are for this machine alone (127.0.0.1, or")


def test_an_asterisk_without_its_password_is_refused(tmp_path: Path) -> None:
    result = callflow("serve", "--switch", "asterisk", XDG_STATE_HOME=str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: asterisk.password: Asterisk wants a password (")


def test_a_port_that_is_taken_is_told(tmp_path: Path, listener: socket.socket) -> None:
    taken = f"127.0.0.1:{listener.getsockname()[1]}"
    result = callflow("serve", "--listen", taken, XDG_STATE_HOME=str(tmp_path))
    assert result.exit_code == 2
    assert f"error: listen: cannot listen on {taken}" in result.stderr


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "kept").touch()
    file = tmp_path / "callflow.toml"
    given = {"listen": "127.0.0.1:0", "accounts": ACCOUNTS, "journal": "/proc/journal", "state": str(tmp_path)}
    file.write_text(tomli_w.dumps(given))
    result = callflow("serve", "--config", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: /proc/journal: cannot be written: ")


# --- what is in effect -----------------------------------------------------------------------------


def test_the_configuration_in_effect_is_printed_without_its_secrets(tmp_path: Path) -> None:
    file = tmp_path / "callflow.toml"
    plivo = {"auth_token": {"env": "ACME_TOKEN"}}
    number = {"number": "+16505550100", "account": "MA1", "dialect": "plivo"}
    account = {"id": "MA1", "plivo": plivo, "audian": {"account_id": "a1", "auth_token": "audian-token"}}
    url = "http://ann:pass-word@127.0.0.1:9000/answer"
    room = {"id": "conf_1", "account": "MA1", "name": "board", "member_pins": ["4711"]}
    file.write_text(
        tomli_w.dumps({"accounts": [account], "numbers": [{**number, "answer_url": url}], "conferences": [room]})
    )

    result = callflow("config", "--config", str(file), "--listen", "127.0.0.1:9999", ACME_TOKEN="token-of-acme")  # noqa: S106

    assert result.exit_code == 0, result.output
    for secret in ("token-of-acme", "audian-token", "pass-word", "4711"):
        assert secret not in result.output
    told = tomllib.loads(result.stdout)
    assert told["listen"] == "127.0.0.1:9999"
    assert told["drain"] == 30.0
    assert told["accounts"][0]["plivo"]["auth_token"] == "***"  # noqa: S105
    assert told["numbers"][0]["answer_url"] == "http://***@127.0.0.1:9000/answer"


def test_a_secret_that_the_environment_does_not_hold_is_told(tmp_path: Path) -> None:
    file = tmp_path / "callflow.toml"
    file.write_text('[[accounts]]\nid = "MA1"\nplivo = {auth_token = {env = "NOT_THERE"}}\n')
    result = callflow("config", "--config", str(file))
    assert result.exit_code == 2
    assert "accounts[0].plivo.auth_token" in result.stderr
    assert "the environment variable NOT_THERE is not set" in result.stderr


# --- TLS -------------------------------------------------------------------------------------------

PLAIN = serialization.NoEncryption()


def certificate(folder: Path, sealed: serialization.KeySerializationEncryption = PLAIN) -> dict[str, str]:
    """A certificate for this machine that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, sealed)
    (folder / "key.pem").write_bytes(secret)
    return {"certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")}


def test_with_a_certificate_it_speaks_tls(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    with served(tls=files) as bench:
        assert bench.server.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=files["certificate"])
        trusting.check_hostname = False
        port = int(bench.server.url.rpartition(":")[2])
        connection = HTTPSConnection("127.0.0.1", port, context=trusting, timeout=PATIENCE)
        try:
            connection.request("GET", "/healthz")
            reply = connection.getresponse()
            assert (reply.status, reply.read()) == (200, b'{"status": "ok"}')
        finally:
            connection.close()


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("not a certificate")
    refused(tmp_path, {"certificate": str(tmp_path / "cert.pem"), "key": str(tmp_path / "cert.pem")})


def test_a_key_with_a_pass_phrase_is_told_and_nobody_is_asked_for_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    refused(tmp_path, certificate(tmp_path, serialization.BestAvailableEncryption(b"open sesame")))
    assert capfd.readouterr() == ("", "")


def refused(tmp_path: Path, tls: dict[str, str]) -> None:
    """A service with that certificate does not start, and says why."""
    file = tmp_path / "callflow.toml"
    given = {"listen": "127.0.0.1:0", "accounts": ACCOUNTS, "tls": tls, "state": str(tmp_path)}
    file.write_text(tomli_w.dumps(given))
    result = callflow("serve", "--config", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: tls: cannot be used: ")
