"""How ids, dates, numbers and yes or no are spelt where a customer sees them: pure functions of a value.

The exchange knows `ann`, `r1` and seconds of the run; a vendor's customer expects UUIDs and dates. A
Speller says how far to go: with `plain` ids stay as they are (a timeline stays readable), otherwise
they are hashed with the seed, so that the same run is always spelt the same.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Speller(Struct, frozen=True, kw_only=True):
    """How ids and times are spelt: `seed` of the ids, `epoch` the run's start in seconds since 1970.

    `accounts` are the names by which a customer knows its accounts, where they differ from ours.
    """

    seed: str = ""
    epoch: float = 0.0
    plain: bool = False
    accounts: Mapping[str, str] = {}


def digest(speller: Speller, what: str, text: str) -> bytes:
    """Hash an id: 64 bytes that depend on the seed, on the kind of thing, and on the id."""
    return hashlib.sha512(f"{speller.seed}\0{what}\0{text}".encode()).digest()


def as_uuid(speller: Speller, what: str, text: str) -> str:
    """Spell an id in the form of a random UUID; one that has this form already stays as it is."""
    if UUID.fullmatch(text):
        return text
    raw = digest(speller, what, text).hex()
    return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-{'89ab'[int(raw[16], 16) % 4]}{raw[17:20]}-{raw[20:32]}"


def as_opaque(speller: Speller, what: str, text: str) -> str:
    """Spell an id as `v3:` and 54 url-safe characters (TeXML 1.1)."""
    return "v3:" + base64.urlsafe_b64encode(digest(speller, what, text)[:40]).decode().rstrip("=")


def prefixed(prefix: str) -> Callable[[Speller, str, str], str]:
    """Spell ids as a word and 24 url-safe characters; one that begins with the word stays as it is (Audian 9 B24)."""

    def style(speller: Speller, what: str, text: str) -> str:
        if text.startswith(prefix):
            return text
        return prefix + base64.urlsafe_b64encode(digest(speller, prefix, text)[:18]).decode()

    return style


def as_it_is(speller: Speller, what: str, text: str) -> str:
    """Leave an id that the customer has given itself."""
    return text


STYLES: Mapping[str, Callable[[Speller, str, str], str]] = {
    "uuid": as_uuid,
    "opaque": as_opaque,
    "plain": as_it_is,
    "conf": prefixed("conf_"),
    "part": prefixed("part_"),
}


def spell_id(style: str, what: str, text: str, speller: Speller) -> str:
    """Spell the id of a call, room, recording …; no id stays no id, and an account has a name of its own."""
    if what == "account":
        return speller.accounts.get(text, text)
    return text if speller.plain or not text else STYLES[style](speller, what, text)


def bare_number(text: str) -> str:
    """Write a telephone number without the leading plus; SIP addresses stay as they are."""
    return text.removeprefix("+")


def decimal(value: float) -> str:
    """Write a number without trailing zeros, four places at most."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def seconds(value: float) -> str:
    """Whole seconds, halves up; -1 stands for "not known yet"."""
    return str(math.floor(value + 0.5))


def billed_seconds(value: float) -> str:
    """Whole minutes begun, in seconds: what a bill would count (captured with Plivo 3.2: 66 becomes 120)."""
    return str(60 * math.ceil(value / 60))


def milliseconds(value: float) -> str:
    """Whole milliseconds; -1 stands for "not known yet"."""
    return "-1" if value < 0 else str(round(value * 1000))


def moment(at: float, speller: Speller) -> datetime:
    """Turn a time of the run into a date of the world (UTC)."""
    return datetime.fromtimestamp(round(speller.epoch + at, 6), UTC)


def epoch_milliseconds(at: float, speller: Speller) -> str:
    """Milliseconds since 1970; -1 stands for "not known yet"."""
    return "-1" if at < 0 else str(round((speller.epoch + at) * 1000))


def local_date(at: float, speller: Speller, offset: int) -> str:
    """`2026-01-31 13:05:09`, `offset` seconds east of Greenwich."""
    return (moment(at, speller) + timedelta(seconds=offset)).strftime("%Y-%m-%d %H:%M:%S")


def fine_date(at: float, speller: Speller) -> str:
    """`2026-01-31 13:05:09.250000`, UTC with microseconds."""
    return moment(at, speller).strftime("%Y-%m-%d %H:%M:%S.%f")


def iso_date(at: float, speller: Speller) -> str:
    """`2026-01-31T13:05:09.250Z`."""
    return moment(at, speller).isoformat(timespec="milliseconds").replace("+00:00", "Z")
