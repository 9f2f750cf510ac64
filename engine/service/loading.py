"""Reads the configuration from TOML and the environment, and shows what is in effect with secrets masked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from engine.convert import convert
from engine.errors import RequestError
from engine.service.checks import check
from engine.service.config import Config, Habits
from engine.service.demo import demo
from engine.service.secret import MASK, Secret, read_secret
from engine.timeline import PASSWORD

PLACE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL)


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration of a file, or the built-in one; RequestError where it cannot be read or does not fit."""
    if path is None:
        return demo()
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror}", field=str(path)) from None
    return read(text, str(path), environ)


def read(text: bytes, name: str, environ: Mapping[str, str]) -> Config:
    """The configuration that a text says; `name` is where it stands, `environ` what its secrets may name."""
    raw = parse(text, name)
    check_callees(raw)
    config: Config = convert(raw, Config, "", hook=lambda kind, value: make(kind, value, environ))
    return check(config)


def override(config: Config, **changes: Any) -> Config:
    """The configuration with settings of the command line instead (None: as it is), checked again."""
    kinds = {info.name: info.type for info in msgspec.structs.fields(Config)}
    given = {name: convert(value, kinds[name], name) for name, value in changes.items() if value is not None}
    return check(msgspec.structs.replace(config, **given))


def parse(text: bytes, name: str) -> dict[str, Any]:
    """Read TOML; RequestError with line and column where it is none."""
    try:
        return tomllib.loads(text.decode())
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise RequestError("this is no UTF-8", field=f"{name}:{line}") from None
    except tomllib.TOMLDecodeError as error:
        found = PLACE.match(str(error))
        where = f":{found['line']}:{found['column']}" if found and found["line"] else ""
        what = found["what"] if found else str(error)
        raise RequestError(what[:1].lower() + what[1:], field=name + where, hint="this is no TOML") from None
    except RecursionError:
        raise RequestError("this is nested too deeply", field=name) from None


def check_callees(raw: Mapping[str, Any]) -> None:
    """Look at callees one by one: of a table with free keys, msgspec does not tell which entry is wrong."""
    simulator = raw.get("simulator")
    callees = simulator.get("callees") if isinstance(simulator, dict) else None
    if isinstance(callees, dict):
        for number, habits in callees.items():
            convert(habits, Habits, f"simulator.callees.{number}")


def make(kind: type, value: Any, environ: Mapping[str, str]) -> Any:
    """Make what msgspec does not know; ValueError says what is wrong."""
    if kind is not Secret:
        raise NotImplementedError(kind)
    return read_secret(value, environ)


def shown(config: Config) -> str:
    """The configuration as TOML with all its defaults, secrets and passwords in addresses masked."""
    return tomli_w.dumps(without_none(msgspec.to_builtins(config, enc_hook=repr)))


def without_none(value: Any) -> Any:
    """The same data without what is not set, which TOML cannot say, and without passwords."""
    if isinstance(value, dict):
        return {name: without_none(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [without_none(one) for one in value]
    return PASSWORD.sub(f"{MASK}@", value) if isinstance(value, str) else value
