"""The configuration that we write works: Asterisk starts without a complaint, and calls go where they should."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from msgspec.structs import replace

from engine.drivers.asterisk import templates
from engine.drivers.asterisk.configuration import Layout, Passwords, fresh_passwords, write
from engine.drivers.sounds import waves
from engine.errors import RequestError
from tests.asterisk.phone.phone import Phones
from tests.asterisk.provision import EXTRA_MODULES, HOST, Instance, instance

PASSWORDS = Passwords(ari="the-ari-password", phone="the-phone-password")
APPLICATION = "configured"  # an application of this file's own: the driver's tests use theirs


# --- the files ------------------------------------------------------------------------------------


def test_only_their_owner_may_read_the_files(tmp_path: Path) -> None:
    conf = write(Layout(directory=tmp_path / "asterisk"), PASSWORDS)

    files = [*conf.parent.glob("*.conf")]
    assert len(files) > 20
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_password_stands_where_it_is_needed_and_nowhere_else(tmp_path: Path) -> None:
    layout = Layout(directory=tmp_path, websocket="127.0.0.1:8089")
    write(layout, PASSWORDS)

    texts = {path.name: path.read_text() for path in tmp_path.glob("*.conf")}
    assert {name for name, text in texts.items() if PASSWORDS.ari in text} == {"ari.conf", "websocket_client.conf"}
    assert {name for name, text in texts.items() if PASSWORDS.phone in text} == {"pjsip.conf"}
    assert repr(PASSWORDS) == "Passwords(***)"


def test_passwords_are_fresh_each_time() -> None:
    one, other = fresh_passwords(), fresh_passwords()

    assert len({one.ari, one.phone, other.ari, other.phone}) == 4
    assert min(map(len, (one.ari, one.phone))) >= 16


def test_everything_listens_on_this_machine_alone(tmp_path: Path) -> None:
    write(Layout(directory=tmp_path, sip_port=5062, http_port=8090), PASSWORDS)

    assert "bindaddr = 127.0.0.1\nbindport = 8090\n" in (tmp_path / "http.conf").read_text()
    assert "bind = 127.0.0.1:5062\n" in (tmp_path / "pjsip.conf").read_text()
    assert "[anonymous]" not in (tmp_path / "pjsip.conf").read_text()


def test_a_distributions_own_asterisk_keeps_its_modules_where_they_are(tmp_path: Path) -> None:
    write(Layout(directory=tmp_path), PASSWORDS)

    text = (tmp_path / "asterisk.conf").read_text()
    assert f"astspooldir => {tmp_path}/var/spool\n" in text
    assert "astmoddir" not in text


def test_a_configuration_is_never_written_over(tmp_path: Path) -> None:
    write(Layout(directory=tmp_path), PASSWORDS)

    with pytest.raises(RequestError, match=r"there is a configuration already \(another folder\)"):
        write(Layout(directory=tmp_path), fresh_passwords())
    assert PASSWORDS.ari in (tmp_path / "ari.conf").read_text()


REFUSED: dict[str, dict[str, Any]] = {
    "application: 'a,b' is no name": {"application": "a,b"},
    "user: 'x]' is no name": {"user": "x]"},
    "phone: '' is no name": {"phone": ""},
    "rtp: 20000-10000 is no range of ports": {"rtp": (20_000, 10_000)},
    "rtp: 60000-70000 is no range of ports": {"rtp": (60_000, 70_000)},
    "websocket: '8089' is no HOST:PORT": {"websocket": "8089"},
    r"websocket: 'h:1\\nuri=x' is no HOST:PORT": {"websocket": "h:1\nuri=x"},
    "relative: this cannot be Asterisk's folder": {"directory": Path("relative")},
    "this cannot be Asterisk's folder": {"directory": Path("/tmp") / ("long" * 25)},  # noqa: S108
    "/srv/a;b: Asterisk would not read it as one name": {"directory": Path("/srv/a;b")},
    "/srv/a,b: Asterisk would not read it as one name": {"directory": Path("/srv/a,b")},
    "nowhere: there is no Asterisk in it": {"prefix": Path("/nowhere")},
}


@pytest.mark.parametrize(("said", "change"), REFUSED.items())
def test_what_asterisk_would_not_take_is_refused(tmp_path: Path, said: str, change: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match=said):
        write(replace(Layout(directory=tmp_path / "a"), **change), PASSWORDS)
    assert not (tmp_path / "a" / "asterisk.conf").exists()


# --- Asterisk takes them --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(asterisk: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An Asterisk as `callflow asterisk config` makes it: nobody calls without a password; it gives up soon."""
    changes = {"anonymous": False, "rtp_timeout": 1, "application": APPLICATION, "modules": ()}
    with instance(tmp_path_factory.mktemp("closed"), **changes) as running:
        yield running


