"""What is told of every request that was answered: one line of the log, and one measure."""

from __future__ import annotations

from time import perf_counter

from msgspec import Struct

from engine.service.service import Service


class Answered(Struct, frozen=True, kw_only=True, gc=False):
    """A request and its answer; `began` is when it came, by `perf_counter`."""

    request: str
    face: str
    route: str
    method: str
    account: str
    status: int
    began: float


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
