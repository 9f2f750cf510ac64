"""Callbacks and fetches in the vendors' words: parameter lists written by hand from Plivo 3, Vobiz 3 and TeXML 3."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dialects.spelling import Speller, as_uuid
from engine.dialects.wording import CALLBACK_KINDS, FETCH_KINDS, WORDINGS, Outgoing, spell, word
from engine.values.effects import CallFacts, Fact, FetchDocument, SendCallback

VENDORS = ("plivo", "vobiz", "texml")
EPOCH = datetime(2026, 1, 31, 13, 5, 0, tzinfo=UTC).timestamp()
READABLE = Speller(plain=True, epoch=EPOCH)

INBOUND = CallFacts(
    "ann", "MA1", "+14155550100", "+16505550100", "inbound", "in_progress", caller_name="Ann", answered_at=2.0
)
OUTBOUND = msgspec.structs.replace(INBOUND, direction="outbound", caller_name="")
FINISHED = msgspec.structs.replace(
    INBOUND, status="ended", created_at=1.0, ended_at=68.25, cause="hangup", source="caller"
)

ROOM: dict[str, Fact] = {
    "conference": "r1",
    "conference_name": "Weekly",
    "account": "MA1",
    "member": 2,
    "label": "",
    "muted": True,
    "held": False,
    "coaching": False,
    "starts": True,
    "ends": False,
    "sequence": 4,
}
RECORDED: dict[str, Fact] = {
    "recording": "r1.rec1",
    "recording_url": "https://media.example/1.mp3",
    "recording_seconds": 12.5,
    "recording_started_at": 10.0,
    "recording_ended_at": 22.5,
    "recording_status": "completed",
    "recording_channels": "mono",
}


def names(text: str) -> set[str]:
    return set(text.split())


def told(
    tongue: str, kind: str, about: CallFacts | None = INBOUND, speller: Speller = READABLE, /, **facts: Fact
) -> dict[str, str]:
    return dict(sent(tongue, kind, about, speller, **facts).params)


def sent(
    tongue: str, kind: str, about: CallFacts | None = INBOUND, speller: Speller = READABLE, /, **facts: Fact
) -> Outgoing:
    url = "https://app.example/tell"
    if kind in FETCH_KINDS:
        return word(FetchDocument("ann", "ann.1", url, "POST", kind, tongue, about, facts), speller)
    return word(SendCallback("ann", "ann.1", url, "POST", kind, tongue, about, facts, at=9.0), speller)


# ------------------------------------------------------------------------------------------------------- every kind


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("kind", [*FETCH_KINDS, *CALLBACK_KINDS])
def test_every_kind_is_either_worded_or_declared_as_not_sent(kind: str, vendor: str) -> None:
    wording = WORDINGS[vendor]

    assert (kind in wording.rows) is not (kind in wording.unsent)


@pytest.mark.parametrize("vendor", VENDORS)
def test_nothing_is_worded_or_declared_that_is_no_kind(vendor: str) -> None:
    known = {*FETCH_KINDS, *CALLBACK_KINDS}

    assert {key.partition(":")[0] for key in WORDINGS[vendor].rows} <= known
    assert set(WORDINGS[vendor].unsent) <= known


@pytest.mark.parametrize("vendor", WORDINGS)
def test_no_request_names_a_parameter_twice_or_says_none(vendor: str) -> None:
    facts = {**ROOM, **RECORDED, "digits": "12", "dial_cause": "busy", "dial_status": "busy", "event": "completed"}
    for kind in (*FETCH_KINDS, *CALLBACK_KINDS):
        for about in (INBOUND, OUTBOUND, FINISHED, None):
            params = sent(vendor, kind, about, **facts).params

            assert len(dict(params)) == len(params)
            assert not {"None", "True", "False"} & {text for _, text in params}


FACTS = st.dictionaries(
    st.sampled_from(["conference", "recording", "digits", "speech", "dial_status", "queue", "label", "why", "verb"]),
    st.text(string.printable, max_size=5),
)


@given(vendor=st.sampled_from(sorted(WORDINGS)), kind=st.sampled_from([*FETCH_KINDS, *CALLBACK_KINDS]), facts=FACTS)
def test_wording_never_fails_and_depends_on_nothing_but_the_effect(
    vendor: str, kind: str, facts: dict[str, str]
) -> None:
    speller = Speller(seed="s")

    assert sent(vendor, kind, None, speller, **facts) == sent(vendor, kind, None, speller, **facts)


def test_address_method_and_signing_are_handed_on() -> None:
    effect = FetchDocument("ann", "ann.1", "https://app.example/a?b=1#rc=2", "GET", "answer", "plivo", INBOUND)

    outgoing = word(effect)

    assert (outgoing.method, outgoing.url, outgoing.sign) == ("GET", "https://app.example/a?b=1#rc=2", True)
    assert outgoing.body == "form"


# ----------------------------------------------------------------------------------------------------- Plivo 3.1, 3.2

# Plivo 3.1, common and seen on every hosted request
PLIVO_CALL = {"CallUUID", "From", "To", "Direction", "CallStatus"}
PLIVO_HOSTED = {"BillRate", "ParentAuthID", "SessionStart", "CallerName"}
PLIVO_COMMON = PLIVO_CALL | PLIVO_HOSTED
OUTBOUND_ONLY = {"RequestUUID", "ALegUUID", "ALegRequestUUID"}


def test_plivo_sends_the_common_parameters_with_numbers_without_plus() -> None:
    params = told("plivo", "redirect")

    assert set(params) == PLIVO_COMMON | {"Event"}
    assert params["CallUUID"] == "ann"
    assert (params["From"], params["To"]) == ("14155550100", "16505550100")
    assert (params["Direction"], params["CallStatus"], params["Event"]) == ("inbound", "in-progress", "Redirect")
    assert params["SessionStart"] == "2026-01-31 13:05:00.000000"


def test_plivo_adds_request_and_a_leg_ids_to_outbound_calls() -> None:
    params = told("plivo", "transfer", OUTBOUND)

    assert set(params) == PLIVO_COMMON - {"CallerName"} | OUTBOUND_ONLY | {"Event"}
    assert params["RequestUUID"] == params["ALegUUID"] == params["ALegRequestUUID"] == "ann"


def test_a_dialled_leg_names_its_parent_as_a_leg() -> None:
    params = told("plivo", "transfer", msgspec.structs.replace(OUTBOUND, call="ann.l1", parent="ann"))

    assert (params["CallUUID"], params["ALegUUID"]) == ("ann.l1", "ann")


def test_sip_addresses_keep_their_form() -> None:
    params = told("plivo", "redirect", msgspec.structs.replace(INBOUND, caller="sip:ann@example.com"))

    assert params["From"] == "sip:ann@example.com"


@pytest.mark.parametrize(
    ("kind", "event", "extra"),
    [
        ("ring", "Ring", {"STIRAttestation"}),
        ("answer", "StartApp", {"STIRVerification", "STIRAttestation"}),
        ("fallback", "StartApp", {"STIRVerification", "STIRAttestation"}),
        ("redirect", "Redirect", set()),
        ("transfer", "Transfer", set()),
        ("machine_detection", "MachineDetection", {"Machine", "IfMachine"}),
    ],
)
def test_plivo_names_call_level_requests_by_event(kind: str, event: str, extra: set[str]) -> None:
    params = told("plivo", kind, machine=True)

    assert params["Event"] == event
    assert set(params) == PLIVO_COMMON | {"Event"} | extra


def test_plivo_says_machine_on_the_answer_url_only_after_detection() -> None:
    assert "Machine" not in told("plivo", "answer")
    assert told("plivo", "answer", msgspec.structs.replace(INBOUND, machine=True))["Machine"] == "true"


@pytest.mark.parametrize("vendor", ["plivo", "vobiz"])
def test_machine_detection_says_what_a_machine_leads_to(vendor: str) -> None:
    person = told(vendor, "machine_detection", machine=False, ends=False)
    machine = told(vendor, "machine_detection", machine=True, ends=True)

    # Plivo 3.2
    assert (person["Machine"], person["IfMachine"]) == ("false", "continue")
    assert (machine["Machine"], machine["IfMachine"]) == ("true", "hangup")


def test_plivo_hang_up_carries_the_captured_field_set() -> None:
    outbound = msgspec.structs.replace(FINISHED, direction="outbound", source="callee")

    params = told("plivo", "hangup", outbound)

    # Plivo 3.2
    assert set(params) == names(
        "ALegRequestUUID ALegUUID AnswerTime BillDuration BillRate CallStatus CallUUID Direction Duration EndTime "
        "Event From HangupCause HangupCauseCode HangupCauseName HangupSource ParentAuthID RequestUUID "
        "STIRAttestation STIRVerification SessionStart StartTime To TotalCost"
    )
    assert (params["HangupCause"], params["HangupCauseCode"]) == ("NORMAL_CLEARING", "4000")
    assert (params["HangupCauseName"], params["HangupSource"]) == ("Normal Hangup", "Callee")
    assert (params["CallStatus"], params["Event"]) == ("completed", "Hangup")
    assert (params["Duration"], params["BillDuration"]) == ("66", "120")
    assert params["StartTime"] == "2026-01-31 13:05:01"
    assert params["AnswerTime"] == "2026-01-31 13:05:02"
    assert params["EndTime"] == "2026-01-31 13:06:08"
    assert params["SessionStart"] == "2026-01-31 13:05:01.000000"


def test_plivo_hang_up_of_an_unanswered_call_has_an_empty_answer_time() -> None:
    params = told("plivo", "hangup", msgspec.structs.replace(FINISHED, answered_at=None, cause="busy"))

    assert (params["AnswerTime"], params["Duration"], params["CallStatus"]) == ("", "0", "busy")
    assert not OUTBOUND_ONLY & set(params)


# ---------------------------------------------------------------------------------------------------------- Plivo 3.3

PLIVO_ROOM = PLIVO_COMMON | {"ConferenceAction", "ConferenceName", "ConferenceUUID", "ConferenceMemberID"}


@pytest.mark.parametrize(
    ("kind", "action", "extra"),
    [
        ("conference_enter", "enter", {"ConferenceFirstMember", "Event"}),
        ("conference_exit", "exit", {"ConferenceLastMember", "Event"}),
        ("conference_digits", "digits", {"ConferenceDigitsMatch"}),
        ("conference_floor", "floor", set()),
        (
            "conference_record",
            "record",
            {
                "RecordUrl",
                "RecordingID",
                "RecordingDuration",
                "RecordingDurationMs",
                "RecordingStartMs",
                "RecordingEndMs",
            },
        ),
    ],
)
def test_plivo_conference_actions_carry_their_parameters(kind: str, action: str, extra: set[str]) -> None:
    params = told("plivo", kind, **ROOM, **RECORDED, first=True, last=False, digits_match="12")

    assert set(params) == PLIVO_ROOM | extra
    assert params["ConferenceAction"] == action
    assert (params["ConferenceName"], params["ConferenceUUID"], params["ConferenceMemberID"]) == ("Weekly", "r1", "2")


def test_plivo_says_who_was_first_and_whether_the_room_is_empty() -> None:
    enter = told("plivo", "conference_enter", **ROOM, first=True)
    leave = told("plivo", "conference_exit", **ROOM, last=False)

    assert (enter["Event"], enter["ConferenceFirstMember"]) == ("ConferenceEnter", "true")
    assert (leave["Event"], leave["ConferenceLastMember"]) == ("ConferenceExit", "false")


def test_plivo_recording_has_lengths_of_minus_one_while_it_runs() -> None:
    running: dict[str, Fact] = {"recording": "r1.rec1", "recording_seconds": -1.0, "recording_started_at": 10.0}

    params = told("plivo", "conference_record", **ROOM, **running)

    assert (params["RecordingDuration"], params["RecordingDurationMs"], params["RecordingEndMs"]) == ("-1", "-1", "-1")
    assert params["RecordingStartMs"] == str(int(EPOCH * 1000) + 10_000)


def test_plivo_finished_recording_has_real_lengths() -> None:
    params = told("plivo", "conference_record", **ROOM, **RECORDED)

    assert (params["RecordingDuration"], params["RecordingDurationMs"]) == ("13", "12500")
    assert params["RecordingEndMs"] == str(int(EPOCH * 1000) + 22_500)


def test_plivo_wait_sound_is_asked_for_before_there_is_a_member() -> None:
    params = told("plivo", "wait_sound", **ROOM)

    # Plivo 5.15
    assert (params["ConferenceAction"], params["Event"]) == ("waitSound", "ConferenceRemoteSounds")
    assert (params["ConferenceUUID"], params["ConferenceMemberID"]) == ("", "")
    assert params["ConferenceName"] == "Weekly"


# ----------------------------------------------------------------------------------------------------- Plivo 3.4, 3.5


def test_plivo_conference_action_names_the_room_and_the_member() -> None:
    params = told("plivo", "action_conference", **ROOM)

    assert set(params) == PLIVO_COMMON | {"Event", "ConferenceName", "ConferenceUUID", "ConferenceMemberID"}
    assert (params["ConferenceUUID"], params["ConferenceMemberID"]) == ("r1", "2")


def test_plivo_conference_action_names_the_recording_where_there_was_one() -> None:
    params = told("plivo", "action_conference", **ROOM, **RECORDED)

    assert (params["RecordUrl"], params["RecordingID"]) == ("https://media.example/1.mp3", "r1.rec1")


def test_plivo_conference_action_of_a_refused_caller_has_empty_ids() -> None:
    params = told("plivo", "action_conference", conference="r1", member="", conference_name="Weekly", cause="full")

    # Plivo 2.6 (f)
    assert (params["ConferenceName"], params["ConferenceUUID"], params["ConferenceMemberID"]) == ("Weekly", "", "")


# Plivo 3.5
PLIVO_VERBS = {
    "action_collect": {"Event", "InputType", "Digits", "Speech", "SpeechConfidenceScore", "BilledAmount"},
    "collect_interim": {"StableSpeech", "UnstableSpeech", "Stability", "SequenceNumber"},
    "action_dial": {"Event", "DialRingStatus", "DialHangupCause", "DialStatus", "DialALegUUID", "DialBLegUUID"},
    "action_record": {
        "Event",
        "RecordUrl",
        "RecordingID",
        "RecordingDuration",
        "RecordingDurationMs",
        "RecordingStartMs",
        "RecordingEndMs",
        "Digits",
    },
    "recording": {
        "RecordUrl",
        "RecordingID",
        "RecordingDuration",
        "RecordingDurationMs",
        "RecordingStartMs",
        "RecordingEndMs",
    },
}


@pytest.mark.parametrize(("kind", "extra"), PLIVO_VERBS.items())
def test_plivo_verbs_send_their_results(kind: str, extra: set[str]) -> None:
    params = told("plivo", kind, **RECORDED, dial_status="completed", recording_source="record_verb")

    assert set(params) == PLIVO_COMMON | extra


def test_plivo_getdigits_sends_digits_alone() -> None:
    params = told("plivo", "action_collect", verb="GetDigits", digits="12", input="dtmf")

    assert set(params) == PLIVO_COMMON | {"Event", "Digits"}
    assert params["Digits"] == "12"


def test_plivo_getinput_sends_speech_with_its_confidence() -> None:
    params = told("plivo", "action_collect", verb="GetInput", input="speech", speech="yes please", confidence=0.875)

    assert (params["InputType"], params["Digits"], params["Speech"]) == ("speech", "", "yes please")
    assert params["SpeechConfidenceScore"] == "0.875"


def test_plivo_interim_speech_is_stable_once_it_is_final() -> None:
    early = told("plivo", "collect_interim", speech="yes", final=False, sequence=0)
    late = told("plivo", "collect_interim", speech="yes please", final=True, sequence=1)

    assert (early["StableSpeech"], early["UnstableSpeech"], early["SequenceNumber"]) == ("", "yes", "0")
    assert (late["StableSpeech"], late["UnstableSpeech"], late["SequenceNumber"]) == ("yes please", "", "1")


@pytest.mark.parametrize(
    ("status", "word_of_plivo"),
    [
        ("completed", "completed"),
        ("busy", "busy"),
        ("failed", "failed"),
        ("cancelled", "cancel"),
        ("no_answer", "no-answer"),
        ("timeout", "no-answer"),
    ],
)
def test_plivo_dial_status_words(status: str, word_of_plivo: str) -> None:
    assert told("plivo", "action_dial", dial_status=status)["DialStatus"] == word_of_plivo


def test_plivo_dial_action_names_cause_and_legs() -> None:
    params = told("plivo", "action_dial", dial_status="busy", dial_cause="busy", dial_call="", dial_ringing=True)

    assert (params["DialHangupCause"], params["DialRingStatus"]) == ("USER_BUSY", "true")
    assert (params["DialALegUUID"], params["DialBLegUUID"]) == ("ann", "")


DIAL_EVENT = {
    "Event",
    "DialAction",
    "DialBLegStatus",
    "DialALegUUID",
    "DialBLegUUID",
    "DialBLegFrom",
    "DialBLegTo",
    "STIRVerification",
}
DIAL_END = {
    "DialBLegDuration",
    "DialBLegBillDuration",
    "DialBLegHangupCauseName",
    "DialBLegHangupCauseCode",
    "DialBLegHangupSource",
}
LEG: dict[str, Fact] = {"dial_call": "ann.l1", "dial_caller": "+14155550100", "dial_called": "+12125550100"}


@pytest.mark.parametrize(
    ("kind", "action", "event", "extra"),
    [
        ("dial_answer", "answer", "DialAnswer", set()),
        ("dial_connected", "connected", "DialConnected", set()),
        ("dial_hangup", "hangup", "DialHangup", DIAL_END),
        ("dial_digits", "digits", "DialDigitsMatch", {"DialDigitsMatch", "DialDigitsPressedBy"}),
    ],
)
@pytest.mark.parametrize("vendor", ["plivo", "vobiz"])
def test_dial_events_of_plivo_and_vobiz(vendor: str, kind: str, action: str, event: str, extra: set[str]) -> None:
    params = told(vendor, kind, **LEG, dial_cause="hangup", digits_match="1", pressed_by="a", dial_seconds=7.0)

    assert set(params) - PLIVO_COMMON == DIAL_EVENT | extra
    assert (params["DialAction"], params["Event"]) == (action, event)
    assert (params["DialBLegFrom"], params["DialBLegTo"]) == ("14155550100", "12125550100")


def test_the_leg_that_pressed_is_spelt_differently_by_plivo_and_vobiz() -> None:
    spelt = [
        told(vendor, "dial_digits", **LEG, pressed_by=leg)["DialDigitsPressedBy"]
        for vendor in ("plivo", "vobiz")
        for leg in ("a", "b")
    ]

    assert spelt == ["ALeg", "BLeg", "aleg", "bleg"]


def test_a_leg_that_nobody_answered_ends_with_the_ring_timeout() -> None:
    params = told("vobiz", "dial_hangup", **LEG, dial_cause="ring_timeout", dial_billed_seconds=61.0)

    assert params["DialBLegHangupCauseCode"] == "6010"
    assert params["DialBLegHangupCauseName"] == "Ring Timeout Reached"
    assert params["DialBLegHangupSource"] == "Vobiz"
    assert params["DialBLegBillDuration"] == "120"


def test_plivo_recordings_by_rest_are_told_in_snake_case() -> None:
    params = told("plivo", "recording", **ROOM, **RECORDED, recording_source="conference")

    # Plivo 1.5
    assert set(params) == names(
        "api_id record_url recording_id conference_name recording_duration recording_duration_ms "
        "recording_start_ms recording_end_ms"
    )


# ------------------------------------------------------------------------------------------------------------- Vobiz

VOBIZ_COMMON = {"CallUUID", "From", "To", "Direction", "CallStatus"}


def test_vobiz_common_parameters_on_answer_action_and_redirect() -> None:
    for kind in ("redirect", "transfer", "action_other"):
        assert set(told("vobiz", kind)) == VOBIZ_COMMON | {"Event"}
        assert set(told("vobiz", kind, OUTBOUND)) == VOBIZ_COMMON | {"Event", "ALegUUID", "ALegRequestUUID"}
    assert set(told("vobiz", "answer")) == VOBIZ_COMMON | {"Event", "STIRVerification"}


def test_vobiz_enter_has_numbers_and_exit_has_none() -> None:
    enter = told("vobiz", "conference_enter", **ROOM, first=False)
    leave = told("vobiz", "conference_exit", **ROOM, last=True)
    both = {"ConferenceAction", "Event", "ConferenceUUID", "ConferenceName", "ConferenceMemberID", "CallUUID"}

    # Vobiz 3.2
    assert set(leave) == both | {"ConferenceLastMember"}
    assert set(enter) >= both | {"ConferenceFirstMember", "From", "To", "Direction", "CallStatus"}
    assert (enter["Event"], enter["ConferenceFirstMember"]) == ("ConferenceEnter", "false")
    assert (leave["Event"], leave["ConferenceLastMember"]) == ("ConferenceExit", "true")


def test_vobiz_tells_matched_digits() -> None:
    params = told("vobiz", "conference_digits", **ROOM, digits_match="12")

    assert (params["ConferenceAction"], params["ConferenceDigitsMatch"]) == ("digits", "12")


def test_vobiz_wait_sound_request() -> None:
    params = told("vobiz", "wait_sound", **ROOM)

    # Vobiz 3.2
    assert params == {
        "ConferenceAction": "waitSound",
        "Event": "ConferenceRemoteSounds",
        "ConferenceName": "Weekly",
        "CallUUID": "ann",
        "From": "14155550100",
        "To": "16505550100",
        "Direction": "inbound",
        "CallStatus": "in-progress",
        "ConferenceUUID": "",
        "ConferenceMemberID": "",
    }


def test_vobiz_record_action_comes_early_with_the_id_alone() -> None:
    params = told("vobiz", "action_record", recording="ann.rec1")

    # Vobiz 7.21
    assert set(params) == VOBIZ_COMMON | {"Event", "RecordingID"}
    assert (params["Event"], params["RecordingID"]) == ("Record", "ann.rec1")


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("silence", "RecordingTimeout"),
        ("max_length", "maxLength"),
        ("key", "FinishedOnKey"),
        ("hangup", "HungUp"),
    ],
)
def test_vobiz_record_callback_tells_why_it_ended(why: str, reason: str) -> None:
    params = told("vobiz", "recording", **RECORDED, recording_source="record_verb", recording_why=why)

    # Vobiz 2.5
    assert set(params) - VOBIZ_COMMON == names(
        "Event RecordFile RecordUrl RecordingID RecordingDuration RecordingDurationMs RecordingStartMs "
        "RecordingEndMs RecordingEndReason"
    )
    assert (params["Event"], params["RecordingEndReason"]) == ("RecordStop", reason)


def test_vobiz_gather_sends_five_results() -> None:
    params = told("vobiz", "action_collect", verb="Gather", input="dtmf", digits="7")

    # Vobiz 2.3
    results = {"InputType", "Digits", "Speech", "SpeechConfidenceScore", "BilledAmount"}
    assert set(params) == VOBIZ_COMMON | {"Event"} | results
    assert (params["InputType"], params["Digits"]) == ("dtmf", "7")


def test_vobiz_conference_action_names_the_file_where_it_was_recorded() -> None:
    params = told("vobiz", "action_conference", **ROOM, **RECORDED)

    # Vobiz 2.4
    assert set(params) - VOBIZ_COMMON == names(
        "Event ConferenceName ConferenceUUID ConferenceMemberID RecordingID RecordUrl RecordFile"
    )


def test_vobiz_gives_hang_up_times_in_its_own_zone_and_the_session_in_utc() -> None:
    params = told("vobiz", "hangup", FINISHED)

    # Vobiz 3.1
    assert params["EndTime"] == "2026-01-31 18:36:08"
    assert params["SessionStart"] == "2026-01-31 13:05:01.000000"
    assert params["TotalCost"] == "0.00000"


def test_vobiz_conference_recording_is_told_as_json() -> None:
    outgoing = sent("vobiz", "recording", **ROOM, **RECORDED, recording_source="conference", file_format="wav")

    # Vobiz 1.5
    assert outgoing.body == "json"
    assert [name for name, _ in outgoing.params] == [
        "conference_name",
        "recording_id",
        "recording_url",
        "recording_duration",
        "file_format",
    ]


# ------------------------------------------------------------------------------------------------------------- TeXML

# TeXML 3.1, Telnyx's fields; addresses and label only when known
TEXML_ROOM = names(
    "AccountSid CallSid CallSidLegacy ConferenceSid ConnectionId FriendlyName SequenceNumber StatusCallbackEvent "
    "Timestamp From To CallingPartyType"
)
PARTICIPANT = {"Muted", "Hold", "Coaching", "EndConferenceOnExit", "StartConferenceOnEnter"}


@pytest.mark.parametrize(
    ("kind", "event", "extra"),
    [
        ("conference_start", "conference-start", set()),
        ("conference_enter", "participant-join", PARTICIPANT),
        ("conference_exit", "participant-leave", PARTICIPANT | {"ParticipantCallStatus", "ReasonParticipantLeft"}),
        ("member_mute", "participant-mute", PARTICIPANT),
        ("member_unmute", "participant-unmute", PARTICIPANT),
        ("member_hold", "participant-hold", PARTICIPANT),
        ("member_unhold", "participant-unhold", PARTICIPANT),
        ("member_modify", "participant-modify", PARTICIPANT),
        ("speech_start", "participant-speech-start", PARTICIPANT),
        ("speech_stop", "participant-speech-stop", PARTICIPANT),
        ("announcement_end", "announcement-end", PARTICIPANT | {"AnnounceUrl"}),
        ("announcement_fail", "announcement-fail", PARTICIPANT | {"AnnounceUrl", "ReasonAnnouncementFailed"}),
    ],
)
def test_texml_room_events_carry_their_parameters(kind: str, event: str, extra: set[str]) -> None:
    params = told("texml", kind, **ROOM, cause="far_end", url="https://app.example/a.mp3", error="timeout")

    assert set(params) == TEXML_ROOM | extra
    assert (params["StatusCallbackEvent"], params["SequenceNumber"]) == (event, "4")
    assert params["Timestamp"] == "2026-01-31T13:05:09.000Z"
    assert params["CallSid"] == params["CallSidLegacy"] == "ann"
    assert (params["From"], params["CallingPartyType"]) == ("+14155550100", "pstn")


def test_texml_tells_label_and_sip_addresses_when_they_are_known() -> None:
    sip = msgspec.structs.replace(INBOUND, caller="sip:ann@example.com")

    params = told("texml", "conference_enter", sip, **{**ROOM, "label": "host"})

    assert set(params) == TEXML_ROOM | PARTICIPANT | {"ParticipantLabel", "FromSipUri"}
    assert (params["ParticipantLabel"], params["CallingPartyType"]) == ("host", "sip")


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("last_left", "last-participant-left"),
        ("ended_by_member", "participant-with-end-conference-on-exit-left"),
        ("ended_by_api", "conference-ended-via-api"),
        ("room_time_limit", "time-exceeded"),
    ],
)
def test_texml_says_why_a_conference_ended_and_by_whom(why: str, reason: str) -> None:
    params = told("texml", "conference_end", None, **ROOM, why=why, ending_call="bob", ending_label="host")

    # TeXML 1.4, 7 A23
    assert (params["ReasonConferenceEnded"], params["CallSidEndingConference"]) == (reason, "bob")
    assert (params["CallSid"], params["ParticipantLabelEndingConference"]) == ("bob", "host")
    assert params["Reason"]


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("far_end", "participant_hung_up"),
        ("ended_by_member", "moderator_ended_conference"),
        ("ended_by_api", "conference_ended_via_api"),
        ("kicked", "participant_updated_via_api"),
        ("redirected", "participant_updated_via_api"),
        ("room_time_limit", None),
    ],
)
def test_texml_says_why_a_participant_left(cause: str, reason: str | None) -> None:
    assert told("texml", "conference_exit", **ROOM, cause=cause).get("ReasonParticipantLeft") == reason


# TeXML 3.2: what is always sent, then CallStatus, then Twilio's
TEXML_VOICE = names(
    "AccountSid CallSid CallSidLegacy CallerId CallingPartyType From FromSipUri To ToSipUri ConnectionId "
    "CallStatus Direction CallerName"
)


@pytest.mark.parametrize("kind", ["answer", "fallback", "redirect", "transfer", "action_other"])
def test_texml_voice_request(kind: str) -> None:
    params = told("texml", kind)

    assert set(params) == TEXML_VOICE
    assert (params["AccountSid"], params["CallStatus"], params["FromSipUri"]) == ("MA1", "in-progress", "")


def test_texml_gather_sends_digits_or_speech() -> None:
    keys = told("texml", "action_collect", input="dtmf", digits="12")
    words = told("texml", "action_collect", input="speech", speech="yes", confidence=0.9)

    assert set(keys) - TEXML_VOICE == {"Digits"}
    assert set(words) - TEXML_VOICE == {"SpeechResult", "Confidence"}
    assert words["Confidence"] == "0.9"


def test_texml_dial_action_leaves_out_the_leg_after_a_conference() -> None:
    joined = told("texml", "action_conference", **ROOM)
    refused = told("texml", "action_conference", conference="", member="", cause="full")

    # TeXML 2.5, 7 A5
    assert set(joined) - TEXML_VOICE == {"DialCallStatus"}
    assert (joined["DialCallStatus"], refused["DialCallStatus"]) == ("answered", "failed")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("completed", "completed"),
        ("busy", "busy"),
        ("no_answer", "no-answer"),
        ("timeout", "no-answer"),
        ("failed", "failed"),
        ("cancelled", "canceled"),
    ],
)
def test_texml_dial_action_names_status_leg_and_length(status: str, said: str) -> None:
    params = told("texml", "action_dial", dial_status=status, dial_call="ann.l1", dial_seconds=7.2, dial_bridged=True)

    assert set(params) - TEXML_VOICE == {"DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged"}
    assert (params["DialCallStatus"], params["DialCallSid"], params["DialCallDuration"]) == (said, "ann.l1", "7")


def test_texml_enqueue_action_and_wait_document() -> None:
    queue: dict[str, Fact] = {"queue": "support", "queue_seconds": 31.0, "queue_position": 1, "queue_size": 3}

    done = told("texml", "action_enqueue", **queue, queue_result="redirected_from_bridged")
    waiting = told("texml", "queue_wait", **queue, queue_average_seconds=12.0)

    # TeXML 2.5, 3.4
    assert set(done) - TEXML_VOICE == {"QueueResult", "QueueSid", "QueueTime"}
    assert (done["QueueResult"], done["QueueSid"], done["QueueTime"]) == ("redirected-from-bridged", "support", "31")
    assert set(waiting) == names(
        "AccountSid CallSid CallSidLegacy ConnectionId From To QueueSid QueuePosition CurrentQueueSize QueueTime "
        "AvgQueueTime"
    )


# TeXML 3.3
PROGRESS = names(
    "AccountSid CallSid CallSidLegacy CallStatus CallbackSource ConnectionId From To CallerId CallInitiatedAt "
    "SequenceNumber Timestamp"
)


@pytest.mark.parametrize(
    ("event", "status", "extra"),
    [
        ("initiated", "initiated", set()),
        ("ringing", "ringing", set()),
        ("answered", "in-progress", set()),
        ("dtmf", "dtmf", {"Digits"}),
    ],
)
def test_texml_call_progress(event: str, status: str, extra: set[str]) -> None:
    params = told("texml", "call_status", event=event, sequence=1, digit="5")

    assert set(params) == PROGRESS | extra
    assert (params["CallStatus"], params["CallbackSource"]) == (status, "call-progress-events")
    assert params["CallInitiatedAt"] == "2026-01-31T13:05:00.000Z"


def test_texml_call_progress_of_a_dialled_leg_names_its_parent() -> None:
    leg = msgspec.structs.replace(OUTBOUND, call="ann.l1", parent="ann")

    params = told("texml", "call_status", leg, event="answered", sequence=2)

    assert params["ParentCallSid"] == params["ParentCallSidLegacy"] == "ann"


def test_texml_call_completed_tells_length_and_cause() -> None:
    params = told("texml", "call_status", FINISHED, event="completed", sequence=3)

    assert set(params) - PROGRESS == names(
        "CallDuration AnsweredTime EndTime OccurredAt HangupCause HangupSource CallLegId CallSessionId CallControlId"
    )
    assert (params["CallStatus"], params["CallDuration"]) == ("completed", "66")
    assert (params["HangupCause"], params["HangupSource"]) == ("normal_clearing", "caller")


def test_texml_call_completed_by_a_failed_fetch_has_an_error_code_and_no_party_as_source() -> None:
    failed = msgspec.structs.replace(FINISHED, cause="fetch_failed", source="error", purpose="answer")

    params = told("texml", "call_status", failed, event="completed", sequence=3)

    assert (params["ErrorCode"], params["ErrorMessage"]) == ("11200", "HTTP retrieval failure")
    assert "HangupSource" not in params


@pytest.mark.parametrize(("machine", "said"), [(True, "machine"), (False, "human"), (None, "unknown")])
def test_texml_machine_detection_says_who_answered(machine: bool | None, said: str) -> None:
    assert told("texml", "call_status", event="amd", machine=machine)["AnsweredBy"] == said
    params = told("texml", "machine_detection", machine=machine)
    assert params["AnsweredBy"] == said
    assert set(params) - {"AnsweredBy"} == PROGRESS - {"CallStatus"}  # TeXML 3.3: common, but for its status


# TeXML 3.4
RECORDING = names(
    "AccountSid CallSid CallSidLegacy ConnectionId RecordingSid RecordingSource RecordingChannels RecordingStatus"
)


def test_texml_recording_has_length_and_address_only_when_it_is_completed() -> None:
    facts = {**RECORDED, "recording_source": "record_verb"}

    running = told("texml", "recording", **{**facts, "recording_status": "in_progress"})
    absent = told("texml", "recording", **{**facts, "recording_status": "absent"})
    completed = told("texml", "recording", **facts)

    assert set(running) == set(absent) == RECORDING
    assert set(completed) == RECORDING | {"RecordingDuration", "RecordingUrl"}
    assert (running["RecordingStatus"], completed["RecordingStatus"]) == ("in-progress", "completed")
    assert (completed["RecordingSource"], completed["RecordingChannels"]) == ("RecordVerb", "1")


def test_texml_recording_keeps_its_address_where_sendrecordingurl_is_false() -> None:
    assert "RecordingUrl" not in told("texml", "recording", **{**RECORDED, "recording_url": ""})


def test_texml_conference_recording_names_the_room() -> None:
    params = told("texml", "conference_record", **ROOM, **RECORDED)

    assert set(params) == RECORDING | {"ConferenceSid", "RecordingStartTime", "RecordingDuration", "RecordingUrl"}
    assert (params["RecordingSource"], params["RecordingChannels"]) == ("Conference", "1")


# ---------------------------------------------------------------------------------------------------------- spelling


def test_ids_are_spelt_like_the_vendors_own_and_always_the_same() -> None:
    speller = Speller(seed="1")
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

    plivo = told("plivo", "conference_enter", INBOUND, speller, **ROOM)
    texml = told("texml", "conference_enter", INBOUND, speller, **ROOM)

    assert_like(plivo["CallUUID"], uuid)
    assert_like(plivo["ConferenceUUID"], uuid)
    assert plivo["ConferenceMemberID"] == "2"
    assert_like(texml["CallSid"], r"v3:[A-Za-z0-9_-]{54}")
    assert_like(texml["ConferenceSid"], uuid)
    assert plivo["CallUUID"] == spell("plivo", "call", "ann", speller) == as_uuid(speller, "call", "ann")


def assert_like(text: str, pattern: str) -> None:
    __tracebackhide__ = True
    assert re.fullmatch(pattern, text), text


def test_another_seed_spells_other_ids_and_no_two_things_share_one() -> None:
    first, second = Speller(seed="1"), Speller(seed="2")

    assert spell("plivo", "call", "ann", first) != spell("plivo", "call", "ann", second)
    assert spell("plivo", "call", "x", first) != spell("plivo", "conference", "x", first)
    assert spell("plivo", "call", "", first) == ""


def test_plain_ids_stay_readable() -> None:
    assert spell("texml", "call", "ann", Speller(plain=True)) == "ann"


@given(epoch=st.integers(0, 4_000_000_000), at=st.floats(0, 1e6))
def test_dates_of_the_run_are_those_of_the_calendar(epoch: int, at: float) -> None:
    effect = SendCallback("r1", "r1.1", "https://app.example/", "POST", "conference_start", "texml", at=round(at, 3))

    said = dict(word(effect, Speller(plain=True, epoch=float(epoch))).params)["Timestamp"]

    assert abs(datetime.fromisoformat(said).timestamp() - (epoch + round(at, 3))) < 0.002


# ------------------------------------------------------------------------------------- forwarded calls, SIP headers

FORWARDED = msgspec.structs.replace(INBOUND, forwarded_from="+12125550100")
WITH_HEADERS = msgspec.structs.replace(INBOUND, headers=(("Order", "42"), ("Shop", "a&b"), ("Order", "43")))


@pytest.mark.parametrize(
    ("vendor", "said"), [("plivo", "12125550100"), ("vobiz", "12125550100"), ("texml", "+12125550100")]
)
def test_a_forwarded_call_says_from_where(vendor: str, said: str) -> None:
    # Plivo 3.1, Vobiz 3.1, TeXML 3.2
    assert told(vendor, "answer", FORWARDED)["ForwardedFrom"] == said
    assert "ForwardedFrom" not in told(vendor, "answer")


@pytest.mark.parametrize(("vendor", "prefix"), [("plivo", "X-PH-"), ("vobiz", "X-VH-")])
@pytest.mark.parametrize("kind", ["answer", "action_dial", "redirect", "ring", "hangup"])
def test_each_sip_header_of_a_call_is_a_parameter_and_the_first_of_a_name_counts(
    kind: str, vendor: str, prefix: str
) -> None:
    # Plivo 1.6, 3.1; Vobiz 1.6, 3.1
    plain, params = told(vendor, kind), told(vendor, kind, WITH_HEADERS)

    assert params == plain | {f"{prefix}Order": "42", f"{prefix}Shop": "a&b"}


@pytest.mark.parametrize(("vendor", "name"), [("plivo", "X-PH-Order"), ("vobiz", "x-vh-order")])
def test_a_sip_header_that_came_with_the_prefix_is_a_parameter_of_its_name(vendor: str, name: str) -> None:
    # Plivo 3.1, Vobiz 3.1
    about = msgspec.structs.replace(INBOUND, headers=((name, "42"),))

    assert told(vendor, "answer", about) == told(vendor, "answer") | {name: "42"}


@pytest.mark.parametrize(
    ("vendor", "kind"), [("texml", "answer"), ("plivo", "recording:api"), ("vobiz", "conference_exit")]
)
def test_what_has_no_place_for_sip_headers_is_worded_without_them(vendor: str, kind: str) -> None:
    kind, _, source = kind.partition(":")

    assert told(vendor, kind, WITH_HEADERS, recording_source=source) == told(vendor, kind, recording_source=source)


def test_texml_names_the_recording_that_a_call_was_placed_with() -> None:
    # TeXML 1.6
    assert (
        told("texml", "recording", **{**RECORDED, "recording_source": "outbound"})["RecordingSource"] == "OutboundAPI"
    )
