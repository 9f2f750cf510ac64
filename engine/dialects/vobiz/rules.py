"""What Vobiz decides where vendors differ; every row cites the section of the Vobiz digest it follows."""

from __future__ import annotations

from engine.values.rules import Patience, Rules

# Ten seconds to answer (Vobiz 2.1); what is not a 200 is tried three times (Vobiz 3.1), a minute in all (Vobiz 1.6).
REQUEST = Patience(tries=3, timeout=10.0, total=60.0, retry=("timeout", "connect", "4xx", "5xx"))
# A reply within three seconds, else up to three retries after growing pauses (Vobiz 3.1): a second, two, four. Keys
# that an address could tune this with are not described (Vobiz 3.1).
CALLBACK = Patience(tries=4, timeout=3.0, total=20.0, gap=1.0, retry=("timeout", "connect", "4xx", "5xx"))

RULES = Rules(
    exits={
        "kicked": "action_or_next",  # Vobiz 2.4, kick: action if any, else the next element
        "hung_up": "end",  # Vobiz 2.4, 1.3: the call is over
        "call_time_limit": "end",  # Vobiz 1.6: time_limit
        "far_end": "end",  # Vobiz 2.4
        "star": "action_or_next",  # Vobiz 2.4: as Plivo
        "ended_by_member": "end",  # Vobiz 2.4, 7.12: disconnected, unlike Plivo
        "ended_by_api": "end",  # Vobiz 2.4: all disconnected
        "room_time_limit": "end",  # Vobiz 2.4: members are disconnected
        "leg_time_limit": "unreachable",  # Vobiz 2.4: a stay of one leg cannot be limited
        "left_alone": "end",  # Vobiz 2.4: disconnected
        "full": "action_or_next",  # not documented (Vobiz 2.4): as Plivo
        "locked": "action_or_next",  # no lock of its own: as full
        "pin_wrong": "action_or_next",  # no PIN of its own: as full
        "label_taken": "unreachable",  # Vobiz 2.4: members have no labels
        "coach_unknown": "unreachable",  # Vobiz 2.4: nobody coaches in a conference
        "join_failed": "action_or_next",  # as full: the verb is over without a stay
        "redirected": "next",  # Vobiz 2.4 (transfer): the new document replaces the rest, the action is not asked
        "lost": "end",
        "switch_lost": "end",
        "internal": "end",
        "shutdown": "end",
    },
    # As Plivo 2.5: Vobiz says of an inbound call that it rings until something answers it (Vobiz 3.1).
    silent_verbs=("wait", "pre_answer", "hangup", "dial", "reject"),
    hangup_rejects=True,  # Vobiz 2.5 Hangup: same as Plivo
    empty_answers=False,  # Vobiz 2.1: valid, the call ends
    type_ahead=True,
    no_input="next",  # Vobiz 7.18
    default_action="none",  # Vobiz 2.3: action is required, so nothing stands in for it
    record_action="start",  # Vobiz 2.5, 7.21: told near the start; the result goes to callbackUrl
    empty_recording="action",  # Vobiz 2.5: as Plivo
    start_requires=1,  # Vobiz 2.4
    end_on_exit="any",  # Vobiz 2.4
    alone="after_company",  # Vobiz 7.11: a first joiner may wait
    cap_owner="joiner",  # as Plivo 5.12; Vobiz 7.9, 7.10: honoured
    max_members=20,  # Vobiz 7.10: the account's cap
    cap_ceiling=20,  # Vobiz 2.4 maxParticipants, 7.10
    limit_owner="newest",  # as Plivo 5.11
    room_time_limit=14400.0,  # Vobiz 2.4 timeLimit
    hears_own_enter=True,  # as Plivo 3.6
    wait_loops=True,  # as Plivo 3.6
    sound_verbs=("speak", "play", "wait"),  # Vobiz 7.16
    queue_verbs=(),  # Vobiz has no queues (2.2)
    subscriptions={  # Vobiz 3.2, 7.14: floor and record are not sent
        "conference_enter": "",
        "conference_exit": "",
        "conference_digits": "",
    },
    subscriber="member",  # Vobiz 2.4 callbackUrl
    ring_timeout=120.0,  # Vobiz 2.5 Dial; none is documented for a placed call (1.6)
    call_time_limit=14400.0,  # Vobiz 1.6
    patience={
        "answer": REQUEST,
        "action": REQUEST,
        "redirect": REQUEST,
        "transfer": REQUEST,
        "sound": REQUEST,
        "callback": CALLBACK,
    },
    fallback_kinds=("answer",),  # Vobiz 1.6
    dial_answers=False,  # as Plivo 2.5
    header_prefix="X-VH-",  # Vobiz 1.6 sip_headers, 2.5 Dial
)
