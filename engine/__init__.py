"""Callflow Engine: XML call-flow documents become running calls and conferences.

These names are stable, and with them `engine.values`, the `Driver` protocol and the journal: wire
tags are never renamed, structs only gain fields with defaults. Nothing inside imports this module.
"""

from engine.dialects.tongues import tongues
from engine.dialects.wording import Outgoing, word
from engine.drivers.agenda import Agenda
from engine.drivers.driver import Driver
from engine.drivers.simulated import SimulatedSwitch
from engine.errors import DocumentError, EngineError, IllegalEvent, RequestError, SwitchError
from engine.exchange import Exchange
from engine.journal import Header, Writer, dump, load, replay
from engine.settings import VERSION, Settings
from engine.values import commands, effects, events
from engine.values.flow import Flow, Hook
from engine.values.rules import Rules
from engine.values.tongue import Tongue

__all__ = [
    "VERSION",
    "Agenda",
    "DocumentError",
    "Driver",
    "EngineError",
    "Exchange",
    "Flow",
    "Header",
    "Hook",
    "IllegalEvent",
    "Outgoing",
    "RequestError",
    "Rules",
    "Settings",
    "SimulatedSwitch",
    "SwitchError",
    "Tongue",
    "Writer",
    "commands",
    "dump",
    "effects",
    "events",
    "load",
    "replay",
    "tongues",
    "word",
]
