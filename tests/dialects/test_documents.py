"""Reader and schema say the same of every document: drawn from the tables, and with exactly one thing wrong."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.dialects.dialect import Attribute, Dialect, Element, Lexical, beyond
from engine.dialects.lexical import expression
from engine.dialects.reader import Reader
from engine.dialects.registry import DIALECTS
from engine.dialects.schema import xsd
from engine.errors import DocumentError

READER = Reader(DIALECTS)
Node = Any  # lxml's elements have no public type
ALPHABET = string.ascii_letters + string.digits + " .,:;/?#&=<>'\"*+-_()@%\u00e9\u4e2d\u00a0"
words = st.text(alphabet=ALPHABET, max_size=12)
EXAMPLES = settings(max_examples=100)


@cache
def schema_of(dialect: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(xsd(DIALECTS[dialect])))


def value_of(lexical: Lexical) -> st.SearchStrategy[str]:
    """Draw what the type allows."""
    kinds: list[st.SearchStrategy[str]] = []
    if lexical.choices and lexical.kind != "words":
        kinds.append(st.sampled_from(lexical.choices))
        if lexical.fold:
            kinds.append(st.sampled_from(lexical.choices).map(str.upper))
    if lexical.kind in ("integer", "number"):
        low = int(lexical.low if lexical.low is not None else 0)
        high = int(lexical.high if lexical.high is not None else low + 1000)
        kinds.append(st.integers(low, high).map(str))
    elif (form := expression(lexical)) is not None:
        kinds.append(st.from_regex(form, fullmatch=True, alphabet=ALPHABET))
    else:
        kinds.append(words)
    drawn = st.one_of(kinds)
    drawn = drawn if lexical.longest is None else drawn.map(lambda value: value[: lexical.longest])
    return st.tuples(drawn, st.sampled_from(("", "", "", " ", "\n"))).map(lambda pair: pair[0] + pair[1])


def clark(name: str) -> str:
    return "{http://www.w3.org/XML/1998/namespace}" + name[4:] if name.startswith("xml:") else name


@st.composite
def nodes(draw: st.DrawFn, dialect: Dialect, name: str, depth: int) -> Node:
    element = dialect.elements.get(name, Element(name=name, doc=""))
    node = etree.Element(name)
    for attribute in draw(chosen(element)):
        node.set(clark(attribute.name), draw(value_of(attribute.lexical)))
    children = [
        child for child in element.children if depth > 0 or child not in dialect.elements[dialect.root].children
    ]
    if element.text is not None and (not children or draw(st.booleans())):
        node.text = draw(value_of(element.text.lexical))
    deep = depth < -3 and not element.least  # mark-up may hold itself without end
    if (
        children
        and not deep
        and (not node.text or (element.text is not None and element.text.mixed) or element.markup)
    ):
        most = 3 if element.most is None else min(3, element.most)
        for child in draw(st.lists(st.sampled_from(children), min_size=element.least, max_size=most)):
            node.append(draw(nodes(dialect, child, depth - 1)))
    return node


def chosen(element: Element) -> st.SearchStrategy[list[Attribute]]:
    must = [attribute for attribute in element.attributes if attribute.required]
    if not element.attributes:
        return st.just([])
    some = st.lists(st.sampled_from(element.attributes), max_size=4, unique_by=lambda attribute: attribute.name)
    return some.map(lambda drawn: must + [attribute for attribute in drawn if attribute not in must])


Mutation = Callable[[st.DataObject, Node], None]


def rename(data: st.DataObject, node: Node) -> None:
    node.tag = data.draw(
        st.sampled_from((node.tag.lower(), node.tag + "s", "Conference", "Speak", "Say", "Number", "Hangup"))
    )


def give_unknown(data: st.DataObject, node: Node) -> None:
    node.set(
        data.draw(st.sampled_from(("nonsense", "Loop", "loop", "{urn:other}loop", "action", "length"))),
        data.draw(words),
    )


def spoil(data: st.DataObject, node: Node) -> None:
    if node.attrib:
        node.set(data.draw(st.sampled_from(sorted(node.attrib))), data.draw(st.one_of(words, st.integers().map(str))))


def take_attribute(data: st.DataObject, node: Node) -> None:
    if node.attrib:
        del node.attrib[data.draw(st.sampled_from(sorted(node.attrib)))]


def change_text(data: st.DataObject, node: Node) -> None:
    node.text = data.draw(st.one_of(st.none(), words, st.just("  "), st.just("http:// x")))


def add_tail(data: st.DataObject, node: Node) -> None:
    if node.getparent() is not None:
        node.tail = data.draw(words)


def add_child(data: st.DataObject, node: Node) -> None:
    names = ("Speak", "Hangup", "Number", "Conference", "break", "Unheard", "Response")
    node.append(etree.Element(data.draw(st.sampled_from(names))))


def take_child(data: st.DataObject, node: Node) -> None:
    if len(node):
        node.remove(data.draw(st.sampled_from(list(node))))


MUTATIONS: tuple[Mutation, ...] = (
    rename,
    give_unknown,
    spoil,
    take_attribute,
    change_text,
    add_tail,
    add_child,
    take_child,
)


def agree(dialect: str, document: bytes) -> None:
    """What the reader finds clean is valid; what is valid has no diagnostic that a schema could have."""
    notices = READER.examine(document, dialect).notices
    valid = schema_of(dialect).validate(etree.fromstring(document))

    said = f"{document!r}\nschema: {schema_of(dialect).error_log}\nreader: {notices}"
    if valid:
        assert {notice.rule for notice in notices} <= beyond(DIALECTS[dialect]).keys(), said
    else:
        assert notices, said


@pytest.mark.parametrize("dialect", DIALECTS)
@EXAMPLES
@given(data=st.data())
def test_reader_and_schema_agree_on_documents_drawn_from_the_tables(dialect: str, data: st.DataObject) -> None:
    root = data.draw(nodes(DIALECTS[dialect], DIALECTS[dialect].root, 2))

    agree(dialect, etree.tostring(root))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@EXAMPLES
@given(data=st.data())
def test_reader_and_schema_agree_on_documents_with_one_thing_changed(
    dialect: str, mutation: Mutation, data: st.DataObject
) -> None:
    root = data.draw(nodes(DIALECTS[dialect], DIALECTS[dialect].root, 2))
    below = [node for node in root.iter() if node is not root]

    mutation(data, data.draw(st.sampled_from(below or [root])))

    agree(dialect, etree.tostring(root))


@pytest.mark.parametrize("dialect", DIALECTS)
@EXAMPLES
@given(data=st.data())
def test_what_is_drawn_without_a_fault_is_mostly_clean(dialect: str, data: st.DataObject) -> None:
    """The two tests above would hold of nonsense, too: a verb with its required parts must be found clean."""
    table = DIALECTS[dialect].elements
    verbs = [table[name] for name in table[DIALECTS[dialect].root].children]
    element = data.draw(st.sampled_from([element for element in verbs if plain(element)]))
    given_values: Mapping[str, str] = {
        attribute.name: data.draw(value_of(attribute.lexical))
        for attribute in element.attributes
        if not attribute.foreign and not attribute.name.startswith("xml:") and not attribute.required
    }
    node = etree.SubElement(etree.Element(DIALECTS[dialect].root), element.name)
    for name, value in given_values.items():
        node.set(name, value)

    document = etree.tostring(node.getroottree())

    own = {need.rule for need in element.requires}
    rules = {notice.rule for notice in READER.examine(document, dialect).notices}
    assert rules <= own | {"mixed-text"}, document


def plain(element: Element) -> bool:
    """Whether an element may stand alone in a document."""
    bare = element.text is None or not element.text.required
    needless = not any(attribute.required for attribute in element.attributes)
    executed = element.is_verb and element.support == "executed"
    return executed and bare and needless and not element.least and not element.foreign and not element.spread


@EXAMPLES
@given(document=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_the_bytes_the_reader_raises_nothing_but_document_errors(document: bytes) -> None:
    for dialect in DIALECTS:
        with suppress(DocumentError):
            READER.read(document, dialect)
        for notice in READER.examine(document, dialect).notices:
            assert notice.line >= 1
