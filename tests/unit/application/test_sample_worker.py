"""A look at the worker every ten seconds, whether anything happens or not."""

import asyncio
from dataclasses import replace

from application.use_cases.run_worker import RunWorker
from application.use_cases.sample_worker import SampleWorker
from domain.worker_events import WorkerSampled
from tests.doubles.clock import ManualClock
from tests.unit.application.bench import RELAY, Bench


class LateClock(ManualClock):
    """Every sleep takes half a second more than asked."""

    async def sleep(self, delay_s: float) -> None:
        await super().sleep(delay_s + 0.5)


def sampler(bench: Bench, dropped: dict[str, int], *, look_s: float = 2.0) -> SampleWorker:
    worker = RunWorker(
        source=bench.source,
        transport=bench.transport,
        ledger=bench.ledger,
        deliver=bench.deliver,
        guard=bench.guard,
        observer=bench.observer,
        concurrency=1,
        stop_timeout_s=1,
    )
    return SampleWorker(
        worker=worker,
        source=bench.source,
        transport=bench.transport,
        guard=bench.guard,
        dropped=dropped,
        rss_bytes=lambda: 4096,
        observer=bench.observer,
        clock=bench.clock,
        look_s=look_s,
    )


async def test_it_tells_how_things_stand_every_ten_seconds() -> None:
    bench, dropped = Bench(), {"log": 0}
    bench.source.is_open = True
    sampling = asyncio.create_task(sampler(bench, dropped).run())
    await bench.clock.advance(19)
    well = bench.observer.only(WorkerSampled)
    bench.guard.ledger_failed("disk_full")
    bench.transport.available = False
    dropped["log"] = 3
    await bench.clock.advance(1)
    sampling.cancel()
    assert well == WorkerSampled(
        in_flight=0,
        unacked=3,
        queued={"tasks": 7},
        rss_bytes=4096,
        is_connected=True,
        paused_by="",
        relays={RELAY: True},
        lag_s=0,
        dropped={"log": 0},
    )
    (ill,) = bench.observer.of(WorkerSampled)[1:]
    assert ill == replace(well, paused_by="ledger", relays={RELAY: False}, dropped={"log": 3})


async def test_a_broker_that_does_not_answer_keeps_nothing_else_from_being_told() -> None:
    bench = Bench()
    bench.source.is_stuck = True
    sampling = asyncio.create_task(sampler(bench, {}, look_s=0.0).run())
    await bench.clock.advance(10)
    sampling.cancel()
    sample = bench.observer.only(WorkerSampled)
    assert (sample.queued, sample.unacked) == ({}, 3)


async def test_a_late_wake_up_is_the_lag_of_the_loop() -> None:
    bench = Bench(clock=LateClock())
    sampling = asyncio.create_task(sampler(bench, {}).run())
    await bench.clock.advance(10.5)
    sampling.cancel()
    assert bench.observer.only(WorkerSampled).lag_s == 0.5
