"""Audian's REST API of conferences as rows of data (Audian 1 to 6)."""

from __future__ import annotations

from engine.dialects.audian import documents, orders, paging, replies
from engine.dialects.audian.replies import (
    ConferenceBody,
    ConferenceSummary,
    DialBody,
    Envelope,
    Failed,
    ParticipantBody,
)
from engine.dialects.audian.validation import Schema
from engine.dialects.face import USUAL, Face, Field, Route

ROOMS = "/accounts/{account_id}/conferences"
ROOM = ROOMS + "/{conference_id}"
PEOPLE = ROOM + "/participants"
PERSON = PEOPLE + "/{participant_id}"

Whole = Envelope[ConferenceBody]
Person = Envelope[ParticipantBody]
Told = Envelope[str]


def said(name: str, doc: str, schema: Schema | None = None) -> Field:
    """A field that the order looks at itself."""
    return Field(name=name, doc=doc, kind="object", schema=schema or {})


def action(*words: str) -> Field:
    """What is to be done."""
    return said("action", "What is to be done.", {"type": "string", "enum": words})


SOUND = said("media_id", "The address of the sound, for play.", {"type": "string", "format": "uri"})
ON_ROOM = (
    action(*orders.ROOM_ACTIONS),
    SOUND,
    said("data", "The parameters may stand in here, and whether to start or stop a recording.", {"type": "object"}),
    *(said(name, "For dial.", schema) for name, schema in orders.DIAL.items()),
)

DEFINITIONS = (
    Route(
        name="list_conferences", method="GET", path=ROOMS, doc="The stored conferences, newest first.",
        answers={200: Envelope[tuple[ConferenceSummary, ...]]}, fields=paging.FIELDS,
        tells=paging.tell_conferences, spec="Audian 3, 4.1",
    ),
    Route(
        name="create_conference", method="PUT", path=ROOMS, doc="Store a conference.", answers={201: Whole},
        fields=documents.FIELDS, orders=orders.create, worded=replies.created, spec="Audian 4.1, 9 B8",
    ),
    Route(
        name="get_conference", method="GET", path=ROOM, doc="A conference, stored or only live.",
        answers={200: Whole}, tells=replies.tell_conference, spec="Audian 4.1",
    ),
    *(
        Route(
            name=name, method=method, path=ROOM, doc="Change some fields of a stored conference.",
            answers={200: Whole}, fields=documents.FIELDS, orders=orders.update, worded=replies.updated,
            spec="Audian 4.1, 9 B3",
        )
        for name, method in (("update_conference", "POST"), ("patch_conference", "PATCH"))
    ),
    Route(
        name="delete_conference", method="DELETE", path=ROOM, doc="Remove a conference; its live room ends.",
        answers={200: Whole}, orders=orders.delete, worded=replies.kept_before, before=replies.last_document,
        spec="Audian 4.1, 9 B8, B23",
    ),
    Route(
        name="act_on_conference", method="PUT", path=ROOM, doc="Do something to a whole live conference.",
        answers={202: (Told, Envelope[DialBody])}, fields=ON_ROOM, orders=orders.act_on_room,
        worded=replies.acted_on_room, spec="Audian 6",
    ),
)  # fmt: skip

PARTICIPANTS = (
    Route(
        name="list_participants", method="GET", path=PEOPLE, doc="Who is in a conference.",
        answers={200: Envelope[tuple[ParticipantBody, ...]]}, tells=replies.tell_participants,
        spec="Audian 4.1, 5.1",
    ),
    Route(
        name="act_on_participants", method="PUT", path=PEOPLE, doc="Do something to all who are there.",
        answers={200: Whole, 202: Told}, fields=(action(*orders.ACTIONS), SOUND), orders=orders.act_on_all,
        worded=replies.acted_on_all, spec="Audian 6, 9 B28",
    ),
    Route(
        name="get_participant", method="GET", path=PERSON, doc="A participant.", answers={200: Person},
        tells=replies.tell_participant, spec="Audian 4.1",
    ),
    Route(
        name="act_on_participant", method="POST", path=PERSON, doc="Do something to a participant.",
        answers={200: Person}, fields=(action(*orders.ACTIONS), SOUND), orders=orders.act, worded=replies.acted,
        before=replies.this_participant, spec="Audian 5.2, 9 B2, B8",
    ),
    Route(
        name="put_on_participant", method="PUT", path=PERSON, doc="The same, as its ancestor has it.",
        answers={202: Told}, fields=(action(*orders.ACTIONS), SOUND), orders=orders.act, worded=replies.ok,
        spec="Audian 4.1, 9 B8",
    ),
    Route(
        name="kick_participant", method="DELETE", path=PERSON, doc="End a participant's call.",
        answers={200: Person}, orders=orders.kick, worded=replies.kept_before, before=replies.this_participant,
        spec="Audian 5.2, 9 B21",
    ),
)  # fmt: skip


FACE = Face(
    name="audian",
    title="Audian Conferences API",
    routes=DEFINITIONS + PARTICIPANTS,
    auth="token",
    account="account_id",
    troubles=USUAL,  # Audian 2.3
    problem=replies.problem,
    problem_types=dict.fromkeys(sorted(set(USUAL.values())), Failed),
    prefixes=("/v2",),
    proof=("X-Auth-Token",),
    within="data",
    spec="Audian 1 to 6",
)
