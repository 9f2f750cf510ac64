"""One dialog: both ends as SIP names them, what was asked and what was replied, sent again until it is heeded."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol

import msgspec

from tests.asterisk.phone import sdp
from tests.asterisk.phone.repeats import Repeats
from tests.asterisk.phone.sip import REASONS, VERSION, Address, Headers, Message, address_of, tag_of, uri_of

ALLOWED = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS")
COPIED = ("Via", "Max-Forwards", "From", "To", "Call-ID")  # of an INVITE, by what cancels or acknowledges it


class Wire(Protocol):
    """How a phone is reached, and how it sends."""

    @property
    def contact(self) -> str:
        """Its URI."""

    @property
    def address(self) -> Address:
        """Where it listens."""

    def send(self, message: Message, address: Address) -> None:
        """Send a message."""


class Ends(msgspec.Struct, frozen=True):
    """A dialog's names: ours and theirs as they stand in From and To, and the URI that requests go to."""

    call_id: str
    local: str
    remote: str
    target: str


class Asked(msgspec.Struct, frozen=True):
    """A request of ours, who hears the replies, and what sends it again."""

    request: Message
    heard: Callable[[Message], None]
    repeats: Repeats


def new_tag() -> str:
    """Something nobody else has."""
    return secrets.token_hex(8)


def caller_of(wire: Wire, name: str) -> str:
    """What a phone writes in From under this name."""
    return f'"{name}" <sip:{name}@{wire.address[0]}>;tag={new_tag()}'


def reply_to(request: Message, status: int, tag: str, headers: Headers = (), body: str = "") -> Message:
    """The reply to a request; the tag is ours."""
    called = request.get("To")
    if status > 100 and not tag_of(called):
        called += f";tag={tag}"
    same = [(name, value) for name, value in request.headers if name in ("Via", "From", "Call-ID", "CSeq")]
    typed = [("Content-Type", sdp.TYPE)] if body else []
    start = f"{VERSION} {status} {REASONS.get(status, 'As You Like')}"
    return Message(start, (*same, ("To", called), *headers, *typed), body)


