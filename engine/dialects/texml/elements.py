"""TeXML as data: every element and attribute, what it may hold, its default, and the warning code it bears.

Sources: TeXML 2.1-2.6 and the decisions of TeXML 7. Where Telnyx is silent, Twilio's documents fill
the gap; what only Twilio has is `foreign`: understood, with a warning. The codes are those of
Twilio's debugger (TeXML 2.6): 12200 for what does not belong, 11100 for a URL, 13xxx and 14xxx for
the other values.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from engine.dialects.dialect import BEYOND, RULES, Attribute, Dialect, Element, Lexical, Text
from engine.dialects.lexical import (
    BOOLEAN,
    DIGITS,
    KEYS,
    LANGUAGE,
    METHOD,
    NOT_BLANK,
    TEXT,
    URL,
    WEBSOCKET,
    choice,
    either,
    integer,
    mapped,
    matching,
    seconds,
    text,
    words,
)
from engine.dialects.plivo.elements import ELEMENTS as PLIVO
from engine.values import verbs

VOICE = matching(
    "texml_voice",
    rf"man|woman|alice|(Polly|ElevenLabs|Azure|Telnyx)\.{NOT_BLANK}+",
    "man, woman, alice, or a voice of Polly., ElevenLabs., Azure. or Telnyx. by its name.",
)
TONES = matching("tones", "[0-9*#w]+", "Keys 0-9, * and #; w waits half a second.")
NUMBER = matching("phone_number", r"\+?[0-9][0-9 ().\-]*", "A telephone number, best in E.164 form with its plus.")
CALLER = matching("caller_number", r"\+?[0-9]{1,15}", "A telephone number in E.164 form.")
SIP = matching("sip_uri", rf"[Ss][Ii][Pp][Ss]?:{NOT_BLANK}+", "A sip or sips URI.")
COUNTRY = matching("country", "[A-Za-z]{2}", "A country code of two letters.")
MACHINE = mapped({"Enable": "enable", "DetectMessageEnd": "message_end", "Disable": ""})
BEEP = mapped({"true": "both", "false": "none", "onEnter": "enter", "onExit": "exit"}, fold=True)
TRIM = mapped({"trim-silence": True, "do-not-trim": False})
RECORD_CHANNELS = mapped({"single": "mono", "dual": "stereo"})
LIVE_CHANNELS = mapped({"mono": "mono", "single": "mono", "dual": "stereo"})
DIAL_RECORD = mapped(
    {
        "do-not-record": "",
        "record-from-answer": "answer",
        "record-from-answer-dual": "answer-dual",
        "record-from-ringing": "ringing",
        "record-from-ringing-dual": "ringing-dual",
        "true": "answer",
        "false": "",
    },
    fold=True,
)
FORMAT = choice("mp3", "wav")
TRACKS = choice("inbound", "outbound", "both")
STREAM_TRACKS = choice("inbound_track", "outbound_track", "both_tracks")
RECORDING_EVENTS = words("in-progress", "completed", "absent")
CALL_EVENTS = words("initiated", "ringing", "answered", "amd", "dtmf", "completed")
# The first five are Telnyx's, the others Twilio's addition (TeXML 2.4).
ROOM_EVENTS = words("start", "end", "join", "leave", "speaker", "mute", "hold", "modify", "announcement")
# What a recording in the background takes at most: as long as TeXML lets any recording last.
LONGEST = 14400.0


def _attribute(
    name: str, fills: str, lexical: Lexical, doc: str, default: str | None = None, code: str = ""
) -> Attribute:
    if lexical is URL and not code:
        code = "11100"
    return Attribute(name=name, fills=fills, lexical=lexical, doc=doc, default=default, code=code, spec="TeXML 2.3")


def _twilio(*attributes: Attribute) -> tuple[Attribute, ...]:
    """Mark attributes that only Twilio documents."""
    return tuple(structs.replace(attribute, foreign=True) for attribute in attributes)


def _action(code: str = "") -> tuple[Attribute, ...]:
    """Describe the pair that most verbs have for their result."""
    return (
        _attribute("action", "action", URL, "Where the result goes; the reply replaces the document."),
        _attribute("method", "action_method", METHOD, "How the action is requested.", "POST", code),
    )


def _status(fills: str, events: Lexical, what: str) -> tuple[Attribute, ...]:
    """Describe a status callback of a dialled leg or a room: its address, method and the events told."""
    return (
        _attribute("statusCallback", fills, URL, f"Where the progress of {what} is told."),
        _attribute("statusCallbackMethod", f"{fills}_method", METHOD, "How the status callback is sent.", "POST"),
        _attribute("statusCallbackEvent", f"{fills}_events", events, "Which events are told, blanks between them."),
    )


def _plain_status(what: str) -> tuple[Attribute, ...]:
    """Describe a status callback of something that is not executed yet."""
    return (
        _attribute("statusCallback", "", URL, f"Where the state of {what} is told."),
        _attribute("statusCallbackMethod", "", METHOD, "How the status callback is sent.", "POST"),
    )


def _recorded(fills: str) -> tuple[Attribute, ...]:
    """Describe the callback that tells of a recording."""
    told = "Which states of the recording are told, blanks between them."
    return (
        _attribute("recordingStatusCallback", fills, URL, "Where the state of the recording is told."),
        _attribute("recordingStatusCallbackMethod", f"{fills}_method", METHOD, "How that callback is sent.", "POST"),
        _attribute("recordingStatusCallbackEvent", f"{fills}_events", RECORDING_EVENTS, told, "completed"),
    )


def _screened(code: str) -> tuple[Attribute, ...]:
    """Describe the document that a callee hears before it is joined to the caller."""
    return (
        _attribute(
            "url", "screening", URL, "A document of prompts and Gather that the callee hears before it is joined."
        ),
        _attribute("method", "screening_method", METHOD, "How that document is requested.", "POST", code),
    )


def _machine() -> tuple[Attribute, ...]:
    """Describe the detection of answering machines on a dialled leg."""
    limit = integer(500, 60000)
    return (
        _attribute("machineDetection", "machine_detection", MACHINE, "Whether a machine is listened for.", "Disable"),
        _attribute("detectionMode", "", choice("Regular", "Premium"), "Which detector listens.", "Regular"),
        _attribute("machineDetectionTimeout", "", limit, "How many milliseconds the detector may take.", "3500"),
    )


def _from(section: str, *attributes: Attribute) -> tuple[Attribute, ...]:
    """Cite another section than the usual one."""
    return tuple(structs.replace(attribute, spec=section) for attribute in attributes)


def _completed(attributes: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    """Tell of a leg's completion where the document names no events."""
    *first, events = attributes
    return (*first, structs.replace(events, default="completed"))


