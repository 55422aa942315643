"""Mails leave one after the other at the turns they were dealt."""

import asyncio

import pytest

from adapters.memory.rate_limiter import InMemoryRateLimiter, TurnStore
from adapters.smtp.pace import Pace
from application.ports.ledger import LedgerUnavailable
from application.ports.rate_limiter import RateLimiter
from domain.rate_limit import RateLimit, RateLimits, Turns
from tests.doubles.clock import ManualClock

RELAY = "relay.example.org:465"


def limits(*texts: str) -> RateLimits:
    return RateLimits(limits=tuple(map(RateLimit.parse, texts)))


class Counting(RateLimiter):
    """Counts the questions."""

    def __init__(self, limiter: RateLimiter) -> None:
        self.asked: list[int] = []
        self._limiter = limiter

    async def reserve(self, relay: str, wanted: int, *, within_s: float) -> Turns:
        self.asked.append(wanted)
        await asyncio.sleep(0)  # a database takes a moment, too
        return await self._limiter.reserve(relay, wanted, within_s=within_s)


class Mails:
    """Mails that want to leave, and when they did."""

    def __init__(self, *texts: str, store: TurnStore | None = None, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        self.limiter = Counting(InMemoryRateLimiter(limits=limits(*texts), clock=self.clock, store=store))
        self.pace = Pace(relay=RELAY, limiter=self.limiter, clock=self.clock)
        self.left_at_s: list[tuple[int, float]] = []

    async def leave(self, number: int = 0) -> bool:
        may_leave = await self.pace.turn()
        if may_leave:
            self.left_at_s.append((number, self.clock.monotonic_s()))
        return may_leave

    def start(self, count: int) -> list[asyncio.Task[bool]]:
        return [asyncio.create_task(self.leave(number)) for number in range(count)]


async def complained_of(mails: Mails) -> None:
    """Send two mails a second until the relay complains."""
    for _ in range(5):
        await mails.leave()
        await mails.clock.advance(0.5)
    assert mails.pace.throttle.complain(mails.clock.monotonic_s())


async def test_without_a_limit_none_waits() -> None:
    mails = Mails()
    assert all(await asyncio.gather(*mails.start(50)))
    assert mails.clock.slept == []


async def test_mails_leave_in_their_order_at_their_turns_and_one_question_serves_many() -> None:
    mails = Mails("10/s")
    leaving = mails.start(20)
    await mails.clock.advance(3)
    assert all(await asyncio.gather(*leaving))
    assert [number for number, _ in mails.left_at_s] == list(range(20))
    assert mails.left_at_s[-1][1] == pytest.approx(19 * 0.102)
    assert mails.limiter.asked == [1, 19]


async def test_two_workers_share_the_pace() -> None:
    store, clock = TurnStore(), ManualClock()
    first, second = Mails("10/s", store=store, clock=clock), Mails("10/s", store=store, clock=clock)
    leaving = first.start(10) + second.start(10)
    await clock.advance(1)
    assert len(first.left_at_s) + len(second.left_at_s) == 10
    await clock.advance(2)
    assert all(await asyncio.gather(*leaving))


async def test_where_the_quota_is_used_up_mails_are_told_at_once_until_there_is_more() -> None:
    mails = Mails("5/h")
    assert [await mails.leave() for _ in range(7)] == [True] * 5 + [False] * 2
    asked = len(mails.limiter.asked)
    assert not await mails.leave()
    assert len(mails.limiter.asked) == asked
    assert mails.pace.is_resting
    await mails.clock.advance(3661)
    assert await mails.leave()


async def test_a_turn_that_passed_unused_is_not_made_up_for() -> None:
    mails = Mails("10/s")
    leaving = mails.start(20)
    await mails.clock.advance(0.05)
    for task in leaving:
        task.cancel()
    await mails.clock.advance(10)
    later = mails.start(10)
    await mails.clock.advance(0.5)
    assert len(mails.left_at_s) - 1 == 5
    await mails.clock.advance(1)
    assert all(await asyncio.gather(*later))


async def test_a_slow_limit_lets_one_mail_at_a_time_leave() -> None:
    mails = Mails("1/m")
    assert await mails.leave()
    assert not await mails.leave()
    await mails.clock.advance(62)
    assert await mails.leave()


async def test_after_a_complaint_mails_are_further_apart() -> None:
    mails = Mails()
    await complained_of(mails)
    before = len(mails.left_at_s)
    leaving = mails.start(3)
    await mails.clock.advance(0.5)
    assert len(mails.left_at_s) - before == 1
    await mails.clock.advance(10)
    assert all(await asyncio.gather(*leaving))


async def test_where_complaints_leave_no_turn_soon_mails_are_told_at_once_for_a_while() -> None:
    mails = Mails()
    await complained_of(mails)
    leaving = mails.start(60)
    await mails.clock.advance(0)
    was_resting = mails.pace.is_resting
    await mails.clock.advance(30)
    left = await asyncio.gather(*leaving)
    assert 30 < sum(left) < 60
    assert (was_resting, mails.pace.is_resting) == (True, False)


async def test_where_the_limit_cannot_be_looked_up_no_mail_leaves() -> None:
    mails = Mails("10/s", store=TurnStore(is_down=True))
    with pytest.raises(LedgerUnavailable):
        await mails.leave()
