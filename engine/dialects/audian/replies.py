"""What Audian's rows answer: envelopes, documents, participants, problems (Audian 2, 4, 5)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from engine.dialects.audian.orders import RECORDS, action_on_room, data_of, parameters
from engine.dialects.audian.places import (
    INSIDE,
    Place,
    definition_at,
    definition_shown,
    participant_at,
    place_at,
    room_of,
)
from engine.dialects.audian.validation import nested
from engine.dialects.face import Asked, Problem, Refused, Reply, Sight, Trouble, Worded
from engine.machines.door import tones
from engine.machines.models import Definition
from engine.values.effects import Receipt
from engine.values.views import ConferenceView, MemberView

T = TypeVar("T")


class Envelope(Struct, Generic[T], frozen=True, kw_only=True):
    """What every success is answered in (Audian 2.2); `message` comes with what was only begun."""

    auth_token: str
    data: T
    message: str | UnsetType = UNSET
    page_size: int | UnsetType = UNSET
    start_key: str | UnsetType = UNSET
    next_start_key: str | UnsetType = UNSET
    request_id: str
    status: Literal["success"] = "success"


class Failed(Struct, frozen=True, kw_only=True):
    """What every failure is answered in; `error` is the status once more (Audian 2.3)."""

    auth_token: str | UnsetType = UNSET
    data: dict[str, Any]
    error: str
    message: str
    request_id: str
    status: Literal["error"] = "error"


class ConferenceSummary(Struct, frozen=True, kw_only=True):
    """A conference in a list (Audian 4.2); 0 members: no limit."""

    id: str
    name: str
    member_pins: tuple[str, ...] = ()
    moderator_pins: tuple[str, ...] = ()
    max_members: int = 0
    profile: str = "default"


class Live(Struct, frozen=True, kw_only=True):
    """What is so at the moment, and cannot be written (Audian 4.3); or only that the definition is no more."""

    members: int | UnsetType = UNSET
    moderators: int | UnsetType = UNSET
    duration: int | UnsetType = UNSET
    is_locked: bool | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET


class ConferenceBody(ConferenceSummary, frozen=True, kw_only=True):
    """A whole conference, with whatever fields its customer keeps in it besides (Audian 4.2, 9 B4)."""

    play_entry_tone: bool | UnsetType = UNSET
    play_exit_tone: bool | UnsetType = UNSET
    wait_for_moderator: bool | UnsetType = UNSET
    live: Live = field(name="_read_only")


class ParticipantBody(Struct, frozen=True, kw_only=True):
    """A participant (Audian 5.1)."""

    participant_id: str
    caller_id_number: str
    caller_id_name: str
    muted: bool
    deaf: bool
    join_time: str


class EndpointBody(Struct, frozen=True, kw_only=True):
    """What became of one endpoint that was to be called (Audian 6); its call is the participant it will be."""

    call_id: str
    endpoint_id: str
    job_id: str
    message: str
    status: Literal["success", "error"]


class DialBody(Struct, frozen=True):
    """What became of all of them."""

    endpoint_responses: tuple[EndpointBody, ...]


def enveloped(status: int, asked: Asked, data: Any, *more: tuple[str, str], **words: Any) -> Reply:
    """A success; `more` are headers, `words` further keys of the envelope."""
    body: Envelope[Any] = Envelope(auth_token=asked.credential, data=data, request_id=asked.request, **words)
    return Reply(status, body, (("X-Request-ID", asked.request), *more))


# --- problems -------------------------------------------------------------------------------------

# The short word of each kind of problem: the vendor's own where it has one, else its ancestor's (Audian 2.3, 9 B7).
WORDS: Mapping[Trouble, str] = {
    "unauthorized": "unauthorized",
    "forbidden": "forbidden",
    "unknown_route": "not_found",
    "wrong_method": "invalid_method",
    "media_type": "unsupported_media_type",
    "too_large": "request_too_large",
    "unknown": "bad_identifier",
    "rate": "too_many_requests",
    "limit": "too_many_requests",
    "unavailable": "service_unavailable",
    "internal": "internal_error",
}
INVALID: tuple[Trouble, ...] = ("missing", "type", "value", "range")
# The codes of faults that were found before a row looked.
CODES: Mapping[Trouble, str] = {"missing": "required", "type": "type", "value": "invalid", "range": "minimum"}


def problem(problems: tuple[Problem, ...], status: int, asked: Asked) -> Reply:
    """Word a problem: faults of fields under their names, everything else as a message (Audian 2.3)."""
    first = problems[0]
    data: dict[str, Any] = {"message": first.message}
    if first.trouble in INVALID:
        data = nested(msgspec.structs.replace(one, code=one.code or CODES[one.trouble]) for one in problems)
    elif first.trouble == "unauthorized":
        data = {"message": "invalid credentials"}
    elif first.trouble == "unknown" and first.value is not None:
        data["cause"] = first.value
    word = (first.trouble == "unknown" and first.code) or WORDS.get(first.trouble, "bad_request")
    token = asked.credential or UNSET
    body = Failed(auth_token=token, data=data, error=str(status), message=word, request_id=asked.request)
    challenge = (("WWW-Authenticate", "Bearer"),) if status == 401 else ()
    return Reply(status, body, (("X-Request-ID", asked.request), *challenge))


# --- conferences ----------------------------------------------------------------------------------


def summary(definition: Definition, sight: Sight) -> ConferenceSummary:
    """A definition in a list."""
    return ConferenceSummary(
        id=sight.spell("conference", definition.id),
        name=definition.name,
        member_pins=definition.member_pins,
        moderator_pins=definition.moderator_pins,
        max_members=definition.max_members,
        profile=definition.profile,
    )


def live_of(room: ConferenceView | None, sight: Sight) -> Live:
    """Who is there, for how long the room has been, and whether others may come."""
    inside = [one for one in room.members if one.state in INSIDE] if room is not None else []
    moderators = sum(one.moderator for one in inside)
    return Live(
        members=len(inside) - moderators,
        moderators=moderators,
        duration=0 if room is None else math.floor(sight.now - room.created_at),
        is_locked=room is not None and room.locked,
    )


def document(place: Place, live: Live, sight: Sight) -> dict[str, Any]:
    """A whole conference; of a room that has no definition its name is all that is known (Audian 9 B6)."""
    definition = place.definition
    if definition is None:
        return dict(msgspec.to_builtins(ConferenceBody(id=place.id, name=place.name, live=live)))
    entry, leaving = tones(definition)
    body = ConferenceBody(
        **msgspec.structs.asdict(summary(definition, sight)),
        play_entry_tone=entry,
        play_exit_tone=leaving,
        wait_for_moderator=definition.wait_for_moderator or UNSET,
        live=live,
    )
    kept = msgspec.json.decode(definition.more, type=dict[str, msgspec.Raw]) if definition.more else {}
    return {**msgspec.to_builtins(body), **kept}


def tell_conference(asked: Asked, sight: Sight) -> Reply:
    """One conference."""
    place = place_at(asked, sight)
    return enveloped(200, asked, document(place, live_of(place.room, sight), sight))


def created(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """The new definition, and where it is (Audian 4.1, 9 B8)."""
    shown = sight.spell("conference", receipts[0].changed[0])
    definition = definition_shown(shown, sight)
    place = Place(shown, definition, room_of(definition, sight))
    return enveloped(201, asked, document(place, live_of(place.room, sight), sight), ("Location", shown))


def updated(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """The conference as it is now."""
    return tell_conference(asked, sight)


def last_document(asked: Asked, sight: Sight) -> dict[str, Any]:
    """A definition that is about to be removed."""
    definition = definition_at(asked, sight)
    return document(Place(asked.path["conference_id"], definition, None), Live(deleted=True), sight)


def kept_before(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """What there was before the command took it away (Audian 9 B8)."""
    return enveloped(200, asked, asked.before)


# --- participants ---------------------------------------------------------------------------------


def participant(member: MemberView, sight: Sight) -> ParticipantBody:
    """One participant; who was called is known by the number that was called."""
    about = member.about
    came = sight.date(member.came_at if member.joined_at is None else member.joined_at)
    return ParticipantBody(
        participant_id=sight.spell("member", member.call),
        caller_id_number=about.called if about.direction == "outbound" else about.caller,
        caller_id_name=about.caller_name,
        muted=member.muted,
        deaf=member.deaf,
        join_time=whole_seconds(came),
    )


def whole_seconds(date: datetime) -> str:
    """`2026-01-31T13:05:09Z` (Audian 9 B25)."""
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")


def tell_participants(asked: Asked, sight: Sight) -> Reply:
    """Who is there; nobody where there is no live room (Audian 5.1)."""
    room = place_at(asked, sight).room
    members = room.members if room is not None else ()
    return enveloped(200, asked, tuple(participant(one, sight) for one in members if one.state in INSIDE))


def this_participant(asked: Asked, sight: Sight) -> ParticipantBody:
    """The participant in the path."""
    return participant(participant_at(asked, sight)[1], sight)


def tell_participant(asked: Asked, sight: Sight) -> Reply:
    """One participant."""
    return enveloped(200, asked, this_participant(asked, sight))


def acted(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """The participant as it is now, or as it was before it was taken out (Audian 9 B8)."""
    try:
        return tell_participant(asked, sight)
    except Refused:
        return enveloped(200, asked, asked.before)


def begun(message: str) -> Worded:
    """Say only that something was begun (Audian 6)."""

    def worded(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
        return enveloped(202, asked, message, message=message)

    return worded


ok = begun("ok")


def acted_on_all(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """The conference; a sound is only begun (Audian 6)."""
    told = ok if data_of(asked)["action"] == "play" else updated
    return told(asked, receipts, sight)


# --- whole rooms ----------------------------------------------------------------------------------

RECORDED = dict(zip(RECORDS, (begun("starting recording"), begun("stopping recording")), strict=True))


def dialled(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """What became of each endpoint: one that could not be called fails within a success (Audian 6)."""
    invited = [one for one in receipts if one.command == "invite"]
    responses = tuple(
        EndpointBody(
            call_id="".join(sight.spell("call", call) for call in receipt.changed),
            endpoint_id=endpoint,
            job_id=asked.request,
            message=receipt.refused.replace("_", " ") or "dialling",
            status="error" if receipt.refused else "success",
        )
        for endpoint, receipt in zip(parameters(asked)["endpoints"], invited, strict=True)
    )
    return enveloped(202, asked, DialBody(responses), message="attempted dial")


def acted_on_room(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """What was begun, in the words of the action (Audian 6)."""
    action, meant = action_on_room(asked)
    if action == "dial":
        return dialled(asked, receipts, sight)
    return RECORDED[meant](asked, receipts, sight) if action == "record" else ok(asked, receipts, sight)
