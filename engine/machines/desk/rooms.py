"""Commands to rooms: announce, lock, record, end, invite, define."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from engine.machines import recording as recordings
from engine.machines.conference import settle
from engine.machines.consequences import EndCall, StartSound
from engine.machines.desk.calls import is_foreign, outbound, place
from engine.machines.desk.tally import Tally, known_room, meant_room, open_room
from engine.machines.door import Visitor, adopt, find_coached, register, room_for, room_name
from engine.machines.models import Call, Conference, Definition, Entering, Member
from engine.machines.recording import RECORDING
from engine.machines.turn import Turn
from engine.values import commands
from engine.values.effects import Facts
from engine.values.flow import Wish


def announce(command: commands.Announce, tally: Tally, turn: Turn) -> None:
    """Play something to the whole room."""
    room = open_room(command, tally, turn)
    if room is not None:
        first = next(iter(room.members), "")
        turn.then(StartSound(room, "announce", room.id, first, command.sound, over=True, facts=room_words(room)))
        tally.count(room.id, changed=True)


def room_words(room: Conference) -> Facts:
    """What a request for a room's sound says."""
    return {"conference": room.id, "conference_name": room.name}


def lock(command: commands.LockConference, tally: Tally, turn: Turn) -> None:
    """Close or open the door."""
    room = open_room(command, tally, turn)
    if room is None:
        return
    changed = room.locked is not command.locked
    room.locked = command.locked
    tally.count(room.id, changed=changed)
    if changed:
        room.changed_at = turn.at
        turn.note("conference_locked" if command.locked else "conference_unlocked", "", room.id, conference=room.name)


def record_room(command: commands.RecordConference, tally: Tally, turn: Turn) -> None:
    """Record the room; one recording at a time."""
    room = open_room(command, tally, turn)
    if room is None:
        return
    running = turn.recordings.get(room.recording)
    if running is not None and running.state != "stopping":  # one that is stopping records nothing any more
        tally.count(room.id, changed=False)
        tally.facts["recording"] = running.id
        return
    if is_foreign(command.tongue, tally, turn):
        return
    first = next(iter(room.members), "")
    wish = Wish(
        source="conference",
        hook=command.callback,
        format=command.format,
        max_length=command.max_length,
        tongue=command.tongue,
    )
    recording = recordings.start(turn, room, turn.calls.get(first), wish)
    recording.kind = "recording"
    recording.said = room_words(room)
    room.recording = recording.id
    tally.facts["recording"] = recording.id
    tally.count(room.id, changed=True)


def steer_recording(trigger: str) -> Callable[[Any, Tally, Turn], None]:
    """An order that pauses, resumes or stops a room's recording."""

    def order(command: commands.RoomCommand, tally: Tally, turn: Turn) -> None:
        room = known_room(command, tally, turn)
        if room is None:
            return
        recording = turn.recordings.get(room.recording)
        if recording is None:
            tally.count(room.id, changed=False)
            return
        before = recording.state
        RECORDING.fire(trigger, recording, None, turn)
        tally.facts["recording"] = recording.id
        tally.count(room.id, changed=recording.state != before)

    return order


def end_room(command: commands.EndConference, tally: Tally, turn: Turn) -> None:
    """End a room."""
    room = known_room(command, tally, turn)
    if room is not None:
        end_now(room, tally, turn)


def end_now(room: Conference, tally: Tally, turn: Turn) -> None:
    """End a room by command: everybody gets that cause."""
    changed = room.state in ("waiting", "running")
    room.why = room.why or "ended_by_api"
    settle(room, turn)
    tally.count(room.id, changed=changed)


def end_all_rooms(command: commands.EndAllConferences, tally: Tally, turn: Turn) -> None:
    """End every room of an account."""
    for room in [r for r in turn.rooms.values() if r.account == command.account]:
        end_now(room, tally, turn)


def invite(command: commands.InviteMember, tally: Tally, turn: Turn) -> None:
    """Dial somebody into a room; it is a member (invited) at once, and takes a place when it answers."""
    room = meant_room(turn, command)
    tongue = command.tongue or (room.tongue if room is not None else next(iter(turn.tongues)))
    tally.refused = objection(command, room, tongue, turn)
    if tally.refused:
        return
    call, member = invited_call(command, tongue, turn), invited_member(command)
    room = room or room_for(turn, command.account, command.conference, call)
    if room.locked or (command.coach and find_coached(room, command.coach) is None):
        tally.refused = "locked" if room.locked else "coach_unknown"
        if not room.members:  # it was made for this invitation
            settle(room, turn)
        return
    if room.subscriber is None and command.callback is not None:
        room.subscriber, room.events, room.subscriber_tongue = command.callback, command.callback_events, tongue
    enlist(room, Visitor(call, member, command.max_members, command.coach), turn)
    turn.note("member_invited", call.id, room.id, to=command.to)
    place(call, command, command.timeout or turn.rules_of[tongue].ring_timeout, turn)
    tally.facts.update({"call": call.id, "conference": room.id, "member": member.number})
    tally.count(call.id, changed=True)


