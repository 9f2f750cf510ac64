"""Reads what a request brings: its query, and a body that is a form or JSON."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from engine.dialects.face import Face, Refused, refusal

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
FIELDS = 1_000  # of a form or query
LONGEST = 30.0  # seconds in which a body has come
_decode = msgspec.json.Decoder().decode


def malformed(message: str) -> Refused:
    """The refusal of what is not what it says."""
    return refusal("malformed", message)


def query_of(request: web.Request) -> tuple[tuple[str, str], ...]:
    """The query's pairs, in order."""
    raw = request.rel_url.raw_query_string
    return pairs(raw, "query") if raw else ()


def pairs(text: str, what: str) -> tuple[tuple[str, str], ...]:
    """The pairs of a form or query."""
    try:
        return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="strict"))
    except ValueError:
        raise malformed(f"the {what} is not {FORM} in UTF-8 of at most {FIELDS} fields") from None


def gathered(given: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Pairs by name; a name that comes more than once has a list."""
    values: dict[str, Any] = {}
    for name, value in given:
        known = values.get(name)
        values[name] = value if known is None else [*known, value] if isinstance(known, list) else [known, value]
    return values


async def body_of(request: web.Request, face: Face) -> Any:
    """The body: an object of JSON, the fields of a form, or None where there is none."""
    if not request.can_read_body:
        return None
    try:
        if request.content.is_eof():  # it came with its head, as nearly all do
            text = await request.read()
        else:
            async with asyncio.timeout(LONGEST):
                text = await request.read()
    except web.HTTPRequestEntityTooLarge:
        bound = request.client_max_size
        raise refusal("too_large", f"the body is larger than {bound} bytes") from None
    except (web.HTTPException, web.RequestPayloadError, OSError, ValueError) as error:
        raise malformed("the body cannot be read to its end") from error
    if not text.strip():
        return None
    kind = request.content_type
    if kind == FORM and (face.forms or text[:1] not in b"{["):
        return form(text, face)
    if kind in (JSON, "application/octet-stream", FORM) or kind.endswith("+json"):
        return json(text)
    expected = f"{JSON} or {FORM}" if face.forms else JSON
    raise refusal("media_type", f"the body is {kind}; expected {expected}", expected)


def form(text: bytes, face: Face) -> dict[str, Any]:
    """The fields of a form."""
    if not face.forms:
        raise refusal("media_type", f"the body is a form; expected {JSON}", JSON)
    try:
        return gathered(pairs(text.decode(), "form"))
    except UnicodeDecodeError:
        raise malformed("the form is not in UTF-8") from None


def json(text: bytes) -> Any:
    """An object of JSON."""
    try:
        value = _decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise malformed("the body is not JSON") from None
    if not isinstance(value, dict):
        raise malformed("the body is not an object of JSON")
    return value
