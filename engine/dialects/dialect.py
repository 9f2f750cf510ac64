"""The shape of a dialect: elements, attributes and their types as data that the reader and the schema share.

A table of elements is the single source of three things: what the reader accepts and warns of,
what the generated XSD says, and what `callflow explain` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from engine.values.verbs import Verb

Kind = Literal["text", "boolean", "integer", "number", "words"]


class Lexical(Struct, frozen=True, kw_only=True):
    """One lexical definition of a value, used alike by the reader and by XSD 1.0.

    `pattern` is a regular expression in the common subset of Python and XSD (implicitly anchored,
    `None`: no pattern); `choices` the allowed words; `low`/`high` the inclusive range of a number;
    `longest` the greatest length of a text. `kind` says what Python value it becomes: text (str),
    boolean, integer (int), number (float), words (a tuple of str cut at `separator`). `scale`
    multiplies a number (0.001 for a vendor's milliseconds: the flow language speaks of seconds).
    `values` maps an allowed text to the value of the flow language where the two differ. `fold`:
    the choices are understood in any letter case. A value fits when it is one of the choices or
    matches the pattern (either, where there are both; anything where there is neither).
    """

    name: str
    kind: Kind = "text"
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    longest: int | None = None
    separator: str = " "
    scale: float = 1.0
    fold: bool = False
    values: Mapping[str, object] = field(default_factory=dict)
    doc: str = ""


class Attribute(Struct, frozen=True, kw_only=True):
    """One attribute: its XML name, type, the vendor's default as written (None: no default), and what it means.

    `fills` is the field of the verb that it sets (empty: validated, kept for nothing);
    `foreign` marks another vendor's name that is understood with a warning; `code` is the
    vendor's warning code for a bad value; `spec` the section of the specification it came from.
    `clamp` brings a number outside its range to the nearest end instead of the default.
    Defaults are filled in first, then what the document gives; a default that comes from `elsewhere`
    is only told (the verb's field keeps its own, and the exchange's rules decide). `also` are further
    fields of the verb that take the same value. `keep`: a bad value is kept as it is written.
    """

    name: str
    lexical: Lexical
    doc: str
    default: str | None = None
    fills: str = ""
    also: tuple[str, ...] = ()
    required: bool = False
    foreign: bool = False
    clamp: bool = False
    keep: bool = False
    elsewhere: bool = False
    code: str = ""
    spec: str = ""


class Text(Struct, frozen=True, kw_only=True):
    """The text content of an element: the verb's field it fills, its type, whether it must be there.

    A required text that is missing leaves the element out. `stands_for` names the child element
    that the text is short for (a number in a Dial). `markup_longest` bounds a text with mark-up.
    """

    fills: str
    doc: str
    lexical: Lexical
    required: bool = False
    mixed: bool = False  # may hold mark-up (SSML), whose plain text is spoken
    markup_longest: int | None = None
    stands_for: str = ""
    code: str = ""


class Requirement(Struct, frozen=True, kw_only=True):
    """A rule between attributes, beyond XSD 1.0: where it is broken there is a warning and nothing else.

    When `attribute` is given and `when` is found in its value (empty `attribute`: when the element
    holds mark-up), then `needs` must be given with a value in which `match` is found (its default
    counts where `match` asks for a value); an empty `needs` is never met. Expressions are Python's.
    """

    rule: str
    message: str
    attribute: str = ""
    when: str = ""
    needs: str = ""
    match: str = ""


class Element(Struct, frozen=True, kw_only=True):
    """One element: what verb it is, its attributes and text, and which children may stand in it.

    `verb` is the class of the flow language that it becomes (None: a container, or mark-up inside
    text). `fixed` sets fields that this spelling implies. `children` names the allowed child
    elements; `gathers` is the field of this element's verb that takes the children's values.
    `instead` names children that take this element's place in the flow (a Conference in a Dial),
    with `lends` mapping this element's attributes to the fields they fill there. `spread` puts the
    children in the flow after (PreAnswer) or in place of (Start) this element. `ahead` names children
    that go into the flow before this element, with the fields that this place fixes (a Record in a
    Vobiz Dial). Children that are verbs of none of these kinds are validated and kept for nothing. `foreign`
    marks another vendor's element, understood with a warning that bears `code`. `support` is
    `executed`, `understood` (read and validated, not executed yet) or `opaque` (kept as it is).
    `alone` are children that must be the only one. `turns` names attributes that make the element
    another verb (a Play with digits); what that verb has no field for is validated and dropped, and
    the text is then not asked for. A child without a verb that is not mark-up fills its parent's fields.
    """

    name: str
    doc: str
    verb: type[Struct] | None = None
    attributes: tuple[Attribute, ...] = ()
    text: Text | None = None
    children: tuple[str, ...] = ()
    gathers: str = ""
    instead: tuple[str, ...] = ()
    lends: Mapping[str, str] = field(default_factory=dict)
    ahead: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    foreign: bool = False
    code: str = ""
    alone: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    spread: Literal["", "after", "instead"] = ""
    fixed: Mapping[str, object] = field(default_factory=dict)
    turns: Mapping[str, type[Struct]] = field(default_factory=dict)
    requires: tuple[Requirement, ...] = ()
    support: Literal["executed", "understood", "opaque"] = "executed"
    blocking: bool = False
    markup: bool = False
    what_next: str = ""
    spec: str = ""

    @property
    def is_verb(self) -> bool:
        """Whether the element becomes a verb of the flow (not a noun, a container or mark-up)."""
        return self.verb is not None and issubclass(self.verb, Verb)


class Dialect(Struct, frozen=True, kw_only=True):
    """A vendor's XML as data: the elements, and how the reader treats what is not in them.

    `unknown_element` and `bad_nesting` say whether the document is refused (`reject`) or the
    offending part left out with a warning (`skip`); unknown attributes and bad values are always
    warnings. `bad_boolean` is what a boolean that is neither true nor false reads as (None: the
    attribute's default). `aliases` maps another vendor's element name to ours, taken with a warning;
    `marks` are (element, attribute or child or None) pairs by which a document shows its dialect.
    """

    name: str
    title: str
    elements: Mapping[str, Element]
    root: str = "Response"
    unknown_element: Literal["reject", "skip"] = "reject"
    bad_nesting: Literal["reject", "skip"] = "reject"
    bad_boolean: bool | None = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    opaque: tuple[str, ...] = ()
    marks: tuple[tuple[str, str | None], ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    spec: str = ""


RULES: Mapping[str, str] = {
    "unknown-element": "An element must be one of the dialect's.",
    "bad-nesting": "An element may only stand where the dialect allows it.",
    "unknown-attribute": "An attribute must be one of its element's.",
    "foreign-name": "A name of another vendor's is understood, but should be spelled as this one does.",
    "bad-value": "An attribute's value must be of its type.",
    "bad-text": "An element's text must be of its type.",
    "missing-attribute": "A required attribute must be there, and not be empty.",
    "missing-text": "A required text must be there.",
    "missing-child": "An element must have as many children as it needs.",
    "too-many-children": "An element may not have more children than it has room for.",
    "stray-text": "Text may only stand where an element takes text.",
}
"""What the reader checks and a schema can say too, by the name that a notice bears."""

BEYOND: Mapping[str, str] = {
    "opaque-element": "A verb of which nothing is known is kept as it is and not executed.",
    "namespaced-attribute": "An attribute of a foreign name space is ignored.",
    "mixed-text": "Text beside child elements must be of its type, and stand where there is no child, not beside one.",
    "markup-text": "A text with mark-up must hold something to say, and not more than the vendor takes.",
}
"""What only the reader checks, beyond XSD 1.0; the rules of `Element.requires` come on top."""


def beyond(dialect: Dialect) -> dict[str, str]:
    """Return every rule of a dialect that its schema cannot express, with what it says."""
    own = {need.rule: need.message for element in dialect.elements.values() for need in element.requires}
    return {**BEYOND, **own}
