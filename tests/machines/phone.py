"""A hand that knows calls: what plays, what rings, what was asked for, and how to answer it."""

from __future__ import annotations

from engine.values import effects, events
from engine.values.effects import Effect
from tests.machines.hand import ANSWER, Hand

BOB, CAT = "+12125550100", "+12125550101"


def response(*elements: str) -> bytes:
    """A document."""
    return f"<Response>{''.join(elements)}</Response>".encode()


class Phone(Hand):
    """Keeps the timers that run and everything that was begun, by the latest."""

    def __init__(self) -> None:
        """Nothing is going on."""
        super().__init__()
        self.timers: dict[str, effects.SetTimer] = {}
        self.done: list[Effect] = []

    def tell(self, event: events.Event) -> list[Effect]:
        """Tell the exchange that something happened; its clock never goes back."""
        self.at = event.at
        for effect in super().tell(event):
            self.done.append(effect)
            if isinstance(effect, effects.SetTimer):
                self.timers[effect.key] = effect
            elif isinstance(effect, effects.CancelTimer):
                del self.timers[effect.key]
        return self.last

    def meets(self, *elements: str, tongue: str = "plivo", call: str = "ann") -> list[Effect]:
        """Somebody calls, meets a document of these elements, and is answered where it asks for that."""
        self.comes(call, response(*elements), tongue)
        return self.last

    def fetch(self) -> effects.FetchDocument:
        """The latest request for a document."""
        return next(e for e in reversed(self.done) if isinstance(e, effects.FetchDocument))

    def fetched(self, *elements: str, status: int = 200, error: str = "", location: str = "") -> list[Effect]:
        """The latest request is answered."""
        asked = self.fetch()
        body = response(*elements) if not error and 200 <= status < 300 else b""
        where = location or asked.url
        answer = events.DocumentFetched(self.at, asked.owner, asked.id, status, body, error=error, location=where)
        return self.tell(answer)

    def sound(self) -> effects.PlayMedia | effects.SpeakText:
        """What began to play last."""
        return next(e for e in reversed(self.done) if isinstance(e, (effects.PlayMedia, effects.SpeakText)))

    def played(self, why: str = "ended") -> list[Effect]:
        """What began to play last is over."""
        sound = self.sound()
        return self.tell(events.PlaybackEnded(self.at, sound.owner, sound.id, why))

    def press(self, key: str, call: str = "ann") -> list[Effect]:
        """Somebody presses a key."""
        return self.tell(events.DigitPressed(self.at, call, key))

    def rings(self, purpose: str, call: str = "ann") -> list[Effect]:
        """A timer that runs is over."""
        timer = self.timers.pop(f"{call}:{purpose}")
        return self.tell(events.TimerRang(timer.at, timer.key, timer.generation))

    def running(self) -> set[str]:
        """The keys of the timers that run."""
        return set(self.timers)

    def leg(self, number: str = BOB) -> str:
        """The call that was last placed to a number."""
        placed = [e for e in self.done if isinstance(e, effects.PlaceCall) and e.to == number]
        return placed[-1].call

    def answers(self, call: str) -> list[Effect]:
        """A call is answered."""
        return self.tell(events.CallAnswered(self.at, call))

    def hung_up(self) -> list[tuple[str, str]]:
        """Whom the latest effects hang up, and why."""
        return [(effect.call, effect.cause) for effect in self.did(effects.HangUp)]

    def calls(self) -> dict[str, str]:
        """The states of the live calls."""
        return {view.about.call: view.state for view in self.exchange.calls()}

    @property
    def stale(self) -> int:
        """How much was dropped as late, doubled or foreign."""
        return self.exchange.stale


__all__ = ["ANSWER", "BOB", "CAT", "Phone", "response"]
