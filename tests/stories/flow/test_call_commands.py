"""Commands to calls: placing, ending, playing and speaking on them, keys, recordings, machines."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values.effects import ForgetRecording, PlaceCall, PlayMedia, SendDigits, StartRecording
from tests.stories.flow.calls import BOB, CAT, HOME, XML_DIALECTS, asked, hang_up, leg, page, says, told, waits
from tests.stories.story import Story

TUNE, JINGLE = f"{HOME}/tune.mp3", f"{HOME}/jingle.mp3"
MEDIA = {TUNE: 4, JINGLE: 6}


def make(at: float = 0, call: str = "dan", **given: Any) -> dict[str, Any]:
    """The customer has somebody called."""
    return {"at": at, "do": "make_call", "call": call, "to": BOB, "from": "+16505550100",
            "answer": f"{HOME}/out", "hangup": f"{HOME}/gone", **given}  # fmt: skip


def does(at: float, what: str, call: str = "ann", **given: Any) -> dict[str, Any]:
    """A command to a call."""
    return {"at": at, "do": what, "call": call, **given}


def out(dialect: str, *steps: dict[str, Any], callee: dict[str, Any] | None = None, **more: Any) -> Story:
    """Dan is called, hears a word and waits; Ann's own call is over at once."""
    pages = {"/out": page(says(dialect, "Hello."), waits(dialect, 30))}
    return told(dialect, pages={**pages, **more.pop("pages", {})}, steps=list(steps),
                callees={BOB: {"answers_after": 4, **(callee or {})}}, **more)  # fmt: skip


# --- placing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_call_is_placed_and_its_document_runs_from_the_answer_on(dialect: str) -> None:
    """Plivo 1.6 make call, Vobiz 1.6, TeXML 1.7."""
    story = out(dialect, make(1))

    assert story.did(PlaceCall)[0][0] == 1
    assert story.at("call_ringing", call="dan") == 1
    assert story.at("call_answered", call="dan") == 5
    assert story.at("verb_started", call="dan", text="Hello.") == 5
    assert story.receipt("make_call")["results"] == {"dan": "changed"}


def test_ring_and_hangup_addresses_are_told() -> None:
    """Plivo 3.2 ring_url, hangup_url; an outbound call adds its ids (3.1)."""
    story = out("plivo", make(ring=f"{HOME}/ring"), hang_up(10, BOB))

    [rang], [gone] = story.callbacks("/ring"), story.callbacks("/gone")
    assert (rang["Event"], rang["CallStatus"], rang["Direction"]) == ("Ring", "ringing", "outbound")
    assert (gone["Event"], gone["HangupSource"], gone["Duration"]) == ("Hangup", "Callee", "6")
    assert [params["CallStatus"] for params in asked(story, "/out")] == ["in-progress"]


def test_the_status_callback_follows_the_call() -> None:
    """TeXML 1.7 StatusCallbackEvent, 3.3: in order, numbered from 0."""
    events = ["initiated", "ringing", "answered", "completed"]
    story = out("texml", make(hangup=f"{HOME}/status", status_events=events), hang_up(10, BOB))

    told_of = story.callbacks("/status")
    assert [params["CallStatus"] for params in told_of] == ["initiated", "ringing", "in-progress", "completed"]
    assert [params["SequenceNumber"] for params in told_of] == ["0", "1", "2", "3"]


FAILED: tuple[tuple[dict[str, Any], str, int, str], ...] = (
    ({"busy": True}, "busy", 3010, "busy"),
    ({"rejects": True}, "rejected", 3020, "busy"),
    ({"no_answer": True}, "ring_timeout", 6010, "no-answer"),
)


@pytest.mark.parametrize("dialect", ["plivo", "vobiz"])
@pytest.mark.parametrize(("callee", "cause", "code", "status"), FAILED)
def test_a_call_that_nobody_takes_runs_no_document(
    dialect: str, callee: dict[str, Any], cause: str, code: int, status: str
) -> None:
    """Plivo 2.7, 3.1 CallStatus."""
    story = out(dialect, make(), callee=callee)

    assert story.one("call_ended", call="dan")["cause"] == cause
    assert story.one("call_ended", call="dan")["code"] == code
    assert [params["CallStatus"] for params in story.callbacks("/gone")] == [status]
    assert asked(story, "/out") == []


