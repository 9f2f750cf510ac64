"""Real time: what is on an agenda happens when its time has come, and not before."""

from __future__ import annotations

import asyncio
from time import perf_counter

import pytest

from engine.drivers.agenda import Agenda
from engine.drivers.clock import Clock
from engine.service.loop import loop_factory
from engine.values.effects import Answer, CancelTimer, SetTimer
from engine.values.events import CallEnded, TimerRang


async def rung(clock: Clock, many: int) -> list[tuple[str, float]]:
    """Let a clock run until so many timers rang; each with the time it was then."""
    rang: list[tuple[str, float]] = []
    done = asyncio.Event()

    def wake() -> None:
        now = clock.now()
        while due := clock.due(now):
            rang.extend((event.key, clock.now()) for event in due if isinstance(event, TimerRang))
        clock.arm()
        if len(rang) >= many:
            done.set()

    clock.start(wake)
    clock.arm()
    await asyncio.wait_for(done.wait(), 5)
    clock.stop()
    return rang


def test_timers_ring_in_the_order_of_their_times() -> None:
    async def story() -> None:
        clock = Clock(Agenda(), speed=100)
        for key, at in (("late", 3.0), ("soon", 1.0), ("never", 2.0)):
            clock.perform(SetTimer(key, at, 1))
        clock.perform(CancelTimer("never"))
        rang = await rung(clock, 2)
        assert [key for key, _ in rang] == ["soon", "late"]
        assert rang[0][1] >= 1.0
        assert rang[1][1] >= 3.0

    asyncio.run(story())


def test_a_timer_that_comes_before_what_the_clock_was_set_for_rings_first() -> None:
    async def story() -> None:
        clock = Clock(Agenda(), speed=1000)
        clock.start(lambda: None)
        clock.perform(SetTimer("hour", 3600.0, 1))
        clock.arm()
        clock.perform(SetTimer("second", 1.0, 1))
        assert [key for key, _ in await rung(clock, 1)] == ["second"]

    asyncio.run(story())


def test_with_speed_the_run_goes_faster_than_the_world() -> None:
    async def story() -> None:
        clock = Clock(Agenda(), speed=1000)
        clock.perform(SetTimer("minute", 60.0, 1))
        began = asyncio.get_running_loop().time()
        await rung(clock, 1)
        assert asyncio.get_running_loop().time() - began < 5

    asyncio.run(story())


def test_what_is_due_comes_instant_by_instant() -> None:
    agenda = Agenda()
    clock = Clock(agenda)
    for at, call in ((1.0, "ann"), (1.0, "bob"), (2.0, "cat")):
        agenda.schedule(CallEnded(at, call))
    assert [event.at for event in clock.due(5.0)] == [1.0, 1.0]
    assert [event.at for event in clock.due(5.0)] == [2.0]
    assert clock.due(5.0) == []


def test_nothing_is_due_before_its_time() -> None:
    agenda = Agenda()
    agenda.schedule(CallEnded(2.0, "ann"))
    assert Clock(agenda).due(1.9) == []


def test_other_effects_are_somebody_elses_work() -> None:
    agenda = Agenda()
    Clock(agenda).perform(Answer("ann"))
    assert agenda.next_at() is None


def test_time_passes_only_where_nothing_is_left_behind() -> None:
    agenda = Agenda()
    agenda.schedule(CallEnded(2.0, "ann"), "end")
    agenda.advance(1.5)
    assert agenda.now == 1.5
    with pytest.raises(ValueError, match=r"something happens at 2\.0 s"):
        agenda.advance(3.0)
    agenda.cancel("end")
    agenda.advance(3.0)
    assert agenda.now == 3.0


def test_what_was_taken_back_is_not_next() -> None:
    agenda = Agenda()
    agenda.schedule(CallEnded(0.0, "ann"), "ann")
    agenda.schedule(CallEnded(1.0, "bob"), "bob")
    agenda.schedule(CallEnded(2.0, "cat"))
    agenda.cancel("ann")
    agenda.cancel("bob")
    assert agenda.next_at() == 2.0
    assert len(agenda) == 1


def test_what_is_a_moment_apart_does_not_happen_at_one_time() -> None:
    async def story() -> None:
        clock = Clock(Agenda())
        clock.start(lambda: None)
        first, began = clock.now(), perf_counter()
        while perf_counter() - began < 0.0001:  # the loop is not asked for the time in between
            pass
        assert clock.now() > first

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(story())
