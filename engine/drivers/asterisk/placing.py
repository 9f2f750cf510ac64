"""Rings people: a channel is made, comes under our command, and only then dials, so that nothing it says is missed."""

from __future__ import annotations

import re
from math import ceil

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import Refused, Reply
from engine.drivers.asterisk.settings import AriSettings
from engine.drivers.asterisk.templates import TALK_DETECT
from engine.values.effects import PlaceCall

# How long a phone rings where nothing is said; seconds.
RINGING = 60.0
# Whom the dial string of a number, and of an address, may name: nothing in it that the dialplan takes for its own.
NUMBER = re.compile(r"\+?[0-9A-Za-z*#]{1,40}")
ADDRESS = re.compile(r"sips?:[A-Za-z0-9._~+!*'()%=-]{1,120}(@[A-Za-z0-9.\[\]:-]{1,120})?(;[A-Za-z0-9._~=-]{1,80})*")
HEADER = re.compile(r"[A-Za-z0-9-]{1,80}")
# What no header and no name of a caller may hold.
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def dial_string(effect: PlaceCall, settings: AriSettings) -> str:
    """What the switch is asked to ring; empty where that is nobody."""
    to = effect.to
    scheme, colon, rest = to.partition(":")
    if scheme.lower() in ("sip", "sips"):
        uri = scheme.lower() + colon + rest
        return settings.uri.format(uri=uri) if ADDRESS.fullmatch(uri) else ""
    return settings.number.format(number=to) if NUMBER.fullmatch(to) else ""


def variables(effect: PlaceCall) -> dict[str, str]:
    """What the channel is given before it dials: who calls, and headers of the INVITE."""
    given = {"TALK_DETECT(set)": TALK_DETECT}
    if effect.caller:
        given["CONNECTEDLINE(num,i)"] = plain(effect.caller)
        given["CONNECTEDLINE(num-pres,i)"] = "allowed_not_screened"
    if effect.caller_name:
        given["CONNECTEDLINE(name,i)"] = plain(effect.caller_name)
    for name, value in effect.headers:
        if HEADER.fullmatch(name):
            given[f"PJSIP_HEADER(add,{name})"] = plain(value)
    return given


def plain(text: str) -> str:
    """A text without anything that could end a line."""
    return CONTROL.sub("", text)[:400]


async def make(board: Board, effect: PlaceCall, channel: str) -> None:
    """Make a channel that rings nobody yet; Refused where it cannot be."""
    endpoint = dial_string(effect, board.ari.settings)
    if not endpoint:
        raise Refused("nobody can be rung there", Reply(404))
    await board.make(
        channel, "channels/create", {"variables": variables(effect)}, endpoint=endpoint, channelId=channel
    )


async def dial(board: Board, effect: PlaceCall, channel: str) -> None:
    """Have a channel ring whom it is for; Refused where it cannot."""
    await board.ari.must("POST", f"channels/{channel}/dial", timeout=str(ceil(effect.timeout or RINGING)))
