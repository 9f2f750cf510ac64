"""Getting one document: attempts, then the fallback URL, then giving up.

One FetchDocument effect is one attempt; how often and how long to try is the dialect's patience, which the
address may tune. The time for all attempts bounds the last of them too.
A reply counts only if it is a 2xx that the dialect's reader can read. A reply with an audio type
is a Play of its URL. What became of it leaves as a consequence: the flow and the sound programs
each know what to do without it.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from yarl import URL

from engine.errors import DocumentError
from engine.machines.consequences import DocumentMissing, DocumentReady
from engine.machines.models import Call, Conference, Fetch
from engine.machines.patience import tuned
from engine.machines.table import Row, table
from engine.machines.turn import Turn, facts_of
from engine.values.causes import EndCause
from engine.values.effects import Facts, FetchDocument
from engine.values.events import DocumentFetched
from engine.values.flow import Flow, Hook
from engine.values.rules import Patience
from engine.values.verbs import Play

PATIENT = Patience()
# What is left of the time for all attempts is enough for another one, in seconds; less is an error of rounding.
WORTHWHILE = 0.001
WEB = ("http://", "https://")
METHODS = ("GET", "POST")


class Verdict(Struct, frozen=True, gc=False):
    """What one attempt came to: a flow, or why not and whether another attempt is worth it."""

    flow: Flow | None
    cause: EndCause
    url: str
    again: bool = False


def resolve(base: str, url: str) -> str:
    """The absolute address of `url` as written in the document at `base`."""
    if not base or url.startswith(WEB):
        return url
    try:
        return str(URL(base).join(URL(url)))
    except ValueError:
        return url


def hook_at(call: Call, url: str, method: str) -> Hook | None:
    """An address as the call's document writes it, made absolute; None where it writes none."""
    return Hook(resolve(call.base, url), method) if url else None


def dialect_of(turn: Turn, owner: Call | Conference, tongue: str) -> str:
    """The dialect of a document: the one that its address names, where the exchange has it, else its owner's."""
    return tongue if tongue in turn.tongues else owner.tongue


def start_fetch(turn: Turn, owner: Call | Conference, call: Call | None, ask: Fetch) -> Fetch | None:
    """Begin to get a document; None where the address cannot be asked (a consequence says so)."""
    if not ask.url.startswith(WEB) or ask.method not in METHODS:
        cause: EndCause = "bad_method" if ask.url.startswith(WEB) else "bad_url"
        turn.then(DocumentMissing(owner, ask.purpose, cause, ask.blame))
        return None
    attempt(turn, owner, call, ask)
    return ask


def attempt(turn: Turn, owner: Call | Conference, call: Call | None, ask: Fetch) -> None:
    """Send one attempt out."""
    ask.tries += 1
    ask.id = made = turn.await_id(owner, ask.purpose)
    tongue = dialect_of(turn, owner, ask.tongue)
    patience, url = patience_of(turn, tongue, ask)
    about = facts_of(call) if call is not None else None
    timeout = min(patience.timeout, time_left(turn, ask, patience))
    turn.do(
        FetchDocument(
            owner=owner.id,
            id=made,
            url=url,
            method=ask.method,
            kind=ask.kind,
            tongue=tongue,
            about=about,
            facts=ask.facts,
            timeout=timeout,
            connect=min(patience.connect, timeout),
        )
    )


def patience_of(turn: Turn, tongue: str, ask: Fetch) -> tuple[Patience, str]:
    """The patience for this kind of document, as the address tunes it, and the address to ask."""
    rules = turn.rules_of[tongue]
    known = rules.patience.get(ask.blame) or rules.patience.get("", PATIENT)
    return tuned(known, ask.url, rules.tuning)


def time_left(turn: Turn, ask: Fetch, patience: Patience) -> float:
    """Seconds that remain for all further attempts."""
    return patience.total - (turn.at - ask.started_at)


