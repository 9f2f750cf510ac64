"""What must hold after every single event, whatever happened before: the laws of a storm, each a function.

A law sees one telling at a time (an event, its effects, what a reader saw before and after) and what the watchman
remembers of the earlier ones. It asserts, or it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.values import commands, effects, events
from engine.values.effects import Effect, Noted, SendCallback
from engine.values.views import MemberView
from tests.laws.storms import CAP, Sight, Telling

# What may still be told of a call or a room that is over: the results of its recordings come when they are ready.
LATE = ("recording", "conference_record")

# What no call may be given that is being hung up.
WORK = (
    effects.Answer,
    effects.StartEarlyMedia,
    effects.ConnectCalls,
    effects.PlayMedia,
    effects.SpeakText,
    effects.SendDigits,
    effects.StartRecording,
    effects.JoinConference,
    effects.FetchDocument,
    effects.SetTimer,
)
# What only a channel that is there can be asked to do.
ON_A_CHANNEL = (
    *WORK,
    effects.HangUp,
    effects.DisconnectCalls,
    effects.LeaveConference,
    effects.StopMedia,
    effects.SeatMembers,
    effects.MuteMembers,
    effects.DeafenMembers,
    effects.HoldMembers,
    effects.CoachMember,
)


class Watchman:
    """Watches one world, telling by telling; `forgiven` calls met a fault that was made on purpose."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.over: set[str] = set()
        self.hung_up: set[str] = set()
        self.stopped: set[str] = set()
        self.timers: set[str] = set()
        self.inside: dict[str, str] = {}
        self.verb: dict[str, Any] = {}
        self.kicked: set[str] = set()
        self.sequences: dict[str, int] = {}
        self.ids: set[str] = set()
        self.ends: dict[str, int] = {}
        self.forgiven: set[str] = set()

    def watch(self, telling: Telling) -> None:
        """Hold one telling against every law."""
        for law in LAWS:
            law(self, telling)


def touched(effect: Effect) -> Iterator[str]:
    """The calls and rooms that an effect is about or does something to.

    Not whom a member coaches: who coaches somebody that is gone is heard by nobody, and that is said so.
    """
    for name in ("call", "other", "owner", "to", "of", "conference"):
        value = getattr(effect, name, "")
        if value:
            yield value
    yield from getattr(effect, "calls", ())
    key = getattr(effect, "key", "")
    if key:
        yield key.partition(":")[0]


def ended(effect: Effect) -> str:
    """The call or room that leaves the exchange with this effect, if one does."""
    if isinstance(effect, effects.RecordCallEnd):
        return effect.about.call
    return effect.conference if isinstance(effect, effects.RecordConferenceEnd) else ""


# --- the laws ------------------------------------------------------------------------------------------


def no_fault_happens_by_itself(man: Watchman, telling: Telling) -> None:
    faults = [e for e in telling.effects if isinstance(e, effects.Fault) and e.owner not in man.forgiven]
    assert not faults, f"{telling.event} led to {faults}"


def nobody_is_in_two_rooms(man: Watchman, telling: Telling) -> None:
    rooms: dict[str, str] = {}
    for room in telling.after.rooms.values():
        for member in room.members:
            assert member.call not in rooms, f"{member.call} is in {rooms[member.call]} and in {room.id}"
            rooms[member.call] = room.id
    known = {name: view.conference for name, view in telling.after.calls.items() if view.conference}
    assert known == rooms, "calls and rooms disagree on who is where"


def nothing_is_done_for_what_is_over(man: Watchman, telling: Telling) -> None:
    for effect in telling.effects:
        late = isinstance(effect, SendCallback) and effect.kind in LATE
        told = isinstance(effect, Noted | effects.Receipt | effects.StopRecording)
        if not (late or told):
            gone = man.over.intersection(touched(effect))
            assert not gone, f"{effect} after the end of {gone}"
        name = ended(effect)
        if name:
            assert name not in man.over, f"{name} ended twice"
            man.over.add(name)


