"""TeXML's rows of participants: what they tell, and every field of the update page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.dialects.texml.orders import hold_sound
from engine.values.flow import Hook
from tests.rest.bench import ACME, Bench, served
from tests.rest.texml import BASE, NAME, NOT_FOUND, PEOPLE, RFC_DATE, SID, SILENT, Customer, told

KEYS = {
    "call_sid", "call_sid_legacy", "conference_sid", "account_sid", "api_version", "status", "muted", "hold",
    "coaching", "end_conference_on_exit", "date_created", "date_updated", "uri",
}  # fmt: skip
COACHING = {"coaching_call_sid", "coaching_call_sid_legacy"}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(simulator={"callees": PEOPLE}) as one:
        yield one


def hears(bench: Bench) -> set[tuple[str, str]]:
    """Who hears whom: pairs of hearer and speaker, as sids."""

    def pairs(service: object) -> set[tuple[str, str]]:
        sight = bench.service.sight("texml", ACME)
        (room,) = sight.conferences()
        found = bench.service.exchange.hears(room.id)
        return {(sight.spell("call", one), sight.spell("call", other)) for one, other in found}

    return bench.do(pairs)


def test_a_participant_has_the_documented_keys(texml: Customer) -> None:
    (call,) = texml.let_in(1)
    room = texml.room()["sid"]
    one = texml.participant(call)
    assert one.keys() == KEYS
    assert (one["call_sid"], one["call_sid_legacy"], one["conference_sid"]) == (call, call, room)
    assert (one["account_sid"], one["api_version"], one["status"]) == (SID, "v2/texml", "connected")
    assert (one["muted"], one["hold"], one["coaching"], one["end_conference_on_exit"]) == (False, False, False, False)
    assert re.fullmatch(RFC_DATE, one["date_created"])
    assert re.fullmatch(RFC_DATE, one["date_updated"])
    assert one["uri"] == f"{BASE}/Conferences/{room}/Participants/{call}.json"


def test_participants_are_listed_with_their_envelope(texml: Customer) -> None:
    first, second = texml.let_in(2)
    page = texml.get(texml.people(texml.room()["sid"]))
    assert [one["call_sid"] for one in page["participants"]] == [second, first]
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (0, 20, 0, 1)


def test_participants_are_filtered_by_their_flags(texml: Customer) -> None:
    first, second = texml.let_in(2)
    texml.update(first, Muted="true")
    texml.update(second, Hold="true")
    people = texml.people(texml.room()["sid"])

    def found(query: str) -> list[str]:
        return [one["call_sid"] for one in texml.get(f"{people}?{query}")["participants"]]

    assert found("Muted=true") == [first]
    assert found("Muted=false") == [second]
    assert found("Hold=true") == [second]
    assert found("Coaching=true") == []


def test_a_participant_is_found_by_its_label(texml: Customer) -> None:
    (call,) = texml.let_in(1, attributes='participantLabel="the agent"')
    assert texml.participant("the agent")["call_sid"] == call


def test_a_members_number_is_no_name_of_a_participant(texml: Customer) -> None:
    texml.let_in(1)
    got = texml.ask("GET", f"{texml.people(texml.room()['sid'])}/1")
    assert (got.status, got.json) == (404, NOT_FOUND)


def test_a_member_that_came_by_a_plivo_document_is_muted_here(texml: Customer, bench: Bench) -> None:
    bench.app.pages["/plivo/answer"] = f"<Response><Conference>{NAME}</Conference></Response>"
    call = texml.spelled(bench.dial_in())
    bench.wait("member_joined")
    assert texml.update(call, Muted="true").json["muted"] is True


@pytest.mark.parametrize(
    ("form", "key", "value"),
    [
        ({"Muted": "true"}, "muted", True),
        ({"Muted": "True"}, "muted", True),
        ({"Hold": "true"}, "hold", True),
        ({"EndConferenceOnExit": "true"}, "end_conference_on_exit", True),
    ],
)
def test_an_update_answers_the_participant_as_it_is_then(
    texml: Customer, form: dict[str, str], key: str, value: bool
) -> None:
    (call,) = texml.let_in(1)
    got = texml.update(call, **form)
    assert (got.status, got.json[key]) == (200, value)
    assert got.json.keys() == KEYS
    assert texml.participant(call)[key] is value


def test_json_and_query_say_what_a_form_says(texml: Customer) -> None:
    (call,) = texml.let_in(1)
    path = f"{texml.people(texml.room()['sid'])}/{call}"
    assert texml.ask("POST", path, json={"Muted": True, "Hold": "true"}).json["hold"] is True
    assert texml.ask("POST", f"{path}?Muted=false").json["muted"] is False
    assert texml.participant(call)["hold"] is True


def test_an_update_of_nothing_tells_the_participant(texml: Customer) -> None:
    (call,) = texml.let_in(1)
    before = texml.participant(call)
    assert texml.update(call).json == before
    assert texml.update(call, muted="true").json == before  # the names are CamelCase


def test_a_held_participant_stays_muted_after_it(texml: Customer, bench: Bench) -> None:
    first, second = texml.let_in(2)
    texml.update(first, Muted="true", Hold="true")
    assert hears(bench) == set()
    texml.update(first, Hold="false")
    assert hears(bench) == {(first, second)}


@pytest.mark.parametrize("name", ["HoldURL", "HoldUrl", "holdurl"])
def test_the_hold_sound_is_asked_for_in_any_spelling(texml: Customer, bench: Bench, name: str) -> None:
    (call,) = texml.let_in(1)
    bench.app.pages["/hold"] = "<Response><Say>Please hold</Say></Response>"
    texml.update(call, Hold="true", **{name: f"{bench.app.url}/hold"})
    assert bench.app.wait("/hold").method == "POST"


def test_the_hold_method_is_kept(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1)
    texml.update(call, Hold="true", HoldURL=f"{bench.app.url}/hold", HoldMethod="get")
    assert bench.app.wait("/hold").method == "GET"


def test_a_hold_sound_means_nothing_to_who_is_not_held(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1)
    texml.update(call, HoldURL=f"{bench.app.url}/hold")
    texml.update(call, Hold="true")
    texml.update(call, HoldURL=f"{bench.app.url}/other")
    bench.app.wait("/other")
    assert [one.path for one in bench.app.asked if one.path in ("/hold", "/other")] == ["/other"]


def test_an_unheld_participants_hold_sound_is_left_as_it_is() -> None:
    url = {"HoldURL": "https://example.com/hold", "HoldMethod": "GET"}
    sound = Hook("https://example.com/hold", "GET", "texml")
    assert hold_sound(url, held=False) is None
    assert hold_sound({**url, "Hold": False}, held=True) is None
    assert hold_sound(url, held=True) == sound
    assert hold_sound({**url, "Hold": True}, held=False) == sound
    assert hold_sound({"Hold": True}, held=False) == Hook("")
    assert hold_sound({"Hold": True}, held=True) is None


def test_a_second_hold_does_not_hear_the_first_ones_sound(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1)
    texml.update(call, Hold="true", HoldURL=f"{bench.app.url}/hold")
    bench.app.wait("/hold")
    texml.update(call, Hold="false")
    texml.update(call, Hold="true")
    texml.update(call, AnnounceUrl=f"{bench.app.url}/later")
    bench.app.wait("/later")
    assert [one.path for one in bench.app.asked if one.path == "/hold"] == ["/hold"]


def test_a_hold_sound_is_a_texml_document_for_who_came_by_another_dialect_too(texml: Customer, bench: Bench) -> None:
    bench.app.pages |= {
        "/plivo/answer": f"<Response><Conference>{NAME}</Conference></Response>",
        "/hold": "<Response><Say>Please hold</Say><Pause length='180'/></Response>",
    }
    known = bench.dial_in()
    bench.wait("member_joined", call=known)
    call = texml.spelled(known)
    assert texml.update(call, Hold="true", HoldURL=f"{bench.app.url}/hold").status == 200
    asked = bench.app.wait("/hold").params
    assert (asked["CallSid"], asked["AccountSid"], asked["FriendlyName"]) == (call, SID, NAME)
    bench.wait("heard", call=known, text="Please hold", purpose="hold_sound")


def test_who_is_not_connected_yet_cannot_be_announced_to(texml: Customer, bench: Bench) -> None:
    call = texml.dial(To=SILENT).json["call_sid"]
    got = texml.update(call, Muted="true", AnnounceUrl=f"{bench.app.url}/announce")
    assert told(got) == (422, "90034", "/AnnounceUrl")
    assert texml.participant(call)["muted"] is False


def test_an_announcement_to_a_participant_is_posted_for(texml: Customer, bench: Bench) -> None:
    first, _ = texml.let_in(2)
    texml.update(first, AnnounceUrl=f"{bench.app.url}/announce")
    asked = bench.app.wait("/announce")
    assert (asked.method, asked.params["CallSid"]) == ("POST", first)
    texml.update(first, AnnounceUrl=f"{bench.app.url}/announce", AnnounceMethod="GET")
    assert bench.app.wait("/announce", nth=2).method == "GET"


def test_a_wait_sound_reaches_who_waits_now(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1, attributes='startConferenceOnEnter="false"')
    assert texml.update(call, WaitUrl=f"{bench.app.url}/wait").status == 200
    assert bench.app.wait("/wait").params["CallSid"] == call


def test_the_tone_of_leaving_can_be_switched_off(texml: Customer, bench: Bench) -> None:
    first, _ = texml.let_in(2)
    got = texml.update(first, BeepOnExit="false")
    assert got.status == 200
    bench.wait("member_changed")


def test_a_coach_is_heard_by_the_one_it_coaches_alone(texml: Customer, bench: Bench) -> None:
    agent, customer, coach = texml.let_in(3)
    got = texml.update(coach, Coaching="true", CallSidToCoach=agent)
    assert got.json.keys() == KEYS | COACHING
    assert (got.json["coaching"], got.json["coaching_call_sid"]) == (True, agent)
    assert got.json["coaching_call_sid_legacy"] == agent
    assert {hearer for hearer, speaker in hears(bench) if speaker == coach} == {agent}
    got = texml.update(coach, Coaching="false")
    assert (got.json["coaching"], "coaching_call_sid" in got.json) == (False, False)
    assert {hearer for hearer, speaker in hears(bench) if speaker == coach} == {agent, customer}


def test_somebody_to_coach_implies_coaching_and_may_be_another_one(texml: Customer) -> None:
    agent, other, coach = texml.let_in(3)
    assert texml.update(coach, CallSidToCoach=agent).json["coaching_call_sid"] == agent
    assert texml.update(coach, CallSidToCoach=other).json["coaching_call_sid"] == other


def test_coaching_needs_somebody_to_coach(texml: Customer) -> None:
    texml.let_in(1)
    (coach,) = texml.let_in(1)
    assert told(texml.update(coach, Coaching="true")) == (422, "10004", "/CallSidToCoach")


def test_only_another_connected_participant_of_the_same_conference_is_coached(texml: Customer, bench: Bench) -> None:
    (coach,) = texml.let_in(1)
    (stranger,) = texml.let_in(1, name="elsewhere")
    pending = texml.dial(To=SILENT).json["call_sid"]
    for target in (coach, stranger, pending, "v3:nobody"):
        got = texml.update(coach, Coaching="true", CallSidToCoach=target)
        assert told(got) == (422, "10027", "/CallSidToCoach")
    assert texml.participant(coach)["coaching"] is False


def test_a_coach_whose_agent_left_still_coaches_and_is_heard_by_nobody(texml: Customer, bench: Bench) -> None:
    agent, customer, coach = texml.let_in(3)
    texml.update(coach, Coaching="true", CallSidToCoach=agent)
    texml.ask("DELETE", f"{texml.people(texml.room()['sid'])}/{agent}")
    bench.wait("member_left")
    assert texml.participant(coach)["coaching"] is True
    assert hears(bench) == {(coach, customer)}


def test_an_update_with_one_bad_field_changes_nothing(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1)
    before = texml.participant(call)
    bad = (
        {"Hold": "maybe"},
        {"AnnounceUrl": "not a url"},
        {"HoldMethod": "PUT"},
        {"CallSidToCoach": "v3:nobody"},
    )
    codes = [told(texml.update(call, Muted="true", EndConferenceOnExit="true", **one)) for one in bad]
    assert codes == [
        (422, "10026", "/Hold"),
        (422, "10003", "/AnnounceUrl"),
        (422, "10032", "/HoldMethod"),
        (422, "10027", "/CallSidToCoach"),
    ]
    assert texml.participant(call) == before
    assert "member_muted" not in [what for what, _ in bench.happened]


def test_every_bad_field_is_told_at_once(texml: Customer) -> None:
    (call,) = texml.let_in(1)
    got = texml.update(call, Muted="2", Hold="3")
    assert [error["source"]["pointer"] for error in got.json["errors"]] == ["/Muted", "/Hold"]


def test_a_deleted_participant_is_gone_and_its_call_has_ended(texml: Customer, bench: Bench) -> None:
    first, _ = texml.let_in(2)
    path = f"{texml.people(texml.room()['sid'])}/{first}"
    got = texml.ask("DELETE", path)
    assert (got.status, got.body) == (204, b"")
    got = texml.ask("GET", path)
    assert (got.status, got.json) == (404, NOT_FOUND)
    assert texml.ask("POST", path, form={"Muted": "true"}).json == NOT_FOUND
    assert texml.ask("DELETE", path).json == NOT_FOUND
    assert bench.wait("call_ended", call=texml.known(first))["cause"] == "api"  # and its document does not go on
    assert texml.get(f"/Calls/{first}")["status"] == "completed"
    assert texml.room()["status"] == "in-progress"


def test_who_got_a_new_document_is_no_participant_any_more(texml: Customer, bench: Bench) -> None:
    first, _ = texml.let_in(2)
    bench.app.pages["/next"] = "<Response><Pause length='60'/></Response>"
    path = f"{texml.people(texml.room()['sid'])}/{first}"
    assert texml.ask("POST", f"/Calls/{first}", form={"Url": f"{bench.app.url}/next"}).status == 200
    assert texml.ask("GET", path).json == NOT_FOUND
    bench.app.wait("/next")
    assert texml.get(f"/Calls/{first}")["status"] == "in-progress"


def test_a_participant_of_another_conference_is_not_found(texml: Customer) -> None:
    (call,) = texml.let_in(1)
    texml.let_in(1, name="elsewhere")
    got = texml.ask("GET", f"{texml.people(texml.room('elsewhere')['sid'])}/{call}")
    assert (got.status, got.json) == (404, NOT_FOUND)
