"""Commands to queues: make one, bound it, remove it."""

from __future__ import annotations

from engine.machines.desk.tally import Tally
from engine.machines.queue import queue_for
from engine.machines.turn import Turn
from engine.values import commands


def define(command: commands.DefineQueue, tally: Tally, turn: Turn) -> None:
    """Make a queue, or change its bound; who waits already stays."""
    known = (command.account, command.name) in turn.queues
    queue = queue_for(turn, command.account, command.name)
    changed = queue.max_size != command.max_size
    if changed:
        queue.max_size, queue.changed_at = command.max_size, turn.at
    tally.count(command.name, changed=changed or not known)


def forget(command: commands.ForgetQueue, tally: Tally, turn: Turn) -> None:
    """Remove a queue, unless somebody waits in it, for an agent or as one."""
    queue = turn.queues.get((command.account, command.name))
    if queue is None:
        tally.unknown.append(command.name)
    elif queue.calls or queue.agents:
        tally.refused = "queue_in_use"
    else:
        del turn.queues[command.account, command.name]
        tally.count(command.name, changed=True)
