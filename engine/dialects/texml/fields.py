"""The parameters of TeXML's REST API, table by table; an absent one leaves its aspect as it is (TeXML 1.3 to 1.8)."""

from __future__ import annotations

from engine.dialects.face import Field
from engine.dialects.source import LARGEST
from engine.dialects.texml.troubles import DIGITS, INVALID_URL, NOT_E164

LONGEST_URL = 2000
NUMBER = r"\+[0-9]{1,15}|sips?:[^\s@<>]+(@[^\s@<>]+)?"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
DAY = 86_400
SWITCH = "Accepted; the switch decides."


def address(name: str, doc: str, method: str = "", *also: str) -> tuple[Field, Field]:
    """An address, and the method that it is asked with (`<name>Method` where it is not named otherwise)."""
    return (
        Field(name=name, doc=doc, kind="url", high=LONGEST_URL, code=INVALID_URL, also=also),
        Field(name=method or f"{name}Method", doc=f"The method that {name} is asked with.", kind="method"),
    )


def flag(name: str, doc: str, default: bool | None = None) -> Field:  # noqa: FBT001
    """Yes or no."""
    return Field(name=name, doc=doc, kind="boolean", default=default)


def choice(name: str, doc: str, *choices: str, default: str | None = None) -> Field:
    """One of some words."""
    return Field(name=name, doc=doc, choices=choices, default=default)


def events(name: str, doc: str, *choices: str, default: tuple[str, ...] = ("completed",)) -> Field:
    """Some of some words: in one text with blanks between them, or given several times (TeXML 1.1)."""
    return Field(name=name, doc=doc, kind="texts", cut=" ", choices=choices, default=default)


def count(name: str, doc: str, low: float, high: float, default: int | None = None) -> Field:
    """A whole number within bounds."""
    return Field(name=name, doc=doc, kind="integer", low=low, high=high, default=default)


def recorded(prefix: str, what: str) -> tuple[Field, ...]:
    """Where the state of a recording is told, and when."""
    return (
        *address(f"{prefix}RecordingStatusCallback", f"Told of the recording of {what}."),
        events(
            f"{prefix}RecordingStatusCallbackEvent", "When it is told; failed is another word for absent.",
            "in-progress", "completed", "absent", "failed",
        ),
    )  # fmt: skip


def dates(name: str, doc: str) -> tuple[Field, ...]:
    """A filter by time; the sign of an inequality belongs to the name: `DateCreated>=2023-05-22` (TeXML 1.4)."""
    return (
        Field(name=name, doc=f"{doc} on that day, or at that time.", pattern=DATE),
        Field(name=f"{name}>", doc=f"{doc} then or later.", pattern=DATE, also=(f"{name}_gt",)),
        Field(name=f"{name}<", doc=f"{doc} then or earlier.", pattern=DATE, also=(f"{name}_lt",)),
    )


# TeXML 1.3
PAGE = (
    count("Page", "The page, from 0.", 0, 2**31, 0),
    count("PageSize", "How many there are on a page.", 1, 1000, 20),
    Field(name="PageToken", doc="Says where a page begins; as it was given in next_page_uri."),
)

# TeXML 1.4
CONFERENCE_FILTERS = (
    Field(name="FriendlyName", doc="Only conferences of exactly that name."),
    choice("Status", "Only conferences in that state.", "init", "in-progress", "completed"),
    *dates("DateCreated", "Only those that were created"),
    *dates("DateUpdated", "Only those that last changed"),
)
ANNOUNCE = address("AnnounceUrl", "A sound, or a document of Play, Say, Pause, Redirect.", "AnnounceMethod")
UPDATE_CONFERENCE = (
    choice("Status", "`completed` ends the conference and hangs up everybody in it.", "completed"),
    *ANNOUNCE,
)

# TeXML 1.5
PARTICIPANT_FILTERS = (
    flag("Muted", "Only participants who are muted, or are not."),
    flag("Hold", "Only participants who are held, or are not."),
    flag("Coaching", "Only participants who coach somebody, or do not."),
)
UPDATE_PARTICIPANT = (
    flag("Muted", "Whether the others hear the participant."),
    flag("Hold", "Whether the participant is on hold."),
    Field(
        name="HoldURL", doc="What a held participant hears: a sound, or a document of Play, Say, Pause, Redirect.",
        kind="url", high=LONGEST_URL, code=INVALID_URL, also=("HoldUrl",), fold=True,
    ),
    Field(name="HoldMethod", doc="The method that HoldURL is asked with.", kind="method"),
    *ANNOUNCE,
    *address("WaitUrl", "What the participant hears until the conference starts.", "WaitMethod"),
    flag("BeepOnExit", "Whether the others hear a tone when the participant leaves."),
    flag("EndConferenceOnExit", "Whether the conference ends when the participant leaves."),
    flag("Coaching", "Whether the participant is heard by the one it coaches alone; true needs CallSidToCoach."),
    Field(name="CallSidToCoach", doc="Who is coached: a connected participant of this conference; implies Coaching."),
)  # fmt: skip

