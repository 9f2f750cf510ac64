"""Documents for storms: a handful of elements in each dialect, of which any few make a document.

A document is numbers; the dialect of whoever fetches it says which elements they stand for. All addresses are of one
application whose documents are named `/d0`, `/d1` and so on, and whose sound documents `/s0`, `/s1`.
"""

from __future__ import annotations

from collections.abc import Sequence

HOME = "https://app.example"
ACCOUNT = "acme"
SPEAKERS = ("plivo", "vobiz", "texml")
ROOMS = ("A", "B")
MOST_CALLS = 9
DOCUMENTS = 6

PLIVO = (
    "<Conference>A</Conference>",
    '<Conference action="/d1" callbackUrl="/told" digitsMatch="1,22" floorEvent="true">A</Conference>',
    '<Conference action="/d2" redirect="false" endConferenceOnExit="true" enterSound="beep:1">A</Conference>',
    '<Conference startConferenceOnEnter="false" waitSound="/s0" stayAlone="false">A</Conference>',
    '<Conference hangupOnStar="true" maxMembers="2" exitSound="/s1" action="/d3">A</Conference>',
    '<Conference timeLimit="60" muted="true" record="true" callbackUrl="/told">B</Conference>',
    '<Conference startConferenceOnEnter="false" endConferenceOnExit="true">B</Conference>',
    "<Speak>One.</Speak>",
    '<Play loop="0">/music.mp3</Play>',
    '<Wait length="9"/>',
    '<Wait length="9" silence="true" minSilence="3"/>',
    '<GetDigits action="/d1" timeout="3" numDigits="2" retries="2" invalidDigitsSound="/no.mp3" validDigits="12">'
    "<Speak>Press.</Speak></GetDigits>",
    '<GetInput action="/d2" inputType="dtmf speech" executionTimeout="9" interimSpeechResultsCallback="/told">'
    "<Play>/ask.mp3</Play></GetInput>",
    '<Record action="/d3" maxLength="9" callbackUrl="/told"/>',
    '<Record recordSession="true" redirect="false"/>',
    '<Record startOnDialAnswer="true" redirect="false"/>',
    '<Dial action="/d1" timeout="9" callbackUrl="/told" digitsMatch="1" hangupOnStar="true">'
    "<Number>14155550110</Number><Number>14155550111</Number></Dial>",
    '<Dial confirmSound="/s0" confirmKey="1" confirmTimeout="5" dialMusic="/s1"><Number>14155550112</Number></Dial>',
    '<Dial timeLimit="30" action="/d4" redirect="false"><User>sip:carl@example.com</User></Dial>',
    "<Redirect>/d4</Redirect>",
    "<Redirect>/d0</Redirect>",
    "<PreAnswer><Speak>Early.</Speak></PreAnswer>",
    '<DTMF async="false">12w3</DTMF>',
    '<Hangup schedule="20"/>',
    '<Hangup reason="busy"/>',
)
VOBIZ = (
    "<Conference>A</Conference>",
    '<Conference action="/d1" callbackUrl="/told" digitsMatch="1,22">A</Conference>',
    '<Conference action="/d2" endConferenceOnExit="true" enterSound="beep:1">A</Conference>',
    '<Conference startConferenceOnEnter="false" waitSound="/s0" stayAlone="false">A</Conference>',
    '<Conference hangupOnStar="true" maxParticipants="2" exitSound="/s1" action="/d3">A</Conference>',
    '<Conference timeLimit="60" muted="true" record="true" callbackUrl="/told">B</Conference>',
    '<Conference startConferenceOnEnter="false" endConferenceOnExit="true">B</Conference>',
    "<Speak>One.</Speak>",
    '<Play loop="0">/music.mp3</Play>',
    '<Wait length="9"/>',
    '<Gather action="/d1" inputType="dtmf" executionTimeout="9" numDigits="2"><Speak>Press.</Speak></Gather>',
    '<Gather action="/d2" inputType="dtmf speech" executionTimeout="9"><Play>/ask.mp3</Play></Gather>',
    '<Record action="/d3" maxLength="9" callbackUrl="/told"/>',
    '<Dial action="/d1" timeout="9" callbackUrl="/told" hangupOnStar="true">'
    "<Number>14155550110</Number><Number>14155550111</Number></Dial>",
    '<Dial confirmSound="/s0" confirmKey="1"><Number>14155550112</Number></Dial>',
    "<Redirect>/d4</Redirect>",
    "<PreAnswer><Speak>Early.</Speak></PreAnswer>",
    '<Hangup schedule="20"/>',
    "<Hangup/>",
)
TEXML = (
    "<Dial><Conference>A</Conference></Dial>",
    '<Dial action="/d1"><Conference statusCallback="/told" statusCallbackEvent="start end join leave mute hold modify '
    'announcement speaker">A</Conference></Dial>',
    '<Dial action="/d2"><Conference endConferenceOnExit="true" beep="true" maxParticipants="2">A</Conference></Dial>',
    '<Dial><Conference startConferenceOnEnter="false" waitUrl="/s0">A</Conference></Dial>',
    '<Dial timeLimit="60" action="/d3"><Conference participantLabel="first">A</Conference></Dial>',
    '<Dial><Conference participantLabel="second" coach="first" muted="true">A</Conference></Dial>',
    '<Dial><Conference record="record-from-start" recordingStatusCallback="/told">B</Conference></Dial>',
    '<Dial><Conference startConferenceOnEnter="false" endConferenceOnExit="true">B</Conference></Dial>',
    "<Say>One.</Say>",
    '<Play loop="0">/music.mp3</Play>',
    '<Pause length="9"/>',
    '<Gather action="/d1" numDigits="2" timeout="3"><Say>Press.</Say></Gather>',
    '<Gather input="dtmf speech" minDigits="2" validDigits="12" invalidDigitsAction="/d2">'
    "<Play>/ask.mp3</Play></Gather>",
    '<Record action="/d3" maxLength="9" recordingStatusCallback="/told"/>',
    '<Dial action="/d1" timeout="9" record="record-from-answer" recordingStatusCallback="/told">'
    '<Number statusCallback="/told" statusCallbackEvent="initiated ringing answered completed">+14155550110</Number>'
    '<Sip machineDetection="Enable">sip:carl@example.com</Sip></Dial>',
    '<Dial answerOnBridge="true" ringTone="us" timeLimit="60"><Number url="/s0">+14155550112</Number></Dial>',
    '<Dial audioUrl="/s1"><Number>+14155550113</Number></Dial>',
    '<Enqueue action="/d1" waitUrl="/s2" maxWaitTimeSecs="40">Q</Enqueue>',
    '<Dial action="/d2" timeout="20"><Queue url="/s0">Q</Queue></Dial>',
    "<Dial><Queue>Q</Queue></Dial>",
    "<Redirect>/d4</Redirect>",
    "<Redirect>/d0</Redirect>",
    '<Reject reason="busy"/>',
    "<Hangup/>",
)
ELEMENTS = {"plivo": PLIVO, "vobiz": VOBIZ, "texml": TEXML}

SPEAK = {"plivo": "Speak", "vobiz": "Speak", "texml": "Say"}
SOUNDS = (
    "<Response><{speak}>Please wait.</{speak}><Play>/music.mp3</Play></Response>",
    "<Response/>",
    "<Response><Play>/music.mp3</Play><Redirect>/s2</Redirect></Response>",
)


def document(tongue: str, numbers: Sequence[int]) -> bytes:
    """The document of these elements in one dialect."""
    elements = ELEMENTS[tongue]
    return f"<Response>{''.join(elements[number % len(elements)] for number in numbers)}</Response>".encode()


def sound(tongue: str, number: int) -> bytes:
    """A sound document in one dialect."""
    return SOUNDS[number % len(SOUNDS)].format(speak=SPEAK[tongue]).encode()
