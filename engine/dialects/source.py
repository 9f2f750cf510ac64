"""Documents as hostile bytes: parsed without reaching out of them, and searched for a place when something is wrong.

The parser (`engine.markup`) resolves no entity, loads no DTD and opens no address or file; a document type, of
whatever kind and encoding, refuses the document, since the parsed tree is asked and not the bytes. libxml2
notes the line where a start tag ends; where a tag spans lines, the lines are put right here. It also
keeps every name that it ever met, for as long as its thread lives: `Names` keeps count of those.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from engine.errors import DocumentError
from engine.markup import guarded_parser

Node = etree._Element  # noqa: SLF001  # lxml has no public name for its elements

LARGEST = 100 * 1024
DEEPEST = 32

_HINTS = {
    4: "a document begins with its root element, such as <Response>",
    5: "a document has one root element",
    9: "XML allows no control characters",
    23: "write & as &amp;",
    26: "the only entities are &amp; &lt; &gt; &quot; and &apos;",
    32: "write it in UTF-8",
    38: "inside an attribute write < as &lt;",
    64: "nothing may stand before <?xml",
    68: "write & as &amp; and, where no tag begins, < as &lt;",
    76: "every element must be closed by its own end tag",
    81: "save it in the encoding that it declares; UTF-8 where it declares none",
    114: "nest less, and use no entities",
    201: "a prefix must be declared with xmlns",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._\-]+)["']""")
# From the last line's end within a tag, so that many empty lines are read once; or a > in a text, which does no harm.
_BROKEN_TAG = re.compile(rb"\n[^<>\n]*+>")
_TOKENS = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"""|<(?P<name>[^\s/!?<>=]++)(?P<rest>(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+)>""",
    re.DOTALL,
)


# Mark-up as far as it is well-formed, an entity, and what a piece of mark-up names. The quantifiers give nothing
# back (`++`, `*+`): hostile text is read once.
_MARKUP = re.compile(r"""<(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+|&[^\s<&;"']++""")
_NAME = re.compile(r"""(?:</?|<\?|&)([^\s<>/="'&;?!]++)""")
_ATTRIBUTE = re.compile(r"""(?<![^\s"'])([^\s<>/="'?]++)\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')?""")
_GIVEN = re.compile(r"""([^\s=]++)\s*+=\s*+(?:"[^"]*+"|'[^']*+')""")
_OWN = frozenset({"xml", "version", "encoding", "standalone", "amp", "lt", "gt", "quot", "apos"})
_EBCDIC = b"\x4c\x6f\xa7\x94"
_ENCODINGS = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
    | {"utf-16", "utf-16le", "utf-16be"}
)


class Tag(NamedTuple):
    """A start tag in the source: its name, its place (1-based), and the text after its name."""

    name: str
    line: int
    column: int
    rest: str


