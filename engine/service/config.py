"""Everything that may be configured: one schema, read once at the door and never changed.

Only shapes stand here. What no type can say is in `checks`; `loading` reads and shows a
configuration, `demo` makes the one that is used where there is none.
"""

from __future__ import annotations

import ipaddress
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import asdict

from engine.dialects.signing import Keys
from engine.drivers.asterisk.settings import AriSettings
from engine.drivers.simulated import Callee
from engine.drivers.sounds.speaker import DEFAULT as DEFAULT_SPEAKER
from engine.service.secret import Secret

YEAR = 31_536_000.0
Seconds = Annotated[float, Meta(ge=0, le=YEAR)]
Count = Annotated[int, Meta(ge=0)]  # 0: as many as come, where a limit is meant
Factor = Annotated[float, Meta(gt=0, le=1_000_000)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.~-]+$")]  # may stand in a URL's path as it is
OwnName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.~-]*$")]  # the same, or empty: by the account's id
Method = Literal["GET", "POST"]
FACES = ("plivo", "vobiz", "texml", "audian")
# Those whose requests are known by their secret alone, so that no two accounts may have the same.
KNOWN_BY_SECRET = ("texml", "audian")


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the configuration: a name that it does not know is a mistake."""


# --- accounts ------------------------------------------------------------------------------------


class Credentials(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one face names an account (empty: by the account's own id), and the secret that proves it."""

    name: str = ""
    secret: Secret

    def keys(self, seed: bytes) -> Keys:
        """What callbacks are signed with; `seed` is the account's Ed25519 key."""
        return Keys(token=self.secret.reveal())


