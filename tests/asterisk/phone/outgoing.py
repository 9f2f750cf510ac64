"""A call that a phone makes."""

from __future__ import annotations

from tests.asterisk.phone import sdp
from tests.asterisk.phone.call import OVER, Call, Setup
from tests.asterisk.phone.dialog import Dialog
from tests.asterisk.phone.digest import ASKED
from tests.asterisk.phone.line import Pump
from tests.asterisk.phone.sip import Headers, Message

RINGS = (180, 181, 182)


class OutgoingCall(Call):
    """A call to somebody; `replies` are those to its INVITE."""

    def __init__(self, setup: Setup, pump: Pump, dialog: Dialog, headers: Headers) -> None:
        """Send the INVITE, with these headers too."""
        super().__init__(setup, pump, dialog, "calling")
        self.replies: list[Message] = []
        self._headers = tuple(headers)
        self._cancelled = self._logged_in = False
        self.invite = self._call(self._headers)

    @property
    def statuses(self) -> list[int]:
        """The codes of all replies, in order."""
        return [reply.status for reply in self.replies]

    @property
    def status(self) -> int:
        """The code of the last reply; 0 before the first."""
        return self.replies[-1].status if self.replies else 0

    def cancel(self) -> None:
        """Take it back; what is answered in the same moment is hung up."""
        if self.state in OVER or self._cancelled or self.vanished:
            return
        self._cancelled = True
        if self.replies:  # a call may be cancelled when it was heard of, not earlier (RFC 3261 9.1)
            self._dialog.cancel(self.invite)

    def _give_up(self, cause: int) -> None:
        self.cancel()

    def _call(self, headers: Headers) -> Message:
        body = self._describe("sendrecv")
        return self._dialog.ask("INVITE", self._hear, headers=headers, body=body, give_up=self._hear_nothing)

    def _hear_nothing(self) -> None:
        self._note("no reply")
        self._end("failed", "far")

    def _hear(self, reply: Message) -> None:
        """A reply to the INVITE; a final one comes here once."""
        if self.vanished or self.state in OVER:
            return
        self.replies.append(reply)
        self._note(str(reply.status))
        if reply.status < 200:
            self._progress(reply)
        elif reply.status < 300:
            self._answered(reply)
        elif reply.status in ASKED and self._setup.login is not None and not self._logged_in:
            self._logged_in = True
            self.invite = self._call((*self._headers, self._setup.login.answer(reply, self.invite.uri)))
        else:
            self._refused(reply)

    def _progress(self, reply: Message) -> None:
        if self._cancelled and len(self.replies) == 1:
            self._dialog.cancel(self.invite)
        if reply.status in RINGS:
            self._proceed("ringing")
        if reply.body:
            self._listen(sdp.read(reply.body))
            self._proceed("early")

    def _answered(self, reply: Message) -> None:
        self._listen(sdp.read(reply.body))
        self._proceed("answered")
        if self._cancelled:
            self.hang_up()

    def _refused(self, reply: Message) -> None:
        self.reason = reply.cause
        if self._cancelled:
            self._end("ended", "us")
        else:
            self._end("failed", "far")
