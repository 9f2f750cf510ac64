"""The answer to a challenge for a password (RFC 7616 with MD5, which is what softswitches ask for)."""

from __future__ import annotations

import re
import secrets
from hashlib import md5

import msgspec

from tests.asterisk.phone.sip import BadMessage, Message

# Which header a status asks for, and the one that answers.
ASKED = {401: ("WWW-Authenticate", "Authorization"), 407: ("Proxy-Authenticate", "Proxy-Authorization")}

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


class Login(msgspec.Struct, frozen=True):
    """Who a phone says it is when it is asked."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r}, ***)"

    def answer(self, challenge: Message, uri: str, ours: str = "") -> tuple[str, str]:
        """The header to send with the request again; `ours` is our nonce, a new one where none is given.

        Raises BadMessage for a challenge that cannot be answered.
        """
        asks, answers = ASKED[challenge.status]
        asked = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(challenge.get(asks))}
        if not asked.get("nonce") or asked.get("algorithm", "MD5").upper() != "MD5":
            raise BadMessage(f"a challenge for a password without nonce, or not MD5: {challenge.get(asks)[:100]!r}")
        return answers, self._credentials(asked, challenge.method, uri, ours or secrets.token_hex(8))

    def _credentials(self, asked: dict[str, str], method: str, uri: str, ours: str) -> str:
        who = _hash(self.user, asked.get("realm", ""), self.password)
        what = _hash(method, uri)
        given = {"username": self.user, "realm": asked.get("realm", ""), "nonce": asked["nonce"], "uri": uri}
        plain = {"algorithm": "MD5"}
        if "auth" in asked.get("qop", "").split(","):
            given["cnonce"] = ours
            plain |= {"qop": "auth", "nc": "00000001"}
            given["response"] = _hash(who, asked["nonce"], plain["nc"], given["cnonce"], "auth", what)
        else:
            given["response"] = _hash(who, asked["nonce"], what)
        if "opaque" in asked:
            given["opaque"] = asked["opaque"]
        parameters = [f'{name}="{value}"' for name, value in given.items()]
        return "Digest " + ", ".join(parameters + [f"{name}={value}" for name, value in plain.items()])


def _hash(*parts: str) -> str:
    return md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()
