"""What anything that speaks must be able to do, and how one is found by its name.

A package offers one by an entry point of the group `callflow.speakers`: a callable that takes the Converter (an
engine with another format has it turned into ours there) and returns a Speaker.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from engine.drivers.sounds.convert import Converter
from engine.errors import RequestError

GROUP = "callflow.speakers"
DEFAULT = "espeak-ng"
# Ours, known also where the package is not installed but only on the path.
BUILT_IN = (EntryPoint(DEFAULT, "engine.drivers.sounds.espeak:Espeak", GROUP),)


class Utterance(Struct, frozen=True):
    """What is to be said: voice and language as the vendor names them; `ssml` is the text's mark-up, if it has any."""

    text: str
    voice: str = ""
    language: str = ""
    ssml: str = ""


class Speaker(Protocol):
    """Makes speech of text; `name` tells its sounds from those of another engine."""

    name: str

    def ready(self) -> None:
        """Raise RequestError, saying what to install, where the engine cannot speak."""

    async def speak(self, utterance: Utterance, target: Path) -> None:
        """Write a mono WAV of 8 kHz and 16 bits to a path; SoundError where it fails. Any text may come."""


def speaker(name: str = DEFAULT, converter: Converter | None = None, *, field: str = "") -> Speaker:
    """The engine of that name; RequestError (of the setting `field`) where there is none, or it does not load."""
    known = {entry.name: entry for entry in (*entry_points(group=GROUP), *BUILT_IN)}
    if name not in known:
        raise RequestError(f"no speech engine is called {name!r}", field=field, hint=f"one of {', '.join(known)}")
    try:
        made: Speaker = known[name].load()(converter or Converter())
    except Exception as error:
        said = f"the speech engine {name!r} does not load: {type(error).__name__}: {error}"
        raise RequestError(said, field=field, hint=f"the entry point is {known[name].value}") from error
    return made
