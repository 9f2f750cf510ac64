"""The rules of the dialects against tables written by hand from the design and the vendors' sections."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from engine.dialects.audian.rules import RULES as AUDIAN
from engine.dialects.plivo.rules import RULES as PLIVO
from engine.dialects.texml.rules import RULES as TEXML
from engine.dialects.vobiz.rules import RULES as VOBIZ
from engine.dialects.wording import CALLBACK_KINDS, WORDINGS
from engine.values.causes import EXIT_CAUSES, OUTCOMES, ExitCause
from engine.values.rules import Rules
from engine.values.verbs import AnyVerb

DIALECTS: Mapping[str, Rules] = {"plivo": PLIVO, "vobiz": VOBIZ, "texml": TEXML, "audian": AUDIAN}

# on = action, else next · next = next, the action is not asked · end = the call is over · no = cannot happen
OUTCOME = {"on": "action_or_next", "next": "next", "end": "end", "no": "unreachable"}
TABLE = """
    cause            plivo  vobiz  texml  audian
    kicked           on     on     on     end
    hung_up          end    end    end    end
    call_time_limit  end    end    end    end
    far_end          end    end    end    end
    star             on     on     no     no
    ended_by_member  on     end    on     end
    ended_by_api     end    end    end    end
    room_time_limit  on     end    on     end
    leg_time_limit   no     no     on     no
    left_alone       on     end    no     no
    full             on     on     on     end
    locked           on     on     on     end
    pin_wrong        on     on     on     end
    label_taken      no     no     next   no
    coach_unknown    no     no     on     no
    join_failed      on     on     on     end
    redirected       next   next   next   next
    lost             end    end    end    end
    switch_lost      end    end    end    end
    internal         end    end    end    end
    shutdown         end    end    end    end
"""


def table() -> dict[tuple[str, str], str]:
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {
        (line[0], dialect): OUTCOME[word] for line in lines for dialect, word in zip(head[1:], line[1:], strict=True)
    }


EXPECTED = table()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("cause", EXIT_CAUSES)
def test_every_exit_ends_as_the_table_by_hand_says(cause: ExitCause, dialect: str) -> None:
    assert DIALECTS[dialect].exits[cause] == EXPECTED[cause, dialect]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_exits_are_total_and_know_only_our_causes_and_outcomes(dialect: str) -> None:
    exits = DIALECTS[dialect].exits

    assert set(exits) == set(EXIT_CAUSES)
    assert set(exits.values()) <= set(OUTCOMES)


def test_plivo_goes_on_and_vobiz_ends_when_the_moderator_leaves() -> None:
    assert PLIVO.exits["ended_by_member"] == "action_or_next"
    assert VOBIZ.exits["ended_by_member"] == "end"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_kick_goes_on_and_a_hang_up_ends_wherever_there_is_a_document(dialect: str) -> None:
    rules = DIALECTS[dialect]

    assert rules.exits["hung_up"] == "end"
    assert (rules.exits["kicked"] == "end") is (dialect == "audian")


VERBS = {cls.__struct_config__.tag for cls in AnyVerb.__args__}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_verbs_in_rules_are_verbs_of_the_flow_language(dialect: str) -> None:
    rules = DIALECTS[dialect]

    for named in (rules.silent_verbs, rules.sound_verbs, rules.queue_verbs, rules.screening_verbs):
        assert set(named) <= VERBS


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
def test_everything_but_wait_preanswer_hangup_and_dial_answers_the_call(dialect: str) -> None:
    silent = set(DIALECTS[dialect].silent_verbs)

    assert silent - {"reject"} == {"wait", "pre_answer", "hangup", "dial"}
    assert DIALECTS[dialect].hangup_rejects


def test_texml_answers_an_empty_document_and_only_reject_refuses_a_call() -> None:
    assert TEXML.empty_answers
    assert not TEXML.hangup_rejects
    assert "reject" in TEXML.silent_verbs
    assert "hangup" not in TEXML.silent_verbs


@pytest.mark.parametrize("dialect", DIALECTS)
def test_room_callbacks_that_are_sent_are_exactly_those_that_are_worded(dialect: str) -> None:
    room_kinds = {
        kind for kind in CALLBACK_KINDS if kind.startswith(("conference_", "member_", "announcement_", "speech_"))
    }
    told_elsewhere = {"conference_record"} if dialect == "texml" else set()  # recordingStatusCallback
    worded = room_kinds & set(WORDINGS[dialect].rows)

    assert set(DIALECTS[dialect].subscriptions) == worded - told_elsewhere


def test_texml_subscribes_by_word_and_the_others_by_nothing() -> None:
    words: dict[str, set[str]] = {}
    for kind, word in TEXML.subscriptions.items():
        words.setdefault(word, set()).add(kind)

    assert words == {
        "start": {"conference_start"},
        "end": {"conference_end"},
        "join": {"conference_enter"},
        "leave": {"conference_exit"},
        "mute": {"member_mute", "member_unmute"},
        "hold": {"member_hold", "member_unhold"},
        "modify": {"member_modify"},
        "speaker": {"speech_start", "speech_stop"},
        "announcement": {"announcement_end", "announcement_fail"},
    }
    assert set(PLIVO.subscriptions.values()) == set(VOBIZ.subscriptions.values()) == {""}
    assert set(PLIVO.subscriptions) - set(VOBIZ.subscriptions) == {"conference_floor", "conference_record"}


def test_only_texml_tells_the_rooms_first_subscriber() -> None:
    assert {name: rules.subscriber for name, rules in DIALECTS.items()} == {
        "plivo": "member",
        "vobiz": "member",
        "texml": "room",
        "audian": "member",
    }


# Plivo 2.3, Vobiz 2.4, TeXML 2.4; Audian 9 B13: no limit of its own
ROOMS = """
    rule             plivo    vobiz   texml
    max_members      20       20      250
    cap_ceiling      20       20      800
    room_time_limit  86400    14400   0
    ring_timeout     120      120     30
    call_time_limit  14400    14400   14400
    start_requires   1        1       1
