"""Plivo's rows of calls: placing, finding, moving and ending them, and what is done on live ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine.dialects.face import Asked, Refused
from engine.dialects.form import read
from engine.dialects.plivo.orders import call_wishes
from engine.dialects.plivo.routes import MAKE_CALL
from engine.values.flow import Hook
from tests.rest.bench import ACME, Bench, Got, served
from tests.rest.plivo import UUID, Customer, document, shape

WAIT = "<Response><Wait length='600'/></Response>"
PEOPLE = {"14155551111": {"no_answer": True}}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served(simulator={"callees": PEOPLE}) as one:
        one.app.pages |= {"/plivo/answer": WAIT, "/out": WAIT, "/new": document("new")}
        yield one


def call(plivo: Customer, to: str = "14155552222", **more: Any) -> Got:
    """Ask for a call."""
    answer = {"from": "16505550100", "to": to, "answer_url": f"{plivo.bench.app.url}/out"}
    return plivo.ask("POST", "/Call/", {**answer, **more})


def up(plivo: Customer, to: str = "14155552222", **more: Any) -> str:
    """Place a call and wait until its document runs; its id."""
    made = str(call(plivo, to, **more).json["request_uuid"])
    plivo.bench.wait("verb_started", call=made)
    return made


def test_a_call_is_fired_and_asks_for_its_document_under_the_id_of_its_request(plivo: Customer, bench: Bench) -> None:
    got = call(plivo, "+14155552222", ring_url=f"{bench.app.url}/ring")
    assert got.status == 201
    assert shape(got.json) == [("message", "str"), ("request_uuid", "str"), ("api_id", "str")]
    assert got.json["message"] == "call fired"
    for path in ("/ring", "/out"):
        told = bench.app.wait(path).params
        assert (told["RequestUUID"], told["CallUUID"]) == (got.json["request_uuid"],) * 2
        assert (told["From"], told["To"], told["Direction"]) == ("16505550100", "14155552222", "outbound")


def test_several_numbers_are_several_calls_and_bad_ones_are_named(plivo: Customer, bench: Bench) -> None:
    got = call(plivo, "14155552222<+14155553333<nonsense<sip:ann@example.com<14155552222")
    assert got.status == 201
    assert len(set(got.json["request_uuid"])) == 3
    assert got.json["invalid_numbers"] == ["nonsense"]
    for made in got.json["request_uuid"]:
        bench.wait("call_placed", call=made)


def test_several_of_which_one_is_good_are_still_a_list(plivo: Customer) -> None:
    got = call(plivo, "14155552222<nonsense").json
    assert (len(got["request_uuid"]), got["invalid_numbers"]) == (1, ["nonsense"])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"from": None}, "from parameter is missing"),
        ({"to": ""}, "to parameter is missing"),
        ({"answer_url": None}, "answer_url parameter is missing"),
        ({"answer_url": "here"}, "answer_url: must be an absolute http:// or https:// address"),
        ({"to": "nonsense"}, "to: must be a telephone number or a sip: address"),
        ({"to": "14155552222<+16505550100"}, "from must not be among the numbers of to"),
        ({"to": "<".join(str(10**10 + n) for n in range(1001))}, "to: must be 1000 or less long"),
        ({"caller_name": "x" * 51}, "caller_name: must be 50 or less long"),
        ({"time_limit": "soon"}, "time_limit: must be a number"),
        ({"ring_timeout": -1}, "ring_timeout: must be 0 or more"),
        ({"machine_detection": "perhaps"}, "machine_detection: must be one of true, hangup, false"),
        ({"answer_method": "PUT"}, "answer_method: must be GET or POST"),
        ({"send_digits": "abc!"}, None),
        ({"sip_headers": "a-b=c"}, None),
        ({"to": {"number": 1}}, "to: must be a text"),
    ],
)
def test_a_call_that_cannot_be_is_refused_and_nobody_is_rung(
    plivo: Customer, change: dict[str, Any], error: str | None
) -> None:
    got = call(plivo, **change)
    assert got.status == 400
    assert list(got.json) == ["api_id", "error"]
    if error is not None:
        assert got.json["error"] == error
    assert next(iter(change)) in got.json["error"]
    assert plivo.ask("GET", "/Call/?status=live").json["calls"] == []
    assert plivo.ask("GET", "/Call/?status=queued").json["calls"] == []


def test_a_parent_that_must_be_live_is_looked_for(plivo: Customer, bench: Bench) -> None:
    got = call(plivo, parent_call_uuid="nobody", error_if_parent_not_found=True)
    assert (got.status, got.json["error"]) == (404, "parent_call_uuid not found")
    parent = up(plivo)
    assert call(plivo, "14155553333", parent_call_uuid=parent, error_if_parent_not_found=True).status == 201
    assert call(plivo, "14155554444", parent_call_uuid="nobody").status == 201, "it is no more than a hint"


def wishes(**given: Any) -> dict[str, Any]:
    """What a request for a call asks for, in our words."""
    least = {"from": "16505550100", "to": "14155552222", "answer_url": "http://example.com/a"}
    return call_wishes(Asked(account=ACME, values=read(MAKE_CALL, {**least, **given})))


def test_a_call_without_wishes_has_the_documented_defaults() -> None:
    asked = wishes()
    assert (asked["time_limit"], asked["ring_timeout"], asked["hangup_on_ring"]) == (14400.0, 120.0, 0.0)
    assert asked["answer"] == Hook("http://example.com/a", "POST")
    assert [asked[name] for name in ("hangup", "ring", "fallback", "machine_hook")] == [None] * 4
    assert (asked["machine_detection"], asked["headers"]) == ("", ())


def test_a_time_limit_of_a_day_or_more_is_cut() -> None:
    assert wishes(time_limit=86_399)["time_limit"] == 86_399.0
    assert wishes(time_limit="200000")["time_limit"] == 86_400.0


def test_sip_headers_are_pairs() -> None:
    assert wishes(sip_headers="Reason=test, k2=v2")["headers"] == (("Reason", "test"), ("k2", "v2"))
    with pytest.raises(Refused, match="sip_headers"):
        wishes(sip_headers="Reason")


def test_machine_detection_is_asked_for_in_any_letter_case() -> None:
    assert wishes(machine_detection="True")["machine_detection"] == "true"
    assert wishes(machine_detection="hangup")["machine_detection"] == "hangup"
    assert wishes(machine_detection="false")["machine_detection"] == ""
    hook = wishes(machine_detection_url="http://example.com/m", machine_detection_method="get")["machine_hook"]
    assert hook == Hook("http://example.com/m", "GET")


def test_a_live_call_is_told_in_full(plivo: Customer, bench: Bench) -> None:
    made = up(plivo, caller_name="Ann")
    got = plivo.ask("GET", f"/Call/{made}/?status=live")
    assert got.status == 200
    assert list(got.json) == [
        "api_id",
        "call_status",
        "call_uuid",
        "caller_name",
        "direction",
        "from",
        "request_uuid",
        "to",
        "session_start",
        "stir_attestation",
        "stir_verification",
    ]
    assert all(isinstance(value, str) for value in got.json.values())
    assert (got.json["call_status"], got.json["caller_name"], got.json["to"]) == ("in-progress", "Ann", "14155552222")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", got.json["session_start"])
    assert plivo.ask("GET", f"/Call/{made}/?status=queued").status == 404


def test_live_calls_are_listed_newest_first_and_filtered(plivo: Customer, bench: Bench) -> None:
    out = up(plivo)
    came = bench.dial_in("+14155550101")
    bench.wait("verb_started", call=came)

    def listed(query: str = "") -> Any:
        return plivo.ask("GET", f"/Call/?status=live{query}").json["calls"]

    assert listed() == [came, out]
    assert (listed("&limit=1"), listed("&limit=1&offset=1")) == ([came], [out])
    assert listed("&call_direction=outbound") == [out]
    assert listed("&from_number=14155550101") == [came]
    assert listed("&to_number=%2B14155552222") == [out]
    assert plivo.ask("GET", "/Call/?status=live&limit=21").status == 400
    assert plivo.ask("GET", "/Call/?status=over").status == 400


def test_the_record_of_a_call_is_there_when_it_has_ended(plivo: Customer, bench: Bench) -> None:
    made = up(plivo)
    assert plivo.ask("GET", f"/Call/{made}/").status == 404, "it is not over"
    assert plivo.ask("DELETE", f"/Call/{made}/").status == 204
    bench.wait("call_ended", call=made)
    got = plivo.ask("GET", f"/Call/{made}/")
    assert got.status == 200
    record = got.json
    assert (record["call_uuid"], record["call_direction"], record["call_state"]) == (made, "outbound", "ANSWER")
    assert (record["from_number"], record["to_number"]) == ("16505550100", "14155552222")
    assert (record["hangup_cause_code"], record["hangup_source"]) == (4000, "API Request")
    assert record["resource_uri"] == f"/v1/Account/{ACME}/Call/{made}/"
    assert record["billed_duration"] % 60 == 0
    assert isinstance(record["bill_duration"], int)
    assert record["parent_call_uuid"] is None
    for name in ("initiation_time", "answer_time", "end_time"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00", record[name])
    assert plivo.ask("GET", f"/Call/{made}/?status=live").status == 404


def test_records_are_listed_page_by_page(plivo: Customer, bench: Bench) -> None:
    made = [up(plivo, f"1415555{n}") for n in range(3001, 3004)]
    for one in made:
        plivo.ask("DELETE", f"/Call/{one}/")
        bench.wait("call_ended", call=one)
    first = plivo.ask("GET", "/Call/?limit=2&call_direction=outbound").json
    assert list(first) == ["api_id", "meta", "objects"]
    assert [one["call_uuid"] for one in first["objects"]] == [made[2], made[1]]
    following = f"/v1/Account/{ACME}/Call/?call_direction=outbound&limit=2&offset=2"
    assert first["meta"] == {"limit": 2, "next": following, "offset": 0, "previous": None, "total_count": 3}
    second = bench.request("GET", first["meta"]["next"], face="plivo").json
    assert [one["call_uuid"] for one in second["objects"]] == [made[0]]
    assert second["meta"]["next"] is None
    assert second["meta"]["previous"].endswith("limit=2&offset=0")
    assert plivo.ask("GET", "/Call/?hangup_cause_code=3010").json["objects"] == []
    assert plivo.ask("GET", "/Call/?hangup_source=API%20Request").json["meta"]["total_count"] == 3


def test_a_call_that_nobody_answered_says_so_in_its_record(plivo: Customer, bench: Bench) -> None:
    made = call(plivo, "14155551111", ring_timeout=10).json["request_uuid"]
    bench.wait("call_ended", call=made)
    record = plivo.ask("GET", f"/Call/{made}/").json
    assert (record["answer_time"], record["bill_duration"], record["call_state"]) == (None, 0, "NO_ANSWER")
    assert record["hangup_cause_code"] == 6010


def test_a_transfer_gives_the_call_a_new_document(plivo: Customer, bench: Bench) -> None:
    made = up(plivo)
    got = plivo.ask("POST", f"/Call/{made}/", {"legs": "aleg", "aleg_url": f"{bench.app.url}/new"})
    assert (got.status, got.json["message"]) == (202, "call transferred")
    assert bench.app.wait("/new").params["Event"] == "Transfer"
    bench.wait("member_joined", call=made, conference="new")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "aleg_url parameter is missing"),
        ({"legs": "bleg", "aleg_url": "http://x.example/"}, "bleg_url parameter is missing"),
        ({"legs": "both", "aleg_url": "http://x.example/"}, "bleg_url parameter is missing"),
        ({"legs": "cleg"}, "legs: must be one of aleg, bleg, both"),
        ({"legs": "bleg", "bleg_url": "http://x.example/"}, "the call has no such leg"),
    ],
)
def test_a_transfer_needs_an_address_for_every_leg_that_it_means(
    plivo: Customer, body: dict[str, str], error: str
) -> None:
    got = plivo.ask("POST", f"/Call/{up(plivo)}/", body)
    assert (got.status, got.json["error"]) == (400, error)


def test_a_transfer_brings_a_call_of_another_dialect_to_a_plivo_document(plivo: Customer, bench: Bench) -> None:
    bench.app.pages["/texml/answer"] = "<Response><Pause length='180'/></Response>"
    made = bench.dial_in("+14155552222", "+16505550102")
    bench.wait("verb_started", call=made)
    got = plivo.ask("POST", f"/Call/{made}/", {"aleg_url": f"{bench.app.url}/new"})
    assert got.status == 202
    told = bench.app.wait("/new").params
    assert (told["Event"], told["CallUUID"], told["From"]) == ("Transfer", made, "14155552222")
    bench.wait("member_joined", call=made, conference="new")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Play/", {"urls": "https://example.com/a.mp3"}),
        ("Speak/", {"text": "hello"}),
        ("DTMF/", {"digits": "1"}),
        ("Record/", {}),
    ],
)
def test_nothing_is_done_on_a_call_that_still_rings(
    plivo: Customer, bench: Bench, path: str, body: dict[str, str]
) -> None:
    made = call(plivo, "14155551111").json["request_uuid"]
    bench.wait("call_ringing", call=made)
    got = plivo.ask("POST", f"/Call/{made}/{path}", body)
    assert (got.status, got.json["error"]) == (400, "the call is not answered yet")
    assert not {"heard", "recording_started"} & {what for what, entry in bench.happened if entry.get("call") == made}


def test_a_call_that_rings_cannot_be_transferred_and_can_be_taken_back(plivo: Customer, bench: Bench) -> None:
    made = call(plivo, "14155551111").json["request_uuid"]
    bench.wait("call_ringing", call=made)
    got = plivo.ask("POST", f"/Call/{made}/", {"aleg_url": f"{bench.app.url}/new"})
    assert (got.status, got.json["error"]) == (400, "the call is not answered yet")
    assert plivo.ask("DELETE", f"/Request/{made}/").status == 204
    assert bench.wait("call_ended", call=made)["cause"] == "api_cancel"


def test_a_request_whose_call_is_answered_is_not_taken_back(plivo: Customer) -> None:
    made = up(plivo)
    assert plivo.ask("DELETE", f"/Request/{made}/").status == 204
    assert plivo.ask("GET", f"/Call/{made}/?status=live").status == 200


def test_all_calls_of_the_account_can_be_hung_up(plivo: Customer, bench: Bench) -> None:
    made = [up(plivo), up(plivo, "14155553333")]
    got = plivo.ask("DELETE", "/Call/")
    assert (got.status, got.body) == (204, b"")
    for one in made:
        bench.wait("call_ended", call=one)
    assert plivo.ask("GET", "/Call/?status=live").json["calls"] == []


def test_sounds_are_played_on_a_live_call_and_stopped(plivo: Customer, bench: Bench) -> None:
    made = up(plivo)
    urls = "https://example.com/a.mp3,https://example.com/b.mp3"
    got = plivo.ask("POST", f"/Call/{made}/Play/", {"urls": urls, "loop": True, "length": 30})
    assert (got.status, got.json["message"]) == (202, "play started")
    for name in "ab":
        assert bench.wait("heard", media=f"https://example.com/{name}.mp3")["to"] == made
    got = plivo.ask("DELETE", f"/Call/{made}/Play/")
    assert (got.status, got.body) == (204, b"")
    got = plivo.ask("POST", f"/Call/{made}/Play/", {"urls": ["https://example.com/a.mp3", "b.mp3"]})
    assert (got.status, got.json["error"]) == (400, "urls: each must be an absolute http:// or https:// address")
    assert plivo.ask("POST", f"/Call/{made}/Play/", {}).json["error"] == "urls parameter is missing"


def test_a_text_is_spoken_on_a_live_call_and_stopped(plivo: Customer, bench: Bench) -> None:
    made = up(plivo)
    got = plivo.ask("POST", f"/Call/{made}/Speak/", {"text": "good evening", "type": "text"})
    assert (got.status, got.json["message"]) == (202, "speak started")
    assert bench.wait("heard", text="good evening")["to"] == made
    assert plivo.ask("DELETE", f"/Call/{made}/Speak/").status == 204
    assert plivo.ask("POST", f"/Call/{made}/Speak/").json["error"] == "text parameter is missing"


@pytest.mark.parametrize("leg", ["leg", "legs"])
def test_digits_are_sent_on_a_leg_whatever_the_key_is_called(plivo: Customer, leg: str) -> None:
    made = up(plivo)
    got = plivo.ask("POST", f"/Call/{made}/DTMF/", {"digits": "12*#wW", leg: "aleg"})
    assert (got.status, got.json["message"]) == (202, "digits sent")
    got = plivo.ask("POST", f"/Call/{made}/DTMF/", {"digits": "1", leg: "bleg"})
    assert (got.status, got.json["error"]) == (400, "the call has no such leg")
    assert plivo.ask("POST", f"/Call/{made}/DTMF/", {"digits": "x"}).status == 400


def test_a_live_call_is_recorded_until_that_is_stopped(plivo: Customer, bench: Bench) -> None:
    made = up(plivo)
    asked = {"callback_url": f"{bench.app.url}/recorded", "record_channel_type": "stereo", "time_limit": 600}
    got = plivo.ask("POST", f"/Call/{made}/Record/", asked)
    assert got.status == 202
    assert shape(got.json) == [("message", "str"), ("recording_id", "str"), ("url", "str"), ("api_id", "str")]
    assert got.json["message"] == "call recording started"
    assert re.fullmatch(UUID, got.json["recording_id"])
    stopped = plivo.ask("DELETE", f"/Call/{made}/Record/", {"URL": got.json["url"]})
    assert (stopped.status, stopped.body) == (204, b"")
    told = bench.app.wait("/recorded").params
    assert (told["recording_id"], told["call_uuid"]) == (got.json["recording_id"], made)
    assert plivo.ask("DELETE", f"/Call/{made}/Record/").status == 204, "there is nothing to stop"


IN_CALL = [
    ("POST", "", {"aleg_url": "http://x.example/"}),
    ("DELETE", "", None),
    ("POST", "Record/", {}),
    ("DELETE", "Record/", None),
    ("POST", "Play/", {"urls": "http://x.example/a.mp3"}),
    ("DELETE", "Play/", None),
    ("POST", "Speak/", {"text": "hello"}),
    ("DELETE", "Speak/", None),
    ("POST", "DTMF/", {"digits": "1"}),
    ("GET", "?status=live", None),
    ("GET", "?status=queued", None),
    ("GET", "", None),
]


@pytest.mark.parametrize(("method", "path", "body"), IN_CALL)
def test_a_call_that_is_not_there_or_of_another_account_is_not_found(
    plivo: Customer, bench: Bench, method: str, path: str, body: Any
) -> None:
    made = up(plivo)
    base = f"/v1/Account/{bench.accounts[1]['id']}/Call"
    for got in (
        plivo.ask(method, f"/Call/acfbf0b5-12e0-4d74-85f7-fce15f8f07ec/{path}", body),
        bench.request(method, f"{base}/{made}/{path}", json=body, face="plivo", account=1),
    ):
        assert (got.status, got.json["error"]) == (404, "call not found")
    assert plivo.ask("GET", f"/Call/{made}/?status=live").status == 200


def test_what_answered_is_told_where_that_was_asked_for(bench: Bench, plivo: Customer) -> None:
    call(plivo, machine_detection="true", machine_detection_url=f"{bench.app.url}/machine")
    told = bench.app.wait("/machine").params
    assert (told["Event"], told["Machine"]) == ("MachineDetection", "false")


def test_without_a_hangup_url_nobody_is_told_of_the_end(bench: Bench, plivo: Customer) -> None:
    silent, told = up(plivo), up(plivo, "14155553333", hangup_url=f"{bench.app.url}/over")
    plivo.ask("DELETE", f"/Call/{silent}/")
    bench.wait("call_ended", call=silent)
    plivo.ask("DELETE", f"/Call/{told}/")
    assert bench.app.wait("/over").params["CallUUID"] == told
    assert [
        one for one in bench.app.asked if one.params.get("CallUUID") == silent and "HangupCause" in one.params
    ] == []
