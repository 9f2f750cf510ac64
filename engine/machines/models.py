"""What lives: calls, conferences and what hangs on them, as plain structs that can be written down.

No closures, generators or callbacks inside, and no two structs hold the same third one: they know
each other by id. So a checkpoint is `msgspec` encoding of these, and nothing more.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from engine.values.causes import EndCause, EndSource, ExitCause, RoomEnd
from engine.values.effects import CallFacts, Facts
from engine.values.flow import Flow, Hook, Wish
from engine.values.verbs import AnyVerb


class Fetch(Struct, eq=False, gc=False):
    """The getting of one document: attempts, then the fallback (states of FETCH)."""

    owner: str
    purpose: str  # what the document is for: flow, or the purpose of a sound program
    kind: str  # how the request is worded
    blame: str  # which document failed, should it fail: answer, action, transfer, redirect
    url: str
    method: str
    facts: Facts
    started_at: float
    fallback: Hook | None = None
    tries: int = 0
    id: str = ""
    state: str = "asking"
    tongue: str = ""  # the document's dialect, where that is not its owner's


class Sound(Struct, eq=False):
    """A small flow beside a call's own: wait sound, hold sound, announcement (states of SOUND).

    `to` is the call or conference that hears it (all but the call `but`); the owner keeps it under its purpose.
    """

    owner: str
    purpose: str
    to: str
    loops: bool
    over: bool
    call: str
    but: str = ""
    state: str = "fetching"
    flow: Flow | None = None
    pc: int = 0
    base: str = ""
    playing: str = ""
    fetch: Fetch | None = None
    round_at: float = 0.0
    empty_rounds: int = 0
    asked: Hook | None = None
    facts: Facts = field(default_factory=dict)
    collecting: Collecting | None = None
    waiting: list[Sound] = field(default_factory=list)

    @property
    def tongue(self) -> str:
        """The dialect that its address names for all its documents; empty where it names none."""
        return self.asked.tongue if self.asked is not None else ""


class Recording(Struct, eq=False, kw_only=True):
    """One recording of a call or a room (states of RECORDING); it may outlive what it recorded.

    `said` is what its callbacks say besides itself; `about` the call they speak of, as last known.
    """

    id: str
    of: str
    source: str
    tongue: str
    state: str = "requested"
    kind: str = "recording"
    for_verb: bool = False
    hook: Hook | None = None
    events: tuple[str, ...] = ("completed",)
    format: str = "mp3"
    channels: str = "mono"
    call: str = ""
    about: CallFacts | None = None
    said: Facts = field(default_factory=dict)
    started_at: float = 0.0
    ended_at: float = 0.0
    seconds: float = -1.0
    why: str = ""
    url: str = ""
    send_url: bool = True
    running: bool = False  # the switch has said so
    told: int = 0


class Collecting(Struct, eq=False, tag="collecting"):
    """One collecting verb at work (states of COLLECT)."""

    state: str = "prompting"
    prompt: int = 0
    playing: str = ""
    cycle: int = 1
    digits: str = ""
    speech: str = ""
    confidence: float = 0.0
    input: str = ""
    interims: int = 0


class Recorded(Struct, eq=False, tag="recorded"):
    """A recording verb that waits for its recording's end."""

    recording: str = ""
    digits: str = ""


class Leg(Struct, eq=False):
    """One called party of a dial: `state` is ringing, confirming or talking."""

    call: str
    target: int
    state: str = "ringing"


class Dialling(Struct, eq=False, tag="dialling"):
    """One Dial and its racing legs (states of DIAL)."""

    state: str = "ringing"
    legs: dict[str, Leg] = field(default_factory=dict)
    next_target: int = 0
    winner: str = ""
    winner_called: str = ""
    rang: bool = False
    bridged_at: float | None = None
    status: str = ""
    cause: EndCause | None = None
    keys_a: str = ""
    keys_b: str = ""
    music: str = ""
    recording: str = ""


class Confirming(Struct, eq=False, tag="confirming"):
    """A dialled leg that is asked to confirm before the bridge: `parent` dials it."""

    parent: str


class Queuing(Struct, eq=False, tag="queuing"):
    """A call that waits in a queue (states of QUEUE)."""

    queue: str
    since: float
    state: str = "waiting"
    result: str = ""
    partner: str = ""


class Entering(Struct, eq=False, tag="entering"):
    """A caller at the door of a definition (states of DOOR)."""

    definition: str
    state: str = "welcoming"
    tries: int = 0
    digits: str = ""
    playing: str = ""
    moderator: bool = False


class Pausing(Struct, eq=False, tag="pausing"):
    """A Wait with silence detection: `until` is when it ends at the latest."""

    until: float


Doing = Collecting | Recorded | Dialling | Confirming | Queuing | Entering | Pausing


