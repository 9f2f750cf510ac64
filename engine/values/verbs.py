"""The flow language: what a document asks for, whoever's XML it was.

Every verb keeps the name its document spells it with and its place; all times are seconds, all
URLs are as written (the exchange resolves them against the document's own address), and an empty
string means "not given".
"""

from __future__ import annotations

from msgspec import Struct


class Verb(Struct, frozen=True, kw_only=True, tag_field="verb"):
    """One instruction: `name` as the document spells it, `line` (1-based), `ordinal` in the document."""

    name: str
    line: int = 0
    ordinal: int = 0


class Speak(Verb, frozen=True, kw_only=True, tag="speak"):
    """Say a text; `loop` times, 0 for ever; `ssml` holds the mark-up where there was any."""

    text: str
    ssml: str = ""
    voice: str = ""
    language: str = ""
    loop: int = 1


class Play(Verb, frozen=True, kw_only=True, tag="play"):
    """Play the sound at a URL (or a stored media name); `loop` times, 0 for ever."""

    url: str
    loop: int = 1
    stored: bool = False


class Wait(Verb, frozen=True, kw_only=True, tag="wait"):
    """Stay silent for `length` s; with `silence`, end as soon as `min_silence` s of silence were heard."""

    length: float = 1.0
    silence: bool = False
    min_silence: float = 2.0
    beep: str = ""


class SendDigits(Verb, frozen=True, kw_only=True, tag="send_digits"):
    """Send DTMF on the call; `w` waits 0.5 s, `W` 1 s; `blocking` when the next verb waits for its end."""

    digits: str
    blocking: bool = True


Prompt = Speak | Play | Wait | SendDigits


class Collect(Verb, frozen=True, kw_only=True, tag="collect"):
    """Collect keys or speech while prompts play.

    Times in seconds: `first_timeout` from the prompts' end to the first input, `digit_timeout`
    between digits, `speech_timeout` of silence that ends speech, `total_timeout` from the prompts'
    end to the end of all (0: none). `retries` counts prompt cycles. `valid` are the keys that
    count; `invalid_sound` is played and `invalid_action` requested when others were pressed.
    """

    prompts: tuple[Prompt, ...] = ()
    hears: tuple[str, ...] = ("dtmf",)
    action: str = ""
    action_method: str = "POST"
    redirect: bool = True
    first_timeout: float = 5.0
    digit_timeout: float = 2.0
    speech_timeout: float = 2.0
    total_timeout: float = 0.0
    finish_on: str = "#"
    min_digits: int = 1
    max_digits: int = 99
    valid: str = "1234567890*#"
    invalid_sound: str = ""
    invalid_action: str = ""
    retries: int = 1
    beep: bool = False
    log: bool = True
    language: str = "en-US"
    hints: str = ""
    speech_model: str = ""
    interim: str = ""
    interim_method: str = "POST"
    profanity_filter: bool = False
    action_on_empty: bool = False


class Record(Verb, frozen=True, kw_only=True, tag="record"):
    """Record the call: `silence_timeout` s of silence (0: none), `max_length` s or a key of `finish_on` end it.

    `background` lets the flow go on at once (the whole session is recorded); `from_answer` starts
    with the answer of the next Dial.
    """

    action: str = ""
    action_method: str = "POST"
    redirect: bool = True
    silence_timeout: float = 0.0
    max_length: float = 60.0
    finish_on: str = "#"
    beep: bool = True
    background: bool = False
    from_answer: bool = False
    format: str = "mp3"
    channels: str = ""
    track: str = "both"
    trim: bool = False
    callback: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ("completed",)
    send_url: bool = True
    transcription: str = ""
    transcription_url: str = ""
    transcription_method: str = "POST"


class Target(Struct, frozen=True, kw_only=True):
    """Whom a Dial rings: `kind` is number, user, sip or client; `screening` runs on the callee before the bridge."""

    kind: str
    address: str
    line: int = 0
    send_digits: str = ""
    send_on_preanswer: bool = False
    send_digits_mode: str = ""
    headers: str = ""
    caller_id: str = ""
    caller_name: str = ""
    screening: str = ""
    screening_method: str = "POST"
    callback: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ("completed",)
    machine_detection: str = ""
    username: str = ""
    password: str = ""


