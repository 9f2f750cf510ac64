"""A running `callflow serve` in a process of its own, and a customer's application in this one."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from tests.rest.bench import ACCOUNTS, CREDENTIALS, Application, Got, Looping, asked_of, config_of, listening

SERVE = (sys.executable, "-c", "from engine.cli import main; main()", "serve", "--config")
SAID = "callflow answers at "
PATIENCE = 20.0
DATA = b"data: "


class Live:
    """Where the service answers, the application that it asks, and how to dial in without a telephone."""

    def __init__(self, url: str, app: Application, process: subprocess.Popen[str]) -> None:
        """Keep the parts."""
        self.url, self.app, self.process = url, app, process
        self.accounts = ACCOUNTS

    def request(self, method: str, path: str, **more: Any) -> Got:
        """Ask the service over HTTP; see tests.rest.bench.asked_of."""
        return asked_of(self.url, method, path, **more)

    def dial_in(self, caller: str = "+14155550100", called: str = "+16505550100") -> str:
        """Let somebody call a number; the call's id."""
        got = self.request("POST", "/simulator/calls", json={"from": caller, "to": called}, face="plivo")
        assert got.status == 201, got
        made: str = got.json["call"]
        return made

    def wait(self, what: str, **facts: Any) -> dict[str, Any]:
        """The first entry of the usual account's timeline of that kind with these facts, as soon as it has come."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=PATIENCE)
        try:
            connection.request("GET", "/events?after=0", headers=CREDENTIALS["plivo"](self.accounts[0]))
            for line in connection.getresponse():
                entry = msgspec.json.decode(line.removeprefix(DATA)) if line.startswith(DATA) else {}
                if entry.get("what") == what and facts.items() <= entry.items():
                    return dict(entry)
        finally:
            connection.close()
        raise AssertionError(f"the timeline ended before {what} {facts}")


@contextmanager
def live(folder: Path, serve: Sequence[str] = SERVE, **changes: Any) -> Iterator[Live]:
    """Start the service (`serve`, and the file) with a bench's configuration and these changes; it must end well."""
    app = Application()
    with Looping() as looping:
        runner = looping.run(listening(app))
        process = started(folder, config_of(app, {"state": str(folder / "state"), **changes}), serve)
        said: list[str] = []
        try:
            url = address(process, said)
            reader = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
            reader.start()
            yield Live(url, app, process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0, "".join(said)
            reader.join(PATIENCE)
            assert not [line for line in said if line.startswith(("Traceback", "Unclosed"))], "".join(said)
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            looping.run(runner.cleanup())


def started(folder: Path, config: Mapping[str, Any], serve: Sequence[str] = SERVE) -> subprocess.Popen[str]:
    """Start the service; its log goes to a file beside the configuration."""
    file = folder / "callflow.toml"
    file.write_text(tomli_w.dumps(config))
    with (folder / "log.jsonl").open("w") as log:
        return subprocess.Popen((*serve, str(file)), stdout=log, stderr=subprocess.PIPE, text=True)


def address(process: subprocess.Popen[str], said: list[str]) -> str:
    """Where the service says that it answers."""
    for line in process.stderr or ():
        said.append(line)
        if line.startswith(SAID):
            return line.removeprefix(SAID).split()[0]
    raise AssertionError(f"the service did not start: {''.join(said)}")
