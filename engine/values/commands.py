"""What a customer asks: imperative, frozen; the wire tag is the word of `do` in a scenario.

Rooms are named by account and name, or by the room's own id as `room` (without an account also as
`conference`); members by call id, member number or label; `("all",)` means every member. None means "leave as it is".
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.values.flow import Hook, Wish

ALL = ("all",)


class Command(Struct, frozen=True, kw_only=True, tag_field="do"):
    """One thing a customer asks of the exchange."""


class MemberCommand(Command, frozen=True, kw_only=True):
    """A command to members of one room."""

    conference: str = ""
    account: str = ""
    room: str = ""
    members: tuple[str, ...] = ALL


class KickMember(MemberCommand, frozen=True, kw_only=True, tag="kick"):
    """Take members out of the room; their flows go on as their dialect says."""


class HangUpMember(MemberCommand, frozen=True, kw_only=True, tag="hang_up_member"):
    """End the calls of members."""


class UpdateMember(MemberCommand, frozen=True, kw_only=True, tag="update_member"):
    """Change what members may say, hear and cause, all at once.

    `coach` is a member to coach, an empty string for nobody. `hold_sound` is played to a held
    member (empty: built-in music); `announce` is fetched and played to each member.
    """

    muted: bool | None = None
    deaf: bool | None = None
    held: bool | None = None
    hold_sound: Hook | None = None
    coach: str | None = None
    end_on_exit: bool | None = None
    beep_on_exit: bool | None = None
    wait_sound: Hook | None = None
    announce: Hook | None = None


class PlayToMember(MemberCommand, frozen=True, kw_only=True, tag="play"):
    """Play a sound to members over the talk; `all` is one room sound."""

    url: str
    loop: int = 1


class StopPlayToMember(MemberCommand, frozen=True, kw_only=True, tag="stop_play"):
    """Stop what `play` started with the same targets."""


class SpeakToMember(MemberCommand, frozen=True, kw_only=True, tag="speak"):
    """Speak a text to members over the talk; `all` is one room sound."""

    text: str
    voice: str = ""
    language: str = ""


class StopSpeakToMember(MemberCommand, frozen=True, kw_only=True, tag="stop_speak"):
    """Stop what `speak` started with the same targets."""


class RoomCommand(Command, frozen=True, kw_only=True):
    """A command to one room."""

    conference: str = ""
    account: str = ""
    room: str = ""


class Announce(RoomCommand, frozen=True, kw_only=True, tag="announce"):
    """Fetch a document or sound and play it to the whole room."""

    sound: Hook


class LockConference(RoomCommand, frozen=True, kw_only=True, tag="lock"):
    """Let nobody else in (`locked` false: open again)."""

    locked: bool = True


class RecordConference(RoomCommand, frozen=True, kw_only=True, tag="start_recording"):
    """Record the room; `callback` is told at the end, in the dialect `tongue` where that is not the room's own."""

    format: str = "mp3"
    callback: Hook | None = None
    max_length: float = 0.0
    tongue: str = ""


class PauseRecording(RoomCommand, frozen=True, kw_only=True, tag="pause_recording"):
    """Pause the room's recording."""


class ResumeRecording(RoomCommand, frozen=True, kw_only=True, tag="resume_recording"):
    """Go on with the room's paused recording."""


class StopRecording(RoomCommand, frozen=True, kw_only=True, tag="stop_recording"):
    """Stop the room's recording."""


class EndConference(RoomCommand, frozen=True, kw_only=True, tag="end_conference"):
    """End the room; what its members do next is the API row of their dialect."""


class EndAllConferences(Command, frozen=True, kw_only=True, tag="end_all_conferences"):
    """End every room of an account."""

    account: str = ""


class InviteMember(RoomCommand, frozen=True, kw_only=True, tag="invite"):
    """Dial somebody into the room (created when there is none); `call` is the new call's id.

    `record` records that leg from its answer on (true, in journals of old: the room, told to `callback`);
    `record_conference` the room, from when it runs. `username` and `password` are for a SIP address; `application` is
    the vendor's id of the one that the call belongs to.
    """

    call: str
    to: str
    caller: str = ""
    caller_name: str = ""
    tongue: str = ""
    timeout: float = 0.0
    time_limit: float = 0.0
    label: str = ""
    moderator: bool = False
    muted: bool = False
    beep: Literal["none", "both", "enter", "exit"] = "both"
    starts: bool = True
    ends: bool = False
    early_media: bool = False
    max_members: int | None = None
    wait_sound: Hook | None = None
    coach: str = ""
    record: Wish | bool | None = False
    record_conference: Wish | None = None
    callback: Hook | None = None
    callback_events: tuple[str, ...] = ()
    status: Hook | None = None
    status_events: tuple[str, ...] = ("completed",)
    machine_detection: Literal["", "true", "hangup"] = ""
    machine_hook: Hook | None = None
    send_digits: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    username: str = ""
    password: str = ""
    application: str = ""


class DefineConference(Command, frozen=True, kw_only=True, tag="define_conference"):
    """Store or change a definition that callers may dial into; None leaves a field as it is.

    `reset` names fields that get their defaults back, before the given ones are set. `more` is JSON of an
    object that is only kept.
    """

    id: str
    account: str = ""
    name: str | None = None
    member_pins: tuple[str, ...] | None = None
    moderator_pins: tuple[str, ...] | None = None
    max_members: int | None = None
    profile: Literal["default", "large", "webinar"] | None = None
    play_entry_tone: bool | None = None
    play_exit_tone: bool | None = None
    wait_for_moderator: bool | None = None
    more: str | None = None
    reset: tuple[str, ...] = ()


class ForgetConference(Command, frozen=True, kw_only=True, tag="forget_conference"):
    """Remove a definition; its live room ends."""

    id: str


