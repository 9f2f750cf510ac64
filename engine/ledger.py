"""What still stands: effects that were asked and not answered, or that hold until something ends them.

A fold over events and the effects that followed from each, as `handle` gives them. After a restart it says what a
switch must make real again and what is to be fetched, sent and timed once more. STANDS says under which keys an effect
stands and with which calls or rooms it is gone; a later effect of the same key takes its place. TAKES_BACK are effects
that undo others, ANSWERS the events that settle them. What the exchange drops as stale settles nothing here either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from engine.values import effects, events
from engine.values.effects import AnyEffect, Effect
from engine.values.events import Event

Key = tuple[str, ...]
Names = tuple[str, ...]
Stand = tuple[Key, Names]


class Standing(Struct, frozen=True):
    """A ledger, written down: the effects in the order in which they were asked, and who is in which room."""

    effects: tuple[AnyEffect, ...] = ()
    inside: tuple[Key, ...] = ()


def member_by_member(word: str) -> Callable[[Any], Iterable[Stand]]:
    """An effect on many members stands for each of them."""
    return lambda effect: [((word, effect.conference, call), (call,)) for call in effect.calls]


def sound(effect: effects.PlayMedia | effects.SpeakText) -> Iterable[Stand]:
    """A sound is gone with whoever wanted it and with whoever hears it."""
    return ((("sound", effect.owner, effect.id), (effect.owner, effect.to)),)


def talk(effect: effects.ConnectCalls | effects.DisconnectCalls) -> Key:
    """The key of two calls that talk to each other, whoever is named first."""
    return ("talk", *sorted((effect.call, effect.other)))


STANDS: dict[type[Effect], Callable[[Any], Iterable[Stand]]] = {
    effects.PlaceCall: lambda effect: ((("placed", effect.call), (effect.call,)),),
    effects.Answer: lambda effect: ((("answer", effect.call), (effect.call,)),),
    effects.StartEarlyMedia: lambda effect: ((("early", effect.call), (effect.call,)),),
    effects.HangUp: lambda effect: ((("hang_up", effect.call), (effect.call,)),),
    effects.ConnectCalls: lambda effect: ((talk(effect), (effect.call, effect.other)),),
    effects.PlayMedia: sound,
    effects.SpeakText: sound,
    effects.SendDigits: lambda effect: ((("sound", effect.owner, effect.id), (effect.owner, effect.call)),),
    effects.StartRecording: lambda effect: ((("recording", effect.id), ()),),
    effects.PauseRecording: lambda effect: ((("pause", effect.id), ()),),
    effects.StopRecording: lambda effect: ((("stop", effect.id), ()),),
    effects.JoinConference: lambda effect: ((("join", effect.conference, effect.call), (effect.call,)),),
    effects.SeatMembers: member_by_member("seat"),
    effects.MuteMembers: member_by_member("mute"),
    effects.DeafenMembers: member_by_member("deaf"),
    effects.HoldMembers: member_by_member("hold"),
    effects.CoachMember: lambda effect: ((("coach", effect.conference, effect.call), (effect.call,)),),
    effects.LeaveConference: lambda effect: ((("leave", effect.conference, effect.call), (effect.call,)),),
    effects.FetchDocument: lambda effect: ((("fetch", effect.owner, effect.id), (effect.owner,)),),
    effects.SendCallback: lambda effect: ((("callback", effect.owner, effect.id), ()),),
    effects.SetTimer: lambda effect: ((("timer", effect.key), ()),),
}
TAKES_BACK: dict[type[Effect], Callable[[Any], Key]] = {
    effects.StopMedia: lambda effect: ("sound", effect.owner, effect.id),
    effects.ResumeRecording: lambda effect: ("pause", effect.id),
    effects.DisconnectCalls: talk,
    effects.CancelTimer: lambda effect: ("timer", effect.key),
}
# What is gone with a member's place in a room.
PLACE = ("join", "seat", "mute", "deaf", "hold", "coach", "leave")
# What does not depend on a switch.
OURS = ("fetch", "callback", "timer")


class Ledger:
    """Keeps what still stands; `standing` says it."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self._stands: dict[Key, tuple[Effect, Names]] = {}
        self._of: dict[str, dict[Key, None]] = {}
        self._inside: dict[Key, None] = {}
        self._performed: dict[type[Effect], Callable[[Any], None]] = {
            **dict.fromkeys(STANDS, self._stand),
            **dict.fromkeys(TAKES_BACK, self._take_back),
            effects.RecordCallEnd: lambda effect: self._end(effect.about.call),
            effects.RecordConferenceEnd: lambda effect: self._end(effect.conference),
        }
        self._settled: dict[type[Event], Callable[[Any], None]] = {
            events.TimerRang: self._rang,
            events.DocumentFetched: lambda event: self._drop(("fetch", event.owner, event.id)),
            events.CallbackDelivered: lambda event: self._drop(("callback", event.owner, event.id)),
            events.PlaybackEnded: lambda event: self._drop(("sound", event.owner, event.id)),
            events.RecordingEnded: self._recorded,
            events.MemberJoined: self._joined,
            events.JoinFailed: self._not_joined,
            events.MemberLeft: self._left,
            events.CallEnded: lambda event: self._end(event.call),
            events.SwitchWasLost: self._switch_lost,
        }

    def happened(self, event: Event, followed: Iterable[Effect]) -> None:
        """Take note of an event and of the effects that followed from it."""
        settle = self._settled.get(type(event))
        if settle is not None:
            settle(event)
        performed = self._performed
        for effect in followed:
            note = performed.get(type(effect))
            if note is not None:
                note(effect)

    def standing(self) -> list[Effect]:
        """What still stands, in the order in which it was asked; what was asked of many, for each of them alone."""
        return [
            replace(effect, calls=key[2:]) if hasattr(effect, "calls") else effect
            for key, (effect, _) in self._stands.items()
        ]

    def asked(self, word: str) -> int:
        """How many effects stand whose keys begin with that word."""
        return sum(1 for key in self._stands if key[0] == word)

    def dump(self) -> Standing:
        """Write it down."""
        return Standing(tuple(self.standing()), tuple(self._inside))  # type: ignore[arg-type]

    def load(self, written: Standing) -> None:
        """Go on where another ledger stood."""
        for effect in written.effects:
            self._stand(effect)
        self._inside = dict.fromkeys(written.inside)

    # --- standing ----------------------------------------------------------------------------------

    def _stand(self, effect: Effect) -> None:
        for key, names in STANDS[type(effect)](effect):
            if key in self._stands:
                self._drop(key)
            self._stands[key] = (effect, names)
            for name in names:
                self._of.setdefault(name, {})[key] = None

    def _take_back(self, effect: Effect) -> None:
        self._drop(TAKES_BACK[type(effect)](effect))

    def _drop(self, key: Key) -> None:
        found = self._stands.pop(key, None)
        if found is None:
            return
        self._inside.pop(key, None)
        for name in found[1]:
            keys = self._of.get(name)
            if keys is not None:
                keys.pop(key, None)
                if not keys:
                    del self._of[name]

    def _end(self, name: str) -> None:
        """A call or room is gone."""
        for key in tuple(self._of.get(name, ())):
            self._drop(key)

    # --- settling ----------------------------------------------------------------------------------

    def _rang(self, event: events.TimerRang) -> None:
        stands = self._stands.get(("timer", event.key))
        if stands is not None and getattr(stands[0], "generation", 0) == event.generation:
            self._drop(("timer", event.key))

    def _recorded(self, event: events.RecordingEnded) -> None:
        for word in ("recording", "pause", "stop"):
            self._drop((word, event.id))

    def _waits_for(self, event: events.MemberJoined | events.JoinFailed) -> Key | None:
        """The key of the join that an event answers; None where it answers none that is still open."""
        key = ("join", event.conference, event.call)
        stands = self._stands.get(key)
        is_open = stands is not None and getattr(stands[0], "id", "") == event.id and key not in self._inside
        return key if is_open else None

    def _joined(self, event: events.MemberJoined) -> None:
        key = self._waits_for(event)
        if key is not None:
            self._inside[key] = None

    def _not_joined(self, event: events.JoinFailed) -> None:
        key = self._waits_for(event)
        if key is not None:
            self._give_up_place(key)

    def _left(self, event: events.MemberLeft) -> None:
        key = ("join", event.conference, event.call)
        if key in self._inside:
            self._give_up_place(key)

    def _give_up_place(self, key: Key) -> None:
        for word in PLACE:
            self._drop((word, *key[1:]))

    def _switch_lost(self, event: events.SwitchWasLost) -> None:
        """All that was asked of the switch is gone with it."""
        for key in tuple(self._stands):
            if key[0] not in OURS:
                self._drop(key)