SAY = (
    _attribute("voice", "voice", VOICE, "Which voice speaks.", "man", "13511"),
    _attribute("language", "language", LANGUAGE, "The language; only alice heeds it.", "en-US"),
    _attribute("loop", "loop", integer(0, 10), "How often it is said; 0 repeats without end.", "1", "13510"),
    _attribute("gender", "", choice("Male", "Female"), "The gender of the voice."),
    _attribute("effect", "", TEXT, "A sound effect on the voice, for Azure's voices."),
)

PLAY = (
    _attribute("loop", "loop", integer(0), "How often it is played; 0 repeats without end.", "1", "13410"),
    _attribute("mediaStorage", "stored", BOOLEAN, "Whether the text names a stored medium, not a URL.", "false"),
    _attribute("digits", "digits", TONES, "Keys to send as tones, in place of a sound."),
)

GATHER = (
    *_action("13312"),
    _attribute("input", "hears", words("dtmf", "speech"), "Whether keys, speech or both are listened for.", "dtmf"),
    structs.replace(
        _attribute("timeout", "first_timeout", seconds(1, 120), "How long to wait for the next input.", "5", "13313"),
        also=("digit_timeout",),
    ),
    _attribute("finishOnKey", "finish_on", KEYS, "Keys that end the input; empty: none of them.", "#", "13310"),
    _attribute("minDigits", "min_digits", integer(1, 128), "The fewest keys that count as input.", "1"),
    _attribute("maxDigits", "max_digits", integer(1, 128), "The number of keys that ends the input.", "128"),
    _attribute("numDigits", "max_digits", integer(1), "The number of keys that ends the input.", None, "13314"),
    _attribute("validDigits", "valid", KEYS, "The keys that may be pressed."),
    _attribute("invalidDigitsAction", "invalid_action", URL, "Where input with other keys than the valid ones goes."),
    _attribute(
        "speechTimeout", "speech_timeout", either(seconds(0), {"auto": 2.0}), "How much silence ends the speech."
    ),
    _attribute("language", "language", LANGUAGE, "The language of the speech.", "en-US"),
    _attribute("hints", "hints", TEXT, "Words that the recogniser should expect, commas between them."),
    _attribute("profanityFilter", "profanity_filter", BOOLEAN, "Whether swear words are masked in the text."),
    _attribute("partialResultCallback", "interim", URL, "Where the text so far is sent while somebody speaks."),
    _attribute("partialResultCallbackMethod", "interim_method", METHOD, "How the text so far is sent.", "POST"),
    _attribute(
        "transcriptionEngine", "", choice("Google", "Telnyx", "Azure", "Deepgram"), "Which recogniser listens."
    ),
    _attribute("useEnhanced", "", BOOLEAN, "Whether the recogniser's enhanced model is used."),
    _attribute("apiKeyRef", "", TEXT, "The stored secret that holds the recogniser's key."),
    _attribute("region", "", TEXT, "The region where the recogniser runs."),
    *_twilio(
        _attribute("actionOnEmptyResult", "action_on_empty", BOOLEAN, "Whether no input is reported too.", "false"),
        _attribute("bargeIn", "", BOOLEAN, "Whether input interrupts the prompts."),
        _attribute("speechModel", "speech_model", TEXT, "The recogniser's model."),
        _attribute("enhanced", "", BOOLEAN, "Whether the model's enhanced form is used."),
        _attribute("maxSpeechTime", "", seconds(1), "How long the speech may last."),
        _attribute("debug", "", BOOLEAN, "Whether the recogniser's working is reported."),
    ),
)

