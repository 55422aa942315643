"""Turns dealt out by the database to all workers that share it; the limits are each worker's own settings.

A reservation locks the relay's row, so that one is made after the other. The clock is PostgreSQL's, or for SQLite,
whose workers are on one host, theirs.
"""

from collections.abc import Mapping

from sqlalchemy import UpdateBase, delete, select, update

from adapters.database.ledger import DatabaseLedger
from adapters.database.operations import Operations
from adapters.database.tables import relay_pace, relay_usage
from adapters.database.writer import LAST
from application.ports.rate_limiter import RateLimiter
from domain.rate_limit import RateLimit, RateLimits, Turns


class DatabaseRateLimiter(RateLimiter):
    """Shares the ledger's connection and thread; without limits it asks nobody."""

    def __init__(self, *, ledger: DatabaseLedger, limits: RateLimits) -> None:
        self._ledger = ledger
        self._limits = limits

    async def reserve(self, relay: str, wanted: int, *, within_s: float) -> Turns:
        if not self._limits.limits:
            return Turns(count=wanted, first_in_s=0.0, interval_s=0.0)
        return await self._ledger.writer.submit(
            lambda on: _reserve(on, self._limits, relay, wanted, within_s), order=LAST
        )


def _reserve(on: Operations, limits: RateLimits, relay: str, wanted: int, within_s: float) -> Turns:
    is_relay = relay_pace.c.relay == relay
    # Also where it changes nothing: it locks the row.
    locking = on.insert(relay_pace).values(relay=relay, free_at_s=0.0)
    locked = locking.on_conflict_do_update(index_elements=["relay"], set_={"free_at_s": relay_pace.c.free_at_s})
    free_at_s = float(on.connection.scalar(locked.returning(relay_pace.c.free_at_s)) or 0.0)
    now_s = on.clock_s()
    used = [_used(on, relay, quota, now_s) for quota in limits.quotas]
    turns = limits.deal(wanted, free_at_s=free_at_s, used=used, now_s=now_s, within_s=within_s)
    if turns.count:
        next_s = limits.next_turn_s(free_at_s, now_s) + turns.count * limits.interval_s
        on.connection.execute(update(relay_pace).where(is_relay).values(free_at_s=next_s))
        for quota in limits.quotas:
            on.connection.execute(_counting(on, relay, quota, now_s, turns.count))
    return turns


def _used(on: Operations, relay: str, quota: RateLimit, now_s: float) -> Mapping[int, int]:
    """Read what counts, and forget what does not any more."""
    is_quota = (relay_usage.c.relay == relay) & (relay_usage.c.per_s == quota.per_s)
    on.connection.execute(delete(relay_usage).where(is_quota, relay_usage.c.bucket < quota.counted_from(now_s)))
    rows = on.connection.execute(select(relay_usage.c.bucket, relay_usage.c.used).where(is_quota))
    return {row.bucket: row.used for row in rows}


def _counting(on: Operations, relay: str, quota: RateLimit, now_s: float, count: int) -> UpdateBase:
    bucket = {"relay": relay, "per_s": quota.per_s, "bucket": quota.bucket(now_s)}
    first = on.insert(relay_usage).values(**bucket, used=count)
    return first.on_conflict_do_update(index_elements=list(bucket), set_={"used": relay_usage.c.used + count})