@pytest.mark.parametrize(("dialect", "seconds"), [("plivo", 120), ("vobiz", 120), ("texml", 30)])
def test_how_long_a_placed_call_rings(dialect: str, seconds: float) -> None:
    """Plivo 1.6 ring_timeout, TeXML 1.7 Timeout."""
    plain = out(dialect, make(), callee={"no_answer": True})
    brief = out(dialect, make(ring_timeout=7), callee={"no_answer": True})

    assert plain.at("call_ended", call="dan") == seconds
    assert brief.at("call_ended", call="dan") == 7


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_the_time_limit_counts_from_the_answer(dialect: str) -> None:
    """Plivo 1.6 time_limit (6000), TeXML 1.7 TimeLimit."""
    story = out(dialect, make(time_limit=20))

    assert story.at("call_ended", call="dan", cause="time_limit") == 24


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_four_hours_are_the_limit_where_none_is_given(dialect: str) -> None:
    """Plivo 1.6, Vobiz 1.6, TeXML 1.7: 14400 s."""
    story = out(dialect, make(), pages={"/out": page(f'<Play loop="0">{TUNE}</Play>')}, until=20000)

    assert story.at("call_ended", call="dan", cause="time_limit") == 14404


def test_a_call_may_be_limited_from_its_ringing_on() -> None:
    """Plivo 1.6 hangup_on_ring: like time_limit, counted from ringing."""
    story = out("plivo", make(hangup_on_ring=3))

    assert story.at("call_ended", call="dan", cause="time_limit") == 3


def test_digits_are_sent_once_the_far_end_answers() -> None:
    """Plivo 1.6 send_digits."""
    story = out("plivo", make(send_digits="ww12"))

    assert [(at, effect.digits) for at, effect in story.did(SendDigits)] == [(4, "ww12")]


def test_digits_may_be_sent_on_early_media() -> None:
    """Plivo 1.6 send_on_preanswer."""
    story = out("plivo", make(send_digits="12", send_on_preanswer=True), callee={"early_media": True})

    assert [at for at, _ in story.did(SendDigits)] == [0]


def test_a_document_may_come_with_the_command() -> None:
    """TeXML 1.7 Texml."""
    story = out("texml", make(answer=None, document="<Response><Say>Inline.</Say></Response>"))

    assert story.spoken("dan") == ["Inline."]


def test_an_id_that_is_taken_is_refused() -> None:
    """A call's id is its own; the first call is not disturbed."""
    story = out("plivo", make(), make(1))

    assert [entry.get("refused") for entry in story.what("receipt")] == [None, "call_exists"]
    assert len(story.did(PlaceCall)) == 1


# --- machines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("machine", "word"), [(True, "machine"), (False, "human")])
def test_a_machine_is_told_and_the_document_runs(machine: bool, word: str) -> None:
    """TeXML 1.5 AmdStatusCallback; Plivo 3.2 Machine."""
    given: dict[str, Any] = {"machine_detection": "true", "machine_hook": f"{HOME}/machine"}
    texml = out("texml", make(**given), callee={"machine": machine})
    plivo = out("plivo", make(**given), callee={"machine": machine})

    assert [params["AnsweredBy"] for params in texml.callbacks("/machine")] == [word]
    assert [params["Machine"] for params in plivo.callbacks("/machine")] == [str(machine).lower()]
    assert texml.spoken("dan") == plivo.spoken("dan") == ["Hello."]


def test_a_machine_may_be_hung_up_on() -> None:
    """Plivo 1.6 machine_detection hangup: no document is asked for."""
    given: dict[str, Any] = {"machine_detection": "hangup", "machine_hook": f"{HOME}/machine"}
    machine = out("plivo", make(**given), callee={"machine": True})
    human = out("plivo", make(**given))

    assert machine.at("call_ended", call="dan", cause="machine") == 4
    assert [params["IfMachine"] for params in machine.callbacks("/machine")] == ["hangup"]
    assert asked(machine, "/out") == []
    assert human.spoken("dan") == ["Hello."]


