"""An Asterisk of the suite's own: unpacked once into the user's cache, started on free ports, ended by its process id.

By hand, for a developer: `python -m tests.asterisk.provision DIR`, until Ctrl-C.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TextIO

import msgspec

from engine.drivers.asterisk.configuration import Layout, Passwords, fresh_passwords, write
from engine.drivers.asterisk.install import STARTER, Installed, cache_folder, install, installed
from engine.drivers.asterisk.settings import AriSettings

# Below the ports that the kernel hands out by itself. The last of a block are for audio, two a call.
BLOCKS = range(10_000, 32_000, 1_000)
FIRST_OF_AUDIO = 20
STARTING = 20.0  # seconds at most; it takes 0.3
ENDING = 5.0
HOST = "127.0.0.1"
# For the bare dialplans that benchmarks compare with.
EXTRA_FILES = {"confbridge.conf": "[general]\n"}
EXTRA_MODULES = ("app_dial", "app_confbridge", "app_echo", "bridge_builtin_features")


def prefix() -> Path:
    """Where the suite's Asterisk is: `CALLFLOW_ASTERISK`, else in the user's cache."""
    named = os.environ.get("CALLFLOW_ASTERISK")
    return Path(named) if named else cache_folder(os.environ) / "asterisk-22"


def provided() -> Installed | None:
    """The suite's Asterisk where there is one."""
    return installed(prefix())


def provide() -> Installed:
    """The suite's Asterisk, fetched where there is none."""
    return install(prefix(), cache=cache_folder(os.environ), say=lambda said: print(said, file=sys.stderr))  # noqa: T201