DIAL = (
    *_action("13210"),
    _attribute(
        "callerId", "caller_id", CALLER, "The number shown to the callee; else the caller's own.", None, "13214"
    ),
    _attribute("fromDisplayName", "caller_name", text(128), "The name shown to the callee; else the caller id."),
    _attribute(
        "hangupOnStar", "hangup_on_star", BOOLEAN, "Whether the caller's star key ends the leg.", "false", "13213"
    ),
    _attribute("timeout", "timeout", seconds(5, 120), "How long the callees ring.", "30", "13212"),
    _attribute(
        "timeLimit", "time_limit", seconds(60, 14400), "How long the leg or the stay may last.", "14400", "13216"
    ),
    _attribute(
        "record", "record", DIAL_RECORD, "Whether and from when the legs are recorded.", "do-not-record", "13217"
    ),
    _attribute(
        "recordingChannels",
        "record_channels",
        RECORD_CHANNELS,
        "Whether each leg has its own channel.",
        "single",
    ),
    _attribute(
        "recordMaxLength",
        "record_max_length",
        seconds(0, 14400),
        "How long the recording may be; 0: as the call.",
        "0",
    ),
    *_recorded("record_callback"),
    _attribute("sendRecordingUrl", "send_url", BOOLEAN, "Whether callbacks hold the recording's URL.", "true"),
    _attribute("ringTone", "", COUNTRY, "The country whose ringing tone the caller hears.", "us"),
    _attribute("audioUrl", "music", URL, "What the caller hears in place of ringing."),
    _attribute(
        "answerOnBridge", "answer_on_bridge", BOOLEAN, "Whether the call is answered only with the callee.", "false"
    ),
    _attribute("passDiversionHeader", "", BOOLEAN, "Whether the Diversion header is passed on."),
    _attribute("machineDetectionSpeechThreshold", "", integer(0), "Milliseconds of speech that sound like a machine."),
    _attribute("machineDetectionSpeechEndThreshold", "", integer(0), "Milliseconds of silence that end a greeting."),
    *_twilio(
        _attribute("recordingTrack", "", TRACKS, "Which side is recorded.", "both"),
        _attribute("trim", "", TRIM, "Whether silence at the recording's ends is cut off."),
        _attribute("sequential", "sequential", BOOLEAN, "Whether the targets ring one after another."),
        _attribute("referUrl", "", URL, "Where a callee's own transfer asks for a document."),
        _attribute("referMethod", "", METHOD, "How that document is requested.", "POST"),
    ),
)

