"""Speaks with espeak-ng: robotic, in a hundred languages, in ten milliseconds a sentence, and on every machine."""

from __future__ import annotations

import asyncio
import shutil
from array import array
from pathlib import Path

from engine.drivers.sounds import ssml, voices, waves
from engine.drivers.sounds.convert import Converter, beside
from engine.drivers.sounds.speaker import DEFAULT, Utterance
from engine.errors import RequestError

PROGRAM = "espeak-ng"
# Words a minute: its own 175 are fast on a telephone.
PACE = 160
# Bytes of the header before the sound; where in it the rate stands. The length in it is none, as it writes to a pipe.
HEADER = 44
RATE = slice(24, 28)
# Bytes of speech: 20 minutes of 22,050 Hz.
MOST = 20 * 60 * 2 * 22_050
# Samples that are played where there was nothing to say: switches refuse empty files.
HUSH = 160


class Espeak:
    """The Speaker that is always there; its programs run in the Converter's pool."""

    name = DEFAULT

    def __init__(self, converter: Converter) -> None:
        """Keep who makes 8 kHz of it."""
        self._converter = converter

    def ready(self) -> None:
        """Raise RequestError where espeak-ng, or what converts its sound, is missing."""
        if shutil.which(PROGRAM) is None:
            raise RequestError(f"speech needs {PROGRAM}, which is not installed", hint=f"apt-get install {PROGRAM}")
        self._converter.ready()

    async def speak(self, utterance: Utterance, target: Path) -> None:
        """Speak the mark-up, or the text where there is none or it is no XML; SoundError where that fails."""
        marked = ssml.clean(utterance.ssml) if utterance.ssml else ""
        said = marked or ssml.plain(utterance.text)
        voice = voices.spoken_by(utterance.voice, utterance.language)
        command = [
            PROGRAM,
            "-v",
            voice,
            "-s",
            str(PACE),
            "-b",
            "1",
            *(["-m"] if marked else []),
            "--stdin",
            "--stdout",
        ]
        sound = await self._converter.pool.run(command, said.encode(), most=MOST)
        await self._keep(sound, target)

    async def _keep(self, sound: bytes, target: Path) -> None:
        samples = array("h", sound[HEADER : len(sound) - len(sound) % waves.WIDTH])
        if not samples:
            return await asyncio.to_thread(waves.save, array("h", bytes(waves.WIDTH * HUSH)), target)
        spoken = beside(target)
        try:
            await asyncio.to_thread(waves.save, samples, spoken, rate=int.from_bytes(sound[RATE], "little"))
            await self._converter.resample(spoken, target)
        finally:
            spoken.unlink(missing_ok=True)
        return None
