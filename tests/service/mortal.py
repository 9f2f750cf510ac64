"""A service that is killed and started again on its journal, and an application that keeps it waiting."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from tests.rest.bench import Application, Looping, config_of, listening
from tests.sdk.live import PATIENCE, Live, address, started


class Holding(Application):
    """A customer's application that can keep its answers back."""

    def __init__(self, looping: Looping) -> None:
        """Keep nothing back."""
        super().__init__()
        self._looping = looping
        self._held: dict[str, asyncio.Event] = {}

    async def handle(self, request: web.Request) -> web.Response:
        """Answer, as soon as that path is not held any more."""
        answer = await super().handle(request)
        held = self._held.get(request.path)
        if held is not None:
            await held.wait()
        return answer

    def hold(self, path: str) -> None:
        """Keep back what is asked there from now on."""
        self._held[path] = asyncio.Event()

    def release(self) -> None:
        """Answer all that was kept back."""

        async def released() -> None:
            for held in self._held.values():
                held.set()
            self._held.clear()

        self._looping.run(released())


class Mortal(Live):
    """A running `callflow serve` with a journal; `kill` and `start` it as often as needed."""

    app: Holding

    def __init__(self, folder: Path, app: Holding, config: dict[str, Any]) -> None:
        """Start it."""
        self.folder, self.config = folder, config
        self.journal = folder / "journal.jsonl"
        self.said: list[str] = []
        process = started(folder, config)
        super().__init__(address(process, self.said), app, process)
        self.app = app

    def kill(self) -> None:
        """Kill it as a machine does that fails: it hears nothing of it."""
        self.process.kill()
        self.gone()

    def stop(self) -> int:
        """Ask it to stop, and wait until it has; its exit status."""
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGTERM)
        self.said += self.process.stderr or ()
        return self.gone()

    def gone(self) -> int:
        """Wait until it is gone."""
        status = self.process.wait(PATIENCE)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status

    def start(self) -> None:
        """Start it again as it was."""
        self.process = started(self.folder, self.config)
        self.url = address(self.process, self.said)

    def again(self) -> None:
        """Kill it, and start it."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Let it do nothing any more, though its connections are open."""
        self.process.send_signal(signal.SIGSTOP)

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The lines of the log of that kind, of the process that was started last."""
        lines = map(msgspec.json.decode, (self.folder / "log.jsonl").read_bytes().splitlines())
        return [line for line in lines if line["event"] == event]


@contextmanager
def mortal(folder: Path, **changes: Any) -> Iterator[Mortal]:
    """Start a service with a bench's configuration, a journal, and these changes; in the end it must stop well."""
    with Looping() as looping:
        app = Holding(looping)
        runner = looping.run(listening(app))
        base = {"state": str(folder / "state"), "journal": str(folder / "journal.jsonl")}
        service: Mortal | None = None
        try:
            service = Mortal(folder, app, config_of(app, {**base, **changes}))
            yield service
            app.release()
            assert service.stop() == 0, "".join(service.said)
            assert not [line for line in service.said if line.startswith(("Traceback", "Unclosed"))], service.said
            assert [*service.logged("bug"), *service.logged("fault")] == []
        finally:
            app.release()
            if service is not None and service.process.poll() is None:
                service.kill()
            looping.run(runner.cleanup())
