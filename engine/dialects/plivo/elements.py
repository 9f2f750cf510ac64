"""Plivo's XML as data: every element and attribute, what they may hold, and which verb they become (Plivo 2)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects import lexical as lex
from engine.dialects.dialect import Attribute, Dialect, Element, Lexical, Requirement, Text
from engine.values import verbs

# --- types ------------------------------------------------------------------------------------------------------

SOUND = lex.either(lex.URL, {"beep:1": "beep:1", "beep:2": "beep:2"})
MPC_SOUND = lex.either(lex.URL, {"beep:1": "beep:1", "beep:2": "beep:2", "none": ""})
MUSIC = lex.either(lex.URL, {"real": "real"})
VOICE = lex.either(
    lex.matching("polly", r"Polly\.[A-Za-z]+(\-[A-Za-z]+)*", "A Polly voice, such as Polly.Joanna."),
    {"WOMAN": "WOMAN", "MAN": "MAN"},
)
WAIT_BEEP = lex.either(
    lex.matching("tuning", "[a-z_]+=[0-9]+(,[a-z_]+=[0-9]+)*", "Tuning such as duration=300,threshold=256."),
    {"true": "true", "false": ""},
)
SIP_HEADERS = lex.matching(
    "sip_headers",
    r"([A-Za-z0-9\-]+=[^,= \t\r\n]*(,[A-Za-z0-9\-]+=[^,= \t\r\n]*)*)?",
    "Pairs name=value, with commas between them.",
)
CONFIRM_KEY = lex.matching("confirm_key", "[0-9*#]?", "One key.")
DIGIT_GAP = lex.either(lex.number(2, 10), {"auto": 2.0})
INPUT = lex.words("dtmf", "speech")
FORMAT = lex.choice("mp3", "wav")
BREAK_TIME = lex.matching("break_time", r"[0-9]{1,5}(\.[0-9]{1,3})?(ms|s)", "A length such as 300ms or 2s.")

# What the two plain voices speak (Plivo 2.3).
CLASSIC_LANGUAGES = (
    *("da-DK", "nl-NL", "en-AU", "en-GB", "en-US", "fr-FR", "fr-CA", "de-DE"),
    *("it-IT", "pl-PL", "pt-PT", "pt-BR", "ru-RU", "es-ES", "es-US", "sv-SE"),
)

# --- attributes that several elements share ---------------------------------------------------------------------


def url(name: str, fills: str, doc: str, *, required: bool = False) -> Attribute:
    """Return an address attribute: a bad one is kept, and the call fails on it with its own code (Plivo 2.7)."""
    return Attribute(name=name, lexical=lex.URL, fills=fills, doc=doc, required=required, keep=True)


def method(name: str, fills: str, doc: str, default: str = "POST") -> Attribute:
    """Return an HTTP method attribute; POST where nothing else is said."""
    return Attribute(name=name, lexical=lex.METHOD, fills=fills, doc=doc, default=default)


def flag(name: str, fills: str, doc: str, *, default: bool) -> Attribute:
    """Return a boolean attribute."""
    return Attribute(name=name, lexical=lex.BOOLEAN, fills=fills, doc=doc, default="true" if default else "false")


def action(doc: str, *, required: bool = False) -> tuple[Attribute, ...]:
    """Return the address a verb's result goes to, and how."""
    return (
        url("action", "action", doc, required=required),
        method("method", "action_method", "The HTTP method that the action address is asked with."),
        flag("redirect", "redirect", "Whether the document that the action address answers is run.", default=True),
    )


def callback(doc: str) -> tuple[Attribute, ...]:
    """Return the address that a verb's events are told to, and how."""
    return (
        url("callbackUrl", "callback", doc),
        method("callbackMethod", "callback_method", "The HTTP method of the callback."),
    )


def transcription(*, fills: bool) -> tuple[Attribute, ...]:
    """Return the attributes by which a recording is written down."""
    return (
        Attribute(
            name="transcriptionType",
            lexical=lex.choice("auto", "hybrid", "manual"),
            fills="transcription" if fills else "",
            default="auto",
            elsewhere=True,
            doc="Who writes the recording down; it is written down only where this or the address is given.",
        ),
        url("transcriptionUrl", "transcription_url" if fills else "", "Where the written text is sent."),
        method(
            "transcriptionMethod", "transcription_method" if fills else "", "The HTTP method for the written text."
        ),
    )


