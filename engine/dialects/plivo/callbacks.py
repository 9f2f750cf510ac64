"""What Plivo tells its customers: the parameters of every callback and fetch, in the order they are sent."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.phrase import HEADERS, Param, Rows, Wording
from engine.dialects.plivo.causes import ENDS, SOURCES, STATUSES

# Plivo 3.1: what every request carries. Numbers are written without their plus.
CALL: Rows = (
    Param("CallUUID", "about.call", "id:call"),
    Param("From", "about.caller", "number"),
    Param("To", "about.called", "number"),
    Param("Direction", "about.direction"),
    Param("CallStatus", "about.status"),
)
OUTBOUND: Rows = (  # Plivo 3.1: outbound adds; the request's id is the call's own
    Param("RequestUUID", "about.call", "id:call", when="about.outbound"),
    Param("ALegUUID", "about.aleg", "id:call", when="about.outbound"),
    Param("ALegRequestUUID", "about.aleg", "id:call", when="about.outbound"),
)
FINISHED: Rows = (  # Plivo 3.1: finished adds; nothing is billed here
    Param("HangupCause", "end.cause"),
    Param("Duration", "about.duration", "seconds"),
    Param("BillDuration", "about.duration", "billed"),
    Param("TotalCost", "=0.00000", when="about.ended"),
)
HOSTED: Rows = (  # Plivo 3.1: seen on every request of the hosted service
    Param("BillRate", "=0.00000"),
    Param("ParentAuthID", "account", "id:account"),
    Param("SessionStart", "about.created_at", "utc"),
    Param("CallerName", "about.caller_name"),
)
FORWARDED = Param("ForwardedFrom", "about.forwarded_from", "number")  # Plivo 3.1: forwarded adds
SIP = Param("X-PH-", HEADERS)  # Plivo 3.1: SIP adds
COMMON: Rows = (*CALL, *OUTBOUND, FORWARDED, *FINISHED, *HOSTED, SIP)

ATTESTATION = Param("STIRAttestation", "=Not Applicable")  # Plivo 3.2
VERIFICATION = Param("STIRVerification", "=Not Applicable")  # Plivo 3.2


def event(name: str) -> Param:
    """Name the request (Plivo 3.1, Event)."""
    return Param("Event", "=" + name)


IF_MACHINE: Mapping[str, str] = {"True": "hangup", "False": "continue"}  # Plivo 3.2

# Plivo 3.2 hangup_url: the field set that was captured, its outbound part only on outbound calls.
HANGUP: Rows = (
    *CALL,
    *OUTBOUND,
    event("Hangup"),
    Param("StartTime", "about.created_at", "local"),
    Param("AnswerTime", "about.answered_at", "local", default=""),
    Param("EndTime", "about.ended_at", "local"),
    Param("Duration", "about.duration", "seconds"),
    Param("BillDuration", "about.duration", "billed"),
    Param("BillRate", "=0.00000"),
    Param("TotalCost", "=0.00000"),
    Param("HangupCause", "end.cause"),
    Param("HangupCauseCode", "end.code"),
    Param("HangupCauseName", "end.name"),
    Param("HangupSource", "end.source"),
    Param("ParentAuthID", "account", "id:account"),
    Param("SessionStart", "about.created_at", "utc"),
    ATTESTATION,
    VERIFICATION,
    FORWARDED,
    SIP,
)

# Plivo 3.3: what every event of a conference carries.
ROOM: Rows = (
    Param("ConferenceName", "conference_name"),
    Param("ConferenceUUID", "conference", "id:conference"),
    Param("ConferenceMemberID", "member", "id:member"),
)
# Plivo 3.3 record, 3.5 Record; lengths are -1 while the recording runs (5.16).
RECORDED: Rows = (
    Param("RecordUrl", "recording_url", default=""),
    Param("RecordingID", "recording", "id:recording"),
    Param("RecordingDuration", "recording_seconds", "seconds", default="-1"),
    Param("RecordingDurationMs", "recording_seconds", "milliseconds", default="-1"),
    Param("RecordingStartMs", "recording_started_at", "epoch_ms", default="-1"),
    Param("RecordingEndMs", "recording_ended_at", "epoch_ms", default="-1"),
)

# Plivo 3.5 GetInput
INPUT: Rows = (
    Param("InputType", "input", default=""),
    Param("Digits", "digits", default=""),
    Param("Speech", "speech", default=""),
    Param("SpeechConfidenceScore", "confidence", "decimal", default=""),
    Param("BilledAmount", "=0.00000"),
)

# Plivo 3.5 Dial. A ring time that ran out is no answer (6010 belongs to NO_ANSWER: Vobiz 2.5).
DIAL_STATUS: Mapping[str, str] = {
    "completed": "completed",
    "answered": "completed",
    "busy": "busy",
    "failed": "failed",
    "cancelled": "cancel",
    "timeout": "no-answer",
    "no_answer": "no-answer",
}
DIAL_ACTION: Rows = (
    Param("DialRingStatus", "dial_ringing", "yes_no", default="false"),
    Param("DialHangupCause", "dial_cause", "end_word", default=""),
    Param("DialStatus", "dial_status", words=DIAL_STATUS),
    Param("DialALegUUID", "about.call", "id:call"),
    Param("DialBLegUUID", "dial_call", "id:call", default=""),
)
DIAL_END: Rows = (
    Param("DialBLegDuration", "dial_seconds", "seconds", default="0"),
    Param("DialBLegBillDuration", "dial_billed_seconds", "billed", default="0"),
    Param("DialBLegHangupCauseName", "dial_cause", "end_name"),
    Param("DialBLegHangupCauseCode", "dial_cause", "end_code"),
    Param("DialBLegHangupSource", "dial_source", "source", when="dial_cause"),
)
PRESSED_BY: Mapping[str, str] = {"a": "ALeg", "b": "BLeg"}


def dial_event(name: str, action: str) -> Rows:
    """The part that all events of a Dial's callbackUrl share (Plivo 3.5)."""
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


