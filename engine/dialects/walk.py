"""The walk over one parsed document: elements become verbs, led by the dialect's plans.

Nothing here knows a dialect's name or an element's: what an element becomes stands in its plan, and
how it is built is chosen by the plan's shape (the table at the end). What is wrong is noted, and the
walk goes on: the reader decides what a notice of severity `error` means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any, Literal

from lxml import etree
from msgspec import structs

from engine.dialects import source
from engine.dialects.lexical import WHITE, collapse, describe
from engine.dialects.plan import Meaning, Plan, Plans
from engine.dialects.source import Node
from engine.errors import DocumentError
from engine.values.flow import Notice

_COUNTED = object()  # a child that is there, and is nothing by itself


class Walk:
    """One document being read: what was found so far."""

    def __init__(self, plans: Plans, deepest: int) -> None:
        """Start with nothing found."""
        self.plans = plans
        self.dialect = plans.dialect
        self.deepest = deepest
        self.notices: list[Notice] = []
        self.ordinal = 0
        self.before: list[Any] = []  # verbs that a child put ahead of the one that is being built

    def document(self, root: Node) -> list[Any]:
        """Read the root and everything in it into verbs."""
        plan = self.plans.root
        if root.tag != plan.name:
            raise DocumentError(
                f"the root element is <{_spelled(root)}>",
                line=root.sourceline or 1,
                column=1,
                hint=f"it must be <{plan.name}>, without a name space",
                code="wrong-root",
            )
        self.report(plan.meaning(root.items()).notices, root)
        verbs: list[Any] = []
        self.flow(root, plan, verbs)
        return verbs

    def flow(self, parent: Node, plan: Plan, verbs: list[Any]) -> None:
        """Add the verbs in an element to a flow."""
        for child, known in self.admitted(parent, plan):
            if known.shape == "spread":
                self.spread(child, known, verbs)
                continue
            verb = _BUILD[known.shape](self, child, known)
            if self.before:
                verbs.extend(self.before)
                self.before.clear()
            if verb is not None:
                verbs.append(verb)

    def admitted(self, parent: Node, plan: Plan) -> Iterator[tuple[Node, Plan]]:
        """Yield the children that may stand in an element; deal with the others, and with stray text."""
        children = plan.children
        text = parent.text
        if text is not None and plan.text is None and text.strip(WHITE):
            self.stray(parent, plan)
        for child in parent:
            known = children.get(child.tag)  # type: ignore[arg-type]  # comments and the like were left out
            if known is not None or (known := self.misplaced(child, plan)) is not None:
                if known.element.foreign:
                    self.warn(known, "foreign-name", f"<{known.name}> is another vendor's", child, known.element.doc)
                yield child, known
            tail = child.tail
            if tail is not None and not plan.mixed and tail.strip(WHITE):
                self.stray(parent, plan)

    def misplaced(self, child: Node, plan: Plan) -> Plan | None:
        """Deal with an element that may not stand where it does; return its plan where it is understood after all."""
        name = _spelled(child)
        source.check_depth(child, self.deepest)
        alias = plan.children.get(self.dialect.aliases.get(name, ""))
        if alias is not None:
            self.warn(alias, "foreign-name", f"<{name}> is read as <{alias.name}>", child, f"write <{alias.name}>")
            return alias
        hint = f"<{plan.name}> takes " + (", ".join(sorted(plan.children)) or "no elements")
        if name in self.plans.by_name:
            say, rule, policy = f"<{name}> cannot stand in <{plan.name}>", "bad-nesting", self.dialect.bad_nesting
        else:
            say, rule = f"<{name}> is not an element of {self.dialect.title}", "unknown-element"
            policy = self.dialect.unknown_element
        self.add(policy, plan.notice(rule, say, hint=hint), child, name)
        return None

    def leaf(self, element: Node, plan: Plan) -> Any:
        """Build a verb or noun that holds nothing but text."""
        items = element.items()
        meaning = plan.meaning(items) if items else plan.bare
        if meaning.notices:
            self.report(meaning.notices, element)
        if len(element):
            for _ in self.admitted(element, plan):
                pass  # what may not stand here was noted on the way
        fields = meaning.fields.copy()
        if plan.text is not None and not meaning.mute:
            said = self.text(element, plan)
            if said is None:
                return None
            if plan.fills:
                fields[plan.fills] = said
        elif (text := element.text) is not None and not len(element) and text.strip(WHITE):
            self.stray(element, plan)
        return self.make(meaning, fields, element)

    def make(self, meaning: Meaning, fields: dict[str, Any], element: Node, ordinal: int = 0) -> Any:
        """Make a verb or noun of its fields and its place; a verb without an ordinal gets the next one."""
        if "name" in fields:
            if not ordinal:
                self.ordinal = ordinal = self.ordinal + 1
            fields["ordinal"] = ordinal
        fields["line"] = element.sourceline
        return meaning.cls(**fields)  # type: ignore[misc]  # the shapes that come here have a class

    def text(self, element: Node, plan: Plan) -> Any:
        """Read an element's text; None, with a warning, where one is required and missing."""
        text = element.text
        said = "" if text is None else text.strip(WHITE)
        if said and plan.free:
            return collapse(said) if "\n" in said or "  " in said or "\t" in said or "\r" in said else said
        if said:
            return self.typed(element, plan, said)
        if not plan.required:
            return ""
        rule = "markup-text" if plan.mixed else "mixed-text" if plan.element.turns else "missing-text"
        self.warn(plan, rule, f"<{plan.name}> needs text and is left out", element, plan.text_doc)
        return None

    def typed(self, element: Node, plan: Plan, said: str) -> Any:
        """Read a text that has a type; one that is not of it is kept as written, with a warning."""
        try:
            return plan.text(said)  # type: ignore[misc]  # asked only of plans with text
        except ValueError:
            rule = "mixed-text" if plan.children else "bad-text"
            hint = "" if plan.element.text is None else f"expected {describe(plan.element.text.lexical)}"
            self.warn(plan, rule, f"the text of <{plan.name}> is not of its type", element, hint)
            return collapse(said)

    def spoken(self, element: Node, plan: Plan) -> Any:
        """Build a verb whose text may hold mark-up: its plain text, and the mark-up as it stands."""
        if not len(element):
            return self.leaf(element, plan)
        items = element.items()
        meaning = plan.meaning(items)
        self.report((*meaning.notices, *plan.unmet(items)), element)
        source.check_depth(element, self.deepest)
        self.markup(element, plan)
        said = collapse("".join(element.itertext()))
        parts = [escape(element.text or "", quote=False)]
        parts.extend(etree.tostring(child, encoding="unicode", with_tail=True) for child in element)
        ssml = "".join(parts).strip(WHITE)
        longest = None if plan.element.text is None else plan.element.text.markup_longest
        if longest is not None and len(ssml) > longest:
            self.warn(plan, "markup-text", f"more than {longest} characters with mark-up", element)
        if not said:
            self.warn(plan, "markup-text", f"<{plan.name}> has nothing to say", element, plan.text_doc)
        return self.make(meaning, {**meaning.fields, plan.fills: said, "ssml": ssml}, element)

    def markup(self, parent: Node, plan: Plan) -> None:
        """Check the mark-up in a text."""
        for child, known in self.admitted(parent, plan):
            self.report(known.meaning(child.items()).notices, child)
            self.markup(child, known)

    def opaque(self, element: Node, plan: Plan) -> Any:
        """Keep a verb of which nothing is known."""
        source.check_depth(element, self.deepest)
        say = f"<{plan.name}> is not executed: nothing is known of how it works"
        self.warn(plan, "opaque-element", say, element)
        return self.make(plan.bare, {**plan.bare.fields, "opaque": True}, element)

    def spread(self, element: Node, plan: Plan, verbs: list[Any]) -> None:
        """Put an element's children into the flow, after it (it learns how many) or in its place."""
        meaning = plan.meaning(element.items())
        self.report(meaning.notices, element)
        inner: list[Any] = []
        if plan.element.spread == "after":
            self.ordinal += 1
            ordinal = self.ordinal
            self.flow(element, plan, inner)
            verbs.append(self.make(meaning, {**meaning.fields, plan.element.gathers: len(inner)}, element, ordinal))
        else:
            self.flow(element, plan, inner)
        if len(inner) < plan.element.least:
            self.empty(element, plan)
        verbs.extend(inner)

    def gathering(self, element: Node, plan: Plan) -> Any:
        """Build a verb or noun with what stands in it, or the verb of the child that takes its place."""
        meaning = plan.meaning(element.items())
        self.report(meaning.notices, element)
        fields = meaning.fields.copy()
        if "name" in fields:
            self.ordinal += 1
        ordinal = self.ordinal
        found: list[Any] = []
        for child, known in self.kept(element, plan):
            thing = self.part(child, known, plan, fields)
            if thing is not None and known.name in plan.element.instead:
                self.ordinal = ordinal
                return structs.replace(thing, ordinal=ordinal, **plan.lent(meaning))
            if thing is not None:
                found.append(thing)
        if plan.text is not None:
            self.shorthand(element, plan, fields, found)
        if len(found) < plan.element.least:
            self.empty(element, plan)
            return None
        if plan.element.gathers:
            fields[plan.element.gathers] = tuple(thing for thing in found if thing is not _COUNTED)
        return self.make(meaning, fields, element, ordinal)

    def empty(self, element: Node, plan: Plan) -> None:
        """Warn of an element that has too little in it to be of use."""
        rule = "missing-child" if plan.text is None else "mixed-text"
        hint = "one of " + ", ".join(plan.element.children)
        self.warn(plan, rule, f"<{plan.name}> has nothing in it to work with and is left out", element, hint)

    def part(self, element: Node, plan: Plan, parent: Plan, fields: dict[str, Any]) -> Any:
        """Build a child of a verb; None for what is nothing by itself."""
        if plan.shape == "detail":
            return _COUNTED if self.detail(element, plan, fields) else None
        thing = _BUILD[plan.shape](self, element, plan)
        fixed = parent.element.ahead.get(plan.name)
        if thing is None or fixed is None:
            return thing
        self.before.append(structs.replace(thing, **fixed))
        return None

    def kept(self, element: Node, plan: Plan) -> Iterator[tuple[Node, Plan]] | list[tuple[Node, Plan]]:
        """Return the children of an element that there is room for."""
        alone, most = plan.element.alone, plan.element.most
        if not alone and most is None:
            return self.admitted(element, plan)
        pairs = list(self.admitted(element, plan))
        single = [pair for pair in pairs if pair[1].name in alone][:1] if len(pairs) > 1 else []
        kept = single or pairs[:most]
        rule = "bad-nesting" if single else "too-many-children"
        for child, known in pairs:
            if all(child is not other for other, _ in kept):
                say = f"<{known.name}> has no place beside what else stands in <{plan.name}>"
                self.add(self.dialect.bad_nesting, plan.notice(rule, say), child, known.name)
        return kept

    def detail(self, element: Node, plan: Plan, fields: dict[str, Any]) -> bool:
        """Fill the parent's fields from a child that is no verb or noun; say whether it was whole."""
        meaning = plan.meaning(element.items())
        self.report(meaning.notices, element)
        for child, known in self.admitted(element, plan):
            self.part(child, known, plan, fields)
        said = "" if plan.text is None else self.text(element, plan)
        if said is None:
            return False
        fields.update(meaning.fields)
        if plan.fills:
            fields[plan.fills] = said
        return True

    def shorthand(self, element: Node, plan: Plan, fields: dict[str, Any], found: list[Any]) -> None:
        """Read the text of an element that may hold children, too: its own, or short for one of those."""
        if not (element.text or "").strip(WHITE):
            return
        if found:
            self.stray(element, plan)
            return
        said = self.text(element, plan)
        child = plan.stands_for
        if child is not None:
            found.append(self.make(child.bare, {**child.bare.fields, child.fills: said}, element))
        elif plan.fills:
            fields[plan.fills] = said

    def stray(self, element: Node, plan: Plan) -> None:
        """Warn of text where none is used."""
        rule = "stray-text" if plan.text is None or not (plan.children or plan.element.turns) else "mixed-text"
        self.warn(plan, rule, f"text in <{plan.name}> that nothing is done with", element)

    def warn(self, plan: Plan, rule: str, message: str, element: Node, hint: str = "") -> None:
        """Note a warning about an element, with the code that the vendor has for the element or its text."""
        code = plan.codes.get(rule, "")
        self.add("skip", plan.notice(rule, message, hint=hint, code=code), element, _spelled(element))

    def add(self, policy: Literal["reject", "skip"], notice: Notice, element: Node, name: str) -> None:
        """Note something about an element under the name that it has in the document."""
        severity: Literal["error", "warning"] = "error" if policy == "reject" else "warning"
        line = element.sourceline or 0
        self.notices.append(structs.replace(notice, line=line, severity=severity, element=name))

    def report(self, notices: tuple[Notice, ...], element: Node) -> None:
        """Note what is wrong with an element's attributes."""
        if notices:
            line = element.sourceline or 0
            self.notices.extend(structs.replace(notice, line=line, element=_spelled(element)) for notice in notices)


def _spelled(element: Node) -> str:
    tag = str(element.tag)
    local = tag.rpartition("}")[2]
    return f"{element.prefix}:{local}" if element.prefix else local


_BUILD: Mapping[str, Callable[[Walk, Node, Plan], Any]] = {
    "leaf": Walk.leaf,
    "spoken": Walk.spoken,
    "gathering": Walk.gathering,
    "opaque": Walk.opaque,
}
