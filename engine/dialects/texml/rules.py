"""What TeXML decides where vendors differ; every row cites the section of the TeXML digest it follows."""

from __future__ import annotations

from engine.values.rules import Patience, Rules

# One attempt: a failed fetch goes to the fallback address at once (TeXML 2.1, 2.6); about 15 s to answer (TeXML 3.5).
REQUEST = Patience(tries=1, timeout=15.0, total=15.0, retry=())
# About two seconds to accept, then automatic retries with back-off (TeXML 3.5); how many is not said, two are ours.
CALLBACK = Patience(tries=3, timeout=2.0, total=10.0, gap=1.0, retry=("timeout", "connect", "4xx", "5xx"))

RULES = Rules(
    exits={
        "kicked": "action_or_next",  # TeXML 7 A3: the Dial completes (the TeXML face hangs up instead)
        "hung_up": "end",  # TeXML 7 A3: DELETE participant ends the leg
        "call_time_limit": "end",  # TeXML 1.7 TimeLimit
        "far_end": "end",  # TeXML 2.5: the flow stops
        "star": "unreachable",  # TeXML 2.3 Dial hangupOnStar: not applied to a Conference
        "ended_by_member": "action_or_next",  # TeXML 2.4 endConferenceOnExit: the others' own XML continues
        "ended_by_api": "end",  # TeXML 7 A2
        "room_time_limit": "action_or_next",  # TeXML 2.5, 1.4 time-exceeded: the Dial completes
        "leg_time_limit": "action_or_next",  # TeXML 2.3 Dial timeLimit: that leg alone is removed
        "left_alone": "unreachable",  # TeXML 2.4: no stayAlone
        "full": "action_or_next",  # TeXML 7 A5: never joined, DialCallStatus failed
        "locked": "action_or_next",  # no lock of its own: as full
        "pin_wrong": "action_or_next",  # no PIN of its own: as full
        "label_taken": "next",  # TeXML 2.4 duplicate label, 7 A6: 16025, the action is not asked
        "coach_unknown": "action_or_next",  # TeXML 2.4 coach: 13240, the Dial fails to its action
        "join_failed": "action_or_next",  # as full: the Dial fails
        "redirected": "next",  # TeXML 2.5 (call update): the new document replaces the rest, the action is not asked
        "lost": "end",
        "switch_lost": "end",
        "internal": "end",
        "shutdown": "end",
    },
    # Pause delays the answer, Reject as the first verb prevents it (TeXML 2.5). Dial stands here because
    # answerOnBridge lets the caller ring on (TeXML 2.3); without it `dial_answers` answers before ringing.
    silent_verbs=("wait", "dial", "reject"),
    hangup_rejects=False,  # TeXML 2.3: only Reject refuses; Hangup has no reason
    empty_answers=True,  # TeXML 2.1: answered, then hung up
    type_ahead=True,
    no_input="next",  # TeXML 2.5: falls through without a request
    default_action="document",  # TeXML 7 A24: Gather asks the document's own address again
    record_default_action="none",  # TeXML 2.3 Record: no default action
    record_action="end",  # TeXML 2.5
    empty_recording="next",  # TeXML 2.5: an empty recording goes on to the next verb
    start_requires=1,  # TeXML 7 A1: as soon as a flagged leg joins
    end_on_exit="any",  # TeXML 2.4
    alone="after_company",  # no stayAlone (TeXML 2.4): never asked
    cap_owner="creator",  # TeXML 7 A7: later values are ignored
    max_members=250,  # TeXML 2.4 maxParticipants
    cap_ceiling=800,  # TeXML 7 A7: what a REST dial may ask for; the reader holds XML to 250
    limit_owner="creator",
    room_time_limit=0.0,  # TeXML 2.4: a room has no attribute for its length
    hears_own_enter=False,  # TeXML 2.4 beep: the joiner never hears its own
    wait_loops=False,  # TeXML 7 A8: a document runs once, then silence
    sound_verbs=("speak", "play", "wait", "redirect"),  # TeXML 1.4, 1.5, 2.4
    # TeXML 2.3 Number url: prompts and Gather; Hangup besides (our judgement), since nobody could decline without it.
    screening_verbs=("speak", "play", "wait", "collect", "hangup"),
    queue_verbs=("speak", "play", "wait", "collect", "redirect", "hangup", "leave"),  # TeXML 2.3 Enqueue
    subscriptions={  # TeXML 3.1: word -> events; mute, hold, modify and announcement are Twilio's
        "conference_start": "start",
        "conference_end": "end",
        "conference_enter": "join",
        "conference_exit": "leave",
        "speech_start": "speaker",
        "speech_stop": "speaker",
        "member_mute": "mute",
        "member_unmute": "mute",
        "member_hold": "hold",
        "member_unhold": "hold",
        "member_modify": "modify",
        "announcement_end": "announcement",
        "announcement_fail": "announcement",
    },
    subscriber="room",  # TeXML 7 A20: fixed by the first leg that gives one
    door_codes={"label_taken": "16025", "coach_unknown": "13240", "full": "90032"},  # TeXML 2.4, 7 A5, A6
    ring_timeout=30.0,  # TeXML 1.7 Timeout
    call_time_limit=14400.0,  # TeXML 1.7 TimeLimit
    patience={
        "answer": REQUEST,
        "action": REQUEST,
        "redirect": REQUEST,
        "transfer": REQUEST,
        "sound": REQUEST,
        "callback": CALLBACK,
    },
    fallback_kinds=("answer", "action", "redirect", "transfer"),  # TeXML 2.6: 11200, 12100 wherever they happen
    dial_answers=True,  # TeXML 2.3 Dial answerOnBridge: false unless given
)