def judge(turn: Turn, tongue: str, ask: Fetch, event: DocumentFetched) -> Verdict:
    """Read what came back."""
    patience, asked = patience_of(turn, tongue, ask)
    url = event.location or asked
    if event.error or not 200 <= event.status < 300:
        word = event.error or ("5xx" if event.status >= 500 else "4xx")
        return Verdict(None, "fetch_failed", url, again=word in patience.retry)
    if event.content_type.startswith("audio/"):
        return Verdict(Flow(tongue, (Play(name="Play", line=0, url=url),)), "fetch_failed", url)
    try:
        return Verdict(turn.tongues[tongue].read(event.body), "fetch_failed", url)
    except DocumentError as error:
        if turn.watched:
            turn.note(
                "warning", ask.owner, "", code=error.code or "document", message=str(error), line=error.line, url=url
            )
        return Verdict(None, "bad_document", url)


def only(flow: Flow, allowed: tuple[str, ...], call: str, turn: Turn) -> Flow:
    """The part of a flow whose verbs (by tag) may stand in such a document; the others get a warning."""
    kept = tuple(verb for verb in flow.verbs if verb.__struct_config__.tag in allowed)
    if turn.watched:
        for verb in flow.verbs:
            if verb not in kept:
                message = f"<{verb.name}> plays no part here"
                turn.note("warning", call, code="sound_verb", message=message, line=verb.line)
    return Flow(flow.dialect, kept, flow.notices)


def worth_another_try(ask: Fetch, verdict: Verdict, turn: Turn) -> bool:
    """Whether the same address may answer better now."""
    owner = turn.owner(ask.owner)
    if owner is None or not verdict.again:
        return False
    patience, _ = patience_of(turn, dialect_of(turn, owner, ask.tongue), ask)
    return ask.tries < patience.tries and time_left(turn, ask, patience) >= WORTHWHILE


def has_fallback(ask: Fetch, verdict: Verdict, turn: Turn) -> bool:
    """Whether there is another address to ask."""
    return ask.fallback is not None


def ask_again(ask: Fetch, verdict: Verdict, turn: Turn) -> None:
    """Try the same address once more."""
    owner = turn.owner(ask.owner)
    if owner is not None:
        attempt(turn, owner, caller_of(turn, owner), ask)


def ask_fallback(ask: Fetch, verdict: Verdict, turn: Turn) -> None:
    """Try the fallback address, as new."""
    hook = ask.fallback
    if hook is None:
        return
    ask.url, ask.method, ask.fallback, ask.kind = hook.url, hook.method, None, "fallback"
    ask.tries, ask.started_at = 0, turn.at
    ask_again(ask, verdict, turn)


def hand_over(ask: Fetch, verdict: Verdict, turn: Turn) -> None:
    """Give the flow to whom it was fetched for."""
    owner = turn.calls.get(ask.owner) or turn.rooms.get(ask.owner)
    if owner is not None and verdict.flow is not None:
        turn.then(DocumentReady(owner, ask.purpose, verdict.flow, verdict.url))


def give_up(ask: Fetch, verdict: Verdict, turn: Turn) -> None:
    """Say that there will be no document."""
    owner = turn.owner(ask.owner)
    if owner is not None:
        turn.then(DocumentMissing(owner, ask.purpose, verdict.cause, ask.blame))


def caller_of(turn: Turn, owner: Call | Conference) -> Call | None:
    """The call that a request for `owner` speaks of."""
    return turn.calls.get(owner.id)


def new_fetch(turn: Turn, owner: Call | Conference, purpose: str, kind: str, hook: Hook, facts: Facts) -> Fetch:
    """A fetch that blames nothing: sounds and other side programs."""
    return Fetch(owner.id, purpose, kind, "sound", hook.url, hook.method, facts, turn.at, tongue=hook.tongue)


def document_fetched(turn: Turn, owner: Call | Conference, ask: Fetch, event: Any) -> None:
    """One attempt ended: judge it and move the fetch on."""
    verdict = judge(turn, dialect_of(turn, owner, ask.tongue), ask, event)
    FETCH.fire("document_read" if verdict.flow is not None else "attempt_failed", ask, verdict, turn)


FETCH = table(
    "fetch",
    states=("asking", "read", "failed"),
    final=("read", "failed"),
    rows=(
        #   on                 source    dest      do            when
        Row("document_read",   "asking", "read",   hand_over),
        Row("attempt_failed",  "asking", None,     ask_again,    worth_another_try),
        Row("attempt_failed",  "asking", None,     ask_fallback, has_fallback),
        Row("attempt_failed",  "asking", "failed", give_up),
    ),
)  # fmt: skip
