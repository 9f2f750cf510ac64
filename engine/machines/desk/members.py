"""Commands to members: out of the room, off the line, muted, deaf, held, coaching, spoken to."""

from __future__ import annotations

from collections.abc import Callable

from engine.machines.conference import depart
from engine.machines.consequences import EndCall, EndSound, StartSound
from engine.machines.desk.tally import Tally, room_and_members
from engine.machines.door import COACHED, find_coached, start_waiting
from engine.machines.fetch import dialect_of
from engine.machines.member import present
from engine.machines.models import Call, Conference, Member
from engine.machines.telling import tell_room
from engine.machines.turn import Turn
from engine.values import commands, effects, verbs
from engine.values.commands import ALL
from engine.values.effects import Facts


def kick(command: commands.KickMember, tally: Tally, turn: Turn) -> None:
    """Take members out."""
    room, members = room_and_members(command, tally, turn)
    for member in members if room else ():
        tally.count(member.call, changed=room is not None and depart(room, member, "kicked", turn))


def hang_up_member(command: commands.HangUpMember, tally: Tally, turn: Turn) -> None:
    """End members' calls."""
    room, members = room_and_members(command, tally, turn)
    for member in members if room else ():
        call = turn.calls[member.call]
        changed = room is not None and depart(room, member, "hung_up", turn)
        if not changed and call.state in ("ringing", "up"):  # it is leaving for another cause, and would go on
            turn.then(EndCall(call, "api", "api"))
            changed = True
        tally.count(member.call, changed=changed)


def update(command: commands.UpdateMember, tally: Tally, turn: Turn) -> None:
    """Change members' flags: coaching, muted, deaf, hold, what follows from leaving, announcement; in that order."""
    room, members = room_and_members(command, tally, turn)
    if room is None or object_to_coaching(room, members, command, tally):
        return
    changed: dict[str, None] = {}
    staying = [member for member in members if member.state != "leaving"]
    for change in CHANGES:
        changed |= dict.fromkeys(change(room, staying, command, turn))
    tally.changed += [member.call for member in members if member.call in changed]
    tally.same += [member.call for member in members if member.call not in changed]


def object_to_coaching(room: Conference, members: list[Member], command: commands.UpdateMember, tally: Tally) -> bool:
    """Whether the command asks to coach somebody who cannot be coached."""
    if not command.coach:
        return False
    target = find_coached(room, command.coach)
    if target is None or any(m.call == target for m in members):
        tally.refused = "coach_unknown"
        return True
    return False


