"""Deals out the turns at which mails may leave, to all workers that share it."""

from abc import abstractmethod
from typing import Protocol

from domain.rate_limit import Turns


class RateLimiter(Protocol):
    """One row of turns for each relay."""

    @abstractmethod
    async def reserve(self, relay: str, wanted: int, *, within_s: float) -> Turns:
        """Take up to `wanted` (at least 1) of the relay's next turns that begin within so many seconds.

        They are used up, whether a mail leaves at them or not. Raises LedgerUnavailable.
        """
