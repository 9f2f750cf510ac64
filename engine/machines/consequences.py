"""What follows inside the exchange: the internal events by which one machine moves another."""

from __future__ import annotations

from msgspec import field

from engine.machines.models import Call, Conference, Member, Recording, Sound
from engine.machines.turn import Consequence
from engine.values.causes import EndCause, EndSource, ExitCause
from engine.values.effects import Facts
from engine.values.flow import Flow, Hook
from engine.values.verbs import AnyVerb


class EndCall(Consequence, frozen=True, gc=False):
    """The call is to end."""

    call: Call
    cause: EndCause
    source: EndSource
    purpose: str = ""


class ChannelLost(Consequence, frozen=True, gc=False):
    """The call's channel vanished with its switch."""

    call: Call


class RecordingLost(Consequence, frozen=True, gc=False):
    """The recording vanished with its switch."""

    recording: Recording


class CallUp(Consequence, frozen=True, gc=False):
    """The call was answered."""

    call: Call


class CallGone(Consequence, frozen=True, gc=False):
    """The call ended; whatever it was part of lets it go."""

    call: Call


class DocumentReady(Consequence, frozen=True, gc=False):
    """A document was fetched and read, for the flow or a sound program of `call`."""

    owner: Call | Conference
    purpose: str
    flow: Flow
    url: str


class DocumentMissing(Consequence, frozen=True, gc=False):
    """A document could not be had; `blame` says which kind it was."""

    owner: Call | Conference
    purpose: str
    cause: EndCause
    blame: str


class Proceed(Consequence, frozen=True, gc=False):
    """The verb at hand is over: the flow of `call` goes on at its next element."""

    call: Call
    why: str = "ended"


class Conclude(Consequence, frozen=True, gc=False):
    """A verb has its result: its action is asked, or the flow goes on."""

    call: Call
    kind: str
    facts: Facts
    why: str = "ended"


class MemberOut(Consequence, frozen=True, gc=False):
    """The call is no member any more; `member` is None where it never was one."""

    call: Call
    cause: ExitCause
    room: Conference | None = None
    member: Member | None = None
    name: str = ""


class LegRang(Consequence, frozen=True, gc=False):
    """A dialled leg rings."""

    leg: Call


class LegConfirmed(Consequence, frozen=True, gc=False):
    """A dialled leg has heard the document that it runs before it is joined."""

    leg: Call


class StartSound(Consequence, frozen=True, gc=False):
    """A sound program is to run beside the call's flow: a URL's document, a bare medium, or given verbs."""

    owner: Call | Conference
    purpose: str
    to: str
    call: str
    ask: Hook | None = None
    media: str = ""
    loops: bool = False
    over: bool = False
    facts: Facts = field(default_factory=dict)
    verbs: tuple[AnyVerb, ...] = ()
    but: str = ""


class EndSound(Consequence, frozen=True, gc=False):
    """A sound program is to end."""

    owner: Call | Conference
    purpose: str


class SoundEnded(Consequence, frozen=True, gc=False):
    """A sound program came to its end by itself."""

    sound: Sound
    owner: Call | Conference
    failed: bool = False


class SoundCollected(Consequence, frozen=True):
    """A collecting verb of a sound program is over: its result, if any, goes to `action`.

    An empty address is the document's own, where the dialect says so.
    """

    sound: Sound
    owner: Call
    kind: str = ""
    action: Hook | None = None
    facts: Facts = field(default_factory=dict)


class RecordingOver(Consequence, frozen=True, gc=False):
    """A recording that a verb waits for came to its end."""

    call: Call
    recording: Recording
