"""What a command changed, target by target, and how its targets are found."""

from __future__ import annotations

from engine.machines.models import Conference, Member
from engine.machines.turn import Turn
from engine.values import commands
from engine.values.commands import ALL
from engine.values.effects import Facts


class Tally:
    """What a command changed, target by target."""

    __slots__ = ("changed", "facts", "refused", "same", "unknown")

    def __init__(self) -> None:
        """Nothing yet."""
        self.changed: list[str] = []
        self.same: list[str] = []
        self.unknown: list[str] = []
        self.refused = ""
        self.facts: Facts = {}

    def count(self, name: str, *, changed: bool) -> None:
        """File one target."""
        (self.changed if changed else self.same).append(name)


def find_room(turn: Turn, account: str, name: str) -> Conference | None:
    """The live room of that name in that account, or of that id."""
    room = turn.rooms.get(turn.names.get((account, name), name))
    return room if room is not None and (room.account == account or not account) else None


def meant_room(turn: Turn, command: commands.MemberCommand | commands.RoomCommand) -> Conference | None:
    """The room that a command means: of that id, else of that name; where an account is named, no name is an id."""
    if command.room:
        room = turn.rooms.get(command.room)
        return room if room is not None and (room.account == command.account or not command.account) else None
    if command.account:
        return turn.rooms.get(turn.names.get((command.account, command.conference), ""))
    return find_room(turn, "", command.conference)


def find_member(room: Conference, name: str) -> Member | None:
    """The member of that call, number or label, in this order: a label may look like somebody else's number."""
    members = room.members
    numbered = (member for member in members.values() if str(member.number) == name)
    return members.get(name) or next(numbered, None) or members.get(room.labels.get(name, ""))


def find_members(room: Conference, asked: tuple[str, ...], tally: Tally) -> list[Member]:
    """The members that are meant: by call, number or label; unknown ones are filed."""
    if asked == ALL:
        return list(room.members.values())
    found: dict[str, Member] = {}
    for name in asked:
        member = find_member(room, name)
        if member is None:
            if name not in tally.unknown:
                tally.unknown.append(name)
        else:
            found[member.call] = member
    return list(found.values())


def room_and_members(
    command: commands.MemberCommand, tally: Tally, turn: Turn
) -> tuple[Conference | None, list[Member]]:
    """The room and the members of a command; a room that is not there refuses it."""
    room = meant_room(turn, command)
    if room is None:
        tally.refused = "unknown_conference"
        return None, []
    return room, find_members(room, command.members, tally)


def known_room(command: commands.RoomCommand, tally: Tally, turn: Turn) -> Conference | None:
    """The room of a command; one that is not there refuses it."""
    room = meant_room(turn, command)
    if room is None:
        tally.refused = "unknown_conference"
    return room


def open_room(command: commands.RoomCommand, tally: Tally, turn: Turn) -> Conference | None:
    """As known_room; a room that is ending, which only its id still finds, refuses the command too."""
    room = known_room(command, tally, turn)
    if room is not None and room.state == "ending":
        tally.refused = "unknown_conference"
        return None
    return room
