"""The configuration where there is none: one account for trying out, with credentials made at every start."""

from __future__ import annotations

import base64
import secrets
import string
import uuid
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from engine.service.checks import ED25519_SEED, check, seed_of
from engine.service.config import Account, AccountToken, ApiKey, Config, Credentials, Number, TokenPair, WebLimits
from engine.service.keys import public_key
from engine.service.secret import Secret

ALPHABET = string.ascii_uppercase + string.digits
NUMBER = "+16505550100"
ANSWER = "http://127.0.0.1:9000/answer"


def demo() -> Config:
    """One account with fresh credentials for every face, on this machine alone, and a number that asks port 9000."""
    auth_id = f"MA{word(18)}"
    key = base64.b64encode(secrets.token_bytes(ED25519_SEED)).decode()
    account = Account(
        id=auth_id,
        plivo=TokenPair(name=auth_id, secret=token()),
        vobiz=TokenPair(name=f"MA_{word(8)}", secret=token()),
        texml=ApiKey(name=str(uuid.uuid4()), secret=Secret(f"KEY{secrets.token_hex(16)}"), private_key=Secret(key)),
        audian=AccountToken(name=secrets.token_hex(16), secret=token()),
    )
    return check(
        Config(
            demo=True,
            accounts=(account,),
            numbers=(Number(number=NUMBER, account=auth_id, dialect="plivo", answer_url=ANSWER),),
            web=WebLimits(allow_private=True),
        )
    )


def word(length: int) -> str:
    """Capital letters and digits that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def token() -> Secret:
    """A token that nobody can guess."""
    return Secret(secrets.token_urlsafe(30))


class Shown(Struct, frozen=True):
    """What one needs to use an account on a face: names as its vendor calls them, and values."""

    face: str
    entries: tuple[tuple[str, str], ...]


def credentials(config: Config) -> tuple[Shown, ...]:
    """The rows that are printed at start: credentials for trying out in clear text, and nobody else's."""
    if not config.demo:
        return ()
    return tuple(
        Shown(face, entries(given, account.name_on(face)))
        for account in config.accounts
        for face, given in account.faces().items()
    )


def entries(given: Credentials, name: str) -> tuple[tuple[str, str], ...]:
    """Names and values of credentials; of a private key, the public one."""
    rows = []
    for info in fields(given):
        value: Any = name if info.name == "name" else getattr(given, info.name)
        if info.name == "private_key" and value is not None:
            rows.append(("public_key", public_key(seed_of(value.reveal()) or b"")))
        elif value is not None:
            rows.append((info.encode_name, value if isinstance(value, str) else value.reveal()))
    return tuple(rows)
