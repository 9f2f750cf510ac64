"""What Vobiz signs: the address alone, in V2 and in V3, for a sub-account also with its parent's token.

Its Python SDK bears Plivo's V3 check unchanged. It accepts ours only where there is neither query nor form field
(Vobiz 3.3); an application checks V2 with it, or V3 by the vendor's own recipe. A path that ends in `;…` is
signed whole, but checked without that by the SDK. Tokens are never sent in clear (Vobiz 7.17).
"""

from __future__ import annotations

from engine.dialects.seal import Seal, Signed, base_and_nonce, base_of, hmac_sha256


def base_stop_nonce(request: Signed) -> bytes:
    """What V3 signs (Vobiz 3.3)."""
    return f"{base_of(request.url)}.{request.nonce}".encode()


SEALS = (
    Seal(
        header="X-Vobiz-Signature-V2",
        beside="X-Vobiz-Signature-V2-Nonce",
        keys=("token",),
        message=base_and_nonce,
        algorithm=hmac_sha256,
    ),
    Seal(
        header="X-Vobiz-Signature-MA-V2",
        keys=("parent_token",),
        message=base_and_nonce,
        algorithm=hmac_sha256,
    ),
    Seal(
        header="X-Vobiz-Signature-V3",
        beside="X-Vobiz-Signature-V3-Nonce",
        keys=("token",),
        message=base_stop_nonce,
        algorithm=hmac_sha256,
    ),
    Seal(
        header="X-Vobiz-Signature-MA-V3",
        keys=("parent_token",),
        message=base_stop_nonce,
        algorithm=hmac_sha256,
    ),
)
