"""How many mails may leave for one relay, from all workers together.

Limits of seconds and minutes set the pace: turns lie two percent further apart than they need to, so that a mail that
leaves a little after its turn makes no window too full. Limits of hours and days are quotas: mails leave at the pace
until the quota of the last hour or day is used up, and then as it becomes free. It is counted in sixtieths of the
period, so that what is used up comes back up to a sixtieth later than it might.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LIMIT = re.compile(r"([1-9]\d{0,8})/([smhd])")
_LONGEST_PACE_S = 60
_MARGIN = 1.02
_BUCKETS = 60


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `count` mails in any `per_s` seconds."""

    count: int
    per_s: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `20/s`, `600/m`, `1000/h` or `50000/d`; raises ValueError for anything else."""
        found = _LIMIT.fullmatch(text.strip())
        if not found:
            raise ValueError("must be a number and a unit, such as 20/s, 600/m, 1000/h or 50000/d")
        return cls(int(found.group(1)), _UNIT_S[found.group(2)])

    @property
    def is_quota(self) -> bool:
        """Whether it is counted rather than spread."""
        return self.per_s > _LONGEST_PACE_S

    def bucket(self, at_s: float) -> int:
        """The number of the sixtieth of a period to which a time belongs."""
        return int(at_s * _BUCKETS // self.per_s)

    def counted_from(self, now_s: float) -> int:
        """The first bucket that counts towards now."""
        return self.bucket(now_s) - _BUCKETS

    def left(self, used: Mapping[int, int], now_s: float) -> int:
        """How many mails may still leave, where `used` left by bucket."""
        first = self.counted_from(now_s)
        return max(0, self.count - sum(number for bucket, number in used.items() if bucket >= first))

    def free_in_s(self, used: Mapping[int, int], now_s: float) -> float:
        """When the oldest of what counts is forgotten, in seconds from now."""
        first = self.counted_from(now_s)
        oldest = min((bucket for bucket, number in used.items() if number and bucket >= first), default=first)
        return max(0.0, (oldest + _BUCKETS + 1) * self.per_s / _BUCKETS - now_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """`count` mails may leave, the first in `first_in_s` seconds (below 0: overdue), each next one `interval_s` later.

    Where `count` is 0 none may, and it makes sense to ask again in `first_in_s`.
    """

    count: int
    first_in_s: float
    interval_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """What one relay allows. After a pause `burst` mails may leave at once, in addition to the pace."""

    limits: tuple[RateLimit, ...] = ()
    burst: int = 0

    @property
    def interval_s(self) -> float:
        """The distance of two turns, 0 where nothing sets a pace."""
        return _MARGIN * max((limit.per_s / limit.count for limit in self.limits if not limit.is_quota), default=0.0)

    @property
    def quotas(self) -> tuple[RateLimit, ...]:
        """The limits that are counted."""
        return tuple(limit for limit in self.limits if limit.is_quota)

    def next_turn_s(self, free_at_s: float, now_s: float) -> float:
        """When the next mail may leave by the pace, where the turn after the last one is `free_at_s`."""
        return max(free_at_s, now_s - self.burst * self.interval_s)

    def deal(
        self, wanted: int, *, free_at_s: float, used: Sequence[Mapping[int, int]], now_s: float, within_s: float
    ) -> Turns:
        """Deal out up to `wanted` turns that begin within so many seconds; `used` belongs to `quotas`, one by one."""
        usage = list(zip(self.quotas, used, strict=True))
        left = min((quota.left(counts, now_s) for quota, counts in usage), default=wanted)
        if left == 0:
            wait_s = max(quota.free_in_s(counts, now_s) for quota, counts in usage if not quota.left(counts, now_s))
            return Turns(count=0, first_in_s=wait_s, interval_s=0.0)
        first_in_s = self.next_turn_s(free_at_s, now_s) - now_s
        if first_in_s > within_s:
            return Turns(count=0, first_in_s=first_in_s, interval_s=0.0)
        interval_s = self.interval_s
        # A millionth for what floating point makes of times since 1970.
        soon = math.floor((within_s - first_in_s) / interval_s + 1e-6) + 1 if interval_s else wanted
        return Turns(count=min(wanted, left, soon), first_in_s=first_in_s, interval_s=interval_s)
