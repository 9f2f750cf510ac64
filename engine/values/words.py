"""How the names of classes are spelt as words on the wire."""

from __future__ import annotations


def snake(name: str) -> str:
    """Spell a class name as a wire tag: `DigitPressed` becomes `digit_pressed`."""
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
