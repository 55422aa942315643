"""RabbitMQ forgets quorum queues that were created right before a power cut: no copy may be in one that young."""

import asyncio
import time
from datetime import timedelta

from adapters.rabbitmq.ladder import RUNGS_MS
from adapters.rabbitmq.message_source import RabbitMqMessageSource
from adapters.rabbitmq.retry_rungs import REST_S
from adapters.rabbitmq.topology import Topology
from application.ports.message_source import Message, SettlementRefused
from tests.contracts.message_stage import reading
from tests.integration.rabbitmq.stage import RabbitMqStage
from tests.integration.rabbitmq.waiting import until, until_consuming

COPIES = 10
# One deadline of a confirm, a look at the broker, and the rest of a new rung, with room for a busy machine.
GONE_ROUND_S = 40.0
ANSWER_S = 10.0


async def postpone(stage: RabbitMqStage, source: RabbitMqMessageSource, message: Message, delay_s: float) -> float:
    """Postpone as the worker does, again and again until it succeeds; returns the seconds that took."""
    started_s = time.monotonic()
    due = stage.clock.now() + timedelta(seconds=delay_s)
    while True:
        try:
            await source.postpone(message, key="k", attempts=1, due=due)
        except SettlementRefused:
            await asyncio.sleep(0.1)
        else:
            return time.monotonic() - started_s


async def power_cut(stage: RabbitMqStage, source: RabbitMqMessageSource) -> None:
    await asyncio.to_thread(stage.broker.kill)
    await until(lambda: not source.is_consuming, within_s=5)
    await asyncio.to_thread(stage.broker.start)
    await until_consuming(source, within_s=30)


async def test_the_first_copy_waits_until_its_rung_is_safe_and_the_next_one_does_not(stage: RabbitMqStage) -> None:
    source = stage.source(rung_rest_s=REST_S)
    async with reading(source) as inbox:
        for body in (b"1", b"2"):
            await stage.publish(body)
        first, second = await inbox.take(2)
        assert await postpone(stage, source, first, 60) >= REST_S
        assert await postpone(stage, source, second, 60) < REST_S / 2


async def test_copies_outlive_a_power_cut_right_after_the_first_of_all(own_stage: RabbitMqStage) -> None:
    """The worst moment there is: the ladder was made for these very copies, and their rung last of all."""
    source = own_stage.source(rung_rest_s=REST_S)
    bodies = [b"%d" % number for number in range(COPIES)]
    async with reading(source) as inbox:
        for body in bodies:
            await own_stage.publish(body)
        messages = await inbox.take(COPIES)
        await asyncio.gather(*(postpone(own_stage, source, message, RUNGS_MS[-1] / 1000 + 60) for message in messages))
        await power_cut(own_stage, source)
        async with asyncio.timeout(ANSWER_S):
            waiting = await own_stage.take_all(Topology().rung_queue(RUNGS_MS[-1]))
    assert sorted(copy.body for copy in waiting) == bodies


async def test_a_rung_that_died_young_in_a_power_cut_is_gone_round(own_stage: RabbitMqStage) -> None:
    """Not rested on purpose; the broker may or may not have forgotten it, and the next copy must wait somewhere."""
    source = own_stage.source(rung_rest_s=0)
    async with reading(source) as inbox:
        await own_stage.publish(b"before")
        await postpone(own_stage, source, await inbox.next(), 60)
        await power_cut(own_stage, source)
        await own_stage.publish(b"after")
        while (message := await inbox.next()).body != b"after":
            await source.ack(message)
        assert await postpone(own_stage, source, message, 3) < GONE_ROUND_S
        assert (await inbox.next()).body == b"after"