def objection(command: commands.InviteMember, room: Conference | None, tongue: str, turn: Turn) -> str:
    """Why an invitation is refused before anything is made for it; empty where it is not."""
    if command.call in turn.calls:
        return "call_exists"
    if tongue not in turn.tongues:
        return "unknown_dialect"
    if room is not None and room.state == "ending":  # named by its id; its name is free already
        return "unknown_conference"
    return "label_taken" if room is not None and command.label and command.label in room.labels else ""


def invited_call(command: commands.InviteMember, tongue: str, turn: Turn) -> Call:
    """The call that an invitation places."""
    return Call(
        id=command.call,
        account=command.account,
        tongue=tongue,
        caller=command.caller,
        called=command.to,
        role="invited",
        direction="outbound",
        state="queued",
        caller_name=command.caller_name,
        created_at=turn.at,
        status=command.status,
        status_events=command.status_events,
        time_limit=command.time_limit or turn.rules_of[tongue].call_time_limit,
        machine_detection=command.machine_detection,
        machine_hook=command.machine_hook,
        send_digits=command.send_digits,
        headers=command.headers,
        record=outbound(command.record) if isinstance(command.record, Wish) else None,
        application=command.application,
    )


def invited_member(command: commands.InviteMember) -> Member:
    """The member that an invitation describes."""
    member = Member(
        call=command.call,
        number=0,
        state="invited",
        muted=command.muted,
        beep=command.beep,
        starts=command.starts,
        ends=command.ends,
        label=command.label,
        record=room_wish(command),
        moderator=command.moderator,
    )
    if command.wait_sound is not None:
        member.wait_sound, member.wait_method = command.wait_sound.url, command.wait_sound.method
    return member


def room_wish(command: commands.InviteMember) -> Wish | None:
    """How the room is to be recorded for an invitation."""
    wish = Wish(hook=command.callback) if command.record is True else command.record_conference
    return wish and msgspec.structs.replace(wish, source="conference", tongue=command.tongue)


def enlist(room: Conference, visitor: Visitor, turn: Turn) -> None:
    """Put who is invited on the list of calls and of the room; the first of a room starts its clock."""
    turn.calls[visitor.call.id] = visitor.call
    register(room, visitor, turn)
    if room.numbers == 1 and room.time_limit:  # who comes by a document later is not the first
        turn.set_timer(room, "room_limit", turn.at + room.time_limit)


def define(command: commands.DefineConference, tally: Tally, turn: Turn) -> None:
    """Store or change a definition; a live room of that name belongs to it from now on."""
    if not DEFINED.keys() >= set(command.reset):
        tally.refused = "unknown_field"
        return
    known = turn.definitions.get(command.id)
    definition = known or Definition(id=command.id, account=command.account, created_at=turn.at)
    before = {name: getattr(definition, name) for name in DEFINED}
    for name, default in DEFINED.items():
        value = getattr(command, name)
        if value is not None or name in command.reset:
            setattr(definition, name, default if value is None else value)
    definition.name = definition.name or command.id
    turn.definitions[command.id] = definition
    list_name(definition, before["name"], turn)
    room = turn.rooms.get(turn.names.get((definition.account, room_name(definition, turn)), ""))
    if room is not None:
        adopt(room, definition)
        settle(room, turn)
    tally.count(command.id, changed=known is None or before != {n: getattr(definition, n) for n in DEFINED})


# What a command may change of a definition, each with its default.
DEFINED: dict[str, Any] = {
    info.name: info.default
    for info in msgspec.structs.fields(Definition)
    if info.name in commands.DefineConference.__struct_fields__ and info.name not in ("id", "account")
}


def list_name(definition: Definition, before: str, turn: Turn) -> None:
    """Let a definition be found by its name, and no more by the one that it bore before."""
    turn.defined.setdefault((definition.account, definition.name), definition.id)
    if before not in ("", definition.name):
        for name in (before, definition.name):  # either may belong to an older one now
            list_again(definition.account, name, turn)


def list_again(account: str, name: str, turn: Turn) -> None:
    """Find anew which definition a name stands for: the oldest that bears it."""
    turn.defined.pop((account, name), None)
    bearers = (d.id for d in turn.definitions.values() if (d.account, d.name) == (account, name))
    oldest = next(bearers, None)
    if oldest is not None:
        turn.defined[account, name] = oldest


def forget(command: commands.ForgetConference, tally: Tally, turn: Turn) -> None:
    """Remove a definition; its live room ends."""
    definition = turn.definitions.pop(command.id, None)
    if definition is None:
        tally.unknown.append(command.id)
        return
    list_again(definition.account, definition.name, turn)
    tally.count(command.id, changed=True)
    for call in turn.calls.values():
        if isinstance(call.doing, Entering) and call.doing.definition == command.id:
            turn.then(EndCall(call, "api", "api"))
    for room in [r for r in turn.rooms.values() if r.definition == command.id]:
        room.why = room.why or "ended_by_api"
        settle(room, turn)
