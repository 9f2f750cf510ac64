"""The pure half stays pure: what `import engine` loads, and what the rooms below the service ask for.

The arrows between the rooms are import-linter's (pyproject.toml); this file looks at what it cannot see: what is
really loaded, what is asked for inside a function, and whether the core lives without its optional packages.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.laws.outside import ROOT, run

ENGINE = ROOT / "engine"

CORE_PACKAGES = ("lxml.etree", "msgspec", "transitions", "yarl")
OPTIONAL_PACKAGES = ("aiohttp", "click", "prometheus_client", "rich", "structlog", "tomli_w", "yaml")
IMPURE = frozenset(
    ("asyncio", "threading", "socket", "time", "random", "uuid", "logging", "aiohttp", "structlog"),
)
PURE_ROOMS = (
    "__init__.py",
    "convert.py",
    "errors.py",
    "values",
    "machines",
    "exchange.py",
    "journal.py",
    "dialects",
    "drivers/__init__.py",
    "drivers/agenda.py",
    "drivers/simulated.py",
    "drivers/documents.py",
)

LOADED = """
import importlib, json, sys
for name in {names!r}:
    importlib.import_module(name)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
BLOCKED = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None  # importing it now raises ImportError
"""


def pure_files() -> list[Path]:
    """The files of the rooms that know no clock, no chance, no thread and no network."""
    rooms = [ENGINE / room for room in PURE_ROOMS]
    files = [file for room in rooms for file in (room.rglob("*.py") if room.is_dir() else (room,)) if file.exists()]
    return sorted(files)


def module_name(file: Path) -> str:
    """The name by which a file of the engine is imported."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a source imports, wherever in it; a relative name begins with a dot."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def impure(source: str) -> list[tuple[int, str]]:
    """Those imports that the pure half may not have."""
    return [(line, name) for line, name in imports(source) if name.partition(".")[0] in IMPURE]


def rootless(source: str) -> list[tuple[int, str]]:
    """Those imports that name no module in full: relative ones, and the package root's."""
    return [(line, name) for line, name in imports(source) if name.startswith(".") or name == "engine"]


def loaded(*names: str, blocked: tuple[str, ...] = ()) -> set[str]:
    """The top-level modules in a fresh interpreter after it imported these, with others made impossible."""
    source = BLOCKED.format(blocked=blocked) + LOADED.format(names=names)
    return set(msgspec.json.decode(run(sys.executable, "-c", source, cwd=ROOT), type=list[str]))


def test_importing_the_engine_loads_the_core_packages_and_nothing_else() -> None:
    allowed = loaded(*CORE_PACKAGES)

    more = loaded("engine") - allowed - {"engine"}

    assert {name for name in more if name not in sys.stdlib_module_names or name in IMPURE} == set()


def test_pure_rooms_load_the_core_packages_and_nothing_else() -> None:
    allowed = loaded(*CORE_PACKAGES)

    more = loaded(*map(module_name, pure_files())) - allowed - {"engine"}

    assert {name for name in more if name not in sys.stdlib_module_names or name in IMPURE} == set()


def test_pure_rooms_live_without_the_packages_of_the_command_line_and_the_service() -> None:
    assert "engine" in loaded(*map(module_name, pure_files()), blocked=OPTIONAL_PACKAGES)


def test_a_blocked_package_cannot_be_imported() -> None:
    with pytest.raises(AssertionError, match="click"):
        loaded("click", blocked=OPTIONAL_PACKAGES)


def test_pure_files_ask_for_nothing_impure() -> None:
    assert {str(file): found for file in pure_files() if (found := impure(file.read_text()))} == {}


def test_every_file_names_the_modules_it_imports_in_full() -> None:
    files = sorted(ENGINE.rglob("*.py"))

    assert {str(file): found for file in files if (found := rootless(file.read_text()))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import os, socket as s",
        "from random import Random",
        "import asyncio.events",
        "def f():\n    import uuid",
        "if TYPE_CHECKING:\n    from structlog.types import EventDict",
    ],
)
def test_an_impure_import_is_found_wherever_it_hides(source: str) -> None:
    assert impure(source)


@pytest.mark.parametrize(
    "source", ["import engine", "from engine import Exchange", "from . import a", "from .a import b"]
)
def test_an_import_of_the_root_or_a_neighbour_is_found(source: str) -> None:
    assert rootless(source)


@pytest.mark.parametrize(
    "source", ["import datetime", "from timeit import Timer", "from engine.values.verbs import Verb"]
)
def test_an_honest_import_is_left_alone(source: str) -> None:
    assert not impure(source)
    assert not rootless(source)
