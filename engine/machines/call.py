"""One call, from queued or ringing to ended.

Whoever wants a call over says so as a consequence (EndCall); the first cause stands. The call is
then *ending* until the switch says that the channel is gone, and only then is it ended. A channel
may also vanish by itself, in any state. What a call was part of (a room, a dial, a queue) hears of
its end as a consequence and lets it go, before the call leaves the exchange.
"""

from __future__ import annotations

from typing import Any

from engine.machines import recording as recordings
from engine.machines.consequences import CallGone, CallUp, EndCall, LegRang
from engine.machines.models import Call
from engine.machines.table import Row, table
from engine.machines.telling import tell, tell_status
from engine.machines.turn import Turn, facts_of
from engine.values.causes import CHANNEL_ENDS, EndSource
from engine.values.effects import HangUp, RecordCallEnd, SendDigits
from engine.values.events import CallAnswered, CallEnded, CallRinging


def tell_ringing(call: Call, event: CallRinging, turn: Turn) -> None:
    """A placed call rings: tell who asked to know."""
    if turn.watched:
        turn.note("call_ringing", call.id)
    tell(turn, call, call.ring, "ring")
    tell_status(turn, call, "ringing")
    if event.early_media and call.send_on_preanswer:
        send_first_digits(call, turn)
    if call.hangup_on_ring:
        turn.set_timer(call, "limit", turn.at + call.hangup_on_ring)
    if call.role == "dialled":
        turn.then(LegRang(call))


def take_up(call: Call, event: CallAnswered, turn: Turn) -> None:
    """The call is up: start its limit and let its flow, dial or room know."""
    call.answered_at = turn.at
    if turn.watched:
        turn.note("call_answered", call.id)
    if call.timers:
        turn.cancel_timer(call, "ring")
    if call.time_limit:
        turn.set_timer(call, "limit", turn.at + call.time_limit)
    if call.role != "inbound":
        tell_status(turn, call, "answered")
        if not call.send_on_preanswer:
            send_first_digits(call, turn)
    if event.machine is not None:
        machine_found(call, event, turn)
    if call.record is not None:
        recordings.start(turn, call, call, call.record)
    turn.then(CallUp(call))


def send_first_digits(call: Call, turn: Turn) -> None:
    """Send the digits that the call was placed with."""
    if call.send_digits:
        turn.do(SendDigits(call.id, turn.await_id(call, "ignored"), call.id, call.send_digits))
        call.send_digits = ""


def hang_up(call: Call, event: EndCall, turn: Turn) -> None:
    """Stop everything the call does by itself and ask the switch to end the channel."""
    blame(call, event)
    quieten(call, turn)
    turn.do(HangUp(call.id, event.cause))


def blame(call: Call, event: EndCall) -> None:
    """Keep why the call ends; the first cause stands."""
    if call.cause is None:
        call.cause, call.source, call.purpose = event.cause, event.source, event.purpose


def quieten(call: Call, turn: Turn) -> None:
    """From now on the call waits for nothing but its end."""
    call.awaits.clear()
    call.running = False
    call.fetch = None
    call.sounds = None
    if call.timers:
        turn.cancel_timers(call)


def release(call: Call, event: CallEnded, turn: Turn) -> None:
    """The channel is gone: let everything that knows the call let it go."""
    call.ended_at = turn.at
    if call.cause is None:
        call.cause = CHANNEL_ENDS.get(event.why, "lost")
        call.source = ender(call, event.why)
    quieten(call, turn)
    turn.then(CallGone(call))


def ender(call: Call, why: str) -> EndSource:
    """Who is behind the end of a channel that we did not end."""
    if why in ("lost", "unreachable"):
        return "carrier"
    if why == "no_answer":
        return "platform"
    return "caller" if call.role == "inbound" else "callee"


def forget(call: Call, turn: Turn) -> None:
    """Say that the call is over, and leave."""
    if turn.watched:
        turn.note("call_ended", call.id, "", cause=call.cause, source=call.source, purpose=call.purpose)
    if call.hangup is not None:
        tell(turn, call, call.hangup, "hangup")
    if call.status is not None:
        tell_status(turn, call, "completed")
    turn.do(RecordCallEnd(facts_of(call)))
    turn.calls.pop(call.id, None)


def machine_found(call: Call, event: Any, turn: Turn) -> None:
    """Answering-machine detection has spoken: tell, and hang up where that was asked."""
    call.machine = event.machine
    if turn.watched:
        turn.note("machine_detected", call.id, "", machine=event.machine)
    ends = event.machine and call.machine_detection == "hangup"
    tell(turn, call, call.machine_hook, "machine_detection", {"machine": event.machine, "ends": ends})
    tell_status(turn, call, "amd", machine=event.machine)
    if ends:
        turn.then(EndCall(call, "machine", "platform"))


def known_already(call: Call, event: Any, turn: Turn) -> bool:
    """Whether the answer brought the same result before."""
    return bool(call.machine == event.machine)


LIVE = ("queued", "ringing", "up", "ending")

CALL = table(
    "call",
    states=("queued", "ringing", "up", "ending", "ended"),
    final=("ended",),
    rows=(
        #   on                  source                        dest       do             when
        Row("call_ringing",     "queued",                     "ringing", tell_ringing),
        Row("call_ringing",     ("ringing", "up", "ending"),  None),
        Row("call_answered",    ("queued", "ringing"),        "up",      take_up),
        Row("call_answered",    ("up", "ending"),             None),
        Row("machine_detected", ("queued", "ringing", "up"),  None,      None,          known_already),
        Row("machine_detected", ("queued", "ringing", "up"),  None,      machine_found),
        Row("machine_detected", "ending",                     None),
        Row("end_call",         ("queued", "ringing", "up"),  "ending",  hang_up),
        Row("end_call",         "ending",                     None),
        Row("call_ended",       LIVE,                         "ended",   release),
    ),
)  # fmt: skip
