"""Vobiz's tables against a second statement of Vobiz 2.2-2.5 (and Plivo 2.3, 2.4 where it says "as Plivo")."""

from __future__ import annotations

import re

import pytest
from msgspec import structs

from engine.dialects.lexical import reading
from engine.dialects.plivo.elements import DIALECT as PLIVO
from engine.dialects.reader import Reader
from engine.dialects.vobiz.elements import DIALECT, ELEMENTS
from engine.errors import DocumentError
from engine.values import verbs
from tests.dialects.reads import cleanly, listed, only, reader_of

# Each attribute, and its default after the sign of equality.
ATTRIBUTES = {
    "Response": "",
    # Vobiz 2.5
    "Speak": "voice=WOMAN language=en-US loop=1",
    "Play": "loop=1",
    "Wait": "length=1 silence=false minSilence=2000 beep=false",
    "DTMF": "async=true",
    "Hangup": "reason schedule",
    "Redirect": "method=POST",
    "PreAnswer": "",
    "Dial": (
        "action method=POST redirect=true timeout=120 timeLimit=14400 callerId callerName hangupOnStar=false "
        "confirmSound confirmKey confirmTimeout=120 dialMusic=real callbackUrl callbackMethod=POST digitsMatch "
        "digitsMatchBLeg sipHeaders"
    ),
    "Number": "sendDigits sendOnPreanswer=false sipHeaders sendDigitsMode=rfc2833 callerId callerName",
    "User": "sendDigits sendOnPreanswer=false sipHeaders sipAuthUsername sipAuthPassword",
    "Record": (
        "action method=POST redirect=false fileFormat=mp3 timeout=60 maxLength=60 finishOnKey=1234567890*# "
        "playBeep=true recordSession=false startOnDialAnswer=false recordChannelType=stereo callbackUrl "
        "callbackMethod=POST transcriptionType=auto transcriptionUrl transcriptionMethod=POST "
        "transcriptionReportType=compact"
    ),
    "Stream": (
        "bidirectional audioTrack=inbound streamTimeout=86400 statusCallbackUrl statusCallbackMethod=POST "
        "contentType=audio/x-l16;rate=8000 extraHeaders keepCallAlive=false maxRetries"
    ),
    # Vobiz 2.3
    "Gather": (
        "action method=POST inputType=dtmf executionTimeout=15 digitEndTimeout=auto speechEndTimeout=auto "
        "finishOnKey=# numDigits=32 speechModel=default hints language=en-US interimSpeechResultsCallback "
        "interimSpeechResultsCallbackMethod=POST log=true redirect=true profanityFilter=false"
    ),
    # Vobiz 2.4
    "Conference": (
        "muted=false beep=true enterSound= exitSound= startConferenceOnEnter=true endConferenceOnExit=false "
        "stayAlone=false maxParticipants=20 timeLimit=14400 hangupOnStar=false relayDTMF=false digitsMatch waitSound "
        "waitMethod=POST callbackUrl callbackMethod=POST action method=POST record=false recordFileFormat=mp3"
    ),
    # Plivo 2.4, assumed by Vobiz 2.5
    "break": "strength time",
    "emphasis": "level",
    "lang": "xml:lang",
    "p": "",
    "phoneme": "alphabet ph",
    "prosody": "volume rate pitch",
    "s": "",
    "say-as": "interpret-as format",
    "sub": "alias",
    "w": "role",
}

# Vobiz 7.9
FOREIGN = {"Conference": "maxMembers"}

MARKUP = "break emphasis lang p phoneme prosody s say-as sub w"

# Vobiz 2.2; the mark-up as Plivo 2.4.
CHILDREN = {
    "Response": "Speak Play Gather Dial Conference Record Redirect Hangup Wait DTMF PreAnswer Stream",
    "Speak": MARKUP,
    "Gather": "Speak Play",
    "Dial": "Number User Record",
    "PreAnswer": "Speak Play Wait",
    "emphasis": "break emphasis lang phoneme prosody say-as sub w",
    "lang": MARKUP,
    "p": "break emphasis lang phoneme prosody say-as sub s w",
    "prosody": MARKUP,
    "s": "break emphasis lang phoneme prosody say-as sub w",
    "w": "break emphasis phoneme prosody say-as sub",
}

read = reader_of(DIALECT)
clean = cleanly(read)


