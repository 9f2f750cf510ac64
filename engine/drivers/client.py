"""One HTTP request and what came of it: bounded in time, size, redirects and in where it may go.

Nothing is raised for what the other side does: a `Reply` says it in a word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import aiohttp
from aiohttp import ClientResponse, ClientSession, ClientTimeout, hdrs
from msgspec import Struct
from msgspec.structs import replace
from yarl import URL

from engine.drivers.addresses import ForbiddenAddress, GuardedResolver, check_host, parse
from engine.errors import EngineError
from engine.settings import VERSION

AGENT = f"callflow-engine/{VERSION}"
# Seconds after which an unused connection is closed: servers close theirs soon, and a POST that crosses with that
# is lost.
IDLE = 2.0
# Seconds of an attempt that has no bound of its own.
LONGEST = 120.0
# Bytes of a callback's reply that are read for the sake of the connection.
DISCARDED = 64 * 1024
MOVED = (301, 302, 303, 307, 308)
REPEATS = (307, 308)  # the method and the body stay
OF_THE_BODY = ("content-type", "content-encoding", "content-language")
# What a reply says of how long it holds and how to ask whether it still does.
OF_KEEPING = ("age", "cache-control", "date", "etag", "expires", "last-modified")


class WebSettings(Struct, frozen=True, kw_only=True):
    """What bounds all requests: `longest_document` in bytes after decompression; counts.

    `allow_private`: whether private, loopback and link-local addresses may be asked. `queue`: how many callbacks
    may wait in all. `connections`: how many are open at a time. `shared`: kinds of documents that are fetched once
    for a whole room.
    """

    allow_private: bool = False
    longest_document: int = 100 * 1024
    redirects: int = 5
    queue: int = 10_000
    connections: int = 512
    shared: frozenset[str] = frozenset({"wait_sound"})


class Request(Struct, frozen=True):
    """One attempt, worded and signed."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Bounds(Struct, frozen=True):
    """Seconds of one attempt in all and, within them, of connecting; 0: no bound of its own."""

    timeout: float
    connect: float = 0.0


class Reply(Struct, frozen=True):
    """What came of a request: `status` 0 and an `error` (a word of DocumentFetched) where there was no reply.

    `location` is the address that answered, where it is not the one that was asked. `keeping` are the headers of
    OF_KEEPING, where it was downloaded.
    """

    status: int = 0
    error: str = ""
    content_type: str = ""
    body: bytes = b""
    location: str = ""
    keeping: tuple[tuple[str, str], ...] = ()

    @property
    def outcome(self) -> str:
        """The error, or the class of the status: `2xx`."""
        return self.error or f"{self.status // 100}xx"


# Reads a response into a Reply, whose location it is told.
Take = Callable[[ClientResponse, str], Awaitable[Reply]]


class _Unfit(EngineError):
    """A reply that is not taken; `args` holds the word."""


# What went wrong, in a word; the first row that fits.
WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ForbiddenAddress, "refused"),
    (aiohttp.InvalidURL, "refused"),
    (aiohttp.ConnectionTimeoutError, "connect"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientError, "connect"),
    (OSError, "connect"),
    (UnicodeError, "connect"),  # a name that cannot be resolved: labels are empty or too long
)
FAILURES: tuple[type[BaseException], ...] = (_Unfit, *(kind for kind, _ in WORDS))


def word_of(error: BaseException) -> str:
    """The word for what went wrong."""
    if isinstance(error, _Unfit):
        return str(error)
    return next(word for kind, word in WORDS if isinstance(error, kind))


