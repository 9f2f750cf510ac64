"""Writes the documents of conference stories: the same stay in a room, in the words of each dialect."""

from __future__ import annotations

from typing import Any

from tests.stories.story import Story, play

HOME = "https://app.example"
XML_DIALECTS = ("plivo", "vobiz", "texml")
SPEAK = {"plivo": "Speak", "vobiz": "Speak", "texml": "Say"}
# What ends the document after the room, and what the action's document says.
AFTER, ACTED = "After.", "Acted."


def attributes(given: dict[str, Any]) -> str:
    """Spell attributes; True and False in XML's way."""
    return "".join(f' {name}="{spelled(value)}"' for name, value in given.items())


def spelled(value: Any) -> str:
    """Spell a value."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def plivo_stay(room: str, action: dict[str, Any], given: dict[str, Any]) -> str:
    """A Conference element on its own."""
    return f"<Conference{attributes(given | action)}>{room}</Conference>"


def texml_stay(room: str, action: dict[str, Any], given: dict[str, Any]) -> str:
    """A Conference inside a Dial, whose attributes are given as `dial`."""
    outer = dict(given.pop("dial", {})) | action
    return f"<Dial{attributes(outer)}><Conference{attributes(given)}>{room}</Conference></Dial>"


STAYS = {"plivo": plivo_stay, "vobiz": plivo_stay, "texml": texml_stay}


def stay(dialect: str, room: str = "Room", *, action: dict[str, Any] | None = None, **given: Any) -> str:
    """The element that takes a call into a room, where leaving asks `action` (its attributes)."""
    return STAYS[dialect](room, action or {}, given)


def says(dialect: str, text: str) -> str:
    """The element that speaks a text."""
    return f"<{SPEAK[dialect]}>{text}</{SPEAK[dialect]}>"


def document(*elements: str) -> dict[str, str]:
    """One answer of the customer's application."""
    return {"xml": f"<Response>{''.join(elements)}</Response>"}


def visit(dialect: str, room: str = "Room", **given: Any) -> dict[str, str]:
    """A document that stays in a room and then says that it went on."""
    return document(stay(dialect, room, **given), says(dialect, AFTER))


def meet(
    dialect: str,
    people: dict[str, dict[str, Any]],
    *steps: dict[str, Any],
    at: dict[str, float] | None = None,
    pages: dict[str, Any] | None = None,
    callers: dict[str, dict[str, Any]] | None = None,
    people_in: dict[str, dict[str, Any]] | None = None,
    **sections: Any,
) -> Story:
    """Play a story: everybody in `people` calls at their second of `at` (0) and gets their document.

    `pages` are further addresses, `callers` more that is to be said of a caller; `people_in` are
    callers of whom everything is said.
    """
    answers = {f"{HOME}/{name}": page for name, page in {**people, **(pages or {})}.items()}
    coming = {
        name: {"at": (at or {}).get(name, 0.0), "answer_url": f"{HOME}/{name}", **(callers or {}).get(name, {})}
        for name in people
    }
    coming |= people_in or {}
    return play({"dialect": dialect, "documents": answers, "callers": coming, "steps": list(steps), **sections})


# --- a room of three, and what is asked of it ----

SOUND, OTHER, LONG = f"{HOME}/sound", f"{HOME}/other", f"{HOME}/long.mp3"
THREE = ("ann", "bob", "carl")
PAGES = {
    "sound": document(f"<Play>{LONG}</Play>"),
    "other": document("<Speak>Another sound.</Speak>"),
    "new": document("<Speak>New.</Speak>"),
}


def do(at: float, what: str, *members: str, **more: Any) -> dict[str, Any]:
    """A command to members of the room (all where none is named)."""
    return {"at": at, "do": what, "conference": "Room", "members": list(members) or "all", **more}


def ask(at: float, what: str, **more: Any) -> dict[str, Any]:
    """A command to the room."""
    return {"at": at, "do": what, "conference": "Room", **more}


def three(*steps: dict[str, Any], expect: Any = (), mine: dict[str, Any] | None = None, **sections: Any) -> Story:
    """Ann (with attributes of her own), bob and carl are in a room of Plivo's; a long sound lasts 30 s."""
    people = {name: visit("plivo", **(mine or {} if name == "ann" else {})) for name in THREE}
    sections.setdefault("until", 100)
    return meet("plivo", people, *steps, pages=PAGES, media={LONG: 30}, expect=list(expect), **sections)


def hang_up(call: str, at: float) -> dict[str, Any]:
    """Somebody puts the phone down."""
    return {"at": at, "do": "hang_up", "call": call}
