"""A dialect's tables as an XML Schema (XSD 1.0), for editors and for whoever validates without us.

The same lexical definitions that the reader converts by become simple types here. What the reader
checks and XSD 1.0 cannot say is listed in the schema's header, by the name of its rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path

from msgspec import structs

from engine.dialects.dialect import Attribute, Dialect, Element, Lexical, Text, beyond
from engine.dialects.lexical import expression, reading
from engine.dialects.registry import DIALECTS

NUMERIC = ("integer", "number")


def xsd(dialect: Dialect) -> bytes:
    """Return the schema of a dialect, in UTF-8."""
    return ("\n".join(_document(dialect)) + "\n").encode()


def write_all(folder: Path, dialects: Mapping[str, Dialect] = DIALECTS) -> list[Path]:
    """Write the schema of every dialect into a folder; return the files."""
    written = []
    for name, dialect in dialects.items():
        path = folder / f"{name}.xsd"
        path.write_bytes(xsd(dialect))
        written.append(path)
    return written


def _document(dialect: Dialect) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield from _header(dialect)
    yield '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="unqualified">'
    elements = list(dialect.elements.values())
    for lexical in _lexicals(elements):
        yield from _simple(lexical)
    yield from _variants(elements)
    yield f"  <xs:element name={quoteattr(dialect.root)} type={_type_of(dialect.elements[dialect.root])}>"
    yield from _note(dialect.elements[dialect.root].doc, "    ")
    yield "  </xs:element>"
    unknown = [name for name in dialect.opaque if name not in dialect.elements]
    elements.extend(Element(name=name, doc="Nothing is known of it here.", support="opaque") for name in unknown)
    foreign = {element.name for element in elements if element.foreign}
    for element in elements:
        if element.name == dialect.root:
            element = structs.replace(element, children=(*element.children, *unknown))
        elif element.name not in foreign:
            yield from _group(element)
        if element.name not in foreign:
            yield from _complex(element, [name for name in element.children if name not in foreign])
    yield "</xs:schema>"


def _header(dialect: Dialect) -> Iterator[str]:
    yield "<!--"
    yield f"  {dialect.title}, generated from the tables of engine/dialects ({dialect.name}); not to be edited."
    yield ""
    yield "  The reader checks the following rules as well, which XSD 1.0 cannot express:"
    for rule, says in beyond(dialect).items():
        yield f"    {rule}: {says}".replace("--", "- -")
    yield "-->"


def _group(element: Element) -> Iterator[str]:
    # Each element stands in a group of its own: declared once, and yet no root of a document.
    name = quoteattr(element.name)
    yield f"  <xs:group name={name}>"
    yield "    <xs:sequence>"
    yield f"      <xs:element name={name} type={_type_of(element)}>"
    yield from _note(element.doc, "        ")
    yield "      </xs:element>"
    yield "    </xs:sequence>"
    yield "  </xs:group>"


def _complex(element: Element, children: list[str]) -> Iterator[str]:
    mixed = ' mixed="true"' if _is_mixed(element) else ""
    yield f"  <xs:complexType name={_type_of(element)}{mixed}>"
    if element.support == "opaque":
        yield '    <xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></xs:sequence>'
        yield '    <xs:anyAttribute processContents="skip">'
        yield from _note("Whatever is given is left alone.", "      ")
        yield "    </xs:anyAttribute>"
    elif children or mixed:
        yield from _choice(element, children)
        yield from _attributes(element, "    ")
    else:
        base = "nothing" if element.text is None else _text_type(element)
        yield "    <xs:simpleContent>"
        yield f'      <xs:extension base="value_{base}">'
        yield from _attributes(element, "        ")
        yield "      </xs:extension>"
        yield "    </xs:simpleContent>"
    yield "  </xs:complexType>"


def _choice(element: Element, children: list[str]) -> Iterator[str]:
    least = 0 if _is_mixed(element) else element.least
    most = "unbounded" if element.most is None else str(element.most)
    several = [name for name in children if name not in element.alone]
    if element.alone:
        yield "    <xs:choice>"
    yield f'    <xs:choice minOccurs="{least}" maxOccurs="{most}">'
    for name in several:
        yield f"      <xs:group ref={quoteattr(name)}/>"
    yield "    </xs:choice>"
    if element.alone:
        for name in element.alone:
            yield f"      <xs:group ref={quoteattr(name)}/>"
        yield "    </xs:choice>"


def _attributes(element: Element, indent: str) -> Iterator[str]:
    for attribute in element.attributes:
        if attribute.foreign:
            continue
        if attribute.name.startswith("xml:"):
            # One file for a dialect: the XML name space's attributes are let in without a file for them.
            yield f'{indent}<xs:anyAttribute namespace="http://www.w3.org/XML/1998/namespace" processContents="lax">'
            yield from _note(f"{attribute.name}: {attribute.doc}", indent + "  ")
            yield f"{indent}</xs:anyAttribute>"
            continue
        yield f"{indent}<xs:attribute name={quoteattr(attribute.name)} {_use(attribute)}>"
        yield from _note(attribute.doc, indent + "  ")
        yield f"{indent}</xs:attribute>"


def _use(attribute: Attribute) -> str:
    lexical = attribute.lexical
    if attribute.required:
        return f'type="value_{_given(lexical)}" use="required"'
    default = "" if attribute.default is None else f" default={quoteattr(attribute.default)}"
    return f'type="value_{lexical.name}"{default}'


def _text_type(element: Element) -> str:
    text = element.text
    if text is None:
        return "nothing"
    if text.required and not element.turns:
        return _given(text.lexical)
    return text.lexical.name if _may_be_empty(text.lexical) else f"{text.lexical.name}_or_nothing"


def _given(lexical: Lexical) -> str:
    return lexical.name if not _may_be_empty(lexical) else f"{lexical.name}_given"


def _may_be_empty(lexical: Lexical) -> bool:
    try:
        reading(lexical)("")
    except ValueError:
        return False
    return True


def _variants(elements: Iterable[Element]) -> Iterator[str]:
    """Yield the types that are derived from a lexical: one that may not be empty, and one that may."""
    named: dict[str, Lexical] = {}
    for element in elements:
        named.update((_text_type(element), text.lexical) for text in _texts(element))
        named.update((_given(a.lexical), a.lexical) for a in element.attributes if a.required)
    yield '  <xs:simpleType name="value_nothing">'
    yield from _note("No text.", "    ")
    yield '    <xs:restriction base="xs:token"><xs:maxLength value="0"/></xs:restriction>'
    yield "  </xs:simpleType>"
    for name, lexical in sorted(named.items(), key=lambda item: item[0]):
        if name != lexical.name:
            yield f'  <xs:simpleType name="value_{name}">'
            yield _derived(lexical, given=name == f"{lexical.name}_given")
            yield "  </xs:simpleType>"


def _derived(lexical: Lexical, *, given: bool) -> str:
    if given:
        return f'    <xs:restriction base="value_{lexical.name}"><xs:minLength value="1"/></xs:restriction>'
    return f'    <xs:union memberTypes="value_{lexical.name} value_nothing"/>'


def _texts(element: Element) -> tuple[Text, ...]:
    return () if element.text is None or _is_mixed(element) else (element.text,)


def _lexicals(elements: Iterable[Element]) -> list[Lexical]:
    found: dict[str, Lexical] = {}
    for element in elements:
        ours = [text.lexical for text in _texts(element)]
        ours.extend(attribute.lexical for attribute in element.attributes if not attribute.foreign)
        for lexical in ours:
            other = found.setdefault(lexical.name, lexical)
            if _form(other) != _form(lexical):
                raise ValueError(f"two definitions of a type are named {lexical.name!r}")
    return [found[name] for name in sorted(found)]


def _form(lexical: Lexical) -> tuple[object, ...]:
    return (expression(lexical), lexical.low, lexical.high, lexical.longest)


def _simple(lexical: Lexical) -> Iterator[str]:
    yield f'  <xs:simpleType name="value_{lexical.name}">'
    if lexical.doc:
        yield from _note(lexical.doc, "    ")
    if lexical.kind in NUMERIC and lexical.choices:
        yield "    <xs:union>"
        yield f"      <xs:simpleType>{_number(lexical)}</xs:simpleType>"
        yield f"      <xs:simpleType>{_words(lexical.choices)}</xs:simpleType>"
        yield "    </xs:union>"
    elif lexical.kind in NUMERIC:
        yield f"    {_number(lexical)}"
    elif lexical.choices and lexical.pattern is None and not lexical.fold and lexical.kind == "text":
        yield f"    {_words(lexical.choices)}"
    else:
        form = expression(lexical)
        facets = "" if form is None else f"<xs:pattern value={quoteattr(form)}/>"
        facets += "" if lexical.longest is None else f'<xs:maxLength value="{lexical.longest}"/>'
        yield f'    <xs:restriction base="xs:token">{facets}</xs:restriction>'
    yield "  </xs:simpleType>"


def _number(lexical: Lexical) -> str:
    base = "xs:integer" if lexical.kind == "integer" else "xs:decimal"
    facets = "" if lexical.pattern is None else f"<xs:pattern value={quoteattr(lexical.pattern)}/>"
    facets += "" if lexical.low is None else f'<xs:minInclusive value="{lexical.low:g}"/>'
    facets += "" if lexical.high is None else f'<xs:maxInclusive value="{lexical.high:g}"/>'
    return f'<xs:restriction base="{base}">{facets}</xs:restriction>'


def _words(choices: Iterable[str]) -> str:
    facets = "".join(f"<xs:enumeration value={quoteattr(word)}/>" for word in choices)
    return f'<xs:restriction base="xs:token">{facets}</xs:restriction>'


def _note(said: str, indent: str) -> Iterator[str]:
    yield f"{indent}<xs:annotation><xs:documentation>{escape(said, quote=False)}</xs:documentation></xs:annotation>"


def quoteattr(text: str) -> str:
    """A text as an attribute's value, quotes included."""
    return f'"{escape(text)}"'


def _type_of(element: Element) -> str:
    return quoteattr(f"element_{element.name}")


def _is_mixed(element: Element) -> bool:
    return element.text is not None and bool(element.children or element.text.mixed)


if __name__ == "__main__":
    write_all(Path(__file__).parents[2] / "xml_schemas")
