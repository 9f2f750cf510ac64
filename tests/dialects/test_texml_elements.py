"""TeXML's tables against a second statement of TeXML 2.2-2.4, written by hand from the digest."""

from __future__ import annotations

import re

import pytest
from msgspec import structs

from engine.dialects.dialect import BEYOND, RULES
from engine.dialects.lexical import reading
from engine.dialects.reader import Reader
from engine.dialects.texml.elements import DIALECT, ELEMENTS
from engine.errors import DocumentError
from engine.values import verbs
from tests.dialects.reads import cleanly, listed, only, reader_of

MACHINE = "machineDetection=Disable detectionMode=Regular machineDetectionTimeout=3500"
STATUS = "statusCallback statusCallbackMethod=POST statusCallbackEvent=completed"
RECORDED = "recordingStatusCallback recordingStatusCallbackMethod=POST recordingStatusCallbackEvent=completed"

# TeXML 2.3 and 2.4: each attribute, and its default after the sign of equality.
ATTRIBUTES = {
    "Response": "",
    "Say": "voice=man language=en-US loop=1 gender effect",
    "Play": "loop=1 mediaStorage=false digits",
    "Pause": "length=1",
    "Gather": (
        "action method=POST input=dtmf timeout=5 finishOnKey=# numDigits minDigits=1 maxDigits=128 validDigits "
        "invalidDigitsAction speechTimeout language=en-US hints profanityFilter partialResultCallback "
        "partialResultCallbackMethod=POST transcriptionEngine useEnhanced apiKeyRef region"
    ),
    "Dial": (
        "action method=POST callerId fromDisplayName hangupOnStar=false timeout=30 timeLimit=14400 "
        f"record=do-not-record recordingChannels=single recordMaxLength=0 {RECORDED} sendRecordingUrl=true "
        "ringTone=us audioUrl answerOnBridge=false passDiversionHeader machineDetectionSpeechThreshold "
        "machineDetectionSpeechEndThreshold"
    ),
    "Number": f"url method=POST sendDigits {STATUS} {MACHINE}",
    "Sip": f"url method=POST username password {STATUS} {MACHINE}",
    "Queue": "url method=POST",
    "Conference": (
        "muted=false startConferenceOnEnter=true endConferenceOnExit=false maxParticipants=250 beep=true "
        "participantLabel waitUrl waitMethod=POST record=do-not-record recordBeep=true "
        f"{RECORDED} recordingTimeout=0 trim=do-not-trim sendRecordingUrl=true statusCallback "
        "statusCallbackMethod=POST statusCallbackEvent coach jitterBufferSize region eventCallbackUrl "
        "recordingConfigurationId"
    ),
    "Client": "url method=POST statusCallback statusCallbackMethod=POST statusCallbackEvent",
    "Sim": "",
    "Application": "",
    "WhatsApp": "",
    "Identity": "",
    "Parameter": "name value",
    "Record": (
        "action method=POST timeout=0 maxLength=3600 finishOnKey=1234567890*# playBeep=true trim channels=dual "
        f"format=mp3 {RECORDED} transcription=false transcriptionCallback transcriptionEngine transcriptionLanguage"
    ),
    "Redirect": "method=POST",
    "Reject": "reason=rejected",
    "Hangup": "",
    "Leave": "",
    "Refer": "action method=POST",
    "Enqueue": "action method=POST waitUrl waitUrlMethod=POST maxWaitTimeSecs=14400",
    "Start": "",
    "Stop": "",
    "Connect": "action method=POST",
    "Stream": (
        "url track=inbound_track name codec=default bidirectionalMode=mp3 bidirectionalCodec=PCMU "
        "bidirectionalSamplingRate=8000 statusCallback statusCallbackMethod=POST enableReconnect=true"
    ),
    "Recording": f"{RECORDED} channels=dual track=both trim format",
    "Transcription": (
        "language=en interimResults=false transcriptionEngine=Google transcriptionTracks=inbound "
        "transcriptionCallback transcriptionCallbackMethod=POST model apiKeyRef region"
    ),
    "Suppression": "direction=inbound",
    "Siprec": (
        "connectorName name track=both_tracks secure=false sessionTimeoutSecs=1800 "
        "includeMetadataCustomHeaders=false statusCallback statusCallbackMethod=POST"
    ),
    "HttpRequest": "",
    "AIGather": "",
    "AIAssistant": "",
    "Pay": "",
    "ConversationRelay": "",
}

