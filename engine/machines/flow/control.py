"""Verbs that steer the flow itself: Redirect, Hangup, Reject, and those not executed yet."""

from __future__ import annotations

from engine.machines.consequences import Conclude, EndCall
from engine.machines.flow.interpreter import fetch_flow, note_finish
from engine.machines.models import Call
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.causes import EndCause

REFUSALS: dict[str, EndCause] = {"busy": "busy", "rejected": "rejected"}


def redirect(call: Call, verb: verbs.Redirect, turn: Turn) -> bool:
    """Replace the flow by another document."""
    if turn.watched:
        note_finish(call, "redirected", turn)
    fetch_flow(call, "redirect", verb.url, verb.method, {}, turn)
    return True


def hang_up(call: Call, verb: verbs.Hangup, turn: Turn) -> bool:
    """End the call: now, or when a timer rings while the flow goes on."""
    if verb.schedule > 0:
        turn.set_timer(call, "scheduled", turn.at + verb.schedule)
        return False
    refuses = call.state == "ringing" and turn.rules_of[call.tongue].hangup_rejects
    cause = REFUSALS.get(verb.reason, "rejected" if refuses else "hangup_verb")
    turn.then(EndCall(call, cause, "document"))
    return True


def reject(call: Call, verb: verbs.Reject, turn: Turn) -> bool:
    """Refuse the call."""
    turn.then(EndCall(call, REFUSALS.get(verb.reason, "rejected"), "document"))
    return True


def pass_by(call: Call, verb: verbs.Unperformed, turn: Turn) -> bool:
    """Say that this verb is not executed, and go on as if its service had ended at once."""
    if turn.watched:
        turn.note("verb_skipped", call.id, "", verb=verb.name, line=verb.line, blocking=verb.blocking)
    if verb.blocking and verb.action:
        turn.then(Conclude(call, "action_other", {}, "skipped"))
        return True
    return False


def leave(call: Call, verb: verbs.Leave, turn: Turn) -> bool:
    """Outside a queue's own document there is nothing to leave."""
    return False
