"""Reads the credentials of a request as each face wants them, and asks the accounts whose they are."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping

from msgspec import Struct

from engine.dialects.face import Face
from engine.dialects.faces import FACES
from engine.service.accounts import Accounts
from engine.service.config import Account

Headers = Mapping[str, str]


class Presented(Struct, frozen=True):
    """What a request presents: a secret, and the name it belongs to where the face has names."""

    name: str
    secret: str


def basic(headers: Headers, face: Face | None = None) -> Presented | None:
    """`Authorization: Basic`: name and password."""
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return Presented(name, secret) if colon else None


def pair(headers: Headers, face: Face) -> Presented | None:
    """Two headers: the name and the token."""
    name, secret = (headers.get(header, "") for header in face.proof)
    return Presented(name, secret) if name and secret else None


def bearer(headers: Headers, face: Face | None = None) -> Presented | None:
    """`Authorization: Bearer`: a key."""
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    return Presented("", key.strip()) if scheme.lower() == "bearer" and key.strip() else None


def token(headers: Headers, face: Face) -> Presented | None:
    """A header of its own, or a bearer's key."""
    key = headers.get(face.proof[0], "")
    return Presented("", key) if key else bearer(headers, face)


READERS: Mapping[str, Callable[[Headers, Face], Presented | None]] = {
    "basic": basic,
    "pair": pair,
    "bearer": bearer,
    "token": token,
}


def presented(headers: Headers, face: Face) -> Presented | None:
    """What a request presents to a face; None where it presents nothing that is meant for it."""
    return READERS[face.auth](headers, face)


def account_of(accounts: Accounts, face: Face, shown: Presented) -> Account | None:
    """Whose credentials these are; None where they are nobody's."""
    if shown.name:
        return accounts.verify(face.name, shown.name, shown.secret)
    return accounts.by_key(face.name, shown.secret)


def operator(accounts: Accounts, headers: Headers) -> Account | None:
    """The account whose credentials a request bears, as any face wants them; Basic takes any face's names."""
    named = basic(headers)
    if named is not None:
        found = [accounts.verify(face, named.name, named.secret) for face in FACES]
    else:
        shown = [(face, presented(headers, face)) for face in FACES.values()]
        found = [account_of(accounts, face, one) for face, one in shown if one is not None]
    return next((account for account in found if account is not None), None)
