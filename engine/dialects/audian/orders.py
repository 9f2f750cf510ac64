"""What Audian's rows order of the exchange: requests become commands, pure functions of what is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.dialects import form
from engine.dialects.audian.documents import merged, read_document
from engine.dialects.audian.places import Place, bad_identifier, definition_at, participant_at, place_at
from engine.dialects.audian.validation import Schema, fault, faults, refuse
from engine.dialects.face import Asked, Field, Problem, Refused, Sight
from engine.dialects.tongues import DEFINED
from engine.values import commands
from engine.values.commands import ALL, Command

SOUND = Field(name="media_id", doc="", kind="url")
NOTHING: Mapping[str, Any] = {}


# --- requests -------------------------------------------------------------------------------------


def data_of(asked: Asked) -> Mapping[str, Any]:
    """What the envelope holds; a request without it is refused (Audian 9 B33)."""
    data = asked.body.get("data") if isinstance(asked.body, dict) else None
    if not isinstance(data, dict):
        raise Refused(Problem(trouble="malformed", message="field required: data"))
    return data


def inner_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands in `data` once more: an action's parameters may (Audian 6)."""
    inner = data.get("data")
    return inner if isinstance(inner, dict) else NOTHING


def parameters(asked: Asked) -> Mapping[str, Any]:
    """An action's parameters: of the query, in `data`, or within that (Audian 6)."""
    data = asked.body.get("data") if isinstance(asked.body, dict) else None
    data = data if isinstance(data, dict) else NOTHING
    return {**asked.values, **data, **inner_of(data)}


def faulty(action: Any) -> Refused:
    """The refusal of an action that there is not for a whole conference (Audian 6)."""
    known = action if isinstance(action, str) else "nothing"
    problem = Problem(trouble="unknown", message=f"there is no action {known[:64]}", code="faulty_request")
    return Refused(problem)


# --- definitions ----------------------------------------------------------------------------------


