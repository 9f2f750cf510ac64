"""What the tests of Plivo's rows, and of Vobiz's, share: a customer with people in rooms, and the shape of a reply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tests.rest.bench import ACME, Bench, Got
from tests.sdk.live import Live

BASES = {"plivo": f"/v1/Account/{ACME}", "vobiz": "/api/v1/Account/MA_ACME"}
LINES = {"plivo": "+16505550100", "vobiz": "+16505550101"}
NAME = "My Conf Room"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

# What the seeds print.
GET_CONFERENCE = {
    "conference_name": "My Conf Room",
    "conference_run_time": "590",
    "conference_member_count": "1",
    "members": [
        {
            "muted": False,
            "member_id": "17",
            "deaf": False,
            "from": "1456789903",
            "to": "1677889900",
            "caller_name": "John",
            "direction": "inbound",
            "call_uuid": "acfbf0b5-12e0-4d74-85f7-fce15f8f07ec",
            "join_time": "590",
        }
    ],
    "api_id": "816e903e-58c4-11e1-86da-adf28403fe48",
}
LIST_CONFERENCES = {"api_id": "2867b6e2-58c3-11e1-86da-adf28403fe48", "conferences": ["My Conf Room"]}
KICKED = {"message": "kicked", "member_id": "10", "api_id": "2867b6e2-58c3-11e1-86da-adf28403fe48"}
MUTED = {"message": "muted", "member_id": "10", "api_id": "2867b6e2-58c3-11e1-86da-adf28403fe48"}


def document(name: str = NAME, attributes: str = "") -> str:
    """The document of the pages: a conference, and what is said to whoever is kicked."""
    said = "You have been disconnected from the conference"
    return f"<Response><Conference {attributes}>{name}</Conference><Speak>{said}</Speak></Response>"


def shape(value: Any) -> Any:
    """The keys, their order and the types of a reply."""
    if isinstance(value, dict):
        return [(key, shape(one)) for key, one in value.items()]
    return [shape(one) for one in value[:1]] if isinstance(value, list) else type(value).__name__


# The keys of a live call.
LIVE_CALL = {
    "api_id",
    "call_status",
    "call_uuid",
    "caller_name",
    "direction",
    "from",
    "request_uuid",
    "session_start",
    "stir_attestation",
    "stir_verification",
    "to",
}


class Customer:
    """Somebody with an account: asks a face, and lets people call."""

    def __init__(self, bench: Bench | Live, face: str = "plivo") -> None:
        """Nobody calls yet."""
        self.bench = bench
        self.face = face
        self._numbers: Iterator[int] = iter(range(4155550101, 4155559999))

    def ask(self, method: str, path: str, json: Any = None, **more: Any) -> Got:
        """Ask for something of the account."""
        return self.bench.request(method, BASES[self.face] + path, json=json, face=self.face, **more)

    def let_in(self, people: int = 1, name: str = NAME, attributes: str = "") -> list[str]:
        """Let people into a room, one after the other; the ids of their calls."""
        self.bench.app.pages[f"/{self.face}/answer"] = document(name, attributes)
        calls = []
        for _ in range(people):
            calls.append(self.bench.dial_in(f"+1{next(self._numbers)}", LINES[self.face]))
            self.bench.wait("member_joined", call=calls[-1])
        return calls

    def room(self, name: str = NAME) -> dict[str, Any]:
        """The room as the face tells of it."""
        told: dict[str, Any] = self.ask("GET", f"/Conference/{quote(name)}/").json
        return told

    def member(self, number: int, name: str = NAME) -> dict[str, Any]:
        """One member as the face tells of it."""
        (found,) = (one for one in self.room(name)["members"] if one["member_id"] == str(number))
        member: dict[str, Any] = found
        return member

    def to_members(self, method: str, ids: str, operation: str = "", json: Any = None, name: str = NAME) -> Got:
        """Ask for something to be done to members of a room."""
        return self.ask(method, f"/Conference/{quote(name)}/Member/{ids}/{operation}", json)
