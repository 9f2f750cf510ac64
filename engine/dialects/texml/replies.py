"""What TeXML's rows of conferences and participants answer: resources worded from what is seen."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from engine.dialects.face import Asked, Reply, Sight
from engine.dialects.texml.callbacks import ROOM_END
from engine.dialects.texml.pages import Listed, cut, uri, within
from engine.dialects.texml.resources import (
    ConferenceResource,
    ConferencesPage,
    NewParticipantResource,
    ParticipantResource,
    ParticipantsPage,
)
from engine.dialects.texml.troubles import CONFERENCE_ENDED, gone, refusal
from engine.values.effects import Receipt, RecordConferenceEnd
from engine.values.views import ConferenceView, MemberView

Room = ConferenceView | RecordConferenceEnd

REGION = "dc2"  # where the vendor's own example ran: this service is in none
# TeXML 6: a room that ends is completed for its customer, though the switch still lets its callers go
CONFERENCE_STATUS = {"waiting": "init", "running": "in-progress", "ending": "completed"}
# Who leaves is gone for the customer (TeXML 1.5).
PARTICIPANT_STATUS = {
    "invited": "connecting",
    "joining": "connecting",
    "waiting": "connected",
    "seated": "connected",
}
CONNECTED = "connected"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc_date(at: float, sight: Sight) -> str:
    """`Thu, 15 Jun 2023 09:56:45 +0000` (TeXML 1.1); the names are English wherever the service runs."""
    date = sight.date(at)
    return f"{DAYS[date.weekday()]}, {date:%d} {MONTHS[date.month - 1]} {date:%Y %H:%M:%S +0000}"


# --- conferences -------------------------------------------------------------------------------------


def room_of(sid: str, sight: Sight) -> Room:
    """The conference of that sid, live or ended; Refused where there is none."""
    room = sight.find("conference", sid)
    found = (live_room(room, sight) or ended_room(room, sight)) if room else None
    if found is None:
        raise gone()
    return found


def live_room(room: str, sight: Sight) -> ConferenceView | None:
    """The live conference of that id of ours, whatever others are named."""
    found = sight.conference(room)
    if found is None or found.id == room:
        return found
    return next((one for one in sight.conferences() if one.id == room), None)


def ended_room(room: str, sight: Sight) -> RecordConferenceEnd | None:
    """The ended conference of that id of ours, whatever others were named."""
    found = sight.ended_conference(room)
    if found is None or found.conference == room:
        return found
    return next((one for one in sight.ended_conferences() if one.conference == room), None)


def open_room(sid: str, sight: Sight) -> ConferenceView:
    """The conference of that sid that goes on; one that is over is another refusal than one that never was."""
    room = room_of(sid, sight)
    if isinstance(room, RecordConferenceEnd) or room.state == "ending":
        raise over()
    return room


def over() -> Exception:
    """The refusal of a command to a conference that is over (TeXML 1.2)."""
    return refusal(CONFERENCE_ENDED, "the conference has ended")


def room_id(room: Room) -> str:
    """Our id of a conference."""
    return room.conference if isinstance(room, RecordConferenceEnd) else room.id


def changed_at(room: Room) -> float:
    """When a conference last changed."""
    return room.ended_at if isinstance(room, RecordConferenceEnd) else room.changed_at


def status_of(room: Room) -> str:
    """The vendor's word for where a conference stands."""
    return "completed" if isinstance(room, RecordConferenceEnd) else CONFERENCE_STATUS[room.state]


def conference(room: Room, sight: Sight) -> ConferenceResource:
    """A conference as the vendor describes it (TeXML 1.4)."""
    sid = sight.spell("conference", room_id(room))
    ender = sight.spell("call", room.ended_by)
    return ConferenceResource(
        sid=sid,
        account_sid=sight.own_name,
        friendly_name=room.name,
        status=status_of(room),  # type: ignore[arg-type]
        reason_conference_ended=ROOM_END.get(room.why),  # type: ignore[arg-type]
        call_sid_ending_conference=ender if room.why and ender else None,
        region=REGION,
        date_created=rfc_date(room.created_at, sight),
        date_updated=rfc_date(changed_at(room), sight),
        subresource_uris={
            "participants": uri(sight, "Conferences", sid, "Participants"),
            "recordings": uri(sight, "Conferences", sid, "Recordings"),
        },
        uri=uri(sight, "Conferences", sid),
    )


def list_conferences(asked: Asked, sight: Sight) -> Reply:
    """A page of conferences, live and ended."""
    values = asked.values
    name, status = values.get("FriendlyName"), values.get("Status")
    created, updated = within(values, "DateCreated", sight), within(values, "DateUpdated", sight)
    known: tuple[Room, ...] = (*sight.ended_conferences(), *sight.conferences())
    rooms = [
        room
        for room in known
        if name in (None, room.name)
        and status in (None, status_of(room))
        and created(room.created_at)
        and updated(changed_at(room))
    ]
    listed = Listed[Room](
        lambda room: room.created_at,
        lambda room: sight.spell("conference", room_id(room)),
        lambda room: conference(room, sight),
    )
    page = cut(asked, uri(sight, "Conferences"), rooms, listed)
    return Reply(200, ConferencesPage(conferences=page.pop("items"), **page))


