"""From a consequence to whom it concerns: how one machine moves another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines import call as calls
from engine.machines import conference, dial, door, queue
from engine.machines import consequences as following
from engine.machines import room as rooms
from engine.machines.desk.members import sound_held
from engine.machines.flow import confer, families, interpreter, record, sound
from engine.machines.legs import Line
from engine.machines.member import Seat
from engine.machines.models import Call, Dialling, Entering, Queuing
from engine.machines.recording import RECORDING
from engine.machines.turn import Consequence, Turn, facts_of
from engine.values.effects import HoldMembers
from engine.values.events import CallEnded, RecordingEnded

# What rings or waits with others, who have to hear of the end at once.
CALLING_OTHERS = (Dialling, Queuing)


def end_call(consequence: following.EndCall, turn: Turn) -> None:
    """A call is to end: room, queue and whom it rings let it go from now on, not only when its channel is gone."""
    call = consequence.call
    calls.CALL.fire("end_call", call, consequence, turn)
    if call.state != "ending":
        return
    if call.room:
        room = turn.rooms[call.room]
        conference.call_ending(room, room.members[call.id], call, turn)
    elif not call.partner and isinstance(call.doing, CALLING_OTHERS):
        families.BREAK[type(call.doing)](call, turn)


def call_up(consequence: following.CallUp, turn: Turn) -> None:
    """A call was answered: its role says who goes on, unless a machine took it that is hung up on."""
    call = consequence.call
    if call.state == "up":
        UP[call.role](call, turn)


def inbound_up(call: Call, turn: Turn) -> None:
    """A caller was answered: its flow, its dial or its door goes on."""
    doing = call.doing
    if doing is None:
        # Only a flow that waits for the answer: a newer one may be at a verb that needs none.
        if call.flow is not None and call.fetch is None and call.verb is None:
            interpreter.proceed(call, turn)
    elif isinstance(doing, Dialling):
        dial.bridge(doing, call, turn)
    elif isinstance(doing, Entering):
        door.enter(call, turn)


def dialled_up(leg: Call, turn: Turn) -> None:
    """A called leg was answered: its caller's dial decides."""
    if not tell_dial("leg_answered", leg, turn):
        turn.then(following.EndCall(leg, "cancelled", "caller"))


def tell_dial(trigger: str, leg: Call, turn: Turn) -> bool:
    """Tell the dial that rang a leg what happened to it; False where that dial is over."""
    call = turn.calls.get(leg.parent)
    if call is None or not isinstance(call.doing, Dialling) or leg.id not in call.doing.legs:
        return False
    dial.DIAL.fire(trigger, call.doing, Line(call, leg), turn)
    return True


def invited_up(call: Call, turn: Turn) -> None:
    """Somebody invited answered: it goes into the room, if there is a place."""
    room = turn.rooms.get(call.room)
    member = room.members.get(call.id) if room is not None else None
    if room is None or member is None:
        turn.then(following.EndCall(call, "refused", "platform"))
        return
    call.running = True
    visitor = door.Visitor(call, member)
    if door.is_full(room, visitor, turn):
        conference.depart(room, member, "full", turn)
        return
    conference.move(room, member, "join", Seat(room, call), turn)
    door.join(room, member, call, turn)
    if member.held:  # by a command, while it rang
        turn.do(HoldMembers(room.id, (call.id,), on=True))
        sound_held(room, member, turn)


UP: dict[str, Callable[[Call, Turn], None]] = {
    "inbound": inbound_up,
    "outbound": interpreter.start_flow,
    "dialled": dialled_up,
    "invited": invited_up,
}


def channel_lost(consequence: following.ChannelLost, turn: Turn) -> None:
    """A call's channel vanished with its switch."""
    call = consequence.call
    calls.CALL.fire("call_ended", call, CallEnded(turn.at, call.id, "lost"), turn)


def recording_lost(consequence: following.RecordingLost, turn: Turn) -> None:
    """A recording vanished with its switch."""
    made = consequence.recording
    failed = RecordingEnded(turn.at, made.of, made.id, "failed", 0.0, "failed")
    RECORDING.fire("recording_ended", made, failed, turn)


def call_gone(consequence: following.CallGone, turn: Turn) -> None:
    """A call ended: its room, dial, queue and caller let it go, and then it leaves the exchange."""
    call = consequence.call
    if call.room:
        room = turn.rooms[call.room]
        conference.call_gone(room, room.members[call.id], call, turn)
    if call.doing is not None:
        stop = families.BREAK.get(type(call.doing))
        if stop is not None:
            stop(call, turn)
    if call.role == "dialled":
        tell_dial("leg_ended", call, turn)
    for made in call.recorded:
        if made in turn.recordings:
            turn.recordings[made].about = facts_of(call)
    calls.forget(call, turn)


def leg_rang(consequence: following.LegRang, turn: Turn) -> None:
    """A called leg rings."""
    tell_dial("leg_rang", consequence.leg, turn)


def leg_confirmed(consequence: following.LegConfirmed, turn: Turn) -> None:
    """A called leg has heard what it is told first."""
    dial.screened(consequence.leg, turn)


def document_ready(consequence: following.DocumentReady, turn: Turn) -> None:
    """A document was read: for the flow, or for a sound program."""
    (interpreter if consequence.purpose == "flow" else sound).document_ready(consequence, turn)


def document_missing(consequence: following.DocumentMissing, turn: Turn) -> None:
    """A document cannot be had: for the flow, or for a sound program."""
    (interpreter if consequence.purpose == "flow" else sound).document_missing(consequence, turn)


def sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A sound program came to its end."""
    done = SOUND_ENDED.get(consequence.sound.purpose)
    if done is not None:
        done(consequence, turn)


def asked_sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A callee has heard what it is asked."""
    if isinstance(consequence.owner, Call):
        dial.sound_over(consequence.owner, turn)


def queue_sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A queue's document ended: it said Leave, or there is nothing to hear."""
    if isinstance(consequence.owner, Call) and not consequence.failed:
        queue.asked_to_leave(consequence.owner, "leave", turn)


def served_sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A queue's call has heard what its agent's dial plays first."""
    if isinstance(consequence.owner, Call):
        queue.bridge(consequence.owner, turn)


def announced(consequence: following.SoundEnded, turn: Turn) -> None:
    """An announcement is over."""
    rooms.announced(consequence.sound, consequence.owner, turn, failed=consequence.failed)


SOUND_ENDED: dict[str, Callable[[following.SoundEnded, Turn], None]] = {
    "confirm_sound": asked_sound_ended,
    "queue_wait": queue_sound_ended,
    "queue_url": served_sound_ended,
    "announce": announced,
}

FOLLOWS: dict[type[Consequence], Callable[[Any, Turn], None]] = {
    following.EndCall: end_call,
    following.CallUp: call_up,
    following.CallGone: call_gone,
    following.ChannelLost: channel_lost,
    following.RecordingLost: recording_lost,
    following.DocumentReady: document_ready,
    following.DocumentMissing: document_missing,
    following.Proceed: interpreter.go_on,
    following.Conclude: interpreter.conclude,
    following.MemberOut: confer.member_out,
    following.LegRang: leg_rang,
    following.LegConfirmed: leg_confirmed,
    following.StartSound: sound.start,
    following.EndSound: sound.end,
    following.SoundEnded: sound_ended,
    following.SoundCollected: sound.collected,
    following.RecordingOver: record.recording_over,
}
