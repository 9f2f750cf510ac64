"""The program counter of a call: begin verbs in order, wait for what must be waited for, go on.

`proceed` is a loop, never a recursion. A family of verbs says how its verb begins (`BEGIN`); it
returns True where the flow has to wait, and whoever ends the waiting says Proceed or Conclude. A
document that replaces the flow is fetched here as well: answer, action, redirect, transfer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from engine.errors import DocumentError
from engine.machines.consequences import Conclude, DocumentMissing, DocumentReady, EndCall, LegConfirmed, Proceed
from engine.machines.fetch import only, resolve, start_fetch
from engine.machines.models import Call, Fetch
from engine.machines.telling import tell
from engine.machines.turn import Turn
from engine.values.effects import Answer, Facts
from engine.values.flow import Flow, Hook
from engine.values.verbs import AnyVerb, Dial, Verb

Begin = Callable[[Call, Any, Turn], bool]
BEGIN: dict[type[Verb], Begin] = {}
# The word by which the rules of a dialect speak of a verb.
WORDS: dict[type[Verb], str] = {kind: str(kind.__struct_config__.tag) for kind in get_args(AnyVerb)}
BREAK: dict[type[Any], Callable[[Call, Turn], bool]] = {}

# Which kinds of documents blame which of the vendor's codes.
BLAME = {"answer": "answer", "redirect": "redirect", "transfer": "transfer"}


def start_flow(call: Call, turn: Turn) -> None:
    """Begin a call's flow with its answer document."""
    call.running = True
    if call.document:
        document, call.document = call.document, b""
        read_inline(call, document, turn)
        return
    hook = call.answer
    if hook is None:
        load(call, Flow(call.tongue, ()), "", turn)
        return
    fetch_flow(call, "answer", hook.url, hook.method, {}, turn)


def read_inline(call: Call, document: bytes, turn: Turn) -> None:
    """Run a document that came with the command instead of from a URL."""
    try:
        flow = turn.tongues[call.tongue].read(document)
    except DocumentError as error:
        turn.note("warning", call.id, code=error.code, message=str(error), line=error.line, url="")
        turn.then(EndCall(call, "bad_document", "error", "answer"))
        return
    load(call, flow, "", turn)


def fetch_flow(call: Call, kind: str, url: str, method: str, facts: Facts, turn: Turn) -> None:
    """Get the document that replaces the call's flow."""
    rules = turn.rules_of[call.tongue]
    blame = BLAME.get(kind, "action")
    fallback = call.fallback if blame in rules.fallback_kinds else None
    target = resolve(call.base, url) if url else call.base
    ask = Fetch(call.id, "flow", kind, blame, target, method, facts, turn.at, fallback)
    call.fetch = start_fetch(turn, call, call, ask)


def load(call: Call, flow: Flow, url: str, turn: Turn) -> None:
    """Replace the flow and run it from its first verb."""
    if runs_away(call, turn):
        turn.then(EndCall(call, "too_many_redirects", "error", "redirect"))
        return
    if turn.watched:
        turn.note("flow_started", call.id, "", url=url, dialect=flow.dialect)
        for notice in flow.notices:
            turn.note(
                "warning", call.id, "", code=notice.code or notice.rule, message=notice.message, line=notice.line
            )
    call.flow, call.base, call.pc, call.early_until = flow, url, 0, 0
    call.fetch = call.verb = None
    if not flow.verbs and turn.rules_of[call.tongue].empty_answers and call.state == "ringing":
        turn.do(Answer(call.id))
        return
    proceed(call, turn)


def runs_away(call: Call, turn: Turn) -> bool:
    """Whether documents replace each other without new input or time between them."""
    call.replaced += 1
    if turn.at - call.burst_at >= turn.settings.a_while:
        call.burst, call.burst_at = 0, turn.at
    call.burst += 1
    bounds = turn.settings
    return call.burst > bounds.replacements_in_a_row or call.replaced > bounds.replacements_per_call


def had_input(call: Call) -> None:
    """The caller did something: documents may replace each other anew."""
    call.burst = 0


def proceed(call: Call, turn: Turn) -> None:
    """Begin verbs until one has to be waited for, or none is left."""
    call.doing = None
    flow = call.flow
    if flow is None or not call.running:
        run_out(call, turn)
        return
    watched, verbs = turn.watched, flow.verbs
    while (pc := call.pc) < len(verbs):
        verb = verbs[pc]
        if call.state == "ringing" and needs_answer(call, verb, turn):
            call.verb = None
            turn.do(Answer(call.id))
            return
        call.pc = pc + 1
        call.verb = verb
        if watched:
            note_start(call, verb, turn)
        if BEGIN[type(verb)](call, verb, turn):
            return
        if watched:
            note_finish(call, "ended", turn)
        turn.begun += 1
        if turn.begun >= turn.settings.verbs_per_turn:
            turn.then(EndCall(call, "too_many_redirects", "error", "redirect"))
            return
    run_out(call, turn)