CONFERENCE = _from(
    "TeXML 2.4",
    _attribute("muted", "muted", BOOLEAN, "Whether the member joins unable to speak.", "false", "13230"),
    _attribute(
        "startConferenceOnEnter", "starts", BOOLEAN, "Whether this member's coming starts the room.", "true", "13232"
    ),
    _attribute(
        "endConferenceOnExit", "ends", BOOLEAN, "Whether this member's leaving ends the room.", "false", "13231"
    ),
    structs.replace(
        _attribute("maxParticipants", "max_members", integer(2, 250), "How many members the room takes.", "250"),
        elsewhere=True,
        clamp=True,
    ),
    _attribute("beep", "beep", BEEP, "When those inside hear a tone; the one who joins never does.", "true", "13235"),
    _attribute("participantLabel", "label", text(128), "A name of this member's own, unique in the room."),
    _attribute("waitUrl", "wait_sound", URL, "A sound or document heard until the room starts.", None, "13233"),
    _attribute("waitMethod", "wait_method", METHOD, "How the wait document is requested.", "POST", "13234"),
    _attribute(
        "record",
        "record",
        mapped({"do-not-record": False, "record-from-start": True}),
        "Whether the room is recorded from its start.",
        "do-not-record",
    ),
    _attribute("recordBeep", "record_beep", BOOLEAN, "Whether a tone tells that the recording began.", "true"),
    *_recorded("record_callback"),
    _attribute(
        "recordingTimeout", "record_timeout", seconds(0, 14400), "Silence that ends the recording; 0: none does.", "0"
    ),
    _attribute(
        "trim", "record_trim", TRIM, "Whether silence at the recording's ends is cut off.", "do-not-trim", "13239"
    ),
    _attribute("sendRecordingUrl", "send_url", BOOLEAN, "Whether callbacks hold the recording's URL.", "true"),
    *_status("callback", ROOM_EVENTS, "the room"),
    _attribute("coach", "coach", TEXT, "The call that alone hears this member.", None, "13240"),
    _attribute("jitterBufferSize", "", TEXT, "The size of the jitter buffer; without effect here."),
    _attribute("region", "", TEXT, "Where the room is mixed; without effect here."),
    _attribute("eventCallbackUrl", "", URL, "An older way to ask for room events; without effect here."),
    _attribute("recordingConfigurationId", "", TEXT, "A stored recording set-up; without effect here."),
)

NUMBER_NOUN = (
    *_screened("13221"),
    _attribute("sendDigits", "send_digits", DIGITS, "Keys sent to the callee once it answers.", None, "13222"),
    *_completed(_status("callback", CALL_EVENTS, "the leg")),
    *_machine(),
)

SIP_NOUN = (
    *_screened("13241"),
    _attribute("username", "username", TEXT, "The user name that the SIP server asks for.", None, "13249"),
    _attribute("password", "password", TEXT, "The password that the SIP server asks for.", None, "13249"),
    *_completed(_status("callback", CALL_EVENTS, "the leg")),
    *_machine(),
)

