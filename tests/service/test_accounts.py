"""Accounts are found by what a request proves, and have their own numbers, applications, keys and rates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dialects.face import ApplicationView
from engine.service.accounts import Accounts, Hooks, RateLimiter, definitions
from engine.service.config import Limits
from engine.service.loading import read
from engine.values.commands import DefineConference
from engine.values.flow import Hook

SEED = bytes(range(32))
CONFIG = read(
    b"""
[limits]
calls = 100
rate = 10
[[accounts]]
id = "A1"
plivo  = {auth_token = "p1", parent_token = "parent"}
vobiz  = {auth_id = "MA_1", auth_token = "v1"}
texml  = {account_sid = "sid-1", api_key = "KEY1", twiml_token = "twiml"}
audian = {account_id = "aud-1", auth_token = "t1"}
limits = {calls = 5, burst = 20}
[[accounts]]
id = "A2"
plivo  = {auth_id = "MA2", auth_token = "p2"}
texml  = {account_sid = "sid-2", api_key = "KEY2"}
[[numbers]]
number = "+16505550100"
account = "A1"
dialect = "plivo"
answer_url = "https://app.example/answer"
fallback_url = "https://app.example/fallback"
fallback_method = "GET"
hangup_url = "https://app.example/hangup"
[[numbers]]
number = "16505550101"
account = "A1"
conference = "conf_weekly"
[[numbers]]
number = "+16505550102"
account = "A2"
application = "app-2"
[[applications]]
sid = "app-2"
account = "A2"
voice_url = "https://app.example/voice"
voice_method = "GET"
status_callback = "https://app.example/status"
[[conferences]]
id = "conf_weekly"
account = "A1"
name = "Weekly"
member_pins = ["5678"]
profile = "large"
""",
    "callflow.toml",
    {},
)
ACCOUNTS = Accounts(CONFIG, {"A1": SEED})
FIRST, SECOND = CONFIG.accounts


def test_an_account_is_proved_by_name_and_secret() -> None:
    assert ACCOUNTS.verify("plivo", "A1", "p1") is FIRST
    assert ACCOUNTS.verify("plivo", "MA2", "p2") is SECOND
    assert ACCOUNTS.verify("vobiz", "MA_1", "v1") is FIRST


@pytest.mark.parametrize(
    ("face", "name", "secret"),
    [
        ("plivo", "A1", "p2"),  # another account's
        ("plivo", "A1", "parent"),  # signs, and opens nothing
        ("plivo", "A1", ""),
        ("plivo", "A1", "p1 "),
        ("plivo", "A1", "\ud800"),
        ("plivo", "A2", "p2"),  # its name on this face is another
        ("plivo", "nobody", "nobody has this secret!"),
        ("vobiz", "A1", "p1"),  # another face's
        ("vobiz", "MA2", "p2"),  # not on this face
        ("elsewhere", "A1", "p1"),
    ],
)
def test_anything_else_proves_nothing(face: str, name: str, secret: str) -> None:
    assert ACCOUNTS.verify(face, name, secret) is None


def test_an_account_is_proved_by_a_secret_alone_on_faces_whose_credential_has_no_name() -> None:
    assert ACCOUNTS.by_key("texml", "KEY1") is FIRST
    assert ACCOUNTS.by_key("texml", "KEY2") is SECOND
    assert ACCOUNTS.by_key("audian", "t1") is FIRST
    assert ACCOUNTS.by_key("audian", "KEY1") is None
    assert ACCOUNTS.by_key("plivo", "p1") is None  # other accounts may have the same
    assert ACCOUNTS.by_key("texml", "KEY3") is None
    assert ACCOUNTS.by_key("texml", "\ud800") is None


@given(name=st.text() | st.just("MA_1"), secret=st.text().filter(lambda text: text not in ("v1", "t1")))
def test_nobody_gets_in_by_chance(name: str, secret: str) -> None:
    assert ACCOUNTS.verify("vobiz", name, secret) is None
    assert ACCOUNTS.by_key("audian", secret) is None


def test_there_is_no_secret_of_nobody() -> None:
    assert ACCOUNTS.verify("plivo", "nobody", "nobody has this secret") is None
    assert ACCOUNTS.by_key("texml", "nobody has this secret") is None


def test_each_face_names_an_account_its_own_way() -> None:
    assert [ACCOUNTS.name_of(face, "A1") for face in ("plivo", "vobiz", "texml", "audian")] == [
        "A1",
        "MA_1",
        "sid-1",
        "aud-1",
    ]
    assert ACCOUNTS.name_of("audian", "A2") == "A2"
    assert ACCOUNTS.named("texml", "sid-2") is SECOND
    assert ACCOUNTS.named("audian", "sid-2") is None
    assert ACCOUNTS.names("plivo") == {"A1": "A1", "A2": "MA2"}
    assert ACCOUNTS.names("audian") == {"A1": "aud-1"}


def test_requests_are_signed_with_what_the_face_asks_for() -> None:
    plivo, texml = ACCOUNTS.keys("plivo", "A1"), ACCOUNTS.keys("texml", "A1")

    assert plivo is not None
    assert (plivo.token, plivo.parent_token, plivo.private_key) == ("p1", "parent", b"")
    assert texml is not None
    assert (texml.token, texml.private_key, texml.twiml_token) == ("", SEED, "twiml")
    assert ACCOUNTS.keys("audian", "A2") is None


def test_an_accounts_own_limits_go_before_those_for_all() -> None:
    assert (ACCOUNTS.limits("A1").calls, ACCOUNTS.limits("A1").rate, ACCOUNTS.limits("A1").burst) == (5, 10.0, 20)
    assert (ACCOUNTS.limits("A2").calls, ACCOUNTS.limits("A2").burst) == (100, 0)


def test_a_number_is_known_with_or_without_its_plus() -> None:
    number = ACCOUNTS.number("16505550100")

    assert number is not None
    assert number.account == "A1"
    assert ACCOUNTS.number("+16505550100") is number
    assert ACCOUNTS.number("+16505550101") is ACCOUNTS.number("16505550101") is not None
    assert ACCOUNTS.number("+16505550199") is None


@pytest.mark.parametrize(
    ("called", "hooks"),
    [
        (
            "+16505550100",
            Hooks(
                tongue="plivo",
                answer=Hook("https://app.example/answer", "POST"),
                fallback=Hook("https://app.example/fallback", "GET"),
                hangup=Hook("https://app.example/hangup", "POST"),
            ),
        ),
        ("+16505550101", Hooks(tongue="audian")),
        (
            "+16505550102",
            Hooks(
                tongue="texml",
                answer=Hook("https://app.example/voice", "GET"),
                hangup=Hook("https://app.example/status", "POST"),
            ),
        ),
    ],
)
def test_callers_reach_what_their_number_leads_to(called: str, hooks: Hooks) -> None:
    number = ACCOUNTS.number(called)

    assert number is not None
    assert ACCOUNTS.hooks(number) == hooks


def test_an_application_is_its_accounts_alone() -> None:
    assert ACCOUNTS.application("A2", "app-2") == ApplicationView(
        sid="app-2",
        voice=Hook("https://app.example/voice", "GET"),
        status=Hook("https://app.example/status", "POST"),
    )
    assert ACCOUNTS.application("A1", "app-2") is None
    assert ACCOUNTS.application("A2", "app-1") is None


def test_configured_definitions_are_made_by_commands() -> None:
    assert list(definitions(CONFIG)) == [
        DefineConference(
            id="conf_weekly",
            account="A1",
            name="Weekly",
            member_pins=("5678",),
            moderator_pins=(),
            max_members=0,
            profile="large",
        )
    ]


# --- rates ---------------------------------------------------------------------------------------


def allowed(limiter: RateLimiter, account: str, times: list[float]) -> int:
    return sum(limiter.allow(account, at) for at in times)


def test_an_account_without_a_rate_asks_as_often_as_it_likes() -> None:
    assert allowed(RateLimiter({"A1": Limits()}), "A1", [0.0] * 10_000) == 10_000


def test_as_many_requests_as_the_burst_are_met_at_once() -> None:
    limiter = RateLimiter({"A1": Limits(rate=10, burst=20), "A2": Limits(rate=10), "A3": Limits(rate=0.5)})

    assert allowed(limiter, "A1", [5.0] * 50) == 20
    assert allowed(limiter, "A2", [5.0] * 50) == 10
    assert allowed(limiter, "A3", [5.0] * 50) == 1


def test_the_bucket_fills_at_its_rate_and_not_beyond_its_size() -> None:
    limiter = RateLimiter({"A1": Limits(rate=10, burst=5)})
    assert allowed(limiter, "A1", [0.0] * 6) == 5

    assert allowed(limiter, "A1", [0.25] * 9) == 2
    assert allowed(limiter, "A1", [0.3125] * 9) == 1  # half of one was left
    assert allowed(limiter, "A1", [1000.0] * 9) == 5


def test_a_clock_that_goes_back_gives_nothing() -> None:
    limiter = RateLimiter({"A1": Limits(rate=10, burst=2)})
    assert allowed(limiter, "A1", [100.0] * 3) == 2

    assert allowed(limiter, "A1", [0.0] * 3) == 0


def test_one_accounts_requests_do_not_use_up_anothers() -> None:
    limiter = RateLimiter({"A1": Limits(rate=1), "A2": Limits(rate=1)})
    assert allowed(limiter, "A1", [0.0] * 5) == 1

    assert limiter.allow("A2", 0.0)