def test_every_element_of_the_digest_is_in_the_table_and_no_other() -> None:
    assert set(ELEMENTS) == set(ATTRIBUTES)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_has_its_default(name: str) -> None:
    own = {a.name: a.default for a in ELEMENTS[name].attributes if not a.foreign}
    foreign = {a.name: a.default for a in ELEMENTS[name].attributes if a.foreign}

    assert own == listed(ATTRIBUTES[name])
    assert foreign == listed(FOREIGN.get(name, ""))


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_element_holds_what_the_digest_lets_it_hold(name: str) -> None:
    assert set(ELEMENTS[name].children) == set(CHILDREN.get(name, "").split())


def test_only_a_gather_must_say_where_its_input_goes() -> None:
    required = [(name, a.name) for name, element in ELEMENTS.items() for a in element.attributes if a.required]

    assert required == [("Gather", "action")]


@pytest.mark.parametrize("name", [name for name, element in ELEMENTS.items() if element.verb is not None])
def test_what_attributes_and_text_fill_are_fields_of_the_verb(name: str) -> None:
    element = ELEMENTS[name]
    known = {field.name for field in structs.fields(element.verb or verbs.Verb)}
    filled = {fill for a in element.attributes for fill in (a.fills, *a.also) if fill} | set(element.fixed)
    text = {element.text.fills} - {""} if element.text is not None else set()

    assert filled | text <= known


@pytest.mark.parametrize(
    ("name", "attribute", "good", "bad"),
    [
        ("Gather", "inputType", ["dtmf", "speech", "dtmf speech"], ["keys"]),
        ("Gather", "executionTimeout", ["5", "60"], ["4", "61"]),
        ("Gather", "digitEndTimeout", ["auto", "2", "10"], ["1", "11"]),
        ("Gather", "speechEndTimeout", ["auto", "2", "10"], ["1", "11"]),
        ("Gather", "finishOnKey", ["#", "none", "", "0*#"], ["a"]),
        ("Gather", "numDigits", ["1", "32"], ["0", "33"]),
        ("Gather", "speechModel", ["default", "command_and_search", "phone_call", "telephony"], ["video"]),
        ("Conference", "beep", ["true", "FALSE"], ["onEnter"]),
        ("Conference", "enterSound", ["", "beep:1", "beep:2", "https://a.example/in"], ["beep:3"]),
        ("Conference", "maxParticipants", ["1", "200"], ["0"]),
        ("Conference", "digitsMatch", ["1,22, #3"], ["a"]),
        ("Conference", "recordFileFormat", ["mp3", "wav"], ["ogg"]),
        ("Speak", "voice", ["WOMAN", "MAN"], ["tenor"]),
        ("Hangup", "reason", ["busy", "rejected"], ["away"]),
        ("Stream", "maxRetries", ["0", "10"], ["11"]),
    ],
)
def test_values_are_those_of_the_digest(name: str, attribute: str, good: list[str], bad: list[str]) -> None:
    read_value = reading(next(a.lexical for a in ELEMENTS[name].attributes if a.name == attribute))

    for value in good:
        read_value(value)
    for value in bad:
        with pytest.raises(ValueError, match=f"^{re.escape(value)}$"):
            read_value(value)


def test_a_conference_differs_from_plivos_by_its_defaults() -> None:
    here = only(clean("<Conference>weekly</Conference>"), verbs.Conference)
    body = b"<Response><Conference>weekly</Conference></Response>"
    there = only(Reader({"plivo": PLIVO}).read(body, "plivo").verbs, verbs.Conference)

    assert (here.stay_alone, here.relay_dtmf, here.beep) == (False, False, "both")
    assert here == structs.replace(there, stay_alone=False, relay_dtmf=False, beep="both")
    assert (here.max_members, here.time_limit) == (None, None)


@pytest.mark.parametrize("body", ['<Conference waitMethod="GET" waitSound="/w">r</Conference>'])
def test_the_wait_document_is_always_asked_with_post(body: str) -> None:
    room = only(clean(body), verbs.Conference)

    assert (room.wait_sound, room.wait_method) == ("/w", "POST")


def test_plivos_name_for_the_cap_is_understood_with_a_warning() -> None:
    own = read('<Conference maxParticipants="5">r</Conference>')
    foreign = read('<Conference maxMembers="5">r</Conference>')

    assert [only(flow.verbs, verbs.Conference).max_members for flow in (own, foreign)] == [5, 5]
    assert own.notices == ()
    assert [(notice.rule, notice.attribute) for notice in foreign.notices] == [("foreign-name", "maxMembers")]


@pytest.mark.parametrize("attribute", ["floorEvent", "recordWhenAlone", "sendDigits", "transcriptionType", "redirect"])
def test_plivos_other_conference_attributes_are_unknown_and_ignored(attribute: str) -> None:
    flow = read(f'<Conference {attribute}="true">r</Conference>')

    assert [(notice.rule, notice.attribute) for notice in flow.notices] == [("unknown-attribute", attribute)]


