"""Cuts the list of conferences into pages: newest first, each with a key that goes on where it ends (Audian 3)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec
from msgspec import UNSET

from engine.dialects.audian.replies import enveloped, summary
from engine.dialects.audian.validation import fault
from engine.dialects.face import Asked, Field, Refused, Reply, Sight
from engine.machines.models import Definition

LARGEST = 100  # a larger page is cut (Audian 9 B30)

FIELDS = (
    Field(name="paginate", doc="false: everything at once.", kind="boolean", default=True),
    Field(name="page_size", doc=f"How many at most; {LARGEST} is the most.", kind="integer", low=1, default=25),
    Field(name="start_key", doc="The next_start_key of the page before."),
)

Key = tuple[float, str]


def key_of(definition: Definition) -> Key:
    """Where a definition stands: the newest first, of two as new the one with the lower id (Audian 9 B31)."""
    return -definition.created_at, definition.id


def shown(key: Key) -> str:
    """A key as a text without meaning."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def read(text: str) -> Key:
    """The key in such a text."""
    try:
        key: Key = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Key)
    except (binascii.Error, ValueError):
        raise Refused(fault("start_key", "invalid")) from None
    return key


def tell_conferences(asked: Asked, sight: Sight) -> Reply:
    """The stored definitions; rooms without one are not among them (Audian 4.3)."""
    known = sorted(sight.definitions(), key=key_of)
    if not asked.values["paginate"]:
        return enveloped(200, asked, tuple(summary(one, sight) for one in known))
    start = asked.values.get("start_key", "")
    if start:
        first = read(start)
        known = [one for one in known if key_of(one) >= first]
    size = min(asked.values["page_size"], LARGEST)
    page = known[:size]
    words: dict[str, Any] = {
        "page_size": len(page),
        "start_key": start or (shown(key_of(page[0])) if page else UNSET),
        "next_start_key": shown(key_of(known[size])) if len(known) > size else UNSET,
    }
    return enveloped(200, asked, tuple(summary(one, sight) for one in page), **words)
