"""TeXML's REST API as rows of data (TeXML 1)."""

from __future__ import annotations

from engine.dialects.face import Face, Route
from engine.dialects.texml import call_orders, fields, orders, recordings, records, replies, resources, troubles

ACCOUNT = "/Accounts/{account_sid}"
ROOMS = ACCOUNT + "/Conferences"
ROOM = ROOMS + "/{conference_sid}"
PARTICIPANTS = ROOM + "/Participants"
PARTICIPANT = PARTICIPANTS + "/{call_sid}"
CALLS = ACCOUNT + "/Calls"
CALL = CALLS + "/{call_sid}"
CALL_RECORDINGS = CALL + "/Recordings"
RECORDINGS = ACCOUNT + "/Recordings"
RECORDING = RECORDINGS + "/{recording_sid}"
QUEUES = ACCOUNT + "/Queues"
QUEUE = QUEUES + "/{queue_sid}"


def conference_rows() -> tuple[Route, ...]:
    """The rows of conferences (TeXML 1.4) and their recordings (TeXML 1.6)."""
    return (
        Route(
            name="list_conferences", method="GET", path=ROOMS, spec="TeXML 1.4",
            doc="Conferences, live and ended, the newest first.", answers={200: resources.ConferencesPage},
            fields=(*fields.CONFERENCE_FILTERS, *fields.PAGE), tells=replies.list_conferences,
        ),
        Route(
            name="get_conference", method="GET", path=ROOM, spec="TeXML 1.4",
            doc="A conference, also after its end.", answers={200: resources.ConferenceResource},
            tells=replies.get_conference,
        ),
        Route(
            name="update_conference", method="POST", path=ROOM, spec="TeXML 1.4, 7 A2",
            doc="End a conference, or announce something to it.", answers={200: resources.ConferenceResource},
            fields=fields.UPDATE_CONFERENCE, orders=orders.update_conference, worded=replies.conference_told,
        ),
        Route(
            name="list_conference_recordings_old", method="GET", path=ROOM + "/Recordings", spec="TeXML 1.6",
            doc="A conference's recordings, the older list.", answers={200: resources.ConferenceRecordingsPage},
            fields=fields.PAGE, tells=recordings.list_old_recordings,
        ),
        Route(
            name="list_conference_recordings", method="GET", path=ROOM + "/Recordings.json", spec="TeXML 1.6",
            doc="A conference's recordings, the newer list.", answers={200: resources.RecordingsPage},
            fields=fields.PAGE, tells=recordings.list_conference_recordings,
        ),
    )  # fmt: skip


def participant_rows() -> tuple[Route, ...]:
    """The rows of participants (TeXML 1.5)."""
    return (
        Route(
            name="list_participants", method="GET", path=PARTICIPANTS, spec="TeXML 1.5",
            doc="A conference's participants, the newest first.", answers={200: resources.ParticipantsPage},
            fields=(*fields.PARTICIPANT_FILTERS, *fields.PAGE), tells=replies.list_participants,
        ),
        Route(
            name="dial_participant", method="POST", path=PARTICIPANTS, spec="TeXML 1.5, 7 A31",
            doc="Dial somebody into a conference, named by its sid or name; a new one where there is none.",
            answers={200: resources.NewParticipantResource}, fields=fields.DIAL_PARTICIPANT,
            orders=orders.dial_participant, worded=replies.participant_dialled, places=True,
        ),
        Route(
            name="get_participant", method="GET", path=PARTICIPANT, spec="TeXML 1.5",
            doc="A participant, by call sid or label; one that left is none.",
            answers={200: resources.ParticipantResource}, tells=replies.get_participant,
        ),
        Route(
            name="update_participant", method="POST", path=PARTICIPANT, spec="TeXML 1.5, 4",
            doc="Change what a participant says, hears and causes; all or nothing.",
            answers={200: resources.ParticipantResource}, fields=fields.UPDATE_PARTICIPANT,
            orders=orders.update_participant, worded=replies.participant_told,
        ),
        Route(
            name="delete_participant", method="DELETE", path=PARTICIPANT, spec="TeXML 1.5, 7 A3",
            doc="Take a participant out and end its call.", answers={204: None},
            orders=orders.remove_participant, worded=replies.participant_removed,
        ),
    )  # fmt: skip


