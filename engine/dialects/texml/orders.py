"""What TeXML's rows of conferences and participants order of the exchange: requests become commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.dialects.face import ApplicationView, Asked, Refused, Reply, Sight
from engine.dialects.spelling import UUID
from engine.dialects.texml.replies import (
    CONNECTED,
    PARTICIPANT_STATUS,
    REFUSALS,
    get_conference,
    get_participant,
    member_of,
    open_room,
    participant_of,
)
from engine.dialects.texml.troubles import NOT_ANSWERED, gone, missing, refusal
from engine.values import commands
from engine.values.commands import Command
from engine.values.flow import Hook, Wish
from engine.values.views import ConferenceView

TONGUE = "texml"
Ordered = tuple[Command, ...] | Reply
Values = Mapping[str, Any]

BEEPS = {"true": "both", "false": "none", "onEnter": "enter", "onExit": "exit"}
DETECTION = {"Enable": "true", "DetectMessageEnd": "true"}  # Disable, or nothing said: none
RECORDED = ("true", "record-from-start")
RECORDING_EVENTS = {"failed": "absent"}
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
HEADERS = 100


def hook(values: Values, name: str, method: str = "") -> Hook | None:
    """The address of that name and its method, POST where none is given; None where there is no address."""
    url = values.get(name)
    return Hook(url, values.get(method or f"{name}Method", "POST")) if url else None


def sound_hook(values: Values, name: str, method: str) -> Hook | None:
    """The same of a sound, whose document is of this dialect whoever hears it."""
    found = hook(values, name, method)
    return found and Hook(found.url, found.method, TONGUE)


# --- conferences -------------------------------------------------------------------------------------


def update_conference(asked: Asked, sight: Sight) -> Ordered:
    """End a conference, or announce something to everybody in it; nothing asked, nothing done (TeXML 1.4)."""
    if not {"Status", "AnnounceUrl"} & asked.values.keys():
        return get_conference(asked, sight)
    room = open_room(asked.path["conference_sid"], sight)
    if "Status" in asked.values:
        return (commands.EndConference(room=room.id, account=asked.account),)
    sound = sound_hook(asked.values, "AnnounceUrl", "AnnounceMethod")
    assert sound is not None
    return (commands.Announce(room=room.id, account=asked.account, sound=sound),)


# --- participants ------------------------------------------------------------------------------------


def update_participant(asked: Asked, sight: Sight) -> Ordered:
    """Change what a participant says, hears and causes, all or nothing (TeXML 1.5, 4, 7 A13)."""
    room, member = participant_of(asked, sight)
    values = asked.values
    changes: dict[str, Any] = {
        "muted": values.get("Muted"),
        "held": values.get("Hold"),
        "hold_sound": hold_sound(values, held=member.held),
        "coach": coached(values, room, member.call, sight),
        "end_on_exit": values.get("EndConferenceOnExit"),
        "beep_on_exit": values.get("BeepOnExit"),
        "wait_sound": sound_hook(values, "WaitUrl", "WaitMethod"),
        "announce": sound_hook(values, "AnnounceUrl", "AnnounceMethod"),
    }
    if all(change is None for change in changes.values()):
        return get_participant(asked, sight)
    if changes["announce"] is not None and PARTICIPANT_STATUS[member.state] != CONNECTED:
        raise refusal(NOT_ANSWERED, "who is not connected yet can be told nothing", "AnnounceUrl")
    return (
        commands.UpdateMember(room=room.id, account=asked.account, members=(member.call,), **changes),
    )  # fmt: skip


def hold_sound(values: Values, *, held: bool) -> Hook | None:
    """What a held participant is to hear; the built-in music where a hold names nothing, None for no change.

    An address without a hold means nothing to who is not held (TeXML 4).
    """
    sound = sound_hook(values, "HoldURL", "HoldMethod")
    holds = values.get("Hold", held)
    if sound is not None:
        return sound if holds else None
    return Hook("") if holds and not held else None


def coached(values: Values, room: ConferenceView | None, call: str, sight: Sight) -> str | None:
    """The call to coach, empty for nobody, None for no change (TeXML 4, 7 A16).

    Refused where there is none to coach: somebody else, connected, in the same conference.
    """
    wanted, target = values.get("Coaching"), values.get("CallSidToCoach")
    if wanted is False:
        return ""
    if not target:
        if wanted:
            raise missing("CallSidToCoach")
        return None
    if room is None:
        raise refusal(*REFUSALS["coach_unknown"])
    return connected(room, target, call, sight)


def connected(room: ConferenceView, target: str, call: str, sight: Sight) -> str:
    """The call of a connected participant other than `call`; Refused where the target is none."""
    try:
        member = member_of(room, target, sight)
    except Refused:
        raise refusal(*REFUSALS["coach_unknown"]) from None
    if member.call == call or PARTICIPANT_STATUS[member.state] != CONNECTED:
        raise refusal(*REFUSALS["coach_unknown"])
    return member.call


def remove_participant(asked: Asked, sight: Sight) -> Ordered:
    """Take a participant out and end its call (TeXML 7 A3)."""
    room, member = participant_of(asked, sight)
    return (commands.HangUpMember(room=room.id, account=asked.account, members=(member.call,)),)


def dial_participant(asked: Asked, sight: Sight) -> Ordered:
    """Dial somebody into a conference: a live one by its sid or name, otherwise a new one (TeXML 1.5, 7 A31)."""
    values, named = asked.values, asked.path["conference_sid"]
    room = dialled_room(named, sight)
    by_sid = room is not None and bool(sight.find("conference", named))
    if not by_sid and not values.get("ApplicationSid"):
        raise missing("ApplicationSid")
    label = values.get("Label", "")
    if room is not None and label and any(member.label == label for member in room.members):
        raise refusal(*REFUSALS["label_taken"])
    return (
        commands.InviteMember(
            conference="" if room is not None else named,
            room=room.id if room is not None else "",
            account=asked.account,
            call=sight.mint("call"),
            label=label,
            muted=values["Muted"],
            beep=BEEPS[values["Beep"]],  # type: ignore[arg-type]
            starts=values["StartConferenceOnEnter"],
            ends=values["EndConferenceOnExit"],
            early_media=values["EarlyMedia"],
            max_members=values.get("MaxParticipants"),
            wait_sound=hook(values, "WaitUrl", "WaitMethod"),
            coach=coached(values, room, "", sight) or "",
            record_conference=conference_wish(values),
            callback=hook(values, "ConferenceStatusCallback"),
            callback_events=values["ConferenceStatusCallbackEvent"],
            timeout=values["Timeout"],
            time_limit=values.get("TimeLimit", 0),
            status=status_hook(values, sight.application(values.get("ApplicationSid", ""))),
            machine_hook=hook(values, "AmdStatusCallback"),
            application=values.get("ApplicationSid", ""),
            **outgoing(values),
        ),
    )


def dialled_room(named: str, sight: Sight) -> ConferenceView | None:
    """The live conference of that sid or name; None where one is to be made of that name.

    What looks like a sid and is none of a live conference is no name: it was meant to be there already.
    """
    if sight.find("conference", named):
        return open_room(named, sight)
    live = sight.conference(named)
    if live is not None and live.name == named:
        return live
    if UUID.fullmatch(named):
        raise gone()
    return None


def outgoing(values: Values) -> dict[str, Any]:
    """What a dialled participant and a dialled call have in common, in the words of commands (TeXML 1.5, 1.7)."""
    return {
        "to": values["To"],
        "caller": values["From"],
        "caller_name": values.get("CallerId", ""),
        "tongue": TONGUE,
        "status_events": values["StatusCallbackEvent"],
        "machine_detection": DETECTION.get(values.get("MachineDetection", ""), ""),
        "record": leg_wish(values),
        "headers": custom_headers(values.get("CustomHeaders")),
        "username": values.get("SipAuthUsername", ""),
        "password": values.get("SipAuthPassword", ""),
    }


def status_hook(values: Values, application: ApplicationView | None) -> Hook | None:
    """Where a call's progress is told: as the request says, else as its application does."""
    return hook(values, "StatusCallback") or (application.status if application is not None else None)