class Client:
    """Sends requests over one session; `start` and `close` in the same loop."""

    def __init__(self, settings: WebSettings) -> None:
        """Keep the bounds; nothing is opened yet."""
        self._settings = settings
        self._resolver: GuardedResolver | None = None
        self._session: ClientSession | None = None

    async def start(self) -> None:
        """Open the session."""
        settings = self._settings
        resolver = GuardedResolver(aiohttp.DefaultResolver(), allow_private=settings.allow_private)
        self._resolver = resolver
        self._session = ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, limit=settings.connections, keepalive_timeout=IDLE),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={hdrs.USER_AGENT: AGENT},
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the session and its connections."""
        if self._session is not None and self._resolver is not None:
            await self._session.close()
            await self._resolver.close()

    async def fetch(self, request: Request, bounds: Bounds) -> Reply:
        """Ask for a document, wherever it has moved to; an audio reply's body is left unread."""
        return await self._fetch(request, bounds, self._read)

    async def download(self, request: Request, bounds: Bounds, longest: int) -> Reply:
        """Ask for a file of `longest` bytes at most, wherever it has moved to."""

        async def read_whole(response: ClientResponse, location: str) -> Reply:
            keeping = tuple((name, response.headers[name]) for name in OF_KEEPING if name in response.headers)
            return Reply(response.status, "", media_type(response), await read(response, longest), location, keeping)

        return await self._fetch(request, bounds, read_whole)

    async def deliver(self, request: Request, bounds: Bounds) -> Reply:
        """Send something whose answer is its status alone; what comes or fails after that does not matter."""
        status = 0
        try:
            async with asyncio.timeout(bounds.timeout or LONGEST), self._ask(request, bounds) as response:
                status = response.status
                await _discard(response)
        except FAILURES as error:
            return Reply(status) if status else Reply(error=word_of(error))
        return Reply(status)

    async def _fetch(self, request: Request, bounds: Bounds, take: Take) -> Reply:
        try:
            async with asyncio.timeout(bounds.timeout or LONGEST):
                return await self._follow(request, bounds, take)
        except FAILURES as error:
            return Reply(error=word_of(error))

    async def _follow(self, request: Request, bounds: Bounds, take: Take) -> Reply:
        location = ""
        for _ in range(self._settings.redirects + 1):
            async with self._ask(request, bounds) as response:
                moved_to = response.headers.get(hdrs.LOCATION)
                if response.status not in MOVED or not moved_to:
                    return await take(response, location)
                request = moved(request, response.status, moved_to)
                location = request.url
        raise _Unfit("loop")

    def _ask(self, request: Request, bounds: Bounds) -> AbstractAsyncContextManager[ClientResponse]:
        url = parse(request.url)
        check_host(url, allow_private=self._settings.allow_private)
        assert self._session is not None
        return self._session.request(
            request.method,
            url,
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
            timeout=ClientTimeout(sock_connect=bounds.connect or None),
        )

    async def _read(self, response: ClientResponse, location: str) -> Reply:
        media = media_type(response)
        bound = self._settings.longest_document
        body = b"" if media.startswith("audio/") else await read(response, bound)
        return Reply(response.status, "", media, body, location)


def moved(request: Request, status: int, location: str) -> Request:
    """The request that a redirect asks for: again as it was (307, 308), or a GET.

    A password stays with its origin, and so does an Authorization. ForbiddenAddress for a location that is no URL.
    """
    here = URL(request.url)
    try:
        there = here.join(URL(location))
    except ValueError:
        raise ForbiddenAddress("redirected to what is not a URL") from None
    there = parse(str(there))
    drop: Mapping[str, bool] = {}
    if here.origin() != there.origin():
        drop = {"authorization": True}
    elif there.user is None:
        there = there.with_user(here.user).with_password(here.password)
    if status not in REPEATS and request.method != "GET":
        request = replace(request, method="GET", body=b"")
        drop = {**drop, **dict.fromkeys(OF_THE_BODY, True)}
    headers = tuple((name, value) for name, value in request.headers if name.lower() not in drop)
    return replace(request, url=str(there), headers=headers)


def media_type(response: ClientResponse) -> str:
    """What the body is said to be, without parameters."""
    return response.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower()


async def read(response: ClientResponse, bound: int) -> bytes:
    """The body, of so many bytes at most, however it is compressed."""
    if (response.content_length or 0) > bound:
        raise _Unfit("too_large")
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > bound:
            raise _Unfit("too_large")
    return bytes(body)


async def _discard(response: ClientResponse) -> None:
    """Read a short reply to its end, so that its connection can be used again; that of a longer one is closed."""
    left = DISCARDED
    while left > 0 and (piece := await response.content.read(left)):
        left -= len(piece)