# TeXML 2.3: what only Twilio documents.
TWILIO = {
    "Gather": "actionOnEmptyResult=false bargeIn speechModel enhanced maxSpeechTime debug",
    "Dial": "recordingTrack=both trim sequential referUrl referMethod=POST",
    "Record": "transcribe transcribeCallback",
    "Enqueue": "maxQueueSize workflowSid",
}

# TeXML 2.2: which elements an element may hold (mark-up of speech apart).
CHILDREN = {
    "Response": (
        "Say Play Pause Gather Dial Record Hangup Redirect Reject Refer Enqueue Leave Start Stop Connect "
        "HttpRequest AIGather AIAssistant Pay"
    ),
    "Gather": "Say Play Pause",
    "Dial": "Number Sip Queue Conference Client Sim Application WhatsApp",
    "Client": "Identity Parameter",
    "Refer": "Sip",
    "Start": "Stream Recording Transcription Suppression Siprec",
    "Stop": "Stream Transcription Suppression Siprec",
    "Connect": "Stream AIAssistant ConversationRelay",
    "Stream": "Parameter",
}

MARKUP = {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}


read = reader_of(DIALECT)
clean = cleanly(read)


def codes(body: str) -> list[str]:
    return [notice.code for notice in read(body).notices]


def test_every_element_of_the_digest_is_in_the_table_and_no_other() -> None:
    assert set(ELEMENTS) == set(ATTRIBUTES) | MARKUP


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_has_its_default(name: str) -> None:
    own = {a.name: a.default for a in ELEMENTS[name].attributes if not a.foreign}
    foreign = {a.name: a.default for a in ELEMENTS[name].attributes if a.foreign}

    assert own == listed(ATTRIBUTES[name])
    assert foreign == listed(TWILIO.get(name, ""))


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_element_holds_what_the_digest_lets_it_hold(name: str) -> None:
    held = [child for child in ELEMENTS[name].children if child not in MARKUP]

    assert held == CHILDREN.get(name, "").split()


@pytest.mark.parametrize("name", [name for name, element in ELEMENTS.items() if element.verb is not None])
def test_what_attributes_and_text_fill_are_fields_of_the_verb(name: str) -> None:
    element = ELEMENTS[name]
    classes = [element.verb, *element.turns.values()]
    known = {field.name for cls in classes if cls is not None for field in structs.fields(cls)}
    filled = {fill for a in element.attributes for fill in (a.fills, *a.also) if fill} | set(element.fixed)
    text = {element.text.fills} - {""} if element.text is not None else set()

    assert filled | text <= known


