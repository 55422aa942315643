"""Time, passed in so that tests need not wait for it."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall-clock time for dates on paper, monotonic time for durations, and sleep."""

    @abstractmethod
    def now(self) -> datetime:
        """The current time, aware, in UTC."""

    @abstractmethod
    def monotonic_s(self) -> float:
        """Seconds that only ever grow, from an arbitrary start."""

    @abstractmethod
    async def sleep(self, delay_s: float) -> None:
        """Wait; cancellable."""
