"""What lets the vendors' own clients talk to our service: they are left as they are, their requests take a detour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from tests.rest.bench import Application, Asked, Got
from tests.sdk.live import Live

WAIT = "<Response><Wait length='600'/></Response>"
LONG = "https://media.example/long.mp3"  # lasts as long as a test
PEOPLE = {
    "callees": {
        "+1415555111*": {"no_answer": True},
        "+141555522*": {"rejects": True},
        "*": {"answers_after": 0.1},
    },
    "media": {LONG: 600.0},
    "words_per_minute": 1.0,  # what is spoken lasts, too
}


class Detour(HTTPAdapter):
    """Takes requests for a vendor's host to a service of ours, as they are."""

    def __init__(self, vendor: str, service: str) -> None:
        super().__init__()
        self._vendor, self._service = vendor, service

    def send(self, request: PreparedRequest, *args: Any, **more: Any) -> Response:
        """Send a request; a proxy, if any, is for the vendor."""
        assert request.url is not None
        assert request.url.startswith(self._vendor)
        request.url = self._service + request.url.removeprefix(self._vendor)
        return super().send(request, *args, **{**more, "proxies": None})


def detour(sessions: tuple[Session, ...], vendor: str, live: Live) -> None:
    """Let these sessions of a client ask the live service whenever they ask the vendor."""
    for session in sessions:
        session.mount(vendor, Detour(vendor, live.url))


def form_of(asked: Asked) -> dict[str, str]:
    """The fields of a form that the application was sent."""
    return dict(parse_qsl(asked.body.decode(), keep_blank_values=True))


class Rooms:
    """People in rooms of one number: their calls, and what they hear."""

    def __init__(self, live: Live, face: str, number: str) -> None:
        """Nobody has called yet."""
        self.live, self.face, self.number = live, face, number
        self._callers: Iterator[int] = iter(range(4155550101, 4155559999))
        self._names: Iterator[int] = iter(range(1, 9999))
        self._others: Iterator[int] = iter(range(1, 9999))

    @property
    def app(self) -> Application:
        """The application that documents come from."""
        return self.live.app

    def name(self) -> str:
        """A name for a room that nobody had yet."""
        return f"My Conf Room {next(self._names)}"

    def page(self, document: str) -> str:
        """The address of a document that nobody asked for yet."""
        path = f"/page/{next(self._others)}"
        self.app.pages[path] = document
        return self.app.url + path

    def let_in(self, people: int, name: str, after: str = "", attributes: str = "") -> list[str]:
        """Let people into a room, one after the other; their calls. `after` are the elements that follow."""
        room = f"<Conference callbackUrl='{self.app.url}/conference' {attributes}>{name}</Conference>"
        self.app.pages[f"/{self.face}/answer"] = f"<Response>{room}{after}</Response>"
        calls = []
        for _ in range(people):
            calls.append(self.live.dial_in(f"+1{next(self._callers)}", self.number))
            self.app.wait("/conference", CallUUID=calls[-1], ConferenceAction="enter")
        return calls

    def hears(self, call: str) -> list[tuple[str, str]]:
        """The sounds that a caller hears now: what they are for, and which."""
        got: Got = self.live.request("GET", f"/simulator/calls/{call}/hears", face="plivo")
        assert got.status == 200, got
        sounds: list[Mapping[str, str]] = got.json["sounds"]
        return [(one["purpose"], one.get("media") or one["text"]) for one in sounds]
