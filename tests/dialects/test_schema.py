"""The schemas are the tables, written once more for others: complete, documented, and equal to the committed files."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from engine.dialects.dialect import beyond
from engine.dialects.registry import DIALECTS
from engine.dialects.schema import write_all, xsd

FOLDER = Path(__file__).parents[2] / "xml_schemas"
XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_committed_schema_is_the_generated_one(dialect: str) -> None:
    """Write them anew with `python -m engine.dialects.schema`."""
    assert (FOLDER / f"{dialect}.xsd").read_bytes() == xsd(DIALECTS[dialect])


def test_there_are_schemas_of_the_dialects_and_no_others() -> None:
    assert {path.stem for path in FOLDER.glob("*.xsd")} == set(DIALECTS)


def test_all_schemas_are_written_into_a_folder(tmp_path: Path) -> None:
    written = write_all(tmp_path)

    assert [path.name for path in written] == [f"{name}.xsd" for name in DIALECTS]
    assert all(path.read_bytes() == xsd(DIALECTS[path.stem]) for path in written)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_element_and_attribute_is_documented(dialect: str) -> None:
    schema = etree.fromstring(xsd(DIALECTS[dialect]))

    for declared in schema.iter(f"{XS}element", f"{XS}attribute", f"{XS}anyAttribute"):
        said = declared.findtext(f"{XS}annotation/{XS}documentation")
        assert said, etree.tostring(declared)
        assert said.strip().endswith(".") or ":" in said, said


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_element_and_attribute_of_the_tables_is_declared(dialect: str) -> None:
    schema = etree.fromstring(xsd(DIALECTS[dialect]))

    declared = {node.get("name") for node in schema.iter(f"{XS}element")}
    assert declared == {e.name for e in DIALECTS[dialect].elements.values() if not e.foreign} | {
        *DIALECTS[dialect].opaque
    }
    for element in DIALECTS[dialect].elements.values():
        if element.foreign or element.support == "opaque":
            continue
        (kind,) = schema.iterfind(f"{XS}complexType[@name='element_{element.name}']")
        ours = {a.name for a in element.attributes if not a.foreign and not a.name.startswith("xml:")}
        assert {node.get("name") for node in kind.iter(f"{XS}attribute")} == ours


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_header_lists_every_rule_that_a_schema_cannot_express(dialect: str) -> None:
    (header,) = etree.fromstring(xsd(DIALECTS[dialect])).getroottree().xpath("/comment()")

    for rule in beyond(DIALECTS[dialect]):
        assert f" {rule}: " in str(header.text)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_only_the_root_may_be_a_document(dialect: str) -> None:
    schema = etree.XMLSchema(etree.fromstring(xsd(DIALECTS[dialect])))

    assert schema.validate(etree.fromstring(b"<Response/>"))
    assert not schema.validate(etree.fromstring(b"<Hangup/>"))


@pytest.mark.parametrize(
    ("valid", "document"),
    [
        (True, '<Conference muted="TRUE" maxMembers=" 20 ">Room</Conference>'),
        (False, '<Conference muted="yes">Room</Conference>'),
        (False, '<Conference maxMembers="21">Room</Conference>'),
        (False, "<Conference> </Conference>"),
        (True, '<GetInput action="/x" digitEndTimeout="auto"><Speak>Hi</Speak></GetInput>'),
        (True, '<GetInput action="/x" digitEndTimeout="2.5"/>'),
        (False, '<GetInput action="/x" digitEndTimeout="1"/>'),
        (False, '<GetInput action=""/>'),
        (True, "<Dial> <Number>1</Number><User>sip:a@b</User></Dial>"),
        (False, "<Dial/>"),
        (True, "<Hangup> <!-- nothing --> </Hangup>"),
        (False, "<Hangup>now</Hangup>"),
        (True, '<Speak>One <lang xml:lang="fr-FR">deux</lang></Speak>'),
        (False, "<Speak>One <Play>a</Play></Speak>"),
        (True, '<Wait beep="duration=300,threshold=256"/>'),
        (False, '<Wait beep="loud"/>'),
    ],
)
def test_the_schema_of_plivo_tells_good_from_bad(document: str, *, valid: bool) -> None:
    schema = etree.XMLSchema(etree.fromstring(xsd(DIALECTS["plivo"])))

    assert schema.validate(etree.fromstring(f"<Response>{document}</Response>")) is valid
