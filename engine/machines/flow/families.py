"""Which function begins which verb, and how each kind of waiting is broken off: the interpreter's two tables."""

from __future__ import annotations

from engine.machines import collect, dial, queue
from engine.machines.flow import confer, control, record, speak
from engine.machines.flow.interpreter import BEGIN, BREAK
from engine.machines.models import Collecting, Dialling, Queuing, Recorded
from engine.values import verbs

__all__ = ["BEGIN", "BREAK"]

BEGIN.update(
    {
        verbs.Speak: speak.speak,
        verbs.Play: speak.play,
        verbs.Wait: speak.wait,
        verbs.SendDigits: speak.send_digits,
        verbs.PreAnswer: speak.pre_answer,
        verbs.Collect: collect.collect,
        verbs.Record: record.record,
        verbs.Dial: dial.dial,
        verbs.Conference: confer.confer,
        verbs.Enqueue: queue.enqueue,
        verbs.Leave: control.leave,
        verbs.Redirect: control.redirect,
        verbs.Hangup: control.hang_up,
        verbs.Reject: control.reject,
        verbs.Unperformed: control.pass_by,
    }
)
BREAK.update(
    {
        Collecting: collect.broken_off,
        Recorded: record.broken_off,
        Dialling: dial.broken_off,
        Queuing: queue.gone,
    }
)
