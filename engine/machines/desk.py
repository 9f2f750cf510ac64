"""Where customers' commands are taken: validated whole, applied to what is intended, answered by a receipt.

Targets are resolved once; unknown ones are reported and do not stop the others. Commands are
idempotent: what was so already is reported as such. Every target gets its cause before anything
that follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines import recording as recordings
from engine.machines.conference import depart, settle
from engine.machines.consequences import EndCall, EndSound, StartSound
from engine.machines.door import adopt, find_coached, register, room_for, Visitor
from engine.machines.flow.interpreter import break_off, fetch_flow, read_inline
from engine.machines.models import Call, Conference, Definition, Member, Wish
from engine.machines.recording import RECORDING
from engine.machines.telling import tell_room, tell_status
from engine.machines.turn import Turn
from engine.values import commands, effects, verbs
from engine.values.commands import ALL
from engine.values.effects import Facts, PlaceCall, Receipt
from engine.values.flow import Hook


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


def take(turn: Turn, id: str, command: commands.AnyCommand) -> None:  # noqa: A002
    """Carry out one command and leave its receipt."""
    tally = Tally()
    ORDERS[type(command)](command, tally, turn)
    turn.receipts += 1
    turn.do(
        Receipt(
            id,
            str(command.__struct_config__.tag),
            tuple(tally.changed),
            tuple(tally.same),
            tuple(tally.unknown),
            tally.refused,
            turn.receipts,
            tally.facts,
        )
    )


# --- finding -------------------------------------------------------------------------------------


def find_room(turn: Turn, account: str, name: str) -> Conference | None:
    """The live room of that name in that account, or of that id."""
    known = turn.names.get((account, name), name)
    room = turn.rooms.get(known)
    return room if room is not None and (room.account == account or not account) else None


def find_members(room: Conference, asked: tuple[str, ...], tally: Tally) -> list[Member]:
    """The members that are meant: by call, number or label; unknown ones are filed."""
    if asked == ALL:
        return list(room.members.values())
    found: dict[str, Member] = {}
    for name in asked:
        member = room.members.get(name) or next(
            (m for m in room.members.values() if name in (str(m.number), m.label) and name), None
        )
        if member is None:
            tally.unknown.append(name)
        else:
            found[member.call] = member
    return list(found.values())


def room_and_members(
    command: commands.MemberCommand, tally: Tally, turn: Turn
) -> tuple[Conference | None, list[Member]]:
    """The room and the members of a command; a room that is not there refuses it."""
    room = find_room(turn, command.account, command.conference)
    if room is None:
        tally.refused = "unknown_conference"
        return None, []
    return room, find_members(room, command.members, tally)


# --- members --------------------------------------------------------------------------------------


def kick(command: commands.KickMember, tally: Tally, turn: Turn) -> None:
    """Take members out."""
    room, members = room_and_members(command, tally, turn)
    for member in members if room else ():
        tally.count(member.call, changed=room is not None and depart(room, member, "kicked", turn))


def hang_up_member(command: commands.HangUpMember, tally: Tally, turn: Turn) -> None:
    """End members' calls."""
    room, members = room_and_members(command, tally, turn)
    for member in members if room else ():
        tally.count(member.call, changed=room is not None and depart(room, member, "hung_up", turn))


def update(command: commands.UpdateMember, tally: Tally, turn: Turn) -> None:
    """Change members' flags: coaching, muted, deaf, hold, what follows from leaving, announcement; in that order."""
    room, members = room_and_members(command, tally, turn)
    if room is None or object_to_coaching(room, members, command, tally):
        return
    changed: dict[str, None] = {}
    for change in CHANGES:
        for name in change(room, members, command, turn):
            changed[name] = None
    for member in members:
        tally.count(member.call, changed=member.call in changed)


def object_to_coaching(
    room: Conference, members: list[Member], command: commands.UpdateMember, tally: Tally
) -> bool:
    """Whether the command asks to coach somebody who cannot be coached."""
    if not command.coach:
        return False
    target = find_coached(room, command.coach) or next(
        (m.call for m in room.members.values() if str(m.number) == command.coach), None
    )
    if target is None or any(m.call == target for m in members):
        tally.refused = "coach_unknown"
        return True
    return False


