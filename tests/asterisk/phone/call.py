"""One call of a phone, whoever made it: how far it is, what is asked of it, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import msgspec

from tests.asterisk.phone import sdp
from tests.asterisk.phone.dialog import Dialog
from tests.asterisk.phone.digest import Login
from tests.asterisk.phone.line import Pump
from tests.asterisk.phone.rtp import Law
from tests.asterisk.phone.sip import Headers, Message
from tests.asterisk.phone.voice import Voice
from tests.asterisk.phone.waiting import Bell, wait_until

OVER = ("ended", "failed")


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How a phone speaks: under which name, from where, with which tone, and what it says when asked who it is."""

    name: str
    host: str
    tone: int
    amplitude: int
    laws: tuple[Law, ...]
    login: Login | None = None


def reason_of(cause: int) -> Headers:
    """The header that gives a Q.850 cause (RFC 3326); none for none."""
    return (("Reason", f"Q.850;cause={cause}"),) if cause else ()


class Call(Voice):
    """A call as its phone sees it.

    `state` is calling or incoming, then ringing, early, answered, and at last ended, or failed where it was never
    answered and the far end refused it; `times` says when each was reached first (monotonic seconds).
    """

    def __init__(self, setup: Setup, pump: Pump, dialog: Dialog, state: str) -> None:
        """Take a line; nothing was said yet."""
        super().__init__(pump, pump.open(setup.host), setup.tone, setup.amplitude)
        self.name = setup.name
        self.state = state
        self.times = {state: monotonic()}
        self.reason = 0  # the Q.850 cause that the far end gave for the end; 0 where it gave none
        self.ended_by = ""  # "us" or "far"
        self.held = False  # the far end knows that we hold it
        self.far_held = False  # it holds us
        self.vanished = False
        self.bell = Bell()
        self._setup = setup
        self._dialog = dialog
        self._wish = "sendrecv"  # which way the sound is to go
        self._asking = ""  # which way the far end is being asked for
        self._descriptions = 0
        self._story = [(monotonic(), state)]

    # --- waiting -------------------------------------------------------------------------------------------

    async def until(self, state: str, within: float = 5.0) -> None:
        """Return when it has reached this state; held, unheld, far_held and far_unheld say how it is now.

        Raises TimeoutError, which tells what happened instead; at once where it cannot be reached any more.
        """

        def holds() -> bool:
            if self._is(state):
                return True
            if self.state in OVER:
                raise TimeoutError(f"it will never be {state}: {self}")
            return False

        await wait_until(holds, self.bell, within, lambda: f"{state}: {self}")

    def _is(self, state: str) -> bool:
        held, far = self.held, self.far_held
        now = {"held": held, "unheld": not held, "far_held": far, "far_unheld": not far}
        return now.get(state, state in self.times)

    def __str__(self) -> str:
        """What has happened so far, for a test that waited for something else."""
        begun = self._story[0][0]
        story = ", ".join(f"{what} at {at - begun:.3f}" for at, what in self._story)
        return f"{self.name} ({story}; heard {self.heard().packets} packets)"

    # --- what is done to it --------------------------------------------------------------------------------

    def hold(self, *, silent: bool = False) -> None:
        """Hold the far end: we want to hear nothing, and still send, or not that either."""
        self._negotiate("inactive" if silent else "sendonly")

    def unhold(self) -> None:
        """Hear the far end again."""
        self._negotiate("sendrecv")

    def hang_up(self, cause: int = 0) -> None:
        """End it, however far it is, with this Q.850 cause; what is over or has vanished stays as it is."""
        if self.vanished:
            return
        if self.state == "answered":
            self._dialog.ask("BYE", lambda reply: None, headers=reason_of(cause))
            self._end("ended", "us")
        elif self.state not in OVER:
            self._give_up(cause)

    def _give_up(self, cause: int) -> None:
        """End it before it is answered."""
        raise NotImplementedError

    def vanish(self) -> None:
        """Send nothing any more and reply to nothing, as if unplugged; nobody is told."""
        self.vanished = True
        self._dialog.close()
        self.line.stop()
        self._note("vanished")

    def forget(self) -> None:
        """Send nothing again, and give back the line."""
        self._dialog.close()
        self.line.close()

    @property
    def waits(self) -> bool:
        """Whether something that we sent is not heeded yet."""
        return self._dialog.waits

    # --- what comes in -------------------------------------------------------------------------------------

    def take(self, message: Message) -> None:
        """A message of this call has come. Raises BadMessage for one that means nothing to a phone."""
        if self.vanished or self._dialog.take(message):
            return
        takes: dict[str, Callable[[Message], None]] = {
            "INVITE": self._take_offer,
            "ACK": self._take_ack,
            "BYE": self._take_bye,
            "CANCEL": self._take_cancel,
            "OPTIONS": self._take_note,
            "INFO": self._take_note,
            "NOTIFY": self._take_note,
        }
        takes.get(message.method, self._take_other)(message)

    def _take_offer(self, offer: Message) -> None:
        """The far end describes its sound anew; or asks for our description, and describes its own in the ACK."""
        direction = self._wish
        if offer.body:
            media = sdp.read(offer.body)
            self._listen(media)
            direction = sdp.answer(media.direction, self._wish)
        self._dialog.reply(offer, 200, body=self._describe(direction))

    def _take_ack(self, ack: Message) -> None:
        if ack.body:
            self._listen(sdp.read(ack.body))
        self._reach("acknowledged")

    def _take_bye(self, bye: Message) -> None:
        self._dialog.reply(bye, 200)
        self._dialog.close()
        self.reason = bye.cause
        if self.state not in OVER:
            self._end("ended", "far")

    def _take_cancel(self, cancel: Message) -> None:
        self._dialog.reply(cancel, 481)

    def _take_note(self, message: Message) -> None:
        self._dialog.reply(message, 200)

    def _take_other(self, message: Message) -> None:
        self._dialog.reply(message, 501)

    # --- sound ---------------------------------------------------------------------------------------------

    def _describe(self, direction: str) -> str:
        self._descriptions += 1
        return sdp.write(self._setup.host, self.line.port, self._setup.laws, direction, self._descriptions)

    def _listen(self, media: sdp.Media) -> None:
        """Send to where the far end listens, if it does."""
        law = media.common(self._setup.laws)
        self.far_held = media.direction in sdp.DEAF
        if media.port and not self.far_held:
            self.line.aim(media.address, law, media.keys)
        else:
            self.line.stop()

    def _negotiate(self, wish: str) -> None:
        """Tell the far end which way the sound goes; one re-INVITE at a time."""
        assert self.state == "answered", f"only an answered call can be held: {self}"
        self._wish = wish
        if not self._asking:
            self._reinvite()

    def _reinvite(self) -> None:
        self._asking = self._wish
        self._dialog.ask("INVITE", self._negotiated, body=self._describe(self._asking))

    def _negotiated(self, reply: Message) -> None:
        if reply.status < 200:
            return
        asked, self._asking = self._asking, ""
        if reply.status < 300:
            self.held = asked in sdp.DEAF
            self._listen(sdp.read(reply.body))
        self._note(f"{asked}: {reply.status}")
        if self._wish != asked:
            self._reinvite()

    # --- how far it is -------------------------------------------------------------------------------------

    def _proceed(self, state: str) -> None:
        self.state = state
        self._reach(state)

    def _reach(self, state: str) -> None:
        self.times.setdefault(state, monotonic())
        self._note(state)

    def _note(self, what: str) -> None:
        self._story.append((monotonic(), what))
        self.bell.ring()

    def _end(self, state: str, by: str) -> None:
        self.ended_by = by
        self.line.close()
        self._proceed(state)
