"""Bounds of one exchange: read once at the door, handed down, never changed."""

from __future__ import annotations

from msgspec import Struct

VERSION = "2026.11.0"  # CalVer: year, month, release of that month; the distribution takes it from here


class Settings(Struct, frozen=True, kw_only=True):
    """How far a flow may go before the exchange ends it; counts, and seconds where said.

    `verbs_per_turn` bounds one `handle`; `replacements_in_a_row` counts documents that replace a
    flow without new input or `a_while` seconds between them; `replacements_per_call` counts all.
    """

    verbs_per_turn: int = 10_000
    replacements_in_a_row: int = 100
    replacements_per_call: int = 1_000
    a_while: float = 1.0
    keys_ahead: int = 128
    digits_gap: float = 3.0
    sound_delay: float = 1.0
    pin_tries: int = 3
    pin_timeout: float = 5.0
    pin_longest: int = 16
