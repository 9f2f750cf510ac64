"""How a vendor's signature is written down: what is signed, with which key, in which header. Pure functions."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct


class Keys(Struct, frozen=True, kw_only=True):
    """What an account's requests are signed with; what is empty signs nothing.

    `token` is the account's own, `parent_token` that of the main account where this is a sub-account. `private_key` is
    an Ed25519 seed of 32 bytes, `twiml_token` the key for receivers that check as TwiML's do. Never shown by repr.
    """

    token: str = ""
    parent_token: str = ""
    private_key: bytes = b""
    twiml_token: str = ""

    def __repr__(self) -> str:
        """Name the keys that there are."""
        return f"Keys({', '.join(name for name in self.__struct_fields__ if getattr(self, name))})"


class Signed(Struct, frozen=True):
    """The request that is signed, as it goes out.

    `url` has no fragment, and for GET its whole query. `params` are the form fields of a POST, else empty; `body` the
    exact bytes. `nonce` is 20 decimal digits, `at` seconds since 1970.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...]
    body: bytes
    nonce: str
    at: int


Message = Callable[[Signed], bytes]
Algorithm = Callable[[bytes, bytes], bytes]  # key, message


class Seal(Struct, frozen=True, kw_only=True):
    """One signature header: `message` signed by `algorithm` with the first of the `keys` that is not empty.

    The header `beside` tells the receiver the nonce or the time that was signed along; empty where another row does.
    """

    header: str
    keys: tuple[Literal["token", "parent_token", "private_key", "twiml_token"], ...]
    message: Message
    algorithm: Algorithm
    beside: str = ""
    told: Literal["nonce", "at"] = "nonce"


def base_of(url: str) -> str:
    """An address without query and fragment: port and userinfo stay, no slash is added (Plivo 3.9, Vobiz 3.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def base_and_nonce(request: Signed) -> bytes:
    """What V2 signs (Plivo 3.9, Vobiz 3.3)."""
    return f"{base_of(request.url)}{request.nonce}".encode()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Sign with HMAC-SHA256 (32 bytes)."""
    return hmac.digest(key, message, "sha256")


def hmac_sha1(key: bytes, message: bytes) -> bytes:
    """Sign with HMAC-SHA1 (20 bytes)."""
    return hmac.digest(key, message, "sha1")


def ed25519(key: bytes, message: bytes) -> bytes:
    """Sign with Ed25519 (64 bytes); ValueError for a key that is not 32 bytes long."""
    # Only who signs so needs the package, which belongs to the service: the pure rooms load without it.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).sign(message)


def headers_of(seal: Seal, request: Signed, keys: Keys) -> tuple[tuple[str, str], ...]:
    """The headers of one row; none without a key."""
    key = next((found for name in seal.keys if (found := getattr(keys, name))), b"")
    if not key:
        return ()
    raw = key if isinstance(key, bytes) else key.encode()
    signature = base64.b64encode(seal.algorithm(raw, seal.message(request))).decode()
    beside = ((seal.beside, str(getattr(request, seal.told))),) if seal.beside else ()
    return ((seal.header, signature), *beside)
