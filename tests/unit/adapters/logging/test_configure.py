"""Where log lines go and what they look like."""

import json
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

import pytest
import structlog

from adapters.database.migration import upgrade
from adapters.logging.configure import LogFormat, configure_logging


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[0].close()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def printed(capfd: pytest.CaptureFixture[str]) -> str:
    logging.getLogger().handlers[0].flush()
    return capfd.readouterr().out


def test_json_lines_hold_name_level_time_and_fields(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="INFO", log_format=LogFormat.JSON)
    structlog.get_logger("takeoff").info("email.sent", key="k1")
    line = json.loads(printed(capfd))
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "email.sent", "key": "k1", "level": "info", "logger": "takeoff"}


def test_the_libraries_lines_have_the_same_form(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="INFO", log_format=LogFormat.JSON)
    logging.getLogger("aio_pika").warning("connection to %s lost", "broker")
    assert json.loads(printed(capfd))["event"] == "connection to broker lost"


@pytest.mark.parametrize("name", ["aiormq", "aio_pika.connection", "aiosmtplib", "mail.log"])
def test_libraries_that_print_bodies_at_debug_stay_silent(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="DEBUG", log_format=LogFormat.JSON)
    logging.getLogger(name).debug("the body of a mail")
    assert printed(capfd) == ""


def test_a_migration_leaves_its_lines_to_us(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="INFO", log_format=LogFormat.JSON)
    upgrade(f"sqlite:///{tmp_path}/takeoff.db")
    assert printed(capfd) == ""


def test_every_line_has_the_fields_of_where_it_was_logged(capfd: pytest.CaptureFixture[str]) -> None:
    where: ContextVar[dict[str, str]] = ContextVar("where")
    where.set({"dd.trace_id": "1"})
    configure_logging(level="INFO", log_format=LogFormat.JSON, fields=where.get)
    structlog.get_logger("takeoff").info("email.sent")
    where.set({"dd.trace_id": "2"})
    logging.getLogger("a library").warning("lost")
    assert [json.loads(line)["dd.trace_id"] for line in printed(capfd).splitlines()] == ["1", "2"]


def test_lines_below_the_level_are_not_written(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="ERROR", log_format=LogFormat.JSON)
    structlog.get_logger().warning("email.retry_scheduled")
    assert printed(capfd) == ""


@pytest.mark.parametrize("log_format", [LogFormat.JSON, LogFormat.CONSOLE])
def test_a_traceback_never_shows_local_variables(log_format: LogFormat, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="INFO", log_format=log_format)
    password = "canary-" + "4711"
    try:
        _fail_with(password)
    except RuntimeError:
        structlog.get_logger().exception("it.broke")
    out = printed(capfd)
    assert "RuntimeError" in out
    assert "canary-4711" not in out


def _fail_with(password: str) -> None:
    if password:
        raise RuntimeError("broken")


def test_auto_is_json_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(level="INFO", log_format=LogFormat.AUTO)
    structlog.get_logger().info("email.sent")
    assert json.loads(printed(capfd))["event"] == "email.sent"
