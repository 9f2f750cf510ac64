"""A dialect as the exchange sees it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from engine.values.flow import Flow
from engine.values.rules import Rules


class Tongue(Struct, frozen=True):
    """A dialect's name, its reader (raises DocumentError and nothing else), and its rules."""

    name: str
    read: Callable[[bytes], Flow]
    rules: Rules