@pytest.mark.parametrize(
    ("name", "attribute", "good", "bad"),
    [
        ("Say", "voice", ["woman", "alice", "Polly.Joanna-Neural", "Azure.en-CA-ClaraNeural"], ["WOMAN", "Google.x"]),
        ("Say", "loop", ["0", "10"], ["11", "-1", "often"]),
        ("Play", "digits", ["1w2#*"], ["1W", ""]),
        ("Pause", "length", ["1", "180"], ["0", "181", "1.5"]),
        ("Gather", "input", ["dtmf", "speech", "dtmf speech"], ["keys", "dtmf,speech"]),
        ("Gather", "timeout", ["1", "120"], ["0", "121", "auto"]),
        ("Gather", "finishOnKey", ["", "#", "0123456789*#"], ["none", "a"]),
        ("Gather", "maxDigits", ["1", "128"], ["0", "129"]),
        ("Gather", "speechTimeout", ["auto", "3"], ["soon"]),
        ("Dial", "timeout", ["5", "120"], ["4", "121"]),
        ("Dial", "timeLimit", ["60", "14400"], ["59", "14401"]),
        ("Dial", "record", ["do-not-record", "record-from-ringing-dual", "TRUE"], ["yes"]),
        ("Dial", "recordMaxLength", ["0", "14400"], ["14401"]),
        ("Dial", "method", ["GET", "post"], ["PUT"]),
        ("Number", "statusCallbackEvent", ["initiated ringing answered amd dtmf completed"], ["started"]),
        ("Number", "machineDetection", ["Enable", "DetectMessageEnd", "Disable"], ["true"]),
        ("Number", "machineDetectionTimeout", ["500", "60000"], ["499", "60001"]),
        ("Conference", "maxParticipants", ["2", "250"], ["1", "251"]),
        ("Conference", "beep", ["true", "False", "onEnter", "onExit"], ["onenterexit", "1"]),
        ("Conference", "statusCallbackEvent", ["start end join leave speaker", "mute hold modify"], ["enter"]),
        ("Conference", "record", ["record-from-start"], ["true"]),
        ("Record", "maxLength", ["0", "14400"], ["14401"]),
        ("Record", "channels", ["single", "dual"], ["mono"]),
        ("Recording", "channels", ["mono", "single", "dual"], ["stereo"]),
        ("Reject", "reason", ["rejected", "busy"], ["away"]),
        ("Enqueue", "maxWaitTimeSecs", ["1"], ["0"]),
        ("Siprec", "sessionTimeoutSecs", ["0", "90", "14440"], ["89", "14441"]),
        ("Stream", "url", ["wss://a.example/s"], ["https://a.example/s"]),
    ],
)
def test_values_are_those_of_the_digest(name: str, attribute: str, good: list[str], bad: list[str]) -> None:
    read_value = reading(next(a.lexical for a in ELEMENTS[name].attributes if a.name == attribute))

    for value in good:
        read_value(value)
    for value in bad:
        with pytest.raises(ValueError, match=f"^{re.escape(value)}$"):
            read_value(value)


def test_a_dialled_conference_is_a_conference_with_what_the_dial_lends_it() -> None:
    dial = '<Dial action="/bye" method="GET" timeLimit="90">{}</Dial>'
    room = only(clean(dial.format('<Conference beep="onEnter" coach="c1"> weekly </Conference>')), verbs.Conference)

    assert (room.room, room.action, room.action_method, room.leg_time_limit) == ("weekly", "/bye", "GET", 90)
    assert (room.beep, room.coach, room.starts, room.ends, room.stay_alone) == ("enter", "c1", True, False, True)


@pytest.mark.parametrize(
    ("given", "cap", "rules"),
    [("", None, []), (' maxParticipants="3"', 3, []), (' maxParticipants="800"', 250, ["bad-value"])],
)
def test_a_rooms_cap_is_left_to_the_rules_unless_given(given: str, cap: int | None, rules: list[str]) -> None:
    flow = read(f"<Dial><Conference{given}>r</Conference></Dial>")

    assert only(flow.verbs, verbs.Conference).max_members == cap
    assert [notice.rule for notice in flow.notices] == rules


def test_a_bare_number_is_short_for_a_number_noun() -> None:
    short = only(clean('<Dial callerId="+12125550100">+14155550100</Dial>'), verbs.Dial)
    long = only(clean('<Dial callerId="+12125550100"><Number>+14155550100</Number></Dial>'), verbs.Dial)

    assert [structs.replace(target, line=0) for target in short.targets] == [
        structs.replace(target, line=0) for target in long.targets
    ]
    assert [(target.kind, target.address) for target in long.targets] == [("number", "+14155550100")]
    assert (short.timeout, short.time_limit, short.answer_on_bridge) == (30, 14400, False)


def test_numbers_and_sip_addresses_ring_together() -> None:
    nouns = '<Number sendDigits="1">+14155550100</Number><Sip username="u" password="p">sip:joe@b.example</Sip>'
    dial = only(clean(f"<Dial>{nouns}</Dial>"), verbs.Dial)

    assert [(t.kind, t.address, t.send_digits, t.username) for t in dial.targets] == [
        ("number", "+14155550100", "1", ""),
        ("sip", "sip:joe@b.example", "", "u"),
    ]


