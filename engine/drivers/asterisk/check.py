"""Looks whether an Asterisk can carry our calls, point by point, and says what to do about what is missing."""

from __future__ import annotations

import asyncio
import re
import secrets
import tempfile
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct

from engine.drivers.asterisk.client import Ari, Reply, advice
from engine.drivers.asterisk.settings import AriSettings
from engine.drivers.sounds import waves
from engine.drivers.sounds.shelf import OPEN, READABLE
from engine.drivers.sounds.speaker import Utterance, speaker
from engine.errors import EngineError, RequestError, SwitchError

OLDEST, TESTED = 20, 22
# Modules by what would not work without them.
NEEDED = {
    "calls": ("app_stasis", "chan_pjsip", "res_ari_channels", "res_pjsip_header_funcs", "res_rtp_asterisk"),
    "events": ("res_ari_events", "res_http_websocket"),
    "rooms": ("bridge_holding", "bridge_softmix", "res_ari_bridges"),
    "prompts": ("chan_bridge_media", "format_wav", "res_ari_playbacks", "res_stasis_playback"),
    "recordings": ("res_ari_recordings", "res_stasis_recording"),
    "coaching": ("res_stasis_snoop",),
    "talk detection": ("func_talkdetect",),
}
CODECS = ("codec_alaw", "codec_resample", "codec_ulaw")
OUTBOUND = "res_websocket_client"
APPLICATION = "callflow-check"
PROBE = 0.1  # seconds of silence that are played
PATIENCE = 3.0
REFUSED, ABSENT = 401, 404
STARTING = (0, ABSENT, 503)  # nobody listens, ARI is not loaded, Asterisk is not ready
AGAIN = 0.1


class Line(Struct, frozen=True):
    """One point: whether it is as it should be, what was seen, and what to do (or what would be better)."""

    name: str
    ok: bool
    seen: str
    hint: str = ""


class Seen(Struct, frozen=True):
    """What an Asterisk said of itself: `modules` are those that run, `application` whether ours is known there."""

    settings: AriSettings
    version: str
    modules: frozenset[str]
    application: bool


async def check(settings: AriSettings, sounds: Path, voice: str, patience: float = 0.0) -> list[Line]:
    """Look at everything; of an Asterisk that cannot be asked within `patience` seconds, one line.

    `sounds` is the folder that both can read, `voice` the name of the engine that speaks.
    """
    ari = Ari(settings)
    try:
        first, info = reached(settings, await started(ari, patience))
        lines = [first]
        if first.ok:
            seen = await look(ari, info)
            lines += [point_of(name, seen) for name in POINTS]
            lines.append(await sound_path(ari, sounds))
    finally:
        await ari.close()
    return [*lines, await speech(voice)]


async def started(ari: Ari, patience: float) -> Reply:
    """What Asterisk says of itself, or how it refuses to; one that may be starting is asked again and again."""
    reply = await ari.over_http("GET", "asterisk/info")
    for _ in range(round(patience / AGAIN)):
        if reply.status not in STARTING:
            break
        await asyncio.sleep(AGAIN)
        reply = await ari.over_http("GET", "asterisk/info")
    return reply


def reached(settings: AriSettings, reply: Reply) -> tuple[Line, Any]:
    """Whether the REST interface answers us, and what it says of its Asterisk."""
    if reply.ok:
        return Line("connection", ok=True, seen=f"{settings.url} as {settings.user}"), reply.read()
    seen = {
        0: f"no answer from {settings.url}",
        REFUSED: f"the user {settings.user} is refused",
        ABSENT: f"{settings.url} has no ARI",
    }.get(reply.status, f"{settings.url} answers {reply.status}")
    return Line("connection", ok=False, seen=seen, hint=advice(reply.status)), {}


async def look(ari: Ari, info: Mapping[str, Any]) -> Seen:
    """Ask what the points are decided by."""
    modules = await ari.over_http("GET", "asterisk/modules")
    application = await ari.over_http("GET", f"applications/{ari.settings.application}")
    running = frozenset(
        one["name"].removesuffix(".so") for one in (modules.read() if modules.ok else ()) if one["status"] == "Running"
    )
    return Seen(ari.settings, info.get("system", {}).get("version", ""), running, application.ok)


# --- the points -----------------------------------------------------------------------------------


def version(seen: Seen) -> Line:
    """Asterisk is not too old."""
    found = re.search(r"\d+", seen.version)
    major = int(found[0]) if found else 0
    hint = "" if major >= TESTED else f"{TESTED} is what we are tested with"
    return Line("version", ok=major >= OLDEST, seen=f"Asterisk {seen.version or 'of no version'}", hint=hint)


def modules(seen: Seen) -> Line:
    """Everything is loaded that the driver uses."""
    missing = {what: [name for name in names if name not in seen.modules] for what, names in NEEDED.items()}
    wanted = [f"{', '.join(names)} ({what})" for what, names in missing.items() if names]
    if not wanted:
        return Line("modules", ok=True, seen=f"{sum(map(len, NEEDED.values()))} needed ones run")
    return Line("modules", ok=False, seen=f"missing: {'; '.join(wanted)}", hint="load them in modules.conf")


