"""The exchange: everything that lives, and the one door `handle(event) -> effects`.

The main path: `handle` looks the event's type up in ROUTES, the route finds the owner and drops
what is stale, the owner's machine acts, and what follows from it (FOLLOWS) is drained before the
effects leave. The clock of an exchange is the `at` of its events, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.machines import call as calls
from engine.machines import collect, conference, dial, door, fetch, queue, unsolicited
from engine.machines import consequences as following
from engine.machines.call import CALL
from engine.machines.desk import desk
from engine.machines.desk.tally import find_room
from engine.machines.door import DOOR
from engine.machines.flow import confer, families, interpreter, record, sound, speak
from engine.machines.hearing import hearing
from engine.machines.member import Seat
from engine.machines.models import Call, Collecting, Conference, Definition, Dialling, Entering, Pausing, Queuing
from engine.machines.recording import RECORDING
from engine.machines.turn import Consequence, Turn, facts_of
from engine.settings import Settings
from engine.values import events
from engine.values.effects import Answer, Effect, Fault, HangUp
from engine.values.events import Event
from engine.values.tongue import Tongue
from engine.values.views import CallView, ConferenceView, MemberView


class Exchange:
    """All live calls and conferences, pure and deterministic.

    `tongues` are the dialects by name; `seed` only matters where ids are shown to customers;
    `watched` adds Noted effects, one for each line of a timeline. One thread calls `handle`.
    """

    def __init__(
        self,
        tongues: Mapping[str, Tongue],
        *,
        seed: str = "",
        settings: Settings | None = None,
        watched: bool = False,
    ) -> None:
        """Start with nothing alive, at time zero."""
        self.seed = seed
        self._turn = Turn(tongues, settings or Settings(), watched=watched)
        self._later = self._turn.later

    @property
    def now(self) -> float:
        """The time of the last event, in seconds."""
        return self._turn.at

    @property
    def stale(self) -> int:
        """How many late, doubled or foreign answers were dropped."""
        return self._turn.stale

    def handle(self, event: Event) -> list[Effect]:
        """Take one event and say what is to be done, in order.

        Raises TypeError for what is not an event and ValueError for time going back; nothing else.
        """
        turn = self._turn
        route = ROUTES.get(type(event))
        if route is None:
            raise TypeError(f"{type(event).__name__} is not an event of engine.values.events")
        at = event.at
        if at < turn.at or at != at:
            raise ValueError(f"time cannot go back: {at} after {turn.at}")
        turn.at = at
        turn.begun = 0
        effects: list[Effect] = []
        turn.effects = effects
        turn.do = effects.append
        later = self._later
        try:
            route(event, turn)
            while later:
                consequence = later.popleft()
                FOLLOWS[type(consequence)](consequence, turn)
        except Exception as error:
            contain(event, error, turn)
            return turn.effects
        return effects

    # --- looking -------------------------------------------------------------------------------

    def conference(self, account: str, name: str) -> ConferenceView | None:
        """The live room of that name in that account, or of that id; None where there is none."""
        room = find_room(self._turn, account, name)
        return None if room is None else self._view(room)

    def conferences(self, account: str | None = None) -> tuple[ConferenceView, ...]:
        """Every live room (of one account), in the order they were made."""
        rooms = self._turn.rooms.values()
        return tuple(self._view(room) for room in rooms if account is None or room.account == account)

    def call(self, call: str) -> CallView | None:
        """The live call of that id; None where there is none."""
        known = self._turn.calls.get(call)
        return None if known is None else self._view_call(known)

    def calls(self, account: str | None = None) -> tuple[CallView, ...]:
        """Every live call (of one account), in the order they came."""
        known = self._turn.calls.values()
        return tuple(self._view_call(call) for call in known if account is None or call.account == account)

    def hears(self, conference: str) -> frozenset[tuple[str, str]]:
        """Every pair (hearer, speaker) of calls in the room of that id."""
        room = self._turn.rooms.get(conference)
        if room is None:
            return frozenset()
        return hearing(room.members.values(), running=room.state == "running")

    def definitions(self) -> tuple[Definition, ...]:
        """The stored conference definitions."""
        return tuple(self._turn.definitions.values())

    def _view(self, room: Conference) -> ConferenceView:
        members = tuple(
            MemberView(
                m.call,
                m.number,
                m.state,
                m.muted,
                m.deaf,
                m.held,
                m.coaching,
                m.label,
                m.moderator,
                m.starts,
                m.ends,
                m.joined_at,
                facts_of(self._turn.calls[m.call]),
            )
            for m in room.members.values()
        )
        return ConferenceView(
            room.id,
            room.account,
            room.name,
            room.state,
            room.locked,
            room.recording,
            room.created_at,
            room.started_at,
            room.definition,
            members,
        )

    def _view_call(self, call: Call) -> CallView:
        verb = call.verb
        name, line = (verb.name, verb.line) if verb is not None else ("", 0)
        return CallView(facts_of(call), call.state, call.tongue, name, line, call.base, call.room, call.legs)


# --- routes: from an event to its owner --------------------------------------------------------------


def call_arrived(event: events.CallArrived, turn: Turn) -> None:
    """Somebody calls: a new call, whose flow starts with its answer document."""
    if event.call in turn.calls or event.tongue not in turn.tongues:
        turn.stale += 1
        return
    status = event.hangup if event.status_events else None
    call = Call(
        id=event.call,
        account=event.account,
        tongue=event.tongue,
        caller=event.caller,
        called=event.called,
        caller_name=event.caller_name,
        created_at=turn.at,
        answer=event.answer,
        fallback=event.fallback,
        hangup=None if status else event.hangup,
        status=status,
        status_events=event.status_events,
    )
    turn.calls[call.id] = call
    if turn.watched:
        turn.note("call_arrived", call.id, "", caller=call.caller, called=call.called)
    if event.conference:
        dial_in(call, event.conference, turn)
    else:
        interpreter.start_flow(call, turn)


def dial_in(call: Call, definition: str, turn: Turn) -> None:
    """The number leads into a definition."""
    if definition not in turn.definitions:
        turn.then(following.EndCall(call, "unreachable", "platform"))
        return
    call.running = True
    call.doing = Entering(definition)
    turn.do(Answer(call.id))


def to_call(trigger: str) -> Callable[[Any, Turn], None]:
    """A route to the CALL machine of the event's call; unknown calls are stale."""

    def route(event: Any, turn: Turn) -> None:
        call = turn.calls.get(event.call)
        if call is None:
            turn.stale += 1
        else:
            CALL.fire(trigger, call, event, turn)

    return route


