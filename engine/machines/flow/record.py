"""The Record verb: wait for the recording's end, or let it run beside the flow."""

from __future__ import annotations

from engine.machines import recording as recordings
from engine.machines.consequences import Conclude, Proceed, RecordingOver
from engine.machines.fetch import resolve
from engine.machines.flow.interpreter import had_input
from engine.machines.models import Call, Recorded, Recording
from engine.machines.recording import RECORDING, recording_facts
from engine.machines.telling import tell
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.effects import Facts, PlayMedia
from engine.values.flow import Hook


def record(call: Call, verb: verbs.Record, turn: Turn) -> bool:
    """Record: in the background, from the next dial's answer, or now with a beep."""
    if verb.from_answer:
        call.record_dial = verb
        return early_action(call, verb, None, turn)
    if verb.background:
        made = start(call, verb, turn, for_verb=False)
        return early_action(call, verb, made, turn)
    if verb.beep:
        call.doing = Recorded()
        turn.do(PlayMedia(call.id, turn.await_id(call, "record_beep"), call.id, "beep:1", 1, purpose="beep"))
        return True
    begin_now(call, verb, turn)
    return True


def begin_now(call: Call, verb: verbs.Record, turn: Turn) -> None:
    """Start what the flow waits for; some vendors ask the action already now."""
    made = start(call, verb, turn, for_verb=True)
    call.doing = Recorded(made.id)
    if turn.rules_of[call.tongue].record_action == "start" and not verb.redirect and verb.action:
        tell(turn, call, Hook(resolve(call.base, verb.action), verb.action_method), "action_record",
             recording_facts(made))  # fmt: skip


def start(call: Call, verb: verbs.Record, turn: Turn, *, for_verb: bool) -> Recording:
    """Ask for the recording that the verb describes."""
    wish = recordings.wish_of(call, verb, verb.silence_timeout if for_verb else 0.0)
    return recordings.start(turn, call, call, wish, for_verb=for_verb)


def early_action(call: Call, verb: verbs.Record, made: Recording | None, turn: Turn) -> bool:
    """A background recording asks its action at once, with lengths not known."""
    if not verb.action:
        return False
    facts: Facts = recording_facts(made) if made is not None else {"recording_seconds": -1.0}
    turn.then(Conclude(call, "action_record", {**facts, "digits": ""}, "background"))
    return True


def beep_over(call: Call, turn: Turn) -> None:
    """The beep is over: record."""
    verb = call.verb
    if isinstance(verb, verbs.Record):
        begin_now(call, verb, turn)


def digit_pressed(call: Call, key: str, turn: Turn) -> bool:
    """A key while recording: it may end it; False where it is nothing to the recording."""
    state, verb = call.doing, call.verb
    if not isinstance(state, Recorded) or not isinstance(verb, verbs.Record):
        return False
    if key in verb.finish_on and state.recording:
        had_input(call)
        state.digits = key
        recording = turn.recordings.get(state.recording)
        if recording is not None:
            recording.why = "key"
            RECORDING.fire("stop", recording, None, turn)
    return True


def recording_over(consequence: RecordingOver, turn: Turn) -> None:
    """The recording that the flow waits for has its result."""
    call, recording = consequence.call, consequence.recording
    state, verb = call.doing, call.verb
    if not isinstance(state, Recorded) or not isinstance(verb, verbs.Record) or state.recording != recording.id:
        return
    rules = turn.rules_of[call.tongue]
    asked_before = rules.record_action == "start" and not verb.redirect
    if asked_before or (recording.state != "stored" and rules.empty_recording == "next"):
        turn.then(Proceed(call, "ended"))
        return
    facts = {**recording_facts(recording), "digits": state.digits}
    turn.then(Conclude(call, "action_record", facts, "digit" if state.digits else recording.why))


def broken_off(call: Call, turn: Turn) -> bool:
    """New instructions came: stop the recording; its result still comes."""
    state = call.doing
    recording = turn.recordings.get(state.recording) if isinstance(state, Recorded) else None
    if recording is not None:
        RECORDING.fire("stop", recording, None, turn)
    return False
