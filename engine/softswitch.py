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
OF_THE_SYSTEM = Path("/usr/sbin/asterisk")  # which is not everybody's PATH
NEXT = """\
Written to {folder}. What to do next:
  start Asterisk     {start}
  look at it         callflow asterisk check --config {toml}
  start the service  callflow serve --config {toml}
  a soft phone       user {phone}, password {password}, registrar {host}:{sip_port} (UDP); dial {number}
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
    """Unpack an Asterisk 22 into DIR, without root: for distributions that have none.

    It comes from this machine's package mirror and is kept in a cache for the next time. Start it by DIR/asterisk.
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


def config(output: Path, prefix: Path | None, rtp: str, **layout: Any) -> None:
    """Write a small, working configuration of Asterisk into a fresh folder, and ours beside it: callflow.toml.

    Everything is on this machine alone, with passwords made now. Calls from the soft phone to 1000 ask your
    application on port 9000; numbers that documents dial ring the soft phone.
    """
    from engine.drivers.asterisk import configuration

    made = configuration.Layout(
        directory=output.absolute(), prefix=prefix and prefix.absolute(), rtp=ports(rtp), **layout
    )
    passwords = configuration.fresh_passwords()
    started = configuration.write(made, passwords)
    toml = made.directory / "callflow.toml"
    configuration.save(toml, ours(made, passwords.ari))
    program = made.prefix / "asterisk" if made.prefix else OF_THE_SYSTEM
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
        ),
        nl=False,
    )


def ports(text: str) -> tuple[int, int]:
    """A range of ports as the command line says it."""
    low, _, high = text.partition("-")
    if not (low.isascii() and low.isdecimal() and high.isascii() and high.isdecimal()):
        raise RequestError(f"{text!r} is no range of ports", field="--rtp", hint="as in 10000-10999")
    return int(low), int(high)


def ours(layout: Layout, password: str) -> str:
    """A configuration of the service for that Asterisk: an account with fresh credentials, and a number."""
    import msgspec
    import tomli_w

    from engine.service.demo import ANSWER, demo
    from engine.service.loading import without_none

    account = without_none(msgspec.to_builtins(demo().accounts[0], enc_hook=lambda secret: secret.reveal()))
    del account["limits"]  # the usual ones
    made: dict[str, Any] = {
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
        "numbers": [{"number": NUMBER, "account": account["id"], "dialect": "plivo", "answer_url": ANSWER}],
        "web": {"allow_private": True},
    }
    return tomli_w.dumps(made)


# --- check ----------------------------------------------------------------------------------------


def check(path: Path | None) -> None:
    """Look whether the configured Asterisk can carry our calls; a line each, and what to do about a failure."""
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
    return await look(config.asterisk.settings, sounds_folder(config, environ), config.asterisk.speaker)


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
                "--listen", "websocket", default="", metavar="HOST:PORT",
                help="Asterisk connects there for its events, and keeps them while nobody answers (22.5 and later).",
            ),
            click.option(
                "--application", default="callflow", show_default=True, help="The Stasis application's name."
            ),
        ),
    ),
    (check, (click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration (TOML)."),)),
)  # fmt: skip