def codecs(seen: Seen) -> Line:
    """Sound can be turned into what telephones speak."""
    missing = [name for name in CODECS if name not in seen.modules]
    if missing:
        return Line("codecs", ok=False, seen=f"missing: {', '.join(missing)}", hint="load them in modules.conf")
    return Line("codecs", ok=True, seen="ulaw, alaw, resampling")


def events(seen: Seen) -> Line:
    """Events come in the way that is configured; the better one is named where it could be had."""
    can, wants = OUTBOUND in seen.modules, bool(seen.settings.listen)
    if wants and not can:
        hint = f"load {OUTBOUND} (Asterisk 20.15, 21.10 or 22.5 on), or leave asterisk.listen empty"
        return Line("events", ok=False, seen="this Asterisk cannot connect to us", hint=hint)
    if wants:
        return Line("events", ok=True, seen=f"Asterisk connects to {seen.settings.listen}, and keeps them meanwhile")
    better = "with asterisk.listen, and an outbound_websocket in ari.conf, none is lost"
    lost = "we connect; after an outage calls are found by Asterisk's lists only"
    return Line("events", ok=True, seen=lost, hint=better if can else "newer ones keep events: 20.15, 21.10, 22.5")


def application(seen: Seen) -> Line:
    """Our application is known to Asterisk, or will be as soon as the service runs."""
    name = seen.settings.application
    if seen.application:
        return Line("application", ok=True, seen=f"{name} is registered")
    if seen.settings.listen:
        hint = f"an outbound_websocket in ari.conf with apps = {name}"
        return Line("application", ok=False, seen=f"{name} is not registered", hint=hint)
    return Line("application", ok=True, seen=f"{name} is not registered: no service is connected now")


POINTS: dict[str, Callable[[Seen], Line]] = {
    "version": version,
    "modules": modules,
    "codecs": codecs,
    "events": events,
    "application": application,
}


def point_of(name: str, seen: Seen) -> Line:
    """One point by its name."""
    return POINTS[name](seen)


# --- sound and speech -----------------------------------------------------------------------------


async def sound_path(ari: Ari, sounds: Path) -> Line:
    """Asterisk plays a sound that we have just written."""
    name = f"{APPLICATION}-{secrets.token_hex(6)}"
    path = sounds / f"{name}.wav"
    try:
        await asyncio.to_thread(lay, path)
        async with asyncio.timeout(PATIENCE):
            said = await played(ari, name, path.with_suffix(""))
    except OSError as error:  # and TimeoutError, which has no strerror
        said = error.strerror or f"no end of it within {PATIENCE:.0f} s"
    except (SwitchError, aiohttp.ClientError) as error:
        said = str(error)
    finally:
        with suppress(OSError):
            path.unlink()
    if said == "done":
        return Line("sound", ok=True, seen=f"Asterisk plays what we write into {sounds}")
    hint = "asterisk.sounds: a folder that we may write and Asterisk may read, by the same path on both"
    return Line("sound", ok=False, seen=f"a sound of {sounds}: {said}", hint=hint)


def lay(path: Path) -> None:
    """Write a moment of silence."""
    if not path.parent.exists():  # made as the service makes it, so that Asterisk may be another user
        path.parent.mkdir(parents=True)
        path.parent.chmod(OPEN)
    waves.save(array("h", bytes(round(waves.WIDTH * waves.RATE * PROBE))), path)
    path.chmod(READABLE)


async def played(ari: Ari, name: str, path: Path) -> str:
    """How playing a sound to an empty room ended, in Asterisk's word."""
    session = await ari.open()
    async with session.ws_connect("ari/events", params={"app": APPLICATION}) as socket:
        try:
            await ari.must("POST", f"bridges/{name}", type="mixing")
            await ari.must("POST", f"applications/{APPLICATION}/subscription", eventSource=f"bridge:{name}")
            await ari.must("POST", f"bridges/{name}/play", media=f"sound:{path}", playbackId=name)
            while True:
                event = await socket.receive_json()
                if event["type"] == "PlaybackFinished" and event["playback"]["id"] == name:
                    return str(event["playback"]["state"])
        finally:
            await ari.over_http("DELETE", f"bridges/{name}")


async def speech(voice: str) -> Line:
    """A word can be spoken, and made into what Asterisk plays."""
    try:
        engine = speaker(voice, field="asterisk.speaker")
        engine.ready()
        with tempfile.TemporaryDirectory() as folder:
            spoken = Path(folder) / "spoken.wav"
            await engine.speak(Utterance("callflow"), spoken)
            length = waves.seconds(spoken)
    except RequestError as error:
        return Line("speech", ok=False, seen=error.message, hint=error.hint)
    except EngineError as error:
        return Line("speech", ok=False, seen=str(error), hint=f"see what {voice} says to a text on the command line")
    return Line("speech", ok=True, seen=f"{voice} spoke a word of {length:.1f} s")
