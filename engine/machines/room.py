"""What a room hears and tells besides its talk: who enters and leaves, the floor, announcements, recordings."""

from __future__ import annotations

from collections.abc import Callable

from engine.machines import recording as recordings
from engine.machines.consequences import EndCall, StartSound
from engine.machines.models import Call, Conference, Member, Sound
from engine.machines.telling import room_facts, tell_room, tell_subscriber
from engine.machines.turn import Turn, facts_of
from engine.values.effects import CoachMember, DeafenMembers, Effect, HoldMembers, MuteMembers
from engine.values.flow import Hook


def sound_entering(room: Conference, member: Member, turn: Turn) -> None:
    """Play the sound of entering into the room; a join never waits for it."""
    sound = enter_sound(room, member)
    if not sound:
        return
    if turn.rules_of[room.tongue].hears_own_enter:
        play_into(room, member, sound, "enter_sound", turn)
    elif room.here > 1:
        play_into(room, member, sound, "enter_sound", turn, but=member.call)


def sound_leaving(room: Conference, member: Member, turn: Turn) -> None:
    """Play the sound of leaving into the room."""
    sound = exit_sound(room, member)
    if sound:
        play_into(room, member, sound, "exit_sound", turn)


def enter_sound(room: Conference, member: Member) -> str:
    """The member's own sound, a plain beep, or the room's tone."""
    if room.entry_tone is not None:
        return "beep:1" if room.entry_tone else ""
    return member.enter_sound or ("beep:1" if member.beep in ("both", "enter") else "")


def exit_sound(room: Conference, member: Member) -> str:
    """As enter_sound, for leaving; a command may have decided."""
    if member.beep_on_exit is not None:
        return (member.exit_sound or "beep:1") if member.beep_on_exit else ""
    if room.exit_tone is not None:
        return "beep:1" if room.exit_tone else ""
    return member.exit_sound or ("beep:1" if member.beep in ("both", "exit") else "")


def play_into(room: Conference, member: Member, sound: str, purpose: str, turn: Turn, but: str = "") -> None:
    """Start a member's sound in the room: a beep at once, a URL's document when it comes."""
    ask = Hook(sound) if sound.startswith(("http://", "https://")) else None
    slot = f"{purpose}:{member.number}"
    turn.then(StartSound(room, slot, room.id, member.call, ask, "" if ask else sound, over=True, but=but))


def begin_recording(room: Conference, member: Member, turn: Turn) -> None:
    """Record the room where a seated member's document asks for it; never while it waits."""
    if room.recording or member.state != "seated" or member.record is None:
        return
    recording = recordings.start(turn, room, turn.calls[member.call], member.record)
    recording.said = {**room_facts(room), "member": member.number}
    room.recording = recording.id


def take_floor(room: Conference, member: Member, turn: Turn) -> None:
    """The member is who talks now."""
    room.floor = member.call
    if turn.watched:
        turn.note("member_floor", member.call, room.id)
    if member.floor_event:
        tell_room(turn, room, member, "conference_floor")


def change_failed(room: Conference, member: Member, call: Call, change: str, turn: Turn) -> None:
    """The switch could not make a flag real: ask once more, then the leg is lost."""
    if change in member.retried:
        turn.then(EndCall(call, "lost", "carrier"))
        return
    member.retried = (*member.retried, change)
    turn.do(AGAIN[change](room, member))


AGAIN: dict[str, Callable[[Conference, Member], Effect]] = {
    "mute": lambda room, m: MuteMembers(room.id, (m.call,), m.muted),
    "deaf": lambda room, m: DeafenMembers(room.id, (m.call,), m.deaf),
    "hold": lambda room, m: HoldMembers(room.id, (m.call,), m.held),
    "coach": lambda room, m: CoachMember(room.id, m.call, m.coaching),
}


def announced(sound: Sound, owner: Call | Conference, turn: Turn, *, failed: bool) -> None:
    """An announcement is over, or could not be played: tell who listens."""
    room = owner if isinstance(owner, Conference) else turn.rooms.get(owner.room)
    if room is None:
        return
    kind = "announcement_fail" if failed else "announcement_end"
    url = sound.asked.url if sound.asked is not None else ""
    member = room.members.get(owner.id)
    if member is not None:
        tell_room(turn, room, member, kind, {"url": url})
    elif room.subscriber is not None:
        about = facts_of(turn.calls[sound.call]) if sound.call in turn.calls else None
        tell_subscriber(turn, room, kind, about, {**room_facts(room), "url": url})