def to_person(hear: Callable[[Call, Any, Turn], None]) -> Callable[[Any, Turn], None]:
    """A route for what a person does on a live call."""

    def route(event: Any, turn: Turn) -> None:
        call = turn.calls.get(event.call)
        if call is None or call.state not in ("ringing", "up"):
            turn.stale += 1
        else:
            hear(call, event, turn)

    return route


def answered(event: Any, turn: Turn) -> tuple[Call | Conference, str] | None:
    """Whose expected answer this is, and for what; None (and counted) for a stale one."""
    owner = turn.calls.get(event.owner) or turn.rooms.get(event.owner)
    purpose = owner.awaits.pop(event.id, None) if owner is not None else None
    if owner is None or purpose is None:
        turn.stale += 1
        return None
    return owner, purpose


def playback_ended(event: events.PlaybackEnded, turn: Turn) -> None:
    """A sound is over."""
    call = turn.calls.get(event.owner)
    if call is not None and call.awaits.get(event.id) == "verb":  # most of all plays, so without detours
        del call.awaits[event.id]
        verb_played(call, "", event, turn)
        return
    found = answered(event, turn)
    if found is None:
        return
    owner, purpose = found
    kind, _, rest = purpose.partition(":")
    if kind == "sound":
        sound.playback_ended(owner, rest, event, turn)
    elif isinstance(owner, Call):
        PLAYED[kind](owner, rest, event, turn)


