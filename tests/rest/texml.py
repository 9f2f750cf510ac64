"""What the tests of TeXML's rows share: a customer with people in conferences, and what the pages promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from engine.dialects.texml.routes import FACE
from engine.rest.paths import Paths
from tests.rest.bench import ACCOUNTS, Bench, Got

PATHS = Paths([FACE])
SID = ACCOUNTS[0]["texml"]["account_sid"]
OTHER_SID = ACCOUNTS[1]["texml"]["account_sid"]
BASE = f"/v2/texml/Accounts/{SID}"
LINE = "+16505550102"
APPLICATION = "1700000001"
CALLER, CALLED = "+14155550100", "+16505550177"
SILENT, BUSY, MACHINE = "+19995550101", "+19995550102", "+19995550103"
PEOPLE = {SILENT: {"no_answer": True}, BUSY: {"busy": True}, MACHINE: {"machine": True}}
NAME = "My Room"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
CALL_SID = r"v3:[A-Za-z0-9_-]{54}"
RFC_DATE = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000"
ISO_DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
NOT_FOUND = {"errors": [{"detail": "Resource not found"}]}

Json = dict[str, Any]


def document(name: str = NAME, attributes: str = "") -> str:
    """A document whose caller joins a conference, and stays on the line after it."""
    return f"<Response><Dial><Conference {attributes}>{name}</Conference></Dial><Pause length='180'/></Response>"


def error_of(got: Got) -> Json:
    """The one error of a reply, and that it has the vendor's long shape."""
    (error,) = got.json["errors"]
    assert error.keys() - {"source"} == {"code", "title", "detail", "meta"}
    assert error["meta"]["url"].endswith(error["code"])
    told: Json = error
    return told


def told(got: Got) -> tuple[int, str, str]:
    """Status, code and pointer of an error."""
    error = error_of(got)
    return got.status, error["code"], error.get("source", {}).get("pointer", "")


def check(method: str, path: str, got: Got) -> None:
    """See that status and body are among what the row of a path promises."""
    found = PATHS.find(path.partition("?")[0])
    row = found.leaf.routes.get(method) if found is not None else None
    promised = {**FACE.problem_types, **(row.answers if row is not None else {})}
    assert got.status in promised, got
    if promised[got.status] is None:
        assert got.body == b""
    else:
        msgspec.json.decode(got.body, type=promised[got.status])


class Customer:
    """Somebody with an account: asks the face, and lets people call."""

    def __init__(self, bench: Bench) -> None:
        """Nobody calls yet."""
        self.bench = bench
        self._numbers: Iterator[int] = iter(range(4155550101, 4155559999))

    def ask(self, method: str, path: str, **more: Any) -> Got:
        """Ask for something of the account; the reply is what the row promises."""
        got = self.bench.request(method, BASE + path, face="texml", **more)
        check(method, BASE + path, got)
        return got

    def get(self, path: str) -> Json:
        """What is told there."""
        got = self.ask("GET", path)
        assert got.status == 200, got
        told: Json = got.json
        return told

    def let_in(self, people: int = 1, name: str = NAME, attributes: str = "") -> list[str]:
        """Let people into a conference, one after the other; the sids of their calls."""
        self.bench.app.pages["/texml/answer"] = document(name, attributes)
        return [self.spelled(self.come(name)) for _ in range(people)]

    def come(self, name: str = NAME) -> str:
        """Let one more person into a conference by the document that is there; our id of the call."""
        call = self.bench.dial_in(f"+1{next(self._numbers)}", LINE)
        self.bench.wait("member_joined", call=call)
        return call

    def spelled(self, call: str) -> str:
        """The sid of a call."""
        return self.bench.do(lambda service: service.sight("texml", self.bench.accounts[0]["id"]).spell("call", call))

    def known(self, sid: str) -> str:
        """Our id of the call of a sid."""
        return self.bench.do(lambda service: service.register.ids.find("texml", "call", sid))

    def room(self, name: str = NAME) -> Json:
        """The newest conference of that name."""
        listed: Json = self.get(f"/Conferences?FriendlyName={quote(name)}")["conferences"][0]
        return listed

    def people(self, room: str) -> str:
        """The path of a conference's participants."""
        return f"/Conferences/{room}/Participants"

    def update(self, call: str, name: str = NAME, **form: str) -> Got:
        """Update a participant by form."""
        return self.ask("POST", f"{self.people(self.room(name)['sid'])}/{quote(call)}", form=form)

    def participant(self, call: str, name: str = NAME) -> Json:
        """One participant."""
        return self.get(f"{self.people(self.room(name)['sid'])}/{quote(call)}")

    def dial(self, room: str = NAME, **form: str) -> Got:
        """Dial somebody into a conference."""
        given = {"From": CALLER, "To": CALLED, "ApplicationSid": APPLICATION, **form}
        return self.ask("POST", self.people(quote(room)), form={k: v for k, v in given.items() if v})

    def call(self, **form: str) -> Got:
        """Place a call."""
        given = {"From": CALLER, "To": CALLED, "ApplicationSid": APPLICATION, **form}
        return self.ask("POST", "/Calls", form={k: v for k, v in given.items() if v})
