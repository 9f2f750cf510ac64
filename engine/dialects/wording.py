"""Words effects for the customer: callbacks and fetches in the parameters, names and formats of each vendor.

The exchange says what happened in its own terms; `word` looks the kind up in the dialect's rows
and writes each parameter. No vendor is named here: a fifth one is a fifth entry of WORDINGS.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.dialects.audian.callbacks import WORDING as AUDIAN
from engine.dialects.phrase import (
    EndWords,
    Outgoing,
    Sheet,
    Wording,
    end_row,
    ended_by,
    phrase,
    rows_for,
    source_word,
    spread,
)
from engine.dialects.plivo.callbacks import WORDING as PLIVO
from engine.dialects.spelling import Speller, spell_id
from engine.dialects.texml.callbacks import WORDING as TEXML
from engine.dialects.vobiz.callbacks import WORDING as VOBIZ
from engine.values.effects import CallFacts, Fact, Facts, FetchDocument, SendCallback

__all__ = [
    "CALLBACK_KINDS",
    "FETCH_KINDS",
    "PLAIN",
    "WORDINGS",
    "EndWords",
    "Outgoing",
    "Speller",
    "call_status",
    "describe_end",
    "spell",
    "word",
]

WORDINGS: Mapping[str, Wording] = {wording.name: wording for wording in (PLIVO, VOBIZ, TEXML, AUDIAN)}

PLAIN = Speller(plain=True)

# Every kind of FetchDocument and SendCallback; each vendor either words it or says why it never sends it.
FETCH_KINDS: tuple[str, ...] = (
    "answer",
    "fallback",
    "redirect",
    "transfer",
    "action_collect",
    "action_conference",
    "action_dial",
    "action_record",
    "action_enqueue",
    "action_other",
    "action_invalid_digits",
    "wait_sound",
    "hold_sound",
    "announce",
    "enter_sound",
    "exit_sound",
    "dial_music",
    "confirm_sound",
    "screening",
    "queue_wait",
    "queue_url",
)
CALLBACK_KINDS: tuple[str, ...] = (
    "ring",
    "hangup",
    "machine_detection",
    "call_status",
    "conference_start",
    "conference_end",
    "conference_enter",
    "conference_exit",
    "conference_digits",
    "conference_floor",
    "conference_record",
    "member_mute",
    "member_unmute",
    "member_hold",
    "member_unhold",
    "member_modify",
    "announcement_end",
    "announcement_fail",
    "speech_start",
    "speech_stop",
    "dial_answer",
    "dial_connected",
    "dial_digits",
    "dial_hangup",
    "recording",
    "collect_interim",
)


def word(
    effect: SendCallback | FetchDocument, speller: Speller = PLAIN, wordings: Mapping[str, Wording] = WORDINGS
) -> Outgoing:
    """Word a callback or fetch as its dialect does; ids stay plain unless a speller says otherwise."""
    wording = wordings[effect.tongue]
    sheet = sheet_of(effect, wording)
    rows = rows_for(wording, effect.kind, sheet)
    if effect.about is not None and effect.about.headers:
        rows = spread(rows, effect.about.headers)
    params = phrase(rows, sheet, wording, speller)
    exact = f"{effect.kind}:{sheet.get(wording.variants.get(effect.kind, ''))}"
    return Outgoing(effect.method, effect.url, params, wording.sign, "json" if exact in wording.json_kinds else "form")


def describe_end(tongue: str, about: CallFacts, wordings: Mapping[str, Wording] = WORDINGS) -> EndWords:
    """Say how a call ended in the words of a dialect; a call that has not ended has only its status."""
    return words_of_end(wordings[tongue], about)


def call_status(tongue: str, about: CallFacts, wordings: Mapping[str, Wording] = WORDINGS) -> str:
    """Say where a call stands in the words of a dialect."""
    return words_of_end(wordings[tongue], about).status


def spell(tongue: str, what: str, text: str, speller: Speller, wordings: Mapping[str, Wording] = WORDINGS) -> str:
    """Spell an id as a dialect does: `what` is call, conference, member, recording, account or api."""
    return spell_id(wordings[tongue].ids.get(what, "plain"), what, text, speller)


def words_of_end(wording: Wording, about: CallFacts) -> EndWords:
    """Look the call's end up in the vendor's table."""
    if about.cause is None:
        return EndWords("", 0, "", "", wording.statuses.get(about.status, about.status))
    row = end_row(wording, about.cause, about.purpose)
    status = row.status if about.answered_at is None else wording.statuses["ended"]
    if about.status != "ended":  # the cause is known, the channel still there
        status = wording.statuses.get(about.status, about.status)
    return EndWords(row.cause, row.code, row.name, source_word(wording, ended_by(row, about.source)), status)


def sheet_of(effect: SendCallback | FetchDocument, wording: Wording) -> Sheet:
    """All that may be said: the effect's facts, what follows from them, and the call under `about.`."""
    sheet: Facts = {**effect.facts, **consequent(effect.facts, wording)}
    if isinstance(effect, SendCallback):
        sheet["at"] = effect.at
    if effect.about is not None:
        sheet.update(told_of_call(effect.about, wording))
    sheet["account"] = effect.facts.get("account") or sheet.get("about.account")
    sheet["leg"] = sheet.get("about.call") or effect.facts.get("ending_call")
    return sheet


def consequent(facts: Mapping[str, Fact], wording: Wording) -> Facts:
    """What follows from the facts of an effect, where vendors speak of that instead."""
    joined = facts.get("member") not in (None, "")
    status = facts.get("recording_status")
    told: Facts = {
        "joined": joined,
        "joined_conference": facts.get("conference") if joined else "",
        "joined_status": "answered" if joined else "failed",
        "recording_done": status == "completed",
        "stable_speech": facts.get("speech") if facts.get("final") else "",
        "unstable_speech": "" if facts.get("final") else facts.get("speech"),
    }
    cause = facts.get("dial_cause")
    if cause and "dial_source" not in facts:
        told["dial_source"] = end_row(wording, str(cause)).source
    return told


def told_of_call(about: CallFacts, wording: Wording) -> Facts:
    """Read the call's facts onto the sheet, with what is worked out of them."""
    words = words_of_end(wording, about)
    ended = about.status == "ended" and about.cause is not None
    talked = 0.0
    if about.ended_at is not None and about.answered_at is not None:
        talked = max(0.0, about.ended_at - about.answered_at)
    told: Facts = {
        "about.call": about.call,
        "about.account": about.account,
        "about.caller": about.caller,
        "about.caller_sip": about.caller if about.caller.startswith("sip:") else None,
        "about.called": about.called,
        "about.called_sip": about.called if about.called.startswith("sip:") else None,
        "about.party": "sip" if about.caller.startswith("sip:") else "pstn",
        "about.caller_name": about.caller_name,
        "about.forwarded_from": about.forwarded_from,
        "about.application": about.application,
        "about.direction": about.direction,
        "about.outbound": about.direction == "outbound",
        "about.parent": about.parent,
        "about.aleg": about.parent or about.call,
        "about.created_at": about.created_at,
        "about.answered_at": about.answered_at,
        "about.ended_at": about.ended_at,
        "about.machine": about.machine,
        "about.status": words.status,
        "about.ended": ended,
    }
    if ended:
        told.update(
            {
                "about.duration": talked,
                "end.cause": words.cause,
                "end.code": words.code or None,
                "end.name": words.name,
                "end.source": words.source,
            }
        )
    return told
