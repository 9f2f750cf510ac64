"""The log is lines of JSON: one for each thing, at once where it matters, and without secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from errno import ENOSPC
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import RequestError
from engine.service.logs import BUFFER, Lines, logger
from engine.service.secret import Secret


def read(stream: BytesIO) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_time_level_event_and_the_fields_in_order() -> None:
    stream = BytesIO()
    lines = Lines(stream)
    before = datetime.now(UTC)

    logger(lines).info("request", status=202, path="/v1/x")
    lines.flush()

    (line,) = read(stream)
    assert list(line) == ["time", "level", "event", "status", "path"]
    assert (line["level"], line["event"], line["status"]) == ("info", "request", 202)
    assert line["time"].endswith("Z")
    assert before <= datetime.fromisoformat(line["time"]) <= datetime.now(UTC)
    assert stream.getvalue().endswith(b"\n")


def test_information_waits_for_the_flush_and_a_warning_takes_it_along() -> None:
    stream = BytesIO()
    log = logger(Lines(stream))

    log.info("request")
    assert stream.getvalue() == b""
    log.warning("callback_failed")

    assert [line["event"] for line in read(stream)] == ["request", "callback_failed"]


def test_what_waits_is_bounded() -> None:
    stream = BytesIO()
    log = logger(Lines(stream))

    for _ in range(100):
        log.info("call", name="x" * (BUFFER // 50))

    assert 50 <= len(read(stream)) <= 100


def test_a_flush_with_nothing_to_write_writes_nothing() -> None:
    stream = BytesIO()
    lines = Lines(stream)

    lines.flush()

    assert stream.getvalue() == b""


def test_bound_fields_are_in_every_line() -> None:
    stream = BytesIO()

    logger(Lines(stream)).bind(request="r1").error("fault", owner="c1")

    assert read(stream)[0]["request"] == "r1"


@pytest.mark.parametrize(("level", "told"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_what_is_below_the_level_is_not_told(level: str, told: int) -> None:
    stream = BytesIO()
    lines = Lines(stream)
    log = logger(lines, level)

    log.debug("a")
    log.info("b")
    log.warning("c")
    log.error("d")
    lines.flush()

    assert len(read(stream)) == told


def test_a_level_that_there_is_not_is_refused() -> None:
    with pytest.raises(RequestError, match=r"^log_level: there is no level 'loud' \(one of debug, info"):
        logger(Lines(BytesIO()), "loud")


def test_an_exception_is_told_with_its_traceback() -> None:
    stream = BytesIO()
    log = logger(Lines(stream))

    try:
        raise ValueError("no such room")
    except ValueError as error:
        log.exception("fault")
        log.error("fault", exc_info=error)

    assert [line["level"] for line in read(stream)] == ["error", "error"]
    for line in read(stream):
        assert line["exc_info"].startswith("Traceback")
        assert line["exc_info"].endswith("ValueError: no such room\n")


def test_a_secret_is_masked() -> None:
    stream = BytesIO()

    logger(Lines(stream)).error("request", given=Secret("hidden"), more={"key": Secret("hidden")})

    assert b"hidden" not in stream.getvalue()
    assert read(stream)[0]["given"] == "***"


@pytest.mark.parametrize("value", ["\ud800", 2**70, {1.5: {2: "\udfff"}}, object(), b"\xff", float("nan"), {1, 2}])
def test_a_line_is_written_whatever_stands_in_it(value: object) -> None:
    stream = BytesIO()

    logger(Lines(stream)).error("fault", value=value, other=1)

    assert len(read(stream)) == 1


def test_a_line_has_no_line_break_in_it() -> None:
    stream = BytesIO()

    logger(Lines(stream)).error("fault", value='a\nb\r\n"c"')

    assert read(stream)[0]["value"] == 'a\nb\r\n"c"'


def test_a_stream_that_takes_no_more_costs_lines_and_nothing_else() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        lines = Lines(full)
        log = logger(lines)
        log.warning("callback_failed")
        log.info("request")
        lines.flush()
        for _ in range(100):
            log.info("call", name="x" * (BUFFER // 50))


def test_what_is_told_after_a_stream_took_no_more_is_written() -> None:
    stream = Refusing()
    log = logger(Lines(stream))

    log.warning("lost")
    stream.refuses = False
    log.warning("kept")

    assert [line["event"] for line in read(stream)] == ["kept"]


class Refusing(BytesIO):
    """A disk that is full until somebody makes room."""

    refuses = True

    def write(self, text: Any, /) -> int:
        if self.refuses:
            raise OSError(ENOSPC, "full")
        return super().write(text)
