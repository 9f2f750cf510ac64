"""A call that comes to a phone."""

from __future__ import annotations

from tests.asterisk.phone import sdp
from tests.asterisk.phone.call import OVER, Call, Setup, reason_of
from tests.asterisk.phone.dialog import Dialog
from tests.asterisk.phone.line import Pump
from tests.asterisk.phone.sip import Message, user_of


def offer_of(invite: Message, setup: Setup) -> sdp.Media | None:
    """The sound that an INVITE offers; None where it asks for ours. Raises BadMessage for one that we cannot hear."""
    if not invite.body:
        return None
    offer = sdp.read(invite.body)
    offer.common(setup.laws)
    return offer


class IncomingCall(Call):
    """A call from somebody; `invite` is how it came."""

    def __init__(self, setup: Setup, pump: Pump, dialog: Dialog, invite: Message) -> None:
        """Say that it came, no more. Raises BadMessage where it offers no sound that the phone knows."""
        self._offer = offer_of(invite, setup)
        super().__init__(setup, pump, dialog, "incoming")
        self.invite = invite
        self.status = 0  # of our last reply
        self._reply(100)

    @property
    def caller(self) -> str:
        """The caller's number: as the network asserts it (RFC 3325), or else as From has it."""
        return user_of(self.invite.get("P-Asserted-Identity") or self.invite.get("From"))

    def ring(self, status: int = 180) -> None:
        """Say that it rings."""
        self._reply(status)
        self._proceed("ringing")

    def early(self) -> None:
        """Speak and hear before it is answered."""
        self._reply(183, body=self._meet())
        self._proceed("early")

    def answer(self) -> None:
        """Answer it."""
        self._reply(200, body=self._meet())
        self._proceed("answered")

    def reject(self, status: int = 603, cause: int = 0) -> None:
        """Refuse it, with this status and this Q.850 cause."""
        self._reply(status, cause=cause)
        self._end("ended", "us")

    def _give_up(self, cause: int) -> None:
        self.reject(cause=cause)

    def _meet(self) -> str:
        """Listen and speak from now on; the description that makes the far end do so too."""
        if self._offer is None:
            return self._describe(self._wish)
        self._listen(self._offer)
        return self._describe(sdp.answer(self._offer.direction, self._wish))

    def _reply(self, status: int, *, cause: int = 0, body: str = "") -> None:
        assert self.state not in (*OVER, "answered"), f"too late to reply {status}: {self}"
        self.status = status
        self._dialog.reply(self.invite, status, headers=reason_of(cause), body=body)

    def _take_cancel(self, cancel: Message) -> None:
        self._dialog.reply(cancel, 200)
        if self.state not in (*OVER, "answered"):
            self._reply(487)
            self.reason = cancel.cause
            self._end("ended", "far")