class Instance:
    """A running Asterisk: `layout` says where, `passwords` by what words; `process` is it."""

    def __init__(self, layout: Layout, passwords: Passwords) -> None:
        """Write its configuration."""
        self.layout, self.passwords = layout, passwords
        self.configuration = write(layout, passwords)
        for name, text in EXTRA_FILES.items():
            (layout.directory / name).write_text(text)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def ari_url(self) -> str:
        return self.layout.ari_url

    @property
    def sip_port(self) -> int:
        return self.layout.sip_port

    @property
    def user(self) -> str:
        return self.layout.user

    @property
    def password(self) -> str:
        return self.passwords.ari

    @property
    def settings(self) -> AriSettings:
        """What a driver of it is given."""
        layout = self.layout
        return AriSettings(
            url=layout.ari_url,
            user=layout.user,
            password=self.password,
            application=layout.application,
            listen=layout.websocket,
        )

    @cached_property
    def command(self) -> list[str]:
        assert self.layout.prefix is not None
        return [str(self.layout.prefix / STARTER), "-C", str(self.configuration)]

    def start(self) -> None:
        """Start it, and come back when it takes calls."""
        notified = self.layout.directory / "notify"
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told,
            (self.layout.directory / "out").open("ab") as out,
        ):
            notified.unlink(missing_ok=True)
            told.bind(str(notified))
            # A session of its own: Ctrl-C is for pytest, which then ends it in order.
            self.process = subprocess.Popen(
                [*self.command, "-f", "-q"],
                env={**os.environ, "NOTIFY_SOCKET": str(notified)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
            self._until_ready(told)
        self.cli("core waitfullybooted")
        if f":{self.sip_port}" not in self.cli("pjsip show transports"):
            raise RuntimeError(f"no SIP transport on port {self.sip_port}:\n{self.said()}")

    def _until_ready(self, told: socket.socket) -> None:
        """Wait for the word that it gives a supervisor, or for its end."""
        assert self.process is not None
        ended = os.pidfd_open(self.process.pid)
        try:
            while True:
                ready, _, _ = select.select([told.fileno(), ended], [], [], STARTING)
                if told.fileno() not in ready:
                    raise RuntimeError(f"Asterisk ended, or took over {STARTING:.0f} s to start:\n{self.said()}")
                if b"READY=1" in told.recv(4096):
                    return
        finally:
            os.close(ended)

    def stop(self) -> None:
        """End it in order: its calls get a BYE; by force where that takes too long."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash does: nobody is told."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """Kill it and start it again with the same configuration."""
        self.kill()
        self.start()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def cli(self, words: str) -> str:
        """What its console says to a command."""
        asked = [*self.command, "-rx", words]
        return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout

    def said(self, count: int = 30) -> str:
        """The last lines of its output and of its log."""
        files = (self.layout.directory / "out", self.layout.log)
        lines = [line for file in files if file.exists() for line in file.read_text(errors="replace").splitlines()]
        return "\n".join(lines[-count:])

    def complaints(self) -> list[str]:
        """The warnings and errors in its log."""
        lines = self.layout.log.read_text(errors="replace").splitlines()
        return [line for line in lines if " WARNING[" in line or " ERROR[" in line]

    def get(self, path: str) -> Any:
        """What its REST interface says to a GET."""
        status, body = self._asked(path)
        assert status == 200, f"GET {path}: {status}"
        return msgspec.json.decode(body)

    def has(self, path: str) -> bool:
        """Whether its REST interface finds something there."""
        return self._asked(path)[0] == 200

    def _asked(self, path: str) -> tuple[int, bytes]:
        credentials = {"Authorization": self.settings.authorization}
        with closing(HTTPConnection(self.layout.host, self.layout.http_port, timeout=5)) as connection:
            connection.request("GET", f"/ari/{path}", headers=credentials)
            reply = connection.getresponse()
            return reply.status, reply.read()

    def leftovers(self, brief: Iterable[str] = ()) -> dict[str, list[str]]:
        """What is still there, by kind; empty where nothing was left behind.

        Asterisk has no list of live recordings or playbacks; each lives in a channel or a bridge, and ends with it.
        `brief` are paths of some that there may have been.
        """
        found = {kind: [one["id"] for one in self.get(kind)] for kind in ("channels", "bridges")}
        found["recordings stored"] = [one["name"] for one in self.get("recordings/stored")]
        found["brief"] = [path for path in brief if self.has(path)]
        for application in self.get("applications"):
            found["channels watched"] = application["channel_ids"]
            found["bridges watched"] = application["bridge_ids"]
        return {kind: ids for kind, ids in found.items() if ids}


@contextmanager
def ports() -> Iterator[int]:
    """The first of a thousand ports that nobody else of the suite has for as long as this is held."""
    folder = Path(tempfile.gettempdir()) / f"callflow-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for first in BLOCKS:
        with (folder / str(first)).open("w") as lock:
            if free(lock, first):
                yield first
                return
    raise RuntimeError(f"no free ports in {BLOCKS}")


def free(lock: TextIO, first: int) -> bool:
    """Take a block of ports, unless it is the suite's already or somebody else listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as http, socket.socket(type=socket.SOCK_DGRAM) as sip:
        http.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            http.bind((HOST, first))
            sip.bind((HOST, first + 1))
        except OSError:
            return False
    return True


@contextmanager
def instance(directory: Path, **changes: Any) -> Iterator[Instance]:
    """A running Asterisk whose files are in a fresh folder; `changes` are fields of its `Layout`."""
    with ExitStack() as held:
        first = held.enter_context(ports())
        usual: dict[str, Any] = {
            "prefix": provide().prefix,
            "http_port": first,
            "sip_port": first + 1,
            "rtp": (first + FIRST_OF_AUDIO, first + 999),
            "anonymous": True,
            "modules": EXTRA_MODULES,
        }
        running = Instance(Layout(directory=directory, **usual | changes), fresh_passwords())
        held.callback(running.stop)
        running.start()
        yield running


def main(directory: Path) -> None:
    """Run one until Ctrl-C."""
    with instance(directory) as running:
        for name in ("ari_url", "user", "password", "sip_port", "pid", "configuration"):
            print(f"{name:14} {getattr(running, name)}")  # noqa: T201
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
