"""Plivo's rows of conferences: replies as the pages print them, and what they do."""

from __future__ import annotations

import re

import msgspec
import pytest

from tests.rest.bench import Bench
from tests.rest.plivo import GET_CONFERENCE, LIST_CONFERENCES, NAME, UUID, Customer, shape

NOT_FOUND = "conference not found"


def test_a_conference_is_told_as_the_page_prints_it(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    got = plivo.ask("GET", "/Conference/My%20Conf%20Room/")
    assert got.status == 200
    assert shape(got.json) == shape(GET_CONFERENCE)
    assert (got.json["conference_name"], got.json["conference_member_count"]) == (NAME, "1")
    assert re.fullmatch(UUID, got.json["api_id"])


def test_a_member_is_told_with_bare_numbers_and_the_id_of_its_call(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    asked = bench.app.wait("/plivo/answer").params
    member = plivo.member(1)
    assert member["call_uuid"] == asked["CallUUID"]
    assert (member["from"], member["to"], member["direction"]) == ("14155550101", "16505550100", "inbound")
    assert (member["muted"], member["deaf"], member["caller_name"]) == (False, False, "")
    assert int(member["join_time"]) <= int(plivo.room()["conference_run_time"])


def test_a_muted_joiner_is_told_as_muted_while_it_waits(plivo: Customer) -> None:
    plivo.let_in(1, attributes='startConferenceOnEnter="false" muted="true"')
    assert plivo.member(1)["muted"] is True
    assert plivo.room()["conference_member_count"] == "1"


def test_the_live_conferences_are_listed_by_name(plivo: Customer) -> None:
    plivo.let_in(1)
    got = plivo.ask("GET", "/Conference/")
    assert got.status == 200
    assert shape(got.json) == shape(LIST_CONFERENCES)
    assert got.json["conferences"] == [NAME]


def test_the_list_of_no_conferences_is_empty(plivo: Customer) -> None:
    got = plivo.ask("GET", "/Conference/")
    assert (got.status, got.json["conferences"]) == (200, [])


def test_an_ended_conference_is_told_without_members(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(2)
    assert plivo.ask("DELETE", "/Conference/My%20Conf%20Room/").status == 204
    bench.wait("conference_ended", conference=NAME)
    got = plivo.ask("GET", "/Conference/My%20Conf%20Room/")
    assert got.status == 200
    assert (got.json["conference_name"], got.json["conference_member_count"], got.json["members"]) == (NAME, "0", [])
    assert got.json["conference_run_time"].isdecimal()
    assert plivo.ask("GET", "/Conference/").json["conferences"] == []


def test_a_conference_that_never_was_is_not_found(plivo: Customer) -> None:
    got = plivo.ask("GET", "/Conference/nowhere/")
    assert got.status == 404
    assert list(got.json) == ["api_id", "error"]
    assert got.json["error"] == NOT_FOUND


def test_hanging_up_a_conference_ends_the_calls_of_its_members(plivo: Customer, bench: Bench) -> None:
    first, second = plivo.let_in(2)
    (other,) = plivo.let_in(1, name="other")
    got = plivo.ask("DELETE", "/Conference/My%20Conf%20Room/")
    assert (got.status, got.body) == (204, b"")
    for call in (first, second):
        bench.wait("call_ended", call=call)
    assert plivo.ask("GET", "/Conference/").json["conferences"] == ["other"]
    assert plivo.ask("GET", f"/Call/{other}/?status=live").status == 200


def test_hanging_up_all_conferences_leaves_none(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    plivo.let_in(1, name="other")
    got = plivo.ask("DELETE", "/Conference/")
    assert (got.status, got.body) == (204, b"")
    bench.wait("conference_ended", conference=NAME)
    bench.wait("conference_ended", conference="other")
    assert plivo.ask("GET", "/Conference/").json["conferences"] == []


def test_hanging_up_all_conferences_where_there_are_none_succeeds(plivo: Customer) -> None:
    assert plivo.ask("DELETE", "/Conference/").status == 204


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "Record/"), ("DELETE", "Record/")])
def test_what_is_asked_of_a_conference_that_is_not_there_is_not_found(plivo: Customer, method: str, path: str) -> None:
    got = plivo.ask(method, f"/Conference/nowhere/{path}", {} if method == "POST" else None)
    assert (got.status, got.json["error"]) == (404, NOT_FOUND)


def test_a_recording_is_named_at_its_start_and_told_of_at_its_end(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(2)
    asked = {"file_format": "wav", "callback_url": f"{bench.app.url}/recorded"}
    got = plivo.ask("POST", "/Conference/My%20Conf%20Room/Record/", asked)
    assert got.status == 202
    assert shape(got.json) == [("message", "str"), ("recording_id", "str"), ("url", "str"), ("api_id", "str")]
    assert got.json["message"] == "conference recording started"
    stopped = plivo.ask("DELETE", "/Conference/My%20Conf%20Room/Record/")
    assert (stopped.status, stopped.body) == (204, b"")
    told = bench.app.wait("/recorded").params
    assert told["recording_id"] == got.json["recording_id"]
    assert told["api_id"] == got.json["api_id"]
    assert told["conference_name"] == NAME


def test_a_second_recording_of_a_conference_is_the_first_one(plivo: Customer) -> None:
    plivo.let_in(1)
    first, second = (plivo.ask("POST", "/Conference/My%20Conf%20Room/Record/", {}).json for _ in range(2))
    assert first["recording_id"] == second["recording_id"]


def test_stopping_a_recording_that_does_not_run_succeeds(plivo: Customer) -> None:
    plivo.let_in(1)
    assert plivo.ask("DELETE", "/Conference/My%20Conf%20Room/Record/").status == 204


def test_a_recording_of_an_unknown_format_is_refused(plivo: Customer) -> None:
    plivo.let_in(1)
    got = plivo.ask("POST", "/Conference/My%20Conf%20Room/Record/", {"file_format": "ogg"})
    assert got.status == 400
    assert got.json["error"] == "file_format: must be one of mp3, wav"


def test_with_a_callback_url_the_reply_comes_later(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    later = {"callback_url": f"{bench.app.url}/later"}
    got = plivo.to_members("POST", "1", "Mute/", later)
    assert got.status == 202
    assert shape(got.json) == [("message", "str"), ("api_id", "str")]
    assert got.json["message"] == "async api spawned"
    told = bench.app.wait("/later")
    assert b"muted" in told.body
    assert plivo.member(1)["muted"] is True


def test_what_is_read_can_come_later_too(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    got = plivo.ask("GET", f"/Conference/?callback_url={bench.app.url}/later&callback_method=POST")
    assert (got.status, got.json["message"]) == (202, "async api spawned")
    told = msgspec.json.decode(bench.app.wait("/later").body)
    assert (told["api_id"], told["conferences"]) == (got.json["api_id"], [NAME])


def test_a_request_that_cannot_be_met_is_told_at_once(plivo: Customer, bench: Bench) -> None:
    got = plivo.ask("DELETE", "/Conference/nowhere/", {"callback_url": f"{bench.app.url}/later"})
    assert (got.status, got.json["error"]) == (404, NOT_FOUND)
    assert [one.path for one in bench.app.asked] == []


def test_another_account_sees_nothing_of_a_conference(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    base = f"/v1/Account/{bench.accounts[1]['id']}/Conference/"
    assert bench.request("GET", base, face="plivo", account=1).json["conferences"] == []
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "Member/1/Mute/"), ("POST", "Member/all/Kick/")):
        got = bench.request(method, f"{base}My%20Conf%20Room/{path}", face="plivo", account=1)
        assert (got.status, got.json["error"]) == (404, NOT_FOUND)
    assert bench.request("DELETE", base, face="plivo", account=1).status == 204
    assert plivo.member(1)["muted"] is False


def test_paths_are_understood_in_any_letter_case_and_without_the_last_slash(plivo: Customer) -> None:
    plivo.let_in(1)
    assert plivo.ask("GET", "/conference/My%20Conf%20Room").status == 200
    assert plivo.ask("GET", "/Conference/my%20conf%20room/").status == 404, "names keep their letters' case"
