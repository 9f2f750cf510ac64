"""Races at a room's door: joins that are not answered yet, and places that are taken."""

from __future__ import annotations

import pytest

from engine.journal import dump, load
from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.hand import PLAIN, SILENT, TOLD, TONGUES, Hand, actions, document, kick

# --- a join that is not answered yet (DESIGN 8) ----


def test_a_kick_while_joining_waits_for_the_joins_answer_and_then_takes_the_member_out() -> None:
    hand = Hand()
    made = hand.comes("ann", PLAIN)

    assert hand.ask(kick("ann")).changed == ("ann",)
    assert hand.did(effects.LeaveConference) == []
    assert hand.states() == {"ann": "leaving"}
    hand.joined("ann", made)
    assert [effect.call for effect in hand.did(effects.LeaveConference)] == ["ann"]
    hand.left("ann")
    assert hand.spoken() == ["On."]


def test_who_is_kicked_while_joining_is_told_to_have_come_and_gone() -> None:
    hand = Hand()
    made = hand.comes("ann", document("plivo", **TOLD))
    hand.ask(kick("ann"))

    hand.joined("ann", made)
    assert actions(hand) == ["conference_enter"]
    hand.left("ann")
    assert actions(hand) == ["conference_exit"]


def test_who_is_kicked_while_joining_starts_no_room() -> None:
    hand = Hand()
    hand.sits("ann", SILENT)
    made = hand.comes("bob", PLAIN)
    hand.ask(kick("bob"))

    hand.joined("bob", made)

    assert hand.states() == {"ann": "waiting", "bob": "leaving"}


def test_a_join_that_fails_after_a_kick_keeps_the_kicks_cause_and_empty_ids() -> None:
    hand = Hand()
    made = hand.comes("ann", document("plivo", action="/acted"))
    hand.ask(kick("ann"))

    hand.tell(events.JoinFailed(0.0, "ann", "r1", made))

    (fetch,) = hand.did(effects.FetchDocument)
    assert (fetch.kind, fetch.facts["cause"], fetch.facts["conference"], fetch.facts["member"]) == (
        "action_conference", "kicked", "", "",
    )  # fmt: skip


def test_a_hang_up_while_joining_ends_the_call_and_a_late_join_is_stale() -> None:
    hand = Hand()
    made = hand.comes("ann", PLAIN)
    hand.ask(commands.HangUpMember(conference="Room", members=("ann",)))
    assert [effect.call for effect in hand.did(effects.HangUp)] == ["ann"]

    hand.ended("ann")
    before = hand.exchange.stale
    hand.joined("ann", made)

    assert hand.last == []
    assert hand.exchange.stale == before + 1
    assert hand.exchange.conferences() == ()


def test_who_hangs_up_while_joining_never_was_a_member() -> None:
    hand = Hand()
    hand.comes("ann", document("plivo", **TOLD))

    hand.ended("ann")

    assert actions(hand) == []
    assert hand.did(effects.RecordConferenceEnd) == []


def test_the_end_of_a_room_takes_out_who_is_joining_as_well() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    made = hand.comes("bob", PLAIN)
    room = commands.EndConference(conference="Room")
    hand.ask(room)

    assert {effect.call for effect in hand.did(effects.HangUp)} == {"ann", "bob"}
    hand.joined("bob", made)
    assert hand.states() == {"ann": "leaving", "bob": "leaving"}


def test_flags_changed_while_joining_are_intended_at_once() -> None:
    hand = Hand()
    made = hand.comes("ann", PLAIN)
    hand.sits("bob", PLAIN)
    hand.ask(commands.UpdateMember(conference="Room", members=("ann",), muted=True))

    assert [(effect.calls, effect.on) for effect in hand.did(effects.MuteMembers)] == [(("ann",), True)]
    hand.joined("ann", made)
    assert hand.exchange.hears("r1") == {("ann", "bob")}


def test_a_room_that_begins_seats_who_is_on_the_way_in_as_well() -> None:
    hand = Hand()
    ann = hand.comes("ann", SILENT)
    (music,) = hand.did(effects.PlayMedia)
    hand.sits("bob", PLAIN)

    assert {call for effect in hand.did(effects.SeatMembers) for call in effect.calls} == {"ann", "bob"}
    assert music.id in {effect.id for effect in hand.did(effects.StopMedia)}
    hand.joined("ann", ann)
    assert hand.states() == {"ann": "seated", "bob": "seated"}
    assert [room.started_at for room in hand.exchange.conferences()] == [0.0]


# --- the cap (DESIGN 8, Plivo 5.12) ----

CAPPED = document("plivo", maxMembers="2")


@pytest.fixture
def hand() -> Hand:
    """A room for two with one member."""
    hand = Hand()
    hand.sits("zoe", CAPPED)
    return hand


def test_a_joining_member_has_its_place(hand: Hand) -> None:
    hand.comes("ann", CAPPED)

    assert hand.comes("bob", CAPPED) == ""
    assert hand.spoken() == ["On."]


