"""What TeXML's rows of calls, recordings and queues order of the exchange: requests become commands."""

from __future__ import annotations

from engine.dialects.face import ApplicationView, Asked, Sight
from engine.dialects.texml.orders import TONGUE, Ordered, Values, hook, outgoing, status_hook, told_events
from engine.dialects.texml.recordings import recording_as_it_is, recording_of
from engine.dialects.texml.records import call_of, get_call, get_queue, live_call, queue_of
from engine.dialects.texml.troubles import NO_ASSOCIATE, NOT_ANSWERED, gone, refusal
from engine.values import commands
from engine.values.commands import Command
from engine.values.flow import Hook
from engine.values.views import CallView

UNANSWERED = ("queued", "ringing")
PAUSED = "paused"
CALL_CHANGES = {"Status", "Url", "Texml", "StatusCallback"}

# --- calls -------------------------------------------------------------------------------------------


def dial_call(asked: Asked, sight: Sight) -> Ordered:
    """Place a call; its document is at Url, or given at once, or where its application says (TeXML 1.7)."""
    application = sight.application(asked.values["ApplicationSid"])
    return (placed(asked, application, sight.mint("call")),)


def dial_connection(asked: Asked, sight: Sight) -> Ordered:
    """Place a call by the older address, whose path names the application."""
    application = sight.application(asked.path["connection_id"])
    if application is None:
        raise gone()
    return (placed(asked, application, sight.mint("call")),)


def placed(asked: Asked, application: ApplicationView | None, call: str) -> commands.MakeCall:
    """The command that places a call of that id of ours."""
    values = asked.values
    if values.get("SuperviseCallSid"):
        raise refusal("", "supervising a call is not served here; coach in a conference", "SuperviseCallSid")
    document, answer = instructions(values, application)
    fallback = hook(values, "FallbackUrl", "FallbackMethod")
    return commands.MakeCall(
        account=asked.account,
        call=call,
        answer=answer,
        document=document,
        fallback=fallback or (application.fallback if application is not None else None),
        hangup=status_hook(values, application),
        ring_timeout=values["Timeout"],
        time_limit=values["TimeLimit"],
        send_digits=values.get("SendDigits", ""),
        machine_hook=hook(values, "AsyncAmdStatusCallback"),
        application=values.get("ApplicationSid") or asked.path.get("connection_id", ""),
        **outgoing(values),
    )


def instructions(values: Values, application: ApplicationView | None) -> tuple[bytes, Hook | None]:
    """A call's first document, or where it is; exactly one of three ways (TeXML 1.7)."""
    url, text = values.get("Url"), values.get("Texml", "")
    exclude_each_other(values)
    if text:
        return text.encode(), None
    if url:
        inherited = application.voice.method if application is not None else "POST"
        return b"", Hook(url, values.get("UrlMethod", inherited))
    if application is None:
        raise refusal(NO_ASSOCIATE, "no such application is configured, and there is no Url", "ApplicationSid")
    return b"", application.voice


def exclude_each_other(values: Values) -> None:
    """Refuse two documents at once."""
    if values.get("Url") and values.get("Texml"):
        raise refusal("", "Url and Texml exclude each other", "Texml")


def update_call(asked: Asked, sight: Sight) -> Ordered:
    """End a call, or give it another document or another address for its progress (TeXML 1.7)."""
    values = asked.values
    if not any(values.get(name) for name in CALL_CHANGES):
        return get_call(asked, sight)
    view = live_call(asked.path["call_sid"], sight)
    call = view.about.call
    ordered: list[Command] = []
    status = hook(values, "StatusCallback")
    if status is not None:
        ordered.append(commands.UpdateCall(call=call, status=status))
    if "Status" in values:
        ordered.append(ended(view, values["Status"]))
    elif values.get("Url") or values.get("Texml"):
        ordered.append(redirected(view, values))
    return tuple(ordered)


def ended(view: CallView, status: str) -> Command:
    """The command that ends a call; only what is not answered can be canceled."""
    if status == "completed":
        return commands.HangUpCall(call=view.about.call)
    if view.state not in UNANSWERED:
        raise refusal("", "the call is answered already", "Status")
    return commands.CancelCall(call=view.about.call)


def redirected(view: CallView, values: Values) -> Command:
    """The command that gives a call another document."""
    exclude_each_other(values)
    if view.state in UNANSWERED and view.about.role != "inbound":
        raise refusal(NOT_ANSWERED, "the call is not answered yet")
    return commands.TransferCall(
        call=view.about.call,
        aleg=hook(values, "Url", "Method"),
        document=values.get("Texml", "").encode(),
        fallback=hook(values, "FallbackUrl", "FallbackMethod"),
        tongue=TONGUE,
    )


# --- recordings --------------------------------------------------------------------------------------


def start_recording(asked: Asked, sight: Sight) -> Ordered:
    """Record a call beside what it does, without end (TeXML 1.6)."""
    view, values = live_call(asked.path["call_sid"], sight), asked.values
    if view.state in UNANSWERED:
        raise refusal(NOT_ANSWERED, "the call is not answered yet")
    return (
        commands.RecordCall(
            call=view.about.call,
            max_length=0.0,
            channels=values["RecordingChannels"],
            callback=hook(values, "RecordingStatusCallback"),
            callback_events=told_events(values["RecordingStatusCallbackEvent"]),
            beep=values["PlayBeep"],
            send_url=values["SendRecordingUrl"],
            tongue=TONGUE,
        ),
    )


def update_recording(asked: Asked, sight: Sight) -> Ordered:
    """Stop a call's recording; what is stopped already, or goes on as asked, is left as it is (TeXML 1.6)."""
    about = call_of(asked.path["call_sid"], sight)
    view = recording_of(asked.path["recording_sid"], sight)
    status = asked.values.get("Status")
    if view.of != about.call:
        raise gone()
    if status == PAUSED:
        raise refusal("", "a call's recording cannot be paused here", "Status")
    if status != "stopped" or view.state != "in_progress":
        return recording_as_it_is(asked, sight)
    return (commands.StopRecordCall(call=about.call),)


def delete_recording(asked: Asked, sight: Sight) -> Ordered:
    """Forget a recording."""
    return (commands.ForgetRecording(recording=recording_of(asked.path["recording_sid"], sight).id),)


# --- queues ------------------------------------------------------------------------------------------


def create_queue(asked: Asked, sight: Sight) -> Ordered:
    """Make a queue (TeXML 1.8)."""
    name, size = asked.values["FriendlyName"], asked.values.get("MaxSize", 0)
    return (commands.DefineQueue(account=asked.account, name=name, max_size=size),)


def update_queue(asked: Asked, sight: Sight) -> Ordered:
    """Change how many may wait in a queue."""
    view = queue_of(asked.path["queue_sid"], sight)
    if "MaxSize" not in asked.values:
        return get_queue(asked, sight)
    return (commands.DefineQueue(account=asked.account, name=view.name, max_size=asked.values["MaxSize"]),)


def delete_queue(asked: Asked, sight: Sight) -> Ordered:
    """Remove a queue in which nobody waits."""
    return (commands.ForgetQueue(account=asked.account, name=queue_of(asked.path["queue_sid"], sight).name),)
