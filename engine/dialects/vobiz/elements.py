"""Vobiz XML as data: what it has of its own, and what it shares with Plivo, whose close copy it is.

Sources: Vobiz 2.1-2.5, the difference list Vobiz 4, and the decisions of Vobiz 7. What is "as Plivo"
there is taken from Plivo's table, with the section that says so: a fact stands in one place only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from engine.dialects.dialect import Attribute, Dialect, Element, Lexical, Text
from engine.dialects.lexical import LANGUAGE, METHOD, TEXT, choice, integer, mapped
from engine.dialects.plivo.elements import ELEMENTS as PLIVO

# The two voices that are named; that there are others is said without their names (Vobiz 2.5).
VOICE = choice("WOMAN", "MAN")
BEEP = mapped({"true": "both", "false": "none"}, fold=True)


def _own(
    name: str, fills: str, lexical: Lexical, doc: str, default: str | None = None, section: str = "Vobiz 2.4"
) -> Attribute:
    return Attribute(name=name, fills=fills, lexical=lexical, doc=doc, default=default, spec=section)


def _taken(source: str, names: str, section: str, **defaults: str | None) -> tuple[Attribute, ...]:
    """Take attributes of one of Plivo's elements by name, some with a default of this vendor's own.

    A default stays one that is only told where it is so at Plivo.
    """
    known = {attribute.name: attribute for attribute in PLIVO[source].attributes}
    chosen = [known[name] for name in names.split()]
    return tuple(structs.replace(a, default=defaults.get(a.name, a.default), spec=section) for a in chosen)


def _as_plivo(source: str, /, *, section: str = "Vobiz 2.5", **changes: Any) -> Element:
    """Take one of Plivo's elements, and change what is different here."""
    attributes = tuple(structs.replace(attribute, spec=section) for attribute in PLIVO[source].attributes)
    return structs.replace(PLIVO[source], **{"attributes": attributes, "spec": section, **changes})


SPEAK = (
    structs.replace(_own("voice", "voice", VOICE, "Who says it.", "WOMAN", "Vobiz 2.5"), keep=True),
    _own("language", "language", LANGUAGE, "The language; not every one has both voices.", "en-US", "Vobiz 2.5"),
    *_taken("Speak", "loop", "Vobiz 2.5"),
)

GATHER = _taken(
    "GetInput",
    "action method inputType executionTimeout digitEndTimeout speechEndTimeout finishOnKey numDigits speechModel "
    "hints language interimSpeechResultsCallback interimSpeechResultsCallbackMethod log redirect profanityFilter",
    "Vobiz 2.3",
    inputType="dtmf",
)

CONFERENCE = (
    *_taken(
        "Conference",
        "muted enterSound exitSound startConferenceOnEnter endConferenceOnExit stayAlone timeLimit hangupOnStar "
        "relayDTMF digitsMatch waitSound callbackUrl callbackMethod action method record recordFileFormat",
        "Vobiz 2.4",
        stayAlone="false",
        timeLimit="14400",
        relayDTMF="false",
    ),
    _own("beep", "beep", BEEP, "Whether a tone tells that somebody comes or goes; the vendor promises none.", "true"),
    structs.replace(
        _own(
            "maxParticipants",
            "max_members",
            integer(1),
            "How many may be in the room; the account's cap counts.",
            "20",
        ),
        elsewhere=True,
    ),
    structs.replace(_own("maxMembers", "max_members", integer(1), "Plivo's name for maxParticipants."), foreign=True),
    _own("waitMethod", "", METHOD, "Without effect: waitSound is always asked with POST.", "POST"),
)

DIAL = _taken(
    "Dial",
    "action method redirect timeout timeLimit callerId callerName hangupOnStar confirmSound confirmKey confirmTimeout "
    "dialMusic callbackUrl callbackMethod digitsMatch digitsMatchBLeg sipHeaders",
    "Vobiz 2.5",
    timeout="120",
)

RECORD = (
    structs.replace(_taken("Record", "action", "Vobiz 2.5")[0], doc="Asked when the recording begins, with its id."),
    *_taken(
        "Record",
        "method redirect fileFormat timeout maxLength finishOnKey playBeep recordSession startOnDialAnswer "
        "recordChannelType callbackUrl callbackMethod transcriptionType transcriptionUrl transcriptionMethod "
        "transcriptionReportType",
        "Vobiz 2.5",
        redirect="false",
        timeout="60",
        finishOnKey="1234567890*#",
    ),
)

STREAM = (
    *_as_plivo("Stream").attributes,
    _own("maxRetries", "", integer(0, 10), "How often a lost socket is tried again.", None, "Vobiz 2.5"),
)

TABLE = (
    _as_plivo(
        "Response",
        section="Vobiz 2.1, 2.2",
        children=(
            *("Speak", "Play", "Gather", "Dial", "Conference", "Record", "Redirect", "Hangup", "Wait", "DTMF"),
            *("PreAnswer", "Stream"),
        ),
    ),
    # Nothing says that mark-up or a language needs one of Polly's voices here.
    _as_plivo("Speak", attributes=SPEAK, requires=()),
    _as_plivo("Play"),
    _as_plivo(
        "GetInput",
        section="Vobiz 2.3",
        name="Gather",
        attributes=GATHER,
        children=("Speak", "Play"),
        what_next="Input goes to the action, whose document replaces this one unless redirect is false; "
        "without input the next element runs.",
    ),
    _as_plivo(
        "Dial",
        attributes=DIAL,
        text=Text(fills="", lexical=TEXT, stands_for="Number", doc="A number to ring, in place of elements."),
        children=("Number", "User", "Record"),
        ahead={"Record": {"from_answer": True}},
        most=10,
    ),
    _as_plivo("Number"),
    _as_plivo("User"),
    _as_plivo(
        "Conference",
        section="Vobiz 2.4",
        attributes=CONFERENCE,
        what_next="After a kick or the star key the action is asked, and its document replaces this one; without an "
        "action the next element runs. When the room ends, or the member stays behind alone, the call is hung up.",
    ),
    _as_plivo(
        "Record",
        attributes=RECORD,
        what_next="The action is asked when the recording begins, and its reply is ignored; when the recording is "
        "over, the next element runs. Only with redirect true is the action asked at the end, and its document "
        "replaces this one. The file is told to callbackUrl.",
    ),
    _as_plivo("Redirect"),
    _as_plivo("Hangup"),
    _as_plivo("Wait"),
    _as_plivo("DTMF"),
    _as_plivo(
        "PreAnswer", children=("Speak", "Play", "Wait"), doc="Lets its children run before the call is answered."
    ),
    _as_plivo("Stream", attributes=STREAM),
    # No page lists the mark-up of a Speak; Plivo's is assumed.
    *(_as_plivo(element.name) for element in PLIVO.values() if element.markup),
)

ELEMENTS: Mapping[str, Element] = {element.name: element for element in TABLE}

DIALECT = Dialect(
    name="vobiz",
    title="Vobiz XML",
    elements=ELEMENTS,
    unknown_element="reject",  # as Plivo; Vobiz 2.1 knows one report of a refused document
    bad_nesting="reject",
    bad_boolean=False,  # as Plivo
    # Plivo's two collecting elements are Gather here, and one page writes Preanswer (Vobiz 2.2, 7.20).
    aliases={"GetDigits": "Gather", "GetInput": "Gather", "Preanswer": "PreAnswer"},
    # Listed once, on an old page, without a word on what it holds (Vobiz 2.2).
    opaque=("MultiPartyCall",),
    marks=(("Gather", "executionTimeout"),),
    spec="Vobiz 2",
)
