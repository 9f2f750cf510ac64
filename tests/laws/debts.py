"""What the driver of a storm keeps of the effects it is given, and what it answers when its time has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.values import effects, events
from engine.values.effects import Effect
from engine.values.events import Event
from tests.laws.flows import HOME

if TYPE_CHECKING:
    from tests.laws.storms import World

# --- what the driver keeps -----------------------------------------------------------------------------


def owe(world: World, effect: Effect) -> None:
    """An answer is owed."""
    world.owed.append(effect)


def owe_end_of_sound(world: World, effect: effects.PlayMedia | effects.SpeakText) -> None:
    """A sound ends by itself, unless it is endless."""
    endless = effect.loop == 0 or (isinstance(effect, effects.PlayMedia) and effect.media in ("music", "ringback"))
    if not endless:
        world.owed.append(effect)


def forget_sound(world: World, effect: effects.StopMedia) -> None:
    """A stopped sound is never told to be over, unless its end was on its way already (each third time)."""
    if len(world.told) % 3:
        world.owed = [owed for owed in world.owed if getattr(owed, "id", None) != effect.id]


def forget_recording(world: World, effect: effects.StopRecording) -> None:
    """A recording that is stopped has its end told once."""
    world.owed = [owed for owed in world.owed if getattr(owed, "id", None) != effect.id]
    world.owed.append(effect)


def set_timer(world: World, effect: effects.SetTimer) -> None:
    """A clock runs."""
    if effect.key in world.timers:
        world.old_timers.append(world.timers[effect.key])
    world.timers[effect.key] = effect


def cancel_timer(world: World, effect: effects.CancelTimer) -> None:
    """A clock stops; its ringing may have been on its way."""
    stopped = world.timers.pop(effect.key, None)
    if stopped is not None:
        world.old_timers.append(stopped)


def keep_flags(world: World, effect: Effect) -> None:
    """What the switch may fail to do."""
    world.flags.append(effect)


KEEPS: dict[type[Effect], Callable[[World, Any], None]] = {
    effects.Answer: owe,
    effects.HangUp: owe,
    effects.PlaceCall: owe,
    effects.PlayMedia: owe_end_of_sound,
    effects.SpeakText: owe_end_of_sound,
    effects.StopMedia: forget_sound,
    effects.SendDigits: owe,
    effects.StartRecording: owe,
    effects.StopRecording: forget_recording,
    effects.JoinConference: owe,
    effects.LeaveConference: owe,
    effects.FetchDocument: owe,
    effects.SetTimer: set_timer,
    effects.CancelTimer: cancel_timer,
    effects.MuteMembers: keep_flags,
    effects.DeafenMembers: keep_flags,
    effects.HoldMembers: keep_flags,
    effects.CoachMember: keep_flags,
}


# --- how it answers ------------------------------------------------------------------------------------


def answered(world: World, effect: effects.Answer, how: int) -> Event:
    return events.CallAnswered(world.at, effect.call)


def hung_up(world: World, effect: effects.HangUp, how: int) -> Event:
    return events.CallEnded(world.at, effect.call)


def placed(world: World, effect: effects.PlaceCall, how: int) -> Event:
    """It rings, which is not the end of it; then it is answered, or not."""
    if effect.call not in world.ringing and how % 3:
        world.ringing.add(effect.call)
        world.owed.append(effect)
        return events.CallRinging(world.at, effect.call, early_media=how % 2 == 0)
    if how % 5 == 4:
        return events.CallEnded(world.at, effect.call, ("busy", "rejected", "no_answer", "unreachable")[how % 4])
    return events.CallAnswered(world.at, effect.call, (None, None, False, True)[how % 4])


def sounded(world: World, effect: effects.PlayMedia | effects.SpeakText | effects.SendDigits, how: int) -> Event:
    return events.PlaybackEnded(world.at, effect.owner, effect.id, "failed" if how % 6 == 5 else "ended")


def recording(world: World, effect: effects.StartRecording, how: int) -> Event:
    """It runs, and still owes its end; or it fails at once."""
    if how % 6 == 5:
        return events.RecordingEnded(world.at, effect.owner, effect.id, "failed", 0.0, "failed")
    world.owed.append(effects.StopRecording(effect.owner, effect.id))
    return events.RecordingStarted(world.at, effect.owner, effect.id)


def recorded(world: World, effect: effects.StopRecording, how: int) -> Event:
    result: Any = ("stored", "stored", "absent", "failed")[how % 4]
    return events.RecordingEnded(world.at, effect.owner, effect.id, result, 2.0, "stopped", f"{HOME}/r.mp3")


def joined(world: World, effect: effects.JoinConference, how: int) -> Event:
    if how % 6 == 5:
        return events.JoinFailed(world.at, effect.call, effect.conference, effect.id)
    return events.MemberJoined(world.at, effect.call, effect.conference, effect.id)


def left(world: World, effect: effects.LeaveConference, how: int) -> Event:
    return events.MemberLeft(world.at, effect.call, effect.conference)


def fetched(world: World, effect: effects.FetchDocument, how: int) -> Event:
    """The document, or each way in which it may not come."""
    told: dict[str, Any] = {"body": world.body(effect), **FETCH_FAILS.get(how % 16, {})}
    return events.DocumentFetched(world.at, effect.owner, effect.id, **told)


FETCH_FAILS: dict[int, dict[str, Any]] = {
    12: {"status": 503},
    13: {"status": 0, "error": "timeout"},
    14: {"body": b"no XML at all"},
    15: {"body": b"", "content_type": "audio/mpeg"},
}
ANSWERS: dict[type[Effect], Callable[[World, Any, int], Event]] = {
    effects.Answer: answered,
    effects.HangUp: hung_up,
    effects.PlaceCall: placed,
    effects.PlayMedia: sounded,
    effects.SpeakText: sounded,
    effects.SendDigits: sounded,
    effects.StartRecording: recording,
    effects.StopRecording: recorded,
    effects.JoinConference: joined,
    effects.LeaveConference: left,
    effects.FetchDocument: fetched,
}
