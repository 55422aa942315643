"""When the mails for one relay may leave: in the order in which they came, at the turns that all workers share.

States, written here only:

    RUNNING --the next turn is not soon, as where a quota is used up--> RESTING     mails wait in the broker meanwhile
    RESTING --the time of the next turn--> RUNNING

Turns are reserved for as many mails as wait, so that asking costs no round trip for each; turns whose time passed
unused are forgotten, since mails that made up for them would be too many at once.
"""

import asyncio
from collections import deque

from application.ports.clock import Clock
from application.ports.rate_limiter import RateLimiter
from domain.throttle import Throttle

# Who would wait longer waits in the broker: a stop waits for these, and RabbitMQ takes back what is held for long.
_PATIENCE_S = 30.0
_STALE_S = 1.0


class Pace:
    """Turns come from `limiter`; `throttle` slows down what they allow."""

    def __init__(self, *, relay: str, limiter: RateLimiter, clock: Clock) -> None:
        self.throttle = Throttle()
        self._relay = relay
        self._limiter = limiter
        self._clock = clock
        self._waiting = 0
        self._order = asyncio.Lock()
        self._turns: deque[float] = deque()
        self._rest_until_s = 0.0

    @property
    def is_resting(self) -> bool:
        """Whether no mail may leave soon."""
        return self._clock.monotonic_s() < self._rest_until_s

    async def turn(self) -> bool:
        """Wait until a mail may leave; False, and at once, where that is not soon. Raises LedgerUnavailable."""
        self._waiting += 1
        try:
            async with self._order:
                at_s = await self._next_turn_s()
        finally:
            self._waiting -= 1
        if at_s is None:
            return False
        now_s = self._clock.monotonic_s()
        slowed_s = self.throttle.wait_s(now_s, within_s=_PATIENCE_S)
        if slowed_s is None:
            self._rest_until_s = now_s + _PATIENCE_S / 2
            return False
        if (wait_s := max(at_s - now_s, slowed_s)) > 0:
            await self._clock.sleep(wait_s)
        return True

    async def _next_turn_s(self) -> float | None:
        while not self.is_resting:
            now_s = self._clock.monotonic_s()
            while self._turns:
                if (turn_s := self._turns.popleft()) > now_s - _STALE_S:
                    return turn_s
            turns = await self._limiter.reserve(self._relay, self._waiting, within_s=_PATIENCE_S)
            now_s = self._clock.monotonic_s()
            first_s = now_s + turns.first_in_s
            if not turns.count:
                self._rest_until_s = first_s
            # Turns of a burst are due at once.
            self._turns.extend(max(now_s, first_s + number * turns.interval_s) for number in range(turns.count))
        return None
