"""What Audian decides for calls that entered a conference by its definition: they have no document to go on with."""

from __future__ import annotations

from engine.values.rules import Patience, Rules

# A definition without max_members has no limit (Audian 9 B13); a number nobody reaches spares a special case.
NO_LIMIT = 1_000_000
# Nothing is known of callbacks (Audian 7): what a call is told of itself is tried as anybody would.
CALLBACK = Patience(tries=3, timeout=5.0, total=20.0, gap=1.0, retry=("timeout", "connect", "5xx"))

RULES = Rules(
    exits={
        "kicked": "end",  # Audian 5.2, 9 B21: the leg is hung up
        "hung_up": "end",
        "call_time_limit": "end",
        "far_end": "end",
        "star": "unreachable",  # Audian 5.4: `*` begins a keypad control, it takes nobody out
        # Audian itself has neither a member that ends the room nor a room's time limit; but a room that was begun by
        # another dialect's document has both, and its members may have come in by a definition of the same name.
        "ended_by_member": "end",
        "ended_by_api": "end",  # Audian 9 B23: all legs are hung up
        "room_time_limit": "end",
        "leg_time_limit": "unreachable",
        "left_alone": "unreachable",
        "full": "end",  # Audian 7 step 7: prompt, then hung up
        "locked": "end",  # Audian 9 B27: prompt, then hung up
        "pin_wrong": "end",  # Audian 7 step 6: after the third try
        "label_taken": "unreachable",
        "coach_unknown": "unreachable",
        "join_failed": "end",
        "redirected": "next",  # no route of Audian's; a transfer by another face gives the call a first document
        "lost": "end",
        "switch_lost": "end",
        "internal": "end",
        "shutdown": "end",
    },
    start_requires=1,  # Audian 9 B17: nobody waits for a moderator unless the definition says so
    cap_owner="creator",  # Audian 9 B13: the definition's
    max_members=NO_LIMIT,
    cap_ceiling=NO_LIMIT,
    limit_owner="creator",
    room_time_limit=0.0,  # Audian 4.2: no such field
    hears_own_enter=True,  # Audian 9 B35: mixed for all who hear
    subscriptions={},  # Audian 7: no conference callbacks of its own are known
    patience={"callback": CALLBACK},  # Audian fetches nothing
    fallback_kinds=(),
)
