"""One recording of a call or a room: requested, recording, paused, stopping, and what came of it.

Results come when they are ready, even after the end of what was recorded, so a recording keeps all
that its callbacks say. A room's recording runs only while the room does: it never holds wait sounds.
"""

from __future__ import annotations

from typing import Any

from engine.machines.consequences import RecordingOver
from engine.machines.fetch import dialect_of, hook_at
from engine.machines.models import Call, Conference, Recording
from engine.machines.table import Row, table
from engine.machines.turn import Turn, facts_of
from engine.values import effects, verbs
from engine.values.effects import Facts, SendCallback
from engine.values.events import RecordingEnded
from engine.values.flow import Wish


def start(turn: Turn, owner: Call | Conference, call: Call | None, wish: Wish, *, for_verb: bool = False) -> Recording:
    """Ask the switch to record `owner`."""
    owner.ordinal += 1
    made = f"{owner.id}.{owner.ordinal}"
    recording = Recording(
        id=made,
        of=owner.id,
        source=wish.source,
        tongue=dialect_of(turn, owner, wish.tongue),
        kind="conference_record" if isinstance(owner, Conference) else "recording",
        for_verb=for_verb,
        hook=wish.hook,
        events=wish.events,
        format=wish.format,
        channels=wish.channels,
        call=call.id if call is not None else "",
        about=facts_of(call) if call is not None else None,
        started_at=turn.at,
        send_url=wish.send_url,
    )
    turn.recordings[made] = recording
    if call is not None:
        call.recorded = (*call.recorded, made)
    turn.do(
        effects.StartRecording(
            owner.id,
            made,
            owner.id,
            wish.format,
            wish.channels,
            wish.max_length,
            wish.silence,
            wish.beep,
            wish.trim,
            wish.source,
        )
    )
    return recording


def wish_of(call: Call, verb: verbs.Record, silence: float = 0.0) -> Wish:
    """How a recording verb wants the call recorded."""
    return Wish(
        source="record_verb",
        hook=hook_at(call, verb.callback, verb.callback_method),
        events=verb.callback_events,
        format=verb.format,
        channels=verb.channels or "mono",
        max_length=verb.max_length,
        silence=silence,
        trim=verb.trim,
        send_url=verb.send_url,
    )


def recording_facts(recording: Recording) -> Facts:
    """What is told of a recording; lengths are -1 as long as they are not known."""
    done = recording.state in ("stored", "absent", "failed")
    return {
        **recording.said,
        "recording": recording.id,
        "recording_url": recording.url if recording.send_url else "",
        "recording_seconds": recording.seconds if done else -1.0,
        "recording_started_at": recording.started_at,
        "recording_ended_at": recording.ended_at if done else -1.0,
        "recording_status": STATUS.get(recording.state, "in_progress"),
        "recording_why": recording.why,
        "recording_channels": recording.channels,
        "recording_source": recording.source,
        "file_format": recording.format,
    }


STATUS = {"stored": "completed", "absent": "absent", "failed": "absent"}


def tell(recording: Recording, turn: Turn) -> None:
    """Tell the recording's callback of its status, where it asked for it."""
    facts = recording_facts(recording)
    word = str(facts["recording_status"]).replace("_", "-")
    if recording.hook is None or not recording.hook.url or word not in recording.events:
        return
    call = turn.calls.get(recording.call)
    about = facts_of(call) if call is not None else recording.about
    recording.told += 1
    made = f"{recording.id}.t{recording.told}"
    hook = recording.hook
    turn.do(
        SendCallback(
            recording.of, made, hook.url, hook.method, recording.kind, recording.tongue, about, facts, "", turn.at
        )
    )


def is_news(recording: Recording, event: Any, turn: Turn) -> bool:
    """Whether the recording was paused or stopped before the switch said that it runs."""
    return not recording.running


def runs(recording: Recording, event: Any, turn: Turn) -> None:
    """The switch records."""
    recording.running = True
    recording.started_at = turn.at
    if turn.watched:
        turn.note("recording_started", recording.call, "", recording=recording.id, source=recording.source)
    tell(recording, turn)


def pause(recording: Recording, event: Any, turn: Turn) -> None:
    """Pause it."""
    turn.do(effects.PauseRecording(recording.of, recording.id))
    if turn.watched:
        turn.note("recording_paused", recording.call, "", recording=recording.id)


def resume(recording: Recording, event: Any, turn: Turn) -> None:
    """Go on with it."""
    turn.do(effects.ResumeRecording(recording.of, recording.id))
    if turn.watched:
        turn.note("recording_resumed", recording.call, "", recording=recording.id)


def stop(recording: Recording, event: Any, turn: Turn) -> None:
    """Stop it; its result comes later."""
    turn.do(effects.StopRecording(recording.of, recording.id))


def is_absent(recording: Recording, event: RecordingEnded, turn: Turn) -> bool:
    """Whether no usable sound came of it."""
    return event.result == "absent"


def is_failed(recording: Recording, event: RecordingEnded, turn: Turn) -> bool:
    """Whether the switch could not record."""
    return event.result == "failed"


def keep(recording: Recording, event: RecordingEnded, turn: Turn) -> None:
    """The result is there: tell it, and let a verb that waits for it go on."""
    recording.ended_at, recording.seconds = turn.at, event.seconds
    recording.why, recording.url = recording.why or event.why, event.url
    if turn.watched:
        turn.note(
            "recording_ended",
            recording.call,
            "",
            recording=recording.id,
            result=event.result,
            seconds=event.seconds,
            why=recording.why,
        )
    tell(recording, turn)
    call = turn.calls.get(recording.of)
    if recording.for_verb and call is not None:
        turn.then(RecordingOver(call, recording))
    room = turn.rooms.get(recording.of)
    if room is not None and room.recording == recording.id:
        room.recording = ""
    turn.recordings.pop(recording.id, None)


ON = ("requested", "recording", "paused", "stopping")

RECORDING = table(
    "recording",
    states=(*ON, "stored", "absent", "failed"),
    final=("stored", "absent", "failed"),
    rows=(
        #   on                   source                                dest         do       when
        Row("recording_started", "requested",                          "recording", runs),
        Row("recording_started", ("paused", "stopping"),               None,        runs,    is_news),
        Row("recording_started", ("recording", "paused", "stopping"),  None),
        Row("pause",             ("requested", "recording"),           "paused",    pause),
        Row("pause",             ("paused", "stopping"),               None),
        Row("resume",            "paused",                             "recording", resume),
        Row("resume",            ("requested", "recording", "stopping"), None),
        Row("stop",              ("requested", "recording", "paused"), "stopping",  stop),
        Row("stop",              "stopping",                           None),
        Row("recording_ended",   ON,                                   "absent",    keep,    is_absent),
        Row("recording_ended",   ON,                                   "failed",    keep,    is_failed),
        Row("recording_ended",   ON,                                   "stored",    keep),
    ),
)  # fmt: skip