# A document type stands before the root, after nothing but comments and instructions.
_TYPE = re.compile(r"\A\s*+(?:(?:<!--.*?-->|<\?.*?\?>)\s*+)*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)


class Names:
    """Keeps hostile documents from filling the parser's table of names, which is never emptied.

    Names outside of the dialects' own are counted as long as there are few; when `most` were met,
    documents that bring new ones are refused before they are parsed.
    """

    def __init__(self, known: Iterable[str], most: int) -> None:
        """Start with the names that documents are made of."""
        self._known = _OWN.union(known)
        self._most = most
        self._strange: set[str] = set()

    @property
    def exhausted(self) -> bool:
        """Whether no new name may come."""
        return len(self._strange) >= self._most

    def check(self, document: bytes) -> None:
        """Refuse a document with a new name, once there were enough of those."""
        if self.exhausted and (new := self._new(document)):
            raise DocumentError(
                f"{min(new)[:60]!r} is unknown, as too many names before it were",
                line=1,
                column=1,
                hint="use the elements and attributes of the dialect",
                code="not-xml",
            )

    def remember(self, document: bytes) -> None:
        """Note the names of a document that was parsed and has some of its own."""
        if not self.exhausted:
            self._strange |= self._new(document)

    def _new(self, document: bytes) -> set[str]:
        found: set[str] = set()
        for markup in _MARKUP.findall(decoded(document)):
            found.update(_NAME.findall(markup))
            for name, *values in _ATTRIBUTE.findall(markup):
                found.update([name, *values] if name.startswith("xmlns") else [name])
        return found - {""} - self._known - self._strange


def admit(document: bytes, largest: int = LARGEST) -> None:
    """Refuse what is no document at first sight: too large, empty, in a strange encoding, with a document type."""
    if len(document) > largest:
        said, hint = f"the document has {len(document)} bytes", f"at most {largest} are read"
        raise DocumentError(said, line=1, column=1, hint=hint, code="too-large")
    if not document or document.isspace():
        raise DocumentError("the document is empty", line=1, column=1, hint=_HINTS[4], code="empty")
    wide = document.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    declared = _DECLARED.match(document.removeprefix(codecs.BOM_UTF8))
    strange = declared is not None and declared[1].decode("ascii").lower() not in _ENCODINGS
    # Without a mark nothing but a superset of ASCII is taken: guesses at wider encodings are hiding places.
    if strange or (not wide and (b"\0" in document[:4] or document.startswith(_EBCDIC))):
        raise DocumentError("the encoding is not read here", line=1, column=1, hint=_HINTS[32], code="not-xml")
    if (b"<!DOCTYPE" in document or b"<!doctype" in document) and _TYPE.search(decoded(document)):
        raise _typed(document)


def parse(document: bytes, with_parser: etree.XMLParser | None = None) -> Node:
    """Parse a document that was admitted into its root, by a parser of its own where none is kept for many.

    `DocumentError` for whatever is wrong with it.
    """
    try:
        root = etree.fromstring(document, with_parser or guarded_parser())
    except etree.XMLSyntaxError as error:
        line, column = (max(number or 1, 1) for number in error.position)
        said = (error.msg or "no XML").strip().rsplit(", line ", 1)[0].strip()
        hint = _HINTS.get(error.code or 0, "the document must be well-formed XML")
        raise DocumentError(said, line=line, column=column, hint=hint, code="not-xml") from None
    except (etree.LxmlError, LookupError, ValueError) as error:
        raise DocumentError(str(error), line=1, column=1, hint=_HINTS[32], code="not-xml") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _typed(document)
    if _BROKEN_TAG.search(document) is not None:
        for element, tag in zip(root.iter(), tags(document), strict=False):
            element.sourceline = tag.line  # type: ignore[misc]  # lxml lets it be set
    return root


def decoded(document: bytes) -> str:
    """Return the text of a document, by its byte order mark, its declaration, else UTF-8; never fails."""
    for mark, encoding in _BOMS:
        if document.startswith(mark):
            return document[len(mark) :].decode(encoding, "replace")
    declared = _DECLARED.match(document)
    try:
        return document.decode(declared[1].decode("ascii") if declared else "utf-8", "replace")
    except LookupError:
        return document.decode("utf-8", "replace")


def lines(document: bytes) -> list[str]:
    """Return the document's lines without their ends, as XML counts them."""
    return decoded(document).replace("\r\n", "\n").split("\n")


def tags(document: bytes) -> Iterator[Tag]:
    """Yield the start tags of a well-formed document in order."""
    text = decoded(document).replace("\r\n", "\n")
    starts = [0] + [found.end() for found in re.finditer("\n", text)]
    for token in _TOKENS.finditer(text):
        if (name := token["name"]) is not None:
            line = bisect_right(starts, token.start())
            yield Tag(name, line, token.start() - starts[line - 1] + 1, token["rest"])


class Places:
    """Where the elements and attributes of one well-formed document stand: made once, asked for every notice."""

    def __init__(self, document: bytes) -> None:
        """Look through a document."""
        self._columns: dict[tuple[int, str, str], int] = {}
        for tag in tags(document):
            self._columns.setdefault((tag.line, tag.name, ""), tag.column)
            for given in _GIVEN.finditer(tag.rest):
                before = tag.rest[: given.start()]
                # An attribute on a later line of its tag is pointed at through the tag.
                column = tag.column if "\n" in before else tag.column + 1 + len(tag.name) + len(before)
                self._columns.setdefault((tag.line, tag.name, given[1]), column)

    def column(self, line: int, element: str, attribute: str = "") -> int:
        """Return the column of an attribute on a line, else of its element's tag; 0 where neither is found."""
        columns = self._columns
        return columns.get((line, element, attribute)) or columns.get((line, element, ""), 0)


def place(document: bytes, line: int, element: str, attribute: str = "") -> int:
    """Work out one column, as `Places` does many."""
    return Places(document).column(line, element, attribute)


def hides_names(document: bytes) -> bool:
    """Say whether a document may hold names that are not seen in its elements: instructions and name spaces."""
    return document.find(b"<?", 1) >= 0 or b"xmlns" in document or document[:1] in b"\xff\xfe"


def check_depth(element: Node, deepest: int) -> None:
    """Refuse an element that nests deeper than `deepest`, counted from the root."""
    level = sum(1 for _ in element.iterancestors()) + 1
    stack = [(element, level)]
    while stack:
        node, level = stack.pop()
        if level > deepest:
            raise DocumentError(
                f"elements are nested more than {deepest} deep",
                line=node.sourceline or 1,
                column=1,
                hint="nest less",
                code="too-deep",
            )
        stack.extend((child, level + 1) for child in node)


def _typed(document: bytes) -> DocumentError:
    line, column = next(
        (
            (number, text.upper().find("<!DOCTYPE") + 1)
            for number, text in enumerate(lines(document), 1)
            if "<!DOCTYPE" in text.upper()
        ),
        (1, 1),
    )
    hint = "leave out <!DOCTYPE; an HTML page is no document"
    return DocumentError("a document type is not allowed", line=line, column=column, hint=hint, code="doctype")
