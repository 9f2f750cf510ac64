"""An account as Telnyx's Python client has it, which reads replies strictly."""

from __future__ import annotations

import telnyx
from telnyx import APIStatusError
from telnyx.resources.texml.accounts import AccountsResource
from telnyx.types.texml.accounts import ConferenceResource
from telnyx.types.texml.accounts.conferences import ParticipantResource

from tests.rest.texml import SID
from tests.sdk.live import Live

FLAGS = ("muted", "hold", "coaching", "end_conference_on_exit")


def telnyx_client_of(service: Live, key: str = "KEYACME") -> telnyx.Telnyx:
    """A client as a customer makes it; it takes no proxy, and no reply that its models do not have."""
    return telnyx.Telnyx(
        api_key=key,
        base_url=f"{service.url}/v2",
        max_retries=0,
        http_client=telnyx.DefaultHttpxClient(trust_env=False),
        _strict_response_validation=True,
    )


def room_named(accounts: AccountsResource, name: str) -> ConferenceResource:
    """The newest conference of a name."""
    listed = accounts.conferences.retrieve_conferences(SID, friendly_name=name)
    assert listed.conferences
    return listed.conferences[0]


def participants(accounts: AccountsResource, sid: str) -> dict[str, ParticipantResource]:
    """The participants of a conference by their calls."""
    page = accounts.conferences.participants.retrieve_participants(sid, account_sid=SID)
    return {one.call_sid or "": one for one in page.participants or []}


def told(error: APIStatusError) -> tuple[str, str | None]:
    """The code of an error, and what it is about."""
    assert isinstance(error.body, dict)
    (one,) = error.body["errors"]
    assert one["meta"]["url"].endswith(one["code"])
    return one["code"], one.get("source", {}).get("pointer")
