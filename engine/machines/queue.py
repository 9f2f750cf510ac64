"""Queues: calls that wait, first come first served, until a Dial takes them out.

A waiting call hears the document at its wait URL again and again. It ends *bridged* with the agent
who took it, or leaves: by its own document, by a command, by time. Its action is asked once it is
free again; a call that was bridged is free when the talk is over.
"""

from __future__ import annotations

from engine.machines.consequences import Conclude, EndSound, StartSound
from engine.machines.fetch import resolve
from engine.machines.models import Call, Queue, Queuing
from engine.machines.table import Row, table
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.effects import ConnectCalls, DisconnectCalls, Facts
from engine.values.flow import Hook
from engine.values.views import QueueView


def queue_for(turn: Turn, account: str, name: str) -> Queue:
    """The account's queue of that name, made when it is first needed."""
    queue = turn.queues.get((account, name))
    if queue is None:
        queue = turn.queues[account, name] = Queue(account, name, created_at=turn.at, changed_at=turn.at)
    return queue


def queue_of(call: Call, state: Queuing, turn: Turn) -> Queue:
    """The queue that a call is or was in; one that was forgotten meanwhile is empty, and is not made again."""
    return turn.queues.get((call.account, state.queue)) or Queue(call.account, state.queue)


def view_of(queue: Queue) -> QueueView:
    """What a reader may see of a queue."""
    return QueueView(
        queue.account,
        queue.name,
        queue.max_size,
        tuple(queue.calls),
        average_wait(queue),
        queue.created_at,
        queue.changed_at,
    )


def average_wait(queue: Queue) -> float:
    """How long its served calls have waited on average, in seconds."""
    return queue.waited / queue.served if queue.served else 0.0


def bound(queue: Queue, verb: verbs.Enqueue) -> int:
    """How many may wait as far as the queue and this document say, the smaller of both (0: no bound)."""
    return min((size for size in (queue.max_size, verb.max_size) if size), default=0)


def enqueue(call: Call, verb: verbs.Enqueue, turn: Turn) -> bool:
    """Wait in a queue, unless it is full."""
    queue = queue_for(turn, call.account, verb.queue)
    state = call.doing = Queuing(verb.queue, turn.at)
    if len(queue.calls) >= bound(queue, verb) > 0:
        state.state = "left"
        state.result = "queue_full"
        turn.then(Conclude(call, "action_enqueue", result_facts(call, state, turn), "queue_full"))
        return True
    queue.calls.append(call.id)
    if turn.watched:
        turn.note("queued", call.id, "", queue=verb.queue, position=len(queue.calls))
    if verb.max_wait:
        turn.set_timer(call, "queue", turn.at + verb.max_wait)
    if queue.agents:
        agent = turn.calls[queue.agents.pop(0)]
        serve(agent, call, turn)
    else:
        start_waiting(call, verb, turn)
    return True


def start_waiting(call: Call, verb: verbs.Enqueue, turn: Turn) -> None:
    """Play the wait document, or the built-in music."""
    if verb.wait_url:
        ask = Hook(resolve(call.base, verb.wait_url), verb.wait_method)
        turn.then(StartSound(call, "queue_wait", call.id, call.id, ask, loops=True))
    else:
        turn.then(StartSound(call, "queue_wait", call.id, call.id, media="music", loops=True))


def wait_facts(call: Call, turn: Turn) -> Facts:
    """What the wait document is told whenever it is asked: where the call stands in its queue by now."""
    state = call.doing
    if not isinstance(state, Queuing):
        return {}
    queue = queue_of(call, state, turn)
    position = queue.calls.index(call.id) + 1 if call.id in queue.calls else 0
    return {
        "queue": queue.name,
        "queue_position": position,
        "queue_size": len(queue.calls),
        "queue_average_seconds": average_wait(queue),
        "queue_seconds": turn.at - state.since,
        "queue_max": (bound(queue, call.verb) or None) if isinstance(call.verb, verbs.Enqueue) else None,
    }


def result_facts(call: Call, state: Queuing, turn: Turn) -> Facts:
    """What the queue's action is told."""
    return {"queue": state.queue, "queue_result": state.result, "queue_seconds": turn.at - state.since}


def take_from_queue(agent: Call, verb: verbs.Dial, turn: Turn) -> bool:
    """A Dial on a queue: take its first call, or wait for one."""
    queue = queue_for(turn, agent.account, verb.queue)
    agent.doing = Queuing(verb.queue, turn.at, "serving")
    if queue.calls:
        serve(agent, turn.calls[queue.calls[0]], turn)
    else:
        queue.agents.append(agent.id)
        if verb.timeout:
            turn.set_timer(agent, "queue", turn.at + verb.timeout)
    return True


def serve(agent: Call, call: Call, turn: Turn) -> None:
    """Join the waiting call to the agent, after what its Dial plays it first."""
    queue_state, verb = call.doing, agent.verb
    if not isinstance(queue_state, Queuing) or not isinstance(agent.doing, Queuing):
        return
    QUEUE.fire("served", queue_state, (call, agent), turn)
    agent.doing.partner = call.id
    turn.cancel_timer(agent, "queue")
    if isinstance(verb, verbs.Dial) and verb.queue_url:
        ask = Hook(resolve(agent.base, verb.queue_url), verb.queue_method)
        turn.then(StartSound(call, "queue_url", call.id, call.id, ask))
    else:
        bridge(call, turn)


