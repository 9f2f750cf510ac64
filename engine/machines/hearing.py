"""Who hears whom in a room: the one truth that simulation, views and drivers share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Hearer(Protocol):
    """What hearing depends on, of one member; a view will do as well."""

    @property
    def call(self) -> str:
        """The member's call."""

    @property
    def state(self) -> str:
        """Its state, of MEMBER."""

    @property
    def muted(self) -> bool:
        """Whether it is muted."""

    @property
    def deaf(self) -> bool:
        """Whether it is deaf."""

    @property
    def held(self) -> bool:
        """Whether it is on hold."""

    @property
    def coaching(self) -> str:
        """The call that it coaches; empty for nobody."""


def audible(speaker: Hearer, hearer: Hearer, *, running: bool) -> bool:
    """Whether `speaker` is in what `hearer` hears.

    Only in a running room, both seated, the speaker neither muted nor held, the hearer neither
    deaf nor held; and who coaches is heard by nobody but whom it coaches.
    """
    return (
        running
        and speaker.call != hearer.call
        and speaker.state == hearer.state == "seated"
        and not (speaker.muted or speaker.held or hearer.deaf or hearer.held)
        and speaker.coaching in ("", hearer.call)
    )


def hearing(members: Iterable[Hearer], *, running: bool) -> frozenset[tuple[str, str]]:
    """Every pair (hearer, speaker) of calls in a room, by the rule of `audible`."""
    all_of_them = tuple(members)
    return frozenset(
        (hearer.call, speaker.call)
        for hearer in all_of_them
        for speaker in all_of_them
        if audible(speaker, hearer, running=running)
    )
