"""`takeoff-mailer demo`: the worker's own container with its queue, its observer and its database's parts swapped."""

import asyncio
from pathlib import Path

import uvloop
from dependency_injector import providers
from rich.console import Console

from adapters.clock.system_clock import SystemClock
from adapters.memory.ledger import InMemoryLedger
from adapters.memory.message_source import InMemoryMessageSource
from adapters.memory.rate_limiter import InMemoryRateLimiter
from domain.rate_limit import RateLimits
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.demo.display import Display, display_for
from entrypoints.demo.inbox import Inbox, open_inbox
from entrypoints.demo.plot import MAX_ATTEMPTS, write_plot
from entrypoints.demo.progress import Progress
from entrypoints.demo.settings import DemoSettings
from entrypoints.demo.ward import fill_ward

# A task's arrival is spread so that a person can watch; the longest retry takes under 5 s.
_ARRIVAL_S = 0.04
_PATIENCE_S = 60.0


def run_demo(*, inbox: Path, tasks: int, as_json: bool) -> int:
    """Return 0 only if every task met the fate of its kind."""
    display = display_for(Console(), as_json=as_json)
    return uvloop.run(_play(inbox.resolve(), tasks, display))


async def _play(folder: Path, count: int, display: Display) -> int:
    inbox = Inbox(folder)
    clock = SystemClock()
    async with open_inbox(inbox) as port:
        source = InMemoryMessageSource(clock=clock)
        container = Container(settings=DemoSettings.on_port(port, max_attempts=MAX_ATTEMPTS))
        await container.renderer().load()
        plot = write_plot(count, container.codec(), now=clock.now())
        progress = Progress(plot, display.show_news)
        container.source.override(providers.Object(source))
        container.observer.override(providers.Object(progress))
        container.ledger.override(providers.Singleton(InMemoryLedger, clock=container.clock))
        container.limiter.override(providers.Singleton(InMemoryRateLimiter, limits=RateLimits(), clock=container.clock))
        stop = asyncio.Event()
        with display.showing(progress):
            working = asyncio.create_task(container.worker()(stop))
            for task in plot:
                source.publish(task.body, key=task.key)
                await clock.sleep(_ARRIVAL_S)
            await _until_ended(progress, working)
            stop.set()
            await working
        progress.compare_with(inbox.recipients)
        ward = await fill_ward(folder, source.hospital, container)
    display.show_summary(progress, inbox.index, ward)
    return exit_codes.FAILED if progress.surprises else exit_codes.OK


async def _until_ended(progress: Progress, working: asyncio.Task[None]) -> None:
    """Wait for the last fate, but not for ever: a demo that hangs is a demo that failed."""
    ended = asyncio.create_task(progress.ended.wait())
    await asyncio.wait({ended, working}, timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
