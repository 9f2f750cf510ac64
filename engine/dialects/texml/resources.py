"""The bodies of TeXML's replies, as its pages list their keys (TeXML 1.3 to 1.8)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

API = "v2/texml"

ConferenceStatus = Literal["init", "in-progress", "completed"]
ParticipantStatus = Literal["connecting", "connected", "completed"]
CallStatus = Literal["queued", "ringing", "in-progress", "canceled", "completed", "failed", "busy", "no-answer"]
RecordingSource = Literal[
    "DialVerb",
    "Conference",
    "OutboundAPI",
    "Trunking",
    "RecordVerb",
    "StartCallRecordingAPI",
    "StartConferenceRecordingAPI",
]
EndReason = Literal[
    "participant-with-end-conference-on-exit-left",
    "last-participant-left",
    "conference-ended-via-api",
    "time-exceeded",
]


class ConferenceResource(Struct, frozen=True, kw_only=True):
    """A conference, live or ended; dates are RFC 2822 (TeXML 1.4)."""

    sid: str
    account_sid: str
    api_version: str = API
    friendly_name: str
    status: ConferenceStatus
    reason_conference_ended: EndReason | None
    call_sid_ending_conference: str | None
    region: str
    date_created: str
    date_updated: str
    subresource_uris: dict[str, str]
    uri: str


class NewParticipantResource(Struct, frozen=True, kw_only=True):
    """A participant that was just dialled (TeXML 1.5)."""

    account_sid: str
    call_sid: str
    conference_sid: str
    status: ParticipantStatus
    muted: bool
    hold: bool
    coaching: bool
    coaching_call_sid: str | UnsetType = UNSET
    end_conference_on_exit: bool
    uri: str


class ParticipantResource(NewParticipantResource, frozen=True, kw_only=True):
    """A participant; the legacy sids are the same today (TeXML 1.5)."""

    api_version: str = API
    call_sid_legacy: str
    coaching_call_sid_legacy: str | UnsetType = UNSET
    date_created: str
    date_updated: str


class NewCall(Struct, frozen=True, kw_only=True):
    """A call that was just placed: what either address for that answers (TeXML 7 A28)."""

    from_: str = field(name="from")
    to: str
    status: Literal["queued"] = "queued"
    sid: str
    call_sid: str


class CallResource(Struct, frozen=True, kw_only=True):
    """A call, live or ended; `duration` in seconds, dates RFC 2822 (TeXML 1.7)."""

    sid: str
    account_sid: str
    uri: str
    status: CallStatus
    direction: Literal["inbound", "outbound"]
    from_: str = field(name="from")
    from_formatted: str
    to: str
    to_formatted: str
    caller_name: str
    answered_by: Literal["human", "machine", "not_sure"] | None
    date_created: str
    date_updated: str
    start_time: str | None
    end_time: str | None
    duration: str | None
    price: str | None = None
    price_unit: str = "USD"


class ConferenceRecording(Struct, frozen=True, kw_only=True):
    """A recording in a conference's older list; dates RFC 2822 (TeXML 1.6)."""

    sid: str
    account_sid: str
    call_sid: str | None
    conference_sid: str | None
    channels: int
    date_created: str
    date_updated: str
    start_time: str
    duration: int | None
    error_code: str | None
    media_url: str | None
    source: RecordingSource
    status: Literal["processing", "absent", "completed", "deleted"]
    subresource_uris: dict[str, str]
    uri: str


class RecordingFacts(Struct, frozen=True, kw_only=True):
    """What is told of a recording wherever it is; dates ISO 8601 (TeXML 1.6)."""

    sid: str
    account_sid: str
    call_sid: str | None
    conference_sid: str | None
    channels: Literal[1, 2]
    date_created: str
    date_updated: str
    start_time: str
    duration: str | None
    error_code: str | None
    source: RecordingSource
    uri: str


class NewRecording(RecordingFacts, frozen=True, kw_only=True):
    """A recording of a call that was just begun or changed (TeXML 1.6)."""

    price: str | None = None
    price_unit: str = "USD"
    track: Literal["inbound", "outbound", "both"] = "both"


class Recording(RecordingFacts, frozen=True, kw_only=True):
    """A recording in the newer lists, and by its sid (TeXML 1.6)."""

    media_url: str | None
    status: Literal["in-progress", "completed", "paused", "stopped"]
    subresources_uris: dict[str, str]


class QueueResource(Struct, frozen=True, kw_only=True):
    """A queue, whose sid is its name; waiting time in seconds, dates RFC 2822 (TeXML 1.8)."""

    sid: str
    account_sid: str
    current_size: int
    max_size: int
    average_wait_time: int
    date_created: str
    date_updated: str
    subresource_uris: dict[str, str]
    uri: str


class Page(Struct, frozen=True, kw_only=True):
    """What every list says of itself: `start` and `end` count its elements from 0 (TeXML 1.3)."""

    page: int
    page_size: int
    start: int
    end: int
    uri: str
    first_page_uri: str
    next_page_uri: str | UnsetType = UNSET


class ConferencesPage(Page, frozen=True, kw_only=True):
    """Conferences, the newest first."""

    conferences: tuple[ConferenceResource, ...]


class ParticipantsPage(Page, frozen=True, kw_only=True):
    """Participants of a conference, the newest first."""

    participants: tuple[ParticipantResource, ...]


class CallsPage(Page, frozen=True, kw_only=True):
    """Calls, the newest first."""

    calls: tuple[CallResource, ...]


class QueuesPage(Page, frozen=True, kw_only=True):
    """Queues, the newest first."""

    queues: tuple[QueueResource, ...]


class ConferenceRecordingsPage(Page, frozen=True, kw_only=True):
    """The older list of a conference's recordings; its schema has participants, too, and never any."""

    recordings: tuple[ConferenceRecording, ...]
    participants: tuple[ParticipantResource, ...] = ()
    previous_page_uri: str | UnsetType = UNSET


class RecordingsPage(Page, frozen=True, kw_only=True):
    """Recordings, the newest first."""

    recordings: tuple[Recording, ...]
    previous_page_uri: str | UnsetType = UNSET
