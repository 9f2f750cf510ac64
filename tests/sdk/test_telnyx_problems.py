"""Telnyx's own Python client against a live service: queues, what goes wrong, and what is not served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import telnyx
from telnyx import AuthenticationError, NotFoundError, UnprocessableEntityError
from telnyx.resources.texml.accounts import AccountsResource

from tests.rest.texml import APPLICATION, CALLER, OTHER_SID, SID
from tests.sdk.live import Live
from tests.sdk.telnyx_account import participants, room_named, telnyx_client_of, told
from tests.sdk.texml_account import STAY, TexmlRooms, heard

pytestmark = pytest.mark.xdist_group("sdk-telnyx-problems")
NOBODY = "6dc6cc1a-1ba1-4351-86b8-4c22c95cd98f"
SHORT = {"errors": [{"detail": "Resource not found"}]}

# --- queues ----------------------------------------------------------------------------------------


def test_a_queue_is_made_changed_listed_and_removed(accounts: AccountsResource) -> None:
    made = accounts.queues.create(SID, friendly_name="support", max_size=3)
    assert (made.sid, made.account_sid, made.max_size, made.current_size) == ("support", SID, 3, 0)
    assert made.uri == f"/v2/texml/Accounts/{SID}/Queues/support.json"
    changed = accounts.queues.update("support", account_sid=SID, max_size=5)
    assert (changed.max_size, accounts.queues.retrieve("support", account_sid=SID)) == (5, changed)
    assert list(accounts.queues.list(SID)) == [changed]
    assert list(accounts.queues.list(SID, date_created="2020-01-31")) == []
    accounts.queues.delete("support", account_sid=SID)
    with pytest.raises(NotFoundError):
        accounts.queues.retrieve("support", account_sid=SID)


def test_who_waits_in_a_queue_is_counted_and_keeps_it(accounts: AccountsResource, texml_rooms: TexmlRooms) -> None:
    texml_rooms.app.pages["/waiting"] = STAY
    waiting = f"<Enqueue waitUrl='{texml_rooms.app.url}/waiting'>sales</Enqueue>"
    texml_rooms.app.pages["/texml/answer"] = f"<Response>{waiting}</Response>"
    texml_rooms.live.dial_in("+14155557777", texml_rooms.number)
    heard(texml_rooms, "/waiting", QueueSid="sales", QueuePosition="1")
    assert accounts.queues.retrieve("sales", account_sid=SID).current_size == 1
    with pytest.raises(UnprocessableEntityError):
        accounts.queues.delete("sales", account_sid=SID)


# --- problems --------------------------------------------------------------------------------------

NOWHERE: list[Callable[[AccountsResource], Any]] = [
    lambda accounts: accounts.conferences.retrieve(NOBODY, account_sid=SID),
    lambda accounts: accounts.conferences.update(NOBODY, account_sid=SID, status="completed"),
    lambda accounts: accounts.conferences.retrieve_recordings(NOBODY, account_sid=SID),
    lambda accounts: accounts.conferences.retrieve_recordings_json(NOBODY, account_sid=SID),
    lambda accounts: accounts.conferences.participants.retrieve_participants(NOBODY, account_sid=SID),
    lambda accounts: accounts.conferences.participants.retrieve("v3:x", account_sid=SID, conference_sid=NOBODY),
    lambda accounts: accounts.conferences.participants.delete("v3:x", account_sid=SID, conference_sid=NOBODY),
    lambda accounts: accounts.conferences.participants.update(
        "v3:x", account_sid=SID, conference_sid=NOBODY, muted=True
    ),
    lambda accounts: accounts.conferences.participants.participants(
        NOBODY, account_sid=SID, from_=CALLER, to=CALLER, application_sid=APPLICATION
    ),
    lambda accounts: accounts.calls.retrieve("v3:x", account_sid=SID),
    lambda accounts: accounts.calls.update("v3:x", account_sid=SID, status="completed"),
    lambda accounts: accounts.calls.recordings_json.recordings_json("v3:x", account_sid=SID),
    lambda accounts: accounts.calls.recordings_json.retrieve_recordings_json("v3:x", account_sid=SID),
    lambda accounts: accounts.calls.recordings.recording_sid_json(
        NOBODY, account_sid=SID, call_sid="v3:x", status="stopped"
    ),
    lambda accounts: accounts.recordings.json.retrieve_recording_sid_json(NOBODY, account_sid=SID),
    lambda accounts: accounts.recordings.json.delete_recording_sid_json(NOBODY, account_sid=SID),
    lambda accounts: accounts.queues.retrieve("nobody", account_sid=SID),
    lambda accounts: accounts.queues.update("nobody", account_sid=SID, max_size=1),
    lambda accounts: accounts.queues.delete("nobody", account_sid=SID),
    lambda accounts: accounts.conferences.retrieve_conferences(OTHER_SID),
    lambda accounts: accounts.calls.retrieve_calls(OTHER_SID),
]


@pytest.mark.parametrize("ask", NOWHERE)
def test_what_is_not_there_is_not_found(accounts: AccountsResource, ask: Callable[[AccountsResource], Any]) -> None:
    with pytest.raises(NotFoundError) as missing:
        ask(accounts)
    assert missing.value.body == SHORT


# What the client knows and this service does not serve: answered as any unknown route.
UNSERVED: list[Callable[[telnyx.Telnyx], Any]] = [
    lambda client: client.texml.accounts.calls.siprec_json("v3:x", account_sid=SID),
    lambda client: client.texml.accounts.calls.streams_json("v3:x", account_sid=SID),
    lambda client: client.texml.accounts.retrieve_transcriptions_json(SID),
    lambda client: client.texml.secrets(name="word", value="open"),
    lambda client: client.texml.initiate_ai_call(APPLICATION, ai_assistant_id="ann", from_=CALLER, to=CALLER),
]


@pytest.mark.parametrize("ask", UNSERVED)
def test_what_is_not_served_is_an_unknown_route(
    telnyx_client: telnyx.Telnyx, ask: Callable[[telnyx.Telnyx], Any]
) -> None:
    with pytest.raises(NotFoundError) as missing:
        ask(telnyx_client)
    assert told(missing.value) == ("10005", None)


def test_a_wrong_key_is_an_authentication_error_and_changes_nothing(
    service: Live, accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    name = texml_rooms.name()
    (call,) = texml_rooms.let_in(1, name)
    sid = room_named(accounts, name).sid or ""
    with telnyx_client_of(service, "KEYWRONG") as stranger, pytest.raises(AuthenticationError) as refused:
        stranger.texml.accounts.conferences.participants.update(call, account_sid=SID, conference_sid=sid, muted=True)
    assert told(refused.value) == ("10009", None)
    assert participants(accounts, sid)[call].muted is False


def test_another_accounts_conference_is_not_found(
    service: Live, accounts: AccountsResource, texml_rooms: TexmlRooms
) -> None:
    name = texml_rooms.name()
    (call,) = texml_rooms.let_in(1, name)
    sid = room_named(accounts, name).sid or ""
    with telnyx_client_of(service, "KEYOTHER") as other:
        theirs = other.texml.accounts.conferences
        assert theirs.retrieve_conferences(OTHER_SID).conferences == []
        for account in (SID, OTHER_SID):
            with pytest.raises(NotFoundError):
                theirs.participants.update(call, account_sid=account, conference_sid=sid, muted=True)
            with pytest.raises(NotFoundError):
                theirs.update(sid, account_sid=account, status="completed")
    assert participants(accounts, sid)[call].muted is False


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"coaching": True}, ("10004", "/CallSidToCoach")),
        ({"call_sid_to_coach": "v3:x"}, ("10027", "/CallSidToCoach")),
        ({"hold_url": "nowhere"}, ("10003", "/HoldURL")),
        ({"hold_method": "PUT"}, ("10032", "/HoldMethod")),
        ({"muted": "perhaps"}, ("10026", "/Muted")),
    ],
)
def test_what_is_wrong_with_an_update_is_told_and_nothing_changed(
    accounts: AccountsResource, texml_rooms: TexmlRooms, changes: dict[str, Any], error: tuple[str, str]
) -> None:
    name = texml_rooms.name()
    (call,) = texml_rooms.let_in(1, name)
    sid = room_named(accounts, name).sid or ""
    before = participants(accounts, sid)
    with pytest.raises(UnprocessableEntityError) as refused:
        accounts.conferences.participants.update(
            call, account_sid=SID, conference_sid=sid, **{"end_conference_on_exit": True, **changes}
        )
    assert told(refused.value) == error
    assert participants(accounts, sid) == before


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"from_": telnyx.omit}, ("10004", "/From")),
        ({"to": "everybody"}, ("10016", "/To")),
        ({"application_sid": telnyx.omit}, ("10004", "/ApplicationSid")),
        ({"max_participants": 1}, ("10033", "/MaxParticipants")),
        ({"beep": "loud"}, ("10032", "/Beep")),
        ({"conference_status_callback_event": "start lunch"}, ("10032", "/ConferenceStatusCallbackEvent")),
    ],
)
def test_what_is_wrong_with_an_invitation_is_told_and_no_conference_made(
    accounts: AccountsResource, texml_rooms: TexmlRooms, changes: dict[str, Any], error: tuple[str, str]
) -> None:
    name = texml_rooms.name()
    given = {"from_": CALLER, "to": "+14155553333", "application_sid": APPLICATION, **changes}
    with pytest.raises(UnprocessableEntityError) as refused:
        accounts.conferences.participants.participants(name, account_sid=SID, **given)
    assert told(refused.value) == error
    assert accounts.conferences.retrieve_conferences(SID, friendly_name=name).conferences == []
