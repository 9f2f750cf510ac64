"""What Plivo decides where vendors differ; every row cites the section of the Plivo digest it follows."""

from __future__ import annotations

from msgspec.structs import replace

from engine.values.rules import Patience, Rules, Tune

# Call-level and XML addresses: 2 s to connect, 40 s to read, 55 s in all, one retry, and only of what gave no reply
# (Plivo 3.8).
REQUEST = Patience(tries=2, connect=2.0, timeout=40.0, total=55.0, retry=("timeout", "connect"))
# The answer address is given three failed tries, whatever failed, or a minute; then the fallback is asked (Plivo 1.6).
ANSWER = Patience(tries=3, connect=2.0, timeout=40.0, total=60.0, retry=("timeout", "connect", "4xx", "5xx"))
# The same as a request (Plivo 3.8); nothing is said of a pause, a second is ours.
CALLBACK = replace(REQUEST, gap=1.0)
# Plivo 3.8. The edge region `er` chooses among the vendor's own machines and means nothing here.
TUNING = {
    "ct": Tune(sets="connect", reads="milliseconds", least=100, most=10_000),
    "rt": Tune(sets="timeout", reads="milliseconds", least=100, most=40_000),
    "tt": Tune(sets="total", reads="milliseconds", least=100, most=55_000),
    "rc": Tune(sets="tries", reads="retries", least=0, most=5),
    "rp": Tune(
        sets="retry",
        reads="words",
        words={
            "ct": ("connect",),
            "rt": ("timeout",),
            "4xx": ("4xx",),
            "5xx": ("5xx",),
            "all": ("timeout", "connect", "4xx", "5xx"),
        },
    ),
}

RULES = Rules(
    exits={
        "kicked": "action_or_next",  # Plivo 2.6 (a): the flow goes on
        "hung_up": "end",  # Plivo 2.6 (b): the call is over
        "call_time_limit": "end",  # Plivo 1.6: time_limit ends the call
        "far_end": "end",  # Plivo 2.6 (b): and hangup_url is told
        "star": "action_or_next",  # Plivo 2.6 (c): works as a kick
        "ended_by_member": "action_or_next",  # Plivo 2.6 (d): the others are removed, not hung up; Plivo 5.10
        "ended_by_api": "end",  # Plivo 2.6 (b), 5.7: every member's call is hung up
        "room_time_limit": "action_or_next",  # Plivo 2.6 (e), 5.11: everybody is kicked
        "leg_time_limit": "unreachable",  # Plivo 2.3: a stay of one leg cannot be limited
        "left_alone": "action_or_next",  # Plivo 2.6, stayAlone; Plivo 5.8
        "full": "action_or_next",  # Plivo 2.6 (f), 5.12: never joined, the action has empty ids
        "locked": "action_or_next",  # no lock of its own: as full
        "pin_wrong": "action_or_next",  # no PIN of its own: as full
        "label_taken": "unreachable",  # Plivo 2.3: members have no labels
        "coach_unknown": "unreachable",  # Plivo 2.3: nobody coaches in a conference
        "join_failed": "action_or_next",  # as full: the verb is over without a stay
        "redirected": "next",  # Plivo 2.6 (REST transfer): the action is not asked, the new document replaces the rest
        "lost": "end",
        "switch_lost": "end",
        "internal": "end",
        "shutdown": "end",
    },
    # All but Wait, PreAnswer, Hangup and Dial answer the call (Plivo 2.5); Reject is a foreign word, kept silent.
    silent_verbs=("wait", "pre_answer", "hangup", "dial", "reject"),
    hangup_rejects=True,  # Plivo 2.3 Hangup: as the first element it refuses without answering
    empty_answers=False,  # Plivo 2.1: an empty Response just ends the call, 4010
    type_ahead=True,
    no_input="next",  # Plivo 2.5, 5.22: the action is not called
    default_action="none",  # Plivo 2.5: no action attribute, next sibling
    record_action="end",  # Plivo 2.5
    empty_recording="action",  # Plivo 2.5: Record finishes, action; nothing is said of silence
    start_requires=1,  # Plivo 2.3 startConferenceOnEnter
    end_on_exit="any",  # Plivo 5.9
    alone="after_company",  # Plivo 5.8: the number of others falls from one to none
    cap_owner="joiner",  # Plivo 5.12: the joiner's own value counts
    max_members=20,  # Plivo 2.3 maxMembers
    cap_ceiling=20,  # Plivo 5.12
    limit_owner="newest",  # Plivo 5.11
    room_time_limit=86400.0,  # Plivo 2.3 timeLimit
    hears_own_enter=True,  # Plivo 3.6: the beep is played into the whole room
    wait_loops=True,  # Plivo 3.6, 5.15
    sound_verbs=("speak", "play", "wait"),  # Plivo 3.6
    queue_verbs=(),  # Plivo has no queues (2.2)
    subscriptions={  # Plivo 3.3: a member is told everything its document made possible, nothing is ordered by word
        "conference_enter": "",
        "conference_exit": "",
        "conference_digits": "",
        "conference_floor": "",
        "conference_record": "",
    },
    subscriber="member",  # Plivo 3.3: the address in that member's own document
    ring_timeout=120.0,  # Plivo 1.6 ring_timeout
    call_time_limit=14400.0,  # Plivo 1.6 time_limit
    patience={
        "answer": ANSWER,
        "action": REQUEST,
        "redirect": REQUEST,
        "transfer": REQUEST,
        "sound": REQUEST,
        "callback": CALLBACK,
    },
    tuning=TUNING,
    fallback_kinds=("answer",),  # Plivo 1.6, 2.7
    dial_answers=False,  # Plivo 2.5: Dial leaves the caller unanswered
    header_prefix="X-PH-",  # Plivo 1.6 sip_headers, 2.3 sipHeaders
)
