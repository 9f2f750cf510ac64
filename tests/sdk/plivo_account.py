"""An account as Plivo's Python client has it: asks the service, and believes only what is signed."""

from __future__ import annotations

import plivo
from plivo.utils import validate_signature, validate_v3_signature

from tests.rest.bench import Asked
from tests.sdk.live import Live
from tests.sdk.vendors import Rooms, detour, form_of

VENDOR = "https://api.plivo.com"
FORM = "application/x-www-form-urlencoded"


def client_of(service: Live, account: str, token: str) -> plivo.RestClient:
    """A client as a customer makes it, whose requests come to the service."""
    made = plivo.RestClient(account, token)
    detour((made.session, made.multipart_session), VENDOR, service)
    return made


def heard(rooms: Rooms, path: str, nth: int = 1, **params: str) -> Asked:
    """What the application was asked or told, once both signatures have passed the client's checks."""
    asked = rooms.app.wait(path, nth, **params)
    fields = form_of(asked) if asked.headers.get("Content-Type") == FORM else {}
    v2, v3 = (asked.headers[f"X-Plivo-Signature-{one}"] for one in ("V2", "V3"))
    n2, n3 = (asked.headers[f"X-Plivo-Signature-{one}-Nonce"] for one in ("V2", "V3"))
    assert validate_signature(asked.url, n2, v2, "acme-plivo")
    assert not validate_signature(asked.url, n2, v2, "other-plivo")
    assert validate_v3_signature(asked.method, asked.url, n3, "acme-plivo", v3, dict(fields))
    assert not validate_v3_signature(asked.method, asked.url, n3, "acme-plivo", v3, {**fields, "more": "1"})
    return asked
