"""The service is killed with -9 and started again: calls go on where they were, and nobody is left without an answer.

The switch of these tests is the simulated one, which forgets everything with the service; what it had is performed
once more. The application in this process sees what is asked of it, and how often.
"""

from __future__ import annotations

import subprocess
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from engine.cli import main
from tests.rest.bench import ACCOUNTS, ACME, CREDENTIALS, Asked
from tests.rest.plivo import NAME, Customer
from tests.rest.texml import BASE
from tests.sdk.live import PATIENCE, SERVE
from tests.service.mortal import Mortal, mortal

KEY = "Idempotency-Key"
TOLD = "/told"
LONG = "https://media.example/long.mp3"


def told(service: Mortal, path: str = TOLD) -> list[Asked]:
    """What the application was told there."""
    return [one for one in service.app.asked if one.path == path]


def room_of(service: Mortal, attributes: str = "", people: int = 3) -> tuple[Customer, list[str]]:
    """A room with people."""
    customer = Customer(service)
    return customer, customer.let_in(people, attributes=attributes)


def heard(service: Mortal, call: str, **facts: Any) -> dict[str, Any]:
    """What a call hears, told after a restart, too."""
    return service.wait("heard", call=call, **facts)


# --- rooms -----------------------------------------------------------------------------------------


