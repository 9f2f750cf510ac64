"""What TeXML's rows of calls and queues answer: resources worded from what is seen."""

from __future__ import annotations

import msgspec

from engine.dialects.face import Asked, Reply, Sight
from engine.dialects.spelling import seconds
from engine.dialects.texml.pages import Listed, cut, uri, within
from engine.dialects.texml.replies import rfc_date
from engine.dialects.texml.resources import CallResource, CallsPage, NewCall, QueueResource, QueuesPage
from engine.dialects.texml.troubles import CALL_ENDED, NOT_ANSWERED, gone, refusal
from engine.dialects.wording import call_status
from engine.values.effects import CallFacts, Receipt
from engine.values.views import CallView, QueueView

TONGUE = "texml"
ANSWERED_BY = {True: "machine", False: "human", None: None}
CALL_REFUSALS = {"not_answered": NOT_ANSWERED}

# --- calls -------------------------------------------------------------------------------------------


def facts_seen(view: CallView) -> CallFacts:
    """The facts of a live call; one that was told to end has ended for its customer."""
    return msgspec.structs.replace(view.about, status="ended") if view.state == "ending" else view.about


def call_of(sid: str, sight: Sight) -> CallFacts:
    """The call of that sid, live or ended; Refused where there is none."""
    known = sight.find("call", sid)
    live = sight.call(known) if known else None
    found = facts_seen(live) if live is not None else sight.ended_call(known) if known else None
    if found is None:
        raise gone()
    return found


def live_call(sid: str, sight: Sight) -> CallView:
    """The call of that sid that goes on; of one that is over, another refusal than of one that never was."""
    about = call_of(sid, sight)
    live = sight.call(about.call)
    if live is None or about.status == "ended":
        raise refusal(CALL_ENDED, "the call has ended")
    return live


def started_at(about: CallFacts) -> float | None:
    """When a call was dialled or came in; None while it waits to be dialled."""
    return None if about.status == "queued" else about.created_at


def last_change(about: CallFacts) -> float:
    """When a call last changed, as far as its facts say."""
    return max(at for at in (about.created_at, about.answered_at, about.ended_at) if at is not None)


def talked(about: CallFacts) -> str | None:
    """How long a call was answered, in whole seconds; None as long as it is."""
    if about.ended_at is None:
        return None
    return seconds(about.ended_at - (about.answered_at if about.answered_at is not None else about.ended_at))


def call(about: CallFacts, sight: Sight) -> CallResource:
    """A call as the vendor describes it (TeXML 1.7)."""
    sid = sight.spell("call", about.call)
    start = started_at(about)
    return CallResource(
        sid=sid,
        account_sid=sight.own_name,
        uri=uri(sight, "Calls", sid),
        status=call_status(TONGUE, about),  # type: ignore[arg-type]
        direction=about.direction,
        from_=about.caller,
        from_formatted=about.caller,
        to=about.called,
        to_formatted=about.called,
        caller_name=about.caller_name,
        answered_by=ANSWERED_BY[about.machine],  # type: ignore[arg-type]
        date_created=rfc_date(about.created_at, sight),
        date_updated=rfc_date(last_change(about), sight),
        start_time=None if start is None else rfc_date(start, sight),
        end_time=None if about.ended_at is None else rfc_date(about.ended_at, sight),
        duration=talked(about),
    )


def list_calls(asked: Asked, sight: Sight) -> Reply:
    """A page of calls, live and ended."""
    values = asked.values
    to, caller, status = values.get("To"), values.get("From"), values.get("Status")
    started, ended = within(values, "StartTime", sight), within(values, "EndTime", sight)
    calls = [
        about
        for about in (*sight.ended_calls(), *map(facts_seen, sight.calls()))
        if to in (None, about.called)
        and caller in (None, about.caller)
        and (status is None or status == call_status(TONGUE, about))
        and started(started_at(about))
        and ended(about.ended_at)
    ]
    listed = Listed[CallFacts](
        lambda about: about.created_at,
        lambda about: sight.spell("call", about.call),
        lambda about: call(about, sight),
    )
    page = cut(asked, uri(sight, "Calls"), calls, listed)
    return Reply(200, CallsPage(calls=page.pop("items"), **page))


def get_call(asked: Asked, sight: Sight) -> Reply:
    """One call."""
    return Reply(200, call(call_of(asked.path["call_sid"], sight), sight))


def call_dialled(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A call that was just placed."""
    object_to_call(receipts)
    sid = sight.spell("call", receipts[0].changed[0])
    return Reply(200, NewCall(from_=asked.values["From"], to=asked.values["To"], sid=sid, call_sid=sid))


def call_told(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A call as it is after an update."""
    object_to_call(receipts)
    return get_call(asked, sight)


def object_to_call(receipts: tuple[Receipt, ...]) -> None:
    """Raise what the exchange had against commands to a call, as the vendor words it."""
    for receipt in receipts:
        if receipt.refused:
            raise refusal(CALL_REFUSALS.get(receipt.refused, ""), f"the exchange refused: {receipt.refused}")
        if receipt.unknown:
            raise refusal(CALL_ENDED, "the call has ended")


# --- queues ------------------------------------------------------------------------------------------


def queue_of(name: str, sight: Sight) -> QueueView:
    """The queue of that name, which is its sid; Refused where there is none."""
    found = next((queue for queue in sight.queues() if queue.name == name), None)
    if found is None:
        raise gone()
    return found


def queue(view: QueueView, sight: Sight) -> QueueResource:
    """A queue as the vendor describes it (TeXML 1.8)."""
    return QueueResource(
        sid=view.name,
        account_sid=sight.own_name,
        current_size=len(view.calls),
        max_size=view.max_size,
        average_wait_time=int(seconds(view.average_wait)),
        date_created=rfc_date(view.created_at, sight),
        date_updated=rfc_date(view.changed_at, sight),
        subresource_uris={"members": uri(sight, "Queues", view.name, "Members")},
        uri=uri(sight, "Queues", view.name),
    )


def list_queues(asked: Asked, sight: Sight) -> Reply:
    """A page of queues."""
    created, updated = within(asked.values, "DateCreated", sight), within(asked.values, "DateUpdated", sight)
    queues = [view for view in sight.queues() if created(view.created_at) and updated(view.changed_at)]
    listed = Listed[QueueView](lambda view: view.created_at, lambda view: view.name, lambda view: queue(view, sight))
    page = cut(asked, uri(sight, "Queues"), queues, listed)
    return Reply(200, QueuesPage(queues=page.pop("items"), **page))


def get_queue(asked: Asked, sight: Sight) -> Reply:
    """One queue."""
    return Reply(200, queue(queue_of(asked.path["queue_sid"], sight), sight))


def queue_told(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """A queue as it is after it was made or changed."""
    name = asked.path.get("queue_sid") or asked.values["FriendlyName"]
    return Reply(200, queue(queue_of(name, sight), sight))


def queue_deleted(asked: Asked, receipts: tuple[Receipt, ...], sight: Sight) -> Reply:
    """That a queue was removed; one in which calls wait was not."""
    receipt = receipts[0]
    if receipt.unknown:
        raise gone()
    if receipt.refused:
        raise refusal("", "calls wait in the queue")
    return Reply(204)
