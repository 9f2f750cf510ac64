"""The tongues an exchange is given: each dialect's reader and rules, options applied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from engine.dialects.audian.rules import RULES as AUDIAN
from engine.dialects.plivo.rules import RULES as PLIVO
from engine.dialects.reader import Reader
from engine.dialects.registry import DIALECTS
from engine.dialects.texml.rules import RULES as TEXML
from engine.dialects.vobiz.rules import RULES as VOBIZ
from engine.errors import DocumentError, RequestError
from engine.values.flow import Flow
from engine.values.rules import Rules
from engine.values.tongue import Tongue

# What a call speaks that enters a conference by its definition, and so has no document.
DEFINED = "audian"

RULES: Mapping[str, Rules] = {"plivo": PLIVO, "vobiz": VOBIZ, "texml": TEXML, DEFINED: AUDIAN}

Options = Mapping[str, Mapping[str, Any]]


def tongues(options: Options | None = None, *, strict: bool = False) -> dict[str, Tongue]:
    """Every tongue by name; `options` change fields of a dialect's rules, `strict` refuses what would be a warning.

    Raises RequestError for a dialect, a rule or a value that there is not.
    """
    given = options or {}
    for name in given:
        if name not in RULES:
            raise RequestError(f"there is no dialect {name!r}", field="rules", hint=f"one of {', '.join(RULES)}")
    reader = Reader(DIALECTS)
    return {
        name: Tongue(
            name,
            no_document if name == DEFINED else partial(reader.read, dialect=name, strict=strict),
            rules_of(name, given.get(name, {})),
        )
        for name in RULES
    }


def no_document(document: bytes) -> Flow:
    """Refuse to read: there are no documents in this dialect."""
    raise DocumentError("a call that entered by a definition has no documents")


def rules_of(name: str, options: Mapping[str, Any]) -> Rules:
    """A dialect's rules; an option replaces one, or the named entries of one that is a table."""
    rules = RULES[name]
    types = {info.name: info.type for info in msgspec.structs.fields(Rules)}
    changes: dict[str, Any] = {}
    for field, value in options.items():
        place = f"rules.{name}.{field}"
        if field not in types:
            raise RequestError("there is no such rule", field=place, hint=f"one of {', '.join(types)}")
        try:
            changed = msgspec.convert(value, types[field])
        except msgspec.ValidationError as error:
            said = str(error)
            raise RequestError(said[:1].lower() + said[1:], field=place) from None
        now = getattr(rules, field)
        changes[field] = {**now, **changed} if isinstance(now, Mapping) else changed
    return msgspec.structs.replace(rules, **changes)
