"""A secret that cannot be shown by accident: not by a repr, a format, a log line or an error."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

MASK = "***"
FORM = 'expected text or {env = "NAME"}'


class Secret:
    """A text that is shown as `***`; only `reveal()` gives it. Comparing takes the same time wherever two differ."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self._text = text

    def reveal(self) -> str:
        """Give the text itself, to sign or compare with."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and same(as_bytes(self._text), as_bytes(other._text))

    def __hash__(self) -> int:
        return hash(self._text)


def same(one: bytes, other: bytes) -> bool:
    """Whether two secrets are the same; the time it takes does not tell where they differ."""
    return hmac.compare_digest(one, other)


def as_bytes(text: str) -> bytes:
    """A text as bytes, whatever a request put into it."""
    return text.encode("utf-8", "surrogatepass")


def read_secret(value: Any, environ: Mapping[str, str]) -> Secret:
    """A secret as a file says it: the text, or the environment variable that holds it; else ValueError."""
    text = value
    if isinstance(value, dict) and value.keys() == {"env"} and isinstance(value["env"], str):
        text = environ.get(value["env"])
        if not text:
            raise ValueError(f"the environment variable {value['env']} is not set")
    if not isinstance(text, str):
        raise ValueError(FORM)
    if not text:
        raise ValueError("an empty secret keeps nobody out")
    return Secret(text)
