"""How a request ends: its response, one line of the log, and one measure."""

from __future__ import annotations

from time import perf_counter

import msgspec
from aiohttp import web
from msgspec import Struct

from engine.dialects.face import Reply
from engine.rest.body import JSON
from engine.service.service import Service

encode = msgspec.json.Encoder().encode


class Answered(Struct, frozen=True, kw_only=True, gc=False):
    """A request and its answer; `began` is when it came, by `perf_counter`."""

    request: str
    face: str
    route: str
    method: str
    account: str
    status: int
    began: float


def response_of(reply: Reply) -> web.Response:
    """A reply as aiohttp sends it; nothing is sent where it has no body."""
    body = None if reply.body is None else encode(reply.body)
    response = web.Response(status=reply.status, body=body, content_type=JSON if body is not None else None)
    for name, value in reply.headers:
        response.headers[name] = value
    return response


def tell(service: Service, answered: Answered) -> None:
    """Log and measure it."""
    seconds = perf_counter() - answered.began
    service.log.info(
        "request",
        request=answered.request,
        face=answered.face,
        route=answered.route,
        method=answered.method,
        account=answered.account,
        status=answered.status,
        ms=round(seconds * 1000, 3),
    )
    service.metrics.request(answered.face, answered.status, seconds)