RECORD = (
    *_action("13610"),
    _attribute(
        "timeout", "silence_timeout", seconds(0), "Silence that ends the recording; 0: none does.", "0", "13611"
    ),
    _attribute("maxLength", "max_length", seconds(0, 14400), "How long the recording may be.", "3600", "13612"),
    _attribute("finishOnKey", "finish_on", KEYS, "Keys that end the recording.", "1234567890*#", "13613"),
    _attribute("playBeep", "beep", BOOLEAN, "Whether a tone tells that the recording began.", "true", "13616"),
    _attribute("trim", "trim", TRIM, "Whether silence at the recording's ends is cut off."),
    _attribute("channels", "channels", RECORD_CHANNELS, "Whether each side has its own channel.", "dual"),
    _attribute("format", "format", FORMAT, "The kind of sound file.", "mp3"),
    *_recorded("callback"),
    _attribute(
        "transcription",
        "transcription",
        mapped({"true": "auto", "false": ""}, fold=True),
        "Whether the recording is written down.",
        "false",
    ),
    _attribute("transcriptionCallback", "transcription_url", URL, "Where the written text is sent."),
    _attribute("transcriptionEngine", "", choice("A", "B"), "Which recogniser writes it down."),
    _attribute("transcriptionLanguage", "", LANGUAGE, "The language of what is written down."),
    *_twilio(
        _attribute(
            "transcribe",
            "transcription",
            mapped({"true": "auto", "false": ""}, fold=True),
            "Twilio's name for transcription.",
            None,
            "13614",
        ),
        _attribute("transcribeCallback", "transcription_url", URL, "Twilio's name for transcriptionCallback."),
    ),
)

ENQUEUE = (
    _attribute("action", "action", URL, "Where the outcome goes; the reply replaces the document.", None, "14203"),
    _attribute("method", "action_method", METHOD, "How the action is requested.", "POST", "14201"),
    _attribute("waitUrl", "wait_url", URL, "The document heard again and again while waiting.", None, "14202"),
    _attribute("waitUrlMethod", "wait_method", METHOD, "How the wait document is requested.", "POST", "14206"),
    _attribute("maxWaitTimeSecs", "max_wait", seconds(1), "How long the caller waits at most.", "14400"),
    *_twilio(
        _attribute("maxQueueSize", "max_size", integer(1), "How many callers may wait."),
        _attribute("workflowSid", "", TEXT, "The routing workflow that takes the call."),
    ),
)

STREAM = (
    _attribute("url", "", WEBSOCKET, "The web socket that the sound is sent to."),
    _attribute("track", "", STREAM_TRACKS, "Which side is sent.", "inbound_track"),
    _attribute("name", "", TEXT, "A name by which Stop finds the stream again."),
    _attribute("codec", "", TEXT, "The codec of what is sent.", "default"),
    _attribute("bidirectionalMode", "", choice("mp3", "rtp"), "The form of what comes back.", "mp3"),
    _attribute("bidirectionalCodec", "", TEXT, "The codec of what comes back.", "PCMU"),
    _attribute(
        "bidirectionalSamplingRate",
        "",
        choice("8000", "16000", "24000"),
        "The sampling rate of what comes back.",
        "8000",
    ),
    *_plain_status("the stream"),
    _attribute("enableReconnect", "", BOOLEAN, "Whether a lost web socket is opened again.", "true"),
)

RECORDING = (
    *_recorded("callback"),
    _attribute("channels", "channels", LIVE_CHANNELS, "Whether each side has its own channel.", "dual"),
    _attribute("track", "track", TRACKS, "Which side is recorded.", "both"),
    _attribute("trim", "trim", TRIM, "Whether silence at the recording's ends is cut off."),
    _attribute("format", "format", FORMAT, "The kind of sound file."),
)

TRANSCRIPTION = (
    _attribute("language", "", LANGUAGE, "The language that is spoken.", "en"),
    _attribute("interimResults", "", BOOLEAN, "Whether unfinished sentences are sent too.", "false"),
    _attribute(
        "transcriptionEngine",
        "",
        choice("Google", "Telnyx", "Deepgram", "Azure", "A", "B"),
        "Which recogniser listens.",
        "Google",
    ),
    _attribute("transcriptionTracks", "", TRACKS, "Which side is written down.", "inbound"),
    _attribute("transcriptionCallback", "", URL, "Where the text is sent."),
    _attribute("transcriptionCallbackMethod", "", METHOD, "How the text is sent.", "POST"),
    _attribute("model", "", TEXT, "The recogniser's model."),
    _attribute("apiKeyRef", "", TEXT, "The stored secret that holds the recogniser's key."),
    _attribute("region", "", TEXT, "The region where the recogniser runs."),
)

