"""The process that sends and receives the sound of all phones, so that its 20 ms hold however busy the tests are.

In a thread it would have to wait for the interpreter's lock: beside a loop that computes, 50 streams went out 5 to
20 ms late, from a process of their own they go out within 1 ms. It reads orders and writes reports on one socket,
whose number is on its command line; when that socket is closed, the process ends. A stream's own socket comes with the
order that opens it. Received packets bear the kernel's time of arrival, which does not depend on when they are read.
"""

from __future__ import annotations

import random
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable
from time import monotonic, process_time, sleep, time
from typing import Any

import msgspec

from tests.asterisk.phone.rtp import EVENT, FRAME, HEADER, KEY_END, KEY_GAP, TICK, key_payloads, unpack

SO_TIMESTAMPNS = 35  # of Linux; Python does not name it
STAMP = struct.Struct("@ll")
BEHIND = 0.1  # seconds of a delay that is not caught up with: a far end would only throw the burst away
LINGER = 1.0  # seconds that the port of a closed line is not given to another, who would hear what is still under way
MOST_ROWS = 500  # of a report: it must fit into the socket's buffer
MOST_STRAYS = 20  # of a report
LARGEST = 1 << 18  # bytes of an order or a report


class Order(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Something to do with one line."""

    line: int


class Open(Order, frozen=True):
    """Use the socket that comes with this order; send nothing yet."""


class Aim(Order, frozen=True):
    """Send to this address from now on, with these payload types for sound and for keys."""

    host: str
    port: int
    sound: int
    keys: int


class Stop(Order, frozen=True):
    """Send nothing more, until aimed again."""


class Say(Order, frozen=True):
    """Send these frames over and over."""

    frames: bytes


class Play(Order, frozen=True):
    """Send these frames once, after those that are still to be sent once, and then what was sent before."""

    frames: bytes


class Press(Order, frozen=True):
    """Press these keys one after another, after those that are still to be pressed."""

    keys: str


class Close(Order, frozen=True):
    """Send and receive nothing more."""


AnyOrder = Open | Aim | Stop | Say | Play | Press | Close


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A packet that a line received, and when, by the monotonic clock."""

    line: int
    at: float
    payload_type: int
    sequence: int
    timestamp: int
    payload: bytes


class Report(msgspec.Struct, frozen=True, array_like=True):
    """Everything that was received until a moment, and how the pump is doing."""

    until: float  # 0 where more reports of the same tick follow
    rows: list[Row]
    strays: list[str] = []  # what was received and is not for us, in words
    pressed: list[int] = []  # lines that have pressed a key
    late: float = 0.0  # seconds by which this tick was late
    cpu: float = 0.0  # seconds of the process, so far


def frames_of(payload: bytes) -> list[bytes]:
    """A payload cut into frames; what is left over at the end is not sent."""
    return [payload[at : at + FRAME] for at in range(0, len(payload) - FRAME + 1, FRAME)]


class Stream:
    """One line: what it sends, and its socket."""

    def __init__(self, line: int, own: socket.socket) -> None:
        """Take over the socket; sends nothing until aimed."""
        self.line = line
        self.socket = own
        self.aim: tuple[str, int] | None = None
        self.sound = self.keys = 0
        self.over_and_over: list[bytes] = []
        self.once: deque[bytes] = deque()
        self.payloads: deque[bytes] = deque()  # of keys; an empty one is a frame of sound
        self.chance = random.Random()  # noqa: S311 - numbers that streams begin with
        self.sequence = self.chance.getrandbits(16)
        self.timestamp = self.chance.getrandbits(32)
        self.source = self.chance.getrandbits(32)
        self.pressed_at = 0  # the timestamp of the key that is down
        self.turn = 0

    def tick(self, ticks: int) -> bool:
        """Send one packet; whether that was the end of a key. `ticks` have passed since the one before."""
        self.timestamp = (self.timestamp + ticks * FRAME) & 0xFFFFFFFF
        payload = self.payloads.popleft() if self.payloads else b""
        if payload:
            _, flags, duration = EVENT.unpack(payload)
            if duration == FRAME:  # it begins
                self.pressed_at = self.timestamp
            self._send(self.keys, payload, self.pressed_at, marked=duration == FRAME)
            return flags & KEY_END != 0 and not (self.payloads and self.payloads[0])
        if self.once:
            self._send(self.sound, self.once.popleft(), self.timestamp, marked=False)
        elif self.over_and_over:
            self.turn += 1
            frame = self.over_and_over[self.turn % len(self.over_and_over)]
            self._send(self.sound, frame, self.timestamp, marked=self.turn == 1)
        return False

    def _send(self, payload_type: int, payload: bytes, timestamp: int, *, marked: bool) -> None:
        if self.aim is None:
            return
        self.sequence = (self.sequence + 1) & 0xFFFF
        second = payload_type | (0x80 if marked else 0)
        try:
            self.socket.sendto(HEADER.pack(0x80, second, self.sequence, timestamp, self.source) + payload, self.aim)
        except OSError:  # nobody is there any more, or a buffer is full: a packet is lost, as they are
            return

    def receive(self, ahead: float, rows: list[Row], strays: list[str]) -> None:
        """Add what has come in; the wall clock is `ahead` of the monotonic one by so many seconds."""
        while True:
            try:
                datagram, stamps, _, source = self.socket.recvmsg(2048, 64)
            except OSError:
                return
            packet = unpack(datagram)
            if packet is None:
                strays.append(f"{len(datagram)} bytes from {source} are no RTP packet: {datagram[:16].hex()}")
            elif self.aim is not None and source != self.aim:
                strays.append(f"an RTP packet from {source}, where {self.aim} was expected")
            else:
                seconds, nanoseconds = STAMP.unpack(stamps[0][2])
                rows.append(Row(self.line, seconds + nanoseconds / 1e9 - ahead, *packet))


class Streams:
    """All lines, and what is done to them by the orders."""

    def __init__(self) -> None:
        """None yet."""
        self.open: dict[int, Stream] = {}
        self.closing: deque[tuple[float, Stream]] = deque()
        self.sockets: deque[int] = deque()  # those that came in and whose orders were not read yet
        self.does: dict[type[Order], Callable[[Any], None]] = {
            Open: self._open,
            Aim: self._aim,
            Stop: self._stop,
            Say: self._say,
            Play: self._play,
            Press: self._press,
            Close: self._close,
        }

    def _open(self, order: Open) -> None:
        own = socket.socket(fileno=self.sockets.popleft())
        own.settimeout(0)
        own.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.open[order.line] = Stream(order.line, own)

    def _aim(self, order: Aim) -> None:
        assert order.host.startswith("127."), f"{order.host} is not on this machine"
        stream = self.open[order.line]
        stream.aim, stream.sound, stream.keys = (order.host, order.port), order.sound, order.keys

    def _stop(self, order: Stop) -> None:
        self.open[order.line].aim = None

    def _say(self, order: Say) -> None:
        self.open[order.line].over_and_over = frames_of(order.frames)

    def _play(self, order: Play) -> None:
        self.open[order.line].once.extend(frames_of(order.frames))

    def _press(self, order: Press) -> None:
        for key in order.keys:
            self.open[order.line].payloads.extend([b""] * KEY_GAP + key_payloads(key))

    def _close(self, order: Close) -> None:
        self.closing.append((monotonic() + LINGER, self.open.pop(order.line)))

    def tick(self, ticks: int) -> list[int]:
        """Send a packet on every line that is aimed; the lines that have pressed a key."""
        return [stream.line for stream in self.open.values() if stream.aim is not None and stream.tick(ticks)]

    def received(self) -> tuple[list[Row], list[str]]:
        """What came in on all lines, and in words what came in by mistake."""
        rows: list[Row] = []
        strays: list[str] = []
        ahead = time() - monotonic()
        for stream in self.open.values():
            stream.receive(ahead, rows, strays)
        return rows, strays

    def let_go(self, now: float) -> None:
        """Give back the ports of lines that were closed a while ago."""
        while self.closing and self.closing[0][0] < now:
            self.closing.popleft()[1].socket.close()


class Pump:
    """The orders in, the ticks, the reports out."""

    def __init__(self, control: socket.socket) -> None:
        """Read orders from this socket and write reports to it."""
        self.control = control
        self.streams = Streams()
        self.unsent: deque[bytes] = deque()
        self.read = msgspec.msgpack.Decoder(AnyOrder).decode
        self.write = msgspec.msgpack.Encoder().encode

    def run(self) -> None:
        """Tick every 20 ms by an absolute clock until nobody gives orders any more."""
        due = monotonic()
        while self._obey():
            due += TICK
            sleep(max(0.0, due - monotonic()))
            late = monotonic() - due
            skipped = int(late / TICK) if late > BEHIND else 0
            due += skipped * TICK
            pressed = self.streams.tick(1 + skipped)
            self._report(pressed, late)

    def _obey(self) -> bool:
        while True:
            try:
                order, sockets, _, _ = socket.recv_fds(self.control, LARGEST, 4)
            except BlockingIOError:
                return True
            if not order:
                return False
            self.streams.sockets.extend(sockets)
            command = self.read(order)
            self.streams.does[type(command)](command)

    def _report(self, pressed: list[int], late: float) -> None:
        now = monotonic()  # whatever came before this moment is in the rows
        rows, strays = self.streams.received()
        self.streams.let_go(now)
        while len(rows) > MOST_ROWS:
            self.unsent.append(self.write(Report(0.0, rows[:MOST_ROWS])))
            del rows[:MOST_ROWS]
        report = Report(now, rows, strays[:MOST_STRAYS], pressed, late, process_time())
        self.unsent.append(self.write(report))
        self._send_reports()

    def _send_reports(self) -> None:
        while self.unsent:
            try:
                self.control.send(self.unsent[0])
            except BlockingIOError:  # the tests are busy: later
                return
            except OSError:  # they are gone: the next reading says so
                self.unsent.clear()
                return
            self.unsent.popleft()


def main() -> None:
    """Run on the socket whose number is the only argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.settimeout(0)
    Pump(control).run()


if __name__ == "__main__":
    main()
