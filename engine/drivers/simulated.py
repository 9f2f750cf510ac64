"""A switch that exists only on the agenda: it performs effects by putting their answers there.

It knows how long things last and how the people behave whose numbers are rung; everything else
is instant. It decides nothing, and it asks nothing of the exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from math import inf
from typing import Any

from msgspec import Struct, field

from engine.drivers.agenda import Agenda
from engine.drivers.takes import Takes
from engine.values import effects
from engine.values.effects import Effect
from engine.values.events import (
    CallAnswered,
    CallEnded,
    CallRinging,
    DigitPressed,
    MachineDetected,
    MemberJoined,
    MemberLeft,
    PlaybackEnded,
    SpeechHeard,
    SwitchWasLost,
    TalkStarted,
    TalkStopped,
)

# Seconds: a sound of which nothing is known; the least a spoken text lasts; a key and the gap after it.
UNKNOWN_SOUND = 3.0
SHORTEST_SPEECH = 1.0
KEY = 0.2
PAUSES = {"w": 0.5, "W": 1.0}
# How long the switch lets a phone ring when it was not told.
RINGING = 60.0
# Sounds of our own; the endless ones end when they are stopped or cut.
BUILT_IN = {"beep:1": 0.5, "beep:2": 0.5, "music": inf, "ringback": inf, "silence": inf}
# So many texts and numbers are remembered; a run of months would know too many.
REMEMBERED = 100_000
# A call's list of what might still be running is swept beyond this length.
MANY = 32


class Callee(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a dialled number behaves; times in seconds.

    It rings, and answers after `answers_after`; then keys are pressed (`w` waits 0.5 s first, `W`
    1 s) and it hangs up `hangs_up_after` the answer (0: never). `machine`: an answering machine.
    """

    answers_after: float = 2.0
    busy: bool = False
    no_answer: bool = False
    rejects: bool = False
    machine: bool = False
    early_media: bool = False
    presses: str = ""
    hangs_up_after: float = 0.0


