"""A dialect's tables made ready for reading: what each element becomes, worked out before any document comes.

Attributes are read once for each spelling: an element's attribute items as they stand are the key of a
memo, and what they mean (the verb's class, the fields that differ from its defaults, what is wrong with
them) is the value. The memo belongs to one `Plans`, and is bounded.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, get_args

from msgspec import Struct, structs

from engine.dialects.dialect import Attribute, Dialect, Element, Lexical
from engine.dialects.lexical import collapse, describe, nearest, reading
from engine.values.flow import Notice
from engine.values.verbs import Unperformed, Verb

XML = "{http://www.w3.org/XML/1998/namespace}"
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_SILENT = frozenset({_INSTANCE + "noNamespaceSchemaLocation", _INSTANCE + "schemaLocation"})

_MEMO_ENTRIES = 4096
_MEMO_CHARACTERS = 1 << 20
_MEMO_NOTICES = 4  # what is very wrong is not worth its room

Items = tuple[tuple[str, str], ...]


class Meaning(NamedTuple):
    """What one spelling of an element's attributes means; `lent`: values by attribute, for a child that takes over."""

    cls: type[Struct] | None
    fields: dict[str, Any]  # copied before it is used
    notices: tuple[Notice, ...] = ()
    lent: Mapping[str, Any] = {}
    mute: bool = False


@functools.cache
def _fields_of(cls: type[Struct]) -> dict[str, structs.FieldInfo]:
    """Look a struct's fields up by name: slow, and asked for every element."""
    return {field.name: field for field in structs.fields(cls)}


class Plan:
    """One element of a dialect, made ready."""

    def __init__(self, element: Element, plans: Plans) -> None:
        """Prepare an element; its children are joined afterwards, since elements may hold each other."""
        self.element = element
        self.name = element.name
        self.plans = plans
        self.children: dict[str, Plan] = {}
        self.shape = _shape(element)
        self.cls = element.verb
        self.text = None if element.text is None else reading(element.text.lexical)
        self.fills = element.text.fills if element.text is not None else ""
        self.free = element.text is not None and _is_free(element.text.lexical)
        self.required = element.text is not None and element.text.required
        self.mixed = element.text is not None and (element.text.mixed or element.markup)
        self.text_doc = element.text.doc if element.text is not None else ""
        self.stands_for: Plan | None = None
        self.codes = _codes(element)
        self.attributes = {_clark(attribute.name): attribute for attribute in element.attributes}
        self.readings = {name: reading(attribute.lexical) for name, attribute in self.attributes.items()}
        self.defaults = {
            attribute.name: self.readings[name](attribute.default)
            for name, attribute in self.attributes.items()
            if attribute.default is not None and not attribute.elsewhere
        }
        self.memo: dict[Items, Meaning] = {}
        self.bare = self._work_out(())

    def lent(self, meaning: Meaning) -> dict[str, Any]:
        """Return the fields that a child which takes this element's place has from it."""
        return {field: meaning.lent[name] for name, field in self.element.lends.items() if name in meaning.lent}

    def meaning(self, items: list[tuple[str, str]]) -> Meaning:
        """Say what an element with these attributes means."""
        if not items:
            return self.bare
        key = tuple(items)
        known = self.memo.get(key)
        return known if known is not None else self.plans.learn(self, key, self._work_out(key))

    def _work_out(self, items: Items) -> Meaning:
        values = dict(self.defaults)
        notices: list[Notice] = []
        for name, written in items:
            self._take(name, written, values, notices)
        notices.extend(self._missing(dict(items)))
        if not notices:
            notices.extend(self._unmet(dict(items), markup=False))
        turned = next((cls for name, cls in self.element.turns.items() if name in dict(items)), None)
        return Meaning(
            cls=turned or self.cls,
            fields=self._fields(
                turned or self.cls, values, {name.replace(XML, "xml:"): value for name, value in items}
            ),
            notices=tuple(notices),
            lent=values if self.element.lends else {},
            mute=turned is not None,
        )

    def _take(self, name: str, written: str, values: dict[str, object], notices: list[Notice]) -> None:
        attribute = self.attributes.get(name)
        if attribute is None:
            if name not in _SILENT:
                notices.append(self._unknown(name))
            return
        if attribute.foreign:
            say = f"{attribute.name} on <{self.name}> is another vendor's"
            notices.append(self.notice("foreign-name", say, attribute.name, hint=attribute.doc, code=attribute.code))
        values.pop(attribute.name, None)
        try:
            values[attribute.name] = self.readings[name](written)
        except ValueError:
            instead, what = self._instead(attribute, written)
            if instead is not None:
                values[attribute.name] = instead
            say = f'{attribute.name}="{_short(written)}" on <{self.name}> {what}'
            hint = f"expected {describe(attribute.lexical)}"
            notices.append(self.notice("bad-value", say, attribute.name, hint=hint, code=attribute.code))

    def _instead(self, attribute: Attribute, written: str) -> tuple[object | None, str]:
        lexical = attribute.lexical
        if lexical.kind == "boolean" and self.plans.dialect.bad_boolean is not None:
            word = "true" if self.plans.dialect.bad_boolean else "false"
            return self.readings[_clark(attribute.name)](word), f"is read as {word}"
        if attribute.clamp and (near := nearest(lexical, written)) is not None:
            return near, "is brought to the nearest value that is allowed"
        if attribute.keep and lexical.kind == "text":
            return collapse(written), "is kept as it is"
        if attribute.name in self.defaults:
            return self.defaults[attribute.name], f"is taken as its default, {attribute.default!r}"
        return None, "is ignored"

    def _unknown(self, name: str) -> Notice:
        if name.startswith("{") and not name.startswith(XML):
            local = name.rpartition("}")[2]
            return self.notice("namespaced-attribute", f"{local} on <{self.name}> is of another name space", local)
        spelled = name.replace(XML, "xml:")
        near = next((known for known in self.attributes if known.lower() == spelled.lower()), None)
        if near is not None:
            hint = f"write {near}"
        else:
            hint = "known here: " + (", ".join(sorted(a.name for a in self.attributes.values())) or "none")
        rule = "namespaced-attribute" if name.startswith(XML) and self._takes_xml() else "unknown-attribute"
        return self.notice(rule, f"<{self.name}> has no attribute {spelled}", spelled, hint=hint)

    def _takes_xml(self) -> bool:
        return any(name.startswith(XML) for name in self.attributes)

    def _missing(self, given: Mapping[str, str]) -> Iterable[Notice]:
        for name, attribute in self.attributes.items():
            if attribute.required and not collapse(given.get(name, "")):
                say = f"<{self.name}> needs {attribute.name}"
                yield self.notice("missing-attribute", say, attribute.name, hint=attribute.doc, code=attribute.code)

    def unmet(self, items: list[tuple[str, str]]) -> list[Notice]:
        """Return the requirements that mark-up has and these attributes do not meet."""
        return list(self._unmet(dict(items), markup=True))

    def _unmet(self, given: Mapping[str, str], *, markup: bool) -> Iterable[Notice]:
        for need in self.element.requires:
            if (need.attribute == "") is not markup:
                continue
            if need.attribute and (need.attribute not in given or not re.search(need.when, given[need.attribute])):
                continue
            default = next((a.default for a in self.element.attributes if a.name == need.needs), None)
            value = given.get(need.needs, (default or "") if need.match else None)
            if not need.needs or value is None or not re.search(need.match, value):
                yield self.notice(need.rule, need.message, need.attribute)

    def _fields(
        self, cls: type[Struct] | None, values: Mapping[str, object], given: Mapping[str, str]
    ) -> dict[str, object]:
        fields = dict(self.element.fixed)
        # Two attributes may fill one field: all defaults first, then what the document gives.
        for chosen in (self.defaults, values):
            for attribute in self.element.attributes:
                if attribute.fills and attribute.name in chosen and (chosen is not values or attribute.name in given):
                    fields.update((name, chosen[attribute.name]) for name in (attribute.fills, *attribute.also))
        if cls is None:
            return fields
        if cls is Unperformed:
            fields.setdefault("blocking", self.element.blocking)
        known = _fields_of(cls)
        kept = {name: _fitting(known[name].type, value) for name, value in fields.items() if name in known}
        # A verb is made faster with fewer fields: what equals its own default is left to it.
        kept = {name: value for name, value in kept.items() if value != known[name].default}
        return {"name": self.name, **kept} if issubclass(cls, Verb) else kept

    def notice(self, rule: str, message: str, attribute: str = "", *, hint: str = "", code: str = "") -> Notice:
        """Word a warning about this element; its line is filled in where it is met."""
        code = code or self.plans.dialect.codes.get(rule, "")
        return Notice(rule=rule, message=message, hint=hint, code=code, element=self.name, attribute=attribute)


