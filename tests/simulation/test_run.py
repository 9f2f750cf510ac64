"""A scenario runs in virtual time, the same each time, and its timeline says what happened."""

from pathlib import Path
from typing import Any

import pytest

from engine.errors import RequestError
from engine.simulation.run import Simulation
from engine.simulation.scenario import read
from engine.simulation.show import as_lines

ROOM = """
<Response>
  <Speak>Welcome.</Speak>
  <Conference startConferenceOnEnter="{starts}">Room</Conference>
  <Speak>Goodbye.</Speak>
</Response>
"""
SCENE = f"""
dialect: plivo
documents:
  https://app.example/host: {{xml: '{ROOM.format(starts="true").strip()}'}}
  https://app.example/guest: {{xml: '{ROOM.format(starts="false").strip()}'}}
  https://app.example/hello: {{xml: '<Response><Speak>Hello.</Speak></Response>'}}
callers:
  ann: {{at: 0, answer_url: https://app.example/host}}
  bob: {{at: 2, answer_url: https://app.example/guest}}
"""


def simulated(more: str, scene: str = SCENE) -> list[dict[str, Any]]:
    play = read((scene + more).encode(), "s.yaml", Path())
    run = Simulation(play).run()
    assert [failure.found for failure in run.failures] == []
    assert [entry for entry in run.timeline if entry["what"] == "fault"] == []
    return list(run.timeline)


def of(timeline: list[dict[str, Any]], what: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(entry.get(name) for name in names) for entry in timeline if entry["what"] == what]


def test_a_kick_goes_on_with_the_next_element_and_a_hang_up_does_not() -> None:
    timeline = simulated("""
steps:
  - {at: 10, do: kick, conference: Room, members: [ann]}
  - {at: 20, do: hang_up_member, conference: Room, members: [bob]}
""")

    assert of(timeline, "member_left", "at", "call", "cause") == [(10.0, "ann", "kicked"), (20.0, "bob", "hung_up")]
    assert of(timeline, "verb_started", "call", "text")[-1] == ("ann", "Goodbye.")
    assert of(timeline, "call_ended", "at", "call", "cause", "code") == [
        (11.0, "ann", "end_of_document", 4010),
        (20.0, "bob", "api", 4000),
    ]
    assert of(timeline, "receipt", "command", "results") == [
        ("kick", {"ann": "changed"}),
        ("hang_up_member", {"bob": "changed"}),
    ]


def test_the_same_scenario_gives_the_same_bytes() -> None:
    steps = "steps: [{at: 10, do: end_conference, conference: Room}]\nseed: 7"

    assert list(as_lines(simulated(steps))) == list(as_lines(simulated(steps)))


def test_expectations_of_hearing_are_asked_at_their_time() -> None:
    simulated("""
steps:
  - {at: 5, do: mute, conference: Room, members: ann}
  - {at: 7, do: unmute, conference: Room, members: ann}
expect:
  - {at: 2.5, not_hears: [bob, ann]}
  - {at: 4, hears: [bob, ann]}
  - {at: 5, not_hears: [bob, ann]}
  - {at: 6, hears: [ann, bob]}
  - {at: 6, within: 1, hears: [bob, ann]}
  - {at: 7, hears: [bob, ann]}
  - {at: 7, not_hears: [ann, ann]}
""")


def test_a_failed_expectation_is_told() -> None:
    play = read((SCENE + "expect: [{at: 1, hears: [ann, bob]}]").encode(), "s.yaml", Path())

    (failure,) = Simulation(play).run().failures

    assert failure.found == "ann does not hear bob"


def test_nothing_happens_after_the_end_that_was_set() -> None:
    timeline = simulated("until: 5\nsteps: [{at: 6, do: hang_up, call: ann}]")

    assert max(entry["at"] for entry in timeline) <= 5.0
    assert of(timeline, "call_ended", "call") == []


def test_a_command_without_a_room_means_the_one_its_member_is_in() -> None:
    timeline = simulated("steps: [{at: 10, do: kick, members: [ann]}, {at: 11, do: lock}]")

    assert of(timeline, "member_left", "call", "cause")[0] == ("ann", "kicked")
    assert of(timeline, "conference_locked", "conference") == [("Room",)]


def test_people_press_say_and_hang_up() -> None:
    scene = """
dialect: plivo
documents:
  https://app.example/ask: {xml: '<Response><GetDigits action="got"><Speak>Press.</Speak></GetDigits></Response>'}
  https://app.example/got:
    - {when: {Digits: "12"}, xml: '<Response><GetInput action="said" inputType="speech"/></Response>'}
  https://app.example/said: {xml: '<Response><Wait length="60"/></Response>'}
callers: {ann: {answer_url: https://app.example/ask}}
"""
    timeline = simulated(
        """
steps:
  - {at: 3, do: press, call: ann, digits: "12#"}
  - {at: 5, do: say, call: ann, text: "yes please"}
  - {at: 9, do: hang_up, call: ann}
""",
        scene,
    )

    assert of(timeline, "digit", "digit") == [("1",), ("2",), ("#",)]
    assert of(timeline, "document_fetched", "at", "url", "status") == [
        (0.0, "https://app.example/ask", 200),
        (3.0, "https://app.example/got", 200),
        (6.0, "https://app.example/said", 200),
    ]
    assert of(timeline, "call_ended", "at", "cause", "source") == [(9.0, "hangup", "caller")]


