"""Makes the switch that drives an Asterisk; what that needs is only loaded where it is asked for."""

from __future__ import annotations

import os

from engine.drivers.agenda import Agenda
from engine.drivers.asterisk.switch import Asterisk
from engine.drivers.client import Client, WebSettings
from engine.drivers.recordings import Recordings
from engine.drivers.sounds.convert import Converter
from engine.drivers.sounds.library import Sounds
from engine.drivers.sounds.speaker import speaker
from engine.service.config import Config
from engine.service.keys import recordings_folder, sounds_folder
from engine.service.logs import Log


def asterisk(config: Config, agenda: Agenda, log: Log) -> Asterisk:
    """The switch that a configuration names; RequestError where it cannot speak."""
    converter = Converter()
    client = Client(WebSettings(allow_private=config.web.allow_private, connections=config.web.connections))
    voice = speaker(config.asterisk.speaker, converter, field="asterisk.speaker")
    sounds = Sounds(sounds_folder(config, os.environ), voice, client.download, converter=converter)
    recordings = Recordings(recordings_folder(config, os.environ), converter.recode, config.recordings.room)

    def watch(state: str, why: str, hint: str) -> None:
        said = {"why": why, "hint": hint}
        (log.warning if why else log.info)(f"switch_{state}", **{key: text for key, text in said.items() if text})

    return Asterisk(config.asterisk.settings, sounds, recordings, converter, keep=(client, sounds), watch=watch)
