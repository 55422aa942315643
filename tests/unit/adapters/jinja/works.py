"""Works for the render thread, and what it leaves behind. Limits are short here: nothing waits longer than they say."""

import asyncio
import threading
import time
from collections.abc import Callable

LIMIT_S = 0.1


def endless() -> None:
    while True:
        pass


def spinning(for_s: float, result: int) -> Callable[[], int]:
    def work() -> int:
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            pass
        return result

    return work


def render_threads() -> int:
    return sum(thread.name == "render" for thread in threading.enumerate())


async def only_one_left_of(before: int) -> None:
    """Wait until of the threads that were started since then all have ended but the one that serves."""
    async with asyncio.timeout(5):
        while render_threads() > before + 1:  # noqa: ASYNC110  threads set no events of the loop's when they end
            await asyncio.sleep(0.01)
