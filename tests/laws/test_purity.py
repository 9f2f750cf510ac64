"""Equal input gives equal bytes: in the pure half nothing iterates a set, and nothing looks at an id or a hash.

Imports are `test_imports.py`'s. This file reads the source: a set may be asked and compared, and sorted; going
through it, or turning it into a sequence, gives an order that is another one in the next process.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.laws.test_imports import ENGINE, pure_files

ORDERLY = ("sorted", "set", "frozenset", "len", "min", "max", "any", "all", "sum", "isinstance")
ORDERED = ("list", "tuple", "enumerate", "iter", "next", "join", "extend")
BY_CHANCE = ("id", "hash", "urandom", "vars")

ROOMS = [
    file
    for file in pure_files()
    if file.relative_to(ENGINE).parts[0] in ("machines", "values", "exchange.py", "journal.py")
]


def is_set(node: ast.AST, names: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is a set, as far as its own text tells."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor):
        return is_set(node.left, names) or is_set(node.right, names)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset")


def sets_named(tree: ast.AST) -> frozenset[str]:
    """The names to which a set is given anywhere in a module."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and is_set(node.value):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).startswith(("set", "frozenset")):
            found.add(ast.unparse(node.target))
    return frozenset(found)


def gone_through(tree: ast.AST) -> Iterator[ast.AST]:
    """Everything that a module goes through in order, except for what ends in something without an order."""
    forgiven = {
        arg
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ORDERLY
        for arg in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.AsyncFor):
            yield node.iter
        elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.DictComp) and node not in forgiven:
            yield from (part.iter for part in node.generators)
        elif isinstance(node, ast.Starred):
            yield node.value
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield from node.args if name in ORDERED else ()


def offences(source: str) -> list[int]:
    """The lines that go through a set, or ask for what differs from process to process."""
    tree = ast.parse(source)
    names = sets_named(tree)
    lines = [node.lineno for node in gone_through(tree) if is_set(node, names)]  # type: ignore[attr-defined]
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return lines + [node.lineno for node in calls if node.func.id in BY_CHANCE]  # type: ignore[attr-defined]


def test_nothing_goes_through_a_set() -> None:
    assert len(ROOMS) > 20
    assert {str(file): found for file in ROOMS if (found := offences(file.read_text()))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "for x in {1, 2}: pass",
        "y = [x for x in set(z)]",
        "a: set[str] = f()\nfor x in a: pass",
        "b = {x for x in y}\nc = tuple(b)",
        "','.join({'a', 'b'})",
        "d = list(set(x) - {1})",
        "e = (*{1, 2},)",
        "f = hash(x)",
        "g = id(x)",
    ],
)
def test_an_order_by_chance_is_found(source: str) -> None:
    assert offences(source)


@pytest.mark.parametrize(
    "source",
    ["x = 1 in {1, 2}", "y = sorted({1, 2})", "z = any(f(x) for x in {1, 2})", "for x in sorted(set(y)): pass"],
)
def test_a_set_that_is_only_asked_is_left_alone(source: str) -> None:
    assert not offences(source)
