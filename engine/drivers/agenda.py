"""Everything that will happen, in one order: virtual time as a heap of instants, and what each of them holds.

Two events of one instant happen in the order they were put in: an instant's events are a list, which
becomes due as a whole when its time has come, and what is put in for the present is put behind it.
An event with a key can be taken back or replaced; it then stays where it is, dead, until it comes to
the front or the dead outnumber the living.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from heapq import heapify, heappop, heappush

from engine.values.effects import CancelTimer, SetTimer
from engine.values.events import Event, TimerRang

# An event; one that may be taken back stands with its key.
Keyed = tuple[Event, Hashable]
Entry = Event | Keyed

# Fewer dead entries than this are not worth a clean-up.
FEW = 512


class Agenda:
    """What will happen, by time and order; `now` is the time of the last event taken, in seconds.

    `pop()` takes the next event and moves `now` to its time; None when nothing is left to happen.
    `at_once(event)` is `schedule` for one whose time is certainly `now`, without asking.
    """

    __slots__ = ("_bound", "_dead", "_due", "_heap", "_held", "_keyed", "at_once", "now", "pop")

    def __init__(self, now: float = 0.0) -> None:
        """Begin at `now` seconds with nothing to happen."""
        self.now = now
        self._heap: list[float] = []
        self._held: dict[float, list[Entry]] = {}
        self._due: deque[Entry] = deque()
        self._keyed: dict[Hashable, Keyed] = {}
        self._dead = 0
        self._bound = FEW
        self.at_once: Callable[[Event], None] = self._due.append
        # A generator, because it is told to go on some nine times a call and finds all it needs at hand.
        self.pop: Callable[[], Event | None] = self._happening().__next__

    def __len__(self) -> int:
        """Count what is still to happen."""
        return sum(map(len, self._held.values())) + len(self._due) - self._dead

    def schedule(self, event: Event, key: Hashable | None = None) -> None:
        """Let `event` happen at its own time; one with a key replaces the one of the same key.

        Raises ValueError for a time that is over.
        """
        at = event.at
        entry = event if key is None else self._named(event, key)
        if at > self.now:
            held = self._held.get(at)
            if held is None:
                self._held[at] = [entry]
                heappush(self._heap, at)
            else:
                held.append(entry)
        elif at == self.now:
            self._due.append(entry)
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

    def set_timer(self, effect: SetTimer) -> None:
        """Let the timer ring at its time, or at once where that is over; replaces the one of the same key."""
        at = effect.at if effect.at > self.now else self.now
        self.schedule(TimerRang(at, effect.key, effect.generation), effect.key)

    def cancel_timer(self, effect: CancelTimer) -> None:
        """Forget the timer of that key."""
        self.cancel(effect.key)

    def _happening(self) -> Iterator[Event | None]:
        """Yield one event after the other; None whenever there is none, which may change."""
        heap, held, due, keyed = self._heap, self._held, self._due, self._keyed
        while True:
            if due:
                entry = due.popleft()
            elif heap:
                due.extend(held.pop(heappop(heap)))
                continue
            else:
                yield None
                continue
            if isinstance(entry, tuple):
                event, key = entry
                if keyed.get(key) is not entry:
                    self._dead -= 1
                    continue
                del keyed[key]
            else:
                event = entry
            self.now = event.at
            yield event

    def _named(self, event: Event, key: Hashable) -> Keyed:
        """Make an entry that is known by its key; another one of that key is dead from now on."""
        entry = (event, key)
        replaced = key in self._keyed
        self._keyed[key] = entry
        if replaced:
            self._bury()
        return entry

    def _bury(self) -> None:
        """Count one more dead entry; sweep when most are dead, so that long timers cost no memory."""
        self._dead += 1
        if self._dead > self._bound:
            due = [entry for entry in self._due if self._lives(entry)]
            self._due.clear()
            self._due.extend(due)
            living = {at: [entry for entry in held if self._lives(entry)] for at, held in self._held.items()}
            self._held.clear()
            self._held.update((at, held) for at, held in living.items() if held)
            self._heap[:] = self._held
            heapify(self._heap)
            self._dead = 0
            self._bound = max(FEW, len(self))

    def _lives(self, entry: Entry) -> bool:
        """Whether an entry was neither taken back nor replaced."""
        return not isinstance(entry, tuple) or self._keyed.get(entry[1]) is entry
