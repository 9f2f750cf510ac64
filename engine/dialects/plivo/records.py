"""What Plivo's rows of calls and recordings tell: live calls, records of ended ones, recordings, and pages of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta, timezone
from typing import TypeVar
from urllib.parse import urlencode

from msgspec import UNSET, Struct, UnsetType, field

from engine.dialects.face import Asked, Problem, RecordingView, Refused, Reply, Sight, Tell, unknown
from engine.dialects.phrase import EndWords
from engine.dialects.plivo.orders import call_of
from engine.dialects.spelling import bare_number, billed_seconds, seconds
from engine.dialects.wording import WORDINGS, call_status, describe_end
from engine.values import commands
from engine.values.commands import Command
from engine.values.effects import CallFacts
from engine.values.views import CallView

T = TypeVar("T")

FREE = "0.00000"  # nothing is billed here
UNSIGNED = "Not Applicable"  # STIR, of which the switch says nothing (Plivo 3.2, Vobiz 3.1)


class Manner(Struct, frozen=True):
    """Whose records these are: `tongue` words and dates them, `prefix` begins their addresses.

    `history`: whether ended calls are listed, too (Vobiz 1.6 knows no such list).
    """

    tongue: str
    prefix: str
    history: bool = True


class LiveCall(Struct, frozen=True):
    """A call that is going on, or is being placed: then without its session and signature (Plivo 1.6)."""

    api_id: str
    call_status: str
    call_uuid: str
    caller_name: str
    direction: str
    from_: str = field(name="from")
    request_uuid: str
    to: str
    session_start: str | UnsetType = UNSET
    stir_attestation: str | UnsetType = UNSET
    stir_verification: str | UnsetType = UNSET


class CallRecord(Struct, frozen=True, kw_only=True):
    """The record of a call that ended (Plivo 1.6); dates in the vendor's own zone, durations in seconds."""

    answer_time: str | None
    api_id: str
    bill_duration: int
    billed_duration: int
    call_direction: str
    call_duration: int
    call_state: str
    call_uuid: str
    conference_uuid: str | None = None
    end_time: str
    from_number: str
    hangup_cause_code: int | None
    hangup_cause_name: str
    hangup_source: str
    initiation_time: str
    parent_call_uuid: str | None
    resource_uri: str
    stir_verification: str = UNSIGNED
    stir_attestation: str = UNSIGNED
    to_number: str
    total_amount: str = FREE
    total_rate: str = FREE
    voice_network_group: str | None = None
    source_ip: str | None = None
    cnam_lookup: str | None = None


class RecordingBody(Struct, frozen=True, kw_only=True):
    """A stored recording (Plivo 1.5); times in milliseconds since 1970, as texts with five decimals."""

    api_id: str
    add_time: str
    call_uuid: str
    conference_name: str
    from_number: str
    to_number: str
    recording_id: str
    recording_format: str
    recording_type: str
    recording_url: str
    recording_duration_ms: str
    recording_start_ms: str
    recording_end_ms: str
    rounded_recording_duration: int
    recording_storage_duration: int = 0
    recording_storage_rate: str = FREE
    monthly_recording_storage_amount: str = FREE
    resource_uri: str


class Meta(Struct, frozen=True):
    """Where a page stands in its list; its neighbours as addresses on this host (Plivo 1.1)."""

    limit: int
    next: str | None
    offset: int
    previous: str | None
    total_count: int


class CallIds(Struct, frozen=True):
    """The ids of live or queued calls (Plivo 1.6)."""

    api_id: str
    calls: tuple[str, ...]


class CallPage(Struct, frozen=True):
    """One page of the records of ended calls."""

    api_id: str
    meta: Meta
    objects: tuple[CallRecord, ...]


class RecordingPage(Struct, frozen=True):
    """One page of recordings."""

    api_id: str
    meta: Meta
    objects: tuple[RecordingBody, ...]


# --- pages ----------------------------------------------------------------------------------------


def page(things: Sequence[T], asked: Asked) -> tuple[Sequence[T], Meta]:
    """The part of a list that `limit` and `offset` ask for, and where it stands."""
    limit, offset = asked.values["limit"], asked.values["offset"]
    total = len(things)
    following = address(asked, limit, offset + limit) if offset + limit < total else None
    before = address(asked, limit, max(0, offset - limit)) if offset else None
    return things[offset : offset + limit], Meta(limit, following, offset, before, total)


