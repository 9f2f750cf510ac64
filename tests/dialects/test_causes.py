"""The ends of calls in the vendors' words: Plivo 2.7, Vobiz 3.1 and 4.18, TeXML 2.6 and 3.3."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from engine.dialects.wording import WORDINGS, call_status, describe_end
from engine.values.causes import END_CAUSES, END_SOURCES, EndCause, EndSource
from engine.values.effects import CallFacts

ANSWERED = CallFacts(
    "c1", "MA1", "+14155550100", "+16505550100", "inbound", "ended", answered_at=1.0, ended_at=9.0, cause="hangup"
)
RINGING = msgspec.structs.replace(ANSWERED, answered_at=None)


def ended(cause: str, purpose: str = "", source: str | None = None, *, answered: bool = True) -> CallFacts:
    return msgspec.structs.replace(
        ANSWERED if answered else RINGING,
        cause=cast("EndCause", cause),
        purpose=purpose,
        source=cast("EndSource | None", source),
    )


# Plivo 2.7: code, name; our cause and what was being fetched
PLIVO = """
    4000  hangup                 Normal Hangup
    4010  end_of_document        End Of XML Instructions
    1000  api_cancel             Canceled
    3010  busy                   Busy Line
    3020  rejected               Rejected
    6000  scheduled              Scheduled Hangup
    6000  time_limit             Scheduled Hangup
    6010  ring_timeout           Ring Timeout Reached
    9000  lost_race              Lost Race
    7011  fetch_failed:answer    Error Reaching Answer URL
    7012  fetch_failed:action    Error Reaching Action URL
    7013  fetch_failed:transfer  Error Reaching Transfer URL
    7014  fetch_failed:redirect  Error Reaching Redirect URL
    7022  bad_url:action         Invalid Action URL
    7023  bad_url:transfer       Invalid Transfer URL
    7024  bad_url:redirect       Invalid Redirect URL
    7032  bad_method:action      Invalid Method For Action URL
    7033  bad_method:transfer    Invalid Method For Transfer URL
    7034  bad_method:redirect    Invalid Method For Redirect URL
    8011  bad_document:answer    Invalid Answer XML
    8012  bad_document:action    Invalid Action XML
    8013  bad_document:transfer  Invalid Transfer XML
    8014  bad_document:redirect  Invalid Redirect XML
