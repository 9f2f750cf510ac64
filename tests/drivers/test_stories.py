"""The simulated switch passes the suite that every driver must pass, and a broken one does not."""

from __future__ import annotations

import pytest

from engine.drivers.agenda import Agenda
from engine.drivers.simulated import Callee, SimulatedSwitch, by_number
from engine.testing import STORIES, Story, driver_stories
from engine.values.effects import Effect
from engine.values.events import Event


class SimulatedBench:
    """The simulated switch, its agenda, and people."""

    answering = "+12125550100"
    busy = "+12125550101"
    sound = "https://app.example/short.wav"

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.switch = SimulatedSwitch(
            self.agenda, media={self.sound: 1.0}, habits=by_number({self.busy: Callee(busy=True)})
        )

    def perform(self, effect: Effect) -> None:
        self.switch.perform(effect)

    def next_event(self) -> Event | None:
        return self.agenda.pop()

    def call_in(self, call: str) -> None:
        """Nothing to do: a simulated channel exists as soon as it is spoken of."""

    def press(self, call: str, digits: str) -> None:
        self.switch.press(call, digits)

    def hang_up(self, call: str) -> None:
        self.switch.hang_up(call)


@pytest.mark.parametrize("number", range(len(STORIES)))
def test_simulated_switch_passes_every_driver_story(number: int) -> None:
    list(driver_stories(SimulatedBench()))[number].run()


def test_stories_can_be_told_one_after_the_other_on_one_bench() -> None:
    for story in driver_stories(SimulatedBench()):
        story.run()


def test_a_driver_that_answers_twice_fails() -> None:
    class Doubled(SimulatedBench):
        def next_event(self) -> Event | None:
            event = super().next_event()
            if event is not None and not hasattr(self, "again"):
                self.again = event
                self.agenda.schedule(event)
            return event

    def by_name(story: Story) -> bool:
        return "told once" in story.name

    with pytest.raises(AssertionError):
        next(filter(by_name, driver_stories(Doubled()))).run()