def test_a_gather_waits_for_input_as_long_as_it_may_run() -> None:
    gather = only(clean('<Gather action="/in" executionTimeout="20"><Speak>Code?</Speak></Gather>'), verbs.Collect)

    assert (gather.total_timeout, gather.hears, gather.max_digits, gather.finish_on) == (20, ("dtmf",), 32, "#")
    assert gather.first_timeout >= gather.total_timeout
    assert isinstance(gather.prompts[0], verbs.Speak)


@pytest.mark.parametrize("name", ["GetDigits", "GetInput"])
def test_plivos_collecting_elements_are_read_as_gather_with_a_warning(name: str) -> None:
    flow = read(f'<{name} action="/in" numDigits="4"/>')

    assert only(flow.verbs, verbs.Collect).max_digits == 4
    assert [notice.rule for notice in flow.notices] == ["foreign-name"]


@pytest.mark.parametrize("attribute", ["timeout", "type", "retries", "invalidDigitsSound", "validDigits"])
def test_attributes_of_plivos_collecting_elements_are_none_of_gather(attribute: str) -> None:
    flow = read(f'<Gather action="/in" {attribute}="1"/>')

    assert [(notice.rule, notice.attribute) for notice in flow.notices] == [("unknown-attribute", attribute)]


def test_preanswer_is_understood_in_its_other_spelling() -> None:
    flow = read("<Preanswer><Speak>Hello.</Speak></Preanswer>")

    assert [notice.rule for notice in flow.notices] == ["foreign-name"]
    assert [type(verb) for verb in flow.verbs] == [verbs.PreAnswer, verbs.Speak]


def test_a_record_goes_on_by_itself_and_waits_a_minute_of_silence() -> None:
    record = only(clean("<Record/>"), verbs.Record)

    assert (record.redirect, record.silence_timeout, record.max_length) == (False, 60, 60)
    assert (record.finish_on, record.beep, record.format) == ("1234567890*#", True, "mp3")


def test_a_bare_number_is_short_for_a_number_element() -> None:
    short = only(clean("<Dial>14155550100</Dial>"), verbs.Dial)

    assert [(target.kind, target.address) for target in short.targets] == [("number", "14155550100")]
    assert (short.timeout, short.time_limit) == (120, 14400)


def test_a_record_in_a_dial_records_from_its_answer_on() -> None:
    first, second = clean('<Dial><Record callbackUrl="/file"/><Number>14155550100</Number></Dial>')
    record, dial = only([first], verbs.Record), only([second], verbs.Dial)

    assert (record.from_answer, record.callback) == (True, "/file")
    assert [target.address for target in dial.targets] == ["14155550100"]


def test_a_dial_rings_ten_targets_at_most() -> None:
    numbers = "".join(f"<Number>1415555010{n}</Number>" for n in range(10))

    assert len(only(clean(f"<Dial>{numbers}</Dial>"), verbs.Dial).targets) == 10
    with pytest.raises(DocumentError, match="Number"):
        read(f"<Dial>{numbers}<Number>14155550200</Number></Dial>")


@pytest.mark.parametrize("body", ["<Message>Hi.</Message>", "<Say>Hi.</Say>", "<Gather action='/'><Wait/></Gather>"])
def test_what_does_not_belong_refuses_the_document(body: str) -> None:
    with pytest.raises(DocumentError):
        read(body)


def test_a_multi_party_call_is_kept_opaque_with_a_warning() -> None:
    flow = read('<MultiPartyCall role="agent">m</MultiPartyCall>')

    assert only(flow.verbs, verbs.Unperformed).opaque
    assert [notice.rule for notice in flow.notices] == ["opaque-element"]


def test_speech_may_hold_mark_up_with_either_voice() -> None:
    spoken = only(clean('<Speak voice="MAN" language="hi-IN">One <break time="1s"/> two.</Speak>'), verbs.Speak)

    assert (spoken.text, spoken.voice) == ("One two.", "MAN")


@pytest.mark.parametrize("name", ELEMENTS)
def test_everything_is_described_in_one_line_and_cites_its_section(name: str) -> None:
    element = ELEMENTS[name]
    said = [element.doc, *(a.doc for a in element.attributes), *([element.text.doc] if element.text else [])]

    assert element.spec.startswith("Vobiz ")
    assert all(doc.endswith(".") and "\n" not in doc for doc in said)
    assert all(a.spec.startswith("Vobiz ") for a in element.attributes)


def test_a_gather_with_an_execution_timeout_marks_a_document_as_vobiz() -> None:
    assert DIALECT.marks == (("Gather", "executionTimeout"),)