def test_a_leaving_member_keeps_its_place_until_the_switch_has_let_it_go(hand: Hand) -> None:
    hand.sits("ann", CAPPED)
    hand.ask(kick("ann"))

    assert hand.comes("bob", CAPPED) == ""
    hand.left("ann")
    assert hand.comes("carl", CAPPED) != ""
    assert hand.comes("dave", CAPPED) == ""


def test_a_join_that_fails_gives_its_place_back(hand: Hand) -> None:
    made = hand.comes("ann", CAPPED)
    hand.tell(events.JoinFailed(0.0, "ann", "r1", made))

    assert hand.comes("bob", CAPPED) != ""
    assert hand.comes("carl", CAPPED) == ""


def test_who_hangs_up_gives_its_place_back(hand: Hand) -> None:
    hand.sits("ann", CAPPED)
    hand.ended("ann")

    assert hand.comes("bob", CAPPED) != ""
    assert hand.comes("carl", CAPPED) == ""


@pytest.mark.parametrize(
    "command",
    [
        commands.RecordConference(conference="r1"),
        commands.Announce(conference="r1", sound=Hook("https://app.example/announce")),
        commands.LockConference(conference="r1"),
        commands.InviteMember(conference="r1", call="zoe", to="+12125550100"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_room_that_is_ending_takes_no_more_commands(command: commands.AnyCommand) -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.ask(commands.EndConference(conference="Room"))

    receipt = hand.ask(command)

    assert (receipt.refused, receipt.changed) == ("unknown_conference", ())
    assert hand.did(effects.StartRecording) == []
    assert hand.did(effects.FetchDocument) == []


def test_who_hears_a_wait_sound_while_it_joins_hears_another_at_once() -> None:
    # TeXML 4, WaitUrl: it is switched for whoever waits, on the way in as well.
    hand = Hand()
    made = hand.comes("ann", SILENT)
    hand.ask(commands.UpdateMember(conference="Room", wait_sound=Hook("https://app.example/wait")))

    assert [effect.url for effect in hand.did(effects.FetchDocument)] == ["https://app.example/wait"]
    assert len(hand.did(effects.StopMedia)) == 1
    hand.joined("ann", made)
    assert hand.states() == {"ann": "waiting"}


def test_each_wish_that_the_switch_fails_to_make_real_is_asked_for_once_more() -> None:
    # DESIGN 8: asked once more, then lost; a failure of long ago does not count against a new wish.
    hand = Hand()
    hand.sits("ann", PLAIN)
    for muted in (True, False, True):
        hand.ask(commands.UpdateMember(conference="Room", muted=muted))
        hand.tell(events.MemberChangeFailed(hand.at, "ann", "r1", "mute"))
        assert [effect.on for effect in hand.did(effects.MuteMembers)] == [muted]

    hand.tell(events.MemberChangeFailed(hand.at, "ann", "r1", "mute"))

    assert [effect.call for effect in hand.did(effects.HangUp)] == ["ann"]


def test_an_unknown_member_named_twice_is_reported_once() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)

    receipt = hand.ask(kick("zoe", "ann", "zoe"))

    assert (receipt.changed, receipt.unknown) == (("ann",), ("zoe",))


# --- what a reader sees ----


def test_a_view_says_when_the_room_last_changed_and_when_each_member_came() -> None:
    hand = Hand()
    hand.at = 1.0
    made = hand.comes("ann", SILENT)
    hand.at = 2.0
    hand.joined("ann", made)
    seen = [changed(hand)]
    for at, does in (
        (3.0, lambda: hand.ask(commands.LockConference(conference="Room"))),
        (4.0, lambda: hand.ask(commands.LockConference(conference="Room"))),
        (5.0, lambda: hand.ask(commands.LockConference(conference="Room", locked=False))),
        (6.0, lambda: hand.ask(commands.InviteMember(conference="Room", call="zoe", to="+12125550100"))),
        (7.0, lambda: hand.ended("zoe", "busy")),
    ):
        hand.at = at
        does()
        seen.append(changed(hand))

    assert seen == [1.0, 3.0, 3.0, 5.0, 6.0, 7.0]
    hand.at = 8.0
    made = hand.comes("bob", PLAIN)
    hand.at = 9.0
    hand.joined("bob", made)
    assert changed(hand) == 9.0
    view = hand.exchange.conference("", "Room")
    assert view is not None
    assert {m.call: (m.came_at, m.joined_at) for m in view.members} == {"ann": (1.0, 2.0), "bob": (8.0, 9.0)}


def changed(hand: Hand) -> float:
    """When the room last changed."""
    view = hand.exchange.conference("", "Room")
    return -1.0 if view is None else view.changed_at


def test_a_checkpoint_knows_which_of_two_definitions_a_name_stands_for() -> None:
    hand = Hand()
    for made, name in (("one", "Other"), ("two", "Room"), ("three", "Room"), ("one", "Room"), ("one", "Else")):
        hand.ask(commands.DefineConference(id=made, name=name))

    hand.exchange = load(dump(hand.exchange), TONGUES)
    hand.sits("ann", PLAIN)

    view = hand.exchange.conference("", "Room")
    assert view is not None
    assert view.definition == "two"
