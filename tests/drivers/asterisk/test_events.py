"""What Asterisk says: what we read of it, whatever else it says."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from engine.drivers.asterisk import events
from engine.drivers.asterisk.events import HEARD, TAGS, decode

CHANNEL: dict[str, Any] = {
    "id": "1795280184.0",
    "name": "PJSIP/anonymous-00000000",
    "state": "Ring",
    "protocol_id": "e1",
    "caller": {"name": "Ann", "number": "+14155550111"},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {
        "context": "callflow",
        "exten": "100",
        "priority": 2,
        "app_name": "Stasis",
        "app_data": "callflow,in",
    },
    "creationtime": "2026-11-21T16:00:00.000+0000",
    "language": "en",
}


def said(kind: str, **more: Any) -> str:
    return json.dumps({"type": kind, "timestamp": "2026-11-21T16:00:00.000+0000", "application": "callflow", **more})


def test_a_call_that_comes_in_says_who_where_and_with_which_headers() -> None:
    start = decode(said("StasisStart", args=["in", "X-PH-Colour"], channel=CHANNEL))

    assert isinstance(start, events.StasisStart)
    assert (start.args, start.channel.caller.number, start.channel.dialplan.exten) == (
        ("in", "X-PH-Colour"),
        "+14155550111",
        "100",
    )


@pytest.mark.parametrize(
    ("kind", "more", "field", "value"),
    [
        ("ChannelDtmfReceived", {"digit": "#", "duration_ms": 80}, "digit", "#"),
        ("ChannelDestroyed", {"cause": 17, "cause_txt": "User busy"}, "cause", 17),
        ("ChannelHangupRequest", {"cause": 16}, "cause", 16),
        ("ChannelHangupRequest", {}, "cause", 0),
    ],
)
def test_events_of_a_channel_are_read(kind: str, more: dict[str, Any], field: str, value: object) -> None:
    event = decode(said(kind, channel=CHANNEL, **more))

    assert type(event).__name__ == kind
    assert getattr(event, field) == value


def test_a_reply_over_the_websocket_is_told_from_an_event() -> None:
    reply = decode(
        said("RESTResponse", request_id="7", status_code=404, message_body='{"message":"x"}', uri="channels")
    )

    assert isinstance(reply, events.Response)
    assert (reply.request_id, reply.status, reply.body) == ("7", 404, '{"message":"x"}')


def test_a_reply_without_a_body_has_an_empty_one() -> None:
    reply = decode(said("RESTResponse", request_id="7", status_code=204))

    assert isinstance(reply, events.Response)
    assert reply.body == ""


@pytest.mark.parametrize("kind", ["ChannelVarset", "BridgeCreated", "SomethingNew"])
def test_what_nobody_listens_to_is_nothing(kind: str) -> None:
    assert decode(said(kind, channel=CHANNEL)) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "no JSON", '{"type": "StasisStart"}', '{"type": "StasisEnd", "channel": 1}']
)
def test_what_is_no_message_is_said_to_be_none(text: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode(text)


def test_everything_that_is_heard_is_asked_for_under_its_own_name() -> None:
    assert set(TAGS) == {kind.__name__ for kind in HEARD} | {"RESTResponse"}
