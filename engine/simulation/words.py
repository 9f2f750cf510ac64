"""The words of `do`: what people do and what customers ask, each with its fields.

Every command is a word by its wire tag, with the fields of its struct; a few words are shorthand
for a command with some fields fixed; the rest are what people do with their phones. All are made
into structs here, so that reading, explaining and the JSON schema come from one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Union, get_args

import msgspec
from msgspec import NODEFAULT, Struct, defstruct, field

from engine.values import commands
from engine.values.commands import AnyCommand, Command
from engine.values.flow import Hook


class Deed(Struct, frozen=True, kw_only=True):
    """Something that a person, or fate, does to a call."""


class Press(Deed, frozen=True, kw_only=True):
    """Press keys; `w` waits 0.5 s, `W` 1 s."""

    call: str
    digits: str


class Say(Deed, frozen=True, kw_only=True):
    """Say a text; it is understood when it was said to the end."""

    call: str
    text: str


class Talk(Deed, frozen=True, kw_only=True):
    """Talk `for` some seconds."""

    call: str
    seconds: float


class HangUp(Deed, frozen=True, kw_only=True):
    """Put the phone down, or refuse a call that rings."""

    call: str


class LoseCall(Deed, frozen=True, kw_only=True):
    """Lose the call's channel."""

    call: str


class SwitchFails(Deed, frozen=True, kw_only=True):
    """Lose the switch, and every call with it."""


class Shorthand(Struct, frozen=True, kw_only=True):
    """A word for a command: `fixed` fields, and `takes` from the word's own names to fields, with their defaults."""

    do: str
    doc: str
    command: type[Command]
    fixed: Mapping[str, object] = {}
    takes: Mapping[str, str] = {}
    defaults: Mapping[str, object] = {}


UPDATE = commands.UpdateMember
# fmt: off
SHORTHANDS = (
    Shorthand(do="mute", command=UPDATE, fixed={"muted": True}, doc="Close what members say."),
    Shorthand(do="unmute", command=UPDATE, fixed={"muted": False}, doc="Let members be heard again."),
    Shorthand(do="deafen", command=UPDATE, fixed={"deaf": True}, doc="Close what members hear of the room."),
    Shorthand(do="undeafen", command=UPDATE, fixed={"deaf": False}, doc="Let members hear again."),
    Shorthand(do="hold", command=UPDATE, fixed={"held": True}, takes={"sound": "hold_sound"}, defaults={"sound": None},
              doc="Put members on hold, hearing `sound` (a URL; else music)."),
    Shorthand(do="unhold", command=UPDATE, fixed={"held": False}, doc="Give members back to the room as they were."),
    Shorthand(do="coach", command=UPDATE, takes={"target": "coach"},
              doc="From now on members are heard by `target` alone."),
    Shorthand(do="uncoach", command=UPDATE, fixed={"coach": ""}, doc="Let coaches be heard by everybody."),
    Shorthand(do="set_end_on_exit", command=UPDATE, takes={"ends": "end_on_exit"}, defaults={"ends": True},
              doc="Say whether the room ends when these members leave."),
    Shorthand(do="set_beep_on_exit", command=UPDATE, takes={"beeps": "beep_on_exit"}, defaults={"beeps": True},
              doc="Say whether a beep is heard when these members leave."),
    Shorthand(do="set_wait_sound", command=UPDATE, takes={"sound": "wait_sound"},
              doc="Change what members hear until the room begins."),
    Shorthand(do="set_hold_sound", command=UPDATE, takes={"sound": "hold_sound"},
              doc="Change what members hear while they are held."),
    Shorthand(do="announce_member", command=UPDATE, takes={"sound": "announce"},
              doc="Fetch a document or sound and play it to each of the members."),
    Shorthand(do="unlock", command=commands.LockConference, fixed={"locked": False}, doc="Let people in again."),
)
# fmt: on

DEEDS: dict[str, type[Deed]] = {
    "press": Press,
    "say": Say,
    "talk": Talk,
    "hang_up": HangUp,
    "lose_call": LoseCall,
    "switch_fails": SwitchFails,
}

# Fields whose name in a scenario is another: reserved in Python, or the scenario's own word for it.
SPELLED = {"seconds": "for", "caller": "from", "tongue": "dialect"}
# Words whose `call` names a new call.
PLACING = (commands.MakeCall, commands.InviteMember)
# Left out, they are worked out when the step is due: the room its members are in, the scenario's dialect.
WORKED_OUT = {"conference": "", "tongue": ""}

Names = str | int | tuple[str | int, ...]


