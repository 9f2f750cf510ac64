"""The way into a room: who is refused, who becomes a member, and the PIN before that.

Whoever comes to a room's door is judged by REFUSALS before any media: a refused call never was a
member. A caller who dials into a *definition* first hears a welcome and is asked for a PIN (DOOR);
three wrong ones end the call. A live room belongs to a definition when it bears its name in that
account, and then the definition's cap, profile and tones hold for all who enter.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from engine.machines.conference import end_of, settle
from engine.machines.consequences import EndCall, MemberOut, StartSound
from engine.machines.fetch import dialect_of
from engine.machines.models import Call, Conference, Definition, Entering, Member
from engine.machines.table import Row, table
from engine.machines.turn import Turn
from engine.values.causes import ExitCause
from engine.values.effects import Facts, JoinConference, SpeakText, StopMedia
from engine.values.flow import Hook

WELCOME, ASK_PIN = "Welcome to the conference.", "Please enter your PIN, followed by the pound key."
BAD_PIN, TOO_MANY, FULL = "This PIN is not valid.", "Too many attempts. Goodbye.", "The conference is full. Goodbye."
LOCKED = "The conference is locked. Goodbye."
SAID: dict[ExitCause, str] = {"full": FULL, "locked": LOCKED, "pin_wrong": TOO_MANY}


# --- the room ------------------------------------------------------------------------------------


def room_for(turn: Turn, account: str, name: str, call: Call) -> Conference:
    """The live room of that name, or a new one made by the rules of this call's dialect."""
    known = turn.names.get((account, name))
    if known is not None:
        return turn.rooms[known]
    turn.rooms_made += 1
    rules = turn.rules_of[call.tongue]
    room = Conference(id=f"r{turn.rooms_made}", account=account, name=name, tongue=call.tongue, created_at=turn.at)
    room.cap = rules.max_members
    room.time_limit = rules.room_time_limit
    definition = turn.definitions.get(turn.defined.get((account, name), name))
    if definition is not None and definition.account == account:
        adopt(room, definition)
    turn.rooms[room.id] = room
    turn.names[account, name] = room.id
    if turn.watched:
        turn.note("conference_created", call.id, room.id, conference=name)
    return room


def room_name(definition: Definition, turn: Turn) -> str:
    """The name of a definition's room: its own, or its id where another conference of the account bears that name."""
    live = turn.rooms.get(turn.names.get((definition.account, definition.name), ""))
    bearer = live.definition if live is not None else ""
    bearer = bearer or turn.defined[definition.account, definition.name]
    return definition.name if bearer == definition.id else definition.id


def adopt(room: Conference, definition: Definition) -> None:
    """The room belongs to this definition."""
    room.definition = definition.id
    room.cap = definition.max_members
    room.wants_moderator = definition.wait_for_moderator
    room.entry_tone, room.exit_tone = tones(definition)


def tones(definition: Definition) -> tuple[bool, bool]:
    """Whether tones tell who comes and who leaves: as the definition says, else by its profile (Audian 9 B14)."""
    loud = definition.profile not in ("large", "webinar")
    entry, leaving = definition.play_entry_tone, definition.play_exit_tone
    return loud if entry is None else entry, loud if leaving is None else leaving


# --- refusals ------------------------------------------------------------------------------------


class Visitor(Struct, frozen=True, eq=False, gc=False):
    """A call at the door, with the member it would become, the cap it brings and whom it is to coach."""

    call: Call
    member: Member
    cap: int | None = None
    coach: str = ""


def is_locked(room: Conference, visitor: Visitor, turn: Turn) -> bool:
    """Nobody else may enter."""
    return room.locked


def is_full(room: Conference, visitor: Visitor, turn: Turn) -> bool:
    """No place is left: a definition's cap, or the joiner's or creator's own, within the ceiling."""
    cap = room.cap
    if not room.definition:
        rules = turn.rules_of[room.tongue]
        if visitor.cap is not None and rules.cap_owner == "joiner":
            cap = visitor.cap
        if cap > rules.cap_ceiling > 0:
            cap = rules.cap_ceiling
    return room.taken >= cap > 0


def label_is_taken(room: Conference, visitor: Visitor, turn: Turn) -> bool:
    """Another member bears the same label."""
    label = visitor.member.label
    return bool(label) and label in room.labels


def coaches_nobody(room: Conference, visitor: Visitor, turn: Turn) -> bool:
    """Whom it is to coach is not there."""
    return bool(visitor.coach) and find_coached(room, visitor.coach) is None


