"""Plivo's Node client against a live service: the same rooms, spelt by another client."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.rest.bench import ACME
from tests.sdk.live import Live
from tests.sdk.plivo_account import heard
from tests.sdk.vendors import WAIT, Rooms

pytestmark = pytest.mark.xdist_group("sdk-plivo-node")
HERE = Path(__file__).parent / "node"
FILES = ("package.json", "package-lock.json", "members.mjs")
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
STEPS = 60.0  # seconds for all of them


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program beside what the lock file names; the gate (CI=true) does not let its absence pass as a skip."""
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)}: not installed")
    folder = tmp_path_factory.mktemp("node")
    for name in FILES:
        shutil.copy(HERE / name, folder)
    done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "members.mjs"


def test_the_lock_file_pins_the_client_and_names_no_registry() -> None:
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    packages = [one for place, one in locked.items() if place]
    assert all(one["integrity"].startswith("sha512-") for one in packages)
    assert not any("resolved" in one for one in packages)


def results(program: Path, service: Live, room: str) -> Mapping[str, Any]:
    """What each step of the program came to."""
    command = ("node", "--no-deprecation", program, service.url, ACME, "acme-plivo", room)
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=STEPS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["step"]: line["result"] for line in lines}


def test_the_node_client_does_with_members_what_it_should(program: Path, service: Live, rooms: Rooms) -> None:
    name, after = rooms.name(), rooms.page(WAIT)  # with blanks, which this client does not encode
    first, second, third = rooms.let_in(3, name, f"<Redirect>{after}</Redirect>")
    came = results(program, service, name)

    assert came["list"] == [name]
    assert came["get"] == name
    assert came["members"] == [["1", False, False], ["2", False, False], ["3", False, False]]
    assert came["mute"] == {"message": "muted", "memberId": "1"}
    assert came["muted"][0] == ["1", True, False]
    assert came["deaf"] == {"message": "deaf", "memberId": ["all"]}
    assert came["deafened"] == [["1", False, True], ["2", False, True], ["3", False, True]]
    assert came["speak"] == {"message": "speak queued into conference", "memberId": "3"}
    assert came["play"] == {"message": "play queued into conference", "memberId": "3"}
    assert came["record"] == "conference recording started"
    assert came["kick"] == {"message": "kicked", "memberId": "1"}
    undone = ("unmute", "undeaf", "stop speak", "stop play", "stop record", "hangup")
    assert [came[step] for step in undone] == [None] * len(undone)

    path = urlsplit(after).path
    heard(rooms, path, CallUUID=first)
    assert heard(rooms, "/hangup", CallUUID=second).params["HangupSource"] == "API Request"
    assert [one.params["CallUUID"] for one in rooms.app.asked if one.path == path] == [first]
    assert rooms.hears(third) == []


def test_problems_are_the_clients_own_errors(program: Path, service: Live, rooms: Rooms) -> None:
    name = rooms.name()
    rooms.let_in(3, name)
    came = results(program, service, name)

    assert came["no such room"] == {"status": 404, "message": "conference not found", "named": True}
    assert came["no such member"] == {"status": 404, "message": "member not found", "named": True}
    wrong = "url: must be an absolute http:// or https:// address"
    assert came["not a sound"] == {"status": 400, "message": wrong, "named": True}
    assert came["wrong token"]["status"] == 401
