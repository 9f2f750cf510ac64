"""What is measured is rendered as Prometheus reads it."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.service.metrics import Metrics
from engine.values.effects import Receipt


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Every sample of our own: its name and the values of its labels."""
    text, _ = metrics.render()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_live_things_are_asked_for_at_each_scrape() -> None:
    metrics, live = Metrics(), {"calls": 3}
    metrics.watch(calls=lambda: live["calls"], rooms=lambda: 2, members=lambda: 5, stale=lambda: 7)

    found = samples(metrics)
    assert [found[f"callflow_{name}",] for name in ("calls", "rooms", "members", "stale_events_total")] == [3, 2, 5, 7]
    live["calls"] = 4
    assert samples(metrics)["callflow_calls",] == 4


@pytest.mark.parametrize(
    ("receipt", "result"),
    [
        (Receipt(id="1", command="kick", changed=("a",), unknown=("b",)), "changed"),
        (Receipt(id="1", command="kick", same=("a",), unknown=("b",)), "same"),
        (Receipt(id="1", command="kick", unknown=("b",)), "unknown"),
        (Receipt(id="1", command="kick", refused="no_conference"), "no_conference"),
        (Receipt(id="1", command="kick"), "same"),
    ],
)
def test_commands_are_counted_by_what_came_of_them(receipt: Receipt, result: str) -> None:
    metrics = Metrics()

    metrics.command(receipt)
    metrics.command(receipt)

    assert samples(metrics)["callflow_commands_total", "kick", result] == 2


def test_requests_are_counted_by_face_and_status_and_timed_by_face() -> None:
    metrics = Metrics()

    metrics.request("plivo", 202, 0.003)
    metrics.request("plivo", 202, 0.004)
    metrics.request("texml", 404, 0.3)

    found = samples(metrics)
    assert found["callflow_requests_total", "plivo", "202"] == 2
    assert found["callflow_requests_total", "texml", "404"] == 1
    assert found["callflow_request_seconds_count", "plivo"] == 2
    assert found["callflow_request_seconds_bucket", "plivo", "0.0025"] == 0
    assert found["callflow_request_seconds_bucket", "plivo", "0.005"] == 2


def test_fetches_and_callbacks_are_counted_by_outcome_and_timed() -> None:
    metrics = Metrics()

    metrics.fetched(0.02, "ok")
    metrics.fetched(15.0, "timeout")
    metrics.delivered(0.5, "delivered")
    metrics.dropped()

    found = samples(metrics)
    assert found["callflow_fetches_total", "timeout"] == 1
    assert found["callflow_fetch_seconds_sum",] == pytest.approx(15.02)
    assert found["callflow_callbacks_total", "delivered"] == 1
    assert found["callflow_callback_seconds_count",] == 1
    assert found["callflow_callbacks_dropped_total",] == 1


def test_events_are_timed_and_faults_counted() -> None:
    metrics = Metrics()

    metrics.handled(0.000030)
    metrics.fault()

    found = samples(metrics)
    assert found["callflow_exchange_seconds_bucket", "2.5e-05"] == 0
    assert found["callflow_exchange_seconds_bucket", "5e-05"] == 1
    assert found["callflow_faults_total",] == 1


def test_two_services_do_not_share_their_measures() -> None:
    one, other = Metrics(), Metrics()

    one.fault()

    assert samples(other)["callflow_faults_total",] == 0


def test_the_process_is_measured_as_well() -> None:
    metrics = Metrics()

    assert samples(metrics)["process_resident_memory_bytes",] > 1_000_000
    assert metrics.render()[1].startswith("text/plain")