def verb_played(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """The verb at hand has played."""
    if turn.watched:
        interpreter.note_finish(call, event.why, turn)
    interpreter.proceed(call, turn)


def prompt_played(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """A prompt of a collecting verb has played."""
    if isinstance(call.doing, Collecting):
        call.doing.playing = ""
        collect.event_for(call, "prompt_over", turn)


def record_beep_played(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """The beep before a recording has played."""
    record.beep_over(call, turn)


def door_played(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """A sentence at a definition's door was said."""
    if isinstance(call.doing, Entering):
        call.doing.playing = ""
        DOOR.fire("said", call.doing, call, turn)


def farewell_played(call: Call, rest: Any, event: events.PlaybackEnded, turn: Turn) -> None:
    """The sentence before a hang-up was said."""
    turn.then(following.EndCall(call, rest, "platform"))


def nobody_waits(call: Call, rest: str, event: events.PlaybackEnded, turn: Turn) -> None:
    """It is over, and that is all."""


PLAYED: dict[str, Callable[[Call, Any, events.PlaybackEnded, Turn], None]] = {
    "verb": verb_played,
    "prompt": prompt_played,
    "record_beep": record_beep_played,
    "door": door_played,
    "farewell": farewell_played,
    "ignored": nobody_waits,
}


def document_fetched(event: events.DocumentFetched, turn: Turn) -> None:
    """One attempt to fetch has ended."""
    found = answered(event, turn)
    if found is None:
        return
    owner, purpose = found
    if purpose == "flow":
        ask = owner.fetch if isinstance(owner, Call) else None
    else:
        running = (owner.sounds or {}).get(purpose.removeprefix("sound:"))
        ask = running.fetch if running is not None else None
    if ask is None:
        turn.stale += 1
    else:
        fetch.document_fetched(turn, owner, ask, event)


def seat_of(event: Any, turn: Turn) -> tuple[Conference, Any, Call] | None:
    """The room, member and call that an event of the switch speaks of; None (and counted) where they are gone."""
    room, call = turn.rooms.get(event.conference), turn.calls.get(event.call)
    member = room.members.get(event.call) if room is not None else None
    if room is None or call is None or member is None:
        turn.stale += 1
        return None
    return room, member, call


def member_joined(event: events.MemberJoined, turn: Turn) -> None:
    """The switch has put a call into a room."""
    found = seat_of(event, turn)
    if found is None:
        return
    room, member, call = found
    if call.awaits.pop(event.id, None) is None:
        turn.stale += 1
    else:
        conference.member_joined(room, member, call, turn)


def join_failed(event: events.JoinFailed, turn: Turn) -> None:
    """The switch could not put a call into a room."""
    found = seat_of(event, turn)
    if found is None:
        return
    room, member, call = found
    if call.awaits.pop(event.id, None) is None:
        turn.stale += 1
    else:
        conference.join_failed(room, member, call, turn)


def member_left(event: events.MemberLeft, turn: Turn) -> None:
    """The switch has let a call go from a room."""
    found = seat_of(event, turn)
    if found is None:
        return
    room, member, call = found
    if not member.let_in:
        turn.stale += 1
    else:
        conference.member_left(room, member, call, turn)


def member_change_failed(event: events.MemberChangeFailed, turn: Turn) -> None:
    """The switch could not make an intent real: the leg ends as lost."""
    found = seat_of(event, turn)
    if found is not None:
        conference.change_failed(*found, event.change, turn)


def recording_event(trigger: str) -> Callable[[Any, Turn], None]:
    """A route to the recording of the event's id."""

    def route(event: Any, turn: Turn) -> None:
        made = turn.recordings.get(event.id)
        if made is None:
            turn.stale += 1
        else:
            RECORDING.fire(trigger, made, event, turn)

    return route


def timer_rang(event: events.TimerRang, turn: Turn) -> None:
    """A timer ran out: an older generation of its key is stale."""
    if turn.timers.get(event.key) != event.generation:
        turn.stale += 1
        return
    del turn.timers[event.key]
    name, _, purpose = event.key.partition(":")
    owner = turn.owner(name)
    if owner is None:
        turn.stale += 1
        return
    if owner.timers is not None:
        owner.timers.remove(event.key)
    kind, _, rest = purpose.partition(":")
    if kind == "sound":
        sound.timer_rang(owner, rest, turn)
    else:
        RANG[kind](owner, turn)


def ends_with(cause: Any, source: Any = "platform") -> Callable[[Any, Turn], None]:
    """A timer that ends its call."""

    def rang(call: Call, turn: Turn) -> None:
        turn.then(following.EndCall(call, cause, source))

    return rang


def wait_over(call: Call, turn: Turn) -> None:
    """A pause is over: of a collecting verb's prompts, or of the flow."""
    if isinstance(call.doing, Collecting):
        collect.event_for(call, "prompt_over", turn)
    else:
        speak.wait_over(call, turn)


def silence_long(call: Call, turn: Turn) -> None:
    """A Wait has heard enough silence."""
    if isinstance(call.doing, Pausing):
        speak.wait_over(call, turn)


def collecting_over(trigger: str) -> Callable[[Any, Turn], None]:
    """A clock of a collecting verb."""

    def rang(call: Call, turn: Turn) -> None:
        collect.event_for(call, trigger, turn)

    return rang


def dialling_over(trigger: str) -> Callable[[Any, Turn], None]:
    """A clock of a dial, or of a talk with a queue's call."""

    def rang(call: Call, turn: Turn) -> None:
        if isinstance(call.doing, Dialling):
            dial.DIAL.fire(trigger, call.doing, dial.Line(call), turn)
        elif isinstance(call.doing, Queuing):
            queue.talk_over(call, turn)

    return rang


def queue_over(call: Call, turn: Turn) -> None:
    """The time in a queue is over."""
    queue.asked_to_leave(call, "timeout", turn)


def pin_over(call: Call, turn: Turn) -> None:
    """The time for a PIN is over."""
    if isinstance(call.doing, Entering):
        DOOR.fire("pin_time", call.doing, call, turn)


def leg_over(call: Call, turn: Turn) -> None:
    """This leg's stay in its room is over."""
    room = turn.rooms.get(call.room)
    if room is not None:
        conference.depart(room, room.members[call.id], "leg_time_limit", turn)


def room_over(room: Conference, turn: Turn) -> None:
    """The room's time is over."""
    conference.limit_rang(room, None, turn)


def play_length_over(call: Call, turn: Turn) -> None:
    """A sound that a command started was played long enough."""
    turn.then(following.EndSound(call, "call_play"))


RANG: dict[str, Callable[[Any, Turn], None]] = {
    "limit": ends_with("time_limit"),
    "ring": ends_with("ring_timeout"),
    "scheduled": ends_with("scheduled"),
    "wait": wait_over,
    "silence": silence_long,
    "first": collecting_over("first_over"),
    "digit": collecting_over("digit_over"),
    "total": collecting_over("total_over"),
    "dial": dialling_over("ring_time"),
    "talk": dialling_over("talk_time"),
    "confirm": dial.not_confirmed,
    "queue": queue_over,
    "pin": pin_over,
    "leg": leg_over,
    "room_limit": room_over,
    "play_length": play_length_over,
}


def switch_lost(event: events.SwitchWasLost, turn: Turn) -> None:
    """The switch is gone, and every channel with it."""
    for room in tuple(turn.rooms.values()):
        room.why = room.why or "switch_lost"
    for call in tuple(turn.calls.values()):
        if call.cause is None:
            call.cause, call.source = "switch_lost", "error"
        CALL.fire("call_ended", call, events.CallEnded(turn.at, call.id, "lost"), turn)


def command_given(event: events.CommandGiven, turn: Turn) -> None:
    """A customer's command."""
    desk.take(turn, event.id, event.command)


def callback_delivered(event: events.CallbackDelivered, turn: Turn) -> None:
    """A callback arrived, or never will: the exchange only has to know that it was told."""


ROUTES: dict[type[Any], Callable[[Any, Turn], None]] = {
    events.CallArrived: call_arrived,
    events.CallRinging: to_call("call_ringing"),
    events.CallAnswered: to_call("call_answered"),
    events.CallEnded: to_call("call_ended"),
    events.MachineDetected: to_call("machine_detected"),
    events.CallHeldFar: to_person(unsolicited.held_far),
    events.DigitPressed: to_person(unsolicited.digit_pressed),
    events.SpeechHeard: to_person(unsolicited.speech_heard),
    events.TalkStarted: to_person(unsolicited.talk_started),
    events.TalkStopped: to_person(unsolicited.talk_stopped),
    events.PlaybackEnded: playback_ended,
    events.DocumentFetched: document_fetched,
    events.MemberJoined: member_joined,
    events.JoinFailed: join_failed,
    events.MemberLeft: member_left,
    events.MemberChangeFailed: member_change_failed,
    events.RecordingStarted: recording_event("recording_started"),
    events.RecordingEnded: recording_event("recording_ended"),
    events.TimerRang: timer_rang,
    events.SwitchWasLost: switch_lost,
    events.CommandGiven: command_given,
    events.CallbackDelivered: callback_delivered,
}


# --- what follows ------------------------------------------------------------------------------------


def end_call(consequence: following.EndCall, turn: Turn) -> None:
    """A call is to end: room, queue and whom it rings let it go from now on, not only when its channel is gone."""
    calls.end_call(consequence, turn)
    call = consequence.call
    if call.state != "ending":
        return
    if call.room:
        room = turn.rooms[call.room]
        conference.call_ending(room, room.members[call.id], call, turn)
    elif not call.partner and isinstance(call.doing, Dialling | Queuing):
        families.BREAK[type(call.doing)](call, turn)


def call_up(consequence: following.CallUp, turn: Turn) -> None:
    """A call was answered: its role says who goes on."""
    call = consequence.call
    UP[call.role](call, turn)


def inbound_up(call: Call, turn: Turn) -> None:
    """A caller was answered: its flow, its dial or its door goes on."""
    doing = call.doing
    if doing is None:
        # Only a flow that waits for the answer: a newer one may be at a verb that needs none.
        if call.flow is not None and call.fetch is None and call.verb is None:
            interpreter.proceed(call, turn)
    elif isinstance(doing, Dialling):
        dial.bridge(doing, call, turn)
    elif isinstance(doing, Entering):
        door.enter(call, turn)


def outbound_up(call: Call, turn: Turn) -> None:
    """A placed call was answered: a machine may be hung up on, otherwise its flow starts."""
    if call.machine and call.machine_detection == "hangup":
        calls.machine_found(call, events.MachineDetected(turn.at, call.id, machine=True), turn)
        return
    if call.machine is not None:
        calls.machine_found(call, events.MachineDetected(turn.at, call.id, machine=call.machine), turn)
    interpreter.start_flow(call, turn)


def dialled_up(leg: Call, turn: Turn) -> None:
    """A called leg was answered: its caller's dial decides."""
    call = turn.calls.get(leg.parent)
    if call is not None and isinstance(call.doing, Dialling) and leg.id in call.doing.legs:
        dial.DIAL.fire("leg_answered", call.doing, dial.Line(call, leg), turn)
    else:
        turn.then(following.EndCall(leg, "cancelled", "caller"))


def invited_up(call: Call, turn: Turn) -> None:
    """Somebody invited answered: it goes into the room, if there is a place."""
    room = turn.rooms.get(call.room)
    member = room.members.get(call.id) if room is not None else None
    if room is None or member is None:
        turn.then(following.EndCall(call, "refused", "platform"))
        return
    call.running = True
    visitor = door.Visitor(call, member)
    if door.is_full(room, visitor, turn):
        conference.depart(room, member, "full", turn)
        return
    conference.move(room, member, "join", Seat(room, call), turn)
    door.join(room, member, call, turn)


UP: dict[str, Callable[[Call, Turn], None]] = {
    "inbound": inbound_up,
    "outbound": outbound_up,
    "dialled": dialled_up,
    "invited": invited_up,
}


def call_gone(consequence: following.CallGone, turn: Turn) -> None:
    """A call ended: its room, dial, queue and caller let it go, and then it leaves the exchange."""
    call = consequence.call
    if call.room:
        room = turn.rooms[call.room]
        conference.call_gone(room, room.members[call.id], call, turn)
    if call.doing is not None:
        stop = families.BREAK.get(type(call.doing))
        if stop is not None:
            stop(call, turn)
    if call.role == "dialled":
        leg_gone(call, turn)
    for made in turn.recordings.values():
        if made.call == call.id:
            made.about = facts_of(call)
    calls.forget(call, turn)


def leg_gone(leg: Call, turn: Turn) -> None:
    """A called leg ended: its caller's dial hears of it."""
    call = turn.calls.get(leg.parent)
    if call is not None and isinstance(call.doing, Dialling) and leg.id in call.doing.legs:
        dial.DIAL.fire("leg_ended", call.doing, dial.Line(call, leg), turn)


def leg_rang(consequence: following.LegRang, turn: Turn) -> None:
    """A called leg rings."""
    call = turn.calls.get(consequence.leg.parent)
    if call is not None and isinstance(call.doing, Dialling):
        dial.DIAL.fire("leg_rang", call.doing, dial.Line(call, consequence.leg), turn)


def document_ready(consequence: following.DocumentReady, turn: Turn) -> None:
    """A document was read: for the flow, or for a sound program."""
    (interpreter if consequence.purpose == "flow" else sound).document_ready(consequence, turn)


def document_missing(consequence: following.DocumentMissing, turn: Turn) -> None:
    """A document cannot be had: for the flow, or for a sound program."""
    (interpreter if consequence.purpose == "flow" else sound).document_missing(consequence, turn)


def sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A sound program came to its end."""
    done = SOUND_ENDED.get(consequence.sound.purpose)
    if done is not None:
        done(consequence, turn)


def asked_sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A callee has heard what it is asked."""
    if isinstance(consequence.owner, Call):
        dial.sound_over(consequence.owner, consequence.sound.purpose, turn)


def queue_sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A queue's document ended: it said Leave, or there is nothing to hear."""
    if isinstance(consequence.owner, Call) and not consequence.failed:
        queue.asked_to_leave(consequence.owner, "leave", turn)


def served_sound_ended(consequence: following.SoundEnded, turn: Turn) -> None:
    """A queue's call has heard what its agent's dial plays first."""
    if isinstance(consequence.owner, Call):
        queue.bridge(consequence.owner, turn)


def announced(consequence: following.SoundEnded, turn: Turn) -> None:
    """An announcement is over."""
    conference.announced(consequence.sound, consequence.owner, turn, failed=consequence.failed)


SOUND_ENDED: dict[str, Callable[[following.SoundEnded, Turn], None]] = {
    "confirm_sound": asked_sound_ended,
    "screening": asked_sound_ended,
    "queue_wait": queue_sound_ended,
    "queue_url": served_sound_ended,
    "announce": announced,
}

FOLLOWS: dict[type[Consequence], Callable[[Any, Turn], None]] = {
    following.EndCall: end_call,
    following.CallUp: call_up,
    following.CallGone: call_gone,
    following.DocumentReady: document_ready,
    following.DocumentMissing: document_missing,
    following.Proceed: interpreter.go_on,
    following.Conclude: interpreter.conclude,
    following.MemberOut: confer.member_out,
    following.LegRang: leg_rang,
    following.StartSound: sound.start,
    following.EndSound: sound.end,
    following.SoundEnded: sound_ended,
    following.RecordingOver: record.recording_over,
}


# --- faults ---------------------------------------------------------------------------------------------


def contain(event: Event, error: Exception, turn: Turn) -> None:
    """A bug of ours: drop what the event had led to, end its call or room, and let all others go on."""
    turn.later.clear()
    effects = turn.open(turn.at)
    owner = owner_of(event, turn)
    name = owner.id if owner is not None else ""
    effects.append(Fault(name, f"{type(error).__name__}: {error}"))
    turn.note("fault", name if isinstance(owner, Call) else "", error=type(error).__name__)
    victims = [owner] if isinstance(owner, Call) else []
    if isinstance(owner, Conference):
        owner.why = owner.why or "internal"
        conference.free_name(owner, turn)
        victims = [turn.calls[m] for m in owner.members if m in turn.calls]
    for call in victims:
        try_to_end(call, turn)


def try_to_end(call: Call, turn: Turn) -> None:
    """End a call as internal, through its machine if that still works, else by force."""
    try:
        if call.state == "ending":
            turn.do(HangUp(call.id, "internal"))
        turn.then(following.EndCall(call, "internal", "error"))
        while turn.later:
            consequence = turn.later.popleft()
            FOLLOWS[type(consequence)](consequence, turn)
        if call.state == "ended":
            turn.calls.pop(call.id, None)
    except Exception:
        turn.later.clear()
        turn.do(HangUp(call.id, "internal"))
        call.state, call.cause, call.source = "ending", "internal", "error"


def owner_of(event: Any, turn: Turn) -> Call | Conference | None:
    """Whom an event is about."""
    command = getattr(event, "command", event)
    for name in ("call", "owner", "conference"):
        key = getattr(command, name, None)
        if isinstance(key, str) and key:
            room = find_room(turn, getattr(command, "account", ""), key) if name == "conference" else None
            owner = turn.owner(key) or room
            if owner is not None:
                return owner
    key = getattr(event, "key", "")
    return turn.owner(key.partition(":")[0]) if key else None