def nothing_is_asked_of_a_channel_that_is_gone(man: Watchman, telling: Telling) -> None:
    if isinstance(telling.event, events.CallEnded):
        for effect in telling.effects:
            if isinstance(effect, ON_A_CHANNEL) and effect.__class__ is not effects.SetTimer:
                assert telling.event.call not in touched(effect), f"{effect} at the end of its channel"


def a_call_that_is_hung_up_is_given_no_work(man: Watchman, telling: Telling) -> None:
    for effect in telling.effects:
        if isinstance(effect, WORK):
            assert not man.hung_up.intersection(touched(effect)), f"{effect} after its hang-up"
        elif isinstance(effect, effects.HangUp):
            assert effect.call not in man.hung_up or effect.call in man.forgiven, f"{effect} twice"
            man.hung_up.add(effect.call)


def every_call_ends_exactly_once(man: Watchman, telling: Telling) -> None:
    for effect in telling.effects:
        if isinstance(effect, Noted) and effect.what == "call_ended":
            assert effect.call not in man.ends, f"{effect.call} ended twice"
            man.ends[effect.call] = 1
    gone = set(telling.before.calls) - set(telling.after.calls)
    assert all(call in man.over or call in man.forgiven for call in gone), f"{gone} left without a word"
    assert not man.over.intersection(telling.after.calls), "an ended call is still there"


def no_room_is_empty_or_there_after_its_end(man: Watchman, telling: Telling) -> None:
    for room in telling.after.rooms.values():
        assert room.members, f"{room.id} is empty"
        assert room.id not in man.over, f"{room.id} is over"


def no_room_holds_more_than_its_cap(man: Watchman, telling: Telling) -> None:
    for room in telling.after.rooms.values():
        inside = [m.call for m in room.members if m.state != "invited"]
        assert len(inside) <= CAP, f"{inside} are too many for {room.id}"


def timers_belong_to_the_living(man: Watchman, telling: Telling) -> None:
    if isinstance(telling.event, events.TimerRang) and telling.event.generation < 10**9:
        man.timers.discard(telling.event.key)
    for effect in telling.effects:
        if isinstance(effect, effects.SetTimer):
            man.timers.add(effect.key)
        elif isinstance(effect, effects.CancelTimer):
            man.timers.discard(effect.key)
    living = telling.after.calls.keys() | telling.after.rooms.keys()
    orphans = [key for key in man.timers if key.partition(":")[0] not in living]
    assert not orphans or man.forgiven, f"{orphans} ring for nobody"


def ids_are_never_used_twice(man: Watchman, telling: Telling) -> None:
    for effect in telling.effects:
        if isinstance(effect, (*WORK, SendCallback)) and not isinstance(effect, effects.SetTimer):
            name = getattr(effect, "id", "")
            assert not name or name not in man.ids, f"{effect} has the id of another"
            man.ids.add(name)


def a_flow_waits_while_its_call_is_in_a_room(man: Watchman, telling: Telling) -> None:
    for effect in telling.effects:
        if isinstance(effect, effects.JoinConference):
            assert effect.call not in man.inside, f"{effect} while in {man.inside[effect.call]}"
            man.inside[effect.call] = effect.conference
        elif isinstance(effect, Noted) and effect.what in ("member_left", "member_refused", "call_ended"):
            man.inside.pop(effect.call, None)
        elif isinstance(effect, Noted) and effect.what == "verb_started":
            assert effect.call not in man.inside, f"{effect} in a room"


def one_verb_at_a_time(man: Watchman, telling: Telling) -> None:
    for effect in telling.effects:
        if isinstance(effect, effects.HangUp):
            man.stopped.add(effect.call)
        if not isinstance(effect, Noted) or effect.call in man.forgiven:
            continue
        if effect.what == "flow_started":
            man.verb.pop(effect.call, None)  # a verb that replaces the flow is over with it
        elif effect.what == "verb_started":
            assert man.verb.get(effect.call) is None, f"{effect} before the end of {man.verb[effect.call]}"
            assert effect.call not in man.stopped, f"{effect} after its hang-up"
            man.verb[effect.call] = effect.facts
        elif effect.what == "verb_finished":
            begun = man.verb.pop(effect.call, None)
            assert begun is not None, f"{effect} which never began"
            assert (begun["verb"], begun["line"]) == (effect.facts["verb"], effect.facts["line"])