def test_a_dialled_queue_fills_the_dial() -> None:
    dial = only(clean('<Dial><Queue url="/whisper" method="GET">support</Queue></Dial>'), verbs.Dial)

    assert (dial.queue, dial.queue_url, dial.queue_method, dial.targets) == ("support", "/whisper", "GET", ())


def test_a_play_with_digits_sends_them() -> None:
    sent = only(clean('<Play digits="1w2"/>'), verbs.SendDigits)

    assert (sent.digits, sent.blocking) == ("1w2", True)


@pytest.mark.parametrize("digits", ["", "x", "1W"])
def test_a_play_with_keys_that_are_none_sends_nothing_and_warns(digits: str) -> None:
    flow = read(f'<Play digits="{digits}"/>')

    assert only(flow.verbs, verbs.SendDigits).digits == ""
    assert [(notice.rule, notice.attribute) for notice in flow.notices] == [("bad-value", "digits")]


def test_a_gather_waits_as_long_for_the_first_key_as_between_keys() -> None:
    body = '<Gather timeout="9" numDigits="4" input="dtmf speech"><Say>Code?</Say></Gather>'
    gather = only(clean(body), verbs.Collect)

    assert (gather.first_timeout, gather.digit_timeout, gather.max_digits) == (9, 9, 4)
    assert gather.hears == ("dtmf", "speech")
    assert isinstance(gather.prompts[0], verbs.Speak)


def test_start_puts_its_children_into_the_flow_and_a_recording_runs_beside_it() -> None:
    first, second, third = clean(
        '<Start><Recording channels="mono"/><Stream url="wss://a.example/s"><Parameter name="a" value="b"/></Stream>'
        "</Start><Say>Hello.</Say>"
    )
    recording, stream = only([first], verbs.Record), only([second], verbs.Unperformed)

    assert (recording.background, recording.beep, recording.channels) == (True, False, "mono")
    assert (stream.name, stream.blocking) == ("Stream", False)
    assert isinstance(third, verbs.Speak)


def test_verbs_that_are_not_executed_yet_keep_their_action_and_whether_they_block() -> None:
    found = clean(
        '<Connect action="/a"><Stream url="wss://a.example/s"/></Connect><Stop><Stream name="x"/></Stop>'
        '<Refer action="/b"><Sip>sip:joe@b.example</Sip></Refer>'
    )
    unperformed = [only([verb], verbs.Unperformed) for verb in found]

    assert [(verb.name, verb.blocking, verb.action) for verb in unperformed] == [
        ("Connect", True, "/a"),
        ("Stop", False, ""),
        ("Refer", True, "/b"),
    ]


