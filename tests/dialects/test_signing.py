"""Signatures against the vectors that the digests print, and what goes into them."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.dialects.signing import SEALS, Keys, Signed, sign
from engine.dialects.wording import WORDINGS

TOKEN, PARENT, TWIML = "my_auth_token", "main_auth_token", "twiml_auth_token"
KEYS = Keys(token=TOKEN)
SEED = bytes(range(32))
EVERY_KEY = Keys(token=TOKEN, parent_token=PARENT, private_key=SEED, twiml_token=TWIML)
Fields = tuple[tuple[str, str], ...]


def request(
    url: str, params: Fields = (), *, method: str = "POST", body: bytes = b"", nonce: str = "12345", at: int = 0
) -> Signed:
    return Signed(method, url, params, body, nonce, at)


def told(dialect: str, signed: Signed, keys: Keys = KEYS) -> dict[str, str]:
    """The headers by name; each is there once."""
    headers = sign(dialect, signed, keys)
    assert len(dict(headers)) == len(headers)
    return dict(headers)


def sha256(key: str, message: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), message.encode(), hashlib.sha256)).decode()


# --- Plivo 3.9 -----------------------------------------------------------------------------------

CALL = (("From", "+15551111111"), ("CallUUID", "u-1"), ("Digits", "1234"))


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        ("https://answer.url", "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="),
        ("https://answer.url/", "do1CXv+k99A6+B+eTcyqbxWlezFIxJ/1vz72787r37g="),
        ("https://answer.url:8000", "Gm7Z7AGBmf5JpSHrtUmeofrGyA4xV0ZiV0rH8JPXWGU="),
    ],
)
def test_plivos_v2_is_the_one_printed(url: str, signature: str) -> None:
    headers = told("plivo", request(url))

    assert headers["X-Plivo-Signature-V2"] == signature
    assert headers["X-Plivo-Signature-V2-Nonce"] == "12345"


@pytest.mark.parametrize(
    ("method", "url", "params", "signature"),
    [
        ("POST", "https://example.com/abcd", CALL, "kJyrcSAMjJg5a4UQaclBagx00Lh0NcidKR0WcTAC/cw="),
        ("POST", "https://example.com/abcd?foo=bar", CALL, "JqNbyM5V0uGceEOKpIvVMkm8wYFAJGVR0U7cdhVD1Qk="),
        (
            "POST",
            "https://example.com/abcd?b=2&a=1&a=0",
            (("z", "1"), ("a", "x")),
            "Yq/UHnBhAFTDmCIEF4l9hhjPb+C3GToZYkmAmES8ycs=",
        ),
        ("POST", "https://example.com/abcd", (), "R78AhFaBbDLcHQ8AsUT78lr8f2aKmBQtBRw5segdnik="),
        ("GET", "https://example.com/abcd", (), "R78AhFaBbDLcHQ8AsUT78lr8f2aKmBQtBRw5segdnik="),
        (
            "GET",
            "https://example.com/abcd?From=%2B15551111111&CallUUID=u-1",
            (),
            "U7k41NL77q8NHtxGzmvhLWIhDVg93AO5tHbDpZeIxPA=",
        ),
        (
            "POST",
            "https://example.com:8443/abcd?x=a%20b",
            (("Speech", "hello world & co"), ("Empty", "")),
            "TVXsVqgt+h838qWNWLFL8wdS0eQemf4Yqy6n1VhRPpg=",
        ),
    ],
)
def test_plivos_v3_is_the_one_printed(method: str, url: str, params: Fields, signature: str) -> None:
    headers = told("plivo", request(url, params, method=method))

    assert headers["X-Plivo-Signature-V3"] == signature
    assert headers["X-Plivo-Signature-V3-Nonce"] == "12345"


def test_plivos_main_account_signs_along_with_its_token() -> None:
    """Plivo 3.9: Ma is the main account's token, which is the account's own unless it is a sub-account."""
    url = "https://example.com/abcd?foo=bar"
    main = told("plivo", request(url, CALL))
    sub = told("plivo", request(url, CALL), Keys(token=TOKEN, parent_token=PARENT))
    parent = told("plivo", request(url, CALL), Keys(token=PARENT))

    for version in ("V2", "V3"):
        own, ma = f"X-Plivo-Signature-{version}", f"X-Plivo-Signature-Ma-{version}"
        assert main[ma] == main[own] == sub[own]
        assert sub[ma] == parent[own] != sub[own]


def test_plivo_signs_what_a_query_means_and_not_how_it_is_written() -> None:
    """Plivo 3.9: decoded, in the order of the names."""
    signature = told("plivo", request("https://x.example/a?b=%C3%A9+%26&a=", method="GET"))["X-Plivo-Signature-V3"]

    assert signature == sha256(TOKEN, "https://x.example/a?a=&b=\u00e9 &.12345")


def test_plivos_json_bodies_are_signed_as_requests_without_fields() -> None:
    signed = request("https://x.example/a?b=1", body=b'{"z":1}')

    assert told("plivo", signed)["X-Plivo-Signature-V3"] == sha256(TOKEN, "https://x.example/a?b=1.12345")


# --- Vobiz 3.3 -----------------------------------------------------------------------------------

NONCE = "12345678901234567890"
VOBIZ = [
    (
        "https://app.example.com/answer",
        "1XX8ENfyQTcr6EEAPfqWK850JXoqLqFsx76QI5yBDCU=",
        "XxV7yUgdmsbWDuM1zQqOdcRD/M9P9BqVg55x+f9U9RY=",
    ),
    (
        "https://app.example.com/conf/cb",
        "8Os2b8NbL7xpgGcXBQEqgpzjN8b9k8YmJi0abZZVmoE=",
        "ohogrZ/nIqOd+f5rlSZQzTiRkaNTxQX1Fn5dCjIffpo=",
    ),
]


@pytest.mark.parametrize(("url", "v2", "v3"), VOBIZ)
def test_vobizs_signatures_are_those_printed_whatever_the_parameters(url: str, v2: str, v3: str) -> None:
    """Vobiz 3.3: form and query fields are never signed."""
    for signed in (
        request(url, nonce=NONCE),
        request(url, CALL, nonce=NONCE),
        request(f"{url}?a=1", method="GET", nonce=NONCE),
    ):
        assert told("vobiz", signed) == {
            "X-Vobiz-Signature-V2": v2,
            "X-Vobiz-Signature-V2-Nonce": NONCE,
            "X-Vobiz-Signature-V3": v3,
            "X-Vobiz-Signature-V3-Nonce": NONCE,
        }


def test_vobizs_parent_account_signs_only_for_a_sub_account() -> None:
    """Vobiz 3.3."""
    url, v2, v3 = VOBIZ[0]
    headers = told("vobiz", request(url, nonce=NONCE), Keys(token=PARENT, parent_token=TOKEN))

    assert (headers["X-Vobiz-Signature-MA-V2"], headers["X-Vobiz-Signature-MA-V3"]) == (v2, v3)
    assert headers["X-Vobiz-Signature-V2"] != v2


# --- TeXML 3.6 -----------------------------------------------------------------------------------

BODY = b"CallSid=c-1&From=%2B1555"


@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("GET", b"")])
def test_texml_signs_the_time_and_the_very_bytes_of_the_body(method: str, body: bytes) -> None:
    """TeXML 3.6, 7 A34."""
    signed = request("https://x.example/a", method=method, body=body, at=1_800_000_000)
    headers = told("texml", signed, Keys(private_key=SEED))
    signature = base64.b64decode(headers.pop("telnyx-signature-ed25519"))

    assert headers == {"telnyx-timestamp": "1800000000"}
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key()
    public.verify(signature, b"1800000000|" + body)
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"1800000001|" + body)


def test_a_twiml_receiver_gets_address_and_fields_signed() -> None:
    """TeXML 3.6: names sorted, each pair once; HMAC-SHA1."""
    fields = (("Digits", "1234"), ("CallSid", "CA1"), ("To", "+1"), ("To", "+1"), ("To", "+0"))
    message = "https://x.example/a?b=1&c=%20CallSidCA1Digits1234To+0To+1"
    headers = told("texml", request("https://x.example/a?b=1&c=%20", fields), Keys(twiml_token=TWIML))

    mac = hmac.digest(TWIML.encode(), message.encode(), hashlib.sha1)
    assert headers == {"X-Twilio-Signature": base64.b64encode(mac).decode()}


# --- all of them ---------------------------------------------------------------------------------


def test_every_dialect_says_what_it_signs() -> None:
    assert set(SEALS) == set(WORDINGS) | {"audian"}


def test_audian_signs_nothing() -> None:
    assert sign("audian", request("https://x.example/", CALL), EVERY_KEY) == ()


@pytest.mark.parametrize("dialect", SEALS)
def test_without_a_key_nothing_is_signed(dialect: str) -> None:
    assert sign(dialect, request("https://x.example/", CALL), Keys()) == ()


@pytest.mark.parametrize("dialect", SEALS)
def test_headers_come_in_one_order(dialect: str) -> None:
    signed = request("https://x.example/?a=1", CALL, body=BODY)
    named = [name for seal in SEALS[dialect] for name in (seal.header, seal.beside) if name]

    assert [name for name, _ in sign(dialect, signed, EVERY_KEY)] == named


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_every_nonce_makes_another_signature(dialect: str) -> None:
    one = told(dialect, request("https://x.example/", nonce="0" * 20), EVERY_KEY)
    two = told(dialect, request("https://x.example/", nonce="1" * 20), EVERY_KEY)

    assert {name for name in one if one[name] == two[name]} == set()


def test_keys_are_never_shown() -> None:
    for shown in (repr(EVERY_KEY), str(EVERY_KEY), f"{[EVERY_KEY]}"):
        assert not any(secret in shown for secret in (TOKEN, PARENT, TWIML, repr(SEED)[2:-1]))
    assert repr(KEYS) == "Keys(token)"


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sign("texml", request("https://x.example/"), Keys(private_key=b"short"))
