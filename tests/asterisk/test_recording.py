"""Recordings of calls and rooms, downloaded from where their callbacks say they are, and listened to."""

from __future__ import annotations

import asyncio
import wave
from array import array
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from engine.drivers.sounds.convert import Converter
from engine.drivers.sounds.waves import RATE, Samples
from engine.values.commands import PauseRecording, ResumeRecording
from tests.asterisk.phone.habit import Habit
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, Stage, stage
from tests.asterisk.tones import HIGH, LOW, tones
from tests.drivers.sounds.sounding import amplitude
from tests.rest.bench import ACCOUNTS, ACME, Asked

ANN, BOB = "+14155550111", "+14155550112"
TEXML = "+16505550102"
BEEP = 1000
FILE = "recordingStatusCallback='{}/file' recordingStatusCallbackEvent='completed absent'"
ROOM = "<Conference waitSound='' enterSound=''>room</Conference>"


async def got(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What is at an address."""

    def ask() -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=5)
        try:
            connection.request("GET", parts.path, headers=headers)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()

    return await asyncio.to_thread(ask)


async def sides(url: str, folder: Path) -> list[Samples]:
    """The channels of the recording at an address, wav or mp3, as samples of 8 kHz."""
    status, _, body = await got(url)
    assert status == 200, url
    file = folder / url.rpartition("/")[2]
    file.write_bytes(body)
    if file.suffix == ".mp3":
        file = file.with_suffix(".wav")
        await Converter().recode(folder / url.rpartition("/")[2], file)
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getsampwidth()) == (RATE, 2)
        samples, channels = array("h", sound.readframes(sound.getnframes())), sound.getnchannels()
    return [samples[side::channels] for side in range(channels)]


def loudness(sound: Samples, hertz: int, since: float = 0.0, until: float | None = None) -> float:
    """How strong a tone is in a part of a sound; times in seconds."""
    return amplitude(sound[round(since * RATE) : None if until is None else round(until * RATE)], hertz)


async def recording(on: Stage, attributes: str, number: str = NUMBER) -> OutgoingCall:
    """A caller with a tone whose Record has begun; what its action answers ends the call."""
    path = "/texml/answer" if number == TEXML else "/plivo/answer"
    on.page(f"<Record action='/done' {attributes}/><Speak>Never</Speak>", path)
    on.page("<Hangup/>", "/done")
    call = await on.answered(await on.phones.phone(ANN), number)
    await on.until("recording_started")
    return call


async def stored(on: Stage, call: OutgoingCall) -> Asked:
    """What the action is told; the call is over then."""
    told = await on.told("/done")
    await call.until("ended")
    return told


# --- the verb -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_what_a_caller_says_is_recorded_until_it_presses_the_key(
    asterisk: Instance, tmp_path: Path, kind: str
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await recording(on, f"finishOnKey='5' fileFormat='{kind}' recordChannelType='mono'")
            await call.settled(0.8)
            call.press("95")
            told = (await stored(on, call)).params
            assert told["Digits"] == "5"
            assert told["RecordUrl"].endswith(kind)
            (sound,) = await sides(told["RecordUrl"], tmp_path)
            assert loudness(sound, call.tone, 0.1, 0.7) == pytest.approx(6000, rel=0.1)
            seconds = int(told["RecordingDurationMs"]) / 1000
            assert seconds == pytest.approx(len(sound) / RATE, abs=0.1)
            assert seconds == pytest.approx(1.2, abs=0.4)

    asyncio.run(story())


def test_a_beep_comes_before_the_recording_and_is_not_in_it(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await recording(on, "maxLength='1' fileFormat='wav'")
            assert 0.3 < sum(0.02 for part in call.heard().windows(0.02) if part.level(BEEP) > 2000) < 0.6
            told = (await stored(on, call)).params
            for sound in await sides(told["RecordUrl"], tmp_path):
                assert loudness(sound, BEEP) < 200
            assert int(told["RecordingDurationMs"]) == pytest.approx(1000, abs=60)

    asyncio.run(story())


def test_silence_ends_a_recording(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await recording(on, "timeout='1' playBeep='false' fileFormat='wav' recordChannelType='mono'")
            tone = call.tone
            await call.settled(0.6)
            call.be_quiet()
            told = (await stored(on, call)).params
            (sound,) = await sides(told["RecordUrl"], tmp_path)
            assert loudness(sound, tone, 0.1, 0.5) > 5000
            assert len(sound) / RATE == pytest.approx(0.85, abs=0.3)  # the switch cuts the silence to 0.2 s
            await on.until("recording_ended", why="silence", result="stored")

    asyncio.run(story())


def test_a_caller_who_says_nothing_leaves_no_recording(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            record = f"<Record action='/done' timeout='1' playBeep='false' format='wav' {FILE.format(on.app.url)}/>"
            on.page(f"{record}<Play>{web.at(LOW, 0.2)}</Play>", "/texml/answer")
            call = await on.answered(await on.phones.phone(ANN, tone=0), TEXML)
            assert (await on.told("/file")).params["RecordingStatus"] == "absent"
            await call.until("ended")
            assert call.first_sound(0.0, frequency=LOW) is not None, "the next element"
            assert "/done" not in [one.path for one in on.app.asked]
            assert not any((tmp_path / "state").glob("recordings/*"))

    asyncio.run(story())


def test_a_silent_end_is_cut_off_where_that_is_asked_for(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            attributes = "trim='trim-silence' timeout='2' playBeep='false' format='wav' channels='single'"
            call = await recording(on, attributes, TEXML)
            await call.settled(0.5)
            call.be_quiet()
            told = (await stored(on, call)).params
            (sound,) = await sides(told["RecordingUrl"], tmp_path)
            assert len(sound) / RATE == pytest.approx(0.9, abs=0.35)

    asyncio.run(story())


def test_a_caller_who_hangs_up_leaves_what_it_said(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            attributes = f"fileFormat='wav' playBeep='false' callbackUrl='{on.app.url}/file' recordChannelType='mono'"
            call = await recording(on, attributes)
            await call.settled(0.6)
            call.hang_up()
            told = (await on.told("/file")).params
            (sound,) = await sides(told["RecordUrl"], tmp_path)
            assert len(sound) / RATE == pytest.approx(0.7, abs=0.3)
            assert loudness(sound, call.tone, 0.1, 0.5) > 5000

    asyncio.run(story())


# --- beside the flow ------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", ["stereo", "mono"])
def test_both_sides_of_a_call_are_recorded_beside_its_flow(asterisk: Instance, tmp_path: Path, channels: str) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on, tones(tmp_path) as web:
            attributes = f"recordSession='true' fileFormat='wav' recordChannelType='{channels}'"
            record = f"<Record {attributes} callbackUrl='{on.app.url}/file'/>"
            on.page(f"{record}<Wait length='0.4'/><Play>{web.at(LOW, 1)}</Play>")
            call = await on.answered(await on.phones.phone(ANN))
            await call.until("ended")
            told = (await on.told("/file")).params
            sound = await sides(told["RecordUrl"], tmp_path)
            assert len(sound) == (2 if channels == "stereo" else 1)
            parts = [(one, 0.7, 1.2) for one in sound]
            said = [loudness(one, call.tone, *part) > 4000 for one, *part in parts]
            heard = [loudness(one, LOW, *part) > 4000 for one, *part in parts]
            assert (said, heard) == (([True, False], [False, True]) if channels == "stereo" else ([True], [True]))
            assert len(sound[0]) / RATE == pytest.approx(1.4, abs=0.3)

    asyncio.run(story())


def test_a_recording_by_rest_begins_with_a_tone_and_ends_when_it_is_stopped(
    asterisk: Instance, tmp_path: Path
) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Gather timeout='60'/>", "/texml/answer")
            ann = await on.phones.phone(ANN)
            call = await on.answered(ann, TEXML)
            await on.until("verb_started")
            sid = ACCOUNTS[0]["texml"]["account_sid"]
            base = f"/v2/texml/Accounts/{sid}/Calls/{on.shown(on.id_of(ann), 'texml')}/Recordings"
            begun = await on.ask("POST", f"{base}.json", face="texml", form={"RecordingChannels": "dual"})
            assert begun.status == 200, begun
            await call.until_sound(0.0, frequency=BEEP)
            await call.settled(0.8)
            form = {"Status": "stopped"}
            await on.ask("POST", f"{base}/{begun.json['sid']}.json", face="texml", form=form)
            await on.until("recording_ended", result="stored")
            path = f"/v2/texml/Accounts/{sid}/Recordings/{begun.json['sid']}"
            told = (await on.ask("GET", path, face="texml")).json
            caller, far = await sides(told["media_url"], tmp_path)
            assert loudness(caller, call.tone, 0.1, 0.6) > 5000
            assert loudness(far, call.tone, 0.1, 0.6) < 200
            assert float(told["duration"]) == round(len(caller) / RATE)

    asyncio.run(story())


def test_the_talk_of_a_dial_is_recorded_with_a_channel_for_each(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            bob = await on.phones.phone("bob", answers=Habit(after=0.1, hangs_up_after=1.2))
            record = f"record='record-from-answer-dual' recordingStatusCallback='{on.app.url}/file'"
            on.page(f"<Dial {record}><Sip>{bob.contact}</Sip></Dial><Hangup/>", "/texml/answer")
            call = await on.answered(await on.phones.phone(ANN), TEXML)
            told = (await on.told("/file")).params
            await call.until("ended")
            caller, callee = await sides(told["RecordingUrl"], tmp_path)
            tone = bob.setup.tone
            assert loudness(caller, call.tone, 0.3, 0.8) > 5000
            assert loudness(callee, tone, 0.3, 0.8) > 5000
            assert max(loudness(caller, tone, 0.3, 0.8), loudness(callee, call.tone, 0.3, 0.8)) < 200

    asyncio.run(story())


# --- rooms ----------------------------------------------------------------------------------------


async def in_room(on: Stage) -> list[OutgoingCall]:
    """Two people in a room."""
    on.page(ROOM)
    calls = [await on.answered(await on.phones.phone(name)) for name in (ANN, BOB)]
    await on.until("member_joined", nth=2)
    return calls


def test_a_room_is_recorded_by_rest_from_start_to_stop(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            calls = await in_room(on)
            asked = {"file_format": "wav", "callback_url": f"{on.app.url}/file"}
            begun = await on.plivo("POST", "Conference/room/Record/", **asked)
            assert begun.status == 202, begun
            await on.until("recording_started")
            await on.phones.settled(0.8)
            assert (await on.plivo("DELETE", "Conference/room/Record/")).status == 204
            told = (await on.told("/file")).params
            (sound,) = await sides(told["record_url"], tmp_path)
            assert [loudness(sound, call.tone, 0.1, 0.6) > 5000 for call in calls] == [True, True]
            assert int(told["recording_duration_ms"]) / 1000 == pytest.approx(len(sound) / RATE, abs=0.01)
            assert len(sound) / RATE == pytest.approx(0.85, abs=0.3)

    asyncio.run(story())


def test_what_is_said_in_a_pause_is_not_recorded(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            calls = await in_room(on)
            calls[1].be_quiet()
            asked = {"file_format": "wav", "callback_url": f"{on.app.url}/file"}
            await on.plivo("POST", "Conference/room/Record/", **asked)
            await on.until("recording_started")
            await on.phones.settled(0.5)
            on.service.execute(PauseRecording(conference="room", account=ACME))
            await on.phones.settled(0.3)
            calls[0].say(HIGH)
            await on.phones.settled(0.8)
            calls[0].say(LOW)
            await on.phones.settled(0.3)
            on.service.execute(ResumeRecording(conference="room", account=ACME))
            await on.phones.settled(0.5)
            await on.plivo("DELETE", "Conference/room/Record/")
            told = (await on.told("/file")).params
            (sound,) = await sides(told["record_url"], tmp_path)
            assert len(sound) / RATE == pytest.approx(1.05, abs=0.35)
            assert loudness(sound, HIGH) < 200
            assert loudness(sound[-RATE // 3 :], LOW) > 5000

    asyncio.run(story())


def test_a_room_that_ends_keeps_its_recording(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            record = f"record='true' recordFileFormat='wav' callbackUrl='{on.app.url}/room'"
            on.page(f"<Conference waitSound='' enterSound='' {record}>room</Conference>")
            call = await on.answered(await on.phones.phone(ANN))
            await on.until("recording_started")
            await call.settled(0.5)
            call.hang_up()
            told = (await on.told("/room", ConferenceAction="record", nth=2)).params
            (sound,) = await sides(told["RecordUrl"], tmp_path)
            assert loudness(sound, call.tone, 0.1, 0.4) > 5000

    asyncio.run(story())


# --- the file -------------------------------------------------------------------------------------


def test_a_part_of_a_recording_can_be_had(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await recording(on, "maxLength='1' playBeep='false' fileFormat='wav'")
            url = (await stored(on, call)).params["RecordUrl"]
            _, _, whole = await got(url)
            status, headers, part = await got(url, Range="bytes=100-299")
            assert (status, part) == (206, whole[100:300])
            assert headers["Content-Range"] == f"bytes 100-299/{len(whole)}"

    asyncio.run(story())


def test_a_deleted_recording_is_gone(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            call = await recording(on, "maxLength='1' playBeep='false' fileFormat='wav'")
            told = (await stored(on, call)).params
            assert any((tmp_path / "state").glob("recordings/*"))
            assert (await on.plivo("DELETE", f"Recording/{told['RecordingID']}/")).status == 204
            status, _, _ = await got(told["RecordUrl"])
            assert status == 404
            assert not any((tmp_path / "state").glob("recordings/*"))

    asyncio.run(story())
