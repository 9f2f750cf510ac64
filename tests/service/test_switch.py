"""The seam to a switch that is far away: begun, recovered, let go; while it is away nothing is commanded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
import tomli_w

from engine.errors import RequestError
from engine.journal import Header
from engine.rest.app import run
from engine.service.accounts import Accounts
from engine.service.loading import read
from engine.service.logs import Lines, logger
from engine.service.metrics import Metrics
from engine.service.service import Service
from engine.service.switch import SWITCHES
from engine.values import effects
from engine.values.effects import Effect
from engine.values.events import (
    CallAnswered,
    CallEnded,
    DigitPressed,
    Event,
    MemberJoined,
    PlaybackEnded,
    RecordingEnded,
    TimerRang,
)
from tests.rest import audian, texml
from tests.rest.bench import ACME, SEEDS, Application, Bench, Got, config_of, served, simulator
from tests.rest.plivo import NAME, Customer
from tests.service.remote import Remote
from tests.service.test_crowds import sample

AWAY = "the switch is away: it closed the connection"


def wanted(switch: Remote, kind: type[Effect], nth: int = 1) -> Any:
    """The nth effect of that kind that the switch was asked for."""
    found = [effect for effect in switch.asked if isinstance(effect, kind)]
    assert len(found) >= nth, (kind, nth, switch.asked)
    return found[nth - 1]


def tell(bench: Bench, make: Callable[..., Event], *facts: Any) -> None:
    """Let the switch tell of something now."""
    bench.do(lambda service: service.give(make(service.now(), *facts)))


def member(bench: Bench, switch: Remote, attributes: str = "") -> str:
    """Let somebody call and be put into a room by the switch; the call."""
    bench.app.pages["/plivo/answer"] = (
        f'<Response><Conference enterSound="" waitSound="" {attributes}>{NAME}</Conference></Response>'
    )
    call = bench.dial_in()
    bench.wait("document_fetched", call=call)
    tell(bench, CallAnswered, call)
    bench.wait("call_answered", call=call)
    join = [one for one in switch.asked if isinstance(one, effects.JoinConference) and one.call == call][-1]
    tell(bench, MemberJoined, call, join.conference, join.id)
    bench.wait("member_joined", call=call)
    return call


# --- coming and going ------------------------------------------------------------------------------


def test_every_switch_of_the_configuration_can_be_made() -> None:
    assert set(SWITCHES) == {"simulated", "asterisk"}


def test_a_switch_is_begun_then_recovered_and_let_go_at_the_end() -> None:
    switch = Remote()
    with served(by=switch):
        assert switch.steps == ["start", "recover"]
        assert (switch.standing, switch.calls) == ([], ())
        assert switch.epoch
    assert switch.steps == ["start", "recover", "stop"]


def test_a_switch_that_cannot_be_begun_is_told_and_let_go(tmp_path: Path) -> None:
    switch = Remote(refuses="nobody answers at 127.0.0.1:8088")
    with pytest.raises(RequestError, match="nobody answers"), served(tmp_path, by=switch):
        raise AssertionError("it was begun")
    assert switch.steps == ["start", "stop"]


def test_it_hears_of_every_event_before_the_exchange_does() -> None:
    switch = Remote()
    with served(by=switch) as bench:
        call = member(bench, switch)
        kinds = [type(event).__name__ for event in switch.heard]
    assert kinds[:4] == ["CallArrived", "DocumentFetched", "CallAnswered", "MemberJoined"]
    assert [one.call for one in switch.asked if isinstance(one, effects.Answer)] == [call]


def test_what_comes_before_it_has_recovered_is_handled_after_it() -> None:
    class Early(Remote):
        async def recover(self, standing: Any, calls: Any) -> None:
            await super().recover(standing, calls)
            assert self.home is not None
            self.home.arrive("+14155550100", "+16505550100", call="early")
            await asyncio.sleep(0)
            assert self.heard == []

    switch = Early()
    with served(by=switch) as bench:
        bench.wait("call_arrived", call="early")


# --- away ------------------------------------------------------------------------------------------


CALL = {"from": "14155550100", "to": "14155550199", "answer_url": "https://app.example/answer"}


def commands(bench: Bench, call: str) -> dict[str, Got]:
    """A command of each kind over each face."""
    plivo, vobiz = Customer(bench), Customer(bench, "vobiz")
    spelled = bench.do(lambda service: service.sight("texml", ACME).spell("call", call))
    return {
        "plivo call": plivo.ask("POST", "/Call/", CALL),
        "plivo mute": plivo.to_members("POST", "all", "Mute/"),
        "plivo kick": plivo.to_members("POST", "all", "Kick/"),
        "vobiz hang up": vobiz.ask("DELETE", f"/Call/{call}/"),
        "texml call": texml.Customer(bench).call(),
        "texml hold": texml.Customer(bench).update(spelled, NAME, Hold="true"),
        "audian define": audian.Customer(bench).ask("PUT", "", {"data": {"name": "Sales"}}),
    }


def test_while_it_is_away_every_command_is_refused_and_nothing_happens(tmp_path: Path) -> None:
    switch = Remote()
    with served(tmp_path, by=switch, journal=str(tmp_path / "journal.jsonl")) as bench:
        call = member(bench, switch)
        asked, seen = list(switch.asked), list(switch.heard)
        written = (tmp_path / "journal.jsonl").read_bytes()

        switch.away = AWAY
        got = commands(bench, call)
        told = Customer(bench).room()["members"]
        ready, healthy = bench.request("GET", "/readyz"), bench.request("GET", "/healthz")
        measured = bench.service.metrics.render()[0].decode()

        assert {name: one.status for name, one in got.items()} == dict.fromkeys(got, 503)
        assert got["plivo call"].json["error"] == AWAY
        assert "service_unavailable" in got["audian define"].body.decode()
        assert [one["call_uuid"] for one in told] == [call]
        assert (ready.status, ready.json, healthy.status) == (503, {"status": "away", "switch": AWAY}, 200)
        assert sample(measured, "callflow_switch_up") == 0.0
        assert (switch.asked, switch.heard) == (asked, seen)
        assert (tmp_path / "journal.jsonl").read_bytes() == written

        switch.away = ""
        assert Customer(bench).to_members("POST", "all", "Mute/").status == 202
        assert bench.request("GET", "/readyz").status == 200
        assert sample(bench.service.metrics.render()[0].decode(), "callflow_switch_up") == 1.0
        assert wanted(switch, effects.MuteMembers).calls == (call,)
        tell(bench, CallEnded, call)
        bench.wait("call_ended", call=call)


def test_nobody_can_be_simulated_while_the_simulated_switch_is_away() -> None:
    with served() as bench:
        people = "/simulator/calls"
        simulator(bench.service).away = AWAY
        got = bench.request("POST", people, json={"from": "+14155550100", "to": "+16505550100"}, face="plivo")
        assert (got.status, got.json["error"]) == (503, AWAY)
        assert bench.request("GET", people, face="plivo").json == {"calls": []}
        assert bench.app.asked == []


# --- a run that broke off --------------------------------------------------------------------------


def test_it_is_told_what_stands_and_keeps_the_name_of_the_run(tmp_path: Path) -> None:
    file, before, after = str(tmp_path / "journal.jsonl"), Remote(), Remote()
    with served(tmp_path, by=before, journal=file) as bench:
        ann, bob = member(bench, before), member(bench, before)
        Customer(bench).to_members("POST", "2", "Mute/")
        room = wanted(before, effects.JoinConference).conference
        bench.run(bench.server.abandon())
    with served(tmp_path, by=after, journal=file) as bench:
        assert after.epoch == before.epoch
        assert [view.about.call for view in after.calls] == [ann, bob]
        assert [(type(one).__name__, getattr(one, "call", getattr(one, "calls", None))) for one in after.standing] == [
            ("Answer", ann),
            ("JoinConference", ann),
            ("SeatMembers", (ann,)),
            ("Answer", bob),
            ("JoinConference", bob),
            ("MuteMembers", (bob,)),
        ]
        assert bench.do(lambda service: service.exchange.hears(room)) == {(bob, ann)}
        for call in (ann, bob):
            tell(bench, CallEnded, call)
            bench.wait("call_ended", call=call)


def test_what_happened_without_us_comes_before_what_ran_out(tmp_path: Path) -> None:
    file, before = str(tmp_path / "journal.jsonl"), Remote()

    class Queued(Remote):
        """The switch has kept the last key for us."""

        async def recover(self, standing: Any, calls: Any) -> None:
            await super().recover(standing, calls)
            assert self.home is not None
            self.home.give(DigitPressed(self.home.now(), calls[0].about.call, "2"))

    after = Queued()
    with served(tmp_path, by=before, journal=file, speed=1.0) as bench:
        gather = f'<GetDigits action="{bench.app.url}/digits" numDigits="2" timeout="5" digitTimeout="2"/>'
        bench.app.pages["/plivo/answer"] = f"<Response>{gather}</Response>"
        call = bench.dial_in()
        bench.wait("document_fetched", call=call)
        tell(bench, CallAnswered, call)
        bench.wait("call_answered", call=call)
        tell(bench, DigitPressed, call, "1")
        bench.wait("digit", call=call)
        bench.run(bench.server.abandon())
    rewrite_epoch(Path(file), -60.0)
    with served(tmp_path, by=after, journal=file, speed=1.0) as bench:
        entry = bench.wait("input_collected", call=call)
        rang = [event for event in after.heard if isinstance(event, TimerRang)]
        tell(bench, CallEnded, call)
        bench.wait("call_ended", call=call)
    assert (entry["digits"], rang) == ("12", [])


def test_what_ran_out_without_us_rings_at_once_in_its_order_and_in_the_present(tmp_path: Path) -> None:
    file, before, after = str(tmp_path / "journal.jsonl"), Remote(), Remote()
    with served(tmp_path, by=before, journal=file, speed=1.0) as bench:
        calls = []
        for length in (30, 20, 90):
            bench.app.pages["/plivo/answer"] = f'<Response><Wait length="{length}"/><Speak>so</Speak></Response>'
            calls.append(bench.dial_in())
            bench.wait("document_fetched", call=calls[-1])
            tell(bench, CallAnswered, calls[-1])
            bench.wait("verb_started", call=calls[-1], verb="Wait")
        bench.run(bench.server.abandon())
    rewrite_epoch(Path(file), -60.0)
    with served(tmp_path, by=after, journal=file, speed=1.0) as bench:
        rang = [event for event in after.heard if isinstance(event, TimerRang)]
        said = [effect.to for effect in after.asked if isinstance(effect, effects.SpeakText)]
        for call in calls:
            tell(bench, CallEnded, call)
            bench.wait("call_ended", call=call)
    assert said == [calls[1], calls[0]]
    assert all(60 <= event.at < 75 for event in rang)
    assert len(rang) == 2


def rewrite_epoch(file: Path, by: float) -> None:
    """Let the run of a journal have begun so many seconds later, so that much of the world's time has passed since."""
    first, _, rest = file.read_bytes().partition(b"\n")
    head = msgspec.json.decode(first, type=Header)
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(head, epoch=head.epoch + by)) + b"\n" + rest)


