"""Phones for tests: each has an address and a tone of its own, makes calls, and takes them as it is told to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Self

from tests.asterisk.phone.call import Call, Setup
from tests.asterisk.phone.dialog import Dialog, new_tag, reply_to
from tests.asterisk.phone.digest import Login
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.incoming import IncomingCall
from tests.asterisk.phone.line import Pump
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.phone.registration import Registration
from tests.asterisk.phone.rtp import FRAME, PCMA, PCMU, RATE, TONES, Law
from tests.asterisk.phone.sip import Address, BadMessage, Message, parse
from tests.asterisk.phone.voice import MOST
from tests.asterisk.phone.waiting import Bell, wait_until

log = logging.getLogger("phone")

HOST = "127.0.0.1"
AMPLITUDE = 6000  # five such tones add up to less than a sample can hold
GOODBYE = 0.5  # seconds that the far ends have to say that they heard us hang up
DEAD = 0.2  # seconds without a packet in any call: there is no sound to wait for


class Phone(asyncio.DatagramProtocol):
    """One phone: a port of its own, the calls that it has had, and those that came and nobody asked for yet."""

    def __init__(self, setup: Setup, pump: Pump, answers: Habit | None) -> None:
        """Not plugged in yet."""
        self.setup = setup
        self.calls: dict[str, Call] = {}
        self.habit = answers
        self._pump = pump
        self._registrations: dict[str, Registration] = {}
        self._came: list[IncomingCall] = []
        self._bell = Bell()
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None
        self.address: Address = (setup.host, 0)

    async def plug_in(self) -> None:
        """Take a free port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self.address)
        self.address = self._transport.get_extra_info("sockname")

    @property
    def contact(self) -> str:
        """Its URI, by which others call it."""
        return f"sip:{self.setup.name}@{self.address[0]}:{self.address[1]}"

    def call(self, uri: str, *, headers: Mapping[str, str] | None = None, caller: str = "") -> OutgoingCall:
        """Call somebody on this machine, with these SIP headers, under this name instead of its own.

        Raises BadMessage for an address anywhere else.
        """
        dialog = Dialog.outgoing(self, uri, caller or self.setup.name)
        call = OutgoingCall(self.setup, self._pump, dialog, tuple((headers or {}).items()))
        self.calls[dialog.ends.call_id] = call
        return call

    async def incoming(self, within: float = 5.0) -> IncomingCall:
        """The next call that came; a phone with a habit deals with it at the same time. Raises TimeoutError."""
        name = self.setup.name
        await wait_until(lambda: bool(self._came), self._bell, within, lambda: f"nobody called {name}")
        return self._came.pop(0)

    async def register(self, registrar: str, within: float = 5.0) -> int:
        """Register with a registrar (a URI) until it is closed; the status of its last reply. Raises TimeoutError."""
        registration = Registration(self, registrar, self.setup.name, self.setup.login)
        self._registrations[registration.call_id] = registration
        return await registration.ask(within=within)

    def send(self, message: Message, address: Address) -> None:
        """Send a message; an address is of this machine, `sip.address_of` sees to that."""
        assert address[0].startswith("127."), f"{address} is not on this machine"
        if self._transport is not None:
            self._transport.sendto(message.encode(), address)

    # --- datagrams -----------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Something has come; what is no message is ignored, and said so in the test's output."""
        try:
            self._take(parse(data), addr)
        except BadMessage as wrong:
            log.warning("ignored by %s, from %s: %s", self.setup.name, addr, wrong)

    def _take(self, message: Message, source: Address) -> None:
        mine = self.calls.get(message.call_id) or self._registrations.get(message.call_id)
        if mine is not None:
            mine.take(message)
        elif message.status:
            raise BadMessage(f"a reply to nothing that was asked: {message.start}")
        elif message.method == "INVITE":
            self._invited(message, source)
        elif message.method != "ACK":
            self.send(reply_to(message, 200 if message.method == "OPTIONS" else 481, new_tag()), source)

    def _invited(self, invite: Message, source: Address) -> None:
        try:
            call = IncomingCall(self.setup, self._pump, Dialog.incoming(self, invite), invite)
        except BadMessage:
            self.send(reply_to(invite, 488, new_tag()), source)
            raise
        self.calls[invite.call_id] = call
        self._came.append(call)
        self._bell.ring()
        if self.habit is not None:
            task = asyncio.get_running_loop().create_task(self.habit.take(call))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    # --- the end -------------------------------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """Whether something that it sent is not heeded yet."""
        return any(call.waits for call in self.calls.values() if not call.vanished)

    def hang_up(self) -> None:
        """End its habits and its calls."""
        for task in self._tasks:
            task.cancel()
        for call in self.calls.values():
            call.hang_up()

    async def unregister(self) -> None:
        """Have its registrations forgotten. Raises TimeoutError where a registrar does not reply."""
        for registration in self._registrations.values():
            await registration.ask(0, GOODBYE)

    def unplug(self) -> None:
        """Send and hear nothing any more."""
        for call in self.calls.values():
            call.forget()
        for registration in self._registrations.values():
            registration.forget()
        if self._transport is not None:
            self._transport.close()


