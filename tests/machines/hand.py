"""An exchange driven by hand: every event is told, every effect is looked at."""

from __future__ import annotations

from typing import Any, TypeVar

from engine.dialects.tongues import tongues
from engine.exchange import Exchange
from engine.settings import Settings
from engine.values import commands, effects, events
from engine.values.effects import Effect
from engine.values.flow import Hook

TONGUES = tongues({})
ANSWER = Hook("https://app.example/answer")
XML_DIALECTS = ("plivo", "vobiz", "texml")

E = TypeVar("E", bound=Effect)


def document(dialect: str, *, action: str = "", **given: str) -> bytes:
    """A document that stays in a room and then speaks."""
    attributes = "".join(f' {name}="{value}"' for name, value in given.items())
    acts = f' action="{action}"' if action else ""
    if dialect == "texml":
        return (
            f"<Response><Dial{acts}><Conference{attributes}>Room</Conference></Dial><Say>On.</Say></Response>".encode()
        )
    return f"<Response><Conference{acts}{attributes}>Room</Conference><Speak>On.</Speak></Response>".encode()


class Hand:
    """An exchange that is driven by hand, one event at a time; the latest effects are kept."""

    def __init__(self, **changed: Any) -> None:
        """Begin with nothing alive; `changed` are tongues that differ."""
        self.exchange = Exchange({**TONGUES, **changed}, settings=Settings())
        self.last: list[Effect] = []
        self.at = 0.0

    def tell(self, event: events.Event) -> list[Effect]:
        """Tell the exchange that something happened."""
        self.last = self.exchange.handle(event)
        return self.last

    def did(self, kind: type[E]) -> list[E]:
        """The latest effects of that kind."""
        return [effect for effect in self.last if isinstance(effect, kind)]

    def comes(self, call: str, xml: bytes, tongue: str = "plivo") -> str:
        """Somebody calls and stands at the room's door: the id of its join ("" where it is refused)."""
        self.tell(events.CallArrived(self.at, call, "+14155550100", "+16505550100", tongue, answer=ANSWER))
        fetch = self.did(effects.FetchDocument)[0]
        self.tell(events.DocumentFetched(self.at, call, fetch.id, body=xml, location=ANSWER.url))
        if self.did(effects.Answer):
            self.tell(events.CallAnswered(self.at, call))
        joins = self.did(effects.JoinConference)
        return joins[0].id if joins else ""

    def joined(self, call: str, made: str) -> list[Effect]:
        """The switch has put the call into the room."""
        return self.tell(events.MemberJoined(self.at, call, "r1", made))

    def sits(self, call: str, xml: bytes, tongue: str = "plivo") -> None:
        """Somebody calls and is in the room."""
        self.joined(call, self.comes(call, xml, tongue))

    def left(self, call: str) -> list[Effect]:
        """The switch has let the call go."""
        return self.tell(events.MemberLeft(self.at, call, "r1"))

    def ended(self, call: str, why: str = "hangup") -> list[Effect]:
        """The channel is gone."""
        return self.tell(events.CallEnded(self.at, call, why))

    def ask(self, command: commands.AnyCommand) -> effects.Receipt:
        """A customer asks for something."""
        self.tell(events.CommandGiven(self.at, "c", command))
        return self.did(effects.Receipt)[0]

    def spoken(self) -> list[str]:
        """What the latest effects say."""
        return [effect.text for effect in self.did(effects.SpeakText)]

    def states(self) -> dict[str, str]:
        """The members' states by call."""
        room = self.exchange.conference("", "r1")
        return {} if room is None else {member.call: member.state for member in room.members}


def kick(*members: str) -> commands.KickMember:
    """Take members out."""
    return commands.KickMember(conference="Room", members=members)


PLAIN = document("plivo")
SILENT = document("plivo", startConferenceOnEnter="false")
TOLD = {"callbackUrl": "https://app.example/told"}


def actions(hand: Hand) -> list[str]:
    """The kinds of callbacks among the latest effects."""
    return [effect.kind for effect in hand.did(effects.SendCallback)]