def address(asked: Asked, limit: int, offset: int) -> str:
    """The same question for another page."""
    others = [pair for pair in asked.query if pair[0] not in ("limit", "offset")]
    return f"{asked.target}?{urlencode([*others, ('limit', limit), ('offset', offset)])}"


# --- calls ----------------------------------------------------------------------------------------

STATUSES = {"live": ("ringing", "in_progress"), "queued": ("queued",)}


def fits(about: CallFacts, asked: Asked, sight: Sight) -> bool:
    """Whether a call is among those asked for; numbers are compared without plus (Plivo 1.6)."""
    given = asked.values
    parent = given.get("parent_call_uuid")
    return (
        given.get("call_direction", about.direction) == about.direction
        and bare_number(given.get("from_number", about.caller)) == bare_number(about.caller)
        and bare_number(given.get("to_number", about.called)) == bare_number(about.called)
        and (not parent or (about.parent != "" and sight.find("call", parent) == about.parent))
    )


def tell_calls(manner: Manner) -> Tell:
    """The ids of live or queued calls, newest first; without `status` the records of ended ones (Plivo 1.6)."""

    def tells(asked: Asked, sight: Sight) -> Reply:
        status = asked.values.get("status")
        if status is None:
            return Reply(200, history(manner, asked, sight))
        found = [
            sight.spell("call", view.about.call)
            for view in reversed(sight.calls())
            if view.about.status in STATUSES[status] and fits(view.about, asked, sight)
        ]
        return Reply(200, CallIds(asked.request, tuple(page(found, asked)[0])))

    return tells


def history(manner: Manner, asked: Asked, sight: Sight) -> CallPage:
    """One page of the records of ended calls, the newest first."""
    if not manner.history:
        raise Refused(Problem(trouble="unknown_route", message="there is no list of ended calls", field="status"))
    found = [
        about
        for about in reversed(sight.ended_calls())
        if fits(about, asked, sight) and ended_as_asked(describe_end(manner.tongue, about), asked.values)
    ]
    part, meta = page(found, asked)
    return CallPage(asked.request, meta, tuple(call_record(about, manner, asked, sight) for about in part))


def ended_as_asked(words: EndWords, given: Mapping[str, object]) -> bool:
    """Whether a call's end is the one asked for."""
    code, source = given.get("hangup_cause_code", words.code), given.get("hangup_source", words.source)
    return (code, source) == (words.code, words.source)


def tell_call(manner: Manner) -> Tell:
    """One live or queued call; without `status` the record of one that ended (Plivo 1.6)."""

    def tells(asked: Asked, sight: Sight) -> Reply:
        id = call_of(asked, sight)  # noqa: A001
        status = asked.values.get("status")
        if status is None:
            ended = sight.ended_call(id)
            if ended is None:
                raise unknown("call not found")
            return Reply(200, call_record(ended, manner, asked, sight))
        live = sight.call(id)
        if live is None or live.about.status not in STATUSES[status]:
            raise unknown("call not found")
        return Reply(200, live_call(live, manner, asked, sight))

    return tells


def live_call(view: CallView, manner: Manner, asked: Asked, sight: Sight) -> LiveCall:
    """A call that is not over; one that is queued has no session yet."""
    about = view.about
    shown = sight.spell("call", about.call)
    started = about.status != "queued"
    return LiveCall(
        asked.request,
        call_status(manner.tongue, about),
        shown,
        about.caller_name,
        about.direction,
        bare_number(about.caller),
        shown,
        bare_number(about.called),
        sight.date(about.created_at).strftime("%Y-%m-%d %H:%M:%S.%f") if started else UNSET,
        UNSIGNED if started else UNSET,
        UNSIGNED if started else UNSET,
    )