def room_event(name: str, action: str, *rows: Param) -> Rows:
    """The parameters of one ConferenceAction (Plivo 3.3); not every one has an Event of its own."""
    named = (event(name),) if name else ()
    return (*COMMON, *named, Param("ConferenceAction", "=" + action), *ROOM, *rows)


# Plivo 1.5: the callback of a recording by REST is the only one in snake case.
REST_RECORDED: Rows = (
    Param("record_url", "recording_url", default=""),
    Param("recording_id", "recording", "id:recording"),
    Param("recording_duration", "recording_seconds", "seconds", default="-1"),
    Param("recording_duration_ms", "recording_seconds", "milliseconds", default="-1"),
    Param("recording_start_ms", "recording_started_at", "epoch_ms", default="-1"),
    Param("recording_end_ms", "recording_ended_at", "epoch_ms", default="-1"),
)
API_ID = Param("api_id", "recording", "id:api")

# The reply of an action URL takes the place of the flow: the event of a redirect (Plivo 3.1 knows no other for it).
ACTION: Rows = (*COMMON, event("Redirect"))

ROWS: Mapping[str, Rows] = {
    # Plivo 3.2, call-level URLs
    "ring": (*COMMON, event("Ring"), ATTESTATION),
    "answer": (*COMMON, event("StartApp"), VERIFICATION, ATTESTATION, Param("Machine", "about.machine", "yes_no")),
    "fallback": (*COMMON, event("StartApp"), VERIFICATION, ATTESTATION, Param("Machine", "about.machine", "yes_no")),
    "hangup": HANGUP,
    "machine_detection": (
        *COMMON,
        event("MachineDetection"),
        Param("Machine", "machine", "yes_no"),
        Param("IfMachine", "ends", words=IF_MACHINE, default="continue"),
    ),
    "redirect": (*COMMON, event("Redirect")),  # Plivo 3.5
    "transfer": (*COMMON, event("Transfer")),  # Plivo 2.5
    # Plivo 3.3, callbackUrl of a Conference
    "conference_enter": room_event(
        "ConferenceEnter", "enter", Param("ConferenceFirstMember", "first", "yes_no", default="false")
    ),
    "conference_exit": room_event(
        "ConferenceExit", "exit", Param("ConferenceLastMember", "last", "yes_no", default="false")
    ),
    "conference_digits": room_event("", "digits", Param("ConferenceDigitsMatch", "digits_match")),
    "conference_floor": room_event("", "floor"),
    "conference_record": room_event("", "record", *RECORDED),
    # Plivo 3.4; whoever was refused at the door never was a member: its ids are empty (2.6 f)
    "action_conference": (
        *ACTION,
        Param("ConferenceName", "conference_name"),
        Param("ConferenceUUID", "joined_conference", "id:conference", default=""),
        Param("ConferenceMemberID", "member", "id:member", default=""),
        Param("RecordUrl", "recording_url", when="recording", default=""),  # it is known when the file is
        Param("RecordingID", "recording", "id:recording"),
    ),
    # Plivo 3.5
    "action_collect": (*ACTION, *INPUT),
    "action_collect:GetDigits": (*ACTION, Param("Digits", "digits", default="")),
    "collect_interim": (
        *COMMON,
        Param("StableSpeech", "stable_speech", default=""),
        Param("UnstableSpeech", "unstable_speech", default=""),
        Param("Stability", "confidence", "decimal", default=""),
        Param("SequenceNumber", "sequence", default="0"),
    ),
    "action_dial": (*ACTION, *DIAL_ACTION),
    "dial_answer": dial_event("DialAnswer", "answer"),
    "dial_connected": dial_event("DialConnected", "connected"),
    "dial_hangup": (*dial_event("DialHangup", "hangup"), *DIAL_END),
    "dial_digits": (
        *dial_event("DialDigitsMatch", "digits"),
        Param("DialDigitsMatch", "digits_match"),
        Param("DialDigitsPressedBy", "pressed_by", words=PRESSED_BY),
    ),
    "action_record": (*ACTION, *RECORDED, Param("Digits", "digits", default="")),
    "recording": (*COMMON, *RECORDED),
    "recording:conference": (API_ID, Param("conference_name", "conference_name"), *REST_RECORDED),  # Plivo 1.5
    "recording:api": (API_ID, Param("call_uuid", "about.call", "id:call"), *REST_RECORDED),  # Plivo 1.6, as 1.5
    "action_other": ACTION,
    # Plivo 3.6, sounds; 5.15 for waitSound, which is asked for before there is a member
    "wait_sound": (
        *COMMON,
        event("ConferenceRemoteSounds"),
        Param("ConferenceAction", "=waitSound"),
        Param("ConferenceName", "conference_name"),
        Param("ConferenceUUID", "="),
        Param("ConferenceMemberID", "="),
    ),
    "enter_sound": (*COMMON, Param("ConferenceName", "conference_name")),
    "exit_sound": (*COMMON, Param("ConferenceName", "conference_name")),
    "dial_music": COMMON,
    "confirm_sound": COMMON,
}

