"""What a dialect decides where vendors differ: the shape; each dialect fills it in its own `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from engine.values.causes import ExitCause, Outcome


class Patience(Struct, frozen=True, kw_only=True):
    """How hard to try an address: `tries` attempts of `timeout` s, `total` s in all; a document has a fallback then.

    `connect` bounds, in seconds, how long an attempt may take to reach somebody (0: `timeout` alone does). `retry`
    names what is worth another attempt: `timeout`, `connect`, `4xx`, `5xx`. `gap` is the pause in seconds before the
    second attempt at a callback, doubled before each further one; documents are asked for again at once, as a caller
    waits.
    """

    tries: int = 1
    connect: float = 0.0
    timeout: float = 15.0
    total: float = 60.0
    gap: float = 0.0
    retry: tuple[str, ...] = ("timeout", "connect")


class Tune(Struct, frozen=True, kw_only=True):
    """What a key in the fragment of an address does: which field of Patience it `sets`, and how its value `reads`.

    `least` and `most` bound a number as the customer writes it; `words` are what a list may name, and stand for ours.
    """

    sets: Literal["tries", "connect", "timeout", "total", "retry"]
    reads: Literal["milliseconds", "retries", "words"]
    least: int = 0
    most: int = 0
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Rules(Struct, frozen=True, kw_only=True):
    """A dialect's decisions; every field may be set anew under `rules:` in a scenario."""

    # What a member does after leaving, by cause: total over ExitCause.
    exits: Mapping[ExitCause, Outcome]

    # Which verbs leave an unanswered call unanswered, by the verb's tag; all others answer it first.
    silent_verbs: tuple[str, ...] = ("wait", "pre_answer", "hangup", "dial", "reject", "unperformed")
    # Whether a hang-up verb that comes first refuses an unanswered call.
    hangup_rejects: bool = True
    # Whether a document without verbs answers the call before it ends it.
    empty_answers: bool = False

    # Collecting: keys pressed before a collecting verb count for it.
    type_ahead: bool = True
    # A collecting verb without input: go on, or request its action with empty values.
    no_input: Literal["next", "action"] = "next"
    # Where a collecting verb without an action sends its result: nowhere, or the current document.
    default_action: Literal["none", "document"] = "none"
    # The same for a recording.
    record_default_action: Literal["none", "document"] = "none"

    # Recording: the action is requested at its end, or already at its start.
    record_action: Literal["end", "start"] = "end"
    # A recording without usable sound: its action is requested all the same, or the flow goes on.
    empty_recording: Literal["action", "next"] = "action"

    # Conferences: how many members it takes to begin (one of them allowed to start).
    start_requires: int = 1
    # Room ends when any flagged member leaves, or when all flagged members have left.
    end_on_exit: Literal["any", "all"] = "any"
    # stayAlone=false: after there was company, or at once.
    alone: Literal["after_company", "at_once"] = "after_company"
    # Whose value caps a room: the joiner's own, or that of the member who created it; and the ceiling.
    cap_owner: Literal["joiner", "creator"] = "creator"
    max_members: int = 250
    cap_ceiling: int = 250
    # Whose time limit ends a room: the newest explicit one, or the creator's; 0 is none.
    limit_owner: Literal["newest", "creator"] = "creator"
    room_time_limit: float = 0.0
    # Whether a joiner hears the sound of its own entering.
    hears_own_enter: bool = True
    # Whether a wait document that ran out is run again, or silence follows.
    wait_loops: bool = True
    # Verbs allowed in sound documents, by tag.
    sound_verbs: tuple[str, ...] = ("speak", "play", "wait")
    queue_verbs: tuple[str, ...] = ("speak", "play", "wait")
    # Verbs allowed in the document that a callee hears before it is joined to its caller.
    screening_verbs: tuple[str, ...] = ("speak", "play", "wait")
    # Room callbacks: kinds that are sent, with the word that subscribes to them ("" always).
    subscriptions: Mapping[str, str] = field(default_factory=dict)
    # To whom: each member's own callback URL, or the one that the room's first member gave.
    subscriber: Literal["member", "room"] = "member"

    # The vendor's warning codes for being refused at a room's door, by cause.
    door_codes: Mapping[ExitCause, str] = field(default_factory=dict)

    # Calls: defaults of placed calls, seconds.
    ring_timeout: float = 120.0
    call_time_limit: float = 14400.0
    # HTTP: the patience per kind (`answer`, `action`, `redirect`, `transfer`, `sound`, `callback`), and what an
    # address may change of it in its fragment, by key.
    patience: Mapping[str, Patience] = field(default_factory=dict)
    tuning: Mapping[str, Tune] = field(default_factory=dict)
    # Kinds of fetches that may go to the call's fallback URL.
    fallback_kinds: tuple[str, ...] = ("answer",)
    # Dial: whether the caller is answered before ringing starts.
    dial_answers: bool = False
    # What the names of a customer's SIP headers begin with in an INVITE.
    header_prefix: str = ""
