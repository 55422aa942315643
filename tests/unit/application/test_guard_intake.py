"""No messages while there is no ledger or no relay, and messages again by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from application.ports.message_source import Message
from domain.outcome import Phase, RelayUnavailable
from domain.worker_events import IntakePaused, IntakeResumed, LedgerDown
from tests.unit.application.bench import RELAY, Bench

MESSAGE = Message(body=b"good")
DOWN = RelayUnavailable(phase=Phase.CONNECT, cause="refused", relay=RELAY)


@asynccontextmanager
async def guarded(bench: Bench) -> AsyncIterator[Bench]:
    running = asyncio.create_task(bench.guard.run())
    try:
        yield bench
    finally:
        running.cancel()


async def test_a_mail_that_finds_no_relay_pauses_intake_until_a_probe_succeeds() -> None:
    async with guarded(Bench(DOWN)) as bench:
        bench.transport.available = False
        await bench.deliver(MESSAGE)
        await bench.clock.advance(10)
        assert bench.source.intake == ["paused"]
        assert bench.observer.only(IntakePaused).cause == "relays"
        assert bench.transport.probes > 5
        bench.transport.available = True
        await bench.clock.advance(2)
        assert bench.source.intake == ["paused", "resumed"]
        assert 10 <= bench.observer.only(IntakeResumed).paused_s <= 12


async def test_a_failure_of_one_relay_of_several_pauses_nothing() -> None:
    async with guarded(Bench(DOWN)) as bench:
        await bench.deliver(MESSAGE)
        await bench.clock.advance(10)
        assert bench.source.intake == []


async def test_a_ledger_that_is_down_pauses_intake_until_it_takes_a_write_and_is_told_once() -> None:
    async with guarded(Bench()) as bench:
        bench.ledger.store.is_down = True
        await bench.deliver(MESSAGE)
        await bench.deliver(MESSAGE)
        await bench.clock.advance(5)
        assert bench.source.intake == ["paused"]
        assert bench.observer.only(IntakePaused).cause == "ledger"
        assert len(bench.observer.of(LedgerDown)) == 1
        bench.ledger.store.is_down = False
        await bench.clock.advance(2)
        assert bench.source.intake == ["paused", "resumed"]


async def test_a_second_outage_pauses_again() -> None:
    async with guarded(Bench()) as bench:
        for _ in range(2):
            bench.ledger.store.is_down = True
            await bench.deliver(MESSAGE)
            await bench.clock.advance(3)
            bench.ledger.store.is_down = False
            await bench.clock.advance(3)
        assert bench.source.intake == ["paused", "resumed"] * 2


async def test_trouble_that_comes_back_at_once_pauses_for_longer_each_time_and_a_calm_minute_forgives() -> None:
    async with guarded(Bench()) as bench:

        async def paused_s() -> float:
            bench.ledger.store.is_down = True
            await bench.deliver(MESSAGE)
            bench.ledger.store.is_down = False
            await bench.clock.advance(40)
            return round(bench.observer.of(IntakeResumed)[-1].paused_s)

        assert [await paused_s() for _ in range(8)] == [0, 1, 2, 4, 8, 16, 30, 30]
        await bench.clock.advance(61)
        assert await paused_s() == 0