LOOP = Attribute(
    name="loop", lexical=lex.integer(0), fills="loop", default="1", doc="How often it is heard; 0: without an end."
)
LOG = flag("log", "log", "Whether the input may be kept in logs.", default=True)
DIGITS_MATCH = "Key sequences that are reported to the callback address when the caller enters them"

# --- the verbs --------------------------------------------------------------------------------------------------

CONFERENCE = Element(
    name="Conference",
    verb=verbs.Conference,
    spec="Plivo 2.3, 2.6",
    doc="Brings the call into a named room, where it stays until something takes it out.",
    what_next=(
        "Once it is out of the room, the action is asked, and its document replaces this one unless redirect is "
        "false; without an action the next element runs. A call that was hung up runs nothing more."
    ),
    text=Text(fills="room", lexical=lex.TEXT, required=True, doc="The room's name; capitals count."),
    attributes=(
        flag("muted", "muted", "Whether the member joins without being heard; it hears the others.", default=False),
        Attribute(
            name="enterSound",
            lexical=SOUND,
            fills="enter_sound",
            default="",
            doc="What the room hears on an entry: nothing, one or two beeps, or what a URL's document plays.",
        ),
        Attribute(
            name="exitSound",
            lexical=SOUND,
            fills="exit_sound",
            default="",
            doc="What the room hears when the member leaves: nothing, one or two beeps, or a URL's document.",
        ),
        flag(
            "startConferenceOnEnter",
            "starts",
            "Whether the room begins with this member; otherwise it waits, muted, for one who begins it.",
            default=True,
        ),
        flag(
            "endConferenceOnExit", "ends", "Whether the room ends for all when this member leaves it.", default=False
        ),
        flag(
            "stayAlone", "stay_alone", "Whether the member may stay when all others have left the room.", default=True
        ),
        url("waitSound", "wait_sound", "What is heard until the room begins; the provider's music where not given."),
        Attribute(
            name="maxMembers",
            lexical=lex.integer(1, 20),
            fills="max_members",
            default="20",
            clamp=True,
            elsewhere=True,
            doc="How many may be in the room when this member wants in; numbers out of range are cut.",
        ),
        flag("record", "record", "Whether the room is recorded.", default=False),
        Attribute(
            name="recordFileFormat",
            lexical=FORMAT,
            fills="record_format",
            default="mp3",
            doc="The recording's format.",
        ),
        Attribute(
            name="recordWhenAlone",
            lexical=lex.TEXT,
            doc="Known to builders only and without a described meaning: taken and not used.",
        ),
        Attribute(
            name="timeLimit",
            lexical=lex.integer(0),
            fills="time_limit",
            default="86400",
            elsewhere=True,
            doc="How many seconds the room may last.",
        ),
        flag("hangupOnStar", "hangup_on_star", "Whether the member leaves the room with the * key.", default=False),
        *action("Asked when the member has left the room."),
        *callback("Told of what this member does in the room."),
        Attribute(name="digitsMatch", lexical=lex.PATTERNS, fills="digits_match", doc=f"{DIGITS_MATCH}."),
        flag("floorEvent", "floor_event", "Whether it is told when this member takes the floor.", default=False),
        flag("relayDTMF", "relay_dtmf", "Whether the others hear this member's key tones.", default=True),
        Attribute(
            name="sendDigits",
            lexical=lex.TEXT,
            doc="Known to builders only and without a described meaning: taken and not used.",
        ),
        *transcription(fills=True),
        Attribute(name="beep", lexical=lex.TEXT, doc="An old attribute of one builder: taken and not used."),
    ),
    requires=(
        Requirement(
            rule="digits-need-callback",
            message="digitsMatch is reported to callbackUrl, which is not given",
            attribute="digitsMatch",
            when="[0-9*#]",
            needs="callbackUrl",
        ),
    ),
)

