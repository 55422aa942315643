"""Sets up structlog and the standard library's loggers: one format, one stream, for ours and for the libraries'."""

import logging
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

from adapters.logging.background_handler import BackgroundHandler


class LogFormat(StrEnum):
    """AUTO is CONSOLE on a terminal and JSON elsewhere."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


# At DEBUG these print message bodies, SMTP dialogues or request lines: personal data.
_TALKATIVE = ("aio_pika", "aiormq", "aiosmtplib", "asyncio", "mail")
_CHATTY = ("uvicorn", "alembic")
LogFields = Callable[[], Mapping[str, str]]


def configure_logging(*, level: str, log_format: LogFormat, fields: LogFields = dict) -> None:
    """Send every log line to standard output; `level` is a standard name.

    `fields` is asked where a line is logged, in the task that logs it, for what every line is to have besides.
    """

    def add_fields(_: object, __: str, entry: EventDict) -> EventDict:
        entry.update(fields())
        return entry

    shared: list[Processor] = [
        add_fields,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = BackgroundHandler(sys.stdout.fileno())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_renderers(log_format))
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.getLevelNamesMapping()[level], logging.INFO))
    # Words on health pages and steps of a schema: the worker has a line of its own where it matters.
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderers(log_format: LogFormat) -> list[Processor]:
    console = sys.stdout.isatty() if log_format is LogFormat.AUTO else log_format is LogFormat.CONSOLE
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if console:
        plain = structlog.dev.plain_traceback
        return [strip, structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    # Never the local variables: they hold addresses and passwords.
    tracebacks = structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    )
    return [strip, tracebacks, _in_reading_order, structlog.processors.JSONRenderer(serializer=_to_json)]


def _in_reading_order(_: object, __: str, entry: EventDict) -> EventDict:
    return {key: entry[key] for key in ("timestamp", "level", "event")} | dict(entry)


def _to_json(entry: Any, **_: Any) -> str:  # noqa: ANN401  the renderer's own signature
    return orjson.dumps(entry, default=repr).decode()
