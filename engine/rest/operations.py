"""What operators and consoles ask of a service: is it alive, is it ready, its measures, its events."""

from __future__ import annotations

from aiohttp import web

from engine.rest.credentials import operator
from engine.service.service import Service
from engine.service.stream import Line

# Seconds between signs of life of a stream on which nothing happens.
QUIET = 15.0
LONGEST_NUMBER = 18


class Operations:
    """Handlers of /healthz, /readyz, /metrics and /events."""

    def __init__(self, service: Service) -> None:
        """Keep who is asked about."""
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """The handlers by path."""
        return [
            web.get("/healthz", self.health),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.metrics),
            web.get("/events", self.events, allow_head=False),  # without an end there is no head
        ]

    async def health(self, request: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """New calls are taken, or 503."""
        if self._service.draining:
            return web.json_response({"status": "draining"}, status=503)
        if self._service.switch.away:
            return web.json_response({"status": "away", "switch": self._service.switch.away}, status=503)
        return web.json_response({"status": "ready"})

    async def metrics(self, request: web.Request) -> web.Response:
        """Everything measured, as Prometheus reads it."""
        text, kind = self._service.metrics.render()
        return web.Response(body=text, headers={"Content-Type": kind})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The account's timeline as server-sent events, from `Last-Event-ID` (or `?after=`) on, else from now on."""
        account = operator(self._service.accounts, request.headers)
        if account is None:
            raise web.HTTPUnauthorized(text="credentials of an account are needed", headers=CHALLENGE)
        asked = request.headers.get("Last-Event-ID") or request.query.get("after", "")
        number = asked if asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_NUMBER else ""
        after = int(number) if number else self._service.stream.last
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        try:
            async for line in self._service.stream.follow(account.id, after, QUIET):
                await response.write(as_event(line))
        except ConnectionError:  # the follower is gone
            pass
        return response


CHALLENGE = {"WWW-Authenticate": 'Basic realm="callflow"'}


def as_event(line: Line | int) -> bytes:
    """A line as a server-sent event; a number of lost lines as one, too, and a sign of life as a comment."""
    if isinstance(line, Line):
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (line.number, line.what.encode(), line.text)
    return b'event: lost\ndata: {"lines": %d}\n\n' % line if line else b": all is quiet\n\n"