class Call(Struct, eq=False, kw_only=True, gc=False):
    """A call, from queued to ended (states of CALL), and where its flow stands.

    `awaits` maps the ids of effects that will still be answered to what the answer is for.
    """

    id: str
    account: str
    tongue: str
    caller: str
    called: str
    role: Literal["inbound", "outbound", "dialled", "invited"] = "inbound"
    direction: Literal["inbound", "outbound"] = "inbound"
    state: str = "ringing"
    caller_name: str = ""
    parent: str = ""
    created_at: float = 0.0
    answered_at: float | None = None
    ended_at: float | None = None
    answer: Hook | None = None
    fallback: Hook | None = None
    hangup: Hook | None = None
    ring: Hook | None = None
    status: Hook | None = None
    status_events: tuple[str, ...] = ()
    machine_hook: Hook | None = None
    machine_detection: str = ""
    machine: bool | None = None
    time_limit: float = 0.0
    hangup_on_ring: float = 0.0
    send_digits: str = ""
    send_on_preanswer: bool = False
    document: bytes = b""

    flow: Flow | None = None
    base: str = ""
    pc: int = 0
    verb: AnyVerb | None = None
    doing: Doing | None = None
    fetch: Fetch | None = None
    early_until: int = 0
    early: bool = False
    running: bool = False  # the flow has begun and is not over
    replaced: int = 0
    burst: int = 0
    burst_at: float = 0.0

    awaits: dict[str, str] = field(default_factory=dict)
    ordinal: int = 0
    keys: str = ""
    sequence: int = 0
    timers: list[str] | None = None
    sounds: dict[str, Sound] | None = None
    room: str = ""
    legs: tuple[str, ...] = ()
    partner: str = ""
    pending: Hook | None = None  # a transfer that waits until the call is free
    record_dial: AnyVerb | None = None
    screening: bool = False  # a dialled leg that runs a document before it is joined
    cause: EndCause | None = None
    source: EndSource | None = None
    purpose: str = ""
    far_held: bool = False
    recorded: tuple[str, ...] = ()  # the recordings whose callbacks speak of it
    headers: tuple[tuple[str, str], ...] = ()
    forwarded_from: str = ""
    application: str = ""  # the vendor's id of the one it belongs to
    record: Wish | None = None  # it is to be recorded from its answer on


class Member(Struct, eq=False, gc=False):
    """A call in a conference (states of MEMBER); flags are intent, independent of each other.

    The fields as far as `record` are what its document says of it; they are given by position there.
    """

    call: str
    number: int
    muted: bool = False
    starts: bool = True
    ends: bool = False
    stay_alone: bool = True
    beep: str = "none"
    enter_sound: str = ""
    exit_sound: str = ""
    wait_sound: str = ""
    wait_method: str = "POST"
    hangup_on_star: bool = False
    relay: bool = True
    digits_match: tuple[str, ...] = ()
    floor_event: bool = False
    label: str = ""
    callback: Hook | None = None
    leg_time_limit: float = 0.0
    record: Wish | None = None

    state: str = "joining"
    deaf: bool = False
    held: bool = False
    coaching: str = ""
    beep_on_exit: bool | None = None
    hold_sound: Hook | None = None
    keys: str = ""
    keys_at: float = 0.0
    moderator: bool = False
    cause: ExitCause | None = None
    joined_at: float | None = None
    let_in: bool = False  # the switch has it, or had it
    talking: bool = False  # its talk was told, so its silence will be
    retried: tuple[str, ...] = ()  # flags that the switch could not make real once
    came_at: float = 0.0
    wait_tongue: str = ""  # the dialect of the wait sound's document, where that is not the call's


class Conference(Struct, eq=False, kw_only=True, gc=False):
    """A live room (states of CONFERENCE); `members` by call id, in the order they came.

    The rules of the room are those of the tongue that made it.
    """

    id: str
    account: str
    name: str
    tongue: str
    state: str = "waiting"
    members: dict[str, Member] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    taken: int = 0  # places: joining, present and leaving members
    here: int = 0  # present members: waiting or seated
    created_at: float = 0.0
    started_at: float | None = None
    cap: int = 0
    definition: str = ""
    locked: bool = False
    wants_moderator: bool = False
    entry_tone: bool | None = None
    exit_tone: bool | None = None
    why: RoomEnd | None = None
    ended_by: str = ""
    ended_by_label: str = ""
    ender: CallFacts | None = None  # who ended it, or left last, as it was then
    fell_to_one: bool = False
    used: bool = False  # somebody was in it
    time_limit: float = 0.0
    subscriber: Hook | None = None
    subscriber_tongue: str = ""  # the dialect of the member who gave it
    events: tuple[str, ...] = ()
    sequence: int = 0
    numbers: int = 0
    ordinal: int = 0
    floor: str = ""
    awaits: dict[str, str] = field(default_factory=dict)
    timers: list[str] | None = None
    sounds: dict[str, Sound] | None = None
    recording: str = ""
    changed_at: float = 0.0


class Queue(Struct, eq=False):
    """Calls that wait, first come first served; `max_size` (0: none) bounds them whatever their documents say."""

    account: str
    name: str
    calls: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    served: int = 0
    waited: float = 0.0
    max_size: int = 0
    created_at: float = 0.0
    changed_at: float = 0.0


class Definition(Struct, eq=False, kw_only=True):
    """A conference that callers may dial into before anybody is there; `more` is the customer's own JSON, kept."""

    id: str
    account: str = ""
    name: str = ""
    member_pins: tuple[str, ...] = ()
    moderator_pins: tuple[str, ...] = ()
    max_members: int = 0
    profile: str = "default"
    play_entry_tone: bool | None = None
    play_exit_tone: bool | None = None
    wait_for_moderator: bool = False
    more: str = ""
    created_at: float = 0.0