def call_rows() -> tuple[Route, ...]:
    """The rows of calls, by their newer and older addresses (TeXML 1.7)."""
    return (
        Route(
            name="list_calls", method="GET", path=CALLS, spec="TeXML 1.7",
            doc="Calls, live and ended, the newest first.", answers={200: resources.CallsPage},
            fields=(*fields.CALL_FILTERS, *fields.PAGE), tells=records.list_calls,
        ),
        Route(
            name="dial_call", method="POST", path=CALLS, spec="TeXML 1.7, 7 A28", doc="Place a call.",
            answers={200: resources.NewCall}, fields=fields.DIAL_CALL, orders=call_orders.dial_call,
            worded=records.call_dialled, places=True,
        ),
        Route(
            name="get_call", method="GET", path=CALL, spec="TeXML 1.7", doc="A call, also after its end.",
            answers={200: resources.CallResource}, tells=records.get_call,
        ),
        Route(
            name="update_call", method="POST", path=CALL, spec="TeXML 1.7",
            doc="End a call, or give it another document.", answers={200: resources.CallResource},
            fields=fields.UPDATE_CALL, orders=call_orders.update_call, worded=records.call_told,
        ),
        Route(
            name="dial_call_old", method="POST", path="/calls/{connection_id}", spec="TeXML 1.7, 7 A28",
            doc="Place a call; the path names the application.", answers={200: resources.NewCall},
            fields=tuple([one for one in fields.DIAL_CALL if one.name != "ApplicationSid"]),
            orders=call_orders.dial_connection, worded=records.call_dialled, places=True,
        ),
        Route(
            name="update_call_old", method="POST", path="/calls/{call_sid}/update", spec="TeXML 1.7",
            doc="End a call, or give it another document.", answers={200: resources.CallResource},
            fields=fields.UPDATE_CALL, orders=call_orders.update_call, worded=records.call_told,
        ),
    )  # fmt: skip


def recording_rows() -> tuple[Route, ...]:
    """The rows of recordings of calls and accounts (TeXML 1.6)."""
    return (
        Route(
            name="list_recordings", method="GET", path=RECORDINGS, spec="TeXML 1.6",
            doc="An account's recordings, the newest first.", answers={200: resources.RecordingsPage},
            fields=(*fields.RECORDING_FILTERS, *fields.PAGE), tells=recordings.list_recordings,
        ),
        Route(
            name="get_recording", method="GET", path=RECORDING, spec="TeXML 1.6", doc="A recording.",
            answers={200: resources.Recording}, tells=recordings.get_recording,
        ),
        Route(
            name="delete_recording", method="DELETE", path=RECORDING, spec="TeXML 1.6", doc="Forget a recording.",
            answers={204: None}, orders=call_orders.delete_recording, worded=recordings.recording_deleted,
        ),
        Route(
            name="list_call_recordings", method="GET", path=CALL_RECORDINGS, spec="TeXML 1.6",
            doc="A call's recordings, the newest first.", answers={200: resources.RecordingsPage},
            fields=fields.PAGE, tells=recordings.list_call_recordings,
        ),
        Route(
            name="start_recording", method="POST", path=CALL_RECORDINGS, spec="TeXML 1.6", doc="Record a call.",
            answers={200: resources.NewRecording}, fields=fields.START_RECORDING,
            orders=call_orders.start_recording, worded=recordings.recording_begun,
        ),
        Route(
            name="update_recording", method="POST", path=CALL_RECORDINGS + "/{recording_sid}", spec="TeXML 1.6",
            doc="Stop a call's recording.", answers={200: resources.NewRecording}, fields=fields.UPDATE_RECORDING,
            orders=call_orders.update_recording, worded=recordings.recording_told,
        ),
    )  # fmt: skip


def queue_rows() -> tuple[Route, ...]:
    """The rows of queues (TeXML 1.8)."""
    return (
        Route(
            name="list_queues", method="GET", path=QUEUES, spec="TeXML 1.8", doc="Queues, the newest first.",
            answers={200: resources.QueuesPage}, fields=(*fields.QUEUE_FILTERS, *fields.PAGE),
            tells=records.list_queues,
        ),
        Route(
            name="create_queue", method="POST", path=QUEUES, spec="TeXML 1.8", doc="Make a queue.",
            answers={200: resources.QueueResource}, fields=fields.CREATE_QUEUE, orders=call_orders.create_queue,
            worded=records.queue_told,
        ),
        Route(
            name="get_queue", method="GET", path=QUEUE, spec="TeXML 1.8", doc="A queue, by its name.",
            answers={200: resources.QueueResource}, tells=records.get_queue,
        ),
        Route(
            name="update_queue", method="POST", path=QUEUE, spec="TeXML 1.8",
            doc="Change how many calls may wait in a queue.", answers={200: resources.QueueResource},
            fields=(fields.MAX_SIZE,), orders=call_orders.update_queue, worded=records.queue_told,
        ),
        Route(
            name="delete_queue", method="DELETE", path=QUEUE, spec="TeXML 1.8",
            doc="Remove a queue in which nobody waits.", answers={204: None}, orders=call_orders.delete_queue,
            worded=records.queue_deleted,
        ),
    )  # fmt: skip


FACE = Face(
    name="texml",
    title="TeXML",
    spec="TeXML 1",
    routes=(*conference_rows(), *participant_rows(), *call_rows(), *recording_rows(), *queue_rows()),
    auth="bearer",
    account="account_sid",
    prefixes=("/v2/texml", "/texml"),
    forms=True,
    suffix=".json",
    troubles=troubles.STATUSES,
    problem=troubles.problem,
    problem_types=troubles.PROBLEM_TYPES,
)
