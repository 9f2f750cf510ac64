"""Plivo's rows of stored recordings."""

from __future__ import annotations

import re

import msgspec

from tests.rest.bench import ACME, Bench
from tests.rest.plivo import NAME, Customer

MS = r"\d+\.\d{5}"


def recorded(plivo: Customer, name: str = NAME) -> str:
    """Record a room for a while; the recording's id."""
    plivo.let_in(1, name=name)
    path = f"/Conference/{name.replace(' ', '%20')}/Record/"
    made = str(plivo.ask("POST", path, {"callback_url": f"{plivo.bench.app.url}/recorded"}).json["recording_id"])
    plivo.ask("DELETE", path)
    plivo.bench.app.wait("/recorded", recording_id=made)
    return made


def test_a_stored_recording_is_told_in_full(plivo: Customer) -> None:
    made = recorded(plivo)
    got = plivo.ask("GET", f"/Recording/{made}/")
    assert got.status == 200
    body = got.json
    assert (body["recording_id"], body["conference_name"], body["recording_type"]) == (made, NAME, "conference")
    assert (body["recording_format"], body["resource_uri"]) == ("mp3", f"/v1/Account/{ACME}/Recording/{made}/")
    for name in ("recording_duration_ms", "recording_start_ms", "recording_end_ms"):
        assert re.fullmatch(MS, body[name])
    assert float(body["recording_end_ms"]) >= float(body["recording_start_ms"]) > 1.6e12
    assert body["recording_url"].startswith("http")


def test_the_end_of_a_rooms_recording_is_told_by_the_face_that_began_it(plivo: Customer, bench: Bench) -> None:
    plivo.let_in(1)
    path = "/api/v1/Account/MA_ACME/Conference/My%20Conf%20Room/Record/"
    asked_for = {"callback_url": f"{bench.app.url}/vobiz"}
    assert bench.request("POST", path, json=asked_for, face="vobiz").status == 200
    assert bench.request("DELETE", path, face="vobiz").status == 204
    told = bench.app.wait("/vobiz")
    assert msgspec.json.decode(told.body)["conference_name"] == NAME  # Vobiz 1.5: JSON, where Plivo sends a form
    assert {"X-Vobiz-Signature-V3", "X-Plivo-Signature-V3"} & told.headers.keys() == {"X-Vobiz-Signature-V3"}


def test_the_end_of_a_calls_recording_is_told_by_the_face_that_began_it(plivo: Customer, bench: Bench) -> None:
    bench.app.pages["/texml/answer"] = "<Response><Pause length='180'/></Response>"
    call = bench.dial_in("+14155552222", "+16505550102")
    bench.wait("verb_started", call=call)
    made = plivo.ask("POST", f"/Call/{call}/Record/", {"callback_url": f"{bench.app.url}/recorded"}).json
    assert plivo.ask("DELETE", f"/Call/{call}/Record/").status == 204
    told = bench.app.wait("/recorded").params
    assert {name: told[name] for name in ("api_id", "recording_id", "call_uuid")} == {
        "api_id": made["api_id"],
        "recording_id": made["recording_id"],
        "call_uuid": call,
    }


def test_stored_recordings_are_listed_newest_first_and_filtered(plivo: Customer) -> None:
    first, second = recorded(plivo), recorded(plivo, "other")
    got = plivo.ask("GET", "/Recording/?limit=1")
    assert list(got.json) == ["api_id", "meta", "objects"]
    assert [one["recording_id"] for one in got.json["objects"]] == [second]
    following = f"/v1/Account/{ACME}/Recording/?limit=1&offset=1"
    assert got.json["meta"] == {"limit": 1, "next": following, "offset": 0, "previous": None, "total_count": 2}
    found = plivo.ask("GET", "/Recording/?conference_name=My%20Conf%20Room").json["objects"]
    assert [one["recording_id"] for one in found] == [first]
    assert plivo.ask("GET", "/Recording/?call_uuid=nobody").json["objects"] == []


def test_a_recording_that_still_runs_is_not_there_yet(plivo: Customer) -> None:
    plivo.let_in(1)
    made = plivo.ask("POST", "/Conference/My%20Conf%20Room/Record/", {}).json["recording_id"]
    assert plivo.ask("GET", f"/Recording/{made}/").status == 404
    assert plivo.ask("GET", "/Recording/").json["objects"] == []


def test_a_deleted_recording_is_gone(plivo: Customer) -> None:
    made = recorded(plivo)
    got = plivo.ask("DELETE", f"/Recording/{made}/")
    assert (got.status, got.body) == (204, b"")
    for method in ("GET", "DELETE"):
        got = plivo.ask(method, f"/Recording/{made}/")
        assert (got.status, got.json["error"]) == (404, "recording not found")
    assert plivo.ask("GET", "/Recording/").json["objects"] == []


def test_another_accounts_recording_is_not_found(plivo: Customer, bench: Bench) -> None:
    made = recorded(plivo)
    base = f"/v1/Account/{bench.accounts[1]['id']}/Recording/"
    assert bench.request("GET", base, face="plivo", account=1).json["objects"] == []
    for method in ("GET", "DELETE"):
        assert bench.request(method, f"{base}{made}/", face="plivo", account=1).status == 404
    assert plivo.ask("GET", f"/Recording/{made}/").status == 200