class Dial(Verb, frozen=True, kw_only=True, tag="dial"):
    """Ring one or several targets; the first answer wins and is joined to the caller.

    `timeout` s of ringing, `time_limit` s from the bridge (0: none). `music` is `real` (the ringing
    itself), a URL of a sound program, or empty. `confirm_key` is asked for by `confirm_sound` (for
    `confirm_timeout` s). `queue` names a queue to take the caller from instead of targets.
    """

    targets: tuple[Target, ...] = ()
    queue: str = ""
    queue_url: str = ""
    queue_method: str = "POST"
    action: str = ""
    action_method: str = "POST"
    redirect: bool = True
    timeout: float = 120.0
    time_limit: float = 14400.0
    caller_id: str = ""
    caller_name: str = ""
    hangup_on_star: bool = False
    confirm_sound: str = ""
    confirm_key: str = ""
    confirm_timeout: float = 120.0
    music: str = "real"
    callback: str = ""
    callback_method: str = "POST"
    digits_match: tuple[str, ...] = ()
    digits_match_b: tuple[str, ...] = ()
    headers: str = ""
    answer_on_bridge: bool = True
    sequential: bool = False
    record: str = ""
    record_channels: str = "mono"
    record_max_length: float = 0.0
    record_callback: str = ""
    record_callback_method: str = "POST"
    record_callback_events: tuple[str, ...] = ("completed",)
    send_url: bool = True


class Conference(Verb, frozen=True, kw_only=True, tag="conference"):
    """Join the room `room` of the account and stay until something takes the member out.

    `starts` and `ends` are startConferenceOnEnter and endConferenceOnExit. `enter_sound` and
    `exit_sound` are empty, `beep:1`, `beep:2` or a URL; `beep` says which of both a plain beep is
    played at (`none`, `both`, `enter`, `exit`). `wait_sound` is a URL, empty for the built-in
    music. `max_members` and `time_limit` are None where the document gives none;
    `leg_time_limit` s ends this leg's stay alone (0: none).
    """

    room: str
    muted: bool = False
    enter_sound: str = ""
    exit_sound: str = ""
    beep: str = "none"
    starts: bool = True
    ends: bool = False
    stay_alone: bool = True
    wait_sound: str = ""
    wait_method: str = "POST"
    max_members: int | None = None
    time_limit: float | None = None
    leg_time_limit: float = 0.0
    hangup_on_star: bool = False
    action: str = ""
    action_method: str = "POST"
    redirect: bool = True
    callback: str = ""
    callback_method: str = "POST"
    callback_events: tuple[str, ...] = ()
    digits_match: tuple[str, ...] = ()
    floor_event: bool = False
    relay_dtmf: bool = True
    label: str = ""
    coach: str = ""
    record: bool = False
    record_format: str = "mp3"
    record_beep: bool = False
    record_timeout: float = 0.0
    record_trim: bool = False
    record_callback: str = ""
    record_callback_method: str = "POST"
    record_callback_events: tuple[str, ...] = ("completed",)
    send_url: bool = True
    transcription: str = ""
    transcription_url: str = ""
    transcription_method: str = "POST"


class Redirect(Verb, frozen=True, kw_only=True, tag="redirect"):
    """Replace the flow by the document at `url`; empty means the current document again."""

    url: str = ""
    method: str = "POST"


class Hangup(Verb, frozen=True, kw_only=True, tag="hangup"):
    """End the call; `schedule` s > 0 arms a timer and lets the flow go on; `reason` busy or rejected."""

    reason: str = ""
    schedule: float = 0.0


class Reject(Verb, frozen=True, kw_only=True, tag="reject"):
    """Refuse an unanswered call; `reason` busy or rejected."""

    reason: str = "rejected"


class PreAnswer(Verb, frozen=True, kw_only=True, tag="pre_answer"):
    """Early media: the next `covers` verbs of the flow run before the call is answered."""

    covers: int = 0


class Enqueue(Verb, frozen=True, kw_only=True, tag="enqueue"):
    """Wait in a queue, hearing the document at `wait_url` again and again, for `max_wait` s at most."""

    queue: str
    action: str = ""
    action_method: str = "POST"
    redirect: bool = True
    wait_url: str = ""
    wait_method: str = "POST"
    max_wait: float = 14400.0
    max_size: int = 0


class Leave(Verb, frozen=True, kw_only=True, tag="leave"):
    """Leave the queue (in a queue's wait document)."""


class Unperformed(Verb, frozen=True, kw_only=True, tag="unperformed"):
    """Read and validated, but not executed by this engine yet.

    `opaque` where not even its attributes are known. `blocking` tells what the vendor's verb would
    do; the flow goes on either way, since nothing is there to wait for. `action` is where the
    vendor would send the result.
    """

    blocking: bool = False
    opaque: bool = False
    action: str = ""
    action_method: str = "POST"
    redirect: bool = True


AnyVerb = (
    Speak
    | Play
    | Wait
    | SendDigits
    | Collect
    | Record
    | Dial
    | Conference
    | Redirect
    | Hangup
    | Reject
    | PreAnswer
    | Enqueue
    | Leave
    | Unperformed
)
