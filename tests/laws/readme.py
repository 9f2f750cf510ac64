"""README cut into its fenced blocks, for the tests that run them."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

from tests.laws.outside import ROOT

README = (ROOT / "README.md").read_text()

FENCE = re.compile(r"^(?P<mark><!-- run -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block, and whether README asks for it to be run."""

    line: int
    language: str
    text: str
    marked: bool


def blocks(text: str, languages: Container[str]) -> list[Block]:
    """The blocks in these languages, in order."""
    return [
        Block(text.count("\n", 0, found.start()) + 1, found["language"], found["text"], found["mark"] is not None)
        for found in FENCE.finditer(text)
        if found["language"] in languages
    ]
