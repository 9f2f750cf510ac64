"""The simulator's face: what people do at their telephones, and what they hear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rest.bench import ACME, Bench, Got, basic, served
from tests.service.remote import Remote

ROOM = '<Response><Conference enterSound="" waitSound="">Room</Conference></Response>'
ANN, BOB, US = "+14155550100", "+14155550101", "+16505550100"
LONG = "https://media.example/long.mp3"
ME = basic(ACME, "acme-plivo")


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with served(simulator={"media": {LONG: 600.0}}) as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    """A bench on which nobody is left from before."""
    shared.app.pages["/plivo/answer"] = ROOM
    yield shared
    for one in ask(shared, "GET", "/simulator/calls").json["calls"]:
        ask(shared, "DELETE", f"/simulator/calls/{one['call']}")
    shared.happened.clear()


def ask(bench: Bench, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None) -> Got:
    return bench.request(method, path, json=json, headers=ME if headers is None else headers)


def dial(bench: Bench, caller: str = ANN, called: str = US) -> str:
    got = ask(bench, "POST", "/simulator/calls", {"from": caller, "to": called})
    assert got.status == 201, got
    return str(got.json["call"])


def joined(bench: Bench, *callers: str) -> list[str]:
    """These callers, seated in the room."""
    calls = []
    for caller in callers:
        calls.append(dial(bench, caller))
        bench.wait("member_joined", call=calls[-1])
    return calls


def wrong(got: Got) -> tuple[int, str]:
    return got.status, got.json["error"]


# --- what people do -------------------------------------------------------------------------------


def test_who_dials_in_gets_the_documents_of_the_number(bench: Bench) -> None:
    got = ask(bench, "POST", "/simulator/calls", {"from": ANN, "to": US, "name": "Ann"})

    fetched = bench.app.wait("/plivo/answer", CallUUID=got.json["call"])
    assert (fetched.params["From"], fetched.params["CallerName"]) == (ANN.lstrip("+"), "Ann")


def test_live_calls_are_listed_with_where_they_are(bench: Bench) -> None:
    ann, bob = joined(bench, ANN, BOB)

    assert ask(bench, "GET", "/simulator/calls").json["calls"] == [
        {
            "call": call,
            "from": number,
            "to": US,
            "state": "up",
            "verb": "Conference",
            "conference": "Room",
            "hears": [],
            "voices": 1,
        }
        for call, number in ((ann, ANN), (bob, BOB))
    ]


def test_keys_that_are_pressed_reach_the_document(bench: Bench) -> None:
    bench.app.pages["/plivo/answer"] = (
        f'<Response><GetInput action="{bench.app.url}/keys" inputType="dtmf" numDigits="3"/></Response>'
    )
    call = dial(bench)
    bench.wait("verb_started", call=call, verb="GetInput")
    got = ask(bench, "POST", f"/simulator/calls/{call}/press", {"digits": "12#"})

    assert (got.status, got.json) == (202, {"call": call})
    assert bench.app.wait("/keys").params["Digits"] == "12"


def test_words_that_are_said_reach_the_document(bench: Bench) -> None:
    bench.app.pages["/plivo/answer"] = (
        f'<Response><GetInput action="{bench.app.url}/words" inputType="speech"/></Response>'
    )
    call = dial(bench)
    bench.wait("verb_started", call=call, verb="GetInput")

    assert ask(bench, "POST", f"/simulator/calls/{call}/say", {"text": "sales please"}).status == 202
    assert bench.app.wait("/words").params["Speech"] == "sales please"


def test_talk_takes_the_floor(bench: Bench) -> None:
    bench.app.pages["/plivo/answer"] = (
        f'<Response><Conference callbackUrl="{bench.app.url}/floor" floorEvent="true">Room</Conference></Response>'
    )
    [call] = joined(bench, ANN)

    assert ask(bench, "POST", f"/simulator/calls/{call}/talk", {"seconds": 2}).status == 202
    assert bench.app.wait("/floor", ConferenceAction="floor").params["CallUUID"] == call


@pytest.mark.parametrize(
    ("method", "place", "cause"),
    [("DELETE", "", "hangup"), ("POST", "/fail", "lost")],
    ids=["hang up", "fail"],
)
def test_a_call_ends_as_it_is_ended(bench: Bench, method: str, place: str, cause: str) -> None:
    [call] = joined(bench, ANN)
    got = ask(bench, method, f"/simulator/calls/{call}{place}")

    assert (got.status, got.body) == (204, b"")
    assert bench.wait("call_ended", call=call)["cause"] == cause
    assert ask(bench, "GET", "/simulator/calls").json == {"calls": []}


def test_a_call_is_known_by_the_number_of_either_side_while_that_is_unambiguous(bench: Bench) -> None:
    [ann] = joined(bench, ANN)
    for named in (ann, ANN, ANN.lstrip("+"), US):
        assert ask(bench, "GET", f"/simulator/calls/{named}/hears").json["call"] == ann

    [bob] = joined(bench, BOB)
    assert ask(bench, "GET", f"/simulator/calls/{BOB}/hears").json["call"] == bob
    got = ask(bench, "GET", f"/simulator/calls/{US}/hears")
    assert wrong(got) == (409, "2 live calls have that number")
    assert ann in got.json["hint"]
    assert bob in got.json["hint"]


@pytest.mark.parametrize("face", ["plivo", "vobiz", "texml", "audian"])
def test_a_call_is_known_by_the_id_that_a_face_shows(bench: Bench, face: str) -> None:
    [call] = joined(bench, ANN)
    shown = bench.do(lambda service: service.sight(face, ACME).spell("call", call))

    assert ask(bench, "GET", f"/simulator/calls/{shown}/hears").json["call"] == call


# --- what they hear -------------------------------------------------------------------------------


def test_members_hear_each_other_unless_one_is_muted_or_the_other_is_deaf(bench: Bench) -> None:
    ann, bob = joined(bench, ANN, BOB)

    def heard() -> dict[str, list[str]]:
        rows = ask(bench, "GET", "/simulator/conferences/Room/matrix").json["rows"]
        for row in rows:
            alone = ask(bench, "GET", f"/simulator/calls/{row['call']}/hears").json
            assert (alone["conference"], alone["calls"]) == ("Room", row["hears"])
        return {row["call"]: [voice["number"] for voice in row["hears"]] for row in rows}

    assert heard() == {ann: [BOB], bob: [ANN]}
    member(bench, "POST", 1, "Mute")
    assert heard() == {ann: [BOB], bob: []}
    member(bench, "DELETE", 1, "Mute")
    member(bench, "POST", 1, "Deaf")
    assert heard() == {ann: [], bob: [ANN]}


def member(bench: Bench, method: str, number: int | str, place: str, json: Any = None) -> None:
    got = bench.request(
        method, f"/v1/Account/{ACME}/Conference/Room/Member/{number}/{place}/", json=json, face="plivo"
    )
    assert got.status in (202, 204), got


def test_the_matrix_names_members_by_number_and_call(bench: Bench) -> None:
    ann, bob = joined(bench, ANN, BOB)

    assert ask(bench, "GET", "/simulator/conferences/Room/matrix").json == {
        "conference": "Room",
        "state": "running",
        "rows": [
            {"member": 1, "call": ann, "number": ANN, "state": "seated", "hears": [{"call": bob, "number": BOB}]},
            {"member": 2, "call": bob, "number": BOB, "state": "seated", "hears": [{"call": ann, "number": ANN}]},
        ],
    }


def test_a_caller_hears_its_own_sounds_until_they_end(bench: Bench) -> None:
    bench.app.pages["/plivo/answer"] = (
        "<Response><Speak>Welcome to everybody who has called.</Speak><Wait length='600'/></Response>"
    )
    call = dial(bench)
    bench.wait("verb_started", call=call, verb="Speak")
    heard = ask(bench, "GET", f"/simulator/calls/{call}/hears").json
    assert heard["sounds"] == [{"purpose": "verb", "text": "Welcome to everybody who has called."}]
    assert ask(bench, "GET", "/simulator/calls").json["calls"][0]["hears"] == ["Welcome to everybody who has called."]

    bench.wait("verb_started", call=call, verb="Wait")
    assert ask(bench, "GET", f"/simulator/calls/{call}/hears").json["sounds"] == []


def test_a_sound_for_one_member_is_heard_by_that_member_alone_and_stops_when_it_is_stopped(bench: Bench) -> None:
    calls = joined(bench, ANN, BOB)

    def heard() -> list[list[str]]:
        return [
            [sound["media"] for sound in ask(bench, "GET", f"/simulator/calls/{call}/hears").json["sounds"]]
            for call in calls
        ]

    member(bench, "POST", 2, "Play", {"url": LONG})
    assert heard() == [[], [LONG]]
    member(bench, "DELETE", 2, "Play")
    assert heard() == [[], []]


def test_a_sound_for_the_room_is_heard_by_all_but_the_deaf(bench: Bench) -> None:
    calls = joined(bench, ANN, BOB)
    member(bench, "POST", 1, "Deaf")
    member(bench, "POST", "all", "Play", {"url": LONG})

    heard = [ask(bench, "GET", f"/simulator/calls/{call}/hears").json["sounds"] for call in calls]
    assert heard == [[], [{"purpose": "member_play", "media": LONG}]]


def test_who_waits_for_a_moderator_hears_the_wait_sound_and_nobody(bench: Bench) -> None:
    bench.app.pages["/wait"] = "<Response><Play>https://media.example/music.mp3</Play></Response>"
    bench.app.pages["/plivo/answer"] = (
        f'<Response><Conference startConferenceOnEnter="false" waitSound="{bench.app.url}/wait">Room</Conference>'
        "</Response>"
    )
    calls = joined(bench, ANN, BOB)
    for call in calls:
        bench.wait("heard", to=call, media="https://media.example/music.mp3")
        told = ask(bench, "GET", f"/simulator/calls/{call}/hears").json
        assert [sound["media"] for sound in told["sounds"]] == ["https://media.example/music.mp3"]
        assert told["calls"] == []


def test_two_connected_calls_hear_each_other(bench: Bench) -> None:
    bench.app.pages["/plivo/answer"] = "<Response><Dial><Number>12125550177</Number></Dial></Response>"
    ann = dial(bench)
    leg = bench.wait("calls_connected", call=ann)["with_call"]

    told = ask(bench, "GET", f"/simulator/calls/{ANN}/hears").json["calls"]
    back = ask(bench, "GET", "/simulator/calls/12125550177/hears").json
    assert told == [{"call": leg, "number": "12125550177"}]
    assert back["calls"] == [{"call": ann, "number": ANN}]


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(ACME, "wrong"),
        basic("", "acme-plivo"),
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic =="},
    ],
    ids=["none", "wrong token", "no name", "wrong key", "garbage"],
)
def test_without_credentials_nothing_is_done(bench: Bench, headers: dict[str, str]) -> None:
    got = ask(bench, "POST", "/simulator/calls", {"from": ANN, "to": US}, headers=headers)

    assert wrong(got) == (401, "credentials of an account are needed")
    assert got.headers["WWW-Authenticate"].startswith("Basic")
    assert ask(bench, "GET", "/simulator/calls").json == {"calls": []}


@pytest.mark.parametrize(
    "headers",
    [
        basic("MA_ACME", "acme-vobiz"),
        {"Authorization": "Bearer KEYACME"},
        basic("acmeaudian", "acme-audian"),
        {"Authorization": "Bearer acme-audian"},
    ],
)
def test_the_credentials_of_any_face_will_do(bench: Bench, headers: dict[str, str]) -> None:
    assert ask(bench, "GET", "/simulator/calls", headers=headers).status == 200


def test_another_account_s_calls_rooms_and_numbers_are_not_there(bench: Bench) -> None:
    [call] = joined(bench, ANN)
    other = basic("MAOTHER0000000000001", "other-plivo")

    assert ask(bench, "GET", "/simulator/calls", headers=other).json == {"calls": []}
    for method, path, json in (
        ("GET", f"/simulator/calls/{call}/hears", None),
        ("GET", f"/simulator/calls/{ANN}/hears", None),
        ("DELETE", f"/simulator/calls/{call}", None),
        ("POST", f"/simulator/calls/{call}/fail", None),
        ("POST", f"/simulator/calls/{call}/press", {"digits": "1"}),
        ("GET", "/simulator/conferences/Room/matrix", None),
        ("POST", "/simulator/calls", {"from": BOB, "to": US}),
    ):
        assert ask(bench, method, path, json, headers=other).status == 404, path
    assert [one["call"] for one in ask(bench, "GET", "/simulator/calls").json["calls"]] == [call]


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("", b"{", 400, "the body is not JSON"),
        ("", b"[]", 400, "the body is not an object of JSON"),
        ("", b"{}", 400, "from parameter is missing; to parameter is missing"),
        ("", b'{"from": {}, "to": "1"}', 400, "from: must be a text"),
        ("", b'{"from": "a b", "to": "1"}', 400, "from: must match"),
        ("", b'{"from": "+14155550100", "to": "+19995550100"}', 404, "the account has no number +19995550100"),
        ("/nobody/press", b'{"digits": "1"}', 404, "there is no such live call"),
        (f"/{ANN}/press", b'{"digits": "hello"}', 400, "digits: must match"),
        (f"/{ANN}/press", b'{"digits": ""}', 400, "digits parameter is missing"),
        (f"/{ANN}/talk", b'{"seconds": 1e99}', 400, "seconds: must be 86400 or less"),
        (f"/{ANN}/talk", b'{"seconds": -1}', 400, "seconds: must be 0.1 or more"),
        (f"/{ANN}/say", b'{"text": 5e400}', 400, ""),
        (f"/{ANN}/say", b"x" * 2_000_000, 413, "the body is larger"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_changes(
    bench: Bench, path: str, body: bytes, status: int, error: str
) -> None:
    joined(bench, ANN)
    before = ask(bench, "GET", "/simulator/calls").json
    got = bench.request(
        "POST", f"/simulator/calls{path}", body=body, headers=ME | {"Content-Type": "application/json"}
    )

    assert got.status == status, got
    assert got.json["error"].startswith(error)
    assert ask(bench, "GET", "/simulator/calls").json == before


def test_a_method_that_is_not_taken_names_those_that_are(bench: Bench) -> None:
    got = ask(bench, "PUT", "/simulator/calls", {})

    assert wrong(got) == (405, "PUT is not taken here")
    assert got.headers["Allow"] == "GET, POST"


def test_an_unknown_room_has_no_matrix(bench: Bench) -> None:
    assert wrong(ask(bench, "GET", "/simulator/conferences/None/matrix"))[0] == 404


def test_another_switch_has_no_simulator() -> None:
    with served(by=Remote()) as bench:
        assert ask(bench, "GET", "/simulator/calls").status == 404
