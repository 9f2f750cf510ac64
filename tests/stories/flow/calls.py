"""Writes the scenarios of call stories: one caller, Ann, and the customer's documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.dialects.wording import word
from engine.values.effects import FetchDocument
from tests.stories.story import Story, play

HOME = "https://app.example"
XML_DIALECTS = ("plivo", "vobiz", "texml")
SPEAK = {"plivo": "Speak", "vobiz": "Speak", "texml": "Say"}
WAIT = {"plivo": "Wait", "vobiz": "Wait", "texml": "Pause"}
BOB, CAT = "+12125550100", "+12125550101"

Pages = dict[str, Any]


def says(dialect: str, text: str, **given: Any) -> str:
    """The element that speaks a text; short ones last a second."""
    name = SPEAK[dialect]
    return f"<{name}{attributes(given)}>{text}</{name}>"


def waits(dialect: str, length: float, **given: Any) -> str:
    """The element that stays silent."""
    return f"<{WAIT[dialect]}{attributes({'length': length, **given})}/>"


def attributes(given: dict[str, Any]) -> str:
    """Spell attributes; True and False in XML's way."""
    return "".join(f' {name}="{str(v).lower() if isinstance(v, bool) else v}"' for name, v in given.items())


def page(*elements: str) -> dict[str, str]:
    """One answer of the customer's application."""
    return {"xml": f"<Response>{''.join(elements)}</Response>"}


def told(
    dialect: str,
    *elements: str,
    pages: Pages | None = None,
    steps: Sequence[dict[str, Any]] = (),
    callers: dict[str, Any] | None = None,
    **sections: Any,
) -> Story:
    """Ann calls at 0 and meets a document of these elements; `pages` are others by path, `callers` others by path."""
    documents = {HOME + path: one for path, one in (pages or {}).items()}
    documents.setdefault(f"{HOME}/answer", page(*elements))
    told_of = {"hangup_url": f"{HOME}/hangup"}
    people = {"ann": {"answer_url": f"{HOME}/answer", **told_of}}
    for name, caller in (callers or {}).items():
        given = {key: value for key, value in caller.items() if key != "path"}
        people[name] = {"answer_url": HOME + caller.get("path", "/answer"), **told_of, **given}
    sections.setdefault("until", 600)
    return play(
        {"dialect": dialect, "documents": documents, "callers": people, "steps": list(steps), **sections},
    )


def press(at: float, digits: str, call: str = "ann") -> dict[str, Any]:
    """Somebody presses keys."""
    return {"at": at, "do": "press", "call": call, "digits": digits}


def hang_up(at: float, call: str = "ann") -> dict[str, Any]:
    """Somebody puts the phone down."""
    return {"at": at, "do": "hang_up", "call": call}


def leg(story: Story, number: str) -> str:
    """The call that was placed to a number."""
    return str(story.one("call_placed", to=number)["call"])


def asked(story: Story, path: str, kind: str = "") -> list[dict[str, str]]:
    """The parameters of each request for a document at an address that ends so (of that kind)."""
    fetches = [effect for _, effect in story.did(FetchDocument) if effect.url.endswith(path)]
    return [dict(word(effect).params) for effect in fetches if kind in ("", effect.kind)]