SPEAK = Element(
    name="Speak",
    verb=verbs.Speak,
    spec="Plivo 2.3, 2.5",
    doc="Says a text.",
    what_next="The next element runs when all has been said; with loop 0 that never comes.",
    text=Text(
        fills="text",
        lexical=lex.TEXT,
        required=True,
        mixed=True,
        markup_longest=3000,
        doc="The words to say, plain or with SSML mark-up.",
    ),
    children=("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"),
    attributes=(
        Attribute(
            name="voice",
            lexical=VOICE,
            fills="voice",
            default="WOMAN",
            doc="Who says it: WOMAN, MAN, or a Polly voice by its name.",
        ),
        Attribute(
            name="language",
            lexical=lex.LANGUAGE,
            fills="language",
            default="en-US",
            doc="The language; the two plain voices speak sixteen, Polly voices their own.",
        ),
        LOOP,
    ),
    requires=(
        Requirement(
            rule="language-of-plain-voice",
            message="WOMAN and MAN do not speak this language",
            attribute="language",
            when=rf"^(?!\s*({'|'.join(CLASSIC_LANGUAGES)})\s*$)",
            needs="voice",
            match=r"^\s*Polly\.",
        ),
        Requirement(
            rule="markup-needs-polly",
            message="SSML is understood by Polly voices only",
            needs="voice",
            match=r"^\s*Polly\.",
        ),
    ),
)

PLAY = Element(
    name="Play",
    verb=verbs.Play,
    spec="Plivo 2.3, 2.5",
    doc="Plays a sound file.",
    what_next="The next element runs when the sound is over; with loop 0 that never comes.",
    text=Text(fills="url", lexical=lex.URL, required=True, doc="The address of an mp3 or wav file."),
    attributes=(LOOP,),
)

WAIT = Element(
    name="Wait",
    verb=verbs.Wait,
    spec="Plivo 2.3, 2.5",
    doc="Stays silent for a while; at the head of a document it delays the answering.",
    what_next="The next element runs after that time, or earlier where silence is waited for and lasts long enough.",
    attributes=(
        Attribute(name="length", lexical=lex.number(0), fills="length", default="1", doc="How many seconds."),
        flag("silence", "silence", "Whether it ends early once the caller has been silent.", default=False),
        Attribute(
            name="minSilence",
            lexical=lex.seconds_from_ms(0),
            fills="min_silence",
            default="2000",
            doc="How many milliseconds of silence end it early.",
        ),
        Attribute(
            name="beep",
            lexical=WAIT_BEEP,
            fills="beep",
            default="false",
            doc="Whether it waits for a beep, or how one is recognised; used where silence is not waited for.",
        ),
    ),
)

DTMF = Element(
    name="DTMF",
    verb=verbs.SendDigits,
    spec="Plivo 2.3",
    doc="Sends key tones on the call.",
    what_next="The next element runs at once; with async false, when the keys have been sent.",
    text=Text(fills="digits", lexical=lex.DIGITS, required=True, doc="The keys; w and W wait."),
    attributes=(
        Attribute(
            name="async",
            lexical=lex.NEGATED,
            fills="blocking",
            default="true",
            doc="Whether the next element starts at once.",
        ),
    ),
)

HANGUP = Element(
    name="Hangup",
    verb=verbs.Hangup,
    spec="Plivo 2.3",
    doc="Ends the call; as the first element of an unanswered call it refuses it.",
    what_next="Nothing after it runs, except with a schedule: the following elements run until its time has come.",
    attributes=(
        Attribute(
            name="reason",
            lexical=lex.choice("rejected", "busy"),
            fills="reason",
            doc="How an unanswered call is refused; rejected where not given.",
        ),
        Attribute(
            name="schedule",
            lexical=lex.integer(0),
            fills="schedule",
            doc="After how many seconds the call ends, while the following elements run.",
        ),
    ),
)

REDIRECT = Element(
    name="Redirect",
    verb=verbs.Redirect,
    spec="Plivo 2.3, 2.5",
    doc="Goes on with another document; nothing after it runs.",
    what_next="Nothing after it runs: the other document replaces this one.",
    text=Text(fills="url", lexical=lex.URL, required=True, doc="The other document's address."),
    attributes=(method("method", "method", "The HTTP method that the document is asked with."),),
)

PRE_ANSWER = Element(
    name="PreAnswer",
    verb=verbs.PreAnswer,
    spec="Plivo 2.2, 2.3, 2.5",
    doc="Lets its children run before the call is answered; builders allow more children than the vendor's pages.",
    what_next="The next element runs when the children are through, and answers the call if it is one that answers.",
    children=("Speak", "Play", "Wait", "GetDigits", "Redirect", "Message", "DTMF"),
    spread="after",
    gathers="covers",
)

