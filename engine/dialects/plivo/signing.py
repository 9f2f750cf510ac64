"""What Plivo signs: V2 covers the address, V3 its query and the form fields too, each also with the main token.

Receivers disagree on rare requests (Plivo 3.9), and we sign as most of them check:

- A name that is repeated: we sign all its values, sorted. Go and Java keep the first, Node joins the values, and in
  Python a name both in the query and among extra parameters keeps the query's values.
- A port other than the scheme's own: signed. Java leaves it out in V3.
- `;…` at the end of the path: signed. Python takes it off.
- A query beyond ASCII: signed decoded, as UTF-8. The Python SDK raises UnicodeEncodeError at it, not at form fields.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from engine.dialects.seal import Seal, Signed, base_and_nonce, base_of, hmac_sha256


def covered(request: Signed) -> bytes:
    """What V3 signs (Plivo 3.9): address, decoded query and form fields, sorted by name and value; stop; nonce.

    With fields the question mark stands even where there is no query, and a stop parts query and fields.
    """
    pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    query = "&".join(f"{name}={value}" for name, value in sorted(pairs))
    fields = "".join(f"{name}{value}" for name, value in sorted(request.params))
    mark = "?" if query or fields else ""
    stop = "." if query and fields else ""
    return f"{base_of(request.url)}{mark}{query}{stop}{fields}.{request.nonce}".encode()


SEALS = (
    Seal(
        header="X-Plivo-Signature-V2",
        beside="X-Plivo-Signature-V2-Nonce",
        keys=("token",),
        message=base_and_nonce,
        algorithm=hmac_sha256,
    ),
    Seal(
        header="X-Plivo-Signature-Ma-V2",
        keys=("parent_token", "token"),  # the main account's own requests bear it too (Plivo 5.26)
        message=base_and_nonce,
        algorithm=hmac_sha256,
    ),
    Seal(
        header="X-Plivo-Signature-V3",
        beside="X-Plivo-Signature-V3-Nonce",
        keys=("token",),
        message=covered,
        algorithm=hmac_sha256,
    ),
    Seal(
        header="X-Plivo-Signature-Ma-V3",
        keys=("parent_token", "token"),
        message=covered,
        algorithm=hmac_sha256,
    ),
)
