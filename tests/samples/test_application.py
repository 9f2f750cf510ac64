"""The sample application and the sample configuration do what README says of them."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from engine.service.accounts import Accounts
from engine.service.loading import load
from tests.rest.bench import ACCOUNTS, ACME
from tests.sdk.live import live

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
SECRETS = ("PLIVO_AUTH_TOKEN", "VOBIZ_AUTH_TOKEN", "TEXML_API_KEY", "AUDIAN_AUTH_TOKEN", "WEEKLY_PIN")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_the_sample_application_hears_of_its_caller_and_of_the_kick(tmp_path: Path) -> None:
    port = free_port()
    command = (sys.executable, str(SAMPLES / "application.py"), str(port))
    number = {"number": "+16505550100", "account": ACME, "dialect": "plivo"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as application:
        try:
            assert application.stdout is not None
            assert application.stdout.readline() == f"port {port}\n"
            numbers = [{**number, "answer_url": f"http://127.0.0.1:{port}/answer"}]
            with live(tmp_path, numbers=numbers) as service:
                service.dial_in()
                said = [application.stdout.readline() for _ in range(2)]
                kick = f"/v1/Account/{ACCOUNTS[0]['id']}/Conference/room/Member/1/Kick/"
                assert service.request("POST", kick, json={}, face="plivo").status == 202
                said.append(application.stdout.readline())
        finally:
            application.kill()
    assert said == ["14155550100 calls 16505550100\n", "enter: member 1 of room\n", "exit: member 1 of room\n"]


def test_the_sample_configuration_is_one() -> None:
    config = load(SAMPLES / "service.toml", {name: f"12{number}4" for number, name in enumerate(SECRETS)})
    accounts = Accounts(config, {})
    assert accounts.verify("plivo", "MAEXAMPLE00000000001", "1204") is not None
    assert [number.number for number in config.numbers] == ["+16505550100", "+16505550101", "+16505550102"]
    assert config.simulator.callee("+12125550100").answers_after == 3
