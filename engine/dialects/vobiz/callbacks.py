"""What Vobiz tells its customers: Plivo's names with fewer events, other members, and local times."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.phrase import HEADERS, Param, Rows, Wording
from engine.dialects.plivo.callbacks import (
    CALL,
    DIAL_ACTION,
    DIAL_END,
    FORWARDED,
    HANGUP,
    IF_MACHINE,
    INPUT,
    OUTBOUND,
    VERIFICATION,
    event,
)
from engine.dialects.plivo.callbacks import HOSTED as EXTRAS
from engine.dialects.vobiz.causes import ENDS, SOURCES, STATUSES

INDIA = 19800  # seconds: times are given in the vendor's own zone (Vobiz 3.1)

# Vobiz 3.1, common request fields
SIP = Param("X-VH-", HEADERS)
COMMON: Rows = (
    *CALL,
    FORWARDED,
    Param("ALegUUID", "about.aleg", "id:call", when="about.outbound"),
    Param("ALegRequestUUID", "about.aleg", "id:call", when="about.outbound"),
    Param("HangupCause", "end.cause"),
    Param("Duration", "about.duration", "seconds"),
    Param("BillDuration", "about.duration", "billed"),
    SIP,
)
ACTION: Rows = (*COMMON, event("Redirect"))

# Vobiz 3.2: the fields of both conference events
MEMBER: Rows = (
    Param("ConferenceUUID", "conference", "id:conference"),
    Param("ConferenceName", "conference_name"),
    Param("ConferenceMemberID", "member", "id:member"),
    Param("CallUUID", "about.call", "id:call"),
)
ENTERED: Rows = (*(row for row in CALL if row.name != "CallUUID"), *OUTBOUND, *EXTRAS)

# Vobiz 2.5 Record
RECORDED: Rows = (
    Param("RecordingID", "recording", "id:recording"),
    Param("RecordFile", "recording_url", default=""),
    Param("RecordUrl", "recording_url", default=""),
    Param("RecordingDuration", "recording_seconds", "seconds", default="-1"),
    Param("RecordingDurationMs", "recording_seconds", "milliseconds", default="-1"),
    Param("RecordingStartMs", "recording_started_at", "epoch_ms", default="-1"),
    Param("RecordingEndMs", "recording_ended_at", "epoch_ms", default="-1"),
)
END_REASON: Mapping[str, str] = {
    "silence": "RecordingTimeout",
    "max_length": "maxLength",
    "key": "FinishedOnKey",
    "hangup": "HungUp",
}
PRESSED_BY: Mapping[str, str] = {"a": "aleg", "b": "bleg"}  # Vobiz 2.5, 4.16


def dial_event(name: str, action: str) -> Rows:
    """The part that all events of a Dial's callbackUrl share (Vobiz 2.5)."""
    return (
        *COMMON,
        event(name),
        Param("DialAction", "=" + action),
        Param("DialBLegStatus", "=" + action),
        Param("DialALegUUID", "about.call", "id:call"),
        Param("DialBLegUUID", "dial_call", "id:call", default=""),
        Param("DialBLegFrom", "dial_caller", "number", default=""),
        Param("DialBLegTo", "dial_called", "number", default=""),
        VERIFICATION,
    )


# Vobiz 1.5, older form: a JSON body; the current documentation promises none
JSON_RECORDED: Rows = (
    Param("recording_id", "recording", "id:recording"),
    Param("recording_url", "recording_url", default=""),
    Param("recording_duration", "recording_seconds", "seconds", default="-1"),
    Param("file_format", "file_format", default="mp3"),
)

