"""Lets a test play a scenario and ask its timeline: what happened, to whom, in which order."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from engine.simulation.expect import fits
from engine.simulation.run import Simulation
from engine.simulation.scenario import Play, read
from engine.timeline import Entry
from engine.values.effects import Effect, PlayMedia, SpeakText, StopMedia

NOWHERE = Path("/nonexistent")

E = TypeVar("E", bound=Effect)


class Watched(Simulation):
    """A run that also keeps every effect with its time."""

    def __init__(self, play: Play) -> None:
        """Keep nothing yet."""
        self.done: list[tuple[float, Effect]] = []
        super().__init__(play)

    def _perform(self, effect: Effect) -> None:
        self.done.append((self.agenda.now, effect))
        super()._perform(effect)


class Story:
    """A scenario that was played to its end: its timeline, and what may be asked of it."""

    def __init__(self, simulation: Watched, entries: Sequence[Entry]) -> None:
        """Keep the run and its timeline."""
        self.simulation = simulation
        self.entries = entries

    def did(self, kind: type[E], **fields: Any) -> list[tuple[float, E]]:
        """Every effect of that kind with these fields, with its time, in order."""
        return [
            (at, effect)
            for at, effect in self.simulation.done
            if isinstance(effect, kind) and all(getattr(effect, name) == value for name, value in fields.items())
        ]

    def stopped(self, **fields: Any) -> list[float]:
        """When each of the sounds with these fields (of PlayMedia or SpeakText) was told to stop."""
        played = {
            (effect.owner, effect.id)
            for _, effect in self.simulation.done
            if isinstance(effect, (PlayMedia, SpeakText))
            and all(getattr(effect, name, None) == value for name, value in fields.items())
        }
        return [at for at, effect in self.did(StopMedia) if (effect.owner, effect.id) in played]

    def what(self, what: str = "", **fields: Any) -> list[Entry]:
        """Every entry of that kind with these fields (of a mapping, only what is named), in order."""
        wanted = {"what": what, **fields} if what else fields
        return [entry for entry in self.entries if fits(entry, wanted)]

    def one(self, what: str, **fields: Any) -> Entry:
        """The only entry of that kind with these fields; the test fails where there is none, or several."""
        found = self.what(what, **fields)
        assert len(found) == 1, f"{len(found)} of {what} {fields} in\n{self}"
        return found[0]

    def never(self, what: str, **fields: Any) -> bool:
        """Whether nothing of that kind with these fields happened."""
        return not self.what(what, **fields)

    def at(self, what: str, **fields: Any) -> float:
        """When the only entry of that kind happened, in seconds."""
        return float(self.one(what, **fields)["at"])

    def times(self, what: str, **fields: Any) -> list[float]:
        """When each entry of that kind happened."""
        return [entry["at"] for entry in self.what(what, **fields)]

    def place(self, what: str, **fields: Any) -> int:
        """The place in the timeline of the first entry of that kind, for comparing orders."""
        first = self.what(what, **fields)
        assert first, f"no {what} {fields} in\n{self}"
        return next(i for i, entry in enumerate(self.entries) if entry is first[0])

    def verbs(self, call: str) -> list[str]:
        """The verbs that a call began, in order."""
        return [entry["verb"] for entry in self.what("verb_started", call=call)]

    def spoken(self, call: str) -> list[str]:
        """The texts that a call's own verbs began to speak, in order."""
        return [entry["text"] for entry in self.what("verb_started", call=call) if "text" in entry]

    def callbacks(self, url: str = "", call: str = "", **params: str) -> list[dict[str, str]]:
        """The parameters of each callback to an address that ends so, with these parameters among them."""
        about = {"call": call} if call else {}
        found = self.what("callback", **about, params=params)
        return [entry["params"] for entry in found if entry["url"].endswith(url)]

    def fetched(self, url: str = "", call: str = "") -> list[Entry]:
        """Each answer of an address that ends so."""
        about = {"call": call} if call else {}
        return [entry for entry in self.what("document_fetched", **about) if entry["url"].endswith(url)]

    def receipt(self, command: str = "", nth: int = 0) -> Entry:
        """The `nth` receipt, of one kind of command where it is named."""
        return self.what("receipt", **({"command": command} if command else {}))[nth]

    def end(self, call: str) -> tuple[str, int | None]:
        """Why a call ended: our cause, and its dialect's code."""
        entry = self.one("call_ended", call=call)
        return entry["cause"], entry.get("code")

    def __str__(self) -> str:
        """One entry a line, so that a test that fails shows what happened."""
        return "\n".join(str(entry) for entry in self.entries)


def play(scenario: str | dict[str, Any], **changes: Any) -> Story:
    """Play a scenario (YAML or a dict; `changes` replace whole sections); what it expects must come true."""
    told = yaml.safe_load(textwrap.dedent(scenario)) if isinstance(scenario, str) else scenario
    text = json.dumps({**told, **changes}).encode()
    simulation = Watched(read(text, "story.json", NOWHERE))
    run = simulation.run()
    story = Story(simulation, run.timeline)
    missed = [f"{failure.wanted}: {failure.found}" for failure in run.failures]
    assert not missed, "\n".join([*missed, str(story)])
    faults = story.what("fault")
    assert not faults, f"{faults}\n{story}"
    return story
