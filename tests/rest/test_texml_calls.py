"""TeXML's rows of calls: placing, finding, moving and ending them, by the newer and the older addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from engine.dialects.face import ApplicationView, Asked
from engine.dialects.form import read
from engine.dialects.texml.call_orders import instructions, placed
from engine.dialects.texml.fields import DIAL_CALL
from engine.dialects.texml.records import talked
from engine.values.effects import CallFacts
from engine.values.flow import Hook, Wish
from tests.rest.bench import ACME, Bench, served
from tests.rest.texml import (
    APPLICATION,
    BASE,
    BUSY,
    CALL_SID,
    CALLED,
    CALLER,
    MACHINE,
    NOT_FOUND,
    PEOPLE,
    RFC_DATE,
    SID,
    SILENT,
    Customer,
    told,
)

KEYS = {
    "sid", "account_sid", "uri", "status", "direction", "from", "from_formatted", "to", "to_formatted", "caller_name",
    "answered_by", "date_created", "date_updated", "start_time", "end_time", "duration", "price", "price_unit",
}  # fmt: skip
WAIT = "<Response><Pause length='180'/></Response>"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(simulator={"callees": PEOPLE}) as one:
        one.app.pages |= {"/texml/answer": WAIT, "/out": WAIT, "/next": WAIT}
        yield one


def up(texml: Customer, **form: str) -> str:
    """Place a call and wait until its document runs; its sid."""
    sid = str(texml.call(**form).json["sid"])
    texml.bench.wait("verb_started", call=texml.known(sid))
    return sid


def test_a_placed_call_is_queued_under_both_names_of_its_sid(texml: Customer, bench: Bench) -> None:
    got = texml.call(Url=f"{bench.app.url}/out")
    assert got.status == 200
    assert got.json.keys() == {"from", "to", "status", "sid", "call_sid"}
    assert (got.json["from"], got.json["to"], got.json["status"]) == (CALLER, CALLED, "queued")
    assert got.json["sid"] == got.json["call_sid"]
    assert re.fullmatch(CALL_SID, got.json["sid"])
    asked = bench.app.wait("/out")
    assert (asked.method, asked.params["CallSid"]) == ("POST", got.json["sid"])


def test_the_document_comes_from_the_application_where_the_request_names_none(texml: Customer, bench: Bench) -> None:
    sid = texml.call().json["sid"]
    assert bench.app.wait("/texml/answer").params["CallSid"] == sid


def test_a_document_may_stand_in_the_request(texml: Customer, bench: Bench) -> None:
    texml.call(Texml="<Response><Dial><Conference>inline</Conference></Dial></Response>")
    bench.wait("member_joined")
    assert texml.room("inline")["status"] == "in-progress"


def test_a_long_document_may_stand_in_the_request(texml: Customer, bench: Bench) -> None:
    document = f"<Response><Pause length='180'/>{'<Say>hello</Say>' * 2000}</Response>"
    assert texml.call(Texml=document).status == 200
    bench.wait("verb_started", verb="Pause")
    assert told(texml.call(Texml=f"{document:<102401}")) == (422, "10033", "/Texml")


def test_the_application_of_a_call_is_named_in_all_that_is_told_of_it(texml: Customer, bench: Bench) -> None:
    bench.app.pages["/room"] = (
        "<Response><Dial><Conference statusCallback='/conference'>R</Conference></Dial></Response>"
    )
    hooks = {"Url": f"{bench.app.url}/room", "StatusCallback": f"{bench.app.url}/status"}
    texml.call(ApplicationSid="1700000099", StatusCallbackEvent="ringing", **hooks)
    texml.dial("R", StatusCallback=f"{bench.app.url}/dialled", StatusCallbackEvent="ringing")
    for path, sid in (("/status", "1700000099"), ("/room", "1700000099"), ("/dialled", APPLICATION)):
        assert bench.app.wait(path).params["ConnectionId"] == sid


def test_the_application_of_a_number_is_named_to_it() -> None:
    with served(numbers=[{"number": "+16505550109", "account": ACME, "application": APPLICATION}]) as bench:
        bench.dial_in("+14155550100", "+16505550109")
        assert bench.app.wait("/texml/answer").params["ConnectionId"] == APPLICATION


def test_the_method_of_a_document_is_kept(texml: Customer, bench: Bench) -> None:
    texml.call(Url=f"{bench.app.url}/out", UrlMethod="GET")
    assert bench.app.wait("/out").method == "GET"


def test_the_application_lends_its_method() -> None:
    application = ApplicationView(sid="1", voice=Hook("https://example.com/v", "GET"))
    assert instructions({"Url": "https://example.com/u"}, application) == (b"", Hook("https://example.com/u", "GET"))
    assert instructions({}, application) == (b"", application.voice)


def test_what_the_exchange_decides_is_handed_on() -> None:
    application = ApplicationView(
        sid="1", voice=Hook("https://example.com/v"), fallback=Hook("https://example.com/f"),
        status=Hook("https://example.com/s"),
    )  # fmt: skip
    given = {"From": CALLER, "To": CALLED, "ApplicationSid": "1", "Timeout": "7", "TimeLimit": "90"}
    asked = Asked(account=ACME, values=read(DIAL_CALL, {**given, "SendDigits": "1w2", "Record": "true"}))
    made = placed(asked, application, "new")
    assert (made.call, made.ring_timeout, made.time_limit, made.send_digits) == ("new", 7, 90, "1w2")
    assert (made.answer, made.fallback, made.hangup) == (application.voice, application.fallback, application.status)
    assert (made.status_events, made.machine_detection) == (("completed",), "")
    assert made.record == Wish(trim=True)


def test_only_the_time_after_the_answer_is_the_duration() -> None:
    about = CallFacts("c", ACME, CALLER, CALLED, "outbound", "ended", created_at=1.0, answered_at=4.0, ended_at=10.0)
    assert talked(about) == "6"
    assert talked(msgspec.structs.replace(about, answered_at=None)) == "0"
    assert talked(msgspec.structs.replace(about, ended_at=None)) is None


def test_url_and_texml_exclude_each_other(texml: Customer, bench: Bench) -> None:
    got = texml.call(Url=f"{bench.app.url}/out", Texml=WAIT)
    assert told(got) == (422, "10027", "/Texml")
    assert texml.get("/Calls")["calls"] == []


def test_an_unknown_application_gives_no_document(texml: Customer, bench: Bench) -> None:
    assert told(texml.call(ApplicationSid="17")) == (422, "10017", "/ApplicationSid")
    assert texml.call(ApplicationSid="17", Url=f"{bench.app.url}/out").status == 200


@pytest.mark.parametrize(
    ("form", "code", "pointer"),
    [
        ({"To": ""}, "10004", "/To"),
        ({"ApplicationSid": ""}, "10004", "/ApplicationSid"),
        ({"To": "911"}, "10016", "/To"),
        ({"Url": "example.com"}, "10003", "/Url"),
        ({"Url": "https://example.com/" + "u" * 2000}, "10003", "/Url"),
        ({"TimeLimit": "29"}, "10033", "/TimeLimit"),
        ({"TimeLimit": "14401"}, "10033", "/TimeLimit"),
        ({"MachineDetectionTimeout": "499"}, "10033", "/MachineDetectionTimeout"),
        ({"SendDigits": "12x"}, "90014", "/SendDigits"),
        ({"SipRegion": "Moon"}, "10032", "/SipRegion"),
        ({"SuperviseCallSid": "v3:somebody"}, "10027", "/SuperviseCallSid"),
    ],
)
def test_a_bad_field_is_named_and_nobody_is_called(
    texml: Customer, form: dict[str, str], code: str, pointer: str
) -> None:
    assert told(texml.call(**form)) == (422, code, pointer)
    assert texml.get("/Calls")["calls"] == []


def test_the_progress_of_a_call_is_told(texml: Customer, bench: Bench) -> None:
    texml.call(StatusCallback=f"{bench.app.url}/status", StatusCallbackEvent="initiated ringing answered")
    for number, status in enumerate(("initiated", "ringing", "in-progress"), 1):
        assert bench.app.wait("/status", nth=number).params["CallStatus"] == status


def test_without_events_the_end_alone_is_told(texml: Customer, bench: Bench) -> None:
    texml.call(To=BUSY, StatusCallback=f"{bench.app.url}/status")
    assert bench.app.wait("/status").params["CallStatus"] == "busy"


def test_a_live_call_has_the_documented_keys(texml: Customer) -> None:
    sid = up(texml, CallerId="Acme")
    call = texml.get(f"/Calls/{sid}")
    assert call.keys() == KEYS
    assert (call["sid"], call["account_sid"], call["uri"]) == (sid, SID, f"{BASE}/Calls/{sid}.json")
    assert (call["status"], call["direction"], call["caller_name"]) == ("in-progress", "outbound", "Acme")
    assert (call["from"], call["to"], call["answered_by"]) == (CALLER, CALLED, None)
    assert re.fullmatch(RFC_DATE, call["start_time"])
    assert (call["end_time"], call["duration"], call["price"]) == (None, None, None)


def test_what_answered_stands_in_the_call(texml: Customer, bench: Bench) -> None:
    form = {"To": MACHINE, "MachineDetection": "Enable", "AsyncAmdStatusCallback": f"{bench.app.url}/amd"}
    sid = up(texml, **form)
    assert bench.app.wait("/amd").params["AnsweredBy"] == "machine"
    assert texml.get(f"/Calls/{sid}")["answered_by"] == "machine"


@pytest.mark.parametrize(("to", "answered_by"), [(MACHINE, "machine"), (CALLED, "human")])
def test_what_answered_is_told_with_the_request_for_the_document(
    texml: Customer, bench: Bench, to: str, answered_by: str
) -> None:
    texml.call(To=to, MachineDetection="Enable", Url=f"{bench.app.url}/detected")
    assert bench.app.wait("/detected").params["AnsweredBy"] == answered_by
    texml.call(To=to, Url=f"{bench.app.url}/undetected")
    assert "AnsweredBy" not in bench.app.wait("/undetected").params


def test_an_ended_call_stays_retrievable(texml: Customer, bench: Bench) -> None:
    sid = up(texml)
    got = texml.ask("POST", f"/Calls/{sid}", form={"Status": "completed"})
    assert (got.status, got.json["status"]) == (200, "completed")
    bench.wait("call_ended")
    call = texml.get(f"/Calls/{sid}")
    assert call.keys() == KEYS
    assert call["status"] == "completed"
    assert re.fullmatch(RFC_DATE, call["end_time"])
    assert call["duration"].isdecimal()


def test_a_finished_call_cannot_be_updated(texml: Customer, bench: Bench) -> None:
    sid = up(texml)
    texml.ask("POST", f"/Calls/{sid}", form={"Status": "completed"})
    bench.wait("call_ended")
    for form in ({"Status": "completed"}, {"Url": f"{bench.app.url}/next"}):
        assert told(texml.ask("POST", f"/Calls/{sid}", form=form)) == (422, "90018", "")


def test_a_ringing_call_is_canceled_and_an_answered_one_is_not(texml: Customer, bench: Bench) -> None:
    sid = texml.call(To=SILENT).json["sid"]
    got = texml.ask("POST", f"/Calls/{sid}", form={"Status": "canceled"})
    assert (got.status, got.json["status"]) == (200, "canceled")
    bench.wait("call_ended")
    assert texml.get(f"/Calls/{sid}")["status"] == "canceled"
    answered = up(texml)
    assert told(texml.ask("POST", f"/Calls/{answered}", form={"Status": "canceled"})) == (422, "10027", "/Status")
    assert texml.get(f"/Calls/{answered}")["status"] == "in-progress"


def test_no_other_status_can_be_asked_for(texml: Customer) -> None:
    sid = up(texml)
    assert told(texml.ask("POST", f"/Calls/{sid}", form={"Status": "busy"})) == (422, "10032", "/Status")


def test_a_new_address_breaks_off_what_the_call_does(texml: Customer, bench: Bench) -> None:
    sid = up(texml)
    form = {"Url": f"{bench.app.url}/next", "Method": "GET", "FallbackUrl": f"{bench.app.url}/fallback"}
    got = texml.ask("POST", f"/Calls/{sid}", form=form)
    assert (got.status, got.json["status"]) == (200, "in-progress")
    asked = bench.app.wait("/next")
    assert (asked.method, asked.params["CallSid"]) == ("GET", sid)


def test_the_fallback_of_a_new_address_is_asked_where_that_fails(texml: Customer, bench: Bench) -> None:
    sid = up(texml)
    bench.app.pages["/next"] = 500
    form = {"Url": f"{bench.app.url}/next", "FallbackUrl": f"{bench.app.url}/fallback"}
    texml.ask("POST", f"/Calls/{sid}", form=form)
    assert bench.app.wait("/fallback").params["CallSid"] == sid


def test_a_new_document_may_stand_in_the_update(texml: Customer, bench: Bench) -> None:
    sid = up(texml)
    document = "<Response><Dial><Conference>moved</Conference></Dial></Response>"
    assert texml.ask("POST", f"/Calls/{sid}", json={"Texml": document}).status == 200
    bench.wait("member_joined")
    assert texml.participant(sid, "moved")["status"] == "connected"


def test_a_call_that_rings_cannot_be_moved(texml: Customer, bench: Bench) -> None:
    sid = texml.call(To=SILENT).json["sid"]
    form = {"Url": f"{bench.app.url}/next", "StatusCallback": f"{bench.app.url}/status"}
    assert told(texml.ask("POST", f"/Calls/{sid}", form=form)) == (422, "90034", "")


def test_the_progress_is_told_to_the_address_that_was_given_last(texml: Customer, bench: Bench) -> None:
    sid = up(texml, StatusCallback=f"{bench.app.url}/first")
    form = {"StatusCallback": f"{bench.app.url}/second", "StatusCallbackMethod": "GET"}
    assert texml.ask("POST", f"/Calls/{sid}", form=form).status == 200
    texml.ask("POST", f"/Calls/{sid}", form={"Status": "completed"})
    asked = bench.app.wait("/second")
    assert (asked.method, asked.params["CallStatus"]) == ("GET", "completed")
    assert "/first" not in [one.path for one in bench.app.asked]


def test_an_update_of_nothing_tells_the_call(texml: Customer) -> None:
    sid = up(texml)
    assert texml.ask("POST", f"/Calls/{sid}").json == texml.get(f"/Calls/{sid}")


def test_calls_are_listed_and_filtered(texml: Customer, bench: Bench) -> None:
    busy = texml.call(To=BUSY).json["sid"]
    bench.wait("call_ended")
    live = texml.call().json["sid"]

    def found(query: str) -> list[str]:
        return [call["sid"] for call in texml.get(f"/Calls?{query}")["calls"]]

    assert found("") == [live, busy]
    assert found("Status=busy") == [busy]
    assert found("Status=completed") == []
    assert found("To=%2B19995550102") == [busy]
    assert found("From=%2B14155550100&To=%2B16505550177") == [live]
    assert found("EndTime%3E=2001-01-01") == [busy]
    assert found("StartTime_lt=2001-01-01") == []
    assert found("StartTime%3E=2001-01-01T00:00:00Z") == [live, busy]


def test_a_page_of_calls_names_the_next_one_until_there_is_none(texml: Customer) -> None:
    sids = [texml.call(To=SILENT).json["sid"] for _ in range(3)]
    path: str | None = "/Calls?PageSize=2"
    found: list[Any] = []
    while path:
        page = texml.get(path)
        found += [call["sid"] for call in page["calls"]]
        path = page.get("next_page_uri", "").removeprefix(BASE)
    assert found == sids[::-1]


def test_a_call_that_never_was_is_not_found(texml: Customer) -> None:
    for method in ("GET", "POST"):
        got = texml.ask(method, "/Calls/v3:nobody", form={"Status": "completed"} if method == "POST" else None)
        assert (got.status, got.json) == (404, NOT_FOUND)


def test_the_older_address_names_its_application(texml: Customer, bench: Bench) -> None:
    body = {"From": CALLER, "To": CALLED}
    for number, base in enumerate(("/v2/texml", "/texml"), 1):
        got = bench.request("POST", f"{base}/calls/{APPLICATION}", json=body, face="texml")
        assert (got.status, got.json["status"], got.json["to"]) == (200, "queued", CALLED)
        assert bench.app.wait("/texml/answer", nth=number).params["CallSid"] == got.json["call_sid"]
    got = bench.request("POST", "/v2/texml/calls/17", json=body, face="texml")
    assert (got.status, got.json) == (404, NOT_FOUND)


def test_the_older_update_is_the_same(texml: Customer, bench: Bench) -> None:
    sid = up(texml)
    path = f"/v2/texml/calls/{sid}/update"
    got = bench.request("POST", path, json={"Url": f"{bench.app.url}/next"}, face="texml")
    assert (got.status, got.json["sid"]) == (200, sid)
    bench.app.wait("/next")
    assert bench.request("POST", path, json={"Status": "completed"}, face="texml").json["status"] == "completed"
