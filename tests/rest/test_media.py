"""Recordings over HTTP: where each face says they are, whole and in part, in both formats, and gone when deleted."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.drivers.agenda import Agenda
from engine.drivers.driver import Home
from engine.drivers.recordings import Recordings
from engine.drivers.sounds import waves
from engine.drivers.sounds.convert import Converter
from engine.service.config import Config
from engine.service.logs import Log
from engine.service.simulator import Simulator
from engine.service.switch import SWITCHES
from engine.values.effects import ForgetRecording, StartRecording, StopRecording
from engine.values.events import RecordingEnded, RecordingStarted
from tests.drivers.sounds.sounding import amplitude, tone
from tests.rest.bench import Bench, Got, asked_of, served
from tests.rest.plivo import Customer as Plivo
from tests.rest.texml import Customer as Texml

HERTZ, SECONDS = 650, 1.5
ADDRESS = r"http://127\.0\.0\.1:\d+/recordings/[0-9a-f]{32}\.mp3"
WAIT = "<Response><Pause length='180'/></Response>"


class Studio(Simulator):
    """The simulated switch, but for recordings: whatever is recorded, a tone is what it holds."""

    recordings: Recordings

    def __init__(self, agenda: Agenda, config: Config, folder: Path) -> None:
        """Keep recordings in that folder."""
        super().__init__(agenda, config.simulator)
        self.recordings = Recordings(folder, Converter().recode)
        self._asked: dict[str, StartRecording] = {}
        self._storing: set[asyncio.Task[None]] = set()
        self.performs = {
            **self.performs,
            StartRecording: self._begin,
            StopRecording: self._end,
            ForgetRecording: lambda effect: self.recordings.drop(effect.id),
        }

    async def start(self, home: Home, epoch: str) -> None:
        """Keep whom to tell."""
        self._home = home

    async def stop(self) -> None:
        """Let what is to be stored be stored."""
        await asyncio.gather(*self._storing)

    def address(self, asked: StartRecording) -> str:
        """Where it will be served."""
        return self.recordings.address(asked.id, asked.format)

    def _begin(self, asked: StartRecording) -> None:
        self._asked[asked.id] = asked
        self._home.give(RecordingStarted(self._home.now(), asked.owner, asked.id))

    def _end(self, effect: StopRecording) -> None:
        task = asyncio.get_running_loop().create_task(self._store(self._asked.pop(effect.id)))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    async def _store(self, asked: StartRecording) -> None:
        place = self.recordings.place(asked.id)
        waves.save(tone(HERTZ, SECONDS), place)
        seconds = waves.seconds(place)
        await self.recordings.finish(asked.id, asked.format)
        self._home.give(
            RecordingEnded(
                self._home.now(), asked.owner, asked.id, "stored", seconds, "stopped", url=self.address(asked)
            )
        )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a service that is made after this keeps its recordings."""
    where = tmp_path / "recordings"

    def studio(config: Config, agenda: Agenda, log: Log) -> Studio:
        return Studio(agenda, config, where)

    monkeypatch.setitem(SWITCHES, "simulated", studio)
    return where


@pytest.fixture
def bench(folder: Path) -> Iterator[Bench]:
    with served() as one:
        one.app.pages["/texml/answer"] = WAIT
        yield one


def recorded(plivo: Plivo, **asked: str) -> dict[str, str]:
    """Record a room and stop that; what the callback tells."""
    plivo.let_in(1)
    path = "/Conference/My%20Conf%20Room/Record/"
    plivo.ask("POST", path, {"callback_url": f"{plivo.bench.app.url}/recorded", **asked})
    plivo.ask("DELETE", path)
    return dict(plivo.bench.app.wait("/recorded").params)


@pytest.fixture
def address(plivo: Plivo) -> str:
    """The address of a stored recording, mp3."""
    return recorded(plivo)["record_url"]


