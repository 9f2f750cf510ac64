"""What TeXML signs: time and body with Ed25519; and, for receivers made for TwiML, the address and its form fields.

A GET has no body, so `timestamp|` is all that Telnyx signs of it; TwiML's signature covers its query (TeXML 7 A34).
Receivers refuse a time that is more than 300 s from theirs, so every attempt is signed anew. TwiML's check tries an
address with and without its port, and takes an IPv6 host apart wrongly where it has to take the port off; a JSON body
it expects to be hashed in the query, which we do not do: TeXML's bodies are forms.
"""

from __future__ import annotations

from engine.dialects.seal import Seal, Signed, ed25519, hmac_sha1


def time_and_body(request: Signed) -> bytes:
    """What Telnyx signs (TeXML 3.6)."""
    return f"{request.at}|".encode() + request.body


def address_and_fields(request: Signed) -> bytes:
    """What TwiML's receivers check (TeXML 3.6): the address as requested, then the fields sorted, each pair once."""
    return (request.url + "".join(f"{name}{value}" for name, value in sorted(set(request.params)))).encode()


SEALS = (
    Seal(
        header="telnyx-signature-ed25519",
        beside="telnyx-timestamp",
        told="at",
        keys=("private_key",),
        message=time_and_body,
        algorithm=ed25519,
    ),
    Seal(
        header="X-Twilio-Signature",
        keys=("twiml_token",),
        message=address_and_fields,
        algorithm=hmac_sha1,
    ),
)
