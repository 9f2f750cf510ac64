"""What Plivo's rows order of the exchange: requests become commands, pure functions of what is asked."""

from __future__ import annotations

import re
from typing import Any

from engine.dialects import form
from engine.dialects.face import Asked, Field, Order, Reply, Sight, refusal, unknown
from engine.dialects.spelling import bare_number
from engine.values import commands
from engine.values.commands import ALL, Command, MemberCommand
from engine.values.flow import Hook

EVERYBODY = "all"
NOT_ANSWERED = "the call is not answered yet"
UNANSWERED = ("queued", "ringing")
DAY = 86_400  # seconds: a longer limit is cut (Plivo 1.6)
NUMBER = re.compile(r"\+?[0-9]{2,15}|sip:[^\s@<>]+(@[^\s@<>]+)?")
ADDRESS = Field(name="urls", doc="", kind="url")


def hook(asked: Asked, name: str) -> Hook | None:
    """The address in `<name>_url` and its method; None where there is none."""
    url = asked.values.get(f"{name}_url")
    return Hook(url, asked.values[f"{name}_method"]) if url else None


# --- conferences and members ------------------------------------------------------------------------


def listed(text: str) -> bool:
    """Whether members are meant by a list, or all of them, and not by one id."""
    return text == EVERYBODY or "," in text


def member_ids(text: str) -> tuple[str, ...]:
    """The member ids that are meant, blanks and doubles left out (Plivo 5.4); an id is a number."""
    if text == EVERYBODY:
        return ALL
    ids = dict.fromkeys([piece.strip() for piece in text.split(",")])
    return tuple([one for one in ids if one.isdecimal() and one.isascii()])


def for_members(command: type[MemberCommand], **changes: Any) -> Order:
    """Order a command for the members in the path; its other fields are what the request gives of the same name."""
    names = tuple(name for name in command.__struct_fields__ if name not in MemberCommand.__struct_fields__)

    def orders(asked: Asked, sight: Sight) -> tuple[Command, ...]:
        room = asked.path["conference_name"]
        members = member_ids(asked.path["member_id"])
        if not members:
            raise unknown("conference not found" if sight.conference(room) is None else "member not found")
        given = {name: asked.values[name] for name in names if name in asked.values}
        return (command(conference=room, account=asked.account, members=members, **changes, **given),)

    return orders


def for_conference(command: type[commands.RoomCommand]) -> Order:
    """Order a command for the conference in the path (ended by it, the calls of its members end: Plivo 5.7)."""

    def orders(asked: Asked, sight: Sight) -> tuple[Command, ...]:
        return (command(conference=asked.path["conference_name"], account=asked.account),)

    return orders


