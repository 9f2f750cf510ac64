"""After a loss: compares what is at the switch with what should be, and makes the difference good.

What is there counts: channels, bridges and who is in them, playbacks and recordings. What no list tells (mutes,
silence, how far a helper got) is taken for unknown and made anew. What is there and nobody wants is taken away, but
only after a while: a call that came in meanwhile is told of later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, get_args

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import Refused, found
from engine.drivers.asterisk.model import Kind, Leg, Snoop
from engine.drivers.asterisk.playing import Player
from engine.drivers.asterisk.settling import Settler
from engine.drivers.asterisk.taking import Takes
from engine.values.effects import CallFacts, PlaceCall
from engine.values.events import CallEnded

# Seconds for which something that nobody wants is left in peace.
GRACE = 1.0

Channels = Mapping[str, Mapping[str, Any]]
KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}


class Living(Protocol):
    """A live call, as a view of the exchange shows it."""

    @property
    def about(self) -> CallFacts:
        """Its facts."""


def ended(*, up: bool) -> str:
    """Why a call is over that ended while nobody listened: as calls mostly end."""
    return "hangup" if up else "no_answer"


class Recovery:
    """Looks the switch through, whenever a connection to it has come about."""

    def __init__(
        self, board: Board, settler: Settler, player: Player, takes: Takes, over: Callable[[Leg, str], None]
    ) -> None:
        """Keep everybody."""
        self._board, self._settler, self._player, self._takes, self._over = board, settler, player, takes, over
        self._since = ""

    async def channels(self) -> dict[str, Mapping[str, Any]]:
        """The channels that are at the switch, by their names."""
        return {channel["id"]: channel for channel in found(await self._board.ari.ask("GET", "channels"))}

    async def restarted(self) -> bool:
        """Whether this is another Asterisk than the one that we knew."""
        reply = await self._board.ari.must("GET", "asterisk/info", only="status")
        before, self._since = self._since, str(reply.read()["status"]["startup_time"])
        return before not in ("", self._since)

    def take_up(self, calls: Sequence[Living], channels: Channels, gone: Iterable[str]) -> set[str]:
        """Know again the calls of a run that was broken off; those whose channel is gone have ended.

        `gone` are channels of which something is still to be told, though they may be there no more. The result are
        the calls that are not to be placed again: a phone has rung, or may have.
        """
        board, rung = self._board, {call.about.call for call in calls}
        by_call = {board.call_of(channel): channel for channel in (*gone, *channels)}
        for about in (call.about for call in calls if call.about.call not in board.legs):
            channel = by_call.get(about.call)
            placed = PlaceCall(about.call, about.called) if about.role != "inbound" else None
            if channel is not None:
                board.add(Leg(about.call, channel, placed=placed, up=about.answered_at is not None))
                if placed is not None and channel in channels and channels[channel]["state"] == "Down":
                    rung.discard(about.call)  # it was made, and perhaps not yet dialled
            elif about.status == "queued":
                rung.discard(about.call)
            else:
                board.tell(CallEnded(board.now(), about.call, ended(up=about.answered_at is not None)))
        return rung

    async def look(self) -> None:
        """Take note of how things are; tell which calls have ended."""
        board = self._board
        legs = [leg for leg in board.legs.values() if leg.created]  # who comes from now on is not in the lists
        channels = await self.channels()
        bridges = found(await board.ari.ask("GET", "bridges"))
        where = {channel: bridge["id"] for bridge in bridges for channel in bridge["channels"]}
        for bridge in bridges:
            if board.names.read(bridge["id"]) is not None:
                board.has_bridge(bridge["id"])
        self._note_helpers(channels, where)
        await self._takes.look_again()
        await self._player.look_again()
        for leg in legs:
            if leg.channel in channels:
                self._note(leg, channels, where)
            else:
                self._over(leg, ended(up=leg.up))

    def _note(self, leg: Leg, channels: Channels, where: Mapping[str, str]) -> None:
        """Take note of how one leg is."""
        leg.bridge = where.get(leg.channel, "")
        leg.muted, leg.quiet, leg.stale = None, False, True
        for kind, snoop in list(leg.snoops.items()):
            if snoop.name not in channels:
                del leg.snoops[kind]
        if channels[leg.channel]["state"] == "Up":
            self._settler.answered(leg)

    def _note_helpers(self, channels: Channels, where: Mapping[str, str]) -> None:
        """Know the helpers again that earlier connections, or an earlier process, have made."""
        board = self._board
        for name, channel in channels.items():
            kind, id = board.names.read(name) or ("", "")  # noqa: A001
            leg = board.legs.get(id.partition("/")[0])
            if leg is not None and kind in KINDS and kind not in leg.snoops:
                bridge = where.get(name, "")
                of = str(channel["name"]).removeprefix("Snoop/").rpartition("-")[0]
                leg.snoops[KINDS[kind]] = Snoop(name, of, bridge, bridge)

    async def clear_away(self) -> None:
        """Take away what is ours and was wanted by nobody for a while."""
        board = self._board
        try:
            before = await self._unwanted()
            await asyncio.sleep(GRACE)
            for path in await self._unwanted():
                if path in before:
                    await board.end(path)
        except Refused:  # the switch is away again, and is looked through when it is back
            return

    async def _unwanted(self) -> list[str]:
        """Paths of what is ours and wanted by nobody."""
        board = self._board
        channels, bridges = await self.channels(), found(await board.ari.ask("GET", "bridges"))
        wanted = {snoop.name for leg in board.legs.values() for snoop in leg.snoops.values()}
        wanted |= board.channels.keys() | board.coming | self._player.helpers() | self._takes.helpers()
        return [
            f"channels/{name}"
            for name, channel in channels.items()
            if self._is_ours(name, channel) and not (name in wanted or board.awaits(name))
        ] + [
            f"bridges/{bridge['id']}"
            for bridge in bridges
            if bridge["id"].startswith(board.names.house)
            and not (bridge["channels"] or board.wants_bridge(bridge["id"]))
        ]

    def _is_ours(self, name: str, channel: Mapping[str, Any]) -> bool:
        dialplan = channel.get("dialplan", {})
        application = str(dialplan.get("app_data", "")).partition(",")[0]
        return name.startswith(self._board.names.house) or (
            dialplan.get("app_name") == "Stasis" and application == self._board.ari.settings.application
        )