# --- ending ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["cancel_call", "hang_up_call"])
def test_a_call_that_rings_may_be_taken_back(what: str) -> None:
    """Plivo 1.6 cancel request, hang up (1000, Canceled)."""
    story = out("plivo", make(), does(2, what, "dan"))

    assert story.end("dan") == ("api_cancel", 1000)
    assert story.at("call_ended", call="dan") == 2
    assert [params["HangupSource"] for params in story.callbacks("/gone")] == ["API Request"]


def test_an_answered_call_cannot_be_taken_back() -> None:
    """Plivo 1.6 cancel request: nothing happens."""
    story = out("plivo", make(), does(10, "cancel_call", "dan"))

    assert story.receipt("cancel_call")["results"] == {"dan": "same"}
    assert story.end("dan")[0] == "end_of_document"


@pytest.mark.parametrize("dialect", XML_DIALECTS)
def test_a_live_call_is_hung_up(dialect: str) -> None:
    """Plivo 1.6, Vobiz 1.6, TeXML 1.7 Status=completed: its document goes on no more."""
    story = told(dialect, says(dialect, "Hi."), waits(dialect, 30), steps=[does(5, "hang_up_call")])

    assert story.at("call_ended", call="ann", cause="api") == 5
    assert story.spoken("ann") == ["Hi."]


def test_hanging_up_one_leg_ends_the_talk() -> None:
    """Plivo 1.6: the other leg of a hung-up caller ends; the caller of a hung-up leg goes on."""
    element = f"<Dial><Number>{BOB}</Number></Dial>"
    for who in ("ann", BOB):
        story = told("plivo", says("plivo", "Hi."), element, says("plivo", "On."), callees={BOB: {}},
                     steps=[does(9, "hang_up_call", who)])  # fmt: skip
        assert story.at("call_ended", call=leg(story, BOB)) == 9
        assert story.spoken("ann") == (["Hi."] if who == "ann" else ["Hi.", "On."])


def test_all_calls_of_an_account_are_hung_up() -> None:
    """Plivo 1.6: hang up all; other accounts go on."""
    people = {"bea": {}, "cid": {"account": "other"}}
    story = told("plivo", says("plivo", "Hi."), waits("plivo", 30), callers=people, steps=[
        {"at": 5, "do": "hang_up_all_calls"}])  # fmt: skip

    assert [entry["call"] for entry in story.what("call_ended", at=5)] == ["ann", "bea"]
    assert story.end("cid")[0] == "end_of_document"
    assert story.one("receipt")["results"] == {"ann": "changed", "bea": "changed"}


def test_a_call_that_is_gone_is_unknown() -> None:
    """Plivo 1.6: 404 is the route's answer."""
    story = told("plivo", says("plivo", "Hi."), steps=[does(9, "hang_up_call"), does(9, "play_on_call", urls=[TUNE])])

    assert [entry["results"] for entry in story.what("receipt")] == [{"ann": "unknown"}] * 2


def test_everything_ends_with_the_service() -> None:
    """The service goes: calls, legs and rooms."""
    story = told("plivo", says("plivo", "Hi."), f"<Dial><Number>{BOB}</Number></Dial>", callees={BOB: {}},
                 steps=[{"at": 9, "do": "shut_down"}])  # fmt: skip

    assert {entry["cause"] for entry in story.what("call_ended", at=9)} == {"shutdown"}
    assert len(story.what("call_ended")) == 2


# --- playing and speaking -----------------------------------------------------------------------------


def hears(dialect: str, *steps: dict[str, Any]) -> Story:
    """Ann hears a word and waits for a minute."""
    elements = (says(dialect, "Hi."), waits(dialect, 60), says(dialect, "End."))
    return told(dialect, *elements, steps=list(steps), media=MEDIA)