class QueueCommand(Command, frozen=True, kw_only=True):
    """A command to one queue of an account, by its name."""

    name: str
    account: str = ""


class DefineQueue(QueueCommand, frozen=True, kw_only=True, tag="define_queue"):
    """Make a queue, or change how many calls may wait in it: `max_size` (0: no bound of its own)."""

    max_size: int = 0


class ForgetQueue(QueueCommand, frozen=True, kw_only=True, tag="forget_queue"):
    """Remove a queue in which nobody waits."""


class MakeCall(Command, frozen=True, kw_only=True, tag="make_call"):
    """Place a call; its flow starts with the answer. `call` is the new call's id; times in seconds.

    `record` records it from the answer on; `username` and `password` are for a SIP address; `application` is the
    vendor's id of the one that the call belongs to.
    """

    call: str
    to: str
    caller: str
    tongue: str
    account: str = ""
    answer: Hook | None = None
    document: bytes = b""
    fallback: Hook | None = None
    ring: Hook | None = None
    hangup: Hook | None = None
    status_events: tuple[str, ...] = ()
    caller_name: str = ""
    send_digits: str = ""
    send_on_preanswer: bool = False
    ring_timeout: float = 0.0
    time_limit: float = 0.0
    hangup_on_ring: float = 0.0
    machine_detection: Literal["", "true", "hangup"] = ""
    machine_hook: Hook | None = None
    headers: tuple[tuple[str, str], ...] = ()
    record: Wish | None = None
    username: str = ""
    password: str = ""
    application: str = ""


class CallCommand(Command, frozen=True, kw_only=True):
    """A command to one live call."""

    call: str


class CancelCall(CallCommand, frozen=True, kw_only=True, tag="cancel_call"):
    """Take back a call that was not answered yet."""


class HangUpCall(CallCommand, frozen=True, kw_only=True, tag="hang_up_call"):
    """End a call."""


class HangUpAllCalls(Command, frozen=True, kw_only=True, tag="hang_up_all_calls"):
    """End every call of an account."""

    account: str = ""


class TransferCall(CallCommand, frozen=True, kw_only=True, tag="transfer"):
    """Give live legs a new document: `legs` is aleg, bleg or both; inline `document` instead of a URL.

    `tongue` is the dialect it is written in, where that is not the call's own.
    """

    legs: Literal["aleg", "bleg", "both"] = "aleg"
    aleg: Hook | None = None
    bleg: Hook | None = None
    document: bytes = b""
    fallback: Hook | None = None
    tongue: str = ""


class UpdateCall(CallCommand, frozen=True, kw_only=True, tag="update_call"):
    """Change where the status of a call is told and which events are; a first address is told of the end alone."""

    status: Hook | None = None
    status_events: tuple[str, ...] | None = None


class PlayOnCall(CallCommand, frozen=True, kw_only=True, tag="play_on_call"):
    """Play sounds on a live call's legs; `length` s at most (0: to the end); `mix` false silences the talk."""

    urls: tuple[str, ...]
    legs: Literal["aleg", "bleg", "both"] = "aleg"
    length: float = 0.0
    loop: bool = False
    mix: bool = True


class StopPlayOnCall(CallCommand, frozen=True, kw_only=True, tag="stop_play_on_call"):
    """Stop what `play_on_call` started."""


class SpeakOnCall(CallCommand, frozen=True, kw_only=True, tag="speak_on_call"):
    """Speak on a live call's legs."""

    text: str
    voice: str = ""
    language: str = ""
    legs: Literal["aleg", "bleg", "both"] = "aleg"
    loop: bool = False
    mix: bool = True


class StopSpeakOnCall(CallCommand, frozen=True, kw_only=True, tag="stop_speak_on_call"):
    """Stop what `speak_on_call` started."""


class SendDigitsOnCall(CallCommand, frozen=True, kw_only=True, tag="send_digits"):
    """Send DTMF on a leg of a live call."""

    digits: str
    leg: Literal["aleg", "bleg", "both"] = "aleg"


class RecordCall(CallCommand, frozen=True, kw_only=True, tag="record_call"):
    """Record a live call in the background for `max_length` s at most (0: without end).

    `callback` is told of the states in `callback_events`, with the recording's address where `send_url` says so, in
    the dialect `tongue` where that is not the call's own.
    """

    max_length: float = 60.0
    format: str = "mp3"
    channels: str = "mono"
    callback: Hook | None = None
    callback_events: tuple[str, ...] = ("completed",)
    beep: bool = False
    send_url: bool = True
    tongue: str = ""


class StopRecordCall(CallCommand, frozen=True, kw_only=True, tag="stop_record_call"):
    """Stop the recordings of a live call."""


class ForgetRecording(Command, frozen=True, kw_only=True, tag="forget_recording"):
    """Drop a recording that is stored; `recording` is its id. One that still runs is refused."""

    recording: str


class ShutDown(Command, frozen=True, kw_only=True, tag="shut_down"):
    """End everything, as the service does when it goes."""


AnyCommand = (
    KickMember
    | HangUpMember
    | UpdateMember
    | PlayToMember
    | StopPlayToMember
    | SpeakToMember
    | StopSpeakToMember
    | Announce
    | LockConference
    | RecordConference
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | EndConference
    | EndAllConferences
    | InviteMember
    | DefineConference
    | ForgetConference
    | DefineQueue
    | ForgetQueue
    | MakeCall
    | CancelCall
    | HangUpCall
    | HangUpAllCalls
    | TransferCall
    | UpdateCall
    | PlayOnCall
    | StopPlayOnCall
    | SpeakOnCall
    | StopSpeakOnCall
    | SendDigitsOnCall
    | RecordCall
    | StopRecordCall
    | ForgetRecording
    | ShutDown
)
