"""Where the files lie that ship with the engine but are no Python: the samples and the XML schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

Folder = Literal["samples", "xml_schemas"]

_PACKAGE = Path(__file__).parent


def folder(name: Folder) -> Path:
    """The folder of that name: inside an installed wheel, else at the top of the checkout beside the package."""
    shipped = _PACKAGE / "_data" / name
    return shipped if shipped.is_dir() else _PACKAGE.parent / name


def find(path: Path) -> Path:
    """The path itself where something is there, else the shipped file of that name, else the path.

    Only a relative path that begins with the name of a shipped folder (`samples/kick.yaml`) is looked for; the caller
    reports a path that leads nowhere.
    """
    first, *rest = path.parts or ("",)
    for name in get_args(Folder):
        if first == name and not path.exists():
            shipped = folder(name).joinpath(*rest)
            return shipped if shipped.exists() else path
    return path