def test_files_are_played_one_after_the_other_beside_the_flow() -> None:
    """Plivo 1.6 play: urls; the document runs on."""
    story = hears("plivo", does(5, "play_on_call", urls=[TUNE, JINGLE]))

    assert story.times("heard", media=TUNE) == [5]
    assert story.times("heard", media=JINGLE) == [9]
    assert story.at("verb_started", text="End.") == 61


def test_a_play_may_loop_and_is_stopped() -> None:
    """Plivo 1.6 play loop; DELETE stops it."""
    story = hears("plivo", does(5, "play_on_call", urls=[TUNE], loop=True), does(15, "stop_play_on_call"))

    assert story.times("heard", media=TUNE) == [5, 9, 13]
    assert story.stopped(media=TUNE) == [15]


def test_a_play_may_have_a_greatest_length() -> None:
    """Plivo 1.6 play length."""
    story = hears("plivo", does(5, "play_on_call", urls=[TUNE], loop=True, length=6))

    assert story.times("heard", media=TUNE) == [5, 9]
    assert story.stopped(media=TUNE) == [11]


@pytest.mark.parametrize("mix", [True, False])
def test_the_talk_is_heard_under_a_play_or_not(mix: bool) -> None:
    """Plivo 1.6 mix: false, the parties do not hear each other meanwhile."""
    story = hears("plivo", does(5, "play_on_call", urls=[TUNE], mix=mix))

    assert [effect.over for _, effect in story.did(PlayMedia, media=TUNE)] == [mix]


def test_a_new_play_replaces_the_one_before() -> None:
    """Plivo 1.6: one play at a time."""
    story = hears("plivo", does(5, "play_on_call", urls=[TUNE]), does(6, "play_on_call", urls=[JINGLE]))

    assert story.stopped(media=TUNE) == [6]
    assert story.times("heard", media=JINGLE) == [6]


def test_stopping_what_does_not_play_succeeds() -> None:
    """Vobiz 1.6: stop gives 204 even if nothing is playing; plays and speeches are stopped apart."""
    story = hears("vobiz", does(5, "speak_on_call", text="Attention please."), does(5.5, "stop_play_on_call"))

    assert story.receipt("stop_play_on_call")["results"] == {"ann": "same"}
    assert story.stopped() == []


def test_a_text_is_spoken_and_stopped() -> None:
    """Plivo 1.6 speak: voice, language, loop."""
    step = does(5, "speak_on_call", text="One two three four five.", voice="MAN", language="en-GB", loop=True)
    story = hears("plivo", step, does(10, "stop_speak_on_call"))

    assert story.times("heard", text="One two three four five.") == [5, 7, 9]
    assert story.stopped(voice="MAN", language="en-GB") == [10]


@pytest.mark.parametrize(("legs", "who"), [("aleg", ["ann"]), ("bleg", [BOB]), ("both", ["ann", BOB])])
def test_which_legs_of_a_talk_hear_a_play(legs: str, who: list[str]) -> None:
    """Plivo 1.6 legs: aleg unless it says otherwise; a stop reaches both."""
    story = told("plivo", says("plivo", "Hi."), f"<Dial><Number>{BOB}</Number></Dial>", callees={BOB: {}}, media=MEDIA,
                 steps=[does(5, "play_on_call", urls=[TUNE], legs=legs), does(6, "stop_play_on_call"), hang_up(9)],
                 )  # fmt: skip

    named = {BOB: leg(story, BOB)}
    assert [entry["to"] for entry in story.what("heard", media=TUNE)] == [named.get(one, one) for one in who]
    assert story.stopped(media=TUNE) == [6] * len(who)


def test_without_a_second_leg_there_is_none_to_play_to() -> None:
    """Plivo 1.6 legs=bleg."""
    story = hears("plivo", does(5, "play_on_call", urls=[TUNE], legs="bleg"))

    assert story.one("receipt")["refused"] == "no_such_leg"


# --- keys and recordings ------------------------------------------------------------------------------