def get_conference(asked: Asked, sight: Sight) -> Reply:
    """One conference."""
    return Reply(200, conference(room_of(asked.path["conference_sid"], sight), sight))


def conference_told(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A conference as it is after an update."""
    if any(receipt.refused for receipt in receipts):
        raise over()
    return get_conference(asked, sight)


# --- participants ------------------------------------------------------------------------------------


def seen(room: ConferenceView) -> tuple[MemberView, ...]:
    """The members that are participants for a customer: nobody who leaves (TeXML 1.5)."""
    return tuple([member for member in room.members if member.state in PARTICIPANT_STATUS])


def participant_of(asked: Asked, sight: Sight) -> tuple[ConferenceView, MemberView]:
    """The participant that the path names by call sid or label, and its conference; Refused where there is none."""
    room, named = room_of(asked.path["conference_sid"], sight), asked.path["call_sid"]
    if isinstance(room, RecordConferenceEnd):
        raise gone()
    return room, member_of(room, named, sight)


def member_of(room: ConferenceView, named: str, sight: Sight) -> MemberView:
    """The participant of a conference by call sid, else by label; Refused where there is none."""
    call = sight.find("call", named)
    members = seen(room)
    by_call = [member for member in members if member.call == call]
    by_label = [member for member in members if named and member.label == named]
    found = by_call or by_label
    if not found:
        raise gone()
    return found[0]


def participant_facts(room: ConferenceView, member: MemberView, sight: Sight) -> dict[str, Any]:
    """What both resources of a participant say."""
    sid, call = sight.spell("conference", room.id), sight.spell("call", member.call)
    return {
        "account_sid": sight.own_name,
        "call_sid": call,
        "conference_sid": sid,
        "status": PARTICIPANT_STATUS[member.state],
        "muted": member.muted,
        "hold": member.held,
        "coaching": bool(member.coaching),
        "coaching_call_sid": sight.spell("call", member.coaching) or UNSET,
        "end_conference_on_exit": member.ends,
        "uri": uri(sight, "Conferences", sid, "Participants", call),
    }


def participant(room: ConferenceView, member: MemberView, sight: Sight) -> ParticipantResource:
    """A participant as the vendor describes it (TeXML 1.5)."""
    facts = participant_facts(room, member, sight)
    last = member.came_at if member.joined_at is None else member.joined_at
    return ParticipantResource(
        call_sid_legacy=facts["call_sid"],
        coaching_call_sid_legacy=facts["coaching_call_sid"],
        date_created=rfc_date(member.came_at, sight),
        date_updated=rfc_date(last, sight),
        **facts,
    )


def list_participants(asked: Asked, sight: Sight) -> Reply:
    """A page of a conference's participants; one that is over has none."""
    room, values = room_of(asked.path["conference_sid"], sight), asked.values
    live = None if isinstance(room, RecordConferenceEnd) else room
    wanted = (values.get("Muted"), values.get("Hold"), values.get("Coaching"))
    members = [
        member
        for member in (seen(live) if live is not None else ())
        if all(
            wish in (None, has)
            for wish, has in zip(wanted, (member.muted, member.held, bool(member.coaching)), strict=True)
        )
    ]
    listed = Listed[MemberView](
        lambda member: member.came_at,
        lambda member: sight.spell("call", member.call),
        lambda member: participant(live, member, sight) if live is not None else None,
    )
    path = uri(sight, "Conferences", sight.spell("conference", room_id(room)), "Participants")
    page = cut(asked, path, members, listed)
    return Reply(200, ParticipantsPage(participants=page.pop("items"), **page))


def get_participant(asked: Asked, sight: Sight) -> Reply:
    """One participant."""
    return Reply(200, participant(*participant_of(asked, sight), sight))


def participant_told(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A participant as it is after an update."""
    for receipt in receipts:
        object_to(receipt.refused)
        if receipt.unknown:
            raise gone()
    return get_participant(asked, sight)


def participant_dialled(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A participant that was just dialled."""
    receipt = receipts[0]
    object_to(receipt.refused)
    room = live_room(str(receipt.facts["conference"]), sight)
    member = None if room is None else next((m for m in room.members if m.call == receipt.facts["call"]), None)
    if room is None or member is None:
        raise gone()
    return Reply(200, NewParticipantResource(**participant_facts(room, member, sight)))


def participant_removed(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """That a participant was removed; who was not there is unknown."""
    if any(receipt.refused or receipt.unknown for receipt in receipts):
        raise gone()
    return Reply(204)


def object_to(refused: str) -> None:
    """Raise what the exchange had against a command to participants, as the vendor words it."""
    if refused in REFUSALS:
        raise refusal(*REFUSALS[refused])
    if refused:
        raise refusal("", f"the exchange refused: {refused}")


# TeXML 7 A6, A16
REFUSALS = {
    "label_taken": ("", "another participant has this label", "Label"),
    "coach_unknown": ("", "must be a connected participant of this conference, and another one", "CallSidToCoach"),
    "locked": ("", "the conference takes nobody in", ""),
    "unknown_conference": (CONFERENCE_ENDED, "the conference has ended", ""),
}