"""


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
@pytest.mark.parametrize("line", PLIVO.strip().splitlines())
def test_plivo_and_vobiz_report_codes_and_names_of_the_hang_up_table(line: str, dialect: str) -> None:
    code, known_as, name = line.split(maxsplit=2)
    cause, _, purpose = known_as.partition(":")

    words = describe_end(dialect, ended(cause, purpose))

    assert (words.code, words.name) == (int(code), name)


# TeXML 3.3 HangupCause words
TEXML = {
    "hangup": "normal_clearing",
    "busy": "user_busy",
    "ring_timeout": "timeout",
    "api_cancel": "originator_cancel",
    "rejected": "call_rejected",
    "time_limit": "time_limit",
}


@pytest.mark.parametrize(("cause", "hangup_cause"), TEXML.items())
def test_texml_reports_hangup_cause_words(cause: str, hangup_cause: str) -> None:
    assert describe_end("texml", ended(cause)).cause == hangup_cause


@pytest.mark.parametrize(
    ("cause", "code"), [("fetch_failed", 11200), ("bad_document", 12100), ("bad_url", 11100), ("hangup", 0)]
)
def test_texml_reports_an_error_code_only_where_something_failed(cause: str, code: int) -> None:
    assert describe_end("texml", ended(cause, "answer")).code == code


@pytest.mark.parametrize("dialect", WORDINGS)
@pytest.mark.parametrize("cause", END_CAUSES)
def test_every_end_has_words_in_every_dialect(cause: str, dialect: str) -> None:
    for purpose in ("", "answer", "action", "transfer", "redirect"):
        words = describe_end(dialect, ended(cause, purpose))

        assert words.cause
        assert words.source in WORDINGS[dialect].sources.values()


@pytest.mark.parametrize("dialect", WORDINGS)
def test_tables_of_ends_hold_nothing_that_cannot_happen(dialect: str) -> None:
    causes = {key.partition(":")[0] for key in WORDINGS[dialect].ends}
    purposes = {key.partition(":")[2] for key in WORDINGS[dialect].ends}

    assert causes == set(END_CAUSES)
    assert purposes <= {"", "answer", "action", "transfer", "redirect"}
    assert set(WORDINGS[dialect].sources) == set(END_SOURCES)


@pytest.mark.parametrize(("dialect", "platform"), [("plivo", "Plivo"), ("vobiz", "Vobiz")])
def test_the_end_of_the_document_is_the_platforms_doing(dialect: str, platform: str) -> None:
    assert describe_end(dialect, ended("end_of_document", source="document")).source == platform


@pytest.mark.parametrize(
    ("source", "plivo", "vobiz"),
    [
        ("caller", "Caller", "Caller"),
        ("callee", "Callee", "Callee"),
        ("platform", "Plivo", "Vobiz"),
        ("carrier", "Carrier", "Carrier"),
        ("api", "API Request", "API"),
        ("document", "Answer XML", "Answer XML"),
        ("error", "Error", "Error"),
        ("unknown", "Unknown", "Unknown"),
    ],
)
def test_sources_are_spelt_as_each_vendor_does(source: str, plivo: str, vobiz: str) -> None:
    assert describe_end("plivo", ended("hangup", source=source)).source == plivo
    assert describe_end("vobiz", ended("hangup", source=source)).source == vobiz


def test_a_call_refused_by_its_document_names_the_document() -> None:
    words = describe_end("plivo", ended("rejected", source="document", answered=False))

    assert (words.code, words.source) == (3020, "Answer XML")


def test_vobiz_blames_the_callee_for_the_end_of_a_room_unless_it_was_its_time_or_the_api() -> None:
    moderator = describe_end("vobiz", ended("room_ended", source=None))
    limit = describe_end("vobiz", ended("room_ended", source="platform"))
    api = describe_end("vobiz", ended("room_ended", source="api"))

    assert (moderator.cause, moderator.code, moderator.source) == ("NORMAL_CLEARING", 4000, "Callee")
    assert (limit.source, api.source) == ("Vobiz", "API")


def test_vobiz_words_of_unanswered_legs() -> None:
    assert describe_end("vobiz", ended("lost_race")).cause == "LOSE_RACE"
    assert describe_end("vobiz", ended("ring_timeout")).cause == "NO_ANSWER"
    assert describe_end("vobiz", ended("scheduled")).cause == "ALLOTTED_TIMEOUT"


# Plivo 3.1 CallStatus; TeXML 1.7 status
UNANSWERED = """
    cause         plivo      vobiz      texml
    busy          busy       busy       busy
    ring_timeout  no-answer  no-answer  no-answer
    api_cancel    cancel     cancel     canceled
    cancelled     cancel     cancel     canceled
    unreachable   failed     failed     failed
    rejected      busy       busy       busy
"""


@pytest.mark.parametrize("line", UNANSWERED.strip().splitlines()[1:])
def test_an_unanswered_call_ends_with_the_status_of_its_cause(line: str) -> None:
    cause, *statuses = line.split()

    assert [call_status(name, ended(cause, answered=False)) for name in ("plivo", "vobiz", "texml")] == statuses


@pytest.mark.parametrize("dialect", WORDINGS)
@pytest.mark.parametrize("cause", END_CAUSES)
def test_an_answered_call_ends_completed_whatever_ended_it(cause: str, dialect: str) -> None:
    assert call_status(dialect, ended(cause)) == "completed"


@pytest.mark.parametrize("dialect", ["plivo", "vobiz", "texml"])
def test_a_live_call_is_queued_ringing_or_in_progress(dialect: str) -> None:
    live = [
        CallFacts("c1", "", "1", "2", "outbound", status, cause=None)
        for status in ("queued", "ringing", "in_progress")
    ]

    assert [call_status(dialect, about) for about in live] == ["queued", "ringing", "in-progress"]
    assert describe_end(dialect, live[2]).cause == ""
