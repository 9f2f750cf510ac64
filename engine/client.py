"""A client of a running service: what its operators ask over HTTP, for the command line and for scripts."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from engine.errors import RequestError

PAGE = 20  # the most that the Plivo face lists at once
PATIENCE = aiohttp.ClientTimeout(total=30.0, sock_connect=5.0)
ENDLESS = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=60.0)  # a sign of life comes every 15 s
LONGEST_LINE = 1_048_576  # bytes of one event

# What is done to members of a conference: the method and the rest of the path.
MEMBER_DEEDS: Mapping[str, tuple[str, str]] = {
    "kick": ("POST", "Kick/"),
    "mute": ("POST", "Mute/"),
    "unmute": ("DELETE", "Mute/"),
    "deaf": ("POST", "Deaf/"),
    "undeaf": ("DELETE", "Deaf/"),
    "hang-up-member": ("DELETE", ""),
    "play": ("POST", "Play/"),
    "speak": ("POST", "Speak/"),
}

# What is said of these statuses, whatever the service's own words, and what would be right.
CREDENTIALS = "--auth-id and --auth-token, or CALLFLOW_AUTH_ID and CALLFLOW_AUTH_TOKEN"
REFUSALS: Mapping[int, tuple[str, str]] = {
    401: ("these credentials are nobody's", CREDENTIALS),
    403: ("these credentials are for another account", CREDENTIALS),
}

Json = dict[str, Any]


class Client:
    """One account of the service at `url`, by its credentials on the Plivo face; an asynchronous context.

    Every method raises RequestError, with the HTTP status, for what the service refuses, and with status 503
    where none answers.
    """

    def __init__(self, url: str, auth_id: str, auth_token: str) -> None:
        """Keep where the service is and whom to be; RequestError for an address that is none."""
        self.url = base(url)
        if ":" in auth_id:
            raise RequestError("it holds a colon", field="--auth-id", hint="the account's id alone")
        self._account = f"v1/Account/{quote(auth_id, safe='')}/"
        self._headers = {"Authorization": "Basic " + base64.b64encode(f"{auth_id}:{auth_token}".encode()).decode()}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Client:
        """Begin."""
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=PATIENCE, read_bufsize=LONGEST_LINE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        if self._session is not None:
            await self._session.close()

    # --- conferences ------------------------------------------------------------------------------

    async def conferences(self) -> list[Json]:
        """The live conferences, each as `conference` tells it; one that ends meanwhile is left out."""
        names = (await self._ask("GET", self._account + "Conference/"))["conferences"]
        return await self._each([self._room(name) for name in names])

    async def conference(self, name: str) -> Json:
        """A conference: conference_name, conference_run_time (s), conference_member_count, members."""
        return await self._ask("GET", self._room(name))

    async def on_members(self, deed: str, conference: str, members: str, **fields: str) -> Json:
        """Do one of MEMBER_DEEDS to members: one id, several with commas between, or `all`."""
        method, rest = MEMBER_DEEDS[deed]
        path = f"{self._room(conference)}Member/{quote(members, safe=',')}/{rest}"
        return await self._ask(method, path, fields or None)

    # --- calls ------------------------------------------------------------------------------------

    async def calls(self) -> list[Json]:
        """The live and queued calls, newest first: call_uuid, from, to, direction, call_status, session_start."""
        return [call for status in ("live", "queued") for call in await self._calls(status)]

    async def _calls(self, status: str) -> list[Json]:
        told: list[Json] = []
        for offset in range(0, 1_000_000, PAGE):
            query = f"?status={status}"
            listed = await self._ask("GET", f"{self._account}Call/{query}&limit={PAGE}&offset={offset}")
            told += await self._each([self._call(call) + query for call in listed["calls"]])
            if len(listed["calls"]) < PAGE:
                break
        return told

    async def make_call(self, caller: str, called: str, answer_url: str, method: str = "POST") -> Json:
        """Place a call whose document `answer_url` gives: request_uuid is its id."""
        fields = {"from": caller, "to": called, "answer_url": answer_url, "answer_method": method}
        return await self._ask("POST", self._account + "Call/", fields)

    async def hang_up(self, call: str) -> None:
        """End a call."""
        await self._ask("DELETE", self._call(call))

    # --- the people of the simulated switch -------------------------------------------------------

    async def dial_in(self, caller: str, called: str) -> Json:
        """Let somebody call one of our numbers: `call` is its id."""
        return await self._simulate("POST", "calls", {"from": caller, "to": called})

    async def press(self, call: str, digits: str) -> Json:
        """Let whoever is on a call (an id, or a telephone number) press keys."""
        return await self._simulate("POST", f"calls/{quote(call, safe='')}/press", {"digits": digits})

    async def hears(self, call: str) -> Json:
        """What whoever is on a call hears now: its sounds, and the calls that it hears."""
        return await self._simulate("GET", f"calls/{quote(call, safe='')}/hears")

    async def _simulate(self, method: str, path: str, fields: Json | None = None) -> Json:
        return await self._ask(method, f"simulator/{path}", fields)

    # --- events -----------------------------------------------------------------------------------

    async def events(self, after: int | None = None) -> AsyncGenerator[Json, None]:
        """What happens to the account, as it happens: entries of the timeline, each with its `number`.

        It begins after the number `after`, else now, and ends when the service does. An entry whose `what` is
        `lost` says how many `lines` are gone.
        """
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        try:
            async with self._request("GET", "events", None, headers=headers, timeout=ENDLESS) as reply:
                await heard(reply)
                async for entry in entries(reply.content):
                    yield entry
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._nobody(reason(error)) from None

    # --- asking -----------------------------------------------------------------------------------

    def _room(self, name: str) -> str:
        return f"{self._account}Conference/{quote(name, safe='')}/"

    def _call(self, call: str) -> str:
        return f"{self._account}Call/{quote(call, safe='')}/"

    async def _each(self, paths: list[str]) -> list[Json]:
        """What several addresses tell, in their order, a page of them at a time; what is gone is left out."""
        told: list[Json] = []
        for at in range(0, len(paths), PAGE):
            found = await asyncio.gather(*(self._known(path) for path in paths[at : at + PAGE]))
            told += [one for one in found if one is not None]
        return told

    async def _known(self, path: str) -> Json | None:
        try:
            return await self._ask("GET", path)
        except RequestError as error:
            if error.status == 404:
                return None
            raise

    async def _ask(self, method: str, path: str, fields: Json | None = None) -> Json:
        try:
            async with self._request(method, path, fields) as reply:
                return await heard(reply)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._nobody(reason(error)) from None

    def _request(self, method: str, path: str, fields: Json | None, **more: Any) -> Any:
        if self._session is None:
            raise TypeError("a client asks inside `async with` only")
        url = URL(f"{self.url}{path}", encoded=True)
        return self._session.request(method, url, json=fields, allow_redirects=False, **more)

    def _nobody(self, why: str) -> RequestError:
        hint = "is it running? `callflow serve` starts one; --url says where"
        return RequestError(f"no service answers: {why}", field=self.url, status=503, hint=hint)


def base(url: str) -> str:
    """The address of a service with one slash at its end; RequestError where it is none, or holds a password."""
    wrong = RequestError("it is not the address of a service", field="--url", hint="http://127.0.0.1:8080")
    try:
        parsed = URL(url)
        fine = parsed.scheme in ("http", "https") and parsed.host and parsed.port
    except ValueError:
        raise wrong from None
    if not fine or parsed.raw_user or parsed.raw_password or parsed.raw_query_string or parsed.raw_fragment:
        raise wrong
    return f"{str(parsed).rstrip('/')}/"


async def entries(lines: AsyncIterable[bytes]) -> AsyncIterator[Json]:
    """The entries of a stream of server-sent events; comments, which are signs of life, are left out."""
    number = 0
    async for line in lines:
        name, _, rest = line.rstrip(b"\n").partition(b": ")
        if name == b"id":
            number = int(rest)
        elif name == b"event" and rest == b"lost":
            number = 0
        elif name == b"data":
            entry = msgspec.json.decode(rest)
            yield {"number": number, **entry} if number else {"what": "lost", **entry}


async def heard(reply: aiohttp.ClientResponse) -> Json:
    """The body of a reply, empty where it has none or is a stream; RequestError for what was refused."""
    if reply.status == 200 and reply.content_type == "text/event-stream":
        return {}
    text = await reply.read()
    try:
        body = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError:
        body = None
    if reply.status < 300 and isinstance(body, dict):
        return body
    told = {"error": f"the service answered {reply.status}", "hint": "is it a callflow service?"}
    if isinstance(body, dict) and "error" in body:
        told = {name: str(value) for name, value in body.items()}
    error, hint = REFUSALS.get(reply.status, (told["error"], told.get("hint", "")))
    raise RequestError(error, status=reply.status, hint=hint)


def reason(error: Exception) -> str:
    """Why nobody could be asked, in words."""
    if isinstance(error, TimeoutError):
        return "it took too long"
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