def change_coaching(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """Coach somebody, or nobody any more."""
    if command.coach is None:
        return []
    target = (find_coached(room, command.coach) or "") if command.coach else ""
    changed = []
    for member in members:
        if member.coaching != target:
            member.coaching, member.retried = target, ()
            changed.append(member.call)
            if member.state != "invited":  # its join will say whom it coaches
                turn.do(effects.CoachMember(room.id, member.call, target))
            what = "member_coaching" if target else "member_uncoached"
            turn.note(what, member.call, room.id, target=target)
            tell_room(turn, room, member, "member_modify")
    return changed


Change = Callable[[Conference, list[Member], commands.UpdateMember, Turn], list[str]]


Flagging = effects.MuteMembers | effects.DeafenMembers | effects.HoldMembers


def change_flag(flag: str, effect: type[Flagging], what: dict[bool, str]) -> Change:
    """A change of what members say or hear, all at once: `what` happened to them when it is on, and off."""

    def change(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
        wanted = getattr(command, flag)
        if wanted is None:
            return []
        turned = [member for member in members if getattr(member, flag) is not wanted]
        for member in turned:
            setattr(member, flag, wanted)
        changed = [member.call for member in turned]
        if changed:
            make_real(effect, room, turned, turn, on=wanted)
            announce_change(room, changed, what[wanted], turn)
        return changed

    return change


def make_real(kind: type[Flagging], room: Conference, turned: list[Member], turn: Turn, *, on: bool) -> None:
    """Have the switch change members, all at once; of those who still ring it hears when they join."""
    there = tuple([member.call for member in turned if member.state != "invited"])
    for member in turned:
        if member.retried:
            member.retried = ()  # a new wish may be asked for once more, too
    if there:
        turn.do(kind(room.id, there, on))


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
    if wanted is None and command.hold_sound is None:
        return []
    changed: dict[str, None] = {}
    other_sound: dict[str, None] = {}
    for member in members:
        if wanted is not None and member.held is not wanted:
            changed[member.call] = None
            member.held = wanted
        if command.hold_sound is not None:
            if member.held and member.hold_sound != command.hold_sound:
                other_sound[member.call] = None
            member.hold_sound = command.hold_sound
        if member.call in changed or (member.held and command.hold_sound is not None):
            sound_held(room, member, turn)
    if changed and wanted is not None:
        make_real(effects.HoldMembers, room, [room.members[call] for call in changed], turn, on=wanted)
        announce_change(room, list(changed), "member_held" if wanted else "member_unheld", turn)
    return list(changed | other_sound)


def sound_held(room: Conference, member: Member, turn: Turn) -> None:
    """Let a held member hear its hold sound and nothing else, and one that waits its wait sound again."""
    call = turn.calls[member.call]
    waits = member.state == "waiting" or (member.state == "joining" and room.state != "running")
    if member.held:
        turn.then(EndSound(call, "wait_sound"))
        if member.state in COACHED:
            start_hold_sound(room, member, call, turn)
        return
    turn.then(EndSound(call, "hold_sound"))
    if waits:
        start_waiting(room, member, call, turn)


def start_hold_sound(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """Play what a held member hears."""
    if member.hold_sound is not None and member.hold_sound.url:
        loops = turn.rules_of[dialect_of(turn, call, member.hold_sound.tongue)].wait_loops
        facts: Facts = {"conference": room.id, "conference_name": room.name, "member": member.number}
        turn.then(StartSound(call, "hold_sound", call.id, call.id, member.hold_sound, loops=loops, facts=facts))
    else:
        turn.then(StartSound(call, "hold_sound", call.id, call.id, media="music", loops=True))


def change_exit(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """What follows from a member's leaving, and what it hears while it waits."""
    if command.end_on_exit is None and command.beep_on_exit is None and command.wait_sound is None:
        return []
    changed = []
    for member in members:
        before = (member.ends, member.beep_on_exit, member.wait_sound)
        if command.end_on_exit is not None:
            member.ends = command.end_on_exit
        if command.beep_on_exit is not None:
            member.beep_on_exit = command.beep_on_exit
        if command.wait_sound is not None:
            sound = command.wait_sound
            member.wait_sound, member.wait_method, member.wait_tongue = sound.url, sound.method, sound.tongue
            call = turn.calls[member.call]
            if member.state == "waiting" or "wait_sound" in (call.sounds or ()):  # it may hear one while it joins
                start_waiting(room, member, call, turn)
        if before != (member.ends, member.beep_on_exit, member.wait_sound):
            changed.append(member.call)
            turn.note("member_changed", member.call, room.id, ends=member.ends)
            tell_room(turn, room, member, "member_modify")
    return changed


def announce_to(room: Conference, members: list[Member], command: commands.UpdateMember, turn: Turn) -> list[str]:
    """Play something to members alone, over the talk."""
    if command.announce is None:
        return []
    reached = [m for m in members if present(m)]
    for member in reached:
        call = turn.calls.get(member.call)
        if call is not None:
            facts: Facts = {"conference": room.id, "conference_name": room.name, "member": member.number}
            turn.then(StartSound(call, "announce", call.id, call.id, command.announce, over=True, facts=facts))
    return [m.call for m in reached]


CHANGES: tuple[Change, ...] = (
    change_coaching,
    change_flag("muted", effects.MuteMembers, {True: "member_muted", False: "member_unmuted"}),
    change_flag("deaf", effects.DeafenMembers, {True: "member_deafened", False: "member_undeafened"}),
    change_hold,
    change_exit,
    announce_to,
)


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
        turn.then(StartSound(room, slot, room.id, "", over=True, verbs=(verb,)))
    for member in members:
        hears = present(member)  # who is on the way in or out hears nothing of it
        if command.members != ALL and hears:
            call = turn.calls[member.call]
            turn.then(StartSound(call, slot, call.id, call.id, over=True, verbs=(verb,)))
        tally.count(member.call, changed=hears)


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