class Phones:
    """All the phones of a test, and the process that makes their sound; closing it leaves nothing behind."""

    def __init__(self) -> None:
        """No phone yet."""
        self.pump = Pump()
        self._phones: list[Phone] = []

    async def __aenter__(self) -> Self:
        """Start the process."""
        try:
            await self.pump.start()
        except BaseException:
            self.pump.close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: object) -> None:
        """Hang up everything, wait a moment for the far ends to say that they heard it, and be gone."""
        try:
            for phone in self._phones:
                phone.hang_up()
            for phone in self._phones:
                await phone.unregister()
            await wait_until(lambda: not self._waiting(), self.pump.bell, GOODBYE, lambda: f"{self._waiting()} wait")
        except TimeoutError as late:
            log.warning("closed all the same: %s", late)
        finally:
            for phone in self._phones:
                phone.unplug()
            self.pump.close()

    async def phone(
        self,
        name: str,
        *,
        tone: int | None = None,
        amplitude: int = AMPLITUDE,
        answers: Habit | None = None,
        password: str = "",
        laws: Sequence[Law] = (PCMU, PCMA),
    ) -> Phone:
        """A new phone on a free port, with a tone that no other has unless it is given one.

        What calls it is dealt with by its habit, or handed out by `incoming`. Raises LookupError where all tones that
        are told apart are taken.
        """
        login = Login(name, password) if password else None
        setup = Setup(
            name=name,
            host=HOST,
            tone=self._free_tone() if tone is None else tone,
            amplitude=amplitude,
            laws=tuple(laws),
            login=login,
        )
        phone = Phone(setup, self.pump, answers)
        await phone.plug_in()
        self._phones.append(phone)
        return phone

    async def settled(self, seconds: float = 0.3) -> None:
        """Let so many seconds pass, and so much sound at the call that hears best: a busy mixer is waited for.

        Where no call hears anything, the clock alone decides. Raises TimeoutError where sound comes, but hardly any.
        """
        since = monotonic()
        tapes = [call.line.tape for phone in self._phones for call in phone.calls.values() if call.state == "answered"]

        def most(at: float) -> int:
            return max((tape.count(at) for tape in tapes), default=0)

        def holds() -> bool:
            horizon = self.pump.horizon
            dead = not most(horizon - max(seconds, DEAD))
            return horizon >= since + seconds and (dead or most(since) >= int(seconds * RATE / FRAME))

        await wait_until(holds, self.pump.bell, MOST * seconds, lambda: f"{most(since)} packets in the best call")

    def _free_tone(self) -> int:
        taken = {phone.setup.tone for phone in self._phones}
        for tone in TONES:
            if tone not in taken:
                return tone
        raise LookupError(f"all {len(TONES)} tones are taken: give this phone one (a multiple of 50 Hz)")

    def _waiting(self) -> list[str]:
        return [phone.setup.name for phone in self._phones if phone.waits]