MESSAGE = Element(
    name="Message",
    verb=verbs.Unperformed,
    support="understood",
    spec="Plivo 2.3",
    doc="Sends a text message.",
    what_next="The next element runs at once.",
    text=Text(fills="", lexical=lex.TEXT, required=True, doc="The message."),
    attributes=(
        Attribute(name="src", lexical=lex.TEXT, doc="The number that it comes from."),
        Attribute(name="dst", lexical=lex.TEXT, doc="The numbers that it goes to, with < between them."),
        Attribute(name="type", lexical=lex.choice("sms"), default="sms", doc="The kind of message."),
        url("callbackUrl", "", "Told what became of the message."),
        method("callbackMethod", "", "The HTTP method of the callback."),
    ),
)

GET_DIGITS = Element(
    name="GetDigits",
    verb=verbs.Collect,
    spec="Plivo 2.3, 2.5",
    doc="Collects keys while its prompts play.",
    what_next=(
        "Input goes to the action, whose document replaces this one; with redirect false the reply is ignored, and "
        "the next element runs. It also runs without input, and without an action."
    ),
    children=("Speak", "Play", "Wait"),
    gathers="prompts",
    fixed={"hears": ("dtmf",)},
    attributes=(
        *action("Asked with the keys; not asked when there were none."),
        Attribute(
            name="timeout",
            lexical=lex.number(0),
            fills="first_timeout",
            default="5",
            doc="How many seconds it waits for the first key, after the prompts.",
        ),
        Attribute(
            name="digitTimeout",
            lexical=lex.number(0),
            fills="digit_timeout",
            default="2",
            doc="How many seconds may pass between two keys.",
        ),
        Attribute(
            name="finishOnKey",
            lexical=lex.FINISH_KEYS,
            fills="finish_on",
            default="#",
            doc="The key that ends the input; none or empty: no key does.",
        ),
        Attribute(
            name="numDigits",
            lexical=lex.integer(1, 99),
            fills="max_digits",
            default="99",
            doc="How many keys it takes.",
        ),
        Attribute(
            name="retries",
            lexical=lex.integer(1),
            fills="retries",
            default="1",
            doc="How often the prompts are played while no valid input comes.",
        ),
        flag("playBeep", "beep", "Whether a beep follows the prompts.", default=False),
        Attribute(
            name="validDigits", lexical=lex.KEYS, fills="valid", default="1234567890*#", doc="The keys that count."
        ),
        url("invalidDigitsSound", "invalid_sound", "The sound file that is played after keys that do not count."),
        LOG,
    ),
)

GET_INPUT = Element(
    name="GetInput",
    verb=verbs.Collect,
    spec="Plivo 2.3, 2.5",
    doc="Collects speech, keys, or whichever comes first, while its prompts play.",
    what_next=(
        "Input goes to the action, whose document replaces this one; with redirect false the reply is ignored, and "
        "the next element runs. It also runs without input."
    ),
    children=("Speak", "Play", "Wait"),
    gathers="prompts",
    # Plivo bounds the whole input, not the wait for its beginning: the longest executionTimeout stands here.
    fixed={"first_timeout": 60.0},
    attributes=(
        *action("Asked with what was entered or said.", required=True),
        Attribute(
            name="inputType", lexical=INPUT, fills="hears", doc="What is listened to; with both, what comes first."
        ),
        Attribute(
            name="executionTimeout",
            lexical=lex.number(5, 60),
            fills="total_timeout",
            default="15",
            doc="How many seconds the input may take in all, after the prompts.",
        ),
        Attribute(
            name="digitEndTimeout",
            lexical=DIGIT_GAP,
            fills="digit_timeout",
            default="auto",
            doc="How many seconds may pass between two keys.",
        ),
        Attribute(
            name="speechEndTimeout",
            lexical=DIGIT_GAP,
            fills="speech_timeout",
            default="auto",
            doc="How many seconds of silence end the speech.",
        ),
        Attribute(
            name="startInputTimeout",
            lexical=lex.number(0),
            fills="first_timeout",
            doc="How many seconds it waits for the input to begin.",
        ),
        Attribute(
            name="retries",
            lexical=lex.integer(1),
            fills="retries",
            default="1",
            doc="How often the prompts are played while no input comes.",
        ),
        Attribute(
            name="finishOnKey",
            lexical=lex.FINISH_KEYS,
            fills="finish_on",
            default="#",
            doc="The key that ends the input; none or empty: no key does.",
        ),
        Attribute(
            name="numDigits",
            lexical=lex.integer(1, 32),
            fills="max_digits",
            default="32",
            doc="How many keys it takes.",
        ),
        Attribute(
            name="speechModel",
            lexical=lex.choice("default", "command_and_search", "phone_call", "telephony"),
            fills="speech_model",
            default="default",
            doc="The kind of speech that is expected.",
        ),
        Attribute(
            name="hints",
            lexical=lex.text(10_000),
            fills="hints",
            doc="Phrases that are likely, with commas between them.",
        ),
        Attribute(
            name="language",
            lexical=lex.LANGUAGE,
            fills="language",
            default="en-US",
            doc="The language that is spoken.",
        ),
        url("interimSpeechResultsCallback", "interim", "Told what was understood so far, while the caller speaks."),
        method("interimSpeechResultsCallbackMethod", "interim_method", "The HTTP method of that callback."),
        LOG,
        flag("profanityFilter", "profanity_filter", "Whether coarse words are masked.", default=False),
    ),
    requires=(
        Requirement(
            rule="hint-phrases",
            message="hints may have 500 phrases of 100 characters each",
            attribute="hints",
            when=r"[^,]{101}|\A(?:[^,]*,){500}",
        ),
    ),
)

