"""Sound programs: small flows beside a call's own.

A wait sound, a hold sound, an announcement, the sound of entering, the music of a dial: each has an
owner (a call or a room), a purpose, and at most one program for each purpose (announcements queue
up behind each other). Only the verbs that the dialect allows in such documents run. A loop whose
round took less than a second waits the second out; after three empty or failed rounds there is
silence and a warning. An announcement to a member pauses its wait and hold sounds (DESIGN 7, TeXML 7 A17).
A sound of entering or leaving that cannot start within a second is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines import collect, queue
from engine.machines.consequences import (
    DocumentMissing,
    DocumentReady,
    EndCall,
    EndSound,
    SoundCollected,
    SoundEnded,
    StartSound,
)
from engine.machines.fetch import dialect_of, new_fetch, only, resolve, start_fetch
from engine.machines.models import Call, Conference, Sound
from engine.machines.prompts import At
from engine.machines.table import Row, table
from engine.machines.turn import Turn
from engine.values import verbs
from engine.values.effects import Facts, PlayMedia, SpeakText, StopMedia
from engine.values.flow import Flow, Hook

EMPTY_ROUNDS = 3
QUEUED = ("announce",)
ENDLESS = ("wait_sound", "hold_sound", "queue_wait")
BRIEF = ("enter_sound", "exit_sound")
# Programs whose document is fetched again for every round, and what is told with it: the place in a line changes.
ASKED_ANEW: dict[str, Callable[[Call, Turn], Facts]] = {"queue_wait": queue.wait_facts}

# The states of calls and rooms in which something can be heard.
SOUNDING = ("ringing", "up", "waiting", "running")

Owner = Call | Conference


def slots(owner: Owner) -> dict[str, Sound]:
    """The owner's sound programs by purpose."""
    if owner.sounds is None:
        owner.sounds = {}
    return owner.sounds


def start(asked: StartSound, turn: Turn) -> None:
    """Begin a program in the owner's slot for its purpose; announcements wait for the one before."""
    owner = asked.owner
    if owner.state not in SOUNDING:
        return
    sound = Sound(owner.id, asked.purpose, asked.to, asked.loops, asked.over, asked.call, asked.but)
    sound.asked, sound.facts = asked.ask, asked.facts
    if asked.media:
        sound.flow = Flow(owner.tongue, (verbs.Play(name="Play", url=asked.media, loop=0 if asked.loops else 1),))
    elif asked.verbs:
        sound.flow = Flow(owner.tongue, asked.verbs)
    running = slots(owner).get(asked.purpose)
    if running is not None and asked.purpose in QUEUED:
        running.waiting.append(sound)
        return
    if running is not None:
        stop(running, owner, turn)
    slots(owner)[asked.purpose] = sound
    run(sound, owner, turn)


def run(sound: Sound, owner: Owner, turn: Turn) -> None:
    """Set a program going: play what it has, or fetch its document."""
    sound.round_at = turn.at
    if sound.flow is not None:
        sound.state = "playing"
        play_next(sound, owner, turn)
        return
    if sound.asked is None:
        return
    ask(sound, owner, sound.asked, turn)


def ask(sound: Sound, owner: Owner, hook: Hook, turn: Turn, kind: str = "", more: Facts | None = None) -> None:
    """Fetch the program's document, worded as its purpose is, or as another kind with more facts."""
    sound.state = "fetching"
    base = sound.base or (owner.base if isinstance(owner, Call) else "")
    purpose = sound.purpose.partition(":")[0]
    kind = kind or purpose
    facts: Facts = {"member_sound": purpose, **sound.facts, **(more or {})}
    fresh = ASKED_ANEW.get(purpose)
    if fresh is not None and isinstance(owner, Call):
        facts |= fresh(owner, turn)
    address = Hook(resolve(base, hook.url), hook.method, sound.tongue)
    new = new_fetch(turn, owner, f"sound:{sound.purpose}", kind, address, facts)
    sound.fetch = start_fetch(turn, owner, turn.calls.get(sound.call), new)