REFUSALS: tuple[tuple[Callable[[Conference, Visitor, Turn], bool], ExitCause], ...] = (
    (is_locked, "locked"),
    (is_full, "full"),
    (label_is_taken, "label_taken"),
    (coaches_nobody, "coach_unknown"),
)


def find_coached(room: Conference, target: str) -> str | None:
    """The call of the member that `target` (a call, a label or a number) names, if it is in the room."""
    for member in room.members.values():
        if target in (member.call, member.label, str(member.number)) and member.state in COACHED:
            return member.call
    return None


COACHED = ("joining", "waiting", "seated")


# --- admission -----------------------------------------------------------------------------------


def admit(room: Conference, visitor: Visitor, turn: Turn) -> bool:
    """Make the visitor a member, or refuse it; False where it was refused."""
    for refuses, cause in REFUSALS:
        if refuses(room, visitor, turn):
            refuse(room, visitor, cause, turn)
            return False
    register(room, visitor, turn)
    join(room, visitor.member, visitor.call, turn)
    return True


def register(room: Conference, visitor: Visitor, turn: Turn) -> None:
    """Put the member on the room's list."""
    member, call = visitor.member, visitor.call
    member.number = room.numbers = room.numbers + 1
    if visitor.coach:
        member.coaching = find_coached(room, visitor.coach) or ""
    if not room.members and visitor.cap is not None and not room.definition:
        room.cap = visitor.cap
    room.members[call.id] = member
    room.changed_at = member.came_at = turn.at
    call.room = room.id
    if member.label:
        room.labels[member.label] = call.id
    if member.state == "joining":
        room.taken += 1