def be_served(state: Queuing, event: tuple[Call, Call], turn: Turn) -> None:
    """The call leaves the line of those who wait."""
    call, agent = event
    state.partner = agent.id
    state.result = "bridged"
    leave_line(call, state, turn)
    queue = queue_of(call, state, turn)
    queue.served += 1
    queue.waited += turn.at - state.since


def leave_line(call: Call, state: Queuing, turn: Turn) -> None:
    """Take the call off the queue's list and silence its wait sound."""
    queue = queue_of(call, state, turn)
    if call.id in queue.calls:
        queue.calls.remove(call.id)
    turn.cancel_timer(call, "queue")
    if call.sounds:
        turn.then(EndSound(call, "queue_wait"))
    if turn.watched:
        turn.note("left_queue", call.id, "", queue=state.queue, result=state.result)


def bridge(call: Call, turn: Turn) -> None:
    """Let the two talk."""
    state = call.doing
    agent = turn.calls.get(state.partner) if isinstance(state, Queuing) else None
    if agent is None:
        return
    call.partner, agent.partner = agent.id, call.id
    turn.do(ConnectCalls(agent.id, call.id))
    if turn.watched:
        turn.note("calls_connected", agent.id, "", with_call=call.id)
    verb = agent.verb
    if isinstance(verb, verbs.Dial) and verb.time_limit:
        turn.set_timer(agent, "talk", turn.at + verb.time_limit)


def leave(state: Queuing, event: tuple[Call, Call], turn: Turn) -> None:
    """The call leaves without having been served; its action is asked."""
    call, _ = event
    leave_line(call, state, turn)
    turn.then(Conclude(call, "action_enqueue", result_facts(call, state, turn), state.result))


def part(call: Call, turn: Turn) -> None:
    """One of two who talk is gone or done: both go on with their flows."""
    other = turn.calls.get(call.partner)
    call.partner = ""
    if other is None or other.partner != call.id:
        return
    other.partner = ""
    turn.cancel_timer(call, "talk")
    turn.cancel_timer(other, "talk")
    for one in (call, other):
        state = one.doing
        if isinstance(state, Queuing) and one.state == "up":
            conclude(one, state, turn)


def talk_over(agent: Call, turn: Turn) -> None:
    """The time of a talk with a queue's call is over."""
    if agent.partner:
        turn.do(DisconnectCalls(agent.id, agent.partner))
        part(agent, turn)


def conclude(call: Call, state: Queuing, turn: Turn) -> None:
    """The talk is over for this one: its verb has its result."""
    if state.state == "serving":
        facts: Facts = {"dial_status": "completed", "dial_call": state.partner, "dial_bridged": True,
                        "dial_seconds": turn.at - state.since}  # fmt: skip
        turn.then(Conclude(call, "action_dial", facts, "completed"))
    elif state.state == "bridged":
        state.state = "left"
        turn.then(Conclude(call, "action_enqueue", result_facts(call, state, turn), "bridged"))


def asked_to_leave(call: Call, result: str, turn: Turn) -> None:
    """The wait document, a command or the clock takes the call out of its queue."""
    state = call.doing
    if not isinstance(state, Queuing):
        return
    if state.state == "serving":
        stop_serving(call, state, turn)
        turn.then(Conclude(call, "action_dial", {"dial_status": "no_answer", "dial_call": ""}, "no_answer"))
        return
    state.result = state.result or result
    QUEUE.fire("leave", state, (call, call), turn)


def stop_serving(agent: Call, state: Queuing, turn: Turn) -> None:
    """The agent does not wait for a call any more."""
    queue = queue_of(agent, state, turn)
    if agent.id in queue.agents:
        queue.agents.remove(agent.id)


def gone(call: Call, turn: Turn) -> bool:
    """The call ended, or got new instructions: the queue lets it go."""
    state = call.doing
    if not isinstance(state, Queuing):
        return False
    if state.state == "serving":
        stop_serving(call, state, turn)
    elif state.state == "waiting":
        state.result = "redirected" if call.state == "up" else "hangup"
        state.state = "left"
        leave_line(call, state, turn)
    call.doing = None
    if call.partner:
        other = turn.calls.get(call.partner)
        if other is not None and call.state == "up" and other.state == "up":
            turn.do(DisconnectCalls(call.id, other.id))
        part(call, turn)
    elif state.partner:
        miss(call, state.partner, turn)
    return False


def miss(call: Call, partner: str, turn: Turn) -> None:
    """One of two is gone before they were joined: the other waits for nobody any more."""
    other = turn.calls.get(partner)
    state = other.doing if other is not None else None
    if other is None or not isinstance(state, Queuing) or state.partner != call.id or other.state != "up":
        return
    if state.state == "bridged":
        state.state, state.result = "left", "error"
        turn.then(EndSound(other, "queue_url"))
        turn.then(Conclude(other, "action_enqueue", result_facts(other, state, turn), "error"))
    else:
        asked_to_leave(other, "error", turn)


QUEUE = table(
    "queue",
    states=("waiting", "bridged", "serving", "left"),
    final=("left",),
    rows=(
        #   on        source     dest       do
        Row("served", "waiting", "bridged", be_served),
        Row("leave",  "waiting", "left",    leave),
        Row("leave",  "bridged", None),
        Row("leave",  "serving", None),
    ),
)  # fmt: skip
