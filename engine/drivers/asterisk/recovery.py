"""After a loss: compares what is at the switch with what should be, and makes the difference good.

What is there counts: channels, bridges and who is in them, playbacks and recordings. What no list tells (mutes,
silence, how far a helper got) is taken for unknown and made anew. What is there and nobody wants is taken away, but
only after a while: a call that came in meanwhile is told of later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.drivers.asterisk.board import Board
from engine.drivers.asterisk.client import found
from engine.drivers.asterisk.model import Leg
from engine.drivers.asterisk.names import PREFIX
from engine.drivers.asterisk.playing import Player
from engine.drivers.asterisk.settling import Settler
from engine.drivers.asterisk.taking import Takes

# Seconds for which something that nobody wants is left in peace.
GRACE = 1.0


class Recovery:
    """Looks the switch through, whenever a connection to it has come about."""

    def __init__(
        self, board: Board, settler: Settler, player: Player, takes: Takes, over: Callable[[Leg, str], None]
    ) -> None:
        """Keep everybody."""
        self._board, self._settler, self._player, self._takes, self._over = board, settler, player, takes, over

    async def channels(self) -> dict[str, Mapping[str, Any]]:
        """The channels that are at the switch, by their names."""
        return {channel["id"]: channel for channel in found(await self._board.ari.ask("GET", "channels"))}

    async def look(self) -> bool:
        """Take note of how things are; True where all calls are gone that there were."""
        board = self._board
        channels = await self.channels()
        bridges = found(await board.ari.ask("GET", "bridges"))
        where = {channel: bridge["id"] for bridge in bridges for channel in bridge["channels"]}
        for bridge in bridges:
            if board.names.read(bridge["id"]) is not None:
                board.has_bridge(bridge["id"])
        known = [leg for leg in board.legs.values() if leg.created]
        lost = [leg for leg in known if leg.channel not in channels]
        for leg in known:
            self._note(leg, channels, where)
        await self._takes.look_again()
        await self._player.look_again()
        if lost and len(lost) == len(known):
            return True
        for leg in lost:
            self._over(leg, "lost" if not leg.ending else "hangup")
        return False

    def _note(self, leg: Leg, channels: Mapping[str, Mapping[str, Any]], where: Mapping[str, str]) -> None:
        """Take note of how one leg is."""
        channel = channels.get(leg.channel)
        if channel is None:
            return
        leg.bridge = where.get(leg.channel, "")
        leg.muted, leg.quiet, leg.stale = None, False, True
        for kind, snoop in list(leg.snoops.items()):
            if snoop.name not in channels:
                del leg.snoops[kind]
            else:
                snoop.bridge = where.get(snoop.name, "")
        if channel["state"] == "Up":
            self._settler.answered(leg)

    async def clear_away(self) -> None:
        """Take away what is ours and wanted by nobody."""
        board = self._board
        await board.pause(GRACE)
        wanted = {snoop.name for leg in board.legs.values() for snoop in leg.snoops.values()}
        wanted |= board.channels.keys() | self._player.helpers() | self._takes.helpers()
        for name, channel in (await self.channels()).items():
            if name not in wanted and name not in board.channels and self._is_ours(name, channel):
                await board.ari.ask("DELETE", f"channels/{name}")
        for bridge in found(await board.ari.ask("GET", "bridges")):
            if bridge["id"].startswith(PREFIX) and not bridge["channels"] and not board.wants_bridge(bridge["id"]):
                await board.ari.ask("DELETE", f"bridges/{bridge['id']}")

    def _is_ours(self, name: str, channel: Mapping[str, Any]) -> bool:
        dialplan = channel.get("dialplan", {})
        application = str(dialplan.get("app_data", "")).partition(",")[0]
        return name.startswith(PREFIX) or (
            dialplan.get("app_name") == "Stasis" and application == self._board.ari.settings.application
        )