def fetched(url: str, method: str = "GET", **headers: str) -> Got:
    """What is at an address, for anybody."""
    host, slash, path = url.removeprefix("http://").partition("/")
    return asked_of(
        f"http://{host}", method, slash + path, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_the_callback_the_resource_and_the_file_agree(plivo: Plivo, folder: Path) -> None:
    told = recorded(plivo)
    assert re.fullmatch(ADDRESS, told["record_url"])
    assert (told["recording_duration_ms"], told["recording_duration"]) == ("1500", "2")
    body = plivo.ask("GET", f"/Recording/{told['recording_id']}/").json
    assert (body["recording_url"], body["recording_format"]) == (told["record_url"], "mp3")
    assert body["recording_duration_ms"] == "1500.00000"
    got = fetched(told["record_url"])
    (file,) = folder.iterdir()
    assert (got.status, got.body) == (200, file.read_bytes())
    assert told["record_url"].endswith(f"/{file.name}")
    assert told["recording_id"] not in file.name


def test_what_was_recorded_is_heard_in_either_format(plivo: Plivo, tmp_path: Path) -> None:
    url = recorded(plivo, file_format="mp3")["record_url"]
    (tmp_path / "heard.wav").write_bytes(fetched(url.replace(".mp3", ".wav")).body)
    heard = waves.samples(tmp_path / "heard.wav")
    assert amplitude(heard, HERTZ) == pytest.approx(8_000, rel=0.1)
    assert amplitude(heard, 2 * HERTZ) < 100
    assert waves.seconds(tmp_path / "heard.wav") == pytest.approx(SECONDS, abs=0.2)


def test_a_wav_is_had_as_mp3_too(plivo: Plivo, folder: Path) -> None:
    url = recorded(plivo, file_format="wav")["record_url"]
    assert url.endswith(".wav")
    got = fetched(url.replace(".wav", ".mp3"))
    assert (got.status, got.headers["Content-Type"]) == (200, "audio/mpeg")
    assert len(list(folder.iterdir())) == 2


def test_a_player_is_told_what_it_gets(address: str) -> None:
    got = fetched(address)
    assert got.headers["Content-Type"] == "audio/mpeg"
    assert got.headers["Content-Disposition"] == f'inline; filename="{address.rpartition("/")[2]}"'
    assert (got.headers["Accept-Ranges"], got.headers["Content-Length"]) == ("bytes", str(len(got.body)))
    head = fetched(address, "HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(got.body)))
    assert fetched(address.replace(".mp3", ".wav")).headers["Content-Type"] == "audio/wav"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=100-", 100, -1), ("bytes=-50", -50, -1), ("Bytes=5-999999", 5, -1)],
)
def test_a_part_is_sent_where_a_part_is_asked_for(address: str, asked: str, first: int, last: int) -> None:
    whole = fetched(address).body
    begin, end = (at % len(whole) for at in (first, last))
    got = fetched(address, Range=asked)
    assert (got.status, got.body) == (206, whole[begin : end + 1])
    assert got.headers["Content-Range"] == f"bytes {begin}-{end}/{len(whole)}"
    head = fetched(address, "HEAD", Range=asked)
    assert (head.status, head.body, head.headers["Content-Length"]) == (206, b"", str(end + 1 - begin))


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=9-5"])
def test_a_part_that_there_is_not_is_refused(address: str, asked: str) -> None:
    got = fetched(address, Range=asked)
    assert (got.status, got.body) == (416, b"")
    assert got.headers["Content-Range"] == f"bytes */{len(fetched(address).body)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "seconds=0-5", "bytes=", "bytes=-", "bytes", "b\xe9"])
def test_a_range_that_is_not_understood_gets_all(address: str, asked: str) -> None:
    got = fetched(address, Range=asked)
    assert (got.status, got.body) == (200, fetched(address).body)


def test_who_has_it_already_is_not_sent_it_again(address: str) -> None:
    got = fetched(address)
    assert fetched(address, If_None_Match=got.headers["Etag"]).status == 304
    assert fetched(address, If_Modified_Since=got.headers["Last-Modified"]).status == 304
    assert fetched(address, If_None_Match='"another"').status == 200
    assert fetched(address, If_Match='"another"').status == 412
    assert "no-cache" in got.headers["Cache-Control"]


def test_a_recording_that_still_runs_is_not_there_yet(plivo: Plivo) -> None:
    plivo.let_in(1)
    begun = plivo.ask("POST", "/Conference/My%20Conf%20Room/Record/", {}).json
    assert re.fullmatch(ADDRESS, begun["url"])
    got = fetched(begun["url"])
    assert (got.status, list(got.json)) == (404, ["error"])
    assert "not stored yet" in got.json["error"]


def test_what_plivo_deletes_is_gone_in_all_formats(plivo: Plivo, folder: Path) -> None:
    told = recorded(plivo)
    urls = [told["record_url"].replace(".mp3", ending) for ending in (".mp3", ".wav")]
    assert [fetched(url).status for url in urls] == [200, 200]
    assert plivo.ask("DELETE", f"/Recording/{told['recording_id']}/").status == 204
    assert [fetched(url).status for url in urls] == [404, 404]
    assert list(folder.iterdir()) == []


def test_texml_tells_and_deletes_a_calls_recording(texml: Texml, folder: Path, bench: Bench) -> None:
    call = str(texml.call().json["sid"])
    bench.wait("verb_started")
    form = {"RecordingStatusCallback": f"{bench.app.url}/rec"}
    sid = str(texml.ask("POST", f"/Calls/{call}/Recordings.json", form=form).json["sid"])
    bench.wait("recording_started")
    texml.ask("POST", f"/Calls/{call}/Recordings/{sid}.json", form={"Status": "stopped"})
    told = bench.app.wait("/rec", RecordingStatus="completed").params
    stored = texml.get(f"/Recordings/{sid}.json")
    assert (stored["media_url"], stored["duration"]) == (told["RecordingUrl"], "2")
    assert re.fullmatch(ADDRESS, stored["media_url"])
    assert fetched(stored["media_url"]).body == next(folder.iterdir()).read_bytes()
    assert texml.ask("DELETE", f"/Recordings/{sid}.json").status == 204
    assert fetched(stored["media_url"]).status == 404


def test_what_history_forgets_is_still_served(folder: Path) -> None:
    with served(limits={"history": 1}) as bench:
        plivo = Plivo(bench)
        first = recorded(plivo)
        path = "/Conference/My%20Conf%20Room/Record/"
        for _ in range(2):
            plivo.ask("POST", path, {})
        plivo.ask("DELETE", path)
        bench.wait("recording_ended", 2)
        assert plivo.ask("GET", f"/Recording/{first['recording_id']}/").status == 404
        assert fetched(first["record_url"]).status == 200


def test_customers_get_the_address_by_which_they_reach_us(folder: Path) -> None:
    with served(recordings={"public_url": "https://voice.example/callflow/"}) as bench:
        url = recorded(Plivo(bench))["record_url"]
        name = url.rpartition("/")[2]
        assert url == f"https://voice.example/callflow/recordings/{name}"
        assert bench.request("GET", f"/recordings/{name}").status == 200


@pytest.mark.parametrize(
    "path",
    ["", "..", "../secret.mp3", "%2e%2e%2fsecret.mp3", "..%2fsecret.mp3", "%2Fetc%2Fpasswd", "secret.mp3", "%00.mp3"],
)
def test_nothing_else_of_the_machine_is_served(bench: Bench, folder: Path, path: str) -> None:
    for place in (folder, folder.parent):
        (place / "secret.mp3").write_bytes(b"secret")
    got = raw(bench, path)
    assert got.startswith(b"HTTP/1.1 404 ")
    assert b"secret" not in got.partition(b"\r\n\r\n")[2]


def raw(bench: Bench, path: str) -> bytes:
    """What is answered to a path that no client has looked at."""
    host, _, port = bench.server.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"GET /recordings/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_file_that_cannot_be_converted_is_refused_and_its_name_not_logged(
    address: str, bench: Bench, folder: Path
) -> None:
    (file,) = folder.iterdir()
    file.write_bytes(b"no sound at all")
    got = fetched(address.replace(".mp3", ".wav"))
    assert got.status == 503
    assert "cannot be had in this format" in got.json["error"]
    assert [path.name for path in folder.iterdir()] == [file.name]
    (line,) = bench.errors()
    assert line["event"] == "unconvertible"
    assert file.stem not in str(line)


def test_without_a_folder_nothing_is_served() -> None:
    with served() as bench:
        url = recorded(Plivo(bench))["record_url"]
        assert url.startswith("https://recordings.example/")
        assert bench.request("GET", "/recordings/" + "0" * 32 + ".mp3").json == {
            "error": "there is nothing at this address"
        }
