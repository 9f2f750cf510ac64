"""What TeXML tells its customers: Telnyx's fields first, then what TwiML sends besides (TeXML 7 A21)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.phrase import Param, Rows, Wording
from engine.dialects.texml.causes import ENDS, SOURCES, STATUSES

ACCOUNT = Param("AccountSid", "account", "id:account")
CONNECTION = Param("ConnectionId", "about.application", default="")  # TeXML 3.1: the application's id
LEG: Rows = (  # both names hold the same value today (TeXML 1.5)
    Param("CallSid", "leg", "id:call"),
    Param("CallSidLegacy", "leg", "id:call"),
)
NUMBERS: Rows = (Param("From", "about.caller"), Param("To", "about.called"))
PARENT: Rows = (  # TeXML 3.3: legs of a Dial
    Param("ParentCallSid", "about.parent", "id:call"),
    Param("ParentCallSidLegacy", "about.parent", "id:call"),
)

# TeXML 3.2, voice request: what Telnyx always sends, and of Twilio's what is known here
VOICE: Rows = (
    ACCOUNT,
    *LEG,
    Param("CallerId", "about.caller"),
    Param("CallingPartyType", "about.party"),
    Param("From", "about.caller"),
    Param("FromSipUri", "about.caller_sip", default=""),
    Param("To", "about.called"),
    Param("ToSipUri", "about.called_sip", default=""),
    CONNECTION,
    Param("CallStatus", "about.status"),
    Param("Direction", "about.direction"),
    Param("ForwardedFrom", "about.forwarded_from"),
    Param("CallerName", "about.caller_name"),
    Param("ParentCallSid", "about.parent", "id:call"),
)

# TeXML 3.4, recording callbacks; a recording has its length and address when it is completed
CHANNELS: Mapping[str, str] = {"mono": "1", "single": "1", "stereo": "2", "dual": "2"}
RECORDING_SOURCE: Mapping[str, str] = {  # TeXML 1.6
    "record_verb": "RecordVerb",
    "conference": "Conference",
    "dial": "DialVerb",
    "api": "StartCallRecordingAPI",
    "outbound": "OutboundAPI",
}
RECORDING: Rows = (
    ACCOUNT,
    *LEG,
    CONNECTION,
    Param("RecordingSid", "recording", "id:recording"),
    Param("RecordingSource", "recording_source", words=RECORDING_SOURCE),
    Param("RecordingChannels", "recording_channels", words=CHANNELS, default="1"),
    Param("RecordingStatus", "recording_status", "dashed"),
    Param("RecordingDuration", "recording_seconds", "seconds", when="recording_done"),
    Param("RecordingUrl", "recording_url", when="recording_done"),
)
ROOM_RECORDING: Rows = (  # TeXML 3.4: conference recordings are mono and name their room
    ACCOUNT,
    *LEG,
    CONNECTION,
    Param("ConferenceSid", "conference", "id:conference"),
    Param("RecordingSid", "recording", "id:recording"),
    Param("RecordingSource", "=Conference"),
    Param("RecordingChannels", "=1"),
    Param("RecordingStatus", "recording_status", "dashed"),
    Param("RecordingStartTime", "recording_started_at", "iso"),
    Param("RecordingDuration", "recording_seconds", "seconds", when="recording_done"),
    Param("RecordingUrl", "recording_url", when="recording_done"),
)

# TeXML 3.1, what Twilio adds where one participant is spoken of
PARTICIPANT: Rows = (
    Param("Muted", "muted", "yes_no"),
    Param("Hold", "held", "yes_no"),
    Param("Coaching", "coaching", "yes_no"),
    Param("EndConferenceOnExit", "ends", "yes_no"),
    Param("StartConferenceOnEnter", "starts", "yes_no"),
)

# TeXML 1.4, reason_conference_ended; what the vendor has no word for left nobody behind
ROOM_END: Mapping[str, str] = {
    "last_left": "last-participant-left",
    "ended_by_member": "participant-with-end-conference-on-exit-left",
    "ended_by_api": "conference-ended-via-api",
    "room_time_limit": "time-exceeded",
    "switch_lost": "last-participant-left",
    "internal": "last-participant-left",
    "shutdown": "conference-ended-via-api",
}
ROOM_END_TEXT: Mapping[str, str] = {
    "last_left": "The last participant has left.",
    "ended_by_member": "A participant with endConferenceOnExit has left.",
    "ended_by_api": "The conference was ended by a request.",
    "room_time_limit": "The time of the conference is over.",
    "switch_lost": "The media server was lost.",
    "internal": "The conference failed.",
    "shutdown": "The service is shutting down.",
}
# TeXML 3.1, ReasonParticipantLeft; causes without a word of the vendor's leave the parameter out
PARTICIPANT_LEFT: Mapping[str, str] = {
    "kicked": "participant_updated_via_api",
    "hung_up": "participant_updated_via_api",
    "redirected": "participant_updated_via_api",  # TeXML 2.5
    "far_end": "participant_hung_up",
    "lost": "participant_hung_up",
    "ended_by_member": "moderator_ended_conference",
    "ended_by_api": "conference_ended_via_api",
    "shutdown": "conference_ended_via_api",
    "join_failed": "participant_add_failed",
}


def room_event(name: str, *rows: Param) -> Rows:
    """The parameters of one StatusCallbackEvent (TeXML 3.1)."""
    return (
        ACCOUNT,
        *LEG,
        Param("ConferenceSid", "conference", "id:conference"),
        CONNECTION,
        Param("FriendlyName", "conference_name"),
        Param("SequenceNumber", "sequence", default="0"),
        Param("StatusCallbackEvent", "=" + name),
        Param("Timestamp", "at", "iso"),
        Param("From", "about.caller"),
        Param("To", "about.called"),
        Param("FromSipUri", "about.caller_sip"),
        Param("ToSipUri", "about.called_sip"),
        Param("CallingPartyType", "about.party"),
        Param("ParticipantLabel", "label"),
        *rows,
    )


# TeXML 3.3
CALL_STATUS: Mapping[str, str] = {
    "initiated": "initiated",
    "ringing": "ringing",
    "answered": "in-progress",
    "dtmf": "dtmf",
}
PROGRESS: Rows = (
    ACCOUNT,
    *LEG,
    Param("CallStatus", "event", words=CALL_STATUS),
    Param("CallbackSource", "=call-progress-events"),
    CONNECTION,
    *NUMBERS,
    Param("CallerId", "about.caller"),
    Param("CallInitiatedAt", "about.created_at", "iso"),
    Param("SequenceNumber", "sequence", default="0"),
    Param("Timestamp", "at", "iso"),
    *PARENT,
)
DIAL_STATUS: Mapping[str, str] = {  # TeXML 2.5
    "completed": "completed",
    "answered": "answered",
    "busy": "busy",
    "no_answer": "no-answer",
    "timeout": "no-answer",
    "failed": "failed",
    "cancelled": "canceled",
}
DIALLED: Rows = (
    Param("DialCallStatus", "dial_status", words=DIAL_STATUS),
    Param("DialCallSid", "dial_call", "id:call"),
    Param("DialCallDuration", "dial_seconds", "seconds", when="dial_call"),
)
COMPLETED: Rows = (  # quality figures and codecs are the switch's: the exchange does not know them
    *(row for row in PROGRESS if row.name != "CallStatus"),
    Param("CallStatus", "about.status"),
    Param("CallDuration", "about.duration", "seconds"),
    Param("AnsweredTime", "about.answered_at", "iso"),
    Param("EndTime", "about.ended_at", "iso"),
    Param("OccurredAt", "at", "iso"),
    Param("HangupCause", "end.cause"),
    Param("HangupSource", "end.source", words={"caller": "caller", "callee": "callee"}),
    Param("ErrorCode", "end.code"),
    Param("ErrorMessage", "end.name"),
    *DIALLED,
    Param("CallLegId", "about.call", "id:leg"),
    Param("CallSessionId", "about.aleg", "id:session"),
    Param("CallControlId", "about.call", "id:call"),
    Param("RecordingDuration", "recording_seconds", "seconds"),
    Param("RecordingUrl", "recording_url"),
)
ANSWERED_BY: Mapping[str, str] = {"True": "machine", "False": "human"}
DETECTED: Rows = (*PROGRESS, Param("AnsweredBy", "machine", words=ANSWERED_BY, default="unknown"))

QUEUE_TIME: Rows = (  # TeXML 2.5, 3.4: a queue's sid is its name
    Param("QueueSid", "queue"),
    Param("QueueTime", "queue_seconds", "seconds", default="0"),
)
# TeXML 1.7: who does not ask to be told of it later hears what answered with the request for the first document
ANSWERED: Rows = (*VOICE, Param("AnsweredBy", "about.machine", words=ANSWERED_BY))
ROOM_SOUND: Rows = (
    *VOICE,
    Param("ConferenceSid", "conference", "id:conference"),
    Param("FriendlyName", "conference_name"),
)

ROWS: Mapping[str, Rows] = {
    # TeXML 3.2
    "answer": ANSWERED,
    "fallback": ANSWERED,
    "redirect": VOICE,
    "transfer": VOICE,
    "action_other": VOICE,
    "screening": VOICE,
    "dial_music": VOICE,
    "action_collect": (
        *VOICE,
        Param("Digits", "digits"),
        Param("SpeechResult", "speech"),
        Param("Confidence", "confidence", "decimal", when="speech"),
    ),
    "action_invalid_digits": (*VOICE, Param("Digits", "digits", default="")),  # TeXML 2.3 Gather
    "collect_interim": (  # TeXML 2.3 partialResultCallback, Twilio's names
        *VOICE,
        Param("StableSpeechResult", "stable_speech", default=""),
        Param("UnstableSpeechResult", "unstable_speech", default=""),
        Param("Stability", "confidence", "decimal"),
        Param("SequenceNumber", "sequence", default="0"),
    ),
    "action_record": (
        *VOICE,
        Param("RecordingSid", "recording", "id:recording"),
        Param("RecordingUrl", "recording_url"),
        Param("RecordingDuration", "recording_seconds", "seconds"),
        Param("Digits", "digits"),
    ),
    # TeXML 2.5, Dial action
    "action_dial": (
        *VOICE,
        *DIALLED,
        Param("DialBridged", "dial_bridged", "yes_no"),
        Param("RecordingUrl", "recording_url"),
    ),
    # TeXML 2.5: neither sid nor length after a conference; failed for whom the door stayed shut (7 A5)
    "action_conference": (
        *VOICE,
        Param("DialCallStatus", "joined_status"),
        Param("RecordingUrl", "recording_url"),
    ),
    # TeXML 2.5, Enqueue
    "action_enqueue": (*VOICE, Param("QueueResult", "queue_result", "dashed"), *QUEUE_TIME),
    "queue_url": (*VOICE, *QUEUE_TIME),
    "queue_wait": (  # TeXML 3.4, and MaxQueueSize of 2.5
        ACCOUNT,
        *LEG,
        CONNECTION,
        *NUMBERS,
        Param("QueueSid", "queue"),
        Param("QueuePosition", "queue_position"),
        Param("CurrentQueueSize", "queue_size"),
        Param("QueueTime", "queue_seconds", "seconds", default="0"),
        Param("AvgQueueTime", "queue_average_seconds", "seconds", default="0"),
        Param("MaxQueueSize", "queue_max"),
    ),
    "wait_sound": ROOM_SOUND,
    "hold_sound": ROOM_SOUND,
    "announce": ROOM_SOUND,
    # TeXML 3.3
    "call_status": PROGRESS,
    "call_status:completed": COMPLETED,
    "hangup": COMPLETED,  # an address that is told of the end alone: what completed says
    "call_status:dtmf": (*PROGRESS, Param("Digits", "digit")),
    "call_status:amd": DETECTED,
    "machine_detection": DETECTED,  # TeXML 1.5 AmdStatusCallback, 1.7 AsyncAmdStatusCallback
    # TeXML 3.1
    "conference_start": room_event("conference-start"),
    "conference_end": room_event(
        "conference-end",
        Param("CallSidEndingConference", "ending_call", "id:call"),
        Param("ParticipantLabelEndingConference", "ending_label"),
        Param("ReasonConferenceEnded", "why", words=ROOM_END),
        Param("Reason", "why", words=ROOM_END_TEXT),
    ),
    "conference_enter": room_event("participant-join", *PARTICIPANT),
    "conference_exit": room_event(
        "participant-leave",
        *PARTICIPANT,
        Param("ParticipantCallStatus", "about.status"),
        Param("ReasonParticipantLeft", "cause", words=PARTICIPANT_LEFT),
    ),
    "member_mute": room_event("participant-mute", *PARTICIPANT),
    "member_unmute": room_event("participant-unmute", *PARTICIPANT),
    "member_hold": room_event("participant-hold", *PARTICIPANT),
    "member_unhold": room_event("participant-unhold", *PARTICIPANT),
    "member_modify": room_event("participant-modify", *PARTICIPANT),
    "speech_start": room_event("participant-speech-start", *PARTICIPANT),
    "speech_stop": room_event("participant-speech-stop", *PARTICIPANT),
    "announcement_end": room_event("announcement-end", *PARTICIPANT, Param("AnnounceUrl", "url")),
    "announcement_fail": room_event(
        "announcement-fail",
        *PARTICIPANT,
        Param("AnnounceUrl", "url"),
        Param("ReasonAnnouncementFailed", "error"),
    ),
    # TeXML 3.4
    "recording": RECORDING,
    "recording:conference": ROOM_RECORDING,
    "conference_record": ROOM_RECORDING,
}

BY_STATUS = "statusCallback tells of a call's progress (TeXML 3.3)"

UNSENT: Mapping[str, str] = {
    "ring": BY_STATUS,
    "dial_answer": BY_STATUS,
    "dial_connected": BY_STATUS,
    "dial_hangup": BY_STATUS,
    "dial_digits": "Dial watches no digits (TeXML 2.3)",
    "conference_digits": "Conference watches no digits (TeXML 2.4)",
    "conference_floor": "who talks is told by the speaker events (TeXML 3.1)",
    "enter_sound": "beep is a tone (TeXML 2.4)",
    "exit_sound": "beep is a tone (TeXML 2.4)",
    "confirm_sound": "the screening document takes its place (TeXML 2.3)",
}

WORDING = Wording(
    name="texml",
    rows=ROWS,
    common=VOICE,
    variants={"call_status": "event", "recording": "recording_source"},
    unsent=UNSENT,
    ends=ENDS,
    sources=SOURCES,
    statuses=STATUSES,
    # TeXML 1.1: conferences and recordings are UUIDs, calls opaque; a member is known by its call
    ids={
        "call": "opaque",
        "conference": "uuid",
        "recording": "uuid",
        "leg": "uuid",
        "session": "uuid",
        "account": "plain",
    },
    sign=True,  # TeXML 3.6
)
