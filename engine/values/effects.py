"""What to do: imperative, frozen; drivers perform them and answer with events.

An effect that will be answered carries `owner` (the call or conference that waits) and `id`; its
answer carries both back. A conference is named by its id, a call by its own.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.values.causes import EndCause, EndSource
from engine.values.words import snake

Fact = str | int | float | bool | None
Facts = dict[str, Fact]


class CallFacts(Struct, frozen=True, gc=False):
    """A frozen copy of what a customer may learn of a call at one instant; times in seconds of the run.

    `status` is queued, ringing, in_progress or ended; `role` is inbound, outbound, dialled or invited. `headers`
    are the SIP headers that it came or was placed with, `application` the vendor's id of the one it belongs to.
    """

    call: str
    account: str
    caller: str
    called: str
    direction: Literal["inbound", "outbound"]
    status: str
    role: str = "inbound"
    caller_name: str = ""
    parent: str = ""
    created_at: float = 0.0
    answered_at: float | None = None
    ended_at: float | None = None
    cause: EndCause | None = None
    source: EndSource | None = None
    purpose: str = ""  # what was being fetched, where a document was the cause
    machine: bool | None = None
    headers: tuple[tuple[str, str], ...] = ()
    forwarded_from: str = ""
    application: str = ""


class Effect(Struct, frozen=True, tag_field="effect", tag=snake):
    """One thing to do."""


class Answer(Effect, frozen=True, tag=snake, gc=False):
    """Answer the call; told by CallAnswered."""

    call: str


class StartEarlyMedia(Effect, frozen=True, tag=snake, gc=False):
    """Let sound flow to a caller that is not answered."""

    call: str


class HangUp(Effect, frozen=True, tag=snake, gc=False):
    """End the channel; told by CallEnded. `cause` says why, so that the switch can word it (busy, rejected)."""

    call: str
    cause: EndCause


class PlaceCall(Effect, frozen=True, tag=snake, gc=False):
    """Ring somebody; told by CallRinging, CallAnswered or CallEnded. `timeout` s of ringing (0: the switch's own)."""

    call: str
    to: str
    caller: str = ""
    caller_name: str = ""
    kind: str = "number"
    timeout: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    account: str = ""
    parent: str = ""
    machine_detection: bool = False
    username: str = ""
    password: str = ""


class ConnectCalls(Effect, frozen=True, tag=snake, gc=False):
    """Let two calls talk to each other."""

    call: str
    other: str


class DisconnectCalls(Effect, frozen=True, tag=snake, gc=False):
    """Take two calls apart; both live on."""

    call: str
    other: str


class PlayMedia(Effect, frozen=True, tag=snake, gc=False):
    """Play a sound to a call, or to a whole room (`to` is the call or the conference).

    `media` is a URL, `beep:1`, `beep:2`, `music` (the built-in one), `ringback` or `silence`;
    `loop` 0 plays for ever; `over` leaves the talk audible; `seconds` cuts it (0: to the end); a
    member `but` of the room does not hear it.
    """

    owner: str
    id: str
    to: str
    media: str
    loop: int = 1
    over: bool = False
    purpose: str = "verb"
    seconds: float = 0.0
    but: str = ""


class SpeakText(Effect, frozen=True, tag=snake, gc=False):
    """Speak a text to a call, or to a whole room; fields as of PlayMedia."""

    owner: str
    id: str
    to: str
    text: str
    voice: str = ""
    language: str = ""
    loop: int = 1
    over: bool = False
    purpose: str = "verb"
    ssml: str = ""
    but: str = ""


class StopMedia(Effect, frozen=True, tag=snake, gc=False):
    """Stop one play or speech; nothing is told."""

    owner: str
    id: str


class SendDigits(Effect, frozen=True, tag=snake, gc=False):
    """Send DTMF to the far end; told by PlaybackEnded."""

    owner: str
    id: str
    call: str
    digits: str


class StartRecording(Effect, frozen=True, tag=snake, gc=False):
    """Record a call or a room; told by RecordingStarted and RecordingEnded.

    `silence` s of silence and `max_length` s end it (0: neither). `source` is whose wish it is, as in values.flow.
    """

    owner: str
    id: str
    of: str
    format: str = "mp3"
    channels: str = "mono"
    max_length: float = 0.0
    silence: float = 0.0
    beep: bool = False
    trim: bool = False
    source: str = ""


class PauseRecording(Effect, frozen=True, tag=snake, gc=False):
    """Pause a recording."""

    owner: str
    id: str


class ResumeRecording(Effect, frozen=True, tag=snake, gc=False):
    """Go on with a recording."""

    owner: str
    id: str


class StopRecording(Effect, frozen=True, tag=snake, gc=False):
    """Stop a recording; told by RecordingEnded."""

    owner: str
    id: str


class JoinConference(Effect, frozen=True, tag=snake, gc=False):
    """Put a call into a room with these flags; told by MemberJoined or JoinFailed.

    `waiting`: the room has not begun, the member hears and is heard by nobody. `coach` is the call
    that it coaches. `relay` lets its keys be heard by the others.
    """

    call: str
    conference: str
    id: str
    muted: bool = False
    deaf: bool = False
    waiting: bool = False
    coach: str = ""
    relay: bool = True


class LeaveConference(Effect, frozen=True, tag=snake, gc=False):
    """Take a call out of a room; told by MemberLeft."""

    call: str
    conference: str


class SeatMembers(Effect, frozen=True, tag=snake, gc=False):
    """The room begins: waiting calls take part now."""

    conference: str
    calls: tuple[str, ...]


class MuteMembers(Effect, frozen=True, tag=snake, gc=False):
    """Close (or open) what members say."""

    conference: str
    calls: tuple[str, ...]
    on: bool


class DeafenMembers(Effect, frozen=True, tag=snake, gc=False):
    """Close (or open) what members hear of the room."""

    conference: str
    calls: tuple[str, ...]
    on: bool


class HoldMembers(Effect, frozen=True, tag=snake, gc=False):
    """Isolate members, or give them back to the room."""

    conference: str
    calls: tuple[str, ...]
    on: bool


class CoachMember(Effect, frozen=True, tag=snake, gc=False):
    """From now on `call` is heard by `target` alone (empty: by everybody)."""

    conference: str
    call: str
    target: str


class FetchDocument(Effect, frozen=True, tag=snake, gc=False):
    """One attempt to fetch a document; told by DocumentFetched.

    `kind` says what is fetched (answer, action_collect, wait_sound, …), `about` the call, `facts`
    what the request's parameters are worded from; `timeout` bounds the attempt and `connect` its
    beginning, in seconds (0: no bound of its own).
    """

    owner: str
    id: str
    url: str
    method: str
    kind: str
    tongue: str
    about: CallFacts | None = None
    facts: Facts = {}
    timeout: float = 15.0
    connect: float = 0.0


class SendCallback(Effect, frozen=True, tag=snake, gc=False):
    """Tell the customer something; `kind` and `facts` are worded by the dialect `tongue`.

    `conference` and `sequence` order the callbacks of one room; `id` is the idempotency key.
    """

    owner: str
    id: str
    url: str
    method: str
    kind: str
    tongue: str
    about: CallFacts | None = None
    facts: Facts = {}
    conference: str = ""
    at: float = 0.0


class SetTimer(Effect, frozen=True, tag=snake, gc=False):
    """Ring at `at`; replaces the timer of the same key."""

    key: str
    at: float
    generation: int


class CancelTimer(Effect, frozen=True, tag=snake, gc=False):
    """Forget the timer of that key."""

    key: str


class Receipt(Effect, frozen=True, tag=snake, gc=False):
    """What one command changed, target by target; `refused` (a word) where nothing was done at all.

    Targets are call ids, unknown ones as they were asked. `facts` carries what replies need besides
    (recording ids, call ids); `sequence` numbers the receipts of the exchange.
    """

    id: str
    command: str
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    refused: str = ""
    sequence: int = 0
    facts: Facts = {}


class RecordCallEnd(Effect, frozen=True, tag=snake, gc=False):
    """A call has left the exchange: its last facts."""

    about: CallFacts


class RecordConferenceEnd(Effect, frozen=True, tag=snake, gc=False):
    """A conference has left the exchange: its last facts (times in seconds of the run)."""

    conference: str
    account: str
    name: str
    why: str
    created_at: float
    started_at: float | None
    ended_at: float
    ended_by: str = ""
    members: int = 0
    definition: str = ""


class ForgetRecording(Effect, frozen=True, tag=snake, gc=False):
    """Drop a stored recording; nothing is told."""

    id: str


class Fault(Effect, frozen=True, tag=snake, gc=False):
    """A bug of ours was contained: that call or room ended, everything else goes on."""

    owner: str
    error: str


class Noted(Effect, frozen=True, tag=snake, gc=False):
    """One line of the timeline; only where the exchange is watched. `what` is one of `words.WHATS`."""

    what: str
    call: str = ""
    conference: str = ""
    facts: Facts = {}


AnyEffect = (
    Answer
    | StartEarlyMedia
    | HangUp
    | PlaceCall
    | ConnectCalls
    | DisconnectCalls
    | PlayMedia
    | SpeakText
    | StopMedia
    | SendDigits
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | JoinConference
    | LeaveConference
    | SeatMembers
    | MuteMembers
    | DeafenMembers
    | HoldMembers
    | CoachMember
    | FetchDocument
    | SendCallback
    | SetTimer
    | CancelTimer
    | Receipt
    | RecordCallEnd
    | RecordConferenceEnd
    | ForgetRecording
    | Fault
    | Noted
)