def call_record(about: CallFacts, manner: Manner, asked: Asked, sight: Sight) -> CallRecord:
    """The record of an ended call."""
    words = describe_end(manner.tongue, about)
    ended = about.created_at if about.ended_at is None else about.ended_at
    talked = 0.0 if about.answered_at is None else ended - about.answered_at
    shown = sight.spell("call", about.call)
    date = dates(manner, sight)
    return CallRecord(
        answer_time=None if about.answered_at is None else date(about.answered_at),
        api_id=asked.request,
        bill_duration=int(seconds(talked)),
        billed_duration=int(billed_seconds(talked)),
        call_direction=about.direction,
        call_duration=int(seconds(talked)),
        call_state="ANSWER" if about.answered_at is not None else words.status.upper().replace("-", "_"),
        call_uuid=shown,
        end_time=date(ended),
        from_number=bare_number(about.caller),
        hangup_cause_code=words.code or None,
        hangup_cause_name=words.name,
        hangup_source=words.source,
        initiation_time=date(about.created_at),
        parent_call_uuid=sight.spell("call", about.parent) or None,
        resource_uri=resource(manner, "Call", shown, sight),
        to_number=bare_number(about.called),
    )


def dates(manner: Manner, sight: Sight) -> Callable[[float], str]:
    """How a time of the run is written in records: in the vendor's own zone, with its distance from UTC."""
    zone = timezone(timedelta(seconds=WORDINGS[manner.tongue].offset))
    return lambda at: sight.date(at).astimezone(zone).isoformat(sep=" ", timespec="seconds")


def resource(manner: Manner, kind: str, shown: str, sight: Sight) -> str:
    """The address of a resource on this host."""
    return f"{manner.prefix}/Account/{sight.own_name}/{kind}/{shown}/"


# --- recordings -------------------------------------------------------------------------------------


def stored(asked: Asked, sight: Sight) -> RecordingView:
    """The recording in the path, as soon as it is stored; Refused where this account has none."""
    view = sight.recording(sight.find("recording", asked.path["recording_id"]))
    if view is None or view.state != "completed":
        raise unknown("recording not found")
    return view


def tell_recordings(manner: Manner) -> Tell:
    """One page of the stored recordings, the newest first (Plivo 1.5)."""

    def tells(asked: Asked, sight: Sight) -> Reply:
        found = [one for one in reversed(sight.recordings()) if one.state == "completed" and wanted(one, asked, sight)]
        part, meta = page(found, asked)
        bodies = tuple(recording_body(one, manner, asked, sight) for one in part)
        return Reply(200, RecordingPage(asked.request, meta, bodies))

    return tells


def wanted(one: RecordingView, asked: Asked, sight: Sight) -> bool:
    """Whether a recording is among those asked for."""
    given = asked.values
    call = given.get("call_uuid")
    return (
        (not call or (one.call != "" and sight.find("call", call) == one.call))
        and given.get("conference_name", one.conference) == one.conference
        and bare_number(given.get("from_number", one.caller)) == bare_number(one.caller)
        and bare_number(given.get("to_number", one.called)) == bare_number(one.called)
    )


def tell_recording(manner: Manner) -> Tell:
    """One stored recording (Plivo 1.5)."""

    def tells(asked: Asked, sight: Sight) -> Reply:
        return Reply(200, recording_body(stored(asked, sight), manner, asked, sight))

    return tells


def recording_body(one: RecordingView, manner: Manner, asked: Asked, sight: Sight) -> RecordingBody:
    """A stored recording, of a call or of a conference."""
    ended = one.started_at if one.ended_at is None else one.ended_at
    shown = sight.spell("recording", one.id)
    return RecordingBody(
        api_id=asked.request,
        add_time=dates(manner, sight)(ended),
        call_uuid=sight.spell("call", one.call),
        conference_name=one.conference,
        from_number=bare_number(one.caller),
        to_number=bare_number(one.called),
        recording_id=shown,
        recording_format=one.format,
        recording_type="conference" if one.conference else "call",
        recording_url=one.url,
        recording_duration_ms=f"{one.seconds * 1000:.5f}",
        recording_start_ms=f"{sight.date(one.started_at).timestamp() * 1000:.5f}",
        recording_end_ms=f"{sight.date(ended).timestamp() * 1000:.5f}",
        rounded_recording_duration=int(billed_seconds(one.seconds)),
        resource_uri=resource(manner, "Recording", shown, sight),
    )


def forget_recording(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Order that a stored recording be forgotten (Plivo 1.5)."""
    return (commands.ForgetRecording(recording=stored(asked, sight).id),)