class Dialog:
    """Sends requests and replies in one dialog, and hands on the replies to those who asked."""

    def __init__(self, wire: Wire, ends: Ends) -> None:
        """Begin with names, of which the other's tag may be learnt later."""
        self.ends = ends
        self._wire = wire
        self._number = 0
        self._asked: dict[tuple[int, str], Asked] = {}
        self._replied: dict[tuple[int, str], Message] = {}
        self._settled: set[tuple[int, str]] = set()  # what we asked and has had its final reply
        self._insists: dict[int, Repeats] = {}  # final replies to an INVITE, until they are acknowledged

    @classmethod
    def outgoing(cls, wire: Wire, uri: str, caller: str) -> Dialog:
        """The dialog of a call that we are about to make under this name."""
        local = caller_of(wire, caller)
        return cls(wire, Ends(call_id=new_tag(), local=local, remote=f"<{uri}>", target=uri))

    @classmethod
    def incoming(cls, wire: Wire, invite: Message) -> Dialog:
        """The dialog of an INVITE that has come. Raises BadMessage where it comes from elsewhere."""
        target = uri_of(invite.get("Contact"))
        address_of(target)
        local = f"{invite.get('To')};tag={new_tag()}"
        return cls(wire, Ends(call_id=invite.call_id, local=local, remote=invite.get("From"), target=target))

    def ask(
        self,
        method: str,
        heard: Callable[[Message], None],
        *,
        headers: Headers = (),
        body: str = "",
        give_up: Callable[[], None] | None = None,
    ) -> Message:
        """Send a request, again and again until a reply comes; each reply is handed on, the final one once."""
        self._number += 1
        request = self._request(method, self._number, headers, body)
        self._ask(request, heard, give_up)
        return request

    def cancel(self, invite: Message) -> None:
        """Take back an INVITE; its names, its number, its branch (RFC 3261 9.1)."""
        self._ask(self._beside(invite, "CANCEL", invite.get("To")), lambda reply: None)

    def reply(self, request: Message, status: int, *, headers: Headers = (), body: str = "") -> None:
        """Reply; a final reply to an INVITE is sent again and again until it is acknowledged."""
        ours = (("Contact", f"<{self._wire.contact}>"), ALLOWED)
        reply = reply_to(request, status, tag_of(self.ends.local), (*ours, *headers), body)
        self._replied[request.sequence] = reply
        if request.method == "INVITE" and status >= 200:
            self._insists[request.sequence[0]] = Repeats(lambda: self._send(reply))
        else:
            self._send(reply)

    def take(self, message: Message) -> bool:
        """Whether a message needs nothing more: a reply, which was handed on, or a request that we replied to."""
        if message.status:
            self._hand_on(message)
            return True
        number, method = message.sequence
        if method == "ACK" and number in self._insists:
            self._insists.pop(number).stop()
        before = self._replied.get(message.sequence)
        if before is not None:
            self._send(before)
        return before is not None

    @property
    def waits(self) -> bool:
        """Whether something that we sent is not heeded yet."""
        return any(asked.repeats.goes_on for asked in self._asked.values()) or bool(self._insists)

    def close(self) -> None:
        """Send nothing again."""
        for repeats in (*(asked.repeats for asked in self._asked.values()), *self._insists.values()):
            repeats.stop()
        self._insists.clear()

    def _hand_on(self, reply: Message) -> None:
        asked = self._asked.get(reply.sequence)
        if asked is None:
            return
        invited, final = reply.method == "INVITE", reply.status >= 200
        if invited or final:
            asked.repeats.stop()
        if invited and final:
            self._acknowledge(asked.request, reply)
        if reply.sequence not in self._settled:
            self._settled.update([reply.sequence] if final else [])
            asked.heard(reply)

    def _acknowledge(self, invite: Message, reply: Message) -> None:
        """ACK a refusal within the INVITE's transaction, a 2xx in a new one, to its contact (RFC 3261 13.2.2.4)."""
        if reply.status >= 300:
            self._send(self._beside(invite, "ACK", reply.get("To")), invite.uri)
            return
        target = uri_of(reply.get("Contact")) or self.ends.target
        self.ends = Ends(self.ends.call_id, self.ends.local, reply.get("To"), target)
        self._send(self._request("ACK", invite.sequence[0]))

    def _ask(
        self, request: Message, heard: Callable[[Message], None], give_up: Callable[[], None] | None = None
    ) -> None:
        repeats = Repeats(lambda: self._send(request), give_up)
        self._asked[request.sequence] = Asked(request, heard, repeats)

    def _request(self, method: str, number: int, headers: Headers = (), body: str = "") -> Message:
        host, port = self._wire.address
        ours = (
            ("Via", f"{VERSION}/UDP {host}:{port};branch=z9hG4bK{new_tag()};rport"),
            ("Max-Forwards", "70"),
            ("From", self.ends.local),
            ("To", self.ends.remote),
            ("Call-ID", self.ends.call_id),
            ("CSeq", f"{number} {method}"),
            ("Contact", f"<{self._wire.contact}>"),
            ALLOWED,
        )
        typed = (("Content-Type", sdp.TYPE),) if body else ()
        return Message(f"{method} {self.ends.target} {VERSION}", (*ours, *headers, *typed), body)

    def _beside(self, invite: Message, method: str, called: str) -> Message:
        """A request within the transaction of an INVITE."""
        same = [(name, called if name == "To" else value) for name, value in invite.headers if name in COPIED]
        return Message(f"{method} {invite.uri} {VERSION}", (*same, ("CSeq", f"{invite.sequence[0]} {method}")))

    def _send(self, message: Message, uri: str = "") -> None:
        self._wire.send(message, address_of(uri or self.ends.target))