def test_members_are_muted_deaf_and_on_hold_as_before(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, calls = room_of(service, people=4)
        customer.to_members("POST", "1", "Mute/")
        customer.to_members("POST", "2", "Deaf/")
        room = service.request("GET", f"{BASE}/Conferences", face="texml").json["conferences"][0]["sid"]
        third = participants(service, room)[1]["call_sid"]  # the newest comes first
        path = f"{BASE}/Conferences/{room}/Participants/{quote(third)}"
        assert service.request("POST", path, form={"Hold": "true"}, face="texml").status == 200
        before = members(customer), matrix(service), participants(service, room)
        assert [(one["muted"], one["hold"]) for one in before[2]] == [
            (False, False), (False, True), (False, False), (True, False),
        ]  # fmt: skip

        service.again()

        assert (members(customer), matrix(service), participants(service, room)) == before
        assert [(one["call_uuid"], one["deaf"]) for one in before[0]] == list(zip(calls, (0, 1, 0, 0), strict=True))
        hears = service.request("GET", f"/simulator/calls/{calls[2]}/hears", face="plivo").json
        assert [sound["media"] for sound in hears["sounds"]] == ["music"]


def members(customer: Customer) -> list[dict[str, Any]]:
    """The members as Plivo's face tells of them, but for the time that they have been there."""
    return [{**one, "join_time": ""} for one in customer.room()["members"]]


def participants(service: Mortal, room: str) -> list[dict[str, Any]]:
    """The members as the TeXML face tells of them."""
    told: list[dict[str, Any]] = service.request("GET", f"{BASE}/Conferences/{room}/Participants", face="texml").json[
        "participants"
    ]
    return told


def matrix(service: Mortal) -> Any:
    """Who hears whom in the room."""
    return service.request("GET", f"/simulator/conferences/{quote(NAME)}/matrix", face="plivo").json


def test_whoever_is_kicked_after_a_restart_goes_on_with_the_next_element(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, calls = room_of(service)

        service.again()

        assert customer.to_members("POST", "2", "Kick/").status in (200, 202)
        heard(service, calls[1], text="You have been disconnected from the conference")
        assert [one["call_uuid"] for one in customer.room()["members"]] == [calls[0], calls[2]]
        hung_up = service.app.wait("/hangup", CallUUID=calls[1])
        assert hung_up.params["CallStatus"] == "completed"


def test_the_room_goes_on_over_many_restarts_and_checkpoints(tmp_path: Path) -> None:
    with mortal(tmp_path, checkpoint_events=7) as service:
        customer, calls = room_of(service, f'callbackUrl="{service.app.url}{TOLD}"', people=2)
        for number in (3, 4, 5):
            service.again()
            calls += customer.let_in(1, attributes=f'callbackUrl="{service.app.url}{TOLD}"')
            assert [one["member_id"] for one in customer.room()["members"]] == [str(n + 1) for n in range(number)]
            assert service.journal.read_bytes().count(b'"journal":"checkpoint"') == 1
        ends = [service.request("DELETE", f"/v1/Account/{ACME}/Call/{call}/", face="plivo").status for call in calls]
        assert ends == [204] * 5
        for call in calls:
            service.app.wait(TOLD, ConferenceAction="exit", CallUUID=call)
        service.wait("conference_ended")
        assert customer.ask("GET", f"/Call/{calls[0]}/").status == 200


# --- flows -----------------------------------------------------------------------------------------


def test_a_sound_begins_once_more_and_its_flow_goes_on_after_it(tmp_path: Path) -> None:
    with mortal(tmp_path, simulator={"media": {LONG: 30.0}}) as service:
        service.app.pages["/plivo/answer"] = f"<Response><Play>{LONG}</Play><Speak>after it</Speak></Response>"
        call = service.dial_in()
        heard(service, call, media=LONG)

        service.again()

        heard(service, call, text="after it")
        service.wait("call_ended", call=call)
        assert [one.path for one in service.app.asked].count("/plivo/answer") == 1


def test_keys_pressed_before_and_after_a_restart_are_one_input(tmp_path: Path) -> None:
    with mortal(tmp_path, speed=1.0) as service:
        gather = f'<GetDigits action="{service.app.url}/digits" numDigits="4" timeout="60" digitTimeout="60">'
        service.app.pages["/plivo/answer"] = f"<Response>{gather}<Speak>the code</Speak></GetDigits></Response>"
        service.app.pages["/digits"] = "<Response><Speak>thank you</Speak></Response>"
        call = service.dial_in()
        service.wait("heard", call=call)
        press(service, call, "12")

        service.again()

        press(service, call, "34")
        assert service.app.wait("/digits").params["Digits"] == "1234"
        heard(service, call, text="thank you")


def press(service: Mortal, call: str, digits: str) -> None:
    got = service.request("POST", f"/simulator/calls/{call}/press", json={"digits": digits}, face="plivo")
    assert got.status == 202, got


def test_what_ran_out_while_nobody_was_there_ends_at_once(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        service.app.pages["/plivo/answer"] = '<Response><Wait length="20"/><Speak>well?</Speak></Response>'
        call = service.dial_in()
        began = service.wait("verb_started", call=call, verb="Wait")["at"]

        service.again()  # which takes longer than the twenty seconds at this speed

        assert heard(service, call, text="well?")["at"] - began >= 20


def test_a_document_that_did_not_come_is_fetched_once_more(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        service.app.pages["/plivo/answer"] = "<Response><Speak>hello</Speak></Response>"
        service.app.hold("/plivo/answer")
        call = service.dial_in()
        first = service.app.wait("/plivo/answer")
        service.kill()
        service.app.release()

        service.start()

        second = service.app.wait("/plivo/answer", nth=2)
        assert (first.params, first.params["CallUUID"]) == (second.params, call)
        heard(service, call, text="hello")
        service.wait("call_ended", call=call)
        assert len(told(service, "/plivo/answer")) == 2


def test_a_dial_that_rings_and_one_that_talks_go_on(tmp_path: Path) -> None:
    callees = {"+19995550100": {"answers_after": 30}, "+19995550101": {"answers_after": 1}}
    dial = '<Dial action="{}/dialled"><Number>{}</Number></Dial>'
    with mortal(tmp_path, simulator={"callees": callees}) as service:
        calls, legs = [], []
        for number in callees:
            service.app.pages["/plivo/answer"] = f"<Response>{dial.format(service.app.url, number)}</Response>"
            calls.append(service.dial_in())
            legs.append(service.wait("call_placed", parent=calls[-1])["call"])
        service.wait("call_answered", call=legs[1])
        voices = [service.request("GET", f"/simulator/calls/{one}/hears", face="plivo").json["calls"] for one in calls]
        assert [len(one) for one in voices] == [0, 1]

        service.again()

        service.wait("call_answered", call=legs[0])
        for call, leg in zip(calls, legs, strict=True):
            hears = service.request("GET", f"/simulator/calls/{call}/hears", face="plivo").json["calls"]
            assert [voice["call"] for voice in hears] == [leg]
            assert service.request("DELETE", f"/simulator/calls/{leg}", face="plivo").status == 204
            assert service.app.wait("/dialled", CallUUID=call).params["DialStatus"] == "completed"


# --- callbacks -------------------------------------------------------------------------------------


def test_a_callback_that_was_not_answered_is_sent_once_more_under_the_same_key(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        service.app.hold(TOLD)
        room_of(service, f'callbackUrl="{service.app.url}{TOLD}"', people=1)
        first = service.app.wait(TOLD)
        service.kill()
        service.app.release()

        service.start()

        second = service.app.wait(TOLD, nth=2)
        assert (first.headers[KEY], first.params) == (second.headers[KEY], second.params)


def test_a_callback_whose_answer_came_too_late_to_be_written_down_is_sent_twice_and_no_more(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        service.app.hold(TOLD)
        customer, _ = room_of(service, f'callbackUrl="{service.app.url}{TOLD}"', people=1)
        service.app.wait(TOLD)
        service.freeze()
        service.app.release()  # the 200 is on its way, and is never read
        service.kill()

        service.start()
        customer.let_in(1, attributes=f'callbackUrl="{service.app.url}{TOLD}"')
        service.app.wait(TOLD, nth=3)

        first, second, third = told(service)
        assert first.headers[KEY] == second.headers[KEY] != third.headers[KEY]
        assert first.body == second.body


def test_a_callback_that_was_written_down_as_delivered_is_not_sent_again(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, _ = room_of(service, f'callbackUrl="{service.app.url}{TOLD}"', people=1)
        service.app.wait(TOLD)
        while b'"callback_delivered"' not in service.journal.read_bytes():
            service.request("GET", "/healthz")

        service.again()
        customer.let_in(1, attributes=f'callbackUrl="{service.app.url}{TOLD}"')
        service.app.wait(TOLD, nth=2)

        assert len({one.headers[KEY] for one in told(service)}) == len(told(service)) == 2


def test_callbacks_of_a_room_that_waited_come_in_order(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        service.app.hold(TOLD)
        customer, calls = room_of(service, f'callbackUrl="{service.app.url}{TOLD}"', people=3)
        for call in calls:
            customer.ask("DELETE", f"/Call/{call}/")
            service.wait("call_ended", call=call)
        service.app.wait(TOLD)
        service.kill()
        service.app.release()

        service.start()

        service.app.wait(TOLD, nth=7)
        seen = [(one.params["ConferenceAction"], one.params["CallUUID"]) for one in told(service)]
        assert seen[0] == ("enter", calls[0])
        assert seen[1:] == [*(("enter", call) for call in calls), *(("exit", call) for call in calls)]


# --- the journal -----------------------------------------------------------------------------------


def test_a_line_that_was_being_written_is_dropped(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, calls = room_of(service, people=1)
        service.kill()
        with service.journal.open("ab") as file:
            file.write(b'{"event":"call_ended","at":99.0,"ca')

        service.start()

        assert [one["call_uuid"] for one in customer.room()["members"]] == calls
        service.again()
        assert [one["call_uuid"] for one in customer.room()["members"]] == calls


def test_a_service_that_stopped_is_not_taken_up(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, _ = room_of(service, people=1)
        assert service.stop() == 0

        service.start()

        assert customer.ask("GET", "/Conference/").json["conferences"] == []
        assert service.logged("taken_up") == []
        assert len(list(tmp_path.glob("journal.jsonl.*"))) == 1


def test_a_second_service_on_the_same_journal_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, calls = room_of(service, people=1)
        file = str(tmp_path / "callflow.toml")
        second = subprocess.run((*SERVE, file), capture_output=True, text=True, timeout=30, check=False)
        assert (second.returncode, "another service writes it" in second.stderr) == (2, True)
        assert [one["call_uuid"] for one in customer.room()["members"]] == calls


def test_a_service_that_finds_its_port_taken_leaves_the_calls_of_its_journal_alone(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, calls = room_of(service, people=1)
        service.kill()
        file = tmp_path / "callflow.toml"
        text, taken = file.read_text(), service.app.url.removeprefix("http://")
        file.write_text(text.replace("127.0.0.1:0", taken))
        second = subprocess.run((*SERVE, str(file)), capture_output=True, text=True, timeout=30, check=False)
        assert (second.returncode, "cannot listen" in second.stderr) == (2, True)

        service.start()

        assert [one["call_uuid"] for one in customer.room()["members"]] == calls


def test_other_rules_are_refused_and_those_of_the_run_taken_up(tmp_path: Path) -> None:
    with mortal(tmp_path) as service:
        customer, calls = room_of(service, people=1)
        service.kill()
        service.config["rules"] = {"plivo": {"max_members": 3}}
        with pytest.raises(AssertionError, match="a run broke off here under other rules of dialects"):
            service.start()
        service.gone()
        del service.config["rules"]

        service.start()

        assert [one["call_uuid"] for one in customer.room()["members"]] == calls


def test_a_journal_with_a_checkpoint_is_replayed_from_there(tmp_path: Path) -> None:
    with mortal(tmp_path, checkpoint_events=10, fsync=True) as service:
        customer, calls = room_of(service, people=3)
        customer.to_members("POST", "2", "Mute/")
        service.wait("member_muted", call=calls[1])
        customer.to_members("POST", "2", "Kick/")
        service.wait("call_ended", call=calls[1])
        written = service.journal.read_bytes()
    file = tmp_path / "kept.jsonl"
    file.write_bytes(written)
    assert b'"journal":"checkpoint"' in written
    shown = CliRunner().invoke(main, ["replay", str(file), "--format", "jsonl"])
    assert shown.exit_code == 0
    assert f'"conference": "{NAME}"' in shown.output or f'"conference":"{NAME}"' in shown.output


def test_followers_of_events_miss_nothing_and_hear_nothing_twice(tmp_path: Path) -> None:
    with mortal(tmp_path, checkpoint_events=10) as service:
        customer, _ = room_of(service, people=2)
        before = followed(service, 0, joined=2)

        service.again()
        customer.let_in(1)

        assert before == list(range(1, before[-1] + 1))
        assert followed(service, before[-1], joined=1)[0] == before[-1] + 1


def followed(service: Mortal, after: int, joined: int) -> list[int]:
    """The numbers of the events after that one, until so many have joined."""
    connection = HTTPConnection(service.url.removeprefix("http://"), timeout=PATIENCE)
    numbers: list[int] = []
    try:
        connection.request("GET", f"/events?after={after}", headers=CREDENTIALS["plivo"](ACCOUNTS[0]))
        for line in connection.getresponse():
            if line.startswith(b"id: "):
                numbers.append(int(line[4:]))
            joined -= line.startswith(b"event: member_joined")
            if not joined:
                return numbers
    finally:
        connection.close()
    raise AssertionError("the events ended")
