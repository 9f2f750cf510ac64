"""The commands that ask a running service: what they print, and their exit status."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from engine.cli import main
from engine.client import Client
from engine.errors import RequestError
from engine.live import unreached
from tests.rest.bench import ACCOUNTS, ACME, Bench, served

LONG = "https://media.example/long.mp3"
ANN, BOB, US = "+14155550100", "+14155550101", "+16505550100"
TOKEN = str(ACCOUNTS[0]["plivo"]["auth_token"])

WRONG = TOKEN[::-1]


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with served(simulator={"media": {LONG: 600.0}}) as bench:
        bench.app.pages["/plivo/answer"] = (
            '<Response><Conference enterSound="" waitSound="">Room</Conference><Wait length="600"/></Response>'
        )
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    """A bench with ann and bob in a room."""
    for number in (ANN, BOB):
        call = shared.dial_in(number)
        shared.wait("member_joined", call=call)
    yield shared
    for left in rows(callflow(shared, "calls", "--format", "json")):
        callflow(shared, "hang-up", str(left["call_uuid"]))
    shared.wait("conference_ended")
    shared.happened.clear()


def callflow(bench: Bench, *words: str, token: str = TOKEN) -> Result:
    given = {"CALLFLOW_URL": bench.server.url, "CALLFLOW_AUTH_ID": ACME, "CALLFLOW_AUTH_TOKEN": token}
    return CliRunner().invoke(main, words, env=given)


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    told: list[dict[str, object]] = json.loads(result.stdout)
    return told


def said(result: Result) -> str:
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout.strip()


def cells(result: Result) -> list[list[str]]:
    return [line.split() for line in said(result).splitlines()]


def members(bench: Bench) -> list[dict[str, object]]:
    told = json.loads(callflow(bench, "conference", "Room", "--format", "json").stdout)
    found: list[dict[str, object]] = told["members"]
    return found


# --- looking --------------------------------------------------------------------------------------


def test_live_calls_are_a_table(bench: Bench) -> None:
    head, *calls = cells(callflow(bench, "calls"))

    assert head == ["call", "from", "to", "direction", "status", "since", "(UTC)"]
    assert [call[1:5] for call in calls] == [
        [number.lstrip("+"), US.lstrip("+"), "inbound", "in-progress"] for number in (BOB, ANN)
    ]


def test_calls_are_shown_however_many_there_are(bench: Bench) -> None:
    for number in range(40):
        bench.dial_in(f"+14155550{200 + number}")

    assert len(rows(callflow(bench, "calls", "--format", "json"))) == 42


def test_conferences_are_a_table(bench: Bench) -> None:
    head, room = cells(callflow(bench, "conferences"))

    assert (head, room[:2]) == (["conference", "members", "seconds"], ["Room", "2"])
    assert rows(callflow(bench, "conferences", "--format", "json"))[0]["conference_name"] == "Room"


def test_a_conference_shows_its_members(bench: Bench) -> None:
    callflow(bench, "mute", "Room", "2")
    first, head, *inside = cells(callflow(bench, "conference", "Room"))

    assert first[:3] == ["Room:", "2", "inside,"]
    assert head == ["member", "from", "to", "call", "muted", "deaf", "seconds"]
    assert [(one[0], one[1], one[4], one[5]) for one in inside] == [
        ("1", ANN.lstrip("+"), "-", "-"),
        ("2", BOB.lstrip("+"), "yes", "-"),
    ]


def test_nothing_is_said_in_words() -> None:
    with served() as empty:
        assert said(callflow(empty, "calls")) == "no call is live"
        assert said(callflow(empty, "conferences")) == "no conference is live"
        assert rows(callflow(empty, "calls", "--format", "json")) == []


# --- acting ---------------------------------------------------------------------------------------


def test_members_are_muted_and_deafened_and_back(bench: Bench) -> None:
    assert said(callflow(bench, "mute", "Room", "1,2")) == "muted: member 1, 2 in Room"
    assert said(callflow(bench, "deaf", "Room", "all")) == "deaf: everybody in Room"
    assert [(one["muted"], one["deaf"]) for one in members(bench)] == [(True, True), (True, True)]
    assert said(callflow(bench, "unmute", "Room", "1")) == "done: member 1 in Room"
    assert said(callflow(bench, "undeaf", "Room", "2")) == "done: member 2 in Room"
    assert [(one["muted"], one["deaf"]) for one in members(bench)] == [(False, True), (True, False)]


def test_a_kicked_member_s_call_goes_on_and_a_hung_up_one_s_ends(bench: Bench) -> None:
    ann, bob = (str(one["call_uuid"]) for one in members(bench))

    assert said(callflow(bench, "kick", "Room", "1")) == "kicked: member 1 in Room"
    assert said(callflow(bench, "hang-up-member", "Room", "2")) == "done: member 2 in Room"
    bench.wait("call_ended", call=bob)
    bench.wait("verb_started", call=ann, verb="Wait")
    assert [one["call_uuid"] for one in rows(callflow(bench, "calls", "--format", "json"))] == [ann]


def test_sounds_and_words_are_played_to_members(bench: Bench) -> None:
    assert said(callflow(bench, "play", "Room", "1", LONG)).startswith("play queued")
    head, *heard = cells(callflow(bench, "hears", ANN))
    assert head == ["hears"]
    assert heard == [["member_play", LONG], ["talk", BOB, f"({members(bench)[1]['call_uuid']})"]]
    assert said(callflow(bench, "speak", "Room", "2", "Hello Bob")).startswith("speak queued")
    assert bench.wait("heard", text="Hello Bob")["to"] == members(bench)[1]["call_uuid"]


def test_what_one_member_of_several_missed_is_told_with_status_1(bench: Bench) -> None:
    result = callflow(bench, "mute", "Room", "1,9")

    assert (result.exit_code, result.stdout) == (1, "muted: member 1 in Room\n")
    assert result.stderr == "not found: member 9\n"


def test_a_call_is_placed_and_hung_up(bench: Bench) -> None:
    told = said(callflow(bench, "call", US, "+12125550177", f"{bench.app.url}/plivo/answer"))
    call = told.removeprefix("call fired: ")

    bench.wait("call_placed", call=call)
    assert said(callflow(bench, "hang-up", call)) == f"hung up: {call}"
    bench.wait("call_ended", call=call)


def test_somebody_dials_in(bench: Bench) -> None:
    call = said(callflow(bench, "dial-in", "+14155550199", US)).removeprefix("calling: ")

    assert bench.wait("call_arrived", call=call)["caller"] == "+14155550199"


def test_somebody_presses_keys(bench: Bench) -> None:
    keys = f"{bench.app.url}/keys"
    bench.app.pages["/menu"] = f'<Response><GetInput action="{keys}" inputType="dtmf" numDigits="2"/></Response>'
    call = said(callflow(bench, "call", US, "+12125550179", f"{bench.app.url}/menu")).removeprefix("call fired: ")
    bench.wait("verb_started", call=call, verb="GetInput")

    assert said(callflow(bench, "press", "+12125550179", "12")) == "pressed: 12"
    assert bench.app.wait("/keys").params["Digits"] == "12"


def test_a_name_needs_no_care(bench: Bench) -> None:
    bench.app.pages["/odd"] = "<Response><Conference>a b/c?d#e%2Fü</Conference></Response>"
    call = said(callflow(bench, "call", US, "+12125550178", f"{bench.app.url}/odd")).removeprefix("call fired: ")
    bench.wait("member_joined", call=call)

    assert said(callflow(bench, "conference", "a b/c?d#e%2Fü")).startswith("a b/c?d#e%2Fü: 1 inside")


# --- following ------------------------------------------------------------------------------------


def test_events_are_followed_from_a_number_on(bench: Bench) -> None:
    first = callflow(bench, "events", "--after", "0", "--count", "3", "--format", "json")
    entries = [json.loads(line) for line in first.stdout.splitlines()]
    again = callflow(bench, "events", "--after", str(entries[0]["number"]), "--count", "1", "--format", "json")

    assert entries[0]["what"] == "call_arrived"
    assert [entry["number"] for entry in entries] == sorted({entry["number"] for entry in entries})
    assert json.loads(again.stdout) == entries[1]


def test_events_are_lines_that_people_read(bench: Bench) -> None:
    [line] = cells(callflow(bench, "events", "--after", "0", "--count", "1"))

    assert line[0] == "1"
    assert line[3:] == ["call_arrived", f"caller={ANN}", f"called={US}"]


def test_following_ends_when_the_service_ends() -> None:
    with served() as bench:
        bench.dial_in()
        threading.Timer(0.3, lambda: bench.run(bench.service.stop(0.0))).start()
        result = callflow(bench, "events", "--after", "0", "--format", "json")

    assert "call_arrived" in said(result)


# --- what cannot be -------------------------------------------------------------------------------


def refused(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert TOKEN not in result.stderr
    return result.stderr


@pytest.mark.parametrize("words", [("conference", "None"), ("kick", "None", "1"), ("play", "None", "all", LONG)])
def test_an_unknown_room_is_told(bench: Bench, words: tuple[str, ...]) -> None:
    assert refused(callflow(bench, *words)) == "error: conference not found\n"


def test_an_unknown_member_or_call_is_told(bench: Bench) -> None:
    assert refused(callflow(bench, "kick", "Room", "9")) == "error: member not found\n"
    assert refused(callflow(bench, "hang-up", "nobody")) == "error: call not found\n"
    assert refused(callflow(bench, "hears", "nobody")).startswith("error: there is no such live call (")


@pytest.mark.parametrize("words", [("calls",), ("kick", "Room", "1"), ("hears", ANN), ("events",)])
def test_wrong_credentials_are_told_without_showing_them(bench: Bench, words: tuple[str, ...]) -> None:
    told = refused(callflow(bench, *words, token=WRONG))

    assert "credentials" in told
    assert "CALLFLOW_AUTH_TOKEN" in told
    assert WRONG not in told


@pytest.mark.parametrize("words", [("calls",), ("events",), ("dial-in", ANN, US)])
def test_a_service_that_does_not_run_is_told(words: tuple[str, ...]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    result = CliRunner().invoke(main, [*words, "--url", url, "--auth-id", ACME, "--auth-token", TOKEN])

    assert refused(result).startswith(f"error: {url}/: no service answers: ")
    assert "callflow serve" in result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--auth-id: the account's credentials are needed"),
        (("--auth-id", ACME), "--auth-token: the account's credentials are needed"),
        (("--auth-id", "a:b", "--auth-token", TOKEN), "--auth-id: it holds a colon"),
        (("--auth-id", ACME, "--auth-token", TOKEN, "--url", "nonsense"), "--url: it is not the address"),
        (("--auth-id", ACME, "--auth-token", TOKEN, "--url", f"http://a:{TOKEN}@b"), "--url: it is not the address"),
        (("--auth-id", ACME, "--auth-token", TOKEN, "--url", "http://b:99999"), "--url: it is not the address"),
    ],
)
def test_options_that_cannot_be_are_told(options: tuple[str, ...], told: str) -> None:
    clean = dict.fromkeys(("CALLFLOW_URL", "CALLFLOW_AUTH_ID", "CALLFLOW_AUTH_TOKEN"))

    assert refused(CliRunner(env=clean).invoke(main, ["calls", *options])).startswith(f"error: {told}")


def test_members_that_were_not_reached_are_known_by_number() -> None:
    assert unreached("1, 2,,3", ["2"]) == ["1", "3"]
    assert unreached("all", []) == []


def test_an_error_carries_the_status_of_the_reply(bench: Bench) -> None:
    async def asked() -> int:
        async with Client(bench.server.url, ACME, TOKEN) as client:
            with pytest.raises(RequestError) as raised:
                await client.conference("None")
            return raised.value.status

    assert asyncio.run(asked()) == 404
