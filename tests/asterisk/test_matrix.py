"""The same scenario files, simulated and on real phones: the same is told, and who hears whom is decoded from RTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asterisk.provision import Instance
from tests.asterisk.scenes import SAMPLES, SCENES, played


# What is listened to more closely stands in test_coach and test_silence.
@pytest.mark.parametrize("name", ["announced", "coaches", "flags", "invited", "waiting"])
def test_everybody_hears_whom_they_should(name: str, asterisk: Instance, tmp_path: Path) -> None:
    played(asterisk, tmp_path, SCENES / f"{name}.yaml")


@pytest.mark.parametrize(
    "name",
    [
        "callbacks",
        "coach",
        "deaf",
        "end_on_exit",
        "hold",
        "kick",
        "left_alone",
        "moderated_start",
        "pin",
        "room_full",
        "star",
        "transfer",
    ],
)
def test_a_sample_is_the_same_on_real_phones(name: str, asterisk: Instance, tmp_path: Path) -> None:
    played(asterisk, tmp_path, SAMPLES / f"{name}.yaml")
