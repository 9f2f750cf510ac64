"""All that is kept of one run: the exchange and who watches it, as one fold over events.

A running service and one that takes up a run which broke off do the same here, so that they come to the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.dialects.phrase import Outgoing
from engine.dialects.spelling import Speller
from engine.dialects.wording import WORDINGS, spell, word
from engine.exchange import Exchange
from engine.journal import Header, Past
from engine.ledger import Ledger, Standing
from engine.service.accounts import Accounts
from engine.service.register import Register, Remembered
from engine.service.stream import Stream
from engine.timeline import Timeline, Told
from engine.values.effects import Effect, Receipt, SendCallback, StartRecording
from engine.values.events import Event

# The words of a callback of which nobody will hear.
UNTOLD = Outgoing("", "", (), sign=False)


class Books:
    """The exchange with its timeline, register, ledger and stream; `spellers` say how each face spells this run."""

    def __init__(
        self,
        head: Header,
        exchange: Exchange,
        accounts: Accounts,
        remembers: int,
        address: Callable[[StartRecording], str],
        bug: Callable[[Event], None],
    ) -> None:
        """Begin: the register remembers so many of each kind, `address` says where a recording will be found.

        `bug` is told of an event that somebody but the exchange could not take; it is called in the exception.
        """
        self.exchange = exchange
        self.spellers = {
            face: Speller(seed=head.seed, epoch=head.epoch, accounts=accounts.names(face)) for face in WORDINGS
        }
        self.stream = Stream()
        self.timeline = Timeline.of(exchange, self._tell, self._word)
        self.register = Register(exchange, self._spell, remembers, self.timeline.forget, address)
        self.ledger = Ledger()
        self.old = False  # so old that nobody will follow it: lines are counted, and not written
        self._bug = bug

    def take(self, event: Event, handle: Callable[[Event], list[Effect]]) -> list[Effect]:
        """Let an event happen, with the exchange's `handle` in whatever wrapping; the effects."""
        try:
            self.timeline.happened(event)
        except Exception:
            self._bug(event)
        effects = handle(event)
        self.ledger.happened(event, effects)
        try:
            self.register.happened(event, effects)
            for effect in effects:
                if type(effect) is not Receipt:  # what a command changed is told by what happens
                    self.timeline.follows(effect)
        except Exception:
            self._bug(event)
        return effects

    def kept(self) -> dict[str, object]:
        """What a checkpoint needs besides the exchange."""
        return {
            "timeline": self.timeline.dump(),
            "register": self.register.dump(),
            "ledger": self.ledger.dump(),
            "stream": self.stream.last,
        }

    def load(self, past: Past) -> None:
        """Go on where the checkpoint stood that the past begins with, if any."""
        self.timeline.load(past.kept("timeline", Told) or Told())
        self.register.load(past.kept("register", Remembered) or Remembered())
        self.ledger.load(past.kept("ledger", Standing) or Standing())
        self.stream.skip(past.kept("stream", int) or 0)

    def _spell(self, face: str, what: str, id: str) -> str:  # noqa: A002
        return spell(face, what, id, self.spellers[face])

    def _word(self, effect: SendCallback) -> Outgoing:
        return UNTOLD if self.old else word(effect, self.spellers[effect.tongue])

    def _tell(self, entry: dict[str, Any], call: str, room: str) -> None:
        if self.old:
            self.stream.skip(self.stream.last + 1)
            return
        owner = self.register.owner("call", call) if call else self.register.owner("conference", room)
        self.stream.add(owner, entry)