# --- Dial and whom it rings -------------------------------------------------------------------------------------

_TARGET = (
    Attribute(
        name="sendDigits", lexical=lex.DIGITS, fills="send_digits", doc="Keys that are sent once the far end answers."
    ),
    flag("sendOnPreanswer", "send_on_preanswer", "Whether the keys are sent on early media already.", default=False),
    Attribute(
        name="sipHeaders", lexical=SIP_HEADERS, fills="headers", doc="SIP headers that go with this target's call."
    ),
)

NUMBER = Element(
    name="Number",
    verb=verbs.Target,
    fixed={"kind": "number"},
    spec="Plivo 2.3",
    doc="A telephone number to ring; several targets ring together, and the first answer wins.",
    text=Text(fills="address", lexical=lex.TEXT, required=True, doc="The number, with its country code."),
    attributes=(
        *_TARGET,
        Attribute(
            name="sendDigitsMode",
            lexical=lex.TEXT,
            fills="send_digits_mode",
            default="rfc2833",
            doc="How the keys travel.",
        ),
        Attribute(name="callerId", lexical=lex.TEXT, fills="caller_id", doc="The number that this target is shown."),
        Attribute(
            name="callerName", lexical=lex.text(50), fills="caller_name", doc="The name that this target is shown."
        ),
    ),
)

USER = Element(
    name="User",
    verb=verbs.Target,
    fixed={"kind": "user"},
    spec="Plivo 2.3",
    doc="A SIP endpoint to ring.",
    text=Text(fills="address", lexical=lex.TEXT, required=True, doc="The endpoint's SIP address."),
    attributes=(
        *_TARGET,
        Attribute(name="sipAuthUsername", lexical=lex.TEXT, fills="username", doc="The name to log in with there."),
        Attribute(
            name="sipAuthPassword", lexical=lex.TEXT, fills="password", doc="The password to log in with there."
        ),
    ),
)

