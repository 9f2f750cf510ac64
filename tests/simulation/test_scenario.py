"""A scenario is read whole, and what is wrong with it is said with its path and what would be right."""

from pathlib import Path

import pytest

from engine.errors import RequestError
from engine.simulation.scenario import Caller, documents, load, of_document, read
from engine.simulation.words import carry_out
from engine.values.commands import KickMember

CALLER = "callers: {ann: {answer_url: 'https://app.example/answer'}}\n"
FULL = """
dialect: plivo
documents:
  https://app.example/answer: {file: kick.xml}
  https://app.example/bye:    {xml: "<Response><Hangup/></Response>"}
  https://app.example/slow:   {xml: "<Response/>", after: 12}
  https://app.example/down:   {status: 503}
  https://app.example/menu:
    - {when: {Digits: "1"}, xml: "<Response><Speak>One.</Speak></Response>"}
    - {body: "no XML at all", content_type: text/plain}
callers:
  ann: {at: 0, from: "+14155550100", to: "+16505550100", answer_url: https://app.example/answer}
  bob: {at: 2, from: "+14155550101", to: "+16505550100", conference: weekly}
callees:
  "+12125550100": {answers_after: 4}
  "+12125550101": {busy: true}
conferences:
  weekly: {name: Weekly, member_pins: ["5678"], moderator_pins: ["1234"]}
steps:
  - {at: 10, do: kick, conference: MyConference, members: [ann]}
  - {at: 12, do: press, call: bob, digits: "1#"}
  - {at: 14, do: say, call: bob, text: "yes please"}
  - {at: 15, do: talk, call: bob, for: 2.5}
  - {at: 20, do: hang_up, call: bob}
  - {at: 21, do: hang_up_member, conference: MyConference, members: all}
  - {at: 30, do: end_conference, conference: MyConference}
expect:
  - {at: 10, call: ann, what: member_left, cause: kicked}
  - {at: 5, hears: [ann, bob]}
  - {at: 5, not_hears: [bob, ann]}
media: {"https://app.example/music.mp3": 30}
speech: {words_per_minute: 150, lengths: {"Goodbye.": 3}}
until: 3600
seed: 1
rules: {plivo: {end_on_exit: all}}
"""


def refusal(text: str, name: str = "s.yaml", folder: Path = Path()) -> RequestError:
    with pytest.raises(RequestError) as caught:
        read(text.encode(), name, folder)
    return caught.value


def test_every_section_of_a_scenario_is_read(tmp_path: Path) -> None:
    (tmp_path / "kick.xml").write_text("<Response/>")
    (tmp_path / "s.yaml").write_text(FULL)

    play = load(tmp_path / "s.yaml")

    scenario = play.scenario
    assert scenario.callers["bob"] == Caller(at=2.0, caller="+14155550101", called="+16505550100", conference="weekly")
    assert scenario.conferences["weekly"].member_pins == ("5678",)
    assert scenario.callees["+12125550101"].busy
    assert len(scenario.steps) == 7
    assert [expected.pair for expected in scenario.expect] == [None, ("ann", "bob"), ("bob", "ann")]
    assert scenario.rules == {"plivo": {"end_on_exit": "all"}}
    assert play.replies["https://app.example/answer"][0].body == b"<Response/>"
    assert play.replies["https://app.example/down"][0].status == 503
    assert [reply.content_type for reply in play.replies["https://app.example/menu"]] == [
        "application/xml",
        "text/plain",
    ]


def test_json_is_read_as_well() -> None:
    text = b'{"callers": {"ann": {"answer_url": "https://app.example/answer"}}, "until": 5}'

    assert read(text, "s.json", Path()).scenario.until == 5.0


