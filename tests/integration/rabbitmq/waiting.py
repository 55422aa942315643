"""Waits for what happens in another process."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from application.ports.message_source import MessageSource, SettlementRefused

_POLL_S = 0.05


async def until(condition: Callable[[], bool], *, within_s: float) -> float:
    """Wait until something is so, and say after how many seconds; raises TimeoutError."""
    started = time.monotonic()
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  what changes is in another process
            await asyncio.sleep(_POLL_S)
    return time.monotonic() - started


async def until_consuming(source: MessageSource, *, within_s: float = 10.0) -> float:
    """Wait until messages can arrive."""
    return await until(lambda: source.is_consuming, within_s=within_s)


async def persist(settle: Callable[[], Awaitable[None]], *, within_s: float) -> None:
    """Settle again and again while the broker refuses, as the application does."""
    async with asyncio.timeout(within_s):
        while True:
            try:
                return await settle()
            except SettlementRefused:
                await asyncio.sleep(_POLL_S)
