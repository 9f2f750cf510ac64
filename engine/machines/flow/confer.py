"""The Conference verb: to the door, into the room, and on with the flow after leaving.

What happens after leaving is one lookup: the dialect of the member's own document maps every cause
to an outcome.
"""

from __future__ import annotations

from engine.machines.consequences import Conclude, MemberOut
from engine.machines.door import Visitor, admit, farewell, room_for
from engine.machines.fetch import hook_at, resolve
from engine.machines.flow.interpreter import resume, start_pending
from engine.machines.models import Call, Conference, Member
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.effects import Facts
from engine.values.flow import Wish


def confer(call: Call, verb: verbs.Conference, turn: Turn) -> bool:
    """Go to the door of the room that the document names."""
    room = room_for(turn, call.account, verb.room, call)
    first = not room.members
    if not admit(room, Visitor(call, member_of(call, verb, turn), verb.max_members, verb.coach), turn):
        return True
    if verb.callback:
        subscribe(room, call, verb, turn)
    if first or verb.time_limit is not None:
        limit_time(room, verb, turn, first=first)
    return True


def member_of(call: Call, verb: verbs.Conference, turn: Turn) -> Member:
    """The member that a document describes."""
    callback = hook_at(call, verb.callback, verb.callback_method)
    # By position: by name it costs seven times as much, and every join comes along here.
    return Member(
        call.id,
        0,
        verb.muted,
        verb.starts,
        verb.ends,
        verb.stay_alone,
        verb.beep,
        verb.enter_sound and absolute(call, verb.enter_sound),
        verb.exit_sound and absolute(call, verb.exit_sound),
        verb.wait_sound and absolute(call, verb.wait_sound),
        verb.wait_method,
        verb.hangup_on_star,
        verb.relay_dtmf,
        verb.digits_match,
        verb.floor_event,
        verb.label,
        callback,
        verb.leg_time_limit,
        recording_wish(call, verb, turn) if verb.record else None,
    )


def recording_wish(call: Call, verb: verbs.Conference, turn: Turn) -> Wish:
    """How the document wants the room recorded."""
    hook = hook_at(call, verb.record_callback, verb.record_callback_method)
    tells_members = "conference_record" in turn.rules_of[call.tongue].subscriptions
    own = hook_at(call, verb.callback, verb.callback_method) if tells_members else None
    return Wish(
        source="conference",
        hook=hook or own,
        events=verb.record_callback_events if verb.record_callback else ("in-progress", "completed"),
        format=verb.record_format,
        silence=verb.record_timeout,
        beep=verb.record_beep,
        trim=verb.record_trim,
        send_url=verb.send_url,
        tongue=call.tongue,
    )


def absolute(call: Call, sound: str) -> str:
    """A sound as the room keeps it: beeps as they are, URLs absolute."""
    return sound if sound.startswith("beep:") else resolve(call.base, sound)


def subscribe(room: Conference, call: Call, verb: verbs.Conference, turn: Turn) -> None:
    """The first to give a callback URL for the room hears of all its events, where the dialect tells rooms."""
    rules = turn.rules_of[call.tongue]
    member = room.members[call.id]
    if rules.subscriber == "room" and member.callback is not None:
        if room.subscriber is None:
            room.subscriber, room.events, room.subscriber_tongue = member.callback, verb.callback_events, call.tongue
        member.callback = None


def limit_time(room: Conference, verb: verbs.Conference, turn: Turn, *, first: bool) -> None:
    """Start, or set anew, the room's own time limit."""
    given = verb.time_limit
    counts = first or turn.rules_of[room.tongue].limit_owner == "newest"
    if given is not None and counts:
        room.time_limit = given
    if counts and room.time_limit:
        turn.set_timer(room, "room_limit", turn.at + room.time_limit)
    elif counts:  # 0 is none (Plivo 2.3 timeLimit), and the newest counts
        turn.cancel_timer(room, "room_limit")


def member_out(consequence: MemberOut, turn: Turn) -> None:
    """The call is out of the room: go on as its dialect's row for the cause says."""
    call, cause = consequence.call, consequence.cause
    if call.pending is not None and call.state == "up":
        start_pending(call, turn)
        return
    if call.state not in ("ringing", "up"):
        return
    outcome = turn.rules_of[call.tongue].exits[cause]
    if outcome in ("end", "unreachable"):
        farewell(call, cause, turn)
    elif outcome == "next" or not isinstance(call.verb, verbs.Conference) or not call.verb.action:
        resume(call, cause, turn)
    else:
        turn.then(Conclude(call, "action_conference", facts_for(consequence, turn), cause))


def facts_for(consequence: MemberOut, turn: Turn) -> Facts:
    """What a conference's action URL is told; ids are empty where the call never was a member."""
    room, member = consequence.room, consequence.member
    was_in = room is not None and member is not None and member.let_in
    recording = turn.recordings.get(room.recording) if room is not None and was_in and room.recording else None
    return {
        "conference": room.id if room is not None and was_in else "",
        "conference_name": room.name if room is not None else "",
        "member": member.number if member is not None and was_in else "",
        "cause": consequence.cause,
        **({"recording": recording.id, "recording_url": recording.url} if recording is not None else {}),
    }
