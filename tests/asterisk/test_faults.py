"""What goes wrong at the switch and around it ends in the state that is specified, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from time import monotonic
from typing import Any

from tests.asterisk.fake import NEVER, Between, Fault, board_of, trouble
from tests.asterisk.phone.outgoing import OutgoingCall
from tests.asterisk.provision import Instance
from tests.asterisk.stage import Stage
from tests.rest.bench import ACME, Application

NEXT = "<Speak>Next.</Speak>"
# What is answered to a request, and whether Asterisk did what was asked all the same.
SPOILT = [(status, done) for done in (False, True) for status in (404, 409, 500, NEVER)]


class Case:
    """One way to spoil a request: its caller, with a number and a document of its own."""

    def __init__(self, on: Stage, between: Between, at: int) -> None:
        """Nobody calls yet."""
        self.on, self.between, self.at = on, between, at
        self.status, self.done = SPOILT[at]
        self.caller, self.number, self.room = f"+1415555000{at}", f"+1650555000{at}", f"room{at}"
        self.conference = f'<Conference waitSound="" enterSound="" exitSound="">{self.room}</Conference>'
        self.call = self.channel = ""

    def spoil(self, method: str, path: str, *, mine: bool = True, times: int = 1) -> Fault:
        """Spoil such requests; those of this call alone, unless nothing in them says whose they are."""
        done = self.done or (method, self.status) == ("DELETE", 404)  # what Asterisk does not find is gone
        who = self.caller if mine else ""
        return self.between.spoil(method, path, self.status, done=done, who=who, times=times)

    async def dial(self, document: str) -> OutgoingCall:
        """Call, and be answered by this document."""
        self.on.page(document, f"/{self.at}")
        phone = await self.on.phones.phone(self.caller)
        call = self.on.dial(phone, self.number)
        self.call = (await self.on.until("call_arrived", caller=self.caller))["call"]
        self.channel = board_of(self.on).legs[self.call].channel
        return call

    async def join(self) -> OutgoingCall:
        """Be in a room of one's own; what comes after that is spoken."""
        call = await self.dial(self.conference + NEXT)
        await self.on.until("member_joined", call=self.call)
        return call

    async def host(self) -> OutgoingCall:
        """Somebody else is in the room, so that it runs."""
        self.on.page(self.conference, f"/{self.at}")
        phone = await self.on.phones.phone(f"+1415555100{self.at}", tone=0)
        host = self.on.dial(phone, self.number)
        arrived = await self.on.until("call_arrived", caller=phone.setup.name)
        await self.on.until("member_joined", call=arrived["call"])
        return host

    async def ask(self, method: str, what: str) -> None:
        """Have a command done to the member."""
        got = await self.on.plivo(method, f"Conference/{self.room}/{what}/")
        assert got.status < 300, got

    async def next(self, call: OutgoingCall) -> None:
        """What comes next is heard, and then the call ends as it should."""
        await call.until_sound(0.0)
        await self.ends(call, "end_of_document")

    async def ends(self, call: OutgoingCall, cause: str) -> None:
        """The call ends, for this cause, and the application is told."""
        await call.until("ended")
        await self.on.until("call_ended", call=self.call, cause=cause)
        await self.on.told("/hangup", From=self.caller.removeprefix("+"))


def numbers(app: Application) -> list[dict[str, Any]]:
    """A number for each case."""
    return [
        {
            "number": f"+1650555000{at}",
            "account": ACME,
            "dialect": "plivo",
            "answer_url": f"{app.url}/{at}",
            "hangup_url": f"{app.url}/hangup",
        }
        for at in range(len(SPOILT))
    ]


def each(asterisk: Instance, folder: Path, story: Callable[[Case], Coroutine[Any, Any, None]]) -> None:
    """Tell a story for every way to spoil a request, all at once."""

    async def told() -> None:
        async with trouble(asterisk, folder, numbers=numbers) as (on, between), asyncio.TaskGroup() as stories:
            for at in range(len(SPOILT)):
                stories.create_task(story(Case(on, between, at)))

    asyncio.run(told())


# --- requests that Asterisk refuses, or does not answer -----------------------------------------------------


def test_a_call_is_answered_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        fault = case.spoil("POST", "/answer")
        await case.next(await case.dial(NEXT))
        assert fault.come == 1

    each(asterisk, tmp_path, story)


