"""Plivo's tables against a second statement of Plivo 2.2-2.4, and what its documents become."""

from __future__ import annotations

import re

import pytest
from msgspec import json, structs

from engine.dialects.lexical import reading
from engine.dialects.plivo.elements import DIALECT, ELEMENTS
from engine.errors import DocumentError
from engine.values import verbs
from engine.values.flow import Flow
from tests.dialects.reads import cleanly, listed, only, reader_of

# Each attribute, and its default after the sign of equality (Plivo 2.3, 2.4).
ATTRIBUTES = {
    "Response": "",
    "Conference": (
        "muted=false enterSound= exitSound= startConferenceOnEnter=true endConferenceOnExit=false stayAlone=true "
        "waitSound maxMembers=20 record=false recordFileFormat=mp3 recordWhenAlone timeLimit=86400 hangupOnStar=false "
        "action method=POST redirect=true callbackUrl callbackMethod=POST digitsMatch floorEvent=false relayDTMF=true "
        "sendDigits transcriptionType=auto transcriptionUrl transcriptionMethod=POST beep"
    ),
    "Speak": "voice=WOMAN language=en-US loop=1",
    "Play": "loop=1",
    "Wait": "length=1 silence=false minSilence=2000 beep=false",
    "DTMF": "async=true",
    "Hangup": "reason schedule",
    "Redirect": "method=POST",
    "PreAnswer": "",
    "Message": "src dst type=sms callbackUrl callbackMethod=POST",
    "GetDigits": (
        "action method=POST redirect=true timeout=5 digitTimeout=2 finishOnKey=# numDigits=99 retries=1 "
        "playBeep=false validDigits=1234567890*# invalidDigitsSound log=true"
    ),
    "GetInput": (
        "action method=POST redirect=true inputType executionTimeout=15 digitEndTimeout=auto speechEndTimeout=auto "
        "startInputTimeout retries=1 finishOnKey=# numDigits=32 speechModel=default hints language=en-US "
        "interimSpeechResultsCallback interimSpeechResultsCallbackMethod=POST log=true profanityFilter=false"
    ),
    "Dial": (
        "action method=POST redirect=true timeout timeLimit=14400 callerId callerName hangupOnStar=false "
        "confirmSound confirmKey confirmTimeout=120 dialMusic=real callbackUrl callbackMethod=POST digitsMatch "
        "digitsMatchBLeg sipHeaders callType=voice"
    ),
    "Number": "sendDigits sendOnPreanswer=false sipHeaders sendDigitsMode=rfc2833 callerId callerName",
    "User": "sendDigits sendOnPreanswer=false sipHeaders sipAuthUsername sipAuthPassword",
    "Record": (
        "action method=POST redirect=true fileFormat=mp3 timeout=15 maxLength=60 finishOnKey=# playBeep=true "
        "recordSession=false startOnDialAnswer=false recordChannelType=stereo callbackUrl callbackMethod=POST "
        "transcriptionType=auto transcriptionUrl transcriptionMethod=POST transcriptionReportType=compact"
    ),
    "MultiPartyCall": (
        "role maxDuration=14400 maxParticipants=10 recordMinMemberCount=1 waitMusicUrl waitMusicMethod=POST waitTime "
        "agentHoldMusicUrl agentHoldMusicMethod=POST customerHoldMusicUrl customerHoldMusicMethod=POST record=false "
        "recordFileFormat=mp3 recordingCallbackUrl recordingCallbackMethod=POST statusCallbackUrl "
        "statusCallbackMethod=POST statusCallbackEvents stayAlone=false coachMode=true mute=false hold=false "
        "startMpcOnEnter=true endMpcOnExit=false enterSound=beep:1 enterSoundMethod=GET exitSound=beep:2 "
        "exitSoundMethod=GET onExitActionUrl onExitActionMethod=POST relayDTMFInputs startRecordingAudio "
        "startRecordingAudioMethod=GET stopRecordingAudio stopRecordingAudioMethod=GET transcript transcriptionUrl"
    ),
    "Stream": (
        "bidirectional audioTrack=inbound streamTimeout=86400 statusCallbackUrl statusCallbackMethod=POST "
        "contentType=audio/x-l16;rate=8000 extraHeaders keepCallAlive=false"
    ),
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

MARKUP = "break emphasis lang p phoneme prosody s say-as sub w"

CHILDREN = {
    # Plivo 2.2
    "Response": (
        "Speak Play GetDigits GetInput Record Dial Conference MultiPartyCall Redirect Hangup Wait PreAnswer DTMF "
        "Message Stream"
    ),
    "GetDigits": "Speak Play Wait",
    "GetInput": "Speak Play Wait",
    "Dial": "Number User",
    "PreAnswer": "Speak Play Wait GetDigits Redirect Message DTMF",
    "Speak": MARKUP,
    # Plivo 2.4
    "emphasis": "break emphasis lang phoneme prosody say-as sub w",
    "lang": MARKUP,
    "p": "break emphasis lang phoneme prosody say-as sub s w",
    "prosody": MARKUP,
    "s": "break emphasis lang phoneme prosody say-as sub w",
    "w": "break emphasis phoneme prosody say-as sub",
}


read = reader_of(DIALECT)
clean = cleanly(read)


def rules(body: str) -> list[str]:
    return [notice.rule for notice in read(body).notices]


# --- the tables -------------------------------------------------------------------------------------------------


def test_every_element_of_the_digest_is_in_the_table_and_no_other() -> None:
    assert set(ELEMENTS) == set(ATTRIBUTES)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_has_its_default(name: str) -> None:
    assert {a.name: a.default for a in ELEMENTS[name].attributes} == listed(ATTRIBUTES[name])


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_element_holds_what_the_digest_lets_it_hold(name: str) -> None:
    assert set(ELEMENTS[name].children) == set(CHILDREN.get(name, "").split())


def test_only_where_input_goes_and_what_a_party_is_must_be_given() -> None:
    required = [(name, a.name) for name, element in ELEMENTS.items() for a in element.attributes if a.required]

    assert required == [("GetInput", "action"), ("MultiPartyCall", "role")]


@pytest.mark.parametrize("name", [name for name, element in ELEMENTS.items() if element.verb is not None])
def test_what_attributes_and_text_fill_are_fields_of_the_verb(name: str) -> None:
    element = ELEMENTS[name]
    known = {field.name for field in structs.fields(element.verb or verbs.Verb)}
    filled = {fill for a in element.attributes for fill in (a.fills, *a.also) if fill} | set(element.fixed)
    text = {element.text.fills} - {""} if element.text is not None else set()

    assert filled | text <= known


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_everything_is_described_in_one_line(name: str) -> None:
    element = ELEMENTS[name]
    said = [element.doc, *(a.doc for a in element.attributes), *([element.text.doc] if element.text else [])]

    assert all(doc.endswith(".") and "\n" not in doc for doc in said)
    assert element.spec.startswith("Plivo 2.")


@pytest.mark.parametrize(
    ("name", "attribute", "good", "bad"),
    [
        ("Conference", "muted", ["true", "FALSE", " True "], ["yes", "1", ""]),
        ("Conference", "enterSound", ["", "beep:1", "beep:2", "https://a.example/in", "/in"], ["beep:3", "ftp://a"]),
        ("Conference", "maxMembers", ["1", "20"], ["0", "21", "many", ""]),
        ("Conference", "recordFileFormat", ["mp3", "wav"], ["ogg", "MP3"]),
        ("Conference", "method", ["GET", "post"], ["PUT"]),
        ("Conference", "digitsMatch", ["1,22, #3", ""], ["a", "1,,2"]),
        ("Conference", "transcriptionType", ["auto", "hybrid", "manual"], ["none"]),
        ("Speak", "voice", ["WOMAN", "MAN", "Polly.Joanna", "Polly.Joanna-Neural"], ["woman", "Polly"]),
        ("Speak", "loop", ["0", "7"], ["-1", "1.5"]),
        ("Wait", "beep", ["true", "false", "duration=300,inter_silence=50,threshold=256"], ["loud"]),
        ("Wait", "minSilence", ["0", "2500"], ["2.5"]),
        ("Hangup", "reason", ["busy", "rejected"], ["away", ""]),
        ("GetDigits", "finishOnKey", ["#", "none", "", "0*#"], ["a"]),
        ("GetDigits", "numDigits", ["1", "99"], ["0", "100"]),
        ("GetDigits", "validDigits", ["123*#"], ["1-3"]),
        ("GetInput", "inputType", ["dtmf", "speech", "dtmf speech"], ["keys"]),
        ("GetInput", "executionTimeout", ["5", "60"], ["4", "61"]),
        ("GetInput", "digitEndTimeout", ["auto", "2", "10"], ["1", "11"]),
        ("GetInput", "numDigits", ["1", "32"], ["0", "33"]),
        ("GetInput", "speechModel", ["default", "command_and_search", "phone_call", "telephony"], ["video"]),
        ("GetInput", "hints", ["one, two"], ["a" * 10_001]),
        ("Dial", "callerName", ["a" * 50], ["a" * 51]),
        ("Dial", "confirmKey", ["1", "#"], ["12", "a"]),
        ("Dial", "dialMusic", ["real", "https://a.example/m"], ["ftp://a"]),
        ("Dial", "sipHeaders", ["a=1,b-c=2", ""], ["a", "a=1;b=2"]),
        ("Record", "recordChannelType", ["mono", "stereo"], ["both"]),
        ("MultiPartyCall", "role", ["agent", "Agent", "ai-agent"], ["boss"]),
        ("MultiPartyCall", "maxDuration", ["300", "28800"], ["299", "28801"]),
        ("MultiPartyCall", "enterSound", ["none", "beep:1", "/in"], ["beep:3"]),
        ("Stream", "contentType", ["audio/x-mulaw;rate=8000"], ["audio/x-mulaw;rate=16000"]),
        ("break", "time", ["300ms", "1.5s"], ["3", "1m"]),
    ],
)
def test_values_are_those_of_the_digest(name: str, attribute: str, good: list[str], bad: list[str]) -> None:
    read_value = reading(next(a.lexical for a in ELEMENTS[name].attributes if a.name == attribute))

    for value in good:
        read_value(value)
    for value in bad:
        with pytest.raises(ValueError, match=f"^{re.escape(value)}$"):
            read_value(value)


# --- what documents become --------------------------------------------------------------------------------------


def test_a_conference_with_every_attribute() -> None:
    written = (
        '<Conference muted="true" enterSound="beep:1" exitSound="/out" startConferenceOnEnter="false"'
        ' endConferenceOnExit="true" stayAlone="false" waitSound="/wait" maxMembers="5" record="true"'
        ' recordFileFormat="wav" timeLimit="600" hangupOnStar="true" action="/left" method="GET" redirect="false"'
        ' callbackUrl="/told" callbackMethod="GET" digitsMatch="1, 22" floorEvent="true" relayDTMF="false"'
        ' transcriptionType="hybrid" transcriptionUrl="/text" transcriptionMethod="GET"> Room 1 </Conference>'
    )

    assert only(clean(written), verbs.Conference) == verbs.Conference(
        name="Conference",
        line=1,
        ordinal=1,
        room="Room 1",
        muted=True,
        enter_sound="beep:1",
        exit_sound="/out",
        starts=False,
        ends=True,
        stay_alone=False,
        wait_sound="/wait",
        max_members=5,
        record=True,
        record_format="wav",
        time_limit=600.0,
        hangup_on_star=True,
        action="/left",
        action_method="GET",
        redirect=False,
        callback="/told",
        callback_method="GET",
        digits_match=("1", "22"),
        floor_event=True,
        relay_dtmf=False,
        transcription="hybrid",
        transcription_url="/text",
        transcription_method="GET",
    )


@pytest.mark.parametrize(("given", "cap"), [("", None), ('maxMembers="3"', 3), ('maxMembers="99"', 20)])
def test_a_rooms_cap_is_left_to_the_rules_unless_given(given: str, cap: int | None) -> None:
    flow = read(f"<Conference {given}>R</Conference>")

    assert only(flow.verbs, verbs.Conference).max_members == cap
    assert [notice.rule for notice in flow.notices] == (["bad-value"] if cap == 20 else [])


def test_get_digits_collects_keys() -> None:
    digits = only(
        clean('<GetDigits action="/d"><Speak>Press</Speak><Wait/><Play>/a.mp3</Play></GetDigits>'), verbs.Collect
    )

    assert digits.hears == ("dtmf",)
    assert [prompt.name for prompt in digits.prompts] == ["Speak", "Wait", "Play"]
    assert (digits.first_timeout, digits.digit_timeout, digits.total_timeout) == (5.0, 2.0, 0.0)
    assert (digits.finish_on, digits.max_digits, digits.retries, digits.valid) == ("#", 99, 1, "1234567890*#")


def test_get_digits_takes_its_own_times_and_keys() -> None:
    written = (
        '<GetDigits timeout="7" digitTimeout="1.5" finishOnKey="none" numDigits="4" retries="3" playBeep="true"'
        ' validDigits="12" invalidDigitsSound="/no.mp3" log="false" redirect="false" method="GET"/>'
    )
    digits = only(clean(written), verbs.Collect)

    assert (digits.first_timeout, digits.digit_timeout, digits.finish_on, digits.max_digits) == (7.0, 1.5, "", 4)
    assert (digits.retries, digits.beep, digits.valid, digits.invalid_sound) == (3, True, "12", "/no.mp3")
    assert (digits.log, digits.redirect, digits.action_method) == (False, False, "GET")


def test_get_input_bounds_the_whole_input() -> None:
    heard = only(clean('<GetInput action="/d" inputType="dtmf speech"/>'), verbs.Collect)

    assert heard.hears == ("dtmf", "speech")
    assert (heard.total_timeout, heard.max_digits) == (15.0, 32)
    assert heard.first_timeout >= 60.0, "the wait for the beginning must not end before the whole"
    started = only(clean('<GetInput action="/d" startInputTimeout="4" speechEndTimeout="3"/>'), verbs.Collect)
    assert (started.first_timeout, started.speech_timeout) == (4.0, 3.0)


def test_get_input_without_an_action_is_still_performed() -> None:
    flow = read("<GetInput/>")

    assert only(flow.verbs, verbs.Collect).action == ""
    assert [(notice.rule, notice.attribute) for notice in flow.notices] == [("missing-attribute", "action")]


@pytest.mark.parametrize(("written", "blocking"), [("", False), ('async="true"', False), ('async="FALSE"', True)])
def test_keys_are_sent_while_the_flow_goes_on_unless_it_waits(written: str, *, blocking: bool) -> None:
    assert only(clean(f"<DTMF {written}>1w#</DTMF>"), verbs.SendDigits).blocking is blocking


def test_what_stands_in_a_pre_answer_follows_it() -> None:
    flow = clean("<PreAnswer><Speak>Soon</Speak><Wait/></PreAnswer><Hangup/>")

    assert [verb.name for verb in flow] == ["PreAnswer", "Speak", "Wait", "Hangup"]
    assert only(flow[:1], verbs.PreAnswer).covers == 2


def test_numbers_and_users_ring_together() -> None:
    dial = only(
        clean(
            '<Dial callerId="1" timeLimit="60" sipHeaders="a=1">'
            '<Number sendDigits="w1" callerId="2">+14155550100</Number>'
            '<User sipAuthUsername="u" sipAuthPassword="p" sendOnPreanswer="true">sip:bob@a.example</User></Dial>'
        ),
        verbs.Dial,
    )

    number, user = dial.targets
    assert (number.kind, number.address, number.send_digits, number.caller_id) == ("number", "+14155550100", "w1", "2")
    assert (user.kind, user.address, user.send_on_preanswer) == ("user", "sip:bob@a.example", True)
    assert (user.username, user.password) == ("u", "p")
    assert (dial.caller_id, dial.time_limit, dial.timeout, dial.music) == ("1", 60.0, 120.0, "real")


def test_a_dial_of_more_than_a_day_is_cut_to_a_day() -> None:
    flow = read('<Dial timeLimit="100000"><Number>1</Number></Dial>')

    assert only(flow.verbs, verbs.Dial).time_limit == 86400.0


@pytest.mark.parametrize(
    ("body", "action", "blocking"),
    [
        ('<MultiPartyCall role="agent" onExitActionUrl="/out">M</MultiPartyCall>', "/out", True),
        ("<Stream>wss://a.example/s</Stream>", "", False),
        ('<Stream keepCallAlive="true">wss://a.example/s</Stream>', "", True),
        ('<Message src="1" dst="2">Hi</Message>', "", False),
    ],
)
def test_what_is_not_executed_yet_keeps_its_action_and_whether_it_blocks(
    body: str, action: str, *, blocking: bool
) -> None:
    verb = only(clean(body), verbs.Unperformed)

    assert (verb.action, verb.blocking, verb.opaque) == (action, blocking, False)


@pytest.mark.parametrize(
    "body",
    [
        '<MultiPartyCall role="agent" maxParticipants="11">M</MultiPartyCall>',
        '<Stream streamTimeout="0">wss://a.example/s</Stream>',
        "<Stream>https://a.example/s</Stream>",
        '<Message src="1" dst="2" type="fax">Hi</Message>',
    ],
)
def test_what_is_not_executed_yet_is_validated_all_the_same(body: str) -> None:
    assert set(rules(body)) <= {"bad-value", "bad-text"}
    assert len(rules(body)) == 1


@pytest.mark.parametrize("body", ["<Reject/>", "<Say>a</Say>", "<Pay/>", "<Speak><amazon xmlns=''/></Speak>"])
def test_an_unknown_element_refuses_the_document(body: str) -> None:
    with pytest.raises(DocumentError, match="is not an element of Plivo XML"):
        read(body)


@pytest.mark.parametrize(
    "body", ["<Number>1</Number>", "<Dial><Speak>a</Speak></Dial>", "<Speak><lang><Play/></lang></Speak>"]
)
def test_bad_nesting_refuses_the_document(body: str) -> None:
    with pytest.raises(DocumentError, match="cannot stand in"):
        read(body)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<Speak language="ja-JP">a</Speak>', "language-of-plain-voice"),
        ('<Speak voice="MAN">a <break/></Speak>', "markup-needs-polly"),
        (f'<Speak voice="Polly.Amy"><s>{"a" * 3000}</s></Speak>', "markup-text"),
        ('<Dial confirmKey="1"><Number>1</Number></Dial>', "confirm-key-needs-sound"),
        ('<Conference digitsMatch="1">R</Conference>', "digits-need-callback"),
        (f'<GetInput action="/a" hints="{"a," * 500}"/>', "hint-phrases"),
        (f'<GetInput action="/a" hints="{"a" * 101}"/>', "hint-phrases"),
        ('<Stream bidirectional="true" audioTrack="both">wss://a</Stream>', "two-way-stream-is-inbound"),
    ],
)
def test_rules_between_attributes_are_warnings(body: str, rule: str) -> None:
    assert rules(body) == [rule]


@pytest.mark.parametrize(
    "body",
    [
        '<Speak voice="Polly.Mizuki" language="ja-JP">a</Speak>',
        '<Speak voice="Polly.Amy">a <break/></Speak>',
        '<Dial confirmKey="1" confirmSound="/c"><Number>1</Number></Dial>',
        '<Conference digitsMatch="1" callbackUrl="/c">R</Conference>',
        f'<GetInput action="/a" hints="{"a," * 499}"/>',
        '<Stream bidirectional="true">wss://a</Stream>',
    ],
)
def test_rules_between_attributes_are_silent_where_they_are_kept(body: str) -> None:
    clean(body)


def test_what_a_verb_holds_is_the_same_after_it_was_written_down() -> None:
    """Whole numbers where a verb speaks of seconds would come back as other bytes."""
    body = (
        '<Dial timeLimit="60"><Number>1</Number></Dial><Hangup schedule="5"/><Conference timeLimit="9">R</Conference>'
    )
    flow = read(body)

    assert json.encode(json.decode(json.encode(flow), type=Flow)) == json.encode(flow)