@pytest.mark.parametrize("name", ["HttpRequest", "AIGather", "AIAssistant", "Pay"])
def test_verbs_without_facts_are_kept_opaque_with_a_warning(name: str) -> None:
    flow = read(f'<{name} any="thing"><Inner/></{name}><Hangup/>')

    assert [notice.severity for notice in flow.notices] == ["warning"]
    first, second = flow.verbs
    assert only([first], verbs.Unperformed).opaque
    assert isinstance(second, verbs.Hangup)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<Sing/>", "12200"),
        ("<Number>1</Number>", "12200"),
        ('<Say pitch="high">Hello.</Say>', "12200"),
        ('<Say loop="11">Hello.</Say>', "13510"),
        ('<Say voice="tenor">Hello.</Say>', "13511"),
        ("<Say></Say>", "13520"),
        ('<Play loop="x">https://a.example/a.mp3</Play>', "13410"),
        ('<Pause length="0"/>', "13910"),
        ('<Redirect method="PUT">/next</Redirect>', "13710"),
        ('<Gather finishOnKey="x"/>', "13310"),
        ('<Gather timeout="0"/>', "13313"),
        ('<Gather action="ftp://a.example"/>', "11100"),
        ('<Dial timeout="1">+14155550100</Dial>', "13212"),
        ('<Dial timeLimit="1">+14155550100</Dial>', "13216"),
        ('<Dial record="yes">+14155550100</Dial>', "13217"),
        ('<Dial hangupOnStar="maybe">+14155550100</Dial>', "13213"),
        ("<Dial><Client>joe</Client></Dial>", "13215"),
        ("<Dial><Number>nobody</Number></Dial>", "13223"),
        ("<Dial><Sip>joe</Sip></Dial>", "13243"),
        ('<Dial><Conference muted="maybe">r</Conference></Dial>', "13230"),
        ('<Dial><Conference endConferenceOnExit="maybe">r</Conference></Dial>', "13231"),
        ('<Dial><Conference startConferenceOnEnter="maybe">r</Conference></Dial>', "13232"),
        ('<Dial><Conference waitUrl="ftp://a.example">r</Conference></Dial>', "13233"),
        ('<Dial><Conference waitMethod="PUT">r</Conference></Dial>', "13234"),
        ('<Dial><Conference beep="maybe">r</Conference></Dial>', "13235"),
        ('<Record maxLength="-1"/>', "13612"),
        ('<Record playBeep="maybe"/>', "13616"),
        ('<Enqueue waitUrlMethod="PUT">q</Enqueue>', "14206"),
    ],
)
def test_what_is_wrong_bears_the_vendors_code_and_the_rest_runs(body: str, code: str) -> None:
    flow = read(body + "<Hangup/>")

    assert code in [notice.code for notice in flow.notices]
    assert isinstance(flow.verbs[-1], verbs.Hangup)


@pytest.mark.parametrize("rule", [*RULES, *BEYOND])
def test_whatever_the_reader_finds_has_a_code_of_the_vendors(rule: str) -> None:
    assert DIALECT.codes.get(rule) == (None if rule == "opaque-element" else "12200")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"<Response>", "12100"),
        (b"<!DOCTYPE Response><Response/>", "12100"),
        (b"<Reply/>", "12102"),
        (b"", "11770"),
        (b"<Response>" + b" " * 200_000 + b"</Response>", "11750"),
    ],
)
def test_a_document_that_cannot_be_read_bears_the_vendors_code(document: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as error:
        Reader({"texml": DIALECT}).read(document, "texml")

    assert error.value.code == code


def test_a_boolean_that_is_none_reads_as_the_attributes_default() -> None:
    flow = read('<Dial><Conference startConferenceOnEnter="perhaps">r</Conference></Dial>')

    assert only(flow.verbs, verbs.Conference).starts
    assert [notice.code for notice in flow.notices] == ["13232"]


def test_a_dialled_client_is_taken_with_a_warning_and_nothing_can_be_rung() -> None:
    plain = read("<Dial><Client>joe</Client></Dial>")
    named = read('<Dial><Client><Identity>joe</Identity><Parameter name="a" value="b"/></Client></Dial>')

    for flow in (plain, named):
        dial = only(flow.verbs, verbs.Dial)
        assert [(target.kind, target.address) for target in dial.targets] == [("client", "joe")]
        assert [notice.code for notice in flow.notices] == ["13215"]


def test_only_one_conference_or_queue_may_stand_in_a_dial() -> None:
    assert codes("<Dial><Conference>a</Conference><Conference>b</Conference></Dial>") == ["12200"]
    assert codes("<Dial><Queue>a</Queue><Number>+14155550100</Number></Dial>") == ["12200"]


@pytest.mark.parametrize("name", ELEMENTS)
def test_everything_is_described_in_one_line_and_cites_its_section(name: str) -> None:
    element = ELEMENTS[name]
    said = [element.doc, *(a.doc for a in element.attributes), *([element.text.doc] if element.text else [])]

    assert element.spec.startswith("TeXML ")
    assert all(doc.endswith(".") and "\n" not in doc for doc in said)
    assert all(a.spec.startswith("TeXML ") for a in element.attributes)


def test_say_and_a_dialled_conference_mark_a_document_as_texml() -> None:
    assert DIALECT.marks == (("Say", None), ("Dial", "Conference"))
