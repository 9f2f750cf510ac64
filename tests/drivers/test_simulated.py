"""The simulated switch answers every effect that is answered, and knows how long things last."""

import pytest

from engine.drivers.agenda import Agenda
from engine.drivers.simulated import Callee, SimulatedSwitch, Speech, by_number
from engine.values import effects
from engine.values.effects import CallFacts, Effect
from engine.values.events import (
    CallAnswered,
    CallEnded,
    CallRinging,
    DigitPressed,
    Event,
    MachineDetected,
    MemberJoined,
    MemberLeft,
    PlaybackEnded,
    RecordingEnded,
    RecordingStarted,
    SpeechHeard,
    SwitchWasLost,
    TalkStarted,
    TalkStopped,
)

NUMBER = "+12125550100"


def make(**habits: Callee) -> SimulatedSwitch:
    return SimulatedSwitch(
        Agenda(),
        media={"https://app.example/music.mp3": 30.0},
        speech=Speech(words_per_minute=120, lengths={"Goodbye.": 3.0}),
        habits=by_number({NUMBER: habits["callee"]} if habits else {}),
    )


def told(switch: SimulatedSwitch) -> list[Event]:
    events = []
    while (event := switch.agenda.pop()) is not None:
        events.append(event)
    return events


def test_every_effect_there_is_can_be_performed() -> None:
    every = {kind for kind in vars(effects).values() if isinstance(kind, type) and issubclass(kind, Effect)}

    assert set(make().performs) == every - {Effect}


@pytest.mark.parametrize(
    ("effect", "answer"),
    [
        (effects.Answer("ann"), CallAnswered(0.0, "ann")),
        (effects.HangUp("ann", "api"), CallEnded(0.0, "ann")),
        (effects.JoinConference("ann", "r1", "r1.m1"), MemberJoined(0.0, "ann", "r1", "r1.m1")),
        (effects.LeaveConference("ann", "r1"), MemberLeft(0.0, "ann", "r1")),
    ],
)
def test_confirmations_come_at_once(effect: Effect, answer: Event) -> None:
    switch = make()

    switch.perform(effect)

    assert told(switch) == [answer]


@pytest.mark.parametrize(
    ("text", "loop", "seconds"),
    [
        ("Goodbye.", 1, 3.0),
        ("Goodbye.", 2, 6.0),
        ("Hi.", 1, 1.0),
        ("one two three four", 1, 2.0),
    ],
)
def test_a_spoken_text_lasts_by_its_words_or_as_said(text: str, loop: int, seconds: float) -> None:
    switch = make()

    switch.perform(effects.SpeakText("ann", "ann.p1", "ann", text, loop=loop))

    assert told(switch) == [PlaybackEnded(seconds, "ann", "ann.p1")]


@pytest.mark.parametrize(
    ("media", "loop", "cut", "seconds"),
    [
        ("https://app.example/music.mp3", 1, 0.0, 30.0),
        ("https://app.example/music.mp3", 2, 0.0, 60.0),
        ("https://app.example/music.mp3", 0, 7.0, 7.0),
        ("https://app.example/unknown.mp3", 1, 0.0, 3.0),
        ("silence", 1, 5.0, 5.0),
        ("beep:1", 1, 0.0, 0.5),
    ],
)
def test_a_sound_lasts_as_its_length_its_loops_and_its_cut_say(
    media: str, loop: int, cut: float, seconds: float
) -> None:
    switch = make()

    switch.perform(effects.PlayMedia("ann", "ann.p1", "ann", media, loop=loop, seconds=cut))

    assert told(switch) == [PlaybackEnded(seconds, "ann", "ann.p1")]


@pytest.mark.parametrize("media", ["https://app.example/music.mp3", "music"])
def test_a_sound_without_end_is_never_over(media: str) -> None:
    switch = make()

    switch.perform(effects.PlayMedia("ann", "ann.p1", "ann", media, loop=0))

    assert told(switch) == []


