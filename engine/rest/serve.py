"""One handler for every row of every face: who asks, what is asked, what is answered.

The path names the row; the row's face says how credentials, bodies and problems look; the row says
which fields it takes, what it orders or tells, and how that is worded. Nothing here knows a vendor.
"""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

import msgspec
from aiohttp import web

from engine.dialects.face import Asked, Face, Problem, Refused, Reply, Route, refusal
from engine.dialects.form import read
from engine.rest.body import body_of, gathered, query_of
from engine.rest.credentials import account_of, presented
from engine.rest.paths import Paths
from engine.rest.told import Answered, response_of, tell
from engine.service.service import Service
from engine.service.sight import AccountSight
from engine.values.commands import InviteMember, MakeCall

PLACED = (MakeCall, InviteMember)
NOWHERE: dict[str, str] = {"error": "there is nothing at this address"}


class Visit:
    """One request as it is being answered: what has become known of it."""

    __slots__ = ("account", "asked", "began", "credential", "face", "id", "path", "request", "route")

    def __init__(self, request: web.Request) -> None:
        """Nothing is known yet but the request."""
        self.request = request
        self.began = perf_counter()
        self.id = str(uuid4())
        self.face: Face | None = None
        self.route: Route | None = None
        self.account = ""
        self.credential = ""
        self.path: dict[str, str] = {}
        self.asked: Asked | None = None

    def understood(self) -> Asked:
        """The request as far as it was understood before something went wrong."""
        asked = self.asked or Asked(account=self.account, path=self.path, request=self.id, credential=self.credential)
        return msgspec.structs.replace(asked, came=datetime.now(UTC))


class Serving:
    """Answers requests for the rows of `paths` with one service."""

    def __init__(self, service: Service, paths: Paths) -> None:
        """Keep what is served and by whom."""
        self._service = service
        self._paths = paths

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one request, whatever it is."""
        visit = Visit(request)
        try:
            reply = await self._answer(visit)
        except Refused as refused:
            reply = self._problem(visit, refused.problems)
        except Exception:
            self._service.log.error("bug", request=visit.id, trace=traceback.format_exc())
            reply = self._problem(visit, (Problem(trouble="internal", message="something went wrong here"),))
        return self._sent(visit, reply)

    async def _answer(self, visit: Visit) -> Reply:
        request = visit.request
        raw = request.rel_url.raw_path
        found = self._paths.find(raw)
        visit.face = found.leaf.face if found is not None else self._paths.face_of(raw)
        if found is None:
            raise refusal("unknown_route", f"there is no {request.method} {request.path[:200]}")
        route = found.leaf.routes.get(request.method)
        if route is None:
            allowed = found.leaf.allowed()
            raise refusal("wrong_method", f"{request.method} is not {' or '.join(allowed)}", allowed)
        visit.route, visit.path = route, found.parameters(request.method)
        self._prove(visit, found.leaf.face)
        visit.asked = await self._understood(visit, route, found.leaf.face)
        sight = self._service.sight(found.leaf.face.name, visit.account)
        return self._do(visit.asked, route, found.leaf.face, sight)

    async def _understood(self, visit: Visit, route: Route, face: Face) -> Asked:
        """Find out what is asked for."""
        request = visit.request
        query = query_of(request)
        body = await body_of(request, face)
        within = body.get(face.within) if face.within and isinstance(body, dict) else body
        given = gathered(query) if query else {}
        if isinstance(within, dict):
            given = {**given, **within}
        return Asked(
            account=visit.account,
            path=visit.path,
            values=read(route.fields, given),
            request=visit.id,
            credential=visit.credential,
            target=request.rel_url.raw_path,
            query=query,
            body=body,
        )

    def _prove(self, visit: Visit, face: Face) -> None:
        """Find whose credentials a request bears, and that they are for the account it names."""
        accounts = self._service.accounts
        shown = presented(visit.request.headers, face)
        if shown is None:
            raise refusal("unauthorized", "no credentials were given", code="absent")
        account = account_of(accounts, face, shown)
        if account is None:
            raise refusal("unauthorized", "these credentials are nobody's")
        visit.account, visit.credential = account.id, shown.secret
        named = visit.path.get(face.account)
        if named is not None and named != accounts.name_of(face.name, account.id):
            raise refusal("forbidden", "these credentials are for another account")
        if not self._service.rates.allow(account.id, visit.began):
            raise refusal("rate", "too many requests", accounts.limits(account.id).rate)

    def _do(self, asked: Asked, route: Route, face: Face, sight: AccountSight) -> Reply:
        """Tell what is asked for, or carry out what is ordered."""
        if route.tells is not None:
            return self._now_or_later(asked, route, face, route.tells(asked, sight))
        if route.orders is None or route.worded is None:
            raise refusal("internal", f"the row {route.name} neither tells nor orders anything")
        self._service.reach()
        ordered = route.orders(asked, sight)
        if isinstance(ordered, Reply):
            return ordered
        if route.before is not None:
            asked = msgspec.structs.replace(asked, before=route.before(asked, sight))
        placed = sum(isinstance(command, PLACED) for command in ordered)
        if placed:
            self._service.admit(asked.account, placed)
        receipts = tuple(self._service.execute(command, asked.request) for command in ordered)
        return self._now_or_later(asked, route, face, route.worded(asked, receipts, sight))

    def _now_or_later(self, asked: Asked, route: Route, face: Face, reply: Reply) -> Reply:
        """The reply; an acknowledgement, and the reply later, where the request names an address for it."""
        later = asked.values.get("callback_url") if route.deferred else None
        if not later or face.acknowledged is None:
            return reply
        method = str(asked.values.get("callback_method") or "POST")
        self._service.reply_later(face.name, asked, method, reply.body)
        return face.acknowledged(asked)

    def _problem(self, visit: Visit, problems: tuple[Problem, ...]) -> Reply:
        """Word what went wrong as the face does; an address of no face has a plain answer."""
        first = problems[0]
        if visit.face is None:
            return Reply(404, NOWHERE)
        status = visit.face.troubles[first.trouble]
        reply = visit.face.problem(problems, status, visit.understood())
        if first.trouble == "wrong_method":
            return msgspec.structs.replace(reply, headers=(*reply.headers, ("Allow", ", ".join(first.target))))
        return reply

    def _sent(self, visit: Visit, reply: Reply) -> web.Response:
        """Make the response, and tell of the request."""
        response = response_of(reply)
        answered = Answered(
            request=visit.id,
            face=visit.face.name if visit.face is not None else "",
            route=visit.route.name if visit.route is not None else "",
            method=visit.request.method,
            account=visit.account,
            status=reply.status,
            began=visit.began,
        )
        tell(self._service, answered)
        return response