class TokenPair(Credentials, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An auth id and its token; `parent_token` is the main account's where this is a sub-account."""

    name: OwnName = field(default="", name="auth_id")
    secret: Secret = field(name="auth_token")
    parent_token: Secret | None = None

    def keys(self, seed: bytes) -> Keys:
        """Callbacks are signed with the token, and with the main account's."""
        return Keys(token=self.secret.reveal(), parent_token=revealed(self.parent_token))


class ApiKey(Credentials, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account sid and its API key; `private_key` (32 bytes in base64) signs callbacks and is made if absent.

    With `twiml_token`, callbacks also bear the signature that TwiML receivers check.
    """

    name: OwnName = field(default="", name="account_sid")
    secret: Secret = field(name="api_key")
    private_key: Secret | None = None
    twiml_token: Secret | None = None

    def keys(self, seed: bytes) -> Keys:
        """Callbacks are signed with the private key."""
        return Keys(private_key=seed, twiml_token=revealed(self.twiml_token))


class AccountToken(Credentials, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account id and the token that requests bear."""

    name: OwnName = field(default="", name="account_id")
    secret: Secret = field(name="auth_token")


def revealed(secret: Secret | None) -> str:
    """The secret's text; empty where there is none."""
    return secret.reveal() if secret is not None else ""


class Limits(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much an account may do at a time; 0 is no limit, but of `history`, which always has one.

    `calls` and `members` are live ones, `rate` requests a second, of which `burst` at once (0: a second's
    worth). `body` bounds a request's bytes; `history` how many ended calls, and rooms, are remembered.
    """

    calls: Count = 10_000
    members: Count = 10_000
    rate: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    burst: Count = 0
    body: Annotated[int, Meta(ge=1_024)] = 1_048_576
    history: Annotated[int, Meta(ge=1)] = 10_000


class OwnLimits(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of one account alone; what is left out is as for all."""

    calls: Count | None = None
    rate: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None
    burst: Count | None = None


class Account(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer: an id of ours, and its credentials on each face that it may use."""

    id: Name
    plivo: TokenPair | None = None
    vobiz: TokenPair | None = None
    texml: ApiKey | None = None
    audian: AccountToken | None = None
    limits: OwnLimits = OwnLimits()

    def faces(self) -> dict[str, Credentials]:
        """The faces that this account may use."""
        given = asdict(self)
        return {face: given[face] for face in FACES if given[face] is not None}

    def name_on(self, face: str) -> str:
        """How a face names this account: its own name for it, else our id."""
        credentials = self.faces().get(face)
        return (credentials.name if credentials is not None else "") or self.id


# --- what callers reach --------------------------------------------------------------------------


class Number(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A telephone number, and what its callers reach: a document, a conference definition or an application."""

    number: Annotated[str, Meta(pattern=r"^(\+?[0-9]{2,15}|sips?:[^\s@]+(@[^\s@]+)?)$")]
    account: str
    dialect: str = ""
    answer_url: str = ""
    answer_method: Method = "POST"
    fallback_url: str = ""
    fallback_method: Method = "POST"
    hangup_url: str = ""
    hangup_method: Method = "POST"
    conference: str = ""
    application: str = ""


class Application(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses under one id, for numbers and for calls placed over an API."""

    sid: Name
    account: str
    dialect: str = "texml"
    voice_url: str
    voice_method: Method = "POST"
    fallback_url: str = ""
    fallback_method: Method = "POST"
    status_callback: str = ""
    status_callback_method: Method = "POST"


class Conference(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conference definition that is there when the service starts; others are made over the API."""

    id: Name
    account: str
    name: Annotated[str, Meta(min_length=1)]
    member_pins: tuple[Secret, ...] = ()
    moderator_pins: tuple[Secret, ...] = ()
    max_members: Count = 0
    profile: Literal["default", "large", "webinar"] = "default"
    play_entry_tone: bool | None = None
    play_exit_tone: bool | None = None
    wait_for_moderator: bool | None = None


# --- the service ---------------------------------------------------------------------------------


class Tls(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files in PEM: the certificate with its chain, and its private key."""

    certificate: str
    key: str


class WebLimits(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How documents are fetched and callbacks sent.

    `allow_private`: also to private, loopback and link-local addresses. `longest_document` in bytes;
    `redirects` of one fetch; `queue` callbacks that may wait in all; `connections` at a time.
    """

    allow_private: bool = False
    longest_document: Annotated[int, Meta(ge=1_024, le=100_000_000)] = 102_400
    redirects: Count = 5
    queue: Annotated[int, Meta(ge=1)] = 10_000
    connections: Annotated[int, Meta(ge=1)] = 512


class Habits(Callee, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a dialled number behaves on the simulated switch: it answers after 1 s where nothing else is said."""

    answers_after: Seconds = 1.0
    hangs_up_after: Seconds = 0.0


class Simulator(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People and sounds of the simulated switch: callees by number or pattern (`+1212*`), seconds of media by URL."""

    callees: dict[str, Habits] = field(default_factory=dict)
    media: dict[str, Seconds] = field(default_factory=dict)
    words_per_minute: Factor = 150.0

    def callee(self, number: str) -> Habits:
        """How a number behaves: its own entry, with or without its plus, else the first pattern that fits."""
        bare = number.lstrip("+")
        for spelled in (number, f"+{bare}", bare):
            if spelled in self.callees:
                return self.callees[spelled]
        fitting = (habits for pattern, habits in self.callees.items() if fnmatchcase(bare, pattern.lstrip("+")))
        return next(fitting, ORDINARY)


ORDINARY = Habits()


ARI = AriSettings()


class Asterisk(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Asterisk that is driven, and what it plays.

    `listen` is where it connects to us, as HOST:PORT (empty: we connect to it). `number` and `uri` are dial strings
    for telephone numbers and SIP addresses. `sounds` is a folder that we write and it reads (empty: in the state
    folder), `speaker` the engine that speaks.
    """

    url: str = ARI.url
    user: str = ARI.user
    password: Secret | None = None
    application: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+$")] = ARI.application
    listen: str = ARI.listen
    number: str = ARI.number
    uri: str = ARI.uri
    sounds: str = ""
    speaker: str = DEFAULT_SPEAKER

    @property
    def settings(self) -> AriSettings:
        """What the driver is given."""
        return AriSettings(
            url=self.url,
            user=self.user,
            password=revealed(self.password),
            application=self.application,
            listen=self.listen,
            number=self.number,
            uri=self.uri,
        )


class Recordings(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where recordings are kept: `folder` (empty: `recordings` in the state folder), of `room` bytes (0: no bound).

    `public_url` begins the addresses that customers get (empty: where we listen). A file is there until its recording
    is deleted over the API, or the newer ones need its room.
    """

    folder: str = ""
    public_url: str = ""
    room: Count = 0


class FaceOptions(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a face answers: `replies` as its vendor documents them, or as they were observed."""

    replies: Literal["documented", "observed"] = "documented"


class StrictFaceOptions(FaceOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same; `strict_paths`: the paths of the vendor's servers alone, without the spellings of its older pages."""

    strict_paths: bool = False


class FacesOptions(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The faces' options by their names."""

    plivo: FaceOptions = FaceOptions()
    vobiz: StrictFaceOptions = StrictFaceOptions()
    texml: FaceOptions = FaceOptions()
    audian: FaceOptions = FaceOptions()

    def of(self, face: str) -> FaceOptions:
        """The options of one face."""
        options: FaceOptions = getattr(self, face)
        return options


class Config(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration, with the defaults of what it leaves out.

    `speed` makes the simulated switch's time run faster; `drain` is how many seconds live calls get at the end.
    `journal` is a file (none: no journal); it begins anew with a checkpoint after so many events or bytes, and with
    `fsync` each write waits for the disk. `state` is a folder for keys that we make. `demo`: the credentials are for
    trying out, so only this machine is listened to. `rules` changes dialects' rules.
    """

    listen: str = "127.0.0.1:8080"
    switch: Literal["simulated", "asterisk"] = "simulated"
    speed: Factor = 1.0
    drain: Seconds = 30.0
    journal: str = ""
    checkpoint_events: Annotated[int, Meta(ge=1)] = 100_000
    checkpoint_bytes: Annotated[int, Meta(ge=1)] = 67_108_864
    fsync: bool = False
    state: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    demo: bool = False
    tls: Tls | None = None
    accounts: tuple[Account, ...] = ()
    numbers: tuple[Number, ...] = ()
    applications: tuple[Application, ...] = ()
    conferences: tuple[Conference, ...] = ()
    web: WebLimits = WebLimits()
    limits: Limits = Limits()
    simulator: Simulator = Simulator()
    asterisk: Asterisk = Asterisk()
    recordings: Recordings = Recordings()
    faces: FacesOptions = FacesOptions()
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)


def address(listen: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, an IPv6 host in brackets; ValueError where it is none."""
    host, _, port = listen.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not host or (":" in host) != bracketed or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise ValueError("expected HOST:PORT")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
