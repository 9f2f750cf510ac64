"""The ledger knows all that an exchange waits for or counts on, in any storm, and nothing of what is over."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import journal
from engine.ledger import STANDS, TAKES_BACK, Ledger, Standing
from engine.machines.models import Call, Conference, Member
from engine.values import effects
from engine.values.effects import Effect
from tests.laws.storms import Story, Telling, World, stories

STORMS = 200
# What may outlive its call: timers are compared on their own.
ALONE = (
    effects.SetTimer,
    effects.SendCallback,
    effects.StartRecording,
    effects.PauseRecording,
    effects.StopRecording,
)


class Books:
    """A ledger beside a storm, compared after every event with what the exchange itself says."""

    def __init__(self, world: World) -> None:
        """Follow the world from its beginning."""
        self.ledger, self.world = Ledger(), world
        self.callbacks: dict[tuple[str, str], None] = {}
        world.watchers.append(self.watch)

    def watch(self, telling: Telling) -> None:
        self.ledger.happened(telling.event, telling.effects)
        self.callbacks |= {(e.owner, e.id): None for e in telling.effects if isinstance(e, effects.SendCallback)}
        self.compare()

    def compare(self) -> None:
        state = msgspec.msgpack.decode(journal.dump(self.world.exchange), type=journal.State)
        standing = self.ledger.standing()
        calls, rooms = {call.id: call for call in state.calls}, {room.id: room for room in state.rooms}
        timers = {e.key: e.generation for e in standing if isinstance(e, effects.SetTimer)}
        assert timers == state.timers
        assert {(e.owner, e.id): None for e in standing if isinstance(e, effects.SendCallback)} == self.callbacks
        asked = {(getattr(e, "owner", getattr(e, "call", "")), getattr(e, "id", "")) for e in standing}
        owners: tuple[Call | Conference, ...] = (*state.calls, *state.rooms)
        for owner in owners:
            assert {(owner.id, made) for made in owner.awaits} - self.silenced(owner) <= asked
        for room in state.rooms:
            for member in room.members.values():
                self.compare_member(room, member, calls[member.call], standing)
        self.compare_recordings(state, standing)
        for effect in standing:
            if not isinstance(effect, ALONE):
                self.compare_owner(effect, {*calls, *rooms}, {room.id: {*room.members} for room in state.rooms})
        hung_up = {e.call for e in standing if isinstance(e, effects.HangUp)}
        assert {call.id for call in state.calls if call.state == "ending"} <= hung_up
        placed = {e.call for e in standing if isinstance(e, effects.PlaceCall)}
        assert {call.id for call in state.calls if call.direction == "outbound"} <= placed

    def compare_owner(self, effect: Any, live: set[str], members: dict[str, set[str]]) -> None:
        """Nothing stands for a call or room that is over, or for who is no member."""
        whose = {getattr(effect, name) for name in ("call", "other", "owner", "to") if hasattr(effect, name)}
        assert whose - {getattr(effect, "to", "") if isinstance(effect, effects.PlaceCall) else ""} <= live, effect
        if isinstance(effect, PLACES):
            assert {*(getattr(effect, "calls", None) or (effect.call,))} <= members[effect.conference], effect

    def silenced(self, owner: Call | Conference) -> set[tuple[str, str]]:
        """The sounds of a call in a room that is over: the switch has dropped them, and nobody will tell."""
        sounds = (owner.sounds or {}).values()
        live = {*self.world.sight.calls, *self.world.sight.rooms}
        return {(owner.id, sound.playing) for sound in sounds if sound.to not in live}

    def compare_member(self, room: Conference, member: Member, call: Call, standing: list[Effect]) -> None:
        """A member's place stands from its join on, with what it was told last about each flag."""
        if call.state == "ending" or member.state == "invited":
            return

        def of(*kinds: type[Effect]) -> list[Any]:
            here = [e for e in standing if isinstance(e, kinds) and getattr(e, "conference", "") == room.id]
            return [e for e in here if call.id in (getattr(e, "calls", None) or (getattr(e, "call", ""),))]

        (join,) = of(effects.JoinConference)
        last = {kind: [e.on for e in of(kind)] for kind in FLAGS}
        assert [member.muted] == (last[effects.MuteMembers] or [join.muted])
        assert [member.deaf] == (last[effects.DeafenMembers] or [join.deaf])
        assert [member.held] == (last[effects.HoldMembers] or [False])
        assert [member.coaching] == ([e.target for e in of(effects.CoachMember)] or [join.coach])
        if member.state == "seated":
            assert not join.waiting or of(effects.SeatMembers)
        assert (member.state == "leaving" and member.let_in) == bool(of(effects.LeaveConference))
        assert (("join", room.id, call.id) in self.ledger.dump().inside) == member.let_in

    def compare_recordings(self, state: journal.State, standing: list[Effect]) -> None:
        def ids(*kinds: type[Effect]) -> set[str]:
            return {getattr(e, "id", "") for e in standing if isinstance(e, kinds)}

        assert ids(effects.StartRecording) == {made.id for made in state.recordings}
        paused = {made.id for made in state.recordings if made.state == "paused"}
        assert paused <= ids(effects.PauseRecording)
        assert ids(effects.StopRecording) == {made.id for made in state.recordings if made.state == "stopping"}
        assert {made.id for made in state.recordings if made.state == "recording"} & ids(
            effects.PauseRecording
        ) == set()


FLAGS: tuple[Any, ...] = (effects.MuteMembers, effects.DeafenMembers, effects.HoldMembers)
PLACES = (*FLAGS, effects.JoinConference, effects.SeatMembers, effects.CoachMember, effects.LeaveConference)


@settings(max_examples=STORMS)
@given(stories())
def test_in_any_storm_the_ledger_says_what_the_exchange_counts_on(story: Story) -> None:
    world = World(story.documents)
    books = Books(world)

    world.play(story)

    assert {type(effect) for effect in books.ledger.standing()} <= {effects.SendCallback}
    assert books.ledger._of == {}  # noqa: SLF001


@settings(max_examples=STORMS)
@given(stories(), st.integers(0, 200))
def test_a_ledger_written_down_and_read_goes_on_as_if_nothing_had_happened(story: Story, moment: int) -> None:
    world = World(story.documents)
    tellings: list[Telling] = []
    world.watchers.append(tellings.append)
    world.play(story)
    moment %= len(tellings)
    whole, before, after = Ledger(), Ledger(), Ledger()

    for telling in tellings[:moment]:
        before.happened(telling.event, telling.effects)
    written = msgspec.json.encode(before.dump())
    after.load(msgspec.json.decode(written, type=Standing))
    assert after.standing() == before.standing()
    for telling in tellings:
        whole.happened(telling.event, telling.effects)
    for telling in tellings[moment:]:
        after.happened(telling.event, telling.effects)

    assert after.dump() == whole.dump()
    assert not {*after._of} - {*whole._of}  # noqa: SLF001 (nothing is kept for what is gone)


def test_every_effect_stands_or_takes_back_or_is_over_at_once() -> None:
    at_once = {
        effects.RecordCallEnd, effects.RecordConferenceEnd, effects.ForgetRecording,
        effects.Receipt, effects.Fault, effects.Noted,
    }  # fmt: skip
    every = set(get_args(effects.AnyEffect))

    assert every == set(Effect.__subclasses__())
    assert every == {*STANDS, *TAKES_BACK} | at_once
    assert len(STANDS) + len(TAKES_BACK) + len(at_once) == len(every)
