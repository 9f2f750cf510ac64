"""Serves recordings: the address that a customer was given is all one needs, so that any player can have it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from engine.dialects.face import Reply
from engine.drivers.recordings import FORMATS, PATH, Recordings
from engine.errors import EngineError
from engine.rest.told import Answered, response_of, tell
from engine.service.service import Service

NAME = "recordings"  # in the log and the measures, where faces have theirs
GONE = Reply(404, {"error": "there is no recording at this address: it is not stored yet, or it was deleted"})
UNFIT = Reply(503, {"error": "this recording cannot be had in this format now; ask for the other one, or later"})
# Of what is asked for in another way, such as in several parts, the whole is sent (RFC 9110, 14.2).
RANGE = re.compile(r"bytes=([0-9]+-[0-9]*|-[0-9]+)")
HEADERS = {
    hdrs.CACHE_CONTROL: "private, no-cache",  # what is deleted is gone: caches ask before they answer
    "X-Content-Type-Options": "nosniff",
}


class Sound(web.FileResponse):
    """A file of sound, whole or in part; `told` hears the status when it is sent."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        """Send that file, in pieces of the right type."""
        kind, shown = FORMATS[path.suffix[1:]], f'inline; filename="{path.name}"'
        super().__init__(path, headers={**HEADERS, hdrs.CONTENT_TYPE: kind, hdrs.CONTENT_DISPOSITION: shown})
        self._told = told

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send it."""
        asked = request.headers.get(hdrs.RANGE)
        if asked is not None and not RANGE.fullmatch(asked.lower()):
            request = request.clone(headers={})
        try:
            return await super().prepare(request)
        finally:
            self._told(self.status)


class Media:
    """The handler of recordings' addresses."""

    def __init__(self, service: Service, recordings: Recordings) -> None:
        """Keep where they are, and who logs and measures."""
        self._service = service
        self._recordings = recordings

    def routes(self) -> list[web.RouteDef]:
        """The handler by its path."""
        return [web.get(PATH + "{name}", self.serve)]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A recording in the format that its name ends with: all of it, or the range that is asked for."""
        told, name = partial(self._tell, request.method, perf_counter()), request.match_info["name"]
        try:
            path = await self._recordings.file(name)
        except (EngineError, OSError) as error:
            said = str(error).replace(name.partition(".")[0], "…")
            self._service.log.error("unconvertible", error=said)
            return refused(UNFIT, told)
        return Sound(path, told) if path is not None else refused(GONE, told)

    def _tell(self, method: str, began: float, status: int) -> None:
        """Tell of a request; never of the address, as it is a secret."""
        answered = Answered(
            request=str(uuid4()), face=NAME, route="recording", method=method, account="", status=status, began=began
        )
        tell(self._service, answered)


def refused(reply: Reply, told: Callable[[int], None]) -> web.Response:
    """Answer that there is nothing to be had."""
    told(reply.status)
    return response_of(reply)