def test_a_sound_that_is_refused_gives_way_to_the_next(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        case.spoil("POST", "/play/")
        call = await case.dial("<Speak>This is not heard, or not to its end, however long it is.</Speak>" + NEXT)
        await case.on.until("verb_finished", call=case.call, verb="Speak", why="failed")
        since = monotonic()
        await case.next(call)
        assert monotonic() - since < 2.0

    each(asterisk, tmp_path, story)


def test_a_member_is_muted_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        case.spoil("POST", "/mute")
        call = await case.join()
        await case.ask("POST", "Member/all/Mute")
        await case.between.until_asked("POST", f"{case.channel}/mute", 2)
        await case.ask("POST", "Member/all/Kick")
        await case.next(call)

    each(asterisk, tmp_path, story)


def test_a_member_is_deaf_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        case.spoil("POST", "/snoop/")
        call = await case.join()
        await case.ask("POST", "Member/all/Deaf")
        await case.between.until_asked("POST", f"{case.channel}/snoop/", 2)
        await case.ask("POST", "Member/all/Kick")
        await case.next(call)

    each(asterisk, tmp_path, story)


def test_who_cannot_be_muted_is_lost(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        if not case.done and case.status != NEVER:
            case.spoil("POST", "/mute", times=9)
            call = await case.join()
            await case.ask("POST", "Member/all/Mute")
            await case.ends(call, "lost")

    each(asterisk, tmp_path, story)


def test_who_cannot_be_joined_goes_on(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        host = await case.host()
        case.spoil("POST", "/addChannel")
        await case.next(await case.dial(case.conference + NEXT))
        host.hang_up()

    each(asterisk, tmp_path, story)


def test_who_waited_is_seated_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        case.spoil("POST", "/addChannel")
        call = await case.join()
        await case.between.until_asked("POST", f"/addChannel.*{case.channel}", 2)
        await case.ask("POST", "Member/all/Kick")
        await case.next(call)

    each(asterisk, tmp_path, story)


def test_a_room_is_made_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        case.spoil("POST", r"^bridges\?", mine=False)
        call = await case.join()
        await case.between.until_asked("POST", f"/addChannel.*{case.channel}")
        await case.ask("POST", "Member/all/Kick")
        await case.next(call)

    each(asterisk, tmp_path, story)


def test_who_is_kicked_leaves_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        fault = case.spoil("POST", "/removeChannel")
        call = await case.join()
        await case.between.until_asked("POST", f"/addChannel.*{case.channel}")
        await case.ask("POST", "Member/all/Kick")
        await case.next(call)
        assert fault.come == 1

    each(asterisk, tmp_path, story)


def test_a_recording_that_is_refused_is_none(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        case.spoil("POST", "/record", mine=False)
        await case.next(await case.dial('<Record maxLength="60"/>' + NEXT))

    each(asterisk, tmp_path, story)


def test_a_callee_that_cannot_be_rung_is_unreachable(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        phone = await case.on.phones.phone(f"callee{case.at}")
        case.spoil("POST", "^channels/create", mine=False)
        await case.next(await case.dial(f"<Dial><User>{phone.contact}</User></Dial>" + NEXT))

    each(asterisk, tmp_path, story)


def test_a_callee_that_cannot_be_dialled_is_unreachable(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        phone = await case.on.phones.phone(f"callee{case.at}")
        case.spoil("POST", "^channels/.*/dial", mine=False)
        await case.next(await case.dial(f"<Dial><User>{phone.contact}</User></Dial>" + NEXT))

    each(asterisk, tmp_path, story)


def test_a_call_is_hung_up_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        call = await case.dial(f"{NEXT}<Hangup/>")
        fault = case.spoil("DELETE", rf"^channels/{case.channel}\?")
        await case.ends(call, "hangup_verb")
        assert fault.come == 1

    each(asterisk, tmp_path, story)


def test_a_member_is_unmuted_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        fault = case.spoil("DELETE", "/mute")
        call = await case.join()
        for method in ("POST", "DELETE"):
            await case.ask(method, "Member/all/Mute")
            await case.between.until_asked(method, f"{case.channel}/mute")
        await case.between.until_asked("DELETE", f"{case.channel}/mute", 2)
        await case.ask("POST", "Member/all/Kick")
        await case.next(call)
        assert fault.come == 1

    each(asterisk, tmp_path, story)


def test_a_helper_is_taken_away_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        joining = case.spoil("POST", "/addChannel.*mic")
        leaving = case.spoil("DELETE", r"^channels/.*\.mic\.")
        call = await case.join()
        await case.ask("POST", "Member/all/Deaf")
        await case.between.until_asked("POST", f"/addChannel.*mic.*{case.call}", 2)
        await case.ask("DELETE", "Member/all/Deaf")
        await case.between.until_asked("DELETE", f"mic.{case.call}", 1 if leaving.done else 2)
        await case.ask("POST", "Member/all/Kick")
        await case.next(call)
        assert (joining.come, leaving.come) == (1, 1)

    each(asterisk, tmp_path, story)


def test_a_sound_is_stopped_at_a_second_try(asterisk: Instance, tmp_path: Path) -> None:
    async def story(case: Case) -> None:
        case.spoil("DELETE", "^playbacks/")
        keys = f'action="{case.on.app.url}/keys" numDigits="1"'
        call = await case.dial(f'<GetDigits {keys}><Speak loop="9">Press any key.</Speak></GetDigits>')
        case.on.page(NEXT, "/keys")
        await call.until_sound(0.0)
        since = monotonic()
        call.press("5")
        await case.next(call)
        assert monotonic() - since < 5.0

    each(asterisk, tmp_path, story)
