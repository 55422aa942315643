"""Pace and quotas, against a simulation that looks at every window."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rate_limit import RateLimit, RateLimits

NOON_S = 1_900_000_000.0


class Relay:
    """Deals turns as the adapters do, and remembers when mails left."""

    def __init__(self, limits: RateLimits) -> None:
        self.limits = limits
        self.now_s = NOON_S
        self.left_at_s: list[float] = []
        self._free_at_s = 0.0
        self._used: list[Counter[int]] = [Counter() for _ in limits.quotas]

    def ask(self, wanted: int, within_s: float = 60.0) -> int:
        limits = self.limits
        turns = limits.deal(wanted, free_at_s=self._free_at_s, used=self._used, now_s=self.now_s, within_s=within_s)
        self._free_at_s = limits.next_turn_s(self._free_at_s, self.now_s) + turns.count * limits.interval_s
        for quota, used in zip(limits.quotas, self._used, strict=True):
            used[quota.bucket(self.now_s)] += turns.count
        first_s = self.now_s + turns.first_in_s
        self.left_at_s += [first_s + number * turns.interval_s for number in range(turns.count)]
        return turns.count

    def most_in(self, window_s: float) -> int:
        times = sorted(self.left_at_s)
        return max(sum(start <= time < start + window_s for time in times) for start in times)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("20/s", RateLimit(20, 1)),
        (" 600/m ", RateLimit(600, 60)),
        ("1000/h", RateLimit(1000, 3600)),
        ("50000/d", RateLimit(50_000, 86_400)),
    ],
)
def test_a_limit_is_a_number_and_a_unit(text: str, limit: RateLimit) -> None:
    assert RateLimit.parse(text) == limit


@pytest.mark.parametrize("text", ["", "20", "0/s", "-1/s", "20/w", "20/S", "1.5/s", "20 /s", "9999999999/s", "s/20"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 20/s"):
        RateLimit.parse(text)


def test_the_slowest_of_several_sets_the_pace() -> None:
    limits = RateLimits(limits=(RateLimit.parse("20/s"), RateLimit.parse("60/m"), RateLimit.parse("5/h")))
    assert limits.interval_s == pytest.approx(1.02)
    assert limits.quotas == (RateLimit(5, 3600),)


@given(
    asks=st.lists(st.tuples(st.integers(1, 30), st.floats(0, 3)), min_size=1, max_size=60),
    per_s=st.integers(1, 50),
)
def test_no_second_is_too_full_and_none_is_wasted_while_mails_wait(asks: list[tuple[int, float]], per_s: int) -> None:
    relay = Relay(RateLimits(limits=(RateLimit(per_s, 1),)))
    for wanted, pause_s in asks:
        relay.ask(wanted)
        relay.now_s += pause_s
    assert relay.most_in(1.0) <= per_s
    hungry = Relay(RateLimits(limits=(RateLimit(per_s, 1),)))
    while len(hungry.left_at_s) < per_s * 11:
        hungry.ask(7)
    assert sum(time < NOON_S + 10 for time in hungry.left_at_s) >= 9.7 * per_s


@given(st.lists(st.tuples(st.integers(1, 30), st.floats(0, 900)), min_size=1, max_size=80))
def test_no_hour_is_too_full_and_the_quota_comes_back(asks: list[tuple[int, float]]) -> None:
    relay = Relay(RateLimits(limits=(RateLimit.parse("100/h"),)))
    for wanted, pause_s in asks:
        relay.ask(wanted)
        relay.now_s += pause_s
    assert relay.most_in(3600.0) <= 100
    relay.now_s += 3660
    assert relay.ask(100) == 100


def test_where_the_quota_is_used_up_it_says_when_there_is_more() -> None:
    limits = RateLimits(limits=(RateLimit.parse("3/h"), RateLimit.parse("9/d")))
    used = [Counter({limits.quotas[0].bucket(NOON_S): 3}), Counter({limits.quotas[1].bucket(NOON_S): 3})]
    turns = limits.deal(1, free_at_s=0, used=used, now_s=NOON_S, within_s=60)
    assert turns.count == 0
    assert 3600 < turns.first_in_s <= 3660
    assert limits.deal(1, free_at_s=0, used=used, now_s=NOON_S + turns.first_in_s, within_s=60).count == 1


def test_after_a_pause_a_burst_may_leave_and_then_the_pace_holds() -> None:
    relay = Relay(RateLimits(limits=(RateLimit.parse("10/s"),), burst=5))
    relay.ask(1)
    relay.now_s += 60
    assert relay.ask(8, within_s=0) == 6
    assert relay.ask(1, within_s=0.05) == 0
    relay.now_s += 0.11
    assert relay.ask(8, within_s=0) == 1


def test_turns_beyond_the_patience_are_left_for_later() -> None:
    limits = RateLimits(limits=(RateLimit.parse("1/m"),))
    turns = limits.deal(9, free_at_s=NOON_S + 59, used=(), now_s=NOON_S, within_s=30)
    assert (turns.count, turns.first_in_s) == (0, 59)
    assert limits.deal(9, free_at_s=NOON_S, used=(), now_s=NOON_S, within_s=30).count == 1
