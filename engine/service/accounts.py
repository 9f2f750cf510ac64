"""Who asks, and what belongs to whom: accounts by their credentials, numbers, applications, rates.

All is worked out once from the configuration; a request costs a look into a table and one
comparison in constant time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, fields, replace

from engine.dialects.face import ApplicationView
from engine.dialects.signing import Keys
from engine.dialects.tongues import DEFINED
from engine.service.config import KNOWN_BY_SECRET, Account, Conference, Config, Limits, Number
from engine.service.secret import as_bytes, same
from engine.values.commands import DefineConference
from engine.values.events import CallArrived
from engine.values.flow import Hook

NOBODY = b"nobody has this secret"


class Hooks(Struct, frozen=True, kw_only=True):
    """What callers of a number reach: fields of CallArrived."""

    tongue: str
    answer: Hook | None = None
    fallback: Hook | None = None
    hangup: Hook | None = None
    status_events: tuple[str, ...] = ()


class Accounts:
    """The accounts of a configuration; `seeds` are their Ed25519 keys by account id (`keys.signing_seeds`).

    A face is its name; `name` is always the account's as that face calls it, `account` our id of it.
    """

    def __init__(self, config: Config, seeds: Mapping[str, bytes]) -> None:
        """Work out all tables."""
        self.accounts = {account.id: account for account in config.accounts}
        self._named: dict[tuple[str, str], tuple[Account, bytes]] = {}
        self._by_key: dict[tuple[str, bytes], tuple[Account, bytes]] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._keys: dict[tuple[str, str], Keys] = {}
        for account in config.accounts:
            self._file(account, seeds.get(account.id, b""))
        self._limits = {account.id: merged(config.limits, account) for account in config.accounts}
        self._numbers = {bare(number.number): number for number in config.numbers}
        self._applications = {application.sid: application for application in config.applications}

    def _file(self, account: Account, seed: bytes) -> None:
        """Put an account into the tables under each of its names and secrets."""
        for face, given in account.faces().items():
            name, secret = account.name_on(face), as_bytes(given.secret.reveal())
            self._named[face, name] = (account, secret)
            if face in KNOWN_BY_SECRET:
                self._by_key[face, digest(secret)] = (account, secret)
            self._names[face, account.id] = name
            self._keys[face, account.id] = given.keys(seed)

    def verify(self, face: str, name: str, secret: str) -> Account | None:
        """The account of that name when the secret is its own; an unknown name takes as long as a wrong secret."""
        account, right = self._named.get((face, name), (None, NOBODY))
        return account if same(right, as_bytes(secret)) else None

    def by_key(self, face: str, secret: str) -> Account | None:
        """The account that a secret alone proves, on faces whose credential has no name."""
        given = as_bytes(secret)
        account, right = self._by_key.get((face, digest(given)), (None, NOBODY))
        return account if same(right, given) else None

    def named(self, face: str, name: str) -> Account | None:
        """The account that a face calls so."""
        found = self._named.get((face, name))
        return found[0] if found is not None else None

    def name_of(self, face: str, account: str) -> str:
        """How a face calls an account; one that it has no credentials for, as we do."""
        return self._names.get((face, account), account)

    def names(self, face: str) -> dict[str, str]:
        """How a face calls its accounts, by our ids."""
        return {account: name for (on, account), name in self._names.items() if on == face}

    def keys(self, face: str, account: str) -> Keys | None:
        """What requests in that face's dialect are signed with; None where the account is not on that face."""
        return self._keys.get((face, account))

    def limits(self, account: str) -> Limits:
        """The limits of an account, its own before those for all."""
        return self._limits[account]

    def number(self, called: str) -> Number | None:
        """The configured number that was called, written with or without its plus."""
        return self._numbers.get(bare(called))

    def application(self, account: str, sid: str) -> ApplicationView | None:
        """The configured application of that id, where it is that account's."""
        found = self._applications.get(sid)
        if found is None or found.account != account:
            return None
        return ApplicationView(
            sid=sid,
            voice=Hook(found.voice_url, found.voice_method),
            fallback=hook(found.fallback_url, found.fallback_method),
            status=hook(found.status_callback, found.status_callback_method),
        )

    def hooks(self, number: Number) -> Hooks:
        """What callers of a configured number reach; of a definition only its dialect."""
        if number.application:
            view = self.application(number.account, number.application)
            assert view is not None  # checked when the configuration was read
            tongue = self._applications[number.application].dialect
            return Hooks(tongue=tongue, answer=view.voice, fallback=view.fallback, hangup=view.status)
        return Hooks(
            tongue=number.dialect or DEFINED,
            answer=hook(number.answer_url, number.answer_method),
            fallback=hook(number.fallback_url, number.fallback_method),
            hangup=hook(number.hangup_url, number.hangup_method),
        )

    def reached(self, number: Number, at: float, **person: Any) -> CallArrived:
        """Somebody (`person`: further fields) reached a configured number."""
        hooks = self.hooks(number)
        return CallArrived(
            at=at,
            tongue=hooks.tongue,
            account=number.account,
            answer=hooks.answer,
            fallback=hooks.fallback,
            hangup=hooks.hangup,
            status_events=hooks.status_events,
            conference=number.conference,
            application=number.application,
            **person,
        )


class RateLimiter:
    """A bucket of requests for each account, filled at its rate; times in seconds of one clock."""

    def __init__(self, limits: Mapping[str, Limits]) -> None:
        """Fill the bucket of each account that has a rate."""
        self._sizes = {name: (one.rate, one.burst or max(1.0, one.rate)) for name, one in limits.items() if one.rate}
        self._left = {name: (size, -1.0) for name, (_, size) in self._sizes.items()}

    def allow(self, account: str, now: float) -> bool:
        """Whether one more request may be met now; a request that may not costs nothing."""
        sizes = self._sizes.get(account)
        if sizes is None:
            return True
        rate, size = sizes
        left, before = self._left[account]
        if before >= 0:
            left = min(size, left + max(0.0, now - before) * rate)
        allowed = left >= 1.0
        self._left[account] = (left - allowed, now)
        return allowed


def definitions(config: Config) -> Iterator[DefineConference]:
    """The commands that make the configured conference definitions."""
    same_named = {info.name for info in fields(Conference)} - {"member_pins", "moderator_pins"}
    for conference in config.conferences:
        yield DefineConference(
            **{name: value for name, value in asdict(conference).items() if name in same_named},
            member_pins=tuple(pin.reveal() for pin in conference.member_pins),
            moderator_pins=tuple(pin.reveal() for pin in conference.moderator_pins),
        )


def merged(limits: Limits, account: Account) -> Limits:
    """The limits for all, with what an account has of its own."""
    return replace(limits, **{name: value for name, value in asdict(account.limits).items() if value is not None})


def hook(url: str, method: str) -> Hook | None:
    """The address to ask; None where none is configured."""
    return Hook(url, method) if url else None


def bare(number: str) -> str:
    """A number without its plus."""
    return number.removeprefix("+")


def digest(secret: bytes) -> bytes:
    """What a secret is looked up by: how long the look takes tells nothing of the secret."""
    return hashlib.sha256(secret).digest()
