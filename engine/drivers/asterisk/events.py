"""What Asterisk says over its websocket: of its events those fields that the driver reads."""

from __future__ import annotations

import msgspec
from msgspec import Struct, field


class Party(Struct, frozen=True, gc=False):
    """Who is at an end of a channel."""

    name: str = ""
    number: str = ""


class Dialplan(Struct, frozen=True, gc=False):
    """Where in the dialplan a channel is; `exten` is what was dialled."""

    exten: str = ""


class Channel(Struct, frozen=True, gc=False):
    """One leg at the switch; `state` is Down, Ring, Ringing, Up or another of Asterisk's words."""

    id: str
    state: str = ""
    caller: Party = Party()
    dialplan: Dialplan = Dialplan()


class Playback(Struct, frozen=True, gc=False):
    """One playing; `state` is queued, playing, continuing, done, failed or paused."""

    id: str
    state: str = ""


class LiveRecording(Struct, frozen=True, gc=False):
    """One recording."""

    name: str


class Said(Struct, frozen=True, tag_field="type", gc=False):
    """One message of the websocket."""


class StasisStart(Said, frozen=True, gc=False):
    """A channel was handed to the application."""

    channel: Channel
    args: tuple[str, ...] = ()


class StasisEnd(Said, frozen=True, gc=False):
    """A channel left the application: it is gone, for all that concerns us."""

    channel: Channel


class ChannelDestroyed(Said, frozen=True, gc=False):
    """A channel is no more; `cause` as of Q.850."""

    channel: Channel
    cause: int = 0


class ChannelHangupRequest(Said, frozen=True, gc=False):
    """Somebody wants a channel to end; where it is `soft`, `cause` holds flags instead: who it is."""

    channel: Channel
    cause: int = 0
    soft: bool = False


class ChannelDtmfReceived(Said, frozen=True, gc=False):
    """A key was pressed."""

    channel: Channel
    digit: str


class ChannelTalkingStarted(Said, frozen=True, gc=False):
    """Somebody talks."""

    channel: Channel


class ChannelTalkingFinished(Said, frozen=True, gc=False):
    """Somebody has stopped talking."""

    channel: Channel


class ChannelHold(Said, frozen=True, gc=False):
    """The far end holds the line."""

    channel: Channel


class ChannelUnhold(Said, frozen=True, gc=False):
    """The far end is back."""

    channel: Channel


class Dial(Said, frozen=True, gc=False):
    """What becomes of a placed call; `dialstatus` is empty, RINGING, PROGRESS, ANSWER, BUSY or another."""

    peer: Channel
    dialstatus: str = ""


class PlaybackFinished(Said, frozen=True, gc=False):
    """A playing is over; its `state` says failed where it did not play."""

    playback: Playback


class RecordingFinished(Said, frozen=True, gc=False):
    """A recording is stored."""

    recording: LiveRecording


class RecordingFailed(Said, frozen=True, gc=False):
    """A recording came to nothing."""

    recording: LiveRecording


class ApplicationReplaced(Said, frozen=True, gc=False):
    """Another connection took our application over; nothing will be told here any more."""

    application: str = ""


class Response(Said, frozen=True, tag="RESTResponse", gc=False):
    """The reply to a request that went over the websocket."""

    request_id: str
    status: int = field(default=0, name="status_code")
    body: str = field(default="", name="message_body")


HEARD: tuple[type[Said], ...] = (
    StasisStart,
    StasisEnd,
    ChannelDestroyed,
    ChannelHangupRequest,
    ChannelDtmfReceived,
    ChannelTalkingStarted,
    ChannelTalkingFinished,
    ChannelHold,
    ChannelUnhold,
    Dial,
    PlaybackFinished,
    RecordingFinished,
    RecordingFailed,
    ApplicationReplaced,
)
TAGS = {kind.__name__: kind for kind in HEARD} | {"RESTResponse": Response}
_DECODERS = {tag: msgspec.json.Decoder(kind).decode for tag, kind in TAGS.items()}


class _Kind(Struct, frozen=True, gc=False):
    type: str


_kind = msgspec.json.Decoder(_Kind).decode


def decode(text: str | bytes) -> Said | None:
    """Read one message; None for what nobody here listens to. msgspec.MsgspecError for what is no message."""
    decoder = _DECODERS.get(_kind(text).type)
    return decoder(text) if decoder is not None else None
