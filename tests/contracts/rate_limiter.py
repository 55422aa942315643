"""What every RateLimiter does, the one in memory and the ones on SQLite and PostgreSQL.

The classes that run it are on a clock that stands still; what passes with time is tested of the domain's rules.
"""

import asyncio
from collections.abc import Callable

from application.ports.rate_limiter import RateLimiter
from domain.rate_limit import RateLimit, RateLimits

RELAY = "smtp.example.com:465"
OTHER = "other.example.com:465"
FAST = RateLimits(limits=(RateLimit.parse("10/s"),))
QUOTA = RateLimits(limits=(RateLimit.parse("1000/s"), RateLimit.parse("30/h"), RateLimit.parse("700/d")))

MakeLimiter = Callable[[RateLimits], RateLimiter]


class RateLimiterContract:
    """Inherit and provide the fixture `limiter`, which makes limiters that share everything but their limits."""

    async def test_turns_lie_behind_one_another(self, limiter: MakeLimiter) -> None:
        first, second = limiter(FAST), limiter(FAST)
        before = await first.reserve(RELAY, 5, within_s=60)
        after = await second.reserve(RELAY, 5, within_s=60)
        assert (before.count, before.first_in_s) == (5, 0.0)
        assert before.interval_s == after.interval_s == FAST.interval_s
        assert after.count == 5
        assert 0.4 < after.first_in_s <= 5 * FAST.interval_s + 1e-3

    async def test_turns_that_begin_too_late_are_not_taken(self, limiter: MakeLimiter) -> None:
        limited = limiter(FAST)
        assert (await limited.reserve(RELAY, 100, within_s=1)).count == 10
        too_late = await limited.reserve(RELAY, 1, within_s=0.1)
        assert too_late.count == 0
        assert 0.1 < too_late.first_in_s <= 1.02 + 1e-3
        assert (await limited.reserve(RELAY, 1, within_s=60)).first_in_s <= 1.02 + 1e-3

    async def test_each_relay_has_turns_of_its_own(self, limiter: MakeLimiter) -> None:
        limited = limiter(FAST)
        await limited.reserve(RELAY, 50, within_s=60)
        assert (await limited.reserve(OTHER, 1, within_s=60)).first_in_s == 0

    async def test_the_smallest_quota_is_kept_and_says_when_there_is_more(self, limiter: MakeLimiter) -> None:
        limited = limiter(QUOTA)
        assert (await limited.reserve(RELAY, 20, within_s=60)).count == 20
        assert (await limited.reserve(RELAY, 20, within_s=60)).count == 10
        none = await limited.reserve(RELAY, 20, within_s=60)
        assert none.count == 0
        assert 3000 < none.first_in_s <= 3660

    async def test_a_quota_is_kept_however_many_ask_at_once(self, limiter: MakeLimiter) -> None:
        limiters = [limiter(QUOTA) for _ in range(3)]
        dealt = await asyncio.gather(*(one.reserve(RELAY, 3, within_s=60) for one in limiters for _ in range(10)))
        assert sum(turns.count for turns in dealt) == 30

    async def test_without_limits_all_may_leave_at_once(self, limiter: MakeLimiter) -> None:
        turns = await limiter(RateLimits()).reserve(RELAY, 500, within_s=0)
        assert (turns.count, turns.first_in_s, turns.interval_s) == (500, 0.0, 0.0)
