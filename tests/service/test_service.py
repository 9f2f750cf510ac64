"""The running service over real HTTP: one room behind four faces, callbacks in order, limits, and the journal."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from engine.dialects.tongues import tongues
from engine.journal import Past, dump, replay
from engine.service.service import Service
from engine.simulation.replay import replayed
from engine.values.effects import FetchDocument
from tests.rest import audian as audian_rows
from tests.rest import texml as texml_rows
from tests.rest.bench import ACCOUNTS, ACME, OTHER, Bench, Got, served, simulator
from tests.rest.plivo import BASES, LINES, NAME, Customer

SIGNATURES = {
    "plivo": {"X-Plivo-Signature-V2", "X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3"},
    "vobiz": {"X-Vobiz-Signature-V3"},
    "texml": {"telnyx-signature-ed25519", "telnyx-timestamp"},
}


@pytest.fixture
def bench() -> Iterator[Bench]:
    with served() as one:
        yield one


@pytest.fixture
def plivo(bench: Bench) -> Customer:
    return Customer(bench)


def shown(bench: Bench, face: str, what: str, id: str) -> str:  # noqa: A002
    """How a face shows an id of ours."""
    return bench.do(lambda service: service.sight(face, ACME).spell(what, id))


def room_id(bench: Bench, name: str = NAME) -> str:
    """Our id of a live room."""

    def found(service: Service) -> str:
        room = service.exchange.conference(ACME, name)
        assert room is not None
        return room.id

    return bench.do(found)


# --- one room is one room --------------------------------------------------------------------------


def test_one_room_is_one_room_for_every_face(bench: Bench, plivo: Customer) -> None:
    ann, bob = plivo.let_in(2)
    texml, audian = texml_rows.Customer(bench), audian_rows.Customer(bench)
    room = room_id(bench)
    audian_room, participant = shown(bench, "audian", "conference", room), shown(bench, "audian", "call", bob)

    assert texml.update(texml.spelled(ann), NAME, Muted="true").json["muted"] is True
    assert audian.act(audian_room, participant, "mute").json["data"]["muted"] is True

    assert [one["muted"] for one in plivo.room()["members"]] == [True, True]
    assert [one["muted"] for one in Customer(bench, "vobiz").room()["members"]] == [True, True]
    assert [texml.participant(texml.spelled(one), NAME)["muted"] for one in (ann, bob)] == [True, True]
    assert [one["muted"] for one in audian.people(audian_room)] == [True, True]
    assert bench.do(lambda service: service.exchange.hears(room)) == frozenset()

    assert plivo.to_members("DELETE", "2", "Mute/").status == 204
    assert bench.do(lambda service: service.exchange.hears(room)) == {(ann, bob)}
    matrix = bench.request("GET", f"/simulator/conferences/{quote(NAME)}/matrix", face="plivo").json
    assert [[voice["call"] for voice in row["hears"]] for row in matrix["rows"]] == [[bob], []]


def test_each_face_shows_its_own_identifiers(bench: Bench, plivo: Customer) -> None:
    (call,) = plivo.let_in(1)
    room = room_id(bench)
    texml, audian = texml_rows.Customer(bench), audian_rows.Customer(bench)
    audian_room = shown(bench, "audian", "conference", room)
    ids = {
        "plivo": (plivo.member(1)["member_id"], plivo.member(1)["call_uuid"]),
        "texml": (texml.room(NAME)["sid"], texml.participant(texml.spelled(call), NAME)["call_sid"]),
        "audian": (audian_room, audian.people(audian_room)[0]["participant_id"]),
    }
    assert ids["plivo"] == ("1", call)
    assert ids["texml"][1].startswith("v3:")
    assert ids["audian"][0].startswith("conf_")
    assert ids["audian"][1].startswith("part_")
    assert len({id for pair in ids.values() for id in pair}) == 6  # noqa: A001
    for other in (call, ids["audian"][1]):
        path = f"{texml.people(texml.room(NAME)['sid'])}/{quote(other)}"
        assert texml.ask("GET", path).status == 404


def test_a_member_that_one_face_removes_is_gone_from_all(bench: Bench, plivo: Customer) -> None:
    ann, bob = plivo.let_in(2)
    texml = texml_rows.Customer(bench)
    people = texml.people(texml.room(NAME)["sid"])
    assert texml.ask("DELETE", f"{people}/{texml.spelled(ann)}").status == 204
    bench.wait("call_ended", call=ann)
    assert [one["call_uuid"] for one in plivo.room()["members"]] == [bob]
    assert len(audian_rows.Customer(bench).people(shown(bench, "audian", "conference", room_id(bench)))) == 1


def test_another_accounts_room_is_nobodys_on_any_face(bench: Bench, plivo: Customer) -> None:
    (call,) = plivo.let_in(1)
    room = room_id(bench)
    theirs = {
        "plivo": f"/v1/Account/{OTHER}/Conference/{quote(NAME)}/Member/1/Mute/",
        "vobiz": f"/api/v1/Account/MA_OTHER/Conference/{quote(NAME)}/Member/1/Mute/",
        "texml": f"/v2/texml/Accounts/{texml_rows.OTHER_SID}/Conferences/{shown(bench, 'texml', 'conference', room)}"
        f"/Participants/{shown(bench, 'texml', 'call', call)}",
        "audian": f"/v2/accounts/otheraudian/conferences/{shown(bench, 'audian', 'conference', room)}"
        f"/participants/{shown(bench, 'audian', 'call', call)}",
    }
    mute = {"data": {"action": "mute"}, "Muted": True}
    for face, path in theirs.items():
        assert (face, bench.request("POST", path, json=mute, face=face, account=1).status) == (face, 404)
    assert plivo.member(1)["muted"] is False


# --- callers of a definition, and people who are invited ------------------------------------------


def test_a_number_that_leads_to_a_definition_asks_for_a_pin() -> None:
    number = {"number": "+16505550103", "account": ACME, "conference": "conf_board"}
    room = {"id": "conf_board", "account": ACME, "name": "board", "member_pins": ["5678"]}
    with served(numbers=[number], conferences=[room]) as bench:
        call = bench.dial_in("+14155550100", number["number"])
        bench.wait("pin_asked", call=call)
        press(bench, call, "1111#")
        bench.wait("pin_asked", nth=2, call=call)
        assert bench.do(lambda service: service.exchange.conferences(ACME)) == ()
        press(bench, call, "5678#")
        bench.wait("member_joined", call=call)
        (room_view,) = bench.do(lambda service: service.exchange.conferences(ACME))
        assert (room_view.name, room_view.definition) == ("board", "conf_board")
        assert "5678" not in str(bench.happened)
        assert bench.app.asked == []


def press(bench: Bench, call: str, digits: str) -> None:
    """Let a caller press keys."""
    assert bench.request("POST", f"/simulator/calls/{call}/press", json={"digits": digits}, face="plivo").status == 202


def test_a_failed_invitation_leaves_nothing_behind() -> None:
    with served(simulator={"callees": texml_rows.PEOPLE}) as bench:
        texml = texml_rows.Customer(bench)
        got = texml.dial(To=texml_rows.SILENT)
        assert (got.status, got.json["status"]) == (200, "connecting")
        assert texml.room()["status"] == "init"
        bench.wait("call_ended")
        assert bench.do(lambda service: service.exchange.conferences()) == ()
        customer = Customer(bench)
        customer.let_in(1)
        owned = bench.do(lambda service: [what for what, _ in service.register._owners])  # noqa: SLF001
        assert sorted(owned) == ["call", "call", "conference"]
        assert [entry["conference"] for what, entry in bench.happened if what == "conference_ended"] == [
            texml_rows.NAME
        ]


# --- callbacks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", LINES)
def test_documents_and_callbacks_are_signed(bench: Bench, face: str) -> None:
    customer = Customer(bench, face)
    (call,) = customer.let_in(1)
    customer.ask("DELETE", f"/Call/{call}/")
    for path in (f"/{face}/answer", "/hangup"):
        headers = {name.lower() for name in bench.app.wait(path).headers}
        assert {name.lower() for name in SIGNATURES[face]} <= headers


def test_texml_documents_and_callbacks_are_signed(bench: Bench) -> None:
    texml = texml_rows.Customer(bench)
    (call,) = texml.let_in(1)
    texml.ask("POST", f"/Calls/{call}", form={"Status": "completed"})
    for path in ("/texml/answer", "/hangup"):
        headers = {name.lower() for name in bench.app.wait(path).headers}
        assert SIGNATURES["texml"] <= headers


def test_callbacks_of_a_room_come_in_the_order_of_what_happened(bench: Bench, plivo: Customer) -> None:
    told = f'callbackUrl="{bench.app.url}/told"'
    calls = plivo.let_in(3, attributes=told)
    for call in calls:
        plivo.ask("DELETE", f"/Call/{call}/")
        bench.wait("call_ended", call=call)
    bench.app.wait("/told", nth=6)
    seen = [(one.params["ConferenceAction"], one.params["CallUUID"]) for one in bench.app.asked if one.path == "/told"]
    assert seen == [*(("enter", call) for call in calls), *(("exit", call) for call in calls)]


def test_a_callback_that_is_tried_again_bears_the_same_key_and_a_fresh_signature(
    bench: Bench, plivo: Customer
) -> None:
    bench.app.pages["/told"] = 500
    plivo.let_in(1, attributes=f'callbackUrl="{bench.app.url}/told#rp=5xx&amp;rc=1"')
    first, second = bench.app.wait("/told"), bench.app.wait("/told", nth=2)
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.body == second.body
    nonce = "X-Plivo-Signature-V3-Nonce"
    assert first.headers[nonce] != second.headers[nonce]


def test_each_callback_has_a_key_of_its_own(bench: Bench, plivo: Customer) -> None:
    plivo.let_in(2, attributes=f'callbackUrl="{bench.app.url}/told"')
    first, second = bench.app.wait("/told"), bench.app.wait("/told", nth=2)
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]


def test_a_wait_document_is_fetched_once_for_its_room(bench: Bench, plivo: Customer) -> None:
    bench.app.pages["/wait"] = "<Response><Play>https://media.example/wait.mp3</Play></Response>"
    waiting = f'startConferenceOnEnter="false" waitSound="{bench.app.url}/wait"'
    calls = plivo.let_in(5, attributes=waiting)
    for call in calls:
        bench.wait("heard", call=call, purpose="wait_sound")
    bench.wait("heard", nth=3, call=calls[0], purpose="wait_sound")  # it plays again and again
    assert [one.path for one in bench.app.asked].count("/wait") == 1

    plivo.let_in(1, "another room", waiting)
    bench.app.wait("/wait", nth=2)


# --- limits ----------------------------------------------------------------------------------------


DIALLED = {"data": {"endpoints": ["+14155550199"]}}


def test_an_account_has_so_many_calls_at_a_time() -> None:
    accounts = [{**ACCOUNTS[0], "limits": {"calls": 2}}, ACCOUNTS[1]]
    weekly = {"id": "conf_weekly", "account": ACME, "name": "weekly"}
    with served(accounts=accounts, conferences=[weekly]) as bench:
        customer = Customer(bench)
        calls = customer.let_in(2)
        asked = len(bench.app.asked)
        call = {"from": "14155550100", "to": "14155550199", "answer_url": f"{bench.app.url}/plivo/answer"}
        refused = {
            "plivo": customer.ask("POST", "/Call/", call),
            "vobiz": Customer(bench, "vobiz").ask("POST", "/Call/", call),
            "texml": texml_rows.Customer(bench).call(),
            "texml invitation": texml_rows.Customer(bench).dial(texml_rows.Customer(bench).room(NAME)["sid"]),
            "audian": audian_rows.Customer(bench).ask("PUT", "/conf_weekly", {"data": {"action": "dial", **DIALLED}}),
            "simulator": bench.request(
                "POST", "/simulator/calls", json={"from": "+14155550100", "to": LINES["plivo"]}, face="plivo"
            ),
        }
        assert {face: got.status for face, got in refused.items()} == dict.fromkeys(refused, 429)
        assert bench.do(lambda service: service.register.live.total()) == 2
        assert len(bench.app.asked) == asked

        customer.ask("DELETE", f"/Call/{calls[0]}/")
        bench.wait("call_ended", call=calls[0])
        assert customer.ask("POST", "/Call/", call).status == 201


RATED = {
    "plivo": BASES["plivo"] + "/Conference/",
    "vobiz": BASES["vobiz"] + "/Conference/",
    "texml": texml_rows.BASE + "/Conferences",
    "audian": audian_rows.BASE,
}


@pytest.mark.parametrize("face", RATED)
def test_an_account_has_so_many_requests_a_second(face: str) -> None:
    accounts = [{**ACCOUNTS[0], "limits": {"rate": 0.01, "burst": 3}}, ACCOUNTS[1]]
    with served(accounts=accounts) as bench:

        def ask(**more: Any) -> Got:
            return bench.request("GET", RATED[face], face=face, **more)

        assert [ask().status for _ in range(4)] == [200, 200, 200, 429]
        assert ask().headers["Content-Type"].startswith("application/json")
        assert bench.request("GET", RATED["plivo"].replace(ACME, OTHER), face="plivo", account=1).status == 200


# --- what is kept ----------------------------------------------------------------------------------


def test_what_ended_is_remembered_to_its_bound_and_no_further() -> None:
    with served(limits={"history": 3}) as bench:
        customer = Customer(bench)
        for number in range(6):
            (call,) = customer.let_in(1, f"room {number}")
            customer.ask("DELETE", f"/Call/{call}/")
            bench.wait("call_ended", call=call)
        sizes = bench.do(kept)
        names = [customer.ask("GET", f"/Conference/{quote(f'room {number}')}/").status for number in range(6)]
    assert names == [404, 404, 404, 200, 200, 200]
    assert sizes == {"calls": 3, "conferences": 3, "owners": 6, "live": 0, "playing": 0, "names": 3}


def kept(service: Service) -> dict[str, int]:
    """How much a service holds on to."""
    register = service.register
    return {
        "calls": len(tuple(register.history.calls)),
        "conferences": len(tuple(register.history.conferences)),
        "owners": len(register._owners),  # noqa: SLF001
        "live": register.live.total(),
        "playing": len(simulator(service).playing),
        "names": len(service.books.timeline._names),  # noqa: SLF001
    }


# --- the journal -----------------------------------------------------------------------------------


def busy_day(bench: Bench) -> None:
    """Calls, rooms and commands of several faces, of which some are live at the end."""
    plivo, texml = Customer(bench), texml_rows.Customer(bench)
    ann, bob, _ = plivo.let_in(3)
    texml.update(texml.spelled(ann), NAME, Muted="true")
    plivo.to_members("POST", "2", "Kick/")
    bench.wait("call_ended", call=bob)
    texml.let_in(1)
    texml.dial(To=texml_rows.SILENT)
    audian_rows.Customer(bench).create()


def test_the_journal_replays_to_where_the_service_stands(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    with served(tmp_path, journal=str(file)) as bench:
        busy_day(bench)

        def stands(service: Service) -> tuple[bytes, bytes]:
            return dump(service.exchange), file.read_bytes()

        there, written = bench.do(stands)
        seen = [entry for _, entry in bench.happened]
    past = Past(written.splitlines(keepends=True))
    again = past.exchange(tongues(past.header.rules), watched=True)
    assert len(list(replay(again, past))) > 20
    assert dump(again) == there
    entries = [msgspec.json.decode(msgspec.json.encode(entry)) for entry in replayed(BytesIO(written), pytest.fail)]
    assert [entry for entry in entries if entry in seen] == [entry for entry in seen if entry in entries]
    assert len([entry for entry in entries if entry["what"] == "member_joined"]) == 4


def test_a_service_that_stopped_has_written_the_end_of_every_call(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    with served(tmp_path, journal=str(file)) as bench:
        busy_day(bench)
    past = Past(BytesIO(file.read_bytes()))
    again = past.exchange(tongues(past.header.rules))
    for _ in replay(again, past):
        pass
    assert past.ended
    assert (again.calls(), again.conferences()) == ((), ())


def test_only_its_owner_may_read_the_journal_and_an_earlier_one_is_kept_aside(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    for _ in range(2):
        with served(tmp_path, journal=str(file)) as bench:
            Customer(bench).let_in(1)
        assert file.stat().st_mode & 0o777 == 0o600
    kept_ones = sorted(tmp_path.glob("journal.jsonl*"))
    assert len(kept_ones) == 2
    heads = {Past(BytesIO(one.read_bytes())).header.seed for one in kept_ones}
    assert len(heads) == 2
    assert {one.stat().st_mode & 0o777 for one in kept_ones} == {0o600}


def test_what_is_done_was_written_down_before(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    written: list[bool] = []
    with served(tmp_path, journal=str(file)) as bench:

        def watch(service: Service) -> None:
            fetch = service._performs[FetchDocument]  # noqa: SLF001

            def watched(effect: FetchDocument) -> None:
                written.append(effect.owner.encode() in file.read_bytes())
                fetch(effect)

            service._performs[FetchDocument] = watched  # noqa: SLF001

        bench.do(watch)
        Customer(bench).let_in(3)
    assert written == [True] * 3
