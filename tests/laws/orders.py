"""What customers command in a storm: every command there is, to rooms and calls that may be there or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.values import commands
from engine.values.flow import Hook, Wish
from tests.laws import flows
from tests.laws.flows import ACCOUNT, HOME, SPEAKERS

if TYPE_CHECKING:
    from tests.laws.storms import Deed, World

Build = Callable[["World", "Deed"], Any]


def room_of(world: World, deed: Deed) -> str:
    """A room by name or by id; now and then one that is not there."""
    rooms = world.sight.rooms.values()
    names = (*(room.name for room in rooms), *(room.id for room in rooms), flows.ROOMS[0], "nowhere")
    return names[deed.b % len(names)]


def whom(world: World, deed: Deed) -> tuple[str, ...]:
    """Everybody, or some by call, number or label, of whom some may be unknown."""
    call = world.some_call(deed.c)
    return (("all",), (call,), ("1",), (call, "2", "nobody"), ("first", call))[deed.c % 5]


def to_members(kind: type[commands.MemberCommand], **more: Any) -> Build:
    def build(world: World, deed: Deed) -> Any:
        return kind(conference=room_of(world, deed), account=ACCOUNT, members=whom(world, deed), **more)

    return build


def to_room(kind: type[commands.RoomCommand], **more: Any) -> Build:
    return lambda world, deed: kind(conference=room_of(world, deed), account=ACCOUNT, **more)


def to_call(kind: type[commands.CallCommand], **more: Any) -> Build:
    return lambda world, deed: kind(call=world.some_call(deed.b), **more)


def coach(world: World, deed: Deed) -> commands.UpdateMember:
    target = ("", "1", "first", world.some_call(deed.b))[deed.c % 4]
    return commands.UpdateMember(
        conference=room_of(world, deed), account=ACCOUNT, members=whom(world, deed), coach=target
    )


def new_call(letter: str, world: World, deed: Deed) -> str:
    """An id for a call to be placed; now and then that of one that is there."""
    return "c1" if deed.b % 16 == 0 and "c1" in world.sight.calls else f"{letter}{len(world.told)}"


RECORDED = Wish(hook=Hook(f"{HOME}/told"))


def invite(world: World, deed: Deed) -> commands.InviteMember:
    return commands.InviteMember(
        conference=room_of(world, deed),
        account=ACCOUNT,
        call=new_call("i", world, deed),
        to="+14155550120",
        tongue=SPEAKERS[deed.c % 3],
        label=("", "first")[deed.c % 2],
        coach=("", "", "first")[deed.c % 3],
        ends=deed.c % 4 == 0,
        callback=Hook(f"{HOME}/told") if deed.c % 2 else None,
        callback_events=("start", "end", "join", "leave"),
        machine_detection="hangup" if deed.c % 5 == 0 else "",
        machine_hook=Hook(f"{HOME}/told"),
        record=RECORDED if deed.c % 3 == 1 else None,
        record_conference=RECORDED if deed.c % 4 == 1 else None,
    )


def make_call(world: World, deed: Deed) -> commands.MakeCall:
    return commands.MakeCall(
        call=new_call("m", world, deed),
        to="+14155550121",
        caller="+14155550122",
        tongue=SPEAKERS[deed.b % 3],
        account=ACCOUNT,
        answer=Hook(f"{HOME}/d{deed.c % flows.DOCUMENTS}"),
        ring=Hook(f"{HOME}/told"),
        hangup=Hook(f"{HOME}/told"),
        hangup_on_ring=5.0 if deed.c % 7 == 0 else 0.0,
        send_digits="1w" if deed.c % 2 else "",
        machine_detection="hangup" if deed.c % 5 == 0 else "",
        headers=(("a", "1"),),
        record=RECORDED if deed.c % 3 == 1 else None,
    )


def transfer(world: World, deed: Deed) -> commands.TransferCall:
    legs: Any = ("aleg", "aleg", "bleg", "both")[deed.c % 4]
    aleg, bleg = Hook(f"{HOME}/d{deed.c % flows.DOCUMENTS}"), Hook(f"{HOME}/d1")
    return commands.TransferCall(call=world.some_call(deed.b), legs=legs, aleg=aleg, bleg=bleg)


SOUND = Hook(f"{HOME}/s0")
COMMANDS: tuple[Build, ...] = (
    to_members(commands.KickMember),
    to_members(commands.KickMember),
    to_members(commands.HangUpMember),
    to_members(commands.UpdateMember, muted=True),
    to_members(commands.UpdateMember, muted=False),
    to_members(commands.UpdateMember, deaf=True),
    to_members(commands.UpdateMember, held=True),
    to_members(commands.UpdateMember, held=True, hold_sound=SOUND),
    to_members(commands.UpdateMember, held=False, muted=True),
    to_members(commands.UpdateMember, end_on_exit=True),
    to_members(commands.UpdateMember, wait_sound=Hook(f"{HOME}/s1"), beep_on_exit=True),
    to_members(commands.UpdateMember, announce=SOUND),
    to_members(commands.PlayToMember, url=f"{HOME}/x.mp3"),
    to_members(commands.StopPlayToMember),
    to_members(commands.SpeakToMember, text="Hello."),
    to_members(commands.StopSpeakToMember),
    to_room(commands.Announce, sound=SOUND),
    to_room(commands.LockConference),
    to_room(commands.LockConference, locked=False),
    to_room(commands.RecordConference, callback=Hook(f"{HOME}/told")),
    to_room(commands.PauseRecording),
    to_room(commands.ResumeRecording),
    to_room(commands.StopRecording),
    to_room(commands.EndConference),
    to_call(commands.HangUpCall),
    to_call(commands.CancelCall),
    to_call(commands.PlayOnCall, urls=(f"{HOME}/x.mp3",), legs="both", length=5.0),
    to_call(commands.StopPlayOnCall),
    to_call(commands.SpeakOnCall, text="Hello."),
    to_call(commands.StopSpeakOnCall),
    to_call(commands.SendDigitsOnCall, digits="1"),
    to_call(commands.RecordCall, callback=Hook(f"{HOME}/told")),
    to_call(commands.StopRecordCall),
    to_call(commands.UpdateCall, status=Hook(f"{HOME}/told"), status_events=("ringing", "completed")),
    coach,
    invite,
    make_call,
    transfer,
    transfer,
    lambda world, deed: commands.EndAllConferences(account=ACCOUNT if deed.c % 3 == 0 else "other"),
    lambda world, deed: commands.HangUpAllCalls(account=ACCOUNT if deed.c % 3 == 0 else "other"),
    lambda world, deed: commands.DefineQueue(account=ACCOUNT, name="Q", max_size=deed.c % 3),
    lambda world, deed: commands.ForgetQueue(account=ACCOUNT, name="Q"),
    lambda world, deed: commands.ForgetRecording(recording=f"{world.some_call(deed.b)}.1"),
    lambda world, deed: commands.DefineConference(
        id="weekly", account=ACCOUNT, wait_for_moderator=deed.c % 2 == 0, profile=("default", "webinar")[deed.b % 2]
    ),
    lambda world, deed: commands.ForgetConference(id="weekly" if deed.c % 3 == 0 else "unknown"),
    lambda world, deed: commands.ShutDown() if deed.c % 6 == 0 else commands.ForgetConference(id="unknown"),
)