# TeXML 1.5, 1.7: what a dialled participant and a dialled call have in common
PARTIES = (
    Field(name="From", doc="The caller: E.164, or a SIP address.", required=True, pattern=NUMBER, code=NOT_E164),
    Field(name="To", doc="Who is called: E.164, or a SIP address.", required=True, pattern=NUMBER, code=NOT_E164),
)
OUTGOING = (
    Field(
        name="CallerId", doc="The caller's name; letters, digits, blanks and `-_~!.+`.",
        pattern=r"[A-Za-z0-9 _~!.+-]*", high=128,
    ),
    count("Timeout", "Seconds that it may ring.", 5, 120, 30),
    *address("StatusCallback", "Told how the call goes."),
    events("StatusCallbackEvent", "What it is told.", "initiated", "ringing", "answered", "completed"),
    flag("Record", "Whether this leg is recorded.", default=False),
    choice("RecordingChannels", "One channel, or one for each side.", "mono", "dual", default="mono"),
    choice("RecordingTrack", SWITCH, "inbound", "outbound", "both", default="both"),
    *recorded("", "this leg"),
    choice("Trim", "Whether silence is cut off at both ends.", "trim-silence", "do-not-trim", default="trim-silence"),
    Field(name="CustomHeaders", doc="SIP headers: a list of name and value; in a form, that list as JSON.",
          kind="object"),
    Field(name="PreferredCodecs", doc=SWITCH),
    Field(name="SipAuthUsername", doc="The user name for SIP authentication.", high=256),
    Field(name="SipAuthPassword", doc="The password for SIP authentication.", high=256),
    count("MachineDetectionTimeout", f"Milliseconds. {SWITCH}", 500, 60_000),
    count("MachineDetectionSpeechThreshold", f"Milliseconds. {SWITCH}", 0, 60_000, 3500),
    count("MachineDetectionSpeechEndThreshold", f"Milliseconds. {SWITCH}", 0, 60_000, 800),
    count("MachineDetectionSilenceTimeout", f"Milliseconds. {SWITCH}", 0, 60_000, 3500),
    choice("MachineDetectionBeepProfile", SWITCH, "both", "freq_only"),
    count("MachineDetectionBeepMinFrequency", f"Hertz. {SWITCH}", 0, 24_000),
    count("MachineDetectionBeepMaxFrequency", f"Hertz. {SWITCH}", 0, 24_000),
    count("MachineDetectionBeepMinToneDuration", f"Milliseconds. {SWITCH}", 0, 60_000),
    flag("MachineDetectionBeepSpectralConfirmation", SWITCH),
    Field(name="MachineDetectionBeepSpectralMinPurity", doc=SWITCH, kind="number", low=0, high=1),
    count("MachineDetectionBeepSpectralWindow", f"Milliseconds. {SWITCH}", 0, 60_000),
    flag("MachineDetectionBeepSpectralRejectFaxCng", SWITCH),
    flag("CancelPlaybackOnMachineDetection", SWITCH, default=True),
    flag("CancelPlaybackOnDetectMessageEnd", SWITCH, default=True),
)  # fmt: skip
DIAL_PARTICIPANT = (
    *PARTIES,
    Field(
        name="ApplicationSid",
        doc="A TeXML application; may be left out where the path names a live conference by its sid. "
        "One that is configured gives the StatusCallback where there is none.",
    ),
    Field(name="Label", doc="Another name for the participant, unique in the conference.", high=128),
    *OUTGOING,
    count("TimeLimit", "Seconds that the call may last.", 1, DAY),
    flag("Muted", "Whether the participant joins muted.", default=False),
    choice("Beep", "When the others hear a tone.", "true", "false", "onEnter", "onExit", default="true"),
    flag("StartConferenceOnEnter", "Whether the conference starts with the participant.", default=True),
    flag("EndConferenceOnExit", "Whether the conference ends when the participant leaves.", default=False),
    flag("EarlyMedia", f"Whether it joins before it answers. {SWITCH}", default=False),
    count("MaxParticipants", "How many may be in the conference; who creates it decides.", 2, 800),
    *address("WaitUrl", "What the participant hears until the conference starts.", "WaitMethod"),
    flag("Coaching", "Whether the participant is heard by the one it coaches alone; true needs CallSidToCoach."),
    Field(name="CallSidToCoach", doc="Who is coached: a connected participant of the conference; implies Coaching."),
    *address("ConferenceStatusCallback", "Told how the conference goes; the first one given stays."),
    events(
        "ConferenceStatusCallbackEvent", "What it is told.", "start", "end", "join", "leave", "speaker", "mute",
        "hold", "modify", "announcement", default=(),
    ),
    choice(
        "ConferenceRecord", "Whether the conference is recorded.", "true", "false", "record-from-start",
        "do-not-record", default="do-not-record",
    ),
    *recorded("Conference", "the conference"),
    count("ConferenceRecordingTimeout", "Seconds of silence that end its recording; 0: none.", 0, DAY, 0),
    choice("ConferenceTrim", "Whether silence is cut off at both ends.", "trim-silence", "do-not-trim",
           default="trim-silence"),
    choice("MachineDetection", "Whether it is found out if a machine answers; the switch decides how.", "Enable",
           "Disable", "DetectMessageEnd"),
    *address("AmdStatusCallback", "Told what answered."),
)  # fmt: skip

