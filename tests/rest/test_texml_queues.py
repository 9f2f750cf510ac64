"""TeXML's rows of queues, whose names are their sids."""

from __future__ import annotations

import re

from tests.rest.bench import Bench
from tests.rest.texml import BASE, NOT_FOUND, RFC_DATE, SID, Customer, told

KEYS = {
    "sid", "account_sid", "current_size", "max_size", "average_wait_time", "date_created", "date_updated",
    "subresource_uris", "uri",
}  # fmt: skip


def created(texml: Customer, name: str = "support", **form: str) -> None:
    """Make a queue."""
    assert texml.ask("POST", "/Queues", form={"FriendlyName": name, **form}).status == 200


def enqueued(texml: Customer, bench: Bench) -> None:
    """Let somebody wait in the queue."""
    bench.app.pages["/texml/answer"] = "<Response><Enqueue>support</Enqueue></Response>"
    bench.dial_in(called="+16505550102")
    bench.wait("queued")


def test_a_queue_has_the_documented_keys(texml: Customer) -> None:
    got = texml.ask("POST", "/Queues", form={"FriendlyName": "my queue", "MaxSize": "5"})
    assert got.status == 200
    assert got.json.keys() == KEYS
    assert (got.json["sid"], got.json["account_sid"]) == ("my queue", SID)
    assert (got.json["current_size"], got.json["max_size"], got.json["average_wait_time"]) == (0, 5, 0)
    assert re.fullmatch(RFC_DATE, got.json["date_created"])
    assert got.json["uri"] == f"{BASE}/Queues/my%20queue.json"
    assert got.json["subresource_uris"] == {"members": f"{BASE}/Queues/my%20queue/Members.json"}
    assert texml.get("/Queues/my%20queue.json") == got.json


def test_a_queue_counts_who_waits_in_it(texml: Customer, bench: Bench) -> None:
    created(texml)
    enqueued(texml, bench)
    assert texml.get("/Queues/support")["current_size"] == 1


def test_the_size_of_a_queue_is_changed(texml: Customer) -> None:
    created(texml, MaxSize="5")
    got = texml.ask("POST", "/Queues/support", form={"MaxSize": "9"})
    assert (got.status, got.json["max_size"]) == (200, 9)
    assert texml.ask("POST", "/Queues/support").json["max_size"] == 9
    assert told(texml.ask("POST", "/Queues/support", form={"MaxSize": "0"})) == (422, "10033", "/MaxSize")
    assert texml.get("/Queues/support")["max_size"] == 9


def test_queues_are_listed(texml: Customer) -> None:
    assert texml.get("/Queues")["queues"] == []
    created(texml, "one")
    created(texml, "two")
    page = texml.get("/Queues.json?DateCreated%3E=2001-01-01")
    assert [queue["sid"] for queue in page["queues"]] == ["two", "one"]
    assert (page["start"], page["end"]) == (0, 1)


def test_a_removed_queue_is_gone(texml: Customer) -> None:
    created(texml)
    got = texml.ask("DELETE", "/Queues/support")
    assert (got.status, got.body) == (204, b"")
    for method in ("GET", "POST", "DELETE"):
        got = texml.ask(method, "/Queues/support")
        assert (got.status, got.json) == (404, NOT_FOUND)


def test_a_queue_in_which_somebody_waits_is_not_removed(texml: Customer, bench: Bench) -> None:
    created(texml)
    enqueued(texml, bench)
    assert told(texml.ask("DELETE", "/Queues/support")) == (422, "10027", "")
    assert texml.get("/Queues/support")["current_size"] == 1


def test_a_queue_needs_a_name(texml: Customer) -> None:
    assert told(texml.ask("POST", "/Queues", form={"MaxSize": "5"})) == (422, "10004", "/FriendlyName")
