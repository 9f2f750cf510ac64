"""Finds our ids by what a face shows instead of them.

Faces show hashed ids, so the way back is an index. A face's index is made when it is first asked, and
what came since is added when something is not found: a call that nobody asks about costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable

Spell = Callable[[str, str, str], str]


class Ids:
    """All ids of live and remembered things; `spell(face, what, id)` is how a face shows one."""

    def __init__(self, spell: Spell) -> None:
        """Begin with nothing."""
        self._spell = spell
        self._known: dict[tuple[str, str], None] = {}
        self._shown: dict[str, dict[tuple[str, str], str]] = {}
        self._fresh: dict[str, dict[tuple[str, str], None]] = {}

    def add(self, what: str, id: str) -> None:  # noqa: A002
        """Something has come to be."""
        self._known[what, id] = None
        for fresh in self._fresh.values():
            fresh[what, id] = None

    def drop(self, what: str, id: str) -> None:  # noqa: A002
        """Nothing will be asked about it any more."""
        self._known.pop((what, id), None)
        for face, fresh in self._fresh.items():
            if (what, id) in fresh:
                del fresh[what, id]
            else:
                self._shown[face].pop((what, self._spell(face, what, id)), None)

    def find(self, face: str, what: str, shown: str) -> str:
        """Our id of what a face shows so; empty where there is none."""
        index = self._shown.get(face)
        if index is None:
            index = self._shown[face] = {}
            self._fresh[face] = dict(self._known)
        found = index.get((what, shown))
        if found is None and self._fresh[face]:
            for kind, id in self._fresh[face]:  # noqa: A001
                index[kind, self._spell(face, kind, id)] = id
            self._fresh[face] = {}
            found = index.get((what, shown))
        return found or ""
