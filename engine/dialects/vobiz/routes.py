"""Vobiz's REST API as rows of data: Plivo's rows with the differences of Vobiz 4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from engine.dialects.face import Face, Route, Trouble
from engine.dialects.plivo import replies as shared
from engine.dialects.plivo import routes as plivo
from engine.dialects.plivo.orders import make_call
from engine.dialects.plivo.records import CallIds, Manner
from engine.dialects.vobiz import replies

PREFIX = "/api/v1"

# Not found on Vobiz (1.6): these addresses are unknown, or take other methods only.
ABSENT = ("hang_up_calls", "cancel_request")

# Vobiz 1.3: whom it reached stands in an array. The page of the kick alone prints another reply (seed 001).
CHANGES: Mapping[str, Mapping[str, Any]] = {
    "make_call": {
        "answers": {200: shared.CallTold},
        "orders": make_call("vobiz", answer_hears_end=True),
        "worded": shared.call_told(200, "Call fired"),
        "spec": "Vobiz 1.6, 4.4",
    },
    "list_calls": {
        "answers": {200: CallIds},
        "fields": (replace(plivo.STATUS, doc="Live or queued calls."), *plivo.LIVE_FILTERS, *plivo.PAGE),
        "spec": "Vobiz 1.6",
    },
    "record_conference": {"answers": {200: shared.Told}, "worded": replies.spawned, "spec": "Vobiz 1.5, 7.7"},
    "record_call": {"worded": shared.recording_told("recording started", "call"), "spec": "Vobiz 1.6"},
    "kick_member": {
        "answers": {200: shared.MembersTold, 202: shared.MembersTold},
        "worded": shared.members_told("kicked", status=200, live=202),
        "spec": "Vobiz 1.3",
    },
    "mute_member": {"worded": shared.members_told("muted", array=True), "spec": "Vobiz 1.3"},
    "deaf_member": {"worded": shared.members_told("deaf", array=True), "spec": "Vobiz 1.3"},
    "play_member": {"worded": shared.members_told("play queued into conference", array=True), "spec": "Vobiz 1.3"},
    "speak_member": {
        "worded": shared.members_told("speak queued into conference", array=True),
        "spec": "Vobiz 7.6",
    },
}

ME = Route(
    name="who_am_i",
    method="GET",
    path="/auth/me",
    doc="Whose credentials these are.",
    answers={200: replies.Me},
    tells=replies.tell_me,
    spec="Vobiz 1.1",
)

# What is wrong with values is told by the gateway (Vobiz 1.4); 409 is left alone, because clients repeat it.
TROUBLES: Mapping[Trouble, int] = {
    **plivo.TROUBLES,
    "media_type": 415,
    "missing": 422,
    "type": 422,
    "value": 422,
    "range": 422,
}


def problem_types() -> dict[int, Any]:
    """The shapes of the problems of each status."""
    types: dict[int, dict[Any, None]] = {}
    for trouble, status in TROUBLES.items():
        shape: Any = replies.Gateway if trouble in replies.GATEWAY else shared.Failed
        shape = replies.Structured if trouble in replies.CODES else shape
        types.setdefault(status, {})[shape] = None
    return {status: tuple(shapes) if len(shapes) > 1 else next(iter(shapes)) for status, shapes in types.items()}


FACE = Face(
    name="vobiz",
    title="Vobiz Voice API",
    routes=(
        *(
            replace(row, **CHANGES.get(row.name, {}))
            for row in plivo.rows(Manner("vobiz", PREFIX, history=False))
            if row.name not in ABSENT
        ),
        ME,
    ),
    auth="pair",
    account="auth_id",
    troubles=TROUBLES,
    problem=replies.problem,
    problem_types=problem_types(),
    prefixes=(PREFIX,),
    proof=("X-Auth-ID", "X-Auth-Token"),
    spec="Vobiz 1",
)
