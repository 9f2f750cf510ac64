"""The limit of the REST benchmark: a bare aiohttp application with the same check, JSON and log line.

It holds no calls and no rooms: it knows one account, and answers from memory. Prints its port and serves.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import sys
from time import perf_counter
from typing import Any
from uuid import uuid4

import msgspec
from aiohttp import web

from engine.service.logs import Lines, logger
from engine.service.loop import loop_factory

ACCOUNT, TOKEN = "MAACME00000000000001", "acme-plivo"
LOG = Lines(open("/dev/null", "wb"))  # noqa: SIM115 (open as long as the process)
log = logger(LOG)
encode = msgspec.json.encode
ROOM: dict[str, Any] = {
    "conference_name": "room",
    "conference_run_time": "590",
    "conference_member_count": "10",
    "members": [
        {
            "muted": False,
            "member_id": str(number),
            "deaf": False,
            "from": "14155550100",
            "to": "16505550100",
            "caller_name": "",
            "direction": "inbound",
            "call_uuid": "acfbf0b5-12e0-4d74-85f7-fce15f8f07ec",
            "join_time": "590",
        }
        for number in range(1, 11)
    ],
    "api_id": "",
}


def allowed(request: web.Request) -> bool:
    """Whether the request bears the account's credentials."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    name, _, secret = base64.b64decode(given).decode().partition(":")
    return scheme == "Basic" and name == ACCOUNT and hmac.compare_digest(secret.encode(), TOKEN.encode())


async def answered(request: web.Request, status: int, body: dict[str, Any] | None) -> web.Response:
    """The reply to one request, with its line in the log."""
    began, made = perf_counter(), str(uuid4())
    if not allowed(request):
        return web.Response(status=401)
    if request.can_read_body:
        msgspec.json.decode(await request.read())
    text = None if body is None else encode({**body, "api_id": made})
    response = web.Response(status=status, body=text, content_type="application/json" if text else None)
    ms = round((perf_counter() - began) * 1000, 3)
    log.info("request", request=made, route=request.path, method=request.method, account=ACCOUNT, status=status, ms=ms)
    return response


async def mute(request: web.Request) -> web.Response:
    """Mute, as far as the customer sees."""
    return await answered(request, 202, {"message": "muted", "member_id": request.match_info["member"]})


async def unmute(request: web.Request) -> web.Response:
    """Unmute, as far as the customer sees."""
    return await answered(request, 204, None)


async def room(request: web.Request) -> web.Response:
    """The room."""
    return await answered(request, 200, ROOM)


async def main() -> None:
    """Serve until killed."""
    app = web.Application()
    base = "/v1/Account/{account}/Conference/{room}/"
    app.add_routes(
        [
            web.post(base + "Member/{member}/Mute/", mute),
            web.delete(base + "Member/{member}/Mute/", unmute),
            web.get(base, room),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"bare answers at http://127.0.0.1:{runner.addresses[0][1]}", file=sys.stderr, flush=True)
    while True:
        await asyncio.sleep(0.25)
        LOG.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runs:
        runs.run(main())