def document_ready(consequence: DocumentReady, turn: Turn) -> None:
    """The program's document has come: run its verbs."""
    owner = consequence.owner
    sound = slots(owner).get(consequence.purpose.removeprefix("sound:"))
    if sound is None:
        return
    if sound.purpose.partition(":")[0] in BRIEF and turn.at - sound.round_at > turn.settings.sound_delay:
        finish(sound, owner, turn, failed=True)
        return
    sound.flow = only(consequence.flow, allowed_verbs(sound, owner, turn), sound.call, turn)
    kept = sound.flow.verbs
    sound.base, sound.pc, sound.fetch, sound.state = consequence.url, 0, None, "playing"
    if sound.purpose in ENDLESS and len(kept) == 1 and not kept[0].line:
        sound.loops = True  # bare audio, no document: it has no end of its own
    play_next(sound, owner, turn)


def allowed_verbs(sound: Sound, owner: Owner, turn: Turn) -> tuple[str, ...]:
    """Which verbs a program of this purpose may hold."""
    rules = turn.rules_of[dialect_of(turn, owner, sound.tongue)]
    return rules.queue_verbs if sound.purpose == "queue_wait" else rules.sound_verbs


def document_missing(consequence: DocumentMissing, turn: Turn) -> None:
    """The program's document cannot be had: silence, or another round."""
    owner = consequence.owner
    sound = slots(owner).get(consequence.purpose.removeprefix("sound:"))
    if sound is None:
        return
    if turn.watched:
        turn.note("warning", sound.call, code=consequence.cause, message=f"no {sound.purpose} document", line=0)
    finish(sound, owner, turn, failed=True)


def play_next(sound: Sound, owner: Owner, turn: Turn) -> None:
    """Play the program's next verb, or end the round; an announcement comes first."""
    if sound.purpose in ENDLESS and announcing(owner):
        sound.state = "paused"
        return
    if sound.purpose in QUEUED:
        tell_endless("pause", owner, turn)
    flow = sound.flow
    while flow is not None and sound.pc < len(flow.verbs):
        verb = flow.verbs[sound.pc]
        sound.pc += 1
        play = PLAYS.get(type(verb))
        if play is not None and play(sound, owner, verb, turn):
            return
    end_round(sound, owner, turn)


def announcing(owner: Owner) -> bool:
    """Whether the owner hears an announcement at the moment."""
    running = (owner.sounds or {}).get("announce")
    return running is not None and running.state == "playing"


def tell_endless(trigger: str, owner: Owner, turn: Turn) -> None:
    """Pause what goes on without end while an announcement plays, or let it go on."""
    for purpose in ENDLESS:
        running = slots(owner).get(purpose)
        if running is not None:
            SOUND.fire(trigger, running, (owner, None), turn)


def hush(sound: Sound, event: tuple[Owner, Any], turn: Turn) -> None:
    """Break the verb at hand off; it is played again from its beginning."""
    owner, _ = event
    sound.pc -= 1
    halt(sound, event, turn)
    if sound.playing and owner.awaits.pop(sound.playing, None) is not None:
        turn.do(StopMedia(owner.id, sound.playing))


def halt(sound: Sound, event: tuple[Owner, Any], turn: Turn) -> None:
    """Forget the silence, or the pause between two rounds, that was under way."""
    owner, _ = event
    turn.cancel_timer(owner, f"sound:{sound.purpose}")


def go_on(sound: Sound, event: tuple[Owner, Any], turn: Turn) -> None:
    """Play on where the announcement came in."""
    owner, _ = event
    play_next(sound, owner, turn)


def play_media(sound: Sound, owner: Owner, verb: verbs.Play, turn: Turn) -> bool:
    """Play a file."""
    media = resolve(sound.base, verb.url)
    sound.playing = turn.await_id(owner, f"sound:{sound.purpose}")
    purpose = sound.purpose.partition(":")[0]
    turn.do(PlayMedia(owner.id, sound.playing, sound.to, media, verb.loop, sound.over, purpose, but=sound.but))
    return True