class Word(Struct, frozen=True, kw_only=True):
    """One `do`: its step struct, and the command or deed it makes.

    `fields` maps the step's fields to those of `target`; `fixed` are fields of `target` that the word itself says.
    """

    do: str
    doc: str
    step: type[Struct]
    target: type[Struct]
    fields: Mapping[str, str]
    fixed: Mapping[str, object] = {}


def step_type(annotation: Any, name: str) -> Any:
    """The type that a scenario may write for a field of that type: names for members, a URL for a hook, text."""
    if name == "members":
        return Names
    if annotation is bytes:
        return str
    if takes_hook(annotation):
        return str | annotation
    return annotation


def takes_hook(annotation: Any) -> bool:
    """Whether a field is an address to ask."""
    return annotation is Hook or Hook in get_args(annotation)


def make_word(do: str, target: type[Struct], doc: str, shorthand: Shorthand | None = None) -> Word:
    """Make the word for a struct, or for its shorthand."""
    given = {info.name: info for info in msgspec.structs.fields(target)}
    takes: Mapping[str, str] = {}
    taken = {name: name for name in given}
    if shorthand is not None:
        takes = shorthand.takes
        base = {info.name for info in msgspec.structs.fields(target.__mro__[1])}
        taken = {name: name for name in given if name in base} | dict(takes)
    parts: list[Any] = [("at", float, field(default=0.0))]
    for name, source in taken.items():
        annotation, default = step_type(given[source].type, source), given[source].default
        if shorthand is not None and name in takes:
            default = shorthand.defaults.get(name, NODEFAULT)
            annotation = annotation if default is None else without_none(annotation)
        elif annotation is str and source != "call":
            default = WORKED_OUT.get(source, "" if default == b"" else default)
        parts.append((name, annotation) if default is NODEFAULT else (name, annotation, field(default=default)))
    step = defstruct(
        "".join(part.capitalize() for part in do.split("_")) + "Step",
        parts,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        tag_field="do",
        tag=do,
        rename=SPELLED,
    )
    return Word(do=do, doc=doc, step=step, target=target, fields=taken, fixed=shorthand.fixed if shorthand else {})


def without_none(annotation: Any) -> Any:
    """The same type without None."""
    parts = tuple(part for part in get_args(annotation) if part is not type(None))
    return Union[parts] if parts else annotation  # noqa: UP007


def first_sentence(kind: type) -> str:
    """What a struct's docstring says first."""
    return (kind.__doc__ or "").strip().splitlines()[0]


def tag_of(kind: type[Struct]) -> str:
    """A command's wire tag."""
    return str(kind.__struct_config__.tag)


def make_words() -> dict[str, Word]:
    """All words there are, people's first."""
    words = [make_word(do, kind, first_sentence(kind)) for do, kind in DEEDS.items()]
    words += [make_word(tag_of(kind), kind, first_sentence(kind)) for kind in get_args(AnyCommand)]
    words += [make_word(short.do, short.command, short.doc, short) for short in SHORTHANDS]
    return {word.do: word for word in words}


WORDS = make_words()
AnyStep: Any = Union[tuple(word.step for word in WORDS.values())]  # noqa: UP007
OF_STEP = {word.step: word for word in WORDS.values()}


def of_step(step: Struct) -> Word:
    """The word that a step was written with."""
    return OF_STEP[type(step)]


def carry_out(step: Struct, resolve: Callable[[str], str], dialect: Callable[[], str]) -> Struct:
    """Make the command or deed that a step says; `resolve` turns a name into a call's id.

    `dialect` is asked for the dialect of a new call where the step leaves it out.
    """
    word = of_step(step)
    made: dict[str, Any] = dict(word.fixed)
    for name, target in word.fields.items():
        made[target] = value_of(getattr(step, name), target, word, resolve)
    if made.get("tongue") == "" and word.target in PLACING:  # a live call has its own
        made["tongue"] = dialect()
    return word.target(**made)


def value_of(value: Any, target: str, word: Word, resolve: Callable[[str], str]) -> Any:
    """Turn what a scenario wrote into what the command's field holds."""
    if target == "members":
        return tuple(resolve(str(one)) for one in (value if isinstance(value, (tuple, list)) else (value,)))
    if target == "coach" or (target == "call" and word.target not in PLACING):
        return resolve(value) if value else value
    if target == "document":
        return value.encode()
    kind = next(info.type for info in msgspec.structs.fields(word.target) if info.name == target)
    if isinstance(value, str) and takes_hook(kind):
        return Hook(value)
    return value
