"""Our names for what we make at the switch: they carry what it belongs to, and which run of the exchange made it.

A name is `<application>.<epoch>.<kind>.<id>`, of characters that may stand in an address as they are. The application
keeps two services on one switch apart, the epoch two runs of one service; a run that is taken up again after a crash
keeps its epoch, and so finds its own.
"""

from __future__ import annotations

import re
from uuid import UUID, uuid5

# Calls that come in are named by the switch; theirs are made from its names, always in the same way.
INCOMING = UUID("6f6a4bd2-7f0e-4a35-9d3c-5b1f1f8a2c11")
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]")
_ESCAPED = re.compile(r"_([0-9a-f]+)_")


class Names:
    """The names of one run; `house` begins those of all runs of its application, `ours` those of this one."""

    def __init__(self, epoch: str, application: str = "callflow") -> None:
        """Keep the run's epoch; an application's name has no dots."""
        self.house = f"{application}."
        self.ours = f"{self.house}{epoch}."

    def name(self, kind: str, id: str) -> str:  # noqa: A002
        """The name of something: `kind` says what it is, `id` is the exchange's."""
        return f"{self.ours}{kind}.{_UNSAFE.sub(lambda found: f'_{ord(found[0]):x}_', id)}"

    def read(self, name: str) -> tuple[str, str] | None:
        """Kind and id of a name of this run; None for any other."""
        if not name.startswith(self.ours):
            return None
        kind, _, id = name.removeprefix(self.ours).partition(".")  # noqa: A001
        return kind, _ESCAPED.sub(lambda found: chr(int(found[1], 16)), id)


def call_of(channel: str) -> str:
    """The id of the call that came in on this channel of the switch."""
    return str(uuid5(INCOMING, channel))
