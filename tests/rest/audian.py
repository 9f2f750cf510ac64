"""What the tests of Audian's rows share: a customer with conferences and people in them, and what the seed prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.rest.bench import ACME, Bench, Got, simulator

BASE = "/v2/accounts/acmeaudian/conferences"
WEEKLY, OTHER = "conf_weekly", "conf_other"
LINE, OTHER_LINE = "+16505550103", "+16505550104"
SOUND = "https://example.com/a.mp3"
ONE = {"member_pins": [], "moderator_pins": ["1234"], "max_members": 100, "profile": "default"}

# What the seed prints.
LIST = {
    "auth_token": "eyJhbGciOiJSUzI1...",
    "data": [{"id": "conf_abc123", "name": "Weekly Team Meeting", **ONE}],
    "request_id": "req_xyz789",
    "status": "success",
}
CREATE = {
    "data": {
        "name": "Sales Meeting",
        "member_pins": ["5678"],
        "moderator_pins": ["1234"],
        "max_members": 50,
        "profile": "default",
    }
}
UPDATE = {"data": {"name": "Updated Meeting Name", "max_members": 100}}
PARTICIPANTS = {
    "auth_token": "eyJhbGciOiJSUzI1...",
    "data": [
        {
            "participant_id": "part_xyz789",
            "caller_id_number": "+14155559999",
            "caller_id_name": "John Doe",
            "muted": False,
            "deaf": False,
            "join_time": "2026-02-04T10:30:00Z",
        }
    ],
    "status": "success",
}
MUTE = {"data": {"action": "mute"}}

# Definitions that callers of LINE and OTHER_LINE dial into; nobody answers at +14155551111.
TEAM: dict[str, Any] = {
    "numbers": [
        {"number": LINE, "account": ACME, "conference": WEEKLY},
        {"number": OTHER_LINE, "account": ACME, "conference": OTHER},
    ],
    "conferences": [
        {"id": WEEKLY, "account": ACME, "name": "weekly"},
        {"id": OTHER, "account": ACME, "name": "other"},
    ],
    "simulator": {"callees": {"+14155551111": {"no_answer": True}}, "media": {SOUND: 10_000}},
}


def shape(value: Any) -> Any:
    """The keys, their order and the types of a reply."""
    if isinstance(value, dict):
        return [(key, shape(one)) for key, one in value.items()]
    return [shape(one) for one in value[:1]] if isinstance(value, list) else type(value).__name__


class Customer:
    """Somebody with an account: keeps conferences, and lets people call."""

    def __init__(self, bench: Bench) -> None:
        """Nobody calls yet."""
        self.bench = bench
        self._numbers: Iterator[int] = iter(range(4155550101, 4155559999))

    def ask(self, method: str, path: str = "", json: Any = None, **more: Any) -> Got:
        """Ask for something of the account's conferences."""
        return self.bench.request(method, BASE + path, json=json, face="audian", **more)

    def data(self, method: str, path: str = "", json: Any = None) -> Any:
        """What a request that succeeds is answered."""
        got = self.ask(method, path, json)
        assert got.status < 300, got.body
        assert got.json["status"] == "success"
        return got.json["data"]

    def create(self, **fields: Any) -> dict[str, Any]:
        """A new definition."""
        made: dict[str, Any] = self.data("PUT", "", {"data": {"name": "Sales Meeting", **fields}})
        return made

    def faults(self, method: str, path: str = "", json: Any = None) -> Any:
        """What is wrong with a request."""
        got = self.ask(method, path, json)
        assert (got.status, got.json["error"], got.json["message"]) == (400, "400", "bad_request")
        return got.json["data"]

    def let_in(self, people: int = 1, digits: str = "", line: str = LINE) -> list[str]:
        """Let people dial into a stored conference; the ids of their calls."""
        calls = []
        for _ in range(people):
            calls.append(self.bench.dial_in(f"+1{next(self._numbers)}", line))
            if digits:
                self.bench.wait("pin_asked", call=calls[-1])
                self.bench.do(lambda service: simulator(service).switch.press(calls[-1], digits))
                self.bench.do(lambda service: service.catch_up())
            self.bench.wait("member_joined", call=calls[-1])
        return calls

    def let_in_by_document(self, name: str, then: str = "") -> str:
        """Let somebody come to a room by a Plivo document; the id of the call."""
        self.bench.app.pages["/answer"] = f"<Response><Conference>{name}</Conference>{then}</Response>"
        to = f"+1{next(self._numbers)}"
        asked = {"from": "+16505550100", "to": to, "answer_url": f"{self.bench.app.url}/answer"}
        assert self.bench.request("POST", f"/v1/Account/{ACME}/Call/", json=asked, face="plivo").status == 201
        call = str(self.bench.wait("call_placed", to=to)["call"])
        self.bench.wait("member_joined", call=call)
        return call

    def people(self, conference: str = WEEKLY) -> list[dict[str, Any]]:
        """Who is in a conference."""
        told: list[dict[str, Any]] = self.data("GET", f"/{conference}/participants")
        return told

    def hearers(self) -> set[str]:
        """The calls and rooms that SOUND plays to now."""
        playing = self.bench.do(lambda service: dict(simulator(service).playing))
        return {to for to, sounds in playing.items() if SOUND in [heard.media for heard in sounds.values()]}

    def act(self, conference: str, participant: str, action: str, method: str = "POST") -> Got:
        """Do something to a participant."""
        return self.ask(method, f"/{conference}/participants/{participant}", {"data": {"action": action}})
