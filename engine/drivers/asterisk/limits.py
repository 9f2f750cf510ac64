"""What this driver cannot do as the exchange wants it, each with its reason; README has the same table.

An effect that meets a limit is still answered where it has to be: nothing waits for ever.
"""

from __future__ import annotations

from msgspec import Struct


class Limit(Struct, frozen=True):
    """One thing that cannot be had, and why."""

    what: str
    why: str


LIMITS: tuple[Limit, ...] = (
    Limit(
        "answering machines are not told from people",
        "Asterisk detects them only in its dialplan, before a call is ours",
    ),
    Limit(
        "speech is not recognised; a document that asks for it gets its keys and its time-outs",
        "Asterisk has no recogniser of its own",
    ),
    Limit(
        "user and password of a dialled SIP address are not used",
        "Asterisk proves itself with what is configured for the endpoint that it dials through",
    ),
    Limit(
        "who enters muted or as a coach hears the sound of its own entering, also where the rules spare it",
        "the sound is spoken with its voice, which is closed to the room",
    ),
    Limit(
        "keys that are to be sent on a callee's early media are sent with its answer",
        "Asterisk sends none before",
    ),
    Limit(
        "a callee's early media is not heard; its caller hears ringing or music",
        "the two are joined with the answer",
    ),
    Limit(
        "where nobody answers at a callee's address, it is given up when its ring time is over, not at once",
        "Asterisk takes an address that is silent for a slow one",
    ),
    Limit(
        "of the silence that ends a recording 0.2 s are kept",
        "Asterisk cuts it off",
    ),
    Limit(
        "keys of the deaf, of coaches and of who is played to alone do not reach the other phones",
        "they are not in the room's bridge; patterns and callbacks are not concerned",
    ),
    Limit(
        "what a room plays comes one after the other; a sound of entering or leaving that would wait is left out",
        "a bridge has one player",
    ),
)
