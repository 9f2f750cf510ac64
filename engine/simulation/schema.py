"""The JSON Schema of a scenario, for editors: made from the structs that read it."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.simulation.expect import OWN, Expectation
from engine.simulation.scenario import Scenario
from engine.simulation.words import AnyStep
from engine.values.words import WHATS

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def scenario_schema() -> dict[str, Any]:
    """Make the schema: steps by their `do`, and expectations open to every field of the timeline."""
    (_, step, _), parts = msgspec.json.schema_components(
        (Scenario, AnyStep, Expectation), ref_template="#/$defs/{name}"
    )
    scenario = parts.pop("Scenario")
    expected = parts["Expectation"]
    own = {name: expected["properties"][name] for name in OWN}
    parts["Expectation"] = {
        "title": "Expectation",
        "description": expected["description"],
        "type": "object",
        "properties": {**own, "what": {"enum": list(WHATS)}},
        "additionalProperties": True,
    }
    scenario["properties"]["steps"]["items"] = step
    return {"$schema": DRAFT, **scenario, "$defs": dict(sorted(parts.items()))}
