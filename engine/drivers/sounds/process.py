"""Runs other people's programs within bounds, as what they are given to read is hostile.

So many at a time, so many seconds, so much output; no shell, no terminal, and none of our environment.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from engine.errors import EngineError

PIECE = 64 * 1024
# Bytes that are kept of what a program complains about.
COMPLAINT = 4 * 1024
# Seconds that a program may take.
PATIENCE = 30.0
# A conversion yields to the switch, whose calls would stutter where a prompt may well come a little later.
NICENESS = 10
INHERITED = ("PATH", "LD_LIBRARY_PATH", "ESPEAK_DATA_PATH")


class SoundError(EngineError):
    """A sound that cannot be had; says what and why, and nothing of a URL's password or query."""


class Pool:
    """Lets so many programs run at a time; the others wait for their turn."""

    def __init__(self, slots: int = 0) -> None:
        """As many `slots` as there are cores for us, where none are given."""
        self._slots = asyncio.Semaphore(slots or len(os.sched_getaffinity(0)))

    async def run(
        self, command: Sequence[str], feed: bytes = b"", *, most: int = PIECE, patience: float = PATIENCE
    ) -> bytes:
        """What the command says when it is fed these bytes: at most `most` bytes within `patience` seconds.

        SoundError where it is missing, fails, says more or takes longer; it is killed then.
        """
        async with self._slots:
            process = await _started(command)
            try:
                async with asyncio.timeout(patience):
                    return await _result(process, command[0], feed, most)
            except TimeoutError:
                raise SoundError(f"{command[0]} took longer than {patience:g} s") from None
            finally:
                await _ended(process)


async def _started(command: Sequence[str]) -> Process:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env={**environment, "LC_ALL": "C.UTF-8"}
        )
    except OSError as error:
        raise SoundError(f"{command[0]} cannot be run: {error.strerror}") from None
    with suppress(OSError):  # it may be over already
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    return process


async def _result(process: Process, name: str, feed: bytes, most: int) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    said, complaint, _ = await asyncio.gather(
        _heard(process.stdout, most, process), _heard(process.stderr, COMPLAINT), _feed(process.stdin, feed)
    )
    status = await process.wait()
    if len(said) > most:
        raise SoundError(f"{name} gave more than {most} bytes")
    if status:
        raise SoundError(f"{name} failed: {_gist(complaint) or f'status {status}'}")
    return said


async def _heard(stream: asyncio.StreamReader, most: int, process: Process | None = None) -> bytes:
    """What is said, and one piece more where it is too much; the process that says too much is killed."""
    said = bytearray()
    while piece := await stream.read(PIECE):
        if len(said) <= most:
            said += piece
        elif process is not None:
            _kill(process)
    return bytes(said)


async def _feed(stream: asyncio.StreamWriter, feed: bytes) -> None:
    with suppress(ConnectionError):  # it has read enough
        if not stream.is_closing():  # uvloop refuses to write then
            stream.write(feed)
            await stream.drain()
        stream.close()
        await stream.wait_closed()


async def _ended(process: Process) -> None:
    """Kill the process where it still runs, and leave none of its pipes open."""
    if process.returncode is None:
        _kill(process)
        await process.communicate()


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def _gist(complaint: bytes) -> str:
    """The last line's last phrase: what stands before it names our own files."""
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].rpartition(": ")[2][:200] if lines else ""
