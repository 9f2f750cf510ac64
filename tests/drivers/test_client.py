"""Documents are fetched over real HTTP, from applications that answer well, badly, late or not at all."""

from __future__ import annotations

import asyncio
import gzip
from base64 import b64encode

import pytest
from aiohttp import web

from engine.drivers.client import Bounds, Client, Request, WebSettings, moved
from engine.settings import VERSION
from tests.drivers.network import full_port, never, opened, run, serving, speaking

SMALL = WebSettings(allow_private=True, longest_document=1_000)
DOCUMENT = b"<Response><Hangup/></Response>"


async def xml(request: web.Request) -> web.StreamResponse:
    return web.Response(body=DOCUMENT, headers={"Content-Type": "Text/XML; charset=latin-1"})


async def unread(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close without a word."""
    await reader.readuntil(b"\r\n\r\n")


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x00\xffSIP/2.0 200 OK\r\n\r\n")
    await writer.drain()


async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close in the middle of the document."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<Response>")
    await writer.drain()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a byte from time to time, for ever."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    while True:
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"<Hangup/>" * 1000)
        await writer.drain()


# --- what is sent ----------------------------------------------------------------------------------


def test_a_document_comes_with_its_type_and_the_address_that_was_asked() -> None:
    async def story() -> None:
        async with serving(xml) as app, opened() as bench:
            event = await bench.fetch(f"{app}/answer#ct=2000")
        assert (event.status, event.error, event.body) == (200, "", DOCUMENT)
        assert event.content_type == "text/xml"
        assert event.location == f"{app}/answer#ct=2000"
        assert bench.heard.fetches == ["2xx"]

    run(story())


def test_the_prepared_request_goes_out_as_it_is() -> None:
    seen: list[tuple[str, str, bytes, str, str]] = []
    cookies: list[str | None] = []

    async def app(request: web.Request) -> web.StreamResponse:
        headers = request.headers
        seen.append((request.method, request.path_qs, await request.read(), headers["Attempt"], headers["User-Agent"]))
        cookies.append(headers.get("Cookie"))
        return web.Response(body=DOCUMENT, headers={"Set-Cookie": "a=b; Path=/"})

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            named = home.replace("127.0.0.1", "localhost")  # a cookie of an address would not be kept anyway
            await bench.fetch(f"{named}/a%20b?c=%26&d=1+2#rc=1")
            await bench.fetch(f"{named}/b", method="POST")

    run(story())
    agent = f"callflow-engine/{VERSION}"
    assert seen == [("GET", "/a%20b?c=%26&d=1+2", b"", "1", agent), ("POST", "/b", b"a=1", "2", agent)]
    assert cookies == [None, None]


@pytest.mark.parametrize("absolute", [False, True])
def test_credentials_in_an_address_become_basic_authentication(absolute: bool) -> None:
    seen: list[str] = []

    async def app(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers["Authorization"])
        if request.path == "/there":
            return await xml(request)
        raise web.HTTPFound(str(request.url.with_path("/there")) if absolute else "/there")

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            event = await bench.fetch(home.replace("//", "//ann:secret@") + "/here")
            assert event.status == 200

    run(story())
    assert seen == ["Basic " + b64encode(b"ann:secret").decode()] * 2


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_reply_with_a_bad_status_is_a_reply(status: int) -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="oh")

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            event = await bench.fetch(home)
        assert (event.status, event.error, event.body) == (status, "", b"oh")
        assert bench.heard.fetches == [f"{status // 100}xx"]

    run(story())


# --- redirects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET "),
        (302, "POST", "GET "),
        (303, "POST", "GET "),
        (307, "POST", "POST a=1"),
        (308, "POST", "POST a=1"),
        (302, "GET", "GET "),
    ],
)
def test_a_redirect_is_followed_as_its_status_says(status: int, method: str, then: str) -> None:
    seen: list[str] = []

    async def app(request: web.Request) -> web.StreamResponse:
        seen.append(f"{request.method} {await request.text()}")
        if request.path == "/old/answer":
            return web.Response(status=status, headers={"Location": "../new?x=1#there"})
        assert ("Content-Type" in request.headers) == (then == "POST a=1")
        return await xml(request)

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            event = await bench.fetch(f"{home}/old/answer", method=method)
        assert (event.status, event.location) == (200, f"{home}/new?x=1")

    run(story())
    assert seen[1:] == [then]


def test_credentials_stay_with_their_origin() -> None:
    seen: list[str | None] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization"))
        return await xml(request)

    async def story() -> None:
        async with serving(elsewhere) as there:

            async def here(request: web.Request) -> web.StreamResponse:
                raise web.HTTPFound(f"{there}/x")

            async with serving(here) as home, opened() as bench:
                event = await bench.fetch(home.replace("//", "//ann:secret@"))
            assert event.location == f"{there}/x"

    run(story())
    assert seen == [None]


@pytest.mark.parametrize(
    ("location", "kept"), [("/b", True), ("http://app.example:80/b", True), ("http://other.example/b", False)]
)
def test_an_authorization_stays_with_its_origin(location: str, kept: bool) -> None:
    request = Request("GET", "http://app.example/a", (("Authorization", "Bearer x"), ("Accept", "*/*")))
    assert [name for name, _ in moved(request, 302, location).headers] == ["Authorization"] * kept + ["Accept"]


def test_addresses_that_point_at_each_other_are_a_loop() -> None:
    asked: list[str] = []

    async def app(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        raise web.HTTPFound("/b" if request.path == "/a" else "/a")

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            event = await bench.fetch(f"{home}/a")
        assert (event.status, event.error) == (0, "loop")

    run(story())
    assert asked == ["/a", "/b"] * 3


@pytest.mark.parametrize("location", ["ftp://app.example/x", "file:///etc/passwd", "http://[::1", "http://0.0.0.0/"])
def test_a_redirect_to_where_we_do_not_go_is_refused(location: str) -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": location})

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            event = await bench.fetch(home)
        assert (event.status, event.error) == (0, "refused")

    run(story())


def test_a_redirect_without_a_location_is_a_reply() -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302)

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            assert (await bench.fetch(home)).status == 302

    run(story())


# --- where we do not go ----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_our_own_machine_is_refused_where_private_addresses_are(host: str) -> None:
    asked: list[str] = []

    async def app(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return await xml(request)

    async def story() -> None:
        async with serving(app) as home, opened(WebSettings()) as bench:
            event = await bench.fetch(home.replace("127.0.0.1", host))
            bench.send("c1", home.replace("127.0.0.1", host))
            assert await bench.delivered(1) == [("c1", 0)]
        assert (event.status, event.error) == (0, "refused")
        assert bench.heard.deliveries == ["refused"]

    run(story())
    assert asked == []


@pytest.mark.parametrize("url", ["ftp://app.example/", "http://", "http://[::1", "http://h:99999/"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    async def story() -> None:
        async with opened() as bench:
            assert (await bench.fetch(url)).error == "refused"

    run(story())


# --- what goes wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("server", [unread, garbage, cut])
def test_who_does_not_speak_http_to_the_end_is_not_connected(server: object, method: str) -> None:
    async def story() -> None:
        async with speaking(server) as home, opened() as bench:  # type: ignore[arg-type]
            event = await bench.fetch(home, method=method)
        assert (event.status, event.error, event.body) == (0, "connect", b"")

    run(story())


def test_plain_http_is_no_tls() -> None:
    async def story() -> None:
        async with serving(xml) as home, opened() as bench:
            assert (await bench.fetch(home.replace("http:", "https:"))).error == "connect"

    run(story())


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "a" * 64])
def test_a_name_without_address_is_not_connected(host: str) -> None:
    async def story() -> None:
        async with opened() as bench:
            assert (await bench.fetch(f"http://{host}/")).error == "connect"

    run(story())


def test_who_takes_too_long_to_be_reached_is_not_connected() -> None:
    async def story() -> None:
        with full_port() as url:
            async with opened() as bench:
                assert (await bench.fetch(url, connect=0.05)).error == "connect"
                assert (await bench.fetch(url, within=0.05)).error == "timeout"

    run(story())


def test_who_answers_too_late_is_timed_out() -> None:
    async def story() -> None:
        async with serving(never) as home, opened() as bench:
            event = await bench.fetch(home, within=0.05)
        assert (event.status, event.error) == (0, "timeout")

    run(story())


def test_a_body_that_drips_is_timed_out() -> None:
    async def story() -> None:
        async with speaking(drip) as home, opened() as bench:
            assert (await bench.fetch(home, within=0.1)).error == "timeout"

    run(story())


def test_redirects_share_the_time_of_one_attempt() -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.05)
        raise web.HTTPFound("/")

    async def story() -> None:
        async with serving(app) as home, opened() as bench:
            assert (await bench.fetch(home, within=0.12)).error == "timeout"

    run(story())


def test_a_body_without_end_is_too_large() -> None:
    async def story() -> None:
        async with speaking(endless) as home, opened() as bench:
            assert (await bench.fetch(home)).error == "too_large"

    run(story())


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    async def boast(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
        await reader.read()  # until the driver hangs up

    async def story() -> None:
        async with speaking(boast) as home, opened(SMALL) as bench:
            assert (await bench.fetch(home)).error == "too_large"

    run(story())


@pytest.mark.parametrize(("size", "error"), [(1_000, ""), (1_001, "too_large")])
def test_the_bound_is_the_last_size_that_is_taken(size: int, error: str) -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x" * size)
        return response

    async def story() -> None:
        async with serving(app) as home, opened(SMALL) as bench:
            assert (await bench.fetch(home)).error == error

    run(story())


@pytest.mark.parametrize(("size", "error"), [(900, ""), (50_000_000, "too_large")])
def test_the_bound_is_on_what_a_body_unpacks_to(size: int, error: str) -> None:
    packed = gzip.compress(b" " * size)

    async def app(request: web.Request) -> web.StreamResponse:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async def story() -> None:
        async with serving(app) as home, opened(WebSettings(allow_private=True, longest_document=60_000)) as bench:
            event = await bench.fetch(home)
        assert event.error == error
        assert len(event.body) == (0 if error else size)

    run(story())


def test_a_sound_is_not_read() -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 5_000, content_type="audio/mpeg")

    async def story() -> None:
        async with serving(app) as home, opened(SMALL) as bench:
            event = await bench.fetch(f"{home}/music.mp3")
        assert (event.status, event.content_type, event.body) == (200, "audio/mpeg", b"")

    run(story())


def test_a_file_is_downloaded_with_what_its_server_says_of_keeping_it() -> None:
    async def app(request: web.Request) -> web.StreamResponse:
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": "/music.mp3"})
        headers = {"Content-Type": "audio/mpeg", "ETag": '"a"', "Cache-Control": "max-age=9", "X-Other": "b"}
        return web.Response(body=b"x" * 5_000, headers=headers)

    async def story() -> None:
        client = Client(SMALL)
        await client.start()
        async with serving(app) as home:
            whole = await client.download(Request("GET", f"{home}/moved"), Bounds(5.0), 5_000)
            larger = await client.download(Request("GET", home), Bounds(5.0), 4_999)
        await client.close()
        assert (whole.status, whole.content_type, whole.location) == (200, "audio/mpeg", f"{home}/music.mp3")
        assert whole.body == b"x" * 5_000
        keeping = dict(whole.keeping)
        assert keeping.pop("date")
        assert keeping == {"etag": '"a"', "cache-control": "max-age=9"}
        assert (larger.error, larger.body) == ("too_large", b"")

    run(story())
