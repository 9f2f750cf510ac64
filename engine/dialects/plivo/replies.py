"""What Plivo's rows of conferences and members answer: bodies, problems, and the wording of receipts."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType, field

from engine.dialects.face import Asked, Problem, Refused, Reply, Sight, Worded, unknown
from engine.dialects.plivo.orders import NOT_ANSWERED, invalid_numbers, listed, member_ids
from engine.dialects.spelling import bare_number, seconds
from engine.values.effects import Receipt
from engine.values.views import ConferenceView, MemberView

# An invited member has not come yet, and one that leaves is gone for its customer (Plivo 1.2, 5.14).
INSIDE = ("joining", "waiting", "seated")


class Failed(Struct, frozen=True):
    """Why a request was not met (Plivo 1.1)."""

    api_id: str
    error: str


class Told(Struct, frozen=True):
    """That a request was met (Plivo 1.1)."""

    message: str
    api_id: str


class MembersTold(Struct, frozen=True):
    """That members were acted on, and on which (Plivo 1.3)."""

    message: str
    member_id: str | tuple[str, ...]
    api_id: str


class RecordingTold(Struct, frozen=True):
    """That a recording runs (Plivo 1.5)."""

    message: str
    recording_id: str
    url: str
    api_id: str


class CallTold(Struct, frozen=True):
    """That one call, or each of several, is being placed (Plivo 1.6)."""

    message: str
    request_uuid: str | tuple[str, ...]
    api_id: str
    invalid_numbers: tuple[str, ...] | UnsetType = UNSET


class MemberBody(Struct, frozen=True):
    """A member of a conference (Plivo 1.2)."""

    muted: bool
    member_id: str
    deaf: bool
    from_: str = field(name="from")
    to: str
    caller_name: str
    direction: str
    call_uuid: str
    join_time: str


class ConferenceBody(Struct, frozen=True):
    """A conference; numbers are texts (Plivo 1.2)."""

    conference_name: str
    conference_run_time: str
    conference_member_count: str
    members: tuple[MemberBody, ...]
    api_id: str


class ConferencesBody(Struct, frozen=True):
    """The names of the live conferences (Plivo 1.2)."""

    api_id: str
    conferences: tuple[str, ...]


# --- problems -------------------------------------------------------------------------------------

# Why a command was refused, in words that help; a room that there is not is a resource that there is not.
REFUSALS = {
    "not_answered": NOT_ANSWERED,
    "no_such_leg": "the call has no such leg",
}


def problem(problems: tuple[Problem, ...], status: int, asked: Asked) -> Reply:
    """Word a problem (Plivo 1.1, 5.25)."""
    challenge = (("WWW-Authenticate", 'Basic realm="api"'),) if status == 401 else ()
    return Reply(status, Failed(asked.request, "; ".join(one.message for one in problems)), challenge)


def acknowledged(asked: Asked) -> Reply:
    """Tell that the reply will go to the callback address (Plivo 1.1, asynchronous mode)."""
    return Reply(202, Told("async api spawned", asked.request))


def heard(receipt: Receipt, what: str) -> Receipt:
    """The receipt of a command that found what it was for; Refused otherwise (Plivo 1.4, 5.5)."""
    if receipt.refused == "unknown_conference":
        raise unknown("conference not found")
    if receipt.refused:
        message = REFUSALS.get(receipt.refused, receipt.refused.replace("_", " "))
        raise Refused(Problem(trouble="refused", message=message))
    if receipt.unknown and not receipt.changed and not receipt.same:
        raise unknown(f"{what} not found")
    return receipt


# --- receipts -------------------------------------------------------------------------------------


def nothing(what: str) -> Worded:
    """Answer 204 without a body to a command for a call, a member or a conference (Plivo 5.2)."""

    def worded(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
        for receipt in receipts:
            heard(receipt, what)
        return Reply(204)

    return worded


def members_told(message: str, *, status: int = 202, live: int = 0, array: bool = False) -> Worded:
    """Say which members a command reached: one id as it was asked, several (or all) as an array (Plivo 1.3, 5.1).

    `live` is the status that live systems answer, where it is another; `array`: one id too stands in an array.
    """

    def worded(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
        missed = heard(receipts[0], "member").unknown
        asked_for = asked.path["member_id"]
        reached = tuple([one for one in member_ids(asked_for) if one not in missed])
        plain = not (array or sight.observed or listed(asked_for))
        body = MembersTold(message, reached[0] if plain else reached, asked.request)
        return Reply(live if live and sight.observed else status, body)

    return worded


def recording_told(message: str, what: str) -> Worded:
    """Name the recording that a command started, or that ran already (Plivo 1.5, 1.6)."""

    def worded(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
        made = str(heard(receipts[0], what).facts["recording"])
        known = sight.recording(made)
        url = known.url if known is not None else ""
        # the callback at the recording's end bears the same api_id (Plivo 1.5)
        return Reply(202, RecordingTold(message, sight.spell("recording", made), url, sight.spell("api", made)))

    return worded


def told(status: int, message: str) -> Worded:
    """Say that a command for a call was carried out; a leg that there is not refuses it (Plivo 1.6)."""

    def worded(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
        if not heard(receipts[0], "call").changed:
            raise Refused(Problem(trouble="refused", message=REFUSALS["no_such_leg"]))
        return Reply(status, Told(message, asked.request))

    return worded


def call_told(status: int, message: str) -> Worded:
    """Name the request of each call that is being placed; the call bears the same id (Plivo 1.6)."""

    def worded(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
        ids = tuple(sight.spell("call", heard(receipt, "call").changed[0]) for receipt in receipts)
        bad = invalid_numbers(asked)
        several = len(asked.values["to"]) > 1
        return Reply(status, CallTold(message, ids if several else ids[0], asked.request, bad or UNSET))

    return worded


# --- views ----------------------------------------------------------------------------------------


def tell_conferences(asked: Asked, sight: Sight) -> Reply:
    """The names of the live conferences (Plivo 1.2)."""
    names = tuple(room.name for room in sight.conferences() if room.state != "ending")
    return Reply(200, ConferencesBody(asked.request, names))


def tell_conference(asked: Asked, sight: Sight) -> Reply:
    """A live conference, or the last one of that name that ended: its run time, and nobody inside (Plivo 1.2)."""
    name = asked.path["conference_name"]
    room = sight.conference(name)
    if room is not None and room.name == name and room.state != "ending":
        return Reply(200, conference_body(room, asked, sight))
    ended = sight.ended_conference(name)
    if ended is None or ended.name != name:
        raise unknown("conference not found")
    ran = seconds(ended.ended_at - ended.created_at)
    return Reply(200, ConferenceBody(ended.name, ran, "0", (), asked.request))


def conference_body(room: ConferenceView, asked: Asked, sight: Sight) -> ConferenceBody:
    """A live conference and those inside."""
    now = sight.now
    members = tuple([member_body(one, now, sight) for one in room.members if one.state in INSIDE])
    return ConferenceBody(room.name, seconds(now - room.created_at), str(len(members)), members, asked.request)


def member_body(member: MemberView, now: float, sight: Sight) -> MemberBody:
    """One member; the time it is inside counts from its joining."""
    about = member.about
    return MemberBody(
        muted=member.muted,
        member_id=str(member.number),
        deaf=member.deaf,
        from_=bare_number(about.caller),
        to=bare_number(about.called),
        caller_name=about.caller_name,
        direction=about.direction,
        call_uuid=sight.spell("call", member.call),
        join_time=seconds(now - (now if member.joined_at is None else member.joined_at)),
    )
