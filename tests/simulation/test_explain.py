"""What is told of an element, against the tables that the engine works by."""

import pytest

from engine.dialects.registry import DIALECTS
from engine.dialects.tongues import RULES
from engine.simulation.explain import explain_element
from engine.values.causes import EXIT_CAUSES, EXIT_WORDS, OUTCOME_WORDS, OUTCOMES


def told(element: str, dialect: str, width: int = 80) -> str:
    return "\n".join(explain_element(element, (dialect,), width))


def after(element: str, dialect: str) -> str:
    said = told(element, dialect, 1000)
    return said.partition("  After it: ")[2]


def exits(dialect: str) -> list[str]:
    return [line.strip() for line in after("Conference", dialect).splitlines()[1:]]


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_every_verb_tells_what_happens_after_it(dialect: str) -> None:
    silent = [element.name for element in DIALECTS[dialect].elements.values() if element.is_verb]
    silent = [name for name in silent if not after(name, dialect)]

    assert silent == []


def test_every_cause_and_outcome_has_its_words() -> None:
    assert set(EXIT_WORDS) == set(EXIT_CAUSES)
    assert len(set(EXIT_WORDS.values())) == len(EXIT_CAUSES)
    assert set(OUTCOME_WORDS) == set(OUTCOMES)


def test_a_conference_lists_the_ways_out_of_it_as_the_dialect_rules() -> None:
    goes_on, ends = "its action URL, else the next element", "the call ends"

    for dialect in ("plivo", "vobiz", "texml"):
        assert f"kicked: {goes_on}" in exits(dialect)
        assert f"hung up by a command: {ends}" in exits(dialect)
    assert f"endConferenceOnExit of another member: {goes_on}" in exits("plivo")
    assert f"endConferenceOnExit of another member: {ends}" in exits("vobiz")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_ways_out_that_a_dialect_does_not_know_are_left_out(dialect: str) -> None:
    known = [EXIT_WORDS[cause] for cause in EXIT_CAUSES if RULES[dialect].exits[cause] != "unreachable"]
    lines = exits(dialect)

    assert len(lines) == len(known) < len(EXIT_CAUSES)
    assert all(line.startswith(f"{words}: ") for line, words in zip(lines, known, strict=True))


def test_a_new_document_is_not_called_the_next_element() -> None:
    assert "given a new document by a command: that document, the action is not asked" in exits("plivo")


def test_no_other_element_lists_ways_out_of_a_room() -> None:
    assert "kicked:" not in told("Dial", "plivo")


def test_vobiz_tells_its_own_record_and_plivos_redirect() -> None:
    assert after("Record", "vobiz") != after("Record", "plivo")
    assert "recording begins" in after("Record", "vobiz")
    assert after("Redirect", "vobiz") == after("Redirect", "plivo") != ""


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("width", [80, 110])
def test_no_line_is_wider_than_the_terminal(dialect: str, width: int) -> None:
    wide = [
        line for name in DIALECTS[dialect].elements for line in told(name, dialect, width).splitlines()
        if len(line) > width
    ]  # fmt: skip

    assert wide == []


def test_what_an_attribute_means_is_folded_beside_its_name() -> None:
    lines = told("Conference", "plivo").splitlines()
    begins = next(i for i, line in enumerate(lines) if line.startswith("    stayAlone  "))
    column = len("    startConferenceOnEnter  ")

    assert lines[begins][column:].startswith("true or false; default true.")
    assert lines[begins + 1].startswith(" " * column + "stay ")


def test_an_attribute_with_a_long_name_has_its_meaning_below_it() -> None:
    lines = told("Conference", "texml").splitlines()
    below = lines[lines.index("    recordingStatusCallbackMethod") + 1]

    assert below.strip().startswith("GET, POST; default POST.")


def test_the_width_of_the_terminal_is_what_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    assert 50 < max(map(len, explain_element("Conference", ("vobiz",)))) <= 60
