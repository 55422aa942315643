"""Ends the process when its event loop stands still: no heartbeat, no signal and no health page would get through.

faulthandler's watchdog is a thread in C, which works even where Python code holds the interpreter for itself. It
prints the stacks (places in code, without any value) to stderr and exits with 1.
"""

import asyncio
import faulthandler
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# By then nothing is the worker's own any more: leases end after 30 s and the broker gives up after 3 x (15 + 1) s.
STALLED_S = 60.0
_BEATS = 12


@asynccontextmanager
async def end_when_stalled(limit_s: float = STALLED_S) -> AsyncIterator[None]:
    """Exit with 1 if the running loop does nothing for `limit_s` while the context lasts."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(limit_s / _BEATS)
            faulthandler.dump_traceback_later(limit_s, exit=True)

    faulthandler.dump_traceback_later(limit_s, exit=True)
    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        faulthandler.cancel_dump_traceback_later()