def test_a_stopped_sound_tells_nothing() -> None:
    switch = make()
    switch.perform(effects.SpeakText("ann", "ann.p1", "ann", "Goodbye."))
    switch.perform(effects.SpeakText("ann", "ann.p2", "ann", "Goodbye."))

    switch.perform(effects.StopMedia("ann", "ann.p1"))

    assert told(switch) == [PlaybackEnded(3.0, "ann", "ann.p2")]


def test_sounds_stop_when_the_call_ends() -> None:
    switch = make()
    switch.perform(effects.SpeakText("ann", "ann.p1", "ann", "Goodbye."))

    switch.hang_up("ann")

    assert told(switch) == [CallEnded(0.0, "ann", "hangup")]


def test_a_room_s_sounds_stop_when_the_room_is_over() -> None:
    switch = make()
    switch.perform(effects.SpeakText("r1", "r1.p1", "r1", "Goodbye."))

    switch.perform(effects.RecordConferenceEnd("r1", "", "Room", "last_left", 0.0, None, 1.0))

    assert told(switch) == []


def test_only_the_sounds_that_still_play_are_remembered() -> None:
    switch = make()
    for ordinal in range(500):
        switch.perform(effects.SpeakText("ann", f"ann.p{ordinal}", "ann", "Goodbye."))
        switch.agenda.pop()

    assert len(switch._keys["ann"]) < 50  # noqa: SLF001


def test_keys_sent_to_the_far_end_take_their_time() -> None:
    switch = make()

    switch.perform(effects.SendDigits("ann", "ann.p1", "ann", "12wW"))

    assert told(switch) == [PlaybackEnded(0.2 + 0.2 + 0.5 + 1.0, "ann", "ann.p1")]


@pytest.mark.parametrize(
    ("callee", "events"),
    [
        (Callee(answers_after=4), [CallRinging(0.0, "b"), CallAnswered(4.0, "b")]),
        (Callee(busy=True), [CallEnded(0.0, "b", "busy")]),
        (Callee(rejects=True), [CallRinging(0.0, "b"), CallEnded(2.0, "b", "rejected")]),
        (Callee(no_answer=True), [CallRinging(0.0, "b"), CallEnded(20.0, "b", "no_answer")]),
        (Callee(answers_after=21), [CallRinging(0.0, "b"), CallEnded(20.0, "b", "no_answer")]),
        (Callee(early_media=True), [CallRinging(0.0, "b", early_media=True), CallAnswered(2.0, "b")]),
        (
            Callee(presses="w1", hangs_up_after=3),
            [CallRinging(0.0, "b"), CallAnswered(2.0, "b"), DigitPressed(2.5, "b", "1"), CallEnded(5.0, "b")],
        ),
    ],
)
def test_a_callee_behaves_as_described(callee: Callee, events: list[Event]) -> None:
    switch = make(callee=callee)

    switch.perform(effects.PlaceCall("b", NUMBER, timeout=20.0))

    assert told(switch) == events
    assert switch.rung(NUMBER) == "b"


def test_a_number_is_known_without_its_plus() -> None:
    switch = make(callee=Callee(busy=True))

    switch.perform(effects.PlaceCall("b", NUMBER[1:]))

    assert told(switch) == [CallEnded(0.0, "b", "busy")]


def test_a_machine_is_told_only_to_who_asked_for_it() -> None:
    switch = make(callee=Callee(machine=True, answers_after=1))
    switch.perform(effects.PlaceCall("b", NUMBER))
    switch.perform(effects.PlaceCall("c", NUMBER, machine_detection=True))

    events = told(switch)

    assert CallAnswered(1.0, "b", None) in events
    assert [event for event in events if isinstance(event, MachineDetected)] == [
        MachineDetected(1.0, "c", machine=True)
    ]


def test_a_callee_that_is_hung_up_while_it_rings_never_answers() -> None:
    switch = make(callee=Callee(answers_after=4, presses="1", hangs_up_after=9))
    switch.perform(effects.PlaceCall("b", NUMBER))
    switch.agenda.pop()

    switch.perform(effects.HangUp("b", "cancelled"))

    assert told(switch) == [CallEnded(0.0, "b", "hangup")]


