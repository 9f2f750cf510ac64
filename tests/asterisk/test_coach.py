"""A coach is heard by nobody but whom it coaches, not for one packet, whatever is done meanwhile."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from tests.asterisk.company import leaks
from tests.asterisk.provision import Instance
from tests.asterisk.scenes import SCENES, played


@pytest.mark.parametrize(("scene", "coaches"), [("coaching", ["boss"]), ("switching", ["boss", "aide"])])
def test_no_packet_of_the_customers_sound_holds_a_coachs_tone(
    scene: str, coaches: list[str], asterisk: Instance, tmp_path: Path
) -> None:
    calls = played(asterisk, tmp_path, SCENES / f"{scene}.yaml").calls
    customer = calls["cust"]
    assert [leaks(customer, calls[coach], 0.0, inf) for coach in coaches] == [[] for _ in coaches]
    assert leaks(customer, calls["agent" if "agent" in calls else "one"], 0.0, inf)  # as far as an agent goes
