"""What the people of the simulated switch do and hear, over HTTP: the face of a telephone where there is none."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter
from uuid import uuid4

import msgspec
from aiohttp import web
from msgspec import UNSET, Struct, UnsetType, field

from engine.dialects.face import USUAL, Asked, Face, Field, Problem, Refused, Reply, Trouble, refusal
from engine.dialects.form import read
from engine.dialects.spelling import bare_number
from engine.dialects.wording import WORDINGS
from engine.rest.body import body_of
from engine.rest.credentials import operator
from engine.rest.operations import CHALLENGE
from engine.rest.told import Answered, response_of, tell
from engine.service.service import Service
from engine.service.simulator import Heard, Simulator
from engine.values.effects import CallFacts
from engine.values.views import CallView, ConferenceView

# --- what is sent and answered --------------------------------------------------------------------


class Voice(Struct, frozen=True):
    """Somebody, by call and telephone number."""

    call: str
    number: str


class Sound(Struct, frozen=True):
    """A sound that plays: an address or a spoken text, and what it is for."""

    purpose: str
    media: str | UnsetType = UNSET
    text: str | UnsetType = UNSET


class Hearing(Struct, frozen=True):
    """What one caller hears now."""

    call: str
    conference: str
    sounds: tuple[Sound, ...]
    calls: tuple[Voice, ...]


class LiveCall(Struct, frozen=True):
    """A live call; `hears` are its sounds, in a word each, and `voices` how many others it hears."""

    call: str
    from_: str = field(name="from")
    to: str
    state: str
    verb: str
    conference: str
    hears: tuple[str, ...]
    voices: int


class Calls(Struct, frozen=True):
    """The live calls, oldest first."""

    calls: tuple[LiveCall, ...]


class MatrixRow(Struct, frozen=True):
    """A member, and whom it hears."""

    member: int
    call: str
    number: str
    state: str
    hears: tuple[Voice, ...]


class Matrix(Struct, frozen=True):
    """Who hears whom in a room, in the order the members came."""

    conference: str
    state: str
    rows: tuple[MatrixRow, ...]


class Called(Struct, frozen=True):
    """The call that something was done to."""

    call: str


class Failed(Struct, frozen=True, omit_defaults=True):
    """Why a request was not met, and what would be right."""

    error: str
    hint: str = ""


TROUBLES: Mapping[Trouble, int] = {**USUAL, "refused": 409}


def problem(problems: tuple[Problem, ...], status: int, asked: Asked) -> Reply:
    """Word what is wrong with a request, all of it."""
    hints = (one.target for one in problems if isinstance(one.target, str))
    headers = tuple(CHALLENGE.items()) if status == 401 else ()
    return Reply(status, Failed("; ".join(one.message for one in problems), next(hints, "")), headers)


# How bodies are read and problems worded; the rows need the switch itself, so they are Simulating's.
FACE = Face(
    name="simulator",
    title="The people of the simulated switch",
    routes=(),
    auth="basic",
    account="",
    troubles=TROUBLES,
    problem=problem,
    problem_types=dict.fromkeys(sorted(set(TROUBLES.values())), Failed),
)

PERSON = r"\+?[0-9*#]{1,20}|sips?:[^\s@<>]+(@[^\s@<>]+)?|anonymous"
DIAL_IN = (
    Field(name="from", doc="Who calls.", required=True, high=256, pattern=PERSON),
    Field(name="to", doc="One of the account's numbers.", required=True, high=256),
    Field(name="name", doc="The caller's name.", high=256),
)
PRESS = (
    Field(
        name="digits", doc="Keys; w waits half a second, W one.", required=True, high=128, pattern="[0-9A-Da-d*#wW]+"
    ),
)
SAY = (Field(name="text", doc="What is said.", required=True, high=4_096),)
TALK = (Field(name="seconds", doc="How long.", kind="number", required=True, low=0.1, high=86_400),)


class Simulating:
    """Lets somebody be the people on the simulated switch of a service."""

    def __init__(self, service: Service, simulator: Simulator) -> None:
        """Keep the service and its switch."""
        self._service = service
        self._simulator = simulator
        self._switch = simulator.switch

    def routes(self) -> list[web.RouteDef]:
        """The handlers by path."""
        return [web.route("*", path, partial(self.handle, path)) for path in ROWS]

    async def handle(self, path: str, request: web.Request) -> web.Response:
        """Answer one request for a path of ROWS, and tell of it."""
        began = perf_counter()
        asked = Asked(account="", path=dict(request.match_info), request=str(uuid4()))
        try:
            asked = msgspec.structs.replace(asked, account=self._prove(request, began))
            reply = await self._answer(ROWS[path], asked, request)
        except Refused as refused:
            reply = problem(refused.problems, TROUBLES[refused.problems[0].trouble], asked)
        except Exception:
            self._service.log.error("bug", request=asked.request, trace=traceback.format_exc())
            reply = Reply(500, Failed("something went wrong here"))
        response = response_of(reply)
        answered = Answered(
            request=asked.request,
            face=FACE.name,
            route=path,
            method=request.method,
            account=asked.account,
            status=reply.status,
            began=began,
        )
        tell(self._service, answered)
        return response

    def _prove(self, request: web.Request, now: float) -> str:
        """The account whose credentials a request bears, of whichever face."""
        account = operator(self._service.accounts, request.headers)
        if account is None:
            raise refusal("unauthorized", "credentials of an account are needed", "its id and token on any face")
        if not self._service.rates.allow(account.id, now):
            raise refusal("rate", "too many requests")
        return account.id

    async def _answer(self, rows: Mapping[str, Row], asked: Asked, request: web.Request) -> Reply:
        row = rows.get(request.method)
        if row is None:
            reply = problem(
                (Problem(trouble="wrong_method", message=f"{request.method} is not taken here"),), 405, asked
            )
            return msgspec.structs.replace(reply, headers=(("Allow", ", ".join(sorted(rows))),))
        values = read(row.fields, await body_of(request, FACE) or {})
        if request.method != "GET":
            self._service.reach()
        self._service.catch_up()
        reply = row.deed(self, msgspec.structs.replace(asked, values=values))
        self._service.catch_up()
        return reply

    # --- what people do ---------------------------------------------------------------------------

    def dial_in(self, asked: Asked) -> Reply:
        """Call one of the account's numbers."""
        caller, called, name = (asked.values.get(field.name, "") for field in DIAL_IN)
        number = self._service.accounts.number(called)
        if number is None or number.account != asked.account:
            raise refusal(
                "unknown", f"the account has no number {called[:64]}", "see [[numbers]] of the configuration"
            )
        return Reply(201, Called(self._service.arrive(caller, number.number, name=name)))

    def press(self, asked: Asked) -> Reply:
        """Press keys."""
        return self._let(asked, partial(self._switch.press, digits=asked.values["digits"]), 202)

    def say(self, asked: Asked) -> Reply:
        """Say a text."""
        return self._let(asked, partial(self._switch.say, text=asked.values["text"]), 202)

    def talk(self, asked: Asked) -> Reply:
        """Talk for some seconds."""
        return self._let(asked, partial(self._switch.talk, seconds=asked.values["seconds"]), 202)

    def hang_up(self, asked: Asked) -> Reply:
        """Put the phone down."""
        return self._let(asked, self._switch.hang_up, 204)

    def lose(self, asked: Asked) -> Reply:
        """Let the call's channel vanish."""
        return self._let(asked, self._switch.lose, 204)

    def _let(self, asked: Asked, deed: Callable[[str], None], status: int) -> Reply:
        call = self._call(asked).about.call
        deed(call)
        return Reply(status, None if status == 204 else Called(call))

    # --- what they hear ---------------------------------------------------------------------------

    def calls(self, asked: Asked) -> Reply:
        """The live calls of the account, and what they hear, in short."""
        exchange = self._service.exchange
        rooms = {room.id: room for room in exchange.conferences(asked.account)}
        return Reply(
            200, Calls(tuple(self._live(one, rooms.get(one.conference)) for one in exchange.calls(asked.account)))
        )

    def hears(self, asked: Asked) -> Reply:
        """What one caller hears now."""
        call = self._call(asked)
        id, room = call.about.call, self._room_of(call)  # noqa: A001
        return Reply(
            200,
            Hearing(
                call=id,
                conference=room.name if room is not None else "",
                sounds=tuple(sound(one) for one in self._simulator.sounds_to(id, room)),
                calls=tuple(self._voice(one) for one in self._simulator.voices_to(id, room)),
            ),
        )

    def matrix(self, asked: Asked) -> Reply:
        """Who hears whom in a room."""
        room = self._service.exchange.conference(asked.account, asked.path["name"])
        if room is None:
            raise refusal("unknown", "there is no live conference of that name")
        pairs = self._service.exchange.hears(room.id)
        voices = {one.call: Voice(one.call, person(one.about)) for one in room.members}
        rows = tuple(
            MatrixRow(
                member=one.number,
                call=one.call,
                number=voices[one.call].number,
                state=one.state,
                hears=tuple(voice for voice in voices.values() if (one.call, voice.call) in pairs),
            )
            for one in room.members
        )
        return Reply(200, Matrix(room.name, room.state, rows))

    def _live(self, call: CallView, room: ConferenceView | None) -> LiveCall:
        about = call.about
        return LiveCall(
            call=about.call,
            from_=about.caller,
            to=about.called,
            state=call.state,
            verb=call.verb,
            conference=room.name if room is not None else "",
            hears=tuple(one.media or one.text for one in self._simulator.sounds_to(about.call, room)),
            voices=len(self._simulator.voices_to(about.call, room)),
        )

    def _voice(self, call: str) -> Voice:
        view = self._service.exchange.call(call)
        return Voice(call, person(view.about) if view is not None else "")

    def _room_of(self, call: CallView) -> ConferenceView | None:
        return self._service.exchange.conference(call.about.account, call.conference) if call.conference else None

    def _call(self, asked: Asked) -> CallView:
        """The account's live call that the path names: by an id, ours or a face's, or by a telephone number."""
        named, exchange = asked.path["call"], self._service.exchange
        ids = self._service.register.ids
        for known in (named, *(ids.find(face, "call", named) for face in WORDINGS)):
            call = exchange.call(known)
            if call is not None and call.about.account == asked.account:
                return call
        found = with_number(bare_number(named), exchange.calls(asked.account))
        if len(found) > 1:
            some = ", ".join(one.about.call for one in found[:3])
            raise refusal("refused", f"{len(found)} live calls have that number", f"name one by its id: {some}")
        if not found:
            raise refusal("unknown", "there is no such live call", "GET /simulator/calls lists them")
        return found[0]


