"""TeXML's rows of conferences: what they tell, and what ends or announces."""

from __future__ import annotations

import re
from urllib.parse import quote

from tests.rest.bench import Bench
from tests.rest.texml import BASE, NAME, NOT_FOUND, RFC_DATE, SID, UUID, Customer, told

KEYS = {
    "sid", "account_sid", "api_version", "friendly_name", "status", "reason_conference_ended",
    "call_sid_ending_conference", "region", "date_created", "date_updated", "subresource_uris", "uri",
}  # fmt: skip
ENVELOPE = {"page", "page_size", "start", "end", "uri", "first_page_uri"}


def test_a_conference_has_the_documented_keys(texml: Customer) -> None:
    texml.let_in(1)
    room = texml.room()
    assert room.keys() == KEYS
    assert re.fullmatch(UUID, room["sid"])
    assert (room["account_sid"], room["api_version"], room["friendly_name"]) == (SID, "v2/texml", NAME)
    assert (room["status"], room["reason_conference_ended"]) == ("in-progress", None)
    assert room["call_sid_ending_conference"] is None
    assert re.fullmatch(RFC_DATE, room["date_created"])
    assert re.fullmatch(RFC_DATE, room["date_updated"])
    assert room["uri"] == f"{BASE}/Conferences/{room['sid']}.json"
    assert room["subresource_uris"] == {
        "participants": f"{BASE}/Conferences/{room['sid']}/Participants.json",
        "recordings": f"{BASE}/Conferences/{room['sid']}/Recordings.json",
    }


def test_a_conference_is_told_under_every_spelling_of_its_path(texml: Customer, bench: Bench) -> None:
    texml.let_in(1)
    room = texml.room()
    for path in (BASE, BASE.removeprefix("/v2")):
        for suffix in ("", ".json"):
            got = bench.request("GET", f"{path}/Conferences/{room['sid']}{suffix}", face="texml")
            assert (got.status, got.json) == (200, room)


def test_a_conference_that_nobody_has_started_is_init(texml: Customer) -> None:
    texml.let_in(1, attributes='startConferenceOnEnter="false"')
    assert texml.room()["status"] == "init"


def test_a_conference_is_found_by_its_sid_and_not_by_its_name(texml: Customer) -> None:
    texml.let_in(1)
    got = texml.ask("GET", f"/Conferences/{quote(NAME)}")
    assert (got.status, got.json) == (404, NOT_FOUND)


def test_conferences_whose_names_look_like_our_ids_are_told_apart(texml: Customer, bench: Bench) -> None:
    texml.let_in(1, name="r2")
    texml.let_in(1, name="r1")
    sids = {name: texml.room(name)["sid"] for name in ("r1", "r2")}
    for name, sid in sids.items():
        assert texml.get(f"/Conferences/{sid}")["friendly_name"] == name
    assert texml.dial("r1").json["conference_sid"] == sids["r1"]
    assert texml.dial("r3").json["conference_sid"] not in sids.values()
    for sid in sids.values():
        assert texml.ask("POST", f"/Conferences/{sid}", form={"Status": "completed"}).json["sid"] == sid
    for name, sid in sids.items():
        bench.wait("conference_ended", conference=name)
        assert texml.get(f"/Conferences/{sid}")["friendly_name"] == name


def test_a_name_that_looks_like_our_id_of_a_conference_is_none(texml: Customer) -> None:
    texml.let_in(1)
    assert texml.dial("r1").json["conference_sid"] != texml.room()["sid"]


def test_a_completed_update_ends_the_conference_and_every_call_in_it(texml: Customer, bench: Bench) -> None:
    first, second = texml.let_in(2)
    room = texml.room()
    got = texml.ask("POST", f"/Conferences/{room['sid']}", form={"Status": "completed"})
    assert (got.status, got.json["status"]) == (200, "completed")
    assert got.json["reason_conference_ended"] == "conference-ended-via-api"
    bench.wait("conference_ended", conference=NAME)
    for call in (first, second):
        bench.wait("call_ended", call=texml.known(call))
        assert texml.get(f"/Calls/{call}")["status"] == "completed"


def test_an_ended_conference_stays_retrievable_without_participants(texml: Customer, bench: Bench) -> None:
    texml.let_in(1)
    sid = texml.room()["sid"]
    texml.ask("POST", f"/Conferences/{sid}", form={"Status": "completed"})
    bench.wait("conference_ended", conference=NAME)
    room = texml.get(f"/Conferences/{sid}")
    assert room.keys() == KEYS
    assert (room["status"], room["reason_conference_ended"]) == ("completed", "conference-ended-via-api")
    assert texml.get(texml.people(sid))["participants"] == []


def test_who_left_as_the_last_ended_the_conference(texml: Customer, bench: Bench) -> None:
    (call,) = texml.let_in(1)
    sid = texml.room()["sid"]
    texml.ask("POST", f"/Calls/{call}", form={"Status": "completed"})
    bench.wait("conference_ended", conference=NAME)
    room = texml.get(f"/Conferences/{sid}")
    assert room["reason_conference_ended"] == "last-participant-left"
    assert room["call_sid_ending_conference"] == call


def test_a_participant_with_end_on_exit_ended_the_conference(texml: Customer, bench: Bench) -> None:
    texml.let_in(1)
    (chief,) = texml.let_in(1, attributes='endConferenceOnExit="true"')
    sid = texml.room()["sid"]
    texml.ask("DELETE", f"{texml.people(sid)}/{chief}")
    bench.wait("conference_ended", conference=NAME)
    room = texml.get(f"/Conferences/{sid}")
    assert room["reason_conference_ended"] == "participant-with-end-conference-on-exit-left"
    assert room["call_sid_ending_conference"] == chief