DIAL = Element(
    name="Dial",
    verb=verbs.Dial,
    spec="Plivo 2.3, 2.5",
    doc="Rings one or several targets and joins the caller to the first that answers.",
    what_next=(
        "The action is asked once, whether anybody answered or not, and its document replaces this one; with redirect "
        "false the reply is ignored. Then, and without an action, the next element runs."
    ),
    children=("Number", "User"),
    gathers="targets",
    least=1,
    attributes=(
        *action("Asked once when the dialling is over, however it went."),
        Attribute(
            name="timeout",
            lexical=lex.number(0),
            fills="timeout",
            doc="How many seconds it rings; the vendor names no default, and 120 is what is seen.",
        ),
        Attribute(
            name="timeLimit",
            lexical=lex.integer(1, 86400),
            fills="time_limit",
            default="14400",
            clamp=True,
            doc="How many seconds the two may talk; a day at most.",
        ),
        Attribute(
            name="callerId",
            lexical=lex.TEXT,
            fills="caller_id",
            doc="The number that is shown; the caller's if not given.",
        ),
        Attribute(
            name="callerName",
            lexical=lex.text(50),
            fills="caller_name",
            doc="The name that is shown; the caller's if not given.",
        ),
        flag(
            "hangupOnStar", "hangup_on_star", "Whether the caller drops the other side with the * key.", default=False
        ),
        url("confirmSound", "confirm_sound", "The document that is played to who answers, before the two are joined."),
        Attribute(
            name="confirmKey",
            lexical=CONFIRM_KEY,
            fills="confirm_key",
            doc="The key by which who answers accepts the call.",
        ),
        Attribute(
            name="confirmTimeout",
            lexical=lex.number(0),
            fills="confirm_timeout",
            default="120",
            doc="How many seconds the confirmation may take.",
        ),
        Attribute(
            name="dialMusic",
            lexical=MUSIC,
            fills="music",
            default="real",
            doc="What the caller hears meanwhile: the real ringing, or what a URL's document plays.",
        ),
        *callback("Told of answer, joining, keys and hang-up of the targets."),
        Attribute(name="digitsMatch", lexical=lex.PATTERNS, fills="digits_match", doc=f"{DIGITS_MATCH}."),
        Attribute(
            name="digitsMatchBLeg",
            lexical=lex.PATTERNS,
            fills="digits_match_b",
            doc="The same, for keys of the side that answered.",
        ),
        Attribute(name="sipHeaders", lexical=SIP_HEADERS, fills="headers", doc="SIP headers that go with the calls."),
        Attribute(
            name="callType",
            lexical=lex.choice("voice", "whatsapp"),
            default="voice",
            doc="Over what the targets are called.",
        ),
    ),
    requires=(
        Requirement(
            rule="confirm-key-needs-sound",
            message="confirmKey is asked for by confirmSound, which is not given",
            attribute="confirmKey",
            when="[0-9*#]",
            needs="confirmSound",
        ),
    ),
)

RECORD = Element(
    name="Record",
    verb=verbs.Record,
    spec="Plivo 2.3, 2.5",
    doc="Records the caller, or the whole call in the background.",
    what_next=(
        "The recording goes to the action, whose document replaces this one; with redirect false or without an action "
        "the next element runs. In the background the same happens at once."
    ),
    attributes=(
        *action("Asked with the recording; at once where it runs in the background."),
        Attribute(name="fileFormat", lexical=FORMAT, fills="format", default="mp3", doc="The recording's format."),
        Attribute(
            name="timeout",
            lexical=lex.number(0),
            fills="silence_timeout",
            default="15",
            doc="How many seconds of silence end it.",
        ),
        Attribute(
            name="maxLength",
            lexical=lex.number(1),
            fills="max_length",
            default="60",
            doc="How many seconds it may last.",
        ),
        Attribute(
            name="finishOnKey", lexical=lex.FINISH_KEYS, fills="finish_on", default="#", doc="The keys that end it."
        ),
        flag("playBeep", "beep", "Whether a beep says that it begins.", default=True),
        flag(
            "recordSession", "background", "Whether the whole call is recorded while the flow goes on.", default=False
        ),
        flag(
            "startOnDialAnswer",
            "from_answer",
            "Whether it is recorded from the answer of the next Dial, while the flow goes on.",
            default=False,
        ),
        Attribute(
            name="recordChannelType",
            lexical=lex.choice("mono", "stereo"),
            fills="channels",
            default="stereo",
            doc="Whether both sides share a channel.",
        ),
        *callback("Told when the file is ready."),
        *transcription(fills=True),
        Attribute(
            name="transcriptionReportType", lexical=lex.TEXT, default="compact", doc="How much the written text tells."
        ),
    ),
)

# --- understood, not executed -----------------------------------------------------------------------------------

