"""A clock that moves only when it is told to."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

from application.ports.clock import Clock

START = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


class ManualClock(Clock):
    """Wall clock and monotonic clock move together; `slept` records every wait that was asked for."""

    def __init__(self) -> None:
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._elapsed_s)

    def monotonic_s(self) -> float:
        return self._elapsed_s

    async def sleep(self, delay_s: float) -> None:
        self.slept.append(delay_s)
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed_s + delay_s, len(self.slept), waking))
        await waking

    async def advance(self, seconds: float) -> None:
        """Move on, waking sleepers in order, and let what they wake run."""
        await _let_others_run()
        until_s = self._elapsed_s + seconds
        while self._sleepers and self._sleepers[0][0] <= until_s:
            self._elapsed_s, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                waking.set_result(None)
            await _let_others_run()
        self._elapsed_s = until_s
        await _let_others_run()


async def _let_others_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