def everybody_leaves_before_the_room_ends(man: Watchman, telling: Telling) -> None:
    closed: set[str] = set()
    rooms = telling.before.rooms
    left = {m.call for room in rooms.values() for m in room.members if m.joined_at is not None}
    for effect in telling.effects:
        if isinstance(effect, Noted) and effect.what == "member_left":
            assert effect.conference not in closed, f"{effect} after the room's end"
            left.discard(effect.call)
        elif isinstance(effect, Noted) and effect.what == "conference_ended":
            closed.add(effect.conference)
            room = rooms.get(effect.conference)
            there = [m.call for m in room.members if m.call in left] if room is not None else []
            assert not there, f"{effect} with {there} inside"
        elif isinstance(effect, SendCallback) and effect.conference and effect.kind not in LATE:
            assert effect.conference not in closed or effect.kind == "conference_end", f"{effect} after the end"


def callbacks_of_a_room_are_counted(man: Watchman, telling: Telling) -> None:
    for effect in telling.effects:
        if isinstance(effect, SendCallback) and effect.owner == effect.conference != "":
            due = man.sequences.get(effect.owner, 0)
            assert effect.facts["sequence"] == due, f"{effect} should be number {due}"
            man.sequences[effect.owner] = due + 1


def a_kicked_call_goes_on(man: Watchman, telling: Telling) -> None:
    given = telling.event
    kick = isinstance(given, events.CommandGiven) and isinstance(given.command, commands.KickMember)
    for number, effect in enumerate(telling.effects):
        if isinstance(effect, Noted) and effect.call in man.kicked and effect.what == "member_left":
            assert effect.facts["cause"] == "kicked", f"{effect} of a kicked call"
            goes_on(man, telling, effect.call, telling.effects[number + 1 :])
        if isinstance(effect, Noted) and effect.what in ("member_left", "member_refused", "call_ended"):
            man.kicked.discard(effect.call)
        elif isinstance(effect, effects.Receipt) and kick:
            man.kicked.update(effect.changed)


def goes_on(man: Watchman, telling: Telling, call: str, after: tuple[Effect, ...]) -> None:
    """A kicked call that is out of its room goes on with its flow, unless it is being hung up, or has no flow."""
    view = telling.before.calls[call]
    if call in man.hung_up or call in man.over or view.tongue == "audian" or view.about.role == "invited":
        return
    if isinstance(telling.event, events.CallEnded | events.SwitchWasLost):
        return
    ways = (
        (isinstance(e, effects.FetchDocument) and e.owner == call and e.kind in ("action_conference", "transfer"))
        or (isinstance(e, Noted) and e.call == call and e.what == "verb_started")
        or (isinstance(e, effects.HangUp) and e.call == call and e.cause == "end_of_document")
        for e in after
    )  # fmt: skip
    assert any(ways), f"{call} was kicked and went nowhere: {after}"


FLAGS = ("muted", "deaf", "held", "coaching", "ends")
UNSEEN = ("hold_sound", "wait_sound", "beep_on_exit", "announce")  # changes that no view shows


def receipts_tell_what_changed(man: Watchman, telling: Telling) -> None:
    if not isinstance(telling.event, events.CommandGiven):
        return
    receipts = [e for e in telling.effects if isinstance(e, effects.Receipt)]
    assert len(receipts) == 1, f"{telling.event} has {len(receipts)} receipts"
    receipt, command = receipts[0], telling.event.command
    assert not set(receipt.changed).intersection(receipt.same), f"{receipt} says both of some"
    if receipt.refused:
        assert telling.before == telling.after, f"{receipt} though something changed"
        assert not receipt.changed, f"{receipt} is refused and has changes"
    for kind, check in CHECKS.items():
        if isinstance(command, kind):
            check(command, receipt, telling)


