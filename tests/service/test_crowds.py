"""Very many callers whose application is down, and faults of our own: all is bounded, and everybody else goes on."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from urllib.parse import quote

import msgspec
import pytest

from engine.journal import KNOWN, Past, Writer, header
from engine.service.service import Service
from engine.values.effects import PlayMedia
from engine.values.events import CallArrived, DocumentFetched
from tests.drivers.network import closed_port
from tests.rest.bench import ACCOUNTS, ACME, CREDENTIALS, PATIENCE, served, simulator
from tests.rest.plivo import NAME, Customer, document
from tests.sdk.live import Live, live

CROWD = 1_000
# Seconds within which 99 of 100 requests are answered while the application is down. Others use this machine, too:
# the best of so many tries counts.
PROMPT, TRIES = 0.050, 3
NUMBER = {"number": "+16505550100", "account": ACME, "dialect": "plivo"}


# --- very many callers -----------------------------------------------------------------------------


def test_what_is_kept_of_a_thousand_calls_that_fail_is_bounded() -> None:
    nobody = closed_port()
    number = {**NUMBER, "answer_url": f"{nobody}/answer", "hangup_url": f"{nobody}/hangup#rc=0"}
    with served(numbers=[number], limits={"history": 100}, web={"allow_private": True, "queue": 50}) as bench:
        bench.run(arrive(bench.service, CROWD))
        bench.wait("call_ended", nth=CROWD)
        bench.run(bench.service.web._outbox.close(PATIENCE))  # noqa: SLF001
        sizes = bench.do(kept)
        counted = bench.service.metrics.render()[0].decode()
    assert sizes == {
        "live": 0, "calls": 100, "owners": 100, "ids": 100, "exchange": 0, "agenda": 0,
        "fetches": 0, "lanes": 0, "room": 50, "playing": 0, "timeline": 0,
    }  # fmt: skip
    assert (
        sample(counted, "callflow_callbacks_dropped_total")
        + sample(counted, 'callflow_callbacks_total{outcome="connect"}')
        == CROWD
    )


def sample(measured: str, name: str) -> float:
    """One sample of the measures."""
    return next(float(line.rpartition(" ")[2]) for line in measured.splitlines() if line.startswith(f"{name} "))


async def arrive(service: Service, many: int) -> None:
    """Let so many people call, each at its own turn of the loop."""
    for number in range(many):
        service.arrive(f"+1415555{number:04}", NUMBER["number"])
        await asyncio.sleep(0)


def kept(service: Service) -> dict[str, int]:
    """How much a service holds on to."""
    register, exchange = service.register, service.exchange
    return {
        "live": register.live.total(),
        "calls": len(tuple(register.history.calls)),
        "owners": len(register._owners),  # noqa: SLF001
        "ids": len(register.ids._known),  # noqa: SLF001
        "exchange": len(exchange.calls()),
        "agenda": len(service.agenda),
        "fetches": len(service.web._fetches),  # noqa: SLF001
        "lanes": len(service.web._outbox._lanes),  # noqa: SLF001
        "room": service.web._outbox._room,  # noqa: SLF001
        "playing": len(simulator(service).playing),
        "timeline": len(service.books.timeline._tongues) + len(service.books.timeline._names),  # noqa: SLF001
    }


def crowd(service: Live) -> None:
    """Let very many people call, one after the other."""
    with connected(service.url) as ask:
        for number in range(CROWD):
            body = msgspec.json.encode({"from": f"+1415555{number:04}", "to": NUMBER["number"]})
            assert ask("POST", "/simulator/calls", body)[0] == 201


@contextmanager
def connected(url: str) -> Iterator[Callable[[str, str, bytes], tuple[int, bytes]]]:
    """How to ask the service again and again over one connection."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    connection = HTTPConnection(host, int(port), timeout=PATIENCE)
    headers = {**CREDENTIALS["plivo"](ACCOUNTS[0]), "Content-Type": "application/json"}

    def ask(method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        connection.request(method, path, body or None, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()

    try:
        yield ask
    finally:
        connection.close()


def meet(service: Live) -> None:
    """Let somebody be in a room whose documents can be had."""
    service.app.pages["/plivo/answer"] = document()
    call = {"from": "14155550100", "to": "14155550101", "answer_url": f"{service.app.url}/plivo/answer"}
    assert service.request("POST", f"/v1/Account/{ACME}/Call/", json=call, face="plivo").status == 201
    service.app.wait("/plivo/answer")


def asked_while(service: Live, going: threading.Thread) -> list[float]:
    """The seconds that each request for a room took, while something goes on and until its calls have ended."""
    took: list[float] = []
    with connected(service.url) as ask:
        while ask("GET", ROOM, b"")[0] != 200:
            assert service.process.poll() is None
        going.start()
        while going.is_alive() or b"callflow_calls 1.0" not in ask("GET", "/metrics", b"")[1]:
            for _ in range(50):
                began = perf_counter()
                status, _ = ask("GET", ROOM, b"")
                took.append(perf_counter() - began)
                assert status == 200
    going.join()
    return took


ROOM = f"/v1/Account/{ACME}/Conference/{quote(NAME)}/"


@pytest.mark.parametrize("down", ["nobody listens", "nobody answers"])
def test_while_a_thousand_call_and_the_application_is_down_others_are_answered(tmp_path: Path, down: str) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=2 * CROWD) as listener:
        url = closed_port() if down == "nobody listens" else f"http://127.0.0.1:{listener.getsockname()[1]}"
        number = {**NUMBER, "answer_url": f"{url}/answer#rt=1000&rc=0", "hangup_url": f"{url}/hangup#rt=500&rc=0"}
        with live(tmp_path, numbers=[number], drain=0.1) as service:
            meet(service)
            slowest: list[float] = []
            while len(slowest) < TRIES and min(slowest, default=PROMPT) >= PROMPT:
                took = asked_while(service, threading.Thread(target=crowd, args=(service,)))
                slowest.append(quantiles(took, n=100)[98])
    log = [msgspec.json.decode(line) for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    causes = [line["cause"] for line in log if line["event"] == "call" and line["cause"] != "shutdown"]
    assert causes == ["fetch_failed"] * CROWD * len(slowest)
    assert min(slowest) < PROMPT, slowest


# --- bugs of ours, and a machine that fails --------------------------------------------------------


def test_a_bug_in_doing_one_thing_spares_all_others() -> None:
    with served() as bench:
        customer = Customer(bench)
        bench.do(break_sounds)
        calls = customer.let_in(2, attributes=f'enterSound="beep:1" callbackUrl="{bench.app.url}/told"')
        assert bench.app.wait("/told", nth=2).params["CallUUID"] == calls[1]
        assert [one["call_uuid"] for one in customer.room()["members"]] == calls
        errors = bench.errors()
        assert bench.request("GET", "/healthz").status == 200
        counted = bench.service.metrics.render()[0].decode()
    assert errors
    assert {(error["event"], error["about"]) for error in errors} == {("bug", "PlayMedia")}
    assert all("the sound card is gone" in error["trace"] for error in errors)
    assert sample(counted, "callflow_faults_total") == len(errors)


def break_sounds(service: Service) -> None:
    """Let whoever plays sounds have a bug."""

    def broken(effect: PlayMedia) -> None:
        raise RuntimeError("the sound card is gone")

    service._performs[PlayMedia] = broken  # noqa: SLF001


def test_calls_go_on_without_a_journal_that_cannot_be_written_any_more(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    with served(tmp_path, journal=str(file)) as bench:
        customer = Customer(bench)
        customer.let_in(1)
        bench.do(fill_disk)
        customer.let_in(1)
        assert len(customer.room()["members"]) == 2
        (error,) = bench.errors()
        assert bench.service.journal is None
    assert (error["event"], error["file"]) == ("journal_lost", str(file))
    (kept_aside,) = tmp_path.glob("journal.jsonl.*")  # a run with gaps cannot be taken up
    events = Past(BytesIO(kept_aside.read_bytes()))
    assert len([event for event in events if isinstance(event, CallArrived)]) == 1


def fill_disk(service: Service) -> None:
    """Put a device without room in the place of the journal."""
    assert service.journal is not None
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, service.journal._file)  # noqa: SLF001
    os.close(full)


def test_a_journal_remembers_so_many_documents_and_writes_them_again_after_that() -> None:
    written: list[bytes] = []
    writer = Writer(written.append, header())
    for number in (*range(KNOWN), KNOWN, 0):
        writer.write(DocumentFetched(0.0, "ann", "f", 200, b"<Response>%d</Response>" % number))
    events = Past(written)
    bodies = [event.body for event in events if isinstance(event, DocumentFetched)]
    assert bodies[-2:] == [b"<Response>%d</Response>" % KNOWN, b"<Response>0</Response>"]
    assert len([line for line in written if b'"journal":"document"' in line]) == KNOWN + 2
