"""What TeXML's rows of recordings answer: resources worded from what is seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.dialects.face import Asked, RecordingView, Reply, Sight
from engine.dialects.spelling import seconds
from engine.dialects.texml.callbacks import CHANNELS, RECORDING_SOURCE
from engine.dialects.texml.pages import Listed, cut, previous, uri, within
from engine.dialects.texml.records import call_of, object_to_call
from engine.dialects.texml.replies import rfc_date, room_id, room_of
from engine.dialects.texml.resources import (
    ConferenceRecording,
    ConferenceRecordingsPage,
    NewRecording,
    Recording,
    RecordingsPage,
)
from engine.dialects.texml.troubles import gone, refusal
from engine.values.effects import Receipt

OLD_STATUS = {"in_progress": "processing", "completed": "completed", "absent": "absent", "failed": "absent"}
STATUS = {"in_progress": "in-progress", "completed": "completed", "absent": "stopped", "failed": "stopped"}


def recording_of(sid: str, sight: Sight) -> RecordingView:
    """The recording of that sid; Refused where there is none."""
    known = sight.find("recording", sid)
    found = sight.recording(known) if known else None
    if found is None:
        raise gone()
    return found


def iso_date(at: float, sight: Sight) -> str:
    """`2026-01-31T13:05:09Z` (TeXML 1.1)."""
    return sight.date(at).isoformat(timespec="seconds").replace("+00:00", "Z")


def source_of(view: RecordingView) -> str:
    """Who began a recording, in the vendor's word; a room's is told by its being one."""
    return RECORDING_SOURCE.get(view.source, "Conference" if view.conference else "StartCallRecordingAPI")


def recording_facts(view: RecordingView, sight: Sight) -> dict[str, Any]:
    """What all resources of a recording say."""
    sid = sight.spell("recording", view.id)
    return {
        "sid": sid,
        "account_sid": sight.own_name,
        "call_sid": sight.spell("call", view.call) or None,
        "conference_sid": sight.spell("conference", view.of) if view.conference else None,
        "channels": int(CHANNELS.get(view.channels, "1")),
        "error_code": None,
        "source": source_of(view),
        "uri": uri(sight, "Recordings", sid),
    }


def iso_dates(view: RecordingView, sight: Sight) -> dict[str, Any]:
    """The times of a recording, as the newer resources write them."""
    return {
        "date_created": iso_date(view.started_at, sight),
        "date_updated": iso_date(view.started_at if view.ended_at is None else view.ended_at, sight),
        "start_time": iso_date(view.started_at, sight),
        "duration": None if view.ended_at is None else seconds(view.seconds),
    }


def transcriptions(view: RecordingView, sight: Sight) -> dict[str, str]:
    """Where a recording's transcripts would be."""
    return {"transcriptions": uri(sight, "Recordings", sight.spell("recording", view.id), "Transcriptions")}


def recording(view: RecordingView, sight: Sight) -> Recording:
    """A recording as the newer lists describe it (TeXML 1.6)."""
    return Recording(
        media_url=view.url or None,
        status=STATUS[view.state],  # type: ignore[arg-type]
        subresources_uris=transcriptions(view, sight),
        **recording_facts(view, sight),
        **iso_dates(view, sight),
    )


def old_recording(view: RecordingView, sight: Sight) -> ConferenceRecording:
    """A recording as a conference's older list describes it (TeXML 1.6)."""
    ended = view.started_at if view.ended_at is None else view.ended_at
    return ConferenceRecording(
        date_created=rfc_date(view.started_at, sight),
        date_updated=rfc_date(ended, sight),
        start_time=rfc_date(view.started_at, sight),
        duration=None if view.ended_at is None else int(seconds(view.seconds)),
        media_url=view.url or None,
        status=OLD_STATUS[view.state],  # type: ignore[arg-type]
        subresource_uris=transcriptions(view, sight),
        **recording_facts(view, sight),
    )


def listed_recordings(sight: Sight, shown: Any) -> Listed[RecordingView]:
    """How recordings are listed."""
    return Listed[RecordingView](
        lambda view: view.started_at,
        lambda view: sight.spell("recording", view.id),
        lambda view: shown(view, sight),
    )


def recordings_page(asked: Asked, path: str, views: Iterable[RecordingView], sight: Sight) -> Reply:
    """A page of the newer lists."""
    page = cut(asked, path, views, listed_recordings(sight, recording))
    return Reply(
        200, RecordingsPage(recordings=page.pop("items"), previous_page_uri=previous(path, asked), **page)
    )  # fmt: skip


def list_recordings(asked: Asked, sight: Sight) -> Reply:
    """A page of an account's recordings."""
    begun = within(asked.values, "DateCreated", sight)
    views = [view for view in sight.recordings() if begun(view.started_at)]
    return recordings_page(asked, uri(sight, "Recordings"), views, sight)


def list_call_recordings(asked: Asked, sight: Sight) -> Reply:
    """A page of a call's recordings."""
    about = call_of(asked.path["call_sid"], sight)
    views = [view for view in sight.recordings() if view.of == about.call]
    path = uri(sight, "Calls", sight.spell("call", about.call), "Recordings")
    return recordings_page(asked, path, views, sight)


def conference_recordings(asked: Asked, sight: Sight) -> tuple[str, list[RecordingView]]:
    """The recordings of a conference, live or ended, and where their lists are."""
    room = room_id(room_of(asked.path["conference_sid"], sight))
    path = uri(sight, "Conferences", sight.spell("conference", room), "Recordings")
    return path, [view for view in sight.recordings() if view.of == room]


def list_conference_recordings(asked: Asked, sight: Sight) -> Reply:
    """A page of the newer list of a conference's recordings."""
    path, views = conference_recordings(asked, sight)
    return recordings_page(asked, path, views, sight)


def list_old_recordings(asked: Asked, sight: Sight) -> Reply:
    """A page of the older list of a conference's recordings."""
    path, views = conference_recordings(asked, sight)
    path = path.removesuffix(".json")
    page = cut(asked, path, views, listed_recordings(sight, old_recording))
    return Reply(
        200, ConferenceRecordingsPage(recordings=page.pop("items"), previous_page_uri=previous(path, asked), **page)
    )  # fmt: skip


def get_recording(asked: Asked, sight: Sight) -> Reply:
    """One recording."""
    return Reply(200, recording(recording_of(asked.path["recording_sid"], sight), sight))


def recording_begun(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A recording that was just begun."""
    object_to_call(receipts)
    view = sight.recording(str(receipts[0].facts["recording"]))
    if view is None:
        raise gone()
    return Reply(200, new_recording(view, asked, sight))


def new_recording(view: RecordingView, asked: Asked, sight: Sight) -> NewRecording:
    """A recording of a call as its beginning and changes are answered (TeXML 1.6)."""
    track = asked.values.get("RecordingTrack", "both")
    return NewRecording(track=track, **recording_facts(view, sight), **iso_dates(view, sight))


def recording_told(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A recording as it is after an update; one that a document began is not stopped from here."""
    object_to_call(receipts)
    if receipts[0].same:
        raise refusal("", "this recording was not begun by a request", "Status")
    return recording_as_it_is(asked, sight)


def recording_as_it_is(asked: Asked, sight: Sight) -> Reply:
    """A recording of a call, unchanged."""
    return Reply(200, new_recording(recording_of(asked.path["recording_sid"], sight), asked, sight))


def recording_deleted(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """That a recording is forgotten; one that still runs is not."""
    if receipts[0].refused:
        raise refusal("", "the recording is still in progress")
    return Reply(204)
