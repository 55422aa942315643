"""`takeoff-mailer worker`: builds the worker, serves its health, and turns its end into an exit code."""

import asyncio
import itertools
import signal
import sys
from collections.abc import Callable

import structlog
import uvloop
from dependency_injector import providers

from adapters.database.placement import keeping_advice
from adapters.jinja.errors import TemplatesInvalid
from adapters.logging.configure import configure_logging
from adapters.logging.observer import stack_of
from adapters.smtp.header_self_test import header_self_test
from application.failpoints import Failpoint
from application.ports.ledger import LedgerUnavailable
from application.ports.message_source import SourceStuck, SourceUnusable
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.failpoints import VARIABLE, reach_from_environment
from entrypoints.health import HealthPagesEnded, HttpAddressUnavailable, Pages, serve_pages
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import Settings
from entrypoints.stall_watchdog import end_when_stalled


def run_worker() -> int:
    """Run until a signal. Returns 0 after a clean stop, 78 for what a person must change, 70 for defects of ours."""
    try:
        settings = load_settings(Settings)
        reach = reach_from_environment()
    except SettingsInvalid as invalid:
        return _refuse(invalid.problems)
    except ValueError:
        return _refuse([f"{VARIABLE}: must be one of {', '.join(Failpoint)}, with :N for the Nth time"])
    container = Container(settings=settings, reach=providers.Object(reach))
    tracing, tags = container.tracing(), settings.log_tags
    configure_logging(
        level=settings.log_level, log_format=settings.log_format, fields=lambda: {**tags, **tracing.log_fields()}
    )
    if tracing.is_lacking:
        structlog.get_logger("takeoff_mailer").warning("traces.off", remedy="pip install takeoff-mailer[traces]")
    try:
        asyncio.run(container.renderer().load())
    except TemplatesInvalid as invalid:
        return _refuse([str(problem) for problem in invalid.problems])
    if problem := header_self_test():
        structlog.get_logger("takeoff_mailer").critical("worker.header_self_test_failed", problem=problem)
        return exit_codes.SOFTWARE_ERROR
    try:
        return uvloop.run(serve_until_stopped(settings, container))
    finally:
        container.datadog().close()
        tracing.close()


async def serve_until_stopped(settings: Settings, container: Container) -> int:
    """Work until SIGTERM or SIGINT, with health pages beside it; a second signal cuts running mails off at once."""
    log = structlog.get_logger("takeoff_mailer")
    stop = asyncio.Event()
    if remedy := keeping_advice(settings.database_url.get_secret_value()):
        log.warning("ledger.not_kept", remedy=remedy)
    source = container.source()
    worker = container.worker()
    _stop_on_signals(stop, worker.hurry)
    pages = Pages(
        is_consuming=lambda: source.is_consuming,
        components=container.components().now,
        metrics=container.prometheus().text,
    )

    def on_health_end(cause: str) -> None:
        log.critical("worker.health_ended", cause=cause)
        stop.set()

    try:
        health = serve_pages(settings.http_addr, pages, on_end=on_health_end)
        async with end_when_stalled(), health:
            sampling = asyncio.create_task(container.sample().run())
            try:
                await worker(stop)
            finally:
                sampling.cancel()
    except HealthPagesEnded:
        return exit_codes.SOFTWARE_ERROR
    except SourceStuck as stuck:
        log.critical("worker.intake_stuck", cause=stuck.cause)
        return exit_codes.UNAVAILABLE
    except SourceUnusable as unusable:
        log.critical("worker.cannot_consume", cause=unusable.cause)
        return exit_codes.CONFIG_ERROR
    except HttpAddressUnavailable as unavailable:
        log.critical("worker.http_addr_unavailable", cause=unavailable.cause)
        return exit_codes.CONFIG_ERROR
    except LedgerUnavailable as down:
        log.critical("worker.no_ledger", cause=down.cause)
        return exit_codes.UNAVAILABLE
    except Exception as error:  # noqa: BLE001  its text may name a person: type and place must do
        log.critical("worker.failed", error=type(error).__name__, stack=stack_of(error))
        return exit_codes.SOFTWARE_ERROR
    return exit_codes.OK


def _stop_on_signals(stop: asyncio.Event, hurry: Callable[[], None]) -> None:
    """Set `stop` at the first signal and call `hurry` at each further one; who else sets `stop` is no signal."""
    signals = itertools.count(1)

    def on_signal() -> None:
        if next(signals) > 1:
            hurry()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)


def _refuse(problems: list[str]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201  before logging is set up, for a person at a terminal
    return exit_codes.CONFIG_ERROR
