"""What happened: past tense, frozen, in the order of `at` (seconds since the run's epoch).

The wire tag of an event is its class name in snake case, and it is the trigger's name in the state
tables. Tags are never renamed and fields are only added with defaults: a journal is for ever.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.values.commands import AnyCommand
from engine.values.flow import Hook
from engine.values.words import snake


class Event(Struct, frozen=True, tag_field="event", tag=snake):
    """Something that happened at `at` seconds."""

    at: float


class CallArrived(Event, frozen=True, tag=snake, gc=False):
    """Somebody calls one of the account's numbers; the channel rings.

    `conference` names a definition that the number leads into, instead of an answer document; `forwarded_from`
    the number that passed the call on; `application` the one that the number leads to, as its vendor calls it.
    """

    call: str
    caller: str
    called: str
    tongue: str
    account: str = ""
    answer: Hook | None = None
    fallback: Hook | None = None
    hangup: Hook | None = None
    status_events: tuple[str, ...] = ()
    caller_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    conference: str = ""
    forwarded_from: str = ""
    application: str = ""


class CallRinging(Event, frozen=True, tag=snake, gc=False):
    """A placed call rings at its callee; `early_media` when sound already flows."""

    call: str
    early_media: bool = False


class CallAnswered(Event, frozen=True, tag=snake, gc=False):
    """The call is up; `machine` when an answering machine took it (None: not known)."""

    call: str
    machine: bool | None = None


class CallEnded(Event, frozen=True, tag=snake, gc=False):
    """The channel is gone: by whoever ended it, or as the answer to a HangUp.

    `why` is hangup, busy, rejected, no_answer, unreachable or lost.
    """

    call: str
    why: str = "hangup"


class CallHeldFar(Event, frozen=True, tag=snake, gc=False):
    """The far end put the call on hold, or took it off hold."""

    call: str
    held: bool


class MachineDetected(Event, frozen=True, tag=snake, gc=False):
    """Answering-machine detection came to a result."""

    call: str
    machine: bool


class DigitPressed(Event, frozen=True, tag=snake, gc=False):
    """One DTMF key on one call."""

    call: str
    digit: str


class SpeechHeard(Event, frozen=True, tag=snake, gc=False):
    """A person said something, as text; `final` when the utterance is over."""

    call: str
    text: str
    confidence: float = 1.0
    final: bool = True


class TalkStarted(Event, frozen=True, tag=snake, gc=False):
    """A person began to talk."""

    call: str


class TalkStopped(Event, frozen=True, tag=snake, gc=False):
    """A person stopped talking; `silence` seconds of silence make it certain."""

    call: str


class PlaybackEnded(Event, frozen=True, tag=snake, gc=False):
    """A play, speech or sending of digits is over: `why` is ended, failed or stopped."""

    owner: str
    id: str
    why: str = "ended"


class DocumentFetched(Event, frozen=True, tag=snake, gc=False):
    """One attempt to fetch a document ended: `status` 0 and an `error` where no reply came.

    `error` is timeout, connect, too_large, refused or loop; `location` the address that finally answered.
    """

    owner: str
    id: str
    status: int = 200
    body: bytes = b""
    content_type: str = "application/xml"
    error: str = ""
    location: str = ""


class MemberJoined(Event, frozen=True, tag=snake, gc=False):
    """The switch has put the call into the conference."""

    call: str
    conference: str
    id: str


class JoinFailed(Event, frozen=True, tag=snake, gc=False):
    """The switch could not put the call into the conference."""

    call: str
    conference: str
    id: str


class MemberLeft(Event, frozen=True, tag=snake, gc=False):
    """The switch has let the call go from the conference."""

    call: str
    conference: str


class MemberChangeFailed(Event, frozen=True, tag=snake):
    """The switch could not make an intent real: `change` is mute, deaf, hold or coach."""

    call: str
    conference: str
    change: str


class RecordingStarted(Event, frozen=True, tag=snake, gc=False):
    """A recording runs."""

    owner: str
    id: str


class RecordingEnded(Event, frozen=True, tag=snake):
    """A recording is stored, absent (no usable audio) or failed.

    `seconds` of sound without pauses; `why` is stopped, silence, max_length, hangup or failed.
    """

    owner: str
    id: str
    result: Literal["stored", "absent", "failed"] = "stored"
    seconds: float = 0.0
    why: str = "stopped"
    url: str = ""


class TimerRang(Event, frozen=True, tag=snake, gc=False):
    """A timer of that generation ran out."""

    key: str
    generation: int


class SwitchWasLost(Event, frozen=True, tag=snake, gc=False):
    """The switch is gone, and every channel with it."""


class CallbackDelivered(Event, frozen=True, tag=snake):
    """A callback was delivered, or finally failed (`status` 0 or beyond 299)."""

    owner: str
    id: str
    status: int


class CommandGiven(Event, frozen=True, tag=snake):
    """A customer's command, already validated in form; `id` comes back on its receipt."""

    id: str
    command: AnyCommand


AnyEvent = (
    CallArrived
    | CallRinging
    | CallAnswered
    | CallEnded
    | CallHeldFar
    | MachineDetected
    | DigitPressed
    | SpeechHeard
    | TalkStarted
    | TalkStopped
    | PlaybackEnded
    | DocumentFetched
    | MemberJoined
    | JoinFailed
    | MemberLeft
    | MemberChangeFailed
    | RecordingStarted
    | RecordingEnded
    | TimerRang
    | SwitchWasLost
    | CallbackDelivered
    | CommandGiven
)
