"""What a scenario expects of its timeline, and how a disappointment is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field

from engine.convert import convert, nearest
from engine.errors import RequestError
from engine.values.words import WHATS

Entry = Mapping[str, Any]

# Times are sums of floats; a millionth of a second is the same instant.
SAME = 1e-6
NEAREST = 5


class Expectation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One expectation: an entry of the timeline, or who hears whom.

    `at` s, give or take `within`; without `at`, at any time. `fields` are what the entry must have.
    `never`: there is none; `count`: how many. `hears` and `not_hears` are pairs (hearer, speaker).
    """

    at: float | None = None
    within: float = 0.0
    never: bool = False
    count: int | None = None
    hears: tuple[str, str] | None = None
    not_hears: tuple[str, str] | None = None
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The hearer and the speaker, where it is about hearing."""
        return self.hears or self.not_hears

    def holds_at(self, at: float) -> bool:
        """Say whether this is the time that is meant."""
        return self.at is None or abs(at - self.at) <= self.within + SAME


class Failure(Struct, frozen=True, kw_only=True):
    """An expectation that did not come true: its number (1-based), what was wrong, and what there was instead."""

    number: int
    wanted: str
    found: str
    near: tuple[Entry, ...]


OWN = ("at", "within", "never", "count", "hears", "not_hears")


def read_expectation(value: Mapping[str, Any], path: str) -> Expectation:
    """Read one entry of `expect`: what is not our own word is a field of the timeline."""
    own = {name: value[name] for name in OWN if name in value}
    fields = {name: one for name, one in value.items() if name not in OWN}
    expectation: Expectation = convert(own, Expectation, path, OWN)
    what = fields.get("what")
    if what is not None and what not in WHATS:
        raise RequestError(f"the timeline has no {what!r}", field=f"{path}.what", hint=nearest(str(what), WHATS))
    if (expectation.pair is None) == (not fields):
        raise RequestError("it expects an entry or who hears whom", field=path, hint="give what, hears or not_hears")
    if expectation.pair is not None and expectation.at is None:
        raise RequestError("hearing is asked at a time", field=path, hint="give at")
    if expectation.never and expectation.count is not None:
        raise RequestError("never and count exclude each other", field=path)
    return msgspec.structs.replace(expectation, fields=fields)


def fits(entry: Entry, fields: Mapping[str, Any]) -> bool:
    """Say whether an entry has these fields; of a mapping, only what is named."""
    for name, wanted in fields.items():
        found = entry.get(name)
        if isinstance(wanted, dict):
            if not isinstance(found, Mapping) or not fits(found, wanted):
                return False
        elif isinstance(found, float) and isinstance(wanted, (int, float)):
            if abs(found - wanted) > SAME:
                return False
        elif found != wanted:
            return False
    return True


def failures(
    expectations: Sequence[Expectation], timeline: Sequence[Entry], heard: Mapping[int, Sequence[bool]]
) -> Iterator[Failure]:
    """Tell which expectations did not come true; `heard` holds, by number, what was found of each hearing."""
    for number, expectation in enumerate(expectations, 1):
        if expectation.pair is not None:
            found = hearing_fault(expectation, heard.get(number, ()))
        else:
            found = entry_fault(expectation, timeline)
        if found:
            near = nearest_entries(expectation, timeline)
            yield Failure(number=number, wanted=wanted(expectation), found=found, near=near)


def entry_fault(expectation: Expectation, timeline: Sequence[Entry]) -> str:
    """Say what is wrong with the entries that fit; nothing where all is well."""
    count = sum(expectation.holds_at(entry["at"]) and fits(entry, expectation.fields) for entry in timeline)
    if expectation.never:
        return f"there are {count}" if count else ""
    if expectation.count is not None:
        return f"there are {count}" if count != expectation.count else ""
    return "" if count else "there is none"


def hearing_fault(expectation: Expectation, heard: Sequence[bool]) -> str:
    """Say what is wrong with who hears whom."""
    if not heard:
        return "the run was over by then"
    hearer, speaker = expectation.pair or ("", "")
    if expectation.hears is not None:
        right = all(not one for one in heard) if expectation.never else any(heard)
    else:
        right = any(heard) if expectation.never else not all(heard)
    says = "hears" if any(heard) else "does not hear"
    return "" if right else f"{hearer} {says} {speaker}"


def wanted(expectation: Expectation) -> str:
    """Say an expectation as it stands in the scenario."""
    said: dict[str, Any] = {}
    for name in OWN:
        value = getattr(expectation, name)
        if value not in (None, False) and (name, value) != ("within", 0.0):
            said[name] = value
    return ", ".join(f"{name}: {spelled(value)}" for name, value in (said | expectation.fields).items())


def spelled(value: Any) -> str:
    """Spell a value as YAML would."""
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(str, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def nearest_entries(expectation: Expectation, timeline: Sequence[Entry]) -> tuple[Entry, ...]:
    """Find what comes nearest: entries that share most fields, and of these the nearest in time; in time's order."""
    fields = expectation.fields

    def distance(place: int) -> tuple[float, float, int]:
        entry = timeline[place]
        missed = sum(not fits(entry, {name: value}) for name, value in fields.items())
        return (missed, abs(entry["at"] - (expectation.at or 0.0)), place)

    return tuple(timeline[place] for place in sorted(sorted(range(len(timeline)), key=distance)[:NEAREST]))
