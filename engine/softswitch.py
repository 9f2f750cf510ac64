"""The commands `callflow asterisk …`: get an Asterisk, configure it for a first call, and look whether all is well."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.errors import RequestError

if TYPE_CHECKING:
    from engine.drivers.asterisk.check import Line
    from engine.drivers.asterisk.configuration import Layout
    from engine.service.config import Config

FOLDER = click.Path(path_type=Path, file_okay=False)
PORT = click.IntRange(1, 65_535)
NUMBER = "1000"
STARTING = 3.0  # seconds that an Asterisk may take that was started just now
EVENTS = "127.0.0.1:8089"  # where an Asterisk connects to us that can
OF_THE_SYSTEM = Path("/usr/sbin/asterisk")  # which is not everybody's PATH
NEXT = """\
Written to {folder}. What to do next:
  start Asterisk     {start}
  look at it         callflow asterisk check --config {toml}
  start the service  callflow serve --config {toml}
  a soft phone       user {phone}, password {password}, registrar {host}:{sip_port} (UDP); dial {number}
  look and command   . {commands}; callflow conferences
"""
ACCOUNT = """\
# The account of callflow.toml, for `callflow conferences`, `callflow kick` and others: `. {path}`
export CALLFLOW_AUTH_ID={auth_id} CALLFLOW_AUTH_TOKEN={auth_token}
"""


def command(guarded: Callable[[Callable[..., None]], Callable[..., None]]) -> click.Group:
    """The group; `guarded` turns what cannot be done into an exit status."""
    group = click.Group("asterisk", help="Get an Asterisk, configure it, and look whether it can carry our calls.")
    for function, params in COMMANDS:
        made: Any = guarded(function)
        for param in reversed(params):
            made = param(made)
        group.add_command(click.command(function.__name__)(made))
    return group


# --- install --------------------------------------------------------------------------------------


def install(target: Path, cache: Path | None, *, verbose: bool) -> None:
    """Unpack an Asterisk 22 into DIR, without root.

    For distributions that have none. It comes from this machine's package mirror and is kept in a cache for the next
    time. Start it by DIR/asterisk.
    """
    from engine.drivers.asterisk import install as fetching

    found = fetching.install(
        target.absolute(),
        cache=cache or fetching.cache_folder(os.environ),
        say=lambda said: click.echo(said, err=True),
    )
    if verbose:
        for line in found.packages:
            click.echo(line)
    click.echo(f"Asterisk {found.version} in {found.prefix}")
    click.echo(f"{len(found.packages)} packages, SHA-256 over their sums {found.total}")


# --- config ---------------------------------------------------------------------------------------


def config(output: Path, prefix: Path | None, rtp: str, websocket: str | None, answer_url: str, **layout: Any) -> None:
    """Write a small, working configuration into a fresh folder.

    It is Asterisk's, with ours beside it: callflow.toml. Everything is on this machine alone, with passwords made now.
    Calls from the soft phone to 1000 ask your application; numbers that documents dial ring the soft phone.

    An Asterisk that can connects to us, and keeps what happens while we are away: who calls then waits for us. Any
    other is connected to by us, and refuses calls meanwhile.
    """
    from engine.drivers.asterisk import configuration

    if websocket is None:
        websocket = EVENTS if configuration.can_connect(prefix) else ""
    made = configuration.Layout(
        directory=output.absolute(), prefix=prefix and prefix.absolute(), rtp=ports(rtp), websocket=websocket, **layout
    )
    passwords = configuration.fresh_passwords()
    started = configuration.write(made, passwords)
    program = made.prefix / "asterisk" if made.prefix else OF_THE_SYSTEM
    toml, commands = keep(made, ours(made, passwords.ari, answer_url))
    click.echo(
        NEXT.format(
            folder=made.directory,
            start=f"{program} -C {started} -f",
            toml=toml,
            phone=made.phone,
            password=passwords.phone,
            host=made.host,
            sip_port=made.sip_port,
            number=NUMBER,
            commands=commands,
        ),
        nl=False,
    )


def keep(layout: Layout, made: dict[str, Any]) -> tuple[Path, Path]:
    """Write our configuration, and what a shell needs to command its account."""
    import tomli_w

    from engine.drivers.asterisk.configuration import save

    toml, commands = layout.directory / "callflow.toml", layout.directory / "account.sh"
    save(toml, tomli_w.dumps(made))
    save(commands, ACCOUNT.format(path=commands, **made["accounts"][0]["plivo"]))
    return toml, commands


def ports(text: str) -> tuple[int, int]:
    """A range of ports as the command line says it."""
    low, _, high = text.partition("-")
    if not (low.isascii() and low.isdecimal() and high.isascii() and high.isdecimal()):
        raise RequestError(f"{text!r} is no range of ports", field="--rtp", hint="as in 10000-10999")
    return int(low), int(high)


def ours(layout: Layout, password: str, answer_url: str = "") -> dict[str, Any]:
    """A configuration of the service for that Asterisk: an account with fresh credentials, and a number."""
    import msgspec

    from engine.service.demo import ANSWER, demo
    from engine.service.loading import without_none

    account = without_none(msgspec.to_builtins(demo().accounts[0], enc_hook=lambda secret: secret.reveal()))
    del account["limits"]  # the usual ones
    return {
        "switch": "asterisk",
        "journal": str(layout.directory / "callflow.journal"),
        "state": str(layout.directory / "state"),
        "asterisk": {
            "url": layout.ari_url,
            "user": layout.user,
            "password": password,
            "application": layout.application,
            "listen": layout.websocket,
            "sounds": str(layout.sounds),
            "number": f"PJSIP/{layout.phone}",
        },
        "accounts": [account],
        "numbers": [
            {"number": NUMBER, "account": account["id"], "dialect": "plivo", "answer_url": answer_url or ANSWER}
        ],
        "web": {"allow_private": True},
    }


# --- check ----------------------------------------------------------------------------------------


def check(path: Path | None) -> None:
    """Look whether the configured Asterisk can carry our calls.

    A line for each thing that must be so, and what to do where it is not.
    """
    import asyncio

    from engine.service.loading import load

    lines = asyncio.run(looked(load(path, os.environ), os.environ))
    for line in lines:
        click.echo(worded(line))
    sys.exit(0 if all(line.ok for line in lines) else 1)


async def looked(config: Config, environ: Mapping[str, str]) -> list[Line]:
    """The points of an Asterisk and of what is needed beside it."""
    from engine.drivers.asterisk.check import check as look
    from engine.service.keys import sounds_folder

    if config.asterisk.password is None:
        raise RequestError("Asterisk wants a password", field="asterisk.password", hint="--config FILE that has it")
    return await look(config.asterisk.settings, sounds_folder(config, environ), config.asterisk.speaker, STARTING)


def worded(line: Line) -> str:
    """A point as it is printed."""
    said = f"{'✓' if line.ok else '✗'} {line.name:<12} {line.seen}"
    return f"{said}\n{'':14} {line.hint}" if line.hint else said


# --- the commands, and what they take -------------------------------------------------------------

COMMANDS: tuple[tuple[Callable[..., None], tuple[Callable[[Any], Any], ...]], ...] = (
    (
        install,
        (
            click.argument("target", metavar="DIR", type=FOLDER),
            click.option("--cache", type=FOLDER, help="Where what is fetched is kept; else the user's cache."),
            click.option("-v", "--verbose", is_flag=True, help="List the packages with their sums."),
        ),
    ),
    (
        config,
        (
            click.option("--output", type=FOLDER, required=True, metavar="DIR", help="A folder without one yet."),
            click.option("--prefix", type=FOLDER, metavar="DIR", help="An installed Asterisk; else the system's own."),
            click.option("--sip-port", type=PORT, default=5060, show_default=True, help="Where SIP is spoken."),
            click.option("--http-port", type=PORT, default=8088, show_default=True, help="Where ARI answers."),
            click.option("--rtp", default="10000-10999", show_default=True, metavar="LOW-HIGH", help="Audio's ports."),
            click.option(
                "--listen", "websocket", metavar="HOST:PORT",
                help=f"Where Asterisk connects to us; else {EVENTS} if it can (22.5 on). Empty: we connect to it.",
            ),
            click.option(
                "--answer-url", default="", metavar="URL", help="Your application's; else the sample's, on port 9000."
            ),
            click.option(
                "--application", default="callflow", show_default=True, help="The Stasis application's name."
            ),
        ),
    ),
    (check, (click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration (TOML)."),)),
)  # fmt: skip