def test_a_call_that_died_without_us_ends_with_its_callback(tmp_path: Path) -> None:
    file, before = str(tmp_path / "journal.jsonl"), Remote()

    class Bereft(Remote):
        """The switch has none of the calls that it should have."""

        async def recover(self, standing: Any, calls: Any) -> None:
            await super().recover(standing, calls)
            assert self.home is not None
            for view in calls:
                self.home.give(CallEnded(self.home.now(), view.about.call))

    with served(tmp_path, by=before, journal=file) as bench:
        call = member(bench, before)
        bench.run(bench.server.abandon())
    with served(tmp_path, by=Bereft(), journal=file) as bench:
        bench.wait("callback", call=call, kind="hangup")
        assert Customer(bench).ask("GET", "/Conference/").json["conferences"] == []


# --- a switch that needs time ----------------------------------------------------------------------


def test_a_recording_that_is_stored_after_its_call_is_waited_for(tmp_path: Path) -> None:
    file, switch = tmp_path / "journal.jsonl", Remote()
    with served(tmp_path, by=switch, journal=str(file)) as bench:
        bench.app.pages["/plivo/answer"] = (
            f'<Response><Record action="{bench.app.url}/done" callbackUrl="{bench.app.url}/recorded"/></Response>'
        )
        call = bench.dial_in()
        bench.wait("document_fetched", call=call)
        tell(bench, CallAnswered, call)
        beep = wait_for(bench, switch, effects.PlayMedia)
        tell(bench, PlaybackEnded, call, beep.id)
        recording = wait_for(bench, switch, effects.StartRecording)

        async def stopped(service: Service) -> list[Event]:
            stopping = asyncio.create_task(service.stop(5.0))
            service.give(CallEnded(service.now(), call))
            for _ in range(50):
                await asyncio.sleep(0)
            assert not stopping.done()
            stored = RecordingEnded(service.now(), call, recording.id, "stored", 2.0, "hangup", "https://r.example/1")
            service.give(stored)
            await stopping
            return list(switch.heard)

        bench.run(stopped(bench.service))
        assert bench.app.wait("/recorded").params["RecordUrl"] == "https://r.example/1"
    assert file.read_bytes().endswith(b'{"journal":"ended"}\n')