def test_a_phone_put_down_while_it_rings_refuses_the_call() -> None:
    switch = make(callee=Callee(answers_after=4))
    switch.perform(effects.PlaceCall("b", NUMBER))
    switch.agenda.pop()

    switch.hang_up("b")

    assert told(switch) == [CallEnded(0.0, "b", "rejected")]


def test_what_is_said_is_understood_when_it_was_said() -> None:
    switch = make()

    switch.say("ann", "one two three four")

    assert told(switch) == [
        TalkStarted(0.0, "ann"),
        SpeechHeard(0.0, "ann", "one", final=False),
        SpeechHeard(2.0, "ann", "one two three four"),
        TalkStopped(2.0, "ann"),
    ]


def test_pressed_keys_come_at_once_but_for_pauses() -> None:
    switch = make()

    switch.press("ann", "12w#")
    switch.press("ann", "5")

    assert [(event.at, event.digit) for event in told(switch) if isinstance(event, DigitPressed)] == [
        (0.0, "1"),
        (0.0, "2"),
        (0.0, "5"),
        (0.5, "#"),
    ]


def record(switch: SimulatedSwitch, *, max_length: float = 0.0, silence: float = 0.0) -> None:
    switch.perform(effects.StartRecording("ann", "ann.r1", "ann", max_length=max_length, silence=silence))


def wait(switch: SimulatedSwitch, until: float) -> None:
    """Let time pass: something else happens at `until`."""
    switch.agenda.schedule(CallAnswered(until, "clock"))
    while switch.agenda.pop() != CallAnswered(until, "clock"):
        pass


def result(switch: SimulatedSwitch) -> tuple[float, str, float, str]:
    ended = [event for event in told(switch) if isinstance(event, RecordingEnded)]
    assert len(ended) == 1
    return (ended[0].at, ended[0].result, ended[0].seconds, ended[0].why)


def test_a_recording_ends_at_its_greatest_length() -> None:
    switch = make()

    record(switch, max_length=10)

    assert switch.agenda.pop() == RecordingStarted(0.0, "ann", "ann.r1")
    assert result(switch) == (10.0, "stored", 10.0, "max_length")


def test_a_pause_is_not_recorded() -> None:
    switch = make()
    record(switch, max_length=10)
    wait(switch, 4)
    switch.perform(effects.PauseRecording("ann", "ann.r1"))
    wait(switch, 6)
    switch.perform(effects.ResumeRecording("ann", "ann.r1"))

    assert result(switch) == (12.0, "stored", 10.0, "max_length")


def test_silence_ends_a_recording_once_nobody_talks() -> None:
    switch = make()
    record(switch, max_length=60, silence=5)
    wait(switch, 3)
    switch.talk("ann", 4)

    assert result(switch) == (12.0, "stored", 12.0, "silence")


def test_a_recording_without_sound_is_absent() -> None:
    switch = make()
    record(switch)

    switch.perform(effects.StopRecording("ann", "ann.r1"))

    assert result(switch) == (0.0, "absent", 0.0, "stopped")


def test_a_recording_that_came_to_its_end_cannot_be_stopped_again() -> None:
    switch = make()
    record(switch, max_length=10)
    wait(switch, 11)

    switch.perform(effects.StopRecording("ann", "ann.r1"))

    assert told(switch) == []


def test_a_call_s_end_stores_its_recordings() -> None:
    switch = make()
    record(switch, max_length=60)
    wait(switch, 7)

    switch.hang_up("ann")

    assert result(switch) == (7.0, "stored", 7.0, "hangup")


def test_a_lost_switch_tells_nothing_else() -> None:
    switch = make(callee=Callee())
    record(switch, max_length=60)
    switch.perform(effects.SpeakText("ann", "ann.p1", "ann", "Goodbye."))
    switch.perform(effects.PlaceCall("b", NUMBER))
    wait(switch, 1)

    switch.fail()

    assert told(switch) == [SwitchWasLost(1.0)]


def test_two_legs_stay_connected_until_one_ends() -> None:
    switch = make()
    switch.perform(effects.ConnectCalls("a", "b"))
    assert switch.connected == {"a": "b", "b": "a"}

    about = CallFacts("a", "", "", "", "inbound", "ended")
    switch.perform(effects.RecordCallEnd(about))

    assert switch.connected == {}