NO_QUEUE = "Plivo has no queues (2.2)"
NO_ROOM_EVENT = "not among the five ConferenceActions (Plivo 3.3)"

UNSENT: Mapping[str, str] = {
    "action_enqueue": NO_QUEUE,
    "queue_wait": NO_QUEUE,
    "queue_url": NO_QUEUE,
    "action_invalid_digits": "invalid digits have a sound and no address (Plivo 2.3)",
    "hold_sound": "a conference has no hold (Plivo 1.3)",
    "announce": "members are played to and spoken to by REST (Plivo 1.3)",
    "screening": "Number has no address of a document (Plivo 2.3)",
    "call_status": "ring_url and hangup_url tell of a call's progress (Plivo 3.2)",
    "conference_start": NO_ROOM_EVENT,
    "conference_end": NO_ROOM_EVENT,
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
    name="plivo",
    rows=ROWS,
    common=COMMON,
    variants={"action_collect": "verb", "recording": "recording_source"},
    unsent=UNSENT,
    ends=ENDS,
    sources=SOURCES,
    statuses=STATUSES,
    # Plivo 1.2, 3.3: calls, rooms and recordings are UUIDs, a member's id is its number
    ids={"call": "uuid", "conference": "uuid", "recording": "uuid", "api": "uuid"},
    sign=True,  # Plivo 5.26
)
