"""Calls through real documents: answered, played to, asked for keys, ended."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.asterisk.provision import Instance
from tests.asterisk.stage import NUMBER, stage


def test_a_call_runs_its_document_to_its_end(asterisk: Instance, tmp_path: Path) -> None:
    async def story() -> None:
        async with stage(asterisk, tmp_path) as on:
            on.page("<Speak>Hello there, this is a call.</Speak>")
            ann = await on.phones.phone("+14155550111")
            call = await on.answered(ann, NUMBER)
            await call.until("ended", 10)
            assert call.ended_by == "far"
            assert call.heard().peak > 2000
            await on.until("call_ended", cause="end_of_document")
            await on.told("/hangup")

    asyncio.run(story())