@pytest.mark.parametrize(("which", "who"), [("aleg", ["ann"]), ("bleg", [BOB]), ("both", ["ann", BOB])])
def test_keys_are_sent_on_a_leg(which: str, who: list[str]) -> None:
    """Plivo 1.6 DTMF, Vobiz 1.6 leg: aleg, bleg, both."""
    story = told("plivo", says("plivo", "Hi."), f"<Dial><Number>{BOB}</Number></Dial>", callees={BOB: {}},
                 steps=[does(5, "send_digits", digits="1w2", leg=which), hang_up(9)])  # fmt: skip

    named = {BOB: leg(story, BOB)}
    sent = [(effect.call, effect.digits) for _, effect in story.did(SendDigits)]
    assert sent == [(named.get(one, one), "1w2") for one in who]


def test_a_call_is_recorded_until_it_is_stopped() -> None:
    """Plivo 1.6 record, 1.5: its callback is in snake case; the flow runs on."""
    record = does(5, "record_call", callback=f"{HOME}/file", format="wav", channels="stereo", max_length=100)
    story = hears("plivo", record, does(20, "stop_record_call"))

    [(_, started)] = story.did(StartRecording)
    assert (started.format, started.channels) == ("wav", "stereo")
    [params] = story.callbacks("/file")
    assert params["recording_duration"] == "15"
    assert story.at("verb_started", text="End.") == 61


def test_a_recording_by_command_lasts_a_minute_at_most() -> None:
    """Plivo 1.6 record time_limit: 60."""
    story = told("plivo", says("plivo", "Hi."), waits("plivo", 200), steps=[does(5, "record_call")])

    assert story.at("recording_ended", why="max_length") == 65


def test_a_stop_leaves_the_recordings_of_the_document_alone() -> None:
    """Plivo 1.6: DELETE stops what REST started."""
    steps = [does(5, "record_call"), does(9, "stop_record_call"), does(12, "stop_record_call")]
    record = '<Record recordSession="true"/>'
    story = told("plivo", record, says("plivo", "Hi."), waits("plivo", 30), steps=steps)

    assert story.times("recording_ended") == [9, 31]
    assert [entry["results"]["ann"] for entry in story.what("receipt", command="stop_record_call")] == [
        "changed",
        "same",
    ]


def test_a_recording_ends_with_its_call() -> None:
    """Plivo 1.5: told when the recording ends, although the call is gone."""
    story = hears("plivo", does(5, "record_call", callback=f"{HOME}/file"), hang_up(15))

    assert [params["recording_duration"] for params in story.callbacks("/file")] == ["10"]


def test_commands_reach_whom_the_document_dials() -> None:
    """Plivo 1.6: a leg is a call; CAT is called by BOB's document."""
    pages = {"/out": page(f"<Dial><Number>{CAT}</Number></Dial>")}
    story = out("plivo", make(), does(12, "hang_up_call", CAT), pages=pages, expect=[{"at": 8, "hears": [BOB, CAT]}])

    assert story.at("call_ended", call=leg(story, CAT), cause="api") == 12
    assert story.at("call_ended", call="dan", cause="end_of_document") == 12


# --- what a call is placed with -----------------------------------------------------------------


@pytest.mark.parametrize(("dialect", "prefix"), [("plivo", "X-PH-"), ("vobiz", "X-VH-")])
def test_the_headers_of_a_placed_call_go_out_with_it_and_come_back_in_its_requests(dialect: str, prefix: str) -> None:
    """Plivo 1.6 sip_headers, 3.1; Vobiz 1.6, 3.1."""
    story = out(dialect, make(headers=[["Order", "42"], ["Shop", "a b"]]), hang_up(10, BOB))

    assert story.did(PlaceCall)[0][1].headers == ((f"{prefix}Order", "42"), (f"{prefix}Shop", "a b"))
    [params], [gone] = asked(story, "/out"), story.callbacks("/gone")
    assert (params[f"{prefix}Order"], params[f"{prefix}Shop"]) == ("42", "a b")
    assert gone[f"{prefix}Order"] == "42"


