"""Keys that sign callbacks: those that are configured, and those that we make once and keep."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.errors import RequestError
from engine.service.checks import ED25519_SEED, seed_of
from engine.service.config import Config

OTHERS = 0o077  # what group and world may do


def state_folder(config: Config, environ: Mapping[str, str]) -> Path:
    """Where we keep what we make: as configured, else where the system keeps state."""
    if config.state:
        return Path(config.state)
    home = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME") or Path.home()) / ".local" / "state")
    return Path(home) / "callflow"


def recordings_folder(config: Config, environ: Mapping[str, str]) -> Path:
    """Where recordings are kept: as configured, else beside our keys."""
    return Path(config.recordings.folder or state_folder(config, environ) / "recordings")


def sounds_folder(config: Config, environ: Mapping[str, str]) -> Path:
    """Where sounds are put for a switch that plays files: as configured, else beside our keys."""
    return Path(config.asterisk.sounds or state_folder(config, environ) / "sounds")


def signing_seeds(config: Config, folder: Path) -> dict[str, bytes]:
    """The Ed25519 key (32 bytes) by id of each account that signs with one; made and kept where none is given."""
    seeds = {}
    for account in config.accounts:
        if account.texml is not None:
            given = account.texml.private_key
            seed = seed_of(given.reveal()) if given is not None else None
            seeds[account.id] = seed or kept(folder, account.id)
    return seeds


def public_key(seed: bytes) -> str:
    """The public key in base64, as receivers of callbacks are given it."""
    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()).decode()


def kept(folder: Path, account: str) -> bytes:
    """The key of an account in the folder, made when there is none; RequestError where it cannot be kept safely."""
    file = folder / f"{hashlib.sha256(account.encode()).hexdigest()[:32]}.ed25519"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            store(file, base64.b64encode(secrets.token_bytes(ED25519_SEED)))
        mode, text = file.stat().st_mode, file.read_bytes()
    except OSError as error:
        hint = "name another folder as state"
        raise RequestError(f"keys cannot be kept: {error.strerror}", field=str(file), hint=hint) from None
    if mode & OTHERS:
        raise RequestError("others may read this key", field=str(file), hint="chmod 600, or remove it")
    seed = seed_of(text.decode(errors="replace"))
    if seed is None:
        raise RequestError("this is no key of ours", field=str(file), hint="remove it and another is made")
    return seed


def store(file: Path, text: bytes) -> None:
    """Put a text into a new file at once and whole; where somebody else was quicker, theirs stays."""
    ours = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    handle = os.open(ours, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(ours, file)
        except FileExistsError:
            return
    finally:
        ours.unlink()