def test_an_update_of_an_ended_conference_is_a_bad_request(texml: Customer, bench: Bench) -> None:
    texml.let_in(1)
    sid = texml.room()["sid"]
    texml.ask("POST", f"/Conferences/{sid}", form={"Status": "completed"})
    bench.wait("conference_ended", conference=NAME)
    for form in ({"Status": "completed"}, {"AnnounceUrl": f"{bench.app.url}/announce"}):
        assert told(texml.ask("POST", f"/Conferences/{sid}", form=form)) == (400, "90019", "")


def test_no_other_status_can_be_asked_for(texml: Customer) -> None:
    texml.let_in(1)
    sid = texml.room()["sid"]
    got = texml.ask("POST", f"/Conferences/{sid}", form={"Status": "in-progress"})
    assert told(got) == (422, "10032", "/Status")
    assert texml.room()["status"] == "in-progress"


def test_an_update_of_nothing_tells_the_conference(texml: Customer) -> None:
    texml.let_in(1)
    room = texml.room()
    got = texml.ask("POST", f"/Conferences/{room['sid']}")
    assert (got.status, got.json) == (200, room)


def test_an_announcement_is_asked_for_with_its_method(texml: Customer, bench: Bench) -> None:
    texml.let_in(1)
    bench.app.pages["/announce"] = "<Response><Say>Hello</Say></Response>"
    sid = texml.room()["sid"]
    form = {"AnnounceUrl": f"{bench.app.url}/announce", "AnnounceMethod": "GET"}
    got = texml.ask("POST", f"/Conferences/{sid}", form=form)
    assert (got.status, got.json["status"]) == (200, "in-progress")
    asked = bench.app.wait("/announce")
    assert (asked.method, asked.params["ConferenceSid"]) == ("GET", sid)


def test_an_announcement_is_posted_for_where_nothing_else_is_said(texml: Customer, bench: Bench) -> None:
    texml.let_in(1)
    texml.ask("POST", f"/Conferences/{texml.room()['sid']}", json={"AnnounceUrl": f"{bench.app.url}/announce"})
    assert bench.app.wait("/announce").method == "POST"


def test_conferences_are_listed_with_their_envelope_the_newest_first(texml: Customer) -> None:
    texml.let_in(1, name="one")
    texml.let_in(1, name="two")
    page = texml.get("/Conferences")
    assert page.keys() == ENVELOPE | {"conferences"}
    assert [room["friendly_name"] for room in page["conferences"]] == ["two", "one"]
    assert (page["page"], page["page_size"], page["start"], page["end"]) == (0, 20, 0, 1)
    assert page["uri"] == page["first_page_uri"] == f"{BASE}/Conferences.json?Page=0&PageSize=20"


def test_the_list_of_no_conferences_is_empty(texml: Customer) -> None:
    page = texml.get("/Conferences.json")
    assert (page["conferences"], page["start"], page["end"]) == ([], 0, 0)


def test_conferences_are_filtered_by_name_status_and_date(texml: Customer, bench: Bench) -> None:
    texml.let_in(1, name="one")
    texml.let_in(1, name="two", attributes='startConferenceOnEnter="false"')

    def names(query: str) -> list[str]:
        return [room["friendly_name"] for room in texml.get(f"/Conferences?{query}")["conferences"]]

    assert names("FriendlyName=one") == ["one"]
    assert names("FriendlyName=on") == []
    assert names("Status=init") == ["two"]
    assert names("Status=in-progress&FriendlyName=two") == []
    assert names("DateCreated=2001-01-01") == []
    assert names("DateCreated%3E=2001-01-01") == ["two", "one"]
    assert names("DateCreated>=2001-01-01") == ["two", "one"]
    assert names("DateUpdated<=2001-01-01") == []


def test_a_date_that_is_none_is_refused(texml: Customer) -> None:
    assert told(texml.ask("GET", "/Conferences?DateCreated=yesterday")) == (422, "10032", "/DateCreated")
    assert told(texml.ask("GET", "/Conferences?DateCreated=2026-02-31")) == (422, "10032", "/DateCreated")


def test_the_next_page_begins_where_this_one_ends_though_something_new_has_come(texml: Customer) -> None:
    for name in ("one", "two", "three"):
        texml.let_in(1, name=name)
    first = texml.get("/Conferences?PageSize=2&Status=in-progress")
    assert [room["friendly_name"] for room in first["conferences"]] == ["three", "two"]
    assert first["next_page_uri"].startswith(
        f"{BASE}/Conferences.json?Status=in-progress&Page=1&PageSize=2&PageToken="
    )
    texml.let_in(1, name="four")
    second = texml.get(first["next_page_uri"].removeprefix(BASE))
    assert [room["friendly_name"] for room in second["conferences"]] == ["one"]
    assert (second["page"], "next_page_uri" in second) == (1, False)


def test_a_page_token_that_is_none_is_refused(texml: Customer) -> None:
    for token in ("nonsense", "PT", "PTbmFuIHg", "PT%C3%A9"):
        assert told(texml.ask("GET", f"/Conferences?PageToken={token}")) == (422, "10032", "/PageToken")


def test_a_page_number_is_a_number_within_bounds(texml: Customer) -> None:
    assert told(texml.ask("GET", "/Conferences?PageSize=0")) == (422, "10033", "/PageSize")
    assert told(texml.ask("GET", "/Conferences?Page=x")) == (422, "10026", "/Page")
    assert texml.get("/Conferences?Page=7")["conferences"] == []
