"""Everything that will happen, in one order: virtual time as a heap of (at, order, event).

Two events of one instant happen in the order they were put in. What is put in for the present
instant can only come after what is already due, so it waits in a plain queue and never costs a
heap its logarithm. An event with a key can be taken back or replaced; it then stays where it is,
dead, until it comes to the front or the dead outnumber the living.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from heapq import heapify, heappop, heappush

from engine.values.effects import CancelTimer, SetTimer
from engine.values.events import Event, TimerRang

Entry = tuple[float, int, Event, Hashable | None]

# Fewer dead entries than this are not worth a clean-up.
FEW = 512


class Agenda:
    """What will happen, by time and order; `now` is the time of the last event taken, in seconds.

    `pop()` takes the next event and moves `now` to its time; None when nothing is left to happen.
    `at_once(event)` is `schedule` for one whose time is certainly `now`, without asking.
    """

    __slots__ = ("_dead", "_due", "_heap", "_keyed", "_order", "at_once", "now", "pop")

    def __init__(self, now: float = 0.0) -> None:
        """Begin at `now` seconds with nothing to happen."""
        self.now = now
        self._heap: list[Entry] = []
        self._due: deque[Event | Entry] = deque()  # an entry only where there is a key to look at
        self._order = 0
        self._keyed: dict[Hashable, int] = {}
        self._dead = 0
        self.at_once: Callable[[Event], None] = self._due.append
        # A generator, because it is told to go on some nine times a call and finds all it needs at hand.
        self.pop: Callable[[], Event | None] = self._happening().__next__

    def __len__(self) -> int:
        """Count what is still to happen."""
        return len(self._heap) + len(self._due) - self._dead

    def schedule(self, event: Event, key: Hashable | None = None) -> None:
        """Let `event` happen at its own time; one with a key replaces the one of the same key.

        Raises ValueError for a time that is over.
        """
        at = event.at
        self._order = order = self._order + 1
        if key is not None:
            replaced = key in self._keyed
            self._keyed[key] = order
            if replaced:
                self._bury()
        if at > self.now:
            heappush(self._heap, (at, order, event, key))
        elif at == self.now:
            self._due.append(event if key is None else (at, order, event, key))
        else:
            raise ValueError(f"{type(event).__name__} at {at} s cannot happen: it is {self.now} s")

    def cancel(self, key: Hashable) -> None:
        """Take back the event of that key; nothing happens where there is none."""
        if self._keyed.pop(key, None) is not None:
            self._bury()

    def cancel_all(self, keys: Iterable[Hashable]) -> None:
        """Take back the events of these keys, as far as they are still to happen."""
        pop = self._keyed.pop
        for key in keys:
            if pop(key, None) is not None:
                self._bury()

    def holds(self, key: Hashable) -> bool:
        """Say whether the event of that key is still to happen."""
        return key in self._keyed

    def next_at(self) -> float | None:
        """Say when the next thing will happen, and let nothing happen; None when nothing will."""
        due, heap = self._due, self._heap
        while due:
            entry = due[0]
            if not isinstance(entry, tuple) or self._keyed.get(entry[3]) == entry[1]:
                return self.now
            due.popleft()
            self._dead -= 1
        while heap:
            at, order, _, key = heap[0]
            if key is None or self._keyed.get(key) == order:
                return at
            heappop(heap)
            self._dead -= 1
        return None

    def advance(self, to: float) -> None:
        """Let time pass in which nothing happens; a time that is over changes nothing.

        Raises ValueError where something is still to happen before.
        """
        if to > self.now:
            at = self.next_at()
            if at is not None and at < to:
                raise ValueError(f"it cannot become {to} s: something happens at {at} s")
            self.now = to

    def set_timer(self, effect: SetTimer) -> None:
        """Let the timer ring at its time, or at once where that is over; replaces the one of the same key."""
        at = effect.at if effect.at > self.now else self.now
        self.schedule(TimerRang(at, effect.key, effect.generation), effect.key)

    def cancel_timer(self, effect: CancelTimer) -> None:
        """Forget the timer of that key."""
        self.cancel(effect.key)

    def _happening(self) -> Iterator[Event | None]:
        """Yield one event after the other; None whenever there is none, which may change."""
        heap, due = self._heap, self._due
        while True:
            if due:
                entry = due.popleft()
                if not isinstance(entry, tuple):
                    yield entry
                    continue
                at, order, event, key = entry
            elif heap:
                at, order, event, key = heappop(heap)
            else:
                yield None
                continue
            if key is not None and not self._lives(key, order):
                continue
            if at != self.now:
                self.now = at
                # What else the heap holds for this instant was put in before all that will now become due.
                while heap and heap[0][0] == at:
                    same = heappop(heap)
                    due.append(same[2] if same[3] is None else same)
            yield event

    def _lives(self, key: Hashable, order: int) -> bool:
        """Say whether an entry that came to the front was neither taken back nor replaced; either way it is gone."""
        if self._keyed.get(key) == order:
            del self._keyed[key]
            return True
        self._dead -= 1
        return False

    def _bury(self) -> None:
        """Count one more dead entry; sweep when most are dead, so that long timers cost no memory."""
        self._dead += 1
        if self._dead > FEW and self._dead * 2 > len(self._heap):
            keyed = self._keyed
            self._heap[:] = [e for e in self._heap if e[3] is None or keyed.get(e[3]) == e[1]]
            heapify(self._heap)
            due = [e for e in self._due if not isinstance(e, tuple) or keyed.get(e[3]) == e[1]]
            self._due.clear()
            self._due.extend(due)
            self._dead = 0
