"""Races of leaving a room: what the switch says twice, late or unasked, and what comes in between."""

from __future__ import annotations

from engine.values import commands, effects, events
from engine.values.flow import Hook
from tests.machines.hand import ANSWER, PLAIN, SILENT, TOLD, Hand, document, kick

# --- what the switch says twice, late or unasked (DESIGN 5) ----


def test_a_join_told_twice_counts_once() -> None:
    hand = Hand()
    made = hand.comes("ann", PLAIN)
    hand.joined("ann", made)

    hand.joined("ann", made)

    assert hand.last == []
    assert hand.exchange.stale == 1


def test_a_leaving_told_twice_counts_once() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.sits("bob", PLAIN)
    hand.ask(kick("ann"))
    hand.left("ann")

    hand.left("ann")

    assert hand.last == []
    assert hand.exchange.stale == 1


def test_a_leaving_told_before_the_join_is_stale() -> None:
    hand = Hand()
    made = hand.comes("ann", PLAIN)

    hand.left("ann")

    assert hand.last == []
    hand.joined("ann", made)
    assert hand.states() == {"ann": "seated"}


def test_a_member_that_the_switch_lets_go_unasked_is_lost() -> None:
    hand = Hand()
    hand.sits("ann", document("plivo", action="/acted"))

    hand.left("ann")

    assert [effect.cause for effect in hand.did(effects.HangUp)] == ["lost"]
    assert hand.did(effects.FetchDocument) == []


def test_the_next_element_waits_until_the_switch_has_let_the_member_go() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.ask(kick("ann"))
    assert hand.spoken() == []

    hand.left("ann")

    assert hand.spoken() == ["On."]


def test_the_first_cause_stands() -> None:
    hand = Hand()
    hand.sits("ann", document("plivo", action="/acted"))
    hand.sits("bob", PLAIN)
    hand.ask(kick("ann"))
    hand.ask(commands.EndConference(conference="Room"))

    hand.left("ann")

    assert [fetch.facts["cause"] for fetch in hand.did(effects.FetchDocument)] == ["kicked"]


def test_who_hangs_up_while_leaving_asks_no_action() -> None:
    hand = Hand()
    hand.sits("ann", document("plivo", action="/acted"))
    hand.ask(kick("ann"))

    hand.ended("ann")
    assert hand.did(effects.FetchDocument) == []
    hand.left("ann")

    assert hand.last == []


def test_a_hang_up_while_a_kick_is_under_way_ends_the_call() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.ask(kick("ann"))

    receipt = hand.ask(commands.HangUpMember(conference="Room", members=("ann",)))

    assert receipt.changed == ("ann",)
    assert [effect.call for effect in hand.did(effects.HangUp)] == ["ann"]


def test_a_redirect_while_a_kick_is_under_way_runs_the_new_document() -> None:
    hand = Hand()
    hand.sits("ann", document("plivo", action="/acted"))
    hand.ask(kick("ann"))
    hand.ask(commands.TransferCall(call="ann", aleg=Hook("https://app.example/new")))

    hand.left("ann")

    assert [fetch.url for fetch in hand.did(effects.FetchDocument)] == ["https://app.example/new"]


def test_the_end_of_a_room_stops_its_recording_and_its_sounds() -> None:
    hand = Hand()
    hand.sits("ann", document("plivo", record="true", **TOLD))
    (recording,) = hand.did(effects.StartRecording)
    hand.tell(events.RecordingStarted(0.0, "r1", recording.id))
    assert [effect.facts["member"] for effect in hand.did(effects.SendCallback)] == [1]
    hand.ask(commands.PlayToMember(conference="Room", url="https://app.example/a.mp3"))
    (sound,) = hand.did(effects.PlayMedia)
    hand.ask(kick("ann"))

    hand.left("ann")

    assert [effect.id for effect in hand.did(effects.StopRecording)] == [recording.id]
    assert [effect.id for effect in hand.did(effects.StopMedia)] == [sound.id]
    assert [effect.key for effect in hand.did(effects.CancelTimer)] == ["r1:room_limit"]


