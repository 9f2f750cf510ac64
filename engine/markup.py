"""The parser for XML that strangers wrote: of documents, and of the mark-up within their texts."""

from __future__ import annotations

from lxml import etree


def guarded_parser() -> etree.XMLParser:
    """Return a parser that reaches for nothing and gives up on what is too big."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