def run_out(call: Call, turn: Turn) -> None:
    """Nothing is left to run: the call ends; a callee that was asked first is joined to its caller."""
    call.verb = None
    turn.then(LegConfirmed(call) if call.screening else EndCall(call, "end_of_document", "platform"))


def needs_answer(call: Call, verb: Verb, turn: Turn) -> bool:
    """Whether an unanswered call has to be answered before this verb."""
    rules = turn.rules_of[call.tongue]
    if call.pc < call.early_until:
        return False
    if isinstance(verb, Dial) and (verb.queue or (rules.dial_answers and not verb.answer_on_bridge)):
        return True
    return WORDS[type(verb)] not in rules.silent_verbs


def note_start(call: Call, verb: Verb, turn: Turn) -> None:
    """Put the verb's beginning into the timeline."""
    facts: Facts = {"verb": verb.name, "line": verb.line}
    for name in ("text", "url", "room", "digits", "queue"):
        value = getattr(verb, name, None)
        if isinstance(value, str) and value:
            facts[name] = value
    turn.note("verb_started", call.id, **facts)


def note_finish(call: Call, why: str, turn: Turn) -> None:
    """Put the verb's end into the timeline."""
    if call.verb is not None:
        turn.note("verb_finished", call.id, "", verb=call.verb.name, line=call.verb.line, why=why)


def go_on(consequence: Proceed, turn: Turn) -> None:
    """The verb is over: the next element."""
    resume(consequence.call, consequence.why, turn)


def resume(call: Call, why: str, turn: Turn) -> None:
    """Go on at the next element, unless the call is on its way out."""
    if call.running and call.state in ("ringing", "up"):
        if turn.watched:
            note_finish(call, why, turn)
        proceed(call, turn)


def conclude(consequence: Conclude, turn: Turn) -> None:
    """A verb has a result: ask its action (whose reply may replace the flow), or go on."""
    call = consequence.call
    verb: Any = call.verb
    if verb is None or not call.running or call.state not in ("ringing", "up"):
        return
    if turn.watched:
        note_finish(call, consequence.why, turn)
    call.doing = None
    url, method, follow = (
        verb.action or default_action(call, consequence.kind, turn),
        verb.action_method,
        verb.redirect,
    )
    if not url:
        proceed(call, turn)
    elif follow:
        fetch_flow(call, consequence.kind, url, method, consequence.facts, turn)
        call.verb = None  # it is over: what breaks the fetch off must not end it again
    else:
        tell(turn, call, Hook(resolve(call.base, url), method), consequence.kind, consequence.facts)
        proceed(call, turn)


def default_action(call: Call, kind: str, turn: Turn) -> str:
    """Where a result goes for which the document names no address; a document without an address has none either."""
    rules = turn.rules_of[call.tongue]
    defaults = {"action_collect": rules.default_action, "action_record": rules.record_default_action}
    return call.base if defaults.get(kind) == "document" else ""


def document_ready(consequence: DocumentReady, turn: Turn) -> None:
    """The document that replaces the flow has come."""
    call = consequence.owner
    if isinstance(call, Call) and call.running and call.state in ("ringing", "up"):
        flow = consequence.flow
        if call.screening:
            flow = only(flow, turn.rules_of[call.tongue].screening_verbs, call.id, turn)
        load(call, flow, consequence.url, turn)


def document_missing(consequence: DocumentMissing, turn: Turn) -> None:
    """The document that was to replace the flow cannot be had: the call ends."""
    if isinstance(consequence.owner, Call):
        turn.then(EndCall(consequence.owner, consequence.cause, "error", consequence.blame))


def start_pending(call: Call, turn: Turn) -> None:
    """The call is free for the new document that a command gave it: fetch it, or read what came with the command."""
    hook, call.pending = call.pending, None
    call.running = True
    if call.document:
        document, call.document = call.document, b""
        read_inline(call, document, turn)
    elif hook is not None:
        fetch_flow(call, "transfer", hook.url, hook.method, {}, turn)


def break_off(call: Call, turn: Turn) -> bool:
    """Stop the verb at hand for new instructions; True where the switch must let go of something first."""
    if call.timers:
        for purpose in VERB_TIMERS:
            turn.cancel_timer(call, purpose)
    stop = BREAK.get(type(call.doing))
    waits = stop(call, turn) if stop is not None else False
    if turn.watched:
        note_finish(call, "redirected", turn)
    call.doing = None
    call.fetch = None
    call.verb = None
    call.keys = ""
    return waits


VERB_TIMERS = ("wait", "first", "digit", "total", "silence", "dial", "talk", "confirm", "queue", "pin")
