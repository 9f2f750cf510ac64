"""Makes requests of effects: words them as their dialect does, encodes and signs them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from time import time
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from engine.dialects.phrase import Outgoing
from engine.dialects.signing import Keys, Signed, sign
from engine.dialects.spelling import Speller
from engine.dialects.wording import word
from engine.drivers.addresses import parse
from engine.drivers.client import Request
from engine.drivers.outbox import Delivery
from engine.machines.patience import tuned
from engine.service.accounts import Accounts
from engine.values.effects import FetchDocument, SendCallback
from engine.values.tongue import Tongue

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/json")
Header = tuple[str, str]


class Proof(Struct, frozen=True):
    """What a signature needs besides the request: the account's keys, a nonce of 20 digits, the time in seconds."""

    keys: Keys
    nonce: str
    at: int


def compose(outgoing: Outgoing, dialect: str, proof: Proof | None) -> Request:
    """Encode a worded request as its method asks, and sign it where there is a proof.

    Raises ForbiddenAddress for an address that is none, as documents may hold.
    """
    url = parse(outgoing.url)
    headers: tuple[Header, ...] = ()
    body, fields = b"", outgoing.params
    if outgoing.method == "GET":
        url, fields = url.extend_query(list(fields)), ()
    elif outgoing.body == "json":
        body, fields, headers = msgspec.json.encode(outgoing.whole or dict(fields)), (), (JSON,)
    else:
        body, headers = urlencode(fields).encode(), (FORM,)
    if proof is not None and outgoing.sign:
        signed = Signed(outgoing.method, str(url), fields, body, proof.nonce, proof.at)
        headers += sign(dialect, signed, proof.keys)
    return Request(outgoing.method, str(url), headers, body)


def reply_to(url: str, method: str, body: Any) -> Outgoing:
    """The reply of a request, worded for the address that the request named for that."""
    whole = msgspec.to_builtins(body or {})
    params = tuple((name, text_of(value)) for name, value in whole.items())
    return Outgoing(method, url, params, sign=True, body="json", whole=whole)


def text_of(value: Any) -> str:
    """A value of a reply as a parameter."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


class Scribe:
    """Writes requests for accounts, and says how hard to try to deliver them."""

    def __init__(self, tongues: Mapping[str, Tongue], spellers: Mapping[str, Speller], accounts: Accounts) -> None:
        """Keep how each dialect speaks and spells, and with what accounts sign."""
        self._tongues, self._spellers, self._accounts = tongues, spellers, accounts

    def request(self, effect: FetchDocument | SendCallback) -> Request:
        """One attempt at an effect's request: worded, encoded, signed anew."""
        account = effect.about.account if effect.about is not None else str(effect.facts.get("account") or "")
        return self.composed(word(effect, self._spellers[effect.tongue]), effect.tongue, account)

    def composed(self, outgoing: Outgoing, tongue: str, account: str) -> Request:
        """A request that is worded already, encoded and signed."""
        keys = self._accounts.keys(tongue, account)
        proof = Proof(keys, f"{secrets.randbelow(10**20):020d}", int(time())) if keys is not None else None
        return compose(outgoing, tongue, proof)

    def delivery(self, effect: SendCallback) -> Delivery:
        """How hard to try to deliver a callback."""
        return self.patience(effect.tongue, effect.url)

    def patience(self, tongue: str, url: str) -> Delivery:
        """The dialect's patience with callbacks, tuned by the address where the dialect allows that."""
        rules = self._tongues[tongue].rules
        patience, _ = tuned(rules.patience["callback"], url, rules.tuning)
        return Delivery(
            tries=patience.tries,
            timeout=patience.timeout,
            connect=patience.connect,
            total=patience.total,
            gap=patience.gap,
            retry=patience.retry,
        )
