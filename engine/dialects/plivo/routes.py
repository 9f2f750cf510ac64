"""Plivo's REST API as rows of data (Plivo 1); Vobiz's are made from these."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine.dialects.face import USUAL, Face, Field, Order, Route, Trouble
from engine.dialects.plivo import orders, records, replies
from engine.dialects.plivo.records import Manner
from engine.values import commands

ACCOUNT = "/Account/{auth_id}"
ROOMS = ACCOUNT + "/Conference/"
ROOM = ROOMS + "{conference_name}/"
MEMBER = ROOM + "Member/{member_id}/"
CALLS = ACCOUNT + "/Call/"
CALL = CALLS + "{call_uuid}/"
RECORDINGS = ACCOUNT + "/Recording/"
RECORDING = RECORDINGS + "{recording_id}/"

DTMF = r"[0-9A-Da-d*#wW]+"
HEADERS = r"[A-Za-z0-9]+=[A-Za-z0-9]+(,\s*[A-Za-z0-9]+=[A-Za-z0-9]+)*"


def addressed(name: str, doc: str, *, required: bool = False) -> tuple[Field, Field]:
    """The two fields of an address: `<name>_url` and the method to ask it with."""
    return (
        Field(name=f"{name}_url", doc=doc, kind="url", required=required),
        Field(name=f"{name}_method", doc=f"The method that {name}_url is asked with.", kind="method", default="POST"),
    )


LATER = addressed("callback", "Answer at once, and send the reply there as soon as it is known.")
RECORDED = addressed("callback", "Told when the recording is stored.")
FORMAT = Field(name="file_format", doc="The file's format.", choices=("mp3", "wav"), default="mp3")
LEGS = ("aleg", "bleg", "both")
LEG = Field(name="legs", doc="The legs that are meant.", choices=LEGS, default="aleg")
LOOP = Field(name="loop", doc="Again and again, until it is stopped.", kind="boolean", default=False)
MIX = Field(name="mix", doc="Whether the parties hear each other meanwhile.", kind="boolean", default=True)
SPEAK = (
    Field(name="text", doc="What is spoken.", required=True, low=1),
    Field(name="voice", doc="WOMAN, MAN, or a voice of the switch.", default="WOMAN"),
    Field(name="language", doc="The language it is spoken in.", default="en-US"),
)
PAGE = (
    Field(name="limit", doc="How many at most.", kind="integer", low=1, high=20, default=20),
    Field(name="offset", doc="How many are left out.", kind="integer", low=0, high=2**31, default=0),
)
NUMBERS = (
    Field(name="from_number", doc="Only those from this number."),
    Field(name="to_number", doc="Only those to this number."),
)
STATUS = Field(
    name="status", doc="Live or queued calls; without it records of ended ones.", choices=("live", "queued")
)
LIVE_FILTERS = (
    Field(name="call_direction", doc="Only calls of this direction.", choices=("inbound", "outbound")),
    *NUMBERS,
    Field(name="parent_call_uuid", doc="Only legs that this call has dialled."),
)
CALL_FILTERS = (
    *LIVE_FILTERS,
    Field(name="hangup_cause_code", doc="Only records with this code.", kind="integer", low=0, high=99999),
    Field(name="hangup_source", doc="Only records of calls that this side ended."),
)
RECORDING_FILTERS = (
    Field(name="call_uuid", doc="Only those of this call."),
    Field(name="conference_name", doc="Only those of this conference."),
    *NUMBERS,
)

MAKE_CALL = (
    Field(name="from", doc="The caller's number, with country code.", required=True, low=1, high=256),
    Field(
        name="to", doc="Numbers or sip: addresses, several with < between.", kind="texts", cut="<", required=True,
        low=1, high=1000,
    ),
    *addressed("answer", "Gives the call's first document.", required=True),
    *addressed("ring", "Told that the call rings."),
    *addressed("hangup", "Told that the call is over."),
    *addressed("fallback", "Asked instead where answer_url fails."),
    Field(name="caller_name", doc="The caller's name.", high=50),
    Field(name="send_digits", doc="Keys sent after the answer.", pattern=r"[0-9A-Da-d*#wW]*(@[0-9]{1,5})?"),
    Field(name="send_on_preanswer", doc="Send them before the answer.", kind="boolean", default=False),
    Field(
        name="time_limit", doc="Seconds from the answer; more than a day is cut.", kind="integer", low=1,
        high=2**31, default=14400,
    ),
    Field(name="hangup_on_ring", doc="Seconds from the ringing; 0: no limit.", kind="integer", low=0, high=86400,
          default=0),
    Field(
        name="machine_detection", doc="Find out whether a machine answers; the switch decides how.",
        choices=("true", "hangup", "false"), fold=True,
    ),
    Field(
        name="machine_detection_time", doc="Milliseconds that may take; the switch decides.", kind="integer",
        low=2000, high=10000, default=5000,
    ),
    *addressed("machine_detection", "Told what answered, while the call goes on."),
    Field(name="sip_headers", doc="k=v,k2=v2: letters and digits.", pattern=HEADERS),
    Field(name="ring_timeout", doc="Seconds it may ring.", kind="integer", low=0, high=3600, default=120),
    Field(name="parent_call_uuid", doc="A call whose conference is run already: a hint."),
    Field(name="error_if_parent_not_found", doc="Refuse where that call is not live.", kind="boolean", default=False),
)  # fmt: skip
TRANSFER = (LEG, *addressed("aleg", "The first leg's new document."), *addressed("bleg", "The other leg's."))
PLAY = (
    Field(name="urls", doc="Sounds, mp3 or wav; several with commas between.", kind="texts", required=True, low=1),
    Field(name="length", doc="Seconds at most.", kind="number", low=1, high=86400),
    LEG,
    LOOP,
    MIX,
)
KEYS = (
    Field(name="digits", doc="Keys; w waits half a second, W a whole one.", required=True, pattern=DTMF),
    Field(name="leg", doc="The leg that hears them.", choices=LEGS, default="aleg", also=("legs",)),
)
RECORD_CALL = (
    Field(name="time_limit", doc="Seconds at most.", kind="integer", low=1, high=86400, default=60),
    FORMAT,
    Field(name="record_channel_type", doc="One channel, or one for each side.", choices=("mono", "stereo"),
          default="mono"),
    *RECORDED,
)  # fmt: skip


CONFERENCES = (
    Route(
        name="list_conferences", method="GET", path=ROOMS, spec="Plivo 1.2", doc="The live conferences' names.",
        answers={200: replies.ConferencesBody}, tells=replies.tell_conferences,
    ),
    Route(
        name="end_conferences", method="DELETE", path=ROOMS, spec="Plivo 1.2", doc="End every conference.",
        answers={204: None}, orders=orders.end_conferences, worded=replies.nothing("conference"),
    ),
    Route(
        name="get_conference", method="GET", path=ROOM, spec="Plivo 1.2, 1.4",
        doc="A conference and its members; one that ended has none.",
        answers={200: replies.ConferenceBody}, tells=replies.tell_conference,
    ),
    Route(
        name="end_conference", method="DELETE", path=ROOM, spec="Plivo 1.2, 5.7", doc="End a conference.",
        answers={204: None}, orders=orders.for_conference(commands.EndConference),
        worded=replies.nothing("conference"),
    ),
    Route(
        name="stop_conference_record", method="DELETE", path=ROOM + "Record/", spec="Plivo 1.5",
        doc="Stop a conference's recording.", answers={204: None},
        orders=orders.for_conference(commands.StopRecording), worded=replies.nothing("conference"),
    ),
)  # fmt: skip


def on_members(name: str, place: str, message: str, order: Order, fields: tuple[Field, ...] = ()) -> Route:
    """The row of what is done to members: POST, answered with the ids of those it reached (Plivo 1.3)."""
    return Route(
        name=name,
        method="POST",
        path=f"{MEMBER}{place}/",
        doc=f"For members, answered: {message}.",
        answers={202: replies.MembersTold},
        fields=fields,
        orders=order,
        worded=replies.members_told(message),
        spec="Plivo 1.3",
    )


def undone(name: str, path: str, order: Order, what: str) -> Route:
    """The row of what takes something back: DELETE, answered with nothing (Plivo 1.3, 1.6)."""
    return Route(
        name=name,
        method="DELETE",
        path=path,
        doc=f"Take it back: {name.replace('_', ' ')}.",
        answers={204: None},
        orders=order,
        worded=replies.nothing(what),
        spec="Plivo 1.3, 1.6",
    )


SOUND = Field(name="url", doc="The sound, mp3 or wav.", kind="url", required=True)
MEMBERS = (
    undone("hang_up_member", MEMBER, orders.for_members(commands.HangUpMember), "member"),
    on_members("kick_member", "Kick", "kicked", orders.for_members(commands.KickMember)),
    on_members("mute_member", "Mute", "muted", orders.for_members(commands.UpdateMember, muted=True)),
    undone("unmute_member", MEMBER + "Mute/", orders.for_members(commands.UpdateMember, muted=False), "member"),
    on_members("deaf_member", "Deaf", "deaf", orders.for_members(commands.UpdateMember, deaf=True)),
    undone("undeaf_member", MEMBER + "Deaf/", orders.for_members(commands.UpdateMember, deaf=False), "member"),
    on_members(
        "play_member", "Play", "play queued into conference", orders.for_members(commands.PlayToMember), (SOUND,)
    ),
    undone("stop_play_member", MEMBER + "Play/", orders.for_members(commands.StopPlayToMember), "member"),
    on_members(
        "speak_member", "Speak", "speak queued into conference", orders.for_members(commands.SpeakToMember), SPEAK
    ),
    undone("stop_speak_member", MEMBER + "Speak/", orders.for_members(commands.StopSpeakToMember), "member"),
)


def on_call(name: str, path: str, message: str, order: Order, fields: tuple[Field, ...]) -> Route:
    """The row of what is done on a live call: POST, answered with a message (Plivo 1.6)."""
    return Route(
        name=name,
        method="POST",
        path=path,
        doc=f"For a live call, answered: {message}.",
        answers={202: replies.Told},
        fields=fields,
        orders=order,
        worded=replies.told(202, message),
        spec="Plivo 1.6",
    )


LIVE_CALLS = (
    undone("hang_up_calls", CALLS, orders.hang_up_calls, "call"),
    undone("hang_up_call", CALL, orders.for_call(commands.HangUpCall), "call"),
    undone(
        "cancel_request", ACCOUNT + "/Request/{request_uuid}/",
        orders.for_call(commands.CancelCall, "request_uuid"), "call",
    ),
    undone("stop_call_record", CALL + "Record/", orders.for_call(commands.StopRecordCall), "call"),
    on_call("play_call", CALL + "Play/", "play started", orders.play, PLAY),
    undone("stop_play_call", CALL + "Play/", orders.for_call(commands.StopPlayOnCall), "call"),
    on_call(
        "speak_call", CALL + "Speak/", "speak started", orders.on_answered(commands.SpeakOnCall),
        (*SPEAK, LEG, LOOP, MIX),
    ),
    undone("stop_speak_call", CALL + "Speak/", orders.for_call(commands.StopSpeakOnCall), "call"),
    on_call("dtmf_call", CALL + "DTMF/", "digits sent", orders.on_answered(commands.SendDigitsOnCall), KEYS),
)  # fmt: skip


def call_rows(manner: Manner) -> tuple[Route, ...]:
    """The rows of calls as such: make, list, get, transfer (Plivo 1.6)."""
    return (
        Route(
            name="make_call", method="POST", path=CALLS, spec="Plivo 1.6, 5.3", doc="Call somebody, or several.",
            answers={201: replies.CallTold}, fields=MAKE_CALL, places=True,
            orders=orders.make_call(manner.tongue), worded=replies.call_told(201, "call fired"),
        ),
        Route(
            name="list_calls", method="GET", path=CALLS, spec="Plivo 1.6",
            doc="Live or queued calls' ids, or records of ended ones.",
            answers={200: (records.CallIds, records.CallPage)}, fields=(STATUS, *CALL_FILTERS, *PAGE),
            tells=records.tell_calls(manner),
        ),
        Route(
            name="get_call", method="GET", path=CALL, spec="Plivo 1.6",
            doc="A live or queued call, or the record of an ended one.",
            answers={200: (records.LiveCall, records.CallRecord)}, fields=(STATUS,), tells=records.tell_call(manner),
        ),
        on_call("transfer_call", CALL, "call transferred", orders.transfer(manner.tongue), TRANSFER),
    )  # fmt: skip


def recording_rows(manner: Manner) -> tuple[Route, ...]:
    """The rows that begin recordings (Plivo 1.5, 1.6), and those of stored ones (Plivo 1.5)."""
    return (
        Route(
            name="record_conference", method="POST", path=ROOM + "Record/", spec="Plivo 1.5",
            doc="Record a conference.", answers={202: replies.RecordingTold}, fields=(FORMAT, *RECORDED),
            orders=orders.record_conference(manner.tongue),
            worded=replies.recording_told("conference recording started", "conference"),
        ),
        Route(
            name="record_call", method="POST", path=CALL + "Record/", spec="Plivo 1.6", doc="Record a call.",
            answers={202: replies.RecordingTold}, fields=RECORD_CALL, orders=orders.record_call(manner.tongue),
            worded=replies.recording_told("call recording started", "call"),
        ),
        Route(
            name="list_recordings", method="GET", path=RECORDINGS, spec="Plivo 1.5", doc="The stored recordings.",
            answers={200: records.RecordingPage}, fields=(*RECORDING_FILTERS, *PAGE),
            tells=records.tell_recordings(manner),
        ),
        Route(
            name="get_recording", method="GET", path=RECORDING, spec="Plivo 1.5", doc="A stored recording.",
            answers={200: records.RecordingBody}, tells=records.tell_recording(manner),
        ),
        undone("delete_recording", RECORDING, records.forget_recording, "recording"),
    )  # fmt: skip


def rows(manner: Manner) -> tuple[Route, ...]:
    """Every row of a vendor of this kind."""
    return (*CONFERENCES, *MEMBERS, *call_rows(manner), *LIVE_CALLS, *recording_rows(manner))


def deferrable(row: Route) -> Route:
    """The same row, with a callback_url that gets the reply; where that is the recording's own it stays so."""
    if LATER[0].name in [one.name for one in row.fields]:
        return row
    also = row.answers.get(202)
    answers = {**row.answers, 202: replies.Told if also in (None, replies.Told) else (also, replies.Told)}
    return msgspec.structs.replace(row, fields=(*row.fields, *LATER), answers=answers, deferred=True)


# What can go wrong, and the status it is answered with (Plivo 1.1).
TROUBLES: Mapping[Trouble, int] = {**USUAL, "media_type": 400}

FACE = Face(
    name="plivo",
    title="Plivo Voice API",
    routes=tuple(deferrable(row) for row in rows(Manner("plivo", "/v1"))),
    auth="basic",
    account="auth_id",
    troubles=TROUBLES,
    problem=replies.problem,
    problem_types=dict.fromkeys(sorted(set(TROUBLES.values())), replies.Failed),
    prefixes=("/v1",),
    acknowledged=replies.acknowledged,
    spec="Plivo 1",
)
