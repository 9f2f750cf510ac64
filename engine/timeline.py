"""What happened in a run, in order, with times: one plain dict an entry.

Most entries are what the exchange noted. The rest are worked out here: what is heard, from the
sounds that start; callbacks, as their dialect words them; fetches and receipts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.dialects.phrase import Outgoing, end_row
from engine.dialects.wording import WORDINGS, word
from engine.exchange import Exchange
from engine.values.commands import InviteMember, MakeCall
from engine.values.effects import Effect, Facts, Fault, Noted, PlaceCall, PlayMedia, Receipt, SendCallback, SpeakText
from engine.values.events import CallArrived, CommandGiven, DocumentFetched, Event

Entry = dict[str, Any]
Keep = Callable[[Entry, str, str], None]
Word = Callable[[SendCallback], Outgoing]
HIDDEN = "•"
# What of an address is told nowhere, and the facts that are addresses.
PASSWORD = re.compile(r"(?<=://)[^/?#]*@")
ADDRESSES = frozenset({"url", "media"})


def masked(facts: Facts) -> Facts:
    """What was typed or said, made unreadable: a document asked that it be kept out of every log."""
    return {name: HIDDEN * len(str(facts[name])) for name in ("digits", "speech") if facts.get(name)}


class Told(Struct, frozen=True):
    """What a timeline has to know of what was told: names of rooms, dialects of calls, calls whose keys are hidden."""

    names: dict[str, str] = {}
    tongues: dict[str, str] = {}
    hidden: tuple[str, ...] = ()


class Timeline:
    """Collects entries; `room_name` tells a room's name by its id while it lives.

    With `keep`, each entry is handed over with the ids of its call and room instead of being collected. `word`
    words callbacks.
    """

    def __init__(self, room_name: Callable[[str], str], keep: Keep | None = None, word: Word = word) -> None:
        """Begin with nothing."""
        self._word = word
        self.entries: list[Entry] = []
        self._keep: Keep = keep or (lambda entry, call, room: self.entries.append(entry))
        self._room_name = room_name
        self._names: dict[str, str] = {}
        self._tongues: dict[str, str] = {}
        self._hidden: set[str] = set()
        self._asked: MakeCall | InviteMember | None = None  # the last, which may yet be refused
        self.at = 0.0
        self._of_effect: dict[type[Effect], Callable[[Any], None]] = {
            Noted: self._noted,
            PlayMedia: self._play_media,
            SpeakText: self._speak_text,
            SendCallback: self._send_callback,
            Receipt: self._receipt,
            PlaceCall: self._place_call,
            Fault: self._fault,
        }
        self._of_event: dict[type[Event], Callable[[Any], None]] = {
            DocumentFetched: self._document_fetched,
            CallArrived: self._call_arrived,
            CommandGiven: self._command_given,
        }

    @classmethod
    def of(cls, exchange: Exchange, keep: Keep | None = None, word: Word = word) -> Timeline:
        """A timeline that asks this exchange for the names of rooms."""

        def name(room: str) -> str:
            view = exchange.conference("", room)
            return view.name if view is not None else ""

        return cls(name, keep, word)

    def dump(self) -> Told:
        """What it needs to go on, between two events."""
        return Told(self._names, self._tongues, tuple(sorted(self._hidden)))

    def load(self, told: Told) -> None:
        """Go on where another timeline stood."""
        self._names.update(told.names)
        self._tongues.update(told.tongues)
        self._hidden.update(told.hidden)

    def forget(self, id: str) -> None:  # noqa: A002
        """Drop what is known of a call or room that nothing will be said of any more."""
        self._names.pop(id, None)
        self._tongues.pop(id, None)
        self._hidden.discard(id)

    def happened(self, event: Event) -> None:
        """Note an event before the exchange hears of it."""
        self.at = event.at
        note = self._of_event.get(type(event))
        if note is not None:
            note(event)

    def follows(self, effect: Effect) -> None:
        """Note one of the effects that followed."""
        note = self._of_effect.get(type(effect))
        if note is not None:
            note(effect)

    def _add(self, what: str, call: str = "", room: str = "", facts: Mapping[str, Any] | None = None) -> None:
        """Put one entry at the end, without what says nothing."""
        entry: Entry = {"at": round(self.at, 6)}
        if call:
            entry["call"] = call
        entry["what"] = what
        if room:
            entry["conference"] = self._name(room)
        for name, fact in (facts or {}).items():
            if fact not in ("", None):
                secretive = name in ADDRESSES and isinstance(fact, str) and "@" in fact
                entry[name] = PASSWORD.sub(f"{HIDDEN}@", fact) if secretive else fact
        self._keep(entry, call, room)

    def _name(self, room: str) -> str:
        known = self._names.get(room)
        if known is None:
            known = self._names[room] = self._room_name(room) or room
        return known

    # Effects.

    def _noted(self, note: Noted) -> None:
        facts: Facts = dict(note.facts)
        name = facts.pop("conference", None)
        if note.conference and isinstance(name, str):
            self._names[note.conference] = name
        if note.what == "fault":  # the effect itself says more
            return
        if facts.get("hidden"):
            self._hidden.add(note.call)
        elif note.what == "verb_started":
            self._hidden.discard(note.call)
        if note.what == "call_ended":
            facts = self._end_facts(note.call, facts)
        self._add(note.what, note.call, note.conference, facts)

    def _end_facts(self, call: str, facts: Facts) -> Facts:
        """Add the code by which the call's dialect reports such an end."""
        wording = WORDINGS.get(self._tongues.pop(call, ""))
        cause, purpose = str(facts.pop("cause", "")), str(facts.pop("purpose", None) or "")
        code = end_row(wording, cause, purpose).code if wording is not None else 0
        return {"cause": cause, "code": code or None, **facts}

    def _play_media(self, effect: PlayMedia) -> None:
        self._heard(effect.owner, effect.to, {"media": effect.media, "purpose": effect.purpose})

    def _speak_text(self, effect: SpeakText) -> None:
        self._heard(effect.owner, effect.to, {"text": effect.text, "purpose": effect.purpose})

    def _heard(self, owner: str, to: str, facts: Facts) -> None:
        room = self._names.get(to) or self._room_name(to)
        facts["to"] = room or to
        self._add("heard", "" if room else to, to if room else "", facts)

    def _send_callback(self, effect: SendCallback) -> None:
        if effect.facts.get("hidden") or (effect.owner in self._hidden and effect.kind == "action_collect"):
            effect = msgspec.structs.replace(effect, facts={**effect.facts, **masked(effect.facts)})
        outgoing = self._word(effect)
        params = dict(outgoing.params)
        facts = {"kind": effect.kind, "url": outgoing.url, "method": outgoing.method, "params": params}
        self._add("callback", effect.about.call if effect.about else "", effect.conference, facts)

    def _receipt(self, effect: Receipt) -> None:
        results = {
            self._names.get(target, target): result
            for result in ("changed", "same", "unknown")
            for target in getattr(effect, result)
        }
        self._add("receipt", "", "", {"command": effect.command, "results": results, "refused": effect.refused})

    def _place_call(self, effect: PlaceCall) -> None:
        if self._asked is not None and self._asked.call == effect.call:
            self._tongues[effect.call] = self._asked.tongue
        elif effect.parent:
            self._tongues.setdefault(effect.call, self._tongues.get(effect.parent, ""))

    def _fault(self, effect: Fault) -> None:
        self._add("fault", effect.owner, "", {"error": effect.error})

    # Events.

    def _document_fetched(self, event: DocumentFetched) -> None:
        facts: Facts = {"url": event.location, "status": event.status, "error": event.error}
        room = self._names.get(event.owner)
        self._add("document_fetched", "" if room else event.owner, event.owner if room else "", facts)

    def _call_arrived(self, event: CallArrived) -> None:
        self._tongues[event.call] = event.tongue

    def _command_given(self, event: CommandGiven) -> None:
        if isinstance(event.command, (MakeCall, InviteMember)):
            self._asked = event.command
