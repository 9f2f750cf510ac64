"""A customer's application in one file: it answers calls with a conference and prints what it is told.

python samples/application.py                                    a process of its own, on port 9000
callflow serve                                                   another; it prints credentials
callflow dial-in +14155550100 +16505550100                       somebody calls (credentials by environment)
callflow kick room 1                                             out of the room, and on to the Speak below
"""

from __future__ import annotations

import sys

from aiohttp import web

DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Conference enterSound="beep:1" callbackUrl="http://{host}/events">room</Conference>
  <Speak>You were removed from the conference. Goodbye.</Speak>
</Response>
"""


async def answer(request: web.Request) -> web.Response:
    """Answer a call: the flow starts with this document."""
    asked = await request.post()
    print(f"{asked['From']} calls {asked['To']}", flush=True)
    return web.Response(text=DOCUMENT.format(host=request.host), content_type="application/xml")


async def events(request: web.Request) -> web.Response:
    """Print what happened in the conference; whatever is answered is ignored."""
    told = await request.post()
    what, member = told.get("ConferenceAction"), told.get("ConferenceMemberID")
    print(f"{what}: member {member} of {told.get('ConferenceName')}", flush=True)
    return web.Response()


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    app = web.Application()
    app.add_routes([web.post("/answer", answer), web.post("/events", events)])
    web.run_app(app, host="127.0.0.1", port=port, print=lambda _: print(f"port {port}", flush=True))