def test_a_dialled_number_behaves_as_described_and_is_named_by_its_number() -> None:
    scene = """
dialect: plivo
documents:
  https://app.example/dial: {xml: '<Response><Dial><Number>12125550100</Number></Dial><Speak>Over.</Speak></Response>'}
callers: {ann: {answer_url: https://app.example/dial}}
callees: {"+12125550100": {answers_after: 4}}
"""
    timeline = simulated(
        """
steps: [{at: 10, do: hang_up, call: "12125550100"}]
expect: [{at: 5, hears: [ann, "12125550100"]}, {at: 11, not_hears: [ann, "12125550100"]}]
""",
        scene,
    )

    assert of(timeline, "calls_connected", "at") == [(4.0,)]
    assert of(timeline, "verb_started", "at", "verb")[-1] == (10.0, "Speak")


def test_rule_options_change_what_a_dialect_decides() -> None:
    steps = "steps: [{at: 10, do: kick, conference: Room, members: [ann]}]\n"

    assert of(simulated(steps + "rules: {plivo: {exits: {kicked: end}}}"), "call_ended", "at", "call") == [
        (10.0, "ann")
    ]


def test_an_option_that_its_rule_cannot_hold_is_refused() -> None:
    play = read((SCENE + "rules: {plivo: {end_on_exit: some}}").encode(), "s.yaml", Path())

    with pytest.raises(RequestError, match=r"rules\.plivo\.end_on_exit: invalid enum value 'some'"):
        Simulation(play)


def test_a_definition_is_entered_with_its_pin() -> None:
    scene = """
callers: {ann: {conference: weekly}}
conferences: {weekly: {name: Weekly, member_pins: ["5678"]}}
"""
    timeline = simulated("steps: [{at: 8, do: press, call: ann, digits: '5678#'}]", scene)

    assert of(timeline, "member_joined", "call", "conference") == [("ann", "Weekly")]
    assert "5678" not in "".join(as_lines(timeline))


def test_digits_that_must_not_be_logged_stay_out_of_the_timeline() -> None:
    scene = """
dialect: plivo
documents:
  https://app.example/pin: {xml: '<Response><GetDigits log="false" action="got" redirect="false"/></Response>'}
callers: {ann: {answer_url: https://app.example/pin}}
"""
    timeline = simulated("steps: [{at: 3, do: press, call: ann, digits: '4711#'}]", scene)

    assert of(timeline, "callback", "kind") == [("action_collect",)]
    assert "4711" not in "".join(as_lines(timeline))


def test_a_lost_call_and_a_lost_switch_are_told_as_such() -> None:
    timeline = simulated("steps: [{at: 6, do: lose_call, call: ann}, {at: 8, do: switch_fails}]")

    assert of(timeline, "member_left", "at", "call", "cause") == [(6.0, "ann", "lost"), (8.0, "bob", "switch_lost")]


def test_an_unreadable_document_is_what_the_caller_meets() -> None:
    scene = SCENE.replace("/hello", "/down").replace("<Response><Speak>Hello.</Speak></Response>", "no XML")
    scene += "  cleo: {at: 3, answer_url: https://app.example/down}\n"

    assert of(simulated("", scene), "call_ended", "call", "cause")[0] == ("cleo", "bad_document")


@pytest.mark.parametrize(
    ("document", "dialect"),
    [
        ("<Response><Say>Hello.</Say></Response>", "texml"),
        ("<Response><GetDigits/></Response>", "plivo"),
        ("<Response><Wait/></Response>", "plivo"),
    ],
)
def test_a_document_s_marks_tell_its_dialect(document: str, dialect: str) -> None:
    told: list[str] = []
    text = f"documents: {{https://a.example/b: {{xml: '{document}'}}}}\ncallers: {{ann: {{answer_url: https://a.example/b}}}}"
    run = Simulation(read(text.encode(), "s.yaml", Path()), tell=told.append).run()

    assert of(list(run.timeline), "flow_started", "dialect") == [(dialect,)]
    assert told == (["nothing in the documents tells their dialect: taken as plivo"] if "Wait" in document else [])


def test_marks_that_contradict_each_other_refuse_the_scenario() -> None:
    document = "<Response><Say>Hello.</Say><GetDigits/></Response>"
    text = f"documents: {{https://a.example/b: {{xml: '{document}'}}}}\ncallers: {{ann: {{answer_url: https://a.example/b}}}}"

    with pytest.raises(RequestError, match="marks of different dialects"):
        Simulation(read(text.encode(), "s.yaml", Path()))


@pytest.mark.parametrize(
    "refused",
    ["<Response><Speak>" + "a" * 200_000 + "</Speak></Response>", "<?xml version='1.0' encoding='UTF-7'?><Response/>"],
)
def test_a_document_that_is_refused_at_first_sight_tells_no_dialect(refused: str) -> None:
    text = f'documents: {{https://a.example/b: {{xml: "{refused}"}}}}\ncallers: {{ann: {{answer_url: https://a.example/b}}}}'
    timeline = simulated("", text)

    assert of(timeline, "call_ended", "cause") == [("bad_document",)]


def test_a_step_in_a_dialect_that_there_is_not_is_refused() -> None:
    step = 'steps: [{do: make_call, call: cleo, to: "1", from: "2", answer: https://a.example/b, dialect: klingon}]'

    with pytest.raises(RequestError, match=r"steps\[0\].dialect"):
        simulated(step)
