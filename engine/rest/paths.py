"""Finds the row that a path means: a tree of segments, so that a hundred rows cost no more than one."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from msgspec import Struct

from engine.dialects.face import Face, Route

# Paths that are asked again and again, as of one room's members, are looked up once; these bound what is remembered.
REMEMBERED = 4_096
SHORT = 512


class Leaf(Struct):
    """A place in the tree where paths end: its face, and its rows by method."""

    face: Face
    routes: dict[str, Route]
    names: dict[str, tuple[str, ...]]

    def allowed(self) -> tuple[str, ...]:
        """The methods that it takes."""
        return tuple(sorted(self.routes))


class Node:
    """A segment: what literal segments follow (in any letter case), and what any other leads to."""

    __slots__ = ("leaf", "literals", "other")

    def __init__(self) -> None:
        """Nothing follows yet."""
        self.literals: dict[str, Node] = {}
        self.other: Node | None = None
        self.leaf: Leaf | None = None


class Found(Struct, frozen=True):
    """What a path means: the leaf, and the segments that stand for parameters, in order."""

    leaf: Leaf
    segments: tuple[str, ...]

    def parameters(self, method: str) -> dict[str, str]:
        """The parameters by the names that this method's row gives them."""
        return dict(zip(self.leaf.names[method], self.segments, strict=True))


class Paths:
    """The rows of faces by path. Literal segments go before parameters; a final slash means nothing."""

    def __init__(self, faces: Iterable[Face]) -> None:
        """Build the tree; ValueError where two rows mean the same."""
        self._root = Node()
        self._faces = tuple(faces)
        self._known: dict[str, Found] = {}
        for face in self._faces:
            for prefix in face.prefixes:
                for route in face.routes:
                    self._add(face, prefix + route.path, route)

    def _add(self, face: Face, path: str, route: Route) -> None:
        node, names = self._root, []
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.other = node = node.other or Node()
            else:
                node = node.literals.setdefault(segment.lower(), Node())
        leaf = node.leaf = node.leaf or Leaf(face, {}, {})
        if route.method in leaf.routes or leaf.face is not face:
            raise ValueError(f"{route.method} {path} stands twice")
        leaf.routes[route.method] = route
        leaf.names[route.method] = tuple(names)

    def find(self, raw: str) -> Found | None:
        """What a path, still percent-encoded, means; None where no row has it."""
        known = self._known.get(raw)
        if known is not None:
            return known
        segments = raw.strip("/").split("/")
        if "" in segments:
            return None
        found = search(self._root, segments, 0, ())
        if found is not None and len(raw) <= SHORT:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[raw] = found
        return found

    def face_of(self, raw: str) -> Face | None:
        """The face under whose prefix a path stands, the longest prefix first."""
        folded = raw.lower() + "/"
        fitting = [
            (len(prefix), face) for face in self._faces for prefix in face.prefixes if folded.startswith(f"{prefix}/")
        ]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def search(node: Node, segments: list[str], at: int, taken: tuple[str, ...]) -> Found | None:
    """Go down the tree; a face's suffix after the last segment is left out."""
    if at == len(segments):
        return Found(node.leaf, taken) if node.leaf is not None else None
    segment = segments[at]
    last = at + 1 == len(segments)
    following = node.literals.get(segment.lower())
    if following is not None:
        found = search(following, segments, at + 1, taken)
        if found is not None:
            return found
    if last:
        found = without_suffix(node, segment, taken)
        if found is not None:
            return found
    if node.other is None:
        return None
    return search(node.other, segments, at + 1, (*taken, unquote(segment)))


def without_suffix(node: Node, segment: str, taken: tuple[str, ...]) -> Found | None:
    """What the last segment means when a suffix such as `.json` is taken from it."""
    stem, dot, ending = segment.rpartition(".")
    if not stem:
        return None
    literal = node.literals.get(stem.lower())
    for following, more in ((literal, ()), (node.other, (unquote(stem),))):
        leaf = following.leaf if following is not None else None
        if leaf is not None and leaf.face.suffix == dot + ending.lower():
            return Found(leaf, taken + more)
    return None
