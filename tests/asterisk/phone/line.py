"""The tests' side of the sound: a line for each call, and the process in which all lines are pumped."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
from array import array
from collections.abc import Iterable
from pathlib import Path

import msgspec

from tests.asterisk.phone import pump
from tests.asterisk.phone.ears import Tape
from tests.asterisk.phone.rtp import KEY_TYPE, KEYS, PCMU, RATE, SILENCE, Law, key_of, tone
from tests.asterisk.phone.waiting import Bell

log = logging.getLogger("phone")

ROOT = Path(__file__).parents[3]  # of the repository: the process imports from there
PATIENCE = 10.0  # seconds within which the process starts, or ends


class Pump:
    """The process; `horizon` is the moment until which everything that was received is known."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.horizon = 0.0
        self.lateness: list[float] = []  # of each tick, in seconds
        self.cpu = 0.0  # seconds that the process has used
        self.bell = Bell()  # rung at each report
        self._lines: dict[int, Line] = {}
        self._opened = 0
        self._write = msgspec.msgpack.Encoder().encode
        self._read = msgspec.msgpack.Decoder(pump.Report).decode
        self._room = bytearray(pump.LARGEST)
        self._process: subprocess.Popen[bytes] | None = None
        self._control, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    async def start(self) -> None:
        """Start the process and return when it ticks; reports are read by the running loop."""
        self._spawn()
        async with asyncio.timeout(PATIENCE):
            await self.bell.rung()

    def _spawn(self) -> None:
        number = self._far.fileno()
        command = [sys.executable, "-m", pump.__name__, str(number)]
        self._process = subprocess.Popen(command, pass_fds=[number], cwd=ROOT, start_new_session=True)
        self._far.close()
        asyncio.get_running_loop().add_reader(self._control, self._hear)

    def close(self) -> None:
        """End the process, which needs only to be told that nobody listens."""
        if self._process is not None:
            asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        self._far.close()
        if self._process is not None:
            self._process.wait(PATIENCE)

    def order(self, order: pump.Order, *sockets: int) -> None:
        """Give an order, with a line's socket where it has one."""
        socket.send_fds(self._control, [self._write(order)], sockets)

    def open(self, host: str) -> Line:
        """A line of its own, on a free port of this host."""
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with own:
            own.bind((host, 0))
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            self._opened += 1
            line = Line(self, self._opened, own.getsockname()[1])
            self._lines[line.number] = line
            self.order(pump.Open(line.number), own.fileno())
        return line

    def forget(self, number: int) -> None:
        """Hand on nothing more to this line."""
        del self._lines[number]

    def _hear(self) -> None:
        """Read one report; the loop calls again while there are more."""
        size = self._control.recv_into(self._room, 0, socket.MSG_DONTWAIT)
        if not size:
            asyncio.get_running_loop().remove_reader(self._control)
            log.error("the process that pumps the sound has ended")
            return
        report = self._read(memoryview(self._room)[:size])
        for row in report.rows:
            if row.line in self._lines:
                self._lines[row.line].take(row)
        for number in report.pressed:
            if number in self._lines:
                self._lines[number].pressing -= 1
        for stray in report.strays:
            log.warning("ignored: %s", stray)
        if report.until:
            self.horizon, self.cpu = report.until, report.cpu
            self.lateness.append(report.late)
            self.bell.ring()


class Line:
    """The sound of one call: what it sends, and everything it has received."""

    def __init__(self, owner: Pump, number: int, port: int) -> None:
        """Quiet, and sending to nobody yet."""
        self.number = number
        self.port = port
        self.tape = Tape()
        self.keys = ""  # that the far end has pressed
        self.pressing = 0  # our keys that are not yet pressed
        self._pump = owner
        self._law: Law = PCMU
        self._says: array[int] = SILENCE
        self._key_type = KEY_TYPE
        self._key_at: int | None = None  # the timestamp of the key heard last
        self._open = True

    def aim(self, address: tuple[str, int], law: Law, keys: int) -> None:
        """Send to this address, in this law, keys with this payload type."""
        self._law, self._key_type = law, keys
        self._order(pump.Aim(self.number, *address, law.payload_type, keys))
        self._order(pump.Say(self.number, law.encode(self._says)))

    def stop(self) -> None:
        """Send no packet any more, until aimed again."""
        self._order(pump.Stop(self.number))

    def say(self, frequency: int, amplitude: int) -> None:
        """Send this tone from now on; 0 Hz is silence, which is sent too."""
        self._says = tone(frequency, amplitude)
        self._order(pump.Say(self.number, self._law.encode(self._says)))

    def play(self, samples: Iterable[int]) -> None:
        """Send this once, and then go on as before."""
        payload = self._law.encode(samples)
        for at in range(0, len(payload), RATE):  # a second an order
            self._order(pump.Play(self.number, payload[at : at + RATE]))

    def press(self, keys: str) -> None:
        """Press these keys one after another. Raises ValueError where one is no key."""
        for key in keys:
            if key not in KEYS:
                raise ValueError(f"{key!r} is no key (one of {KEYS} is)")
        self.pressing += len(keys)
        self._order(pump.Press(self.number, keys))

    def close(self) -> None:
        """Send and receive nothing more; what was received is kept."""
        if self._open:
            self._order(pump.Close(self.number))
            self._open = False
            self._pump.forget(self.number)

    def take(self, row: pump.Row) -> None:
        """A packet has come."""
        if row.payload_type == self._key_type:
            if row.timestamp != self._key_at:
                self._key_at = row.timestamp
                self.keys += key_of(row.payload)
        elif not self.tape.add(row.at, row.sequence, row.payload_type, row.payload):
            log.warning("ignored: %d bytes of payload type %d", len(row.payload), row.payload_type)

    def _order(self, order: pump.Order) -> None:
        if self._open:
            self._pump.order(order)