def end_conferences(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """End every room."""
    return (commands.EndAllConferences(account=asked.account),)


def record_conference(tongue: str) -> Order:
    """Order that a room be recorded, whoever made it; its end is told in `tongue` (Plivo 1.5)."""

    def orders(asked: Asked, sight: Sight) -> tuple[Command, ...]:
        return (
            commands.RecordConference(
                conference=asked.path["conference_name"],
                account=asked.account,
                format=asked.values["file_format"],
                callback=hook(asked, "callback"),
                tongue=tongue,
            ),
        )

    return orders


# --- placing calls ----------------------------------------------------------------------------------


def valid_numbers(asked: Asked) -> tuple[str, ...]:
    """Whom to call: those of `to` that are numbers or SIP addresses."""
    return tuple(one for one in asked.values["to"] if NUMBER.fullmatch(one))


def invalid_numbers(asked: Asked) -> tuple[str, ...]:
    """Those of `to` that nobody can be called by."""
    return tuple(one for one in asked.values["to"] if not NUMBER.fullmatch(one))


def make_call(tongue: str, *, answer_hears_end: bool = False) -> Order:
    """Order a call to each number of `to`, whose documents are in `tongue` (Plivo 1.6).

    `answer_hears_end`: without hangup_url the end is told to answer_url (Vobiz 1.6; not so Plivo 5.23).
    """

    def orders(asked: Asked, sight: Sight) -> tuple[Command, ...]:
        given = asked.values
        numbers = valid_numbers(asked)
        if not numbers:
            raise refusal("value", "to: must be a telephone number or a sip: address", field="to")
        if bare_number(given["from"]) in [bare_number(one) for one in numbers]:
            raise refusal("value", "from must not be among the numbers of to", field="from")
        find_parent(asked, sight)
        wishes = call_wishes(asked)
        if answer_hears_end and wishes["hangup"] is None:
            wishes["hangup"] = Hook(given["answer_url"], given["hangup_method"])
        return tuple(
            commands.MakeCall(
                call=sight.mint("call"),
                to=number,
                caller=given["from"],
                tongue=tongue,
                account=asked.account,
                **wishes,
            )
            for number in numbers
        )

    return orders


def find_parent(asked: Asked, sight: Sight) -> None:
    """Refuse a call whose parent must be live and is not (Plivo 1.6); otherwise a parent is no more than a hint."""
    parent = asked.values.get("parent_call_uuid", "")
    if asked.values["error_if_parent_not_found"] and sight.call(sight.find("call", parent)) is None:
        raise unknown("parent_call_uuid not found", "parent_call_uuid")


def call_wishes(asked: Asked) -> dict[str, Any]:
    """What all calls of one request have in common."""
    given = asked.values
    detection = given.get("machine_detection", "")
    return {
        "answer": hook(asked, "answer"),
        "fallback": hook(asked, "fallback"),
        "ring": hook(asked, "ring"),
        "hangup": hook(asked, "hangup"),
        "caller_name": given.get("caller_name", ""),
        "send_digits": given.get("send_digits", ""),
        "send_on_preanswer": given["send_on_preanswer"],
        "ring_timeout": float(given["ring_timeout"]),
        "time_limit": float(min(given["time_limit"], DAY)),
        "hangup_on_ring": float(given["hangup_on_ring"]),
        "machine_detection": "" if detection == "false" else detection,
        "machine_hook": hook(asked, "machine_detection"),
        "headers": headers_of(given.get("sip_headers", "")),
    }


def headers_of(text: str) -> tuple[tuple[str, str], ...]:
    """The SIP headers of `k=v,k2=v2` (Plivo 1.6); the row has seen to it that it reads so."""
    cut = (piece.strip().partition("=") for piece in text.split(",") if piece.strip())
    return tuple((name, value) for name, _, value in cut)


# --- live calls -------------------------------------------------------------------------------------


def call_of(asked: Asked, sight: Sight, name: str = "call_uuid") -> str:
    """Our id of the call in the path; Refused where this account has none of that id."""
    found = sight.find("call", asked.path[name])
    if not found:
        raise unknown("call not found")
    return found


def answered(asked: Asked, sight: Sight) -> str:
    """Our id of the call in the path; Refused also where whom it is for has not answered (Plivo 1.6: live calls)."""
    call = call_of(asked, sight)
    view = sight.call(call)
    if view is not None and view.about.role != "inbound" and view.state in UNANSWERED:
        raise refusal("refused", NOT_ANSWERED)
    return call


def for_call(command: type[commands.CallCommand], name: str = "call_uuid") -> Order:
    """Order a command for the call in the path; its other fields are what the request gives of the same name."""
    names = tuple(one for one in command.__struct_fields__ if one != "call")

    def orders(asked: Asked, sight: Sight) -> tuple[Command, ...]:
        given = {one: asked.values[one] for one in names if one in asked.values}
        return (command(call=call_of(asked, sight, name), **given),)

    return orders


def on_answered(command: type[commands.CallCommand]) -> Order:
    """The same for a call that somebody hears something on."""
    orders = for_call(command)

    def checked(asked: Asked, sight: Sight) -> tuple[Command, ...] | Reply:
        answered(asked, sight)
        return orders(asked, sight)

    return checked


def hang_up_calls(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """End every call."""
    return (commands.HangUpAllCalls(account=asked.account),)


# The legs that `legs` means, by the names of their addresses.
SIDES = {"aleg": ("aleg",), "bleg": ("bleg",), "both": ("aleg", "bleg")}


def transfer(tongue: str) -> Order:
    """Order new documents, in `tongue`, for legs of any call; each that is meant needs an address (Plivo 1.6)."""

    def orders(asked: Asked, sight: Sight) -> tuple[Command, ...]:
        call = call_of(asked, sight)
        legs = asked.values["legs"]
        for side in SIDES[legs]:
            if not asked.values.get(f"{side}_url"):
                raise refusal("missing", f"{side}_url parameter is missing", field=f"{side}_url")
        hooks = {side: hook(asked, side) for side in SIDES[legs]}
        aleg, bleg = hooks.get("aleg"), hooks.get("bleg")
        return (commands.TransferCall(call=call, legs=legs, aleg=aleg, bleg=bleg, tongue=tongue),)

    return orders


play_on_call = on_answered(commands.PlayOnCall)


def play(asked: Asked, sight: Sight) -> tuple[Command, ...] | Reply:
    """Play sounds on legs of a call."""
    for url in asked.values["urls"]:
        try:
            form.fit(ADDRESS, url)
        except form.Unfit as unfit:
            raise refusal(unfit.trouble, f"urls: each {unfit.message}", field="urls") from None
    return play_on_call(asked, sight)


def record_call(tongue: str) -> Order:
    """Order that a call be recorded beside its flow; the end is told in `tongue` (Plivo 1.6)."""

    def orders(asked: Asked, sight: Sight) -> tuple[Command, ...]:
        return (
            commands.RecordCall(
                call=answered(asked, sight),
                max_length=float(asked.values["time_limit"]),
                format=asked.values["file_format"],
                channels=asked.values["record_channel_type"],
                callback=hook(asked, "callback"),
                tongue=tongue,
            ),
        )

    return orders
