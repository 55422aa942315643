"""Opens the hospital for one command: settings, store, and admission of what waits."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from dependency_injector import providers

from application.ports.hospital_queue import HospitalQueueUnavailable
from application.ports.ledger import LedgerUnavailable
from application.ports.observer import Observer
from domain.events import Event
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.load_settings import SettingsInvalid, load_settings
from entrypoints.settings import HospitalSettings

# A look at the hospital does not wait for a whole flood; the next command admits more.
_ADMIT_AT_MOST = 5000
_ADMIT_S = 15.0


class NobodyListens(Observer):
    """A command's output is its own; what was admitted shows in it."""

    def notify(self, event: Event) -> None:
        """Do nothing."""


def in_ward(work: Callable[[Container], Awaitable[int]]) -> int:
    """Admit what waits, as far as that goes, and do the work; returns its exit code.

    Or 78 for wrong settings, 69 where the database cannot be reached. Without the broker, work goes on with a warning.
    """
    try:
        settings = load_settings(HospitalSettings)
    except SettingsInvalid as invalid:
        return fail(exit_codes.CONFIG_ERROR, *invalid.problems)
    container = Container(settings=settings)
    container.observer.override(providers.Singleton(NobodyListens))
    return asyncio.run(_work(container, work))


def fail(code: int, *problems: str) -> int:
    """Tell what is wrong, a line each, and return the code."""
    for problem in problems:
        sys.stderr.write(problem + "\n")
    return code


async def _work(container: Container, work: Callable[[Container], Awaitable[int]]) -> int:
    try:
        async with container.ledger():
            await _admit(container)
            return await work(container)
    except LedgerUnavailable as down:
        return fail(exit_codes.UNAVAILABLE, f"database: {down.cause}")


async def _admit(container: Container) -> None:
    try:
        async with asyncio.timeout(_ADMIT_S):
            await container.admit().drain(at_most=_ADMIT_AT_MOST)
    except HospitalQueueUnavailable as away:
        fail(0, f"letters that still wait in the queue are not shown: {away.cause}")
    except TimeoutError:
        fail(0, "letters that still wait in the queue are not shown: they are too many for now")