class Speech(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long spoken texts last: by words per minute, or seconds by text."""

    words_per_minute: float = 150.0
    lengths: dict[str, float] = field(default_factory=dict)


ORDINARY = Callee()


def by_number(callees: Mapping[str, Callee]) -> Callable[[str], Callee]:
    """Who is not among these is ordinary; a number is known with or without its plus."""
    bare = {number.lstrip("+"): callee for number, callee in callees.items()}
    return lambda number: bare.get(number.lstrip("+"), ORDINARY)


# What a switch of our own making does at once and without an answer, and what is others' work.
UNANSWERED: tuple[type[Effect], ...] = (
    effects.StartEarlyMedia,
    effects.SeatMembers,
    effects.MuteMembers,
    effects.DeafenMembers,
    effects.HoldMembers,
    effects.CoachMember,
    effects.FetchDocument,
    effects.SendCallback,
    effects.ForgetRecording,
    effects.Receipt,
    effects.Fault,
    effects.Noted,
)


class SimulatedSwitch:
    """Performs every effect on an agenda; `media` gives lengths in seconds by URL, `habits` how a number behaves."""

    def __init__(
        self,
        agenda: Agenda,
        *,
        media: Mapping[str, float] | None = None,
        speech: Speech | None = None,
        habits: Callable[[str], Callee] | None = None,
    ) -> None:
        """Keep the lengths and habits; nothing is going on yet."""
        self.agenda = agenda
        self.connected: dict[str, str] = {}
        self._media = BUILT_IN | dict(media or {})
        self._speech = speech or Speech()
        self._lengths = dict(self._speech.lengths)
        self._habits = habits or by_number({})
        self._rung: dict[str, str] = {}
        self._keys: dict[str, list[Hashable]] = {}
        self._takes = Takes(agenda)
        self._recorded = self._takes.of
        self._count = 0
        self.performs = self._table()

    def _table(self) -> dict[type[Effect], Callable[[Any], None]]:
        """Say which method performs which effect."""
        performed: dict[type[Effect], Callable[[Any], None]] = dict.fromkeys(UNANSWERED, self._nothing)
        performed |= {
            effects.Answer: self._answer,
            effects.HangUp: self._hang_up,
            effects.PlaceCall: self._place_call,
            effects.ConnectCalls: self._connect_calls,
            effects.DisconnectCalls: self._disconnect_calls,
            effects.PlayMedia: self._play_media,
            effects.SpeakText: self._speak_text,
            effects.StopMedia: self._stop_media,
            effects.SendDigits: self._send_digits,
            effects.StartRecording: self._takes.start,
            effects.PauseRecording: self._takes.pause,
            effects.ResumeRecording: self._takes.resume,
            effects.StopRecording: self._takes.stop,
            effects.JoinConference: self._join_conference,
            effects.LeaveConference: self._leave_conference,
            effects.SetTimer: self.agenda.set_timer,
            effects.CancelTimer: self.agenda.cancel_timer,
            effects.RecordCallEnd: self._record_call_end,
            effects.RecordConferenceEnd: self._record_conference_end,
        }
        return performed

    def perform(self, effect: Effect) -> None:
        """Do one thing that the exchange asked for."""
        self.performs[type(effect)](effect)

    # What people do, at the present moment.

    def press(self, call: str, digits: str) -> None:
        """Let the person press keys, all at once but for `w` (0.5 s) and `W` (1 s) between them."""
        self._press(call, digits, self.agenda.now)

    def say(self, call: str, text: str) -> None:
        """Let the person say a text: its first word is understood at once, all of it when it was said to the end."""
        now = self.agenda.now
        end = now + self.spoken(text)
        self.agenda.schedule(TalkStarted(now, call))
        self.agenda.schedule(SpeechHeard(now, call, text.partition(" ")[0], final=False))
        self.agenda.schedule(SpeechHeard(end, call, text), self._key(call, self._numbered("says")))
        self.agenda.schedule(TalkStopped(end, call), self._key(call, "talks"))
        self._takes.talking(call, end)

    def talk(self, call: str, seconds: float) -> None:
        """Let the person talk for some seconds without saying anything that matters."""
        now = self.agenda.now
        self.agenda.schedule(TalkStarted(now, call))
        self.agenda.schedule(TalkStopped(now + seconds, call), self._key(call, "talks"))
        self._takes.talking(call, now + seconds)

    def hang_up(self, call: str) -> None:
        """Let the person put the phone down, or refuse a call that still rings."""
        self._end(call, "rejected" if self.agenda.holds((call, "answers")) else "hangup")

    def lose(self, call: str) -> None:
        """Let the call's channel vanish."""
        self._end(call, "lost")

    def fail(self) -> None:
        """Let the whole switch vanish, and with it all that was going on."""
        self._takes.forget_all()
        for call in list(self._keys):
            self._drop(call)
        self.connected.clear()
        self.agenda.schedule(SwitchWasLost(self.agenda.now))

    def rung(self, number: str) -> str | None:
        """Name the call last placed to a number, with or without its plus; None when nobody rang it."""
        return self._rung.get(number.lstrip("+"))

    def spoken(self, text: str) -> float:
        """Say how long a text lasts when it is spoken, in seconds."""
        known = self._lengths.get(text)
        if known is None:
            if len(self._lengths) > REMEMBERED:
                self._lengths = dict(self._speech.lengths)
            words = len(text.split())
            known = self._lengths[text] = max(SHORTEST_SPEECH, words * 60.0 / self._speech.words_per_minute)
        return known

    # Calls.

    def _answer(self, effect: effects.Answer) -> None:
        agenda = self.agenda
        agenda.at_once(CallAnswered(agenda.now, effect.call))

    def _hang_up(self, effect: effects.HangUp) -> None:
        self._end(effect.call, "hangup")

    def _place_call(self, effect: effects.PlaceCall) -> None:
        agenda, call, now = self.agenda, effect.call, self.agenda.now
        callee = self._habits(effect.to)
        if len(self._rung) > REMEMBERED:
            self._rung.clear()
        self._rung[effect.to.lstrip("+")] = call
        if callee.busy:
            agenda.schedule(CallEnded(now, call, "busy"), self._key(call, "answers"))
            return
        agenda.schedule(CallRinging(now, call, callee.early_media))
        patience = effect.timeout or RINGING
        answers_at = now + callee.answers_after
        if callee.no_answer or callee.answers_after > patience:
            agenda.schedule(CallEnded(now + patience, call, "no_answer"), self._key(call, "answers"))
        elif callee.rejects:
            agenda.schedule(CallEnded(answers_at, call, "rejected"), self._key(call, "answers"))
        else:
            self._pick_up(effect, callee, answers_at)

    def _pick_up(self, effect: effects.PlaceCall, callee: Callee, at: float) -> None:
        """Put on the agenda all that the callee does once it answers."""
        call = effect.call
        machine = callee.machine if effect.machine_detection else None
        self.agenda.schedule(CallAnswered(at, call, machine), self._key(call, "answers"))
        if effect.machine_detection:
            self.agenda.schedule(MachineDetected(at, call, callee.machine), self._key(call, "detected"))
        if callee.presses:
            self._press(call, callee.presses, at)
        if callee.hangs_up_after:
            self.agenda.schedule(CallEnded(at + callee.hangs_up_after, call), self._key(call, "hangs_up"))

    def _press(self, call: str, digits: str, at: float) -> None:
        for key in digits:
            if key in PAUSES:
                at += PAUSES[key]
            else:
                self.agenda.schedule(DigitPressed(at, call, key), self._key(call, self._numbered("press")))

    def _end(self, call: str, why: str) -> None:
        """Take the channel down: its end is told, what it did stops, and then its recordings are stored."""
        agenda = self.agenda
        agenda.at_once(CallEnded(agenda.now, call, why))
        self._drop(call)

    def _connect_calls(self, effect: effects.ConnectCalls) -> None:
        self.connected[effect.call] = effect.other
        self.connected[effect.other] = effect.call

    def _disconnect_calls(self, effect: effects.DisconnectCalls) -> None:
        self.connected.pop(effect.call, None)
        self.connected.pop(effect.other, None)

    # Sounds.

    def _play_media(self, effect: effects.PlayMedia) -> None:
        length = self._media.get(effect.media, UNKNOWN_SOUND) * effect.loop if effect.loop else inf
        if effect.seconds:
            length = min(length, effect.seconds)
        self._sound(effect.owner, effect.id, effect.to, length)

    def _speak_text(self, effect: effects.SpeakText) -> None:
        length = self._lengths.get(effect.text) or self.spoken(effect.text)
        self._sound(effect.owner, effect.id, effect.to, length * effect.loop if effect.loop else inf)

    def _send_digits(self, effect: effects.SendDigits) -> None:
        length = sum(PAUSES.get(key, KEY) for key in effect.digits)
        self._sound(effect.owner, effect.id, effect.call, length)

    def _sound(self, owner: str, sound: str, to: str, length: float) -> None:
        """Tell the end of a sound; an endless one is never over and needs no entry."""
        if length == inf:
            return
        agenda = self.agenda
        agenda.schedule(PlaybackEnded(agenda.now + length, owner, sound), sound)
        keys = self._keys.get(to)
        if keys is None:
            self._keys[to] = [sound]
        else:
            keys.append(sound)
            if len(keys) > MANY:
                self._keys[to] = [k for k in keys if agenda.holds(k)]

    def _stop_media(self, effect: effects.StopMedia) -> None:
        self.agenda.cancel(effect.id)

    # Rooms.

    def _join_conference(self, effect: effects.JoinConference) -> None:
        agenda = self.agenda
        agenda.at_once(MemberJoined(agenda.now, effect.call, effect.conference, effect.id))

    def _leave_conference(self, effect: effects.LeaveConference) -> None:
        agenda = self.agenda
        agenda.at_once(MemberLeft(agenda.now, effect.call, effect.conference))

    # Ends.

    def _record_call_end(self, effect: effects.RecordCallEnd) -> None:
        self._drop(effect.about.call)

    def _record_conference_end(self, effect: effects.RecordConferenceEnd) -> None:
        self._drop(effect.conference)

    def _drop(self, target: str) -> None:
        """Take back all that a call or room was still waiting for; what records it is stored."""
        keys = self._keys.pop(target, None)
        if keys is not None:
            self.agenda.cancel_all(keys)
        if target in self._recorded:
            self._takes.ended(target)
        if target in self.connected:
            self.connected.pop(self.connected.pop(target), None)

    def _key(self, call: str, word: str) -> tuple[str, str]:
        """Remember that something of this call is on the agenda under a word."""
        key = (call, word)
        self._keys.setdefault(call, []).append(key)
        return key

    def _numbered(self, word: str) -> str:
        """Make a word that was never used before, for what may happen to a call several times."""
        self._count += 1
        return f"{word}{self._count}"

    def _nothing(self, effect: Effect) -> None:
        """Leave it: it needs no answer, or it is another driver's work."""