def create(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Store a new definition (Audian 4.1)."""
    wanted = read_document(data_of(asked), None)
    new = sight.mint("definition")
    more = merged("", wanted.more)
    return (commands.DefineConference(id=new, account=asked.account, more=more, **wanted.values),)


def update(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Change what the request names of a definition; null gives a field its default back (Audian 9 B3)."""
    known = definition_at(asked, sight)
    wanted = read_document(data_of(asked), known)
    return (
        commands.DefineConference(
            id=known.id,
            account=asked.account,
            reset=wanted.reset,
            more=merged(known.more, wanted.more),
            **wanted.values,
        ),
    )


def delete(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Remove a definition; its live room ends (Audian 9 B23)."""
    return (commands.ForgetConference(id=definition_at(asked, sight).id),)


# --- participants ---------------------------------------------------------------------------------

# What an action makes of a member: the flag, and how it is afterwards (Audian 5.2).
FLAGS: Mapping[str, tuple[str, bool]] = {
    "mute": ("muted", True),
    "unmute": ("muted", False),
    "deaf": ("deaf", True),
    "undeaf": ("deaf", False),
}
ACTIONS = (*FLAGS, "kick", "play")


def for_members(action: str, asked: Asked, room: str, members: tuple[str, ...]) -> Command:
    """The command of an action to members of a room; a kick ends their calls (Audian 9 B21)."""
    where: dict[str, Any] = {"conference": room, "account": asked.account, "members": members}
    if action == "kick":
        return commands.HangUpMember(**where)
    if action == "play":
        return commands.PlayToMember(url=sound_of(asked), **where)
    flag, on = FLAGS[action]
    return commands.UpdateMember(**where | {flag: on})


def sound_of(asked: Asked) -> str:
    """The sound to be played: our media have no other ids than their addresses (Audian 6)."""
    given = parameters(asked).get("media_id")
    if given is None:
        raise Refused(fault("media_id", "required"))
    refuse(faults("media_id", given, {"type": "string"}))
    try:
        return str(form.fit(SOUND, given))
    except form.Unfit:
        raise bad_identifier(given[:64]) from None


def act(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Do something to one participant (Audian 5.2, 9 B22)."""
    room, member = participant_at(asked, sight)
    action = data_of(asked).get("action")
    if action is None:
        raise Refused(fault("action", "required"))
    refuse(faults("action", action, {"type": "string", "enum": ACTIONS}))
    return (for_members(action, asked, room.name, (member.call,)),)


def kick(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Take one participant out (Audian 5.2)."""
    room, member = participant_at(asked, sight)
    return (for_members("kick", asked, room.name, (member.call,)),)


def act_on_all(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Do something to all: flags are changed of those who are no moderators (Audian 6, 9 B28)."""
    place = place_at(asked, sight)
    action = data_of(asked).get("action")
    if not isinstance(action, str) or action not in ACTIONS:
        raise faulty(action)
    members: tuple[str, ...] = ALL
    if action in FLAGS:
        flag, on = FLAGS[action]
        there = place.room.members if place.room is not None else ()
        members = tuple(one.call for one in there if not one.moderator and getattr(one, flag) is not on)
    command = for_members(action, asked, place.room_name(sight), members)
    return (command,) if place.room is not None and members else ()


# --- whole rooms ----------------------------------------------------------------------------------


def action_on_room(asked: Asked) -> tuple[Any, Any]:
    """The action on a room, of the envelope or else in `data`; and the one that is meant by that (Audian 6)."""
    body = asked.body if isinstance(asked.body, dict) else NOTHING
    data = body.get("data")
    data = data if isinstance(data, dict) else NOTHING
    if body.get("action") is not None:
        return body["action"], data.get("action", inner_of(data).get("action"))
    return asked.values.get("action"), inner_of(data).get("action")


def lock(asked: Asked, sight: Sight, place: Place) -> tuple[Command, ...]:
    """Let nobody else in (Audian 9 B27)."""
    return (commands.LockConference(conference=place.room_name(sight), account=asked.account),)


def unlock(asked: Asked, sight: Sight, place: Place) -> tuple[Command, ...]:
    """Let others in again."""
    return (commands.LockConference(conference=place.room_name(sight), account=asked.account, locked=False),)


def play(asked: Asked, sight: Sight, place: Place) -> tuple[Command, ...]:
    """Play a sound to the whole room."""
    return (for_members("play", asked, place.room_name(sight), ALL),)


RECORDS: Mapping[str, type[commands.RoomCommand]] = {
    "start": commands.RecordConference,
    "stop": commands.StopRecording,
}


def record(asked: Asked, sight: Sight, place: Place) -> tuple[Command, ...]:
    """Begin or end the room's recording."""
    _, wish = action_on_room(asked)
    if wish is None:
        raise Refused(fault("action", "required"))
    refuse(faults("action", wish, {"type": "string", "enum": tuple(RECORDS)}))
    return (RECORDS[wish](conference=place.room_name(sight), account=asked.account),)


ENDPOINT = r"^(\+?[0-9]{2,15}|sips?:[^\s@<>]+(@[^\s@<>]+)?)$"
# What may be said of an invitation; the flags that mean nothing to us change nothing (Audian 6).
DIAL: Mapping[str, Schema] = {
    "endpoints": {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "string", "pattern": ENDPOINT}},
    "caller_id_name": {"type": "string", "maxLength": 128},
    "caller_id_number": {"type": "string", "maxLength": 128},
    "participant_flags": {
        "type": "array",
        "items": {
            "type": "string",
            "enum": (
                *("mute", "deaf", "distribute_dtmf", "is_moderator", "disable_moh", "ghost"),
                *("join_existing", "video_mute"),
            ),
        },
    },
    "timeout": {"type": "integer", "minimum": 1, "maximum": 3600},
}


def dial(asked: Asked, sight: Sight, place: Place) -> tuple[Command, ...]:
    """Call endpoints into the room, which is made where there is none."""
    given = {name: value for name, value in parameters(asked).items() if name in DIAL and value is not None}
    problems = [] if "endpoints" in given else [fault("endpoints", "required")]
    for name, value in given.items():
        problems += faults(name, value, DIAL[name], first=1)  # its ancestor counts endpoints from 1 (Audian 6)
    refuse(problems)
    return tuple(one for to in given["endpoints"] for one in invitation(asked, sight, place, {**given, "to": to}))


def invitation(asked: Asked, sight: Sight, place: Place, given: Mapping[str, Any]) -> tuple[Command, ...]:
    """Call one endpoint; who is to be deaf is so before it answers."""
    room, flags = place.room_name(sight), given.get("participant_flags", ())
    moderator = "is_moderator" in flags
    listens = place.definition is not None and place.definition.profile == "webinar" and not moderator
    invited = commands.InviteMember(
        conference=room,
        account=asked.account,
        call=sight.mint("call"),
        to=given["to"],
        caller=given.get("caller_id_number", ""),
        caller_name=given.get("caller_id_name", place.name),
        tongue=DEFINED,
        timeout=float(given.get("timeout", 0)),
        muted=listens or "mute" in flags,
        moderator=moderator,
    )
    if "deaf" not in flags:
        return (invited,)
    return (invited, for_members("deaf", asked, room, (invited.call,)))


ROOM_ACTIONS: Mapping[str, Callable[[Asked, Sight, Place], tuple[Command, ...]]] = {
    "lock": lock,
    "unlock": unlock,
    "play": play,
    "record": record,
    "dial": dial,
}
# What there is a room for only once somebody came; for others the room is made (Audian 6).
MAKES_A_ROOM = ("dial",)


def act_on_room(asked: Asked, sight: Sight) -> tuple[Command, ...]:
    """Do something to a whole conference; without a live room there is nothing to be done, which is no fault."""
    place = place_at(asked, sight)
    action, _ = action_on_room(asked)
    if action is None:
        data_of(asked)
    order = ROOM_ACTIONS.get(action) if isinstance(action, str) else None
    if order is None:
        raise faulty(action)
    ordered = order(asked, sight, place)
    return ordered if place.room is not None or action in MAKES_A_ROOM else ()
