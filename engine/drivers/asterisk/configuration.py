"""Writes a small, working set of Asterisk's configuration files: what our driver needs, on this machine alone.

A module that is not listed is not loaded. Everything listens on loopback; calls reach the application through one
Stasis extension, and are refused with 503 while it is away.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from msgspec import Struct

from engine.drivers.asterisk import templates
from engine.drivers.sounds import tones, waves
from engine.errors import RequestError

OUTBOUND_MODULE = "asterisk/modules/res_websocket_client.so"
NAME = re.compile(r"^[A-Za-z0-9_-]+$")
LISTENING = re.compile(r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")
SOCKET = "var/run/asterisk.ctl"
LONGEST_SOCKET = 107  # bytes of a path that a Unix socket can have
FOLDERS = (
    "sounds", "var/agi", "var/cache", "var/db", "var/keys", "var/log", "var/run",
    "var/spool/monitor", "var/spool/recording", "var/spool/tmp",
)  # fmt: skip
HIGHEST_PORT = 65_535


class Layout(Struct, frozen=True, kw_only=True):
    """Where everything of one Asterisk is.

    `directory` gets the files and all that Asterisk writes; `prefix` is an unpacked Asterisk, None the system's own.
    `rtp` is the lowest and the highest port of audio; `rtp_timeout` seconds without any end a call (0: never).
    `websocket` is the HOST:PORT where the service waits for Asterisk's events; empty: the service connects.
    `phone` is the name that a soft phone registers by. `anonymous` lets everybody on this machine call and be called
    without a password. `modules` and `dialplan` add to what is loaded and to the extensions.
    """

    directory: Path
    prefix: Path | None = None
    host: str = "127.0.0.1"
    sip_port: int = 5060
    http_port: int = 8088
    rtp: tuple[int, int] = (10_000, 10_999)
    rtp_timeout: int = 30
    websocket: str = ""
    application: str = "callflow"
    user: str = "callflow"
    phone: str = "phone"
    anonymous: bool = False
    modules: tuple[str, ...] = ()
    dialplan: str = ""

    @property
    def ari_url(self) -> str:
        """Where Asterisk's HTTP server answers."""
        return f"http://{self.host}:{self.http_port}"

    @property
    def sounds(self) -> Path:
        """The folder of sounds, which the service writes and Asterisk reads."""
        return self.directory / "sounds"

    @property
    def music(self) -> Path:
        """The built-in music on hold, without the ending of its name."""
        return self.directory / "music"

    @property
    def log(self) -> Path:
        """Asterisk's own log."""
        return self.directory / "var/log/full.log"


class Passwords(Struct, frozen=True):
    """The passwords of the ARI user and of the soft phone; never shown by a repr."""

    ari: str
    phone: str

    def __repr__(self) -> str:
        return "Passwords(***)"


def fresh_passwords() -> Passwords:
    """Passwords that nobody can guess."""
    return Passwords(secrets.token_urlsafe(24), secrets.token_urlsafe(12))


def write(layout: Layout, passwords: Passwords) -> Path:
    """Write all files and make the folders; the path of `asterisk.conf`, for `asterisk -C`.

    Only their owner may read them. RequestError where the folder has a configuration already.
    """
    check(layout)
    for folder in FOLDERS:
        (layout.directory / folder).mkdir(parents=True, exist_ok=True)
    for name, text in files(layout, passwords).items():
        save(layout.directory / name, text)
    waves.save(tones.music(), layout.music.with_suffix(".wav"))
    return layout.directory / "asterisk.conf"


def check(layout: Layout) -> None:
    """Refuse what Asterisk would not take, or would take for something else."""
    directory = layout.directory
    if (directory / "asterisk.conf").exists():
        raise RequestError("there is a configuration already", field=str(directory), hint="another folder")
    if not directory.is_absolute() or len(os.fsencode(directory / SOCKET)) > LONGEST_SOCKET:
        hint = f"an absolute path, and at most {LONGEST_SOCKET - len(SOCKET) - 1} bytes of it"
        raise RequestError("this cannot be Asterisk's folder", field=str(directory), hint=hint)
    if set(str(directory)) & set(";,\n"):
        raise RequestError("Asterisk would not read it as one name", field=str(directory), hint="without ; and ,")
    for field, name in (("application", layout.application), ("user", layout.user), ("phone", layout.phone)):
        if not NAME.match(name):
            raise RequestError(f"{name!r} is no name", field=field, hint="letters, digits, - and _")
    if layout.websocket and not LISTENING.match(layout.websocket):
        raise RequestError(f"{layout.websocket!r} is no HOST:PORT", field="websocket", hint="as in 127.0.0.1:8089")
    low, high = layout.rtp
    if not 0 < low < high <= HIGHEST_PORT:
        raise RequestError(f"{low}-{high} is no range of ports", field="rtp", hint="as in 10000-10999")


def can_connect(prefix: Path | None) -> bool:
    """Whether an installed Asterisk (None: the system's own) can connect to us, and keep events while we are away."""
    libraries = (prefix or Path("/")) / "usr"
    return any(next(libraries.glob(f"{folder}/{OUTBOUND_MODULE}"), None) for folder in ("lib/*", "lib", "lib64"))


def files(layout: Layout, passwords: Passwords) -> dict[str, str]:
    """The text of every file by its name."""
    values = {
        "application": layout.application,
        "ari_password": passwords.ari,
        "directories": directories(layout),
        "extensions": extensions(layout),
        "host": layout.host,
        "http_port": layout.http_port,
        "modules": "\n".join(f"load = {name}.so" for name in (*templates.MODULES, *layout.modules)),
        "music": layout.music,
        "phone": layout.phone,
        "phone_password": passwords.phone,
        "rtp_high": layout.rtp[1],
        "rtp_low": layout.rtp[0],
        "rtp_timeout": layout.rtp_timeout,
        "sip_port": layout.sip_port,
        "user": layout.user,
        "websocket": layout.websocket,
    }
    chosen = dict(templates.FILES)
    if layout.websocket:
        chosen["ari.conf"] += templates.OUTBOUND_EVENTS
        chosen["websocket_client.conf"] += templates.OUTBOUND_WEBSOCKET
    if layout.anonymous:
        chosen["pjsip.conf"] += templates.ANONYMOUS
    return {name: text.format_map(values).lstrip("\n") for name, text in chosen.items()}


def directories(layout: Layout) -> str:
    """Where Asterisk finds its files; what a distribution's own Asterisk knows by itself is left to it."""
    places = {name: layout.directory / path for name, path in templates.DIRECTORIES.items()}
    if layout.prefix is not None:
        modules = next(layout.prefix.glob("usr/lib/*/asterisk/modules"), None)
        if modules is None:
            hint = "callflow asterisk install DIR"
            raise RequestError("there is no Asterisk in it", field=str(layout.prefix), hint=hint)
        places |= {
            "astmoddir": modules,
            "astdatadir": layout.prefix / "usr/share/asterisk",
            "astsbindir": layout.prefix / "usr/sbin",
        }
    return "\n".join(f"{name} => {path}" for name, path in places.items())


def extensions(layout: Layout) -> str:
    """Every number leads to the application; what follows is for when it is away."""
    steps = "\n".join(templates.STEPS).format_map(
        {"application": layout.application, "talk_detect": templates.TALK_DETECT}
    )
    return "\n".join([*(f"exten => {pattern},{steps}" for pattern in templates.NUMBERS), layout.dialplan])


def save(path: Path, text: str) -> None:
    """Write a file that only its owner may read, even where one was there."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