MULTI_PARTY_CALL = Element(
    name="MultiPartyCall",
    verb=verbs.Unperformed,
    support="understood",
    blocking=True,
    spec="Plivo 2.3",
    doc="Brings the call into a call of several parties with roles.",
    what_next=(
        "When the party has left, onExitActionUrl is asked; without one the next element runs. Since it is passed by, "
        "it counts as left at once."
    ),
    text=Text(fills="", lexical=lex.TEXT, required=True, doc="The name of the call."),
    attributes=(
        Attribute(
            name="role",
            lexical=lex.choice("agent", "supervisor", "customer", "ai-agent", fold=True),
            required=True,
            doc="What the party is there.",
        ),
        Attribute(
            name="maxDuration", lexical=lex.integer(300, 28800), default="14400", doc="How many seconds it may last."
        ),
        Attribute(
            name="maxParticipants", lexical=lex.integer(2, 10), default="10", doc="How many parties may be there."
        ),
        Attribute(
            name="recordMinMemberCount",
            lexical=lex.integer(1, 2),
            default="1",
            doc="From how many parties on it is recorded.",
        ),
        url("waitMusicUrl", "", "What is heard until it begins."),
        method("waitMusicMethod", "", "The HTTP method for the wait music."),
        Attribute(name="waitTime", lexical=lex.integer(0, 1800), doc="How many seconds a party may have to wait."),
        url("agentHoldMusicUrl", "", "What an agent hears on hold."),
        method("agentHoldMusicMethod", "", "The HTTP method for the agent's hold music."),
        url("customerHoldMusicUrl", "", "What a customer hears on hold."),
        method("customerHoldMusicMethod", "", "The HTTP method for the customer's hold music."),
        flag("record", "", "Whether it is recorded.", default=False),
        Attribute(name="recordFileFormat", lexical=FORMAT, default="mp3", doc="The recording's format."),
        url("recordingCallbackUrl", "", "Told of the recording."),
        method("recordingCallbackMethod", "", "The HTTP method of the recording's callback."),
        url("statusCallbackUrl", "", "Told of what happens in the call."),
        method("statusCallbackMethod", "", "The HTTP method of the status callback."),
        Attribute(
            name="statusCallbackEvents",
            lexical=lex.words(separator=","),
            doc="Which events the status callback is told.",
        ),
        flag("stayAlone", "", "Whether a party may stay when all others have left.", default=False),
        flag("coachMode", "", "Whether a supervisor is heard by the agents only.", default=True),
        flag("mute", "", "Whether the party joins without being heard.", default=False),
        flag("hold", "", "Whether the party joins on hold.", default=False),
        flag("startMpcOnEnter", "", "Whether the call begins with this party.", default=True),
        flag("endMpcOnExit", "", "Whether the call ends for all when this party leaves.", default=False),
        Attribute(
            name="enterSound",
            lexical=MPC_SOUND,
            default="beep:1",
            doc="What is heard when the party comes; none: nothing.",
        ),
        method("enterSoundMethod", "", "The HTTP method for the entry sound.", default="GET"),
        Attribute(
            name="exitSound",
            lexical=MPC_SOUND,
            default="beep:2",
            doc="What is heard when the party leaves; none: nothing.",
        ),
        method("exitSoundMethod", "", "The HTTP method for the exit sound.", default="GET"),
        url("onExitActionUrl", "action", "Asked when the party has left."),
        method("onExitActionMethod", "", "The HTTP method of that address."),
        Attribute(name="relayDTMFInputs", lexical=lex.BOOLEAN, doc="Whether the others hear this party's key tones."),
        url("startRecordingAudio", "", "What is played when a recording begins."),
        method("startRecordingAudioMethod", "", "The HTTP method for that sound.", default="GET"),
        url("stopRecordingAudio", "", "What is played when a recording ends."),
        method("stopRecordingAudioMethod", "", "The HTTP method for that sound.", default="GET"),
        Attribute(name="transcript", lexical=lex.BOOLEAN, doc="Whether the recording is written down."),
        url("transcriptionUrl", "", "Where the written text is sent."),
    ),
)

STREAM = Element(
    name="Stream",
    verb=verbs.Unperformed,
    support="understood",
    spec="Plivo 2.3",
    doc="Sends the call's sound to a web socket.",
    what_next="The next element runs at once; with keepCallAlive, when the stream has ended.",
    text=Text(fills="", lexical=lex.WEBSOCKET, required=True, doc="The socket's address."),
    attributes=(
        Attribute(
            name="bidirectional", lexical=lex.BOOLEAN, doc="Whether the socket's sound is played to the caller."
        ),
        Attribute(
            name="audioTrack",
            lexical=lex.choice("inbound", "outbound", "both"),
            default="inbound",
            doc="Whose sound is sent.",
        ),
        Attribute(
            name="streamTimeout", lexical=lex.integer(1), default="86400", doc="How many seconds the stream may last."
        ),
        url("statusCallbackUrl", "", "Told of what happens to the stream."),
        method("statusCallbackMethod", "", "The HTTP method of that callback."),
        Attribute(
            name="contentType",
            lexical=lex.choice("audio/x-l16;rate=8000", "audio/x-l16;rate=16000", "audio/x-mulaw;rate=8000"),
            default="audio/x-l16;rate=8000",
            doc="The sound's encoding.",
        ),
        Attribute(
            name="extraHeaders", lexical=lex.text(512), doc="Pairs that go with the stream's start; 512 bytes in all."
        ),
        flag("keepCallAlive", "blocking", "Whether the flow waits for the stream's end.", default=False),
    ),
    requires=(
        Requirement(
            rule="two-way-stream-is-inbound",
            message="a bidirectional stream sends the inbound track only",
            attribute="bidirectional",
            when=r"(?i)^\s*true\s*$",
            needs="audioTrack",
            match=r"^\s*inbound\s*$",
        ),
    ),
)

