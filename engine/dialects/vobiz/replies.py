"""What Vobiz answers where it is not what Plivo answers: problems in three shapes, and who is asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from engine.dialects.face import Asked, Problem, Reply, Sight, Trouble
from engine.dialects.plivo.replies import Failed, Told, heard
from engine.values.effects import Receipt

# Vobiz 1.4: which problems the gateway tells of in its own words; what is left is told flat, by voice control.
GATEWAY: Mapping[Trouble, str] = {
    "unknown_route": "Not Found",
    "wrong_method": "Method Not Allowed",
    "too_large": "Request Entity Too Large",
    "media_type": "Unsupported Media Type",
}
# Vobiz 1.4: the structured shape's codes; the last two of them were not seen.
CODES: Mapping[Trouble, str] = {
    "unauthorized": "INVALID_CREDENTIALS",
    "malformed": "VALIDATION_ERROR",
    "missing": "VALIDATION_ERROR",
    "type": "VALIDATION_ERROR",
    "value": "VALIDATION_ERROR",
    "range": "VALIDATION_ERROR",
    "rate": "RATE_LIMIT_EXCEEDED",
    "limit": "RATE_LIMIT_EXCEEDED",
    "forbidden": "FORBIDDEN",
}
LIMITS: Mapping[Trouble, str] = {"rate": "requests", "limit": "calls"}
RETRY_AFTER = 1  # seconds


class Gateway(Struct, frozen=True):
    """What the gateway says of an address that there is not (Vobiz 1.4, 7.25)."""

    message: str


class Details(Struct, frozen=True):
    """What is wrong with a request, and what was."""

    code: str
    message: str
    details: dict[str, Any]


class Structured(Struct, frozen=True):
    """What the gateway says of credentials, limits and values (Vobiz 1.4, 7.23)."""

    error: Details
    timestamp: str
    request_id: str = field(name="requestId")
    status: str = "error"


class Me(Struct, frozen=True):
    """Whose credentials were shown (Vobiz 1.1; the keys are ours)."""

    api_id: str
    auth_id: str


def problem(problems: tuple[Problem, ...], status: int, asked: Asked) -> Reply:
    """Word a problem in the shape of whoever finds it."""
    first = problems[0]
    message = "; ".join(one.message for one in problems)
    if first.trouble in GATEWAY:
        return Reply(status, Gateway(GATEWAY[first.trouble]))
    code = CODES.get(first.trouble)
    if code is None:
        return Reply(status, Failed(asked.request, message))
    came = "" if asked.came is None else asked.came.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Reply(status, Structured(Details(code, message, details(problems)), came, asked.request))


def details(problems: tuple[Problem, ...]) -> dict[str, Any]:
    """What the structured shape says besides: the limit that was met, or the fields that are wrong."""
    first = problems[0]
    if first.trouble in LIMITS:
        return {
            "limitType": LIMITS[first.trouble],
            "limit": first.target,
            "current": first.value,
            "retryAfter": RETRY_AFTER,
        }
    return {one.field: one.message for one in problems if one.field}


def spawned(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """Say that a conference's recording begins, without id and address (Vobiz 1.5, 7.7)."""
    heard(receipts[0], "conference")
    return Reply(200, Told("async api spawned", asked.request))


def tell_me(asked: Asked, sight: Sight) -> Reply:
    """Whose credentials these are."""
    return Reply(200, Me(asked.request, sight.own_name))