def wait_for(bench: Bench, switch: Remote, kind: type[Effect]) -> Any:
    """The first effect of a kind, as soon as the switch was asked for it."""

    async def asked() -> Any:
        while not any(isinstance(one, kind) for one in switch.asked):  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0)
        return wanted(switch, kind)

    return bench.run(asked())


def test_calls_whose_end_the_switch_did_not_tell_in_time_are_the_next_services(tmp_path: Path) -> None:
    file, switch, after = tmp_path / "journal.jsonl", Remote(), Remote()
    with served(tmp_path, by=switch, journal=str(file)) as bench:
        call = member(bench, switch)  # and nobody says that its channel is gone
    assert wanted(switch, effects.HangUp).call == call
    assert not file.read_bytes().endswith(b'{"journal":"ended"}\n')
    with served(tmp_path, by=after, journal=str(file)) as bench:
        assert [one.cause for one in after.standing if isinstance(one, effects.HangUp)] == ["shutdown"]
        tell(bench, CallEnded, call)
        bench.wait("callback", call=call, kind="hangup")


# --- somebody else has it --------------------------------------------------------------------------


def test_a_service_that_was_replaced_stops_at_once_and_ends_no_call(tmp_path: Path) -> None:
    switch, file, log, app = Remote(), tmp_path / "journal.jsonl", BytesIO(), Application()

    async def served_until_replaced() -> None:
        app.url = "https://app.example"
        config = read(tomli_w.dumps(config_of(app, {"journal": str(file)})).encode(), "bench.toml", {})
        service = Service(config, Accounts(config, SEEDS), logger(Lines(log), "error"), Metrics(), switch)

        def ready(url: str) -> None:
            service.arrive("+14155550100", "+16505550100", call="ann")
            service.quit("another service has the application callflow")
            service.give(CallEnded(service.now(), "ann"))

        await run(service, ready, lambda: None)

    with pytest.raises(RequestError, match="another service has the application callflow"):
        asyncio.run(served_until_replaced())

    assert switch.steps == ["start", "recover", "stop"]
    assert switch.asked == []
    assert [type(event).__name__ for event in switch.heard] == ["CallArrived"]
    assert b'"event":"replaced"' in log.getvalue()
    assert not file.read_bytes().endswith(b'{"journal":"ended"}\n')
