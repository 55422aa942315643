"""`hospital admit`: the loop that keeps the in-tray empty, or one round of it."""

import asyncio
import signal
import sys

import structlog
import uvloop
from dependency_injector import providers

from adapters.logging.configure import configure_logging
from adapters.logging.observer import LogObserver, stack_of
from application.fan_out import FanOut
from application.ports.hospital_queue import HospitalQueueUnavailable
from application.ports.ledger import LedgerUnavailable
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import HospitalSettings


def run_admit(*, once: bool) -> int:
    """Return 0 after SIGTERM, SIGINT or an empty queue, 69 without broker (`once`) or database, 78 for settings."""
    try:
        settings = load_settings(HospitalSettings)
    except SettingsInvalid as invalid:
        sys.stderr.write("\n".join(invalid.problems) + "\n")
        return exit_codes.CONFIG_ERROR
    configure_logging(level=settings.log_level, log_format=settings.log_format)
    container = Container(settings=settings)
    # The worker's metrics are about relays and mails under way, of which there are none here.
    container.observer.override(
        providers.Singleton(FanOut, log=providers.Singleton(LogObserver), webhook=container.webhook)
    )
    try:
        return uvloop.run(_admit(container, once=once))
    finally:
        container.webhook().close()


async def _admit(container: Container, *, once: bool) -> int:
    log = structlog.get_logger("takeoff_mailer")
    stop = asyncio.Event()
    try:
        async with container.ledger():
            if once:
                # A signal ends this at once, as it does without us: what is not acknowledged comes again.
                log.info("hospital.queue_empty", admitted=await container.admit().drain())
                return exit_codes.OK
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            await container.admit().run(stop)
    except (HospitalQueueUnavailable, LedgerUnavailable) as down:
        log.critical("hospital.cannot_admit", cause=down.cause)
        return exit_codes.UNAVAILABLE
    except Exception as error:  # noqa: BLE001  its text may name a person: type and place must do
        log.critical("hospital.failed", error=type(error).__name__, stack=stack_of(error))
        return exit_codes.SOFTWARE_ERROR
    return exit_codes.OK