def join(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """Have the switch put the call in, and start what it hears while it waits."""
    made = turn.await_id(call, "join")
    waiting = room.state != "running"
    turn.do(JoinConference(call.id, room.id, made, member.muted, member.deaf, waiting, member.coaching, member.relay))
    if waiting and not will_begin(room, member, turn):
        start_waiting(room, member, call, turn)


def will_begin(room: Conference, member: Member, turn: Turn) -> bool:
    """Whether the room begins as soon as this member is in, so that no wait sound is needed."""
    rules = turn.rules_of[room.tongue]
    here = 1 + room.here
    may_start = member.moderator if room.wants_moderator else member.starts
    return may_start and here >= rules.start_requires


def start_waiting(room: Conference, member: Member, call: Call, turn: Turn) -> None:
    """Play the wait sound: the member's own document, or the built-in music."""
    if member.held:
        return
    if member.wait_sound:
        loops = turn.rules_of[dialect_of(turn, call, member.wait_tongue)].wait_loops
        ask = Hook(member.wait_sound, member.wait_method, member.wait_tongue)
        facts: Facts = {"conference": "", "conference_name": room.name, "member": "", "room": room.id}
        turn.then(StartSound(call, "wait_sound", call.id, call.id, ask, loops=loops, facts=facts))
    else:
        turn.then(StartSound(call, "wait_sound", call.id, call.id, media="music", loops=True))


def refuse(room: Conference, visitor: Visitor, cause: ExitCause, turn: Turn) -> None:
    """Turn the call away: it never was a member."""
    call = visitor.call
    if turn.watched:
        turn.note("member_refused", call.id, room.id, cause=cause)
        warn(call, cause, turn)
    if not room.members:
        settle(room, turn)
    turn.then(MemberOut(call, cause, room))


def warn(call: Call, cause: ExitCause, turn: Turn) -> None:
    """Say the vendor's own code for the refusal, where it has one."""
    code = turn.rules_of[call.tongue].door_codes.get(cause)
    if code is not None:
        line = call.verb.line if call.verb is not None else 0
        turn.note("warning", call.id, "", code=code, message=REFUSED[cause], line=line)


REFUSED: dict[ExitCause, str] = {
    "full": "the conference has no place left",
    "label_taken": "another participant bears this label",
    "coach_unknown": "whom it is to coach is not in the conference",
}


# --- a definition's door ---------------------------------------------------------------------------


def enter(call: Call, turn: Turn) -> None:
    """A caller dialled into a definition: welcome it."""
    state = call.doing
    if isinstance(state, Entering):
        say(call, state, WELCOME, turn)


def say(call: Call, state: Entering, text: str, turn: Turn) -> None:
    """Speak one of the door's sentences."""
    state.playing = turn.await_id(call, "door")
    turn.do(SpeakText(call.id, state.playing, call.id, text, "", "", 1, purpose="door"))


def pins(state: Entering, turn: Turn) -> Definition:
    """The definition at whose door the caller stands."""
    return turn.definitions[state.definition]


def needs_no_pin(state: Entering, call: Call, turn: Turn) -> bool:
    """Whether anybody may enter."""
    definition = pins(state, turn)
    return not definition.member_pins and not definition.moderator_pins


def right_pin(state: Entering, call: Call, turn: Turn) -> bool:
    """Whether what was entered lets the caller in; member PINs are looked at first."""
    definition = pins(state, turn)
    if state.digits in definition.member_pins or (not state.digits and not definition.member_pins):
        return True
    return state.digits in definition.moderator_pins


def too_many_tries(state: Entering, call: Call, turn: Turn) -> bool:
    """Whether this was the last try."""
    return state.tries + 1 >= turn.settings.pin_tries


def pin_goes_on(state: Entering, call: Call, turn: Turn) -> bool:
    """Whether more digits are to come."""
    return not call.keys.endswith("#") and len(call.keys) < turn.settings.pin_longest


def ask_pin(state: Entering, call: Call, turn: Turn) -> None:
    """Ask for the PIN."""
    state.digits = ""
    call.keys = ""
    if turn.watched:
        turn.note("pin_asked", call.id)
    say(call, state, ASK_PIN, turn)


def wait_for_pin(state: Entering, call: Call, turn: Turn) -> None:
    """The question was asked: give time for the first digit."""
    turn.set_timer(call, "pin", turn.at + turn.settings.pin_timeout)


def hear_digit(state: Entering, call: Call, turn: Turn) -> None:
    """A digit of the PIN: silence the question, give time for the next."""
    if state.playing and call.awaits.pop(state.playing, None) is not None:
        turn.do(StopMedia(call.id, state.playing))
    state.playing = ""
    turn.set_timer(call, "pin", turn.at + turn.settings.pin_timeout)


def check_pin(state: Entering, call: Call, turn: Turn) -> None:
    """Judge the PIN: it is complete, or time is over."""
    turn.cancel_timer(call, "pin")
    state.digits, call.keys = call.keys.rstrip("#"), ""
    DOOR.fire("pin_entered", state, call, turn)


def scold(state: Entering, call: Call, turn: Turn) -> None:
    """A wrong PIN."""
    state.tries += 1
    state.digits = ""
    if turn.watched:
        turn.note("pin_refused", call.id)
    say(call, state, BAD_PIN, turn)


def turn_away(state: Entering, call: Call, turn: Turn) -> None:
    """Too many wrong PINs."""
    state.digits = ""
    if turn.watched:
        turn.note("pin_refused", call.id)
        turn.note("member_refused", call.id, "", cause="pin_wrong")
    turn.then(MemberOut(call, "pin_wrong"))


def let_in(state: Entering, call: Call, turn: Turn) -> None:
    """The caller may go to the room's door."""
    definition = pins(state, turn)
    known_member = state.digits in definition.member_pins or not state.digits
    state.moderator = not known_member and state.digits in definition.moderator_pins
    state.digits = ""
    call.doing = None
    room = room_for(turn, definition.account, room_name(definition, turn), call)
    if not room.definition:
        adopt(room, definition)
    listener = definition.profile == "webinar" and not state.moderator
    member = Member(call=call.id, number=0, muted=listener, moderator=state.moderator, beep="both")
    admit(room, Visitor(call, member), turn)


def farewell(call: Call, cause: ExitCause, turn: Turn) -> None:
    """Say why the call ends, where the door has a sentence for it, and end it."""
    end, source = end_of(cause, turn.rules_of[call.tongue].exits[cause])
    text = SAID.get(cause)
    if text is None or call.state != "up":
        turn.then(EndCall(call, end, source))
        return
    made = turn.await_id(call, f"farewell:{end}")
    turn.do(SpeakText(call.id, made, call.id, text, "", "", 1, purpose="door"))


DOOR = table(
    "door",
    states=("welcoming", "asking", "listening", "admitted", "refused"),
    final=("admitted", "refused"),
    rows=(
        #   on             source                    dest         do            when
        Row("said",        "welcoming",              "admitted",  let_in,       needs_no_pin),
        Row("said",        "welcoming",              "asking",    ask_pin),
        Row("said",        "asking",                 "listening", wait_for_pin),
        Row("said",        "listening",              "asking",    ask_pin),
        Row("digit",       "welcoming",              None),
        Row("digit",       ("asking", "listening"),  "listening", hear_digit,   pin_goes_on),
        Row("digit",       ("asking", "listening"),  "listening", check_pin),
        Row("pin_time",    ("asking", "listening"),  "listening", check_pin),
        Row("pin_entered", "listening",              "admitted",  let_in,       right_pin),
        Row("pin_entered", "listening",              "refused",   turn_away,    too_many_tries),
        Row("pin_entered", "listening",              "listening", scold),
    ),
)  # fmt: skip