ROWS: Mapping[str, Rows] = {
    # Vobiz 3.1
    "ring": (*COMMON, event("Ring")),
    "answer": (*COMMON, event("StartApp"), VERIFICATION, Param("Machine", "about.machine", "yes_no")),
    "fallback": (*COMMON, event("StartApp"), VERIFICATION, Param("Machine", "about.machine", "yes_no")),
    "hangup": tuple(SIP if row.source == HEADERS else row for row in HANGUP),  # about 24 fields, as Plivo's
    "machine_detection": (
        *COMMON,
        event("MachineDetection"),
        Param("Machine", "machine", "yes_no"),
        Param("IfMachine", "ends", words=IF_MACHINE, default="continue"),
    ),
    "redirect": (*COMMON, event("Redirect")),
    "transfer": (*COMMON, event("Transfer")),
    # Vobiz 3.2: who leaves is told without numbers, direction and status (7.15)
    "conference_enter": (
        Param("ConferenceAction", "=enter"),
        event("ConferenceEnter"),
        *MEMBER,
        Param("ConferenceFirstMember", "first", "yes_no", default="false"),
        *ENTERED,
    ),
    "conference_exit": (
        Param("ConferenceAction", "=exit"),
        event("ConferenceExit"),
        *MEMBER,
        Param("ConferenceLastMember", "last", "yes_no", default="false"),
    ),
    "conference_digits": (
        Param("ConferenceAction", "=digits"),
        *MEMBER,
        Param("ConferenceDigitsMatch", "digits_match"),
        *ENTERED,
    ),
    # Vobiz 2.4, conference action fields
    "action_conference": (
        *ACTION,
        Param("ConferenceName", "conference_name"),
        Param("ConferenceUUID", "joined_conference", "id:conference", default=""),
        Param("ConferenceMemberID", "member", "id:member", default=""),
        Param("RecordingID", "recording", "id:recording"),
        Param("RecordUrl", "recording_url", when="recording", default=""),  # it is known when the file is
        Param("RecordFile", "recording_url", when="recording", default=""),
    ),
    "action_collect": (*ACTION, *INPUT),  # Vobiz 2.3
    "collect_interim": (  # Vobiz 2.3 interimSpeechResultsCallback, the fields as Plivo 3.5
        *COMMON,
        Param("StableSpeech", "stable_speech", default=""),
        Param("UnstableSpeech", "unstable_speech", default=""),
        Param("Stability", "confidence", "decimal", default=""),
        Param("SequenceNumber", "sequence", default="0"),
    ),
    # Vobiz 2.5 Dial
    "action_dial": (*ACTION, *DIAL_ACTION),
    "dial_answer": dial_event("DialAnswer", "answer"),
    "dial_connected": dial_event("DialConnected", "connected"),
    "dial_hangup": (*dial_event("DialHangup", "hangup"), *DIAL_END),
    "dial_digits": (
        *dial_event("DialDigitsMatch", "digits"),
        Param("DialDigitsMatch", "digits_match"),
        Param("DialDigitsPressedBy", "pressed_by", words=PRESSED_BY),
    ),
    # Vobiz 2.5 Record, 7.21: the action is asked near the start, the result goes to the callback
    "action_record": (*COMMON, event("Record"), Param("RecordingID", "recording", "id:recording")),
    "recording": (
        *COMMON,
        event("RecordStop"),
        *RECORDED,
        Param("RecordingEndReason", "recording_why", words=END_REASON),
    ),
    "recording:conference": (Param("conference_name", "conference_name"), *JSON_RECORDED),
    "action_other": ACTION,
    # Vobiz 3.2: POST, before there is a member, even where the room already runs
    "wait_sound": (
        Param("ConferenceAction", "=waitSound"),
        event("ConferenceRemoteSounds"),
        Param("ConferenceName", "conference_name"),
        *CALL,
        Param("ConferenceUUID", "="),
        Param("ConferenceMemberID", "="),
    ),
    "enter_sound": (*COMMON, Param("ConferenceName", "conference_name")),
    "exit_sound": (*COMMON, Param("ConferenceName", "conference_name")),
    "dial_music": COMMON,
    "confirm_sound": COMMON,
}

NO_QUEUE = "Vobiz has no queues (2.2)"
NO_ROOM_EVENT = "only enter, exit and digits are sent (Vobiz 3.2, 7.14)"

UNSENT: Mapping[str, str] = {
    "action_enqueue": NO_QUEUE,
    "queue_wait": NO_QUEUE,
    "queue_url": NO_QUEUE,
    "action_invalid_digits": "Gather takes every key (Vobiz 2.3)",
    "hold_sound": "a conference has no hold (Vobiz 1.3)",
    "announce": "members are played to and spoken to by REST (Vobiz 1.3)",
    "screening": "Number has no address of a document (Vobiz 2.5)",
    "call_status": "ring_url and hangup_url tell of a call's progress (Vobiz 3.1)",
    "conference_start": NO_ROOM_EVENT,
    "conference_end": NO_ROOM_EVENT,
    "conference_floor": NO_ROOM_EVENT,
    "conference_record": NO_ROOM_EVENT,
    "member_mute": NO_ROOM_EVENT,
    "member_unmute": NO_ROOM_EVENT,
    "member_hold": NO_ROOM_EVENT,
    "member_unhold": NO_ROOM_EVENT,
    "member_modify": NO_ROOM_EVENT,
    "announcement_end": NO_ROOM_EVENT,
    "announcement_fail": NO_ROOM_EVENT,
    "speech_start": NO_ROOM_EVENT,
    "speech_stop": NO_ROOM_EVENT,
}

WORDING = Wording(
    name="vobiz",
    rows=ROWS,
    common=COMMON,
    variants={"recording": "recording_source"},
    unsent=UNSENT,
    ends=ENDS,
    sources=SOURCES,
    statuses=STATUSES,
    ids={"call": "uuid", "conference": "uuid", "recording": "uuid", "api": "uuid"},  # Vobiz 1.2, 3.2
    json_kinds=("recording:conference",),
    offset=INDIA,
    sign=True,  # Vobiz 7.17
)
