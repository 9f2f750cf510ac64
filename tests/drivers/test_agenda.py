"""The agenda keeps the exact order of (at, order), however it stores it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drivers.agenda import FEW, Agenda
from engine.values.effects import CancelTimer, SetTimer
from engine.values.events import CallAnswered, Event, TimerRang


def drain(agenda: Agenda) -> list[Event]:
    happened = []
    while (event := agenda.pop()) is not None:
        happened.append(event)
    return happened


def test_events_happen_by_time_and_then_in_the_order_they_were_put_in() -> None:
    agenda = Agenda()
    for at, call in ((2.0, "c"), (1.0, "a"), (2.0, "d"), (1.0, "b")):
        agenda.schedule(CallAnswered(at, call))

    assert [event.call for event in drain(agenda) if isinstance(event, CallAnswered)] == ["a", "b", "c", "d"]
    assert agenda.now == 2.0


def test_what_is_put_in_for_the_present_comes_after_what_was_due_already() -> None:
    agenda = Agenda()
    agenda.schedule(CallAnswered(1.0, "first"))
    agenda.schedule(CallAnswered(1.0, "second"))
    agenda.pop()
    agenda.schedule(CallAnswered(1.0, "third"))

    assert drain(agenda) == [CallAnswered(1.0, "second"), CallAnswered(1.0, "third")]


def test_what_is_over_cannot_happen_any_more() -> None:
    agenda = Agenda(5.0)

    with pytest.raises(ValueError, match="cannot happen"):
        agenda.schedule(CallAnswered(4.0, "a"))


def test_a_timer_set_again_rings_once_at_its_new_time() -> None:
    agenda = Agenda()
    agenda.set_timer(SetTimer("k", 3.0, 1))
    agenda.set_timer(SetTimer("k", 2.0, 2))

    assert drain(agenda) == [TimerRang(2.0, "k", 2)]
    assert len(agenda) == 0


def test_a_cancelled_timer_never_rings_and_time_does_not_reach_it() -> None:
    agenda = Agenda()
    agenda.set_timer(SetTimer("k", 9.0, 1))
    agenda.schedule(CallAnswered(1.0, "a"))
    agenda.cancel_timer(CancelTimer("k"))
    agenda.cancel_timer(CancelTimer("unknown"))

    assert drain(agenda) == [CallAnswered(1.0, "a")]
    assert agenda.now == 1.0


def test_a_timer_for_a_time_that_is_over_rings_now() -> None:
    agenda = Agenda(5.0)
    agenda.set_timer(SetTimer("k", 4.0, 1))

    assert drain(agenda) == [TimerRang(5.0, "k", 1)]


def test_a_timer_that_rang_may_be_set_again() -> None:
    agenda = Agenda()
    agenda.set_timer(SetTimer("k", 1.0, 1))
    agenda.pop()
    agenda.set_timer(SetTimer("k", 1.0, 2))

    assert drain(agenda) == [TimerRang(1.0, "k", 2)]


def test_dead_entries_do_not_pile_up() -> None:
    agenda = Agenda()
    for generation in range(20 * FEW):
        agenda.set_timer(SetTimer("k", 1000.0 + generation, generation))

    assert len(agenda) == 1
    assert len(agenda._heap) <= 2 * FEW + 1  # noqa: SLF001
    assert drain(agenda) == [TimerRang(1000.0 + 20 * FEW - 1, "k", 20 * FEW - 1)]


Deed = tuple[str, float, str]
DEEDS: st.SearchStrategy[list[Deed]] = st.lists(
    st.tuples(
        st.sampled_from(["schedule", "timer", "cancel", "pop"]),
        st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0]),
        st.sampled_from(["a", "b", "c"]),
    ),
    max_size=60,
)


@given(DEEDS)
def test_the_agenda_is_a_sorted_list(deeds: list[Deed]) -> None:
    agenda, plain = Agenda(), []
    order = 0
    now = 0.0

    for deed, delay, key in deeds:
        order += 1
        if deed == "schedule":
            agenda.schedule(CallAnswered(now + delay, str(order)))
            plain.append((now + delay, order, "", str(order)))
        elif deed == "timer":
            plain = [entry for entry in plain if entry[2] != key]
            agenda.set_timer(SetTimer(key, now + delay, order))
            plain.append((now + delay, order, key, str(order)))
        elif deed == "cancel":
            plain = [entry for entry in plain if entry[2] != key]
            agenda.cancel(key)
        else:
            event = agenda.pop()
            expected = min(plain, default=None)
            if expected is None:
                assert event is None
                continue
            plain.remove(expected)
            now = expected[0]
            assert event is not None
            assert (event.at, agenda.now) == (now, now)
            assert str(getattr(event, "generation", getattr(event, "call", ""))) == expected[3]
        assert len(agenda) == len(plain)
