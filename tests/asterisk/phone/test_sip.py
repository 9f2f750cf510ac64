"""Messages: what is read of them, what is refused, and who is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.asterisk.phone import sdp
from tests.asterisk.phone.digest import Login
from tests.asterisk.phone.rtp import PCMA, PCMU
from tests.asterisk.phone.sip import BadMessage, Message, address_of, parse, tag_of, uri_of, user_of

INVITE = (
    b"INVITE sip:bob@127.0.0.1:5070 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\n"
    b'f: "Ann, of 7" <sip:ann@127.0.0.1>;tag=a1\r\n'
    b"t: <sip:bob@127.0.0.1:5070>\r\n"
    b"i: c1\r\n"
    b"CSeq: 7 INVITE\r\n"
    b"Reason: SIP;cause=486, Q.850;cause=17\r\n"
    b"X-Account: 42\r\n"
    b"l: 0\r\n\r\n"
)


def test_a_request_is_read_with_its_short_names() -> None:
    invite = parse(INVITE)
    assert (invite.status, invite.method, invite.sequence, invite.call_id) == (0, "INVITE", (7, "INVITE"), "c1")
    assert invite.uri == "sip:bob@127.0.0.1:5070"
    assert (invite.get("x-account"), invite.get("X-Nothing"), invite.cause) == ("42", "", 17)
    assert (user_of(invite.get("From")), tag_of(invite.get("From"))) == ("ann", "a1")


def test_a_message_is_read_as_it_was_written() -> None:
    invite = parse(INVITE)
    written = Message(invite.start, invite.headers, "v=0 ü\r\n")
    again = parse(written.encode())
    assert (again.start, again.body) == (invite.start, "v=0 ü\r\n")
    assert again.all("Content-Length") == ["0", "8"]  # what it had, and what is true


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        (INVITE.removesuffix(b"\r\n\r\n"), "no blank line"),
        (INVITE.replace(b"i: c1", b"y: c1"), "Call-ID missing"),
        (INVITE.replace(b"CSeq: 7 INVITE", b"CSeq: seven"), "a number and a method"),
        (INVITE.replace(b"INVITE sip", b"sip"), "neither a request nor a reply"),
        (INVITE.replace(b"l: 0", b"l 0"), "without a colon"),
        (INVITE.replace(b"42", b"\xff\xfe"), "UTF-8"),
        (b"SIP/2.0 XXX Oh\r\n" + INVITE.partition(b"\r\n")[2], "neither a request nor a reply"),
        (b"", "missing"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(spoilt: bytes, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        parse(spoilt)


@given(st.binary(max_size=40), st.integers(0, len(INVITE)), st.integers(0, 40))
def test_a_spoilt_datagram_is_read_or_refused_and_nothing_else(noise: bytes, at: int, gone: int) -> None:
    try:
        message = parse(INVITE[:at] + noise + INVITE[at + gone :])
    except BadMessage:
        return
    assert (message.status, message.sequence, message.cause) >= (0, (0, ""), 0)
    assert isinstance(uri_of(message.get("From")) + user_of(message.get("To")) + tag_of(message.get("To")), str)


def test_an_address_on_this_machine_is_reached() -> None:
    assert address_of("sip:bob@127.0.0.1:5070;transport=udp") == ("127.0.0.1", 5070)
    assert address_of("sip:127.1.2.3") == ("127.1.2.3", 5060)


@pytest.mark.parametrize(
    "uri",
    [
        "sip:bob@10.0.0.1",
        "sip:bob@127.0.0.1.example.org",
        "sip:127.0.0.1@example.org",
        "sip:bob@localhost",
        "tel:1",
        "",
    ],
)
def test_nobody_else_is_called(uri: str) -> None:
    with pytest.raises(BadMessage, match=r"127\.0\.0\.0/8"):
        address_of(uri)


def test_a_description_is_read_as_it_was_written() -> None:
    media = sdp.read(sdp.write("127.0.0.1", 4000, (PCMA, PCMU), "sendonly", 1))
    assert media == sdp.Media(host="127.0.0.1", port=4000, laws=(PCMA, PCMU), keys=101, direction="sendonly")
    assert media.common((PCMU, PCMA)) is PCMA


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("v=0\r\n", "without an m=audio"),
        ("c=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n", "10.0.0.1, which is not on"),
    ],
)
def test_a_description_that_is_of_no_use_is_refused(body: str, says: str) -> None:
    with pytest.raises(BadMessage, match=says):
        sdp.read(body)


def test_laws_that_nobody_shares_are_refused() -> None:
    media = sdp.read("c=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 9 8\r\n")
    assert (media.keys, media.direction) == (101, "sendrecv")  # of which it says nothing
    with pytest.raises(BadMessage, match=r"no codec in common: \['PCMA'\] and \['PCMU'\]"):
        media.common((PCMU,))


@pytest.mark.parametrize(
    ("offered", "wish", "answered"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
    ],
)
def test_a_direction_is_answered_with_what_both_take_part_in(offered: str, wish: str, answered: str) -> None:
    assert sdp.answer(offered, wish) == answered


def challenge(method: str, asks: str) -> Message:
    return Message("SIP/2.0 401 Unauthorized", (("WWW-Authenticate", asks), ("CSeq", f"1 {method}")))


def test_a_password_is_answered_for_as_in_the_example_of_rfc_2617() -> None:
    asks = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    login = Login("Mufasa", "Circle Of Life")
    name, value = login.answer(challenge("GET", asks), "/dir/index.html", "0a4f113b")
    assert name == "Authorization"
    assert 'response="6629fae49393a05397450978507c4ef1"' in value
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in value
    assert "Circle" not in value + repr(login)


def test_a_challenge_that_we_cannot_answer_is_refused() -> None:
    with pytest.raises(BadMessage, match="not MD5"):
        Login("ann", "1").answer(challenge("INVITE", 'Digest nonce="1", algorithm=SHA-256'), "sip:127.0.0.1")