# TeXML 1.6
RECORDING_FILTERS = dates("DateCreated", "Only those that were begun")
START_RECORDING = (
    flag("PlayBeep", "Whether a tone is heard first.", default=True),
    choice("RecordingChannels", "One channel, or one for each side.", "single", "dual", default="dual"),
    choice("RecordingTrack", SWITCH, "inbound", "outbound", "both", default="both"),
    *recorded("", "the call"),
    flag("SendRecordingUrl", "Whether the callbacks name the recording's address.", default=True),
)
UPDATE_RECORDING = (
    choice("Status", "`stopped` ends the recording.", "in-progress", "paused", "stopped"),
)  # fmt: skip

# TeXML 1.7
INSTRUCTIONS = Field(name="Texml", doc="The document itself, instead of Url.", also=("Twiml",), high=LARGEST)
DIAL_CALL = (
    *PARTIES,
    Field(
        name="ApplicationSid",
        doc="A TeXML application; its voice address gives the document where neither Url nor Texml does.",
        required=True,
    ),
    Field(name="Url", doc="Gives the call's first document.", kind="url", high=LONGEST_URL, code=INVALID_URL),
    Field(name="UrlMethod", doc="The method that Url is asked with.", kind="method", also=("Method",)),
    *address("FallbackUrl", "Asked instead where Url fails.", "FallbackMethod"),
    INSTRUCTIONS,
    *OUTGOING,
    count("TimeLimit", "Seconds that the call may last.", 30, 14_400, 14_400),
    count("RecordingTimeout", "Seconds of silence that end the recording; 0: none.", 0, DAY, 0),
    flag("SendRecordingUrl", "Whether the callbacks name the recording's address.", default=True),
    choice("MachineDetection", "Whether it is found out if a machine answers; the switch decides how.", "Enable",
           "Disable", "DetectMessageEnd", default="Disable"),
    choice("DetectionMode", SWITCH, "Premium", "Regular", "PremiumCallScreening", default="Regular"),
    flag("AsyncAmd", SWITCH, default=False),
    *address("AsyncAmdStatusCallback", "Told what answered."),
    count("MachineDetectionPromptEndTimeout", f"Milliseconds. {SWITCH}", 0, 60_000),
    choice("SipRegion", SWITCH, "US", "Europe", "Canada", "Australia", "Middle East"),
    choice("MediaEncryption", SWITCH, "disabled", "SRTP", "DTLS"),
    Field(name="SendDigits", doc="Keys sent after the answer; w waits half a second, W a whole one.",
          pattern=r"[0-9A-DwW*#]+", high=256, code=DIGITS),
    Field(name="SuperviseCallSid", doc="Not served here: refused."),
)  # fmt: skip
UPDATE_CALL = (
    choice("Status", "`completed` ends the call, `canceled` one that is not answered yet.", "completed", "canceled"),
    *address("Url", "Gives the call a new document; what it does now is broken off.", "Method"),
    *address("FallbackUrl", "Asked instead where Url fails.", "FallbackMethod"),
    *address("StatusCallback", "Told from now on how the call goes."),
    INSTRUCTIONS,
)
CALL_FILTERS = (
    Field(name="To", doc="Only calls to this number."),
    Field(name="From", doc="Only calls from this number."),
    choice("Status", "Only calls that ended so.", "canceled", "completed", "failed", "busy", "no-answer"),
    *dates("StartTime", "Only calls that began"),
    *dates("EndTime", "Only calls that ended"),
)

# TeXML 1.8
MAX_SIZE = count("MaxSize", "How many calls may wait in it.", 1, 1_000_000)
CREATE_QUEUE = (Field(name="FriendlyName", doc="The queue's name.", required=True, low=1, high=128), MAX_SIZE)
QUEUE_FILTERS = (
    *dates("DateCreated", "Only those that were created"),
    *dates("DateUpdated", "Only those that last changed"),
)