def test_a_view_tells_since_when_a_member_is_in_the_room() -> None:
    # Audian 9 B25.
    hand = Hand()
    made = hand.comes("ann", PLAIN)
    hand.at = 7.0
    hand.joined("ann", made)

    (room,) = hand.exchange.conferences()
    assert [member.joined_at for member in room.members] == [7.0]


def test_whoever_comes_while_a_room_is_ending_makes_a_new_one() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.ask(commands.EndConference(conference="Room"))

    hand.comes("bob", PLAIN)

    assert [join.conference for join in hand.did(effects.JoinConference)] == ["r2"]


def test_who_comes_while_the_last_other_is_leaving_had_no_company_to_lose() -> None:
    # Plivo 5.8: the number of others falls from one to none.
    alone = document("plivo", stayAlone="false")
    hand = Hand()
    hand.sits("ann", alone)
    hand.sits("bob", alone)
    hand.ask(kick("ann", "bob"))
    hand.sits("carl", alone)

    hand.left("ann")
    hand.left("bob")

    assert hand.states() == {"carl": "seated"}


def test_who_has_new_company_before_the_last_other_is_gone_is_not_left_alone() -> None:
    alone = document("plivo", stayAlone="false")
    hand = Hand()
    hand.sits("ann", alone)
    hand.sits("bob", alone)
    hand.ask(kick("bob"))
    hand.sits("carl", alone)

    hand.left("bob")

    assert hand.states() == {"ann": "seated", "carl": "seated"}


def test_a_hold_sound_for_who_is_leaving_is_not_heard_afterwards() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.ask(kick("ann"))
    hand.ask(commands.UpdateMember(conference="Room", members=("ann",), held=True))

    assert hand.did(effects.PlayMedia) == []
    hand.left("ann")
    assert hand.did(effects.PlayMedia) == []


def test_a_member_whose_call_is_being_ended_is_leaving_until_its_channel_is_gone() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.sits("bob", PLAIN)
    hand.ask(commands.HangUpCall(call="bob"))

    assert hand.states() == {"ann": "seated", "bob": "leaving"}
    hand.ended("bob")
    assert hand.states() == {"ann": "seated"}


def test_a_member_whose_calls_time_is_over_is_heard_no_more() -> None:
    hand = Hand()
    scheduled = PLAIN.replace(b"<Conference", b'<Hangup schedule="9"/><Conference', 1)
    hand.sits("ann", PLAIN)
    hand.tell(events.CallArrived(0.0, "bob", "+1", "+2", "plivo", answer=ANSWER))
    fetch = hand.did(effects.FetchDocument)[0]
    hand.tell(events.DocumentFetched(0.0, "bob", fetch.id, body=scheduled, location=ANSWER.url))
    timers = hand.did(effects.SetTimer)
    hand.tell(events.CallAnswered(0.0, "bob"))
    timers += hand.did(effects.SetTimer)
    hand.joined("bob", hand.did(effects.JoinConference)[0].id)

    (timer,) = [timer for timer in timers if timer.at == 9]
    hand.tell(events.TimerRang(9.0, timer.key, timer.generation))

    assert [effect.cause for effect in hand.did(effects.HangUp)] == ["scheduled"]
    assert hand.exchange.hears("r1") == frozenset()


def test_who_is_taken_out_hears_no_more_of_the_room_at_once() -> None:
    hand = Hand()
    hand.sits("ann", SILENT)
    hand.ask(kick("ann"))

    assert len(hand.did(effects.StopMedia)) == 1


def test_an_invitation_that_is_taken_back_is_off_the_list_at_once() -> None:
    hand = Hand()
    hand.sits("ann", PLAIN)
    hand.ask(commands.InviteMember(conference="Room", call="zoe", to="+1", tongue="plivo"))
    hand.ask(kick("zoe"))

    assert hand.states() == {"ann": "seated"}
    hand.ended("zoe")
    assert hand.states() == {"ann": "seated"}


def test_who_is_turned_away_from_a_room_that_was_not_there_leaves_none_behind() -> None:
    hand = Hand()
    hand.comes("ann", document("texml", coach="nobody"), "texml")

    assert hand.exchange.conferences() == ()
    assert hand.did(effects.RecordConferenceEnd) == []