def leg_wish(values: Values) -> Wish | None:
    """How one leg is recorded; None where it is not."""
    if not values["Record"]:
        return None
    return Wish(
        hook=hook(values, "RecordingStatusCallback"),
        events=told_events(values["RecordingStatusCallbackEvent"]),
        channels=values["RecordingChannels"],
        silence=values.get("RecordingTimeout", 0),
        trim=values["Trim"] == "trim-silence",
        send_url=values.get("SendRecordingUrl", True),
    )


def conference_wish(values: Values) -> Wish | None:
    """How the conference is recorded; None where it is not."""
    if values["ConferenceRecord"] not in RECORDED:
        return None
    return Wish(
        hook=hook(values, "ConferenceRecordingStatusCallback"),
        events=told_events(values["ConferenceRecordingStatusCallbackEvent"]),
        silence=values["ConferenceRecordingTimeout"],
        trim=values["ConferenceTrim"] == "trim-silence",
    )


def told_events(words: tuple[str, ...]) -> tuple[str, ...]:
    """The states of a recording that are told, `failed` being another word for `absent` (TeXML 1.5)."""
    return tuple(dict.fromkeys(RECORDING_EVENTS.get(word, word) for word in words))


def custom_headers(given: Any) -> tuple[tuple[str, str], ...]:
    """SIP headers out of a list of name and value, or its JSON; Refused where it is none."""
    if given is None:
        return ()
    try:
        rows = msgspec.json.decode(given) if isinstance(given, str) else given
        headers = msgspec.convert(rows, list[Header])
    except (msgspec.MsgspecError, RecursionError):
        headers = None
    if headers is None or len(headers) > HEADERS or not all(header.fit() for header in headers):
        raise refusal(
            "", "must be a list of objects with a name and a value, both of printable ASCII", "CustomHeaders"
        )
    return tuple([(header.name, header.value) for header in headers])


class Header(msgspec.Struct, frozen=True):
    """A SIP header as a request gives it."""

    name: str
    value: str

    def fit(self) -> bool:
        """Whether it can stand in a message without ending its line."""
        return bool(HEADER.fullmatch(self.name)) and self.value.isascii() and self.value.isprintable()
