"""Finds what the ids in a path mean: a definition, the live room that belongs to it, a participant in it."""

from __future__ import annotations

from msgspec import Struct

from engine.dialects.face import Asked, Refused, Sight, unknown
from engine.machines.models import Definition
from engine.values.views import ConferenceView, MemberView

# A caller that still enters its PIN is no participant yet, and one that leaves is none any more (Audian 9 B26).
INSIDE = ("waiting", "seated")


class Place(Struct, frozen=True):
    """A conference as this face knows it: `definition` is None for a room that a document made."""

    id: str
    definition: Definition | None
    room: ConferenceView | None

    @property
    def name(self) -> str:
        """The conference's name, whatever its room is called."""
        return self.definition.name if self.definition is not None else self.room.name if self.room is not None else ""

    def room_name(self, sight: Sight) -> str:
        """What its room is called, or will be: by its id where another conference bears its name already."""
        if self.room is not None or self.definition is None:
            return self.room.name if self.room is not None else ""
        live = sight.conference(self.name)
        bearer = live.definition if live is not None and live.name == self.name else ""
        bearer = bearer or next(one.id for one in sight.definitions() if one.name == self.name)
        return self.name if bearer == self.definition.id else self.definition.id


def bad_identifier(id: str) -> Refused:  # noqa: A002
    """The refusal of an id that nothing has (Audian 9 B6)."""
    return unknown("bad identifier", value=id)


def definition_at(asked: Asked, sight: Sight) -> Definition:
    """The definition in the path."""
    shown = asked.path["conference_id"]
    return definition_shown(shown, sight)


def definition_shown(shown: str, sight: Sight) -> Definition:
    """The definition that this face shows under an id."""
    found = next((one for one in sight.definitions() if sight.spell("conference", one.id) == shown), None)
    if found is None:
        raise bad_identifier(shown)
    return found


def place_at(asked: Asked, sight: Sight) -> Place:
    """The conference in the path: a definition, or a live room that has none (Audian 4.3)."""
    shown = asked.path["conference_id"]
    room = room_of_id(sight.find("conference", shown), sight)
    if room is not None and not room.definition:
        return Place(shown, None, room)
    # a room that was known by an id of its own may belong to a definition by now
    shown = shown if room is None else sight.spell("conference", room.definition)
    definition = definition_shown(shown, sight)
    return Place(shown, definition, room or room_of(definition, sight))


def room_of_id(id: str, sight: Sight) -> ConferenceView | None:  # noqa: A002
    """The live room of an id of ours; one that ends is gone for its customer."""
    room = sight.conference(id) if id else None
    if room is not None and room.id != id:  # another one bears this id as its name
        room = next((one for one in sight.conferences() if one.id == id), None)
    return room if room is not None and room.state != "ending" else None


def room_of(definition: Definition, sight: Sight) -> ConferenceView | None:
    """The live room of a definition; it may bear the name that the definition had when the room was made."""
    room = sight.conference(definition.name)
    if room is not None and room.definition == definition.id:
        return room
    rooms = (one for one in sight.conferences() if one.definition == definition.id and one.state != "ending")
    return next(rooms, None)


def participant_at(asked: Asked, sight: Sight) -> tuple[ConferenceView, MemberView]:
    """The participant in the path, and where it is."""
    room = place_at(asked, sight).room
    call = sight.find("call", asked.path["participant_id"])
    member = next((one for one in room.members if one.call == call), None) if room is not None and call else None
    if room is None or member is None or member.state not in INSIDE:
        raise bad_identifier(asked.path["participant_id"])
    return room, member