# --- SSML -------------------------------------------------------------------------------------------------------

_PHRASE = ("break", "emphasis", "lang", "phoneme", "prosody", "say-as", "sub", "w")
_PASSAGE = ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w")
_SPOKEN = Text(fills="", lexical=lex.TEXT, mixed=True, doc="The words that this is about.")


def mark(name: str, doc: str, attributes: Mapping[str, tuple[Lexical, str]], children: tuple[str, ...]) -> Element:
    """Return a piece of mark-up; `break` alone holds no words."""
    return Element(
        name=name,
        markup=True,
        spec="Plivo 2.4",
        doc=doc,
        text=None if name == "break" else _SPOKEN,
        children=children,
        attributes=tuple(Attribute(name=n, lexical=lexical, doc=said) for n, (lexical, said) in attributes.items()),
    )


SSML = (
    mark(
        "break",
        "A pause.",
        {
            "strength": (
                lex.choice("none", "x-weak", "weak", "medium", "strong", "x-strong"),
                "How strong the pause is.",
            ),
            "time": (BREAK_TIME, "How long the pause is."),
        },
        (),
    ),
    mark(
        "emphasis",
        "Words that are stressed.",
        {"level": (lex.choice("strong", "moderate", "reduced", "none"), "How much they are stressed.")},
        _PHRASE,
    ),
    mark("lang", "Words of another language.", {"xml:lang": (lex.TEXT, "Which language.")}, _PASSAGE),
    mark("p", "A paragraph.", {}, ("break", "emphasis", "lang", "phoneme", "prosody", "say-as", "sub", "s", "w")),
    mark(
        "phoneme",
        "Words with their pronunciation.",
        {"alphabet": (lex.TEXT, "How the sounds are written."), "ph": (lex.TEXT, "The sounds.")},
        (),
    ),
    mark(
        "prosody",
        "Words that are said louder, faster or higher.",
        {
            "volume": (lex.TEXT, "How loud."),
            "rate": (lex.TEXT, "How fast."),
            "pitch": (lex.TEXT, "How high."),
        },
        _PASSAGE,
    ),
    mark("s", "A sentence.", {}, _PHRASE),
    mark(
        "say-as",
        "Something that is read in a way of its own, such as a date.",
        {"interpret-as": (lex.TEXT, "What it is."), "format": (lex.TEXT, "How it is written.")},
        (),
    ),
    mark("sub", "Words that others are said for.", {"alias": (lex.TEXT, "What is said.")}, ()),
    mark(
        "w",
        "A word with its grammatical role.",
        {"role": (lex.TEXT, "The role.")},
        ("break", "emphasis", "phoneme", "prosody", "say-as", "sub"),
    ),
)

# --- the dialect ------------------------------------------------------------------------------------------------

VERBS = (
    SPEAK,
    PLAY,
    GET_DIGITS,
    GET_INPUT,
    RECORD,
    DIAL,
    CONFERENCE,
    MULTI_PARTY_CALL,
    REDIRECT,
    HANGUP,
    WAIT,
    PRE_ANSWER,
    DTMF,
    MESSAGE,
    STREAM,
)

RESPONSE = Element(
    name="Response",
    spec="Plivo 2.1, 2.2",
    doc="The document: its elements run from top to bottom, and the call ends after the last.",
    children=tuple(element.name for element in VERBS),
)

ELEMENTS: Mapping[str, Element] = {element.name: element for element in (RESPONSE, *VERBS, NUMBER, USER, *SSML)}

DIALECT = Dialect(
    name="plivo",
    title="Plivo XML",
    spec="Plivo 2",
    elements=ELEMENTS,
    # Plivo 5, decision 17: not documented; its open-source ancestor refuses such documents.
    unknown_element="reject",
    bad_nesting="reject",
    bad_boolean=False,  # Plivo 5, decision 18
    marks=(
        ("GetDigits", None),
        ("GetInput", None),
        ("MultiPartyCall", None),
        ("Message", None),
        ("Conference", "maxMembers"),
    ),
)