SIPREC = (
    _attribute("connectorName", "", TEXT, "The stored connector of the recording server."),
    _attribute("name", "", TEXT, "A name by which Stop finds the session again."),
    _attribute("track", "", STREAM_TRACKS, "Which side is sent.", "both_tracks"),
    _attribute("secure", "", BOOLEAN, "Whether the sound is sent encrypted.", "false"),
    _attribute(
        "sessionTimeoutSecs",
        "",
        either(integer(90, 14440), {"0": 0}),
        "How long the session lasts without a refresh; 0: for ever.",
        "1800",
    ),
    _attribute(
        "includeMetadataCustomHeaders", "", BOOLEAN, "Whether custom SIP headers go into the metadata.", "false"
    ),
    *_plain_status("the session"),
)

# Speech mark-up is documented by Twilio alone (TeXML 2.2), and it is Polly's, as Plivo's.
MARKUP: Mapping[str, Element] = {
    name: structs.replace(element, spec="TeXML 2.2", attributes=_from("TeXML 2.2", *element.attributes))
    for name, element in PLIVO.items()
    if element.markup
}
SPOKEN = tuple(name for name in PLIVO["Speak"].children if name in MARKUP)

VERBS = (
    *("Say", "Play", "Pause", "Gather", "Dial", "Record", "Hangup", "Redirect", "Reject", "Refer", "Enqueue", "Leave"),
    *("Start", "Stop", "Connect", "HttpRequest", "AIGather", "AIAssistant", "Pay"),
)
# Nouns that only Twilio dials; Telnyx has no such endpoints (TeXML 2.2, 7 A26).
STRANGERS = ("Client", "Sim", "Application", "WhatsApp")
SERVICES = ("Stream", "Transcription", "Suppression", "Siprec")


# What does not belong is a schema warning; a document that cannot be read has codes of its own (TeXML 2.6).
# That an opaque verb is not executed is our own remark, not the vendor's.
CODES: Mapping[str, str] = {
    **{rule: "12200" for rule in (*RULES, *BEYOND) if rule != "opaque-element"},
    "not-xml": "12100",
    "doctype": "12100",
    "too-deep": "12100",
    "wrong-root": "12102",
    "too-large": "11750",
    "empty": "11770",
}


def _stranger(name: str, doc: str, *attributes: Attribute, children: tuple[str, ...] = ()) -> Element:
    """Describe a noun that Telnyx does not dial: taken with a warning, and such a Dial fails."""
    return Element(
        name=name,
        doc=doc,
        verb=verbs.Target,
        fixed={"kind": "client", "address": ""},
        attributes=attributes,
        text=Text(fills="address", doc="Whom to ring.", lexical=TEXT),
        children=children,
        foreign=True,
        code="13215",
        spec="TeXML 7 A26",
    )


def _opaque(name: str, doc: str) -> Element:
    """Describe a verb of which nothing is documented but that it exists."""
    return Element(name=name, doc=doc, verb=verbs.Unperformed, support="opaque", blocking=True, spec="TeXML 2.2")


def _service(name: str, doc: str, *attributes: Attribute, children: tuple[str, ...] = ()) -> Element:
    """Describe what Start begins and Stop ends: validated, not executed yet."""
    return Element(
        name=name,
        doc=doc,
        verb=verbs.Unperformed,
        attributes=attributes,
        children=children,
        support="understood",
        what_next="The next verb runs at once.",
        spec="TeXML 2.3",
    )


