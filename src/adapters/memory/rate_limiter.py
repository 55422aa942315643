"""Turns dealt out within one process: for the unit tests, and for the demo, which has no other worker."""

from collections import Counter
from dataclasses import dataclass, field

from application.ports.clock import Clock
from application.ports.ledger import LedgerUnavailable
from application.ports.rate_limiter import RateLimiter
from domain.rate_limit import RateLimit, RateLimits, Turns


@dataclass(slots=True, kw_only=True)
class TurnStore:
    """What several limiters share; while `is_down` all of them are unavailable."""

    is_down: bool = False
    free_at_s: dict[str, float] = field(default_factory=dict)
    used: dict[tuple[str, RateLimit], Counter[int]] = field(default_factory=dict)


class InMemoryRateLimiter(RateLimiter):
    """Measures by the wall clock, as the ones on databases do."""

    def __init__(self, *, limits: RateLimits, clock: Clock, store: TurnStore | None = None) -> None:
        self._limits = limits
        self._clock = clock
        self._store = store or TurnStore()

    async def reserve(self, relay: str, wanted: int, *, within_s: float) -> Turns:
        store, limits, now_s = self._store, self._limits, self._clock.now().timestamp()
        if store.is_down:
            raise LedgerUnavailable("down")
        used = [store.used.setdefault((relay, quota), Counter()) for quota in limits.quotas]
        free_at_s = store.free_at_s.get(relay, 0.0)
        turns = limits.deal(wanted, free_at_s=free_at_s, used=used, now_s=now_s, within_s=within_s)
        store.free_at_s[relay] = limits.next_turn_s(free_at_s, now_s) + turns.count * limits.interval_s
        for quota, counts in zip(limits.quotas, used, strict=True):
            counts[quota.bucket(now_s)] += turns.count
        return turns