def test_what_proves_a_call_to_a_sip_address_goes_to_the_switch_alone() -> None:
    """TeXML 1.7 SipAuthUsername, SipAuthPassword."""
    proof: dict[str, Any] = {"username": "dan", "password": "opensesame"}
    story = out("texml", make(**proof))

    [(_, placed)] = story.did(PlaceCall)
    assert (placed.username, placed.password) == ("dan", "opensesame")
    assert "opensesame" not in str(story)


def test_a_placed_call_is_recorded_from_its_answer_on_where_its_command_said_so() -> None:
    """TeXML 1.7 Record, RecordingChannels; 1.6 source OutboundAPI."""
    wish = {"channels": "stereo", "hook": {"url": f"{HOME}/file"}, "events": ["in-progress", "completed"]}

    story = out("texml", make(1, record=wish), hang_up(10, BOB))

    assert [(at, one.of, one.channels) for at, one in story.did(StartRecording)] == [(5, "dan", "stereo")]
    told_of = story.callbacks("/file")
    assert [params["RecordingStatus"] for params in told_of] == ["in-progress", "completed"]
    assert {params["RecordingSource"] for params in told_of} == {"OutboundAPI"}
    assert told_of[1]["RecordingDuration"] == "5"


def test_the_recording_that_a_call_was_placed_with_is_stopped_like_those_of_later() -> None:
    """TeXML 1.6."""
    story = out("texml", make(1, record={}), does(8, "stop_record_call", "dan"), does(9, "stop_record_call", "dan"))

    assert [story.receipt("stop_record_call", nth)["results"]["dan"] for nth in (0, 1)] == ["changed", "same"]
    assert story.at("recording_ended", call="dan", why="stopped") == 8


# --- where a call's status goes -----------------------------------------------------------------


def test_the_status_of_a_call_goes_elsewhere_from_a_command_on() -> None:
    """TeXML 1.7 update, StatusCallback."""
    events = ["answered", "completed"]
    new = does(6, "update_call", "dan", status=f"{HOME}/new")

    story = out("texml", make(hangup=f"{HOME}/status", status_events=events), new, new | {"at": 7}, hang_up(10, BOB))

    assert [params["CallStatus"] for params in story.callbacks("/status")] == ["in-progress"]
    assert [params["CallStatus"] for params in story.callbacks("/new")] == ["completed"]
    assert [story.receipt("update_call", nth)["results"]["dan"] for nth in (0, 1)] == ["changed", "same"]


def test_a_call_that_told_its_end_alone_tells_it_to_the_new_address_alone() -> None:
    """TeXML 1.7 update: nothing but the address was said."""
    story = out("texml", make(), does(6, "update_call", "dan", status=f"{HOME}/new"), hang_up(10, BOB))

    assert [params["CallStatus"] for params in story.callbacks("/new")] == ["completed"]
    assert story.callbacks("/gone") == []


def test_an_update_may_say_which_events_are_told() -> None:
    update = does(2, "update_call", "dan", status=f"{HOME}/new", status_events=["answered"])

    story = out("texml", make(), update, hang_up(10, BOB))

    assert [params["CallStatus"] for params in story.callbacks("/new")] == ["in-progress"]


def test_a_call_that_is_over_cannot_be_updated() -> None:
    story = out("texml", make(), hang_up(10, BOB), does(12, "update_call", "dan", status=f"{HOME}/new"))

    assert story.receipt("update_call")["results"] == {"dan": "unknown"}
    assert story.callbacks("/new") == []


# --- stored recordings --------------------------------------------------------------------------


def test_a_stored_recording_is_dropped_and_one_that_runs_is_refused() -> None:
    """Plivo 1.6, TeXML 1.6."""
    steps = [{"at": at, "do": "forget_recording", "recording": "dan.1"} for at in (6, 12)]

    story = out("texml", make(1, record={}), *steps, hang_up(10, BOB))

    [(_, started)] = story.did(StartRecording)
    assert started.id == "dan.1"
    assert story.receipt("forget_recording")["refused"] == "recording_in_progress"
    assert [(at, effect.id) for at, effect in story.did(ForgetRecording)] == [(12, "dan.1")]