"""


@pytest.mark.parametrize("line", ROOMS.strip().splitlines()[1:])
def test_figures_are_those_of_the_vendors(line: str) -> None:
    rule, *figures = line.split()

    assert [getattr(rules, rule) for rules in (PLIVO, VOBIZ, TEXML)] == [float(figure) for figure in figures]


def test_a_capacity_belongs_to_the_joiner_in_plivo_and_to_the_creator_in_texml() -> None:
    assert (PLIVO.cap_owner, PLIVO.limit_owner) == ("joiner", "newest")
    assert TEXML.cap_owner == "creator"


def test_vobiz_asks_the_record_action_at_the_start_and_the_others_at_the_end() -> None:
    assert VOBIZ.record_action == "start"
    assert PLIVO.record_action == TEXML.record_action == "end"


def test_without_an_action_only_texml_sends_digits_to_the_document_itself() -> None:
    assert [rules.default_action for rules in DIALECTS.values()] == ["none", "none", "document", "none"]
    assert TEXML.record_default_action == "none"


def test_a_wait_document_is_played_again_except_in_texml() -> None:
    assert [rules.wait_loops for rules in (PLIVO, VOBIZ, TEXML)] == [True, True, False]


def test_a_joiner_hears_its_own_enter_sound_except_in_texml() -> None:
    assert [rules.hears_own_enter for rules in (PLIVO, VOBIZ, TEXML)] == [True, True, False]


def test_the_answer_url_is_tried_three_times_or_for_a_minute_in_plivo_and_vobiz() -> None:
    for rules in (PLIVO, VOBIZ):
        assert rules.patience["answer"].tries == 3
        assert rules.patience["answer"].total == 60.0
        assert set(rules.patience["answer"].retry) == {"timeout", "connect", "4xx", "5xx"}
        assert rules.fallback_kinds == ("answer",)


def test_plivo_tries_other_addresses_twice_and_only_when_nobody_replied() -> None:
    patience = PLIVO.patience["action"]

    assert (patience.tries, patience.timeout, patience.total) == (2, 40.0, 55.0)
    assert set(patience.retry) == {"timeout", "connect"}


def test_texml_goes_to_the_fallback_after_one_failure_whatever_was_fetched() -> None:
    assert TEXML.patience["answer"].tries == 1
    assert set(TEXML.fallback_kinds) == {"answer", "action", "redirect", "transfer"}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_rules_survive_the_journal(dialect: str) -> None:
    rules = DIALECTS[dialect]

    assert msgspec.json.decode(msgspec.json.encode(rules), type=Rules) == rules
