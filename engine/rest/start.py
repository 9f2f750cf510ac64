"""Starts the service as the command line asks: configuration, accounts, log, event loop, and the greeting."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.rest.app import run
from engine.service.accounts import Accounts
from engine.service.config import Config
from engine.service.demo import credentials
from engine.service.keys import signing_seeds, state_folder
from engine.service.loading import load, override
from engine.service.logs import Lines, logger
from engine.service.loop import loop_factory
from engine.service.metrics import Metrics
from engine.service.service import Service

Say = Callable[[str], None]


def configured(path: Path | None, environ: Mapping[str, str], changes: Mapping[str, Any]) -> Config:
    """The configuration of a file or the built-in one, with what the command line says instead."""
    return override(load(path, environ), **changes)


def serve(config: Config, environ: Mapping[str, str], say: Say) -> None:
    """Serve until a signal comes; lines of the log go to standard output, what people read is `say`ed."""
    seeds = signing_seeds(config, state_folder(config, environ))
    lines = Lines(sys.stdout.buffer)

    async def serving() -> None:
        service = Service(config, Accounts(config, seeds), logger(lines, config.log_level), Metrics())
        await run(service, lambda url: greet(config, url, say), lines.flush)

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serving())
    lines.flush()


def greet(config: Config, url: str, say: Say) -> None:
    """Say where the service answers and, of the built-in configuration, with which credentials."""
    say(f"callflow answers at {url} ({config.switch} switch); stop it with Ctrl-C")
    if not config.demo:
        return
    say("These credentials are for trying out; they were made now and are gone when the service stops:")
    for shown in credentials(config):
        say(f"  {shown.face:7}" + "  ".join(f"{name} {value}" for name, value in shown.entries))
    for number in config.numbers:
        say(f"Calls to {number.number} fetch their document from {number.answer_url}")
