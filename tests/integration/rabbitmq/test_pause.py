"""A paused source: no consumer, a live connection, nothing held that was not yielded."""

import asyncio

import pytest

from application.ports.message_source import MessageGone
from domain.worker_events import IntakeLost, IntakeStarted
from tests.contracts.message_stage import reading
from tests.integration.rabbitmq.stage import RabbitMqStage
from tests.integration.rabbitmq.waiting import until, until_consuming


async def consumers(stage: RabbitMqStage) -> int:
    return sum(row["consumers"] for row in await stage.queues("consumers"))


async def test_a_pause_holds_over_a_reconnect(stage: RabbitMqStage) -> None:
    source = stage.source()
    async with reading(source) as inbox:
        await until_consuming(source)
        await source.pause_intake()
        await stage.publish(b"task")
        await asyncio.to_thread(stage.broker.ctl, "close_all_connections", "--vhost", stage.vhost, "maintenance")
        await until(lambda: bool(stage.observer.of(IntakeLost)), within_s=5)
        await until_consuming(source)
        assert await consumers(stage) == 0
        assert inbox.is_empty()
        await source.resume_intake()
        await source.ack(await inbox.next())
        assert await consumers(stage) == 1
    assert len(stage.observer.of(IntakeStarted)) == 2


async def test_a_source_paused_before_it_connects_takes_nothing(stage: RabbitMqStage) -> None:
    await stage.publish(b"task")
    source = stage.source()
    async with reading(source) as inbox:
        await source.pause_intake()
        await until_consuming(source)
        assert await stage.unsettled() == 0
        assert not stage.observer.of(IntakeStarted)
        await source.resume_intake()
        await source.ack(await inbox.next())


async def test_a_queue_deleted_during_a_pause_is_made_again_at_its_end(stage: RabbitMqStage) -> None:
    source = stage.source()
    async with reading(source) as inbox:
        await until_consuming(source)
        await source.pause_intake()
        stage.broker.management.delete_queue(stage.vhost, "email_queue")
        await source.resume_intake()
        await until(lambda: bool(stage.observer.of(IntakeLost)), within_s=5)
        await until_consuming(source)
        await stage.publish(b"task")
        await source.ack(await inbox.next())


async def test_no_more_than_prefetch_are_yielded_although_each_resume_brings_as_many_again(
    stage: RabbitMqStage,
) -> None:
    """RabbitMQ counts prefetch for one consumer, and what was yielded before a pause is still under way."""
    for number in range(12):
        await stage.publish(b"%d" % number)
    source = stage.source(prefetch=3)
    async with reading(source) as inbox:
        held = await inbox.take(3)
        for _ in range(3):
            await source.pause_intake()
            await source.resume_intake()
        assert await stage.unsettled() <= 6
        assert inbox.is_empty()
        while len(held) < 12:
            await source.ack(held[-1])
            held.append(await inbox.next())
        assert inbox.is_empty()
    assert {message.body for message in held} == {b"%d" % number for number in range(12)}


async def test_no_more_than_prefetch_are_yielded_over_a_reconnect(stage: RabbitMqStage) -> None:
    """Mails of before are still under way; they end as `MessageGone`, and then others may begin."""
    for number in range(4):
        await stage.publish(b"%d" % number)
    source = stage.source(prefetch=2)
    async with reading(source) as inbox:
        before = await inbox.take(2)
        await asyncio.to_thread(stage.broker.ctl, "close_all_connections", "--vhost", stage.vhost, "maintenance")
        await until(lambda: bool(stage.observer.of(IntakeLost)), within_s=5)
        await until_consuming(source)
        assert await stage.unsettled() == 2
        assert inbox.is_empty()
        for message in before:
            with pytest.raises(MessageGone):
                await source.ack(message)
        assert {message.body for message in await inbox.take(2)} == {b"0", b"1"}
