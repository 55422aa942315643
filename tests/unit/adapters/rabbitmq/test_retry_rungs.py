"""Which queue a copy waits in, apart from the broker: names and generations."""

import asyncio
from datetime import datetime, timedelta

import pytest

from adapters.rabbitmq.ladder import RUNGS_MS
from adapters.rabbitmq.retry_rungs import RetryRungs, Rung
from adapters.rabbitmq.topology import Topology
from tests.doubles.clock import ManualClock

FIRST = Rung(ttl_ms=2000, generation=1)
SECOND = Rung(ttl_ms=2000, generation=2)


class ClockSetBack(ManualClock):
    """A wall clock that somebody sets back."""

    shift = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.shift


@pytest.fixture
def rungs() -> RetryRungs:
    return RetryRungs(url="amqp://nowhere.invalid", topology=Topology(), clock=ManualClock(), rest_s=3)


def test_the_first_generation_has_the_plain_name_and_later_ones_a_number(rungs: RetryRungs) -> None:
    assert [rungs.name_of(rung) for rung in (FIRST, SECOND)] == ["email_retry.2000ms", "email_retry.2000ms.2"]


def test_a_dead_rung_is_replaced_once_however_many_copies_found_it_dead(rungs: RetryRungs) -> None:
    for _ in range(3):
        rungs.go_round(FIRST)
    assert rungs._rung(2000) == SECOND
    assert rungs._rung(1000).generation == 1


def test_the_last_generation_is_kept_however_often_it_fails(rungs: RetryRungs) -> None:
    """A policy that makes every rung refuse must not make us create queues for ever."""
    for _ in range(20):
        rungs.go_round(rungs._rung(2000))
    assert rungs._rung(2000).generation == 5


async def test_a_clock_that_is_set_back_while_the_rungs_rest_makes_no_wait_longer() -> None:
    clock = ClockSetBack()
    rungs = RetryRungs(url="amqp://nowhere.invalid", topology=Topology(), clock=clock, rest_s=3)
    rungs._usable.update(RUNGS_MS)
    async with rungs._making:
        choosing = asyncio.ensure_future(rungs.for_due(clock.now() + timedelta(seconds=5)))
        await clock.advance(3)
        clock.shift = -timedelta(days=1)
    assert await choosing == FIRST
