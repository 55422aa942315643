"""Nobody waits for whoever reads the log, and what was lost is counted (F54)."""

import fcntl
import json
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog

from adapters.logging.background_handler import GATHERING_S, BackgroundHandler

# The least that Linux gives a pipe (pipe(7), "Pipe capacity").
_PIPE_BYTES = 4096
_CAPACITY = 10
# Longer than a test may take.
_FOR_EVER_S = 3600.0


class Pipe:
    """Standard output into a small pipe, which is not read before `read_on`."""

    def __init__(self, *, gathering_s: float = GATHERING_S) -> None:
        self.output, self._input = os.pipe()
        fcntl.fcntl(self._input, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.handler = BackgroundHandler(self._input, capacity=_CAPACITY, gathering_s=gathering_s)
        self.handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=structlog.processors.JSONRenderer()))
        self._text = ""
        self._reader = threading.Thread(target=self._read)

    def read_on(self) -> None:
        """Read whatever comes from now on."""
        self._reader.start()
        self.handler.flush()

    def lines(self) -> list[dict[str, Any]]:
        """Everything that was written in the end."""
        self.handler.flush()
        self.handler.close()
        os.close(self._input)
        self._reader.join()
        return [json.loads(line) for line in self._text.splitlines()]

    def _read(self) -> None:
        with os.fdopen(self.output) as file:
            self._text = file.read()


@contextmanager
def logging_to(handler: logging.Handler) -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    structlog.configure(
        processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    try:
        yield root
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


def test_lines_are_written_in_order() -> None:
    pipe = Pipe()
    pipe.read_on()
    with logging_to(pipe.handler) as log:
        for number in range(_CAPACITY):
            log.error("line %d", number)
        lines = pipe.lines()
    assert [line["event"] for line in lines] == [f"line {number}" for number in range(_CAPACITY)]


def test_a_line_is_written_although_no_other_follows() -> None:
    pipe = Pipe()
    with logging_to(pipe.handler) as log:
        log.info("one that can wait for a moment")
        assert json.loads(os.read(pipe.output, _PIPE_BYTES)) == {"event": "one that can wait for a moment"}
    pipe.handler.close()


def test_an_urgent_line_is_written_at_once_and_takes_those_before_it_along() -> None:
    """Lines that come together share a write, but nobody waits for a warning."""
    pipe = Pipe(gathering_s=_FOR_EVER_S)
    with logging_to(pipe.handler) as log:
        log.info("one")
        log.info("two")
        log.warning("three")
        # One write of so few bytes comes out of a pipe whole (pipe(7), "PIPE_BUF").
        written = os.read(pipe.output, _PIPE_BYTES).splitlines()
        assert [json.loads(line)["event"] for line in written] == ["one", "two", "three"]
    pipe.handler.close()


def test_lines_that_fill_half_of_the_room_do_not_wait_for_more() -> None:
    pipe = Pipe(gathering_s=_FOR_EVER_S)
    with logging_to(pipe.handler) as log:
        for number in range(_CAPACITY // 2 + 1):
            log.info("line %d", number)
        assert len(os.read(pipe.output, _PIPE_BYTES).splitlines()) == _CAPACITY // 2 + 1
    pipe.handler.close()


def test_a_reader_that_stands_still_holds_nobody_up_and_a_later_line_tells_what_was_lost() -> None:
    pipe, count = Pipe(), 300
    with logging_to(pipe.handler) as log:
        for number in range(count):
            log.error("%0100d", number)
        pipe.read_on()
        log.error("the last")
        *before, last = pipe.lines()
    lost = [line["lines"] for line in before if line["event"] == "log.lines_dropped"]
    written = [int(line["event"]) for line in before if line["event"] != "log.lines_dropped"]
    assert sum(lost) > 0
    assert len(written) + sum(lost) == count
    assert written == sorted(written)
    assert last == {"event": "the last"}


def test_a_reader_that_is_gone_costs_the_lines_and_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    pipe = Pipe()
    os.close(pipe.output)
    with logging_to(pipe.handler) as log:
        for _ in range(3):
            log.error("for nobody")
            pipe.handler.flush()
    pipe.handler.close()
    assert capfd.readouterr() == ("", "")


def test_a_line_that_cannot_be_formatted_stops_no_other(capfd: pytest.CaptureFixture[str]) -> None:
    pipe = Pipe()
    pipe.read_on()
    with logging_to(pipe.handler) as log:
        log.error("%d", "no number")
        log.error("fine")
        assert [line["event"] for line in pipe.lines()] == ["fine"]
    assert "--- Logging error ---" in capfd.readouterr().err
