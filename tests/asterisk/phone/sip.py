"""SIP messages as text: read, asked and written (RFC 3261); addresses, of which only this machine's are known."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

VERSION = "SIP/2.0"
COMPACT = {
    "v": "Via",
    "f": "From",
    "t": "To",
    "i": "Call-ID",
    "m": "Contact",
    "l": "Content-Length",
    "c": "Content-Type",
}
REQUIRED = ("Via", "From", "To", "Call-ID", "CSeq")

REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    404: "Not Found",
    408: "Request Timeout",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    501: "Not Implemented",
    503: "Service Unavailable",
    603: "Decline",
}

Headers = Iterable[tuple[str, str]]
Address = tuple[str, int]

_URI = re.compile(r"<([^<>]*)>")
_TAG = re.compile(r";\s*tag=([^;\s]+)")
_USER = re.compile(r"sips?:([^@;>]+)@")
_HOST = re.compile(r"sip:(?:[^@]*@)?(127(?:\.\d{1,3}){3})(?::(\d{1,5}))?(?:[;?>].*)?$")
_CAUSE = re.compile(r"Q\.850\s*;.*?cause\s*=\s*(\d+)", re.IGNORECASE)


class BadMessage(ValueError):
    """A datagram that is no SIP message, or none that a phone can do anything with."""


class Message(msgspec.Struct, frozen=True):
    """A request or a reply."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    def get(self, name: str) -> str:
        """The first header of this name; empty where there is none."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """The headers of this name, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def status(self) -> int:
        """A reply's code; 0 of a request."""
        return int(self.start.split(" ")[1]) if self.start.startswith(VERSION) else 0

    @property
    def uri(self) -> str:
        """Where a request goes."""
        return self.start.split(" ")[1]

    @property
    def sequence(self) -> tuple[int, str]:
        """The number and the method of the CSeq."""
        number, _, method = self.get("CSeq").partition(" ")
        return int(number), method.strip()

    @property
    def method(self) -> str:
        """What is asked, or what a reply replies to."""
        return self.sequence[1]

    @property
    def call_id(self) -> str:
        """The call that it belongs to."""
        return self.get("Call-ID")

    @property
    def cause(self) -> int:
        """The Q.850 cause that it gives (RFC 3326); 0 where it gives none."""
        found = _CAUSE.search(self.get("Reason"))
        return int(found[1]) if found else 0

    def encode(self) -> bytes:
        """The datagram; the length of the body is added."""
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        body = self.body.encode()
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def parse(datagram: bytes) -> Message:
    """Read a message. Raises BadMessage where it is none."""
    try:
        head, blank, body = datagram.decode().partition("\r\n\r\n")
    except UnicodeDecodeError as wrong:
        raise BadMessage("not UTF-8") from wrong
    start, *lines = head.split("\r\n")
    message = Message(start, tuple(_header(line) for line in lines), body)
    missing = [name for name in REQUIRED if not message.get(name)]
    if not blank or missing:
        raise BadMessage(f"no SIP message: {', '.join(missing) or 'no blank line'} missing")
    if not re.fullmatch(rf"{VERSION} [1-6]\d\d .*|[A-Z]+ \S+ {VERSION}", start):
        raise BadMessage(f"neither a request nor a reply: {start[:60]!r}")
    if not re.fullmatch(r"\d{1,10} +[A-Z]+", message.get("CSeq")):
        raise BadMessage(f"a CSeq is a number and a method, not {message.get('CSeq')[:60]!r}")
    return message


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise BadMessage(f"a header without a colon: {line[:60]!r}")
    return COMPACT.get(name.strip().lower(), name.strip()), value.strip()


def uri_of(value: str) -> str:
    """The URI in a From, To or Contact."""
    found = _URI.search(value)
    return found[1] if found else value.partition(";")[0].strip()


def user_of(value: str) -> str:
    """The user in a From, To or Contact; empty where there is none."""
    found = _USER.search(value)
    return found[1] if found else ""


def tag_of(value: str) -> str:
    """The tag in a From or To; empty where there is none."""
    found = _TAG.search(value.rpartition(">")[2])
    return found[1] if found else ""


def address_of(uri: str) -> Address:
    """Where a URI is reached. Raises BadMessage for anything but an address of this machine: nobody else is called."""
    found = _HOST.match(uri)
    if not found:
        raise BadMessage(f"{uri!r} is not on 127.0.0.0/8, and nobody else is called")
    return found[1], int(found[2] or 5060)