def speak(sound: Sound, owner: Owner, verb: verbs.Speak, turn: Turn) -> bool:
    """Speak a text."""
    sound.playing = turn.await_id(owner, f"sound:{sound.purpose}")
    purpose = sound.purpose.partition(":")[0]
    turn.do(
        SpeakText(owner.id, sound.playing, sound.to, verb.text, verb.voice, verb.language, verb.loop, sound.over,
                  purpose, verb.ssml, sound.but)
    )  # fmt: skip
    return True


def stay_silent(sound: Sound, owner: Owner, verb: verbs.Wait, turn: Turn) -> bool:
    """Be silent for a while."""
    turn.set_timer(owner, f"sound:{sound.purpose}", turn.at + verb.length)
    return True


def go_elsewhere(sound: Sound, owner: Owner, verb: verbs.Redirect, turn: Turn) -> bool:
    """Run another document instead; one that comes back at once is paced like a loop."""
    again = Hook(verb.url or sound.base, verb.method)
    if round_was_empty(sound, owner, turn):
        return True
    if turn.at - sound.round_at < turn.settings.a_while:
        sound.asked = Hook(resolve(sound.base, again.url), again.method, sound.tongue)
        sound.state = "pacing"
        turn.set_timer(owner, f"sound:{sound.purpose}", sound.round_at + turn.settings.a_while)
        return True
    sound.round_at = turn.at
    ask(sound, owner, again, turn)
    return True


def collect_keys(sound: Sound, owner: Owner, verb: verbs.Collect, turn: Turn) -> bool:
    """Ask the caller for keys or words."""
    if not isinstance(owner, Call):
        return False
    collect.collect_in(sound, owner, turn)
    return True


def collected(consequence: SoundCollected, turn: Turn) -> None:
    """The caller was asked: what its answer's action replies is the program now, or the program goes on."""
    sound, owner = consequence.sound, consequence.owner
    if slots(owner).get(sound.purpose) is not sound:
        return
    sound.collecting = None
    action = consequence.action
    if action is not None and not action.url and turn.rules_of[owner.tongue].default_action == "document":
        action = Hook(sound.base, action.method)
    if action is not None and action.url:
        sound.round_at = turn.at
        ask(sound, owner, action, turn, consequence.kind, consequence.facts)
    else:
        play_next(sound, owner, turn)


def leave_queue(sound: Sound, owner: Owner, verb: verbs.Leave, turn: Turn) -> bool:
    """The document of a queue says that the caller leaves it."""
    turn.then(SoundEnded(sound, owner, failed=False))
    sound.state = "over"
    return True


def end_the_call(sound: Sound, owner: Owner, verb: verbs.Hangup, turn: Turn) -> bool:
    """The document of a queue ends the call."""
    if isinstance(owner, Call):
        turn.then(EndCall(owner, "hangup_verb", "document"))
    return True


PLAYS: dict[type[verbs.Verb], Callable[[Sound, Owner, Any, Turn], bool]] = {
    verbs.Play: play_media,
    verbs.Speak: speak,
    verbs.Wait: stay_silent,
    verbs.Collect: collect_keys,
    verbs.Redirect: go_elsewhere,
    verbs.Leave: leave_queue,
    verbs.Hangup: end_the_call,
}


def playback_ended(owner: Owner, purpose: str, event: Any, turn: Turn) -> None:
    """One sound of a program is over."""
    sound = slots(owner).get(purpose)
    if sound is not None and sound.playing == event.id:
        SOUND.fire("sound_over", sound, (owner, event), turn)


def timer_rang(owner: Owner, purpose: str, turn: Turn) -> None:
    """A silence, or the pause before another round, is over."""
    sound = slots(owner).get(purpose)
    if sound is not None:
        SOUND.fire("time_over", sound, (owner, None), turn)


def next_sound(sound: Sound, event: tuple[Owner, Any], turn: Turn) -> None:
    """On with the program."""
    owner, told = event
    sound.playing = ""
    if told is not None and told.why == "failed" and sound.flow is not None and len(sound.flow.verbs) == 1:
        finish(sound, owner, turn, failed=True)
    else:
        play_next(sound, owner, turn)


