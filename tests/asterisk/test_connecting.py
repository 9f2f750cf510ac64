"""A service that does not get at its Asterisk says so in one line, with what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import pytest
import tomli_w

from engine.drivers.asterisk.client import ADVICE
from engine.drivers.asterisk.switch import BREATH
from engine.errors import RequestError
from engine.rest.app import Server
from engine.service.accounts import Accounts
from engine.service.config import Config
from engine.service.loading import read
from engine.service.logs import Lines, logger
from engine.service.metrics import Metrics
from engine.service.service import Service
from tests.asterisk.fake import free_port
from tests.asterisk.provision import HOST, Instance, instance
from tests.asterisk.stage import config_on, until
from tests.rest.bench import SEEDS, Application

NOWHERE = f"http://{HOST}:9"


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An Asterisk that connects to the service."""
    with instance(tmp_path_factory.mktemp("calling"), websocket=f"{HOST}:{free_port()}") as running:
        yield running


class Trial:
    """A service, and what it logged as a warning or worse."""

    def __init__(self, config: Config) -> None:
        """Make it."""
        self._written = BytesIO()
        log = logger(Lines(self._written), "warning")
        self.service = Service(config, Accounts(config, SEEDS), log, Metrics())
        self.server = Server(self.service)

    def lines(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(line) for line in self._written.getvalue().splitlines()]


@asynccontextmanager
async def serving(asterisk: Instance, folder: Path, **changes: str) -> AsyncIterator[Trial]:
    """A service whose configuration says these things of its Asterisk."""
    app = Application()
    app.url = NOWHERE
    given = tomli_w.dumps(config_on(asterisk, app, folder, {"asterisk": changes}))
    trial = Trial(read(given.encode(), "callflow.toml", {}))
    await trial.server.start()
    try:
        yield trial
    finally:
        await trial.server.stop(0.0)


WRONG: list[tuple[str, dict[str, str], str, str]] = [
    ("asterisk", {"url": NOWHERE}, f"no connection to Asterisk at {NOWHERE}", ADVICE[0]),
    ("asterisk", {"password": "mistyped"}, "Asterisk refuses the websocket with 401", ADVICE[401]),
    ("asterisk", {"listen": f"{HOST}:0"}, f"Asterisk has not connected to {HOST}:0", "start Asterisk; its websocket_"),
    ("calling", {"password": "mistyped"}, "Asterisk shows another user or password than ours", ADVICE[401]),
    ("calling", {"url": NOWHERE}, "PUT applications/callflow/eventFilter: no answer", ADVICE[0]),
    (
        "calling",
        {"application": "other"},
        "PUT applications/other/eventFilter: 404",
        "asterisk.application is other: ",
    ),
]


@pytest.mark.parametrize(("which", "changes", "why", "hint"), WRONG)
def test_what_is_wrong_is_told_with_what_to_do(
    request: pytest.FixtureRequest, tmp_path: Path, which: str, changes: dict[str, str], why: str, hint: str
) -> None:
    running = request.getfixturevalue(which)

    async def story() -> None:
        async with serving(running, tmp_path, **changes) as trial:
            await until(lambda: bool(trial.lines()))
        (line,) = trial.lines()
        assert (line["event"], line["why"][: len(why)], line["hint"][: len(hint)]) == ("switch_lost", why, hint)
        assert "mistyped" not in str(line)

    asyncio.run(story())


def test_an_asterisk_that_comes_in_vain_comes_again_after_a_while_and_is_told_of_once(
    calling: Instance, tmp_path: Path
) -> None:
    def came() -> int:
        return calling.layout.log.read_text().count("Outbound websocket connected")

    async def story() -> None:
        async with serving(calling, tmp_path, application="other") as trial:
            before = came()
            await until(lambda: came() > before)
            since = monotonic()
            await until(lambda: came() > before + 2)
            assert monotonic() - since > 1.5 * BREATH
        assert len(trial.lines()) == 1

    asyncio.run(story())


def test_a_service_that_stops_complains_of_nothing(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with serving(asterisk, tmp_path) as trial:
            await until(lambda: not trial.service.switch.away)
        assert trial.lines() == []

    asyncio.run(story())


def test_two_services_cannot_wait_for_asterisk_at_one_place(calling: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with serving(calling, tmp_path):
            with pytest.raises(RequestError, match=r"^asterisk\.listen: cannot listen for Asterisk: .* its own appl"):
                async with serving(calling, tmp_path):
                    pass

    asyncio.run(story())
