"""What the driver is given: where the switch is, and how numbers are rung there."""

from __future__ import annotations

from base64 import b64encode

from msgspec import Struct

# Seconds that any request to the switch may take.
DEADLINE = 2.0


class AriSettings(Struct, frozen=True, kw_only=True):
    """Where Asterisk's REST interface is, who we are there, and which way its events come.

    With `listen` (`HOST:PORT`), Asterisk connects to us and keeps events while we are away; without it we connect to
    Asterisk. `number` and `uri` are dial strings for a telephone number and for a SIP address. What `sip:` addresses
    a document rings is bounded by the endpoint that `uri` names.
    """

    url: str = "http://127.0.0.1:8088"
    user: str = "callflow"
    password: str = ""
    application: str = "callflow"
    listen: str = ""
    number: str = "PJSIP/{number}@callflow-out"
    uri: str = "PJSIP/callflow-out/{uri}"
    deadline: float = DEADLINE

    def __repr__(self) -> str:
        """Show where and who, never the password."""
        return f"AriSettings({self.user}@{self.url})"

    @property
    def authorization(self) -> str:
        """The header that proves who we are, to Asterisk and from it."""
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()
