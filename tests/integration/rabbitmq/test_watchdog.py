"""An intake that is connected, consumes as far as anybody can see, and gets nothing."""

import asyncio

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage

from adapters.clock.system_clock import SystemClock
from application.ports.message_source import SourceStuck
from domain.worker_events import IntakeLost
from tests.contracts.message_stage import reading
from tests.integration.rabbitmq.stage import RabbitMqStage
from tests.integration.rabbitmq.waiting import until_consuming


class HastyClock(SystemClock):
    """Sleeps a twentieth of what it is asked for: a look each half second."""

    async def sleep(self, delay_s: float) -> None:
        await super().sleep(delay_s / 20)


async def hold(_: AbstractIncomingMessage) -> None:
    """Take a message and never settle it."""


async def test_a_consumer_that_the_broker_has_forgotten_is_replaced(stage: RabbitMqStage) -> None:
    source = stage.source(clock=HastyClock())
    async with reading(source) as inbox:
        await until_consuming(source)
        intake = source._supervisor._intake
        assert intake is not None
        assert intake._consumer_tag is not None
        await intake._channel.basic_cancel(intake._consumer_tag)
        await stage.publish(b"task")
        await source.ack(await inbox.next())
    assert "none arrives" in stage.observer.only(IntakeLost).cause


async def test_a_queue_that_never_delivers_ends_the_source(stage: RabbitMqStage) -> None:
    """Another consumer is the only active one of this queue, and holds more than it takes."""
    stage.broker.management.declare_queue(stage.vhost, "email_queue", {"x-single-active-consumer": True})
    async with await aio_pika.connect(stage.url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        queue = await channel.get_queue("email_queue", ensure=False)
        await queue.consume(hold)
        for body in (b"held", b"waits"):
            await stage.publish(body)
        source = stage.source(clock=HastyClock())
        with pytest.raises(SourceStuck, match="3 new connections did not help"):
            async with source, asyncio.timeout(15):
                await anext(source.messages())
    assert len([lost for lost in stage.observer.of(IntakeLost) if "none arrives" in lost.cause]) == 3


async def test_an_idle_worker_and_a_full_one_are_left_alone(stage: RabbitMqStage) -> None:
    source = stage.source(clock=HastyClock(), prefetch=1)
    async with reading(source) as inbox:
        await asyncio.sleep(2)
        for body in (b"held", b"waits"):
            await stage.publish(body)
        held = await inbox.next()
        await asyncio.sleep(3)
        await source.ack(held)
        await source.ack(await inbox.next())
    assert not stage.observer.of(IntakeLost)
