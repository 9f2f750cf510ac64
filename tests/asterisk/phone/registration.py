"""How a phone tells a registrar where it is reached (RFC 3261 10)."""

from __future__ import annotations

from tests.asterisk.phone.dialog import Dialog, Ends, Wire, new_tag
from tests.asterisk.phone.digest import ASKED, Login
from tests.asterisk.phone.sip import Message
from tests.asterisk.phone.waiting import Bell, wait_until

LASTS = 300  # seconds


class Registration:
    """One phone at one registrar."""

    def __init__(self, wire: Wire, registrar: str, name: str, login: Login | None) -> None:
        """Nothing is asked yet; the registrar is a URI."""
        own = f"<sip:{name}@{registrar.removeprefix('sip:')}>"
        ends = Ends(call_id=new_tag(), local=f"{own};tag={new_tag()}", remote=own, target=registrar)
        self._dialog = Dialog(wire, ends)
        self._login = login
        self._replies: list[Message] = []
        self._bell = Bell()

    @property
    def call_id(self) -> str:
        """By which its replies are known."""
        return self._dialog.ends.call_id

    async def ask(self, seconds: int = LASTS, within: float = 5.0) -> int:
        """Register for so many seconds, 0 to be forgotten; the status of the last reply. Raises TimeoutError."""
        reply = await self._ask(seconds, (), within)
        if reply.status in ASKED and self._login is not None:
            answer = self._login.answer(reply, self._dialog.ends.target)
            reply = await self._ask(seconds, (answer,), within)
        return reply.status

    async def _ask(self, seconds: int, headers: tuple[tuple[str, str], ...], within: float) -> Message:
        self._replies.clear()
        self._dialog.ask("REGISTER", self._hear, headers=(*headers, ("Expires", str(seconds))))
        await wait_until(lambda: bool(self._replies), self._bell, within, lambda: "no reply from the registrar")
        return self._replies[0]

    def take(self, message: Message) -> None:
        """A message about it has come."""
        self._dialog.take(message)

    def forget(self) -> None:
        """Send nothing again."""
        self._dialog.close()

    def _hear(self, reply: Message) -> None:
        if reply.status >= 200:
            self._replies.append(reply)
            self._bell.ring()
