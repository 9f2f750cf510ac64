"""Each point of the check is right about an Asterisk that is as it should be, and about one that is not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.drivers.asterisk.check import CODECS, NEEDED, OUTBOUND, Line, Seen, check, point_of, speech
from engine.drivers.asterisk.settings import AriSettings
from tests.asterisk.provision import HOST, Instance, instance

ESPEAK = "espeak-ng"
ALL = frozenset((*CODECS, OUTBOUND, *(name for names in NEEDED.values() for name in names)))
FINE = Seen(AriSettings(), "22.10.1+dfsg", ALL, application=True)


def looked(settings: AriSettings, sounds: Path, voice: str = ESPEAK) -> dict[str, Line]:
    return {line.name: line for line in asyncio.run(check(settings, sounds, voice))}


# --- on a real one --------------------------------------------------------------------------------


def test_all_is_well_with_what_we_configure(asterisk: Instance, tmp_path: Path) -> None:
    lines = looked(asterisk.settings, tmp_path)

    assert {name: line.seen for name, line in lines.items() if not line.ok} == {}
    assert list(lines) == ["connection", "version", "modules", "codecs", "events", "application", "sound", "speech"]
    assert lines["version"].seen.startswith("Asterisk 22.")


def test_looking_leaves_nothing_behind(asterisk: Instance, tmp_path: Path) -> None:
    looked(asterisk.settings, tmp_path)

    assert asterisk.leftovers() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_password_is_told_and_not_shown(asterisk: Instance, tmp_path: Path) -> None:
    lines = looked(replace(asterisk.settings, password="mistyped"), tmp_path)  # noqa: S106

    assert lines["connection"] == Line(
        "connection",
        ok=False,
        seen="the user callflow is refused",
        hint="asterisk.user and asterisk.password are those of ari.conf",
    )
    assert list(lines) == ["connection", "speech"]


def test_an_asterisk_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    lines = looked(AriSettings(url=f"http://{HOST}:9"), tmp_path)

    assert lines["connection"].seen == f"no answer from http://{HOST}:9"
    assert lines["connection"].hint.startswith("start Asterisk; ")
    assert list(lines) == ["connection", "speech"]


def test_an_http_server_that_is_no_ari_is_told(asterisk: Instance, tmp_path: Path) -> None:
    lines = looked(replace(asterisk.settings, url=f"{asterisk.ari_url}/elsewhere"), tmp_path)

    assert lines["connection"].seen == f"{asterisk.ari_url}/elsewhere has no ARI"


@contextmanager
def without(running: Instance, module: str) -> Iterator[None]:
    """Take a module away for a while."""
    running.cli(f"module unload {module}.so")
    try:
        yield
    finally:
        running.cli(f"module load {module}.so")


def test_a_module_that_is_not_loaded_is_told_with_what_it_is_for(asterisk: Instance, tmp_path: Path) -> None:
    with without(asterisk, "func_talkdetect"):
        line = looked(asterisk.settings, tmp_path)["modules"]

    assert (line.ok, line.seen) == (False, "missing: func_talkdetect (talk detection)")
    assert line.hint == "load them in modules.conf"


def test_a_codec_that_is_not_loaded_is_told(asterisk: Instance, tmp_path: Path) -> None:
    with without(asterisk, "codec_alaw"):
        line = looked(asterisk.settings, tmp_path)["codecs"]

    assert (line.ok, line.seen) == (False, "missing: codec_alaw")


def test_a_sound_that_asterisk_cannot_play_is_told(asterisk: Instance, tmp_path: Path) -> None:
    with without(asterisk, "format_wav"):
        line = looked(asterisk.settings, tmp_path)["sound"]

    assert (line.ok, line.seen) == (False, f"a sound of {tmp_path}: failed")
    assert "Asterisk may read" in line.hint
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_we_cannot_write_is_told(asterisk: Instance, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    line = looked(asterisk.settings, tmp_path / "file" / "sounds")["sound"]

    assert (line.ok, line.seen) == (False, f"a sound of {tmp_path / 'file' / 'sounds'}: Not a directory")


def test_an_asterisk_that_connects_to_us_knows_our_application(asterisk: Instance, tmp_path: Path) -> None:
    with instance(tmp_path / "asterisk", websocket=f"{HOST}:9") as running:
        lines = looked(running.settings, running.layout.sounds)

    assert lines["events"].seen == f"Asterisk connects to {HOST}:9, and keeps them meanwhile"
    assert lines["application"].seen == "callflow is registered"
    assert all(line.ok for line in lines.values())


# --- point by point -------------------------------------------------------------------------------

LISTENING = AriSettings(listen=f"{HOST}:8089")
POINTS: list[tuple[str, dict[str, Any], bool, str]] = [
    ("version", {"version": "20.6.0~dfsg"}, True, "22 is what we are tested with"),
    ("version", {"version": "certified-20.7-cert2"}, True, "22 is what we are tested with"),
    ("version", {"version": "18.10.0"}, False, "22 is what we are tested with"),
    ("version", {"version": ""}, False, "22 is what we are tested with"),
    ("version", {"version": "23.0.0"}, True, ""),
    ("events", {"settings": LISTENING}, True, ""),
    ("events", {"settings": LISTENING, "modules": ALL - {OUTBOUND}}, False, "load res_websocket_client (Asterisk"),
    ("events", {"modules": ALL - {OUTBOUND}}, True, "newer ones keep events"),
    ("events", {}, True, "with asterisk.listen"),
    ("application", {"application": False}, True, ""),
    ("application", {"application": False, "settings": LISTENING}, False, "an outbound_websocket in ari.conf"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "ok", "hint"), POINTS)
def test_a_point_says_what_to_do(name: str, change: dict[str, Any], ok: bool, hint: str) -> None:
    line = point_of(name, replace(FINE, **change))

    assert (line.ok, line.hint.startswith(hint)) == (ok, True)
    assert bool(line.hint) == bool(hint)


# --- speech ---------------------------------------------------------------------------------------


def test_speech_that_is_missing_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    line = asyncio.run(speech(ESPEAK))

    assert (line.ok, line.hint) == (False, "apt-get install espeak-ng")


def test_an_engine_that_nobody_knows_is_told() -> None:
    line = asyncio.run(speech("parrot"))

    assert (line.ok, line.seen) == (False, "no speech engine is called 'parrot'")