class Row(Struct, frozen=True):
    """What a method does on a path: the fields of its body, and the deed."""

    deed: Callable[[Simulating, Asked], Reply]
    fields: tuple[Field, ...] = ()


CALL = "/simulator/calls/{call}"
ROWS: Mapping[str, Mapping[str, Row]] = {
    "/simulator/calls": {"GET": Row(Simulating.calls), "POST": Row(Simulating.dial_in, DIAL_IN)},
    CALL: {"DELETE": Row(Simulating.hang_up)},
    CALL + "/press": {"POST": Row(Simulating.press, PRESS)},
    CALL + "/say": {"POST": Row(Simulating.say, SAY)},
    CALL + "/talk": {"POST": Row(Simulating.talk, TALK)},
    CALL + "/fail": {"POST": Row(Simulating.lose)},
    CALL + "/hears": {"GET": Row(Simulating.hears)},
    "/simulator/conferences/{name}/matrix": {"GET": Row(Simulating.matrix)},
}


def person(about: CallFacts) -> str:
    """The number of whoever is at the other end of a call."""
    return about.caller if about.direction == "inbound" else about.called


def with_number(number: str, calls: tuple[CallView, ...]) -> tuple[CallView, ...]:
    """The calls of whoever has that number (without its plus); else those from or to it at our end."""
    theirs = tuple(one for one in calls if bare_number(person(one.about)) == number)
    return theirs or tuple(
        one for one in calls if number in (bare_number(one.about.caller), bare_number(one.about.called))
    )


def sound(heard: Heard) -> Sound:
    """A sound as it is told."""
    return Sound(heard.purpose, heard.media or UNSET, heard.text or UNSET)