def test_asterisk_starts_without_a_complaint_and_runs_every_module(closed: Instance) -> None:
    running = {one["name"] for one in closed.get("asterisk/modules") if one["status"] == "Running"}

    assert {f"{name}.so" for name in templates.MODULES} - running == set()
    started = closed.layout.log.read_text()
    assert [line for line in started.splitlines() if " ERROR[" in line or "declined to load" in line] == []


def test_the_suites_own_modules_run_as_well(asterisk: Instance) -> None:
    running = {one["name"] for one in asterisk.get("asterisk/modules") if one["status"] == "Running"}

    assert {f"{name}.so" for name in EXTRA_MODULES} - running == set()


def test_asterisks_own_music_on_hold_is_there(closed: Instance) -> None:
    assert f"File: {closed.layout.music}" in closed.cli("moh show files")
    assert waves.seconds(closed.layout.music.with_suffix(".wav")) > 1.0


class Application:
    """A Stasis application that hears events and asks for what it wants."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.session, self._socket = session, socket

    async def until(self, kind: str) -> dict[str, Any]:
        """The next event of a kind."""
        async with asyncio.timeout(5):
            while True:
                event: dict[str, Any] = await self._socket.receive_json()
                if event["type"] == kind:
                    return event

    async def ask(self, method: str, path: str, **query: str) -> int:
        async with self.session.request(method, f"/ari/{path}", params=query) as reply:
            return reply.status


@asynccontextmanager
async def application(running: Instance) -> AsyncIterator[Application]:
    """The application that the dialplan of an Asterisk leads to."""
    credentials = {"Authorization": running.settings.authorization}
    async with (
        aiohttp.ClientSession(running.ari_url, headers=credentials) as session,
        session.ws_connect("/ari/events", params={"app": running.layout.application}) as socket,
    ):
        yield Application(session, socket)


@pytest.mark.parametrize("number", ["+14155550100", "1000", "5", "*", "alice", "s", "a.b-c%20d"])
def test_a_call_to_any_number_is_refused_with_503_while_the_application_is_away(
    asterisk: Instance, number: str
) -> None:
    async def scenario() -> int:
        async with Phones() as phones:
            ann = await phones.phone("ann")
            call = ann.call(f"sip:{number}@{HOST}:{asterisk.sip_port}")
            await call.until("failed")
            return call.status

    assert asyncio.run(scenario()) == 503
    assert asterisk.leftovers() == {}


@pytest.mark.parametrize("number", ["h", "i", "t"])
def test_extensions_that_asterisk_uses_itself_are_not_ours(asterisk: Instance, number: str) -> None:
    async def scenario() -> int:
        async with Phones() as phones:
            ann = await phones.phone("ann")
            call = ann.call(f"sip:{number}@{HOST}:{asterisk.sip_port}")
            await call.until("failed")
            return call.status

    assert asyncio.run(scenario()) in (404, 484)


def test_a_call_reaches_the_application_with_the_names_of_its_own_headers(asterisk: Instance) -> None:
    async def scenario() -> tuple[dict[str, Any], int]:
        async with application(asterisk) as ours, Phones() as phones:
            ann = await phones.phone("ann")
            call = ann.call(
                f"sip:+14155550100@{HOST}:{asterisk.sip_port}", headers={"X-PH-Colour": "red", "X-Trace": "a,b(c)"}
            )
            started = await ours.until("StasisStart")
            await ours.ask("DELETE", f"channels/{started['channel']['id']}", reason="busy")
            await call.until("failed")
            return started, call.status

    started, status = asyncio.run(scenario())

    assert started["args"] == ["in", "X-PH-Colour", "X-Trace"]
    assert started["channel"]["dialplan"]["exten"] == "+14155550100"
    assert status == 486
    assert asterisk.leftovers() == {}


# --- the soft phone -------------------------------------------------------------------------------


def test_nobody_calls_without_a_password(closed: Instance) -> None:
    async def scenario() -> int:
        async with application(closed), Phones() as phones:
            stranger = await phones.phone("stranger")
            call = stranger.call(f"sip:1000@{HOST}:{closed.sip_port}")
            await call.until("failed")
            return call.status

    assert asyncio.run(scenario()) == 401


@pytest.mark.parametrize("name", ["phone", "callflow-out", "anonymous", "trunk"])
def test_a_name_alone_opens_nothing(closed: Instance, name: str) -> None:
    async def scenario() -> tuple[int, int]:
        async with Phones() as phones:
            caller = await phones.phone(name, password=PASSWORDS.phone)
            call = caller.call(f"sip:1000@{HOST}:{closed.sip_port}")
            await call.until("failed")
            return call.status, await caller.register(f"sip:{HOST}:{closed.sip_port}")

    assert asyncio.run(scenario()) == (401, 401)


def test_the_phone_registers_with_its_password_and_is_rung_by_its_name(closed: Instance) -> None:
    async def scenario() -> tuple[int, int, str]:
        async with application(closed) as ours, Phones() as phones:
            phone = await phones.phone(closed.layout.phone, password=closed.passwords.phone)
            registered = await phone.register(f"sip:{HOST}:{closed.sip_port}")
            placed = await ours.ask(
                "POST", "channels", endpoint="PJSIP/phone", app=APPLICATION, channelId="ring", callerId="Ann <+1415>"
            )
            call = await phone.incoming()
            call.answer()
            await ours.until("StasisStart")
            await ours.ask("DELETE", "channels/ring")
            await call.until("ended")
            return registered, placed, call.caller

    registered, placed, caller = asyncio.run(scenario())

    assert (registered, placed) == (200, 200)
    assert "+1415" in caller


def test_the_phone_calls_with_its_password(closed: Instance) -> None:
    async def scenario() -> str:
        async with application(closed) as ours, Phones() as phones:
            phone = await phones.phone(closed.layout.phone, password=closed.passwords.phone)
            call = phone.call(f"sip:1000@{HOST}:{closed.sip_port}")
            started = await ours.until("StasisStart")
            await ours.ask("POST", f"channels/{started['channel']['id']}/answer")
            await call.until("answered")
            return str(started["channel"]["caller"]["number"])

    assert asyncio.run(scenario()) == "phone"


def test_a_caller_who_vanishes_is_hung_up(closed: Instance) -> None:
    async def scenario() -> None:
        async with application(closed) as ours, Phones() as phones:
            phone = await phones.phone(closed.layout.phone, password=closed.passwords.phone)
            call = phone.call(f"sip:1000@{HOST}:{closed.sip_port}")
            started = await ours.until("StasisStart")
            await ours.ask("POST", f"channels/{started['channel']['id']}/answer")
            await call.until("answered")
            call.vanish()
            assert (await ours.until("StasisEnd"))["channel"]["id"] == started["channel"]["id"]

    asyncio.run(scenario())

    assert closed.leftovers() == {}


# --- Asterisk connects to us ----------------------------------------------------------------------


def test_asterisk_connects_to_us_where_it_is_told_to(asterisk: Instance, tmp_path: Path) -> None:
    came: list[web.Request] = []
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def come_in(request: web.Request) -> web.WebSocketResponse:
        came.append(request)
        socket = web.WebSocketResponse(protocols=("ari",))
        await socket.prepare(request)
        async for message in socket:
            heard.put_nowait(message.json())
        return socket

    async def scenario() -> tuple[Instance, dict[str, Any]]:
        runner = web.AppRunner(app := web.Application(), shutdown_timeout=0.1)
        app.router.add_get("/{path:.*}", come_in)
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        host, port = runner.addresses[0]
        try:
            with instance(tmp_path, websocket=f"{host}:{port}") as running:
                async with Phones() as phones, asyncio.timeout(10):
                    ann = await phones.phone("ann")
                    # it connects within half a second; a call that comes before waits for us
                    ann.call(f"sip:1000@{HOST}:{running.sip_port}")
                    while (event := await heard.get())["type"] != "StasisStart":
                        pass
                await asyncio.to_thread(running.kill)
                return running, event
        finally:
            await runner.cleanup()

    running, event = asyncio.run(scenario())

    assert came[0].path == "/callflow"
    assert came[0].headers["Sec-WebSocket-Protocol"] == "ari"
    assert came[0].headers["Authorization"] == running.settings.authorization
    assert event["application"] == "callflow"
