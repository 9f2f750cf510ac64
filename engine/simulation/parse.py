"""Reads a YAML or JSON file into plain data, with errors that name the place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from engine.convert import QUOTES
from engine.errors import RequestError


class UniqueKeys(yaml.SafeLoader):
    """Reads YAML as usual, but refuses a key that stands twice: one of them would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Build one mapping."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{key.value!r} stands here twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse(text: bytes, name: str) -> Any:
    """Read YAML (and JSON, which is YAML) into plain data; RequestError with line and column where it is neither."""
    if Path(name).suffix == ".json":
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise RequestError(str(error), field=name) from None
    try:
        return yaml.load(text, UniqueKeys)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name
        raise RequestError(error.problem or "this is no YAML", field=place) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RequestError(f"this is no YAML: {str(error).splitlines()[0]}", field=name) from None


def mapping(value: object, path: str) -> Mapping[str, Any]:
    """Take a mapping whose keys are text, or nothing at all."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RequestError(f"expected a mapping, got {type(value).__name__}", field=path)
    for key in value:
        if not isinstance(key, str):
            raise RequestError(f"expected text as a key, got {key!r}", field=path, hint=QUOTES)
    return value


def sequence(value: object, path: str) -> list[Any]:
    """Take a list, or nothing at all."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RequestError(f"expected a list, got {type(value).__name__}", field=path, hint="begin each entry with -")
    return value