def change_coaching(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """Coach somebody, or nobody any more."""
    if command.coach is None:
        return []
    target = ""
    if command.coach:
        target = find_coached(room, command.coach) or next(
            m.call for m in room.members.values() if str(m.number) == command.coach
        )
    changed = []
    for member in members:
        if member.coaching != target:
            member.coaching = target
            changed.append(member.call)
            turn.do(effects.CoachMember(room.id, member.call, target))
            what = "member_coaching" if target else "member_uncoached"
            turn.note(what, member.call, room.id, target=target)
            tell_room(turn, room, member, "member_modify")
    return changed


def change_muted(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """Mute or unmute, all at once."""
    wanted = command.muted
    if wanted is None:
        return []
    changed = []
    for member in members:
        if member.muted is not wanted:
            member.muted = wanted
            changed.append(member.call)
    if changed:
        turn.do(effects.MuteMembers(room.id, tuple(changed), wanted))
        announce_change(room, changed, "member_muted" if wanted else "member_unmuted", turn)
    return changed


def change_deaf(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """Deafen or undeafen, all at once."""
    wanted = command.deaf
    if wanted is None:
        return []
    changed = []
    for member in members:
        if member.deaf is not wanted:
            member.deaf = wanted
            changed.append(member.call)
    if changed:
        turn.do(effects.DeafenMembers(room.id, tuple(changed), wanted))
        announce_change(room, changed, "member_deafened" if wanted else "member_undeafened", turn)
    return changed


TOLD = {
    "member_muted": "member_mute",
    "member_unmuted": "member_unmute",
    "member_held": "member_hold",
    "member_unheld": "member_unhold",
}


def announce_change(room: Conference, calls: list[str], what: str, turn: Turn) -> None:
    """Note and tell a change of many members."""
    kind = TOLD.get(what)
    if not turn.watched and kind is None:
        return
    for name in calls:
        if turn.watched:
            turn.note(what, name, room.id)
        member = room.members[name]
        if kind is not None and (member.callback is not None or room.subscriber is not None):
            tell_room(turn, room, member, kind)


def change_hold(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """Hold or unhold; a new sound while held replaces the old one. Mute is another matter and stays."""
    wanted = command.held
    changed = [m.call for m in members if wanted is not None and m.held is not wanted]
    for member in members:
        call = turn.calls.get(member.call)
        held = member.held if wanted is None else wanted
        fresh = member.call in changed
        if command.hold_sound is not None:
            member.hold_sound = command.hold_sound or None
        member.held = held
        if call is None or not (fresh or command.hold_sound is not None):
            continue
        if held:
            start_hold_sound(room, member, call, turn)
        elif fresh:
            turn.then(EndSound(call, "hold_sound"))
    if changed and wanted is not None:
        turn.do(effects.HoldMembers(room.id, tuple(changed), wanted))
        announce_change(room, changed, "member_held" if wanted else "member_unheld", turn)
    return changed


def start_hold_sound(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """Play what a held member hears."""
    if member.hold_sound is not None and member.hold_sound.url:
        loops = turn.rules_of[call.tongue].wait_loops
        facts: Facts = {"conference": room.id, "conference_name": room.name, "member": member.number}
        turn.then(StartSound(call, "hold_sound", call.id, call.id, member.hold_sound, "", loops, False, facts))
    else:
        turn.then(StartSound(call, "hold_sound", call.id, call.id, None, "music", True))


def change_exit(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """What follows from a member's leaving, and what it hears while it waits."""
    changed = []
    for member in members:
        before = (member.ends, member.beep_on_exit, member.wait_sound)
        if command.end_on_exit is not None:
            member.ends = command.end_on_exit
        if command.beep_on_exit is not None:
            member.beep_on_exit = command.beep_on_exit
        if command.wait_sound is not None:
            member.wait_sound, member.wait_method = command.wait_sound.url, command.wait_sound.method
            if member.state == "waiting":
                play_wait_sound(room, member, turn)
        if before != (member.ends, member.beep_on_exit, member.wait_sound):
            changed.append(member.call)
            turn.note("member_changed", member.call, room.id, ends=member.ends)
            tell_room(turn, room, member, "member_modify")
    return changed


def play_wait_sound(room: Conference, member: Member, turn: Turn) -> None:
    """The wait sound changed while the member waits."""
    from engine.machines.door import start_waiting

    start_waiting(room, member, turn.calls[member.call], turn)


def announce_to(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """Play something to members alone, over the talk."""
    if command.announce is None:
        return []
    for member in members:
        call = turn.calls.get(member.call)
        if call is not None and member.state in ("waiting", "seated"):
            facts: Facts = {"conference": room.id, "conference_name": room.name, "member": member.number}
            turn.then(
                StartSound(call, "announce", call.id, call.id, command.announce, "", False, True, facts)
            )
    return [m.call for m in members]


CHANGES: tuple[Callable[[Conference, list[Member], commands.UpdateMember, Turn], list[str]], ...] = (
    change_coaching,
    change_muted,
    change_deaf,
    change_hold,
    change_exit,
    announce_to,
)


# --- sounds in rooms --------------------------------------------------------------------------------


def play_to(command: commands.PlayToMember, tally: Tally, turn: Turn) -> None:
    """Play a file to members; to all is one sound of the room."""
    verb = verbs.Play(name="Play", url=command.url, loop=command.loop)
    sound_to(command, verb, "member_play", tally, turn)


def speak_to(command: commands.SpeakToMember, tally: Tally, turn: Turn) -> None:
    """Speak to members."""
    verb = verbs.Speak(name="Speak", text=command.text, voice=command.voice, language=command.language)
    sound_to(command, verb, "member_speak", tally, turn)


def sound_to(
    command: commands.MemberCommand, verb: verbs.Play | verbs.Speak, slot: str, tally: Tally, turn: Turn
) -> None:
    """Start a sound for each member, or one for the room."""
    room, members = room_and_members(command, tally, turn)
    if room is None:
        return
    if command.members == ALL:
        turn.then(StartSound(room, slot, room.id, "", None, "", False, True, {}, (verb,)))
    for member in members:
        if command.members != ALL:
            call = turn.calls[member.call]
            turn.then(StartSound(call, slot, call.id, call.id, None, "", False, True, {}, (verb,)))
        tally.count(member.call, changed=True)


def stop_play(command: commands.StopPlayToMember, tally: Tally, turn: Turn) -> None:
    """Stop what was played with the same targets."""
    stop_sound(command, "member_play", tally, turn)


def stop_speak(command: commands.StopSpeakToMember, tally: Tally, turn: Turn) -> None:
    """Stop what was spoken with the same targets."""
    stop_sound(command, "member_speak", tally, turn)


def stop_sound(command: commands.MemberCommand, slot: str, tally: Tally, turn: Turn) -> None:
    """Stop a sound; one that was started for all is stopped for all."""
    room, members = room_and_members(command, tally, turn)
    if room is None:
        return
    everybody = command.members == ALL
    if everybody:
        turn.then(EndSound(room, slot))
    for member in members:
        owner: Call | Conference = room if everybody else turn.calls[member.call]
        running = slot in (owner.sounds or {})
        if not everybody:
            turn.then(EndSound(owner, slot))
        tally.count(member.call, changed=running)


def announce(command: commands.Announce, tally: Tally, turn: Turn) -> None:
    """Play something to the whole room."""
    room = known_room(command, tally, turn)
    if room is not None:
        first = next(iter(room.members), "")
        turn.then(StartSound(room, "announce", room.id, first, command.sound, "", False, True, room_words(room)))


def room_words(room: Conference) -> Facts:
    """What a request for a room's sound says."""
    return {"conference": room.id, "conference_name": room.name}


# --- rooms ----------------------------------------------------------------------------------------


def known_room(command: commands.RoomCommand, tally: Tally, turn: Turn) -> Conference | None:
    """The room of a command; one that is not there refuses it."""
    room = find_room(turn, command.account, command.conference)
    if room is None:
        tally.refused = "unknown_conference"
    return room


def lock(command: commands.LockConference, tally: Tally, turn: Turn) -> None:
    """Close or open the door."""
    room = known_room(command, tally, turn)
    if room is None:
        return
    changed = room.locked is not command.locked
    room.locked = command.locked
    tally.count(room.id, changed=changed)
    if changed:
        turn.note("conference_locked" if command.locked else "conference_unlocked", "", room.id, conference=room.name)


def record_room(command: commands.RecordConference, tally: Tally, turn: Turn) -> None:
    """Record the room; one recording at a time."""
    room = known_room(command, tally, turn)
    if room is None:
        return
    if room.recording:
        tally.count(room.id, changed=False)
        tally.facts["recording"] = room.recording
        return
    first = next(iter(room.members), "")
    wish = Wish(source="conference", hook=command.callback, format=command.format, max_length=command.max_length)
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
    if command.call in turn.calls:
        tally.refused = "call_exists"
        return
    room = find_room(turn, command.account, command.conference)
    tongue = command.tongue or (room.tongue if room is not None else next(iter(turn.tongues)))
    rules = turn.rules_of[tongue]
    call = Call(
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
        time_limit=command.time_limit or rules.call_time_limit,
        machine_detection=command.machine_detection,
        send_digits=command.send_digits,
    )
    member = Member(
        call=call.id,
        number=0,
        state="invited",
        muted=command.muted,
        beep=command.beep,
        starts=command.starts,
        ends=command.ends,
        label=command.label,
    )
    if command.wait_sound is not None:
        member.wait_sound, member.wait_method = command.wait_sound.url, command.wait_sound.method
    room = room or room_for(turn, command.account, command.conference, call)
    taken = command.label and any(m.label == command.label for m in room.members.values())
    unknown = command.coach and find_coached(room, command.coach) is None
    if taken or unknown or room.locked:
        tally.refused = "label_taken" if taken else "coach_unknown" if unknown else "locked"
        settle(room, turn)
        return
    if command.record:
        member.record = Wish(source="conference", hook=command.callback)
    if room.subscriber is None and command.callback is not None:
        room.subscriber, room.events = command.callback, command.callback_events
    turn.calls[call.id] = call
    register(room, Visitor(call, member, command.max_members, command.coach), turn)
    call.invitation = room.id
    turn.note("member_invited", call.id, room.id, to=command.to)
    place(call, command.timeout or rules.ring_timeout, turn)
    tally.facts.update({"call": call.id, "conference": room.id, "member": member.number})
    tally.count(call.id, changed=True)


def place(call: Call, timeout: float, turn: Turn) -> None:
    """Ring whom a new call is for."""
    turn.note("call_placed", call.id, "", to=call.called)
    detect = bool(call.machine_detection)
    kind = "sip" if call.called.startswith("sip:") else "number"
    turn.set_timer(call, "ring", turn.at + timeout)
    turn.do(
        PlaceCall(
            call.id,
            call.called,
            call.caller,
            call.caller_name,
            kind,
            timeout,
            (),
            call.account,
            "",
            detect,
        )
    )
    tell_status(turn, call, "initiated")


def define(command: commands.DefineConference, tally: Tally, turn: Turn) -> None:
    """Store or change a definition; a live room of that name belongs to it from now on."""
    known = turn.definitions.get(command.id)
    definition = known or Definition(id=command.id, account=command.account)
    before = {name: getattr(definition, name) for name in DEFINED}
    for name in DEFINED:
        value = getattr(command, name)
        if value is not None:
            setattr(definition, name, value)
    definition.name = definition.name or command.id
    turn.definitions[command.id] = definition
    room = find_room(turn, definition.account, definition.name)
    if room is not None:
        adopt(room, definition)
    tally.count(command.id, changed=known is None or before != {n: getattr(definition, n) for n in DEFINED})


DEFINED = (
    "name",
    "member_pins",
    "moderator_pins",
    "max_members",
    "profile",
    "play_entry_tone",
    "play_exit_tone",
    "wait_for_moderator",
)


def forget(command: commands.ForgetConference, tally: Tally, turn: Turn) -> None:
    """Remove a definition; its live room ends."""
    definition = turn.definitions.pop(command.id, None)
    if definition is None:
        tally.unknown.append(command.id)
        return
    tally.count(command.id, changed=True)
    for room in [r for r in turn.rooms.values() if r.definition == command.id]:
        room.why = room.why or "ended_by_api"
        settle(room, turn)


# --- calls ----------------------------------------------------------------------------------------


def make_call(command: commands.MakeCall, tally: Tally, turn: Turn) -> None:
    """Place a call whose flow starts with the answer."""
    if command.call in turn.calls:
        tally.refused = "call_exists"
        return
    rules = turn.rules_of[command.tongue]
    status = command.hangup if command.status_events else None
    call = Call(
        id=command.call,
        account=command.account,
        tongue=command.tongue,
        caller=command.caller,
        called=command.to,
        role="outbound",
        direction="outbound",
        state="queued",
        caller_name=command.caller_name,
        created_at=turn.at,
        answer=command.answer,
        document=command.document,
        fallback=command.fallback,
        ring=command.ring,
        hangup=None if status else command.hangup,
        status=status,
        status_events=command.status_events,
        time_limit=command.time_limit or rules.call_time_limit,
        hangup_on_ring=command.hangup_on_ring,
        send_digits=command.send_digits,
        send_on_preanswer=command.send_on_preanswer,
        machine_detection=command.machine_detection,
        machine_hook=command.machine_hook,
    )
    turn.calls[call.id] = call
    place(call, command.ring_timeout or rules.ring_timeout, turn)
    tally.count(call.id, changed=True)


def known_call(command: commands.CallCommand, tally: Tally, turn: Turn) -> Call | None:
    """The live call of a command; one that is not there, or is ending, is unknown."""
    call = turn.calls.get(command.call)
    if call is None or call.state in ("ending", "ended"):
        tally.unknown.append(command.call)
        return None
    return call


def cancel_call(command: commands.CancelCall, tally: Tally, turn: Turn) -> None:
    """Take a call back that was not answered."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    waiting = call.state in ("queued", "ringing")
    if waiting:
        turn.then(EndCall(call, "api_cancel", "api"))
    tally.count(call.id, changed=waiting)


def hang_up_call(command: commands.HangUpCall, tally: Tally, turn: Turn) -> None:
    """End a call."""
    call = known_call(command, tally, turn)
    if call is not None:
        drop_call(call, turn)
        tally.count(call.id, changed=True)


def drop_call(call: Call, turn: Turn) -> None:
    """End a call by command, through its room where it is in one, so that its leaving has the right cause."""
    room = turn.rooms.get(call.room)
    if room is not None:
        depart(room, room.members[call.id], "hung_up", turn)
    answered = call.answered_at is not None or call.role == "inbound"
    turn.then(EndCall(call, "api" if answered else "api_cancel", "api"))


def hang_up_all(command: commands.HangUpAllCalls, tally: Tally, turn: Turn) -> None:
    """End every call of an account."""
    for call in [c for c in turn.calls.values() if c.account == command.account]:
        changed = call.state not in ("ending", "ended")
        if changed:
            drop_call(call, turn)
        tally.count(call.id, changed=changed)


def transfer(command: commands.TransferCall, tally: Tally, turn: Turn) -> None:
    """Give legs of a live call new documents: what they do is broken off first."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    legs = legs_of(call, command.legs, turn)
    if not legs:
        tally.refused = "no_such_leg"
        return
    hooks: dict[str, Hook | None] = {"a": command.aleg, "b": command.bleg}
    if any(hooks[side] is None for side in legs) and not command.document:
        tally.refused = "url_missing"
        return
    for side, leg in legs.items():
        hook = hooks[side]
        leg.pending = hook or Hook("")
        leg.document = command.document if hook is None else b""
        leg.fallback = command.fallback or leg.fallback
    for leg in legs.values():
        redirect(leg, turn)
        tally.count(leg.id, changed=True)


def legs_of(call: Call, which: str, turn: Turn) -> dict[str, Call]:
    """The legs meant by aleg, bleg or both."""
    other = turn.calls.get(call.partner)
    legs = {"a": call} if which in ("aleg", "both") else {}
    if which in ("bleg", "both") and other is not None:
        legs["b"] = other
    return legs


def redirect(call: Call, turn: Turn) -> None:
    """Break off what the call does and run its pending document as soon as it is free."""
    break_off(call, turn)
    for purpose in tuple(call.sounds or ()):
        turn.then(EndSound(call, purpose))
    for made, purpose in tuple(call.awaits.items()):
        if purpose in ("verb", "prompt", "ignored", "record_beep", "door"):
            turn.do(effects.StopMedia(call.id, made))
        if purpose != "join":
            del call.awaits[made]
    room = turn.rooms.get(call.room)
    if room is not None:
        depart(room, room.members[call.id], "redirected", turn)
        return
    start_pending(call, turn)


def start_pending(call: Call, turn: Turn) -> None:
    """The call is free: fetch, or read, its new document."""
    hook, call.pending = call.pending, None
    call.running = True
    if call.partner:
        leave_partner(call, turn)
    if call.document:
        document, call.document = call.document, b""
        read_inline(call, document, turn)
    elif hook is not None:
        fetch_flow(call, "transfer", hook.url, hook.method, {}, turn)


def leave_partner(call: Call, turn: Turn) -> None:
    """A called leg goes its own way: its caller's dial is over."""
    from engine.machines.dial import let_leg_go

    let_leg_go(call, turn)


def play_on(command: commands.PlayOnCall, tally: Tally, turn: Turn) -> None:
    """Play files on a call's legs."""
    played = tuple(verbs.Play(name="Play", url=url) for url in command.urls)
    sound_on(command, played, "call_play", tally, turn, loops=command.loop, mix=command.mix, length=command.length)


def speak_on(command: commands.SpeakOnCall, tally: Tally, turn: Turn) -> None:
    """Speak on a call's legs."""
    spoken = verbs.Speak(name="Speak", text=command.text, voice=command.voice, language=command.language)
    sound_on(command, (spoken,), "call_speak", tally, turn, loops=command.loop, mix=command.mix, length=0.0)


def sound_on(
    command: commands.PlayOnCall | commands.SpeakOnCall,
    what: tuple[verbs.Prompt, ...],
    slot: str,
    tally: Tally,
    turn: Turn,
    *,
    loops: bool,
    mix: bool,
    length: float,
) -> None:
    """Start a sound beside the flow of a call's legs."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    legs = legs_of(call, command.legs, turn)
    if not legs:
        tally.refused = "no_such_leg"
    for leg in legs.values():
        turn.then(StartSound(leg, slot, leg.id, leg.id, None, "", loops, mix, {}, what))
        if length:
            turn.set_timer(leg, "play_length", turn.at + length)
        tally.count(leg.id, changed=True)


def stop_on(slot: str) -> Callable[[Any, Tally, Turn], None]:
    """An order that stops a sound on a call's legs."""

    def order(command: commands.CallCommand, tally: Tally, turn: Turn) -> None:
        call = known_call(command, tally, turn)
        if call is None:
            return
        for leg in legs_of(call, "both", turn).values():
            running = slot in (leg.sounds or {})
            if running:
                turn.then(EndSound(leg, slot))
                turn.cancel_timer(leg, "play_length")
            if running or leg is call:
                tally.count(leg.id, changed=running)

    return order


def send_digits(command: commands.SendDigitsOnCall, tally: Tally, turn: Turn) -> None:
    """Send keys on a leg."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    for leg in legs_of(call, command.leg, turn).values():
        turn.do(effects.SendDigits(leg.id, turn.await_id(leg, "ignored"), leg.id, command.digits))
        tally.count(leg.id, changed=True)


def record_call(command: commands.RecordCall, tally: Tally, turn: Turn) -> None:
    """Record a call beside its flow."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    wish = Wish(
        source="api",
        hook=command.callback,
        format=command.format,
        channels=command.channels,
        max_length=command.max_length,
    )
    tally.facts["recording"] = recordings.start(turn, call, call, wish).id
    tally.count(call.id, changed=True)


def stop_record_call(command: commands.StopRecordCall, tally: Tally, turn: Turn) -> None:
    """Stop the recordings of a call that commands started."""
    call = known_call(command, tally, turn)
    if call is None:
        return
    running = [r for r in turn.recordings.values() if r.of == call.id and r.source == "api" and r.state != "stopping"]
    for recording in running:
        RECORDING.fire("stop", recording, None, turn)
    tally.count(call.id, changed=bool(running))


def shut_down(command: commands.ShutDown, tally: Tally, turn: Turn) -> None:
    """End everything."""
    for room in tuple(turn.rooms.values()):
        room.why = room.why or "shutdown"
        settle(room, turn)
    for call in tuple(turn.calls.values()):
        changed = call.state not in ("ending", "ended")
        turn.then(EndCall(call, "shutdown", "platform"))
        tally.count(call.id, changed=changed)


ORDERS: dict[type[commands.Command], Callable[[Any, Tally, Turn], None]] = {
    commands.KickMember: kick,
    commands.HangUpMember: hang_up_member,
    commands.UpdateMember: update,
    commands.PlayToMember: play_to,
    commands.StopPlayToMember: stop_play,
    commands.SpeakToMember: speak_to,
    commands.StopSpeakToMember: stop_speak,
    commands.Announce: announce,
    commands.LockConference: lock,
    commands.RecordConference: record_room,
    commands.PauseRecording: steer_recording("pause"),
    commands.ResumeRecording: steer_recording("resume"),
    commands.StopRecording: steer_recording("stop"),
    commands.EndConference: end_room,
    commands.EndAllConferences: end_all_rooms,
    commands.InviteMember: invite,
    commands.DefineConference: define,
    commands.ForgetConference: forget,
    commands.MakeCall: make_call,
    commands.CancelCall: cancel_call,
    commands.HangUpCall: hang_up_call,
    commands.HangUpAllCalls: hang_up_all,
    commands.TransferCall: transfer,
    commands.PlayOnCall: play_on,
    commands.StopPlayOnCall: stop_on("call_play"),
    commands.SpeakOnCall: speak_on,
    commands.StopSpeakOnCall: stop_on("call_speak"),
    commands.SendDigitsOnCall: send_digits,
    commands.RecordCall: record_call,
    commands.StopRecordCall: stop_record_call,
    commands.ShutDown: shut_down,
}
