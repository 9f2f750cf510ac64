"""The service of the benchmarks of Asterisk: as `callflow serve`, but an application in this process answers at once.

What it answers stands in `pages.json` beside the configuration, documents by path. So a call costs what we do and what
Asterisk does, and nothing of a customer's server. Run: python tests/benchmarks/asterisk_service.py FILE.toml
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from engine.rest.app import run
from engine.service.accounts import Accounts
from engine.service.keys import signing_seeds, state_folder
from engine.service.loading import load
from engine.service.logs import Lines, logger
from engine.service.loop import loop_factory
from engine.service.metrics import Metrics
from engine.service.service import Service
from engine.values.effects import FetchDocument
from engine.values.events import DocumentFetched


class AnsweredHere(Service):
    """A service whose documents are at hand."""

    def __init__(self, pages: Mapping[str, str], *parts: Any) -> None:
        """Keep the pages; `parts` are a service's."""
        super().__init__(*parts)
        self._pages = {path: page.encode() for path, page in pages.items()}
        self._performs[FetchDocument] = self._answer

    def _answer(self, effect: FetchDocument) -> None:
        page = self._pages[urlsplit(effect.url).path]
        kind, url = "application/xml", effect.url
        self.give(DocumentFetched(self.now(), effect.owner, effect.id, 200, page, kind, "", url))


async def serving(file: Path) -> None:
    """Serve until a signal comes."""
    config = load(file, {})
    pages = msgspec.json.decode(file.with_name("pages.json").read_bytes(), type=dict[str, str])
    lines = Lines(sys.stdout.buffer)
    accounts = Accounts(config, signing_seeds(config, state_folder(config, {})))
    service = AnsweredHere(pages, config, accounts, logger(lines, config.log_level), Metrics())

    def ready(url: str) -> None:
        print(f"callflow answers at {url}", file=sys.stderr, flush=True)

    await run(service, ready, lines.flush)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runs:
        runs.run(serving(Path(sys.argv[1])))
