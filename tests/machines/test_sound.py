"""Sound programs: rounds that are paced, sounds that fail, and what comes late."""

from __future__ import annotations

from engine.values import commands, effects, events
from tests.machines.phone import BOB, Phone

URL = "https://app.example/a.mp3"


def waiting(*elements: str) -> Phone:
    """Ann waits in a queue whose document is of these elements."""
    phone = Phone()
    phone.meets('<Enqueue waitUrl="/wait">line</Enqueue>', tongue="texml")
    phone.fetched(*elements)
    return phone


def test_a_round_shorter_than_a_second_waits_the_second_out() -> None:
    phone = waiting("<Say>Hi.</Say>")
    phone.at = 0.25
    phone.played()
    assert phone.did(effects.FetchDocument) == []

    phone.rings("sound:queue_wait")

    assert phone.at == 1.0
    assert [effect.kind for effect in phone.did(effects.FetchDocument)] == ["queue_wait"]


def test_a_longer_round_is_followed_at_once_by_the_next() -> None:
    phone = waiting("<Say>Hi.</Say>")
    phone.at = 5.0

    phone.played()

    assert [effect.kind for effect in phone.did(effects.FetchDocument)] == ["queue_wait"]


def test_after_three_empty_rounds_there_is_silence() -> None:
    phone = waiting()
    for _ in range(2):
        phone.rings("sound:queue_wait")
        phone.fetched()

    assert phone.running() == {"ann:queue"}
    assert phone.calls() == {"ann": "up"}


def test_a_sound_that_fails_is_passed_by() -> None:
    phone = waiting(f"<Play>{URL}</Play>", "<Say>Hi.</Say>")

    phone.played("failed")

    assert phone.spoken() == ["Hi."]


def test_a_program_of_one_sound_that_fails_is_over() -> None:
    phone = waiting(f"<Play>{URL}</Play>")

    phone.played("failed")

    assert phone.last == []
    assert phone.running() == {"ann:queue"}


def test_a_silence_in_a_program_is_as_long_as_it_says() -> None:
    phone = waiting('<Pause length="7"/>', "<Say>Hi.</Say>")

    phone.rings("sound:queue_wait")

    assert phone.at == 7
    assert phone.spoken() == ["Hi."]


def test_a_program_that_is_stopped_leaves_no_timer() -> None:
    phone = waiting('<Pause length="7"/>')
    timer = phone.timers["ann:sound:queue_wait"]

    phone.ask(commands.HangUpCall(call="ann"))

    assert phone.running() == set()
    assert phone.tell(events.TimerRang(7.0, timer.key, timer.generation)) == []


def test_the_end_of_a_sound_that_was_replaced_is_stale() -> None:
    phone = Phone()
    phone.meets("<Speak>Hi.</Speak>")
    phone.ask(commands.PlayOnCall(call="ann", urls=(URL, URL)))
    first = phone.sound()
    phone.ask(commands.PlayOnCall(call="ann", urls=(URL,)))

    assert phone.tell(events.PlaybackEnded(0.0, "ann", first.id)) == []
    assert phone.stale == 1


def test_a_redirect_to_itself_is_paced() -> None:
    phone = waiting("<Redirect>/wait</Redirect>")
    assert phone.did(effects.FetchDocument) == []

    phone.rings("sound:queue_wait")

    assert phone.at == 1
    assert [effect.url for effect in phone.did(effects.FetchDocument)] == ["https://app.example/wait"]


def test_a_document_that_comes_after_the_music_was_stopped_is_stale() -> None:
    phone = Phone()
    dial = f'<Dial dialMusic="https://app.example/music"><Number>{BOB}</Number></Dial>'
    phone.meets("<Speak>Hi.</Speak>", dial)
    phone.played()
    asked = phone.fetch()
    phone.answers(phone.leg())

    body = b"<Response><Speak>Late.</Speak></Response>"
    assert phone.tell(events.DocumentFetched(0.0, "ann", asked.id, body=body)) == []
    assert phone.stale == 1


def test_verbs_that_play_no_part_in_a_program_are_left_out() -> None:
    phone = Phone()
    dial = f'<Dial dialMusic="https://app.example/music"><Number>{BOB}</Number></Dial>'
    phone.meets("<Speak>Hi.</Speak>", dial)
    phone.played()

    phone.fetched("<Hangup/>", "<Speak>Please hold.</Speak>", "<Conference>Room</Conference>")

    assert phone.spoken() == ["Please hold."]
    assert phone.hung_up() == []


def test_a_redirect_that_leads_to_no_sound_is_given_up_after_three_rounds() -> None:
    # DESIGN 8: three empty rounds, then silence; a redirect is a round like others.
    phone = waiting("<Redirect>/wait</Redirect>")
    for _ in range(2):
        phone.rings("sound:queue_wait")
        phone.fetched("<Redirect>/wait</Redirect>")

    assert phone.did(effects.FetchDocument) == []
    assert phone.running() == {"ann:queue"}
    assert phone.calls() == {"ann": "up"}


def test_a_redirect_after_a_sound_goes_on_without_end() -> None:
    phone = waiting("<Say>Hi.</Say><Redirect>/wait</Redirect>")
    for _ in range(5):
        phone.at += 2
        phone.played()
        assert len(phone.did(effects.FetchDocument)) == 1
        phone.fetched("<Say>Hi.</Say><Redirect>/wait</Redirect>")