class Plans:
    """All elements of one dialect, made ready, with the memo of attribute spellings that they share."""

    def __init__(self, dialect: Dialect) -> None:
        """Make a dialect ready."""
        self.dialect = dialect
        self.entries = 0
        self.characters = 0
        self.by_name = {name: Plan(element, self) for name, element in dialect.elements.items()}
        for name in dialect.opaque:
            opaque = Element(name=name, doc="", verb=Unperformed, support="opaque")
            self.by_name.setdefault(name, Plan(opaque, self))
        for plan in self.by_name.values():
            plan.children = {name: self.by_name[name] for name in plan.element.children}
            if plan.element.text is not None:
                plan.stands_for = self.by_name.get(plan.element.text.stands_for)
        self.root = self.by_name[dialect.root]
        # What stands in no table may stand where verbs do.
        self.root.children.update(
            (name, self.by_name[name]) for name in dialect.opaque if name not in dialect.elements
        )

    def learn(self, plan: Plan, key: Items, meaning: Meaning) -> Meaning:
        """Remember what a spelling means, within bounds."""
        if len(meaning.notices) > _MEMO_NOTICES:
            return meaning
        self.entries += 1
        self.characters += sum(len(name) + len(value) for name, value in key)
        if self.entries > _MEMO_ENTRIES or self.characters > _MEMO_CHARACTERS:
            self.entries = self.characters = 0
            for known in self.by_name.values():
                known.memo.clear()
        plan.memo[key] = meaning
        return meaning


def _shape(element: Element) -> str:
    if element.support == "opaque":
        return "opaque"
    if element.markup:
        return "markup"
    if element.spread:
        return "spread"
    if element.text is not None and element.text.mixed:
        return "spoken"
    if element.verb is None:
        return "detail"
    return "gathering" if element.children else "leaf"


def _codes(element: Element) -> dict[str, str]:
    """Return the vendor's codes for what may be wrong with an element or its text, by the rule."""
    text = "" if element.text is None else element.text.code
    of_text = dict.fromkeys(("missing-text", "bad-text", "mixed-text", "markup-text"), text)
    return {**of_text, "foreign-name": element.code, "missing-child": element.code}


def _is_free(lexical: Lexical) -> bool:
    return lexical.kind == "text" and not (lexical.pattern or lexical.choices or lexical.longest)


def _clark(name: str) -> str:
    return XML + name[4:] if name.startswith("xml:") else name


def _fitting(wanted: Any, value: Any) -> Any:
    """Make a whole number a float where the verb speaks of seconds, so that flows are encoded alike."""
    return float(value) if type(value) is int and float in (wanted, *get_args(wanted)) else value


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."
