"""What is common to all that is served."""

from __future__ import annotations

import pytest

from tests.rest.bench import ACME, served


@pytest.mark.parametrize("name", ["a%0Ab", "%0A", "a%0D%0Ab", "%E2%80%A8", "%7Ba%7D"])
def test_whatever_a_path_holds_is_answered_by_its_face(name: str) -> None:
    with served() as bench:
        got = bench.request("GET", f"/v1/Account/{ACME}/Conference/{name}/", face="plivo")

    assert (got.status, got.json["error"]) == (404, "conference not found")
