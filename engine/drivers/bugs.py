"""Where a driver tells of its own bugs: the event loop's handler of exceptions hears of them, and logs them."""

from __future__ import annotations

import asyncio
from typing import Any


def bug(message: str, error: BaseException) -> None:
    """Tell of an error that should not have been possible, in the event loop's thread."""
    asyncio.get_running_loop().call_exception_handler({"message": message, "exception": error})


def watched(task: asyncio.Task[Any]) -> None:
    """Tell how a task ended that nobody waits for, where that was by an error: its done callback."""
    if not task.cancelled() and (error := task.exception()) is not None:
        bug("a task failed", error)