def next_round(sound: Sound, event: tuple[Owner, Any], turn: Turn) -> None:
    """The pause is over: the program starts again."""
    owner, _ = event
    sound.round_at = turn.at
    sound.pc = 0
    if sound.flow is not None and (sound.asked is None or plays_again(sound, sound.flow)):
        sound.state = "playing"
        play_next(sound, owner, turn)
    elif sound.asked is not None:
        ask(sound, owner, sound.asked, turn)


def plays_again(sound: Sound, flow: Flow) -> bool:
    """Whether the next round is the same document: it holds something, and is not one that is asked for each time."""
    return bool(flow.verbs) and not isinstance(flow.verbs[-1], verbs.Redirect) and sound.purpose not in ASKED_ANEW


def end_round(sound: Sound, owner: Owner, turn: Turn) -> None:
    """The program ran out: again, or done."""
    if not sound.loops:
        finish(sound, owner, turn, failed=False)
        return
    if round_was_empty(sound, owner, turn):
        return
    sound.state = "pacing"
    at = max(turn.at, sound.round_at + turn.settings.a_while)
    if at > turn.at:
        turn.set_timer(owner, f"sound:{sound.purpose}", at)
    else:
        next_round(sound, (owner, None), turn)


def round_was_empty(sound: Sound, owner: Owner, turn: Turn) -> bool:
    """Count a round that took no time; the last of several such in a row ends the program."""
    sound.empty_rounds = sound.empty_rounds + 1 if turn.at <= sound.round_at else 0
    if sound.empty_rounds < EMPTY_ROUNDS:
        return False
    if turn.watched:
        turn.note("warning", sound.call, code="empty_loop", message=f"{sound.purpose} holds no sound", line=0)
    finish(sound, owner, turn, failed=True)
    return True


def finish(sound: Sound, owner: Owner, turn: Turn, *, failed: bool) -> None:
    """The program is over by itself; the next announcement in line begins."""
    sound.state = "over"
    slots(owner).pop(sound.purpose, None)
    turn.then(SoundEnded(sound, owner, failed))
    if sound.waiting:
        following = sound.waiting.pop(0)
        following.waiting, sound.waiting = sound.waiting, []
        slots(owner)[sound.purpose] = following
        run(following, owner, turn)
    elif sound.purpose in QUEUED:
        tell_endless("resume", owner, turn)


def end(asked: EndSound, turn: Turn) -> None:
    """Somebody wants a program over."""
    owner = asked.owner
    sound = slots(owner).pop(asked.purpose, None) if owner.sounds else None
    if sound is not None:
        stop(sound, owner, turn)


def stop(sound: Sound, owner: Owner, turn: Turn) -> None:
    """Silence a program at once."""
    sound.state = "over"
    if sound.collecting is not None and isinstance(owner, Call):
        collect.stop_clocks(sound.collecting, At(owner, sound=sound), turn)
    turn.cancel_timer(owner, f"sound:{sound.purpose}")
    if sound.fetch is not None:
        owner.awaits.pop(sound.fetch.id, None)
    if sound.playing and owner.awaits.pop(sound.playing, None) is not None:
        turn.do(StopMedia(owner.id, sound.playing))


SOUND = table(
    "sound",
    states=("fetching", "playing", "pacing", "paused", "over"),
    final=("over",),
    rows=(
        #   on            source      dest       do
        Row("sound_over", "playing",  None,      next_sound),
        Row("sound_over", "fetching", None),
        Row("sound_over", "pacing",   None),
        Row("time_over",  "playing",  None,      next_sound),
        Row("time_over",  "pacing",   None,      next_round),
        Row("time_over",  "fetching", None),
        Row("pause",      "playing",  "paused",  hush),
        Row("pause",      "pacing",   "paused",  halt),
        Row("pause",      ("fetching", "paused"),            None),
        Row("resume",     "paused",   "playing", go_on),
        Row("resume",     ("fetching", "playing", "pacing"), None),
    ),
)  # fmt: skip
