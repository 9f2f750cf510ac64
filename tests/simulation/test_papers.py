"""Which documents of a scenario are read in which dialects, and what is said of those that several read."""

from pathlib import Path

import pytest

from engine.errors import RequestError
from engine.resources import find
from engine.simulation import papers, scenario
from engine.simulation.check import Finding, check

RECORD = """
      <Response>
        <Record action="https://app.example/recorded"/>
        <Speak>We did not hear anything.</Speak>
      </Response>"""
FOLDER = Path("folder")


def looked(text: str) -> list[Finding]:
    return check(papers.of_scenario(scenario.read(text.encode(), "a.yaml", FOLDER), FOLDER / "a.yaml"))


def dialects(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for paper in papers.of_scenario(scenario.read(text.encode(), "a.yaml", FOLDER), FOLDER / "a.yaml"):
        found.setdefault(paper.urls[0].rpartition("/")[2], []).append(paper.dialect)
    return found


def recorded_by(**callers: str) -> str:
    lines = "\n".join(
        f"  {name}: {{answer_url: https://app.example/answer, dialect: {dialect}}}"
        for name, dialect in callers.items()
    )
    return f"documents:\n  https://app.example/answer:\n    xml: |{RECORD}\ncallers:\n{lines}\n"


def leading(first: str, caller: str, more: str = "") -> str:
    return f"""
dialect: plivo
documents:
  https://app.example/answer: {{xml: '<Response>{first}</Response>'}}
  https://app.example/next: {{xml: <Response><Hangup/></Response>}}
callers:
  ann: {{answer_url: https://app.example/answer, {caller}}}
{more}
"""


def test_a_document_is_read_in_its_callers_dialect_and_not_in_the_scenarios() -> None:
    assert [one.rule for one in looked("dialect: plivo\n" + recorded_by(vik="vobiz"))] == []
    (finding,) = looked("dialect: vobiz\n" + recorded_by(ann="plivo"))

    assert (finding.rule, finding.severity, finding.dialects) == ("unreachable", "warning", ())


def test_what_only_one_of_several_dialects_never_reaches_is_noted_with_its_name() -> None:
    (finding,) = looked(recorded_by(ann="plivo", vik="vobiz"))

    assert (finding.rule, finding.severity, finding.dialects) == ("unreachable", "note", ("plivo",))


def test_what_is_so_in_every_dialect_is_said_once_and_of_none() -> None:
    text = recorded_by(ann="plivo", vik="vobiz", bob="plivo").replace("<Record", "<Hangup/><Record")
    (finding,) = looked(text)

    assert (finding.severity, finding.dialects) == ("warning", ())


def test_a_room_that_two_dialects_read_is_reported_once() -> None:
    guest = '<Conference startConferenceOnEnter="false">Room</Conference>'
    (finding,) = looked(
        leading(guest, "dialect: plivo", "  vik: {answer_url: https://app.example/answer, dialect: vobiz}")
    )

    assert finding.rule == "never-starts"


@pytest.mark.parametrize(
    "first",
    [
        "<Redirect>/next</Redirect>",
        '<Record action="/next" redirect="true"/>',
        '<Conference waitSound="next">Room</Conference>',
        '<Conference waitSound="/next?room=1">Room</Conference>',
        '<Dial confirmSound="/next" confirmKey="1"><Number>1</Number></Dial>',
    ],
)
def test_a_caller_keeps_its_dialect_from_document_to_document(first: str) -> None:
    assert dialects(leading(first, "dialect: vobiz")) == {"answer": ["vobiz"], "next": ["vobiz"]}


def test_a_reply_that_is_not_run_is_not_read_in_the_callers_dialect() -> None:
    assert dialects(leading('<Record action="/next"/>', "dialect: vobiz"))["next"] == ["plivo"]


def test_the_document_of_a_transfer_is_read_by_the_call_that_is_sent_there() -> None:
    step = "steps: [{at: 5, do: transfer, call: ann, aleg: https://app.example/next}]"

    assert dialects(leading("<Wait/>", "dialect: vobiz", step))["next"] == ["vobiz"]


def test_marks_in_a_callers_first_document_tell_the_dialect_of_those_that_follow() -> None:
    text = leading("<Say>Hello.</Say><Redirect>/next</Redirect>", "at: 0").replace("dialect: plivo", "")

    assert dialects(text) == {"answer": ["texml"], "next": ["texml"]}


def test_nothing_that_tells_a_dialect_is_noted_for_each_document() -> None:
    text = leading("<Redirect>/next</Redirect>", "at: 0").replace("dialect: plivo", "")

    assert [one.rule for one in looked(text)] == ["dialect-assumed", "dialect-assumed"]


def test_marks_that_contradict_each_other_are_told_of_their_document() -> None:
    text = leading("<Say>Hello.</Say><GetDigits/>", "at: 0").replace("dialect: plivo", "")

    assert "dialect" in [one.rule for one in looked(text) if one.severity == "error"]


def test_a_dialect_that_there_is_not_is_refused() -> None:
    with pytest.raises(RequestError, match="plvo"):
        looked(recorded_by(ann="plvo"))


def test_documents_of_two_scenarios_do_not_meet() -> None:
    guest = leading('<Conference startConferenceOnEnter="false">Room</Conference>', "at: 0")
    host = leading("<Conference>Room</Conference>", "at: 0")
    both = [
        paper
        for name, text in (("a.yaml", guest), ("b.yaml", host))
        for paper in papers.of_scenario(scenario.read(text.encode(), name, FOLDER), FOLDER / name)
    ]

    assert [one.rule for one in check(both)] == ["never-starts"]


def test_a_file_that_is_given_alone_and_in_a_scenario_is_reported_once() -> None:
    path, file = find(Path("samples/record.yaml")), find(Path("samples/voicemail.xml"))
    held = papers.of_scenario(scenario.load(path), path)
    alone = papers.alone(str(file), file.read_bytes(), "")
    (finding,) = check([*held, alone, alone])

    assert (finding.file, finding.line, finding.dialects) == (str(file), 5, ("plivo",))


def test_a_document_whose_readers_are_known_is_not_assumed_to_be_anything() -> None:
    path = find(Path("samples/two_dialects.yaml"))

    assert check(papers.of_scenario(scenario.load(path), path)) == []