def check_kick(command: commands.KickMember, receipt: effects.Receipt, telling: Telling) -> None:
    """Who was not leaving, nor being hung up, is leaving now, or gone."""
    for member, room in members(receipt.changed + receipt.same, telling.before):
        leaving = member.state == "leaving" or telling.before.calls[member.call].state == "ending"
        assert (member.call in receipt.same) == leaving, f"{receipt} of {member}"
        still = telling.after.rooms.get(room)
        states = [m.state for m in still.members if m.call == member.call] if still is not None else []
        assert leaving or states in ([], ["leaving"]), f"{receipt} but {member.call} is {states}"


def check_flags(command: commands.UpdateMember, receipt: effects.Receipt, telling: Telling) -> None:
    """Exactly those changed of whom some flag is different now."""
    if any(getattr(command, name) is not None for name in UNSEEN):
        return
    now = {member.call: member for member, _ in members(receipt.changed + receipt.same, telling.after)}
    for member, _ in members(receipt.changed + receipt.same, telling.before):
        differs = any(getattr(member, flag) != getattr(now[member.call], flag) for flag in FLAGS)
        assert (member.call in receipt.changed) == differs, f"{receipt} of {member} who is {now[member.call]}"


def check_lock(command: commands.LockConference, receipt: effects.Receipt, telling: Telling) -> None:
    """It changed if the lock is different now."""
    for room in receipt.changed + receipt.same:
        differs = telling.before.rooms[room].locked != telling.after.rooms[room].locked
        assert (room in receipt.changed) == differs, f"{receipt}"


def check_end(command: commands.Command, receipt: effects.Receipt, telling: Telling) -> None:
    """What changed was not ending before, and is ending or gone."""
    for name in receipt.changed:
        states = [side.calls[name].state for side in (telling.before, telling.after) if name in side.calls]
        states += [side.rooms[name].state for side in (telling.before, telling.after) if name in side.rooms]
        assert states[0] != "ending", f"{receipt} of {name} which was ending already"
        assert states[1:] in ([], ["ending"]), f"{receipt} but {name} is {states[1:]}"


def check_new(command: commands.Command, receipt: effects.Receipt, telling: Telling) -> None:
    """A new call is there, and was not before."""
    for name in receipt.changed:
        assert name in telling.after.calls, f"{receipt} but there is no {name}"
        assert name not in telling.before.calls, f"{receipt} but {name} is not new"


def members(calls: Sequence[str], sight: Sight) -> Iterator[tuple[MemberView, str]]:
    """The members among these calls, each with its room."""
    for room in sight.rooms.values():
        for member in room.members:
            if member.call in calls:
                yield member, room.id


CHECKS: dict[type[commands.Command], Callable[[Any, effects.Receipt, Telling], None]] = {
    commands.KickMember: check_kick,
    commands.HangUpMember: check_end,
    commands.UpdateMember: check_flags,
    commands.LockConference: check_lock,
    commands.EndConference: check_end,
    commands.EndAllConferences: check_end,
    commands.HangUpCall: check_end,
    commands.CancelCall: check_end,
    commands.HangUpAllCalls: check_end,
    commands.ShutDown: check_end,
    commands.MakeCall: check_new,
    commands.InviteMember: check_new,
}


LAWS: tuple[Callable[[Watchman, Telling], None], ...] = (
    no_fault_happens_by_itself,
    nobody_is_in_two_rooms,
    no_room_is_empty_or_there_after_its_end,
    no_room_holds_more_than_its_cap,
    nothing_is_done_for_what_is_over,
    nothing_is_asked_of_a_channel_that_is_gone,
    a_kicked_call_goes_on,
    a_call_that_is_hung_up_is_given_no_work,
    every_call_ends_exactly_once,
    timers_belong_to_the_living,
    ids_are_never_used_twice,
    a_flow_waits_while_its_call_is_in_a_room,
    one_verb_at_a_time,
    everybody_leaves_before_the_room_ends,
    callbacks_of_a_room_are_counted,
    receipts_tell_what_changed,
)