TABLE = (
    Element(name="Response", doc="The document: verbs run from top to bottom.", children=VERBS, spec="TeXML 2.1"),
    Element(
        name="Say",
        doc="Speaks a text to the caller.",
        verb=verbs.Speak,
        attributes=SAY,
        text=Text(
            fills="text", doc="What is said; may hold SSML.", lexical=TEXT, required=True, mixed=True, code="13520"
        ),
        children=SPOKEN,
        what_next="The next verb runs when all has been said.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Play",
        doc="Plays a sound, or sends keys as tones.",
        verb=verbs.Play,
        attributes=PLAY,
        text=Text(fills="url", doc="The sound's URL, or the name of a stored medium.", lexical=TEXT, required=True),
        turns={"digits": verbs.SendDigits},
        fixed={"digits": ""},  # what is sent where the keys given are none
        what_next="The next verb runs when the sound is over.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Pause",
        doc="Stays silent; as the first verb it delays the answer.",
        verb=verbs.Wait,
        attributes=(_attribute("length", "length", seconds(1, 180), "How long the silence lasts.", "1", "13910"),),
        what_next="The next verb runs after the pause.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Gather",
        doc="Collects keys or speech while its prompts play.",
        verb=verbs.Collect,
        attributes=GATHER,
        children=("Say", "Play", "Pause"),
        gathers="prompts",
        what_next="Input goes to the action, whose document replaces this one; without input the next verb runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Dial",
        doc="Joins the caller to a number, a SIP address, a queue or a conference.",
        verb=verbs.Dial,
        attributes=DIAL,
        text=Text(
            fills="", doc="A number to ring, in place of nouns.", lexical=NUMBER, stands_for="Number", code="13223"
        ),
        children=("Number", "Sip", "Queue", "Conference", *STRANGERS),
        gathers="targets",
        instead=("Conference",),
        lends={"action": "action", "method": "action_method", "timeLimit": "leg_time_limit"},
        alone=("Queue", "Conference"),
        least=1,
        what_next="The action is requested if there is one; otherwise the next verb runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Number",
        doc="A telephone number that a Dial rings.",
        verb=verbs.Target,
        fixed={"kind": "number"},
        attributes=NUMBER_NOUN,
        text=Text(fills="address", doc="The number.", lexical=NUMBER, required=True, code="13223"),
        spec="TeXML 2.3",
    ),
    Element(
        name="Sip",
        doc="A SIP address that a Dial rings or a Refer transfers to.",
        verb=verbs.Target,
        fixed={"kind": "sip"},
        attributes=SIP_NOUN,
        text=Text(fills="address", doc="The SIP URI.", lexical=SIP, required=True, code="13243"),
        spec="TeXML 2.3",
    ),
    Element(
        name="Queue",
        doc="Takes the caller who has waited longest in a queue.",
        attributes=(
            _attribute(
                "url", "queue_url", URL, "A document for the waiting caller before the two are joined.", None, "14211"
            ),
            _attribute("method", "queue_method", METHOD, "How that document is requested.", "POST", "14210"),
        ),
        text=Text(fills="queue", doc="The queue's name.", lexical=TEXT, required=True, code="14212"),
        spec="TeXML 2.3",
    ),
    Element(
        name="Conference",
        doc="Joins the caller to a room of the account, which the first to come creates.",
        verb=verbs.Conference,
        attributes=CONFERENCE,
        text=Text(fills="room", doc="The room's name.", lexical=TEXT, required=True, code="13237"),
        what_next="On leaving, the Dial's action is requested if there is one; otherwise the next verb runs.",
        spec="TeXML 2.4",
    ),
    _stranger(
        "Client",
        "A browser or mobile client of Twilio's.",
        _attribute("url", "screening", URL, "A document that the client hears before it is joined."),
        _attribute("method", "screening_method", METHOD, "How that document is requested.", "POST"),
        *_status("callback", CALL_EVENTS, "the leg"),
        children=("Identity", "Parameter"),
    ),
    _stranger("Sim", "A SIM card of Twilio's."),
    _stranger("Application", "An application of Twilio's."),
    _stranger("WhatsApp", "A WhatsApp account."),
    Element(
        name="Identity",
        doc="The name of a Client.",
        text=Text(fills="address", doc="The client's name.", lexical=TEXT),
        spec="TeXML 2.3",
    ),
    Element(
        name="Parameter",
        doc="A name and a value that go along with a stream or a client's call.",
        attributes=(
            _attribute("name", "", TEXT, "The parameter's name."),
            _attribute("value", "", TEXT, "The parameter's value."),
        ),
        spec="TeXML 2.3",
    ),
    Element(
        name="Record",
        doc="Records what the caller says.",
        verb=verbs.Record,
        attributes=RECORD,
        what_next="The action is requested with the recording; without an action or a sound the next verb runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Hangup",
        doc="Ends the call.",
        verb=verbs.Hangup,
        what_next="Nothing after it runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Redirect",
        doc="Goes on with another document.",
        verb=verbs.Redirect,
        attributes=(_attribute("method", "method", METHOD, "How the document is requested.", "POST", "13710"),),
        text=Text(fills="url", doc="The document's URL; empty: this document again.", lexical=URL, code="11100"),
        what_next="Nothing after it runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Reject",
        doc="Refuses a call without answering it.",
        verb=verbs.Reject,
        attributes=(
            _attribute("reason", "reason", choice("rejected", "busy"), "What the caller is told.", "rejected"),
        ),
        what_next="Nothing after it runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Refer",
        doc="Hands a SIP call over to another SIP address.",
        verb=verbs.Unperformed,
        attributes=_action(),
        children=("Sip",),
        least=1,
        most=1,
        support="understood",
        blocking=True,
        what_next="The action is requested when the transfer is over; otherwise the next verb runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Enqueue",
        doc="Puts the caller into a queue.",
        verb=verbs.Enqueue,
        attributes=ENQUEUE,
        text=Text(fills="queue", doc="The queue's name.", lexical=TEXT, required=True, code="14204"),
        what_next="The action is requested when the caller is out of the queue; otherwise the next verb runs.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Leave",
        doc="Takes the caller out of the queue; stands in a queue's wait document.",
        verb=verbs.Leave,
        what_next="The flow goes on after the Enqueue.",
        spec="TeXML 2.3",
    ),
    Element(
        name="Start",
        doc="Begins something that goes on beside the flow.",
        children=("Stream", "Recording", "Transcription", "Suppression", "Siprec"),
        spread="instead",
        what_next="The next verb runs at once.",
        spec="TeXML 2.2",
    ),
    Element(
        name="Stop",
        doc="Ends what a Start began.",
        verb=verbs.Unperformed,
        children=SERVICES,
        least=1,
        support="understood",
        what_next="The next verb runs at once.",
        spec="TeXML 2.2",
    ),
    Element(
        name="Connect",
        doc="Gives the call to a service until that ends.",
        verb=verbs.Unperformed,
        attributes=_from("TeXML 2.5", *_action()),
        children=("Stream", "AIAssistant", "ConversationRelay"),
        least=1,
        support="understood",
        blocking=True,
        what_next="The action is requested when the service ends; otherwise the next verb runs.",
        spec="TeXML 2.2",
    ),
    _service("Stream", "Sends the call's sound to a web socket.", *STREAM, children=("Parameter",)),
    Element(
        name="Recording",
        doc="Records the call beside the flow.",
        verb=verbs.Record,
        fixed={"background": True, "beep": False, "finish_on": "", "max_length": LONGEST},
        attributes=RECORDING,
        what_next="The next verb runs at once.",
        spec="TeXML 2.3",
    ),
    _service("Transcription", "Writes down what is said, beside the flow.", *TRANSCRIPTION),
    _service(
        "Suppression",
        "Takes noise out of the sound.",
        _attribute("direction", "", TRACKS, "Which side is cleaned.", "inbound"),
    ),
    _service("Siprec", "Sends the call's sound to a SIP recording server.", *SIPREC),
    _opaque("HttpRequest", "Asks a web server in the middle of the flow; kept as it is."),
    _opaque("AIGather", "Lets a language model ask the caller for data; kept as it is."),
    _opaque("AIAssistant", "Gives the call to an assistant; kept as it is."),
    _opaque("Pay", "Takes a payment; kept as it is."),
    _opaque("ConversationRelay", "Gives the call to a language model over a web socket; kept as it is."),
)

ELEMENTS: Mapping[str, Element] = {**{element.name: element for element in TABLE}, **MARKUP}

DIALECT = Dialect(
    name="texml",
    title="Telnyx TeXML",
    elements=ELEMENTS,
    unknown_element="skip",
    bad_nesting="skip",
    bad_boolean=None,
    opaque=tuple(element.name for element in TABLE if element.support == "opaque"),
    marks=(("Say", None), ("Dial", "Conference")),
    codes=CODES,
    spec="TeXML 2",
)
