"""Where customers' commands are taken: validated whole, applied to what is intended, answered by a receipt.

Targets are resolved once; unknown ones are reported and do not stop the others. Commands are
idempotent: what was so already is reported as such. Every target gets its cause before anything
that follows from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.machines.desk import calls, members, queues, rooms
from engine.machines.desk.tally import Tally
from engine.machines.turn import Turn
from engine.values import commands
from engine.values.effects import Receipt


def take(turn: Turn, id: str, command: commands.AnyCommand) -> None:  # noqa: A002
    """Carry out one command and leave its receipt."""
    tally = Tally()
    ORDERS[type(command)](command, tally, turn)
    turn.receipts += 1
    turn.do(
        Receipt(
            id,
            str(command.__struct_config__.tag),
            tuple(tally.changed),
            tuple(tally.same),
            tuple(tally.unknown),
            tally.refused,
            turn.receipts,
            tally.facts,
        )
    )


ORDERS: dict[type[commands.Command], Callable[[Any, Tally, Turn], None]] = {
    commands.KickMember: members.kick,
    commands.HangUpMember: members.hang_up_member,
    commands.UpdateMember: members.update,
    commands.PlayToMember: members.play_to,
    commands.StopPlayToMember: members.stop_play,
    commands.SpeakToMember: members.speak_to,
    commands.StopSpeakToMember: members.stop_speak,
    commands.Announce: rooms.announce,
    commands.LockConference: rooms.lock,
    commands.RecordConference: rooms.record_room,
    commands.PauseRecording: rooms.steer_recording("pause"),
    commands.ResumeRecording: rooms.steer_recording("resume"),
    commands.StopRecording: rooms.steer_recording("stop"),
    commands.EndConference: rooms.end_room,
    commands.EndAllConferences: rooms.end_all_rooms,
    commands.InviteMember: rooms.invite,
    commands.DefineConference: rooms.define,
    commands.ForgetConference: rooms.forget,
    commands.DefineQueue: queues.define,
    commands.ForgetQueue: queues.forget,
    commands.MakeCall: calls.make_call,
    commands.CancelCall: calls.cancel_call,
    commands.HangUpCall: calls.hang_up_call,
    commands.HangUpAllCalls: calls.hang_up_all,
    commands.TransferCall: calls.transfer,
    commands.UpdateCall: calls.update,
    commands.PlayOnCall: calls.play_on,
    commands.StopPlayOnCall: calls.stop_on("call_play"),
    commands.SpeakOnCall: calls.speak_on,
    commands.StopSpeakOnCall: calls.stop_on("call_speak"),
    commands.SendDigitsOnCall: calls.send_digits,
    commands.RecordCall: calls.record_call,
    commands.StopRecordCall: calls.stop_record_call,
    commands.ForgetRecording: calls.forget_recording,
    commands.ShutDown: calls.shut_down,
}
