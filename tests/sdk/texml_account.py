"""An account as TeXML's customers have it: people in its rooms, and callbacks that are believed only when signed."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature
from twilio.request_validator import RequestValidator

from tests.rest.bench import ACCOUNTS, Asked
from tests.sdk.vendors import LONG, Rooms, form_of

SEED = bytes(range(32))
PUBLIC = base64.b64encode(Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()).decode()
TWIML = "acme-twiml"
# The usual accounts; the first one's key pair is known, and it has receivers that check as TwiML's do.
SIGNING: list[dict[str, Any]] = [
    {
        **ACCOUNTS[0],
        "texml": {
            **ACCOUNTS[0]["texml"],
            "private_key": base64.b64encode(SEED).decode(),
            "twiml_token": TWIML,
        },
    },
    *ACCOUNTS[1:],
]
STAY = f"<Response><Play loop='0'>{LONG}</Play></Response>"
EVENTS = "start end join leave mute hold modify announcement"


class TexmlRooms(Rooms):
    """People in rooms of a number whose documents are TeXML."""

    def let_in(self, people: int, name: str, after: str = "", attributes: str = "") -> list[str]:
        """Let people into a room, one after the other; the sids of their calls. `after` are the verbs that follow."""
        told = f"statusCallback='{self.app.url}/conference' statusCallbackEvent='{EVENTS}'"
        room = f"<Dial><Conference {told} {attributes}>{name}</Conference></Dial>"
        self.app.pages[f"/{self.face}/answer"] = f"<Response>{room}{after}</Response>"
        return [self.come(name) for _ in range(people)]

    def come(self, name: str) -> str:
        """Let one more person into a room by the document that is there; the sid of its call."""
        caller = f"+1{next(self._callers)}"
        self.live.dial_in(caller, self.number)
        joined = self.app.wait("/conference", StatusCallbackEvent="participant-join", FriendlyName=name, From=caller)
        return joined.params["CallSid"]


def heard(rooms: Rooms, path: str, nth: int = 1, **params: str) -> Asked:
    """What the application was asked or told, once Telnyx's and Twilio's checks have believed it."""
    asked = rooms.app.wait(path, nth, **params)
    verify_webhook_signature(asked.body, asked.headers, PUBLIC)
    with pytest.raises(WebhookVerificationError, match="does not match"):
        verify_webhook_signature(asked.body + b"&more=1", asked.headers, PUBLIC)
    signature, fields = asked.headers["X-Twilio-Signature"], form_of(asked)
    assert RequestValidator(TWIML).validate(asked.url, fields, signature)
    assert not RequestValidator(TWIML).validate(asked.url, {**fields, "more": "1"}, signature)
    assert not RequestValidator("another token").validate(asked.url, fields, signature)
    return asked