def test_steps_become_commands_with_members_by_name() -> None:
    steps = "steps: [{at: 1, do: kick, conference: Room, members: [ann, 2]}]"
    (step,) = read((CALLER + steps).encode(), "s.yaml", Path()).scenario.steps

    assert carry_out(step, str.upper, str) == KickMember(conference="Room", members=("ANN", "2"))


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("a: [", "s.yaml:1:5", "expected the node content"),
        ("- 1", "s.yaml", "expected a mapping, got list"),
        ("\0", "s.yaml", "no YAML"),
        (CALLER + CALLER, "s.yaml:2:1", "'callers' stands here twice"),
        ("{}", "callers", "nobody calls"),
        ("caller: {}", "caller", "did you mean callers?"),
        ("callers: {ann: {}}", "callers.ann", "needs an answer_url or a conference"),
        ("callers: {1: {}}", "callers", "write it in quotes"),
        ("callers: {all: {answer_url: x}}", "callers", "nobody can be called 'all'"),
        ("callers: {r1: {answer_url: x}}", "callers", "nobody can be called 'r1'"),
        ("callers: {ann: {answer_url: x, conf: y}}", "callers.ann", "there is no field `conf`"),
        ("callers: {ann: {answer_url: x, from: +1415}}", "callers.ann.from", "write it in quotes"),
        ("callers: {ann: {answer_url: x, at: -1}}", "callers.ann.at", "before 0 s"),
        ("callers: {ann: {conference: weekly}}", "callers.ann.conference", "no such definition"),
        (CALLER + "steps: [{at: 1}]", "steps[0]", "do is missing"),
        (CALLER + "steps: [{at: 1, do: kik}]", "steps[0]", "did you mean kick?"),
        (CALLER + "steps: {at: 1}", "steps", "expected a list, got dict"),
        (CALLER + "steps: [{do: press, call: ann}]", "steps[0]", "`digits` is missing"),
        (CALLER + "steps: [{do: press, call: ann, digitz: '1'}]", "steps[0]", "did you mean digits?"),
        (CALLER + "steps: [{do: press, call: ann, digits: 1}]", "steps[0].digits", "write it in quotes"),
        (CALLER + "steps: [{do: press, call: anne, digits: '1'}]", "steps[0].call", "did you mean ann?"),
        (CALLER + "steps: [{at: -1, do: shut_down}]", "steps[0].at", "before 0 s"),
        (CALLER + "steps: [{at: .nan, do: shut_down}]", "steps[0].at", "no number of seconds"),
        (CALLER + "steps: [{at: 1, do: talk, call: ann, for: -2}]", "steps[0].for", "less than 0 s"),
        (CALLER + "documents: {u: {xml: x, after: -5}}", "documents.u.after", "less than 0 s"),
        (CALLER + "documents: {u: [{xml: x}, {xml: x, after: .inf}]}", "documents.u.after", "no number of seconds"),
        (CALLER + "callees: {'1': {answers_after: -3}}", "callees.1.answers_after", "less than 0 s"),
        (CALLER + "media: {u: -3}", "media.u", "less than 0 s"),
        (CALLER + "speech: {words_per_minute: 0}", "speech.words_per_minute", "more than 0"),
        (CALLER + "until: .nan", "until", "no number of seconds"),
        (CALLER + "expect: [{what: membr_left}]", "expect[0].what", "did you mean member_left?"),
        (CALLER + "expect: [{at: 1}]", "expect[0]", "give what, hears or not_hears"),
        (CALLER + "expect: [{hears: [ann, bob]}]", "expect[0]", "give at"),
        (CALLER + "expect: [{what: digit, never: true, count: 1}]", "expect[0]", "exclude each other"),
        (CALLER + "documents: {x: {file: none.xml}}", "documents.x.file", "cannot be read"),
        (CALLER + "documents: {x: {xml: a, body: b}}", "documents.x", "xml and body exclude each other"),
        (CALLER + "documents: {x: [{xml: a, nth: b}]}", "documents.x[0].nth", "expected `int`, got `str`"),
        (CALLER + "rules: {plivo: {end_on_exits: all}}", "rules.plivo.end_on_exits", "did you mean end_on_exit?"),
    ],
)
def test_a_mistake_is_told_with_its_path_and_a_hint(text: str, field: str, words: str) -> None:
    error = refusal(text)

    assert error.field == field
    assert words in str(error)


def test_broken_json_is_told() -> None:
    assert refusal("{", "s.json").field == "s.json"


def test_a_missing_scenario_is_told(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"nowhere\.yaml: cannot be read"):
        load(tmp_path / "nowhere.yaml")


def test_a_single_document_is_met_by_one_caller() -> None:
    play = of_document(b"<Response/>", "kick.xml")

    (caller,) = play.scenario.callers.values()
    assert play.replies[caller.answer_url][0].body == b"<Response/>"


def test_the_documents_of_a_scenario_are_named_by_file_or_address(tmp_path: Path) -> None:
    (tmp_path / "kick.xml").write_text("<Response/>")
    play = read(FULL.encode(), "s.yaml", tmp_path)

    assert [where for where, _, _ in documents(play)] == [
        "kick.xml",
        "https://app.example/bye",
        "https://app.example/slow",
        "https://app.example/menu#1",
    ]
